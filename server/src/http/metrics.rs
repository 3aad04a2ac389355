//! For the operator: what it does, in Prometheus's text format. `docs/metrics.md` lists it all.

use std::fmt::{Display, Write as _};

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data},
};

use crate::{
    Error,
    chat::{Counts, Totals},
    http::App,
    store::Activity,
};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(super::resource("/metrics").route(web::get().to(metrics)));
}

/// Figures for this machine only.
async fn metrics(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Error> {
    let is_local = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().is_loopback());
    if !is_local {
        return Err(Error::NotFound("route"));
    }
    let mut text = Exposition::default();
    text.live(&app.chat.count().await?, app.chat.totals());
    text.store(app.domain.store().activity());
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text.0))
}

/// The page, as far as it is written.
#[derive(Default)]
struct Exposition(String);

impl Exposition {
    fn live(&mut self, counts: &Counts, totals: Totals) {
        self.gauge(
            "parlor_connections",
            "Open sockets and streams.",
            counts.connections,
        );
        self.gauge(
            "parlor_people",
            "People connected, or gone for less than five seconds.",
            counts.people,
        );
        self.gauge(
            "parlor_people_elsewhere",
            "People connected to other servers on the same store only.",
            counts.people_elsewhere,
        );
        self.counter(
            "parlor_messages_total",
            "New messages told to who is in their rooms, other servers' included.",
            totals.messages,
        );
        self.family(
            "parlor_frames_encoded_total",
            "counter",
            "Frames made: once for all who hear them, or for one connection (answers, resumes).",
            [
                ("{to=\"audience\"}".to_owned(), totals.shared_frames),
                ("{to=\"connection\"}".to_owned(), totals.own_frames),
            ],
        );
        self.counter(
            "parlor_deliveries_total",
            "Frames handed to connections by the fan-out.",
            totals.deliveries,
        );
        self.counter(
            "parlor_orders_total",
            "Messages to workers: one to each for a commit, whatever is in it.",
            totals.orders,
        );
        let waiting = counts.orders_waiting.iter().enumerate();
        self.family(
            "parlor_orders_waiting",
            "gauge",
            "Messages that wait for a worker, at most 256; then the store waits too.",
            waiting.map(|(worker, count)| (format!("{{worker=\"{worker}\"}}"), count)),
        );
        self.gauge(
            "parlor_outbox_bytes",
            "Bytes that wait for clients to read, at most five seconds ago.",
            totals.outbox_bytes,
        );
        self.counter(
            "parlor_outbox_overflows_total",
            "Connections ended with 4008: more than 256 KiB waited for them.",
            totals.overflows,
        );
        self.gauge(
            "parlor_recent_bytes",
            "Bytes of recent changes kept for who comes back, at most 64 MiB.",
            totals.recent_bytes,
        );
    }

    fn store(&mut self, activity: Activity) {
        self.counter(
            "parlor_commits_total",
            "Commits made by this server, each durable.",
            activity.commits,
        );
        self.counter(
            "parlor_committed_jobs_total",
            "Writes made durable by them; over the commits: how many share an fsync.",
            activity.jobs,
        );
        self.counter(
            "parlor_commit_seconds_total",
            "How long the commits took together: SQLite's COMMIT, MongoDB's transaction.",
            activity.commit_time.as_secs_f64(),
        );
        self.gauge(
            "parlor_writes_waiting",
            "Writes that wait for their commit, at most 4,096 (MongoDB: twice); then posts are refused.",
            activity.waiting,
        );
        self.counter(
            "parlor_log_reads_total",
            "Pages of changes read from the store, by resumes and by GET changes.",
            activity.log_reads,
        );
    }

    fn counter(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "counter", help, [(String::new(), value)]);
    }

    fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(name, "gauge", help, [(String::new(), value)]);
    }

    /// Several values under one name, told apart by their labels.
    fn family(
        &mut self,
        name: &str,
        kind: &str,
        help: &str,
        values: impl IntoIterator<Item = (String, impl Display)>,
    ) {
        let text = &mut self.0;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    }
}
