//! `/rooms/{id}/messages`, `/rooms/{id}/changes` and `/rooms/{id}/marks`.

use actix_web::web::{self, Data, Json};
use shared::{
    BodyEdit, ChangesQuery,
    ErrorCode::{Conflict, Forbidden},
    MarksAnswer, MarksUpdate, MessageAnswer, MessageId, MessagePage, NewMessage, PageQuery,
};

use super::{
    extract::{Body, Me, Query, named},
    route::{Route, delete, get, patch, post, put},
};
use crate::{Error, http::App, limits::ByPerson, store::Posted};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/rooms/{room}/messages", page)
            .does(
                "Reads a page of messages, oldest first. At most one of `before`, `after` and \
                 `around`; without them the newest. The page and its `head` are one snapshot.",
            )
            .refuses(&[Forbidden]),
        post("/rooms/{room}/messages", post_message)
            .does(
                "Posts a message. A retry with the same `client_id` posts nothing twice, for ever.",
            )
            .refuses(&[Forbidden, Conflict]),
        get("/rooms/{room}/messages/{message}", read)
            .does("Reads one message, or its tombstone: what an answer quotes may be long ago.")
            .refuses(&[Forbidden]),
        patch("/rooms/{room}/messages/{message}", edit)
            .does("Edits a message. For its author; saying the same again changes nothing.")
            .refuses(&[Forbidden, Conflict]),
        delete("/rooms/{room}/messages/{message}", delete_message)
            .does(
                "Deletes a message. For its author and the room's admins; what stays is a \
                 tombstone, and deleting twice changes nothing.",
            )
            .refuses(&[Forbidden]),
        get("/rooms/{room}/changes", changes)
            .does(
                "Reads what changed above a `rev`, in `rev` order. The next `since` is the last \
                 `rev`, or `head` when `has_more` is false.",
            )
            .refuses(&[Forbidden, Conflict]),
        put("/rooms/{room}/marks", marks)
            .does("Moves one's marks forward. Cut to `head`; `read` raises `delivered`.")
            .refuses(&[Forbidden]),
    ]
}

/// The store's feed tells the others, in commit order: never the
/// handler.
async fn post_message(
    me: Me,
    app: Data<App>,
    path: web::Path<String>,
    new: Body<NewMessage>,
) -> Result<Posted, Error> {
    app.limits.check_person(ByPerson::Message, me.0.user())?;
    app.domain.post_to(me.0, &path.parse()?, new.0).await
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

async fn read(
    me: Me,
    app: Data<App>,
    path: web::Path<(String, String)>,
) -> Result<Json<MessageAnswer>, Error> {
    let message: MessageId = named(&path.1, "message")?;
    let message = app
        .domain
        .read_message(&me.0, &path.0.parse()?, message)
        .await?;
    Ok(Json(MessageAnswer { message }))
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

async fn delete_message(
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
