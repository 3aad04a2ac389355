//! Passwords: judged, hashed and compared, away from the threads that serve connections.

use std::thread;

use shared::{Password, PasswordScore};
use tokio::sync::Semaphore;

use super::hashing::HashingThreads;
use crate::{Error, counter::Counter};

/// Hashes that may wait. At cost 12 a core does five a second, so the last waits some seconds;
/// beyond that an answer "busy" is kinder than a queue.
const MAX_WAITING: usize = 64;

/// The score a new password needs.
const MIN_SCORE: u8 = 3;

/// The work factor of bcrypt, 4 to 31.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordCost(pub u32);

pub(super) struct Passwords {
    cost: u32,
    /// Of a password nobody knows: what an unknown name is compared with, so that it takes as
    /// long as a known one.
    dummy_hash: tokio::sync::OnceCell<String>,
    threads: HashingThreads,
    running: Semaphore,
    waiting: Semaphore,
    /// How many permits there are to wait.
    places: usize,
    /// Hashes that were begun.
    done: Counter,
}

impl Passwords {
    pub fn new(cost: PasswordCost) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Self {
            cost: cost.0,
            dummy_hash: tokio::sync::OnceCell::new(),
            threads: HashingThreads::new(cores),
            running: Semaphore::new(cores),
            waiting: Semaphore::new(MAX_WAITING + cores),
            places: MAX_WAITING + cores,
            done: Counter::new(),
        }
    }

    pub async fn hash(&self, password: &str) -> Result<String, Error> {
        let (password, cost) = (password.to_owned(), self.cost);
        // Not the non-truncating one, which counts a closing NUL and so refuses 72 bytes: the 72
        // count to the last, and the type has refused more.
        self.work(move || bcrypt::hash(&password, cost))
            .await?
            .map_err(|error| Error::Internal(error.into()))
    }

    /// Whether the password is the one that was hashed; an unreadable hash matches nothing. Without
    /// a hash (an unknown name) it takes as long and matches nothing.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool, Error> {
        // Longer ones cannot have been set. As long as the others all the same.
        let is_possible = password.len() <= Password::MAX_BYTES && !password.contains('\0');
        let password = if is_possible {
            password.to_owned()
        } else {
            String::new()
        };
        let known = hash
            .filter(|hash| is_possible && !hash.is_empty())
            .map(str::to_owned);
        let is_known = known.is_some();
        // Whether it is needed or not: the first to need it would wait twice as long as others.
        let dummy_hash = self.dummy_hash().await?;
        let hash = known.unwrap_or(dummy_hash);
        let matches = self
            .work(move || bcrypt::verify(&password, &hash).unwrap_or(false))
            .await?;
        Ok(matches && is_known)
    }

    /// Whether a hash was made with another work factor than hashes are made with now.
    pub fn is_outdated(&self, hash: &str) -> bool {
        // `$2b$12$…`
        let cost = hash.split('$').nth(2).and_then(|cost| cost.parse().ok());
        cost != Some(self.cost)
    }

    /// How many were hashed or compared.
    pub fn done(&self) -> u64 {
        self.done.get()
    }

    /// How many are being hashed or wait for it.
    pub fn waiting(&self) -> usize {
        self.places.saturating_sub(self.waiting.available_permits())
    }

    async fn dummy_hash(&self) -> Result<String, Error> {
        let hash = self.dummy_hash.get_or_try_init(async || {
            let nobody_knows = super::tokens::random_value()?;
            self.hash(&nobody_knows).await
        });
        hash.await.cloned()
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Error> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Error::Busy)?;
        let _running = self
            .running
            .acquire()
            .await
            .map_err(|error| Error::Internal(error.into()))?;
        self.done.add(1);
        self.threads
            .run(job)
            .await
            .map_err(|error| Error::Internal(error.into()))
    }
}

/// How hard a password is to guess, and what would make it harder. Words of the person's own
/// (name, address) count as known to whoever guesses.
pub(super) fn judge(password: &str, own_words: &[&str]) -> PasswordScore {
    // zxcvbn's time grows with length; beyond 72 bytes the password is refused anyway.
    let end = password.floor_char_boundary(Password::MAX_BYTES);
    let entropy = zxcvbn::zxcvbn(&password[..end], own_words);
    let mut advice: Vec<String> = Vec::new();
    if let Some(feedback) = entropy.feedback() {
        advice.extend(feedback.warning().map(|warning| warning.to_string()));
        advice.extend(feedback.suggestions().iter().map(ToString::to_string));
    }
    if password.len() > Password::MAX_BYTES {
        advice.push(format!("Use at most {} bytes.", Password::MAX_BYTES));
    } else if password.chars().count() < Password::MIN_CHARS {
        advice.push(format!("Use at least {} characters.", Password::MIN_CHARS));
    }
    PasswordScore {
        score: u8::from(entropy.score()),
        advice,
    }
}

