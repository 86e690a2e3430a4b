//! What keeps a pairing or a run from being made, confirmed or ended.

use chrono::NaiveDate;

use super::constraint::{Barrier, Pin};

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
    #[error("保存的计算依据已损坏或被改动，与方案记载的摘要不符，无法核验或导出")]
    BasisDamaged,
    /// The run was confirmed before.
    #[error("此方案已经确认，不能再确认或放弃")]
    RunConfirmed,
    /// The run was dropped before.
    #[error("此方案已经放弃，请重新生成")]
    RunDropped,
    /// The run is being edited.
    #[error("此方案还是草稿，请先提交（propose），再确认")]
    RunDraft,
    /// The run is no draft.
    #[error("此方案已经提交，待确认")]
    RunProposed,
    /// An edit of a household that the run is not for.
    #[error("该户不在此方案中，请核对户的编号")]
    NotInRun,
    /// An edit that leaves all as it is.
    #[error("此户在方案中已经是这样安排的，没有需要调整的内容")]
    NothingChanged,
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
        /// Households that he has.
        held: i64,
        /// Households that the run gives him.
        added: i64,
        /// Households that he may have.
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
    #[error("此人{0}，期间不能新增结对，请另选责任人")]
    HelperAway(String),
    /// The pair may never be.
    #[error("此户与此人不能结对：{}", .0.words())]
    Barred(Barrier),
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
    /// The person has as many households as he may have.
    #[error("此人已帮扶 {held} 户，可帮扶户数为 {capacity}，请另选责任人，或先调整可帮扶户数")]
    HelperFull {
        /// Households that he has.
        held: i64,
        /// Households that he may have.
        capacity: i64,
    },
    /// There is no such household, or it is closed.
    #[error("没有这一户，或已销户，请核对 household_id")]
    NoSuchHousehold,
    /// There is no such person.
    #[error("人员花名册中没有此人，请核对 staff_id")]
    NoSuchHelper,
    /// The pairing has ended already.
    #[error("此结对已于 {0} 结束")]
    AlreadyEnded(NaiveDate),
    /// An end before the beginning.
    #[error("结束日期不能早于开始日期 {0}")]
    EndsBeforeStart(NaiveDate),
    /// The helper went to the household after the day.
    #[error("此人在 {0} 还走访过该户，结束日期不能早于这一天；走访日期有误的，请先更正走访")]
    EndsBeforeVisit(NaiveDate),
    /// A departure of one who has left.
    #[error("此人已停用，不能再登记离岗")]
    AlreadyInactive,
    /// A return of one who is there.
    #[error("此人在岗，不需要登记返岗")]
    AlreadyActive,
    /// A transfer to where the person is.
    #[error("此人已在该单位，请核对 unit_id")]
    SameUnit,
    /// There is no such unit.
    #[error("没有这个单位，请核对 unit_id")]
    NoSuchUnit,
    /// A note can be read for the new helper by nobody else.
    #[error("只有该户现在的帮扶责任人（接手人）可以确认已读")]
    NotTheNewHelper,
}

impl PairingError {
    /// Why a household that is pinned to one is given to nobody else.
    pub fn pinned_to_another(pin: &Pin) -> Self {
        Self::PinnedToAnother {
            helper: pin.name.clone(),
            reason: pin.reason.clone(),
        }
    }
}
