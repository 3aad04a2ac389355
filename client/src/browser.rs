//! What only a browser has: clock, storage, focus, events. Thin, so that the rest can do without.

mod clock;
mod database;
mod listen;
mod page;
mod storage;

pub use clock::{clock_time, day_label, day_of, full_time, midnight, now, short_time, since_label};
pub use database::{Change, Database};
pub use listen::Listener;
pub use page::{
    address, boot_file, copy, focus, focus_class, is_focused, is_touch, is_visible, jitter,
    origin_socket, reload, saves_data, set_title, sleep,
};
pub use storage::{Shelf, Store};
