//! Qianshou (牵手).
#![forbid(unsafe_code)]
