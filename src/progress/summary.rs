//! What the year's work comes to by town, unit and helper: the rows that the workbook prints and the API gives.

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use super::basis::Basis;
use super::model::{Figures, Progress};
use crate::access::Reach;
use crate::household::store::Place;
use crate::method::PointStatus;
use crate::order;
use crate::staff::model::Staff;
use crate::staff::unit::Unit;
use crate::visit::store::totals::Total;

/// How the six points of a household stand, in the order of the list [`Point`](crate::method::Point).
pub type Marks = [PointStatus; 6];

/// All that the year's work is summed from, read in one transaction.
#[derive(Clone, Debug)]
pub struct Work {
    /// What progress is counted from.
    pub basis: Basis,
    /// Where every open household lives.
    pub places: Vec<Place>,
    /// Visits of the year, by helper.
    pub visits: HashMap<Uuid, Total>,
    /// The six points, by household; nothing if they were not asked for.
    pub marks: Option<HashMap<Uuid, Marks>>,
}

/// How much of the six points has been reached by a group of households.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// How many households there are.
    pub households: i64,
    /// For how many each point is met.
    pub met: [i64; 6],
    /// For how many all six are.
    pub all: i64,
}

impl Coverage {
    fn take(&mut self, marks: Option<&Marks>) {
        self.households += 1;
        let Some(marks) = marks else { return };
        for (met, mark) in self.met.iter_mut().zip(marks) {
            *met += i64::from(*mark == PointStatus::Met);
        }
        self.all += i64::from(marks.iter().all(|mark| *mark == PointStatus::Met));
    }

    /// That of several groups together.
    pub fn of_all<'a>(groups: impl IntoIterator<Item = &'a Self>) -> Self {
        let mut whole = Self::default();
        for group in groups {
            whole.households += group.households;
            whole.all += group.all;
            for (sum, met) in whole.met.iter_mut().zip(group.met) {
                *sum += met;
            }
        }
        whole
    }
}

/// A town with a household or a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TownRow {
    /// Town (镇).
    pub town: String,
    /// Households there.
    pub households: i64,
    /// Its share in the year's result.
    pub figures: Figures,
}

/// A unit with a helper, a visit or a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnitRow {
    /// The unit; none for households without a helper, so that the parts add up to the whole.
    pub unit_id: Option<Uuid>,
    /// Unit (单位).
    pub unit: Option<String>,
    /// How many of its people are responsible for a household.
    pub helpers: i64,
    /// Their visits in the year.
    pub visits: i64,
    /// What they delivered in the year, in fen.
    pub benefits_fen: i64,
    /// Its share in the year's result.
    pub figures: Figures,
    /// Its households and their six points.
    pub coverage: Coverage,
}

/// A helper with a household, a visit or a figure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HelperRow {
    /// The person; none for households without a helper.
    pub staff_id: Option<Uuid>,
    /// Staff number (工号).
    pub staff_number: Option<String>,
    /// Name (姓名).
    pub name: Option<String>,
    /// Unit (单位).
    pub unit: Option<String>,
    /// Post (职务).
    pub position: Option<String>,
    /// Households the person was responsible for on the day.
    pub households: i64,
    /// The person's visits.
    pub total: Total,
    /// The person's share in the year's result.
    pub figures: Figures,
}

/// What the year's work comes to.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The unit of which alone it tells.
    pub only: Option<Unit>,
    /// The income line, fen.
    pub line_fen: i64,
    /// The year's result.
    pub progress: Progress,
    /// By town.
    pub towns: Vec<TownRow>,
    /// By unit, households without a helper last.
    pub units: Vec<UnitRow>,
    /// By unit and helper, households without one last.
    pub helpers: Vec<HelperRow>,
}

impl Work {
    /// Sums it up.
    pub fn summary(&self) -> Summary {
        let progress = self.basis.progress();
        Summary {
            only: self.basis.only.clone(),
            line_fen: self.basis.plan.line_fen,
            towns: self.towns(&progress),
            units: self.units(&progress),
            helpers: self.helpers(&progress),
            progress,
        }
    }

    /// Leaves out what is not of the people and households of the basis, where that is narrowed.
    pub(super) fn within_basis(mut self) -> Self {
        if self.basis.reach == Reach::All {
            return self;
        }
        let basis = &self.basis;
        self.places.retain(|place| basis.tells_of(place.id));
        self.visits.retain(|id, _| basis.staff.contains_key(id));
        if let Some(marks) = &mut self.marks {
            marks.retain(|household, _| basis.tells_of(*household));
        }
        self
    }

