//! The reader's clock and calendar, by the browser's `Intl`: no time zone tables of our own.

use std::cell::RefCell;

use js_sys::{Array, Date, Function, Intl::DateTimeFormat, Object, Reflect};
use wasm_bindgen::JsValue;

/// Milliseconds since the Unix epoch, by this machine's clock.
pub fn now() -> i64 {
    to_millis(Date::now())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a date in ms is far below 2^53"
)]
fn to_millis(millis: f64) -> i64 {
    millis as i64
}

#[expect(clippy::cast_precision_loss, reason = "a date in ms is far below 2^53")]
fn date(at: i64) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
}

/// A way of writing times.
#[derive(Clone, Copy)]
enum Style {
    Clock,
    Full,
    Day,
    DayAndYear,
    ShortDay,
}

impl Style {
    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Clock => &[("hour", "2-digit"), ("minute", "2-digit")],
            Self::Full => &[("dateStyle", "medium"), ("timeStyle", "short")],
            Self::DayAndYear => &[
                ("weekday", "long"),
                ("day", "numeric"),
                ("month", "long"),
                ("year", "numeric"),
            ],
            Self::Day => &Self::DayAndYear.options()[..3],
            Self::ShortDay => &[("day", "numeric"), ("month", "short")],
        }
    }

    fn format(self) -> Function {
        let options = Object::new();
        for (key, value) in self.options() {
            // Setting a property of a fresh object can't fail.
            let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
        }
        DateTimeFormat::new(&Array::new(), &options).format()
    }

    #[expect(clippy::cast_precision_loss, reason = "a date in ms is far below 2^53")]
    fn write(self, at: i64) -> String {
        // A format keeps the time zone that it was made in; a reader may travel.
        let zone = to_millis(Date::new_0().get_timezone_offset());
        let format = FORMATS.with_borrow_mut(|formats| {
            let made = formats[self as usize].take();
            let (_, format) = formats[self as usize].insert(
                made.filter(|(made_in, _)| *made_in == zone)
                    .unwrap_or_else(|| (zone, self.format())),
            );
            format.clone()
        });
        let written = format.call1(&JsValue::UNDEFINED, &JsValue::from_f64(at as f64));
        // Every time that a message can have can be written.
        written
            .ok()
            .and_then(|text| text.as_string())
            .unwrap_or_default()
    }
}

thread_local! {
    /// By style, with the time zone's offset: to make one takes a browser longer than to draw the
    /// rest of a message.
    static FORMATS: RefCell<[Option<(i64, Function)>; 5]> = const { RefCell::new([const { None }; 5]) };
}

/// "14:05" in the reader's way of writing it.
pub fn clock_time(at: i64) -> String {
    Style::Clock.write(at)
}

/// Day and time in full, for a title or a list.
pub fn full_time(at: i64) -> String {
    Style::Full.write(at)
}

/// A number that is the same for all times of one local day and rises from day to day.
pub fn day_of(at: i64) -> i64 {
    let date = date(at);
    i64::from(date.get_full_year()) * 10_000
        + i64::from(date.get_month()) * 100
        + i64::from(date.get_date())
}

/// When the local day of `at` began.
pub fn midnight(at: i64) -> i64 {
    let date = date(at);
    date.set_hours(0);
    date.set_minutes(0);
    date.set_seconds(0);
    date.set_milliseconds(0);
    to_millis(date.get_time())
}

/// "Today", "Yesterday", or the day written out.
pub fn day_label(at: i64, now: i64) -> String {
    if day_of(at) == day_of(now) {
        return "Today".to_owned();
    }
    if day_of(at) == day_of(midnight(now) - 1) {
        return "Yesterday".to_owned();
    }
    let is_this_year = date(at).get_full_year() == date(now).get_full_year();
    let style = if is_this_year {
        Style::Day
    } else {
        Style::DayAndYear
    };
    style.write(at)
}

/// "14:05" today, else the day: when something was, as short as it can be said.
pub fn short_time(at: i64, now: i64) -> String {
    if day_of(at) == day_of(now) {
        return clock_time(at);
    }
    Style::ShortDay.write(at)
}

/// "just now", "5 min ago", or [`short_time`].
pub fn since_label(at: i64, now: i64) -> String {
    match (now - at) / 60_000 {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => format!("{minutes} min ago"),
        _ => short_time(at, now),
    }
}
