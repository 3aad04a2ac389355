//! From a listening socket to the application, unencrypted: what `HttpServer` would do, with a door
//! for upgrades, which it does not have.

use std::{fmt, io, net::TcpListener, rc::Rc, time::Duration};

use actix_http::{
    HttpService, KeepAlive, Request, Response,
    body::{BoxBody, MessageBody},
};
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactoryExt, map_config};
use actix_web::{
    dev::{AppConfig, Service, ServiceFactory, fn_factory, fn_service},
    rt::net::TcpStream,
};

use super::{SHUTDOWN_SECONDS, connections};
use crate::{chat::Draining, http};

/// How long a connection is kept for the next request, and waited for its first.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long is waited for a client to hang up.
const LINGER: Duration = Duration::from_secs(1);

/// Serves what comes in by this socket on so many threads. Each calls `on_worker` once, for what
/// makes its applications: one for requests, and the same again for those that ask for a WebSocket.
///
/// # Errors
/// When the socket cannot be used.
pub(super) fn serve<W, F, A, S, B>(
    listener: TcpListener,
    workers: usize,
    draining: &Draining,
    on_worker: W,
) -> io::Result<Server>
where
    W: Fn() -> F + Send + Clone + 'static,
    F: Fn() -> A,
    A: IntoServiceFactory<S, Request>,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<actix_web::Error> + 'static,
    S::InitError: fmt::Debug,
    S::Response: Into<Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    let builder = Server::build()
        .workers(workers)
        .disable_signals()
        .shutdown_timeout(SHUTDOWN_SECONDS);
    let stopping = builder.graceful_shutdown_signal();
    let draining = draining.clone();
    let service = move || {
        let (stopping, draining) = (stopping.clone(), draining.clone());
        let new_app = on_worker();
        let app = || {
            let app = new_app()
                .into_factory()
                .map_err(|error: S::Error| Response::<BoxBody>::from(error.into()));
            map_config(app, |()| AppConfig::default())
        };
        let for_upgrades = Rc::new(app());
        HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(KeepAlive::Timeout(PATIENCE))
            .client_request_timeout(PATIENCE)
            .client_disconnect_timeout(LINGER)
            .local_addr(address)
            .on_connect_ext(|stream: &TcpStream, _| connections::set_up(stream))
            .upgrade(fn_factory(move || {
                let for_upgrades = Rc::clone(&for_upgrades);
                let draining = draining.clone();
                async move {
                    let app = Rc::new(for_upgrades.new_service(()).await?);
                    Ok::<_, S::InitError>(fn_service(move |(request, framed)| {
                        http::upgrade(Rc::clone(&app), request, framed, draining.stay())
                    }))
                }
            }))
            .finish(app())
            .tcp()
    };
    Ok(builder.listen("parlor", listener, service)?.run())
}
