//! The protocol page and the types say the same.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::{collections::BTreeSet, fmt::Debug};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use shared::{
    ApiError, ClientFrame, ErrorCode, Invitation, Member, Message, MyRoom, Room, ServerFrame,
    Session, User,
};

const PAGE: &str = include_str!("../../docs/protocol.md");

/// The lines of the blocks marked `json NAME`.
fn lines(name: &str) -> Vec<&'static str> {
    let fence = format!("```json {name}\n");
    let mut lines = Vec::new();
    for block in PAGE.split(&fence).skip(1) {
        let (block, _) = block.split_once("```").unwrap();
        lines.extend(block.lines());
    }
    lines
}

/// What is read from the page and written again is the same, field by field: so nothing on the
/// page is unknown to the type.
fn holds<T: DeserializeOwned + Serialize + Debug>(name: &str) -> Vec<T> {
    let lines = lines(name);
    assert!(!lines.is_empty(), "no block `json {name}`");
    let read = |line: &str| -> T {
        let value: T =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{name}: {error}: {line}"));
        let written = serde_json::to_value(&value).unwrap();
        assert_eq!(
            written,
            serde_json::from_str::<Value>(line).unwrap(),
            "{name}"
        );
        value
    };
    lines.into_iter().map(read).collect()
}

#[test]
fn every_json_block_is_of_a_known_type_and_holds() {
    holds::<ApiError>("ApiError");
    holds::<User>("User");
    holds::<Room>("Room");
    holds::<Message>("Message");
    holds::<MyRoom>("MyRoom");
    holds::<Member>("Member");
    holds::<Session>("Session");
    holds::<Invitation>("Invitation");
    holds::<ClientFrame>("ClientFrame");
    holds::<ServerFrame>("ServerFrame");
    let checked = [
        "ApiError",
        "User",
        "Room",
        "Message",
        "MyRoom",
        "Member",
        "Session",
        "Invitation",
        "ClientFrame",
        "ServerFrame",
    ];
    for (number, line) in PAGE
        .lines()
        .enumerate()
        .filter(|(_, line)| line.starts_with("```json"))
    {
        let name = line.trim_start_matches("```json").trim();
        assert!(
            checked.contains(&name),
            "line {}: {line} is parsed by nobody",
            number + 1
        );
    }
}

#[test]
fn every_frame_is_on_the_page() {
    // Exhaustive, so that a new frame is noticed here.
    let name = |frame: &ServerFrame| match frame {
        ServerFrame::Ready { .. } => "ready",
        ServerFrame::MessageAccepted { .. } => "message_accepted",
        ServerFrame::MessagePosted { .. } => "message_posted",
        ServerFrame::MessageChanged { .. } => "message_changed",
        ServerFrame::CaughtUp { .. } => "caught_up",
        ServerFrame::Behind { .. } => "behind",
        ServerFrame::Reset { .. } => "reset",
        ServerFrame::MarksChanged { .. } => "marks_changed",
        ServerFrame::TicksChanged { .. } => "ticks_changed",
        ServerFrame::PresenceChanged { .. } => "presence_changed",
        ServerFrame::PresenceBatch { .. } => "presence_batch",
        ServerFrame::Typing { .. } => "typing",
        ServerFrame::UserChanged { .. } => "user_changed",
        ServerFrame::RoomChanged { .. } => "room_changed",
        ServerFrame::RoomJoined { .. } => "room_joined",
        ServerFrame::RoomDeleted { .. } => "room_deleted",
        ServerFrame::MemberJoined { .. } => "member_joined",
        ServerFrame::MemberLeft { .. } => "member_left",
        ServerFrame::Error { .. } => "error",
        ServerFrame::Draining { .. } => "draining",
        ServerFrame::Pong {} => "pong",
        ServerFrame::Unknown => panic!("the page has a frame that the type does not know"),
    };
    let shown: BTreeSet<_> = holds::<ServerFrame>("ServerFrame")
        .iter()
        .map(name)
        .collect();
    assert_eq!(shown.len(), 21, "{shown:?}");

    let name = |frame: &ClientFrame| match frame {
        ClientFrame::Resume { .. } => "resume",
        ClientFrame::SendMessage { .. } => "send_message",
        ClientFrame::Mark { .. } => "mark",
        ClientFrame::Typing { .. } => "typing",
        ClientFrame::SetPresence { .. } => "set_presence",
        ClientFrame::Renew { .. } => "renew",
        ClientFrame::Ping {} => "ping",
    };
    let shown: BTreeSet<_> = holds::<ClientFrame>("ClientFrame")
        .iter()
        .map(name)
        .collect();
    assert_eq!(shown.len(), 7, "{shown:?}");
}

#[test]
fn every_error_code_is_on_the_page_with_its_status() {
    for code in ErrorCode::ALL {
        let name = serde_json::to_value(code).unwrap();
        let name = name.as_str().unwrap();
        let row = PAGE
            .lines()
            .find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        let row = row.unwrap_or_else(|| panic!("{name} has no row"));
        assert!(
            row.contains(&format!("| {} |", code.http_status())),
            "{row}"
        );
    }
}
