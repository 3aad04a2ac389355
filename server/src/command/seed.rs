//! `parlor seed`: demo people, rooms and talk, to try it with.

use std::sync::Arc;

use shared::{
    ClientId, Gender, MessageId, NewUser, Password, RoomId, ServerRole, UserId, Visibility,
};
use uuid::Uuid;

use super::{CommandError, say};
use crate::{
    Clock, Error, app,
    config::Place,
    domain::Domain,
    store::{NewPost, NewRoomRecord},
};

const PASSWORD: &str = "tea and biscuits at five";

/// Username, shown name, gender.
const PEOPLE: [(&str, &str, Gender); 6] = [
    ("alice", "Alice Liddell", Gender::Female),
    ("bob", "Bob Cratchit", Gender::Male),
    ("clara", "Clara Sesemann", Gender::Female),
    ("dorian", "Dorian Gray", Gender::Male),
    ("emma", "Emma Woodhouse", Gender::Female),
    ("finn", "Finn", Gender::Other),
];

/// Who says what in the lobby, by place in [`PEOPLE`].
const LOBBY_TALK: [(usize, &str); 8] = [
    (0, "Good morning, everybody!"),
    (1, "Morning, Alice. Is the coffee machine back?"),
    (0, "It is. Third floor, and it even grinds."),
    (2, "I'll be there at ten. Save me a cup ☕"),
    (
        4,
        "Shall we plan the summer picnic this week? I made a room for it: picnic",
    ),
    (3, "Yes, please. I bring the lemonade."),
    (5, "and I bring the frisbee"),
    (1, "Then it's settled. See you there!"),
];

const PICNIC_TALK: [(usize, &str); 4] = [
    (
        4,
        "Saturday the 12th, noon, by the lake.\nIf it rains: Sunday.",
    ),
    (3, "Works for me."),
    (0, "Who has blankets?"),
    (5, "two here"),
];

const PRIVATE_TALK: [(usize, &str); 3] = [
    (1, "Psst, it's Clara's birthday on Friday."),
    (0, "I know! Cake is ordered. Don't tell her."),
    (1, "My lips are sealed 🤐"),
];

pub(super) async fn run(place: &Place) -> Result<(), CommandError> {
    let app::Opened {
        domain, mut feed, ..
    } = app::open(place, Clock::system()).await?;
    // Nobody is connected; the store commits no faster than its feed is read.
    let reading = actix_web::rt::spawn(async move { while feed.recv().await.is_some() {} });
    let done = fill(&domain).await;
    domain.store().close().await;
    reading.abort();
    done?;
    say("Demo people, all with the same password:")?;
    for (username, shown, _) in PEOPLE {
        say(&format!("  {username:<8} {PASSWORD:<26} {shown}"))?;
    }
    say("alice is server admin. Start the chat with: parlor serve")
}

async fn fill(domain: &Arc<Domain>) -> Result<(), CommandError> {
    let store = domain.store();
    if !store
        .list_users(None, None, 1)
        .await
        .map_err(Error::from)?
        .is_empty()
    {
        return Err(CommandError::Usage(
            "this store has people already; seed an empty one (another --data-dir)".to_owned(),
        ));
    }
    let mut people = Vec::new();
    for (username, shown, gender) in PEOPLE {
        let role = if people.is_empty() {
            ServerRole::Admin
        } else {
            ServerRole::Member
        };
        let account = domain
            .new_account(new_user(username, shown, gender)?, role)
            .await?;
        people.push(account.id);
        store.create_user(account).await.map_err(Error::from)?;
    }
    let now = domain.clock().now();

    let picnic = NewRoomRecord {
        id: RoomId::from_uuid(Uuid::now_v7()),
        name: parsed("picnic")?,
        title: Some(parsed("Summer picnic")?),
        topic: Some(parsed("Saturday the 12th, by the lake")?),
        visibility: Visibility::Public,
        created_at: now,
    };
    let picnic = store
        .create_room(picnic, people[4])
        .await
        .map_err(Error::from)?
        .id();
    for guest in [0, 3, 5] {
        store
            .add_member(picnic, people[guest], now)
            .await
            .map_err(Error::from)?;
    }
    let private = RoomId::from_uuid(Uuid::now_v7());
    let pair = [people[0], people[1]];
    let private = store
        .direct_room(pair, private, now)
        .await
        .map_err(Error::from)?
        .id();

    talk(domain, domain.lobby(), &people, &LOBBY_TALK).await?;
    talk(domain, picnic, &people, &PICNIC_TALK).await?;
    talk(domain, private, &people, &PRIVATE_TALK).await
}

async fn talk(
    domain: &Domain,
    room: RoomId,
    people: &[UserId],
    lines: &[(usize, &str)],
) -> Result<(), CommandError> {
    for (speaker, line) in lines {
        let post = NewPost {
            id: MessageId::from_uuid(Uuid::now_v7()),
            room,
            author: people[*speaker],
            client_id: ClientId::from_uuid(Uuid::now_v7()),
            body: parsed(line)?,
            reply_to: None,
            created_at: domain.clock().now(),
        };
        domain.store().post(post).await.map_err(Error::from)?;
    }
    Ok(())
}

fn new_user(username: &str, shown: &str, gender: Gender) -> Result<NewUser, CommandError> {
    Ok(NewUser {
        invitation: None,
        username: parsed(username)?,
        email: parsed(&format!("{username}@example.org"))?,
        password: Password::try_from(PASSWORD.to_owned())
            .map_err(|error| CommandError::Usage(error.to_string()))?,
        gender,
        display_name: Some(parsed(shown)?),
    })
}

/// The texts above keep their rules; a typo in one is told like any other mistake.
fn parsed<T>(text: &str) -> Result<T, CommandError>
where
    T: std::str::FromStr<Err = shared::InputError>,
{
    text.parse()
        .map_err(|error| CommandError::Usage(format!("{text:?} {error}")))
}
