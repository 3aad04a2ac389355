//! `/rooms/{id}/messages`, `/rooms/{id}/changes` and `/rooms/{id}/marks`.

use actix_web::{
    HttpResponse,
    web::{self, Data, Json},
};
use shared::{
    BodyEdit, ChangesQuery, MarksAnswer, MarksUpdate, MessageAnswer, MessageId, MessagePage,
    NewMessage, PageQuery,
};

use super::extract::{Body, Me, Query, named};
use crate::{Error, http::App, limits::ByPerson, store::Posted};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .service(
            super::resource("/rooms/{id}/messages")
                .route(web::get().to(page))
                .route(web::post().to(post)),
        )
        .service(
            super::resource("/rooms/{id}/messages/{message}")
                .route(web::patch().to(edit))
                .route(web::delete().to(delete)),
        )
        .service(super::resource("/rooms/{id}/changes").route(web::get().to(changes)))
        .service(super::resource("/rooms/{id}/marks").route(web::put().to(marks)));
}

/// 201, or 200 when repeated. The store's feed tells the others, in commit order: never the
/// handler.
async fn post(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    new: Body<NewMessage>,
) -> Result<HttpResponse, Error> {
    app.limits.check_person(ByPerson::Message, me.0.user())?;
    let posted = app.domain.post_to(me.0, &path.parse()?, new.0).await?;
    let mut response = match posted {
        Posted::New(_) => HttpResponse::Created(),
        Posted::Repeated(_) => HttpResponse::Ok(),
    };
    Ok(response.json(MessageAnswer {
        message: posted.into_message(),
    }))
}

async fn page(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    query: Query<PageQuery>,
) -> Result<Json<MessagePage>, Error> {
    Ok(Json(app.domain.page(&me.0, &path.parse()?, query.0).await?))
}

async fn changes(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    query: Query<ChangesQuery>,
) -> Result<Json<MessagePage>, Error> {
    Ok(Json(
        app.domain.changes(&me.0, &path.parse()?, query.0).await?,
    ))
}

async fn edit(
    me: Me,
    app: Data<App>,
    path: web::Path<(String, String)>,
    edit: Body<BodyEdit>,
) -> Result<Json<MessageAnswer>, Error> {
    let message: MessageId = named(&path.1, "message")?;
    let message = app
        .domain
        .edit_message(&me.0, &path.0.parse()?, message, edit.0)
        .await?;
    Ok(Json(MessageAnswer { message }))
}

async fn delete(
    me: Me,
    app: Data<App>,
    path: web::Path<(String, String)>,
) -> Result<Json<MessageAnswer>, Error> {
    let message: MessageId = named(&path.1, "message")?;
    let message = app
        .domain
        .delete_message(&me.0, &path.0.parse()?, message)
        .await?;
    Ok(Json(MessageAnswer { message }))
}

async fn marks(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    update: Body<MarksUpdate>,
) -> Result<Json<MarksAnswer>, Error> {
    let marks = app
        .domain
        .set_marks(&me.0, &path.parse()?, update.0)
        .await?;
    Ok(Json(MarksAnswer { marks }))
}
