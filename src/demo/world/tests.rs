use super::*;
use std::collections::HashSet;

#[test]
fn the_county_is_the_same_each_time_and_nobody_is_in_it_twice() {
    let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
    let world = make(today);
    let again = make(today);
    assert_eq!(world.households, again.households);
    assert_eq!(world.staff, again.staff);
    let mut seen = HashSet::new();
    let members = world
        .households
        .iter()
        .flat_map(|household| &household.members);
    let numbers = members
        .map(|member| &member.identity_number)
        .chain(world.staff.iter().map(|person| &person.identity_number));
    for number in numbers {
        let number = (*number).expect("everyone has a number");
        assert!(number.whole().starts_with("320999"));
        assert!(seen.insert(number), "{number:?} twice");
    }
    for household in &world.households {
        assert!(household.head().is_some());
    }
}
