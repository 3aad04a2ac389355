//! A server as its clients know it: an address.

use std::net::SocketAddr;

use actix_web::http::Method;
use awc::Client;
use serde_json::json;
use shared::UserAnswer;

use super::{Call, PASSWORD, Person, soon};

/// Where requests go. It says nothing of how the server runs, or where.
#[derive(Clone)]
pub struct Door {
    pub address: SocketAddr,
    http: Client,
}

impl Door {
    pub fn at(address: SocketAddr) -> Self {
        Self {
            address,
            // Streams stay open; whoever waits has a patience of their own.
            http: Client::builder().disable_timeout().finish(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn http(&self) -> Client {
        self.http.clone()
    }

    /// A request of nobody; the path from the root.
    pub fn call(&self, method: Method, path: &str) -> Call {
        Call::new(self.http(), method, self.url(path))
    }

    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }

    /// Makes an account with the address `{name}@example.org` and logs in.
    pub async fn register(&self, name: &str) -> Person {
        self.make_account(name).await;
        self.log_in(name).await
    }

    pub async fn make_account(&self, name: &str) {
        let new = json!({
            "username": name, "email": format!("{name}@example.org"),
            "password": PASSWORD, "gender": "unspecified",
        });
        let _: UserAnswer = self.post("/api/v1/users").json(new).await.made();
    }

    /// `{name}_1` to `{name}_{count}`.
    pub async fn register_crowd(&self, name: &str, count: usize) -> Vec<Person> {
        let mut crowd = Vec::new();
        for n in 1..=count {
            crowd.push(self.register(&format!("{name}_{n}")).await);
        }
        crowd
    }

    /// A login of its own.
    pub async fn log_in(&self, name: &str) -> Person {
        let credentials = json!({ "username": name, "password": PASSWORD });
        let answer = self.post("/api/v1/sessions").json(credentials).await;
        Person::from_login(self, name, &answer.is(201))
    }

    /// A whole number on the operator's page, by its name and labels.
    pub async fn metric(&self, name: &str) -> u64 {
        let answer = self.get("/metrics").await.is(200);
        let value = answer
            .text()
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        value.unwrap_or_else(|| panic!("no {name} in {}", answer.text()))
    }

    /// Waits until the live side counts so many sockets and streams.
    pub async fn until_connections(&self, count: usize) {
        let line = format!("parlor_connections {count}");
        let counting =
            async { while !self.get("/metrics").await.text().lines().any(|l| l == line) {} };
        soon(&line, counting).await;
    }
}
