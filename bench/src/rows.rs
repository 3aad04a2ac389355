//! The rows of the table, one module each.

mod fan_out;
mod latency;
mod p1;
mod p10;
mod p12;
mod p14;
mod p2;
mod p3;
mod p4;
mod p5;
mod p6;
mod p7;
mod p8;

mod prove;

use std::time::Duration;

use anyhow::Result;

use crate::{
    report::Section,
    subject::{Launch, Subject},
};

/// What is the same for every row of a run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub launch: Launch,
    /// Times that everything is measured.
    pub rounds: usize,
    /// How long a window is.
    pub window: Duration,
    /// Idle sockets.
    pub sockets: usize,
}

impl Plan {
    /// Parlor and the bare peer, and those of the others that are installed, in A B B A order: one
    /// way in even rounds, the other way in odd ones.
    fn order(&self, round: usize, peers: &[Subject]) -> Vec<Subject> {
        let is_here = |subject: &&Subject| !subject.is_installed() || self.launch.peers.is_some();
        let mut order: Vec<_> = peers.iter().filter(is_here).copied().collect();
        if round % 2 == 1 {
            order.reverse();
        }
        order
    }
}

/// Which figures may stand beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum League {
    /// Nothing is kept: beside the raw peers.
    Transport,
    /// Durable acknowledgments.
    Chat,
}

/// One row.
pub struct Row {
    pub id: &'static str,
    pub title: &'static str,
    pub league: League,
    pub run: fn(&Plan) -> Result<Section>,
}

/// All of them, in the order in which they run.
pub const ALL: [Row; 12] = [
    prove::ROW,
    p1::ROW,
    p2::ROW,
    p3::ROW,
    p4::ROW,
    p5::ROW,
    p6::ROW,
    p7::ROW,
    p8::ROW,
    p10::ROW,
    p12::ROW,
    p14::ROW,
];
