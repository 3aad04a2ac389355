//! A store under test, the people in it, and what they do, as verbs.

use std::{
    ops::Deref,
    path::Path,
    sync::{Arc, Mutex},
};

use crate::database::Database;
use server::store::{
    Change, Edit, Feed, Login, NewAccount, NewLogin, NewPost, NewRoomRecord, Opened, Posted,
    RoomKey, Store, StoreError, StoreUrl, open,
};
use shared::{
    ClientId, Gender, Message, MessageId, RoomId, RoomName, RoomRole, ServerRole, SessionId,
    Timestamp, UserId, Visibility,
};
use tempfile::TempDir;
use tokio::sync::Notify;
use uuid::Uuid;

/// `n` milliseconds after the story begins.
pub fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_763_600_000_000 + n)
}

macro_rules! new_id {
    ($($name:ident -> $type:ident),+ $(,)?) => {$(
        pub fn $name() -> $type {
            $type::from_uuid(Uuid::now_v7())
        }
    )+};
}
new_id! {
    user_id -> UserId,
    room_id -> RoomId,
    message_id -> MessageId,
    session_id -> SessionId,
    client_id -> ClientId,
}

/// Everything that was fed, in order, and the news that there is more.
#[derive(Default)]
struct Heard {
    changes: Mutex<Vec<Change>>,
    more: Notify,
}

/// A store of its own for one case.
pub struct TestStore {
    store: Arc<dyn Store>,
    heard: Arc<Heard>,
    /// Removed at the end.
    _dir: Option<TempDir>,
    pub database: Option<Database>,
    /// The variable that names the server it is on.
    server: Option<&'static str>,
}

impl Deref for TestStore {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        &*self.store
    }
}

impl TestStore {
    pub async fn in_memory() -> Self {
        Self::open(&StoreUrl::SqliteMemory, None).await
    }

    pub async fn in_file() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::open(&StoreUrl::in_dir(dir.path()), Some(dir)).await
    }

    /// On a replica set, in a database of its own.
    pub async fn on_replica_set() -> Self {
        Self::on_mongodb("PARLOR_TEST_MONGODB_URI").await
    }

    /// On a standalone server, in a database of its own.
    pub async fn on_standalone() -> Self {
        Self::on_mongodb("PARLOR_TEST_MONGODB_STANDALONE_URI").await
    }

    async fn on_mongodb(variable: &'static str) -> Self {
        let database = Database::new(variable);
        let mut store = Self::open(&database.url, None).await;
        store.database = Some(database);
        store.server = Some(variable);
        store
    }

    /// The store in a directory that outlives it.
    pub async fn at(dir: &Path) -> Self {
        Self::open(&StoreUrl::in_dir(dir), None).await
    }

    async fn open(url: &StoreUrl, dir: Option<TempDir>) -> Self {
        let Opened { store, feed, .. } = open(url).await.unwrap();
        let heard = Arc::default();
        tokio::spawn(listen(feed, Arc::clone(&heard)));
        Self {
            store,
            heard,
            _dir: dir,
            database: None,
            server: None,
        }
    }

    /// What a second server would open.
    pub fn url(&self) -> &StoreUrl {
        &self.database.as_ref().unwrap().url
    }

    /// Closes it and removes what it kept.
    pub async fn end(self) {
        self.store.close().await;
        if let Some(database) = self.database {
            database.remove();
        }
    }

    /// Where a store of the same kind can be made: of one in memory, a file.
    pub fn empty_place(&self) -> EmptyPlace {
        match self.server {
            Some(variable) => EmptyPlace::in_database(Database::new(variable)),
            None => EmptyPlace::in_dir(),
        }
    }

    /// For a task of its own.
    pub fn share(&self) -> Arc<dyn Store> {
        Arc::clone(&self.store)
    }

    /// Everything that was fed since the last call: waits until a change made now arrives, then
    /// leaves that one out.
    pub async fn fed(&self) -> Vec<Change> {
        let sentinel = match self
            .user_by_name(&"sentinel".parse().unwrap())
            .await
            .unwrap()
        {
            Some(account) => account.id,
            None => self.register("sentinel").await,
        };
        let session = self.log_in(sentinel, 0).await;
        self.end_session(sentinel, session).await.unwrap();
        let last = Change::SessionEnded {
            session,
            user: sentinel,
        };
        loop {
            let more = self.heard.more.notified();
            {
                let mut fed = self.heard.changes.lock().unwrap();
                if fed.last() == Some(&last) {
                    fed.pop();
                    let is_ours = |change: &Change| !is_about(change, sentinel);
                    return std::mem::take(&mut *fed)
                        .into_iter()
                        .filter(is_ours)
                        .collect();
                }
            }
            more.await;
        }
    }

    /// Makes an account; the address is `{name}@example.org`.
    pub async fn register(&self, name: &str) -> UserId {
        let account = new_account(name);
        let id = account.id;
        self.create_user(account).await.unwrap();
        id
    }

    /// Logs in; the refresh value's digest is that of [`refresh`] 0.
    pub async fn log_in(&self, user: UserId, now: i64) -> SessionId {
        let new = new_login(user, now);
        let id = new.login.id;
        self.create_session(new).await.unwrap();
        id
    }

    /// Opens a public room.
    pub async fn open_room(&self, owner: UserId, name: &str) -> RoomId {
        let room = new_room(name, Visibility::Public);
        self.create_room(room, owner).await.unwrap().id()
    }

    pub async fn join(&self, room: RoomId, user: UserId) {
        self.add_member(room, user, at(0)).await.unwrap();
    }

    pub async fn talk_privately(&self, one: UserId, other: UserId) -> RoomId {
        self.direct_room([one, other], room_id(), at(0))
            .await
            .unwrap()
            .id()
    }

    pub async fn say(&self, author: UserId, room: RoomId, body: &str) -> Message {
        let posted = self.post(new_post(author, room, body)).await.unwrap();
        assert!(matches!(posted, Posted::New(_)), "{posted:?}");
        posted.into_message()
    }

    /// Says `1`, `2`, … one after the other.
    pub async fn count_to(&self, author: UserId, room: RoomId, last: u32) -> Vec<Message> {
        let mut said = Vec::new();
        for n in 1..=last {
            said.push(self.say(author, room, &n.to_string()).await);
        }
        said
    }

    pub async fn reword(&self, message: &Message, body: &str) -> Message {
        let edit = Edit::Body(body.parse().unwrap());
        self.edit(message.room, message.id, edit, at(7))
            .await
            .unwrap()
    }

    pub async fn take_back(&self, message: &Message) -> Message {
        self.edit(message.room, message.id, Edit::Delete, at(8))
            .await
            .unwrap()
    }

    pub async fn head(&self, room: RoomId) -> u64 {
        self.room(room).await.head()
    }

    pub async fn room(&self, room: RoomId) -> shared::Room {
        let access = self.access(user_id(), RoomKey::Id(room)).await.unwrap();
        access.unwrap().room
    }

    pub async fn exists(&self, room: RoomId) -> bool {
        self.access(user_id(), RoomKey::Id(room))
            .await
            .unwrap()
            .is_some()
    }

    /// None when not in the room.
    pub async fn role(&self, room: RoomId, user: UserId) -> Option<RoomRole> {
        let member = self.member(room, user).await.unwrap();
        member.map(|member| member.membership.role)
    }
}

