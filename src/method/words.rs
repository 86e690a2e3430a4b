//! The next steps in words: what to do, by whom and by when.

use chrono::{Datelike, Months, NaiveDate};

use crate::code_list::CodeList;
use crate::household::Measure;
use crate::lift::model::publicity_ends;

/// Asks for the next step of one household.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Name of the helper who is responsible now.
    pub helper: Option<&'a str>,
    /// The day on which it is asked.
    pub today: NaiveDate,
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
        self.by(&format!("{}前", chinese(self.deadline())), what)
    }

    /// Asks the helper to do something before a day.
    pub fn before(&self, day: NaiveDate, what: &str) -> String {
        self.by(&format!("{}前", chinese(day)), what)
    }

    pub fn by(&self, when: &str, what: &str) -> String {
        match self.helper {
            Some(name) => format!("请帮扶责任人{name}于{when}{what}。"),
            None => format!("该户尚未结对：请办公室先确定帮扶责任人，再由其于{when}{what}。"),
        }
    }

    /// Asks the office to approve a lift once its publicity ends.
    pub fn approval(&self, publicised_on: NaiveDate, days: u32) -> String {
        let earliest = publicity_ends(publicised_on, days).unwrap_or(NaiveDate::MAX);
        format!(
            "请办公室在公示满 {days} 天后办理“批准”：最早{}，于{}前完成。",
            chinese(earliest),
            chinese(self.deadline().max(earliest)),
        )
    }

    /// Asks the office to do something soon.
    pub fn office(&self, what: &str) -> String {
        format!("请办公室于{}前{what}。", chinese(self.deadline()))
    }
}

/// The last day of a month: this one for 1, the next one for 2.
fn end_of_month(day: NaiveDate, months: u32) -> NaiveDate {
    day.with_day(1)
        .and_then(|first| first.checked_add_months(Months::new(months)))
        .and_then(|next| next.pred_opt())
        .unwrap_or(day)
}

pub fn chinese(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

pub fn labels(measures: &[Measure]) -> String {
    let labels: Vec<_> = measures.iter().map(|measure| measure.label()).collect();
    labels.join("、")
}

/// The first few of a list in words.
pub fn listed(items: &[String]) -> String {
    const SHOWN: usize = 6;
    let first = items[..items.len().min(SHOWN)].join("、");
    if items.len() > SHOWN {
        format!("{first}等 {} 项", items.len())
    } else {
        first
    }
}
