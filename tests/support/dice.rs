//! Chance that is the same in every run.

/// A seed like another.
pub const SEED: u64 = 0x2545_F491_4F6C_DD1D;

/// Numbers of xorshift64, from a seed that is not 0.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
