//! Names of places and units, with how often each stands where.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::words::links_words;
use crate::calendar::in_chinese;
use crate::import::matching::gone::clauses;
use crate::problem::{Text, words};
use crate::renaming::Since;
use crate::renaming::spelling::Level;

/// Most cells that a question lists.
pub const MOST_PLACES: usize = 200;

/// How a name is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The name that stands.
    pub name: String,
    /// Key of the question that is not answered yet.
    pub undecided: Option<String>,
    /// Whether what is under this name is left out.
    pub left_out: bool,
}

/// A name, and how often it stands where.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub name: String,
    pub in_file: usize,
    pub cells: Vec<String>,
    /// Households, or people of a unit, on the register.
    pub on_register: usize,
    pub units: usize,
    pub helpers: usize,
    /// What it is called now, if it is a former name.
    pub former: Option<Since<String>>,
    is_settled: bool,
}

impl Tally {
    /// Whether it is a place or a unit of the register: what it is was settled before.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Whether it stands somewhere and is no place or unit of the register.
    pub fn is_open(&self) -> bool {
        !self.is_settled && !self.is_only_former()
    }

    /// Whether it stands nowhere and only was a name.
    pub fn is_only_former(&self) -> bool {
        self.former.is_some() && self.in_file + self.units + self.helpers == 0
    }

    pub fn words(&self, level: Level<'_>, unit: &str) -> Text {
        let mut parts = Vec::new();
        if self.in_file > 0 {
            parts.push(words!("名册 {} {unit}", "in the roster: {}", self.in_file));
        }
        if self.is_settled {
            let unit = if level == Level::Unit { "人" } else { "户" };
            parts.push(words!(
                "登记 {} {unit}",
                "in the register: {}",
                self.on_register
            ));
        }
        if level != Level::Unit {
            parts.extend(links_words(self.units, self.helpers));
        } else if self.units > 0 {
            parts.push(words!(
                "定点帮扶村 {} 个",
                "villages linked to it: {}",
                self.units
            ));
        }
        if let Some(since) = &self.former {
            let day = Text::new(in_chinese(since.on), since.on.to_string());
            let now = &since.now;
            parts.push(words!("{day}起更名或合并，现为{now}", "renamed or joined from {day} on, now “{now}”"; day));
        }
        {
            let (name, parts) = (&self.name, clauses(&parts));
            words!("“{name}”（{parts}）", "“{name}” ({parts})"; parts)
        }
    }
}

/// Names with their counts, each once.
#[derive(Default)]
pub struct Tallies(BTreeMap<String, Tally>);

impl Tallies {
    pub fn get(&mut self, name: &str) -> &mut Tally {
        self.0.entry(name.to_owned()).or_insert_with(|| Tally {
            name: name.to_owned(),
            ..Tally::default()
        })
    }

    pub fn in_file(&mut self, name: &str, count: usize, cells: &[String]) {
        let tally = self.get(name);
        tally.in_file += count;
        let room = MOST_PLACES - tally.cells.len().min(MOST_PLACES);
        tally.cells.extend(cells.iter().take(room).cloned());
    }

    pub fn on_register(&mut self, name: &str, count: usize) {
        let tally = self.get(name);
        tally.on_register += count;
        tally.is_settled = true;
    }

    /// Notes a former name, unless it is one of the register again; to be called when the register is in.
    pub fn formerly(&mut self, old: &str, now: &str, on: NaiveDate) {
        if old == now || self.0.get(old).is_some_and(Tally::is_settled) {
            return;
        }
        self.get(now);
        self.get(old).former = Some(Since {
            now: now.to_owned(),
            on,
        });
    }

    /// With the units and helpers that are linked to each.
    pub fn linked(self, links: impl Fn(&str) -> (usize, usize)) -> Vec<Tally> {
        let mut tallies: Vec<_> = self.0.into_values().collect();
        for tally in &mut tallies {
            (tally.units, tally.helpers) = links(&tally.name);
        }
        tallies
    }
}
