//! R19: a backup under load has everything that was acknowledged when it began, and after a restore
//! nobody goes on as if nothing had happened: who comes with the old epoch is told to start afresh.

use std::{collections::HashMap, time::Duration};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use shared::{ClientFrame, ClientId, Epoch, Message, ResetReason, ServerFrame};
use tokio::time::{sleep, timeout};

use crate::{
    account::Account,
    client::{Ack, Client, Finished},
    counts::{Counts, FAULTS},
    crew::Crew,
    ground::Ground,
    judge::{Histories, histories, kept_promises, posted_once, until},
    server::Server,
    socket::{Heard, Socket},
};

const SENDERS: usize = 6;
const ROOMS: usize = 3;

/// Restored history that is not the beginning of what was there.
const INVENTED: &str = "not the beginning";
/// An old client that was not told to start afresh.
const UNTOLD: &str = "missing resets";
/// A store that came back under its old epoch.
const SAME_EPOCH: &str = "same epochs";

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (rounds, before) = ground.pick((1, 40), (8, 120));
    for fault in FAULTS.iter().chain(&[INVENTED, UNTOLD, SAME_EPOCH]) {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let mut crew = Crew::gather(&server, SENDERS, ROOMS).await?;
    for round in 0..rounds {
        let epoch = Socket::open(server.address, &crew.people[0].token)
            .await?
            .epoch;
        crew.come_in(16, &mut rng, &ground.counts);
        talk(&mut crew, &mut rng, before).await?;
        let promised = crew.acks();
        ground
            .counts
            .add("acked before", u64::try_from(promised.len())?);
        let file = ground.dir().join(format!("backup{round}.db"));
        back_up_amid_talk(&server, &mut crew, &mut rng, &file.to_string_lossy()).await?;
        talk(&mut crew, &mut rng, 20).await?;

        let patience = Duration::from_secs(30);
        let all_said = || crew.clients.iter().all(|client| client.waiting() == 0);
        until("every message to be acknowledged", patience, all_said).await?;
        let was = histories(&crew.people[0], &crew.rooms).await?;
        let old = finish(&mut crew, &ground.counts).await?;
        server.stop().await?;
        parlor(&server, &["restore", &file.to_string_lossy(), "--replace"]).await?;
        server.start_again().await?;

        // Everybody logs in again; what their clients know is as old as it was.
        for person in &mut crew.people {
            *person = Account::log_in(server.address, &person.name).await?;
        }
        for (person, client) in crew.people.iter().zip(&old) {
            come_back(person, client, epoch, &ground.counts).await?;
        }
        let is = histories(&crew.people[0], &crew.rooms).await?;
        kept_promises(&ground.counts, &promised, &posted_once(&ground.counts, &is));
        compare(&ground.counts, &was, &is)?;
        ground.counts.add("restores", 1);
    }
    Ok(())
}

async fn talk(crew: &mut Crew, rng: &mut Rng, times: u32) -> Result<()> {
    for _ in 0..times {
        for who in 0..SENDERS {
            crew.say(who, rng);
        }
        sleep(Duration::from_millis(10)).await;
    }
    crew.check().await
}

/// The operator's command, while everybody talks on.
async fn back_up_amid_talk(
    server: &Server,
    crew: &mut Crew,
    rng: &mut Rng,
    file: &str,
) -> Result<()> {
    let arguments = ["backup", file];
    let mut backup = Box::pin(parlor(server, &arguments));
    loop {
        tokio::select! {
            done = &mut backup => return done,
            talked = talk(crew, rng, 1) => talked?,
        }
    }
}

async fn parlor(server: &Server, arguments: &[&str]) -> Result<()> {
    let output = server.launch().command(arguments).output().await?;
    if !output.status.success() {
        bail!(
            "parlor {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

async fn finish(crew: &mut Crew, counts: &Counts) -> Result<Vec<Finished>> {
    let mut finished = Vec::new();
    for client in crew.clients.drain(..) {
        let client = client.finish().await?;
        counts.add("acked", u64::try_from(client.acks.len())?);
        finished.push(client);
    }
    Ok(finished)
}

/// Resumes with what the client knew of the store before the restore.
async fn come_back(person: &Account, old: &Finished, epoch: Epoch, counts: &Counts) -> Result<()> {
    let mut socket = Socket::open(person.address, &person.token).await?;
    if socket.epoch == epoch {
        counts.fault(SAME_EPOCH, || format!("{epoch}"));
    }
    let rooms: HashMap<_, _> = old
        .rooms
        .iter()
        .map(|(room, known)| (*room, known.cursor))
        .collect();
    let epoch = Some(epoch);
    socket.send(&ClientFrame::Resume { epoch, rooms }).await?;
    // What `ping` asks after it is answered after it.
    socket.send(&ClientFrame::Ping {}).await?;
    let told = timeout(Duration::from_secs(10), first_answer(&mut socket)).await;
    match told.context("a resume was not answered")?? {
        ServerFrame::Reset {
            room: None,
            reason: ResetReason::Epoch,
        } => counts.add("resets", 1),
        other => counts.fault(UNTOLD, || format!("{} was told {other:?}", person.name)),
    }
    Ok(())
}

async fn first_answer(socket: &mut Socket) -> Result<ServerFrame> {
    loop {
        match socket.next().await? {
            Heard::Frame(frame) => match *frame {
                ServerFrame::PresenceChanged { .. } | ServerFrame::PresenceBatch { .. } => {}
                answer => return Ok(answer),
            },
            Heard::Closed(_) | Heard::Cut(_) => bail!("the connection ended"),
        }
    }
}

/// What is restored was there, in that order, from the first message on.
fn compare(counts: &Counts, was: &Histories, is: &Histories) -> Result<()> {
    for (room, (messages, head)) in is {
        let before: &[Message] = was.get(room).map_or(&[], |(messages, _)| messages);
        if !before.starts_with(messages) || u64::try_from(messages.len())? != *head {
            counts.fault(INVENTED, || format!("{room} under head {head}"));
        }
        let later = before.len().saturating_sub(messages.len());
        counts.add("messages after the backup", u64::try_from(later)?);
    }
    Ok(())
}

impl Crew {
    /// Everything anybody was promised so far.
    fn acks(&self) -> HashMap<ClientId, Ack> {
        self.clients.iter().flat_map(Client::acks).collect()
    }
}
