//! Households that are lifted by the register and not by the file: one question for all of them, and nobody falls
//! back unasked. And what the file says of the year of the lift, with what the register knows of it.

use super::outline::says_poor;
use super::record_match::Known;
use crate::code_list::CodeList;
use crate::household::PovertyStatus;
use crate::household::rule;
use crate::import::report::{Conflict, ConflictKind, PossibleAnswer};
use crate::problem::words;
use crate::roster::choices::{Choices, Decided, ImportAnswer};
use crate::roster::grouping::{HouseholdRoster, KeptReason, ReadHousehold, status_beside};
use crate::roster::report::Problems;
use crate::value::Refusal;

/// Most cells and households that the question lists.
const MOST_PLACES: usize = 200;
const ANSWERS: [ImportAnswer; 2] = [ImportAnswer::StaysLifted, ImportAnswer::NotLifted];

/// What is asked of households that the file calls poor and that are lifted.
#[derive(Debug)]
pub struct Unlifted {
    pub conflict: Option<Conflict>,
    /// The households of the file that it is about.
    pub indexes: Vec<usize>,
    pub decided: Decided,
}

impl Unlifted {
    /// Finds such households, and asks.
    pub fn of(
        known: Known<'_>,
        roster: &HouseholdRoster,
        choices: &Choices,
    ) -> Result<Self, postcard::Error> {
        let register = known.register;
        let outlines = known.outlines.households.iter().enumerate();
        let is_unlifted = |own: usize| !register.is_closed(own) && register.status(own).is_lifted();
        let indexes: Vec<_> = outlines
            .filter(|(index, outline)| {
                let own = known.matches.household_of(*index);
                outline.says_poor && own.is_some_and(is_unlifted)
            })
            .map(|(index, _)| index)
            .collect();
        let kind = ConflictKind::Unlifted;
        let decided = choices.decided(kind.code(), kind.code(), &ANSWERS);
        let mut unlifted = Self {
            conflict: None,
            indexes,
            decided,
        };
        if !unlifted.indexes.is_empty() {
            unlifted.conflict = Some(unlifted.ask(known, roster)?);
        }
        Ok(unlifted)
    }

    fn ask(&self, known: Known<'_>, roster: &HouseholdRoster) -> Result<Conflict, postcard::Error> {
        let kind = ConflictKind::Unlifted;
        let first = || self.indexes.iter().take(MOST_PLACES);
        let mut places = Vec::new();
        for index in first() {
            let place = roster.households.get(*index)?.place;
            places.push(place.cell(&roster.sheets, "status"));
        }
        let own = first().filter_map(|index| known.matches.household_of(*index));
        let count = self.indexes.len();
        let answer = |answer, words| PossibleAnswer { answer, words };
        Ok(Conflict {
            key: kind.code().to_owned(),
            kind,
            places,
            household_ids: own.map(|household| known.register.id(household)).collect(),
            question: words!(
                "有 {count} 户登记为已脱贫，名册中写的是未脱贫。脱贫属性保持登记的，还是改为未脱贫？（脱贫后又返贫的，请在名册中填“返贫”）",
                "households that are lifted in the register and poor in the roster: {count}. Does the register stay, or do they become poor? (For one that fell back, write “返贫” in the roster.)"
            ),
            proposal: words!(
                "保持登记的脱贫属性和脱贫年度，其他内容按名册",
                "the poverty status and the year of the register stay, all else is as in the roster"
            ),
            accepted: self.decided.accepted(),
            answers: vec![
                answer(
                    ImportAnswer::StaysLifted,
                    words!(
                        "仍为已脱贫：保持登记的脱贫属性和脱贫年度，其他内容按名册",
                        "still lifted: the poverty status and the year of the register stay, all else is as in the roster"
                    ),
                ),
                answer(
                    ImportAnswer::NotLifted,
                    words!(
                        "改为未脱贫：登记的脱贫年度随之除去，历史记录保留",
                        "poor: the year of the register goes with it, the history stays"
                    ),
                ),
            ],
            answer: self.decided.answer(),
            names: Vec::new(),
        })
    }

    /// Whether such households become poor again.
    pub fn is_confirmed(&self) -> bool {
        self.decided.is(ImportAnswer::NotLifted)
    }

    /// 脱贫属性 of a household that the register has with this one and this year; and why the register's stays,
    /// where that is to be told. `said_year` is the file's.
    pub fn status(
        &self,
        known: (PovertyStatus, Option<i64>),
        said_year: Option<i64>,
        given: &ReadHousehold,
    ) -> (PovertyStatus, Option<KeptReason>) {
        if known.0.is_lifted() && says_poor(given) && !self.is_confirmed() {
            (known.0, None)
        } else {
            status_beside(known, said_year, given)
        }
    }

    /// Tells of households whose 脱贫年度 and 脱贫属性 do not go together, as they will be on the register.
    pub fn tell_years(
        &self,
        known: Known<'_>,
        roster: &HouseholdRoster,
        choices: &Choices,
        problems: &mut Problems,
    ) -> Result<(), postcard::Error> {
        let register = known.register;
        let keeps_year = !choices.clears("lifted_year");
        let outlines = known.outlines.households.iter().enumerate();
        for (index, _) in outlines.filter(|(_, outline)| outline.has_year_doubt) {
            let mut given = roster.households.get(index)?;
            if let Some(own) = known.matches.household_of(index) {
                let on_register = (register.status(own), register.lifted_year(own));
                let said_year = given.facts.lifted_year;
                (given.facts.status, _) = self.status(on_register, said_year, &given);
                let has_year = keeps_year && on_register.1.is_some();
                if has_year && given.facts.lifted_year.is_none() && given.facts.status.is_lifted() {
                    continue;
                }
            }
            let Some((rule, reason)) = rule::about_lifted_year(&given.facts) else {
                continue;
            };
            let refusal = Refusal::new(rule.code, reason, rule.remedy());
            let place = given.year_doubt.unwrap_or(given.place);
            problems.push(place.problem(&roster.sheets, rule.severity, "lifted_year", refusal));
        }
        Ok(())
    }
}
