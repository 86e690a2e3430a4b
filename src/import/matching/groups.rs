//! Households that are taken into the register together.

use std::collections::HashMap;

/// Households that belong together by the persons whom they exchange: taken in together, or not at all.
#[derive(Debug, Default)]
pub struct Groups {
    parents: HashMap<u32, u32>,
    /// Groups that are not taken in.
    held: HashMap<u32, Held>,
}

/// Why a group is not taken in.
#[derive(Clone, Debug, Default)]
pub struct Held {
    /// Questions without an answer.
    pub undecided: Vec<String>,
    /// Something was refused, or has errors.
    pub left_out: bool,
}

impl Groups {
    fn root(&self, mut node: u32) -> u32 {
        while let Some(parent) = self.parents.get(&node).filter(|parent| **parent != node) {
            node = *parent;
        }
        node
    }

    pub fn join(&mut self, one: u32, other: u32) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents.insert(one.max(other), one.min(other));
        self.parents.insert(one.min(other), one.min(other));
    }

    pub fn held(&self, node: u32) -> Option<&Held> {
        self.held.get(&self.root(node))
    }

    pub fn hold(&mut self, node: u32) -> &mut Held {
        self.held.entry(self.root(node)).or_default()
    }
}
