//! P7: the server is killed while people talk, starts again, and everybody comes back at once.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::{League, Plan, Row};
use crate::{
    crowd,
    report::{Section, Verdict},
    rest::Rest,
    rounds::Rounds,
    spread::{Spread, short},
    stage::{AT_ONCE, QUIET, to_f64},
    subject::{Store, Subject},
    swarm::{
        Entry, Swarm,
        ear::{Ear, Room},
        parlor_text,
        tally::histogram,
    },
};

pub const ROW: Row = Row {
    id: "P7",
    title: "restart under 5,000 clients that all come back at once and resume",
    league: League::Chat,
    run,
};

const CLIENTS: usize = 5_000;
const ROOMS: usize = 100;

/// Said in each room while everybody listens.
const BEFORE: usize = 10;
/// Said in each room while nobody does: half of it before the kill, half after.
const MISSED: usize = 10;

/// A restart is no matter of microseconds; it takes minutes to prepare.
const MOST_ROUNDS: usize = 2;

struct Sample {
    start: Duration,
    caught_up_99: Duration,
    caught_up_all: Duration,
    missed: u64,
    sent_away: u64,
    log_reads: f64,
    cpu: Duration,
}

fn run(plan: &Plan) -> Result<Section> {
    let mut rounds = Rounds::default();
    for round in 0..plan.rounds.min(MOST_ROUNDS) {
        let sample = storm(plan)?;
        crate::progress(&format!(
            "round {}: 99 % after {:?}, all after {:?}, {} CPU s, {} log reads",
            round + 1,
            sample.caught_up_99,
            sample.caught_up_all,
            short(sample.cpu.as_secs_f64()),
            sample.log_reads,
        ));
        rounds.add(round, Subject::Parlor, sample);
    }
    let spread = |figure: &dyn Fn(&Sample) -> f64| rounds.spread(Subject::Parlor, figure);
    let shown = |spread: Option<Spread>| spread.map_or_else(String::new, |s| s.to_string());
    let per_99 = spread(&|sample| sample.caught_up_99.as_secs_f64());
    let per_all = spread(&|sample| sample.caught_up_all.as_secs_f64());
    // The lobby is a room, too.
    let reads = spread(&|sample| sample.log_reads / to_f64(ROOMS as u64 + 1));
    let verdicts = [
        per_99.map(|s| Verdict::at_most("99 % caught up, s", s, Some(3.0), Some(1.0))),
        per_all.map(|s| Verdict::at_most("100 % caught up, s", s, None, Some(2.0))),
        reads.map(|reads| Verdict::at_most("log reads / room", reads, None, Some(1.0))),
    ];
    Ok(Section {
        id: ROW.id,
        title: ROW.title,
        method: format!(
            "{} rounds. {CLIENTS} people in {ROOMS} rooms of {} and in the lobby; {BEFORE} messages in each room heard by all; \
             everybody's connection is cut, {MISSED} more in each room meanwhile, amid which the server is killed \
             (a post that was on its way is repeated with its `client_id`). Then all come at the same moment, with their \
             tokens and cursors, and resume. Timed from that moment; each client must have been told every message it missed, in order, and \
             nothing twice: 0 gaps, or the run fails. Who is told 503 with `Retry-After: 1` comes again after that second.",
            plan.rounds.min(MOST_ROUNDS),
            CLIENTS / ROOMS,
        ),
        columns: vec![
            "start after the kill, ms",
            "99 % caught up, s",
            "100 %, s",
            "server CPU, s",
            "messages resumed",
            "told to come again",
            "gaps",
            "log reads",
        ],
        lines: vec![vec![
            shown(spread(&|sample| sample.start.as_secs_f64() * 1_000.0)),
            shown(per_99),
            shown(per_all),
            shown(spread(&|sample| sample.cpu.as_secs_f64())),
            shown(spread(&|sample| to_f64(sample.missed))),
            shown(spread(&|sample| to_f64(sample.sent_away))),
            "0".to_owned(),
            shown(spread(&|sample| sample.log_reads)),
        ]],
        verdicts: verdicts.into_iter().flatten().collect(),
    })
}

