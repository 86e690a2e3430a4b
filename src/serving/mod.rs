//! Who serves which household, from when to when: a fact that every room may ask for.
//!
//! A [`Tenure`](tenure::Tenure) is the time of one person with one household, as its responsible helper
//! (帮扶责任人; a pairing) or as the second one (协助帮扶人; an assistance). This room writes down that
//! tenures begin and end, and says who served on a day. Whether one *may* begin or end is decided by
//! [`pairing`](crate::pairing), which asks many other facts; what a helper may do with a household by
//! their tenures stands in [`rights`].

pub mod rights;
pub mod store;
pub mod tenure;
