//! What a file leaves open for all or many of its rows: one question, answered once.
//!
//! It is answered as the questions of matching are, by a [decision](super::choices::Decision) under the
//! code of its kind. Until it is, the rows that need the answer are not good; nothing is assumed.

use super::choices::Choices;
use crate::code_list;
use crate::code_list::CodeList;
use crate::problem::Text;

code_list! {
    /// What is asked of a file as a whole.
    pub enum FileQuestionKind = "file_question", "整份文件的待决事项" {
        NoStatus = "no_status", "没有脱贫属性列", [];
        Sections = "sections", "分段行", [];
    }
}

/// A question about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileQuestion {
    /// What it is about.
    pub kind: FileQuestionKind,
    /// Cells that it is about, such as `名册!A2`.
    pub places: Vec<String>,
    /// What was found.
    pub question: Text,
    /// What is done if it is accepted.
    pub proposal: Text,
    /// What was decided.
    pub accepted: Option<bool>,
}

/// What was decided of the questions of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answers {
    /// Whether households whose 脱贫属性 nothing says are 未脱贫.
    pub no_status: Option<bool>,
    /// Whether section rows say the village, town or unit of the rows below them.
    pub sections: Option<bool>,
}

impl Answers {
    /// The answers among the choices for an import.
    pub fn of(choices: &Choices) -> Self {
        let answer = |kind: FileQuestionKind| choices.decision(kind.code(), kind.code());
        Self {
            no_status: answer(FileQuestionKind::NoStatus),
            sections: answer(FileQuestionKind::Sections),
        }
    }
}
