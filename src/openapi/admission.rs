//! Who may ask for an operation, as the document shows it. Who may is decided by [`access`](crate::access);
//! here stands only the form.

use serde_json::{Value, json};

/// Who may ask for an operation.
#[derive(Clone, Debug)]
pub struct Admission {
    /// The codes of the permissions of which a caller needs one; none is needed if there are none.
    pub permissions: Vec<&'static str>,
    /// The code that says of whom the operation answers.
    pub scope: &'static str,
    /// Both in words.
    pub words: String,
}

/// Who may ask for the operation with an id; nothing if nobody has said so.
pub type Admissions = fn(&str) -> Option<Admission>;

/// Says of an operation who may ask for it: `x-permission`, `x-scope` and a paragraph of its description.
pub(super) fn describe(operation: &mut Value, admissions: Admissions) {
    let id = operation["operationId"].as_str().unwrap_or_default();
    let Some(admission) = admissions(id) else {
        return;
    };
    let Admission {
        permissions,
        scope,
        words,
    } = admission;
    let description = match operation["description"].as_str() {
        Some(description) => format!("{description}\n\n{words}"),
        None => words,
    };
    operation["description"] = json!(description);
    operation["x-permission"] = json!(permissions);
    operation["x-scope"] = json!(scope);
}
