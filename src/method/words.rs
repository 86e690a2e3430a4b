//! The next steps in words: what to do, by whom and by when.

use chrono::{Datelike, Months, NaiveDate};

use crate::access::Sight;
use crate::calendar::in_chinese;
use crate::code_list::CodeList;
use crate::household::Measure;
use crate::lift::model::publicity_ends;
use crate::problem::{Language, counted, say};

/// Who will read the words.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    /// What they may see.
    pub sight: Sight,
    /// In which language they read.
    pub language: Language,
}

impl From<Sight> for Reader {
    fn from(sight: Sight) -> Self {
        let language = Language::Chinese;
        Self { sight, language }
    }
}

/// Asks for the next step of one household.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Name of the helper who is responsible now.
    pub helper: Option<&'a str>,
    /// The day on which it is asked.
    pub today: NaiveDate,
    /// The language in which it is asked; in English `what` begins with a verb.
    pub language: Language,
}

impl Ask<'_> {
    /// The end of this month, or of the next one if less than a week is left.
    fn deadline(&self) -> NaiveDate {
        let end = end_of_month(self.today, 1);
        if end - self.today < chrono::TimeDelta::days(7) {
            end_of_month(self.today, 2)
        } else {
            end
        }
    }

    /// Asks the helper to do something soon.
    pub fn soon(&self, what: &str) -> String {
        self.before(self.deadline(), what)
    }

    /// Asks the helper to do something before a day.
    pub fn before(&self, day: NaiveDate, what: &str) -> String {
        let day = in_words(day, self.language);
        match self.helper {
            Some(name) => say!(
                self.language,
                "请帮扶责任人{name}于{day}前{what}。",
                "“{name}”, who is responsible, is to {what} by {day}."
            ),
            None => say!(
                self.language,
                "该户尚未结对：请办公室先确定帮扶责任人，再由其于{day}前{what}。",
                "Nobody is responsible for this household yet: the office is to decide who is; they are then to {what} by {day}."
            ),
        }
    }

    /// Asks the office to approve a lift once its publicity ends.
    pub fn approval(&self, publicised_on: NaiveDate, days: u32) -> String {
        let earliest = publicity_ends(publicised_on, days).unwrap_or(NaiveDate::MAX);
        let last = in_words(self.deadline().max(earliest), self.language);
        let earliest = in_words(earliest, self.language);
        let notice = counted(days.into(), "day");
        say!(
            self.language,
            "请办公室在公示满 {days} 天后办理“批准”：最早{earliest}，于{last}前完成。",
            "The office is to approve the lift after {notice} of public notice: on {earliest} at the earliest, by {last} at the latest."
        )
    }

    /// Asks the office to do something soon.
    pub fn office(&self, what: &str) -> String {
        let day = in_words(self.deadline(), self.language);
        say!(
            self.language,
            "请办公室于{day}前{what}。",
            "The office is to {what} by {day}."
        )
    }
}

/// The last day of a month: this one for 1, the next one for 2.
fn end_of_month(day: NaiveDate, months: u32) -> NaiveDate {
    day.with_day(1)
        .and_then(|first| first.checked_add_months(Months::new(months)))
        .and_then(|next| next.pred_opt())
        .unwrap_or(day)
}

/// A day as people write it.
pub fn in_words(day: NaiveDate, language: Language) -> String {
    match language {
        Language::Chinese => in_chinese(day),
        Language::English => day.to_string(),
    }
}

pub fn labels(measures: &[Measure], language: Language) -> String {
    let labels: Vec<_> = measures
        .iter()
        .map(|measure| measure.label_in(language))
        .collect();
    labels.join(comma(language))
}

/// The first few of a list in words.
pub fn listed(items: &[&str], language: Language) -> String {
    const SHOWN: usize = 6;
    let first = items[..items.len().min(SHOWN)].join(comma(language));
    let count = items.len();
    if count > SHOWN {
        say!(
            language,
            "{first}等 {count} 项",
            "{first} and others, {count} in all"
        )
    } else {
        first
    }
}

fn comma(language: Language) -> &'static str {
    match language {
        Language::Chinese => "、",
        Language::English => ", ",
    }
}
