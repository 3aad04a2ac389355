//! State by events equals state by fetch: whatever the order of frames, answers, cuts and restores,
//! at every pause the page knows what a page that was opened just now would fetch.

use shared::{ClientFrame, ClientId, Message, MessageId, RoomId};
use uuid::Uuid;

use super::{
    Action, Ask, Effect, Link, State,
    fixture::{ALICE, BOB, CAROL, CLUB, LOBBY, member},
    model::{Model, alice},
};

/// The sequences, and the steps of each: 30,000 steps in all, a pause after every 50th.
const SEEDS: u64 = 60;
const STEPS: u32 = 500;
const PAUSE_EVERY: u32 = 50;

/// xorshift64*: the same numbers on every machine, so a failure names its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % sides
    }

    fn one_in(&mut self, sides: u64) -> bool {
        self.roll(sides) == 0
    }
}

/// Something asked of the server by HTTP: its answer is made at some time, and comes at some time.
struct Request {
    /// None for one's own edits, which the server has done already.
    asked: Option<Effect>,
    answer: Option<Action>,
}

struct World {
    dice: Dice,
    server: Model,
    page: State,
    requests: Vec<Request>,
    /// None, one `GET /rooms` under way, or one with another to follow.
    room_fetches: u8,
    wants_flush: bool,
    next_client_id: u128,
    now: i64,
}

impl World {
    fn new(seed: u64) -> Self {
        Self {
            dice: Dice(seed + 1),
            server: Model::new(),
            page: State::new(alice(), 0),
            requests: Vec::new(),
            room_fetches: 0,
            wants_flush: false,
            next_client_id: 1_000,
            now: 0,
        }
    }

    fn act(&mut self, action: Action) {
        let effects = self.page.reduce(action, self.now);
        for effect in effects {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Send(frame) if self.server.is_connected => self.say(frame),
            Effect::KeepPending(client_id) => self.act(Action::Kept(client_id)),
            Effect::FlushMarksSoon => self.wants_flush = true,
            // As `net/effects.rs` does it: one is under way, and at most one follows.
            Effect::FetchRooms if self.room_fetches > 0 => self.room_fetches = 2,
            effect @ (Effect::FetchRooms
            | Effect::FetchMembers(_)
            | Effect::FetchPage { .. }
            | Effect::FetchChanges { .. }) => {
                if effect == Effect::FetchRooms {
                    self.room_fetches = 1;
                }
                self.requests.push(Request {
                    asked: Some(effect),
                    answer: None,
                });
            }
            // Said to nobody, or nothing that this test is about.
            Effect::Send(_)
            | Effect::FetchPeople
            | Effect::FetchUser(_)
            | Effect::FetchQuote { .. }
            | Effect::ForgetPending(_)
            | Effect::KeepDraft(_)
            | Effect::FetchUnsent => {}
        }
    }

    /// The server hears a frame at once; what it says to it takes its way.
    fn say(&mut self, frame: ClientFrame) {
        match frame {
            ClientFrame::Resume { epoch, rooms } => self.server.resume(epoch, &rooms),
            ClientFrame::SendMessage {
                room,
                client_id,
                body,
                ..
            } if self.server.has(room) => {
                self.server
                    .post(room, ALICE, client_id, body.as_str(), true);
            }
            ClientFrame::SendMessage { client_id, .. } => {
                self.server.wire.push_back(shared::ServerFrame::Error {
                    code: shared::ErrorCode::NotFound,
                    message: "no such room".to_owned(),
                    field: None,
                    client_id: Some(client_id),
                    retry_after_ms: None,
                });
            }
            ClientFrame::Mark {
                room,
                delivered,
                read,
            } => self.server.mark(room, delivered, read),
            _ => {}
        }
    }

