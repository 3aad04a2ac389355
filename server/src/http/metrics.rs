//! For the operator: what the server does. `docs/metrics.md` lists it all.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    web::{self, Data},
};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use shared::{CloseCode, ErrorCode};

use super::{
    client_address::is_forwarded,
    describe::{Describe, Operation},
    exposition::Exposition,
    extract::bearer,
    route::{Route, get, resources},
};
use crate::{
    Error,
    chat::{Counts, Totals},
    domain::Figures,
    http::App,
    logging,
    store::Activity,
};

/// Who may look at the figures.
#[derive(Debug, Clone, Default)]
pub struct MetricsAccess {
    /// Whoever shows it; without one, programs of the same machine that no proxy passed on.
    pub token: Option<String>,
    /// They are served at an address of their own and not with the page.
    pub is_elsewhere: bool,
}

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/metrics", metrics)
            .does(
                "Figures for Prometheus. For this machine only until configured otherwise; all \
                 others are told `not_found`.",
            )
            .refuses(&[ErrorCode::NotFound]),
    ]
}

/// The figures alone, at an address of their own: whoever reaches it may look, unless there is a
/// token to show.
pub fn metrics_routes(config: &mut web::ServiceConfig) {
    for resource in resources([get("/metrics", metrics_elsewhere)]) {
        config.service(resource);
    }
    config.default_service(web::to(super::no_such_route));
}

/// In Prometheus's format.
struct Page(String);

impl Responder for Page {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .content_type("text/plain; version=0.0.4; charset=utf-8")
            .body(self.0)
    }
}

impl Describe for Page {
    fn describe(operation: &mut Operation<'_>) {
        operation.answers_with(200, "The figures.", Some("text/plain"));
    }
}

async fn metrics(request: HttpRequest, app: Data<App>) -> Result<Page, Error> {
    let access = &app.metrics;
    let is_local = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    let may_look = match &access.token {
        // Not forwarded: a proxy on this machine is local, and who asks through it is not.
        None => is_local && !is_forwarded(&request),
        Some(token) => shows(&request, token),
    };
    if access.is_elsewhere || !may_look {
        return Err(Error::NotFound("route"));
    }
    figures(&app).await
}

async fn metrics_elsewhere(request: HttpRequest, app: Data<App>) -> Result<Page, Error> {
    if let Some(token) = &app.metrics.token
        && !shows(&request, token)
    {
        return Err(Error::NotFound("route"));
    }
    figures(&app).await
}

/// In a time that tells nothing of how much was right.
fn shows(request: &HttpRequest, token: &str) -> bool {
    bearer(request)
        .is_some_and(|shown| verify_slices_are_equal(shown.as_bytes(), token.as_bytes()).is_ok())
}

async fn figures(app: &App) -> Result<Page, Error> {
    let mut text = Exposition::default();
    live(&mut text, &app.chat.count().await?);
    work(&mut text, &app.chat.totals());
    store(&mut text, &app.domain.store().activity());
    domain(&mut text, &app.domain.figures());
    refused(&mut text, app);
    Ok(Page(text.into_text()))
}

fn live(text: &mut Exposition, counts: &Counts) {
    text.gauge(
        "parlor_connections",
        "Open sockets and streams.",
        counts.connections,
    );
    text.gauge(
        "parlor_people",
        "People connected, or gone for less than five seconds.",
        counts.people,
    );
    text.gauge(
        "parlor_people_elsewhere",
        "People connected to other servers on the same store only.",
        counts.people_elsewhere,
    );
    text.gauge(
        "parlor_rooms",
        "Rooms that somebody connected is in.",
        counts.rooms,
    );
    text.labelled(
        (
            "parlor_orders_waiting",
            "gauge",
            "Messages that wait for a worker, at most 256; then the store waits too.",
        ),
        "worker",
        counts.orders_waiting.iter().enumerate(),
    );
}

