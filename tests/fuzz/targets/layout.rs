//! See `qianshou_fuzz::layout`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| qianshou_fuzz::layout(data));
