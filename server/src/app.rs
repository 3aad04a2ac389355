//! The whole server, put together: from a configuration to something that listens.

use std::{
    any::Any,
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    HttpServer,
    dev::ServerHandle,
    middleware::Condition,
    rt::{self, net::TcpStream},
    web::Data,
};

use crate::{
    Clock,
    bus::{Bus, Signals},
    chat::{ChatHandle, Draining, WRITE_BUFFER, Wire, Worker, listen, pump},
    config::ServeConfig,
    data_dir::{self, DataDirError},
    domain::{Domain, MarkFlusher, PasswordCost},
    error::chain,
    http::{self, App, Limits, Origins, Page, security_headers},
    store::{self, StoreError},
};

/// A peer that acknowledges nothing for so long is gone; also one that reads nothing.
const USER_TIMEOUT: Duration = Duration::from_secs(20);
/// Bytes that wait in the kernel to be sent, beyond what the peer's window has room for. What more a
/// slow reader leaves waiting fills its outbox, where it is bounded, counted and noticed; the
/// kernel alone would take four megabytes first. Not less: a burst of long messages is a megabyte,
/// and whoever reads should get it.
const UNSENT: u32 = 1024 * 1024;
/// How long a stop waits for requests that are being answered.
const SHUTDOWN_SECONDS: u64 = 3;
/// How often what has run out is thrown away.
const PURGE_EVERY: Duration = Duration::from_mins(1);

/// Why the server did not start, in one line that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    DataDir(#[from] DataDirError),
    /// The store.
    #[error("{}", chain(.0))]
    Store(#[source] StoreError),
    /// The address.
    #[error(
        "cannot listen on {address}: {source}; stop what has the port, or choose another \
         with --listen"
    )]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// A server that runs.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it decides with.
    pub domain: Arc<Domain>,
    handle: ServerHandle,
    server: rt::task::JoinHandle<io::Result<()>>,
    tasks: Vec<rt::task::JoinHandle<()>>,
    chat: ChatHandle,
    draining: Draining,
}

/// What decides, and what it hears of.
pub struct Opened {
    /// What is allowed.
    pub domain: Arc<Domain>,
    /// What is committed.
    pub feed: store::Feed,
    /// The way to the other servers on the same store.
    pub bus: Arc<dyn Bus>,
    /// What they say.
    pub signals: Signals,
}

/// Opens the store, with the secret that its servers share or the one in the data directory.
///
/// # Errors
/// In one line each: no directory to write in, no store to open.
pub async fn open(place: &crate::config::Place, clock: Clock) -> Result<Opened, StartError> {
    let url = place.store_url();
    if !url.is_shared() {
        // The file lies in it.
        data_dir::prepare(&place.data_dir)?;
    }
    let store::Opened {
        store,
        feed,
        secret,
        bus,
        signals,
    } = store::open(&url).await.map_err(StartError::Store)?;
    let secret = match secret {
        Some(shared) => shared,
        None => data_dir::prepare(&place.data_dir)?,
    };
    let cost = PasswordCost(place.bcrypt_cost);
    Ok(Opened {
        domain: Arc::new(Domain::new(store, clock, &secret, cost)),
        feed,
        bus,
        signals,
    })
}

/// Starts the server on this thread's actix system.
///
/// # Errors
/// In one line each: no directory to write in, no store to open, no address to listen on.
pub async fn start(config: &ServeConfig, clock: Clock, page: Page) -> Result<Running, StartError> {
    // The address first: who cannot listen should not make a directory.
    let (listener, address) = listen_on(config.listen)?;
    let opened = open(&config.place, clock).await?;
    serve(listener, address, opened, config, page)
}

/// As [`start`], on what is open already: a test's own store, feed and bus.
///
/// # Errors
/// In one line: no address to listen on.
pub fn start_on(opened: Opened, config: &ServeConfig, page: Page) -> Result<Running, StartError> {
    let (listener, address) = listen_on(config.listen)?;
    serve(listener, address, opened, config, page)
}

