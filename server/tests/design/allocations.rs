//! What a delivery allocates: nothing, once the queues have grown.
//!
//! The server is a process of its own (this very test, run again), so that the clients' allocations
//! are not among those counted. Two audiences of different size hear as many messages each: what a
//! message costs by itself falls out of the difference.

use std::{
    alloc::System,
    env,
    io::{BufRead, BufReader, Write, stdin},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

use crate::{
    api::harness::{Door, Socket, TestServer},
    audience::Audience,
};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Says that this process is the server.
const SERVER: &str = "PARLOR_TEST_COUNTED_SERVER";

const FEW: usize = 20;
const MANY: usize = 80;
const MESSAGES: usize = 100;

/// Allocations in a thousand deliveries. Something per delivery would make a thousand; what comes
/// with time (ticks, a queue that grows once more) some ten.
const PER_THOUSAND: u64 = 100;

#[actix_web::test]
async fn a_delivery_allocates_nothing() {
    if env::var_os(SERVER).is_some() {
        return serve_and_count().await;
    }
    let mut server = CountedServer::start();
    let (alice, bob) = (
        server.door.register("alice").await,
        server.door.register("bob").await,
    );
    let mut sending = alice.connect().await;
    let mut audience = Audience::gather(&bob, FEW).await;
    let few = server.count(&mut sending, &mut audience).await;
    audience.grow(&bob, MANY - FEW).await;
    let many = server.count(&mut sending, &mut audience).await;

    let deliveries = ((MANY - FEW) * MESSAGES) as u64;
    println!("{few} allocations for {FEW} listeners, {many} for {MANY}");
    let per_thousand = many.saturating_sub(few) * 1_000 / deliveries;
    assert!(
        per_thousand <= PER_THOUSAND,
        "{per_thousand} in a thousand deliveries"
    );
    // The premise: it does count, and posting does allocate.
    assert!(few > MESSAGES as u64, "{few}");
}

/// A server that tells how often it allocated.
struct CountedServer {
    door: Door,
    process: Child,
    ask: ChildStdin,
    told: BufReader<ChildStdout>,
}

impl CountedServer {
    fn start() -> Self {
        let mut process = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "allocations::a_delivery_allocates_nothing",
                "--nocapture",
            ])
            .env(SERVER, "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let ask = process.stdin.take().unwrap();
        let mut told = BufReader::new(process.stdout.take().unwrap());
        let address = find(&mut told, "listens on ");
        Self {
            door: Door::at(address.parse().unwrap()),
            process,
            ask,
            told,
        }
    }

    /// Allocations by the whole server while the audience hears so many messages, one by one.
    async fn count(&mut self, sending: &mut Socket, audience: &mut Audience) -> u64 {
        // Nobody is in any other room.
        let lobby = sending.ready.rooms[0].id;
        let mut before = 0;
        // The first round is the warm-up.
        for _ in 0..2 {
            before = self.allocations();
            for _ in 0..MESSAGES {
                sending.send_message(lobby, "hi").await;
                sending.next_message().await;
                audience.hears(1).await;
            }
        }
        self.allocations() - before
    }

    fn allocations(&mut self) -> u64 {
        writeln!(self.ask).unwrap();
        find(&mut self.told, "allocated ").parse().unwrap()
    }
}

impl Drop for CountedServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

/// The rest of the first line that has `mark` in it: the test's runner writes there too.
fn find(told: &mut impl BufRead, mark: &str) -> String {
    for line in told.lines() {
        if let Some((_, rest)) = line.unwrap().split_once(mark) {
            return rest.to_owned();
        }
    }
    panic!("the server ended before it said {mark:?}")
}

async fn serve_and_count() {
    let server = TestServer::on_files().await;
    println!("listens on {}", server.address);
    for line in stdin().lines() {
        line.unwrap();
        let counted = ALLOCATOR.stats();
        let all = counted.allocations + counted.reallocations;
        println!("allocated {all}");
    }
}
