//! Requests in the name of the login: with its token, and once more with a fresh one.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use shared::{ErrorCode, Ticket};

use super::{
    Failure, Login,
    request::{Request, read},
};

/// The server, as the one who is logged in may use it. Its methods stand beside their subjects:
/// accounts, people, rooms, messages.
#[derive(Clone)]
pub struct Api {
    pub(super) login: Rc<Login>,
}

impl Api {
    /// The server for this login.
    pub fn new(login: Rc<Login>) -> Self {
        Self { login }
    }

    pub(super) async fn call<A: DeserializeOwned>(&self, request: Request) -> Result<A, Failure> {
        read(&self.exchange(request).await?)
    }

    async fn exchange(&self, request: Request) -> Result<String, Failure> {
        if self.login.token().is_none() {
            self.login.refresh(None).await?;
        }
        let token = self.login.token();
        let mut answer = request.exchange(token.as_deref()).await;
        if let Err(failure) = &answer
            && failure.code() == Some(ErrorCode::TokenExpired)
        {
            self.login.refresh(token.as_deref()).await?;
            answer = request.exchange(self.login.token().as_deref()).await;
        }
        if let Err(failure) = &answer
            && failure.code() == Some(ErrorCode::Unauthenticated)
        {
            self.login.end();
        }
        answer
    }

    /// A ticket for one socket.
    pub async fn ticket(&self) -> Result<Ticket, Failure> {
        self.call(Request::post("/tickets")).await
    }
}
