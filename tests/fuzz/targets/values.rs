//! See `qianshou_fuzz::values`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qianshou_fuzz::values(data));
