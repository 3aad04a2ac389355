//! How the socket is, and when that is worth a banner.

/// A banner appears only after so long without being caught up.
const PATIENCE_MS: i64 = 5_000;

/// The socket's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// No connection; the next try is then.
    Down { retry_at: Option<i64> },
    /// A try is under way.
    Connecting,
    /// Connected; the rooms are being brought up to date.
    CatchingUp,
    /// Connected and up to date.
    Live,
}

/// What the banner says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Banner {
    /// The next try is in so many seconds.
    Waiting { seconds: i64 },
    /// A try is under way.
    Connecting,
    /// Connected, still fetching what was missed.
    CatchingUp,
}

/// How the socket is and since when it is not well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its state.
    pub link: Link,
    /// Since when one is not up to date.
    behind_since: Option<i64>,
}

impl Connection {
    /// Not connected yet.
    pub fn new(now: i64) -> Self {
        Self {
            link: Link::Connecting,
            behind_since: Some(now),
        }
    }

    /// Whether frames can be sent.
    pub fn is_open(&self) -> bool {
        matches!(self.link, Link::CatchingUp | Link::Live)
    }

    pub(super) fn become_down(&mut self, now: i64, retry_at: Option<i64>) {
        self.link = Link::Down { retry_at };
        self.behind_since.get_or_insert(now);
    }

    pub(super) fn become_connecting(&mut self) {
        self.link = Link::Connecting;
    }

    pub(super) fn become_open(&mut self) {
        self.link = Link::CatchingUp;
    }

    pub(super) fn become_live(&mut self) {
        self.link = Link::Live;
        self.behind_since = None;
    }

    /// What to say about the connection, if anything.
    pub fn banner(&self, now: i64) -> Option<Banner> {
        if now - self.behind_since? < PATIENCE_MS {
            return None;
        }
        match self.link {
            Link::Down {
                retry_at: Some(retry_at),
            } if retry_at > now => Some(Banner::Waiting {
                seconds: (retry_at - now + 999) / 1_000,
            }),
            Link::Down { .. } | Link::Connecting => Some(Banner::Connecting),
            Link::CatchingUp => Some(Banner::CatchingUp),
            Link::Live => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blip_shows_no_banner() {
        let mut connection = Connection::new(0);
        connection.become_live();
        connection.become_down(1_000, Some(1_250));
        assert_eq!(connection.banner(5_999), None);
        assert_eq!(connection.banner(6_000), Some(Banner::Connecting));
    }

    #[test]
    fn the_banner_counts_down_to_the_next_try() {
        let mut connection = Connection::new(0);
        connection.become_down(0, Some(12_300));
        assert_eq!(
            connection.banner(10_000),
            Some(Banner::Waiting { seconds: 3 })
        );
    }

    #[test]
    fn the_banner_goes_only_when_caught_up() {
        let mut connection = Connection::new(0);
        connection.become_open();
        assert_eq!(connection.banner(9_000), Some(Banner::CatchingUp));
        connection.become_live();
        assert_eq!(connection.banner(9_000), None);
    }

    #[test]
    fn several_failed_tries_are_one_outage() {
        let mut connection = Connection::new(0);
        connection.become_live();
        connection.become_down(1_000, None);
        connection.become_connecting();
        connection.become_down(4_000, None);
        assert!(connection.banner(6_500).is_some());
    }
}
