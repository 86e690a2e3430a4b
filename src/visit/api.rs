//! Logging, reading and correcting visits.

use chrono::{DateTime, NaiveDate, Utc};
use poem::http::StatusCode;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::types::MaybeUndefined;
use poem_openapi::{Object, OpenApi};
use serde::Deserialize;
use uuid::Uuid;

use super::batch::{BatchAnswer, BatchResult, VisitBatch};
use super::model::{
    Benefit, Corrected, Logger, MAX_REASON, Visit, VisitError, VisitFacts, VisitKind, WhoMet,
    needed_text, visitor,
};
use super::store;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, Permission, Sight, Signed, history};
use crate::api::{Created, ETag, Limit, Page, Tag, Tagged, merged};
use crate::app::App;
use crate::db::{Tx, page};
use crate::household;
use crate::household::Measure;
use crate::openapi::ItemFaults;
use crate::problem::{ChangeFault, CreateFault, Fault, GetFault, ListFault, Problem, bits};
use crate::serving;
use crate::serving::rights;
use crate::serving::tenure::Periods;
use crate::settings;

/// Operations on visits.
pub struct VisitApi(pub App);

/// A correction of a visit (RFC 7396): what is absent stays, `null` clears.
#[derive(Object)]
struct VisitCorrection {
    /// Why it is corrected; kept with the former text.
    #[oai(validator(min_length = 1, max_length = 500))]
    reason: String,
    /// The day of the visit. The same helper must have been responsible or assisting on it.
    visited_on: MaybeUndefined<NaiveDate>,
    /// At home, by telephone or by video.
    kind: MaybeUndefined<VisitKind>,
    /// Who was met.
    met: MaybeUndefined<WhoMet>,
    /// Whether the basic situation was confirmed.
    situation_confirmed: MaybeUndefined<bool>,
    /// Whether the causes were confirmed.
    causes_confirmed: MaybeUndefined<bool>,
    /// What the household wishes for.
    #[oai(validator(max_length = 2000))]
    wishes: MaybeUndefined<String>,
    /// The measures that were followed up, all of them.
    #[oai(validator(max_items = 13))]
    measures: MaybeUndefined<Vec<Measure>>,
    /// What the household really got, all of it.
    #[oai(validator(max_items = 20))]
    benefits: MaybeUndefined<Vec<Benefit>>,
    /// Anything else.
    #[oai(validator(max_length = 4000))]
    note: MaybeUndefined<String>,
}

/// What a visit was before a correction.
#[derive(Object)]
struct FormerVisit {
    /// The version that was replaced.
    version: i64,
    /// When it was replaced.
    corrected_at: DateTime<Utc>,
    /// The account that replaced it.
    corrected_by: String,
    /// Why.
    reason: String,
    /// The visit as it was.
    visit: Visit,
}

/// All that a visit was before.
#[derive(Object)]
struct VisitHistory {
    /// The latest correction first.
    items: Vec<FormerVisit>,
}

/// A batch: what is wrong with one visit stands in its result.
type BatchFault = Fault<{ bits::SIGNED | bits::BODY }>;

