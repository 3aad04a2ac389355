//! `/test/echo`, for Autobahn's test suite. Debug builds only: no release has it, so no document
//! knows it.

use actix_web::web;

use crate::chat;

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config.service(web::resource("/test/echo").route(web::get().to(chat::open_echo)));
}
