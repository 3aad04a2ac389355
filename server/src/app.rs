//! The whole server, put together: from a configuration to something that listens.

mod connections;
mod doors;
mod listener;

use std::{
    io,
    net::{SocketAddr, TcpListener},
    rc::Rc,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use actix_cors::Cors;
use actix_web::{
    HttpServer,
    dev::{Server, ServerHandle},
    middleware::{Condition, from_fn},
    rt,
    web::Data,
};
use futures_util::future::join_all;

use crate::{
    Clock,
    bus::{Bus, Signals},
    chat::{ChatHandle, Draining, Worker, listen, pump},
    config::ServeConfig,
    data_dir::{self, DataDirError},
    domain::{Domain, MarkFlusher, PasswordCost},
    error::chain,
    http::{self, App, MetricsAccess, Origins, Page, security_headers},
    limits::Limits,
    store::{self, StoreError},
    tls::{Certificate, TlsError},
};

use doors::Doors;

/// How long a stop waits for the clients to read the last of it and to hang up, and for requests to be
/// answered.
const PARTING: Duration = Duration::from_secs(3);
/// How long it then waits for connections that ask for nothing any more.
const SHUTDOWN_SECONDS: u64 = 1;
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
    /// The certificate.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The address.
    #[error(
        "cannot listen on {address}: {source}; stop what has the port, or choose another \
         with --listen (the figures: --metrics-listen)"
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
    /// Where the figures are, if that is elsewhere.
    pub metrics_address: Option<SocketAddr>,
    /// What it decides with.
    pub domain: Arc<Domain>,
    handles: Vec<ServerHandle>,
    servers: Vec<rt::task::JoinHandle<io::Result<()>>>,
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
    let doors = Doors::open(config)?;
    let opened = open(&config.place, clock).await?;
    serve(doors, opened, config, page)
}

/// As [`start`], on what is open already: a test's own store, feed and bus.
///
/// # Errors
/// In one line: no address to listen on.
pub fn start_on(opened: Opened, config: &ServeConfig, page: Page) -> Result<Running, StartError> {
    serve(Doors::open(config)?, opened, config, page)
}

fn serve(
    doors: Doors,
    opened: Opened,
    config: &ServeConfig,
    page: Page,
) -> Result<Running, StartError> {
    let Doors {
        listener,
        address,
        certificate,
        metrics,
    } = doors;
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
            is_tls: certificate.is_some(),
            allowed: config.allowed_origins.clone(),
        },
        limits: Arc::new(Limits::new(config.limits())),
        trusted_proxies: config.trusted_proxies.clone(),
        registration: config.registration.into(),
        metrics: MetricsAccess {
            token: config.metrics_token.clone(),
            is_elsewhere: metrics.is_some(),
        },
        rejections: Arc::default(),
        page,
        is_https: config.is_https(),
        takes_url_tokens: config.url_tokens.is_on(),
    });
    let tasks = vec![
        rt::spawn(pump(feed, chat.clone())),
        rt::spawn(listen(signals, chat.clone())),
        rt::spawn(MarkFlusher::new(Arc::clone(&domain)).run()),
        rt::spawn(keep_house(app.clone(), certificate.clone())),
    ];

    let seats = Arc::new(Mutex::new(seats));
    let allowed_origins = config.allowed_origins.clone();
    let worker_app = app.clone();
    let on_worker = move || {
        let seat = seats.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let worker = seat.map(|seat| {
            Worker::start(
                seat,
                worker_app.chat.clone(),
                Arc::clone(&worker_app.domain),
                worker_app.draining.clone(),
                Arc::clone(&worker_app.limits),
            )
        });
        let (app, allowed_origins) = (worker_app.clone(), allowed_origins.clone());
        move || {
            let mut actix = actix_web::App::new().app_data(app.clone());
            if let Some(worker) = &worker {
                actix = actix.app_data::<Rc<Worker>>(Rc::clone(worker));
            }
            actix
                .wrap(Condition::new(
                    !allowed_origins.is_empty(),
                    cors(&allowed_origins),
                ))
                .wrap(security_headers(app.is_https))
                .wrap(from_fn(http::observe))
                .configure(http::routes)
        }
    };
    let server = match certificate {
        Some(certificate) => HttpServer::new(move || on_worker()())
            .workers(workers)
            .disable_signals()
            .shutdown_timeout(SHUTDOWN_SECONDS)
            .on_connect(connections::set_up_encrypted)
            .listen_rustls_0_23(listener, certificate.config()?)
            .map(HttpServer::run),
        None => listener::serve(listener, workers, &draining, on_worker),
    }
    .map_err(|source| StartError::Listen { address, source })?;
    let metrics = metrics.map(|(listener, address)| serve_metrics(listener, address, app));
    let metrics = metrics.transpose()?;
    let mut handles = vec![server.handle()];
    handles.extend(metrics.as_ref().map(|(_, server)| server.handle()));
    Ok(Running {
        address,
        metrics_address: metrics.as_ref().map(|(address, _)| *address),
        domain,
        handles,
        servers: std::iter::once(server)
            .chain(metrics.map(|(_, server)| server))
            .map(rt::spawn)
            .collect(),
        tasks,
        chat,
        draining,
    })
}

/// The figures, on a thread of their own.
fn serve_metrics(
    listener: TcpListener,
    address: SocketAddr,
    app: Data<App>,
) -> Result<(SocketAddr, Server), StartError> {
    let server = HttpServer::new(move || {
        actix_web::App::new()
            .app_data(app.clone())
            .wrap(security_headers(false))
            .configure(http::metrics_routes)
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(SHUTDOWN_SECONDS)
    .listen(listener)
    .map_err(|source| StartError::Listen { address, source })?;
    Ok((address, server.run()))
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

/// Throws away what has run out, and shows a certificate that was renewed.
async fn keep_house(app: Data<App>, certificate: Option<Arc<Certificate>>) {
    let mut ticks = rt::time::interval(PURGE_EVERY);
    loop {
        ticks.tick().await;
        if let Some(certificate) = &certificate {
            certificate.renew();
        }
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
        // Whoever is not gone by then does not read, and cannot be told.
        let _ = rt::time::timeout(PARTING, self.draining.all_gone()).await;
        self.end(true).await;
    }

    /// Ends without telling anybody.
    pub async fn stop_at_once(self) {
        self.end(false).await;
    }

    async fn end(self, is_graceful: bool) {
        join_all(self.handles.iter().map(|handle| handle.stop(is_graceful))).await;
        for server in self.servers {
            if let Ok(Err(error)) = server.await {
                tracing::error!(%error, "the server ended badly");
            }
        }
        self.domain.store().close().await;
        self.chat.stop();
        for task in self.tasks {
            task.abort();
        }
    }
}