/// Passes a password that is strong enough.
pub(super) fn require_strong(
    field: &'static str,
    password: &Password,
    own_words: &[&str],
) -> Result<(), Error> {
    let judged = judge(password.reveal(), own_words);
    if judged.score >= MIN_SCORE {
        return Ok(());
    }
    let advice = judged.advice.join(" ");
    let message = if advice.is_empty() {
        "is too easy to guess: add another word or two".to_owned()
    } else {
        format!("is too easy to guess: {advice}")
    };
    Err(Error::InvalidField { field, message })
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::{Arc, Mutex, mpsc},
    };

    use futures_util::future::{join_all, poll_immediate};

    use super::*;

    #[test]
    fn well_known_passwords_and_ones_own_name_are_weak() {
        for (password, own) in [
            ("password", ""),
            ("12345678", ""),
            ("wonderland-alice", "wonderland-alice"),
        ] {
            assert!(judge(password, &[own]).score < MIN_SCORE, "{password}");
        }
        assert!(judge("correct horse battery staple", &[]).score >= MIN_SCORE);
    }

    #[test]
    fn a_password_is_strong_from_a_score_of_three_on() {
        for (password, score, is_strong) in [
            ("rabbit77", 1, false),
            ("teapotrabbit", 2, false),
            ("wonder-rabbit", 3, true),
            ("hatter-tart-9", 4, true),
        ] {
            assert_eq!(judge(password, &[]).score, score, "{password}");
            let new = Password::try_from(password.to_owned()).unwrap();
            let required = require_strong("password", &new, &[]);
            assert_eq!(required.is_ok(), is_strong, "{password}");
        }
    }

    #[actix_web::test]
    async fn the_longest_password_counts_to_its_last_byte() {
        let passwords = Passwords::new(PasswordCost(4));
        let longest = "x".repeat(Password::MAX_BYTES - 1) + "y";
        let hash = passwords.hash(&longest).await.unwrap();
        assert!(passwords.verify(&longest, Some(&hash)).await.unwrap());
        let other = "x".repeat(Password::MAX_BYTES);
        assert!(!passwords.verify(&other, Some(&hash)).await.unwrap());
    }

    #[actix_web::test]
    async fn so_many_wait_and_the_next_is_told_to_come_back() {
        let passwords = Passwords::new(PasswordCost(4));
        // Open when its other end is dropped.
        let (closed, gate) = mpsc::channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let jobs = (0..passwords.places).map(|_| {
            let gate = Arc::clone(&gate);
            passwords.work(move || gate.lock().unwrap().recv().is_err())
        });
        let mut all = pin!(join_all(jobs));
        assert!(poll_immediate(&mut all).await.is_none(), "all wait");
        assert_eq!(passwords.waiting(), passwords.places);
        let one_more = passwords.hash("tangerine").await;
        assert!(matches!(one_more, Err(Error::Busy)), "{one_more:?}");
        drop(closed);
        assert!(all.await.iter().all(Result::is_ok));
        assert!(passwords.hash("tangerine").await.is_ok());
        assert_eq!(passwords.waiting(), 0);
    }

    #[actix_web::test]
    async fn whoever_is_asked_for_the_same_work_is_done() {
        let hash = Passwords::new(PasswordCost(4)).hash("tangerine").await;
        let hash = hash.unwrap();
        let (long, known) = ("x".repeat(5_000), Some(hash.as_str()));
        for (password, hash) in [
            ("tangerine", known),
            ("clementine", known),
            ("tangerine", None),
            ("", None),
            (long.as_str(), known),
            ("a\0b", known),
            // Of a deleted account.
            ("tangerine", Some("")),
        ] {
            let passwords = Passwords::new(PasswordCost(4));
            for done in [2, 3] {
                passwords.verify(password, hash).await.unwrap();
                assert_eq!(passwords.done(), done, "{password:.10} {hash:?}");
            }
            let dummy = passwords.dummy_hash().await.unwrap();
            assert!(!passwords.is_outdated(&dummy), "the same work factor");
        }
    }

    #[actix_web::test]
    async fn a_hash_of_another_work_factor_is_outdated() {
        let hash = Passwords::new(PasswordCost(4)).hash("tangerine").await;
        let hash = hash.unwrap();
        assert!(!Passwords::new(PasswordCost(4)).is_outdated(&hash));
        assert!(Passwords::new(PasswordCost(5)).is_outdated(&hash));
    }

    #[actix_web::test]
    async fn a_hash_is_matched_by_its_password_only() {
        let passwords = Passwords::new(PasswordCost(4));
        let hash = passwords.hash("tangerine dream machine").await.unwrap();
        assert!(
            passwords
                .verify("tangerine dream machine", Some(&hash))
                .await
                .unwrap()
        );
        for other in ["tangerine dream machin", "", &"x".repeat(73), "a\0b"] {
            assert!(
                !passwords.verify(other, Some(&hash)).await.unwrap(),
                "{other:?}"
            );
        }
        assert!(
            !passwords
                .verify("tangerine dream machine", None)
                .await
                .unwrap()
        );
        assert!(!passwords.verify("", Some("")).await.unwrap());
    }
}
