//! R8: two servers on one MongoDB, one of which loses sight of it for a while: what people said on
//! either is there once, in one order, for everybody on both.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use fastrand::Rng;
use tokio::time::sleep;

use crate::{
    account::Account, crew::Crew, ground::Ground, judge::until, proxy::Proxy, server::Server,
};

const PEOPLE: usize = 8;
const ROOMS: usize = 2;

pub(super) async fn run(ground: &Ground) -> Result<()> {
    let (times, lasting) = ground.pick((1, 3), (10, 10));
    let mut rng = ground.rng();
    let near = ground.serve().await?;
    let mongod = ground.mongod_address().context("no mongod of its own")?;
    let proxy = Proxy::before(mongod).await?;
    let mut launch = ground.launch();
    launch.data_dir = ground.dir().join("data-far");
    // Direct, or the driver would look behind the proxy for the address that the set names.
    let uri = format!("mongodb://{}/parlor?directConnection=true", proxy.address);
    launch.store_url = Some(uri);
    let far = Server::start(launch).await?;

    let mut crew = Crew::gather(&near, PEOPLE, ROOMS).await?;
    let reader = crew.people[0].clone();
    for person in &mut crew.people[PEOPLE / 2..] {
        *person = Account::log_in(far.address, &person.name).await?;
    }
    // One message at a time: a refused one overtakes nobody.
    crew.come_in(1, &mut rng, &ground.counts);
    for _ in 0..times {
        talk(&mut crew, &mut rng, Duration::from_secs(1)).await?;
        proxy.darken();
        talk(&mut crew, &mut rng, Duration::from_secs(lasting)).await?;
        proxy.clear();
        let began = Instant::now();
        ground.counts.add("cuts", 1);
        talk(&mut crew, &mut rng, Duration::from_secs(1)).await?;
        let all_said = || crew.clients.iter().all(|client| client.waiting() == 0);
        let patience = Duration::from_mins(1);
        until("everybody to be heard again", patience, all_said).await?;
        let took = u64::try_from(began.elapsed().as_millis())?;
        ground.counts.largest("slowest reunion, ms", took);
    }
    crew.judge(&ground.counts, &reader).await.map(drop)
}

async fn talk(crew: &mut Crew, rng: &mut Rng, time: Duration) -> Result<()> {
    let began = Instant::now();
    while began.elapsed() < time {
        crew.say(rng.usize(..PEOPLE), rng);
        crew.check().await?;
        sleep(Duration::from_millis(15)).await;
    }
    Ok(())
}
