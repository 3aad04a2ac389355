//! `/rooms/{id}/members` and `/rooms/{id}/bans`.

use actix_web::{
    HttpResponse,
    web::{self, Data, Json},
};
use shared::{Bans, MemberAnswer, Members, MembersQuery, RoleUpdate, UserId};

use super::extract::{Body, Me, Query, named};
use crate::{Error, domain::RoomRef, http::App};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(super::resource("/rooms/{id}/members").route(web::get().to(list)))
        .service(
            super::resource("/rooms/{id}/members/{user}")
                .route(web::put().to(add))
                .route(web::patch().to(set_role))
                .route(web::delete().to(remove)),
        )
        .service(super::resource("/rooms/{id}/bans").route(web::get().to(bans)))
        .service(
            super::resource("/rooms/{id}/bans/{user}")
                .route(web::put().to(ban))
                .route(web::delete().to(unban)),
        );
}

/// A room and a person, `me` being oneself.
fn whom(path: &(String, String), me: &Me) -> Result<(RoomRef, UserId), Error> {
    let (room, user) = path;
    let user = if user == "me" {
        me.0.user()
    } else {
        named(user, "user")?
    };
    Ok((room.parse()?, user))
}

type Pair = web::Path<(String, String)>;

async fn list(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    query: Query<MembersQuery>,
) -> Result<Json<Members>, Error> {
    Ok(Json(
        app.domain.members(&me.0, &path.parse()?, query.0).await?,
    ))
}

async fn add(me: Me, app: Data<App>, path: Pair) -> Result<Json<MemberAnswer>, Error> {
    let (room, user) = whom(&path, &me)?;
    Ok(Json(MemberAnswer {
        member: app.domain.add_member(&me.0, &room, user).await?,
    }))
}

async fn set_role(
    me: Me,
    app: Data<App>,
    path: Pair,
    update: Body<RoleUpdate>,
) -> Result<Json<MemberAnswer>, Error> {
    let (room, user) = whom(&path, &me)?;
    let member = app
        .domain
        .set_role(&me.0, &room, user, update.0.role)
        .await?;
    Ok(Json(MemberAnswer { member }))
}

async fn remove(me: Me, app: Data<App>, path: Pair) -> Result<HttpResponse, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.remove_member(&me.0, &room, user).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn bans(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Json<Bans>, Error> {
    Ok(Json(Bans {
        bans: app.domain.bans(&me.0, &path.parse()?).await?,
    }))
}

async fn ban(me: Me, app: Data<App>, path: Pair) -> Result<HttpResponse, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.ban(&me.0, &room, user).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn unban(me: Me, app: Data<App>, path: Pair) -> Result<HttpResponse, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.unban(&me.0, &room, user).await?;
    Ok(HttpResponse::NoContent().finish())
}
