//! What is logged, and where.

use std::{fmt::Debug, io};

use tracing::{Event, Subscriber};
use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt::{self, MakeWriter},
    layer::{Context, SubscriberExt as _},
    util::SubscriberInitExt as _,
};

use crate::counter::Counter;

/// Where actix-http says, as an error, that a client broke the protocol. Any stranger can have it say
/// that, a line for each connection: so these lines are counted, and told to whoever looks for them.
const STRANGERS: [&str; 3] = [
    "actix_http::h1::dispatcher",
    "actix_http::h1::decoder",
    "actix_http::ws",
];

/// Of the process, as its log is.
static PROTOCOL_ERRORS: Counter = Counter::new();

/// How often a client broke HTTP or WebSocket itself, since the log was started.
pub fn protocol_errors() -> u64 {
    PROTOCOL_ERRORS.get()
}

/// Starts the process's log: a line for each event of that level or a graver one.
pub fn start<W>(level: LevelFilter, writer: W, is_colored: bool)
where
    W: for<'a> MakeWriter<'a> + Debug + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .with_writer(writer)
        .with_ansi(is_colored)
        .with_target(false)
        .with_filter(told(level));
    let of_strangers = strangers(LevelFilter::ERROR);
    tracing_subscriber::registry()
        .with(lines)
        .with(Count.with_filter(of_strangers))
        .init();
}

/// Starts it on standard error.
pub fn start_on_stderr(level: LevelFilter) {
    let is_colored = io::IsTerminal::is_terminal(&io::stderr());
    start(level, io::stderr as fn() -> io::Stderr, is_colored);
}

fn told(level: LevelFilter) -> Targets {
    let of_strangers = if level >= LevelFilter::DEBUG {
        level
    } else {
        LevelFilter::OFF
    };
    strangers(of_strangers).with_default(level)
}

fn strangers(level: LevelFilter) -> Targets {
    Targets::new().with_targets(STRANGERS.map(|target| (target, level)))
}

/// Counts what it is shown.
struct Count;

impl<S: Subscriber> Layer<S> for Count {
    fn on_event(&self, _: &Event<'_>, _: Context<'_, S>) {
        PROTOCOL_ERRORS.add(1);
    }
}
