//! What a cell says of where a household stands: often less than the register keeps, sometimes more.

use super::row::{HouseholdRow, Shared};
use crate::code_list::CodeList;
use crate::household::PovertyStatus;
use crate::household::rule::Severity;
use crate::problem::words;
use crate::roster::column::Put;
use crate::text::squeezed;
use crate::value::{self, Refusal};
use crate::workbook::reader::Cell;

/// What a cell says of where a household stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusSaid {
    status: PovertyStatus,
    /// Whether it says less than the status: that a household is lifted and not with which policy, or that
    /// it is not and not whether it once was.
    is_vague: bool,
    /// The year in which the household was lifted.
    lifted_year: Option<i64>,
}

impl StatusSaid {
    /// What a cell of 脱贫属性 says; the year in which a household was lifted may stand before the status
    /// or behind it.
    fn of_cell(text: &str) -> Option<Self> {
        if let Some(status) = PovertyStatus::recognise(text) {
            return Some(Self::of_words(status, text, None));
        }
        let (words, year) = without_year(&squeezed(text))?;
        let status = PovertyStatus::recognise(&words).filter(|status| status.is_lifted())?;
        Some(Self::of_words(status, &words, Some(year)))
    }

    /// What a cell of 是否脱贫 says: yes or no, or the status itself.
    fn of_answer(text: &str) -> Option<Self> {
        Self::of_cell(text).or_else(|| {
            let is_lifted = value::yes_no(&Cell::Text(text.into())).ok()??;
            Some(Self {
                status: if is_lifted {
                    PovertyStatus::LiftedWithPolicy
                } else {
                    PovertyStatus::Poor
                },
                is_vague: true,
                lifted_year: None,
            })
        })
    }

    fn of_words(status: PovertyStatus, words: &str, lifted_year: Option<i64>) -> Self {
        Self {
            status,
            is_vague: status == PovertyStatus::LiftedWithPolicy && !words.contains("享受"),
            lifted_year,
        }
    }
}

/// A text without the year of a day that stands in it, and that year: 2019年脱贫, 2020年底已脱贫,
/// 2019.12脱贫, 已脱贫(2019年).
fn without_year(tight: &str) -> Option<(String, i64)> {
    let (before, rest) = tight.split_at(tight.find(|it: char| it.is_ascii_digit())?);
    let (year, mut rest) = rest.split_at_checked(4)?;
    if !year.starts_with("20") {
        return None;
    }
    let year = year.parse().ok()?;
    // The month and the day, and whether it was the end or the whole of the year.
    rest = rest.trim_start_matches(|it: char| it.is_ascii_digit() || "年月日份.-/".contains(it));
    rest = rest.trim_start_matches(['度', '初', '末', '底']);
    let before = before.trim_start_matches('于');
    let words = match before.strip_suffix('(') {
        Some(before) => format!("{before}{}", rest.strip_prefix(')')?),
        None => format!("{before}{rest}"),
    };
    Some((words, year))
}

/// Puts what a cell of 脱贫属性 says into a row.
pub(super) fn put_status(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    StatusSaid::of_cell(text).map(|said| put(row, said))
}

/// Puts what a cell of 是否脱贫 says into a row.
pub(super) fn put_is_lifted(row: &mut HouseholdRow, text: &str) -> Option<(Put, &'static str)> {
    StatusSaid::of_answer(text).map(|said| put(row, said))
}

fn put(row: &mut HouseholdRow, said: StatusSaid) -> (Put, &'static str) {
    let other = Shared {
        status: Some(said.status),
        status_is_vague: said.is_vague,
        status_year: said.lifted_year,
        ..Shared::default()
    };
    (merge_status(&mut row.shared, &other), said.status.label())
}

/// Puts the status that one row or cell says to that of others. One that says the whole makes a vague one
/// clear that does not contradict it: 是 of 是否脱贫 beside 已脱贫(不享受政策).
pub(super) fn merge_status(shared: &mut Shared, other: &Shared) -> Put {
    let Some(said) = other.status else {
        return Put::Same;
    };
    let Some(known) = shared.status else {
        shared.status = other.status;
        shared.status_is_vague = other.status_is_vague;
        shared.status_year = other.status_year;
        return Put::New;
    };
    let agree = known == said
        || ((shared.status_is_vague || other.status_is_vague)
            && known.is_lifted() == said.is_lifted());
    let years_differ =
        matches!((shared.status_year, other.status_year), (Some(one), Some(two)) if one != two);
    if !agree || years_differ {
        return Put::Differs;
    }
    let before = (shared.status, shared.status_is_vague, shared.status_year);
    if !other.status_is_vague {
        shared.status = other.status;
        shared.status_is_vague = false;
    }
    shared.status_year = shared.status_year.or(other.status_year);
    let is_new = before != (shared.status, shared.status_is_vague, shared.status_year);
    if is_new { Put::New } else { Put::Same }
}

