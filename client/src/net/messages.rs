//! History, changes, edits. Sending goes by the socket.

use shared::{
    BodyEdit, Epoch, MAX_PAGE, Message, MessageAnswer, MessageBody, MessageId, MessagePage, RoomId,
};

use super::{Api, Failure, request::Request};
use crate::state::Ask;

impl Api {
    /// A page of history.
    pub async fn page(&self, room: RoomId, ask: Ask) -> Result<MessagePage, Failure> {
        let request = Request::get(format!("/rooms/{room}/messages"));
        let request = match ask {
            Ask::Newest => request,
            Ask::Around(seq) => request
                .query("around", &seq.to_string())
                .query("limit", &MAX_PAGE.to_string()),
            Ask::Before(seq) => request.query("before", &seq.to_string()),
            Ask::After(seq) => request.query("after", &seq.to_string()),
        };
        self.call(request).await
    }

    /// A page of what changed above `since`.
    pub async fn changes(
        &self,
        room: RoomId,
        since: u64,
        epoch: Option<Epoch>,
    ) -> Result<MessagePage, Failure> {
        let mut request = Request::get(format!("/rooms/{room}/changes"))
            .query("since", &since.to_string())
            .query("limit", &MAX_PAGE.to_string());
        if let Some(epoch) = epoch {
            request = request.query("epoch", &epoch.to_string());
        }
        self.call(request).await
    }

    /// One message.
    pub async fn message(&self, room: RoomId, message: MessageId) -> Result<Message, Failure> {
        let request = Request::get(format!("/rooms/{room}/messages/{message}"));
        let answer: MessageAnswer = self.call(request).await?;
        Ok(answer.message)
    }

    /// Rewrites one's message.
    pub async fn edit(
        &self,
        room: RoomId,
        message: MessageId,
        body: MessageBody,
    ) -> Result<Message, Failure> {
        let request =
            Request::patch(format!("/rooms/{room}/messages/{message}")).json(&BodyEdit { body });
        let answer: MessageAnswer = self.call(request).await?;
        Ok(answer.message)
    }

    /// Deletes a message.
    pub async fn delete_message(
        &self,
        room: RoomId,
        message: MessageId,
    ) -> Result<Message, Failure> {
        let request = Request::delete(format!("/rooms/{room}/messages/{message}"));
        let answer: MessageAnswer = self.call(request).await?;
        Ok(answer.message)
    }
}
