//! Taking a committed import back, as long as nothing that came later depends on it: changed records
//! become again what they were, new ones go. Both leave their history.

use uuid::Uuid;

use super::read::find;
use crate::access::history::Actor;
use crate::access::{Caller, history};
use crate::app::App;
use crate::codes::Action;
use crate::db::Tx;
use crate::household::model::HouseholdFacts;
use crate::household::person_match::recognise;
use crate::household::staging::{self, Becoming};
use crate::import::dependent::{Dependent, HOUSEHOLDS_AT_ONCE, dependents, taken};
use crate::import::error::{
    busy, depended_on, is_taken, not_committed, pairs_end_one_by_one, too_old,
};
use crate::import::model::{Import, WorkDone};
use crate::import::report::ImportReport;
use crate::import::state::ImportState;
use crate::import::store;
use crate::problem::Problem;
use crate::renaming::service::take_back_planned;
use crate::roster::report::RosterKind;
use crate::{household, pairing, staff};

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
pub async fn outlook(app: &App, id: Uuid) -> Result<Outlook, Problem> {
    let mut tx = app.db.read().await?;
    let import = find(&mut tx, id).await?;
    let mut outlook = outlook_by_records(&mut tx, &import).await?;
    if import.kind == RosterKind::Households && outlook.restored > 0 {
        outlook.dependents.extend(taken(&mut tx, id).await?);
    }
    Ok(outlook)
}

/// What undoing an import would do, and the records that stand in the way. Whether others hold numbers
/// or persons that a household would get back is not checked here: that needs the whole register. The
/// database's constraints find it when the undo writes.
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
        RosterKind::Pairings => return Err(pairs_end_one_by_one()),
    };
    let counts = import.report.as_ref().map(|report| &report.0);
    let counts = counts.and_then(ImportReport::counts);
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

/// Takes a committed import back. Refused with the exact list of what depends on it.
pub async fn undo(app: &App, caller: &Caller, id: Uuid) -> Result<Import, Problem> {
    let undoing = Undoing {
        app,
        caller,
        id,
        lease: Uuid::now_v7(),
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
    lease: Uuid,
}

impl Undoing<'_> {
    /// Nobody else may work on it meanwhile.
    async fn begin(&self) -> Result<(), Problem> {
        let mut tx = self.caller.write(&self.app.db).await?;
        let mut import = find(&mut tx, self.id).await?;
        let outlook = outlook_by_records(&mut tx, &import).await?;
        if !outlook.dependents.is_empty() {
            return Err(depended_on(&outlook.dependents));
        }
        let now = self.app.now();
        if import.is_leased(now) {
            return Err(busy());
        }
        import.lease = Some(self.lease);
        import.heartbeat = Some(now);
        import.staged = true;
        store::save(&mut tx, &import).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives the lease back; a worker then deletes what was staged.
    async fn release(&self) -> Result<(), sqlx::Error> {
        let mut tx = self.app.db.write().await?;
        let found = store::find(&mut tx, self.id).await?;
        if let Some(mut import) = found.filter(|import| import.lease == Some(self.lease)) {
            import.lease = None;
            store::save(&mut tx, &import).await?;
        }
        tx.commit().await
    }

    async fn step(&self) -> Result<Tx, Problem> {
        let mut tx = self.caller.write(&self.app.db).await?;
        let work = WorkDone {
            state: ImportState::Committed,
            done: 0,
            total: None,
        };
        if store::beat(&mut tx, self.id, self.lease, work, self.app.now()).await? {
            Ok(tx)
        } else {
            Err(busy())
        }
    }

    async fn run(&self) -> Result<Import, Problem> {
        let mut tx = self.step().await?;
        let kind = find(&mut tx, self.id).await?.kind;
        drop(tx);
        if kind == RosterKind::Households {
            self.stage().await?;
        }
        let mut tx = self.step().await?;
        let mut import = find(&mut tx, self.id).await?;
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
            RosterKind::Households => match take_back_households(&mut tx, actor).await {
                // Its own records say the old names again; what followed it goes after them.
                Ok(()) => take_back_planned(&mut tx, actor, |_| true).await?,
                Err(error) if is_taken(&error) => {
                    drop(tx);
                    return Err(self.number_taken().await?);
                }
                Err(error) => return Err(error.into()),
            },
            RosterKind::Staff => {
                // People go back to a unit that is on the register again.
                take_back_planned(&mut tx, actor, |it| it.merges).await?;
                let entries = staff::staging::taken(&mut tx, self.id).await?;
                let known = staff::store::all(&mut tx).await?;
                staff::staging::take_back(&mut tx, actor, &entries, &known).await?;
                take_back_planned(&mut tx, actor, |_| true).await?;
            }
            RosterKind::Pairings => return Err(pairs_end_one_by_one()),
        }
        import.state = ImportState::Undone;
        import.version += 1;
        import.lease = None;
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
            let mut before =
                history::before_import::<HouseholdFacts>(&mut tx, "household", self.id, &ids)
                    .await?;
            for (id, facts) in &mut before {
                let known = now.get(id).map_or(&[][..], |it| &it.facts.members);
                recognise(known, &mut facts.members);
            }
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

async fn take_back_households(tx: &mut Tx, actor: Actor<'_>) -> Result<(), sqlx::Error> {
    staging::take_back(tx, actor).await?;
    // Last, for who stands on a household's register is not its helper.
    pairing::staffing::on_household_closed::resume(tx, actor).await
}
