//! The reader's clock and calendar, by the browser's `Intl`: no time zone tables of our own.

use js_sys::{Date, Object, Reflect};
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

fn options(pairs: &[(&str, &str)]) -> Object {
    let options = Object::new();
    for (key, value) in pairs {
        // Setting a property of a fresh object can't fail.
        let _ = Reflect::set(&options, &(*key).into(), &(*value).into());
    }
    options
}

/// "14:05" in the reader's way of writing it.
pub fn clock_time(at: i64) -> String {
    let options = options(&[("hour", "2-digit"), ("minute", "2-digit")]);
    date(at)
        .to_locale_time_string_with_options("default", &options)
        .into()
}

/// Day and time in full, for a title or a list.
pub fn full_time(at: i64) -> String {
    let options = options(&[("dateStyle", "medium"), ("timeStyle", "short")]);
    date(at).to_locale_string("default", &options).into()
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
    let options = options(&[("weekday", "long"), ("day", "numeric"), ("month", "long")]);
    if date(at).get_full_year() != date(now).get_full_year() {
        let _ = Reflect::set(&options, &"year".into(), &"numeric".into());
    }
    date(at).to_locale_date_string("default", &options).into()
}

/// "14:05" today, else the day: when something was, as short as it can be said.
pub fn short_time(at: i64, now: i64) -> String {
    if day_of(at) == day_of(now) {
        return clock_time(at);
    }
    let options = options(&[("day", "numeric"), ("month", "short")]);
    date(at).to_locale_date_string("default", &options).into()
}

/// "just now", "5 min ago", or [`short_time`].
pub fn since_label(at: i64, now: i64) -> String {
    match (now - at) / 60_000 {
        ..1 => "just now".to_owned(),
        minutes @ 1..60 => format!("{minutes} min ago"),
        _ => short_time(at, now),
    }
}
