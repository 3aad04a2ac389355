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
    for_each(
        count,
        |rest, number| {
            rest.register(&name(number))?;
            rest.log_in(&name(number))
        },
        address,
    )
}

/// What the person of that number is called.
pub fn name(number: usize) -> String {
    format!("member{number}")
}

fn for_each(
    count: usize,
    ask: impl Fn(&mut Rest, usize) -> Result<String> + Sync,
    address: SocketAddr,
) -> Result<Vec<String>> {
    let ask = &ask;
    let mut tokens = vec![String::new(); count];
    let share = count.div_ceil(AT_ONCE).max(1);
    thread::scope(|scope| {
        let parts: Vec<_> = tokens
            .chunks_mut(share)
            .enumerate()
            .map(|(part, tokens)| {
                scope.spawn(move || -> Result<()> {
                    let mut rest = Rest::connect(address)?;
                    for (place, token) in tokens.iter_mut().enumerate() {
                        *token = ask(&mut rest, part * share + place)?;
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
    .context("gathering people")?;
    Ok(tokens)
}
