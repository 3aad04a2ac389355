//! One connection through the proxy.

use std::{future::pending, time::Duration};

use fastrand::Rng;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};

use super::{Cut, Weather};

const BUFFER: usize = 16 * 1024;

/// How long the other end of a silent connection is left in the belief that it lives, once one end
/// has gone: long enough for clients to come back beside their own ghost.
const GHOST: Duration = Duration::from_secs(3);

pub(super) struct Pipe {
    client: TcpStream,
    server: TcpStream,
    cuts: mpsc::UnboundedReceiver<Cut>,
    weather: watch::Receiver<Weather>,
    rng: Rng,
    /// Takes effect in the middle of the next bytes.
    cut: Option<Cut>,
    /// Something that the client said was lost: nothing it says may follow, or TCP would have a
    /// hole, which it never has.
    is_server_deaf: bool,
    /// When a silent connection ends altogether.
    ends_at: Option<Instant>,
}

/// What is to be done with bytes that came.
enum Passing {
    All,
    Nothing,
    /// So many, then the end.
    Some(usize),
}

impl Pipe {
    /// The id seeds where in the bytes a cut falls.
    pub fn new(
        id: u64,
        client: TcpStream,
        server: TcpStream,
        cuts: mpsc::UnboundedReceiver<Cut>,
        weather: watch::Receiver<Weather>,
    ) -> Self {
        for end in [&client, &server] {
            // Without it the kernel would gather what the clients count on being apart.
            let _ = end.set_nodelay(true);
        }
        Self {
            client,
            server,
            cuts,
            weather,
            rng: Rng::with_seed(id),
            cut: None,
            is_server_deaf: false,
            ends_at: None,
        }
    }

    pub async fn run(mut self) {
        let mut up = vec![0; BUFFER];
        let mut down = vec![0; BUFFER];
        let (mut client_open, mut server_open) = (true, true);
        loop {
            let is_clear = *self.weather.borrow_and_update() == Weather::Clear;
            let ends_at = self.ends_at;
            let end = async move {
                match ends_at {
                    Some(at) => sleep_until(at).await,
                    None => pending().await,
                }
            };
            tokio::select! {
                // A cut before the bytes that are there already.
                biased;
                () = end => return,
                Some(cut) = self.cuts.recv() => self.cut = Some(cut),
                changed = self.weather.changed() => if changed.is_err() { return },
                read = self.client.read(&mut up), if is_clear && client_open => match read {
                    Ok(count @ 1..) => {
                        if !self.pass(&up[..count], Cut::DeafServer).await { return }
                    }
                    _ if self.is_silent() => { client_open = false; self.begin_to_end(); }
                    _ => return,
                },
                read = self.server.read(&mut down), if is_clear && server_open => match read {
                    Ok(count @ 1..) => {
                        if !self.pass(&down[..count], Cut::DeafClient).await { return }
                    }
                    _ if self.is_silent() => { server_open = false; self.begin_to_end(); }
                    _ => return,
                },
            }
        }
    }

    /// Whether an end that goes is to be kept from the other.
    fn is_silent(&self) -> bool {
        matches!(
            self.cut,
            Some(Cut::DeafClient | Cut::DeafServer | Cut::Blackhole)
        )
    }

    fn begin_to_end(&mut self) {
        self.ends_at.get_or_insert_with(|| Instant::now() + GHOST);
    }

    /// Passes bytes on; false when that was the end. `deafening` is the cut that loses them.
    async fn pass(&mut self, bytes: &[u8], deafening: Cut) -> bool {
        let passing = match self.cut {
            Some(Cut::MidFrame | Cut::Reset) if self.is_server_deaf => Passing::Some(0),
            Some(Cut::MidFrame | Cut::Reset) => Passing::Some(self.rng.usize(..bytes.len())),
            _ if self.is_server_deaf && deafening == Cut::DeafServer => Passing::Nothing,
            Some(Cut::Blackhole) => Passing::Nothing,
            Some(cut) if cut == deafening => Passing::Nothing,
            _ => Passing::All,
        };
        let other = if deafening == Cut::DeafServer {
            &mut self.server
        } else {
            &mut self.client
        };
        match passing {
            Passing::All => other.write_all(bytes).await.is_ok(),
            Passing::Nothing => {
                self.is_server_deaf |= deafening == Cut::DeafServer;
                true
            }
            Passing::Some(count) => {
                // The end comes, whether it took them or not.
                let _ = other.write_all(&bytes[..count]).await;
                if self.cut == Some(Cut::Reset) {
                    for end in [&self.client, &self.server] {
                        // Zero linger: what is unsent is thrown away, and the peer gets a reset.
                        let _ = end.set_zero_linger();
                    }
                }
                false
            }
        }
    }
}
