//! Why something cannot be done to an import.

use super::dependent::Dependent;
use super::model::Import;
use crate::code_list::CodeList;
use crate::openapi::nearest;
use crate::problem::{FieldProblem, Problem, Text, counted, words};
use crate::roster::RosterKind;
use crate::roster::choices::Choices;
use crate::roster::profile::field_names;

/// Most dependents that a refusal names.
const MOST_DEPENDENTS: usize = 1_000;

/// 409 for an import of which nothing more can be made.
pub fn ended(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_ended",
        format!("此次导入的状态是“{state}”，不能再做此操作；如需导入，请重新上传文件"),
        format!(
            "the import is `{}` and takes this no more; upload the file again",
            import.state
        ),
    )
}

/// 409 for an import of which nothing is known yet.
pub fn not_checked(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_not_checked",
        format!("此次导入的状态是“{state}”，还没有核对结果；正在核对的请稍候，其他的请重新核对"),
        format!(
            "the import is `{}` and was not checked; wait for the check, or check it again",
            import.state
        ),
    )
}

/// 409 for an import that is not ready to be committed.
pub fn not_ready(import: &Import) -> Problem {
    let state = import.state.label();
    Problem::conflict(
        "import_not_ready",
        format!("此次导入的状态是“{state}”，只有“待确认”的导入才能写入登记"),
        format!(
            "the import is `{}`; only one that is `ready` can be committed",
            import.state
        ),
    )
}

/// Another record has meanwhile got a number that must be unique.
pub fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// 422 for an import with errors that are not to be left out.
pub fn has_errors(count: i64) -> Problem {
    Problem::invalid(
        "import_has_errors",
        format!(
            "文件中有 {count} 处错误，未写入任何内容；请改正后重新上传，或明确选择只导入没有问题的行"
        ),
        format!(
            "the file has {} and nothing was written; correct it, or choose `good_rows_only`",
            counted(count, "error")
        ),
    )
}

/// Refuses choices that name a field which the roster does not have.
pub fn check_fields(kind: RosterKind, choices: &Choices) -> Result<(), Problem> {
    if kind == RosterKind::Pairings {
        return nothing_to_clear(choices);
    }
    let fields = field_names(kind);
    let is_known = |name: &str| name == "*" || fields.contains(&name);
    let mut names = choices.clear_empty.iter().enumerate();
    let Some((position, name)) = names.find(|(_, name)| !is_known(name)) else {
        return Ok(());
    };
    let meant = match nearest(name, &fields) {
        Some(meant) => words!("，您要写的是 {meant} 吗？", "; did you mean `{meant}`?"),
        None => words!(
            "；字段名见 report.sheets 的 columns，如 phone、address，全部写 *",
            "; fields are named in `columns` of `report.sheets`, such as `phone`; `*` is all"
        ),
    };
    let detail = words!(
        "名册没有名为“{name}”的字段{meant}",
        "the roster has no field “{name}”{meant}";
        meant
    );
    Err(Problem::invalid("unknown_field", detail.zh, detail.en)
        .at(&format!("/choices/clear_empty/{position}")))
}

/// Refuses to clear anything by a list of pairs: one that holds already stays as it is, whatever the list says.
fn nothing_to_clear(choices: &Choices) -> Result<(), Problem> {
    if choices.clear_empty.is_empty() {
        return Ok(());
    }
    let problem = Problem::invalid(
        "unknown_field",
        "结对表只新增结对，没有可以清空的字段",
        "a list of pairs makes pairs and clears no field of what the register holds",
    );
    Err(problem.at("/choices/clear_empty/0"))
}

/// 422 for an import with open questions that are not to be left out.
pub fn undecided(count: i64) -> Problem {
    Problem::invalid(
        "import_undecided",
        format!("有 {count} 项待决事项，未写入任何内容；请逐项决定，或明确选择只导入没有问题的行"),
        format!(
            "{} to be decided, and nothing was written; decide all, or choose `good_rows_only`",
            counted(count, "question")
        ),
    )
}

/// 409, naming the first of those that are no longer as they were when the import was checked.
pub fn changed(named: Vec<Text>) -> Problem {
    Problem::conflict(
        "register_changed",
        "核对之后登记已有变动，未写入任何内容；请重新核对后再确认",
        "the register has changed since the import was checked and nothing was written; check it again",
    )
    .with_errors(
        named
            .into_iter()
            .map(|detail| FieldProblem {
                pointer: "/file".to_owned(),
                detail,
                ..FieldProblem::default()
            })
            .collect(),
    )
}

/// 409 for an import that is not in the register.
pub fn not_committed(import: &Import) -> Problem {
    Problem::conflict(
        "import_not_committed",
        format!(
            "此次导入的状态是“{}”，只有“已导入”的才能撤销",
            import.state.label()
        ),
        format!(
            "the import is `{}`; only one that is `committed` can be undone",
            import.state
        ),
    )
}

/// 409 for an import of which no record was kept.
pub fn too_old() -> Problem {
    Problem::conflict(
        "import_too_old",
        "此次导入由旧版本完成，没有留下撤销所需的记录，不能撤销；请重新导入正确的名册来更正",
        "this import was made by an earlier version, which kept no record by which it could be undone; import a correct roster instead",
    )
}

/// 409 for an import of pairs, which is not undone as a whole: what was done for a household since its pairing, such
/// as visits, stays with it.
pub fn pairs_end_one_by_one() -> Problem {
    Problem::conflict(
        "import_not_undoable",
        "结对导入不能整批撤销：走访等记录已归在结对之下；如有错误，请逐一结束结对（endPairing），再重新结对",
        "an import of pairs is not undone as a whole, for visits belong to its pairings; end those that are wrong one by one (`endPairing`)",
    )
}

/// 409 for an import on which someone else works.
pub fn busy() -> Problem {
    Problem::conflict(
        "import_busy",
        "此次导入正在撤销或清理，请稍后再试",
        "the import is being undone or tidied up; try again in a moment",
    )
}

/// 409, naming what depends on the import.
pub fn depended_on(dependents: &[Dependent]) -> Problem {
    let errors = dependents.iter().take(MOST_DEPENDENTS);
    Problem::conflict(
        "import_depended_on",
        format!(
            "之后有 {} 条记录依赖此次导入，不能撤销；请先处理所列各条",
            dependents.len()
        ),
        format!(
            "later records depend on this import ({}); deal with them first, see `errors`",
            dependents.len()
        ),
    )
    .with_errors(
        errors
            .map(|dependent| FieldProblem {
                pointer: format!("/{}/{}", dependent.kind, dependent.id),
                detail: dependent.words.clone(),
                ..FieldProblem::default()
            })
            .collect(),
    )
}
