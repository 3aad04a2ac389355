//! `Logins`.

use futures_util::future::join_all;
use server::store::{Login, Rotation, StoreError, TicketGrant};
use shared::{REFRESH_GRACE_MS, SESSION_MS, SessionId};

use crate::{
    cast::{TestStore, at, new_login, refresh, session_id, user_id},
    refused,
};

fn ids(logins: &[Login]) -> Vec<SessionId> {
    logins.iter().map(|login| login.id).collect()
}

fn grant(expires_at: i64) -> TicketGrant {
    TicketGrant {
        session: session_id(),
        user: user_id(),
        access_expires_at: at(100),
        expires_at: at(expires_at),
    }
}

pub async fn a_login_is_kept_as_it_was_made(store: &TestStore) {
    let alice = store.register("alice").await;
    let new = new_login(alice, 3);
    store.create_session(new.clone()).await.unwrap();
    assert_eq!(
        store.session(new.login.id, at(4)).await.unwrap(),
        Some(new.login)
    );
    assert_eq!(store.session(session_id(), at(4)).await.unwrap(), None);
}

pub async fn only_a_live_account_can_log_in(store: &TestStore) {
    let alice = store.register("alice").await;
    store.delete_user(alice, at(1)).await.unwrap();
    for user in [alice, user_id()] {
        refused!(
            store.create_session(new_login(user, 2)).await,
            StoreError::NotFound
        );
    }
}

pub async fn an_expired_login_counts_as_ended(store: &TestStore) {
    let alice = store.register("alice").await;
    let session = store.log_in(alice, 0).await;
    assert!(
        store
            .session(session, at(SESSION_MS - 1))
            .await
            .unwrap()
            .is_some()
    );
    for late in [SESSION_MS, SESSION_MS + 1] {
        assert_eq!(store.session(session, at(late)).await.unwrap(), None);
        assert_eq!(store.sessions_of(alice, at(late)).await.unwrap(), []);
        let rotated = store
            .rotate_refresh(session, refresh(0), refresh(1), at(late))
            .await;
        assert_eq!(rotated.unwrap(), Rotation::Unknown);
    }
}

pub async fn logins_are_listed_by_last_use_then_id(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    store.log_in(bob, 9).await;
    let old = store.log_in(alice, 1).await;
    let mut tied = [store.log_in(alice, 2).await, store.log_in(alice, 2).await];
    tied.sort_unstable();
    let listed = store.sessions_of(alice, at(3)).await.unwrap();
    assert_eq!(ids(&listed), [tied[0], tied[1], old]);
    store
        .rotate_refresh(old, refresh(0), refresh(1), at(5))
        .await
        .unwrap();
    let listed = store.sessions_of(alice, at(6)).await.unwrap();
    assert_eq!(ids(&listed), [old, tied[0], tied[1]]);
    assert_eq!(store.sessions_of(user_id(), at(6)).await.unwrap(), []);
}

pub async fn the_current_refresh_value_rotates(store: &TestStore) {
    let alice = store.register("alice").await;
    let new = new_login(alice, 0);
    let id = new.login.id;
    store.create_session(new.clone()).await.unwrap();
    let rotated = store
        .rotate_refresh(id, refresh(0), refresh(1), at(5))
        .await
        .unwrap();
    let expected = Login {
        last_used_at: at(5),
        ..new.login
    };
    assert_eq!(rotated, Rotation::Rotated(expected.clone()));
    assert_eq!(store.session(id, at(6)).await.unwrap(), Some(expected));
    let next = store
        .rotate_refresh(id, refresh(1), refresh(2), at(7))
        .await
        .unwrap();
    assert!(matches!(next, Rotation::Rotated(_)), "{next:?}");
}

pub async fn the_value_just_replaced_is_repeated_within_the_grace(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    store
        .rotate_refresh(id, refresh(0), refresh(1), at(5))
        .await
        .unwrap();
    for now in [5, 5 + REFRESH_GRACE_MS - 1] {
        let again = store
            .rotate_refresh(id, refresh(0), refresh(1), at(now))
            .await
            .unwrap();
        assert!(matches!(again, Rotation::Repeated(_)), "{again:?}");
    }
    // The value that replaced it still stands.
    let next = store
        .rotate_refresh(id, refresh(1), refresh(2), at(6))
        .await
        .unwrap();
    assert!(matches!(next, Rotation::Rotated(_)), "{next:?}");
}

