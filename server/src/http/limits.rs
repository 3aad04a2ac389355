//! How often one address may try what costs or what can be guessed.

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
};

use actix_web::HttpRequest;
use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};

use crate::Error;

/// Log-ins of one address: so many at once, one more each 2 s. A school logs in at eight o'clock
/// behind one address; a guesser gets 30 an hour per account's worth of patience.
const LOGINS: (u32, u64) = (60, 2_000);
/// Registrations of one address: one more each 10 s.
const REGISTRATIONS: (u32, u64) = (30, 10_000);
/// Password checks of one address: one more each half second.
const PASSWORD_CHECKS: (u32, u64) = (60, 500);

/// What is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    LogIn,
    Register,
    CheckPassword,
}

/// The limits of all addresses.
pub struct Limits {
    is_on: bool,
    logins: DefaultKeyedRateLimiter<IpAddr>,
    registrations: DefaultKeyedRateLimiter<IpAddr>,
    password_checks: DefaultKeyedRateLimiter<IpAddr>,
}

impl Limits {
    /// With nothing used up.
    pub fn new(is_on: bool) -> Self {
        Self {
            is_on,
            logins: limiter(LOGINS),
            registrations: limiter(REGISTRATIONS),
            password_checks: limiter(PASSWORD_CHECKS),
        }
    }

    /// Counts a try.
    pub(super) fn check(&self, action: Action, request: &HttpRequest) -> Result<(), Error> {
        if !self.is_on {
            return Ok(());
        }
        let limiter = match action {
            Action::LogIn => &self.logins,
            Action::Register => &self.registrations,
            Action::CheckPassword => &self.password_checks,
        };
        let address = request
            .peer_addr()
            .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |a| a.ip());
        limiter.check_key(&network(address)).map_err(|until| {
            let wait = until.wait_time_from(governor::clock::DefaultClock::default().now());
            let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
            Error::RateLimited {
                retry_after_ms: millis.max(1),
            }
        })
    }

    /// Forgets addresses that have all their tries back; called every now and then.
    pub fn forget_idle(&self) {
        for limiter in [&self.logins, &self.registrations, &self.password_checks] {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

fn limiter((burst, every_ms): (u32, u64)) -> DefaultKeyedRateLimiter<IpAddr> {
    let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
    let every = std::time::Duration::from_millis(every_ms.max(1));
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(NonZeroU32::MIN));
    DefaultKeyedRateLimiter::keyed(quota.allow_burst(burst))
}

/// One IPv6 customer has a whole /64 to choose from.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => {
            IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn one_address_trips_its_limit_and_its_neighbor_does_not() {
        let limits = Limits::new(true);
        let from = |address: &str| {
            TestRequest::default()
                .peer_addr(address.parse().unwrap())
                .to_http_request()
        };
        let (one, other) = (from("192.0.2.1:1000"), from("192.0.2.2:1000"));
        let passed = (0..100)
            .filter(|_| limits.check(Action::LogIn, &one).is_ok())
            .count();
        assert_eq!(passed, 60);
        assert!(matches!(
            limits.check(Action::LogIn, &one),
            Err(Error::RateLimited {
                retry_after_ms: 1..=2_000
            })
        ));
        assert!(limits.check(Action::LogIn, &other).is_ok());
        assert!(limits.check(Action::Register, &one).is_ok());
    }

    #[test]
    fn addresses_of_one_ipv6_network_count_as_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
    }
}
