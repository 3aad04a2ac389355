//! From bytes to typed requests: which field broke its rule, in the words of the rule.

use std::collections::HashMap;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};
use shared::{
    ApiError, ClientFrame, ClientId, DEFAULT_PAGE, ErrorCode, MAX_PAGE, MAX_RESUME_ROOMS,
    MessageBody, MessageId, RoomId,
};

use crate::Error;

/// A page's size as asked for.
///
/// # Errors
/// `invalid_field` outside 1..=100.
pub fn page_limit(limit: Option<u32>) -> Result<u32, Error> {
    match limit.unwrap_or(DEFAULT_PAGE) {
        limit @ 1..=MAX_PAGE => Ok(limit),
        _ => Err(Error::InvalidField {
            field: "limit",
            message: format!("must be 1 to {MAX_PAGE}"),
        }),
    }
}

/// A request's JSON body.
///
/// # Errors
/// `invalid_request` for what is no JSON, and for missing and unknown fields; `invalid_field` for
/// a value that breaks its field's rule.
pub fn parse_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let body = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        explain(bytes, &path, error.inner())
    })?;
    json.end().map_err(|_| not_json())?;
    Ok(body)
}

/// A request's query.
///
/// # Errors
/// As [`parse_body`].
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T, ApiError> {
    let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        let path = error.path().to_string();
        let words = error.inner().to_string();
        blame(&path, &words)
    })
}

fn not_json() -> ApiError {
    ApiError::new(ErrorCode::InvalidRequest, "the body is not valid JSON")
}

fn explain(bytes: &[u8], path: &str, error: &serde_json::Error) -> ApiError {
    if error.is_data() {
        blame(path, &without_position(&error.to_string()))
    } else if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        // What serde_json calls a syntax error in good JSON: a number where an enum is wanted.
        blame(path, "is of the wrong type")
    } else {
        not_json()
    }
}

/// Serde's words begin with what happened; that is the only place where it says so.
fn blame(path: &str, words: &str) -> ApiError {
    let is_missing = words.starts_with("missing field");
    if is_missing || words.starts_with("unknown field") || words.starts_with("duplicate field") {
        let error = ApiError::new(ErrorCode::InvalidRequest, words);
        // The name stands in the words, between the first two back-ticks.
        return match words.split('`').nth(1) {
            Some(field) => error.on_field(field),
            None => error,
        };
    }
    match path.split(['.', '[']).next() {
        Some(field) if !field.is_empty() && field != "?" => ApiError::invalid_field(field, words),
        _ => ApiError::new(ErrorCode::InvalidRequest, words),
    }
}

fn without_position(words: &str) -> String {
    words.split(" at line ").next().unwrap_or(words).to_owned()
}

/// A frame that could not be read, and the message it was about.
#[derive(Debug, PartialEq, Eq)]
pub struct FrameError {
    /// What to answer.
    pub error: ApiError,
    /// So that the client knows which of its messages was refused.
    pub client_id: Option<ClientId>,
}

/// A client's frame.
///
/// # Errors
/// As [`parse_body`], with the `client_id` where the frame has a readable one.
pub fn parse_frame(text: &str) -> Result<ClientFrame, FrameError> {
    match serde_json::from_str::<ClientFrame>(text) {
        Ok(ClientFrame::Resume { rooms, .. }) if rooms.len() > MAX_RESUME_ROOMS => {
            let rule = format!("must name at most {MAX_RESUME_ROOMS} rooms");
            Err(FrameError {
                error: ApiError::invalid_field("rooms", rule),
                client_id: None,
            })
        }
        Ok(frame) => Ok(frame),
        Err(error) => Err(explain_frame(text, &error)),
    }
}

