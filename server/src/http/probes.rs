//! For the operator: is it alive, is it ready, what does it do.

use std::fmt::Write as _;

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data},
};

use crate::{Error, chat::Counts, http::App};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(super::resource("/healthz").route(web::get().to(health)))
        .service(super::resource("/readyz").route(web::get().to(ready)))
        .service(super::resource("/metrics").route(web::get().to(metrics)));
}

/// The process lives.
async fn health() -> &'static str {
    "ok\n"
}

/// It takes requests: the store can be written, and nobody is stopping it.
async fn ready(app: Data<App>) -> Result<&'static str, Error> {
    if app.draining.is_draining() {
        return Err(Error::Busy);
    }
    app.domain.store().check().await?;
    Ok("ready\n")
}

/// Figures in Prometheus's text format, for this machine only.
async fn metrics(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, Error> {
    let is_local = request
        .peer_addr()
        .is_some_and(|peer| peer.ip().is_loopback());
    if !is_local {
        return Err(Error::NotFound("route"));
    }
    let Counts {
        connections,
        people,
        people_elsewhere,
    } = app.chat.count().await?;
    let mut text = String::new();
    for (name, help, value) in [
        (
            "parlor_connections",
            "Open sockets and streams.",
            connections,
        ),
        (
            "parlor_people",
            "People connected, or gone for less than five seconds.",
            people,
        ),
        (
            "parlor_people_elsewhere",
            "People connected to other servers on the same store only.",
            people_elsewhere,
        ),
    ] {
        let _ = writeln!(
            text,
            "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
        );
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(text))
}
