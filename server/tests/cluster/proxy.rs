//! A way to MongoDB that can be cut: `torture` has one that cuts in more ways.

use std::{net::SocketAddr, thread};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    runtime::Builder,
    sync::watch,
    task::spawn,
};

/// What the way does to connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Lets them pass.
    Open,
    /// Closes them, and each new one.
    Closed,
    /// Keeps them, and holds back whatever is said: nobody is told.
    Silent,
}

/// A proxy before one address. Ends with its connections when dropped.
///
/// On a thread of its own: a server that stops needs it while the test waits for that.
pub struct Proxy {
    pub address: SocketAddr,
    way: watch::Sender<Way>,
}

impl Proxy {
    /// Open, on a free port.
    pub fn before(target: &str) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let (way, seen) = watch::channel(Way::Open);
        let target = target.to_owned();
        thread::spawn(move || {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, target, seen));
        });
        Self { address, way }
    }

    /// From now on.
    pub fn make(&self, way: Way) {
        self.way.send_replace(way);
    }
}

async fn accept(listener: std::net::TcpListener, target: String, way: watch::Receiver<Way>) {
    let listener = TcpListener::from_std(listener).unwrap();
    let mut dropped = way.clone();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (client, _) = accepted.unwrap();
                spawn(connect(client, target.clone(), way.clone()));
            }
            // An error says that the proxy is gone.
            _ = dropped.wait_for(|_| false) => return,
        }
    }
}

async fn connect(client: TcpStream, target: String, mut way: watch::Receiver<Way>) {
    if *way.borrow() == Way::Closed {
        return;
    }
    let server = TcpStream::connect(target).await.unwrap();
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    tokio::select! {
        () = pass(from_client, to_server, way.clone()) => {}
        () = pass(from_server, to_client, way.clone()) => {}
        // An error says that the proxy is gone.
        _ = way.wait_for(|way| *way == Way::Closed) => {}
    }
}

/// Passes bytes on until either end is closed.
async fn pass(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut way: watch::Receiver<Way>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if way.wait_for(|way| *way != Way::Silent).await.is_err() {
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
