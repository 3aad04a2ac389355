//! `/rooms` and `/direct`.

use actix_web::{
    HttpResponse,
    web::{self, Data, Json},
};
use shared::{NewRoom, PublicRooms, RoomAnswer, RoomUpdate, Rooms, RoomsQuery, UserId};

use super::extract::{Body, Me, Query, named};
use crate::{
    Error,
    domain::{ListedRooms, RoomRef},
    http::App,
};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            super::resource("/rooms")
                .route(web::post().to(create))
                .route(web::get().to(list)),
        )
        .service(
            super::resource("/rooms/{id}")
                .route(web::get().to(read))
                .route(web::patch().to(update))
                .route(web::delete().to(delete)),
        )
        .service(super::resource("/direct/{user}").route(web::put().to(direct)));
}

async fn create(me: Me, app: Data<App>, new: Body<NewRoom>) -> Result<HttpResponse, Error> {
    let room = app.domain.create_room(&me.0, new.0).await?;
    Ok(HttpResponse::Created().json(RoomAnswer { room }))
}

async fn list(me: Me, app: Data<App>, query: Query<RoomsQuery>) -> Result<HttpResponse, Error> {
    Ok(match app.domain.rooms(&me.0, query.0).await? {
        ListedRooms::Mine(rooms) => HttpResponse::Ok().json(Rooms { rooms }),
        ListedRooms::Public(rooms) => HttpResponse::Ok().json(PublicRooms { rooms }),
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

async fn delete(me: Me, app: Data<App>, path: web::Path<String>) -> Result<HttpResponse, Error> {
    app.domain.delete_room(&me.0, &path.parse()?).await?;
    Ok(HttpResponse::NoContent().finish())
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
