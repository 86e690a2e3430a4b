//! Excel: reading sheets as rows, writing styled sheets. Knows Excel, not households.

pub mod style;
