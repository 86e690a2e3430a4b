mod hostile_text;
mod package;
mod pairings;
mod progress;
mod queue;
