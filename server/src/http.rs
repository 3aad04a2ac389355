//! REST, the upgrade of sockets and streams, the operator's probes, and the page.
//!
//! Handlers extract, call `domain`, and answer; nothing is decided here.

mod answer;
mod asyncapi;
mod client_address;
mod cookies;
mod describe;
mod documents;
#[cfg(debug_assertions)]
mod echo;
mod exposition;
mod extract;
mod frames;
mod headers;
mod invitations;
mod live;
mod members;
mod messages;
mod metrics;
mod observe;
mod openapi;
mod origin;
mod page;
mod probes;
mod rooms;
mod route;
mod schemas;
mod sessions;
mod state;
mod success;
mod upgrade;
mod users;

use actix_web::web;

pub use client_address::Network;
pub use documents::{asyncapi, frames, openapi};
pub use headers::security_headers;
pub use metrics::{MetricsAccess, metrics_routes};
pub use observe::observe;
pub use origin::Origins;
pub use page::{Page, PageFile};
pub use state::App;
pub use upgrade::upgrade;

use route::{Section, resources};

use crate::Error;

/// Where the API lives.
pub const API: &str = "/api/v1";

/// Every route, by what it is about, as the document shows them.
fn sections() -> [Section; 8] {
    let section = |name, about, prefix, routes| Section {
        name,
        about,
        prefix,
        routes,
    };
    [
        section(
            "People",
            "Accounts, and what others see of them.",
            API,
            users::routes(),
        ),
        section(
            "Registration",
            "Who may make an account, and invitations to.",
            API,
            invitations::routes(),
        ),
        section(
            "Sessions",
            "Logging in, staying in, and out.",
            API,
            sessions::routes(),
        ),
        section(
            "Rooms",
            "Rooms and private conversations.",
            API,
            rooms::routes(),
        ),
        section(
            "Members",
            "Who is in a room, and who may not be.",
            API,
            members::routes(),
        ),
        section(
            "Messages",
            "What is said, what changed, and what was read.",
            API,
            messages::routes(),
        ),
        section(
            "Live",
            "Where everything that happens comes by itself.",
            API,
            live::routes(),
        ),
        section(
            "Operation",
            "For whoever runs it: outside of the API's prefix.",
            "",
            operation(),
        ),
    ]
}

fn operation() -> Vec<route::Route> {
    let mut routes = probes::routes();
    routes.extend(metrics::routes());
    routes.extend(documents::routes());
    routes
}

/// Serves every route.
pub fn routes(config: &mut web::ServiceConfig) {
    let (api, others): (Vec<_>, Vec<_>) = sections()
        .into_iter()
        .partition(|section| section.prefix == API);
    let routes = |sections: Vec<Section>| sections.into_iter().flat_map(|section| section.routes);
    let api = resources(routes(api)).fold(web::scope(API), actix_web::Scope::service);
    config.service(api.default_service(web::to(no_such_route)));
    for resource in resources(routes(others)) {
        config.service(resource);
    }
    #[cfg(debug_assertions)]
    echo::routes(config);
    config
        .service(web::scope("/api").default_service(web::to(no_such_route)))
        .default_service(web::to(page::serve));
}

/// Also the answer to a method that a path does not have.
async fn no_such_route() -> Result<&'static str, Error> {
    Err(Error::NotFound("route"))
}
