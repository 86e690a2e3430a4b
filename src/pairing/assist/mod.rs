//! The second helper of a household (协助帮扶人), who assists the responsible one.
//!
//! An assistant sees the household and visits it like its responsible helper, and such a visit counts
//! for the household: a visit is a contact of any helper, and an assistant is one. It counts as the
//! assistant's own, not as one of the responsible helper's. All else of a household (its plan, its lift, hand-over) stays
//! with the responsible helper. An assistance takes none of a person's places, and no run proposes or
//! moves one: whoever becomes responsible for a household assists it no more.

pub mod api;
pub mod service;
