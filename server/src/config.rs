//! What `parlor serve` can be told: flags, and the environment variables behind them.

mod rates;

use std::{net::SocketAddr, path::PathBuf, thread};

use clap::{Args, ValueEnum};

use crate::{http::Network, store::StoreUrl};

pub use rates::Rates;

/// A switch that reads well in a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Switch {
    On,
    Off,
}

impl Switch {
    /// Whether it is on.
    pub fn is_on(self) -> bool {
        self == Self::On
    }
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Registration {
    /// Anybody
    Open,
    /// Whoever has an invitation of a server admin
    Invitation,
    /// Nobody: the operator makes accounts
    Closed,
}

impl From<Registration> for shared::Registration {
    fn from(registration: Registration) -> Self {
        match registration {
            Registration::Open => Self::Open,
            Registration::Invitation => Self::Invitation,
            Registration::Closed => Self::Closed,
        }
    }
}

/// Where the data is: what every command needs.
#[derive(Debug, Clone, Args)]
pub struct Place {
    /// Directory for the database and the secrets; made at first run, for its owner only
    #[arg(
        long,
        env = "PARLOR_DATA_DIR",
        default_value = "./parlor-data",
        value_name = "DIR"
    )]
    pub data_dir: PathBuf,

    #[expect(clippy::doc_markdown, reason = "a command's help is plain text")]
    /// Where everything is kept: sqlite:PATH, or mongodb://HOST/DATABASE for one server or several;
    /// a password in it is better given by the variable [default: parlor.db in the data directory]
    #[arg(
        long,
        env = "PARLOR_STORE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub store_url: Option<StoreUrl>,

    /// Work factor of the password hash, 4 to 31: each step doubles the time
    #[arg(
        long, env = "PARLOR_BCRYPT_COST", default_value_t = 12, value_name = "N",
        value_parser = clap::value_parser!(u32).range(4..=31)
    )]
    pub bcrypt_cost: u32,
}

impl Place {
    /// Where the store is.
    pub fn store_url(&self) -> StoreUrl {
        self.store_url
            .clone()
            .unwrap_or_else(|| StoreUrl::in_dir(&self.data_dir))
    }
}

/// What `parlor serve` can be told.
#[derive(Debug, Clone, Args)]
pub struct ServeConfig {
    /// The data.
    #[command(flatten)]
    pub place: Place,

    /// Address and port to listen on; port 0 takes any free one
    #[arg(
        long,
        env = "PARLOR_LISTEN",
        default_value = "127.0.0.1:8080",
        value_name = "ADDR:PORT"
    )]
    pub listen: SocketAddr,

    /// The address people type, where a proxy stands before Parlor; https makes cookies Secure
    #[arg(long, env = "PARLOR_PUBLIC_URL", value_name = "URL", value_parser = parse_origin)]
    pub public_url: Option<String>,

    /// Other origins whose pages may use the API (sockets, cookies and CORS), comma-separated
    #[arg(
        long, env = "PARLOR_ALLOWED_ORIGINS", value_name = "ORIGIN,…", value_delimiter = ',',
        value_parser = parse_origin
    )]
    pub allowed_origins: Vec<String>,

    /// Take an access token in a WebSocket's URL (?token=…); URLs end up in logs
    #[arg(
        long,
        env = "PARLOR_URL_TOKENS",
        default_value = "off",
        value_name = "on|off"
    )]
    pub url_tokens: Switch,

    /// Who may make an account
    #[arg(
        long,
        env = "PARLOR_REGISTRATION",
        default_value = "open",
        value_name = "open|invitation|closed"
    )]
    pub registration: Registration,

    /// Serve https with this certificate chain (PEM); read again when it changes
    #[arg(
        long,
        env = "PARLOR_TLS_CERT",
        value_name = "FILE",
        requires = "tls_key"
    )]
    pub tls_cert: Option<PathBuf>,

    /// The certificate's private key (PEM)
    #[arg(
        long,
        env = "PARLOR_TLS_KEY",
        value_name = "FILE",
        requires = "tls_cert"
    )]
    pub tls_key: Option<PathBuf>,

    /// Proxies whose X-Forwarded-For is believed: addresses or networks, comma-separated
    #[arg(
        long,
        env = "PARLOR_TRUSTED_PROXIES",
        value_name = "NETWORK,…",
        value_delimiter = ','
    )]
    pub trusted_proxies: Vec<Network>,

    /// All rate limits; each has a setting of its own, too
    #[arg(
        long,
        env = "PARLOR_RATE_LIMITS",
        default_value = "on",
        value_name = "on|off"
    )]
    pub rate_limits: Switch,

    /// The limits.
    #[command(flatten)]
    pub rates: Rates,

    /// Serve /metrics at this address and port alone, to anybody who reaches it
    #[arg(long, env = "PARLOR_METRICS_LISTEN", value_name = "ADDR:PORT")]
    pub metrics_listen: Option<SocketAddr>,

    /// Let in to /metrics whoever shows this as bearer token, from anywhere
    #[arg(
        long,
        env = "PARLOR_METRICS_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub metrics_token: Option<String>,

    /// Threads that serve connections [default: one per core, at most 4]
    #[arg(long, env = "PARLOR_WORKERS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub workers: Option<u16>,
}

impl ServeConfig {
    /// Threads that serve connections.
    pub fn worker_count(&self) -> usize {
        // Fan-out is bound by the kernel's sends: more threads than this only add wake-ups.
        self.workers.map_or_else(
            || thread::available_parallelism().map_or(1, |cores| cores.get().min(4)),
            usize::from,
        )
    }

    /// Whether browsers reach the server over https.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .map_or(self.tls_cert.is_some(), |url| url.starts_with("https://"))
    }

    /// The limits that hold; None where all are lifted.
    pub fn limits(&self) -> Option<&Rates> {
        self.rate_limits.is_on().then_some(&self.rates)
    }
}

/// `scheme://host[:port]`, in the form browsers send it as `Origin`.
fn parse_origin(text: &str) -> Result<String, String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let host = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .ok_or("must begin with http:// or https://")?;
    if host.is_empty() || host.contains(['/', '?', '#', '@', ' ']) {
        return Err("must be like https://chat.example.org".to_owned());
    }
    // A browser leaves the scheme's own port out of `Origin`.
    let own_port = if text.starts_with("https://") {
        ":443"
    } else {
        ":80"
    };
    Ok(text.strip_suffix(own_port).unwrap_or(&text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_as_browsers_send_them() {
        for (text, origin) in [
            ("https://Chat.Example.org/", "https://chat.example.org"),
            ("https://chat.example.org:443", "https://chat.example.org"),
            ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
            ("http://localhost:80", "http://localhost"),
        ] {
            assert_eq!(parse_origin(text).as_deref(), Ok(origin), "{text}");
        }
        for text in [
            "chat.example.org",
            "ftp://x",
            "https://",
            "https://a/b",
            "https://u@a",
            "",
        ] {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }
}
