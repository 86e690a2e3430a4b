//! Asking about all records, or about some dozens by their ids, in one statement.

use std::fmt::Write;

use uuid::Uuid;

/// Which records a question is about.
#[derive(Clone, Copy, Debug)]
pub enum Ids<'a> {
    /// All of them.
    All,
    /// These: a page of a list, not a whole table, for each is a parameter.
    These(&'a [Uuid]),
    /// Those that a query gives, whose one parameter, written `{}` in it, is this id: however many.
    Given(&'static str, Uuid),
}

impl Ids<'_> {
    /// The condition on a column, whose parameters begin with number `first`.
    pub fn clause(&self, column: &str, first: usize) -> String {
        match self {
            Self::All => "1 = 1".to_owned(),
            Self::These([]) => "1 = 0".to_owned(),
            Self::Given(query, _) => {
                format!(
                    "{column} IN ({})",
                    query.replace("{}", &format!("${first}"))
                )
            }
            Self::These(ids) => {
                let mut clause = format!("{column} IN (${first}");
                for number in first + 1..first + ids.len() {
                    let _ = write!(clause, ",${number}");
                }
                clause.push(')');
                clause
            }
        }
    }

    /// The parameters of the condition, to be bound in this order.
    pub fn parameters(&self) -> &[Uuid] {
        match self {
            Self::All => &[],
            Self::These(ids) => ids,
            Self::Given(_, id) => std::slice::from_ref(id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_has_a_parameter_for_each_id() {
        let ids = [Uuid::from_u128(1), Uuid::from_u128(2)];
        assert_eq!(Ids::These(&ids).clause("id", 3), "id IN ($3,$4)");
        assert_eq!(Ids::These(&ids[..1]).clause("id", 1), "id IN ($1)");
        assert_eq!(Ids::These(&[]).clause("id", 1), "1 = 0");
        assert_eq!(Ids::All.clause("id", 1), "1 = 1");
        assert_eq!(Ids::These(&ids).parameters(), ids);
        let given = Ids::Given("SELECT b FROM c WHERE d = {}", ids[0]);
        assert_eq!(
            given.clause("id", 2),
            "id IN (SELECT b FROM c WHERE d = $2)"
        );
        assert_eq!(given.parameters(), &ids[..1]);
        assert!(Ids::All.parameters().is_empty());
    }
}
