//! What the recent log promises: at every moment it is the log at some head.

use std::{cell::Cell, collections::HashMap, rc::Rc, task::Poll};

use futures_util::{future::join_all, poll};
use shared::{ClientId, MessageId, MessageState, Timestamp, UserId};
use uuid::Uuid;

use super::{log::Hole, *};

const ROOM: RoomId = RoomId::from_uuid(Uuid::from_u128(100));

/// The n-th message of the room, as its change `rev` left it.
fn message(n: u64, rev: u64) -> Message {
    Message {
        id: MessageId::from_uuid(Uuid::from_u128(n.into())),
        room: ROOM,
        seq: n,
        rev,
        author: UserId::from_uuid(Uuid::from_u128(1)),
        client_id: ClientId::from_uuid(Uuid::from_u128(n.into())),
        created_at: Timestamp::from_millis(0),
        state: MessageState::Live {
            body: format!("{n} at {rev}"),
            reply_to: None,
            edited_at: None,
        },
    }
}

fn revs(part: &Part) -> Vec<u64> {
    part.entries.iter().map(|entry| entry.message.rev).collect()
}

/// A whole room's log, as a store keeps it.
#[derive(Default)]
struct Kept {
    head: u64,
    messages: HashMap<MessageId, Message>,
}

impl Kept {
    fn keep(&mut self, n: u64) -> Change {
        self.head += 1;
        let message = message(n, self.head);
        let is_new = self.messages.insert(message.id, message.clone()).is_none();
        if is_new {
            Change::MessagePosted(message)
        } else {
            Change::MessageChanged(message)
        }
    }

    fn post(&mut self) -> Change {
        self.keep(self.head + 1)
    }

    fn changes(&self, since: u64, limit: u32) -> Changes {
        let mut messages: Vec<_> = self.messages.values().cloned().collect();
        messages.retain(|message| message.rev > since);
        messages.sort_unstable_by_key(|message| message.rev);
        let has_more = messages.len() > limit as usize;
        messages.truncate(limit as usize);
        Changes {
            messages,
            head: self.head,
            has_more,
        }
    }
}

/// What is above the cursor, without a read.
async fn above(recent: &Recent, cursor: u64) -> Option<Part> {
    let read = |_, _| async { Err(()) };
    recent.above(ROOM, cursor, 0, read).await.ok()
}

async fn fill(recent: &Recent, kept: &Kept, cursor: u64) -> Part {
    let read = |since, limit| async move { Ok::<_, ()>(kept.changes(since, limit)) };
    recent.above(ROOM, cursor, 0, read).await.unwrap()
}

#[tokio::test]
async fn thousands_who_come_back_at_once_wait_for_one_read() {
    let (recent, mut kept) = (Recent::default(), Kept::default());
    (0..50).for_each(|_| drop(kept.post()));
    let reads = Cell::new(0);
    let resumes = (0..5_000_u64).map(|n| {
        let (reads, kept) = (&reads, &kept);
        recent.above(ROOM, n % 50, 0, move |since, limit| async move {
            reads.set(reads.get() + 1);
            tokio::task::yield_now().await;
            Ok::<_, ()>(kept.changes(since, limit))
        })
    });
    for (n, part) in (0_u64..).zip(join_all(resumes).await) {
        let part = part.unwrap();
        assert_eq!(revs(&part), (n % 50 + 1..=50).collect::<Vec<_>>());
        assert_eq!((part.head, part.has_more), (50, false));
    }
    assert_eq!(reads.get(), 1);
}

#[tokio::test]
async fn the_feed_goes_on_where_the_read_ended_whatever_came_meanwhile() {
    let (recent, mut kept) = (Recent::default(), Kept::default());
    (0..10).for_each(|_| drop(kept.post()));
    let (snapshot, release) = (Rc::new(Cell::new(None)), tokio::sync::Notify::new());
    let waiting = &release;
    let read = {
        let snapshot = Rc::clone(&snapshot);
        move |_, _| async move {
            waiting.notified().await;
            Ok::<_, ()>(snapshot.take().unwrap())
        }
    };
    let mut reading = Box::pin(recent.above(ROOM, 8, 0, read));
    assert!(matches!(poll!(&mut reading), Poll::Pending));
    // Told before the store is read, and after.
    let early = [kept.post(), kept.keep(9)];
    recent.observe(&early, 0);
    snapshot.set(Some(kept.changes(0, 1_000)));
    let late = [kept.keep(10), kept.post()];
    recent.observe(&late, 0);
    release.notify_one();
    assert_eq!(revs(&reading.await.unwrap()), [10, 11, 12]);
    let part = above(&recent, 8).await.unwrap();
    assert_eq!((revs(&part), part.head), (vec![11, 12, 13, 14], 14));
    assert_eq!(
        part.entries[1].message,
        message(9, 12),
        "as its last change left it"
    );
}

