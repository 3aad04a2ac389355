//! `Archive`: a store read out whole.

use server::store::{
    AccountUpdate, Archive, KeptLogin, Key, Kind, MarkMove, NewPost, Records, Rotation, TicketGrant,
};
use shared::{
    Marks, Message, RoomId, RoomRole, RoomUpdate, ServerRole, SessionId, UserId, Visibility,
};

use crate::cast::{TestStore, at, new_post, new_room, refresh};

/// More than any test keeps.
pub const ALL: u32 = 10_000;

pub struct Story {
    pub alice: UserId,
    pub bob: UserId,
    pub gone: UserId,
    pub books: RoomId,
    pub private: RoomId,
    pub direct: RoomId,
    pub session: SessionId,
    pub retried: NewPost,
}

/// A store in which everything has happened that leaves a trace.
pub async fn live_through_everything(store: &TestStore) -> Story {
    let [alice, bob, mallory, gone] = [
        store.register("alice").await,
        store.register("bob").await,
        store.register("mallory").await,
        store.register("gone").await,
    ];
    let update = AccountUpdate {
        display_name: Some("Alice 🐇".to_owned()),
        email: Some("Alice@Example.ORG".parse().unwrap()),
        status_text: Some("reading".to_owned()),
        role: Some(ServerRole::Admin),
        ..AccountUpdate::default()
    };
    store.update_user(alice, update).await.unwrap();
    store.set_last_seen(&[(bob, at(77))]).await.unwrap();

    let books = store.open_room(alice, "books").await;
    let texts = RoomUpdate {
        title: Some("Books".parse().unwrap()),
        topic: Some("What we read".parse().unwrap()),
        name: None,
        visibility: None,
    };
    store.update_room(books, texts).await.unwrap();
    for user in [bob, mallory, gone] {
        store.join(books, user).await;
    }
    store.set_role(books, bob, RoomRole::Admin).await.unwrap();
    let private = new_room("books", Visibility::Private);
    let private = store.create_room(private, bob).await.unwrap().id();
    let direct = store.talk_privately(bob, alice).await;
    let closed = store.open_room(bob, "closed").await;
    store.say(bob, closed, "nobody will read this").await;
    store.delete_room(closed).await.unwrap();

    let first = store.say(alice, books, "first").await;
    let second = store.say(gone, books, "second").await;
    let retried = NewPost {
        reply_to: Some(first.id),
        created_at: at(9),
        ..new_post(bob, books, "an answer \u{1}👩‍👩‍👧‍👦")
    };
    store.post(retried.clone()).await.unwrap();
    store.reword(&first, "reworded").await;
    store.take_back(&second).await;
    store.count_to(alice, direct, 3).await;
    store
        .ban(books, mallory, alice, RoomRole::Owner, at(5))
        .await
        .unwrap();
    store.delete_user(gone, at(6)).await.unwrap();
    let read = MarkMove {
        room: books,
        user: bob,
        marks: Marks {
            delivered: 3,
            read: 2,
        },
    };
    store.move_marks(&[read]).await.unwrap();

    let session = store.log_in(alice, 0).await;
    for n in 0..3 {
        let rotated = store
            .rotate_refresh(session, refresh(n), refresh(n + 1), at(i64::from(n) + 20))
            .await
            .unwrap();
        assert!(matches!(rotated, Rotation::Rotated(_)), "{rotated:?}");
    }
    store.log_in(bob, -shared::SESSION_MS).await;
    let ticket = TicketGrant {
        session,
        user: alice,
        access_expires_at: at(1_000),
        expires_at: at(1_000),
    };
    store.put_ticket([7; 32], ticket).await.unwrap();
    Story {
        alice,
        bob,
        gone,
        books,
        private,
        direct,
        session,
        retried,
    }
}

pub async fn everything(archive: &dyn Archive) -> Vec<Records> {
    let mut everything = Vec::new();
    for kind in Kind::ALL {
        everything.push(archive.records(kind, None, ALL).await.unwrap());
    }
    everything
}

