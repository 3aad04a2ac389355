//! Invitations to register.

use async_trait::async_trait;
use mongodb::bson::{Binary, Uuid, doc};
use serde::{Deserialize, Serialize};
use shared::{InvitationId, Timestamp};

use super::{
    MongoStore,
    commits::{Echo, glance},
    failure::Failure,
    key::{BsonId, binary, invitation_id},
    schema::INVITATIONS,
    view::Find,
    work::Work,
};
use crate::store::{Digest, InvitationRecord, Invitations, StoreError};

/// In `invitations`.
#[derive(Debug, Serialize, Deserialize)]
struct InvitationDocument {
    #[serde(rename = "_id")]
    id: Uuid,
    /// Of its code.
    digest: Binary,
    uses_left: i64,
    created_at: i64,
    expires_at: i64,
}

impl From<InvitationDocument> for InvitationRecord {
    fn from(document: InvitationDocument) -> Self {
        Self {
            id: invitation_id(document.id),
            uses_left: u32::try_from(document.uses_left).unwrap_or(0),
            created_at: Timestamp::from_millis(document.created_at),
            expires_at: Timestamp::from_millis(document.expires_at),
        }
    }
}

#[async_trait]
impl Invitations for MongoStore {
    async fn put_invitation(
        &self,
        code: Digest,
        invitation: InvitationRecord,
    ) -> Result<(), StoreError> {
        let document = &InvitationDocument {
            id: invitation.id.bson(),
            digest: binary(code),
            uses_left: i64::from(invitation.uses_left),
            created_at: invitation.created_at.as_millis(),
            expires_at: invitation.expires_at.as_millis(),
        };
        self.commit(Echo::Ignored, Some(document.id), move |work| {
            Box::pin(async move { work.insert(INVITATIONS, document) })
        })
        .await
    }

    async fn invitations(&self, now: Timestamp) -> Result<Vec<InvitationRecord>, StoreError> {
        self.refuse_when_closed()?;
        let good = doc! { "expires_at": { "$gt": now.as_millis() } };
        let find = &Find::by(good).sorted(doc! { "created_at": -1, "_id": 1 });
        glance(&self.db, move |view| {
            Box::pin(async move {
                let found: Vec<InvitationDocument> = view.all(INVITATIONS, find.clone()).await?;
                Ok(found.into_iter().map(InvitationRecord::from).collect())
            })
        })
        .await
    }

    async fn remove_invitation(&self, id: InvitationId) -> Result<bool, StoreError> {
        self.commit(Echo::Ignored, Some(id.bson()), move |work| {
            Box::pin(async move {
                let this = doc! { "_id": id.bson() };
                let was_there = work.view.has(INVITATIONS, this.clone()).await?;
                if was_there {
                    work.delete(INVITATIONS, this);
                }
                Ok(was_there)
            })
        })
        .await
    }
}

/// Uses an invitation up by one; the last use removes it. Of two at once one begins again: both
/// write its document.
pub async fn use_up(work: &mut Work<'_>, code: Digest, now: Timestamp) -> Result<(), Failure> {
    let good = doc! { "digest": binary(code), "expires_at": { "$gt": now.as_millis() } };
    let found: Option<InvitationDocument> = work.view.one(INVITATIONS, good).await?;
    let found = found.ok_or(StoreError::NoInvitation)?;
    if found.uses_left > 1 {
        let left = doc! { "uses_left": found.uses_left - 1 };
        work.set(INVITATIONS, found.id, left);
    } else {
        work.delete(INVITATIONS, doc! { "_id": found.id });
    }
    Ok(())
}
