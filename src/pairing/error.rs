//! What keeps a pairing, an assistance or a run from being made, confirmed or ended, and how it is
//! answered.

use chrono::NaiveDate;
use poem::http::StatusCode;
use tokio::task::JoinError;

use crate::problem::{Problem, Text, counted};

/// What keeps a pairing or a run from being made, confirmed or ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PairingError {
    /// Every household of the scope has a helper, or there is none.
    #[error("范围内没有待结对的户：要么都已有帮扶责任人，要么该镇村没有登记户，请核对范围")]
    NothingToPair,
    /// The rosters, pairings or rules are no longer those that the run was computed from.
    #[error("方案生成之后，户、人员、结对或结对规则有变动，此方案已不适用，请重新生成")]
    BasisChanged,
    /// The run is from before what a run stands on was kept with it.
    #[error("此方案由旧版本生成，没有保存计算依据，无法核验或导出；请重新生成方案")]
    BasisNotKept,
    /// What is kept as the basis of the run is not what it was computed from.
    #[error("保存的计算依据已损坏或被改动，与方案记载的校验值不符，无法核验或导出；请重新生成方案")]
    BasisDamaged,
    /// The run was confirmed before.
    #[error("此方案已经确认，不能再确认或放弃")]
    RunConfirmed,
    /// The run was dropped before.
    #[error("此方案已经放弃，请重新生成")]
    RunDropped,
    /// The run is being edited.
    #[error("此方案还是草稿，请先提交，再确认")]
    RunDraft,
    /// The run is no draft.
    #[error("此方案已经提交，待确认")]
    RunProposed,
    /// An edit of a household that the run is not for.
    #[error("该户不在此方案中，请核对所选的户")]
    NotInRun {
        /// Where the household was sent.
        pointer: &'static str,
    },
    /// An edit that leaves all as it is.
    #[error("此户在方案中已经是这样安排的，没有需要调整的内容")]
    NothingChanged,
    /// An edit without an id that its kind needs.
    #[error("这种调整还须选定{}", in_words(.0))]
    EditIncomplete(&'static str),
    /// The rules do not let this helper serve this household.
    #[error(
        "按结对规则，{helper}不能帮扶{village}的这一户，请另选责任人，或先调整其负责区域、所在单位的定点帮扶村或结对规则"
    )]
    MayNotServe {
        /// 姓名.
        helper: String,
        /// Town and village.
        village: String,
    },
    /// The helper has no place left in this run.
    #[error(
        "{helper}已帮扶 {held} 户，本方案又安排 {added} 户，可帮扶户数为 {capacity}；请另选责任人，或与其名下一户互换"
    )]
    PlacesTaken {
        /// 姓名.
        helper: String,
        /// Households that they have.
        held: i64,
        /// Households that the run gives them.
        added: i64,
        /// Households that they may have.
        capacity: i64,
    },
    /// A date after today.
    #[error("日期 {0} 晚于今天，请填写今天或更早的日期")]
    InFuture(NaiveDate),
    /// A date that no programme of ours can have.
    #[error("日期 {0} 过早，请核对年份")]
    TooEarly(NaiveDate),
    /// Some households had a helper on or after that day.
    #[error("有 {count} 户在 {from} 之后仍有原帮扶责任人，开始日期最早可为 {earliest}")]
    Overlaps {
        /// The day asked for.
        from: NaiveDate,
        /// The first day that is free for all.
        earliest: NaiveDate,
        /// Households concerned.
        count: usize,
    },
    /// The household has a current helper.
    #[error("该户已有帮扶责任人，请先结束原结对，再新建")]
    AlreadyPaired,
    /// The person left or is inactive.
    #[error("此人已停用或离岗，不能新增结对，请另选责任人")]
    HelperInactive,
    /// The person is on leave, or leaving.
    #[error("此人{}，期间不能新增结对，请另选责任人", .0.zh)]
    HelperAway(Text),
    /// The pair may never be.
    #[error("此户与此人不能结对：{}", .words.zh)]
    Barred {
        /// Why.
        words: Text,
    },
    /// The office wants another helper for the household.
    #[error("该户已指定由{helper}帮扶（{reason}）；如需另选责任人，请先取消指定")]
    PinnedToAnother {
        /// The other helper's name.
        helper: String,
        /// Why.
        reason: String,
    },
    /// The pair has a constraint, or the household is pinned to someone.
    #[error("{0}，请先取消原有约束")]
    ConstraintThere(&'static str),
    /// The person has as many households as they may have.
    #[error("此人已帮扶 {held} 户，可帮扶户数为 {capacity}，请另选责任人，或先调整可帮扶户数")]
    HelperFull {
        /// Households that they have.
        held: i64,
        /// Households that they may have.
        capacity: i64,
    },
    /// There is no such household, or it is closed.
    #[error("没有这一户，或已销户，请核对所选的户")]
    NoSuchHousehold,
    /// There is no such person.
    #[error("登记中没有此人，请核对所选的人员")]
    NoSuchHelper,
    /// The pairing has ended already, on this day.
    #[error("此结对已于 {0} 结束")]
    AlreadyEnded(NaiveDate),
    /// An end before the beginning.
    #[error("结束日期不能早于开始日期 {0}")]
    EndsBeforeStart(NaiveDate),
    /// The helper went to the household after the day.
    #[error("此人在 {0} 还走访过该户，结束日期不能早于这一天；走访日期有误的，请先更正走访")]
    EndsBeforeVisit(NaiveDate),
    /// A departure of a person who has left already.
    #[error("此人已停用，不能再登记离岗")]
    AlreadyInactive,
    /// A return of a person who has not left.
    #[error("此人在岗，不需要登记返岗")]
    AlreadyActive,
    /// A transfer to where the person is.
    #[error("此人已在该单位，请核对所选的单位")]
    SameUnit,
    /// There is no such unit.
    #[error("没有这个单位，请核对所选的单位")]
    NoSuchUnit,
    /// Only the new helper can mark a note as read.
    #[error("只有该户现在的帮扶责任人（接手人）可以确认已读")]
    NotTheNewHelper,
}

