//! The feed: what was committed, in the order it was, and nothing else.

use futures_util::future::join_all;
use server::store::{AccountUpdate, Change, MarkMove, NewPost, StoreError};
use shared::{Marks, RoomRole, RoomUpdate, Visibility};

use crate::{
    cast::{
        TestStore, at, client_id, message_id, new_account, new_post, new_room, refresh, room_id,
        user_id,
    },
    refused,
};

pub async fn messages_and_their_changes_are_fed(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.fed().await;
    let said = store.say(alice, books, "hi").await;
    let edited = store.reword(&said, "hello").await;
    let gone = store.take_back(&edited).await;
    let expected = [
        Change::MessagePosted(said),
        Change::MessageChanged(edited),
        Change::MessageChanged(gone),
    ];
    assert_eq!(store.fed().await, expected);
}

pub async fn what_changed_nothing_is_not_fed(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    let private = store.talk_privately(alice, bob).await;
    let said = store.say(alice, books, "hi").await;
    let gone = store.say(alice, books, "bye").await;
    let gone = store.take_back(&gone).await;
    store.fed().await;
    store.reword(&said, "hi").await;
    store.take_back(&gone).await;
    let repeated = NewPost {
        client_id: said.client_id,
        ..new_post(alice, books, "hi")
    };
    store.post(repeated).await.unwrap();
    store.join(books, bob).await;
    assert_eq!(store.talk_privately(bob, alice).await, private);
    store.set_role(books, bob, RoomRole::Member).await.unwrap();
    let same = RoomUpdate {
        name: Some("books".parse().unwrap()),
        title: None,
        topic: Some("".parse().unwrap()),
        visibility: Some(Visibility::Public),
    };
    store.update_room(books, same).await.unwrap();
    store.unban(books, bob).await.unwrap();
    store.end_sessions(alice, None).await.unwrap();
    store
        .update_user(alice, AccountUpdate::default())
        .await
        .unwrap();
    store.check().await.unwrap();
    assert_eq!(store.fed().await, []);
}

pub async fn what_was_refused_is_not_fed(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store.fed().await;
    refused!(
        store.create_user(new_account("alice")).await,
        StoreError::UsernameTaken
    );
    refused!(
        store.post(new_post(mallory, books, "hi")).await,
        StoreError::NotMember
    );
    let lost = NewPost {
        reply_to: Some(message_id()),
        ..new_post(alice, books, "hi")
    };
    refused!(store.post(lost).await, StoreError::NoSuchReply);
    let owner = store
        .ban(books, alice, mallory, RoomRole::Owner, at(1))
        .await;
    refused!(owner, StoreError::NotMember);
    refused!(store.delete_room(store.lobby()).await, StoreError::NotFound);
    assert_eq!(store.fed().await, []);
}

pub async fn rooms_and_members_are_fed(store: &TestStore) {
    let alice = store.register("alice").await;
    let lobby = store.room(store.lobby()).await;
    assert_eq!(
        store.fed().await,
        [Change::MemberJoined {
            room: lobby,
            user: alice
        }]
    );
    let bob = store.register("bob").await;
    store.fed().await;

    let new = new_room("books", Visibility::Public);
    let created = store.create_room(new, alice).await.unwrap();
    let books = created.id();
    store.join(books, bob).await;
    let joined = store.room(books).await;
    assert_eq!(joined.named().unwrap().member_count, 2);
    store.set_role(books, bob, RoomRole::Admin).await.unwrap();
    let update = RoomUpdate {
        name: None,
        title: Some("Books".parse().unwrap()),
        topic: None,
        visibility: None,
    };
    let changed = store.update_room(books, update).await.unwrap();
    store.remove_member(books, alice, None).await.unwrap();
    store.remove_member(books, bob, None).await.unwrap();
    let expected = [
        Change::MemberJoined {
            room: created,
            user: alice,
        },
        Change::MemberJoined {
            room: joined,
            user: bob,
        },
        Change::RoleChanged {
            room: books,
            user: bob,
        },
        Change::RoomChanged(changed),
        Change::MemberLeft {
            room: books,
            user: alice,
        },
        Change::RoleChanged {
            room: books,
            user: bob,
        },
        Change::MemberLeft {
            room: books,
            user: bob,
        },
        Change::RoomDeleted(books),
    ];
    assert_eq!(store.fed().await, expected);
}

pub async fn a_deleted_room_is_fed_once(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store.fed().await;
    store.delete_room(books).await.unwrap();
    assert_eq!(store.fed().await, [Change::RoomDeleted(books)]);
}

pub async fn both_people_of_a_private_conversation_are_fed(store: &TestStore) {
    let mut pair = [store.register("alice").await, store.register("bob").await];
    store.fed().await;
    let room = store.direct_room(pair, room_id(), at(0)).await.unwrap();
    let mut joined = Vec::new();
    for change in store.fed().await {
        let Change::MemberJoined { room: fed, user } = change else {
            panic!("{change:?}")
        };
        assert_eq!(fed, room);
        joined.push(user);
    }
    joined.sort_unstable();
    pair.sort_unstable();
    assert_eq!(joined, pair);
}

