//! A request of any route of the document, well-formed, so that nothing but the gate refuses it.

use serde_json::{Value, json};
use shared::{MessageId, RoomId};

use super::ground::Place;
use crate::harness::{Call, Door, PASSWORD, Person, client_id, documented::Route};

/// What a path's parameters stand for.
#[derive(Clone)]
pub struct Places {
    room: RoomId,
    message: MessageId,
    user: String,
    session: String,
    query: String,
}

impl Places {
    pub fn of(place: &Place, user: &Person) -> Self {
        Self::in_room(place.room, place.message, user)
    }

    pub fn in_room(room: RoomId, message: MessageId, user: &Person) -> Self {
        Self {
            room,
            message,
            user: user.id.to_string(),
            session: user.session.to_string(),
            query: String::new(),
        }
    }

    pub fn with_query(&self, query: &str) -> Self {
        Self {
            query: format!("?{query}"),
            ..self.clone()
        }
    }
}

/// The request, of nobody.
pub fn ask(door: &Door, route: &Route, places: &Places) -> Call {
    let mut path = route.path.to_owned();
    for (name, value) in [
        ("room", places.room.to_string()),
        ("message", places.message.to_string()),
        ("user", places.user.clone()),
        ("session", places.session.clone()),
        (
            "invitation",
            "01890a5d-ac96-774b-bcce-b302099a8064".to_owned(),
        ),
        ("file", "viewer.js".to_owned()),
    ] {
        path = path.replace(&format!("{{{name}}}"), &value);
    }
    assert!(!path.contains('{'), "{path}: what is that?");
    let query = match (places.query.as_str(), route.id) {
        ("", "messages_changes") => "?since=0",
        (query, _) => query,
    };
    let method = route.method.to_uppercase().parse().unwrap();
    let mut call = door.call(method, &format!("{path}{query}"));
    if route.id == "live_socket" {
        call = call
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    }
    match body(route) {
        Some(body) => call.json(body),
        None => call,
    }
}

fn body(route: &Route) -> Option<Value> {
    let body = match route.id {
        "users_register" => json!({
            "username": "new_here", "email": "new_here@example.org", "password": PASSWORD,
            "gender": "other",
        }),
        "users_update" => json!({ "status_text": "changed" }),
        "users_change_password" => json!({ "current": PASSWORD, "new": "another dream machine 7" }),
        "users_check_password" => json!({ "password": "tangerine" }),
        "invitations_invite" => json!({ "uses": 1 }),
        "sessions_log_in" => json!({ "username": "nobody_here", "password": PASSWORD }),
        // A name that is taken: nothing is left behind.
        "rooms_create" => json!({ "name": "lobby", "visibility": "public" }),
        "rooms_update" => json!({ "topic": "changed" }),
        "members_set_role" => json!({ "role": "member" }),
        "messages_post_message" => json!({ "client_id": client_id(), "body": "intruder" }),
        "messages_edit" => json!({ "body": "intruder" }),
        "messages_marks" => json!({ "read": 1 }),
        _ => {
            assert!(
                route.entry["requestBody"].is_null(),
                "{} needs a body here",
                route.id
            );
            return None;
        }
    };
    Some(body)
}
