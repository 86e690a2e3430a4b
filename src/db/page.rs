//! Lists in pages. A page begins after the sort key of the last row of the page before, so that rows
//! added or removed meanwhile neither repeat nor hide another.

/// Items of a page when the caller does not say.
pub const DEFAULT_LIMIT: i64 = 50;

/// How many items a limit lets into a page.
pub fn size(limit: i64) -> usize {
    usize::try_from(limit).unwrap_or_default()
}

/// The sort key of the last row of a page that another one follows. It leaves the program only
/// sealed, see [`CursorKey`](super::CursorKey).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last<K>(pub(crate) K);

/// Cuts `rows`, of which one more than `limit` were asked for, to a page, and gives the sort key after
/// which the next one begins, if there is one.
pub fn cut<T, K>(mut rows: Vec<T>, limit: i64, key: impl Fn(&T) -> K) -> (Vec<T>, Option<Last<K>>) {
    let more = rows.len() > size(limit);
    rows.truncate(size(limit));
    let last = rows.last().filter(|_| more).map(|row| Last(key(row)));
    (rows, last)
}

/// The pattern by which `LIKE … ESCAPE '\'` finds texts that contain `text`, whose signs stand for themselves.
pub fn containing(text: &str) -> String {
    format!("%{}%", literal(text))
}

/// The part of such a pattern that means this text and nothing else.
pub fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for sign in text.chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        for (text, pattern) in [
            ("张三", "%张三%"),
            ("%", "%\\%%"),
            ("a_b", "%a\\_b%"),
            ("\\", "%\\\\%"),
        ] {
            assert_eq!(containing(text), pattern);
        }
    }
}
