//! `Intake`: a store made of another one's records is what that one was.

use server::store::{
    Archive, Edit, Key, Kind, MoveError, NewPost, Posted, Records, Rotation, StoreError,
    begin_intake, copy_store, open, open_source,
};
use shared::{RoomRole, Visibility};

use crate::{
    archive::{ALL, everything, live_through_everything},
    cast::{
        TestStore, at, message_id, new_account, new_login, new_post, new_room, refresh, room_id,
    },
    refused,
};

pub async fn a_copy_is_equal_in_everything(store: &TestStore) {
    let was = live_through_everything(store).await;
    let place = store.empty_place();
    let verified = copy_store(&**store, &place.url, |_| ()).await.unwrap();
    let copy = place.open().await;
    assert_eq!(copy.identity(), store.identity());
    assert_eq!(everything(&*copy).await, everything(&**store).await);
    for (kind, count) in verified.counts {
        assert_eq!(count, store.count(kind).await.unwrap(), "{kind:?}");
    }

    for user in [was.alice, was.bob] {
        let (ours, theirs) = (
            store.my_rooms(user, None).await,
            copy.my_rooms(user, None).await,
        );
        assert_eq!(theirs.unwrap(), ours.unwrap());
        let (ours, theirs) = (store.user(user).await, copy.user(user).await);
        assert_eq!(theirs.unwrap(), ours.unwrap());
    }
    let (ours, theirs) = (store.bans(was.books).await, copy.bans(was.books).await);
    assert_eq!(theirs.unwrap(), ours.unwrap());
    let (ours, theirs) = (store.ticks(was.books).await, copy.ticks(was.books).await);
    assert_eq!(theirs.unwrap(), ours.unwrap());
    copy.end().await;
    place.remove();
}

pub async fn a_copy_goes_on_where_the_store_was(store: &TestStore) {
    let was = live_through_everything(store).await;
    let place = store.empty_place();
    copy_store(&**store, &place.url, |_| ()).await.unwrap();
    let copy = place.open().await;

    let again = copy.post(was.retried.clone()).await.unwrap();
    assert!(matches!(again, Posted::Repeated(_)), "{again:?}");
    let next = copy.say(was.alice, was.books, "next").await;
    assert_eq!((next.seq, next.rev), (6, 6));
    let changed = copy.edit(was.books, next.id, Edit::Delete, at(30)).await;
    assert_eq!(changed.unwrap().rev, 7);
    assert_eq!(copy.talk_privately(was.alice, was.bob).await, was.direct);
    let mine = copy.my_rooms(was.bob, None).await.unwrap();
    let talk = mine.iter().find(|mine| mine.room.id() == was.direct);
    let last = talk.unwrap().last_message.as_ref().unwrap();
    assert_eq!((last.body(), talk.unwrap().unread), (Some("3"), 3));

    refused!(
        copy.create_user(new_account("gone")).await,
        StoreError::UsernameTaken
    );
    let alice_again = server::store::NewAccount {
        email: "alice@example.org".parse().unwrap(),
        ..new_account("alice2")
    };
    refused!(copy.create_user(alice_again).await, StoreError::EmailTaken);
    let public = new_room("books", Visibility::Public);
    refused!(
        copy.create_room(public, was.bob).await,
        StoreError::RoomNameTaken
    );
    refused!(copy.delete_room(copy.lobby()).await, StoreError::NotFound);
    let eve = copy.register("eve").await;
    assert!(copy.role(copy.lobby(), eve).await.is_some());
    assert_eq!(copy.role(was.books, was.bob).await, Some(RoomRole::Admin));

    assert_eq!(copy.take_ticket([7; 32], at(25)).await.unwrap(), None);
    let session = was.session;
    let rotate = |from, to, now| copy.rotate_refresh(session, refresh(from), refresh(to), at(now));
    let repeated = rotate(2, 9, 23).await.unwrap();
    assert!(matches!(repeated, Rotation::Repeated(_)), "{repeated:?}");
    let rotated = rotate(3, 4, 24).await.unwrap();
    assert!(matches!(rotated, Rotation::Rotated(_)), "{rotated:?}");
    assert_eq!(rotate(0, 9, 25).await.unwrap(), Rotation::Replayed);
    copy.end().await;
    place.remove();
}

