//! A server in a few lines, for tests: rooms whose logs keep the promises of docs/protocol.md, and
//! the frames that one person's socket would carry.

use std::collections::{BTreeMap, HashMap, VecDeque};

use shared::{
    ClientId, Epoch, Marks, Message, MessageId, MessagePage, MessageState, MyRoom, ResetReason,
    RoomHead, RoomId, RoomRole, ServerFrame, Timestamp, UserId,
};
use uuid::Uuid;

use super::{
    Ask,
    fixture::{ALICE, CLUB, LOBBY, posted, profile, ready, room},
};

/// A resume of more changes than this is told to page.
const MAX_RESUMED: usize = 12;
/// Messages of a page: few, so that there is much to page.
const PAGE: usize = 6;

/// One room of the server.
#[derive(Debug, Default)]
pub struct ModelRoom {
    pub log: BTreeMap<u64, Message>,
    pub head: u64,
    pub has_alice: bool,
    pub marks: Marks,
}

/// The server, and what of it is on its way to Alice.
pub struct Model {
    pub rooms: BTreeMap<RoomId, ModelRoom>,
    pub epoch: Epoch,
    /// Whether Alice has a connection, as the server sees it.
    pub is_connected: bool,
    /// Frames on their way to her, in order.
    pub wire: VecDeque<ServerFrame>,
    next_id: u128,
}

pub fn name(id: RoomId) -> &'static str {
    if id == LOBBY { "lobby" } else { "club" }
}

impl Model {
    pub fn new() -> Self {
        let joined = || ModelRoom {
            has_alice: true,
            ..ModelRoom::default()
        };
        Self {
            rooms: BTreeMap::from([(LOBBY, joined()), (CLUB, joined())]),
            epoch: Epoch::from_uuid(Uuid::from_u128(7)),
            is_connected: false,
            wire: VecDeque::new(),
            next_id: 1,
        }
    }

    fn tell(&mut self, frame: ServerFrame) {
        if self.is_connected {
            self.wire.push_back(frame);
        }
    }

    fn of(&mut self, room: RoomId) -> &mut ModelRoom {
        self.rooms.get_mut(&room).unwrap()
    }

    pub fn has(&self, room: RoomId) -> bool {
        self.rooms[&room].has_alice
    }

    /// Posts once, however often it is asked to; whoever sent it by socket hears of it first.
    pub fn post(
        &mut self,
        room: RoomId,
        author: UserId,
        client_id: ClientId,
        body: &str,
        by_socket: bool,
    ) {
        let is_known =
            |message: &&Message| message.author == author && message.client_id == client_id;
        let known = self.rooms[&room].log.values().find(is_known).cloned();
        let is_new = known.is_none();
        let message = known.unwrap_or_else(|| {
            let seq = self.rooms[&room].head + 1;
            self.next_id += 1;
            Message {
                id: MessageId::from_uuid(Uuid::from_u128(self.next_id)),
                room,
                seq,
                rev: seq,
                author,
                client_id,
                created_at: Timestamp::from_millis(i64::try_from(seq).unwrap()),
                state: MessageState::Live {
                    body: body.to_owned(),
                    reply_to: None,
                    edited_at: None,
                },
            }
        });
        if by_socket {
            self.tell(ServerFrame::MessageAccepted {
                room,
                client_id,
                id: message.id,
                seq: message.seq,
                created_at: message.created_at,
            });
        }
        if is_new {
            let state = self.of(room);
            state.head = message.seq;
            state.log.insert(message.seq, message.clone());
            if self.has(room) {
                self.tell(posted(message));
            }
        }
    }

    /// Edits a message, or deletes it (`body` none).
    pub fn change(&mut self, room: RoomId, seq: u64, body: Option<&str>) -> Option<Message> {
        let state = self.of(room);
        let rev = state.head + 1;
        let message = state.log.get_mut(&seq)?;
        // What is deleted stays as it is.
        message.body()?;
        message.rev = rev;
        message.state = match body {
            Some(body) => MessageState::Live {
                body: body.to_owned(),
                reply_to: None,
                edited_at: Some(Timestamp::from_millis(9)),
            },
            None => MessageState::Deleted {
                deleted_at: Timestamp::from_millis(9),
            },
        };
        let message = message.clone();
        state.head = rev;
        if self.has(room) {
            self.tell(ServerFrame::MessageChanged {
                message: message.clone(),
            });
        }
        Some(message)
    }

    /// Alice comes into the club, or goes.
    pub fn set_member(&mut self, has_alice: bool) {
        if self.has(CLUB) == has_alice {
            return;
        }
        let head = self.rooms[&CLUB].head;
        let club = self.of(CLUB);
        club.has_alice = has_alice;
        club.marks = Marks {
            delivered: head,
            read: head,
        };
        self.tell(if has_alice {
            ServerFrame::RoomJoined {
                room: room(CLUB, name(CLUB), head),
            }
        } else {
            ServerFrame::MemberLeft {
                room: CLUB,
                user: ALICE,
            }
        });
    }

    /// The store is restored as it was some changes ago: another epoch.
    pub fn restore(&mut self) {
        self.cut();
        self.epoch = Epoch::from_uuid(Uuid::from_u128(self.epoch.as_uuid().as_u128() + 1));
        for room in self.rooms.values_mut() {
            let lost = room.head.saturating_sub(3);
            room.log
                .retain(|seq, message| *seq <= lost && message.rev <= lost);
            room.head = lost;
            room.marks.read = room.marks.read.min(lost);
            room.marks.delivered = room.marks.delivered.min(lost);
        }
    }

