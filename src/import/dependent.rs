//! Later records that depend on an import, and so keep it from being undone.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Deserialize;
use uuid::Uuid;

use super::model::Import;
use super::store;
use crate::access::{self, history};
use crate::code_list;
use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::{Ids, Json, Mention, Subject, Tx, page};
use crate::household::model::HouseholdFacts;
use crate::household::staging;
use crate::problem::{Text, words};
use crate::renaming::{self, Cause, NamesSince, Standing, names_since};
use crate::roster::report::RosterKind;
use crate::serving;
use crate::serving::tenure::Part;
use crate::{household, lift, pairing, staff, visit};

/// Most dependents that are listed of a kind.
const MOST: usize = 1_000;
/// Households that are read at once.
pub const HOUSEHOLDS_AT_ONCE: i64 = 500;

code_list! {
    /// What depends on an import.
    pub enum DependentKind = "import_dependent_kind", "依赖此次导入的记录" {
        LaterImport = "later_import", "之后的导入", [];
        LaterEdit = "later_edit", "之后的修改", [];
        Renaming = "renaming", "之后的更名或合并", [];
        NumberTaken = "number_taken", "编号或证件号码已被占用", [];
        Pairing = "pairing", "结对", [];
        PairingRun = "pairing_run", "结对方案", [];
        PairingConstraint = "pairing_constraint", "结对约束", [];
        Assistance = "assistance", "协助帮扶", [];
        Leave = "leave", "请假", [];
        Visit = "visit", "走访", [];
        HelpPlan = "plan", "帮扶计划", [];
        Lift = "lift", "脱贫记录", [];
        Account = "account", "账号", [];
    }
}

/// A record that came later and needs what an import brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependent {
    pub kind: DependentKind,
    /// The record: the later import, the pairing, the visit …
    pub id: Uuid,
    /// The household or the person of the staff that it is about; of a change of names the same as `id`.
    pub subject_id: Uuid,
    /// Both in words.
    pub words: Text,
}

/// The records that stand in the way of undoing an import.
pub async fn dependents(tx: &mut Tx, import: &Import) -> Result<Vec<Dependent>, sqlx::Error> {
    let history = Since {
        import_id: import.id,
        undone: store::undone(tx).await?,
        // Whatever is asked for here has been committed.
        names: names_since(tx, import.id, import.committed_at.unwrap_or(import.at)).await?,
    };
    let mut found = match import.kind {
        RosterKind::Households => of_households(tx, &history).await?,
        RosterKind::Staff => of_staff(tx, &history).await?,
        // It brought no record to the register that others could need: its pairings end one by one.
        RosterKind::Pairings => Vec::new(),
    };
    let own = renaming::service::obstacles(tx, import.id).await?;
    found.extend(own.into_iter().map(|(id, words)| Dependent {
        kind: DependentKind::Renaming,
        id,
        subject_id: id,
        words,
    }));
    // A record that was changed time and again is one.
    let mut seen = HashSet::new();
    found.retain(|it| seen.insert((it.kind, it.id, it.subject_id)));
    Ok(found)
}

/// What tells changes that stand in the way from those that do not.
struct Since {
    import_id: Uuid,
    /// Imports that were undone: they have changed nothing.
    undone: HashSet<Uuid>,
    names: NamesSince,
}

async fn of_households(tx: &mut Tx, since: &Since) -> Result<Vec<Dependent>, sqlx::Error> {
    let id = since.import_id;
    let mut found = Vec::new();
    let mut after = -1;
    while found.len() < MOST {
        let changed = staging::changed_since(tx, id, after, HOUSEHOLDS_AT_ONCE).await?;
        let Some(last) = changed.last() else { break };
        after = last.position;
        for entry in changed {
            let version = entry.base_version + 1;
            found.extend(
                since
                    .later(tx, "household", entry.household_id, version)
                    .await?,
            );
        }
    }
    found.extend(lost_places(tx, since).await?);
    let added = staging::added_by(id);
    let named = Subject::Household;
    for (kind, mentions) in naming(tx, named, &added).await? {
        found.extend(mentions.into_iter().map(|mention| of(kind, &mention)));
    }
    name_households(tx, &mut found).await?;
    Ok(found)
}

/// Where a household lived before an import.
#[derive(Deserialize)]
struct Lived {
    town: String,
    village: String,
}

/// The changes of names since which the names to which households would go back are not theirs any more.
async fn lost_places(tx: &mut Tx, since: &Since) -> Result<Vec<Dependent>, sqlx::Error> {
    let mut found = BTreeMap::new();
    let mut after = -1;
    while !since.names.is_empty() {
        let entries = staging::touched(tx, since.import_id, after, HOUSEHOLDS_AT_ONCE).await?;
        let Some(last) = entries.last() else { break };
        after = last.position;
        let ids: Vec<_> = entries.iter().map(|entry| entry.household_id).collect();
        let before =
            history::before_import::<Lived>(tx, "household", since.import_id, &ids).await?;
        let lost = before.iter();
        let lost = lost.filter_map(|(id, it)| since.names.of_place(*id, &it.town, &it.village));
        found.extend(lost.map(|it| (it.renaming.id, of_renaming(it))));
    }
    Ok(found.into_values().collect())
}

fn of_renaming(standing: &Standing) -> Dependent {
    Dependent {
        kind: DependentKind::Renaming,
        id: standing.renaming.id,
        subject_id: standing.renaming.id,
        words: standing.words(),
    }
}

