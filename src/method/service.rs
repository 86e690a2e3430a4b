//! What is asked of the six points: of one household, of a page of them, of all.

use chrono::NaiveDate;
use uuid::Uuid;

use super::judge::evaluate;
use super::model::{Point, PointState, PointStatus};
use super::store;
use super::view::HouseholdMethod;
use super::words::Reader;
use crate::access::{Caller, Sight};
use crate::app::App;
use crate::db::{Ids, Tx, page};
use crate::household::store::{AreaKey, Filter, Household};
use crate::problem::{Language, Problem};
use crate::serving::rights;
use crate::settings::Settings;
use crate::{household, settings};

/// Households that are looked through at once when only some of them are wanted.
const CHUNK: i64 = 200;

/// How the six points of every household on the register stand on the day `today`, by household.
///
/// For a day in the past, visits, plans and steps of lifts after it are left out; the roster and the helpers are
/// those known now.
pub async fn evaluate_all(
    tx: &mut Tx,
    settings: &Settings,
    today: NaiveDate,
) -> Result<Vec<(Uuid, [PointState; 6])>, sqlx::Error> {
    let households = household::store::open_on(tx, today).await?;
    let evidence = store::load(tx, &households, &Ids::All, settings, today).await?;
    Ok(evidence
        .iter()
        .map(|evidence| {
            // The words are shown to nobody.
            let points = evaluate(evidence, settings, today, Sight::NOTHING.into());
            (evidence.household_id, points)
        })
        .collect())
}

/// The six points of a household that the caller may see.
pub async fn of_household(
    app: &App,
    caller: &Caller,
    id: Uuid,
) -> Result<HouseholdMethod, Problem> {
    let mut tx = app.db.read().await?;
    let household = household::service::visible(&mut tx, caller, id).await?;
    let settings = settings::store::load(&mut tx).await?;
    let (today, sight) = (app.today(), caller.sight());
    let mut evaluated = evaluated(&mut tx, vec![household], &settings, today, sight).await?;
    evaluated.pop().ok_or_else(rights::no_such_household)
}

/// What a list of points is narrowed to: those in this state, or of this point in it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted {
    /// Only with this point in the `state`.
    pub point: Option<Point>,
    /// Only with the `point`, or any if none is given, in this state.
    pub state: Option<PointStatus>,
}

impl Wanted {
    fn has(self, points: &[PointState]) -> bool {
        self.state.is_none_or(|state| {
            points.iter().any(|found| {
                found.state == state && self.point.is_none_or(|point| found.point == point)
            })
        })
    }
}

/// A page of the points of households that the caller may see, and where the next page begins.
pub async fn list(
    app: &App,
    caller: &Caller,
    filter: Filter,
    wanted: Wanted,
    mut after: Option<AreaKey>,
    limit: i64,
) -> Result<(Vec<HouseholdMethod>, Option<page::Last<AreaKey>>), Problem> {
    let reach = caller.reach();
    let filter = Filter {
        helper: filter.helper.filter(|_| !reach.is_of_a_person()),
        reach,
        ..filter
    };
    // One more than the page has, to see whether there is another.
    let chunk = if wanted.state.is_some() {
        CHUNK
    } else {
        limit + 1
    };
    let (today, sight) = (app.today(), caller.sight());
    let mut tx = app.db.read().await?;
    let settings = settings::store::load(&mut tx).await?;
    let mut found = Vec::new();
    loop {
        let households = household::store::list(&mut tx, &filter, after, chunk).await?;
        let (mut households, next) = page::cut(households, chunk, household::store::area_key);
        after = households.last().map(household::store::area_key);
        household::store::read_members(&mut tx, &mut households).await?;
        let households = evaluated(&mut tx, households, &settings, today, sight).await?;
        let matching = households
            .into_iter()
            .filter(|household| wanted.has(&household.points));
        found.extend(matching);
        if next.is_none() || found.len() > page::size(limit) {
            break;
        }
    }
    Ok(page::cut(found, limit, HouseholdMethod::key))
}

/// The six points of some households, which come with their members, in their order; the words are as one of this
/// sight sees them.
pub async fn points_of(
    tx: &mut Tx,
    households: &[Household],
    settings: &Settings,
    today: NaiveDate,
    sight: Sight,
) -> Result<Vec<[PointState; 6]>, sqlx::Error> {
    let ids: Vec<_> = households.iter().map(|household| household.id).collect();
    let evidence = store::load(tx, households, &Ids::These(&ids), settings, today).await?;
    let language = Language::speak();
    let reader = Reader { sight, language };
    let points = evidence
        .iter()
        .map(|it| evaluate(it, settings, today, reader));
    Ok(points.collect())
}

/// The six points of a page of households with their members.
async fn evaluated(
    tx: &mut Tx,
    households: Vec<Household>,
    settings: &Settings,
    today: NaiveDate,
    sight: Sight,
) -> Result<Vec<HouseholdMethod>, sqlx::Error> {
    let ids: Vec<_> = households.iter().map(|household| household.id).collect();
    let evidence = store::load(tx, &households, &Ids::These(&ids), settings, today).await?;
    let language = Language::speak();
    let reader = Reader { sight, language };
    Ok(households
        .into_iter()
        .zip(evidence)
        .map(|(household, evidence)| {
            let points = evaluate(&evidence, settings, today, reader);
            let helper = (evidence.staff_number, evidence.helper);
            HouseholdMethod::of(household, helper, points, today)
        })
        .collect())
}
