//! How SQLite would find what is asked for often: by an index, never by walking through a table.

use rusqlite::Connection;

use super::{
    super::{accounts, direct, log, logins, marks, members, mine, pages, rooms},
    home,
};

/// The plan of a statement, one line per step.
fn plan(conn: &Connection, sql: &str) -> Vec<String> {
    let mut query = conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let steps = query
        .raw_query()
        .mapped(|row| row.get(3))
        .collect::<Result<_, _>>();
    steps.unwrap()
}

#[tokio::test]
async fn no_frequent_read_walks_through_a_table() {
    let home = home().await;
    let plans = home.store.read(|conn| {
        let mut plans = Vec::new();
        for sql in [
            accounts::BY_ID,
            accounts::BY_NAME,
            accounts::AMONG,
            logins::BY_ID,
            logins::OF_USER,
            rooms::BY_ID,
            rooms::ACCESS_BY_ID,
            rooms::ACCESS_BY_NAME,
            direct::BY_PAIR,
            members::ONE,
            members::PAGE,
            mine::HEADS,
            mine::PLACES,
            mine::ROOMS,
            marks::PLACE,
            marks::LOWEST_DELIVERED,
            marks::LOWEST_READ,
            log::BY_ID,
            log::BY_CLIENT_ID,
            log::IS_MEMBER,
            pages::HEAD_FOR_MEMBER,
            pages::BELOW,
            pages::ABOVE,
            pages::ITSELF,
            pages::CHANGED,
        ] {
            plans.push((sql, plan(conn, sql)));
        }
        Ok(plans)
    });
    for (sql, plan) in plans.await.unwrap() {
        for step in &plan {
            let is_walk = step.starts_with("SCAN")
                && !step.starts_with("SCAN json_each")
                && !step.starts_with("SCAN (subquery");
            assert!(!is_walk, "{sql}\n{plan:#?}");
        }
        let is_page = sql.contains("LIMIT ?3") && !sql.contains("news");
        let sorts = plan
            .iter()
            .any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
        assert!(!(is_page && sorts), "{sql}\n{plan:#?}");
    }
}
