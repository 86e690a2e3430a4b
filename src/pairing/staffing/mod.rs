//! What happens to pairings and assistances that hold: the helper goes ([`departure`]), tells the next
//! one ([`handover`]), or the household is closed ([`on_household_closed`]).

pub mod departure;
pub mod handover;
pub mod on_household_closed;
