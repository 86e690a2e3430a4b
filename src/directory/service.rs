//! A page of the list of households, in a number of statements that does not grow with the page.

use std::collections::HashMap;

use uuid::Uuid;

use super::model::{Details, HouseholdDetail, HouseholdSort, ListedHousehold, SortKey};
use crate::access::search::FoundPage;
use crate::access::{Caller, Sight};
use crate::app::App;
use crate::db::{Ids, Tx};
use crate::household::Household;
use crate::household::store::{self, AreaKey, Filter};
use crate::method::next_due;
use crate::problem::Problem;
use crate::{method, order, serving, settings, staff, visit};

/// Most households that are sorted by what is worked out for each: a helper's, a village's, a town's.
const MOST_WORKED_OUT: usize = 2_000;
/// Households for which it is worked out at once.
const AT_ONCE: usize = 500;

/// A list that is asked for.
pub struct Listing<'a> {
    pub caller: &'a Caller,
    pub filter: Filter,
    pub sort: HouseholdSort,
    pub details: Details,
    pub cursor: Option<&'a str>,
    pub limit: i64,
}

impl Listing<'_> {
    /// Its page, and the cursor of the next one.
    pub async fn page(&self, app: &App) -> Result<(Vec<ListedHousehold>, Option<String>), Problem> {
        let mut tx = app.db.read().await?;
        let (households, next) = match self.sort {
            HouseholdSort::Area => self.by_area(app, &mut tx).await?,
            _ => self.sorted(app, &mut tx).await?,
        };
        Ok((self.with_details(app, &mut tx, households).await?, next))
    }

    /// In the order in which the database has them.
    async fn by_area(
        &self,
        app: &App,
        tx: &mut Tx,
    ) -> Result<(Vec<Household>, Option<String>), Problem> {
        let cursors = app.cursors("listHouseholds");
        let after: Option<AreaKey> = cursors.after(self.cursor)?;
        let mut found = FoundPage::new(after, self.limit);
        while let Some((after, limit)) = found.wants() {
            let mut households = store::list(tx, &self.filter, after, limit).await?;
            self.look_into(tx, &mut households).await?;
            found.add(households, store::area_key, |it| {
                self.filter.finds(&it.facts)
            });
        }
        let (households, next) = found.cut(store::area_key);
        Ok((households, cursors.next(next)?))
    }

    /// In another order, which is made here: by pinyin, by numbers by their value, by what other rooms know.
    async fn sorted(
        &self,
        app: &App,
        tx: &mut Tx,
    ) -> Result<(Vec<Household>, Option<String>), Problem> {
        let sort = self.sort;
        // A cursor is good for its order alone.
        let cursors = app.cursors(match sort {
            HouseholdSort::Area | HouseholdSort::Name => "listHouseholds by name",
            HouseholdSort::Number => "listHouseholds by number",
            HouseholdSort::LastVisit => "listHouseholds by last_visit",
            HouseholdSort::NextDue => "listHouseholds by next_due",
        });
        let after: Option<SortKey> = cursors.after(self.cursor)?;
        let mut keys = self.keys(app, tx).await?;
        keys.sort_by_cached_key(|key| sort.place(key));
        let of_household: HashMap<_, _> = keys.iter().map(|key| (key.1, key)).collect();
        let key = |household: &Household| {
            let key = of_household.get(&household.id).map(|key| (*key).clone());
            key.unwrap_or(SortKey(None, household.id))
        };
        let mut found = FoundPage::new(after, self.limit);
        while let Some((after, limit)) = found.wants() {
            let next = order::next(&keys, after.as_ref(), limit + 1, |key| sort.place(key));
            let ids: Vec<_> = next.map(|key| key.1).collect();
            let mut by_id = store::some(tx, &ids).await?;
            let households = ids.iter().filter_map(|id| by_id.remove(id)).collect();
            found.add(households, key, |it| self.filter.finds(&it.facts));
        }
        let (households, next) = found.cut(key);
        Ok((households, cursors.next(next)?))
    }

    /// By what each household is sorted.
    async fn keys(&self, app: &App, tx: &mut Tx) -> Result<Vec<SortKey>, Problem> {
        let value = match self.sort {
            HouseholdSort::Area | HouseholdSort::Name => "head_name".to_owned(),
            HouseholdSort::Number => "household.number".to_owned(),
            HouseholdSort::LastVisit => {
                format!(
                    "CAST(({}) AS TEXT)",
                    visit::store::last_day_of("household.id")
                )
            }
            HouseholdSort::NextDue => return self.due(app, tx).await,
        };
        let values = store::values(tx, &self.filter, &value).await?;
        Ok(values
            .into_iter()
            .map(|(id, value)| SortKey(value, id))
            .collect())
    }

    /// When each household is due.
    async fn due(&self, app: &App, tx: &mut Tx) -> Result<Vec<SortKey>, Problem> {
        let ids = store::values(tx, &self.filter, "CAST(NULL AS TEXT)").await?;
        if ids.len() > MOST_WORKED_OUT {
            return Err(too_many(ids.len()));
        }
        let ids: Vec<Uuid> = ids.into_iter().map(|(id, _)| id).collect();
        let settings = settings::store::load(tx).await?;
        let today = app.today();
        let mut keys = Vec::with_capacity(ids.len());
        for ids in ids.chunks(AT_ONCE) {
            let households: Vec<_> = store::some(tx, ids).await?.into_values().collect();
            // Their words are shown to nobody.
            let points =
                method::points_of(tx, &households, &settings, today, Sight::NOTHING).await?;
            keys.extend(households.iter().zip(points).map(|(household, points)| {
                let due = next_due(&points, today).map(|day| day.to_string());
                SortKey(due, household.id)
            }));
        }
        Ok(keys)
    }

    /// Reads the members of households that came without them, if they are needed.
    async fn look_into(&self, tx: &mut Tx, households: &mut [Household]) -> Result<(), Problem> {
        let needs = !self.filter.search.is_empty()
            || self.details.need_points()
            || self.details.has(HouseholdDetail::Contact);
        if needs {
            store::read_members(tx, households).await?;
        }
        Ok(())
    }

    /// The households of a page with what is asked of each.
    async fn with_details(
        &self,
        app: &App,
        tx: &mut Tx,
        households: Vec<Household>,
    ) -> Result<Vec<ListedHousehold>, Problem> {
        let ids: Vec<_> = households.iter().map(|household| household.id).collect();
        let today = app.today();
        let mut last_visits = HashMap::new();
        if self.details.has(HouseholdDetail::LastVisit) {
            last_visits = visit::store::last_days(tx, &Ids::These(&ids)).await?;
        }
        let mut helpers = HashMap::new();
        if self.details.has(HouseholdDetail::Helper) {
            let pairs = serving::store::helpers_of(tx, &Ids::These(&ids)).await?;
            let people: Vec<_> = pairs.iter().map(|(_, staff_id)| *staff_id).collect();
            let people = staff::store::some(tx, &people).await?;
            let people: HashMap<_, _> = people.into_iter().map(|it| (it.id, it)).collect();
            helpers.extend(pairs.into_iter().filter_map(|(household, staff_id)| {
                Some((household, people.get(&staff_id)?.clone()))
            }));
        }
        let mut points = Vec::new();
        if self.details.need_points() {
            let settings = settings::store::load(tx).await?;
            let sight = self.caller.sight();
            points = method::points_of(tx, &households, &settings, today, sight).await?;
        }
        let mut points = points.into_iter();
        Ok(households
            .into_iter()
            .map(|household| {
                let points = points.next();
                let due = points.as_ref().and_then(|points| next_due(points, today));
                ListedHousehold {
                    helper: helpers.remove(&household.id),
                    last_visit: last_visits.remove(&household.id),
                    next_due: due.filter(|_| self.details.has(HouseholdDetail::NextDue)),
                    points: points.filter(|_| self.details.has(HouseholdDetail::Points)),
                    household,
                }
            })
            .collect())
    }
}

/// Refuses to work something out for a whole county for the sake of one page.
fn too_many(households: usize) -> Problem {
    Problem::bad_request(
        format!(
            "按下次走访期限排序最多 {MOST_WORKED_OUT} 户，现有 {households} 户：请先按镇、村、帮扶责任人或其他条件筛选"
        ),
        format!(
            "at most {MOST_WORKED_OUT} households can be sorted by `next_due`, these are {households}: narrow the list by town, village, helper or otherwise"
        ),
    )
}
