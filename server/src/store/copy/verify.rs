//! Whether a copy is what it was made from: every record compared, every log counted.

use std::{collections::BTreeMap, fmt::Write};

use aws_lc_rs::digest::{Context, SHA256};
use shared::{Message, RoomId};

use crate::store::{Archive, Intake, Kind, MoveError, Progress, Records, StoreError};

use super::PAGE;

/// What was found equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many records of each kind.
    pub counts: [(Kind, u64); Kind::ALL.len()],
    /// SHA-256, in hexadecimal, of all messages by room and `seq`, each as one line of JSON: the
    /// same for stores with equal logs.
    pub log_digest: String,
}

/// What the rooms' counters must say.
struct Ledger {
    rooms: BTreeMap<RoomId, Balance>,
    log: Context,
}

/// What one room says of itself, and what is there.
#[derive(Default)]
struct Balance {
    head: u64,
    /// The highest `rev` in its log.
    last: u64,
    /// None of a private conversation, which says nothing.
    member_count: Option<u64>,
    members: u64,
}

/// Reads both from beginning to end.
///
/// # Errors
/// [`MoveError::Differs`] names the first thing that is not equal; [`MoveError::Damaged`] a room
/// whose counter and log disagree in both.
pub async fn verify(
    from: &dyn Archive,
    to: &dyn Intake,
    told: &mut (impl FnMut(Progress) + Send),
) -> Result<Verified, MoveError> {
    if from.identity() != to.identity() {
        return Err(MoveError::Differs("the epoch or the lobby".to_owned()));
    }
    let mut ledger = Ledger {
        rooms: BTreeMap::new(),
        log: Context::new(&SHA256),
    };
    let mut counts = Kind::ALL.map(|kind| (kind, 0));
    for (kind, count) in &mut counts {
        *count = compare(from, to, *kind, &mut ledger, told).await?;
    }
    for (room, balance) in &ledger.rooms {
        balance.check(*room)?;
    }
    let mut log_digest = String::new();
    for byte in ledger.log.finish().as_ref() {
        // A String takes everything.
        let _ = write!(log_digest, "{byte:02x}");
    }
    Ok(Verified { counts, log_digest })
}

/// Compares all records of a kind; how many.
async fn compare(
    from: &dyn Archive,
    to: &dyn Intake,
    kind: Kind,
    ledger: &mut Ledger,
    told: &mut (impl FnMut(Progress) + Send),
) -> Result<u64, MoveError> {
    let (total, arrived) = (from.count(kind).await?, to.count(kind).await?);
    let (mut done, mut after) = (0, None);
    loop {
        told(Progress {
            what: "comparing",
            done,
            total,
            unit: kind.name(),
        });
        let ours = from.records(kind, after, PAGE).await?;
        let theirs = to.records(kind, after, PAGE).await?;
        let keys = ours.keys();
        if ours != theirs {
            return Err(MoveError::Differs(format!(
                "among {} after the first {done}",
                kind.name()
            )));
        }
        if keys.is_empty() {
            break;
        }
        ledger.enter(&ours)?;
        done += keys.len() as u64;
        after = keys.last().copied();
    }
    if (total, arrived) != (done, done) {
        return Err(MoveError::Differs(format!(
            "{} of {}: {total} there, {arrived} in the copy, {done} found",
            "the number",
            kind.name()
        )));
    }
    Ok(done)
}

impl Balance {
    fn check(&self, room: RoomId) -> Result<(), MoveError> {
        let Self {
            head,
            last,
            member_count,
            members,
        } = self;
        if head != last {
            return Err(MoveError::Damaged(format!(
                "room {room} has counted {head} changes and its log ends at {last}"
            )));
        }
        match member_count {
            Some(counted) if counted != members => Err(MoveError::Damaged(format!(
                "room {room} has counted {counted} members and has {members}"
            ))),
            _ => Ok(()),
        }
    }
}

impl Ledger {
    fn of(&mut self, room: RoomId, what: &str) -> Result<&mut Balance, MoveError> {
        let balance = self.rooms.get_mut(&room);
        balance.ok_or_else(|| MoveError::Damaged(format!("{what} is in no room: {room}")))
    }

    fn enter(&mut self, records: &Records) -> Result<(), MoveError> {
        match records {
            Records::Rooms(rooms) => {
                let balances = rooms.iter().map(|kept| {
                    let balance = Balance {
                        head: kept.room.head(),
                        member_count: kept.room.named().map(|room| room.member_count.into()),
                        ..Balance::default()
                    };
                    (kept.room.id(), balance)
                });
                self.rooms.extend(balances);
            }
            Records::Members(members) => {
                for kept in members {
                    self.of(kept.room, "a member")?.members += 1;
                }
            }
            Records::Messages(messages) => {
                for message in messages {
                    self.enter_message(message)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn enter_message(&mut self, message: &Message) -> Result<(), MoveError> {
        let balance = self.of(message.room, "a message")?;
        balance.last = message.rev.max(balance.last);
        let line =
            serde_json::to_vec(message).map_err(|error| StoreError::Backend(Box::new(error)))?;
        self.log.update(&line);
        self.log.update(b"\n");
        Ok(())
    }
}
