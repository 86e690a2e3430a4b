//! Qianshou (牵手, "hand in hand").

pub mod code_list;
pub mod db;
pub mod text;
