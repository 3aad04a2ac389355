//! A whole server on a free port, with its own data directory and a clock that tests move.

use std::{
    net::SocketAddr,
    ops::Deref,
    path::PathBuf,
    sync::Arc,
    thread::{self, JoinHandle},
};

use actix_web::rt::System;
use clap::Parser as _;
use server::{
    Clock, app,
    config::{Place, ServeConfig, Switch},
    domain::Domain,
    store::AccountUpdate,
};
use shared::{RoomId, ServerRole};
use tempfile::TempDir;
use tokio::sync::oneshot;

use super::{Door, Person, files::page, log, soon};
use crate::database::Database;

/// Everybody's password.
pub const PASSWORD: &str = "tangerine dream machine";

enum Ending {
    Graceful,
    AtOnce,
}

/// What `parlor serve` does when it is told nothing.
#[derive(clap::Parser)]
struct Defaults {
    #[command(flatten)]
    config: ServeConfig,
}

/// A server on a thread of its own, stopped when dropped.
pub struct TestServer {
    door: Door,
    pub clock: Clock,
    pub domain: Arc<Domain>,
    /// Where the figures are, if that is elsewhere.
    pub metrics_address: Option<SocketAddr>,
    config: ServeConfig,
    running: Option<(oneshot::Sender<Ending>, JoinHandle<()>)>,
    /// Removed at the end.
    _dir: TempDir,
    database: Option<Database>,
}

/// The database of its own that a server keeps its store in, where the tests run on MongoDB:
/// `PARLOR_TEST_STORE=mongodb`.
pub(super) fn database() -> Option<Database> {
    let store = std::env::var("PARLOR_TEST_STORE").unwrap_or_default();
    match store.as_str() {
        "" | "sqlite" => None,
        "mongodb" => Some(Database::new("PARLOR_TEST_MONGODB_URI")),
        other => panic!("PARLOR_TEST_STORE is sqlite or mongodb, not {other:?}"),
    }
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// As [`Self::start`], configured otherwise.
    pub async fn with(change: impl FnOnce(&mut ServeConfig)) -> Self {
        Self::on(None, Clock::system(), change).await
    }

    /// On the embedded store, whatever the tests run on: for what is about its files.
    pub async fn on_files() -> Self {
        Self::on_files_with(|_| ()).await
    }

    /// As [`Self::on_files`], configured otherwise.
    pub async fn on_files_with(change: impl FnOnce(&mut ServeConfig)) -> Self {
        Self::with(|config| {
            config.place.store_url = None;
            change(config);
        })
        .await
    }

    /// On a store that is open already, as one of several servers.
    pub async fn beside(opened: app::Opened, clock: Clock) -> Self {
        Self::on(Some(opened), clock, |_| ()).await
    }

    async fn on(
        opened: Option<app::Opened>,
        clock: Clock,
        change: impl FnOnce(&mut ServeConfig),
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = database();
        let mut config = ServeConfig {
            place: Place {
                data_dir: dir.path().join("data"),
                store_url: database.as_ref().map(|database| database.url.clone()),
                bcrypt_cost: 4,
            },
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            rate_limits: Switch::Off,
            workers: Some(2),
            ..Defaults::parse_from(["parlor"]).config
        };
        log::keep();
        change(&mut config);
        let launched = launch(config.clone(), clock.clone(), opened).await;
        Self {
            door: Door::at(launched.address),
            clock,
            domain: launched.domain,
            metrics_address: launched.metrics_address,
            config,
            running: Some(launched.running),
            _dir: dir,
            database,
        }
    }

    /// Stops as if the machine had, and starts again: same data, same port.
    pub async fn restart(&mut self) {
        self.end(Ending::AtOnce);
        self.config.listen = self.address;
        let launched = launch(self.config.clone(), self.clock.clone(), None).await;
        (self.domain, self.running) = (launched.domain, Some(launched.running));
    }

    /// As [`Self::restart`], configured otherwise from now on.
    pub async fn restart_with(&mut self, change: impl FnOnce(&mut ServeConfig)) {
        change(&mut self.config);
        self.restart().await;
    }

    /// Begins a graceful stop; [`Self::restart`] waits until it is over.
    pub fn begin_stop(&mut self) {
        if let Some((stop, thread)) = self.running.take() {
            assert!(stop.send(Ending::Graceful).is_ok(), "it runs");
            let (unused, _) = oneshot::channel();
            self.running = Some((unused, thread));
        }
    }

    fn end(&mut self, ending: Ending) {
        if let Some((stop, thread)) = self.running.take() {
            // Refused where a graceful stop was begun.
            let _ = stop.send(ending);
            thread.join().unwrap();
        }
    }

    pub fn data_dir(&self) -> PathBuf {
        self.config.place.data_dir.clone()
    }

    pub fn lobby(&self) -> RoomId {
        self.domain.lobby()
    }

    /// What the operator does with `parlor user set-role`.
    pub async fn make_admin(&self, person: &Person) {
        let update = AccountUpdate {
            role: Some(ServerRole::Admin),
            ..AccountUpdate::default()
        };
        self.domain
            .store()
            .update_user(person.id, update)
            .await
            .unwrap();
    }
}

/// What clients do needs the address only.
impl Deref for TestServer {
    type Target = Door;

    fn deref(&self) -> &Door {
        &self.door
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.end(Ending::AtOnce);
        if let Some(database) = &self.database {
            database.remove();
        }
        if !thread::panicking() {
            log::check();
        }
    }
}

struct Launched {
    address: SocketAddr,
    metrics_address: Option<SocketAddr>,
    domain: Arc<Domain>,
    running: (oneshot::Sender<Ending>, JoinHandle<()>),
}

async fn launch(config: ServeConfig, clock: Clock, opened: Option<app::Opened>) -> Launched {
    let (stop, stopped) = oneshot::channel();
    let (start, started) = oneshot::channel();
    let thread = thread::spawn(move || {
        System::new().block_on(async move {
            let running = match opened {
                Some(opened) => app::start_on(opened, &config, page),
                None => app::start(&config, clock, page).await,
            };
            let running = running.unwrap();
            let domain = Arc::clone(&running.domain);
            let _ = start.send((running.address, running.metrics_address, domain));
            match stopped.await {
                Ok(Ending::Graceful) => running.stop().await,
                Ok(Ending::AtOnce) | Err(_) => running.stop_at_once().await,
            }
        });
    });
    let (address, metrics_address, domain) = soon("the server's start", started).await.unwrap();
    Launched {
        address,
        metrics_address,
        domain,
        running: (stop, thread),
    }
}
