//! R18: marks never go back, and who is shown as there is there: several devices each, and kills.
//!
//! In rounds: devices come and go, without a word or with one; marks are moved over sockets and
//! REST, also backwards; the server is killed. Then all holds still, and within the grace that the
//! protocol gives everybody who looks must see the same marks and the same people.

mod device;
mod view;

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use serde_json::json;
use shared::{
    ClientFrame, Marks, MarksAnswer, Members, MessageAnswer, NewMessage, PRESENCE_GRACE_MS,
    PresenceState, RoomId, UserId,
};
use tokio::time::sleep;

use crate::{
    account::Account,
    client::client_id,
    counts::{Counts, FAULTS},
    crew::open_rooms,
    ground::Ground,
    judge::until,
    server::Server,
};
use device::Device;
use view::{BACKWARDS, Floor};

const PEOPLE: usize = 6;
const DEVICES: usize = 3;

/// Of each round, before all holds still.
const STEPS: u32 = 100;

/// What noticing may take beyond the 5 s of the protocol: the server looks twice a second, and the
/// machine has other work.
const SLACK: Duration = Duration::from_secs(1);

/// Somebody shown as there who is not, or the other way round, after the grace.
const GHOSTS: &str = "ghosts";
/// Marks that a client shows and a fetch does not.
const APART: &str = "marks apart";

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let rounds = ground.pick(2, 30);
    for fault in FAULTS.iter().chain(&[BACKWARDS, GHOSTS, APART]) {
        ground.counts.expect_none(fault);
    }
    let mut rng = ground.rng();
    let mut server = ground.serve().await?;
    let people = Account::crowd(server.address, "person", PEOPLE).await?;
    let room = open_rooms(&people, 1).await?[0];
    let floor = Arc::new(Floor::new(Arc::clone(&ground.counts)));
    let mut devices: Vec<Vec<_>> = Vec::new();
    for account in &people {
        let device = |_| Device::start(account.clone(), room, Arc::clone(&floor));
        devices.push((0..DEVICES).map(device).collect());
    }
    let mut company = Company {
        people,
        devices,
        room,
        floor,
        head: 0,
        rng: rng.fork(),
        counts: Arc::clone(&ground.counts),
    };
    for round in 0..rounds {
        // Every other round it dies in the middle.
        let kill_at = (round % 2 == 0).then(|| rng.u32(10..STEPS));
        for step in 0..STEPS {
            company.step().await?;
            if kill_at == Some(step) {
                kill(&mut server, &ground.counts).await?;
            }
        }
        company.hold_still().await?;
    }
    Ok(())
}

async fn kill(server: &mut Server, counts: &Counts) -> Result<()> {
    server.kill().await?;
    server.start_again().await?;
    counts.add("kills", 1);
    Ok(())
}

struct Company {
    people: Vec<Account>,
    /// Of each person.
    devices: Vec<Vec<Device>>,
    room: RoomId,
    floor: Arc<Floor>,
    head: u64,
    rng: Rng,
    counts: Arc<Counts>,
}

impl Company {
    async fn step(&mut self) -> Result<()> {
        let who = self.rng.usize(..PEOPLE);
        match self.rng.u8(..100) {
            0..25 => self.post(who).await?,
            25..50 => self.mark_by_rest(who).await?,
            50..75 => self.mark_by_socket(who),
            75..90 => {
                let device = self.rng.usize(..DEVICES);
                // The first person's first device looks on all the time.
                if (who, device) != (0, 0) {
                    let is_to_be_there = self.rng.bool();
                    self.devices[who][device].set_there(is_to_be_there);
                }
            }
            _ => drop(self.fetch_marks(who).await?),
        }
        sleep(Duration::from_millis(self.rng.u64(..20))).await;
        Ok(())
    }

    async fn post(&mut self, who: usize) -> Result<()> {
        let new = NewMessage {
            client_id: client_id(&mut self.rng),
            body: "to be read".parse()?,
            reply_to: None,
        };
        let path = format!("/rooms/{}/messages", self.room);
        let body = serde_json::to_vec(&new)?;
        let answer = self.people[who].until_answered("POST", &path, Some(&body));
        let MessageAnswer { message } = answer.await?.decode()?;
        self.head = self.head.max(message.seq);
        self.counts.add("acked", 1);
        Ok(())
    }

