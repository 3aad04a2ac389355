//! `/users` and `/password-checks`.

use actix_web::{
    HttpRequest,
    web::{self, Data, Json},
};
use shared::{
    ErrorCode::{EmailTaken, Forbidden, RateLimited, UsernameTaken},
    NewUser, PasswordChange, PasswordCheck, PasswordScore, UserAnswer, UserId, UserUpdate, Users,
    UsersQuery,
};

use super::{
    extract::{Body, Me, Query, named},
    route::{Route, delete, get, patch, post, put},
    success::{Created, Done},
};
use crate::{
    Error,
    domain::Domain,
    http::App,
    limits::{ByAddress, ByPerson},
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/users", register)
            .does("Makes an account. Whoever registers is in the lobby from then on.")
            .refuses(&[Forbidden, UsernameTaken, EmailTaken, RateLimited]),
        get("/users", list).does("Lists people by username. Deleted ones are not among them."),
        get("/users/{user}", read)
            .does("Reads a person. `email` and `role` only of oneself, and for server admins."),
        patch("/users/{user}", update)
            .does("Changes an account: one's own, or for a server admin anybody's.")
            .refuses(&[Forbidden, EmailTaken]),
        put("/users/me/password", change_password)
            .does("Changes one's own password. All other sessions end."),
        delete("/users/{user}", delete_user)
            .does("Deletes an account: one's own, or for a server admin anybody's. Messages stay.")
            .refuses(&[Forbidden]),
        post("/password-checks", check_password)
            .does("Judges a password before it is chosen. Nothing of it is kept or logged.")
            .refuses(&[RateLimited]),
    ]
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
) -> Result<Created<UserAnswer>, Error> {
    app.check_address(ByAddress::Register, &request)?;
    let user = app.domain.register(new.0, app.registration).await?;
    Ok(Created(UserAnswer { user }))
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
) -> Result<Done, Error> {
    app.limits
        .check_person(ByPerson::ChangePassword, me.0.user())?;
    app.domain.change_password(&me.0, change.0).await?;
    Ok(Done)
}

async fn delete_user(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Done, Error> {
    app.domain.delete_user(&me.0, who(&path, &me)?).await?;
    Ok(Done)
}
