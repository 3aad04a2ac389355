//! `/users` and `/password-checks`.

use actix_web::{
    HttpRequest, HttpResponse,
    web::{self, Data, Json},
};
use shared::{
    NewUser, PasswordChange, PasswordCheck, PasswordScore, UserAnswer, UserId, UserUpdate, Users,
    UsersQuery,
};

use super::extract::{Body, Me, Query, named};
use crate::{
    Error,
    domain::Domain,
    http::App,
    limits::{ByAddress, ByPerson},
};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            super::resource("/users")
                .route(web::post().to(register))
                .route(web::get().to(list)),
        )
        .service(super::resource("/users/me/password").route(web::put().to(change_password)))
        .service(
            super::resource("/users/{id}")
                .route(web::get().to(read))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(super::resource("/password-checks").route(web::post().to(check_password)));
}

/// `me`, or an id.
fn who(path: &str, me: &Me) -> Result<UserId, Error> {
    if path == "me" {
        Ok(me.0.user())
    } else {
        named(path, "user")
    }
}

async fn register(
    request: HttpRequest,
    app: Data<App>,
    new: Body<NewUser>,
) -> Result<HttpResponse, Error> {
    app.check_address(ByAddress::Register, &request)?;
    let user = app.domain.register(new.0).await?;
    Ok(HttpResponse::Created().json(UserAnswer { user }))
}

async fn check_password(
    request: HttpRequest,
    app: Data<App>,
    check: Body<PasswordCheck>,
) -> Result<Json<PasswordScore>, Error> {
    app.check_address(ByAddress::CheckPassword, &request)?;
    // A few hundred microseconds; the length is bounded.
    Ok(Json(Domain::judge_password(&check.0)))
}

async fn list(me: Me, app: Data<App>, query: Query<UsersQuery>) -> Result<Json<Users>, Error> {
    Ok(Json(app.domain.users(&me.0, query.0).await?))
}

async fn read(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Json<UserAnswer>, Error> {
    let user = app.domain.user(&me.0, who(&path, &me)?).await?;
    Ok(Json(UserAnswer { user }))
}

async fn update(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    update: Body<UserUpdate>,
) -> Result<Json<UserAnswer>, Error> {
    let user = app
        .domain
        .update_user(&me.0, who(&path, &me)?, update.0)
        .await?;
    Ok(Json(UserAnswer { user }))
}

async fn change_password(
    me: Me,
    app: Data<App>,
    change: Body<PasswordChange>,
) -> Result<HttpResponse, Error> {
    app.limits
        .check_person(ByPerson::ChangePassword, me.0.user())?;
    app.domain.change_password(&me.0, change.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn delete(me: Me, app: Data<App>, path: web::Path<String>) -> Result<HttpResponse, Error> {
    app.domain.delete_user(&me.0, who(&path, &me)?).await?;
    Ok(HttpResponse::NoContent().finish())
}