#[OpenApi(tag = "Tag::Visits")]
impl VisitApi {
    /// Log a visit
    ///
    /// By the helper who was responsible for the household on that day or assisted it, as his own visit;
    /// or by the office for the responsible one. On the day of a hand-over both helpers may. Whose time
    /// with the household has ended hands in visits of that time for so many days after as the settings
    /// say (`hand_in_days`); then the office logs them.
    /// `Idempotency-Key` is needed: sent twice with the same body, the visit is logged once and the
    /// first answer is given again.
    #[oai(
        path = "/households/:id/visits",
        method = "post",
        operation_id = "logVisit"
    )]
    async fn log_visit(
        &self,
        caller: Signed,
        /// The household's id.
        id: Path<Uuid>,
        /// A text of the client's choice, new for each visit; the same when it is sent again.
        #[oai(name = "Idempotency-Key", validator(max_length = 200))]
        idempotency_key: Header<String>,
        body: Json<VisitFacts>,
    ) -> Result<Created<Visit>, CreateFault> {
        let logger = logger(&caller.0)?;
        let key = &idempotency_key.0;
        let mut tx = caller.0.write(&self.0.db).await?;
        let visit = log(&mut tx, &self.0, &caller.0, logger, key, id.0, body.0).await?;
        tx.commit().await?;
        Ok(Created::new(visit))
    }

    /// Log visits from a telephone that was offline
    ///
    /// Up to 50 visits, each with its own key and its own result: one that cannot be taken does not
    /// stop the others. Sent again, none is logged twice.
    #[oai(path = "/visits/batch", method = "post", operation_id = "logVisits")]
    async fn log_visits(
        &self,
        request: &poem::Request,
        caller: Signed,
        body: Json<VisitBatch>,
    ) -> Result<Json<BatchAnswer>, BatchFault> {
        let logger = logger(&caller.0)?;
        let path = request.uri().path();
        let mut results = Vec::with_capacity(body.0.visits.len());
        // One transaction: what stops a visit is found before anything of it is written, and a
        // fault of the database stops all, to be sent again with the same keys.
        let mut tx = caller.0.write(&self.0.db).await?;
        for (position, sent) in body.0.visits.into_iter().enumerate() {
            let key = sent.key.clone();
            let item_faults = request.extensions().get::<ItemFaults>();
            let faulty = item_faults.and_then(|faults| faults.of(&format!("/visits/{position}")));
            let outcome = match faulty.map_or_else(|| sent.read(position), Err) {
                Ok(sent) => {
                    let key = &sent.idempotency_key;
                    let id = sent.household_id;
                    log(&mut tx, &self.0, &caller.0, logger, key, id, sent.visit).await
                }
                Err(problem) => Err(problem),
            };
            results.push(match outcome {
                Ok(visit) => BatchResult {
                    idempotency_key: key,
                    status: StatusCode::CREATED.as_u16(),
                    visit: Some(visit),
                    problem: None,
                },
                Err(problem) if problem.status_code().is_server_error() => {
                    return Err(problem.into());
                }
                Err(problem) => BatchResult {
                    idempotency_key: key,
                    status: problem.status_code().as_u16(),
                    visit: None,
                    problem: Some(problem.body(request.headers(), path)),
                },
            });
        }
        tx.commit().await?;
        Ok(Json(BatchAnswer { results }))
    }

    /// List visits
    ///
    /// Newest first. A helper sees those to the households for which he is responsible now, or which he
    /// assists, and no others, be they his own.
    #[allow(clippy::too_many_arguments)] // one for each query parameter
    #[oai(path = "/visits", method = "get", operation_id = "listVisits")]
    async fn list_visits(
        &self,
        caller: Signed,
        /// Only visits to this household.
        household_id: Query<Option<Uuid>>,
        /// Only visits of this helper.
        staff_id: Query<Option<Uuid>>,
        /// Only on or after this day.
        from: Query<Option<NaiveDate>>,
        /// Only on or before this day.
        to: Query<Option<NaiveDate>>,
        /// How many items a page has at most.
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<Visit>>, ListFault> {
        let filter = store::Filter {
            household_id: household_id.0,
            staff_id: staff_id.0,
            from: from.0,
            to: to.0,
            seen_by: seen_by(&caller.0),
        };
        let cursors = self.0.cursors("listVisits");
        let after: Option<store::VisitKey> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let mut tx = self.0.db.read().await?;
        let visits = store::list(&mut tx, &filter, after, limit).await?;
        let (visits, next) = page::cut(visits, limit, |visit| (visit.facts.visited_on, visit.id));
        Ok(Page::json(visits, cursors.next(next)?))
    }

    /// Get a visit
    ///
    /// With its `ETag`, which a correction needs.
    #[oai(path = "/visits/:id", method = "get", operation_id = "getVisit")]
    async fn get_visit(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<Visit>, GetFault> {
        let mut tx = self.0.db.read().await?;
        let visit = find_seen(&mut tx, &caller.0, id.0).await?;
        let tag = ETag(visit.version);
        Ok(Tagged::new(visit, tag))
    }

    /// Correct a visit
    ///
    /// With a reason. What was said before is kept. Only by the helper whose visit it is, as long as he
    /// sees the household, or by the office. A masked number that is sent back as it was read stays the
    /// number that is stored; moved, changed or in other words it is refused.
    #[oai(path = "/visits/:id", method = "patch", operation_id = "correctVisit")]
    async fn correct_visit(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
        /// The visit's `ETag` as it was read.
        #[oai(name = "If-Match", validator(max_length = 100))]
        if_match: Header<Option<String>>,
        body: Json<VisitCorrection>,
    ) -> Result<Tagged<Visit>, ChangeFault> {
        let logger = logger(&caller.0)?;
        let mut tx = caller.0.write(&self.0.db).await?;
        let before = find_seen(&mut tx, &caller.0, id.0).await?;
        let may_correct = logger == Logger::Office || logger == Logger::Helper(before.staff_id);
        if !may_correct {
            return Err(VisitError::NotYourVisit.into());
        }
        ETag(before.version).must_match(if_match.0.as_deref())?;
        let sent = body.0.unmasked(&before.facts, caller.0.sight())?;
        let (reason, facts) = sent.apply(&before.facts)?;
        let after = Visit {
            facts: facts.checked(self.0.today())?,
            version: before.version + 1,
            ..before.clone()
        };
        if after.facts == before.facts {
            return Err(VisitError::NothingChanged.into());
        }
        let day = after.facts.visited_on;
        if day != before.facts.visited_on {
            let periods =
                serving::store::periods(&mut tx, before.household_id, before.staff_id).await?;
            if !periods.covers(day) {
                return Err(VisitError::OtherHelper { day }.into());
            }
        }
        let actor = caller.0.at(self.0.now());
        store::correct(&mut tx, actor, &reason, &before, &after).await?;
        tx.commit().await?;
        let tag = ETag(after.version);
        Ok(Tagged::new(after, tag))
    }

    /// List the corrections of a visit
    ///
    /// What it was before each, who corrected it, when and why.
    #[oai(
        path = "/visits/:id/history",
        method = "get",
        operation_id = "listVisitHistory"
    )]
    async fn list_visit_history(
        &self,
        caller: Signed,
        /// The visit's id.
        id: Path<Uuid>,
    ) -> Result<Json<VisitHistory>, GetFault> {
        let mut tx = self.0.db.read().await?;
        find_seen(&mut tx, &caller.0, id.0).await?;
        let entries = history::of(&mut tx, store::SUBJECT, &id.0.to_string()).await?;
        let items = entries
            .into_iter()
            .map(|entry| {
                let Corrected { reason, visit } =
                    Corrected::<Visit>::deserialize(entry.before.0).map_err(sqlx::Error::decode)?;
                Ok(FormerVisit {
                    version: entry.version,
                    corrected_at: entry.at,
                    corrected_by: entry.actor,
                    reason,
                    visit,
                })
            })
            .collect::<Result<_, Problem>>()?;
        Ok(Json(VisitHistory { items }))
    }
}

