//! What cells hold beside their values, written into the remark, so that nothing of a roster is lost.

/// Most characters of a remark.
const LONGEST: usize = 500;
/// Stands between what was there and each note.
const BETWEEN: &str = "；";

/// Adds notes to a remark that does not have them yet. Gives the notes for which there is no room.
pub fn add_notes<'n>(
    remark: &mut Option<String>,
    notes: impl IntoIterator<Item = &'n str>,
) -> Vec<&'n str> {
    let mut left = Vec::new();
    for note in notes {
        let text = remark.get_or_insert_default();
        if text.split(BETWEEN).any(|part| part == note) {
            continue;
        }
        let between = if text.is_empty() { "" } else { BETWEEN };
        let length = text.chars().count() + between.chars().count() + note.chars().count();
        if length > LONGEST {
            left.push(note);
        } else {
            text.push_str(between);
            text.push_str(note);
        }
    }
    if remark.as_ref().is_some_and(String::is_empty) {
        *remark = None;
    }
    left
}

/// What a roster without a column for the remark makes of it: what is on the register, with the notes that
/// reading gave.
pub fn keep_remark(read: &mut Option<String>, before: Option<&String>) {
    let Some(before) = before else {
        return;
    };
    let notes = read.replace(before.clone()).unwrap_or_default();
    let _no_room = add_notes(read, notes.split(BETWEEN).filter(|note| !note.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_added_once() {
        let mut remark = None;
        assert!(add_notes(&mut remark, ["甲", "乙", "甲"]).is_empty());
        assert_eq!(remark.as_deref(), Some("甲；乙"));
        let mut read = Some("乙；丙".to_owned());
        keep_remark(&mut read, remark.as_ref());
        assert_eq!(read.as_deref(), Some("甲；乙；丙"));
        keep_remark(&mut read, None);
        assert_eq!(read.as_deref(), Some("甲；乙；丙"));
        let mut full = Some("字".repeat(499));
        assert_eq!(add_notes(&mut full, ["丁丁"]), ["丁丁"]);
        let mut none = None;
        assert!(add_notes(&mut none, []).is_empty());
        assert_eq!(none, None);
    }
}
