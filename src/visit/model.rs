//! What a visit holds, and the rules for logging and correcting one.

use chrono::NaiveDate;
use poem_openapi::Object;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use uuid::Uuid;

use crate::api::Instant;
use crate::code_list;
use crate::code_list::CodeList;
use crate::db::Json;
use crate::household::Measure;
use crate::serving::tenure::Periods;

code_list! {
    /// How the helper was in touch with the household (走访方式).
    pub enum VisitKind = "visit_kind", "走访方式" {
        Home = "home", "入户", ["上门", "入户走访"];
        Phone = "phone", "电话", ["电话联系"];
        Video = "video", "视频", ["视频通话"];
    }
}

code_list! {
    /// Who was met or spoken to (见到谁).
    pub enum WhoMet = "who_met", "见到的人" {
        Head = "head", "户主", ["本人"];
        Family = "family", "家庭成员", ["家人"];
        Other = "other", "其他人员" / "somebody else", ["其他", "邻居", "村干部"];
    }
}

code_list! {
    /// What a household really got (实惠).
    pub enum BenefitKind = "benefit_kind", "实惠类别" {
        Money = "money", "资金", ["慰问金", "现金"];
        Goods = "goods", "物资", ["慰问品"];
        Job = "job", "就业", ["岗位"];
        Training = "training", "培训", [];
        Medical = "medical", "医疗", [];
        SchoolAid = "school_aid", "助学", ["教育资助"];
        Other = "other", "其他", ["其它"];
    }
}

/// Longest note, in characters.
pub const MAX_NOTE: usize = 4000;
/// Longest text of wishes, in characters.
pub const MAX_WISHES: usize = 2000;
/// Most benefits of one visit.
pub const MAX_BENEFITS: usize = 20;
/// Longest description of a benefit, in characters.
pub const MAX_DESCRIPTION: usize = 500;
/// Longest reason of a correction, in characters.
pub const MAX_REASON: usize = 500;
/// Most visits of one batch.
pub const MAX_BATCH: usize = 50;

/// One thing that the household really got (实惠).
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
#[oai(skip_serializing_if_is_none)]
pub struct Benefit {
    /// What kind of thing.
    pub kind: BenefitKind,
    /// What it is worth, in fen, where that is known.
    #[oai(validator(minimum(value = "0"), maximum(value = "100000000000")))]
    pub amount_fen: Option<i64>,
    /// What it is, in words.
    #[oai(validator(min_length = 1, max_length = 500))]
    pub description: String,
}

/// What is said of a visit by whoever logs it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
#[oai(rename = "VisitInput", skip_serializing_if_is_none)]
pub struct VisitFacts {
    /// The day of the visit, in China; not in the future.
    pub visited_on: NaiveDate,
    /// At home, by telephone or by video.
    pub kind: VisitKind,
    /// Who was met; needed for a visit at home.
    pub met: Option<WhoMet>,
    /// Whether the facts of the register were gone through and hold (基本情况).
    #[oai(default)]
    pub situation_confirmed: bool,
    /// Whether the causes of poverty were talked over and hold (致贫原因).
    #[oai(default)]
    pub causes_confirmed: bool,
    /// What the household says it wishes for (内心诉求), in its own words.
    #[oai(validator(max_length = 2000))]
    pub wishes: Option<String>,
    /// The measures that were followed up, each once.
    #[oai(default, validator(max_items = 13))]
    #[sqlx(try_from = "Json<Vec<Measure>>")]
    pub measures: Vec<Measure>,
    /// What the household really got.
    #[oai(default, validator(max_items = 20))]
    #[sqlx(skip)]
    pub benefits: Vec<Benefit>,
    /// Anything else worth writing down.
    #[oai(validator(max_length = 4000))]
    pub note: Option<String>,
}

/// A visit as stored.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize, Deserialize, Object)]
pub struct Visit {
    /// Its id.
    pub id: Uuid,
    /// The household that was visited.
    pub household_id: Uuid,
    /// Name of the household's head.
    pub head_name: String,
    /// The helper who went: responsible for the household on the day of the visit, or assisting it.
    pub staff_id: Uuid,
    /// Staff number (工号) of that helper.
    #[oai(skip_serializing_if_is_none)]
    #[serde(default)]
    pub staff_number: Option<String>,
    /// Name of that helper.
    #[oai(rename = "helper_name")]
    pub staff_name: String,
    /// What is said of it.
    #[oai(flatten)]
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub facts: VisitFacts,
    /// Counts its corrections, from 1; the `ETag` of the visit.
    pub version: i64,
    /// When it was first logged.
    #[oai(rename = "recorded_at")]
    pub logged_at: Instant,
    /// The account that logged it: the helper's own, or one of the office.
    #[oai(rename = "recorded_by")]
    pub logged_by: String,
}

