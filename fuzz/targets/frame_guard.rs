#![no_main]

#[allow(dead_code, reason = "one check of several")]
#[path = "../../server/tests/properties/checks.rs"]
mod checks;

libfuzzer_sys::fuzz_target!(|data: &[u8]| checks::frame_guard(data));
