//! Whose address a request has: the peer's, or the one that a trusted proxy names.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

use actix_web::HttpRequest;

/// An address, or a network like `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

/// A text that is no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be an address like 10.0.0.7 or a network like 10.0.0.0/8")]
pub struct NoNetwork;

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (address, prefix) = match text.trim().split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text.trim(), None),
        };
        let address: IpAddr = address.parse().map_err(|_| NoNetwork)?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| NoNetwork)?,
            None => most,
        };
        if prefix > most {
            return Err(NoNetwork);
        }
        Ok(Self { address, prefix })
    }
}

impl Network {
    fn contains(&self, address: IpAddr) -> bool {
        let prefix = u32::from(self.prefix);
        match (self.address, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                // All 32 bits are shifted out for /0.
                let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - prefix).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

/// The address that a request came from.
///
/// `X-Forwarded-For` counts only from a proxy that the operator trusts, and from the right: each
/// proxy appends whom it heard, so what stands left of the first address that is no proxy's was
/// written by whoever that is.
pub(super) fn client_address(request: &HttpRequest, proxies: &[Network]) -> IpAddr {
    let peer = request
        .peer_addr()
        .map_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED), |peer| peer.ip());
    let mut nearest = peer.to_canonical();
    if proxies.is_empty() {
        return nearest;
    }
    let lines: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .map(|line| line.to_str().unwrap_or_default())
        .collect();
    let mut named = lines.iter().flat_map(|line| line.split(',')).rev();
    while proxies.iter().any(|proxy| proxy.contains(nearest)) {
        let Some(next) = named.next().and_then(address) else {
            break;
        };
        nearest = next;
    }
    nearest
}

/// Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text
        .parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|socket| socket.ip()))
        .ok()?;
    Some(address.to_canonical())
}

/// Whether a proxy passed the request on, trusted or not.
pub(super) fn is_forwarded(request: &HttpRequest) -> bool {
    [
        "x-forwarded-for",
        "x-forwarded-host",
        "x-real-ip",
        "forwarded",
        "via",
    ]
    .iter()
    .any(|name| request.headers().contains_key(*name))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn seen(peer: &str, proxies: &[&str], lines: &[&str]) -> String {
        let mut request = TestRequest::default().peer_addr(peer.parse().unwrap());
        for line in lines {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        let proxies: Vec<Network> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        client_address(&request.to_http_request(), &proxies).to_string()
    }

    #[test]
    fn a_proxy_that_nobody_named_is_not_believed() {
        let lines = ["198.51.100.7"];
        assert_eq!(seen("192.0.2.1:9", &[], &lines), "192.0.2.1");
        assert_eq!(seen("192.0.2.1:9", &["10.0.0.0/8"], &lines), "192.0.2.1");
    }

    #[test]
    fn a_named_proxy_is_believed_and_what_a_client_wrote_before_is_not() {
        let proxies = ["127.0.0.1", "10.0.0.0/8", "fd00::/8"];
        let from = |lines: &[&str]| seen("127.0.0.1:9", &proxies, lines);
        assert_eq!(from(&["198.51.100.7"]), "198.51.100.7");
        assert_eq!(from(&["1.2.3.4, 198.51.100.7"]), "198.51.100.7");
        assert_eq!(from(&["1.2.3.4, 198.51.100.7, 10.1.2.3"]), "198.51.100.7");
        assert_eq!(
            from(&["1.2.3.4", "198.51.100.7", "fd00::1"]),
            "198.51.100.7"
        );
        assert_eq!(from(&["198.51.100.7:4711"]), "198.51.100.7");
        assert_eq!(from(&["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(from(&["::ffff:198.51.100.7"]), "198.51.100.7");
        assert_eq!(from(&["10.9.9.9"]), "10.9.9.9");
        assert_eq!(from(&["1.2.3.4, unknown"]), "127.0.0.1");
        assert_eq!(from(&[]), "127.0.0.1");
    }

    #[test]
    fn networks_are_read_and_hold_their_addresses() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(!holds("::/0", "203.0.113.9"));
        assert!(holds("10.0.0.0/8", "10.255.0.1"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("2001:db8::7", "2001:db8::7"));
        assert!(!holds("2001:db8::7", "2001:db8::8"));
        for text in [
            "",
            "10",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/",
            "host",
            "10.0.0.0/-1",
        ] {
            assert_eq!(text.parse::<Network>(), Err(NoNetwork), "{text}");
        }
    }
}
