//! Messages: posted, read, edited, deleted.

use std::{sync::Arc, time::Instant};

use futures_util::{FutureExt, future::BoxFuture};
use shared::{
    BodyEdit, ChangesQuery, Message, MessageId, MessagePage, NewMessage, PageQuery, RoomId,
    RoomRole,
};
use uuid::Uuid;

use super::{Domain, RoomRef, SignedIn};
use crate::{
    Error,
    store::{Changes, Edit, NewPost, PageAt, Posted, StoreError},
    wire::page_limit,
};

impl Domain {
    /// Posts a message. It is on its way when this returns: of two calls in a row the first comes
    /// first. The future ends when the message is durable.
    ///
    /// Whoever else is in the room hears of it from the store's feed, never from here.
    ///
    /// # Errors
    /// `not_found` or `forbidden` for who is not in the room; `conflict` for a `client_id` of
    /// another room; `invalid_field` for a reply to nothing; `unavailable`.
    pub fn post(
        self: &Arc<Self>,
        me: SignedIn,
        room: RoomId,
        new: NewMessage,
    ) -> BoxFuture<'static, Result<Posted, Error>> {
        let began = Instant::now();
        let posted = self.store.post(NewPost {
            id: MessageId::from_uuid(Uuid::now_v7()),
            room,
            author: me.user(),
            client_id: new.client_id,
            body: new.body,
            reply_to: new.reply_to,
            created_at: self.clock.now(),
        });
        let domain = Arc::clone(self);
        async move {
            match posted.await {
                Ok(posted) => {
                    domain.acks.add(began.elapsed());
                    Ok(posted)
                }
                Err(error) => Err(domain.refused(&me, room, error).await),
            }
        }
        .boxed()
    }

    /// As [`Domain::post`], for a room by id or name.
    ///
    /// # Errors
    /// As [`Domain::post`].
    pub async fn post_to(
        self: &Arc<Self>,
        me: SignedIn,
        room: &RoomRef,
        new: NewMessage,
    ) -> Result<Posted, Error> {
        let room = self.room_id(&me, room).await?;
        self.post(me, room, new).await
    }

    /// A page of history, oldest first.
    ///
    /// # Errors
    /// `invalid_request` for more than one place; `invalid_field` for a limit outside 1..=100;
    /// `not_found` or `forbidden` for who is not in the room.
    pub async fn page(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        query: PageQuery,
    ) -> Result<MessagePage, Error> {
        let at = match (query.before, query.after, query.around) {
            (None, None, None) => PageAt::End,
            (Some(seq), None, None) => PageAt::Before(seq),
            (None, Some(seq), None) => PageAt::After(seq),
            (None, None, Some(seq)) => PageAt::Around(seq),
            _ => {
                return Err(Error::request(
                    "before, after and around exclude each other",
                ));
            }
        };
        let limit = page_limit(query.limit)?;
        let room = self.room_id(me, room).await?;
        match self.store.page(me.user(), room, at, limit).await {
            Ok(page) => Ok(MessagePage {
                messages: page.messages,
                head: page.head,
                epoch: self.epoch(),
                has_more: page.has_more,
                has_newer: matches!(at, PageAt::Around(_)).then_some(page.has_newer),
            }),
            Err(error) => Err(self.refused(me, room, error).await),
        }
    }

    /// A page of changes, by `rev`.
    ///
    /// # Errors
    /// `conflict` for a foreign epoch or a `since` above the head; as [`Domain::page`] otherwise.
    pub async fn changes(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        query: ChangesQuery,
    ) -> Result<MessagePage, Error> {
        let limit = page_limit(query.limit)?;
        let room = self.room_id(me, room).await?;
        let changes = self.changes_since(me, room, query.since, limit).await?;
        if query.epoch.is_some_and(|epoch| epoch != self.epoch()) {
            return Err(Error::Conflict(
                "another store than the one you knew: fetch afresh",
            ));
        }
        if query.since > changes.head {
            return Err(Error::Conflict(
                "since is above the room's head: fetch afresh",
            ));
        }
        Ok(MessagePage {
            messages: changes.messages,
            head: changes.head,
            epoch: self.epoch(),
            has_more: changes.has_more,
            has_newer: None,
        })
    }

    /// The messages changed above `since`, for a resume.
    ///
    /// # Errors
    /// `not_found` or `forbidden` for who is not in the room.
    pub async fn changes_since(
        &self,
        me: &SignedIn,
        room: RoomId,
        since: u64,
        limit: u32,
    ) -> Result<Changes, Error> {
        match self.store.changes(me.user(), room, since, limit).await {
            Ok(changes) => Ok(changes),
            Err(error) => Err(self.refused(me, room, error).await),
        }
    }

    /// One message, or its tombstone.
    ///
    /// # Errors
    /// `not_found` or `forbidden` for who is not in the room; `not_found` for a message elsewhere.
    pub async fn read_message(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        message: MessageId,
    ) -> Result<Message, Error> {
        let seen = self.see(me, room).await?;
        seen.membership()?;
        self.message(seen.id(), message).await
    }

    /// Edits one's own message.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `conflict` for a deleted one; `not_found`.
    pub async fn edit_message(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        message: MessageId,
        edit: BodyEdit,
    ) -> Result<Message, Error> {
        let seen = self.see(me, room).await?;
        seen.membership()?;
        let kept = self.message(seen.id(), message).await?;
        if kept.author != me.user() {
            return Err(Error::Forbidden("only its author may edit a message"));
        }
        self.apply(seen.id(), message, Edit::Body(edit.body)).await
    }

    /// Deletes one's own message, or anybody's as an admin of the room. Twice is harmless.
    ///
    /// # Errors
    /// `forbidden` for somebody else's; `not_found`.
    pub async fn delete_message(
        &self,
        me: &SignedIn,
        room: &RoomRef,
        message: MessageId,
    ) -> Result<Message, Error> {
        let seen = self.see(me, room).await?;
        // A server admin moderates a public room without being in it, but reads nothing there.
        let is_admin = seen.role() >= Some(RoomRole::Admin);
        if !is_admin {
            seen.membership()?;
        }
        let kept = self.message(seen.id(), message).await?;
        if kept.author != me.user() && !is_admin {
            return Err(Error::Forbidden(
                "only its author or an admin of the room may delete a message",
            ));
        }
        self.apply(seen.id(), message, Edit::Delete).await
    }

    async fn message(&self, room: RoomId, message: MessageId) -> Result<Message, Error> {
        self.store
            .message(room, message)
            .await?
            .ok_or(Error::NotFound("message"))
    }

    async fn apply(&self, room: RoomId, message: MessageId, edit: Edit) -> Result<Message, Error> {
        self.store
            .edit(room, message, edit, self.clock.now())
            .await
            .map_err(|error| match error {
                StoreError::NotFound => Error::NotFound("message"),
                other => other.into(),
            })
    }
}
