//! Progress toward the year's target.
