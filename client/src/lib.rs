//! Parlor's web client: a Yew app around one pure reducer.
//!
//! `state` decides and knows neither DOM nor network; `net` talks to the server; `pages` and
//! `components` draw what `state` holds.

mod app;
mod browser;
mod components;
pub mod finder;
mod forms;
mod hooks;
mod net;
mod order;
mod pages;
pub mod rich_text;
mod route;
pub mod state;
pub mod timeline;

pub use app::App;
