//! What backups and restores leave in a folder that were killed.

use std::path::Path;

use super::backup::part;
use super::restore::{database_of_copy, tidy_if_free};

/// Removes what killed backups and restores have left in a folder, of whatever name. What cannot be removed
/// does no harm.
pub(super) fn clear_leftovers(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if let Some(process) = part::maker_of(&name) {
            part::clear_part(&entry.path(), process);
        } else if let Some(database) = database_of_copy(&name) {
            tidy_if_free(&folder.join(database));
        }
    }
}
