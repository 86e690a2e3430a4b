//! See `qianshou_fuzz::reader`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qianshou_fuzz::reader(data));
