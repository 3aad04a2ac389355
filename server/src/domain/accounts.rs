//! Accounts: register, read, change, delete.

use shared::{
    NewUser, PasswordChange, PasswordCheck, PasswordScore, Registration, ServerRole, User, UserId,
    UserUpdate, Users, UsersQuery,
};
use uuid::Uuid;

use super::{Domain, SignedIn, invitations, passwords};
use crate::{
    Error,
    store::{AccountUpdate, NewAccount, StoreError},
    wire::page_limit,
};

impl Domain {
    /// Registers somebody, who is in the lobby from then on.
    ///
    /// # Errors
    /// `forbidden` where registration is closed; `invalid_field` for a password that is easy to
    /// guess, a missing or bad invitation, a name that passes for somebody else's;
    /// `username_taken`; `email_taken`.
    pub async fn register(&self, new: NewUser, registration: Registration) -> Result<User, Error> {
        // First: whoever may not register hears nothing of names and passwords.
        let invitation = invitations::admission(registration, new.invitation.as_deref())?;
        let account = NewAccount {
            invitation,
            ..self.new_account(new, ServerRole::Member).await?
        };
        let id = account.id;
        self.store.create_user(account).await?;
        let account = self.store.user(id).await?.ok_or(Error::NotFound("user"))?;
        Ok(self.own_user(account))
    }

    /// The record of a new account, judged and hashed.
    ///
    /// # Errors
    /// `invalid_field` for a password that is easy to guess.
    pub async fn new_account(&self, new: NewUser, role: ServerRole) -> Result<NewAccount, Error> {
        let own_words = [new.username.as_str(), new.email.as_str()];
        passwords::require_strong("password", &new.password, &own_words)?;
        if let Some(name) = &new.display_name {
            self.require_own_name(&new.username, name).await?;
        }
        Ok(NewAccount {
            id: UserId::from_uuid(Uuid::now_v7()),
            password_hash: self.passwords.hash(new.password.reveal()).await?,
            username: new.username,
            email: new.email,
            display_name: new.display_name.map(String::from).unwrap_or_default(),
            gender: new.gender,
            role,
            created_at: self.clock.now(),
            invitation: None,
        })
    }

    /// How strong a password would be. Nothing of it is kept.
    pub fn judge_password(check: &PasswordCheck) -> PasswordScore {
        let own_words: Vec<&str> = [&check.username, &check.email]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect();
        passwords::judge(&check.password, &own_words)
    }

