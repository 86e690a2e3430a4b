//! What may be the new name of a place or a unit: what a roster may call it, and nothing else.

use super::error::RenamingError;
use super::model::Locality;
use crate::roster::value;
use crate::workbook::reader::Cell;

/// Most characters of a name.
const LONGEST: usize = 100;

/// A new name as a roster's would be kept; what a roster warns of is refused, for here somebody can put it right.
/// `pointer` is where it was sent.
pub fn checked(name: &str, pointer: &'static str) -> Result<String, RenamingError> {
    let bad = |words: String| RenamingError::BadName { words, pointer };
    let read = value::place(&Cell::Text(name.into()), LONGEST);
    let read = read.map_err(|refusal| bad(format!("{}；{}", refusal.reason, refusal.remedy)))?;
    let Some(line) = read else {
        return Err(bad(format!("“{name}”不是名称，请填写名称")));
    };
    match line.doubt {
        // Rare characters of real names are among those that have no place of their own.
        Some(doubt) if doubt.code != "private_character" => {
            Err(bad(format!("{}；{}", doubt.reason, doubt.remedy)))
        }
        _ => Ok(line.text),
    }
}

/// The new name of a place of which another part may stay as the register has it.
pub fn checked_place(from: &Locality, to: Locality) -> Result<Locality, RenamingError> {
    let town = if to.town == from.town {
        to.town
    } else {
        checked(&to.town, "/new_town")?
    };
    let village = match to.village {
        Some(village) if from.village.as_ref() != Some(&village) => {
            Some(checked(&village, "/new_village")?)
        }
        same => same,
    };
    Ok(Locality { town, village })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_name_is_one_that_a_roster_may_say() {
        for name in [
            "新?村",
            "新□村",
            "新\u{fffd}村",
            "新*村",
            "〃",
            "同上",
            "无",
            "双喜村、前进村",
            "双喜村 前进村",
            "双喜村/前进组",
        ] {
            assert!(checked(name, "/new_name").is_err(), "{name}");
        }
        for (name, kept) in [
            ("新喜村", "新喜村"),
            ("新 喜\n村", "新喜村"),
            ("“新喜村”", "新喜村"),
            ("新喜村（社区）", "新喜村（社区）"),
        ] {
            assert_eq!(checked(name, "/new_name").unwrap(), kept);
        }
    }

    #[test]
    fn what_a_place_keeps_of_its_name_is_not_looked_at() {
        let (odd, new) = (
            Locality::village("草?镇", "双喜村"),
            Locality::village("草?镇", "新喜村"),
        );
        assert_eq!(checked_place(&odd, new.clone()), Ok(new));
        let worse = Locality::village("草?镇", "新?村");
        assert!(checked_place(&odd, worse).is_err());
    }
}