/// As whom the caller may log visits and set plans; 403 for a role that may do neither.
pub(super) fn logger(caller: &Caller) -> Result<Logger, Problem> {
    if caller.may(Permission::LogForOthers) {
        return Ok(Logger::Office);
    }
    caller.require(Permission::ServeHouseholds)?;
    // A helper's account without a person serves nobody: there is no staff with this id.
    Ok(Logger::Helper(caller.staff_id.unwrap_or_default()))
}

/// The helper to whose households the caller's view is narrowed.
fn seen_by(caller: &Caller) -> Option<Uuid> {
    // A helper's account without a person sees nothing: there is no staff with this id.
    (!caller.may(Permission::SeeAllHouseholds)).then(|| caller.staff_id.unwrap_or_default())
}

/// The visit with this id, if the caller may see it.
async fn find_seen(tx: &mut Tx, caller: &Caller, id: Uuid) -> Result<Visit, Problem> {
    let not_found = || Problem::not_found("走访记录", "visit");
    let visit = store::find(tx, id).await?.ok_or_else(not_found)?;
    let seen = match seen_by(caller) {
        None => true,
        Some(helper) => serving::store::periods(tx, visit.household_id, helper)
            .await?
            .serves_now(),
    };
    if seen { Ok(visit) } else { Err(not_found()) }
}

