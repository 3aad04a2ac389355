//! `/sessions` and `/tickets`.

use actix_web::{
    HttpRequest, HttpResponse,
    http::header::USER_AGENT,
    web::{self, Data, Json},
};
use shared::{NewSession, SessionId, Sessions};

use super::{
    cookies,
    extract::{Body, Me, named},
};
use crate::{
    Error,
    domain::Login,
    http::App,
    limits::{ByAddress, ByPerson},
};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            super::resource("/sessions")
                .route(web::post().to(log_in))
                .route(web::get().to(list))
                .route(web::delete().to(log_out_everywhere)),
        )
        .service(super::resource("/sessions/{id}").route(web::delete().to(log_out)))
        .service(super::resource("/sessions/{id}/refresh").route(web::post().to(refresh)))
        .service(super::resource("/tickets").route(web::post().to(make_ticket)));
}

async fn log_in(
    request: HttpRequest,
    app: Data<App>,
    new: Body<NewSession>,
) -> Result<HttpResponse, Error> {
    app.origins.check(&request)?;
    app.check_address(ByAddress::LogIn, &request)?;
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    let login = app
        .domain
        .log_in(new.0, user_agent.unwrap_or_default())
        .await?;
    Ok(with_cookie(&mut HttpResponse::Created(), &app, login))
}

async fn refresh(
    request: HttpRequest,
    app: Data<App>,
    path: web::Path<String>,
) -> Result<HttpResponse, Error> {
    app.origins.check(&request)?;
    app.check_address(ByAddress::Refresh, &request)?;
    let session: SessionId = named(&path, "session")?;
    let cookie = request
        .cookie(cookies::REFRESH)
        .ok_or(Error::Unauthenticated(
            "the refresh cookie is missing: log in again",
        ))?;
    let login = app.domain.refresh(session, cookie.value()).await?;
    Ok(with_cookie(&mut HttpResponse::Ok(), &app, login))
}

fn with_cookie(
    response: &mut actix_web::HttpResponseBuilder,
    app: &App,
    Login { answer, refresh }: Login,
) -> HttpResponse {
    let now = app.domain.clock().now();
    let session = &answer.session;
    let cookie = cookies::refresh(session.id, refresh, session.expires_at, now, app.is_https);
    response.cookie(cookie).json(answer)
}

async fn list(me: Me, app: Data<App>) -> Result<Json<Sessions>, Error> {
    Ok(Json(Sessions {
        sessions: app.domain.sessions(&me.0).await?,
    }))
}

async fn log_out(
    request: HttpRequest,
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
) -> Result<HttpResponse, Error> {
    app.origins.check(&request)?;
    let session: SessionId = named(&path, "session")?;
    app.domain.log_out(&me.0, session).await?;
    Ok(HttpResponse::NoContent()
        .cookie(cookies::removal(session, app.is_https))
        .finish())
}

async fn log_out_everywhere(
    request: HttpRequest,
    me: Me,
    app: Data<App>,
) -> Result<HttpResponse, Error> {
    app.origins.check(&request)?;
    app.domain.log_out_everywhere(&me.0).await?;
    let cookie = cookies::removal(me.0.session(), app.is_https);
    Ok(HttpResponse::NoContent().cookie(cookie).finish())
}

async fn make_ticket(me: Me, app: Data<App>) -> Result<HttpResponse, Error> {
    app.limits.check_person(ByPerson::Ticket, me.0.user())?;
    Ok(HttpResponse::Created().json(app.domain.make_ticket(&me.0).await?))
}
