//! Who is there, on whichever server: one picture, which a killed server does not freeze.

use std::time::Duration;

use shared::{Activity, PresenceState, ServerFrame, UserId};

use crate::{
    api::harness::{Person, presences},
    cluster::{Cluster, timed},
};

/// From the kill until nobody is shown as there who is not.
const GONE_WITHIN: Duration = Duration::from_secs(5);

fn sorted(mut users: Vec<UserId>) -> Vec<UserId> {
    users.sort_unstable();
    users
}

#[actix_web::test]
async fn who_is_connected_to_either_server_is_shown_by_both() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let both = sorted(vec![two.alice.id, two.bob.id]);
    for reader in [&two.alice, &two.bob] {
        let online = sorted(reader.online_in(two.lobby).await);
        assert_eq!(online, both, "{}", reader.name);
    }
    assert_eq!(two.alice.connect().await.ready.online_count, 2);
    two.bobs.set_presence(Activity::Away).await;
    two.alices.until_shown(&two.bob, PresenceState::Away).await;
    two.bobs.set_presence(Activity::Invisible).await;
    two.alices
        .until_shown(&two.bob, PresenceState::Offline)
        .await;
    assert_eq!(two.alice.online_in(two.lobby).await, [two.alice.id]);
}

#[actix_web::test]
async fn a_second_connection_on_the_other_server_is_not_a_second_arrival() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let again = two.alice.on(&cluster.west).connect().await;
    assert_eq!(again.ready.online_count, 2);
    two.alice.say(two.lobby, "both of me").await;
    let heard = two.bobs.heard_before("both of me").await;
    assert!(presences(&heard).is_empty(), "{heard:?}");
}

#[actix_web::test]
async fn the_people_of_a_killed_server_are_offline_elsewhere_within_five_seconds() {
    let mut cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    cluster.east.kill();
    let offline = two.bobs.until_shown(&two.alice, PresenceState::Offline);
    let ((), took) = timed(offline).await;
    println!("offline after {took:?}");
    assert!(took < GONE_WITHIN, "{took:?}");
    assert_eq!(two.bob.online_in(two.lobby).await, [two.bob.id]);
}

#[actix_web::test]
async fn who_moves_from_a_killed_server_at_once_was_never_away() {
    let mut cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let carol = cluster.east.register("carol").await;
    let _carols = carol.connect().await;
    two.bobs.until_shown(&carol, PresenceState::Online).await;
    cluster.east.kill();
    let alice = two.alice.on(&cluster.west);
    let mut moved = alice.connect().await;
    // With Carol, who does not come back, the server is known to be gone.
    let mut heard = Vec::new();
    while heard.last().is_none_or(|frame| !names(frame, &carol)) {
        heard.push(two.bobs.frame().await);
    }
    moved.until_shown(&carol, PresenceState::Offline).await;
    alice.say(two.lobby, "still here").await;
    heard.extend(two.bobs.heard_before("still here").await);
    let is_blinking = |frame: &ServerFrame| names(frame, &alice) || names(frame, &two.bob);
    assert!(!heard.iter().any(is_blinking), "{heard:?}");
    let heard = moved.heard_before("still here").await;
    assert!(!heard.iter().any(is_blinking), "{heard:?}");
    let online = sorted(two.bob.online_in(two.lobby).await);
    assert_eq!(online, sorted(vec![alice.id, two.bob.id]));
}

/// Whether a frame tells of somebody's presence.
fn names(frame: &ServerFrame, person: &Person) -> bool {
    match frame {
        ServerFrame::PresenceChanged { user, .. } => *user == person.id,
        ServerFrame::PresenceBatch { changes } => changes.iter().any(|one| one.user == person.id),
        _ => false,
    }
}
