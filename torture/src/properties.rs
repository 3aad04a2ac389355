//! The properties, each in a module that is named after it.

mod acked_is_durable;
mod events_equal_fetch;
mod marks_and_presence;
mod no_gap_after_reconnect;
mod one_order;
mod retries_are_harmless;

use std::pin::Pin;

use anyhow::Result;

use crate::ground::Ground;

type Running<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// Something that must hold, and how it is tested.
#[derive(Debug)]
pub struct Property {
    /// As docs/torture.md numbers it.
    pub id: &'static str,
    /// In words.
    pub name: &'static str,
    run: for<'a> fn(&'a Ground) -> Running<'a>,
}

impl Property {
    /// Tests it. What was found is in the ground's counts.
    ///
    /// # Errors
    /// The test could not be brought to its end.
    pub async fn run(&self, ground: &Ground) -> Result<()> {
        (self.run)(ground).await
    }
}

macro_rules! properties {
    ($($id:literal $module:ident,)+) => {
        /// All of them, in the order in which they are run.
        pub const ALL: &[Property] = &[$(Property {
            id: $id,
            name: stringify!($module),
            run: |ground| Box::pin($module::run(ground)),
        }),+];
    };
}

properties! {
    "R1" acked_is_durable,
    "R3" retries_are_harmless,
    "R4" no_gap_after_reconnect,
    "R5" events_equal_fetch,
    "R16" one_order,
    "R18" marks_and_presence,
}