    /// One person.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn user(&self, me: &SignedIn, id: UserId) -> Result<User, Error> {
        let account = self.store.user(id).await?.ok_or(Error::NotFound("user"))?;
        if id == me.user() || self.is_server_admin(me.user()).await? {
            Ok(self.own_user(account))
        } else {
            Ok(self.public_user(account))
        }
    }

    /// Everybody, by username, a page at a time.
    ///
    /// # Errors
    /// `invalid_field` for a limit outside 1..=100.
    pub async fn users(&self, me: &SignedIn, query: UsersQuery) -> Result<Users, Error> {
        let limit = page_limit(query.limit)?;
        let sees_private = self.is_server_admin(me.user()).await?;
        let q = query.q.as_deref().map(str::trim).filter(|q| !q.is_empty());
        let mut accounts = self
            .store
            .list_users(q, query.cursor.as_deref(), limit + 1)
            .await?;
        let has_more = accounts.len() > limit as usize;
        accounts.truncate(limit as usize);
        let next_cursor = accounts
            .last()
            .filter(|_| has_more)
            .map(|account| account.username.to_string());
        let users = accounts
            .into_iter()
            .map(|account| {
                if sees_private || account.id == me.user() {
                    self.own_user(account)
                } else {
                    self.public_user(account)
                }
            })
            .collect();
        Ok(Users { users, next_cursor })
    }

    /// Changes an account: one's own, or anybody's as a server admin.
    ///
    /// # Errors
    /// `forbidden` for others, and for one's `role` without being admin; `email_taken`.
    pub async fn update_user(
        &self,
        me: &SignedIn,
        id: UserId,
        update: UserUpdate,
    ) -> Result<User, Error> {
        let is_admin = self.require_self_or_admin(me, id).await?;
        if update.role.is_some() && !is_admin {
            return Err(Error::Forbidden("only a server admin gives roles"));
        }
        if let Some(name) = &update.display_name {
            let account = self.store.user(id).await?;
            let account = account.ok_or(Error::NotFound("user"))?;
            self.require_own_name(&account.username, name).await?;
        }
        let update = AccountUpdate {
            display_name: update.display_name.map(String::from),
            email: update.email,
            gender: update.gender,
            status_text: update.status_text.map(String::from),
            role: update.role,
        };
        let account = self
            .store
            .update_user(id, update)
            .await
            .map_err(absent_user)?;
        Ok(self.own_user(account))
    }

    /// Replaces one's password and ends all one's other sessions.
    ///
    /// # Errors
    /// `invalid_field` for a wrong `current` and for a weak `new`.
    pub async fn change_password(
        &self,
        me: &SignedIn,
        change: PasswordChange,
    ) -> Result<(), Error> {
        let account = self
            .store
            .user(me.user())
            .await?
            .ok_or(Error::NotFound("user"))?;
        if !self
            .passwords
            .verify(&change.current, Some(&account.password_hash))
            .await?
        {
            return Err(Error::InvalidField {
                field: "current",
                message: "is not your password".to_owned(),
            });
        }
        let own_words = [account.username.as_str(), account.email.as_str()];
        passwords::require_strong("new", &change.new, &own_words)?;
        let hash = self.passwords.hash(change.new.reveal()).await?;
        self.store
            .set_password(me.user(), hash, Some(me.session()))
            .await?;
        self.live_sessions
            .end_all(me.user(), Some(me.session()), self.clock.now());
        Ok(())
    }

    /// Gives somebody a new password and ends all their sessions: for the operator, who has the
    /// store in hand and needs no permission.
    ///
    /// # Errors
    /// `invalid_field` for a weak one; `not_found`.
    pub async fn reset_password(
        &self,
        id: UserId,
        password: &shared::Password,
    ) -> Result<(), Error> {
        passwords::require_strong("password", password, &[])?;
        let hash = self.passwords.hash(password.reveal()).await?;
        self.store
            .set_password(id, hash, None)
            .await
            .map_err(absent_user)
    }

    /// Deletes an account: one's own, or anybody's as a server admin.
    ///
    /// # Errors
    /// `forbidden` for others; `not_found`.
    pub async fn delete_user(&self, me: &SignedIn, id: UserId) -> Result<(), Error> {
        self.require_self_or_admin(me, id).await?;
        let now = self.clock.now();
        self.store.delete_user(id, now).await.map_err(absent_user)?;
        self.live_sessions.end_all(id, None, now);
        Ok(())
    }

    /// Whether it was allowed as an admin.
    async fn require_self_or_admin(&self, me: &SignedIn, id: UserId) -> Result<bool, Error> {
        let is_admin = self.is_server_admin(me.user()).await?;
        if id == me.user() || is_admin {
            return Ok(is_admin);
        }
        // Everybody sees everybody, so an account that is there is no secret.
        let account = self.store.user(id).await?.ok_or(Error::NotFound("user"))?;
        if account.deleted_at.is_some() {
            return Err(Error::NotFound("user"));
        }
        Err(Error::Forbidden(
            "only the person themselves or a server admin may do that",
        ))
    }
}

/// In the words of somebody who asked for a person.
pub(super) fn absent_user(error: StoreError) -> Error {
    match error {
        StoreError::NotFound => Error::NotFound("user"),
        other => other.into(),
    }
}
