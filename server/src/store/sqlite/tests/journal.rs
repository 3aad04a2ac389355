//! What the journal gives back is what it took, and nothing else.

use std::{fs, path::PathBuf, sync::atomic::Ordering};

use shared::{ClientId, Message, MessageId, MessageState, RoomId, Timestamp, UserId};
use tempfile::TempDir;
use uuid::Uuid;

use super::super::{
    aside::named,
    journal::{ENDING, Journal, read},
};

struct Place {
    dir: TempDir,
    id: Uuid,
}

impl Place {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            id: Uuid::new_v4(),
        }
    }

    fn store(&self) -> PathBuf {
        self.dir.path().join("parlor.db")
    }

    fn file(&self) -> PathBuf {
        named(&self.store(), ENDING)
    }

    fn journal(&self) -> Journal {
        Journal::new(&self.store(), self.id)
    }

    fn read(&self) -> Vec<Message> {
        read(&self.store(), self.id).unwrap()
    }
}

fn post(seq: u64, body: &str) -> Message {
    Message {
        id: MessageId::from_uuid(Uuid::now_v7()),
        room: RoomId::from_uuid(Uuid::nil()),
        seq,
        rev: seq,
        author: UserId::from_uuid(Uuid::now_v7()),
        client_id: ClientId::from_uuid(Uuid::new_v4()),
        created_at: Timestamp::from_millis(1_753_000_000_123),
        state: MessageState::Live {
            body: body.parse::<shared::MessageBody>().unwrap().into(),
            reply_to: seq
                .is_multiple_of(2)
                .then(|| MessageId::from_uuid(Uuid::now_v7())),
            edited_at: None,
        },
    }
}

/// One record of about half a mebibyte.
fn large(first: u64) -> Vec<Message> {
    (first..first + 200)
        .map(|seq| post(seq, &"x".repeat(2_500)))
        .collect()
}

#[test]
fn posts_come_back_as_they_were_in_their_order() {
    let place = Place::new();
    let mut journal = place.journal();
    assert_eq!(place.read(), [], "there is no file before the first");
    let posts: Vec<_> = ["a", "\u{1f600} line\nline", "\"quoted\"", "Ünïcöde"]
        .iter()
        .zip(1..)
        .map(|(body, seq)| post(seq, body))
        .collect();
    assert!(journal.append(&posts[..1]).unwrap());
    assert!(journal.append(&posts[1..3]).unwrap());
    assert!(journal.append(&posts[3..]).unwrap());
    assert_eq!(place.read(), posts);
    assert_eq!(journal.last(), 3);
    journal.remove();
    assert!(!place.file().exists());
}

#[test]
fn what_is_torn_or_anothers_is_not_read() {
    let place = Place::new();
    let mut journal = place.journal();
    let posts: Vec<_> = (1..=3).map(|seq| post(seq, "said")).collect();
    for post in &posts {
        assert!(journal.append(std::slice::from_ref(post)).unwrap());
    }
    assert_eq!(read(&place.store(), Uuid::new_v4()).unwrap(), []);
    let whole = fs::read(place.file()).unwrap();
    // Each of the three is its block of 512 bytes.
    for at in (0..512).step_by(7) {
        let mut torn = whole.clone();
        torn[512 + at] ^= 1;
        fs::write(place.file(), &torn).unwrap();
        let is_padding = whole[512 + at] == 0 && at > 200;
        let left = if is_padding {
            posts.clone()
        } else {
            vec![posts[0].clone(), posts[2].clone()]
        };
        assert_eq!(place.read(), left, "byte {at}");
    }
    for length in [0, 1, 511, 512, 600, 1_024, 1_100] {
        fs::write(place.file(), &whole[..length]).unwrap();
        let blocks = match length {
            ..512 => usize::from(length > 400),
            _ => length / 512 + usize::from(length % 512 > 400),
        };
        assert_eq!(place.read(), posts[..blocks], "{length} bytes");
    }
}

#[test]
fn nothing_is_written_over_that_the_database_may_lack() {
    let place = Place::new();
    let mut journal = place.journal();
    let settled = journal.settled();
    let mut kept = Vec::new();
    loop {
        let more = large(kept.len() as u64 + 1);
        if !journal.append(&more).unwrap() {
            break;
        }
        kept.extend(more);
    }
    let bytes = fs::metadata(place.file()).unwrap().len();
    assert!(bytes > 7 << 20 && bytes <= 8 << 20, "{bytes}: both halves");
    assert_eq!(place.read(), kept);
    // What the second half began with is unsettled still, so the first one is free and it is not.
    let first_half = journal.last() / 2;
    settled.store(first_half, Ordering::Relaxed);
    let newest = large(kept.len() as u64 + 1);
    assert!(journal.append(&newest).unwrap());
    let found = place.read();
    let rest = &kept[usize::try_from(first_half).unwrap() * 200..];
    assert!(found.ends_with(&[rest, &newest[..]].concat()));
    assert!(place.file().metadata().unwrap().len() <= 8 << 20);
}

#[test]
fn a_post_that_is_larger_than_a_half_goes_by_the_database() {
    let place = Place::new();
    let mut journal = place.journal();
    let many: Vec<_> = (0..10).flat_map(|n| large(n * 200 + 1)).collect();
    assert!(!journal.append(&many).unwrap());
    assert_eq!(place.read(), []);
    assert!(journal.append(&many[..1]).unwrap());
}

#[test]
fn a_distrusted_journal_takes_nothing_until_it_begins_anew_without_what_it_had() {
    let mut place = Place::new();
    let mut journal = place.journal();
    assert!(journal.append(&[post(1, "said")]).unwrap());
    journal.distrust();
    assert!(!journal.append(&[post(2, "said")]).unwrap());
    place.id = Uuid::new_v4();
    journal.begin_anew(place.id);
    assert_eq!(place.read(), []);
    let next = post(2, "said again");
    assert!(journal.append(std::slice::from_ref(&next)).unwrap());
    assert_eq!(place.read(), [next]);
}

#[test]
fn a_disk_that_fails_makes_it_distrusted() {
    let place = Place::new();
    let mut journal = place.journal();
    fs::create_dir(place.file()).unwrap();
    assert!(journal.append(&[post(1, "said")]).is_err());
    fs::remove_dir(place.file()).unwrap();
    assert!(!journal.append(&[post(1, "said")]).unwrap());
}
