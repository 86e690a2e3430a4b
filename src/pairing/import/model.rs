//! A list of pairs, its rows, and what came of it.

use std::path::PathBuf;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::columns::PairRow;
use crate::roster::problem_group::ProblemGroup;
use crate::roster::report::{Place, RosterProblem};

/// A list of pairs to take in.
#[derive(Clone, Debug)]
pub struct PairList {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    /// SHA-256 of it, hexadecimal.
    pub sha256: String,
    /// Sheets to read; empty for those that look like a list of pairs.
    pub sheets: Vec<String>,
    /// Only check it.
    pub dry_run: bool,
}

/// A row with its place.
#[derive(Clone, Debug)]
pub struct ListedRow {
    pub(crate) place: Place,
    pub(crate) row: PairRow,
    /// Whether some cell of it could not be read.
    pub is_refused: bool,
}

/// A pair that may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPair {
    pub(crate) household: Uuid,
    pub(crate) helper: Uuid,
    pub(crate) from_date: NaiveDate,
    /// 备注.
    pub remark: Option<String>,
}

/// What came of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Outcome {
    /// Whether pairs were written.
    pub written: bool,
    /// Rows with content.
    pub rows: i64,
    /// Pairs that are new.
    pub new: i64,
    /// Pairs that hold already.
    pub unchanged: i64,
    /// How many errors there are.
    pub errors: i64,
    /// How many warnings there are.
    pub warnings: i64,
    /// The problems by kind and column.
    #[serde(default)]
    pub groups: Vec<ProblemGroup>,
    /// The first of all problems, errors before others.
    pub problems: Vec<RosterProblem>,
}
