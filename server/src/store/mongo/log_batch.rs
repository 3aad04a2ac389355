//! One batch of jobs on logs: everything they need is read at once, then each is decided in its
//! order on what the earlier ones made of it.

use std::collections::{HashMap, HashSet};

use mongodb::bson::{Binary, Uuid, doc};
use shared::{ClientId, Message, MessageId, MessageState, RoomId, Timestamp, UserId};

use super::{
    failure::Failure,
    key::{BsonId, number, pair},
    lane::LogJob,
    record::{MemberDocument, MessageRecord, RoomRecord},
    schema::{MEMBERS, MESSAGES, ROOMS},
    view::Find,
    work::Work,
};
use crate::store::{Change, Edit, NewPost, Posted, StoreError};

/// What became of one job.
pub enum Outcome {
    /// Of a post.
    Post(Result<Posted, StoreError>),
    /// Of an edit.
    Edit(Result<Message, StoreError>),
}

impl Outcome {
    /// Tells who waits.
    pub fn answer(self, job: LogJob) {
        // Nobody may wait any more: what was done stays done.
        match (self, job) {
            (Self::Post(outcome), LogJob::Post { answer, .. }) => drop(answer.send(outcome)),
            (Self::Edit(outcome), LogJob::Edit { answer, .. }) => drop(answer.send(outcome)),
            // Outcomes are made from the jobs, in their order.
            (Self::Post(_), LogJob::Edit { .. }) | (Self::Edit(_), LogJob::Post { .. }) => {}
        }
    }
}

/// Decides each job and notes the writes.
pub async fn run(work: &mut Work<'_>, jobs: &[LogJob]) -> Result<Vec<Outcome>, Failure> {
    let mut state = State::load(work, jobs).await?;
    let mut changes = Vec::new();
    let outcomes = jobs
        .iter()
        .map(|job| match job {
            LogJob::Post { post, .. } => Outcome::Post(state.append(post, &mut changes)),
            LogJob::Edit {
                room,
                message,
                edit,
                at,
                ..
            } => Outcome::Edit(state.change(*room, *message, edit, *at, &mut changes)),
        })
        .collect();
    state.note(work)?;
    for change in changes {
        work.announce(change);
    }
    Ok(outcomes)
}

/// What the jobs are about, as it is after those that were decided.
#[derive(Default)]
struct State {
    members: HashSet<(RoomId, UserId)>,
    rooms: HashMap<RoomId, RoomRecord>,
    messages: HashMap<MessageId, Message>,
    by_client_id: HashMap<(UserId, ClientId), MessageId>,
    /// New ones, in the order of their numbers.
    added: Vec<MessageId>,
    /// Earlier ones that are different now.
    changed: HashSet<MessageId>,
    /// Rooms with a new head.
    counted: HashSet<RoomId>,
}

impl State {
    async fn load(work: &mut Work<'_>, jobs: &[LogJob]) -> Result<Self, Failure> {
        let mut places: Vec<Binary> = Vec::new();
        let mut rooms: HashSet<RoomId> = HashSet::new();
        let mut keys: Vec<Binary> = Vec::new();
        let mut ids: Vec<Uuid> = Vec::new();
        for job in jobs {
            match job {
                LogJob::Post { post, .. } => {
                    places.push(pair(post.room, post.author));
                    rooms.insert(post.room);
                    keys.push(pair(post.author, post.client_id));
                    ids.extend(post.reply_to.map(BsonId::bson));
                }
                LogJob::Edit { room, message, .. } => {
                    rooms.insert(*room);
                    ids.push(message.bson());
                }
            }
        }
        let rooms: Vec<Uuid> = rooms.into_iter().map(BsonId::bson).collect();
        let mut state = Self::default();
        let among_rooms = Find::by(doc! { "_id": { "$in": rooms } });
        for room in work.view.all::<RoomRecord>(ROOMS, among_rooms).await? {
            state.rooms.insert(room.room_id(), room);
        }
        if !places.is_empty() {
            let among = Find::by(doc! { "_id": { "$in": places } });
            for member in work.view.all::<MemberDocument>(MEMBERS, among).await? {
                state.members.insert((member.room_id(), member.user_id()));
            }
            let posted = Find::by(doc! { "key": { "$in": keys } });
            state.know(work.view.all(MESSAGES, posted).await?);
        }
        if !ids.is_empty() {
            let named = Find::by(doc! { "_id": { "$in": ids } });
            state.know(work.view.all(MESSAGES, named).await?);
        }
        Ok(state)
    }

