//! Taking a committed import back, as long as nothing that came later depends on it: changed records
//! become again what they were, new ones go. Both leave their history.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use super::job;
use super::state::ImportState;
use super::store::{self, Import, Step};
use crate::access::history::Actor;
use crate::access::{self, Caller, history};
use crate::app::App;
use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::{Ids, Mention, Subject, Tx};
use crate::household::model::HouseholdFacts;
use crate::household::staging::{self, Becoming};
use crate::problem::{FieldProblem, Problem};
use crate::roster::report::RosterKind;
use crate::serving;
use crate::serving::tenure::Part;
use crate::{household, lift, pairing, staff, visit};

/// Most dependents that are listed of a kind, and that a refusal names.
const MOST: usize = 1_000;
/// Households that are staged in one transaction.
const HOUSEHOLDS_AT_ONCE: i64 = 500;

code_list! {
    /// What depends on an import.
    pub enum DependentKind = "import_dependent", "依赖此次导入的记录" {
        LaterImport = "later_import", "之后的导入", [];
        LaterEdit = "later_edit", "之后的修改", [];
        NumberTaken = "number_taken", "编号或证件号码已被占用", [];
        Pairing = "pairing", "结对", [];
        PairingRun = "pairing_run", "结对方案", [];
        PairingConstraint = "pairing_constraint", "结对约束", [];
        Assistance = "assistance", "协助帮扶", [];
        Leave = "leave", "请假离岗", [];
        Visit = "visit", "走访", [];
        Plan = "plan", "帮扶计划", [];
        Lift = "lift", "脱贫程序", [];
        Account = "account", "账号", [];
    }
}

/// A record that came later and needs what an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    /// What it is.
    pub kind: DependentKind,
    /// The record: the later import, the pairing, the visit …
    pub id: Uuid,
    /// The household or the person of the staff that it is about.
    pub subject_id: Uuid,
    /// Both in words.
    pub words: String,
}

/// What undoing an import would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlook {
    /// Records that become again what they were.
    pub restored: i64,
    /// Records that go.
    pub removed: i64,
    /// What stands in the way.
    pub dependents: Vec<Dependent>,
}

/// What undoing an import would do, and all that stands in the way.
pub async fn outlook(tx: &mut Tx, import: &Import) -> Result<Outlook, Problem> {
    let mut outlook = outlook_by_records(tx, import).await?;
    if import.kind == RosterKind::Households && outlook.restored > 0 {
        outlook.dependents.extend(taken(tx, import.id).await?);
    }
    Ok(outlook)
}

/// What undoing an import would do, and the records that stand in the way. For households it takes the
/// look at the whole register to tell whether others hold what they would have again: whoever writes
/// leaves that to the database's constraints.
async fn outlook_by_records(tx: &mut Tx, import: &Import) -> Result<Outlook, Problem> {
    if import.state != ImportState::Committed {
        return Err(not_committed(import));
    }
    let (new, changed) = match import.kind {
        RosterKind::Households => {
            let counts = staging::counts(tx, import.id, true).await?;
            let of = |action| counts.get(&action).copied().unwrap_or(0);
            let changed = of(Action::Changed) + of(Action::Closed);
            (of(Action::New), changed)
        }
        RosterKind::Staff => {
            let entries = staff::staging::taken(tx, import.id).await?;
            let of = |action| {
                let these = entries.iter().filter(|entry| entry.action == action);
                i64::try_from(these.count()).unwrap_or(i64::MAX)
            };
            (of(Action::New), of(Action::Changed))
        }
    };
    let counts = import.report.as_ref().map(|report| &report.0);
    let counts = counts.and_then(|report| report.households.or(report.staff));
    let did_something = counts.is_some_and(|counts| counts.new + counts.changed > 0);
    if new + changed == 0 && did_something && !import.good_rows_only {
        return Err(too_old());
    }
    Ok(Outlook {
        restored: changed,
        removed: new,
        dependents: dependents(tx, import).await?,
    })
}

async fn dependents(tx: &mut Tx, import: &Import) -> Result<Vec<Dependent>, sqlx::Error> {
    match import.kind {
        RosterKind::Households => of_households(tx, import.id).await,
        RosterKind::Staff => of_staff(tx, import.id).await,
    }
}

