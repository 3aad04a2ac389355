//! How SQLite would find what is asked for often: by an index, never by walking through a table.

use rusqlite::{Connection, StatementStatus, config::DbConfig};

use super::{
    super::{accounts, direct, heads, log, logins, marks, members, mine, pages, rooms},
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

const FREQUENT: [&str; 26] = [
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
    heads::BY_ROOM,
];

#[tokio::test]
async fn no_frequent_read_walks_through_a_table() {
    let home = home().await;
    let plans = home.store.read(|conn| {
        let mut plans = Vec::new();
        for sql in FREQUENT {
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

#[tokio::test]
async fn a_page_of_a_log_is_one_range_of_an_index_at_any_depth() {
    let home = home().await;
    let plans = home.store.read(|conn| {
        let pages = [pages::BELOW, pages::ABOVE, pages::ITSELF, pages::CHANGED];
        Ok(pages.map(|sql| plan(conn, sql)))
    });
    let by_seq = |bound| format!("SEARCH messages USING PRIMARY KEY (room=? AND seq{bound}?)");
    let by_rev = "SEARCH messages USING INDEX messages_by_rev (room=? AND rev>?)".to_owned();
    let expected = [by_seq("<"), by_seq(">"), by_seq("="), by_rev].map(|step| vec![step]);
    assert_eq!(plans.await.unwrap(), expected);
}

/// The statements that are planned again although nothing but what is bound changed.
fn planned_again(conn: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut again = Vec::new();
    for sql in FREQUENT.into_iter().chain([log::INSERT]) {
        let mut query = conn.prepare(sql)?;
        for round in 0..3 {
            for at in 1..=query.parameter_count() {
                query.raw_bind_parameter(at, round)?;
            }
            // What it finds, and whether it may, is not asked here.
            let _ = query.raw_query().next();
        }
        if query.get_status(StatementStatus::RePrepare) > 0 {
            again.push(sql);
        }
    }
    Ok(again)
}

#[tokio::test]
async fn a_plan_once_made_stays_whatever_is_bound() {
    let home = home().await;
    let (as_set_up, otherwise) = home
        .store
        .read(|conn| {
            let as_set_up = planned_again(conn)?;
            conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, false)?;
            Ok((as_set_up, planned_again(conn)?))
        })
        .await
        .unwrap();
    assert!(as_set_up.is_empty(), "{as_set_up:#?}");
    assert!(!otherwise.is_empty(), "it is set up for nothing");
}
