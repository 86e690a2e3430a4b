//! Taking a roster in: all or nothing.
//!
//! The file is read outside of any transaction. Then one transaction compares with the register and
//! writes: new records are added, changed ones replaced (their history keeps what they were), equal
//! ones left alone, absent ones counted and left alone. A file that would change nothing writes
//! nothing at all, not even that it was sent.

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::grouping::{self, HouseholdRoster, ReadHousehold, same_person};
use super::report::{
    Counts, ImportReport, MAX_PROBLEMS, Problems, RosterKind, RosterProblem, Severity,
};
use super::rule::SAME_IDENTITY_NUMBER;
use super::staffing::{self, StaffRoster};
use super::store;
use super::value::Refusal;
use crate::access::idempotency::{self, Ticket};
use crate::access::{Caller, hex};
use crate::app::App;
use crate::db::Tx;
use crate::household::IdentityNumber;
use crate::household::model::HouseholdFacts;
use crate::household::store::Household;
use crate::problem::Problem;
use crate::staff::StaffFacts;
use crate::staff::model::Staff;
use crate::workbook::child::Child;
use crate::workbook::format;
use crate::workbook::reader::ReadError;
use crate::{household, settings, staff};

/// Longest file name that is kept, in characters.
const LONGEST_FILE_NAME: usize = 255;

/// A file to take in.
pub struct Upload {
    /// Which roster it is.
    pub kind: RosterKind,
    /// Its name.
    pub name: String,
    /// Its content.
    pub bytes: Arc<Vec<u8>>,
    /// Only check it.
    pub dry_run: bool,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows have been read.
    Reading(i64),
    /// The register is being compared and written.
    Writing,
}

/// Is told how far an import is.
pub type Watcher = Arc<dyn Fn(Progress) + Send + Sync>;

/// Why an import came to no report.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no workbook that can be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
    /// The database, or the caller's key.
    #[error("{0}")]
    Problem(#[from] Problem),
}

impl From<sqlx::Error> for ImportError {
    fn from(error: sqlx::Error) -> Self {
        Self::Problem(error.into())
    }
}

/// A roster of either kind, read.
enum Roster {
    Households(HouseholdRoster),
    Staff(StaffRoster),
}

/// What is to be written.
#[derive(Default)]
struct Plan {
    new_households: Vec<(Uuid, HouseholdFacts)>,
    changed_households: Vec<(Household, HouseholdFacts)>,
    new_staff: Vec<(Uuid, StaffFacts)>,
    changed_staff: Vec<(Staff, StaffFacts)>,
}

/// Takes a file in, or with `dry_run` says what would happen. A report with errors means that
/// nothing was written.
pub async fn run(
    app: &App,
    caller: &Caller,
    upload: Upload,
    key: Option<&str>,
    watcher: &Watcher,
) -> Result<ImportReport, ImportError> {
    let now = app.now();
    let today = app.today();
    let mut report = begin(&upload);
    let (roster, mut problems) = read(app, &upload, today, watcher, &mut report).await?;
    watcher(Progress::Writing);
    if upload.dry_run || problems.has_errors() || roster.is_none() {
        if let Some(roster) = roster {
            let mut tx = app.db.read().await?;
            compare(&mut tx, roster, &mut report, &mut problems).await?;
        }
        return Ok(finish(report, problems));
    }
    let mut tx = app.db.write().await?;
    let request = (
        "import",
        upload.kind,
        &report.file_name,
        &report.file_sha256,
    );
    let ticket = match idempotency::take(&mut tx, caller, key, &request).await? {
        Ticket::Answered(report) => return Ok(report),
        Ticket::Open(ticket) => ticket,
    };
    let mut plan = Plan::default();
    if let Some(roster) = roster {
        plan = compare(&mut tx, roster, &mut report, &mut problems).await?;
    }
    let mut report = finish(report, problems);
    if report.error_count > 0 {
        return Ok(report);
    }
    if !plan.is_empty() {
        let id = Uuid::now_v7();
        report.id = Some(id);
        report.committed = true;
        report.summarise();
        store::add(&mut tx, id, &caller.username, now, &report, &upload.bytes).await?;
        plan.write(&mut tx, &caller.username, now, id).await?;
    }
    ticket.answer(&mut tx, now, &report).await?;
    tx.commit().await?;
    Ok(report)
}