pub async fn a_ban_is_fed_as_leaving(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let mallory = store.register("mallory").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    store.fed().await;
    store
        .ban(books, bob, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    store
        .ban(books, mallory, alice, RoomRole::Owner, at(1))
        .await
        .unwrap();
    assert_eq!(
        store.fed().await,
        [Change::MemberLeft {
            room: books,
            user: bob
        }]
    );
}

pub async fn sessions_that_end_early_are_fed(store: &TestStore) {
    let alice = store.register("alice").await;
    let [logged_out, ended, replayed, changed, deleted] = [
        store.log_in(alice, 0).await,
        store.log_in(alice, 0).await,
        store.log_in(alice, 0).await,
        store.log_in(alice, 0).await,
        store.log_in(alice, 0).await,
    ];
    store.fed().await;
    let ends = async |session| {
        let expected = Change::SessionEnded {
            session,
            user: alice,
        };
        assert!(store.fed().await.contains(&expected), "{session:?}");
        assert!(store.session(session, at(1)).await.unwrap().is_none());
    };
    store.end_session(alice, logged_out).await.unwrap();
    ends(logged_out).await;
    store
        .rotate_refresh(replayed, refresh(0), refresh(1), at(1))
        .await
        .unwrap();
    store
        .rotate_refresh(replayed, refresh(1), refresh(2), at(1))
        .await
        .unwrap();
    store
        .rotate_refresh(replayed, refresh(0), refresh(3), at(1))
        .await
        .unwrap();
    ends(replayed).await;
    store.end_sessions(alice, Some(changed)).await.unwrap();
    ends(ended).await;
    let last = store.log_in(alice, 0).await;
    store
        .set_password(alice, "new".to_owned(), Some(last))
        .await
        .unwrap();
    ends(changed).await;
    store.delete_user(alice, at(1)).await.unwrap();
    ends(last).await;
    assert!(store.session(deleted, at(1)).await.unwrap().is_none());
}

pub async fn a_deleted_account_is_fed_as_leaving_its_rooms(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.join(books, bob).await;
    let private = store.talk_privately(alice, bob).await;
    store.fed().await;
    store.delete_user(alice, at(1)).await.unwrap();
    let changes = store.fed().await;
    assert_eq!(changes.len(), 4, "{changes:?}");
    let left = |room| Change::MemberLeft { room, user: alice };
    assert!(changes.contains(&left(store.lobby())));
    assert!(changes.contains(&Change::RoleChanged {
        room: books,
        user: bob
    }));
    assert!(changes.contains(&left(books)));
    assert!(!changes.contains(&left(private)));
}

pub async fn a_changed_account_is_fed_in_its_new_state(store: &TestStore) {
    let alice = store.register("alice").await;
    store.fed().await;
    let update = AccountUpdate {
        status_text: Some("here".to_owned()),
        ..AccountUpdate::default()
    };
    let after = store.update_user(alice, update).await.unwrap();
    let renamed = Change::UserChanged(Box::new(after));
    assert_eq!(store.fed().await, [renamed]);
    store.delete_user(alice, at(1)).await.unwrap();
    let gone = store.user(alice).await.unwrap().unwrap();
    let changes = store.fed().await;
    assert_eq!(changes.last(), Some(&Change::UserChanged(Box::new(gone))));
}

pub async fn the_feed_has_every_change_in_commit_order(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    store.fed().await;
    let writers = (0..8).map(|_| {
        let store = store.share();
        tokio::spawn(async move {
            for _ in 0..25 {
                let said = store.post(new_post(alice, books, "hi")).await.unwrap();
                let said = said.into_message();
                let marks = Marks {
                    delivered: said.seq,
                    read: 0,
                };
                store
                    .move_marks(&[MarkMove {
                        room: books,
                        user: alice,
                        marks,
                    }])
                    .await
                    .unwrap();
                let edit = server::store::Edit::Delete;
                store.edit(books, said.id, edit, at(2)).await.unwrap();
            }
        })
    });
    for writer in join_all(writers).await {
        writer.unwrap();
    }
    let (mut revs, mut delivered) = (Vec::new(), Vec::new());
    for change in store.fed().await {
        match change {
            Change::MessagePosted(message) | Change::MessageChanged(message) => {
                revs.push(message.rev);
            }
            Change::MarksMoved { marks, .. } => delivered.push(marks.delivered),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(revs, (1..=400).collect::<Vec<_>>());
    assert!(delivered.is_sorted());
}

pub async fn after_close_everything_is_unavailable(store: &TestStore) {
    let alice = store.register("alice").await;
    store.check().await.unwrap();
    store.close().await;
    store.close().await;
    refused!(store.check().await, StoreError::Unavailable(_));
    refused!(store.user(alice).await, StoreError::Unavailable(_));
    refused!(
        store.create_user(new_account("bob")).await,
        StoreError::Unavailable(_)
    );
    let post = NewPost {
        client_id: client_id(),
        ..new_post(user_id(), room_id(), "hi")
    };
    refused!(store.post(post).await, StoreError::Unavailable(_));
}

pub async fn closing_finishes_what_was_accepted(store: &TestStore) {
    let alice = store.register("alice").await;
    let books = store.open_room(alice, "books").await;
    let posts: Vec<_> = (0..500)
        .map(|_| store.post(new_post(alice, books, "hi")))
        .collect();
    store.close().await;
    for posted in join_all(posts).await {
        posted.unwrap();
    }
}
