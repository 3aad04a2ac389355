//! The sessions that transactions run in: used again and again, and ended at the close, because
//! MongoDB would keep for a minute what a caller who gave up had left open.

use std::sync::{Mutex, MutexGuard, PoisonError};

use mongodb::{
    Client, ClientSession,
    bson::{Document, doc},
};

use super::{commits::in_time, failure::Failure};

/// As many as there were transactions at once.
pub struct Sessions {
    client: Client,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    idle: Vec<ClientSession>,
    /// Of all that were started and not lost.
    ids: Vec<Document>,
}

impl Sessions {
    /// None yet.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            known: Mutex::default(),
        }
    }

    /// One that nobody uses.
    pub async fn take(&self) -> Result<ClientSession, Failure> {
        let idle = self.known().idle.pop();
        if let Some(session) = idle {
            return Ok(session);
        }
        let session = self.client.start_session().await?;
        let mut known = self.known();
        // The driver gives a session that was dropped to the next who starts one.
        if !known.ids.contains(session.id()) {
            known.ids.push(session.id().clone());
        }
        Ok(session)
    }

    /// A session whose transaction is over.
    pub fn give_back(&self, session: ClientSession) {
        self.known().idle.push(session);
    }

    /// Ends whatever is still open.
    pub async fn end(&self) {
        let sessions = self.known().ids.clone();
        if sessions.is_empty() {
            // To MongoDB no session means all of them.
            return;
        }
        let admin = self.client.database("admin");
        let ending = admin.run_command(doc! { "killSessions": sessions });
        if let Err(error) = in_time(async { Ok(ending.await?) }).await {
            tracing::debug!(%error, "transactions end by themselves in a minute");
        }
    }

    // Whole after every statement that changes it.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
