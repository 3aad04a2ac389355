//! A database of its own for one case, on a server that outlives it.

use std::{net::SocketAddr, thread};

use mongodb::Client;
use server::store::StoreUrl;
use uuid::Uuid;

/// Where one case keeps its store.
pub struct Database {
    name: String,
    server: String,
    /// What the store is opened with.
    pub url: StoreUrl,
}

#[allow(dead_code, reason = "each test target needs some of it")]
impl Database {
    /// On the server that this environment variable names.
    pub fn new(variable: &str) -> Self {
        let server = std::env::var(variable).unwrap_or_else(|_| {
            panic!("{variable} names no MongoDB: use `cargo xtask test`, or `cargo xtask mongod` beside this")
        });
        let name = format!("store_{}", Uuid::now_v7().simple());
        let (address, options) = server.split_once('?').unwrap_or((&server, ""));
        let url = format!("{}/{name}?{options}", address.trim_end_matches('/'));
        Self {
            name,
            url: url.parse().unwrap(),
            server,
        }
    }

    /// The address, as the command takes it.
    pub fn address(&self) -> &str {
        match &self.url {
            StoreUrl::MongoDb(address) => address,
            StoreUrl::Sqlite(_) | StoreUrl::SqliteMemory => panic!("{:?} is no MongoDB", self.url),
        }
    }

    /// Where its server listens, as `HOST:PORT`.
    pub fn host(&self) -> &str {
        let (_, place) = self.server.split_once("://").unwrap();
        place.split(['/', '?']).next().unwrap()
    }

    /// The address through something that stands before the server. Direct, or the driver would
    /// look behind it for the member that the set names.
    pub fn address_through(&self, proxy: SocketAddr) -> String {
        format!("mongodb://{proxy}/{}?directConnection=true", self.name)
    }

    /// A client of its server, on this database.
    pub async fn connect(&self) -> mongodb::Database {
        let client = Client::with_uri_str(&self.server).await.unwrap();
        client.database(&self.name)
    }

    /// Drops it, where nobody can wait for it.
    pub fn remove(&self) {
        let (name, server) = (self.name.clone(), self.server.clone());
        let removing = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async move {
                let client = Client::with_uri_str(&server).await.unwrap();
                client.database(&name).drop().await.unwrap();
            });
        });
        removing.join().unwrap();
    }
}
