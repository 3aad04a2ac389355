//! The end of a run: what was promised and told, against the history.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use shared::{ClientId, Message, RoomId, UserId};
use tokio::time::sleep;

use crate::{
    account::Account,
    client::{Ack, Client, Finished},
    counts::{Counts, DUPLICATED, HOLES, LOST, REORDERED},
    known::Trace,
};

/// What a room was found to hold at the end.
pub type Histories = HashMap<RoomId, (Vec<Message>, u64)>;

/// Waits for a condition that time alone must bring about.
///
/// # Errors
/// It did not come about in time.
pub async fn until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) -> Result<()> {
    let began = Instant::now();
    while !is_so() {
        if began.elapsed() > patience {
            bail!("waited {} s in vain for {what}", patience.as_secs());
        }
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Reads every room from its beginning.
pub async fn histories(reader: &Account, rooms: &[RoomId]) -> Result<Histories> {
    let mut all = HashMap::new();
    for room in rooms {
        all.insert(*room, reader.history(*room).await?);
    }
    Ok(all)
}

/// Waits until all is acknowledged and told; what is not by then counts as holes later.
pub async fn settle(clients: &[Client], reader: &Account, rooms: &[RoomId]) -> Result<Histories> {
    let patience = Duration::from_secs(90);
    let all_said = || clients.iter().all(|client| client.waiting() == 0);
    until("every message to be acknowledged", patience, all_said).await?;
    let histories = histories(reader, rooms).await?;
    let heads = histories.iter().map(|(room, (_, head))| (*room, *head));
    let heads: HashMap<_, _> = heads.collect();
    let all_told = || clients.iter().all(|client| client.has(&heads));
    // Whoever is still behind is judged as they are.
    let _ = until("everybody to be caught up", patience, all_told).await;
    Ok(histories)
}

/// Ends the clients and judges all of them. Returns how many messages they were promised and how
/// many they were told.
pub async fn judge(counts: &Counts, clients: Vec<Client>, histories: &Histories) -> Result<()> {
    for fault in crate::counts::FAULTS {
        counts.expect_none(fault);
    }
    counts.expect_none("told again");
    counts.expect_none("refused for good");
    let by_client_id = posted_once(counts, histories);
    order_of_authors(counts, histories);
    let (mut told, mut owed) = (0, 0);
    for client in clients {
        counts.add("connects", u64::try_from(client.connects())?);
        let finished = client.finish().await?;
        counts.add("acked", u64::try_from(finished.acks.len())?);
        kept_promises(counts, &finished.acks, &by_client_id);
        let (its_told, its_owed) = told_all(counts, &finished, histories);
        told += its_told;
        owed += its_owed;
    }
    counts.add("delivered", told);
    counts.add("to be delivered", owed);
    Ok(())
}

/// Every `client_id` of the histories; two messages of one name are counted.
pub fn posted_once<'a>(
    counts: &Counts,
    histories: &'a Histories,
) -> HashMap<ClientId, &'a Message> {
    let mut by_client_id = HashMap::new();
    for message in histories.values().flat_map(|(messages, _)| messages) {
        if let Some(first) = by_client_id.insert(message.client_id, message) {
            counts.fault(DUPLICATED, || format!("{first:?} and {message:?}"));
        }
    }
    by_client_id
}

/// Whether everything acknowledged is in the history, as it was acknowledged.
pub fn kept_promises(
    counts: &Counts,
    acks: &HashMap<ClientId, Ack>,
    by_client_id: &HashMap<ClientId, &Message>,
) {
    for (client_id, ack) in acks {
        match by_client_id.get(client_id) {
            None => counts.fault(LOST, || format!("{client_id}: {ack:?}")),
            Some(kept) if (kept.room, kept.id, kept.seq) == (ack.room, ack.id, ack.seq) => {}
            Some(kept) => counts.fault(REORDERED, || format!("{ack:?} became {kept:?}")),
        }
    }
}

/// Bodies begin with the author's own count: in one room it only rises. Numbers only rise, too,
/// and without edits none is left out.
fn order_of_authors(counts: &Counts, histories: &Histories) {
    for (messages, head) in histories.values() {
        let mut last: HashMap<UserId, u64> = HashMap::new();
        let mut revs = HashSet::new();
        let mut last_seq = 0;
        for message in messages {
            if message.seq <= last_seq || message.seq > *head || !revs.insert(message.rev) {
                counts.fault(REORDERED, || format!("{message:?} after {last_seq}"));
            }
            last_seq = message.seq;
            let Some(number) = message.body().and_then(number) else {
                continue;
            };
            let before = last.insert(message.author, number);
            if before.is_some_and(|before| before >= number) {
                counts.fault(REORDERED, || format!("{message:?} after {before:?}"));
            }
        }
        let is_edited = messages.iter().any(|message| message.rev != message.seq);
        let count = u64::try_from(messages.len()).unwrap_or(u64::MAX);
        if !is_edited && count != *head {
            counts.fault(HOLES, || format!("{count} messages under head {head}"));
        }
    }
}

/// The author's own count, which a body begins with.
fn number(body: &str) -> Option<u64> {
    body.split(' ').next()?.parse().ok()
}

/// How much of its rooms a client has, of how much.
fn told_all(counts: &Counts, finished: &Finished, histories: &Histories) -> (u64, u64) {
    let (mut told, mut owed) = (0, 0);
    for (room, known) in &finished.rooms {
        let Some((messages, _)) = histories.get(room) else {
            continue;
        };
        for message in messages {
            owed += 1;
            match known.messages.get(&message.id) {
                Some(trace) if *trace == Trace::of(message) => told += 1,
                Some(trace) => counts.fault(HOLES, || format!("{message:?} known as {trace:?}")),
                None => counts.fault(HOLES, || format!("{message:?} was never told")),
            }
        }
        let kept: HashSet<_> = messages.iter().map(|message| message.id).collect();
        for id in known.messages.keys().filter(|id| !kept.contains(id)) {
            counts.fault(LOST, || format!("{id:?} was told, and is gone"));
        }
    }
    (told, owed)
}