pub async fn a_replay_after_the_grace_ends_the_session(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    store
        .rotate_refresh(id, refresh(0), refresh(1), at(5))
        .await
        .unwrap();
    let late = at(5 + REFRESH_GRACE_MS);
    let replayed = store
        .rotate_refresh(id, refresh(0), refresh(9), late)
        .await
        .unwrap();
    assert_eq!(replayed, Rotation::Replayed);
    assert_eq!(store.session(id, late).await.unwrap(), None);
    let after = store
        .rotate_refresh(id, refresh(1), refresh(2), late)
        .await
        .unwrap();
    assert_eq!(after, Rotation::Unknown);
}

pub async fn a_value_replaced_earlier_is_a_replay_even_within_the_grace(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    store
        .rotate_refresh(id, refresh(0), refresh(1), at(5))
        .await
        .unwrap();
    store
        .rotate_refresh(id, refresh(1), refresh(2), at(6))
        .await
        .unwrap();
    let replayed = store
        .rotate_refresh(id, refresh(0), refresh(9), at(7))
        .await
        .unwrap();
    assert_eq!(replayed, Rotation::Replayed);
    assert_eq!(store.session(id, at(8)).await.unwrap(), None);
}

pub async fn a_value_it_never_had_changes_nothing(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    let other = store.log_in(alice, 0).await;
    store
        .rotate_refresh(other, refresh(0), refresh(7), at(1))
        .await
        .unwrap();
    for (session, value) in [(id, 9), (id, 7), (session_id(), 0)] {
        let guess = store
            .rotate_refresh(session, refresh(value), refresh(8), at(2))
            .await;
        assert_eq!(guess.unwrap(), Rotation::Unknown);
    }
    let own = store
        .rotate_refresh(id, refresh(0), refresh(1), at(3))
        .await
        .unwrap();
    assert!(matches!(own, Rotation::Rotated(_)), "{own:?}");
}