pub async fn a_copy_is_a_store_only_when_it_is_whole(store: &TestStore) {
    live_through_everything(store).await;
    let place = store.empty_place();
    let intake = begin_intake(&place.url, store.identity()).await.unwrap();
    for kind in [Kind::Accounts, Kind::Logins, Kind::Rooms] {
        let records = store.records(kind, None, ALL).await.unwrap();
        intake.put(records.clone()).await.unwrap();
        let kept = intake.records(kind, None, ALL).await.unwrap();
        if kind != Kind::Rooms {
            assert_eq!(kept, records);
        }
        assert_eq!(
            intake.count(kind).await.unwrap(),
            records.keys().len() as u64
        );
    }
    assert!(open(&place.url).await.is_err(), "while it is being made");
    drop(intake);
    assert!(
        open_source(&place.url).await.is_err(),
        "after it was cut short"
    );
    copy_store(&**store, &place.url, |_| ()).await.unwrap();
    let copy = place.open().await;
    assert_eq!(everything(&*copy).await, everything(&**store).await);
    copy.end().await;
    place.remove();
}

pub async fn a_copy_goes_into_an_empty_store_only(store: &TestStore) {
    live_through_everything(store).await;
    let place = store.empty_place();
    let target = place.open().await;
    target.close().await;
    drop(target);
    copy_store(&**store, &place.url, |_| ()).await.unwrap();
    let again = copy_store(&**store, &place.url, |_| ()).await;
    assert!(matches!(again, Err(MoveError::NotEmpty(_))), "{again:?}");
    let copy = place.open().await;
    assert_eq!(everything(&*copy).await, everything(&**store).await);
    copy.end().await;
    place.remove();
}

/// An archive that tells another story the second time.
struct Forgetful<'a> {
    archive: &'a dyn Archive,
    told: std::sync::atomic::AtomicU32,
}

#[async_trait::async_trait]
impl Archive for Forgetful<'_> {
    fn identity(&self) -> server::store::Identity {
        self.archive.identity()
    }

    async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        self.archive.count(kind).await
    }

    async fn records(
        &self,
        kind: Kind,
        after: Option<Key>,
        limit: u32,
    ) -> Result<Records, StoreError> {
        let mut records = self.archive.records(kind, after, limit).await?;
        if let Records::Messages(messages) = &mut records
            && !messages.is_empty()
            && self.told.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0
        {
            messages[0].created_at = at(123);
        }
        Ok(records)
    }
}

pub async fn a_copy_that_differs_is_given_up(store: &TestStore) {
    live_through_everything(store).await;
    let place = store.empty_place();
    let forgetful = Forgetful {
        archive: &**store,
        told: 0.into(),
    };
    let copied = copy_store(&forgetful, &place.url, |_| ()).await;
    let Err(MoveError::Differs(what)) = copied else {
        panic!("{copied:?}")
    };
    assert!(what.contains("messages"), "{what}");
    assert!(open_source(&place.url).await.is_err());
    place.remove();
}

pub async fn a_copy_of_many_pages_is_whole(store: &TestStore) {
    let alice = store.register("alice").await;
    let rooms = [room_id(), room_id()].map(|id| {
        let mut room = new_room("room", Visibility::Private);
        room.id = id;
        room
    });
    for room in rooms {
        let id = store.create_room(room, alice).await.unwrap().id();
        let posts = (0..700).map(|n| NewPost {
            id: message_id(),
            ..new_post(alice, id, &n.to_string())
        });
        let posting: Vec<_> = posts.map(|post| store.post(post)).collect();
        for post in posting {
            post.await.unwrap();
        }
    }
    for n in 0..20 {
        store.create_session(new_login(alice, n)).await.unwrap();
    }
    let place = store.empty_place();
    let mut told = Vec::new();
    let verified = copy_store(&**store, &place.url, |progress| told.push(progress))
        .await
        .unwrap();
    assert!(verified.counts.contains(&(Kind::Messages, 1_400)));
    assert!(verified.counts.contains(&(Kind::Logins, 20)));
    let of_messages = |what: &str| {
        let of = told
            .iter()
            .filter(|progress| (progress.what, progress.unit) == (what, "messages"));
        of.map(|progress| (progress.done, progress.total))
            .collect::<Vec<_>>()
    };
    let steps = [(0, 1_400), (500, 1_400), (1_000, 1_400), (1_400, 1_400)];
    assert_eq!(of_messages("copying"), steps);
    assert_eq!(of_messages("comparing"), steps);
    let copy = place.open().await;
    assert_eq!(everything(&*copy).await, everything(&**store).await);
    copy.end().await;
    place.remove();
}
