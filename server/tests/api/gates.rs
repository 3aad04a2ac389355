//! Who gets through where: every route, frame and stream of the documents, with every way of not
//! being let in. A new route or frame without its row in `rows` fails.

mod ask;
mod frames;
mod ground;
mod rows;
mod streams;

use std::collections::BTreeSet;

use shared::ErrorCode::{self, NotFound, TokenExpired, Unauthenticated};

use crate::harness::{Answer, Call, TestServer, documented::routes};
use ask::{Places, ask};
use ground::{CANARY, Ground, Hidden, Outside};
use rows::{Gate, RIGHTS, gate};

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let in_document: BTreeSet<_> = routes().iter().map(|route| route.id).collect();
    let in_rows: BTreeSet<_> = rows::ROUTES.iter().map(|(id, _)| *id).collect();
    assert_eq!(in_rows.len(), rows::ROUTES.len(), "a route has two rows");
    let differing: Vec<_> = in_document.symmetric_difference(&in_rows).collect();
    assert!(differing.is_empty(), "only on one side: {differing:?}");
}

#[test]
fn what_the_document_says_of_credentials_is_what_the_rows_say() {
    for route in routes() {
        let wanted: &[&str] = match gate(route.id) {
            Gate::Open => &[],
            Gate::Cookie => &["refresh"],
            Gate::Person | Gate::Room(_) => &["bearer"],
            Gate::Upgrade => &["bearer", "ticket", "token"],
        };
        assert_eq!(route.security(), wanted, "{}", route.id);
    }
}

/// What is shown in place of a credential that lives, and how it is refused.
fn dead_credentials(ground: &Ground) -> Vec<(&'static str, Option<String>, ErrorCode)> {
    let forged = ground.expired.token.replace('.', "x.");
    vec![
        ("no token", None, Unauthenticated),
        ("an empty token", Some(String::new()), Unauthenticated),
        ("garbage", Some("garbage".to_owned()), Unauthenticated),
        ("a forged token", Some(forged), Unauthenticated),
        (
            "an expired token",
            Some(ground.expired.token.clone()),
            TokenExpired,
        ),
        (
            "a revoked session's token",
            Some(ground.revoked.token.clone()),
            Unauthenticated,
        ),
        (
            "a deleted user's token",
            Some(ground.deleted.token.clone()),
            Unauthenticated,
        ),
    ]
}

#[actix_web::test]
async fn nobody_gets_through_without_a_credential_that_lives() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let places = Places::of(&ground.private, &ground.owner);
    let mut refused = 0;
    for route in routes() {
        if matches!(gate(route.id), Gate::Open | Gate::Cookie) {
            continue;
        }
        for (what, token, code) in dead_credentials(&ground) {
            let mut call = ask(&server, &route, &places);
            if let Some(token) = token {
                call = call.bearer(&token);
            }
            let error = call.await.refused(code);
            assert!(!error.message.contains(CANARY), "{} with {what}", route.id);
            refused += 1;
        }
        // The premise: it is the credential that was missing. Some routes end the login.
        let living = server.register(&format!("living_{refused}")).await;
        let answer = let_in(
            route.path,
            ask(&server, &route, &places).bearer(&living.token),
        )
        .await;
        assert!(
            ![401, 500].contains(&answer),
            "{} refuses the living: {answer}",
            route.id
        );
    }
    assert!(refused >= 30 * 7, "{refused}");
}

/// The status of a call that may open a connection, which has no end.
async fn let_in(path: &str, call: Call) -> u16 {
    if path.ends_with("/events") {
        return call.open().await.status().as_u16();
    }
    call.await.status
}

#[actix_web::test]
async fn no_connection_opens_by_a_ticket_that_does_not_live() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let places = Places::of(&ground.private, &ground.owner);
    let used = ground.owner.ticket().await;
    let answer = server
        .get(&format!("/api/v1/events?ticket={used}"))
        .open()
        .await;
    assert_eq!(answer.status().as_u16(), 200);
    let upgrades = routes()
        .into_iter()
        .filter(|route| matches!(gate(route.id), Gate::Upgrade));
    let mut refused = 0;
    for route in upgrades {
        for (what, ticket) in [
            ("an empty ticket", ""),
            ("garbage", "garbage"),
            ("a used ticket", &used),
            ("an old ticket", &ground.expired_ticket),
            ("a revoked session's ticket", &ground.revoked_ticket),
            ("a deleted user's ticket", &ground.deleted_ticket),
        ] {
            let call = ask(
                &server,
                &route,
                &places.with_query(&format!("ticket={ticket}")),
            );
            let error = call.await.refused(Unauthenticated);
            assert!(!error.message.is_empty(), "{} with {what}", route.id);
            refused += 1;
        }
        let token = ground.owner.token.clone();
        let call = ask(
            &server,
            &route,
            &places.with_query(&format!("token={token}")),
        );
        call.await.refused(Unauthenticated);
    }
    assert_eq!(refused, 12);
}

