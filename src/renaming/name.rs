//! What may be the new name of a place or a unit: what a roster may call it, and nothing else.

use super::error::RenamingError;
use super::model::Locality;
use crate::value;

/// A new name as a roster's would be kept. `pointer` is where it was sent.
pub fn checked(name: &str, pointer: &'static str) -> Result<String, RenamingError> {
    value::sent_place(name).map_err(|refusal| RenamingError::BadName {
        words: refusal.words(),
        pointer,
    })
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
