//! Searching records by a name or a number, which finds no more than its reader sees.
//!
//! What is searched for and what is searched are brought to [one form](folded) first. The database gives the
//! rows that may hold it, by conditions that mean the same on both engines; whether one does is
//! [decided here](Search::finds), by what the reader is shown of it.

use super::Sight;
use super::sight::Kind;
use crate::db::{Where, page};
use crate::text::{folded, folded_name};

/// Fewest digits by which a telephone is found, or the end of an identity number, or a part of a number that a
/// register gives.
const FEWEST_DIGITS: usize = 4;

/// What a column or a field holds in which is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number that a register gives: found whole, and in part by those who see identity numbers, since one
    /// may have been typed there.
    Number,
    /// A name, of which a part is enough. Who may not see identity numbers finds none by digits: somebody may
    /// have typed a number into it.
    Name,
    /// A telephone of a household, of which some digits are enough, for those who see it.
    Telephone,
    /// The same of the staff, which everyone sees.
    StaffTelephone,
    /// An identity number, whole or by its end, for those who see it.
    Identity,
}

/// What a reader searches for.
#[derive(Clone, Debug, Default)]
pub struct Search {
    sight: Sight,
    /// In the form in which texts are compared; empty where nothing is searched for.
    text: String,
}

impl Search {
    /// A search for this text by one of this sight.
    pub fn of(sight: Sight, text: Option<String>) -> Self {
        Self {
            sight,
            text: folded(&text.unwrap_or_default()),
        }
    }

    /// Whether nothing is searched for.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The condition that one of these columns may hold what is searched for, with its values bound to the
    /// statement.
    pub fn within(&self, statement: &mut Where, columns: &[(Part, &str)]) -> String {
        let mut any = Vec::new();
        for (part, column) in columns {
            let Some((sought, value)) = self.sought(*part, column) else {
                continue;
            };
            any.push(sought.replace('?', &statement.bind(value)));
        }
        if any.is_empty() {
            return "1 = 0".to_owned();
        }
        format!("({})", any.join(" OR "))
    }

    /// How one column is compared, and with what; nothing if nobody of this sight finds anything there.
    fn sought(&self, part: Part, column: &str) -> Option<(String, String)> {
        match part {
            Part::Number if self.may_be_part_of_number() => {
                let text = page::containing(&self.text);
                Some((format!("lower({column}) LIKE ? ESCAPE '\\'"), text))
            }
            Part::Number => {
                let may = self.sight.may_find_number(&self.text);
                may.then(|| (format!("lower({column}) = ?"), self.text.clone()))
            }
            Part::Name => {
                // Between any two signs a name may have a dot or, in other scripts, a space.
                let name = folded_name(&self.text);
                let signs = name.chars().map(|sign| {
                    // Of other letters the database may not know the small ones.
                    let is_sure = sign.is_ascii() || sign.to_uppercase().eq([sign]);
                    if is_sure {
                        page::literal(&sign.to_string())
                    } else {
                        "_".to_owned()
                    }
                });
                let pattern = format!("%{}%", signs.collect::<Vec<_>>().join("%"));
                let may = self.sight.may_search_names(&self.text);
                may.then(|| (format!("lower({column}) LIKE ? ESCAPE '\\'"), pattern))
            }
            Part::Telephone if !self.sight.sees(Kind::Telephone) => None,
            Part::Telephone | Part::StaffTelephone => {
                let digits = self.digits_of_telephone()?;
                let text = page::containing(&digits);
                Some((format!("replace({column}, '-', '') LIKE ?"), text))
            }
            Part::Identity => {
                let end = self.end_of_identity()?.to_ascii_uppercase();
                Some((format!("{column} LIKE ?"), format!("%{end}")))
            }
        }
    }

    /// Whether a field holds what is searched for, as the reader sees it. A hit reveals as much as the text
    /// itself. Of an identity number it is the whole one that is asked about.
    pub fn finds(&self, part: Part, value: &str) -> bool {
        match part {
            Part::Number if self.may_be_part_of_number() => folded(value).contains(&self.text),
            Part::Number => self.sight.may_find_number(value) && folded(value) == self.text,
            Part::Name => {
                let may = self.sight.may_search_names(&self.text);
                may && folded_name(&self.sight.text(value)).contains(&folded_name(&self.text))
            }
            Part::Telephone => {
                let may = self.sight.sees(Kind::Telephone);
                may && self.is_in_telephone(&self.sight.telephone(value))
            }
            Part::StaffTelephone => self.is_in_telephone(&self.sight.staff_telephone(value)),
            Part::Identity => {
                let end = self.end_of_identity();
                end.is_some_and(|end| value.to_ascii_lowercase().ends_with(end))
            }
        }
    }

    fn may_be_part_of_number(&self) -> bool {
        self.sight.sees(Kind::Identity) && self.text.chars().count() >= FEWEST_DIGITS
    }

    fn digits_of_telephone(&self) -> Option<String> {
        let digits = self.text.replace('-', "");
        let is_telephone = digits.len() >= FEWEST_DIGITS && is_digits(&digits);
        is_telephone.then_some(digits)
    }

    fn is_in_telephone(&self, shown: &str) -> bool {
        let digits = self.digits_of_telephone();
        digits.is_some_and(|digits| shown.replace('-', "").contains(&digits))
    }