    async fn mark_by_rest(&mut self, who: usize) -> Result<()> {
        let marks = self.any_marks();
        let before = self.floor.of(self.people[who].id);
        let body = json!({ "delivered": marks.delivered, "read": marks.read });
        let path = format!("/rooms/{}/marks", self.room);
        let body = serde_json::to_vec(&body)?;
        let answer = self.people[who].until_answered("PUT", &path, Some(&body));
        let MarksAnswer { marks } = answer.await?.decode()?;
        self.floor
            .see(self.people[who].id, before, marks, "an answer");
        self.counts.add("marks said", 1);
        Ok(())
    }

    fn mark_by_socket(&mut self, who: usize) {
        let marks = self.any_marks();
        let device = self.rng.usize(..DEVICES);
        self.counts.add("marks said", 1);
        self.devices[who][device].tell(ClientFrame::Mark {
            room: self.room,
            delivered: Some(marks.delivered),
            read: Some(marks.read),
        });
    }

    /// Somewhere up to the head: most are behind where one is already.
    fn any_marks(&mut self) -> Marks {
        let delivered = self.rng.u64(..=self.head);
        let read = self.rng.u64(..=delivered);
        Marks { delivered, read }
    }

    /// Everybody's marks and presence, as a fetch by one of them says; marks are held to what was
    /// seen before it began.
    async fn fetch_marks(&self, who: usize) -> Result<Members> {
        let before = self.floor.all();
        let path = format!("/rooms/{}/members?limit=100", self.room);
        let members: Members = self.people[who].fetch(&path).await?;
        for member in &members.members {
            let user = member.user.id();
            let before = before.get(&user).copied().unwrap_or_default();
            self.floor.see(user, before, member.marks, "a fetch");
        }
        Ok(members)
    }

    /// Nothing more is done: what is shown must become what is.
    async fn hold_still(&mut self) -> Result<()> {
        // Some leave altogether, just now: after a grace they are nobody's company any more.
        for devices in &self.devices[1..] {
            if self.rng.bool() {
                for device in devices {
                    device.set_there(false);
                }
            }
        }
        let began = Instant::now();
        let patience = Duration::from_secs(20);
        let are_as_told = || self.devices.iter().flatten().all(Device::is_as_told);
        until("the devices to come in", patience, are_as_told).await?;
        if self.devices.iter().flatten().any(Device::is_broken) {
            bail!("a device ended by itself");
        }
        let there: BTreeSet<_> = (0..PEOPLE)
            .filter(|who| self.devices[*who].iter().any(Device::is_there))
            .map(|who| self.people[who].id)
            .collect();
        let grace = Duration::from_millis(PRESENCE_GRACE_MS) + SLACK;
        let deadline = Instant::now() + grace;
        loop {
            let apart = self.apart(&there).await?;
            if apart.is_none() {
                break;
            }
            if Instant::now() > deadline {
                let (fault, what) = apart.context("nothing is apart")?;
                self.counts.fault(fault, || what);
                break;
            }
            sleep(Duration::from_millis(50)).await;
        }
        self.counts.add("rounds", 1);
        let took = u64::try_from(began.elapsed().as_millis())?;
        self.counts.largest("slowest convergence, ms", took);
        Ok(())
    }

    /// What is not shown as it is.
    async fn apart(&self, there: &BTreeSet<UserId>) -> Result<Option<(&'static str, String)>> {
        let members = self.fetch_marks(0).await?.members;
        for member in &members {
            let user = member.user.id();
            let is_shown = member.presence != PresenceState::Offline;
            if is_shown != there.contains(&user) {
                return Ok(Some((
                    GHOSTS,
                    format!("a fetch has {user} {:?}", member.presence),
                )));
            }
        }
        for device in self.devices.iter().flatten().filter(|d| d.is_there()) {
            let view = device.view();
            for member in &members {
                let user = member.user.id();
                if user != device.user() && view.sees(user) != there.contains(&user) {
                    let (who, sees) = (device.user(), view.sees(user));
                    return Ok(Some((GHOSTS, format!("{who} sees {user}: {sees}"))));
                }
                let shown = view.marks(user);
                if shown != member.marks {
                    let what = format!("{user}: {shown:?} shown, {:?} fetched", member.marks);
                    return Ok(Some((APART, what)));
                }
            }
        }
        Ok(None)
    }
}
