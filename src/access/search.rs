//! Searching records by a name or a number, which finds no more than its reader sees.

use super::Sight;
use crate::db::{Where, page};

/// What a reader searches for: a part of a name, or a whole number that a register gives.
#[derive(Clone, Debug, Default)]
pub struct Search {
    sight: Sight,
    /// Empty where nothing is searched for.
    text: String,
}

impl Search {
    /// A search for this text by one of this sight.
    pub fn of(sight: Sight, text: Option<String>) -> Self {
        Self {
            sight,
            text: text.unwrap_or_default(),
        }
    }

    /// Narrows a list to what is found in these columns: in that of the number the whole text, in that of the
    /// name a part of it.
    pub fn narrow(&self, wanted: Where, number: &str, name: &str) -> Where {
        if self.text.is_empty() {
            return wanted;
        }
        let may_be_number = self.sight.may_find_number(&self.text);
        let may_be_name = self.sight.may_search_names(&self.text);
        wanted.and_any([
            (
                may_be_number.then(|| (&self.text).into()),
                &format!("{number} = ?"),
            ),
            (
                may_be_name.then(|| page::containing(&self.text).into()),
                &format!("{name} LIKE ? ESCAPE '\\'"),
            ),
        ])
    }

    /// Whether a record that was found may be shown: see [`Sight::may_tell`].
    pub fn may_tell(&self, number: Option<&str>, name: &str) -> bool {
        self.sight.may_tell(&self.text, number, name)
    }
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

    #[test]
    fn pages_have_no_gaps_where_records_may_not_be_told_of() {
        assert_eq!(even(None, 2), (vec![2, 4], Some(4)));
        assert_eq!(even(Some(4), 2), (vec![6, 8], None));
        assert_eq!(even(None, 3), (vec![2, 4, 6], Some(6)));
        assert_eq!(even(Some(8), 3), (vec![], None));
        assert_eq!(even(None, 9), (vec![2, 4, 6, 8], None));
    }
}