    fn know(&mut self, records: Vec<MessageRecord>) {
        for message in records.into_iter().map(Message::from) {
            self.by_client_id
                .insert((message.author, message.client_id), message.id);
            self.messages.insert(message.id, message);
        }
    }

    fn find(&self, room: RoomId, id: MessageId) -> Option<&Message> {
        self.messages
            .get(&id)
            .filter(|message| message.room == room)
    }

    fn append(&mut self, post: &NewPost, changes: &mut Vec<Change>) -> Result<Posted, StoreError> {
        if !self.members.contains(&(post.room, post.author)) {
            return Err(StoreError::NotMember);
        }
        let earlier = self
            .by_client_id
            .get(&(post.author, post.client_id))
            .and_then(|id| self.messages.get(id));
        match earlier {
            Some(message) if message.room == post.room => {
                return Ok(Posted::Repeated(message.clone()));
            }
            Some(_) => return Err(StoreError::ClientIdReused),
            None => {}
        }
        if let Some(answered) = post.reply_to
            && self.find(post.room, answered).is_none()
        {
            return Err(StoreError::NoSuchReply);
        }
        let room = self
            .rooms
            .get_mut(&post.room)
            .ok_or(StoreError::NotMember)?;
        room.head += 1;
        let at = post.created_at.as_millis();
        room.last_message_at = Some(room.last_message_at.map_or(at, |last| last.max(at)));
        room.last_message = Some(post.id.bson());
        let seq = room.head();
        self.counted.insert(post.room);
        let message = Message {
            id: post.id,
            room: post.room,
            seq,
            rev: seq,
            author: post.author,
            client_id: post.client_id,
            created_at: post.created_at,
            state: MessageState::Live {
                body: post.body.clone().into(),
                reply_to: post.reply_to,
                edited_at: None,
            },
        };
        self.added.push(message.id);
        self.by_client_id
            .insert((message.author, message.client_id), message.id);
        self.messages.insert(message.id, message.clone());
        changes.push(Change::MessagePosted(message.clone()));
        Ok(Posted::New(message))
    }

    fn change(
        &mut self,
        room: RoomId,
        id: MessageId,
        edit: &Edit,
        at: Timestamp,
        changes: &mut Vec<Change>,
    ) -> Result<Message, StoreError> {
        let mut message = self.find(room, id).ok_or(StoreError::NotFound)?.clone();
        let Some(state) = edit.apply(&message.state, at)? else {
            return Ok(message);
        };
        message.state = state;
        let record = self.rooms.get_mut(&room).ok_or(StoreError::NotFound)?;
        record.head += 1;
        message.rev = record.head();
        self.counted.insert(room);
        self.changed.insert(id);
        self.messages.insert(id, message.clone());
        changes.push(Change::MessageChanged(message.clone()));
        Ok(message)
    }

    /// The rooms first: who else counts in one of them is told before anything is sent.
    fn note(self, work: &mut Work<'_>) -> Result<(), Failure> {
        for room in self.counted.iter().filter_map(|id| self.rooms.get(id)) {
            work.set(
                ROOMS,
                room.id,
                doc! {
                    "head": room.head,
                    "last_message": room.last_message,
                    "last_message_at": room.last_message_at,
                },
            );
        }
        for message in self.added.iter().filter_map(|id| self.messages.get(id)) {
            work.insert(MESSAGES, &MessageRecord::from(message))?;
        }
        for id in self.changed.iter().filter(|id| !self.added.contains(id)) {
            if let Some(message) = self.messages.get(id) {
                let record = MessageRecord::from(message);
                let rev = number(message.rev);
                work.set(
                    MESSAGES,
                    record.id,
                    doc! {
                        "rev": rev,
                        "body": record.body,
                        "reply_to": record.reply_to,
                        "edited_at": record.edited_at,
                        "deleted_at": record.deleted_at,
                    },
                );
            }
        }
        Ok(())
    }
}
