//! People on every side of every gate, and rooms whose words must not get out.

use serde_json::json;
use shared::{MessageId, RoomId};

use crate::harness::{Person, TestServer};

/// In everything that outsiders must not read.
pub const CANARY: &str = "canary";

/// A room and a message in it.
pub struct Place {
    pub room: RoomId,
    pub message: MessageId,
}

/// A room that outsiders cannot see.
pub struct Hidden {
    pub what: &'static str,
    pub room: RoomId,
    pub message: MessageId,
}

/// Somebody who is not in the rooms.
pub struct Outside<'a> {
    pub who: &'static str,
    pub person: &'a Person,
}

pub struct Ground {
    /// Of all rooms.
    pub owner: Person,
    pub member: Person,
    pub outsider: Person,
    pub former: Person,
    pub banned: Person,
    /// With a session that lives and a token that does not.
    pub expired: Person,
    pub revoked: Person,
    pub deleted: Person,
    /// Whose day is over.
    pub ended: Person,
    pub expired_ticket: String,
    pub revoked_ticket: String,
    pub deleted_ticket: String,
    pub private: Place,
    pub public: Place,
    pub direct: Place,
}

const HOUR_MS: i64 = 60 * 60 * 1_000;

impl Ground {
    pub async fn new(server: &TestServer) -> Self {
        let ended = server.register("ended").await;
        server.clock.advance(23 * HOUR_MS);
        let expired = server.register("expired").await;
        let expired_ticket = expired.ticket().await;
        // Past the token and the ticket of one, and the session of the other.
        server.clock.advance(HOUR_MS + 1_000);
        let revoked = server.register("revoked").await;
        let revoked_ticket = revoked.ticket().await;
        revoked.log_out().await;
        let deleted = server.register("deleted").await;
        let deleted_ticket = deleted.ticket().await;
        let _ = deleted.delete("/users/me").await.done();

        let owner = server.register("owner").await;
        let member = server.register("member").await;
        let direct_room = owner.talk_privately_with(&member).await;
        let direct = Place {
            room: direct_room,
            message: owner
                .say(direct_room, &format!("{CANARY} for two"))
                .await
                .id,
        };
        let (outsider, former, banned) = three(server, "").await;
        let private = place(&owner, &[&member, &former, &banned], "hidden", "private").await;
        let public = place(&owner, &[&member, &former, &banned], "square", "public").await;
        for room in [private.room, public.room] {
            former.leave(room).await;
            owner.ban(room, &banned).await;
        }
        Self {
            owner,
            member,
            outsider,
            former,
            banned,
            expired,
            revoked,
            deleted,
            ended,
            expired_ticket,
            revoked_ticket,
            deleted_ticket,
            private,
            public,
            direct,
        }
    }

    /// The same rooms with others outside.
    pub async fn again(&self, server: &TestServer, round: usize) -> Self {
        let (outsider, former, banned) = three(server, &format!("_{round}")).await;
        let room = self.public.room;
        for guest in [&former, &banned] {
            let _ = guest.join(room).await;
        }
        former.leave(room).await;
        self.owner.ban(room, &banned).await;
        let copy = |place: &Place| Place { ..*place };
        Self {
            outsider,
            former,
            banned,
            owner: self.owner.clone(),
            member: self.member.clone(),
            expired: self.expired.clone(),
            revoked: self.revoked.clone(),
            deleted: self.deleted.clone(),
            ended: self.ended.clone(),
            expired_ticket: String::new(),
            revoked_ticket: String::new(),
            deleted_ticket: String::new(),
            private: copy(&self.private),
            public: copy(&self.public),
            direct: copy(&self.direct),
        }
    }

    /// In the order of the rows.
    pub fn outside(&self) -> [Outside<'_>; super::rows::RIGHTS] {
        let outside = |who, person| Outside { who, person };
        [
            outside("outsider", &self.outsider),
            outside("former member", &self.former),
            outside("banned", &self.banned),
        ]
    }

    pub fn hidden(&self) -> [Hidden; 2] {
        let hidden = |what, place: &Place| Hidden {
            what,
            room: place.room,
            message: place.message,
        };
        [
            hidden("the private room", &self.private),
            hidden("the private conversation", &self.direct),
        ]
    }
}

async fn three(server: &TestServer, suffix: &str) -> (Person, Person, Person) {
    (
        server.register(&format!("outsider{suffix}")).await,
        server.register(&format!("former{suffix}")).await,
        server.register(&format!("banned{suffix}")).await,
    )
}

/// A room with those in it and a canary in all its texts: of a public one, in its messages.
async fn place(owner: &Person, guests: &[&Person], name: &str, visibility: &str) -> Place {
    let mut new = json!({ "name": name, "visibility": visibility });
    if visibility == "private" {
        new["name"] = json!(format!("{CANARY}-{name}"));
        new["title"] = json!(format!("{CANARY} title"));
        new["topic"] = json!(format!("{CANARY} topic"));
    }
    let made: shared::RoomAnswer = owner.post("/rooms").json(new).await.made();
    let room = made.room.id();
    for guest in guests {
        let _ = owner.invite(room, guest).await;
    }
    let message = owner.say(room, &format!("{CANARY} in {name}")).await.id;
    Place { room, message }
}
