//! One cell of a row: what it says, and what there is to tell of it.

use super::above::Above;
use crate::household::rule::Severity;
use crate::problem::{Text, words};
use crate::roster::column::{Kind, Record};
use crate::roster::layout::{Layout, Placed};
use crate::roster::report::{Problems, RosterProblem, Spot};
use crate::value::{self, Ditto, Refusal};
use crate::workbook::reader::Cell;

/// A cell that is read, at its place.
pub(super) struct CellAt<'a, R: Record> {
    pub(super) layout: &'a Layout<R>,
    pub(super) row: u32,
    /// Which of the columns of the layout.
    pub(super) index: usize,
    pub(super) cell: &'a Cell<'a>,
}

impl<R: Record> CellAt<'_, R> {
    fn placed(&self) -> &Placed<R> {
        &self.layout.columns[self.index]
    }

    /// Reads the cell into a record, and says whether it gave a value.
    pub(super) fn read(
        &self,
        record: &mut R,
        above: &mut Above,
        problems: &mut Problems,
    ) -> Result<bool, Refusal> {
        let placed = self.placed();
        let column = placed.column;
        if let Some(mark) = value::ditto(self.cell)
            && !matches!(column.kind, Kind::NotKept)
        {
            // The head says it in their own row: for what is the household's, that is enough.
            let said_by_head = column.is_shared() || matches!(column.kind, Kind::Phone(_));
            if mark == Ditto::Head && said_by_head {
                self.tell_empty(problems);
                return Ok(false);
            }
            let meant = above.meant(mark, self.index, column)?;
            let given = column.read(record, &meant, placed.unit)?;
            if given.value {
                self.tell(
                    "ditto",
                    words!(
                        "读作上面的“{}”",
                        "was read as “{}”, which stands above",
                        value::shown(&meant)
                    ),
                    problems,
                );
            } else if given.placeholder {
                self.tell_empty(problems);
            }
            return Ok(given.value);
        }
        above.keep(self.index, column, self.cell);
        let given = column.read(record, self.cell, placed.unit)?;
        if let Some(repair) = given.repair {
            record.repaired(column.key, repair.code);
            self.tell(
                repair.code,
                words!("读作“{}”", "was read as “{}”", repair.read),
                problems,
            );
        }
        if let Some(doubt) = given.doubt {
            let problem = RosterProblem::of_file(Severity::Warning, doubt);
            problems.push(self.place(problem));
        }
        if given.placeholder {
            self.tell_empty(problems);
        }
        Ok(given.value)
    }

    /// Says that the cell was refused.
    pub(super) fn refuse(&self, refusal: Refusal, problems: &mut Problems) {
        let problem = self.place(RosterProblem::of_file(Severity::Error, refusal));
        if problem.code == "unknown_code" {
            problems.push_listed(problem);
        } else {
            problems.push(problem);
        }
    }

    fn tell(&self, code: &'static str, reason: Text, problems: &mut Problems) {
        let remedy = words!(
            "如不对，请在文件中改正，或在导入设置中填写更正",
            "if that is wrong, correct it in the file, or give a correction among the choices for the import"
        );
        let refusal = Refusal::new(code, reason, remedy);
        problems.push(self.place(RosterProblem::of_file(Severity::Repair, refusal)));
    }

    /// Says once of the column that cells are taken for empty ones.
    fn tell_empty(&self, problems: &mut Problems) {
        let remedy = words!(
            "如有内容请补填；确实没有的不必处理",
            "fill in what there is; nothing needs to be done where there is none"
        );
        self.gather(
            "placeholder",
            words!(
                "填的不是内容，按空白处理",
                "what stands there says nothing and is taken for empty"
            ),
            remedy,
            problems,
        );
    }

    /// Says once of the column that cells have lost characters that nobody sees.
    pub(super) fn tell_cleaned(&self, problems: &mut Problems) {
        let (reason, remedy) = (
            words!(
                "去掉了看不见的控制字符",
                "control characters, which nobody sees, were taken out"
            ),
            words!(
                "请核对；如不对，请在文件中改正",
                "check it; if that is wrong, correct it in the file"
            ),
        );
        self.gather("control_characters", reason, remedy, problems);
    }

    /// Says once of the column what is so of several of its cells.
    fn gather(&self, code: &'static str, reason: Text, remedy: Text, problems: &mut Problems) {
        let content = value::shown(self.cell);
        let say = || Refusal::new(code, reason, remedy);
        problems.gather(Severity::Repair, &self.spot(&content), say, code);
    }

    fn place(&self, problem: RosterProblem) -> RosterProblem {
        self.layout
            .at(problem, self.row, self.placed())
            .with_value(value::shown(self.cell))
    }

    fn spot<'s>(&'s self, content: &'s str) -> Spot<'s> {
        let placed = self.placed();
        Spot {
            sheet: &self.layout.sheet,
            row: self.row,
            column: placed.position,
            heading: placed.column.heading,
            content,
        }
    }
}
