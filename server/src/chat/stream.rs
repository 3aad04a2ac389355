//! A session over Server-Sent Events: the frames a socket gets, as `data:`, with a cursor as `id:`.

use std::{
    collections::HashMap,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    Error as WebError, HttpResponse,
    http::header::{CACHE_CONTROL, HeaderValue},
};
use bytes::{BufMut, Bytes, BytesMut};
use futures_core::Stream;
use shared::{ApiError, ErrorCode, ResetReason, ServerFrame};

use super::{
    Seat, StreamCursor, Worker,
    frame::{Frame, Place},
    outbox::Item,
    resume,
    session::Carrier,
};
use crate::{Error, domain::SignedIn};

/// Opens a stream for somebody who is let in, from a cursor where they have one.
///
/// # Errors
/// When the server cannot take it now.
pub async fn open_stream(
    worker: &Rc<Worker>,
    me: SignedIn,
    cursor: Option<StreamCursor>,
) -> Result<HttpResponse, Error> {
    let epoch = worker.domain.epoch();
    let is_same_store = cursor.as_ref().is_none_or(|cursor| cursor.epoch == epoch);
    let has_cursor = cursor.is_some() && is_same_store;
    let known = match cursor {
        Some(cursor) if is_same_store => cursor.into_rooms(),
        _ => HashMap::new(),
    };
    let seat = Seat::take(worker, me, Carrier::Stream, known.clone()).await?;
    let session = Rc::clone(&seat.session);
    if !is_same_store {
        session.send(&ServerFrame::Reset {
            room: None,
            reason: ResetReason::Epoch,
        });
    }
    if has_cursor {
        // Rooms the cursor had no place for; also rooms joined meanwhile, which are fetched anew.
        let rooms: Vec<_> = session.rooms.borrow().iter().copied().collect();
        for room in rooms.into_iter().filter(|room| !known.contains_key(room)) {
            let reason = ResetReason::Cursor;
            session.send(&ServerFrame::Reset {
                room: Some(room),
                reason,
            });
        }
    }
    resume::run(worker, &session);
    let body = StreamBody {
        seat,
        cursor: StreamCursor::new(epoch, known),
        is_ended: false,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, HeaderValue::from_static("no-store")))
        // Nginx would gather events otherwise.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(body))
}

struct StreamBody {
    seat: Seat,
    cursor: StreamCursor,
    is_ended: bool,
}

impl StreamBody {
    /// A frame as an event (HTML standard §9.2.5). The JSON has no line breaks.
    fn event(&mut self, frame: &Frame) -> Bytes {
        let has_id = match frame.place {
            Place::None => false,
            Place::Ready => {
                self.start_cursor(frame);
                true
            }
            Place::Log { room, rev } => {
                self.cursor.set(room, rev);
                true
            }
        };
        let mut event = BytesMut::with_capacity(frame.json().len() + 32);
        if has_id {
            event.put_slice(b"id: ");
            event.put_slice(self.cursor.to_text().as_bytes());
            event.put_u8(b'\n');
        }
        event.put_slice(b"data: ");
        event.put_slice(frame.json());
        event.put_slice(b"\n\n");
        event.freeze()
    }

    /// Rooms without a cursor begin at the heads that `ready` names.
    fn start_cursor(&mut self, ready: &Frame) {
        let Ok(ServerFrame::Ready { rooms, epoch, .. }) = serde_json::from_slice(ready.json())
        else {
            return;
        };
        let known = std::mem::replace(&mut self.cursor, StreamCursor::new(epoch, [])).into_rooms();
        self.cursor = StreamCursor::new(
            epoch,
            rooms
                .iter()
                .map(|room| (room.id, *known.get(&room.id).unwrap_or(&room.head))),
        );
    }
}

impl Stream for StreamBody {
    type Item = Result<Bytes, WebError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_ended {
            return Poll::Ready(None);
        }
        let session = Rc::clone(&self.seat.session);
        let item = session.outbox.borrow_mut().poll_pop(cx);
        session.note_drain();
        item.map(|item| match item? {
            Item::Frame(frame) => Some(Ok(self.event(&frame))),
            // Never queued for a stream: its frames are counted by its cursor.
            Item::Raw(_) => Some(Ok(Bytes::new())),
            Item::Ping => Some(Ok(Bytes::from_static(b":\n\n"))),
            // A stream has no close codes: it says why in an `error`, then ends.
            Item::Close(code, _) => {
                self.is_ended = true;
                let ApiError {
                    code,
                    message,
                    retry_after_ms,
                    ..
                } = farewell(code);
                let frame = ServerFrame::Error {
                    code,
                    message,
                    field: None,
                    client_id: None,
                    retry_after_ms,
                };
                Some(Ok(self.event(&session.encode(&frame, None))))
            }
        })
    }
}

fn farewell(code: shared::CloseCode) -> ApiError {
    use shared::CloseCode;
    match code {
        CloseCode::TokenExpired => ApiError::from(&Error::TokenExpired),
        CloseCode::Revoked => ApiError::new(
            ErrorCode::Unauthenticated,
            "the session has ended: log in again",
        ),
        CloseCode::TooSlow => ApiError::new(
            ErrorCode::Unavailable,
            "the stream was read too slowly: resume",
        )
        .retry_after(0),
        CloseCode::Restarting => {
            ApiError::new(ErrorCode::Unavailable, "the server restarts").retry_after(1_000)
        }
        CloseCode::Normal | CloseCode::Unsupported | CloseCode::TooLarge | CloseCode::Flooding => {
            ApiError::new(ErrorCode::Unavailable, "the stream ends").retry_after(1_000)
        }
    }
}