async fn logins(store: &TestStore) -> Vec<KeptLogin> {
    match store.records(Kind::Logins, None, ALL).await.unwrap() {
        Records::Logins(logins) => logins,
        other => panic!("{other:?}"),
    }
}

async fn log(store: &TestStore, room: RoomId) -> Vec<Message> {
    match store.records(Kind::Messages, None, ALL).await.unwrap() {
        Records::Messages(mut all) => {
            all.retain(|message| message.room == room);
            all
        }
        other => panic!("{other:?}"),
    }
}

pub async fn records_come_by_key_page_by_page(store: &TestStore) {
    live_through_everything(store).await;
    for kind in Kind::ALL {
        let whole = store.records(kind, None, ALL).await.unwrap().keys();
        assert!(
            whole.len() >= 2 || kind == Kind::Bans,
            "{kind:?}: {whole:?}"
        );
        assert!(
            whole.is_sorted_by(|one, next| one < next),
            "{kind:?}: {whole:?}"
        );
        assert_eq!(
            store.count(kind).await.unwrap(),
            whole.len() as u64,
            "{kind:?}"
        );
        for limit in [1, 2, 3] {
            let (mut pages, mut after): (Vec<Key>, _) = (Vec::new(), None);
            loop {
                let page = store.records(kind, after, limit).await.unwrap().keys();
                assert!(page.len() <= limit as usize);
                pages.extend(&page);
                match page.last() {
                    Some(last) => after = Some(*last),
                    None => break,
                }
            }
            assert_eq!(pages, whole, "{kind:?} by {limit}");
        }
    }
}

pub async fn an_archive_of_a_new_store_is_its_lobby(store: &TestStore) {
    let identity = store.identity();
    assert_eq!(
        (identity.epoch, identity.lobby),
        (store.epoch(), store.lobby())
    );
    for (kind, records) in Kind::ALL.into_iter().zip(everything(&**store).await) {
        let expected = u64::from(kind == Kind::Rooms);
        assert_eq!(records.keys().len() as u64, expected, "{kind:?}");
        assert_eq!(store.count(kind).await.unwrap(), expected, "{kind:?}");
    }
}

pub async fn an_archive_has_what_no_other_answer_tells(store: &TestStore) {
    let was = live_through_everything(store).await;
    let all = everything(&**store).await;
    let Records::Accounts(accounts) = &all[0] else {
        panic!("{:?}", all[0])
    };
    let gone = accounts.iter().find(|account| account.id == was.gone);
    assert_eq!(
        gone.unwrap().deleted_at,
        Some(at(6)),
        "deleted accounts too"
    );
    assert_eq!(accounts.len(), 4);

    let logins = logins(store).await;
    assert_eq!(logins.len(), 2, "an expired one too");
    let kept = logins.iter().find(|kept| kept.login.id == was.session);
    let expected = KeptLogin {
        login: store.session(was.session, at(22)).await.unwrap().unwrap(),
        refresh: refresh(3),
        last_spent: Some(refresh(2)),
        rotated_at: Some(at(22)),
        spent: vec![refresh(0), refresh(1), refresh(2)],
    };
    assert_eq!(kept, Some(&expected));

    let Records::Rooms(rooms) = &all[2] else {
        panic!("{:?}", all[2])
    };
    let mut ids: Vec<_> = rooms.iter().map(|kept| kept.room.id()).collect();
    ids.sort_unstable();
    let mut expected = vec![store.lobby(), was.books, was.private, was.direct];
    expected.sort_unstable();
    assert_eq!(ids, expected, "not the deleted one");
    let books = rooms.iter().find(|kept| kept.room.id() == was.books);
    assert_eq!(books.unwrap().last_message_at, Some(at(9)));
    assert_eq!(books.unwrap().room, store.room(was.books).await);

    let log = log(store, was.books).await;
    let numbers: Vec<_> = log.iter().map(|said| (said.seq, said.rev)).collect();
    assert_eq!(numbers, [(1, 4), (2, 5), (3, 3)]);
    assert_eq!(log[1].body(), None, "a tombstone");
}