async fn of_households(tx: &mut Tx, id: Uuid) -> Result<Vec<Dependent>, sqlx::Error> {
    let mut found = Vec::new();
    let undone = store::undone(tx).await?;
    let mut after = -1;
    while found.len() < MOST {
        let changed = staging::changed_since(tx, id, after, HOUSEHOLDS_AT_ONCE).await?;
        let Some(last) = changed.last() else { break };
        after = last.position;
        for entry in changed {
            let since = entry.base_version + 1;
            found.extend(later(tx, "household", entry.household_id, since, &undone).await?);
        }
    }
    let added = staging::added_by(id);
    let named = Subject::Household;
    for (kind, mentions) in naming(tx, named, &added).await? {
        found.extend(mentions.into_iter().map(|mention| of(kind, &mention)));
    }
    name_households(tx, &mut found).await?;
    Ok(found)
}

/// Households that by now hold a 户编号 or a person that another had before the import and would have
/// again. Those that the undo itself restores or removes let go of theirs.
async fn taken(tx: &mut Tx, id: Uuid) -> Result<Vec<Dependent>, sqlx::Error> {
    let register = household::store::register(tx).await?;
    let mut touched = HashSet::new();
    let mut after = -1;
    loop {
        let entries = staging::touched(tx, id, after, HOUSEHOLDS_AT_ONCE).await?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        touched.extend(entries.into_iter().map(|entry| entry.household_id));
    }
    let ids: Vec<_> = touched.iter().copied().collect();
    let mut holders = BTreeSet::new();
    for ids in ids.chunks(500) {
        let before = history::before_import::<HouseholdFacts>(tx, "household", id, ids).await?;
        for facts in before.values() {
            let number = facts.number.as_deref();
            let number = number.and_then(|number| register.find_number(number));
            let persons = facts.members.iter().filter_map(|member| {
                let person = register.find_person(member.identity_number.as_ref()?)?;
                Some(register.household_of(person))
            });
            holders.extend(number.into_iter().chain(persons));
        }
    }
    let mut found: Vec<_> = holders
        .into_iter()
        .map(|household| register.id(household))
        .filter(|holder| !touched.contains(holder))
        .map(|holder| Dependent {
            kind: DependentKind::NumberTaken,
            id: holder,
            subject_id: holder,
            words: String::new(),
        })
        .collect();
    name_households(tx, &mut found).await?;
    Ok(found)
}

/// The records that name these households or people, by kind.
async fn naming(
    tx: &mut Tx,
    named: Subject,
    added: &Ids<'_>,
) -> Result<Vec<(DependentKind, Vec<Mention>)>, sqlx::Error> {
    let mut naming = vec![
        (
            DependentKind::Pairing,
            serving::store::naming(tx, Part::Responsible, named, added).await?,
        ),
        (
            DependentKind::PairingRun,
            once(pairing::run_store::runs_naming(tx, named, added).await?),
        ),
        (
            DependentKind::PairingConstraint,
            pairing::constraint::store::naming(tx, named, added).await?,
        ),
        (
            DependentKind::Assistance,
            serving::store::naming(tx, Part::Assisting, named, added).await?,
        ),
        (
            DependentKind::Visit,
            visit::store::visits_naming(tx, named, added).await?,
        ),
    ];
    if named == Subject::Household {
        let plans = visit::plan::plans_naming(tx, added).await?;
        naming.push((DependentKind::Plan, plans));
    }
    let lifts = lift::store::lifts_naming(tx, named, added).await?;
    naming.push((DependentKind::Lift, lifts));
    Ok(naming)
}

async fn of_staff(tx: &mut Tx, id: Uuid) -> Result<Vec<Dependent>, sqlx::Error> {
    let entries = staff::staging::taken(tx, id).await?;
    let known = staff::store::all(tx).await?;
    let undone = store::undone(tx).await?;
    let mut found = Vec::new();
    for entry in staff::staging::changed_since(&entries, &known) {
        let since = entry.base_version + 1;
        found.extend(later(tx, "staff", entry.staff_id, since, &undone).await?);
    }
    let taken = staff::staging::holders(&entries, &known);
    found.extend(taken.into_iter().map(|person| Dependent {
        kind: DependentKind::NumberTaken,
        id: person.id,
        subject_id: person.id,
        words: String::new(),
    }));
    let added = staff::staging::added_by(id);
    let named = Subject::Staff;
    let mut mentioning = naming(tx, named, &added).await?;
    mentioning.extend([
        (
            DependentKind::Leave,
            staff::leave::naming(tx, &added).await?,
        ),
        (
            DependentKind::Account,
            access::store::account::accounts_naming(tx, &added).await?,
        ),
    ]);
    for (kind, mentions) in mentioning {
        found.extend(mentions.into_iter().map(|mention| of(kind, &mention)));
    }
    for dependent in &mut found {
        let person = known.iter().find(|one| one.id == dependent.subject_id);
        let person = person.map_or_else(String::new, |one| format!("{} {}", one.unit, one.name));
        dependent.words = format!("{person}：{}", dependent.words_or_label());
    }
    Ok(found)
}