#[tokio::test]
async fn it_says_what_a_read_of_the_store_would_have_said() {
    let (recent, mut kept) = (Recent::default(), Kept::default());
    (0..5).for_each(|_| drop(kept.post()));
    fill(&recent, &kept, 0).await;
    for step in 0..4_000_u64 {
        // An edit of some earlier message, or a new one.
        let change = match step % 3 {
            0 => {
                let mut known: Vec<_> = kept.messages.values().map(|m| m.seq).collect();
                known.sort_unstable();
                kept.keep(known[usize::try_from(step * 7_919).unwrap() % known.len()])
            }
            _ => kept.post(),
        };
        recent.observe(&[change], 0);
        let cursor = kept.head.saturating_sub(step % 40);
        let part = above(&recent, cursor).await.unwrap();
        let read = kept.changes(cursor, 1_000);
        let told: Vec<_> = part.entries.iter().map(|e| e.message.clone()).collect();
        assert_eq!((told, part.head), (read.messages, read.head), "{step}");
    }
    assert!(above(&recent, 0).await.is_none(), "bounded");
}

#[tokio::test]
async fn below_or_ahead_of_what_is_kept_the_store_is_asked() {
    let (recent, mut kept) = (Recent::default(), Kept::default());
    (0..1_000).for_each(|_| drop(kept.post()));
    assert_eq!(revs(&fill(&recent, &kept, 999).await), [1_000]);
    assert!(above(&recent, 999 - SURROUNDINGS).await.is_some());
    assert!(above(&recent, 998 - SURROUNDINGS).await.is_none());
    assert!(above(&recent, 1_001).await.is_none());
    assert_eq!(fill(&recent, &kept, 500).await.entries.len(), 500);
    assert!(
        above(&recent, 400).await.is_some(),
        "read once more, further"
    );
}

#[tokio::test]
async fn what_a_gap_or_a_deletion_may_have_made_wrong_is_forgotten_even_while_it_is_read() {
    for end in [Change::Gap, Change::RoomDeleted(ROOM)] {
        let (recent, mut kept) = (Recent::default(), Kept::default());
        kept.post();
        fill(&recent, &kept, 0).await;
        assert!(above(&recent, 0).await.is_some());
        recent.observe(std::slice::from_ref(&end), 0);
        assert!(above(&recent, 0).await.is_none());
        assert_eq!(recent.bytes(), 0);

        let release = tokio::sync::Notify::new();
        let (waiting, early) = (&release, kept.changes(0, 10));
        let slow = |_, _| async move {
            waiting.notified().await;
            Ok::<_, ()>(early)
        };
        let mut reading = Box::pin(recent.above(ROOM, 0, 0, slow));
        assert!(poll!(&mut reading).is_pending());
        recent.observe(&[end], 0);
        release.notify_one();
        reading.await.unwrap();
        assert!(above(&recent, 0).await.is_none());
    }
}

#[tokio::test]
async fn a_read_that_fails_is_made_again_by_the_next() {
    let (recent, mut kept) = (Recent::default(), Kept::default());
    kept.post();
    assert!(above(&recent, 0).await.is_none());
    assert_eq!(revs(&fill(&recent, &kept, 0).await), [1]);
}

#[test]
fn a_change_that_is_not_the_next_is_a_hole_and_a_known_one_is_none() {
    let mut log = RecentLog::new(0, 2, vec![message(1, 1), message(2, 2)]);
    assert_eq!(log.push(message(2, 2)), Ok(()));
    assert_eq!(log.push(message(3, 3)), Ok(()));
    assert_eq!(log.push(message(5, 5)), Err(Hole));
}

#[tokio::test]
async fn rooms_and_bytes_are_bounded_and_idle_rooms_forgotten() {
    let recent = Recent::default();
    let room = |n: usize| RoomId::from_uuid(Uuid::from_u128(1_000 + n as u128));
    let long = |room: RoomId, rev: u64| {
        let mut message = message(rev, rev);
        message.room = room;
        message.state = MessageState::Live {
            body: "x".repeat(8_000),
            reply_to: None,
            edited_at: None,
        };
        message
    };
    for n in 0..MAX_ROOMS + 10 {
        let messages = (1..=10).map(|rev| long(room(n), rev)).collect();
        let changes = Changes {
            messages,
            head: 10,
            has_more: false,
        };
        let now = i64::try_from(n).unwrap();
        let read = |_, _| async { Ok::<_, ()>(changes) };
        recent.above(room(n), 0, now, read).await.unwrap();
        assert!(recent.bytes() <= MAX_BYTES as u64);
    }
    let kept = recent.rooms().slots.len();
    assert!(kept < MAX_ROOMS && kept > 200, "{kept}");
    assert!(recent.rooms().slots.contains_key(&room(MAX_ROOMS + 9)));
    let last = room(MAX_ROOMS + 9);
    recent.observe(&[Change::MessagePosted(long(last, 11))], 1_000);
    assert!(recent.rooms().slots.contains_key(&last));
    recent.observe(&[Change::MessagePosted(long(last, 12))], IDLE + 10_000);
    assert!(!recent.rooms().slots.contains_key(&last));
    let weights = recent
        .rooms()
        .slots
        .values()
        .map(Slot::weight)
        .sum::<usize>();
    assert_eq!(recent.bytes(), weights as u64);
}