    /// Who was responsible for a household on the day.
    pub fn helper(&self, household_id: Uuid) -> Option<&Staff> {
        let staff_id = self.basis.helpers.get(&household_id)?;
        self.basis.staff.get(staff_id)
    }

    /// How many households each helper was responsible for on the day.
    fn households_by_helper(&self) -> HashMap<Uuid, i64> {
        let mut households = HashMap::new();
        for staff_id in self.basis.helpers.values() {
            *households.entry(*staff_id).or_insert(0) += 1;
        }
        households
    }

    fn towns(&self, progress: &Progress) -> Vec<TownRow> {
        let mut towns: BTreeMap<&str, TownRow> = BTreeMap::new();
        let with_figures = progress.towns.keys().map(|town| (town.as_str(), 0));
        let with_households = self.places.iter().map(|place| (place.town.as_str(), 1));
        for (town, households) in with_figures.chain(with_households) {
            let row = towns.entry(town).or_insert_with(|| TownRow {
                town: town.to_owned(),
                households: 0,
                figures: progress.towns.get(town).copied().unwrap_or_default(),
            });
            row.households += households;
        }
        let mut towns: Vec<_> = towns.into_values().collect();
        towns.sort_by_cached_key(|row| order::key(&row.town));
        towns
    }

    fn units(&self, progress: &Progress) -> Vec<UnitRow> {
        let mut units: HashMap<Option<Uuid>, UnitRow> = HashMap::new();
        let mut row_of = |unit_id: Option<Uuid>, change: &dyn Fn(&mut UnitRow)| {
            change(units.entry(unit_id).or_insert_with(|| UnitRow {
                unit_id,
                unit: unit_id.and_then(|id| self.basis.unit_name(id)),
                figures: progress.units.get(&unit_id).copied().unwrap_or_default(),
                ..UnitRow::default()
            }));
        };
        for unit_id in progress.units.keys() {
            row_of(*unit_id, &|_| {});
        }
        for place in &self.places {
            let helper = self.helper(place.id);
            let marks = self.marks.as_ref().and_then(|marks| marks.get(&place.id));
            row_of(helper.map(|person| person.unit_id), &|row| {
                row.coverage.take(marks);
            });
        }
        for staff_id in self.households_by_helper().keys() {
            if let Some(person) = self.basis.staff.get(staff_id) {
                row_of(Some(person.unit_id), &|row| row.helpers += 1);
            }
        }
        for (staff_id, total) in &self.visits {
            if let Some(person) = self.basis.staff.get(staff_id) {
                row_of(Some(person.unit_id), &|row| {
                    row.visits += total.visits;
                    row.benefits_fen += total.benefits_fen;
                });
            }
        }
        let mut units: Vec<_> = units.into_values().collect();
        units.sort_by_cached_key(|row| order::key_or_last(row.unit.as_deref()));
        units
    }

    fn helpers(&self, progress: &Progress) -> Vec<HelperRow> {
        let households = self.households_by_helper();
        let figures_of = |staff_id| progress.helpers.get(&staff_id).copied().unwrap_or_default();
        let people = self.basis.staff.values().filter(|person| {
            households.contains_key(&person.id)
                || self.visits.contains_key(&person.id)
                || progress.helpers.contains_key(&Some(person.id))
        });
        let mut rows: Vec<_> = people
            .map(|person| HelperRow {
                staff_id: Some(person.id),
                staff_number: person.number.clone(),
                name: Some(person.name.clone()),
                unit: Some(person.unit.clone()),
                position: person.position.clone(),
                households: households.get(&person.id).copied().unwrap_or_default(),
                total: self.visits.get(&person.id).copied().unwrap_or_default(),
                figures: figures_of(Some(person.id)),
            })
            .collect();
        rows.sort_by_cached_key(|row| {
            let key = |name: &Option<String>| order::key_or_last(name.as_deref());
            (key(&row.unit), key(&row.name), row.staff_id)
        });
        let has_nobody = |place: &&Place| self.helper(place.id).is_none();
        let unpaired = self.places.iter().filter(has_nobody).count();
        let figures: Figures = figures_of(None);
        if unpaired > 0 || !figures.is_zero() {
            rows.push(HelperRow {
                households: i64::try_from(unpaired).unwrap_or(i64::MAX),
                figures,
                ..HelperRow::default()
            });
        }
        rows
    }
}
