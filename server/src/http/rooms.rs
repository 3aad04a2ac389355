//! `/rooms` and `/direct`.

use actix_web::{
    Either,
    web::{self, Data, Json},
};
use shared::{
    ErrorCode::{Conflict, Forbidden, InvalidField, RoomNameTaken},
    NewRoom, PublicRooms, RoomAnswer, RoomUpdate, Rooms, RoomsQuery, UserId,
};

use super::{
    extract::{Body, Me, Query, named},
    route::{Route, delete, get, patch, post, put},
    success::{Created, Done},
};
use crate::{
    Error,
    domain::{ListedRooms, RoomRef},
    http::App,
};

pub(super) fn routes() -> Vec<Route> {
    vec![
        post("/rooms", create)
            .does("Makes a room, whose owner one is.")
            .refuses(&[RoomNameTaken, Conflict]),
        get("/rooms", list).does(
            "Lists rooms. One's own, newest activity first; with `scope=public` the public ones one \
             can join, by name, at most 100.",
        ),
        get("/rooms/{room}", read)
            .does("Reads a room. One that one is in, or a public one."),
        patch("/rooms/{room}", update)
            .does("Changes a room's settings. For its admins.")
            .refuses(&[Forbidden, RoomNameTaken, Conflict]),
        delete("/rooms/{room}", delete_room)
            .does("Deletes a room with its messages. For its owner.")
            .refuses(&[Forbidden]),
        put("/direct/{user}", direct)
            .does("Opens the private conversation with somebody. Made when first asked for.")
            .refuses(&[InvalidField]),
    ]
}

async fn create(me: Me, app: Data<App>, new: Body<NewRoom>) -> Result<Created<RoomAnswer>, Error> {
    let room = app.domain.create_room(&me.0, new.0).await?;
    Ok(Created(RoomAnswer { room }))
}

async fn list(
    me: Me,
    app: Data<App>,
    query: Query<RoomsQuery>,
) -> Result<Either<Json<Rooms>, Json<PublicRooms>>, Error> {
    Ok(match app.domain.rooms(&me.0, query.0).await? {
        ListedRooms::Mine(rooms) => Either::Left(Json(Rooms { rooms })),
        ListedRooms::Public(rooms) => Either::Right(Json(PublicRooms { rooms })),
    })
}

async fn read(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Json<RoomAnswer>, Error> {
    let room: RoomRef = path.parse()?;
    Ok(Json(RoomAnswer {
        room: app.domain.room(&me.0, &room).await?,
    }))
}

async fn update(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    update: Body<RoomUpdate>,
) -> Result<Json<RoomAnswer>, Error> {
    let room: RoomRef = path.parse()?;
    Ok(Json(RoomAnswer {
        room: app.domain.update_room(&me.0, &room, update.0).await?,
    }))
}

async fn delete_room(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Done, Error> {
    app.domain.delete_room(&me.0, &path.parse()?).await?;
    Ok(Done)
}

async fn direct(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
) -> Result<Json<RoomAnswer>, Error> {
    let other: UserId = if *path == "me" {
        me.0.user()
    } else {
        named(&path, "user")?
    };
    Ok(Json(RoomAnswer {
        room: app.domain.direct_room(&me.0, other).await?,
    }))
}
