//! `/registration` and `/invitations`.

use actix_web::web::{self, Data, Json};
use shared::{
    ErrorCode::Forbidden, InvitationAnswer, InvitationId, Invitations, NewInvitation,
    RegistrationAnswer,
};

use super::{
    extract::{Body, Me, named},
    route::{Route, delete, get, post},
    success::{Created, Done},
};
use crate::{Error, http::App};

pub(super) fn routes() -> Vec<Route> {
    vec![
        get("/registration", registration)
            .does("Says who may make an account: for a page, which offers what one can do."),
        post("/invitations", invite)
            .does(
                "Makes an invitation, as a server admin. Its `code` is told here and never again.",
            )
            .refuses(&[Forbidden]),
        get("/invitations", list)
            .does("Lists the invitations that are still good, newest first, for server admins.")
            .refuses(&[Forbidden]),
        delete("/invitations/{invitation}", take_back)
            .does("Takes an invitation back, as a server admin.")
            .refuses(&[Forbidden]),
    ]
}

async fn registration(app: Data<App>) -> Json<RegistrationAnswer> {
    Json(RegistrationAnswer {
        registration: app.registration,
    })
}

async fn invite(
    me: Me,
    app: Data<App>,
    new: Body<NewInvitation>,
) -> Result<Created<InvitationAnswer>, Error> {
    let invitation = app.domain.invite(&me.0, &new.0).await?;
    Ok(Created(InvitationAnswer { invitation }))
}

async fn list(me: Me, app: Data<App>) -> Result<Json<Invitations>, Error> {
    Ok(Json(Invitations {
        invitations: app.domain.invitations(&me.0).await?,
    }))
}

async fn take_back(me: Me, app: Data<App>, path: web::Path<String>) -> Result<Done, Error> {
    let id: InvitationId = named(&path, "invitation")?;
    app.domain.take_back_invitation(&me.0, id).await?;
    Ok(Done)
}