#[actix_web::test]
async fn nothing_is_refreshed_without_a_cookie_that_lives() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    for (what, person, value) in [
        ("garbage", &ground.owner, "garbage"),
        (
            "another session's",
            &ground.owner,
            ground.member.refresh.as_str(),
        ),
        (
            "a revoked session's",
            &ground.revoked,
            &ground.revoked.refresh,
        ),
        ("a deleted user's", &ground.deleted, &ground.deleted.refresh),
        ("an ended session's", &ground.ended, &ground.ended.refresh),
    ] {
        let error = person.ask_refresh(value).await.refused(Unauthenticated);
        assert!(!error.message.is_empty(), "{what}");
    }
    let path = format!("/api/v1/sessions/{}/refresh", ground.owner.session);
    server.post(&path).await.refused(Unauthenticated);
    let _ = ground
        .owner
        .ask_refresh(&ground.owner.refresh)
        .await
        .is(200);
}

fn nothing_leaked(answer: &Answer) {
    let text = String::from_utf8_lossy(&answer.body);
    assert!(!text.contains(CANARY), "{} leaked: {text}", answer.what);
}

#[actix_web::test]
async fn a_hidden_room_is_not_there_for_who_is_not_in_it_on_any_route() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut refused = 0;
    for route in routes() {
        for Hidden {
            what,
            room,
            message,
        } in ground.hidden()
        {
            for Outside { who, person } in ground.outside() {
                let places = Places::in_room(room, message, &ground.owner);
                let call = ask(&server, &route, &places).bearer(&person.token);
                if matches!(gate(route.id), Gate::Room(_)) {
                    let answer = call.await;
                    nothing_leaked(&answer);
                    assert_eq!(
                        answer.status,
                        404,
                        "{} of {what} for the {who}: {}",
                        route.id,
                        answer.text()
                    );
                    answer.refused(NotFound);
                    refused += 1;
                } else if matches!(gate(route.id), Gate::Person) && route.method == "get" {
                    nothing_leaked(&call.await);
                }
            }
        }
    }
    // The premise: who is in it finds it there.
    let page = ground
        .member
        .get(&format!("/rooms/{}/messages", ground.private.room))
        .await;
    assert!(page.is(200).text().contains(CANARY));
    assert!(refused >= 16 * 2 * 3, "{refused}");
}

#[actix_web::test]
async fn a_public_room_lets_who_is_not_in_it_do_what_the_rows_say() {
    let server = TestServer::start().await;
    let ground = Ground::new(&server).await;
    let mut asked = 0;
    for route in routes() {
        let Gate::Room(rights) = gate(route.id) else {
            continue;
        };
        // A join is tried by people of its own: whoever succeeds is not outside any more.
        let fresh;
        let ground = if rights.contains(&Ok(())) {
            fresh = ground.again(&server, asked).await;
            &fresh
        } else {
            &ground
        };
        for (index, Outside { who, person }) in ground.outside().into_iter().enumerate() {
            let user = if route.id == "members_add" {
                person
            } else {
                &ground.owner
            };
            let places = Places::in_room(ground.public.room, ground.public.message, user);
            let answer = ask(&server, &route, &places).bearer(&person.token).await;
            assert!(
                !answer.text().contains(CANARY),
                "{} for the {who}",
                answer.what
            );
            match rights[index] {
                Ok(()) => assert!(
                    answer.status < 300,
                    "{} for the {who}: {}",
                    answer.what,
                    answer.text()
                ),
                Err(code) => {
                    let what = format!("{} for the {who}: {}", answer.what, answer.text());
                    assert_eq!(answer.status, code.http_status(), "{what}");
                    answer.refused(code);
                }
            }
            asked += 1;
        }
    }
    assert!(asked >= 16 * RIGHTS, "{asked}");
}
