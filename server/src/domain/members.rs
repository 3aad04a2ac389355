//! Who is in a room: join, invite, leave, remove, promote, ban.

use shared::{Ban, Member, Members, MembersQuery, RoomRole, UserId};

use super::{Domain, RoomRef, SignedIn, access::SeenRoom, accounts::absent_user};
use crate::{
    Error,
    store::{MemberFilter, StoreError},
    wire::page_limit,
};

const NO_MEMBER: Error = Error::NotFound("member");
const PROTECTED: Error = Error::Forbidden("nobody acts on the owner, and only the owner on admins");

impl Domain {
    /// A page of a room's members, by username.
    ///
    /// # Errors
    /// `forbidden` for a public room one is not in; `not_found`.
    pub async fn members(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        query: MembersQuery,
    ) -> Result<Members, Error> {
        let limit = page_limit(query.limit)?;
        let seen = self.see(me, room).await?;
        seen.membership()?;
        let connected = query
            .online
            .map(|_| self.presence.connected())
            .unwrap_or_default();
        let filter = match query.online {
            None => MemberFilter::All,
            Some(true) => MemberFilter::Among(&connected),
            Some(false) => MemberFilter::Except(&connected),
        };
        let cursor = query.cursor.as_deref();
        let mut records = self
            .store
            .members(seen.id(), cursor, limit + 1, filter)
            .await?;
        let has_more = records.len() > limit as usize;
        records.truncate(limit as usize);
        let next_cursor = records
            .last()
            .filter(|_| has_more)
            .map(|record| record.account.username.to_string());
        let members = records
            .into_iter()
            .map(|record| self.member(record))
            .collect();
        Ok(Members {
            members,
            next_cursor,
        })
    }

    /// Joins a public room, or invites somebody as its admin. Twice is harmless.
    ///
    /// # Errors
    /// `forbidden` for who is banned and for inviting without being admin; `not_found`.
    pub async fn add_member(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        user: UserId,
    ) -> Result<Member, Error> {
        let seen = self.see(me, room).await?;
        seen.named()?;
        if user == me.user() {
            if seen.is_banned {
                return Err(Error::Forbidden("you are banned from this room"));
            }
        } else {
            seen.require_admin()?;
        }
        let joined = self
            .store
            .add_member(seen.id(), user, self.clock.now())
            .await;
        match joined {
            Ok(joined) => Ok(self.member(joined.into_record())),
            Err(StoreError::Banned) if user != me.user() => {
                Err(Error::Conflict("that person is banned: lift the ban first"))
            }
            Err(error) => Err(absent_user(error)),
        }
    }

    /// Leaves a room, or takes somebody out of it as its admin.
    ///
    /// # Errors
    /// `forbidden` on the owner, and on admins for who is not the owner; `not_found` for who is
    /// not in it.
    pub async fn remove_member(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        user: UserId,
    ) -> Result<(), Error> {
        let seen = self.see(me, room).await?;
        seen.named()?;
        let below = if user == me.user() {
            None
        } else {
            Some(seen.require_admin()?)
        };
        match self.store.remove_member(seen.id(), user, below).await {
            Err(StoreError::NotMember) => Err(self.protected_or_absent(&seen, user).await?),
            other => Ok(other?),
        }
    }

    /// Makes a member an admin, or back, as the owner.
    ///
    /// # Errors
    /// `forbidden`; `not_found` for who is not in the room; `invalid_field` for a second owner.
    pub async fn set_role(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        user: UserId,
        role: RoomRole,
    ) -> Result<Member, Error> {
        if role == RoomRole::Owner {
            return Err(Error::InvalidField {
                field: "role",
                message: "must be admin or member".to_owned(),
            });
        }
        let seen = self.see(me, room).await?;
        seen.require_owner()?;
        match self.store.set_role(seen.id(), user, role).await {
            Err(StoreError::NotMember) => Err(self.protected_or_absent(&seen, user).await?),
            other => Ok(self.member(other?)),
        }
    }

    /// Who may not join, newest first, for the room's admins.
    ///
    /// # Errors
    /// `forbidden`; `not_found`.
    pub async fn bans(&self, me: &SignedIn, room: &RoomRef) -> Result<Vec<Ban>, Error> {
        let seen = self.see(me, room).await?;
        seen.require_admin()?;
        let bans = self.store.bans(seen.id()).await?;
        let wire = |ban: crate::store::BanRecord| Ban {
            user: self.public_user(ban.account),
            banned_by: ban.banned_by,
            created_at: ban.created_at,
        };
        Ok(bans.into_iter().map(wire).collect())
    }

    /// Bans somebody, member or not: they are out, and cannot join.
    ///
    /// # Errors
    /// `forbidden` on the owner, and on admins for who is not the owner; `not_found`.
    pub async fn ban(&self, me: &SignedIn, room: &RoomRef, user: UserId) -> Result<(), Error> {
        let seen = self.see(me, room).await?;
        let role = seen.require_admin()?;
        if user == me.user() {
            return Err(Error::InvalidField {
                field: "user",
                message: "must be somebody else".to_owned(),
            });
        }
        match self
            .store
            .ban(seen.id(), user, me.user(), role, self.clock.now())
            .await
        {
            Err(StoreError::NotMember) => Err(PROTECTED),
            Err(error) => Err(absent_user(error)),
            Ok(()) => Ok(()),
        }
    }

    /// Lifts a ban; without one nothing happens.
    ///
    /// # Errors
    /// `forbidden`; `not_found`.
    pub async fn unban(&self, me: &SignedIn, room: &RoomRef, user: UserId) -> Result<(), Error> {
        let seen = self.see(me, room).await?;
        seen.require_admin()?;
        Ok(self.store.unban(seen.id(), user).await?)
    }

    /// Why nothing could be done to a member: protected, or not there at all.
    async fn protected_or_absent(&self, seen: &SeenRoom, user: UserId) -> Result<Error, Error> {
        let member = self.store.member(seen.id(), user).await?;
        Ok(if member.is_some() {
            PROTECTED
        } else {
            NO_MEMBER
        })
    }
}
