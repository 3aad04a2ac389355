//! Who may make an account: anybody, whoever is invited, or nobody.

use shared::{
    Invitation, InvitationId, MAX_INVITATION_MS, MAX_INVITATION_USES, NewInvitation, Registration,
};
use uuid::Uuid;

use super::{Domain, SignedIn, tokens};
use crate::{
    Error,
    store::{Digest, InvitationRecord},
};

/// A week, where nobody says otherwise.
const DEFAULT_MS: i64 = 7 * 24 * 60 * 60 * 1_000;

impl Domain {
    /// Makes an invitation. Its code is told now and never again.
    ///
    /// # Errors
    /// `forbidden` for who is no server admin; `invalid_field`.
    pub async fn invite(&self, me: &SignedIn, new: &NewInvitation) -> Result<Invitation, Error> {
        self.require_server_admin(me).await?;
        self.new_invitation(new).await
    }

    /// The same for the operator, who has the store in hand.
    ///
    /// # Errors
    /// `invalid_field`.
    pub async fn new_invitation(&self, new: &NewInvitation) -> Result<Invitation, Error> {
        let uses_left = new.uses.unwrap_or(1);
        if !(1..=MAX_INVITATION_USES).contains(&uses_left) {
            return Err(Error::InvalidField {
                field: "uses",
                message: format!("must be 1 to {MAX_INVITATION_USES}"),
            });
        }
        let millis = new.expires_in_ms.unwrap_or(DEFAULT_MS);
        if !(1..=MAX_INVITATION_MS).contains(&millis) {
            return Err(Error::InvalidField {
                field: "expires_in_ms",
                message: format!("must be 1 to {MAX_INVITATION_MS}"),
            });
        }
        let code = tokens::random_value()?;
        let created_at = self.clock.now();
        let record = InvitationRecord {
            id: InvitationId::from_uuid(Uuid::now_v7()),
            uses_left,
            created_at,
            expires_at: created_at.plus_millis(millis),
        };
        self.store
            .put_invitation(tokens::digest_of(&code), record.clone())
            .await?;
        Ok(wire(&record, Some(code)))
    }

    /// The invitations that are still good, newest first, without their codes.
    ///
    /// # Errors
    /// `forbidden` for who is no server admin.
    pub async fn invitations(&self, me: &SignedIn) -> Result<Vec<Invitation>, Error> {
        self.require_server_admin(me).await?;
        let found = self.store.invitations(self.clock.now()).await?;
        Ok(found.iter().map(|one| wire(one, None)).collect())
    }

    /// Takes an invitation back.
    ///
    /// # Errors
    /// `forbidden` for who is no server admin; `not_found`.
    pub async fn take_back_invitation(&self, me: &SignedIn, id: InvitationId) -> Result<(), Error> {
        self.require_server_admin(me).await?;
        if self.store.remove_invitation(id).await? {
            Ok(())
        } else {
            Err(Error::NotFound("invitation"))
        }
    }

    async fn require_server_admin(&self, me: &SignedIn) -> Result<(), Error> {
        if self.is_server_admin(me.user()).await? {
            Ok(())
        } else {
            Err(Error::Forbidden("only a server admin may do that"))
        }
    }
}

/// What a registration shows the store: nothing where anybody may register.
pub(super) fn admission(
    registration: Registration,
    code: Option<&str>,
) -> Result<Option<Digest>, Error> {
    match registration {
        Registration::Open => Ok(None),
        Registration::Invitation => match code {
            Some(code) => Ok(Some(tokens::digest_of(code.trim()))),
            None => Err(Error::InvalidField {
                field: "invitation",
                message: "is needed: ask a server admin for one".to_owned(),
            }),
        },
        Registration::Closed | Registration::Unknown => {
            Err(Error::Forbidden("registration is closed"))
        }
    }
}

fn wire(record: &InvitationRecord, code: Option<String>) -> Invitation {
    Invitation {
        id: record.id,
        code,
        uses_left: record.uses_left,
        created_at: record.created_at,
        expires_at: record.expires_at,
    }
}