/// What keeps an assistance from being made or ended.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssistError {
    /// The household has an assistant.
    #[error("该户已有协助帮扶人，请先结束原协助，再新增")]
    AlreadyAssisted,
    /// The household had an assistant on or after the first day.
    #[error("该户在 {0} 之前仍有原协助帮扶人，开始日期最早可为这一天")]
    AssistedUntil(NaiveDate),
    /// The person is or was responsible for the household on or after the first day.
    #[error("此人在这段时间是该户的帮扶责任人，不能同时协助帮扶，请另选他人或核对开始日期")]
    Responsible,
    /// The assistance has ended already.
    #[error("此项协助已于 {0} 结束")]
    AlreadyEnded(NaiveDate),
}

/// What a field of an edit names.
fn in_words(field: &str) -> &'static str {
    match field {
        "staff_id" => "责任人",
        _ => "与之互换的户",
    }
}

impl From<PairingError> for Problem {
    fn from(error: PairingError) -> Self {
        use PairingError as E;
        let zh = error.to_string();
        match error {
            E::NothingToPair => Self::invalid(
                "nothing_to_pair",
                zh,
                "no household of this scope is without a helper; check the names of town and village",
            ),
            E::BasisChanged => Self::conflict(
                "basis_changed",
                zh,
                "households, staff, pairings or rules have changed since this run was computed; compute a new one",
            ),
            E::BasisNotKept => Self::conflict(
                "basis_not_kept",
                zh,
                "this run was computed by an earlier version, which did not keep what it stands on; compute a new one",
            ),
            E::BasisDamaged => Self::conflict(
                "basis_damaged",
                zh,
                "what is kept as the basis of this run is damaged or was changed: it is not what the run's digest is of; compute a new one",
            ),
            E::RunConfirmed => Self::conflict(
                "run_already_confirmed",
                zh,
                "this run is confirmed and can be neither confirmed nor dropped again",
            ),
            E::RunDropped => Self::conflict(
                "run_already_dropped",
                zh,
                "this run was dropped; compute a new one",
            ),
            E::RunDraft => Self::conflict(
                "run_is_draft",
                zh,
                "this run is a draft; propose it before it is confirmed",
            ),
            E::RunProposed => Self::conflict(
                "run_already_proposed",
                zh,
                "this run is proposed already",
            ),
            E::NotInRun { pointer } => Self::invalid(
                "household_not_in_run",
                zh,
                "the run is not for this household; check the id",
            )
            .at(pointer),
            E::NothingChanged => Self::invalid(
                "nothing_changed",
                zh,
                "the run proposes exactly that already",
            ),
            E::EditIncomplete(field) => Self::invalid(
                "edit_incomplete",
                zh,
                format!("this kind of edit needs `{field}`"),
            )
            .at(&format!("/{field}")),
            E::MayNotServe { helper, village } => Self::conflict(
                "helper_may_not_serve",
                zh,
                format!("by the rules of pairing “{helper}” may not serve this household of “{village}”; choose another, or change the areas or the rules"),
            ),
            E::PlacesTaken {
                helper,
                held,
                added,
                capacity,
            } => Self::conflict(
                "helper_full",
                zh,
                format!(
                    "“{helper}” has {} and gets {added} more by this run, and may have {capacity} in all; choose another, or swap with one of them",
                    counted(held, "household")
                ),
            ),
            E::InFuture(day) => Self::invalid(
                "date_in_future",
                zh,
                format!("{day} is after today; give today or an earlier day"),
            ),
            E::TooEarly(day) => Self::invalid(
                "date_too_early",
                zh,
                format!("{day} is too early; check the year"),
            ),
            E::Overlaps {
                from,
                earliest,
                count,
            } => Self::conflict(
                "overlaps_earlier_pairing",
                zh,
                format!(
                    "after {from} {} still with the former helper; the first day can be {earliest}",
                    counted(i64::try_from(count).unwrap_or(i64::MAX), "household")
                ),
            ),
            E::AlreadyPaired => Self::conflict(
                "household_already_paired",
                zh,
                "the household has a helper; end that pairing first",
            ),
            E::HelperInactive => Self::conflict(
                "helper_inactive",
                zh,
                "this person has left or is inactive; choose another",
            )
            .at("/staff_id"),
            E::HelperAway(words) => Self::conflict(
                "helper_away",
                zh,
                format!("this person {} and can be given no household; choose another", words.en),
            )
            .at("/staff_id"),
            E::Barred { words } => Self::conflict(
                "pair_barred",
                zh,
                format!("these two cannot be a pair: {}", words.en),
            )
            .at("/staff_id"),
            E::PinnedToAnother { helper, reason } => Self::conflict(
                "pinned_to_another",
                zh,
                format!("this household is pinned to “{helper}” (“{reason}”); remove that constraint first"),
            )
            .at("/household_id"),
            E::ConstraintThere(_) => Self::conflict(
                "constraint_there",
                zh,
                "these two are pinned or forbidden already, or the household is pinned to another; remove that constraint first",
            ),
            E::HelperFull { held, capacity } => Self::conflict(
                "helper_full",
                zh,
                format!(
                    "this person has {} and may have {capacity}; choose another or change the capacity",
                    counted(held, "household")
                ),
            )
            .at("/staff_id"),
            E::NoSuchHousehold => Self::invalid(
                "no_such_household",
                zh,
                "no such open household; check `household_id`",
            )
            .at("/household_id"),
            E::NoSuchHelper => Self::invalid(
                "no_such_person",
                zh,
                "no such person in the register; check `staff_id`",
            )
            .at("/staff_id"),
            E::AlreadyEnded(day) => Self::conflict(
                "pairing_already_ended",
                zh,
                format!("this pairing ended on {day}"),
            ),
            E::EndsBeforeStart(day) => Self::invalid(
                "end_before_start",
                zh,
                format!("the end cannot be before the first day, {day}"),
            )
            .at("/date"),
            E::EndsBeforeVisit(day) => Self::conflict(
                "end_before_visit",
                zh,
                format!("the helper visited the household on {day}; end it on that day or later, or correct the visit"),
            )
            .at("/date"),
            E::AlreadyInactive => Self::conflict(
                "already_inactive",
                zh,
                "this person is inactive and cannot leave again",
            ),
            E::AlreadyActive => Self::conflict(
                "already_active",
                zh,
                "this person is active and cannot come back",
            ),
            E::SameUnit => Self::conflict(
                "same_unit",
                zh,
                "this person belongs to that unit already; check `unit_id`",
            )
            .at("/unit_id"),
            E::NoSuchUnit => {
                Self::invalid("no_such_unit", zh, "no such unit; check `unit_id`").at("/unit_id")
            }
            E::NotTheNewHelper => Self::forbidden(
                "not_the_new_helper",
                zh,
                "only the helper who is responsible for the household now can mark the note as read",
            ),
        }
    }
}

impl From<AssistError> for Problem {
    fn from(error: AssistError) -> Self {
        use AssistError as E;
        let zh = error.to_string();
        match error {
            E::AlreadyAssisted => Self::conflict(
                "household_already_assisted",
                zh,
                "the household has an assistant; end that assistance first",
            )
            .at("/household_id"),
            E::AssistedUntil(earliest) => Self::conflict(
                "overlaps_earlier_assistance",
                zh,
                format!("the household had another assistant until {earliest}; the first day can be {earliest}"),
            )
            .at("/from_date"),
            E::Responsible => Self::conflict(
                "assistant_is_responsible",
                zh,
                "this person is or was responsible for the household then, and cannot assist it at the same time; choose another, or check the first day",
            )
            .at("/staff_id"),
            E::AlreadyEnded(day) => Self::conflict(
                "assistance_already_ended",
                zh,
                format!("this assistance ended on {day}"),
            ),
        }
    }
}

/// 500 for a computation that did not come to its end.
pub(super) fn broke_off(error: &JoinError) -> Problem {
    tracing::error!(%error, "a computation for a pairing run broke off");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "结对计算中断，已记录；本次操作没有写入任何内容，请重试",
        "the computation broke off, which has been logged; nothing was written, try again",
    )
}
