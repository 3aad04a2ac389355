//! `parlor serve`.

use actix_web::rt::signal::unix::{SignalKind, signal};

use super::{CommandError, say};
use crate::{Clock, app, config::ServeConfig, http::Page, process};

pub(super) async fn run(config: &ServeConfig, page: Page) -> Result<(), CommandError> {
    process::prepare();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let running = app::start(config, Clock::system(), page).await?;
    let scheme = if config.tls_cert.is_some() {
        "https"
    } else {
        "http"
    };
    let address = format!("{scheme}://{}", running.address);
    say(&format!(
        "Parlor is ready at {}",
        config.public_url.as_ref().unwrap_or(&address)
    ))?;
    if config.public_url.is_some() {
        say(&format!("(listening on {address})"))?;
    }
    if let Some(address) = running.metrics_address {
        say(&format!("(figures at http://{address}/metrics)"))?;
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping");
    tokio::select! {
        () = running.stop() => tracing::info!("stopped"),
        // Asked twice: whoever is impatient has a reason.
        _ = interrupt.recv() => tracing::warn!("stopped at once"),
    }
    Ok(())
}
