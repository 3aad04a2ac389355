//! What was answered and is not committed yet.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use shared::Message;

/// How many posts one transaction takes, and for how long it is open: what other connections see
/// is no older. Each is some milliseconds of writing that nobody waits for.
const MANY: usize = 512;
const LONG: Duration = Duration::from_millis(100);

/// After a failure: a disk does not come right in an instant.
const PATIENCE: Duration = Duration::from_secs(1);

/// The posts, all of them in the journal.
pub struct Unsettled {
    posts: Vec<Message>,
    due: Instant,
    /// The last try failed.
    is_put_off: bool,
    is_any: Arc<AtomicBool>,
}

impl Unsettled {
    /// None. `is_any` tells other threads.
    pub fn new(is_any: Arc<AtomicBool>) -> Self {
        Self {
            posts: Vec::new(),
            due: Instant::now(),
            is_put_off: false,
            is_any,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.posts.is_empty()
    }

    /// In the order in which they were made durable.
    pub fn posts(&self) -> &[Message] {
        &self.posts
    }

    /// More of them.
    pub fn add(&mut self, posts: Vec<Message>) {
        if self.posts.is_empty() {
            self.due = Instant::now() + LONG;
        }
        self.posts.extend(posts);
        self.is_any.store(!self.posts.is_empty(), Ordering::Release);
    }

    /// The database has them.
    pub fn clear(&mut self) {
        self.posts.clear();
        self.is_put_off = false;
        self.is_any.store(false, Ordering::Release);
    }

    /// They could not be committed: not tried again at once.
    pub fn put_off(&mut self) {
        self.due = Instant::now() + PATIENCE;
        self.is_put_off = true;
    }

    /// How long they may stay; none where there is none.
    pub fn until_due(&self) -> Option<Duration> {
        if self.posts.is_empty() {
            return None;
        }
        if self.posts.len() >= MANY && !self.is_put_off {
            return Some(Duration::ZERO);
        }
        Some(self.due.saturating_duration_since(Instant::now()))
    }
}
