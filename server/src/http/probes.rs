//! For the operator: is it alive, is it ready.

use actix_web::web::{self, Data};

use crate::{Error, http::App};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(super::resource("/healthz").route(web::get().to(health)))
        .service(super::resource("/readyz").route(web::get().to(ready)));
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