    /// The server's answer, as things stand now.
    fn make(&self, asked: &Effect) -> Action {
        match *asked {
            Effect::FetchMembers(room) => Action::MembersLoaded {
                room,
                members: vec![member(ALICE, "alice", 0, 0), member(BOB, "bob", 0, 0)],
            },
            Effect::FetchPage { room, ask } => match self.server.page(room, ask) {
                Some(page) => Action::PageLoaded { room, ask, page },
                None => Action::PageFailed { room },
            },
            Effect::FetchChanges { room, since } => {
                match self.server.changes(room, since, self.page.epoch) {
                    Some(page) => Action::ChangesLoaded { room, since, page },
                    None => Action::ChangesRefused { room },
                }
            }
            _ => Action::RoomsLoaded(self.server.my_rooms()),
        }
    }

    /// One answer is made, or comes; sometimes it overtakes the frames before it.
    fn answer(&mut self) {
        if self.requests.is_empty() {
            return;
        }
        let count = self.requests.len() as u64;
        let index = usize::try_from(self.dice.roll(count)).unwrap();
        let mut request = self.requests.swap_remove(index);
        match (request.answer.take(), &request.asked) {
            (Some(action), asked) => {
                let follows = *asked == Some(Effect::FetchRooms)
                    && std::mem::take(&mut self.room_fetches) > 1;
                self.act(action);
                if follows {
                    self.perform(Effect::FetchRooms);
                }
            }
            (None, Some(asked)) => {
                request.answer = Some(self.make(asked));
                self.requests.push(request);
            }
            (None, None) => {}
        }
    }

    fn hear(&mut self, count: u64) {
        for _ in 0..count {
            if let Some(frame) = self.server.wire.pop_front() {
                self.act(Action::Frame(Box::new(frame)));
            }
        }
    }

    fn cut(&mut self) {
        self.server.cut();
        self.act(Action::Lost { retry_at: None });
    }

    fn connect(&mut self) {
        if !self.server.is_connected {
            self.act(Action::Connecting);
            self.server.connect();
        }
    }

    fn flush(&mut self) {
        if std::mem::take(&mut self.wants_flush) {
            self.act(Action::FlushMarks);
        }
    }

    fn room(&mut self) -> RoomId {
        if self.dice.one_in(3) { CLUB } else { LOBBY }
    }

    fn client_id(&mut self) -> ClientId {
        self.next_client_id += 1;
        ClientId::from_uuid(Uuid::from_u128(self.next_client_id))
    }

    /// Somebody does something, somewhere.
    fn step(&mut self) {
        self.now += 100;
        let room = self.room();
        match self.dice.roll(24) {
            0..6 => {
                // Alice too, from another device.
                let author = [BOB, CAROL, ALICE][usize::try_from(self.dice.roll(3)).unwrap()];
                let client_id = self.client_id();
                if author != ALICE || self.server.has(room) {
                    self.server.post(room, author, client_id, "said", false);
                }
            }
            6..9 => {
                let head = self.server.rooms[&room].head;
                let seq = self.dice.roll(head + 1);
                let body = self.dice.one_in(2).then_some("edited");
                let changed = self.server.change(room, seq, body);
                if let Some(message) =
                    changed.filter(|_| self.dice.one_in(2) && self.server.has(room))
                {
                    // It was one's own request, whose answer may overtake the frame.
                    self.requests.push(Request {
                        asked: None,
                        answer: Some(Action::Changed(message)),
                    });
                }
            }
            9..11 => {
                let client_id = self.client_id();
                self.act(Action::Send {
                    room,
                    client_id,
                    body: "by alice".parse().unwrap(),
                });
            }
            11 => {
                let has_alice = self.dice.one_in(2);
                self.server.set_member(has_alice);
            }
            12 => self.act(Action::Open(room)),
            13 => {
                let log = self.page.room(room).and_then(|room| room.log.as_ref());
                if let Some((first, last)) =
                    log.and_then(|log| Some((log.first_seq()?, log.last_seq()?)))
                {
                    let asks = [Ask::Before(first), Ask::After(last), Ask::Newest];
                    let ask = asks[usize::try_from(self.dice.roll(3)).unwrap()];
                    self.act(Action::Load { room, ask });
                }
            }
            14 => {
                let newest = self.page.room(room).map_or(0, |room| room.newest_seq());
                let seq = self.dice.roll(newest + 1);
                self.act(Action::Seen { room, seq });
            }
            15 if self.dice.one_in(3) => self.cut(),
            16 if self.dice.one_in(40) => {
                self.server.restore();
                // Answers that were on their way went with the server: they are asked for again.
                self.requests.retain_mut(|request| {
                    request.answer = None;
                    request.asked.is_some()
                });
                self.cut();
            }
            15..18 => self.connect(),
            18..21 => {
                let count = self.dice.roll(6);
                self.hear(count);
            }
            21..23 => self.answer(),
            _ => {
                self.flush();
                self.act(Action::Tick);
            }
        }
    }

