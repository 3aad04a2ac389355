//! A TCP proxy that cuts: in the middle of a frame, with a reset, one way only, both ways silently.

mod pipe;

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::{Context, Result};
use fastrand::Rng;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{mpsc, watch},
    task::{AbortHandle, JoinSet},
};

use pipe::Pipe;

/// A way to harm a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// A part of the next bytes is passed on, then both ends are closed.
    MidFrame,
    /// As [`Cut::MidFrame`], and both ends are reset.
    Reset,
    /// What the server says is lost; the connection stays.
    DeafClient,
    /// What the client says is lost; the connection stays.
    DeafServer,
    /// What both say is lost; the connection stays.
    Blackhole,
}

impl Cut {
    /// Every way.
    pub const ALL: [Self; 5] = [
        Self::MidFrame,
        Self::Reset,
        Self::DeafClient,
        Self::DeafServer,
        Self::Blackhole,
    ];
}

/// Whether bytes get through at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weather {
    /// They do.
    Clear,
    /// Nothing does, both ways; nobody is told, and nothing is lost.
    Dark,
}

type Pipes = Mutex<BTreeMap<u64, mpsc::UnboundedSender<Cut>>>;

/// A proxy before one address. Ends with its connections when dropped.
#[derive(Debug)]
pub struct Proxy {
    /// Where it listens.
    pub address: SocketAddr,
    pipes: Arc<Pipes>,
    weather: watch::Sender<Weather>,
    accepting: AbortHandle,
}

impl Proxy {
    /// Listens on a free port.
    pub async fn before(target: SocketAddr) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr().context("the proxy has no address")?;
        let pipes = Arc::new(Pipes::default());
        let (weather, seen) = watch::channel(Weather::Clear);
        let accepting = tokio::spawn(accept(listener, target, Arc::clone(&pipes), seen));
        Ok(Self {
            address,
            pipes,
            weather,
            accepting: accepting.abort_handle(),
        })
    }

    /// Cuts one connection; false when none is left to be cut.
    pub fn cut_one(&self, rng: &mut Rng) -> bool {
        let mut pipes = lock(&self.pipes);
        while !pipes.is_empty() {
            let chosen = rng.usize(..pipes.len());
            let Some(id) = pipes.keys().nth(chosen).copied() else {
                return false;
            };
            let cut = Cut::ALL[rng.usize(..Cut::ALL.len())];
            // Out of the list: its client comes back with a new one. Except one that the server
            // does not hear any more: who only listens never notices, and may be cut again.
            let pipe = match cut {
                Cut::DeafServer => pipes.get(&id).cloned(),
                _ => pipes.remove(&id),
            };
            if pipe.is_some_and(|pipe| pipe.send(cut).is_ok()) {
                return true;
            }
            pipes.remove(&id);
        }
        false
    }
}

impl Proxy {
    /// Holds everything back, both ways, new connections too.
    pub fn darken(&self) {
        self.weather.send_replace(Weather::Dark);
    }

    /// Lets everything go on, what was held back first.
    pub fn clear(&self) {
        self.weather.send_replace(Weather::Clear);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn lock(pipes: &Pipes) -> MutexGuard<'_, BTreeMap<u64, mpsc::UnboundedSender<Cut>>> {
    pipes.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    pipes: Arc<Pipes>,
    weather: watch::Receiver<Weather>,
) {
    let mut running = JoinSet::new();
    let mut next = 0_u64;
    loop {
        // Out of descriptors: the next try may find one.
        let Ok((client, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        let (cuts, orders) = mpsc::unbounded_channel();
        let id = next;
        next += 1;
        lock(&pipes).insert(id, cuts);
        let (pipes, weather) = (Arc::clone(&pipes), weather.clone());
        running.spawn(async move {
            // The server may be dead just now: then the client's connection ends, too.
            if let Ok(server) = TcpStream::connect(target).await {
                Pipe::new(id, client, server, orders, weather).run().await;
            }
            lock(&pipes).remove(&id);
        });
        while running.try_join_next().is_some() {}
    }
}
