mod log_in;
mod planted;
mod privacy;
mod private_lists;
mod purge;
mod rights;
