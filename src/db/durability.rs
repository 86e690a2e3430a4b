//! When what is written is safe.

/// When what a transaction writes is safe from a power cut.
#[derive(Clone, Copy, Debug)]
pub(super) enum Durability {
    /// When it is committed.
    AtOnce,
    /// Some time later, never after what is committed later.
    Later,
}
