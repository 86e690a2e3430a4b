//! Households that are taken into the register together.

use std::collections::HashMap;

/// Households that belong together by the persons whom they exchange: taken in together, or not at all.
#[derive(Debug, Default)]
pub struct Groups {
    parents: HashMap<u32, u32>,
    /// What keeps groups from being taken in; a group without an entry is taken in.
    obstacles: HashMap<u32, Obstacles>,
}

/// What keeps a group from being taken in.
#[derive(Clone, Debug, Default)]
pub struct Obstacles {
    /// Questions without an answer.
    pub undecided: Vec<String>,
    /// Something was refused, or has errors.
    pub left_out: bool,
}

impl Obstacles {
    /// Adds a question that many of a group may have in common.
    pub fn ask(&mut self, key: &str) {
        if !self.undecided.iter().any(|it| it == key) {
            self.undecided.push(key.to_owned());
        }
    }
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

    /// What keeps the group of a household from being taken in; nothing if it is taken in.
    pub fn obstacles(&self, node: u32) -> Option<&Obstacles> {
        self.obstacles.get(&self.root(node))
    }

    /// To add to what keeps the group of a household from being taken in.
    pub fn obstacles_mut(&mut self, node: u32) -> &mut Obstacles {
        self.obstacles.entry(self.root(node)).or_default()
    }
}
