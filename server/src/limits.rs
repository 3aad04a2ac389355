//! How often one address or one person may do what costs, or what can be guessed.
//!
//! Counted by this server alone: several servers on one store each give the whole rate.

mod rate;

use std::{
    hash::Hash,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};
use shared::UserId;

use crate::{Error, config::Rates};

pub use rate::{NoRate, Rate};

/// Keys of one limit beyond which addresses are counted by larger networks: some 10 MB.
const MANY_KEYS: usize = 100_000;
/// How seldom the keys are counted, in checks.
const COUNT_EVERY: u32 = 1_024;

/// What is limited for whoever has not logged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ByAddress {
    LogIn,
    Register,
    CheckPassword,
    Refresh,
}

/// What is limited for each person, however many connections they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByPerson {
    /// Any REST call, any connection.
    Request,
    /// A message.
    Message,
    /// A ticket.
    Ticket,
    /// A typing notice.
    Typing,
    /// A change of the password, which shows the old one.
    ChangePassword,
}

/// All limits, with what was used up.
pub struct Limits {
    /// In the order of [`ByAddress`].
    by_address: [Limit<IpAddr>; 4],
    /// In the order of [`ByPerson`].
    by_person: [Limit<UserId>; 5],
    frames: Rate,
}

impl Limits {
    /// With nothing used up; None for none at all.
    pub fn new(rates: Option<&Rates>) -> Self {
        let rates = rates.unwrap_or(&Rates::OFF);
        Self {
            by_address: [
                rates.limit_logins,
                rates.limit_registrations,
                rates.limit_password_checks,
                rates.limit_refreshes,
            ]
            .map(Limit::new),
            by_person: [
                rates.limit_requests,
                rates.limit_messages,
                rates.limit_tickets,
                rates.limit_typing,
                rates.limit_password_changes,
            ]
            .map(Limit::new),
            frames: rates.limit_frames,
        }
    }

    /// Counts what somebody at that address tries.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_address(&self, action: ByAddress, address: IpAddr) -> Result<(), Error> {
        let limit = &self.by_address[action as usize];
        limit.check(&network(address, limit.is_crowded()))
    }

    /// Counts what a person does.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn check_person(&self, action: ByPerson, user: UserId) -> Result<(), Error> {
        self.by_person[action as usize].check(&user)
    }

    /// Of one connection.
    pub fn frames(&self) -> Rate {
        self.frames
    }

    /// How many keys are counted.
    pub fn keys(&self) -> usize {
        let addresses: usize = self.by_address.iter().map(Limit::len).sum();
        addresses + self.by_person.iter().map(Limit::len).sum::<usize>()
    }

    /// Forgets who has all their tries back; called every now and then.
    pub fn forget_idle(&self) {
        self.by_address.iter().for_each(Limit::forget_idle);
        self.by_person.iter().for_each(Limit::forget_idle);
    }
}

/// One limit for all its keys; without a limiter it passes everything.
struct Limit<K: Clone + Hash + Eq> {
    limiter: Option<DefaultKeyedRateLimiter<K>>,
    checks: AtomicU32,
    is_crowded: AtomicBool,
}

impl<K: Clone + Hash + Eq> Limit<K> {
    fn new(rate: Rate) -> Self {
        let limiter = match rate {
            Rate::Off => None,
            Rate::Limited { burst, every } => Quota::with_period(every)
                .map(|quota| DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst))),
        };
        Self {
            limiter,
            checks: AtomicU32::new(0),
            is_crowded: AtomicBool::new(false),
        }
    }

    fn check(&self, key: &K) -> Result<(), Error> {
        let Some(limiter) = &self.limiter else {
            return Ok(());
        };
        if self.checks.fetch_add(1, Ordering::Relaxed) % COUNT_EVERY == COUNT_EVERY - 1 {
            self.is_crowded
                .store(limiter.len() > MANY_KEYS, Ordering::Relaxed);
        }
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            Error::RateLimited {
                retry_after_ms: millis.max(1),
            }
        })
    }

    fn len(&self) -> usize {
        self.limiter
            .as_ref()
            .map_or(0, DefaultKeyedRateLimiter::len)
    }

    fn is_crowded(&self) -> bool {
        self.is_crowded.load(Ordering::Relaxed)
    }

    fn forget_idle(&self) {
        if let Some(limiter) = &self.limiter {
            limiter.retain_recent();
            limiter.shrink_to_fit();
            self.is_crowded
                .store(limiter.len() > MANY_KEYS, Ordering::Relaxed);
        }
    }
}

/// What counts as one address. One IPv6 customer has a whole /64 to choose from; when somebody
/// tries so many that they would fill the memory, everything of their provider counts as one.
fn network(address: IpAddr, is_crowded: bool) -> IpAddr {
    match (address.to_canonical(), is_crowded) {
        (IpAddr::V4(address), false) => address.into(),
        (IpAddr::V4(address), true) => {
            Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 16)).into()
        }
        (IpAddr::V6(address), is_crowded) => {
            let host_bits = if is_crowded { 96 } else { 64 };
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << host_bits)).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rates() -> Rates {
        Rates {
            limit_logins: "60/2s".parse().unwrap(),
            limit_messages: "5/1m".parse().unwrap(),
            ..Rates::OFF
        }
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn one_address_trips_its_limit_and_its_neighbor_does_not() {
        let limits = Limits::new(Some(&rates()));
        let log_in = |from: &str| limits.check_address(ByAddress::LogIn, address(from));
        let passed = (0..100).filter(|_| log_in("192.0.2.1").is_ok()).count();
        assert_eq!(passed, 60);
        assert!(matches!(
            log_in("192.0.2.1"),
            Err(Error::RateLimited {
                retry_after_ms: 1..=2_000
            })
        ));
        assert!(log_in("192.0.2.2").is_ok());
        let other = limits.check_address(ByAddress::Register, address("192.0.2.1"));
        assert!(other.is_ok(), "another limit");
    }

    #[test]
    fn one_person_trips_their_limit_and_nobody_elses() {
        let limits = Limits::new(Some(&rates()));
        let post = |who| {
            let who = UserId::from_uuid(Uuid::from_u128(who));
            limits.check_person(ByPerson::Message, who).is_ok()
        };
        assert_eq!((0..20).filter(|_| post(1)).count(), 5);
        assert!(post(2));
    }

    #[test]
    fn without_limits_everything_passes() {
        let limits = Limits::new(None);
        let from = address("192.0.2.1");
        assert!((0..10_000).all(|_| limits.check_address(ByAddress::LogIn, from).is_ok()));
        assert_eq!(limits.frames(), Rate::Off);
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let network = |text: &str| network(address(text), false);
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[test]
    fn whoever_has_endless_addresses_counts_as_one_before_they_fill_the_memory() {
        let limits = Limits::new(Some(&rates()));
        let log_in = |host: u64| {
            let bits = (0x2001_0db8_u128 << 96) | (u128::from(host) << 64);
            limits.check_address(ByAddress::LogIn, Ipv6Addr::from_bits(bits).into())
        };
        let tries = 3 * MANY_KEYS as u64;
        let passed = (0..tries).filter(|host| log_in(*host).is_ok()).count();
        assert!(passed < MANY_KEYS + 2 * COUNT_EVERY as usize, "{passed}");
        let keys = limits.by_address[0].limiter.as_ref().unwrap().len();
        assert!(keys < MANY_KEYS + 2 * COUNT_EVERY as usize, "{keys}");
    }
}