fn begin(upload: &Upload) -> ImportReport {
    // Browsers send a name, some a path.
    let name = upload.name.rsplit(['/', '\\']).next().unwrap_or_default();
    ImportReport {
        id: None,
        kind: upload.kind,
        file_name: name.chars().take(LONGEST_FILE_NAME).collect(),
        file_sha256: hex(&Sha256::digest(upload.bytes.as_slice())),
        sheet: None,
        dry_run: upload.dry_run,
        committed: false,
        message: String::new(),
        rows: 0,
        households: None,
        persons: None,
        staff: None,
        error_count: 0,
        warning_count: 0,
        problems: Vec::new(),
        unknown_columns: Vec::new(),
    }
}

fn finish(mut report: ImportReport, problems: Problems) -> ImportReport {
    report.error_count = problems.count(Severity::Error);
    report.warning_count = problems.count(Severity::Warning);
    report.problems = problems.into_kept();
    report.problems.truncate(MAX_PROBLEMS);
    report.summarise();
    report
}

/// Reads the file, on a thread of its own.
async fn read(
    app: &App,
    upload: &Upload,
    today: NaiveDate,
    watcher: &Watcher,
    report: &mut ImportReport,
) -> Result<(Option<Roster>, Problems), ImportError> {
    let head = &upload.bytes[..upload.bytes.len().min(format::FIRST_BYTES)];
    format::refuse_at_once(head, upload.bytes.len() as u64)?;
    let mut tx = app.db.read().await?;
    let line_fen = settings::store::year_plan(&mut tx, i64::from(today.year()))
        .await?
        .line_fen;
    drop(tx);
    let (bytes, kind, watcher) = (Arc::clone(&upload.bytes), upload.kind, Arc::clone(watcher));
    let program = app.reader.clone();
    let work = move || {
        let mut problems = Problems::default();
        let progress = |rows| watcher(Progress::Reading(rows));
        let file = stored(&bytes).map_err(|error| {
            tracing::error!(%error, "an upload could not be put into a temporary file");
            ReadError::Internal
        })?;
        let mut source = Child::open(&program, file.path())?;
        let roster = match kind {
            RosterKind::Households => {
                grouping::read(&mut source, today, line_fen, &mut problems, &progress)?
                    .map(Roster::Households)
            }
            RosterKind::Staff => {
                staffing::read(&mut source, &mut problems, &progress)?.map(Roster::Staff)
            }
        };
        Ok::<_, ReadError>((roster, problems))
    };
    let (roster, problems) = tokio::task::spawn_blocking(work).await.map_err(|error| {
        tracing::error!(%error, "reading a roster ended in a panic");
        ReadError::Damaged("读取时发生内部错误，已记录".to_owned())
    })??;
    if let Some(roster) = &roster {
        let (sheet, rows, unknown) = match roster {
            Roster::Households(roster) => {
                (&roster.layout.sheet, roster.rows, &roster.layout.unknown)
            }
            Roster::Staff(roster) => (&roster.layout.sheet, roster.rows, &roster.layout.unknown),
        };
        report.sheet = Some(sheet.clone());
        report.rows = rows;
        report.unknown_columns.clone_from(unknown);
    }
    Ok((roster, problems))
}

/// The file, where another process can read it.
fn stored(bytes: &[u8]) -> std::io::Result<NamedTempFile> {
    let mut file = NamedTempFile::new()?;
    file.write_all(bytes)?;
    Ok(file)
}

/// Compares a roster with the register.
async fn compare(
    tx: &mut Tx,
    roster: Roster,
    report: &mut ImportReport,
    problems: &mut Problems,
) -> Result<Plan, sqlx::Error> {
    let mut plan = Plan::default();
    match roster {
        Roster::Households(roster) => {
            let known = household::store::all(tx).await?;
            let (households, persons) = compare_households(roster, known, &mut plan, problems);
            report.households = Some(households);
            report.persons = Some(persons);
        }
        Roster::Staff(roster) => {
            let known = staff::store::all(tx).await?;
            report.staff = Some(compare_staff(roster, &known, &mut plan, problems));
        }
    }
    Ok(plan)
}