    /// Lets everything arrive that is on its way.
    fn pause(&mut self) {
        self.connect();
        for _ in 0..10_000 {
            self.hear(1_000);
            if !self.requests.is_empty() {
                self.answer();
            } else if self.wants_flush {
                self.flush();
            } else if self.server.wire.is_empty() && self.is_quiet() {
                return;
            } else {
                // What waits for an answer is tried again in time.
                self.now += 11_000;
                self.act(Action::Tick);
            }
        }
        panic!("it never comes to rest: {:?}", self.page.connection);
    }

    fn is_quiet(&self) -> bool {
        self.page.connection.link == Link::Live
            && !self.page.rooms.values().any(|room| room.needs_recount())
            && [LOBBY, CLUB].iter().all(|room| {
                let waiting = self.page.outbox.of(*room);
                let mut waiting = waiting
                    .filter(|pending| !matches!(pending.state, super::PendingState::Failed { .. }));
                waiting.next().is_none()
            })
    }

    /// What a page that is opened now would fetch.
    fn fetched(&self) -> State {
        let mut fresh = State::new(alice(), self.now);
        fresh.act(Action::RoomsLoaded(self.server.my_rooms()));
        fresh
    }

    fn compare(&self, when: &str) {
        let fetched = self.fetched();
        let ids = |state: &State| {
            let mut ids: Vec<_> = state.rooms.keys().copied().collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&self.page), ids(&fetched), "the rooms, {when}");
        assert_eq!(
            self.page.entries(None),
            fetched.entries(None),
            "the list, {when}"
        );
        for (id, known) in &self.page.rooms {
            let truth = &self.server.rooms[id];
            assert_eq!(known.head, truth.head, "the head, {when}");
            assert_eq!(known.marks, truth.marks, "the marks, {when}");
            let Some(log) = &known.log else { continue };
            assert_eq!(log.cursor, truth.head, "the cursor, {when}");
            let (Some(first), Some(last)) = (log.first_seq(), log.last_seq()) else {
                assert!(truth.log.is_empty(), "an empty log, {when}");
                continue;
            };
            let range = truth.log.range(first..=last);
            let there: Vec<_> = range.map(|(_, message)| brief(message)).collect();
            let shown: Vec<_> = log.messages().map(|message| brief(message)).collect();
            assert_eq!(shown, there, "the log, {when}");
            let (older, newer) = (
                truth.log.range(..first).next().is_some(),
                truth.log.range(last + 1..).next().is_some(),
            );
            assert_eq!(
                (log.has_older, log.has_newer),
                (older, newer),
                "the ends, {when}"
            );
        }
    }
}

/// What tells one state of a message from another.
fn brief(message: &Message) -> (u64, u64, MessageId, Option<String>) {
    let body = message.body().map(str::to_owned);
    (message.seq, message.rev, message.id, body)
}

#[test]
fn state_by_events_equals_state_by_fetch() {
    let mut pauses = 0;
    for seed in 0..SEEDS {
        let mut world = World::new(seed);
        for step in 1..=STEPS {
            world.step();
            if step % PAUSE_EVERY == 0 {
                world.pause();
                world.compare(&format!("seed {seed}, step {step}"));
                pauses += 1;
            }
        }
    }
    assert_eq!(pauses, SEEDS * u64::from(STEPS / PAUSE_EVERY));
}
