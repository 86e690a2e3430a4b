//! A further village of a helper on a row of its own, below the helper's: the other cells are empty, or merged with
//! those above and so the same.

use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::column::{Carry, Put};
use crate::roster::layout::Layouts;
use crate::roster::report::{Place, Problems};
use crate::roster::sheet::RosterRow;
use crate::roster::staff::{COLUMNS, StaffRow};
use crate::staff::StaffFacts;
use crate::staff::unit::names_in;
use crate::value::Refusal;

/// Most characters of 负责村.
const LONGEST: usize = 100;

/// Gives the villages of a row to the helper above it, if it says nothing else; tells so.
pub fn join(
    layouts: &Layouts<StaffRow>,
    (place, above): (Place, &mut StaffFacts),
    row: &RosterRow<StaffRow>,
    problems: &mut Problems,
) -> bool {
    let is_bad = !row.refused.is_empty() || !row.record.notes.is_empty();
    if is_bad || !adds_places_alone(row, above) {
        return false;
    }
    let facts = &row.record.facts;
    let mut towns = names_in(above.town.as_deref());
    let mut villages = names_in(above.village.as_deref());
    let known = villages.len();
    let of_row = names_in(facts.town.as_deref());
    if towns.is_empty() && known == 0 {
        towns.clone_from(&of_row);
    }
    for village in names_in(facts.village.as_deref()) {
        // One of another town says its town before its name.
        let village = match of_row.as_slice() {
            [town] if !towns.contains(town) && !village.starts_with(town) => {
                format!("{town}{village}")
            }
            _ => village,
        };
        if !villages.contains(&village) {
            villages.push(village);
        }
    }
    let joined = villages.join("、");
    if villages.len() == known || joined.chars().count() > LONGEST {
        return false;
    }
    let refusal = Refusal::new(
        "further_village",
        words!(
            "本行只有负责村，并入第 {} 行{}，负责村读作“{joined}”",
            "this row has “负责村” alone and was joined to row {} of “{}”: “负责村” was read as “{joined}”",
            place.row,
            above.name
        ),
        words!(
            "如是另一人，请补填工号、姓名和单位",
            "if it is another person, fill in number, name and unit"
        ),
    );
    problems.push(layouts.problem(Severity::Repair, row.place, "village", refusal));
    above.town = (!towns.is_empty()).then(|| towns.join("、"));
    above.village = Some(joined);
    true
}

/// Whether a row names villages and nobody, or the person above once more, and says nothing that the row above does
/// not say.
fn adds_places_alone(row: &RosterRow<StaffRow>, above: &StaffFacts) -> bool {
    let mut rest = row.record.facts.clone();
    rest.town = None;
    if rest.village.take().is_none() {
        return false;
    }
    let names_nobody =
        rest.name.is_empty() && rest.number.is_none() && rest.identity_number.is_none();
    if names_nobody {
        if rest.unit == above.unit {
            rest.unit.clear();
        }
        return rest == StaffFacts::default() && row.record.rank.is_none();
    }
    let same_rank = row.record.rank.is_none_or(|rank| rank == above.rank);
    let mut whole = above.clone();
    same_rank
        && COLUMNS.iter().all(|column| match &column.carry {
            Carry::Part(carry) => carry(&mut whole, &rest) == Put::Same,
            _ => true,
        })
}