/// What a correction replaced, as it is kept in the history.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Corrected<V> {
    /// Why it was corrected.
    pub reason: String,
    /// All of the visit before the correction.
    pub visit: V,
}

/// What a visit was before a correction.
#[derive(Object)]
pub struct FormerVisit {
    /// The version that was replaced.
    pub version: i64,
    /// When it was replaced.
    pub corrected_at: Instant,
    /// The account that replaced it.
    pub corrected_by: String,
    /// Why.
    pub reason: String,
    /// The visit as it was.
    pub visit: Visit,
}

/// Why a visit or a help plan cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VisitError {
    /// The day is after today.
    #[error("日期 {day} 晚于今天（{today}），请填写实际发生的日期")]
    FutureDate {
        /// What was sent.
        day: NaiveDate,
        /// Today in China.
        today: NaiveDate,
        /// Field of the body.
        pointer: &'static str,
    },
    /// A visit at home without saying who was met.
    #[error("入户走访必须填写见到了谁：户主、家庭成员或其他人员")]
    MetMissing,
    /// A text is too long.
    #[error("{what}超过 {max} 个字，请缩短")]
    TooLong {
        /// Which text, in Chinese.
        what: &'static str,
        /// Most characters.
        max: usize,
        /// Field of the body.
        pointer: &'static str,
    },
    /// A text that must be there is empty.
    #[error("{what}不能为空")]
    Empty {
        /// Which text, in Chinese.
        what: &'static str,
        /// Field of the body.
        pointer: &'static str,
    },
    /// More benefits than one visit can have.
    #[error("一次走访最多填写 {MAX_BENEFITS} 项实惠")]
    TooManyBenefits,
    /// A benefit's amount is below zero or its description is missing or too long.
    #[error("第 {} 项实惠无效：金额不能为负，说明应为 1 至 {MAX_DESCRIPTION} 个字", position + 1)]
    Benefit {
        /// Its place in the list, from 0.
        position: usize,
    },
    /// A measure is in the list twice.
    #[error("帮扶措施“{}”重复，每项只填一次", .0.label())]
    RepeatedMeasure(Measure),
    /// A help plan without a measure.
    #[error("帮扶计划至少要有一项帮扶措施")]
    NoMeasure,
    /// Nobody was responsible for the household on that day.
    #[error("该户在 {day} 没有帮扶责任人，请核对走访日期，或请办公室先办理结对")]
    NoResponsibleHelper {
        /// The day that was sent for the visit.
        day: NaiveDate,
    },
    /// The helper did not serve the household on that day.
    #[error(
        "您在 {day} 不是该户的帮扶责任人或协助帮扶人，可登记的走访日期：{served}；如有出入请联系办公室"
    )]
    NotYourHousehold {
        /// The day in question.
        day: NaiveDate,
        /// The days that they may log.
        served: Periods,
    },
    /// The helper serves the household no more, and the days for handing in visits are over.
    #[error(
        "您对该户的帮扶已于 {ended} 结束，补登走访的期限为结束后 {days} 天，现已截止；请将走访情况交办公室登记"
    )]
    HandInOver {
        /// When their time with it ended.
        ended: NaiveDate,
        /// For how many days after it they could hand in visits.
        days: u32,
    },
    /// By a unit's contact: the helper of that day belongs to another unit.
    #[error("{day} 该户的帮扶责任人不是本单位人员，请由其本人、其单位或办公室登记")]
    OtherUnit {
        /// The day of the visit.
        day: NaiveDate,
    },
    /// Only its helper, the contact of the helper's unit or the office may correct a visit.
    #[error("只有走访人、其单位联络员或办公室可以更正这次走访")]
    NotYourVisit,
    /// On the corrected day the helper who went did not serve the household.
    #[error("本次走访的走访人在 {day} 不是该户的帮扶责任人或协助帮扶人，日期不能改到这一天")]
    OtherHelper {
        /// The corrected day.
        day: NaiveDate,
    },
    /// A field that a visit must have was cleared.
    #[error("此项不能清空")]
    CannotClear {
        /// Field of the body.
        pointer: &'static str,
    },
    /// A masked number was moved, or put in words in which it would be shown.
    #[error(
        "用星号遮盖的号码或词语不能移动、改动或换用别的文字：请照原样保留，或删去后重新填写完整内容；看不到完整内容的，请交办公室更正"
    )]
    MaskMoved {
        /// Field of the body.
        pointer: &'static str,
    },
    /// A correction that changes nothing.
    #[error("没有任何改动，无须更正")]
    NothingChanged,
}