pub async fn of_concurrent_rotations_one_rotates_and_the_others_repeat(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    let attempts = (0..50).map(|_| store.rotate_refresh(id, refresh(0), refresh(1), at(1)));
    let mut rotated = 0;
    for outcome in join_all(attempts).await {
        match outcome.unwrap() {
            Rotation::Rotated(_) => rotated += 1,
            Rotation::Repeated(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(rotated, 1);
}

pub async fn ending_a_session_twice_ends_it_once(store: &TestStore) {
    let alice = store.register("alice").await;
    let id = store.log_in(alice, 0).await;
    assert!(store.end_session(alice, id).await.unwrap());
    assert!(!store.end_session(alice, id).await.unwrap());
    assert_eq!(store.session(id, at(1)).await.unwrap(), None);
}

pub async fn nobody_ends_the_session_of_another(store: &TestStore) {
    let alice = store.register("alice").await;
    let mallory = store.register("mallory").await;
    let id = store.log_in(alice, 0).await;
    assert!(!store.end_session(mallory, id).await.unwrap());
    assert!(!store.end_session(user_id(), id).await.unwrap());
    assert_eq!(store.end_sessions(mallory, None).await.unwrap(), 0);
    assert!(store.session(id, at(1)).await.unwrap().is_some());
}

pub async fn all_sessions_but_one_end(store: &TestStore) {
    let alice = store.register("alice").await;
    let kept = store.log_in(alice, 0).await;
    for _ in 0..3 {
        store.log_in(alice, 0).await;
    }
    assert_eq!(store.end_sessions(alice, Some(kept)).await.unwrap(), 3);
    assert_eq!(ids(&store.sessions_of(alice, at(1)).await.unwrap()), [kept]);
    assert_eq!(store.end_sessions(alice, Some(kept)).await.unwrap(), 0);
    assert_eq!(store.end_sessions(alice, None).await.unwrap(), 1);
}

pub async fn a_ticket_is_taken_once(store: &TestStore) {
    let grant = grant(30);
    store.put_ticket(refresh(1), grant.clone()).await.unwrap();
    assert_eq!(store.take_ticket(refresh(2), at(1)).await.unwrap(), None);
    assert_eq!(
        store.take_ticket(refresh(1), at(1)).await.unwrap(),
        Some(grant)
    );
    assert_eq!(store.take_ticket(refresh(1), at(1)).await.unwrap(), None);
}

pub async fn of_concurrent_takers_one_gets_the_ticket(store: &TestStore) {
    store.put_ticket(refresh(1), grant(30)).await.unwrap();
    let takers = (0..8).map(|_| store.take_ticket(refresh(1), at(1)));
    let got = join_all(takers)
        .await
        .into_iter()
        .filter_map(Result::unwrap)
        .count();
    assert_eq!(got, 1);
}

pub async fn a_late_ticket_is_worth_nothing(store: &TestStore) {
    store.put_ticket(refresh(1), grant(30)).await.unwrap();
    store.put_ticket(refresh(2), grant(30)).await.unwrap();
    assert_eq!(store.take_ticket(refresh(1), at(30)).await.unwrap(), None);
    assert!(
        store
            .take_ticket(refresh(2), at(29))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(store.take_ticket(refresh(1), at(1)).await.unwrap(), None);
}

pub async fn what_expired_is_thrown_away_silently(store: &TestStore) {
    let alice = store.register("alice").await;
    let old = store.log_in(alice, 0).await;
    let young = store.log_in(alice, 1).await;
    store.put_ticket(refresh(1), grant(30)).await.unwrap();
    store
        .put_ticket(refresh(2), grant(SESSION_MS + 30))
        .await
        .unwrap();
    store.fed().await;
    store.purge_expired(at(SESSION_MS)).await.unwrap();
    assert_eq!(store.fed().await, []);
    // Asked at a time when it had not expired: it is gone all the same.
    assert_eq!(store.session(old, at(1)).await.unwrap(), None);
    assert!(store.session(young, at(1)).await.unwrap().is_some());
    assert_eq!(store.take_ticket(refresh(1), at(1)).await.unwrap(), None);
    assert!(
        store
            .take_ticket(refresh(2), at(1))
            .await
            .unwrap()
            .is_some()
    );
}

pub async fn many_logins_are_found_at_once_in_the_order_asked(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let (first, second) = (store.log_in(alice, 1).await, store.log_in(bob, 2).await);
    let expired = store.log_in(bob, 1 - SESSION_MS).await;
    let asked = [second, session_id(), first, expired, second];
    let found = store.sessions(&asked, at(3)).await.unwrap();
    let found: Vec<_> = found.iter().map(|l| l.as_ref().map(|l| l.id)).collect();
    assert_eq!(found, [Some(second), None, Some(first), None, Some(second)]);
    let one = store.session(second, at(3)).await.unwrap();
    assert_eq!(store.sessions(&[second], at(3)).await.unwrap(), [one]);
    assert_eq!(store.sessions(&[], at(3)).await.unwrap(), []);
}

pub async fn people_who_come_are_read_with_their_logins_and_rooms(store: &TestStore) {
    let alice = store.register("alice").await;
    let bob = store.register("bob").await;
    let books = store.open_room(alice, "books").await;
    store.remove_member(store.lobby(), bob, None).await.unwrap();
    let (hers, his) = (store.log_in(alice, 1).await, store.log_in(bob, 1).await);
    let expired = store.log_in(bob, 1 - SESSION_MS).await;
    let asked = [
        (bob, his),
        (alice, his),
        (alice, hers),
        (user_id(), session_id()),
        (bob, expired),
    ];
    let found = store.arrivals(&asked, at(3)).await.unwrap();
    let [Some(bob_comes), None, Some(alice_comes), None, None] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(
        Some(&alice_comes.account),
        store.user(alice).await.unwrap().as_ref()
    );
    assert_eq!(
        Some(&alice_comes.login),
        store.session(hers, at(3)).await.unwrap().as_ref()
    );
    let mut heads = alice_comes.rooms.clone();
    let mut known = store.room_heads(alice).await.unwrap();
    heads.sort_unstable_by_key(|room| room.id);
    known.sort_unstable_by_key(|room| room.id);
    assert_eq!((heads.len(), &heads), (2, &known));
    assert!(heads.iter().any(|room| room.id == books));
    assert_eq!((bob_comes.account.id, &bob_comes.rooms[..]), (bob, &[][..]));
    assert_eq!(store.arrivals(&[], at(3)).await.unwrap(), []);
}
