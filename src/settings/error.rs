//! Why settings are refused, as a problem.

use super::pairing_rules::FitTwice;
use crate::problem::Problem;

impl From<FitTwice> for Problem {
    fn from(error: FitTwice) -> Self {
        let FitTwice(cause, skill) = error;
        let en = format!("the table of fits has two rows for `{cause}` and `{skill}`; keep one");
        Self::invalid("fit_twice", error.to_string(), en).at("/pairing/fits")
    }
}
