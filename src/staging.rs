//! What the stagings of [households](crate::household::staging), of [staff](crate::staff::staging) and of
//! [pairs](crate::pairing::import) have in common: each is a table with a row for every record of an import.

use uuid::Uuid;

use crate::code_list::CodeList;
use crate::codes::Action;
use crate::db::Where;

/// What an import does to its records after a position, as conditions on `import_household`, `import_staff` or
/// `import_pairing`: one action, or all that do something.
pub fn wanted(import_id: Uuid, action: Option<Action>, after: i64) -> Where {
    let wanted = Where::new()
        .and_with(import_id, "import_id = ?")
        .and_with(after, "position > ?");
    match action {
        Some(action) => wanted.and_with(action.code(), "action = ?"),
        None => wanted.and("action NOT IN ('unchanged', 'absent')"),
    }
}