impl VisitFacts {
    /// These facts in the form in which they are kept, if they are within the rules: texts without
    /// white space around them, empty ones absent, measures in the order of their list.
    pub fn checked(mut self, today: NaiveDate) -> Result<Self, VisitError> {
        not_after_today(self.visited_on, today, "/visited_on")?;
        if self.kind == VisitKind::Home && self.met.is_none() {
            return Err(VisitError::MetMissing);
        }
        self.wishes = text(self.wishes, "内心诉求", MAX_WISHES, "/wishes")?;
        self.note = text(self.note, "备注", MAX_NOTE, "/note")?;
        self.measures = distinct(self.measures)?;
        if self.benefits.len() > MAX_BENEFITS {
            return Err(VisitError::TooManyBenefits);
        }
        for (position, benefit) in self.benefits.iter_mut().enumerate() {
            benefit.description = benefit.description.trim().to_owned();
            let length = benefit.description.chars().count();
            if benefit.amount_fen.is_some_and(|amount| amount < 0)
                || !(1..=MAX_DESCRIPTION).contains(&length)
            {
                return Err(VisitError::Benefit { position });
            }
        }
        Ok(self)
    }
}

/// Refuses a day after today.
pub fn not_after_today(
    day: NaiveDate,
    today: NaiveDate,
    pointer: &'static str,
) -> Result<(), VisitError> {
    if day > today {
        return Err(VisitError::FutureDate {
            day,
            today,
            pointer,
        });
    }
    Ok(())
}

/// A text without white space around it, absent if nothing is left.
fn text(
    text: Option<String>,
    what: &'static str,
    max: usize,
    pointer: &'static str,
) -> Result<Option<String>, VisitError> {
    let text = text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    if text.as_ref().is_some_and(|text| text.chars().count() > max) {
        return Err(VisitError::TooLong { what, max, pointer });
    }
    Ok(text)
}

/// A text that must be there, without white space around it.
pub fn needed_text(
    given: String,
    what: &'static str,
    max: usize,
    pointer: &'static str,
) -> Result<String, VisitError> {
    text(Some(given), what, max, pointer)?.ok_or(VisitError::Empty { what, pointer })
}

/// Measures in the order of their list, if none stands twice.
pub fn distinct(mut measures: Vec<Measure>) -> Result<Vec<Measure>, VisitError> {
    measures.sort_unstable();
    match measures.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(VisitError::RepeatedMeasure(pair[0])),
        None => Ok(measures),
    }
}

/// Who asks to log a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Logger {
    /// The office, which may log for any helper.
    Office,
    /// Whoever contacts the office for a unit, who may log for its people.
    Unit(Uuid),
    /// A helper, who may log their own.
    Helper(Uuid),
}

/// Whose visit it is on `day`: a helper's own, of whose times with the household those in `own` are
/// open for visits; by the office or a unit, that of the helper who was `responsible` on the day.
pub fn visitor(
    logger: Logger,
    own: &Periods,
    responsible: Option<Uuid>,
    day: NaiveDate,
) -> Result<Uuid, VisitError> {
    match (logger, responsible) {
        (Logger::Helper(me), _) if own.covers(day) => Ok(me),
        (Logger::Office | Logger::Unit(_), Some(helper)) => Ok(helper),
        (Logger::Office | Logger::Unit(_), None) => Err(VisitError::NoResponsibleHelper { day }),
        // Their household, but not yet on that day.
        (Logger::Helper(_), None) if own.serves_now() => {
            Err(VisitError::NoResponsibleHelper { day })
        }
        (Logger::Helper(_), _) => Err(VisitError::NotYourHousehold {
            day,
            served: own.clone(),
        }),
    }
}

#[cfg(test)]
mod tests;
