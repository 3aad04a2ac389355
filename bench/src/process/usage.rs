//! CPU time and memory of another process, as Linux counts them.

use std::{fs, ops::Sub, time::Duration};

use anyhow::{Context, Result};
use nix::{
    time::ClockId,
    unistd::{Pid, SysconfVar, sysconf},
};

/// CPU time of a process.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cpu {
    /// By the process's CPU clock, to the nanosecond.
    pub total: Duration,
    /// In user mode, by `/proc/PID/stat`: the kernel scales it to clock ticks of 10 ms.
    pub user: Duration,
    /// In the kernel, the same way.
    pub system: Duration,
}

impl Sub for Cpu {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            total: self.total.saturating_sub(before.total),
            user: self.user.saturating_sub(before.user),
            system: self.system.saturating_sub(before.system),
        }
    }
}

/// What the process used so far, all its threads together.
pub fn cpu(pid: Pid) -> Result<Cpu> {
    let now = ClockId::pid_cpu_clock_id(pid)?.now()?;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks_per_second = sysconf(SysconfVar::CLK_TCK)?.context("no clock ticks")?;
    // The name may hold spaces and brackets, so counting begins after the last one: field 3.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .map(|(_, rest)| rest.split_whitespace().collect())
        .context("no stat")?;
    let ticks = |field: usize| -> Result<Duration> {
        let ticks: u32 = fields.get(field - 3).context("a short stat")?.parse()?;
        let per_second = u32::try_from(ticks_per_second)?;
        Ok(Duration::from_secs(ticks.into()) / per_second)
    };
    Ok(Cpu {
        total: Duration::from(now),
        user: ticks(14)?,
        system: ticks(15)?,
    })
}

/// Proportional set size, in KiB.
pub fn pss_kib(pid: Pid) -> Result<u64> {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    let line = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
    let figure = line.and_then(|line| line.split_whitespace().next());
    Ok(figure.context("no Pss in smaps_rollup")?.parse()?)
}