impl Plan {
    fn is_empty(&self) -> bool {
        self.new_households.is_empty()
            && self.changed_households.is_empty()
            && self.new_staff.is_empty()
            && self.changed_staff.is_empty()
    }

    /// Changes go first: a person who leaves one household may stand in a new one.
    async fn write(
        &self,
        tx: &mut Tx,
        actor: &str,
        now: DateTime<Utc>,
        import: Uuid,
    ) -> Result<(), sqlx::Error> {
        let import = Some(import);
        if !self.changed_households.is_empty() {
            household::store::replace_many(tx, actor, now, import, &self.changed_households)
                .await?;
        }
        if !self.new_households.is_empty() {
            household::store::add_many(tx, now, import, &self.new_households).await?;
        }
        if !self.changed_staff.is_empty() {
            staff::store::replace_many(tx, actor, now, import, &self.changed_staff).await?;
        }
        if !self.new_staff.is_empty() {
            staff::store::add_many(tx, now, import, &self.new_staff).await?;
        }
        Ok(())
    }
}

/// The households on the register, by all that a roster may name them by.
struct Register<'k> {
    known: &'k [Household],
    by_number: HashMap<&'k str, usize>,
    by_head: HashMap<&'k IdentityNumber, usize>,
    by_person: HashMap<&'k IdentityNumber, usize>,
}

impl<'k> Register<'k> {
    fn of(known: &'k [Household]) -> Self {
        let mut register = Self {
            known,
            by_number: HashMap::new(),
            by_head: HashMap::new(),
            by_person: HashMap::new(),
        };
        for (index, household) in known.iter().enumerate() {
            if let Some(number) = &household.facts.number {
                register.by_number.insert(number, index);
            }
            let head = household.facts.head();
            if let Some(identity) = head.and_then(|head| head.identity_number.as_ref()) {
                register.by_head.insert(identity, index);
            }
            for member in &household.facts.members {
                if let Some(identity) = &member.identity_number {
                    register.by_person.insert(identity, index);
                }
            }
        }
        register
    }

    /// The household that the roster speaks of: by 户编号, else by the head's identity number. A
    /// household with another number is another household, whoever is its head.
    fn find(&self, facts: &HouseholdFacts) -> Option<usize> {
        if let Some(number) = &facts.number
            && let Some(index) = self.by_number.get(number.as_str())
        {
            return Some(*index);
        }
        let identity = facts.head()?.identity_number.as_ref()?;
        let index = *self.by_head.get(identity)?;
        let numbered = facts.number.is_some() && self.known[index].facts.number.is_some();
        (!numbered).then_some(index)
    }
}

fn compare_households(
    roster: HouseholdRoster,
    known: Vec<Household>,
    plan: &mut Plan,
    problems: &mut Problems,
) -> (Counts, Counts) {
    let HouseholdRoster {
        layout,
        mut households,
        ..
    } = roster;
    let register = Register::of(&known);
    // For each household of the file the one on the register, and the other way round.
    let mut matches = Vec::with_capacity(households.len());
    let mut matched: HashMap<usize, usize> = HashMap::new();
    for (index, household) in households.iter().enumerate() {
        let found = register.find(&household.facts);
        if let Some(found) = found
            && let Some(first) = matched.insert(found, index)
        {
            problems.push(at_household(
                &layout,
                household,
                "number",
                Refusal::new(
                    "same_household",
                    format!(
                        "与第 {} 行起的一户是登记中的同一户",
                        households[first].rows.first().copied().unwrap_or_default()
                    ),
                    "请合并为一户，并填写相同的户编号",
                ),
            ));
        }
        matches.push(found);
    }
    check_persons(
        &layout,
        &households,
        &register,
        &matches,
        &matched,
        problems,
    );
    let (mut counts, mut persons) = (Counts::default(), Counts::default());
    count_absent(&households, &known, &matched, &mut counts, &mut persons);
    let mut actions = Vec::with_capacity(households.len());
    for (household, found) in households.iter_mut().zip(&matches) {
        let before = found.map(|index| &known[index]);
        if let Some(before) = before {
            grouping::keep_unspoken(&layout, &mut household.facts, &before.facts);
        }
        count_persons(&household.facts, before, &register, &mut persons);
        let changed = before.map(|before| before.facts != household.facts);
        match changed {
            None => counts.new += 1,
            Some(true) => counts.changed += 1,
            Some(false) => counts.unchanged += 1,
        }
        actions.push(changed);
    }
    let mut known: Vec<Option<Household>> = known.into_iter().map(Some).collect();
    for ((household, found), changed) in households.into_iter().zip(matches).zip(actions) {
        let before = found.and_then(|index| known[index].take());
        match (changed, before) {
            (None, _) => plan.new_households.push((Uuid::now_v7(), household.facts)),
            (Some(true), Some(before)) => plan.changed_households.push((before, household.facts)),
            _ => {}
        }
    }
    (counts, persons)
}