    /// The line breaks: what was on its way is lost.
    pub fn cut(&mut self) {
        self.is_connected = false;
        self.wire.clear();
    }

    pub fn connect(&mut self) {
        self.is_connected = true;
        let heads: Vec<_> = self
            .rooms
            .iter()
            .filter(|(_, room)| room.has_alice)
            .map(|(id, room)| RoomHead {
                id: *id,
                head: room.head,
            })
            .collect();
        let mut frame = ready(&[]);
        if let ServerFrame::Ready { rooms, epoch, .. } = &mut frame {
            (*rooms, *epoch) = (heads, self.epoch);
        }
        self.tell(frame);
    }

    pub fn resume(&mut self, epoch: Option<Epoch>, cursors: &HashMap<RoomId, u64>) {
        if epoch.is_some_and(|epoch| epoch != self.epoch) {
            return self.tell(ServerFrame::Reset {
                room: None,
                reason: ResetReason::Epoch,
            });
        }
        for (room, cursor) in cursors {
            let reset = |reason| ServerFrame::Reset {
                room: Some(*room),
                reason,
            };
            let (head, changes) = (self.rooms[room].head, self.above(*room, *cursor));
            if !self.has(*room) {
                self.tell(reset(ResetReason::Gone));
            } else if *cursor > head {
                self.tell(reset(ResetReason::Ahead));
            } else if changes.len() > MAX_RESUMED {
                self.tell(ServerFrame::Behind { room: *room, head });
            } else {
                for message in changes {
                    self.tell(if message.seq > *cursor {
                        posted(message)
                    } else {
                        ServerFrame::MessageChanged { message }
                    });
                }
                self.tell(ServerFrame::CaughtUp { room: *room, head });
            }
        }
    }

    fn above(&self, room: RoomId, rev: u64) -> Vec<Message> {
        let log = self.rooms[&room].log.values();
        let mut changes: Vec<_> = log.filter(|message| message.rev > rev).cloned().collect();
        changes.sort_by_key(|message| message.rev);
        changes
    }

    pub fn mark(&mut self, room: RoomId, delivered: Option<u64>, read: Option<u64>) {
        let state = self.of(room);
        if !state.has_alice {
            return;
        }
        let cut = |mark: Option<u64>| mark.unwrap_or(0).min(state.head);
        state.marks.read = state.marks.read.max(cut(read));
        state.marks.delivered = state
            .marks
            .delivered
            .max(cut(delivered))
            .max(state.marks.read);
        let Marks { delivered, read } = state.marks;
        self.tell(ServerFrame::MarksChanged {
            room,
            user: ALICE,
            delivered,
            read,
        });
    }

    /// `GET /rooms`.
    pub fn my_rooms(&self) -> Vec<MyRoom> {
        let mine = self.rooms.iter().filter(|(_, room)| room.has_alice);
        mine.map(|(id, state)| MyRoom {
            room: room(*id, name(*id), state.head),
            last_message: state.log.values().next_back().cloned(),
            unread: u32::try_from(state.unread()).unwrap(),
            marks: state.marks,
            my_role: RoomRole::Member,
            ticks: None,
        })
        .collect()
    }

    /// `GET /rooms/{id}/messages`, where Alice is in the room.
    pub fn page(&self, id: RoomId, ask: Ask) -> Option<MessagePage> {
        let room = self.rooms.get(&id).filter(|room| room.has_alice)?;
        let seqs: Vec<u64> = room.log.keys().copied().collect();
        let count = seqs.len();
        let from = |seq: u64| seqs.partition_point(|other| *other < seq);
        let (start, end) = match ask {
            Ask::Newest => (count.saturating_sub(PAGE), count),
            Ask::Before(seq) => (from(seq).saturating_sub(PAGE), from(seq)),
            Ask::After(seq) => (from(seq + 1), (from(seq + 1) + PAGE).min(count)),
            Ask::Around(seq) => {
                let middle = from(seq);
                (
                    middle.saturating_sub(PAGE / 2),
                    (middle + PAGE / 2).min(count),
                )
            }
        };
        let (has_older, has_newer) = (start > 0, end < count);
        Some(MessagePage {
            messages: seqs[start..end]
                .iter()
                .map(|seq| room.log[seq].clone())
                .collect(),
            head: room.head,
            epoch: self.epoch,
            has_more: if matches!(ask, Ask::After(_)) {
                has_newer
            } else {
                has_older
            },
            has_newer: matches!(ask, Ask::Around(_)).then_some(has_newer),
        })
    }

    /// `GET /rooms/{id}/changes`, where it can continue from there.
    pub fn changes(&self, id: RoomId, since: u64, epoch: Option<Epoch>) -> Option<MessagePage> {
        let room = self.rooms.get(&id).filter(|room| room.has_alice)?;
        if epoch.is_some_and(|epoch| epoch != self.epoch) || since > room.head {
            return None;
        }
        let mut messages = self.above(id, since);
        let has_more = messages.len() > PAGE;
        messages.truncate(PAGE);
        Some(MessagePage {
            messages,
            head: room.head,
            epoch: self.epoch,
            has_more,
            has_newer: None,
        })
    }
}

impl ModelRoom {
    /// Live messages by others above Alice's mark.
    pub fn unread(&self) -> usize {
        let above = self.log.range(self.marks.read + 1..);
        above
            .filter(|(_, message)| message.author != ALICE && message.body().is_some())
            .count()
    }
}

/// Alice, for a fresh page.
pub fn alice() -> shared::Profile {
    profile(ALICE, "alice")
}
