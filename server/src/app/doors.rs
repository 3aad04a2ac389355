//! Where a server listens, and what it shows there: before anything else is opened, since who
//! cannot listen should not make a directory.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use super::StartError;
use crate::{config::ServeConfig, tls::Certificate};

pub(super) struct Doors {
    pub listener: TcpListener,
    pub address: SocketAddr,
    /// For https.
    pub certificate: Option<Arc<Certificate>>,
    /// For the figures alone.
    pub metrics: Option<(TcpListener, SocketAddr)>,
}

impl Doors {
    pub fn open(config: &ServeConfig) -> Result<Self, StartError> {
        let certificate = match (&config.tls_cert, &config.tls_key) {
            (Some(chain), Some(key)) => Some(Arc::new(Certificate::load(chain, key)?)),
            _ => None,
        };
        let (listener, address) = listen_on(config.listen)?;
        Ok(Self {
            listener,
            address,
            certificate,
            metrics: config.metrics_listen.map(listen_on).transpose()?,
        })
    }
}

fn listen_on(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source: io::Error| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}
