//! `Invitations`, and how accounts use them up.

use futures_util::future::join_all;
use server::store::{InvitationRecord, NewAccount, StoreError};
use shared::InvitationId;
use uuid::Uuid;

use crate::{
    cast::{TestStore, at, new_account, successes},
    refused,
};

const CODE: [u8; 32] = [7; 32];

async fn invite(
    store: &TestStore,
    code: [u8; 32],
    uses_left: u32,
    made_at: i64,
) -> InvitationRecord {
    let invitation = InvitationRecord {
        id: InvitationId::from_uuid(Uuid::now_v7()),
        uses_left,
        created_at: at(made_at),
        expires_at: at(made_at + 100),
    };
    let put = store.put_invitation(code, invitation.clone());
    put.await.unwrap();
    invitation
}

fn invited(name: &str, made_at: i64) -> NewAccount {
    NewAccount {
        created_at: at(made_at),
        invitation: Some(CODE),
        ..new_account(name)
    }
}

pub async fn an_invitation_lets_so_many_register(store: &TestStore) {
    let made = invite(store, CODE, 2, 0).await;
    store.create_user(invited("alice", 1)).await.unwrap();
    let left = InvitationRecord {
        uses_left: 1,
        ..made
    };
    assert_eq!(store.invitations(at(2)).await.unwrap(), [left]);
    store.create_user(invited("bob", 3)).await.unwrap();
    assert_eq!(store.invitations(at(4)).await.unwrap(), []);
    refused!(
        store.create_user(invited("carol", 5)).await,
        StoreError::NoInvitation
    );
    // Who shows none is asked for none here: that is decided elsewhere.
    store.register("dave").await;
}

pub async fn an_invitation_that_ran_out_or_was_taken_back_is_none(store: &TestStore) {
    refused!(
        store.create_user(invited("alice", 0)).await,
        StoreError::NoInvitation
    );
    let made = invite(store, CODE, 1, 0).await;
    refused!(
        store.create_user(invited("alice", 100)).await,
        StoreError::NoInvitation
    );
    assert_eq!(store.invitations(at(100)).await.unwrap(), []);
    assert!(store.remove_invitation(made.id).await.unwrap());
    assert!(!store.remove_invitation(made.id).await.unwrap());
    refused!(
        store.create_user(invited("alice", 1)).await,
        StoreError::NoInvitation
    );
    // Thrown away, its code is free.
    invite(store, CODE, 1, 0).await;
    store.purge_expired(at(100)).await.unwrap();
    invite(store, CODE, 1, 200).await;
}

pub async fn a_refused_account_uses_up_no_invitation(store: &TestStore) {
    store.register("alice").await;
    let made = invite(store, CODE, 1, 0).await;
    refused!(
        store.create_user(invited("alice", 1)).await,
        StoreError::UsernameTaken
    );
    assert_eq!(store.invitations(at(2)).await.unwrap(), [made]);
    store.create_user(invited("bob", 3)).await.unwrap();
}

pub async fn of_concurrent_accounts_with_one_invitation_one_is_made(store: &TestStore) {
    invite(store, CODE, 1, 0).await;
    let creating = (0..8).map(|n| {
        let store = store.share();
        tokio::spawn(async move { store.create_user(invited(&format!("guest_{n}"), 1)).await })
    });
    let made = join_all(creating).await;
    let made = made.into_iter().map(Result::unwrap).collect();
    let is_refusal = |error: &StoreError| matches!(error, StoreError::NoInvitation);
    assert_eq!(successes(made, is_refusal), 1);
}

pub async fn invitations_are_listed_newest_first(store: &TestStore) {
    let first = invite(store, [1; 32], 1, 0).await;
    let second = invite(store, [2; 32], 5, 10).await;
    let third = invite(store, [3; 32], 1, 20).await;
    let listed = store.invitations(at(30)).await.unwrap();
    assert_eq!(listed, [third.clone(), second.clone(), first]);
    let listed = store.invitations(at(105)).await.unwrap();
    assert_eq!(listed, [third, second]);
}