fn storm(plan: &Plan) -> Result<Sample> {
    let launch = &plan.launch;
    let dir = launch.new_data_dir()?;
    let start = || launch.start_parlor(Store::File(dir.path()), crowd::BCRYPT_COST);
    let mut server = start()?;
    let tokens = crowd::gather(server.address, CLIENTS)?;
    let lobby = Rest::connect_as(server.address, &tokens[0])?.lobby()?;
    let rooms = furnish(server.address, &tokens)?;
    let (ears, mut rooms) =
        listen_together(server.address, &tokens, rooms).context("before the restart")?;

    // Everybody is gone; the talk goes on; the server is killed amid it.
    let mut rng = fastrand::Rng::with_seed(7);
    talk(server.address, &tokens, &mut rooms, MISSED / 2, &mut rng)?;
    let broken_off = Post::next(&mut rooms[0], &mut rng)?;
    Rest::connect_as(server.address, &tokens[0])?.send(
        "POST",
        &broken_off.path,
        Some(&broken_off.content),
    )?;
    server.kill()?;
    let began = Instant::now();
    let mut server = start()?;
    let start = began.elapsed();
    broken_off.send(&mut Rest::connect_as(server.address, &tokens[0])?)?;
    talk(
        server.address,
        &tokens,
        &mut rooms,
        MISSED - MISSED / 2,
        &mut rng,
    )?;

    // All come back in the same moment.
    let (reads, cpu) = (log_reads(server.address)?, server.cpu()?);
    let mut swarm = new_swarm(server.address, rooms)?;
    swarm.is_patient = true;
    swarm.resume_also = format!(r#""{lobby}":0,"#);
    swarm.tally.caught_up_at = Some(histogram()?);
    let entries = tokens.iter().zip(ears).map(|(token, ear)| Entry {
        token: Some(token.clone()),
        ear: Ear {
            resumes: true,
            ..ear
        },
    });
    swarm
        .connect(entries, CLIENTS as u64)
        .context("coming back")?;
    swarm
        .until(|tally| tally.caught_up >= CLIENTS as u64)
        .context("catching up")?;
    let cpu = server.cpu()? - cpu;
    let mut lacking = swarm.clients.iter().filter(|client| {
        let said = swarm.rooms[client.ear.room].script.len();
        client.ear.next != said
    });
    ensure!(
        lacking.next().is_none(),
        "a client is caught up and lacks messages"
    );
    let times = swarm.tally.caught_up_at.take().context("no times")?;
    Ok(Sample {
        start,
        caught_up_99: Duration::from_micros(times.value_at_quantile(0.99)),
        caught_up_all: Duration::from_micros(times.max()),
        missed: swarm.tally.deliveries,
        sent_away: swarm.tally.sent_away,
        log_reads: log_reads(server.address)? - reads,
        cpu: cpu.total,
    })
}

fn log_reads(address: SocketAddr) -> Result<f64> {
    let counter = Rest::connect(address)?.counter("parlor_log_reads_total")?;
    counter.context("no parlor_log_reads_total in /metrics")
}

fn new_swarm(address: SocketAddr, rooms: Vec<Room>) -> Result<Swarm> {
    let parlor = Subject::Parlor;
    Swarm::new(address, parlor.dialect(), parlor.path(), rooms)
}

/// Makes the rooms, and everybody a member of one of them.
fn furnish(address: SocketAddr, tokens: &[String]) -> Result<Vec<Room>> {
    let ids = crowd::each(address, &tokens[..ROOMS], |rest, number| {
        rest.open_room(&format!("room{number}"))
    })?;
    crowd::each(address, &tokens[ROOMS..], |rest, number| {
        rest.join(&ids[number % ROOMS]).map(|()| String::new())
    })?;
    let rooms = ids.into_iter().zip(0..);
    Ok(rooms.map(|(id, seed)| Room::new(id, seed)).collect())
}

/// Everybody comes, hears what is said, and goes; where each got to.
fn listen_together(
    address: SocketAddr,
    tokens: &[String],
    rooms: Vec<Room>,
) -> Result<(Vec<Ear>, Vec<Room>)> {
    let mut swarm = new_swarm(address, rooms)?;
    let entries = tokens.iter().enumerate().map(|(person, token)| Entry {
        token: Some(token.clone()),
        ear: Ear::of(person % ROOMS),
    });
    swarm.connect(entries, AT_ONCE)?;
    swarm.settle(QUIET)?;
    for _ in 0..BEFORE {
        let all = swarm.tally.deliveries + CLIENTS as u64;
        for sender in 0..ROOMS {
            swarm.publish(sender, 1)?;
        }
        swarm.until(|tally| tally.deliveries >= all)?;
    }
    let ears = swarm.clients.iter().map(|client| client.ear).collect();
    Ok((ears, swarm.rooms))
}

/// Posts so many messages in each room, over REST.
fn talk(
    address: SocketAddr,
    tokens: &[String],
    rooms: &mut [Room],
    count: usize,
    rng: &mut fastrand::Rng,
) -> Result<()> {
    for (room, token) in rooms.iter_mut().zip(tokens) {
        let mut rest = Rest::connect_as(address, token)?;
        for _ in 0..count {
            Post::next(room, rng)?.send(&mut rest)?;
        }
    }
    Ok(())
}

/// A message on its way over REST; sent again it is the same one.
struct Post {
    path: String,
    content: Value,
}

impl Post {
    /// What is said next in that room.
    fn next(room: &mut Room, rng: &mut fastrand::Rng) -> Result<Self> {
        let body = std::str::from_utf8(room.script.say(0))?;
        Ok(Self {
            content: json!({ "client_id": parlor_text::client_id(rng), "body": body }),
            path: format!("/api/v1/rooms/{}/messages", room.id),
        })
    }

    fn send(&self, rest: &mut Rest) -> Result<()> {
        rest.ask("POST", &self.path, Some(&self.content)).map(drop)
    }
}
