//! What needs no login: registering, logging in, coming back with the cookie.

use shared::{
    LoggedIn, NewSession, NewUser, PasswordCheck, PasswordScore, Registration, RegistrationAnswer,
    SessionId, UserAnswer,
};

use super::{Failure, request::Request};

/// Makes an account.
pub async fn register(user: &NewUser) -> Result<UserAnswer, Failure> {
    Request::post("/users").json(user).send(None).await
}

/// Who may make an account.
pub async fn registration() -> Result<Registration, Failure> {
    let answer: RegistrationAnswer = Request::get("/registration").send(None).await?;
    Ok(answer.registration)
}

/// Logs in; the answer also sets the session's cookie.
pub async fn log_in(username: &str, password: &str) -> Result<LoggedIn, Failure> {
    let body = NewSession {
        username: username.to_owned(),
        password: password.to_owned(),
    };
    Request::post("/sessions").json(&body).send(None).await
}

/// A new access token for the session, by its cookie.
pub async fn refresh(session: SessionId) -> Result<LoggedIn, Failure> {
    Request::post(format!("/sessions/{session}/refresh"))
        .send(None)
        .await
}

/// How strong a password is.
pub async fn check_password(
    password: &str,
    username: &str,
    email: &str,
) -> Result<PasswordScore, Failure> {
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let body = PasswordCheck {
        password: password.to_owned(),
        username: filled(username),
        email: filled(email),
    };
    Request::post("/password-checks")
        .json(&body)
        .send(None)
        .await
}
