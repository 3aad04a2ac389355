//! REST, the upgrade of sockets and streams, the operator's probes, and the page.
//!
//! Handlers extract, call `domain`, and answer; nothing is decided here.

mod answer;
mod client_address;
mod cookies;
mod exposition;
mod extract;
mod headers;
mod live;
mod members;
mod messages;
mod metrics;
mod observe;
mod origin;
mod page;
mod probes;
mod rooms;
mod sessions;
mod state;
mod users;

use actix_web::web;

pub use client_address::Network;
pub use headers::security_headers;
pub use metrics::{MetricsAccess, metrics_routes};
pub use observe::observe;
pub use origin::Origins;
pub use page::{Page, PageFile};
pub use state::App;

use crate::Error;

/// Where the API lives.
pub const API: &str = "/api/v1";

/// Every route.
pub fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            web::scope(API)
                .configure(users::routes)
                .configure(sessions::routes)
                .configure(rooms::routes)
                .configure(members::routes)
                .configure(messages::routes)
                .configure(live::routes)
                .default_service(web::to(no_such_route)),
        )
        .service(web::scope("/api").default_service(web::to(no_such_route)))
        .configure(probes::routes)
        .configure(metrics::routes)
        .default_service(web::to(page::serve));
}

/// Also the answer to a method that a path does not have.
async fn no_such_route() -> Result<&'static str, Error> {
    Err(Error::NotFound("route"))
}

/// A path and its methods; any other method is answered like a path that is not there.
fn resource(path: &str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(no_such_route))
}