type HouseholdLayout = super::sheet::Layout<super::household::HouseholdRow>;

fn at_household(
    layout: &HouseholdLayout,
    household: &ReadHousehold,
    key: &str,
    refusal: Refusal,
) -> RosterProblem {
    let row = household.rows.first().copied().unwrap_or_default();
    layout.problem(Severity::Error, row, key, refusal)
}

/// How people find a household of the register.
fn place_of(household: &Household) -> String {
    let facts = &household.facts;
    let number = facts
        .number
        .as_ref()
        .map_or_else(String::new, |number| format!("户编号 {number}，"));
    format!(
        "{number}{}{}户主{}",
        facts.town, facts.village, household.head_name
    )
}

/// A person who is on the register in another household that stays as it is; a household's number
/// under which the register has another family.
fn check_persons(
    layout: &HouseholdLayout,
    households: &[ReadHousehold],
    register: &Register<'_>,
    matches: &[Option<usize>],
    matched: &HashMap<usize, usize>,
    problems: &mut Problems,
) {
    for (household, found) in households.iter().zip(matches) {
        let mut stayed = 0;
        let mut identified = 0;
        for (member, row) in household.facts.members.iter().zip(&household.rows) {
            let Some(identity) = &member.identity_number else {
                continue;
            };
            identified += 1;
            let Some(other) = register.by_person.get(identity) else {
                continue;
            };
            if Some(*other) == *found {
                stayed += 1;
            } else if !matched.contains_key(other) {
                let refusal = Refusal::new(
                    SAME_IDENTITY_NUMBER.code,
                    format!(
                        "此人已登记在另一户（{}）",
                        place_of(&register.known[*other])
                    ),
                    "请核对证件号码；如已迁入本户，请把原来一户也列入名册（不含此人）一并导入",
                );
                problems.push(
                    layout
                        .problem(Severity::Error, *row, "identity_number", refusal)
                        .with_value(identity.masked()),
                );
            }
        }
        let before = found.map(|index| &register.known[index]);
        let before = before.filter(|before| {
            stayed == 0
                && identified > 0
                && before
                    .facts
                    .members
                    .iter()
                    .any(|member| member.identity_number.is_some())
        });
        if let Some(before) = before {
            problems.push(at_household(
                layout,
                household,
                "number",
                Refusal::new(
                    "household_number_reused",
                    format!(
                        "此户在登记中是另一家（{}），没有一名相同成员",
                        place_of(before)
                    ),
                    "请核对户编号；如确是新的一户，请换新的户编号",
                ),
            ));
        }
    }
}

/// Households of the villages that the file names which are not in it.
fn count_absent(
    households: &[ReadHousehold],
    known: &[Household],
    matched: &HashMap<usize, usize>,
    counts: &mut Counts,
    persons: &mut Counts,
) {
    let villages: HashSet<(&str, &str)> = households
        .iter()
        .map(|household| {
            (
                household.facts.town.as_str(),
                household.facts.village.as_str(),
            )
        })
        .collect();
    let named: HashSet<&IdentityNumber> = households
        .iter()
        .flat_map(|household| &household.facts.members)
        .filter_map(|member| member.identity_number.as_ref())
        .collect();
    for (index, before) in known.iter().enumerate() {
        let covered =
            villages.contains(&(before.facts.town.as_str(), before.facts.village.as_str()));
        let present = matched.get(&index);
        if present.is_none() && !covered {
            continue;
        }
        if present.is_none() {
            counts.absent += 1;
        }
        for member in &before.facts.members {
            let here = match (&member.identity_number, present) {
                (Some(identity), _) => named.contains(identity),
                (None, Some(index)) => {
                    same_person(member, &households[*index].facts.members).is_some()
                }
                (None, None) => false,
            };
            persons.absent += i64::from(!here);
        }
    }
}

