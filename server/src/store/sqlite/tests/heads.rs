//! Posts count together and write the counter once; whatever stands between them must not notice.

use shared::{Timestamp, UserId};

use super::home;
use crate::store::{Edit, Log, Posted, Rooms, StoreError};

#[tokio::test]
async fn what_stands_between_two_posts_of_a_batch_sees_the_first_and_is_seen_by_the_second() {
    let home = home().await;
    let said = home.store.post(home.new_post("before")).await.unwrap();
    let said = said.into_message();
    let held = home.hold();
    let first = home.store.post(home.new_post("first"));
    let seen = home.store.writer.submit({
        let lobby = home.lobby;
        move |write| {
            let sql = "SELECT head FROM rooms WHERE id = ?1";
            let found = write
                .conn
                .query_row(sql, [lobby.as_uuid()], |row| row.get::<_, u32>(0));
            Ok(found?)
        }
    });
    let at = Timestamp::from_millis(2);
    let edited = home.store.edit(home.lobby, said.id, Edit::Delete, at);
    let mut edited = Box::pin(edited);
    // Queued by its first poll.
    assert!(futures_util::poll!(&mut edited).is_pending());
    let last = home.store.post(home.new_post("last"));
    drop(held);
    assert!(matches!(first.await, Ok(Posted::New(message)) if message.seq == 2));
    assert_eq!(seen.await.unwrap(), 2);
    assert_eq!(edited.await.unwrap().rev, 3);
    assert!(matches!(last.await, Ok(Posted::New(message)) if message.seq == 4));
    let heads = home.store.room_heads(home.alice).await.unwrap();
    assert_eq!(heads[0].head, 4);
}

#[tokio::test]
async fn a_post_that_is_refused_or_repeated_in_a_batch_takes_no_number() {
    let home = home().await;
    let said = home.new_post("said");
    let mut foreign = home.new_post("foreign");
    foreign.author = UserId::from_uuid(uuid::Uuid::now_v7());
    let mut answer = home.new_post("answer");
    answer.reply_to = Some(home.new_post("nothing").id);
    let held = home.hold();
    let first = home.store.post(said.clone());
    let refused = home.store.post(foreign);
    let repeated = home.store.post(said);
    let dangling = home.store.post(answer);
    let last = home.store.post(home.new_post("last"));
    drop(held);
    assert!(matches!(first.await, Ok(Posted::New(message)) if message.seq == 1));
    assert!(matches!(refused.await, Err(StoreError::NotMember)));
    assert!(matches!(repeated.await, Ok(Posted::Repeated(message)) if message.seq == 1));
    assert!(matches!(dangling.await, Err(StoreError::NoSuchReply)));
    assert!(matches!(last.await, Ok(Posted::New(message)) if message.seq == 2));
    assert_eq!(home.bodies().await, ["said", "last"]);
}
