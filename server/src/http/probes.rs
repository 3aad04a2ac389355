//! For the operator: is it alive, is it ready.

use actix_web::web::Data;

use super::route::{Route, get};
use crate::{Error, http::App};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/healthz", health).does("Says that the process lives."),
        get("/readyz", ready).does(
            "Says whether it takes requests. The store can be written, and nobody is stopping it.",
        ),
    ]
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