/// Persons of one household against the register.
fn count_persons(
    facts: &HouseholdFacts,
    before: Option<&Household>,
    register: &Register<'_>,
    persons: &mut Counts,
) {
    for member in &facts.members {
        let here = before.and_then(|before| same_person(member, &before.facts.members));
        let elsewhere = member
            .identity_number
            .as_ref()
            .is_some_and(|identity| register.by_person.contains_key(identity));
        match here {
            Some(before) if before == member => persons.unchanged += 1,
            Some(_) => persons.changed += 1,
            None if elsewhere => persons.changed += 1,
            None => persons.new += 1,
        }
    }
}

fn compare_staff(
    roster: StaffRoster,
    known: &[Staff],
    plan: &mut Plan,
    problems: &mut Problems,
) -> Counts {
    let StaffRoster {
        layout, mut people, ..
    } = roster;
    let mut by_number = HashMap::new();
    let mut by_identity = HashMap::new();
    for (index, person) in known.iter().enumerate() {
        if let Some(number) = &person.number {
            by_number.insert(number.as_str(), index);
        }
        if let Some(identity) = &person.identity_number {
            by_identity.insert(identity, index);
        }
    }
    let mut counts = Counts::default();
    let mut matches = Vec::with_capacity(people.len());
    let mut taken = HashMap::new();
    for (row, facts) in &mut people {
        let mine = facts
            .number
            .as_deref()
            .and_then(|number| by_number.get(number).copied());
        let other = facts
            .identity_number
            .as_ref()
            .and_then(|identity| by_identity.get(identity).copied());
        let mut refuse = |key, code, reason: String, cure| {
            problems.push(layout.problem(
                Severity::Error,
                *row,
                key,
                Refusal::new(code, reason, cure),
            ));
        };
        // A person with another number is the same person; two persons with one number are not.
        if let (Some(mine), Some(other)) = (mine, other)
            && mine != other
        {
            refuse(
                "identity_number",
                SAME_IDENTITY_NUMBER.code,
                format!(
                    "此证件号码已登记在 {}（{}）名下",
                    known[other].name, known[other].unit
                ),
                "请核对工号和证件号码",
            );
        } else if let Some(before) = mine.map(|index| &known[index])
            && before.name != facts.name
            && other.is_none()
            && facts.identity_number.is_some()
            && before.identity_number.is_some()
        {
            refuse(
                "number",
                "staff_number_reused",
                format!("此工号在登记中是另一人（{}，{}）", before.name, before.unit),
                "请核对工号；新职工请用新的工号",
            );
        }
        let found = mine.or(other);
        if let Some(index) = found
            && let Some(first) = taken.insert(index, *row)
        {
            refuse(
                "name",
                "same_staff",
                format!("与第 {first} 行是登记中的同一人（{}）", known[index].name),
                "请合并为一行",
            );
        }
        let before = found.map(|index| &known[index]);
        if let Some(before) = before {
            staffing::keep_unspoken(&layout, facts, &before.facts());
        }
        match before.map(|before| before.facts() == *facts) {
            None => counts.new += 1,
            Some(false) => counts.changed += 1,
            Some(true) => counts.unchanged += 1,
        }
        matches.push(found);
    }
    let units: HashSet<&str> = people
        .iter()
        .map(|(_, facts)| facts.unit.as_str())
        .collect();
    let present: HashSet<usize> = matches.iter().flatten().copied().collect();
    let absent = known
        .iter()
        .enumerate()
        .filter(|(index, person)| {
            !present.contains(index) && person.active && units.contains(person.unit.as_str())
        })
        .count();
    counts.absent = i64::try_from(absent).unwrap_or(i64::MAX);
    for ((_, facts), found) in people.into_iter().zip(matches) {
        match found.map(|index| &known[index]) {
            None => plan.new_staff.push((Uuid::now_v7(), facts)),
            Some(before) if before.facts() != facts => {
                plan.changed_staff.push((before.clone(), facts));
            }
            Some(_) => {}
        }
    }
    counts
}
