//! Names and numbers that come by an operation, not in a roster: read as a roster's would be. What a
//! roster is warned of is refused here, for whoever sends it can put it right at once.

use super::line::{Line, line, place, places};
use super::phone::phone;
use super::text::{Read, Refusal};
use crate::problem::{Problem, Text, words};
use crate::workbook::reader::Cell;

/// Most characters of a name of a place or a unit.
const LONGEST_NAME: usize = 100;
/// Most characters of another text of one line.
const LONGEST_LINE: usize = 200;

/// The name of a place or a unit, as it is kept.
pub fn sent_place(name: &str) -> Result<String, Refusal> {
    let read = without_doubt(place(&typed(name), LONGEST_NAME))?;
    read.ok_or_else(|| {
        Refusal::new(
            "name_missing",
            words!("“{name}”不是名称", "“{name}” is not a name"),
            words!("请填写名称", "write the name"),
        )
    })
}

/// The names of one place or of several, as they are kept; nothing where no name is said.
pub fn sent_places(names: &str) -> Read<String> {
    without_doubt(places(&typed(names), LONGEST_NAME))
}

/// A text in one line: who somebody is, what somebody is good at, what a thing is called.
pub fn sent_line(text: &str) -> Read<String> {
    without_doubt(line(&typed(text), LONGEST_LINE))
}

/// One telephone number. A second one, or words beside it, have no place to be kept at.
pub fn sent_phone(number: &str) -> Read<String> {
    let Some(phone) = phone(&typed(number))? else {
        return Ok(None);
    };
    match phone.rest {
        Some(rest) => Err(Refusal::new(
            "phone_invalid",
            words!(
                "这里只能填写一个电话号码（{rest}）",
                "one telephone number is taken here (“{rest}” stands beside it)"
            ),
            words!("请只保留一个号码", "keep one number"),
        )),
        None => Ok(Some(phone.number)),
    }
}

fn typed(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

/// The text of a line; what there is to doubt of it is a refusal.
fn without_doubt(read: Read<Line>) -> Read<String> {
    let Some(line) = read? else { return Ok(None) };
    match line.doubt {
        // Rare characters of real names are among those that have no place of their own.
        Some(doubt) if doubt.code != "private_character" => Err(doubt),
        _ => Ok(Some(line.text)),
    }
}

impl Refusal {
    /// What is wrong and what to do, in one sentence.
    pub fn words(&self) -> Text {
        let (reason, remedy) = (&self.reason, &self.remedy);
        words!("{reason}；{remedy}", "{reason}; {remedy}"; reason, remedy)
    }
}

/// The values of a request that cannot be kept, by their places in its body.
#[derive(Debug, Default)]
pub struct Refused(Vec<(String, Text)>);

impl Refused {
    /// What was read of the value at `pointer`; a refusal is kept, to be told with the others.
    pub fn or<T>(&mut self, pointer: impl Into<String>, read: Result<T, Refusal>) -> Option<T> {
        let refusal = match read {
            Ok(value) => return Some(value),
            Err(refusal) => refusal,
        };
        self.0.push((pointer.into(), refusal.words()));
        None
    }

    /// Nothing, or the answer that tells of all that was refused.
    pub fn none(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let problem = Problem::invalid(
            "value_invalid",
            "有的内容不能这样保存，请按所列各处逐项改正",
            "some values cannot be kept as they are; see `errors`",
        );
        Err(problem.with_places(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_sent_is_one_that_a_roster_may_say() {
        for name in [
            "新?村",
            "新□村",
            "新\u{fffd}村",
            "新*村",
            "〃",
            "同上",
            "无",
            " ",
            "双喜村、前进村",
            "双喜村 前进村",
            "双喜村/前进组",
        ] {
            assert!(sent_place(name).is_err(), "{name}");
        }
        for (name, kept) in [
            ("新喜村", "新喜村"),
            ("新 喜\n村", "新喜村"),
            ("“新喜村”", "新喜村"),
            ("新喜村（社区）", "新喜村（社区）"),
        ] {
            assert_eq!(sent_place(name).unwrap(), kept);
        }
    }

    #[test]
    fn several_names_are_kept_in_one_form() {
        for (names, kept) in [
            ("双喜村", Some("双喜村")),
            ("双 喜\t村", Some("双喜村")),
            ("双喜村/前进村", Some("双喜村、前进村")),
            ("双喜村，前进\n村", Some("双喜村、前进村")),
            ("/", None),
        ] {
            assert_eq!(sent_places(names), Ok(kept.map(str::to_owned)), "{names}");
        }
        for names in ["双?村", "双喜村、□村", "同上"] {
            assert!(sent_places(names).is_err(), "{names}");
        }
    }

    #[test]
    fn a_line_has_no_line_breaks() {
        assert_eq!(
            sent_line("镇 领导\n王芳"),
            Ok(Some("镇 领导王芳".to_owned()))
        );
        assert_eq!(sent_line("Wang\tFang"), Ok(Some("Wang Fang".to_owned())));
        assert!(sent_line("王\u{fffd}").is_err());
    }

    #[test]
    fn one_telephone_number_is_kept() {
        assert_eq!(
            sent_phone("１３９０００００００１"),
            Ok(Some("13900000001".to_owned()))
        );
        for number in ["不详", "无"] {
            assert_eq!(sent_phone(number), Ok(None), "{number}");
        }
        for number in [
            "13900000001 13900000002",
            "1.39E+10",
            "12345",
            "139****0001",
            "见户口簿",
        ] {
            assert!(sent_phone(number).is_err(), "{number}");
        }
    }
}
