//! `/rooms/{id}/members` and `/rooms/{id}/bans`.

use actix_web::web::{self, Data, Json};
use shared::{
    Bans,
    ErrorCode::{Conflict, Forbidden, InvalidField},
    MemberAnswer, Members, MembersQuery, RoleUpdate, UserId,
};

use super::{
    extract::{Body, Me, Query, named},
    route::{Route, delete, get, patch, put},
    success::Done,
};
use crate::{Error, domain::RoomRef, http::App};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/rooms/{room}/members", list)
            .does("Lists a room's members by username. For its members.")
            .refuses(&[Forbidden]),
        put("/rooms/{room}/members/{user}", add)
            .does(
                "Joins a public room, or invites somebody. Inviting is for the room's admins; \
                 joining twice is harmless.",
            )
            .refuses(&[Forbidden, Conflict]),
        patch("/rooms/{room}/members/{user}", set_role)
            .does("Makes a member an admin of the room, or no admin. For its owner.")
            .refuses(&[Forbidden]),
        delete("/rooms/{room}/members/{user}", remove)
            .does("Leaves a room, or removes somebody. Removing is for the room's admins.")
            .refuses(&[Forbidden]),
        get("/rooms/{room}/bans", bans)
            .does("Lists a room's bans, newest first. For its admins.")
            .refuses(&[Forbidden]),
        put("/rooms/{room}/bans/{user}", ban)
            .does("Bans somebody from a room: ends the membership and refuses joining. For its admins.")
            .refuses(&[Forbidden, InvalidField]),
        delete("/rooms/{room}/bans/{user}", unban)
            .does("Lifts a ban. For the room's admins.")
            .refuses(&[Forbidden]),
    ]
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

async fn remove(me: Me, app: Data<App>, path: Pair) -> Result<Done, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.remove_member(&me.0, &room, user).await?;
    Ok(Done)
}

async fn bans(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Json<Bans>, Error> {
    Ok(Json(Bans {
        bans: app.domain.bans(&me.0, &path.parse()?).await?,
    }))
}

async fn ban(me: Me, app: Data<App>, path: Pair) -> Result<Done, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.ban(&me.0, &room, user).await?;
    Ok(Done)
}

async fn unban(me: Me, app: Data<App>, path: Pair) -> Result<Done, Error> {
    let (room, user) = whom(&path, &me)?;
    app.domain.unban(&me.0, &room, user).await?;
    Ok(Done)
}
