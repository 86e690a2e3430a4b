pub mod hostile_text;
pub mod package;
pub mod pairings;
pub mod progress;