/// Serde forgets the field inside a tagged enum, so a refused frame is looked at again: the slow
/// way is taken only by what is refused.
fn explain_frame(text: &str, error: &serde_json::Error) -> FrameError {
    let Ok(fields) = serde_json::from_str::<Map<String, Value>>(text) else {
        let words = "a frame is one JSON object";
        return FrameError {
            error: ApiError::new(ErrorCode::InvalidRequest, words),
            client_id: None,
        };
    };
    let client_id = fields
        .get("client_id")
        .and_then(|id| read::<ClientId>(id).ok());
    let broken = fields.iter().find_map(|(name, value)| {
        let words = match name.as_str() {
            "room" => read::<RoomId>(value).err(),
            "client_id" => read::<ClientId>(value).err(),
            "body" => read::<MessageBody>(value).err(),
            "reply_to" => read::<MessageId>(value).err(),
            "delivered" | "read" => read::<u64>(value).err(),
            "state" => read::<shared::Activity>(value).err(),
            "token" => read::<String>(value).err(),
            "epoch" => read::<shared::Epoch>(value).err(),
            "rooms" => read::<HashMap<RoomId, u64>>(value).err(),
            _ => None,
        };
        Some(ApiError::invalid_field(name, words?))
    });
    let error = broken.unwrap_or_else(|| blame("", &without_position(&error.to_string())));
    FrameError { error, client_id }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, String> {
    T::deserialize(value).map_err(|error| without_position(&error.to_string()))
}

#[cfg(test)]
mod tests {
    use shared::NewUser;

    use super::*;

    fn refused(json: &str) -> (ErrorCode, Option<String>) {
        let error = parse_body::<NewUser>(json.as_bytes()).unwrap_err();
        (error.code, error.field)
    }

    #[test]
    fn a_body_is_refused_with_the_field_that_broke_its_rule() {
        let good = r#"{"username":"alice","email":"a@example.org","password":"x-y-z-12345","gender":"female"}"#;
        assert!(parse_body::<NewUser>(good.as_bytes()).is_ok());
        for (from, to, code, field) in [
            (
                r#""alice""#,
                r#""a!""#,
                ErrorCode::InvalidField,
                Some("username"),
            ),
            (r#""alice""#, "7", ErrorCode::InvalidField, Some("username")),
            (
                r#""alice""#,
                r#"{"$ne":1}"#,
                ErrorCode::InvalidField,
                Some("username"),
            ),
            (
                r#""female""#,
                r#""robot""#,
                ErrorCode::InvalidField,
                Some("gender"),
            ),
            (r#""female""#, "1", ErrorCode::InvalidField, Some("gender")),
            (
                r#""username""#,
                r#""user""#,
                ErrorCode::InvalidRequest,
                Some("user"),
            ),
            (
                r#""gender":"female""#,
                r#""role":"admin""#,
                ErrorCode::InvalidRequest,
                Some("role"),
            ),
            (
                r#","gender":"female""#,
                "",
                ErrorCode::InvalidRequest,
                Some("gender"),
            ),
            ("}", "", ErrorCode::InvalidRequest, None),
            ("}", "}x", ErrorCode::InvalidRequest, None),
        ] {
            let json = good.replace(from, to);
            assert_eq!(refused(&json), (code, field.map(str::to_owned)), "{json}");
        }
    }

    #[test]
    fn a_refused_frame_names_its_field_and_its_message() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        for (json, code, field, has_id) in [
            (
                format!(r#"{{"type":"send_message","room":"{id}","client_id":"{id}","body":""}}"#),
                ErrorCode::InvalidField,
                Some("body"),
                true,
            ),
            (
                format!(r#"{{"type":"send_message","room":"x","client_id":"{id}","body":"hi"}}"#),
                ErrorCode::InvalidField,
                Some("room"),
                true,
            ),
            (
                format!(
                    r#"{{"type":"send_message","room":"{id}","client_id":"{id}","body":"hi","at":1}}"#
                ),
                ErrorCode::InvalidRequest,
                Some("at"),
                true,
            ),
            (
                format!(r#"{{"type":"send_message","room":"{id}","client_id":"{id}"}}"#),
                ErrorCode::InvalidRequest,
                Some("body"),
                true,
            ),
            (
                r#"{"type":"fly"}"#.to_owned(),
                ErrorCode::InvalidRequest,
                Some("fly"),
                false,
            ),
            (
                r#"{"type":"resume","rooms":{"x":1}}"#.to_owned(),
                ErrorCode::InvalidField,
                Some("rooms"),
                false,
            ),
            ("[]".to_owned(), ErrorCode::InvalidRequest, None, false),
            ("{".to_owned(), ErrorCode::InvalidRequest, None, false),
        ] {
            let refused = parse_frame(&json).unwrap_err();
            assert_eq!(refused.error.code, code, "{json}: {refused:?}");
            if field != Some("fly") {
                assert_eq!(refused.error.field.as_deref(), field, "{json}: {refused:?}");
            }
            assert_eq!(refused.client_id.is_some(), has_id, "{json}");
        }
    }
}