/// Households that by now hold a 户编号 or a person that another had before the import and would have
/// again. Those that the undo itself restores or removes let go of theirs.
pub async fn taken(tx: &mut Tx, id: Uuid) -> Result<Vec<Dependent>, sqlx::Error> {
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
    for ids in ids.chunks(page::size(HOUSEHOLDS_AT_ONCE)) {
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
            words: Text::default(),
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
            once(pairing::run::store::runs_naming(tx, named, added).await?),
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
        let plans = visit::plan::store::plans_naming(tx, added).await?;
        naming.push((DependentKind::HelpPlan, plans));
    }
    let lifts = lift::store::lifts_naming(tx, named, added).await?;
    naming.push((DependentKind::Lift, lifts));
    Ok(naming)
}

async fn of_staff(tx: &mut Tx, since: &Since) -> Result<Vec<Dependent>, sqlx::Error> {
    let id = since.import_id;
    let entries = staff::staging::taken(tx, id).await?;
    let known = staff::store::all(tx).await?;
    let mut found = Vec::new();
    for entry in staff::staging::changed_since(&entries, &known) {
        let version = entry.base_version + 1;
        found.extend(since.later(tx, "staff", entry.staff_id, version).await?);
    }
    let changed = entries.iter().filter(|it| it.action == Action::Changed);
    let before = changed.filter_map(|it| it.before.as_ref());
    let lost = before.filter_map(|Json(it)| {
        let cells = (it.town.as_deref(), it.village.as_deref());
        since.names.of_person(it.id, it.unit_id, cells)
    });
    found.extend(lost.map(of_renaming));
    let taken = staff::staging::holders(&entries, &known);
    found.extend(taken.into_iter().map(|person| Dependent {
        kind: DependentKind::NumberTaken,
        id: person.id,
        subject_id: person.id,
        words: Text::default(),
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
    for entry in entries.iter().filter(|entry| entry.returns) {
        // Who came back by the import and serves households by now would be gone from under them.
        if serving::store::count_served(tx, entry.staff_id).await? > 0 {
            found.push(Dependent {
                kind: DependentKind::Pairing,
                id: entry.staff_id,
                subject_id: entry.staff_id,
                words: Text::default(),
            });
        }
    }
    let about_people = found
        .iter_mut()
        .filter(|it| it.kind != DependentKind::Renaming);
    for dependent in about_people {
        let person = known.iter().find(|one| one.id == dependent.subject_id);
        let person = person.map_or_else(Text::default, |one| {
            Text::same(format!("{} {}", one.unit, one.name))
        });
        dependent.words = dependent.about(&person);
    }
    Ok(found)
}

impl Since {
    /// What changed a record after it had got a version; what was undone since has changed nothing.
    async fn later(
        &self,
        tx: &mut Tx,
        subject: &str,
        id: Uuid,
        version: i64,
    ) -> Result<Vec<Dependent>, sqlx::Error> {
        let entries = history::of(tx, subject, &id.to_string()).await?;
        let later = entries.into_iter().filter(|entry| {
            let by =
                |import_id: Uuid| import_id == self.import_id || self.undone.contains(&import_id);
            entry.version >= version && !entry.import_id.is_some_and(by)
        });
        Ok(later
            .filter_map(|entry| self.of_entry(id, &entry))
            .collect())
    }

    fn of_entry(&self, id: Uuid, entry: &history::Entry) -> Option<Dependent> {
        match self.names.cause(entry) {
            Cause::Cancelled => return None,
            Cause::Renaming(standing) => return Some(of_renaming(standing)),
            Cause::Other => {}
        }
        let kind = match entry.import_id {
            Some(_) => DependentKind::LaterImport,
            None => DependentKind::LaterEdit,
        };
        let day = crate::app::china_date(entry.at);
        Some(Dependent {
            kind,
            id: entry.import_id.unwrap_or(id),
            subject_id: id,
            words: {
                let (by, kind) = (&entry.actor, kind.text());
                words!("{kind}（{day}，{by}）", "{kind} of {day} by {by}"; kind)
            },
        })
    }
}

fn of(kind: DependentKind, mention: &Mention) -> Dependent {
    Dependent {
        kind,
        id: mention.id,
        subject_id: mention.subject_id,
        words: mention.day.map_or_else(Text::default, |day| {
            let kind = kind.text();
            words!("{day} 的{kind}", "{kind} of {day}"; kind)
        }),
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
    /// What it is, and the household or person that it is about.
    fn about(&self, name: &Text) -> Text {
        let what = if self.words.zh.is_empty() {
            self.kind.text()
        } else {
            self.words.clone()
        };
        words!("{name}：{what}", "“{name}”: {what}"; name, what)
    }
}

/// Says of each dependent which household it is about.
async fn name_households(tx: &mut Tx, found: &mut [Dependent]) -> Result<(), sqlx::Error> {
    for chunk in found.chunks_mut(page::size(HOUSEHOLDS_AT_ONCE)) {
        let ids: Vec<_> = chunk.iter().map(|dependent| dependent.subject_id).collect();
        let households = household::store::some(tx, &ids).await?;
        let about_households = chunk.iter_mut();
        for dependent in about_households.filter(|it| it.kind != DependentKind::Renaming) {
            let name = households.get(&dependent.subject_id).map(|household| {
                let facts = &household.facts;
                household::naming::named(
                    &facts.town,
                    &facts.village,
                    &household.head_name,
                    facts.number.as_deref(),
                )
            });
            let name = name.unwrap_or_default();
            dependent.words = dependent.about(&name);
        }
    }
    Ok(())
}
