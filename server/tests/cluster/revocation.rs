//! Logins are one for all servers: made on one, good on the other, ended on both.

use std::time::Duration;

use serde_json::json;

use crate::{
    api::harness::PASSWORD,
    cluster::{Cluster, timed},
};

/// What is logged out is told everywhere within this.
const SOON: Duration = Duration::from_secs(1);

#[actix_web::test]
async fn a_login_made_on_one_server_is_good_on_the_other() {
    let cluster = Cluster::start().await;
    let mut alice = cluster.east.register("alice").await;
    assert!(alice.on(&cluster.west).is_signed_in().await);
    let mut there = alice.on(&cluster.west);
    there.refresh().await;
    alice.token.clone_from(&there.token);
    assert!(alice.is_signed_in().await, "the west's token in the east");
}

#[actix_web::test]
async fn logging_out_on_one_server_closes_the_sockets_on_the_other_within_a_second() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let there = two.alice.on(&cluster.west);
    let mut in_the_west = there.connect().await;
    assert!(there.is_signed_in().await, "the west remembers the login");
    let closing = async {
        two.alice.log_out().await;
        assert_eq!(in_the_west.expect_close().await, 4003);
        assert_eq!(two.alices.expect_close().await, 4003);
        assert!(!there.is_signed_in().await);
    };
    let ((), took) = timed(closing).await;
    assert!(took < SOON, "{took:?}");
    // Nobody else's.
    two.bobs.ping().await;
}

#[actix_web::test]
async fn a_changed_password_ends_the_other_logins_on_the_other_server_within_a_second() {
    let cluster = Cluster::start().await;
    let two = cluster.alice_and_bob().await;
    let other = cluster.west.log_in("alice").await;
    let mut others = other.connect().await;
    let change = json!({ "current": PASSWORD, "new": "marmalade skies at noon" });
    let changing = async {
        let _ = two
            .alice
            .put("/users/me/password")
            .json(change)
            .await
            .done();
        assert_eq!(others.expect_close().await, 4003);
        assert!(!other.is_signed_in().await);
    };
    let ((), took) = timed(changing).await;
    assert!(took < SOON, "{took:?}");
    assert!(two.alice.is_signed_in().await, "the one that changed it");
}

#[actix_web::test]
async fn who_is_removed_on_one_server_hears_nothing_more_on_the_other_within_a_second() {
    let cluster = Cluster::start().await;
    let mut two = cluster.alice_and_bob().await;
    let room = two.alice.open_room("club").await.id;
    two.bob.join(room).await;
    two.alice.say(room, "welcome").await;
    two.bobs.expect_message("welcome").await;
    let banning = async {
        two.alice.ban(room, &two.bob).await;
        let user = two.bob.id;
        let left = shared::ServerFrame::MemberLeft { room, user };
        two.bobs.expect(left).await;
    };
    let ((), took) = timed(banning).await;
    assert!(took < SOON, "{took:?}");
    two.alice.say(room, "among us").await;
    two.alice.say(two.lobby, "to all").await;
    two.bobs.expect_message("to all").await;
}