/// The times of a helper with a household for which he may log visits today. Refuses who has none: one
/// who never served the household is told that it is not there.
async fn open_periods(
    tx: &mut Tx,
    app: &App,
    household_id: Uuid,
    helper: Uuid,
) -> Result<Periods, Problem> {
    let periods = serving::store::periods(tx, household_id, helper).await?;
    let days = settings::store::load(tx).await?.hand_in_days;
    let open = periods.open_for_visits(app.today(), days);
    match periods.last_end() {
        _ if !open.0.is_empty() => Ok(open),
        Some(ended) => Err(VisitError::HandInOver { ended, days }.into()),
        None => Err(rights::no_such_household()),
    }
}

/// Logs one visit, or gives the answer that the same key got before.
async fn log(
    tx: &mut Tx,
    app: &App,
    caller: &Caller,
    logger: Logger,
    key: &str,
    household_id: Uuid,
    facts: VisitFacts,
) -> Result<Visit, Problem> {
    if key.trim().is_empty() {
        return Err(idempotency::missing());
    }
    // Before the key is looked up: who may no longer log is not given a former answer either.
    let own = match logger {
        Logger::Helper(me) => open_periods(tx, app, household_id, me).await?,
        Logger::Office => Periods::default(),
    };
    let request = ("logVisit", household_id, &facts);
    let ticket = match idempotency::take(tx, caller, Some(key), &request).await? {
        Ticket::Answered(visit) => return Ok(visit),
        Ticket::Open(ticket) => ticket,
    };
    let facts = facts.checked(app.today())?;
    let household = household::store::find(tx, household_id)
        .await?
        .ok_or_else(rights::no_such_household)?;
    let day = facts.visited_on;
    let responsible = serving::store::helper_on(tx, household_id, day).await?;
    let staff_id = visitor(logger, &own, responsible, day)?;
    let staff = crate::staff::store::find(tx, staff_id)
        .await?
        .ok_or_else(|| Problem::not_found("帮扶责任人", "helper"))?;
    let now = app.now();
    let visit = Visit {
        id: Uuid::now_v7(),
        household_id,
        head_name: household
            .facts
            .head()
            .map_or_else(String::new, |head| head.name.clone()),
        staff_id,
        staff_name: staff.name,
        facts,
        version: 1,
        logged_at: now,
        logged_by: caller.username.clone(),
    };
    store::add(tx, &visit).await?;
    ticket.answer(tx, now, &visit).await?;
    Ok(visit)
}

impl VisitCorrection {
    /// With the numbers put back that were masked when the visit was read.
    fn unmasked(mut self, stored: &VisitFacts, sight: Sight) -> Result<Self, VisitError> {
        for (sent, stored, pointer) in [
            (&mut self.wishes, &stored.wishes, "/wishes"),
            (&mut self.note, &stored.note, "/note"),
        ] {
            if let MaybeUndefined::Value(text) = sent {
                let stored = stored.as_deref().unwrap_or_default();
                let whole = sight.unmasked(std::mem::take(text), stored);
                *text = whole.map_err(|_moved| VisitError::MaskMoved { pointer })?;
            }
        }
        if let MaybeUndefined::Value(benefits) = &mut self.benefits {
            unmask_benefits(benefits, &stored.benefits, sight)?;
        }
        Ok(self)
    }

    /// The reason, and the facts with the correction applied.
    fn apply(self, facts: &VisitFacts) -> Result<(String, VisitFacts), VisitError> {
        let reason = needed_text(self.reason, "更正原因", MAX_REASON, "/reason")?;
        let old = facts.clone();
        let facts = VisitFacts {
            visited_on: needed(self.visited_on, old.visited_on, "/visited_on")?,
            kind: needed(self.kind, old.kind, "/kind")?,
            met: merged(self.met, old.met),
            situation_confirmed: or_default(self.situation_confirmed, old.situation_confirmed),
            causes_confirmed: or_default(self.causes_confirmed, old.causes_confirmed),
            wishes: merged(self.wishes, old.wishes),
            measures: or_default(self.measures, old.measures),
            benefits: or_default(self.benefits, old.benefits),
            note: merged(self.note, old.note),
        };
        Ok((reason, facts))
    }
}

