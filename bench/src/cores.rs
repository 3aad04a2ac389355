//! Which core does what: the server on the first, the generator on the second.

use anyhow::{Context, Result, ensure};
use nix::{
    sched::{CpuSet, sched_getaffinity, sched_setaffinity},
    unistd::Pid,
};

/// Where the measured server runs, alone.
pub const SERVER: usize = 0;
/// Where the generator runs, alone.
pub const GENERATOR: usize = 1;

/// Moves this thread, and what it starts from now on, to that core.
///
/// # Errors
/// When the machine does not have it, or this process may not use it.
pub fn stay_on(core: usize) -> Result<()> {
    let allowed = sched_getaffinity(Pid::from_raw(0))?;
    let mut set = CpuSet::new();
    set.set(core)?;
    sched_setaffinity(Pid::from_raw(0), &set)
        .with_context(|| format!("cannot run on core {core} (allowed: {allowed:?})"))
}

/// Does something on that core and comes back to the generator's. What is started meanwhile stays
/// there: children inherit the core.
pub fn on<T>(core: usize, work: impl FnOnce() -> Result<T>) -> Result<T> {
    stay_on(core)?;
    let done = work();
    stay_on(GENERATOR)?;
    done
}

/// # Errors
/// Below two cores the generator would take the server's time.
pub fn check() -> Result<()> {
    let cores = std::thread::available_parallelism()?.get();
    ensure!(
        cores > GENERATOR,
        "two cores are needed, one for the server and one for the generator; there is {cores}"
    );
    Ok(())
}