/// A place where no store is yet.
pub struct EmptyPlace {
    pub url: StoreUrl,
    /// Removed at the end.
    _dir: Option<TempDir>,
    database: Option<Database>,
}

impl EmptyPlace {
    pub fn in_dir() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self {
            url: StoreUrl::in_dir(dir.path()),
            _dir: Some(dir),
            database: None,
        }
    }

    fn in_database(database: Database) -> Self {
        Self {
            url: database.url.clone(),
            _dir: None,
            database: Some(database),
        }
    }

    /// Removes what is there.
    pub fn remove(self) {
        if let Some(database) = self.database {
            database.remove();
        }
    }

    /// The store there, made where there is none.
    pub async fn open(&self) -> TestStore {
        TestStore::open(&self.url, None).await
    }
}

async fn listen(mut feed: Feed, heard: Arc<Heard>) {
    while let Some(changes) = feed.recv().await {
        assert!(!changes.is_empty(), "a commit without changes was fed");
        heard.changes.lock().unwrap().extend(changes);
        heard.more.notify_waiters();
    }
}

fn is_about(change: &Change, sentinel: UserId) -> bool {
    match change {
        Change::MemberJoined { user, .. } | Change::SessionEnded { user, .. } => *user == sentinel,
        _ => false,
    }
}

pub fn new_account(name: &str) -> NewAccount {
    NewAccount {
        invitation: None,
        id: user_id(),
        username: name.parse().unwrap(),
        email: format!("{name}@example.org").parse().unwrap(),
        password_hash: format!("hash of {name}"),
        display_name: String::new(),
        gender: Gender::Other,
        role: ServerRole::Member,
        created_at: at(0),
    }
}

/// The digest of a session's `n`th refresh value.
pub fn refresh(n: u8) -> [u8; 32] {
    [n; 32]
}

pub fn new_login(user: UserId, now: i64) -> NewLogin {
    NewLogin {
        login: Login {
            id: session_id(),
            user,
            created_at: at(now),
            last_used_at: at(now),
            expires_at: at(now + shared::SESSION_MS),
            user_agent: "tests".to_owned(),
        },
        refresh: refresh(0),
    }
}

pub fn new_room(name: &str, visibility: Visibility) -> NewRoomRecord {
    NewRoomRecord {
        id: room_id(),
        name: name.parse::<RoomName>().unwrap(),
        title: None,
        topic: None,
        visibility,
        created_at: at(0),
    }
}

pub fn new_post(author: UserId, room: RoomId, body: &str) -> NewPost {
    NewPost {
        id: message_id(),
        room,
        author,
        client_id: client_id(),
        body: body.parse().unwrap(),
        reply_to: None,
        created_at: at(1),
    }
}

pub fn bodies(messages: &[Message]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message.body().unwrap_or("(deleted)"))
        .collect()
}

/// What was refused, and as what.
#[macro_export]
macro_rules! refused {
    ($result:expr, $pattern:pat) => {{
        let result = $result;
        assert!(matches!(result, Err($pattern)), "{result:?}");
    }};
}

/// How many succeeded, where the others are told `as_refused`.
pub fn successes<T: std::fmt::Debug>(
    results: Vec<Result<T, StoreError>>,
    is_refusal: fn(&StoreError) -> bool,
) -> usize {
    let mut successes = 0;
    for result in results {
        match result {
            Ok(_) => successes += 1,
            Err(error) => assert!(is_refusal(&error), "{error:?}"),
        }
    }
    successes
}
