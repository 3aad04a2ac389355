//! One's own account and logins.

use shared::{
    Password, PasswordChange, Session, SessionId, Sessions, User, UserAnswer, UserId, UserUpdate,
};

use super::{Api, Failure, request::Request};

impl Api {
    /// Changes one's profile.
    pub async fn update_profile(&self, user: UserId, update: &UserUpdate) -> Result<User, Failure> {
        let request = Request::patch(format!("/users/{user}")).json(update);
        let answer: UserAnswer = self.call(request).await?;
        Ok(answer.user)
    }

    /// Changes one's password; all other sessions end.
    pub async fn change_password(&self, current: &str, new: Password) -> Result<(), Failure> {
        let body = PasswordChange {
            current: current.to_owned(),
            new,
        };
        self.call(Request::put("/users/me/password").json(&body))
            .await
    }

    /// Deletes one's account.
    pub async fn delete_account(&self, user: UserId) -> Result<(), Failure> {
        self.call(Request::delete(format!("/users/{user}"))).await
    }

    /// One's logins, newest use first.
    pub async fn sessions(&self) -> Result<Vec<Session>, Failure> {
        let answer: Sessions = self.call(Request::get("/sessions")).await?;
        Ok(answer.sessions)
    }

    /// Ends one of one's logins.
    pub async fn end_session(&self, session: SessionId) -> Result<(), Failure> {
        self.call(Request::delete(format!("/sessions/{session}")))
            .await
    }

    /// Ends all of one's logins.
    pub async fn end_all_sessions(&self) -> Result<(), Failure> {
        self.call(Request::delete("/sessions")).await
    }
}