/// What changed a record after it had got a version; what was undone since has changed nothing.
async fn later(
    tx: &mut Tx,
    subject: &str,
    id: Uuid,
    since: i64,
    undone: &HashSet<Uuid>,
) -> Result<Vec<Dependent>, sqlx::Error> {
    let entries = history::of(tx, subject, &id.to_string()).await?;
    let later = entries.into_iter().filter(|entry| {
        let is_undone = entry.import_id.is_some_and(|id| undone.contains(&id));
        entry.version >= since && !is_undone
    });
    Ok(later
        .map(|entry| {
            let kind = match entry.import_id {
                Some(_) => DependentKind::LaterImport,
                None => DependentKind::LaterEdit,
            };
            let day = crate::app::china_date(entry.at);
            Dependent {
                kind,
                id: entry.import_id.unwrap_or(id),
                subject_id: id,
                words: format!("{day} 由 {} 作的{}", entry.actor, kind.label()),
            }
        })
        .collect())
}

fn of(kind: DependentKind, mention: &Mention) -> Dependent {
    Dependent {
        kind,
        id: mention.id,
        subject_id: mention.subject_id,
        words: mention
            .day
            .map_or_else(String::new, |day| format!("{day} 的{}", kind.label())),
    }
}

/// Each record once, though it names many.
fn once(mentions: Vec<Mention>) -> Vec<Mention> {
    let mut seen = HashSet::new();
    mentions
        .into_iter()
        .filter(|mention| seen.insert(mention.id))
        .collect()
}

impl Dependent {
    fn words_or_label(&self) -> &str {
        if self.words.is_empty() {
            self.kind.label()
        } else {
            &self.words
        }
    }
}

/// Says of each dependent which household it is about.
async fn name_households(tx: &mut Tx, found: &mut [Dependent]) -> Result<(), sqlx::Error> {
    for chunk in found.chunks_mut(500) {
        let ids: Vec<_> = chunk.iter().map(|dependent| dependent.subject_id).collect();
        let households = household::store::some(tx, &ids).await?;
        for dependent in chunk {
            let name = households.get(&dependent.subject_id).map(|household| {
                let facts = &household.facts;
                let number = facts.number.as_deref().unwrap_or_default();
                format!(
                    "{}{} {number} {}",
                    facts.town, facts.village, household.head_name
                )
            });
            let name = name.unwrap_or_default();
            dependent.words = format!("{name}：{}", dependent.words_or_label());
        }
    }
    Ok(())
}

/// Takes a committed import back. Refused with the exact list of what depends on it.
pub async fn undo(app: &App, caller: &Caller, id: Uuid) -> Result<Import, Problem> {
    let undoing = Undoing {
        app,
        caller,
        id,
        claim: Uuid::now_v7(),
    };
    undoing.begin().await?;
    let undone = undoing.run().await;
    if undone.is_err() {
        undoing.release().await?;
    }
    app.work.notify_one();
    undone
}

/// An import that is being taken back.
struct Undoing<'a> {
    app: &'a App,
    caller: &'a Caller,
    id: Uuid,
    claim: Uuid,
}

