//! Other people.

use shared::{User, UserAnswer, UserId, Users};

use super::{Api, Failure, request::Request};

impl Api {
    /// A page of everybody, by username, or of those whose name holds `q`.
    pub async fn people(&self, q: &str, cursor: Option<&str>) -> Result<Users, Failure> {
        let mut request = Request::get("/users").query("limit", "100");
        if !q.is_empty() {
            request = request.query("q", q);
        }
        if let Some(cursor) = cursor {
            request = request.query("cursor", cursor);
        }
        self.call(request).await
    }

    /// One person.
    pub async fn person(&self, user: UserId) -> Result<User, Failure> {
        let answer: UserAnswer = self.call(Request::get(format!("/users/{user}"))).await?;
        Ok(answer.user)
    }
}