fn work(text: &mut Exposition, totals: &Totals) {
    text.counter(
        "parlor_messages_total",
        "New messages told to who is in their rooms, other servers' included.",
        totals.messages,
    );
    text.labelled(
        (
            "parlor_frames_encoded_total",
            "counter",
            "Frames made: once for all who hear them, or for one connection (answers, resumes).",
        ),
        "to",
        [
            ("audience", totals.shared_frames),
            ("connection", totals.own_frames),
        ],
    );
    text.counter(
        "parlor_deliveries_total",
        "Frames handed to connections by the fan-out.",
        totals.deliveries,
    );
    text.counter(
        "parlor_orders_total",
        "Messages to workers: one to each for a commit, whatever is in it.",
        totals.orders,
    );
    text.gauge(
        "parlor_orders_bytes",
        "Bytes of messages that a worker has not followed yet; above 32 MiB the store waits.",
        totals.orders_bytes,
    );
    text.gauge(
        "parlor_feed_waiting",
        "Commits that wait to be told, at most 64; then the store waits too.",
        totals.feed_waiting,
    );
    text.gauge(
        "parlor_outbox_bytes",
        "Bytes that wait for clients to read, at most five seconds ago.",
        totals.outbox_bytes,
    );
    text.counter(
        "parlor_outbox_overflows_total",
        "Connections ended with 4008: more than 256 KiB waited for them.",
        totals.overflows,
    );
    text.labelled(
        (
            "parlor_closes_total",
            "counter",
            "Connections that the server closed, by close code.",
        ),
        "code",
        CloseCode::ALL
            .iter()
            .map(|code| code.as_u16())
            .zip(totals.closes),
    );
    text.gauge(
        "parlor_recent_bytes",
        "Bytes of recent changes kept for who comes back, at most 64 MiB.",
        totals.recent_bytes,
    );
    text.counter(
        "parlor_resumes_read_again_total",
        "Resumes that read the store again: more than 256 frames came meanwhile.",
        totals.rereads,
    );
}

fn store(text: &mut Exposition, activity: &Activity) {
    text.counter(
        "parlor_commits_total",
        "Batches of writes made durable by this server.",
        activity.commit_times.count(),
    );
    text.counter(
        "parlor_committed_jobs_total",
        "Writes made durable by them; over the commits: how many share an fsync.",
        activity.jobs.total,
    );
    text.sizes(
        "parlor_commit_jobs",
        "How many writes a commit made durable.",
        activity.jobs,
    );
    text.times(
        "parlor_commit_seconds",
        "How long that took: SQLite's journal or COMMIT with its fsync, MongoDB's transaction.",
        activity.commit_times,
    );
    text.gauge(
        "parlor_writes_waiting",
        "Writes that wait for their commit, at most 4,096 (MongoDB: twice); then posts are refused.",
        activity.waiting,
    );
    text.gauge(
        "parlor_store_log_pages",
        "Pages of 4 KiB in SQLite's write-ahead log, moved into the file from 16,384 on; 0 on MongoDB.",
        activity.log_pages,
    );
    text.counter(
        "parlor_log_reads_total",
        "Pages of changes read from the store, by resumes and by GET changes.",
        activity.log_reads,
    );
    text.counter(
        "parlor_store_errors_total",
        "Commits and reads that the store could not do: no space, no connection, I/O errors.",
        activity.failures,
    );
}

fn domain(text: &mut Exposition, figures: &Figures) {
    text.times(
        "parlor_ack_seconds",
        "From a message's arrival until it is durable and acknowledged.",
        figures.acks,
    );
    text.gauge(
        "parlor_sessions_remembered",
        "Logins known to live or to have ended, at most 200,000; beyond it the store is asked again.",
        figures.sessions,
    );
    text.counter(
        "parlor_hashes_total",
        "Passwords hashed and compared; with an unknown name as with a known one.",
        figures.hashes,
    );
    text.gauge(
        "parlor_hashes_waiting",
        "Passwords that are being hashed or wait for it, at most 64 and one per core; then log-ins are refused.",
        figures.hashes_waiting,
    );
    text.gauge(
        "parlor_marks_waiting",
        "Marks that wait to be written, at most 65,536; then they are dropped and said again.",
        figures.marks_waiting,
    );
}

fn refused(text: &mut Exposition, app: &App) {
    let over_connections = app.chat.totals().rejections;
    let counts = app.rejections.counts().into_iter().zip(over_connections);
    text.labelled(
        (
            "parlor_rejections_total",
            "counter",
            "Requests and frames that were refused, by error code.",
        ),
        "code",
        ErrorCode::ALL
            .iter()
            .map(|code| code.as_str())
            .zip(counts.map(|(http, live)| http + live)),
    );
    text.counter(
        "parlor_protocol_errors_total",
        "Connections on which a client broke HTTP or WebSocket itself, of this process; logged at level debug.",
        logging::protocol_errors(),
    );
    text.gauge(
        "parlor_limited_keys",
        "Addresses and people that rate limits count, forgotten when all their tries are back.",
        app.limits.keys(),
    );
}