    fn end_of_identity(&self) -> Option<&str> {
        let digits = self.text.strip_suffix('x').unwrap_or(&self.text);
        let is_end = self.text.len() >= FEWEST_DIGITS && is_digits(digits);
        (self.sight.sees(Kind::Identity) && is_end).then_some(self.text.as_str())
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A page of what a search finds. It is filled from as many pages of the list as it takes until enough
/// records may be told of: a gap would reveal one that the caller may not see.
pub struct FoundPage<T, K> {
    records: Vec<T>,
    limit: i64,
    /// Where to read the list on.
    after: Option<K>,
    is_list_read: bool,
}

impl<T, K> FoundPage<T, K> {
    /// An empty page of at most `limit` records, which begins after a sort key.
    pub fn new(after: Option<K>, limit: i64) -> Self {
        Self {
            records: Vec::new(),
            limit,
            after,
            is_list_read: false,
        }
    }

    /// After which sort key, and with which limit, to read the list on; nothing if that is not needed.
    pub fn wants(&mut self) -> Option<(Option<K>, i64)> {
        let is_full = self.records.len() > page::size(self.limit);
        (!is_full && !self.is_list_read).then(|| (self.after.take(), self.limit + 1))
    }

    /// Takes those of the rows that may be told of. They were read with the limit that [`wants`](Self::wants)
    /// gave, and one more.
    pub fn add(&mut self, rows: Vec<T>, key: impl Fn(&T) -> K, may_tell: impl Fn(&T) -> bool) {
        let (rows, next) = page::cut(rows, self.limit + 1, key);
        self.is_list_read = next.is_none();
        self.after = next.map(|page::Last(key)| key);
        self.records.extend(rows.into_iter().filter(may_tell));
    }

    /// The records, and the sort key after which the next page begins, if there is one.
    pub fn cut(self, key: impl Fn(&T) -> K) -> (Vec<T>, Option<page::Last<K>>) {
        page::cut(self.records, self.limit, key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Caller;

    /// Pages of the numbers 1 to 9, of which only the even ones may be told of.
    fn even(after: Option<i64>, limit: i64) -> (Vec<i64>, Option<i64>) {
        let mut found = FoundPage::new(after, limit);
        while let Some((after, limit)) = found.wants() {
            let rows = (1..=9).filter(|number| after.is_none_or(|after| *number > after));
            let rows = rows.take(page::size(limit + 1)).collect();
            found.add(rows, |number| *number, |number| number % 2 == 0);
        }
        let (rows, next) = found.cut(|number| *number);
        (rows, next.map(|page::Last(key)| key))
    }

    fn finds(sight: Sight, text: &str, part: Part, value: &str) -> bool {
        Search::of(sight, Some(text.to_owned())).finds(part, value)
    }

    #[test]
    fn what_is_typed_in_another_way_is_found() {
        let all = Caller::command_line().sight();
        for (text, part, value) in [
            ("买买提艾力", Part::Name, "买买提·艾力"),
            ("买买提 • 艾", Part::Name, "买买提·艾力"),
            ("ＷＡＮＧ", Part::Name, "Wang Fang"),
            ("ÉMILE", Part::Name, "émile"),
            ("df-００1", Part::Number, "DF-001"),
            ("8351 2345", Part::Telephone, "0515-83512345"),
            ("002x", Part::Identity, "11010519491231002X"),
        ] {
            assert!(finds(all, text, part, value), "{text} {value}");
        }
        for (text, part, value) in [
            ("艾买", Part::Name, "买买提·艾力"),
            ("%", Part::Name, "买买提"),
            ("345", Part::Telephone, "0515-83512345"),
            ("1949", Part::Identity, "11010519491231002X"),
        ] {
            assert!(!finds(all, text, part, value), "{text} {value}");
        }
    }

    #[test]
    fn nothing_is_found_by_what_is_not_shown() {
        for (text, part, value) in [
            ("0017", Part::Number, "320999001002000017"),
            ("8351", Part::Telephone, "0515-83512345"),
            ("2002", Part::Identity, "110105194912312002"),
            ("3209", Part::Name, "王大山320999194912310028"),
        ] {
            assert!(!finds(Sight::NOTHING, text, part, value), "{text} {value}");
        }
        assert!(finds(
            Sight::NOTHING,
            "大山",
            Part::Name,
            "王大山320999194912310028"
        ));
        assert!(finds(
            Sight::NOTHING,
            "8351",
            Part::StaffTelephone,
            "0515-83512345"
        ));
    }

    #[test]
    fn a_pattern_finds_all_that_is_found() {
        let all = Caller::command_line().sight();
        let pattern = |text: &str| {
            let search = Search::of(all, Some(text.to_owned()));
            search.sought(Part::Name, "name").unwrap().1
        };
        assert_eq!(pattern("买 提·a"), "%买%提%a%");
        assert_eq!(pattern("50%"), "%5%0%\\%%");
        assert_eq!(pattern("É"), "%_%");
    }

    #[test]
    fn pages_have_no_gaps_where_records_may_not_be_told_of() {
        assert_eq!(even(None, 2), (vec![2, 4], Some(4)));
        assert_eq!(even(Some(4), 2), (vec![6, 8], None));
        assert_eq!(even(None, 3), (vec![2, 4, 6], Some(6)));
        assert_eq!(even(Some(8), 3), (vec![], None));
        assert_eq!(even(None, 9), (vec![2, 4, 6, 8], None));
    }
}
