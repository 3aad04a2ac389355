//! What must hold of whatever bytes come in. Each check panics where it does not; property tests
//! and the fuzz targets (`fuzz/`) call the same ones.

use actix_web::test::TestRequest;
use serde::{Serialize, de::DeserializeOwned};
use server::{
    chat::{HeaderReader, StreamCursor, TooLong},
    wire,
};
use shared::{
    ApiError, BodyEdit, ErrorCode, MAX_JSON_BYTES, MarksUpdate, NewMessage, NewRoom, NewSession,
    NewUser, PasswordChange, PasswordCheck, RoleUpdate, RoomUpdate, UserUpdate,
};

const MAX: u64 = MAX_JSON_BYTES as u64;

/// A WebSocket's bytes are judged alike however they are cut, and as the RFC reads them. The first
/// byte says how long the pieces are.
pub fn frame_guard(data: &[u8]) {
    let Some((step, stream)) = data.split_first() else {
        return;
    };
    let mut whole = HeaderReader::default();
    let verdict = whole.pass(stream, MAX);
    let mut cut = HeaderReader::default();
    let pieces = stream.chunks(usize::from(*step) + 1);
    let in_pieces = pieces
        .map(|piece| cut.pass(piece, MAX))
        .find(Result::is_err);
    assert_eq!(verdict, in_pieces.unwrap_or(Ok(())), "cut every {step} + 1");
    let expected = if announces_a_giant(stream) {
        Err(TooLong)
    } else {
        Ok(())
    };
    assert_eq!(verdict, expected);
}

/// RFC 6455 §5.2, read at leisure.
fn announces_a_giant(mut stream: &[u8]) -> bool {
    loop {
        let [_, second, rest @ ..] = stream else {
            return false;
        };
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        if rest.len() < extended + mask {
            return false;
        }
        let len = if extended == 0 {
            u64::from(second & 0x7f)
        } else {
            let bytes = rest[..extended].iter();
            bytes.fold(0, |len, byte| (len << 8) | u64::from(*byte))
        };
        if len > MAX {
            return true;
        }
        let end = extended + mask + usize::try_from(len).unwrap_or(usize::MAX);
        match rest.get(end..) {
            Some(next) => stream = next,
            None => return false,
        }
    }
}

/// A frame is refused in words, or read as what it would be written as.
pub fn frame_decoder(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match wire::parse_frame(text) {
        Ok(frame) => {
            let again = serde_json::to_string(&frame).unwrap();
            assert_eq!(wire::parse_frame(&again).ok(), Some(frame), "{again}");
        }
        Err(refused) => is_refusal(&refused.error),
    }
}

/// A body is refused in words, or read as what it would be written as. The first byte says what it
/// is read as.
pub fn rest_body(data: &[u8]) {
    let Some((which, body)) = data.split_first() else {
        return;
    };
    match which % 11 {
        0 => reads::<NewUser>(body),
        1 => reads::<NewSession>(body),
        2 => reads::<NewRoom>(body),
        3 => reads::<NewMessage>(body),
        4 => reads::<UserUpdate>(body),
        5 => reads::<PasswordChange>(body),
        6 => reads::<MarksUpdate>(body),
        7 => reads::<RoleUpdate>(body),
        8 => reads::<BodyEdit>(body),
        9 => reads::<RoomUpdate>(body),
        _ => reads::<PasswordCheck>(body),
    }
}

fn reads<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(body: &[u8]) {
    match wire::parse_body::<T>(body) {
        Ok(read) => {
            let again = serde_json::to_vec(&read).unwrap();
            assert_eq!(wire::parse_body::<T>(&again).ok().as_ref(), Some(&read));
        }
        Err(refused) => is_refusal(&refused),
    }
}

fn is_refusal(error: &ApiError) {
    let codes = [ErrorCode::InvalidRequest, ErrorCode::InvalidField];
    assert!(codes.contains(&error.code), "{error:?}");
    assert!(!error.message.is_empty(), "{error:?}");
}

/// Cookies, and a stream's cursor, which comes in a header too, are read or not, and nothing else.
pub fn headers(data: &[u8]) {
    let Ok(value) = actix_web::http::header::HeaderValue::from_bytes(data) else {
        return;
    };
    let text = value.to_str().ok().map(str::to_owned);
    let request = TestRequest::default()
        .insert_header((actix_web::http::header::COOKIE, value))
        .to_http_request();
    let _ = request.cookie("parlor_refresh");
    if let Some(cursor) = text.as_deref().and_then(StreamCursor::from_text) {
        let epoch = cursor.epoch;
        assert_eq!(epoch, StreamCursor::new(epoch, cursor.into_rooms()).epoch);
    }
}
