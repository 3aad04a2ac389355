//! What the server counted between two moments.

use crate::api::harness::Door;

/// Names on the operator's page, as `docs/metrics.md` explains them.
const NAMES: [&str; 7] = [
    "parlor_messages_total",
    "parlor_frames_encoded_total{to=\"audience\"}",
    "parlor_frames_encoded_total{to=\"connection\"}",
    "parlor_deliveries_total",
    "parlor_orders_total",
    "parlor_commits_total",
    "parlor_committed_jobs_total",
];

/// Counted so far, or between two of them.
#[derive(Debug, PartialEq, Eq)]
pub struct Tally {
    pub messages: u64,
    pub shared_frames: u64,
    pub own_frames: u64,
    pub deliveries: u64,
    pub orders: u64,
    pub commits: u64,
    pub jobs: u64,
}

impl Tally {
    pub async fn of(server: &Door) -> Self {
        let mut figures = [0; NAMES.len()];
        for (figure, name) in figures.iter_mut().zip(NAMES) {
            *figure = server.metric(name).await;
        }
        Self::from(figures)
    }

    /// What came since `before`.
    pub async fn since(before: &Self, server: &Door) -> Self {
        let now = Self::of(server).await;
        let tally = Self {
            messages: now.messages - before.messages,
            shared_frames: now.shared_frames - before.shared_frames,
            own_frames: now.own_frames - before.own_frames,
            deliveries: now.deliveries - before.deliveries,
            orders: now.orders - before.orders,
            commits: now.commits - before.commits,
            jobs: now.jobs - before.jobs,
        };
        println!("{tally:?}");
        tally
    }
}

impl From<[u64; NAMES.len()]> for Tally {
    fn from(figures: [u64; NAMES.len()]) -> Self {
        let [
            messages,
            shared_frames,
            own_frames,
            deliveries,
            orders,
            commits,
            jobs,
        ] = figures;
        Self {
            messages,
            shared_frames,
            own_frames,
            deliveries,
            orders,
            commits,
            jobs,
        }
    }
}
