//! Opening: what kind of server it is, what is missing on it, and the tasks that go with it.

use std::{sync::Arc, time::Duration};

use mongodb::{Client, Database, bson::doc, options::ClientOptions};
use tokio::sync::mpsc;

use super::{
    MongoStore,
    change_stream::Follower,
    commits::{Commits, Kind},
    driver_thread::DriverThread,
    ear::Ear,
    echoes::Echoes,
    failure::Refusal,
    lane::Lane,
    lease::Lease,
    mouth::Mouth,
    pulse::Pulse,
    replica_set::{ReplicaSet, durable},
    schema,
    standalone::Standalone,
};
use crate::{
    bus::{Alone, Bus, ServerId},
    store::{Opened, StoreError, change::FEED_COMMITS},
};

/// What the server's own lists call our connections.
pub const APP_NAME: &str = "parlor";
/// The database where the address names none.
const DATABASE: &str = "parlor";
/// A server that is not there for so long is told as missing.
const SELECTION: Duration = Duration::from_secs(3);
/// How often the driver looks whether the server is there.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// Connections: transactions, reads, and the change stream.
const CONNECTIONS: u32 = 48;

/// MongoDB 5.0, the first with snapshot reads outside of transactions.
const OLDEST_WIRE_VERSION: i32 = 13;

/// Opens the database, made where needed.
pub async fn open(url: &str) -> Result<Opened, StoreError> {
    let thread = DriverThread::start().map_err(|error| StoreError::Unavailable(Box::new(error)))?;
    let task = thread.clone();
    let opening = open_on(url.to_owned(), task);
    // An error says that the thread died.
    match thread.spawn(opening).await {
        Ok(opened) => opened,
        Err(error) => Err(StoreError::Unavailable(Box::new(error))),
    }
}

/// A server that answers.
pub struct Server {
    pub client: Client,
    pub db: Database,
    /// Whether it has transactions and a change stream.
    pub is_replica_set: bool,
}

/// Finds the database and what kind of server has it.
pub async fn reach(url: &str) -> Result<Server, StoreError> {
    let client = connect(url).await?;
    let db = client
        .default_database()
        .unwrap_or_else(|| client.database(DATABASE));
    let hello = db
        .run_command(doc! { "hello": 1 })
        .await
        .map_err(|error| explain(&error))?;
    let is_replica_set =
        hello.contains_key("setName") || hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid");
    let wire_version = hello.get_i32("maxWireVersion").unwrap_or_default();
    if wire_version < OLDEST_WIRE_VERSION {
        return Err(Refusal::TooOld.unavailable());
    }
    Ok(Server {
        client,
        db,
        is_replica_set,
    })
}

async fn open_on(url: String, thread: DriverThread) -> Result<Opened, StoreError> {
    let Server {
        client,
        db,
        is_replica_set,
    } = reach(&url).await?;
    let lease = if is_replica_set {
        None
    } else {
        schema::prepare(&db).await?;
        Some(Lease::take(&db).await?)
    };
    let identity = schema::prepare(&db).await.map_err(StoreError::from)?;
    let (feeding, feed) = mpsc::channel(FEED_COMMITS);
    let mut tasks = Vec::new();
    let mut bus: Arc<dyn Bus> = Arc::new(Alone);
    let mut signals = Alone::signals();
    let kind = match lease {
        None => {
            let echoes = Arc::<Echoes>::default();
            let me = ServerId(uuid::Uuid::new_v4());
            let (ear, mouth) = (Arc::<Ear>::default(), Arc::<Mouth>::default());
            let (follower_db, follower_echoes) = (db.clone(), Arc::clone(&echoes));
            let follower =
                Follower::start(follower_db, me, feeding, follower_echoes, Arc::clone(&ear))
                    .await?;
            let pulse = Pulse::new(db.clone(), me, Arc::clone(&mouth), Arc::clone(&ear));
            let (telling, told) = mpsc::channel(1);
            signals = told;
            bus = Arc::clone(&mouth) as Arc<dyn Bus>;
            tasks.push(thread.spawn(follower.run()).abort_handle());
            tasks.push(thread.spawn(pulse.run()).abort_handle());
            tasks.push(thread.spawn(mouth.run(db.clone(), me)).abort_handle());
            tasks.push(thread.spawn(ear.run(telling)).abort_handle());
            Kind::ReplicaSet(ReplicaSet::new(client, db.clone(), echoes))
        }
        Some(lease) => {
            tasks.push(thread.spawn(lease.clone().keep()).abort_handle());
            Kind::Standalone(Standalone::start(db.clone(), lease, feeding).await?)
        }
    };
    let commits = Arc::new(Commits::new(kind));
    let store = MongoStore {
        db,
        identity,
        lane: Lane::start(&thread, Arc::clone(&commits)),
        commits,
        is_closed: false.into(),
        tasks,
        thread,
    };
    store.remove_garbage().await?;
    Ok(Opened {
        store: Arc::new(store),
        feed,
        secret: Some(identity.secret),
        bus,
        signals,
    })
}

async fn connect(url: &str) -> Result<Client, StoreError> {
    let unusable = |error: mongodb::error::Error| {
        StoreError::Unavailable(Box::new(Refusal::Address(error.to_string())))
    };
    let mut options = ClientOptions::parse(url).await.map_err(unusable)?;
    options.app_name = Some(APP_NAME.to_owned());
    options.write_concern = Some(durable());
    options.server_selection_timeout.get_or_insert(SELECTION);
    options.connect_timeout.get_or_insert(SELECTION);
    options.heartbeat_freq.get_or_insert(HEARTBEAT);
    options.max_pool_size.get_or_insert(CONNECTIONS);
    Client::with_options(options).map_err(unusable)
}

/// What to do about a server that cannot be opened.
fn explain(error: &mongodb::error::Error) -> StoreError {
    use mongodb::error::ErrorKind;
    let refusal = match error.kind.as_ref() {
        ErrorKind::ServerSelection { .. } | ErrorKind::Io(_) | ErrorKind::DnsResolve { .. } => {
            Refusal::Unreachable(error.to_string())
        }
        _ => Refusal::Refused(error.to_string()),
    };
    refusal.unavailable()
}