/// Takes the year that the status says for 脱贫年度, which the household does not say, or tells that the two
/// differ.
pub fn take_status_year(
    lifted_year: &mut Option<i64>,
    shared: &Shared,
) -> Option<(Severity, Refusal)> {
    let said = shared.status_year?;
    match *lifted_year {
        None => {
            *lifted_year = Some(said);
            let refusal = Refusal::new(
                "lifted_year_of_status",
                words!(
                    "脱贫属性中写有年份，脱贫年度读作“{said}”",
                    "“脱贫属性” names a year: “脱贫年度” was read as “{said}”"
                ),
                words!(
                    "如不对，请在文件中改正，或在导入设置中填写更正",
                    "if that is wrong, correct it in the file, or give a correction among the choices for the import"
                ),
            );
            Some((Severity::Repair, refusal))
        }
        Some(year) if year != said => {
            let refusal = Refusal::new(
                "lifted_year_differs",
                words!(
                    "脱贫属性中的年份是 {said} 年，脱贫年度填的是 {year} 年，以脱贫年度为准",
                    "“脱贫属性” names the year {said}, but “脱贫年度” is {year}, which counts"
                ),
                words!(
                    "请核对是哪一年脱贫的，两处改成一致",
                    "check in which year the household was lifted, and make both the same"
                ),
            );
            Some((Severity::Warning, refusal))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PovertyStatus::{LiftedWithPolicy, LiftedWithoutPolicy, Poor, Relapsed};

    fn read(
        put: fn(&mut HouseholdRow, &str) -> Option<(Put, &'static str)>,
        texts: &[&str],
    ) -> (Option<Put>, Shared) {
        let mut row = HouseholdRow::default();
        let mut last = None;
        for text in texts {
            last = put(&mut row, text);
        }
        (last.map(|(put, _)| put), row.shared)
    }

    #[test]
    fn a_status_that_says_less_is_vague() {
        for (text, status, is_vague) in [
            ("已脱贫", LiftedWithPolicy, true),
            ("脱贫户", LiftedWithPolicy, true),
            ("稳定脱贫", LiftedWithPolicy, true),
            ("2019年脱贫", LiftedWithPolicy, true),
            ("已脱贫(享受政策)", LiftedWithPolicy, false),
            ("脱贫（继续享受政策）", LiftedWithPolicy, false),
            ("2019年脱贫(享受政策)", LiftedWithPolicy, false),
            ("脱贫不享受政策", LiftedWithoutPolicy, false),
            ("未脱贫", Poor, false),
            ("返贫", Relapsed, false),
        ] {
            for put in [put_status, put_is_lifted] {
                let (_, shared) = read(put, &[text]);
                assert_eq!(shared.status, Some(status), "{text}");
                assert_eq!(shared.status_is_vague, is_vague, "{text}");
            }
        }
        for (text, status) in [
            ("是", LiftedWithPolicy),
            ("√", LiftedWithPolicy),
            ("否", Poor),
        ] {
            let (_, shared) = read(put_is_lifted, &[text]);
            assert_eq!(
                (shared.status, shared.status_is_vague),
                (Some(status), true)
            );
            assert_eq!(read(put_status, &[text]).0, None, "{text}");
        }
    }

    #[test]
    fn the_year_in_a_status_is_read() {
        for (text, year) in [
            ("2019年脱贫", 2019),
            ("2020年底已脱贫", 2020),
            ("2018年度脱贫户", 2018),
            ("2018 年末 脱贫", 2018),
            ("2019年12月脱贫", 2019),
            ("2019.12脱贫", 2019),
            ("2017年12月31日稳定脱贫", 2017),
            ("于2019年脱贫", 2019),
            ("已脱贫（2019年）", 2019),
            ("脱贫户(2016)", 2016),
            ("已脱贫2020年", 2020),
            ("2019年已脱贫（不享受政策）", 2019),
        ] {
            let (_, shared) = read(put_status, &[text]);
            assert!(
                shared.status.is_some_and(PovertyStatus::is_lifted),
                "{text}"
            );
            assert_eq!(shared.status_year, Some(year), "{text}");
        }
        for text in [
            "2019年未脱贫",
            "2019年",
            "1019年脱贫",
            "2019年返贫",
            "年脱贫",
            "20年脱贫",
        ] {
            assert_eq!(read(put_status, &[text]).0, None, "{text}");
        }
    }

    #[test]
    fn a_status_that_says_the_whole_makes_a_vague_one_clear() {
        for (texts, put, status, is_vague) in [
            (
                ["是", "脱贫不享受政策"],
                Put::New,
                LiftedWithoutPolicy,
                false,
            ),
            (
                ["脱贫不享受政策", "是"],
                Put::Same,
                LiftedWithoutPolicy,
                false,
            ),
            (["否", "返贫"], Put::New, Relapsed, false),
            (["返贫", "否"], Put::Same, Relapsed, false),
            (["已脱贫", "2019年脱贫"], Put::New, LiftedWithPolicy, true),
            (["已脱贫", "脱贫户"], Put::Same, LiftedWithPolicy, true),
            (
                ["2018年脱贫", "2019年脱贫"],
                Put::Differs,
                LiftedWithPolicy,
                true,
            ),
            (["未脱贫", "返贫"], Put::Differs, Poor, false),
            (["是", "返贫"], Put::Differs, LiftedWithPolicy, true),
            (["否", "已脱贫"], Put::Differs, Poor, true),
        ] {
            let (last, shared) = read(put_is_lifted, &texts);
            assert_eq!(last, Some(put), "{texts:?}");
            assert_eq!(
                (shared.status, shared.status_is_vague),
                (Some(status), is_vague),
                "{texts:?}"
            );
        }
    }

    #[test]
    fn the_year_of_a_status_never_replaces_another() {
        let of = |lifted_year: Option<i64>, status_year| {
            let shared = Shared {
                status_year,
                ..Shared::default()
            };
            let mut year = lifted_year;
            let told = take_status_year(&mut year, &shared);
            (
                year,
                told.map(|(severity, refusal)| (severity, refusal.code)),
            )
        };
        assert_eq!(of(None, None), (None, None));
        assert_eq!(of(Some(2019), Some(2019)), (Some(2019), None));
        let repaired = (Severity::Repair, "lifted_year_of_status");
        assert_eq!(of(None, Some(2019)), (Some(2019), Some(repaired)));
        let warned = (Severity::Warning, "lifted_year_differs");
        assert_eq!(of(Some(2018), Some(2019)), (Some(2018), Some(warned)));
    }
}