fn listen_on(address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let failed = |source| StartError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

fn serve(
    listener: TcpListener,
    address: SocketAddr,
    opened: Opened,
    config: &ServeConfig,
    page: Page,
) -> Result<Running, StartError> {
    let Opened {
        domain,
        feed,
        bus,
        signals,
    } = opened;
    let workers = config.worker_count();
    let (chat, seats) = ChatHandle::start(Arc::clone(&domain), bus, workers);
    let draining = Draining::default();
    let app = Data::new(App {
        domain: Arc::clone(&domain),
        chat: chat.clone(),
        draining: draining.clone(),
        origins: Origins {
            public_url: config.public_url.clone(),
            allowed: config.allowed_origins.clone(),
        },
        limits: Limits::new(config.rate_limits.is_on()),
        page,
        is_https: config.is_https(),
        takes_url_tokens: config.url_tokens.is_on(),
    });
    let tasks = vec![
        rt::spawn(pump(feed, chat.clone())),
        rt::spawn(listen(signals, chat.clone())),
        rt::spawn(MarkFlusher::new(Arc::clone(&domain)).run()),
        rt::spawn(purge(app.clone())),
    ];

    let seats = Arc::new(Mutex::new(seats));
    let allowed_origins = config.allowed_origins.clone();
    let is_limited = config.rate_limits.is_on();
    let (worker_chat, worker_domain) = (chat.clone(), Arc::clone(&domain));
    let worker_draining = draining.clone();
    let server = HttpServer::new(move || {
        let seat = seats.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = seat.map(|seat| {
            Worker::start(
                seat,
                worker_chat.clone(),
                Arc::clone(&worker_domain),
                worker_draining.clone(),
                is_limited,
            )
        });
        let mut actix = actix_web::App::new().app_data(app.clone());
        if let Some(worker) = worker {
            actix = actix.app_data::<Rc<Worker>>(worker);
        }
        actix
            .wrap(Condition::new(
                !allowed_origins.is_empty(),
                cors(&allowed_origins),
            ))
            .wrap(security_headers())
            .configure(http::routes)
    })
    .workers(workers)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .h1_write_buffer_size(WRITE_BUFFER)
    .on_connect(|io: &dyn Any, data| {
        if let Some(stream) = io.downcast_ref::<TcpStream>() {
            set_up(stream);
            match Wire::of(stream) {
                Ok(wire) => {
                    data.insert(wire);
                }
                // It is served without.
                Err(error) => tracing::warn!(%error, "a connection has no wire"),
            }
        }
    })
    .listen(listener)
    .map_err(|source| StartError::Listen { address, source })?
    .run();
    let handle = server.handle();
    let server = rt::spawn(server);
    Ok(Running {
        address,
        domain,
        handle,
        server,
        tasks,
        chat,
        draining,
    })
}

/// Small frames go out at once; a dead peer is noticed by the kernel.
fn set_up(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    let result = socket
        .set_tcp_nodelay(true)
        .and_then(|()| socket.set_tcp_user_timeout(Some(USER_TIMEOUT)))
        .and_then(|()| socket.set_tcp_notsent_lowat(UNSENT));
    if let Err(error) = result {
        // Gone already, most likely.
        tracing::debug!(%error, "a connection could not be set up");
    }
}

fn cors(origins: &[String]) -> Cors {
    origins
        .iter()
        .fold(Cors::default(), |cors, origin| cors.allowed_origin(origin))
        .allowed_methods(["GET", "POST", "PUT", "PATCH", "DELETE"])
        .allowed_headers(["authorization", "content-type"])
        .expose_headers(["retry-after"])
        .supports_credentials()
        .max_age(3_600)
}

async fn purge(app: Data<App>) {
    let mut ticks = rt::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        app.limits.forget_idle();
        if let Err(error) = app.domain.purge().await {
            error.log();
        }
    }
}

impl Running {
    /// Tells every client when to come back, answers what was asked, keeps what was accepted, and
    /// ends: within five seconds.
    pub async fn stop(self) {
        self.draining.begin();
        // Each worker's sweeper looks twice a second; its closes are sent at once.
        rt::time::sleep(Duration::from_millis(1_200)).await;
        self.end(true).await;
    }

    /// Ends without telling anybody.
    pub async fn stop_at_once(self) {
        self.end(false).await;
    }

    async fn end(self, is_graceful: bool) {
        self.handle.stop(is_graceful).await;
        if let Ok(Err(error)) = self.server.await {
            tracing::error!(%error, "the server ended badly");
        }
        self.domain.store().close().await;
        self.chat.stop();
        for task in self.tasks {
            task.abort();
        }
    }
}
