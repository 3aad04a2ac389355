//! R15: whatever bytes come in, the process lives and nobody else's connection is closed.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fastrand::Rng;
use futures_util::future::try_join_all;
use shared::RoomId;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{account::Account, ground::Ground, properties::everything_is_bounded::Bystanders, raw};

/// Frames or bodies of one connection.
const BATCH: usize = 200;
/// An answer to a mutated request may never come: half of it was eaten by the one before.
const PATIENCE: Duration = Duration::from_millis(20);

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (goal, pairs) = ground.pick((8_000, 2), (1_000_000, 8));
    let mut rng = ground.rng();
    let server = ground.serve().await?;
    let process = server.id();
    let people = Account::crowd(server.address, "person", 4).await?;
    let room = crate::crew::open_rooms(&people, 1).await?[0];
    let mut bystanders = Bystanders::come_in(people[..2].to_vec(), room, &mut rng, &ground.counts);
    let mut mutated = 0_usize;
    while mutated < goal {
        let rngs: Vec<(Rng, Rng)> = (0..pairs).map(|_| (rng.fork(), rng.fork())).collect();
        let mutating = rngs.into_iter().map(|(frames, bodies)| async {
            tokio::try_join!(
                frames_from(&people[2], room, frames),
                bodies_from(&people[3], room, bodies),
            )
        });
        let talking = bystanders.talk_for(Duration::from_millis(20));
        tokio::try_join!(try_join_all(mutating), talking)?;
        mutated += pairs * 2 * BATCH;
        ground.counts.add("mutated", (pairs * 2 * BATCH) as u64);
        ensure!(server.id() == process, "the server has ended");
    }
    bystanders.judge(&ground.counts).await
}

/// An id of one's own: two people's messages with one would look like one message twice.
const OVER_SOCKETS: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
const OVER_REST: &str = "01890a5e-17c2-7d3e-9a41-6f5d20c8e914";

fn examples(room: RoomId, id: &str) -> Vec<Vec<u8>> {
    [
        format!(r#"{{"type":"send_message","room":"{room}","client_id":"{id}","body":"hi"}}"#),
        format!(r#"{{"type":"resume","epoch":"{id}","rooms":{{"{room}":3}}}}"#),
        format!(r#"{{"type":"mark","room":"{room}","delivered":1,"read":1}}"#),
        format!(r#"{{"type":"typing","room":"{room}"}}"#),
        r#"{"type":"set_presence","state":"away"}"#.to_owned(),
        r#"{"type":"renew","token":"x.y.z"}"#.to_owned(),
        r#"{"type":"ping"}"#.to_owned(),
        format!(r#"{{"client_id":"{id}","body":"hi"}}"#),
        r#"{"name":"books","visibility":"public","title":"B"}"#.to_owned(),
        r#"{"delivered":1,"read":18446744073709551615}"#.to_owned(),
    ]
    .map(String::into_bytes)
    .into()
}

/// Some bytes replaced, taken out, doubled; or depth, a giant number, bad UTF-8.
fn mutate(mut bytes: Vec<u8>, rng: &mut Rng) -> Vec<u8> {
    for _ in 0..rng.usize(1..6) {
        let at = rng.usize(..=bytes.len());
        match rng.u8(..7) {
            0 if at < bytes.len() => bytes[at] = rng.u8(..),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.insert(at, rng.u8(..)),
            3 => drop(bytes.splice(at..at, std::iter::repeat_n(b'[', rng.usize(..2_000)))),
            4 => drop(bytes.splice(at..at, *b"1e99999999999")),
            5 => drop(bytes.splice(at..at, [0xc3, 0x28, 0xff])),
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Mutated text in good frames, and good text in mutated frames.
async fn frames_from(person: &Account, room: RoomId, mut rng: Rng) -> Result<()> {
    let examples = examples(room, OVER_SOCKETS);
    let (mut stream, _) = raw::upgrade(person.address, &person.token).await?;
    for _ in 0..BATCH {
        let example = examples[rng.usize(..examples.len())].clone();
        let bytes = if rng.bool() {
            raw::frame(rng.u8(..3), &mutate(example, &mut rng))
        } else {
            mutate(raw::frame(raw::opcode::TEXT, &example), &mut rng)
        };
        // Closed by what came before: the rest goes through a new one.
        if stream.write_all(&bytes).await.is_err() {
            stream = raw::upgrade(person.address, &person.token).await?.0;
        }
    }
    Ok(())
}

/// The same as bodies, and as whole requests.
async fn bodies_from(person: &Account, room: RoomId, mut rng: Rng) -> Result<()> {
    let examples = examples(room, OVER_REST);
    let paths = [
        format!("/rooms/{room}/messages"),
        format!("/rooms/{room}/marks"),
        "/rooms".to_owned(),
        "/users".to_owned(),
        "/sessions".to_owned(),
    ];
    let mut stream = TcpStream::connect(person.address).await?;
    for _ in 0..BATCH {
        let body = mutate(examples[rng.usize(..examples.len())].clone(), &mut rng);
        let path = &paths[rng.usize(..paths.len())];
        let method = ["POST", "PUT", "PATCH"][rng.usize(..3)];
        let head = format!(
            "{method} /api/v1{path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            person.address,
            person.token,
            body.len()
        );
        let mut request = head.into_bytes();
        if rng.u8(..4) == 0 {
            request = mutate(request, &mut rng);
        }
        request.extend(body);
        let mut answer = [0; 4_096];
        let written = stream.write_all(&request).await;
        let read = timeout(PATIENCE, stream.read(&mut answer)).await;
        if written.is_err() || !matches!(read, Ok(Ok(1..))) {
            stream = TcpStream::connect(person.address)
                .await
                .context("nobody listens any more")?;
        }
        ensure!(
            !answer.starts_with(b"HTTP/1.1 500"),
            "answered 500: {}",
            String::from_utf8_lossy(&request)
        );
    }
    Ok(())
}
