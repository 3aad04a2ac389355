//! `RESULTS.md`: everything that a run found, with what it takes to find it again.

use std::fmt::Write as _;

use crate::{
    machine,
    report::{Section, verdicts},
    rows::{ALL, League},
    subject::Launch,
};

const FAIRNESS: &str = "\
How to read it. *Transport*: nothing is kept, Parlor beside servers that only repeat what they hear; the work of its
store (in memory: a transaction, an insert, the counter) is in its figures all the same, and so are its names, rooms,
permissions and JSON. 200 B is the message's body: for the peers that is the whole payload, Parlor's frame has an
envelope around it (the column *bytes / delivery*). *Chat*: everything is on disk before it is
acknowledged (SQLite, `synchronous=FULL`). The two are never mixed. A CPU second is one of the server's process (all
threads, user and kernel, by its CPU clock); servers are on one core, the generator on another. Each figure is a median
with [the smallest–the largest], ratios are made round by round, and the order of the subjects alternates (A B B A). In
P3 Parlor keeps its people in a file, so that it can be measured in a new life. A run with a message lost, doubled, torn or out of order fails and writes nothing.";

const PEERS: &str = "\
| peer | its server | set for speed, as its documentation says |
|---|---|---|
| bare | [src/bare.rs](src/bare.rs) | nothing but epoll and our own frames; one write per socket for what one read brought |
| uWebSockets | [peers/uws.py](peers/uws.py) | by socketify: native publish/subscribe, compression off |
| ws | [peers/ws.js](peers/ws.js) | per-message deflate off; `send`, and one frame built for all |
| Socket.IO | [peers/socketio.js](peers/socketio.js) | WebSocket only, per-message deflate off, no client files, first request forgotten |
";

/// The whole document.
pub fn document(launch: &Launch, arguments: &[String], sections: &[Section]) -> String {
    let mut text = String::from("# Results\n\nWritten by the run; not by hand.\n\n```text\n");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "$ cargo xtask bench {}", arguments.join(" "));
    for (name, value) in machine::describe(launch) {
        let _ = writeln!(text, "{name}: {value}");
    }
    let _ = writeln!(
        text,
        "Parlor's settings: PARLOR_RATE_LIMITS=off PARLOR_WORKERS={} PARLOR_LOG=warn, bcrypt at cost 4 but in P10\n```\n\n\
         {FAIRNESS}\n\n{PEERS}",
        launch.workers
    );
    let _ = writeln!(text, "## Goals\n\n{}", verdicts(sections));
    for (league, title) in [(League::Transport, "Transport"), (League::Chat, "Chat")] {
        let _ = writeln!(text, "## {title}\n");
        for section in sections
            .iter()
            .filter(|section| league_of(section) == league)
        {
            let _ = writeln!(text, "{}", section.to_markdown());
        }
    }
    text
}

fn league_of(section: &Section) -> League {
    let row = ALL.iter().find(|row| row.id == section.id);
    row.map_or(League::Transport, |row| row.league)
}
