pub mod log_in;
pub mod planted;
pub mod privacy;
pub mod private_lists;
pub mod rights;
