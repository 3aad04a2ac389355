//! Many people on a Parlor: registered and logged in over REST, several at a time.

use std::{net::SocketAddr, thread};

use anyhow::{Context, Result};

use crate::rest::Rest;

/// The lowest there is: these passwords guard nothing.
pub const BCRYPT_COST: u32 = 4;

/// Requests at a time: enough that the server is never idle, far below its 64 waiting hashes.
const AT_ONCE: usize = 8;

/// Makes people, each with a login of their own; their access tokens.
pub fn gather(address: SocketAddr, count: usize) -> Result<Vec<String>> {
    let nobody = vec![String::new(); count];
    each(address, &nobody, |rest, number| {
        rest.register(&name(number))?;
        rest.log_in(&name(number))
    })
}

/// What the person of that number is called.
pub fn name(number: usize) -> String {
    format!("member{number}")
}

/// Asks for each of these people, several at a time; the answers in the same order. An empty token
/// is nobody's.
pub fn each(
    address: SocketAddr,
    tokens: &[String],
    ask: impl Fn(&mut Rest, usize) -> Result<String> + Sync,
) -> Result<Vec<String>> {
    let ask = &ask;
    let mut answers = vec![String::new(); tokens.len()];
    let share = tokens.len().div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = answers
            .chunks_mut(share)
            .zip(tokens.chunks(share))
            .enumerate()
            .map(|(part, (answers, tokens))| {
                scope.spawn(move || -> Result<()> {
                    let mut rest = Rest::connect(address)?;
                    for (place, (answer, token)) in answers.iter_mut().zip(tokens).enumerate() {
                        rest.be(token);
                        *answer = ask(&mut rest, part * share + place)?;
                    }
                    Ok(())
                })
            })
            .collect();
        parts.into_iter().try_for_each(|part| {
            part.join()
                .unwrap_or_else(|_| anyhow::bail!("a thread broke off"))
        })
    })
    .context("asking for many people")?;
    Ok(answers)
}
