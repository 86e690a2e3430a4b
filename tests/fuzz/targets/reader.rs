//! See `qianshou_fuzz::reader`.
#![no_main]

libfuzzer_sys::fuzz_target!(
    // calamine panics on some files; the reader catches that and refuses the file. What it does not
    // catch still ends here: nothing unwinds out of a target.
    init: std::panic::set_hook(Box::new(|_| {})),
    |data: &[u8]| qianshou_fuzz::reader(data)
);
