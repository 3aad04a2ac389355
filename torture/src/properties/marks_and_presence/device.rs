//! One of somebody's devices: there or not, and what it shows.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use shared::{ClientFrame, Marks, Members, RoomId, ServerFrame, UserId};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::sleep,
};

use super::view::{Floor, View};
use crate::{
    account::Account,
    socket::{Heard, Socket},
};

/// A device that comes and goes as it is told.
pub(super) struct Device {
    user: UserId,
    there: watch::Sender<bool>,
    frames: mpsc::UnboundedSender<ClientFrame>,
    shown: Arc<Shown>,
    task: JoinHandle<Result<()>>,
}

#[derive(Default)]
struct Shown {
    view: Mutex<View>,
    is_in: AtomicBool,
}

impl Shown {
    fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, frame: ServerFrame, floor: &Floor) {
        let mut view = self.view();
        match frame {
            ServerFrame::PresenceChanged { user, state, .. } => view.set_presence(user, state),
            ServerFrame::PresenceBatch { changes } => {
                for change in changes {
                    view.set_presence(change.user, change.state);
                }
            }
            ServerFrame::MarksChanged {
                user,
                delivered,
                read,
                ..
            } => {
                // An event of before the fetch may come after it: a client keeps the furthest.
                let known = view.marks(user);
                let told = Marks { delivered, read };
                floor.see(user, Marks::default(), told, "an event");
                let furthest = Marks {
                    delivered: delivered.max(known.delivered),
                    read: read.max(known.read),
                };
                view.set_marks(user, furthest);
            }
            _ => {}
        }
    }
}

impl Device {
    pub fn start(account: Account, room: RoomId, floor: Arc<Floor>) -> Self {
        let (there, is_to_be) = watch::channel(true);
        let (frames, to_say) = mpsc::unbounded_channel();
        let (user, shown) = (account.id, Arc::default());
        let life = Life {
            account,
            room,
            floor,
            shown: Arc::clone(&shown),
            is_to_be,
            to_say,
        };
        let task = tokio::spawn(life.run());
        Self {
            user,
            there,
            frames,
            shown,
            task,
        }
    }

    pub fn set_there(&self, is_there: bool) {
        self.there.send_replace(is_there);
    }

    /// Says it over the socket, if it is there; it may be lost.
    pub fn tell(&self, frame: ClientFrame) {
        if self.is_there() {
            // Refused only after its end, which `is_broken` tells.
            let _ = self.frames.send(frame);
        }
    }

    pub fn user(&self) -> UserId {
        self.user
    }

    pub fn is_there(&self) -> bool {
        *self.there.borrow()
    }

    /// Whether it has come in, or gone, as it was told last.
    pub fn is_as_told(&self) -> bool {
        self.shown.is_in.load(Ordering::SeqCst) == self.is_there()
    }

    pub fn is_broken(&self) -> bool {
        self.task.is_finished()
    }

    pub fn view(&self) -> View {
        self.shown.view().clone()
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Life {
    account: Account,
    room: RoomId,
    floor: Arc<Floor>,
    shown: Arc<Shown>,
    is_to_be: watch::Receiver<bool>,
    to_say: mpsc::UnboundedReceiver<ClientFrame>,
}

impl Life {
    async fn run(mut self) -> Result<()> {
        loop {
            self.is_to_be.wait_for(|is_to_be| *is_to_be).await?;
            let address = self.account.address;
            if let Ok(mut socket) = Socket::open(address, &self.account.token).await {
                self.come_in(&socket).await?;
                self.shown.is_in.store(true, Ordering::SeqCst);
                self.stay(&mut socket).await?;
                self.shown.is_in.store(false, Ordering::SeqCst);
                // Every other person goes without a word, as a dead battery does.
                if self.account.id.as_uuid().as_u128().is_multiple_of(2) {
                    socket.close().await;
                }
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Marks and presence have no `rev`: after `ready` they are fetched.
    async fn come_in(&self, socket: &Socket) -> Result<()> {
        let before = self.floor.all();
        let path = format!("/rooms/{}/members?limit=100", self.room);
        let members: Members = self.account.fetch(&path).await?;
        let mut view = self.shown.view();
        view.forget();
        for presence in &socket.online {
            view.set_presence(presence.user, presence.state);
        }
        for member in &members.members {
            let user = member.user.id();
            let before = before.get(&user).copied().unwrap_or_default();
            self.floor.see(user, before, member.marks, "a fetch");
            view.set_marks(user, member.marks);
        }
        Ok(())
    }

    async fn stay(&mut self, socket: &mut Socket) -> Result<()> {
        let (shown, floor, is_to_be) = (&self.shown, &self.floor, &mut self.is_to_be);
        loop {
            // What it looks at is let go of at once: it is a lock.
            let gone = async { is_to_be.wait_for(|is_to_be| !is_to_be).await.map(drop) };
            tokio::select! {
                heard = socket.next() => match heard? {
                    Heard::Frame(frame) => shown.hear(*frame, floor),
                    Heard::Closed(_) | Heard::Cut(_) => return Ok(()),
                },
                Some(frame) = self.to_say.recv() => drop(socket.send(&frame).await?),
                _ = gone => return Ok(()),
            }
        }
    }
}
