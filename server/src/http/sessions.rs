//! `/sessions` and `/tickets`.

use actix_web::{
    HttpRequest,
    cookie::Cookie,
    http::header::USER_AGENT,
    web::{self, Data, Json},
};
use shared::{
    ErrorCode::{RateLimited, Unauthenticated},
    LoggedIn, NewSession, SessionId, Sessions, Ticket,
};

use super::{
    cookies,
    extract::{Body, Me, OwnPage, RefreshValue, named},
    route::{Route, delete, get, post},
    success::{Created, Done, WithCookie},
};
use crate::{
    Error,
    domain::Login,
    http::App,
    limits::{ByAddress, ByPerson},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/sessions", log_in)
            .does("Logs in. Each login is a session of its own with a cookie of its own.")
            .refuses(&[Unauthenticated, RateLimited]),
        get("/sessions", list).does("Lists one's own logins, newest use first."),
        delete("/sessions", log_out_everywhere)
            .does("Logs out everywhere. Access tokens are dead at once, live sockets close."),
        post("/sessions/{session}/refresh", refresh)
            .does(
                "Exchanges the refresh cookie for the next, and an access token. The value before, \
                 within ten seconds, gets the same again; any older use ends the session.",
            )
            .refuses(&[RateLimited]),
        delete("/sessions/{session}", log_out)
            .does("Logs out one of one's own sessions. Clears its cookie."),
        post("/tickets", make_ticket)
            .does("Makes a ticket. It opens one WebSocket or stream, within 30 seconds."),
    ]
}

async fn log_in(
    _: OwnPage,
    request: HttpRequest,
    app: Data<App>,
    new: Body<NewSession>,
) -> Result<WithCookie<Created<LoggedIn>>, Error> {
    app.check_address(ByAddress::LogIn, &request)?;
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let login = app
        .domain
        .log_in(new.0, user_agent.unwrap_or_default())
        .await?;
    let (answer, cookie) = apart(&app, login);
    Ok(WithCookie(Created(answer), cookie))
}

async fn refresh(
    _: OwnPage,
    app: Data<App>,
    path: web::Path<String>,
    request: HttpRequest,
    value: RefreshValue,
) -> Result<WithCookie<Json<LoggedIn>>, Error> {
    app.check_address(ByAddress::Refresh, &request)?;
    let session: SessionId = named(&path, "session")?;
    let login = app.domain.refresh(session, &value.0).await?;
    let (answer, cookie) = apart(&app, login);
    Ok(WithCookie(Json(answer), cookie))
}

/// What the page's code may read, and what it may not.
fn apart(app: &App, Login { answer, refresh }: Login) -> (LoggedIn, Cookie<'static>) {
    let now = app.domain.clock().now();
    let session = &answer.session;
    let cookie = cookies::refresh(session.id, refresh, session.expires_at, now, app.is_https);
    (answer, cookie)
}

async fn list(me: Me, app: Data<App>) -> Result<Json<Sessions>, Error> {
    Ok(Json(Sessions {
        sessions: app.domain.sessions(&me.0).await?,
    }))
}

async fn log_out(
    _: OwnPage,
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
) -> Result<WithCookie<Done>, Error> {
    let session: SessionId = named(&path, "session")?;
    app.domain.log_out(&me.0, session).await?;
    Ok(WithCookie(Done, cookies::removal(session, app.is_https)))
}

async fn log_out_everywhere(_: OwnPage, me: Me, app: Data<App>) -> Result<WithCookie<Done>, Error> {
    app.domain.log_out_everywhere(&me.0).await?;
    let cookie = cookies::removal(me.0.session(), app.is_https);
    Ok(WithCookie(Done, cookie))
}

async fn make_ticket(me: Me, app: Data<App>) -> Result<Created<Ticket>, Error> {
    app.limits.check_person(ByPerson::Ticket, me.0.user())?;
    Ok(Created(app.domain.make_ticket(&me.0).await?))
}