impl Undoing<'_> {
    /// Nobody else may work on it meanwhile.
    async fn begin(&self) -> Result<(), Problem> {
        let mut tx = self.caller.write(&self.app.db).await?;
        let mut import = job::find(&mut tx, self.id).await?;
        let outlook = outlook_by_records(&mut tx, &import).await?;
        if !outlook.dependents.is_empty() {
            return Err(depended_on(&outlook.dependents));
        }
        let now = self.app.now();
        if import.is_claimed(now) {
            return Err(busy());
        }
        import.claim = Some(self.claim);
        import.heartbeat = Some(now);
        import.staged = true;
        store::save(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What was staged is cleared away by a worker.
    async fn release(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.app.db.write().await?;
        let found = store::find(&mut tx, self.id).await?;
        if let Some(mut import) = found.filter(|import| import.claim == Some(self.claim)) {
            import.claim = None;
            store::save(&mut tx, &import).await?;
        }
        tx.commit().await
    }

    async fn step(&self) -> Result<Tx, Problem> {
        let mut tx = self.caller.write(&self.app.db).await?;
        let step = Step {
            state: ImportState::Committed,
            done: 0,
            total: None,
        };
        if store::beat(&mut tx, self.id, self.claim, step, self.app.now()).await? {
            Ok(tx)
        } else {
            Err(busy())
        }
    }

    async fn run(&self) -> Result<Import, Problem> {
        let mut tx = self.step().await?;
        let kind = job::find(&mut tx, self.id).await?.kind;
        drop(tx);
        if kind == RosterKind::Households {
            self.stage().await?;
        }
        let mut tx = self.step().await?;
        let mut import = job::find(&mut tx, self.id).await?;
        let dependents = dependents(&mut tx, &import).await?;
        if !dependents.is_empty() {
            return Err(depended_on(&dependents));
        }
        let now = self.app.now();
        let actor = Actor {
            import_id: Some(self.id),
            ..self.caller.at(now)
        };
        match kind {
            RosterKind::Households => match take_back_households(&mut tx, actor, self.id).await {
                Ok(()) => {}
                Err(error) if job::is_taken(&error) => {
                    drop(tx);
                    return Err(self.number_taken().await?);
                }
                Err(error) => return Err(error.into()),
            },
            RosterKind::Staff => {
                let entries = staff::staging::taken(&mut tx, self.id).await?;
                let known = staff::store::all(&mut tx).await?;
                staff::staging::take_back(&mut tx, actor, self.id, &entries, &known).await?;
            }
        }
        import.state = ImportState::Undone;
        import.version += 1;
        import.claim = None;
        import.undone_at = Some(now);
        import.undone_by = Some(self.caller.username.clone());
        store::save(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(import)
    }

    /// Stages what the households were before the import, in small steps.
    async fn stage(&self) -> Result<(), Problem> {
        loop {
            let mut tx = self.step().await?;
            let more = staging::clear(&mut tx, self.id, false).await?;
            tx.commit().await?;
            if !more {
                break;
            }
        }
        let mut after = -1;
        loop {
            let mut tx = self.step().await?;
            let entries = staging::touched(&mut tx, self.id, after, HOUSEHOLDS_AT_ONCE).await?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            after = last.position;
            let ids: Vec<_> = entries.iter().map(|entry| entry.household_id).collect();
            let now = household::store::some(&mut tx, &ids).await?;
            let before =
                history::before_import::<HouseholdFacts>(&mut tx, "household", self.id, &ids)
                    .await?;
            let gone = HouseholdFacts::of("", "");
            let becoming: Vec<_> = entries
                .iter()
                .map(|entry| Becoming {
                    position: entry.position,
                    household_id: entry.household_id,
                    facts: before.get(&entry.household_id).unwrap_or(&gone),
                    before: now
                        .get(&entry.household_id)
                        .map(|household| &household.facts),
                })
                .collect();
            for inserts in staging::facts_inserts(tx.engine(), self.id, &becoming)? {
                inserts.run(&mut tx).await?;
            }
            tx.commit().await?;
        }
    }

    /// Others have what a household had before and would have again.
    async fn number_taken(&self) -> Result<Problem, sqlx::Error> {
        let mut tx = self.app.db.read().await?;
        Ok(depended_on(&taken(&mut tx, self.id).await?))
    }
}

fn not_committed(import: &Import) -> Problem {
    Problem::conflict(
        "import_not_committed",
        format!(
            "此次导入的状态是“{}”，只有“已导入”的才能撤销",
            import.state.label()
        ),
        format!(
            "the import is `{}`; only one that is `committed` can be undone",
            import.state
        ),
    )
}

fn too_old() -> Problem {
    Problem::conflict(
        "import_too_old",
        "此次导入由旧版本完成，没有留下撤销所需的记录",
        "this import was made by an earlier version, which kept no record by which it could be undone",
    )
}

fn busy() -> Problem {
    Problem::conflict(
        "import_busy",
        "此次导入正在撤销或清理，请稍后再试",
        "the import is being undone or tidied up; try again in a moment",
    )
}

fn depended_on(dependents: &[Dependent]) -> Problem {
    let errors = dependents.iter().take(MOST);
    Problem::conflict(
        "import_depended_on",
        format!(
            "之后有 {} 条记录依赖此次导入，不能撤销；请先处理它们",
            dependents.len()
        ),
        format!(
            "{} records that came later depend on this import, see `errors`",
            dependents.len()
        ),
    )
    .with_errors(
        errors
            .map(|dependent| FieldProblem {
                pointer: format!("/{}/{}", dependent.kind, dependent.id),
                detail: dependent.words.clone(),
                ..FieldProblem::default()
            })
            .collect(),
    )
}

async fn take_back_households(
    tx: &mut Tx,
    actor: Actor<'_>,
    import_id: Uuid,
) -> Result<(), sqlx::Error> {
    staging::take_back(tx, actor, import_id).await?;
    // Last, for who stands on a household's register is not its helper.
    pairing::on_household_closed::resume(tx, actor, import_id).await
}