fn needed<T>(sent: MaybeUndefined<T>, old: T, pointer: &'static str) -> Result<T, VisitError> {
    match sent {
        MaybeUndefined::Value(value) => Ok(value),
        MaybeUndefined::Undefined => Ok(old),
        MaybeUndefined::Null => Err(VisitError::CannotClear { pointer }),
    }
}

fn or_default<T: Default>(sent: MaybeUndefined<T>, old: T) -> T {
    merged(sent, Some(old)).unwrap_or_default()
}

/// Puts back what was masked in the benefits, of which some may be new, gone or in another place.
fn unmask_benefits(
    sent: &mut [Benefit],
    stored: &[Benefit],
    sight: Sight,
) -> Result<(), VisitError> {
    let texts = sent.iter_mut();
    let texts = texts.map(|benefit| std::mem::take(&mut benefit.description));
    let stored: Vec<_> = stored
        .iter()
        .map(|benefit| benefit.description.as_str())
        .collect();
    let whole = sight.unmasked_list(texts.collect(), &stored);
    let whole = whole.map_err(|_moved| VisitError::MaskMoved {
        pointer: "/benefits",
    })?;
    for (benefit, text) in sent.iter_mut().zip(whole) {
        benefit.description = text;
    }
    Ok(())
}

impl From<VisitError> for Problem {
    fn from(error: VisitError) -> Self {
        use VisitError as E;
        let zh = error.to_string();
        match error {
            E::FutureDate { today, pointer, .. } => Self::invalid(
                "future_date",
                zh,
                format!("the day is after today ({today} in China); give the day on which it was"),
            )
            .at(pointer),
            E::MetMissing => Self::invalid(
                "met_required",
                zh,
                "a visit at home must say who was met: give `met`",
            )
            .at("/met"),
            E::TooLong { max, pointer, .. } => Self::invalid(
                "too_long",
                zh,
                format!("the text has more than {max} characters; shorten it"),
            )
            .at(pointer),
            E::Empty { pointer, .. } => {
                Self::invalid("empty", zh, "this text must not be empty").at(pointer)
            }
            E::TooManyBenefits => {
                Self::invalid("too_many_benefits", zh, "a visit has at most 20 benefits")
                    .at("/benefits")
            }
            E::Benefit { position } => Self::invalid(
                "invalid_benefit",
                zh,
                "a benefit's amount must not be negative and its description has 1 to 500 characters",
            )
            .at(&format!("/benefits/{position}")),
            E::RepeatedMeasure(_) => Self::invalid(
                "repeated_measure",
                zh,
                "a measure stands twice; give each once",
            )
            .at("/measures"),
            E::NoMeasure => {
                Self::invalid("no_measure", zh, "a help plan has at least one measure")
                    .at("/measures")
            }
            E::NoResponsibleHelper { day } => Self::conflict(
                "no_responsible_helper",
                zh,
                format!(
                    "nobody was responsible for this household on {day}; check the day, or ask the office to pair the household first"
                ),
            ),
            E::NotYourHousehold { day, served } => Self::forbidden(
                "not_your_household",
                zh,
                format!(
                    "on {day} you were neither responsible for this household nor its assistant, but {}; ask the office if that is wrong",
                    served.english()
                ),
            ),
            E::HandInOver { ended, days } => Self::forbidden(
                "hand_in_over",
                zh,
                format!(
                    "your time with this household ended on {ended}, and visits of it could be handed in for {days} days; give them to the office"
                ),
            ),
            E::NotYourVisit => Self::forbidden(
                "not_your_visit",
                zh,
                "only the helper whose visit it is, or the office, may correct it",
            ),
            E::OtherHelper { day } => Self::invalid(
                "other_helper_on_day",
                zh,
                format!("on {day} whoever went did not serve the household; the visit cannot move there"),
            )
            .at("/visited_on"),
            E::CannotClear { pointer } => {
                Self::invalid("cannot_clear", zh, "this cannot be cleared").at(pointer)
            }
            E::MaskMoved { pointer } => Self::invalid(
                "masked_number_moved",
                zh,
                "a masked number or word may not be moved, changed or put in other words: leave it as it was read, or write it anew and whole, or ask the office to correct it",
            )
            .at(pointer),
            E::NothingChanged => Self::invalid(
                "nothing_changed",
                zh,
                "the correction changes nothing",
            ),
        }
    }
}
