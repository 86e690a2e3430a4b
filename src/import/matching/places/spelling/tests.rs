//! Spellings of places, by example.

use super::*;
use crate::roster::choices::Decision;
use crate::staff::unit::Area;

fn file(areas: &[(&str, &str, usize)]) -> Vec<FileArea> {
    let area = |(town, village, count): &(&str, &str, usize)| FileArea {
        town: (*town).to_owned(),
        village: (*village).to_owned(),
        count: *count,
        cells: vec![format!("名册!{village}")],
    };
    areas.iter().map(area).collect()
}

fn asked(
    areas: &[(&str, &str, usize)],
    register: &[(&str, &str, usize)],
    links: &Links,
    decisions: &[(&str, bool, Option<ImportAnswer>, Option<&str>)],
) -> Spellings {
    let register: Vec<_> = register
        .iter()
        .map(|(town, village, count)| ((*town).to_owned(), (*village).to_owned(), *count))
        .collect();
    let known = KnownPlaces {
        areas: &register,
        links,
        unit: "户",
    };
    let decisions = decisions
        .iter()
        .map(|(conflict, accept, answer, name)| Decision {
            conflict: (*conflict).to_owned(),
            accept: *accept,
            answer: *answer,
            name: name.map(ToOwned::to_owned),
        });
    let choices = Choices {
        decisions: decisions.collect(),
        ..Choices::default()
    };
    Spellings::of(&file(areas), known, &choices)
}

fn read(spellings: &Spellings, town: &str, village: &str) -> (String, String) {
    let town = spellings.town(town).map_or(town, |read| &read.name);
    let village = spellings
        .village(town, village)
        .map_or(village, |read| &read.name);
    (town.to_owned(), village.to_owned())
}

fn both(town: &str, village: &str) -> (String, String) {
    (town.to_owned(), village.to_owned())
}

const FILE: [(&str, &str, usize); 4] = [
    ("草庙镇", "双喜村", 30),
    ("草庙镇", "双喜", 3),
    ("草庙", "双喜村委会", 2),
    ("草庙镇", "前进村", 9),
];

#[test]
fn spellings_within_a_file_are_one_question_each_with_counts() {
    let found = asked(&FILE, &[], &Links::default(), &[]);
    let questions: Vec<_> = found
        .conflicts
        .iter()
        .map(|it| it.question.zh.as_str())
        .collect();
    assert_eq!(
        questions,
        [
            "“草庙”（名册 2 户）、“草庙镇”（名册 42 户）写法相近。是同一个镇吗？",
            "草庙镇“双喜”（名册 3 户）、“双喜村”（名册 30 户）、“双喜村委会”（名册 2 户）写法相近。是同一个村吗？",
        ]
    );
    assert_eq!(found.conflicts[1].names[0], "双喜村");
    assert_eq!(found.conflicts[1].key, "place_spelling:草庙镇:双喜");
    // Undecided, they are shown as proposed, and only those that would change are undecided.
    assert_eq!(read(&found, "草庙", "双喜村委会"), both("草庙镇", "双喜村"));
    assert!(found.village("草庙镇", "双喜").unwrap().undecided.is_some());
    assert!(found.village("草庙镇", "双喜村").is_none());
    assert!(found.village("草庙镇", "前进村").is_none());
}

#[test]
fn the_answer_says_which_spelling_stands_or_that_they_are_different() {
    let links = Links::default();
    let one = asked(&FILE, &[], &links, &[("place_spelling", true, None, None)]);
    assert!(one.conflicts.iter().all(|it| it.accepted == Some(true)));
    assert_eq!(read(&one, "草庙", "双喜村委会"), both("草庙镇", "双喜村"));
    assert!(one.village("草庙镇", "双喜").unwrap().undecided.is_none());
    assert!(one.renamings.is_empty(), "nothing on the register says it");
    let key = "place_spelling:草庙镇:双喜";
    let other = asked(&FILE, &[], &links, &[(key, true, None, Some("双喜"))]);
    assert_eq!(read(&other, "草庙镇", "双喜村"), both("草庙镇", "双喜"));
    let different = Some(ImportAnswer::DifferentPlaces);
    let none = asked(
        &FILE,
        &[],
        &links,
        &[("place_spelling", true, different, None)],
    );
    assert_eq!(
        read(&none, "草庙", "双喜村委会"),
        both("草庙", "双喜村委会")
    );
    let refused = asked(&FILE, &[], &links, &[("place_spelling", false, None, None)]);
    assert!(refused.village("草庙镇", "双喜").unwrap().left_out);
    // A name that is none of them, or an answer of another question, answers nothing.
    let unknown = asked(&FILE, &[], &links, &[(key, true, None, Some("三喜村"))]);
    assert_eq!(unknown.conflicts[1].accepted, None);
    let strange = Some(ImportAnswer::Returns);
    let unknown = asked(&FILE, &[], &links, &[(key, true, strange, None)]);
    assert_eq!(unknown.conflicts[1].accepted, None);
}

#[test]
fn the_register_and_the_links_of_units_and_helpers_count() {
    let mut links = Links::default();
    links.units.insert(Area::of("草庙镇", "前进"), 2);
    let names = |name: &str| vec![name.to_owned()];
    links
        .helpers
        .insert((names("草庙镇"), names("双喜村委会")), 1);
    let register = [("草庙镇", "双喜", 12), ("草庙镇", "红旗村", 5)];
    let of = [("草庙镇", "双喜村", 30), ("草庙镇", "前进村", 9)];
    let found = asked(
        &of,
        &register,
        &links,
        &[("place_spelling", true, None, None)],
    );
    // The register's name is proposed, else the one that units are linked to.
    assert_eq!(read(&found, "草庙镇", "双喜村"), both("草庙镇", "双喜"));
    assert_eq!(read(&found, "草庙镇", "前进村"), both("草庙镇", "前进"));
    let words: Vec<_> = found.renamings.iter().map(|it| it.change.words()).collect();
    assert_eq!(words, [both("草庙镇双喜村委会", "草庙镇双喜")]);
    // The official name may be chosen: the register follows, and the helper.
    let key = "place_spelling:草庙镇:双喜";
    let found = asked(&of, &register, &links, &[(key, true, None, Some("双喜村"))]);
    let words: Vec<_> = found.renamings.iter().map(|it| it.change.words()).collect();
    assert_eq!(
        words,
        [
            both("草庙镇双喜", "草庙镇双喜村"),
            both("草庙镇双喜村委会", "草庙镇双喜村")
        ]
    );
    assert!(found.renames(("草庙镇", "双喜"), ("草庙镇", "双喜村")));
    let question = &found.conflicts.last().unwrap().question.zh;
    assert!(question.contains("“双喜”（登记 12 户）"), "{question}");
    assert!(
        question.contains("“双喜村委会”（负责该地的责任人 1 人）"),
        "{question}"
    );
}

#[test]
fn places_of_their_own_are_not_asked_about_again() {
    let links = Links::default();
    let register = [("草庙镇", "前进村", 3), ("草庙镇", "前进社区", 4)];
    let of = [("草庙镇", "前进村", 3), ("草庙镇", "前进社区", 4)];
    assert!(asked(&of, &register, &links, &[]).conflicts.is_empty());
    // A third spelling may be either, and makes them one under no circumstances.
    let of = [("草庙镇", "前进", 3)];
    let found = asked(&of, &register, &links, &[]);
    assert_eq!(found.conflicts[0].names, ["前进社区", "前进村"]);
    let key = found.conflicts[0].key.clone();
    let found = asked(
        &of,
        &register,
        &links,
        &[(&key, true, None, Some("前进村"))],
    );
    assert_eq!(read(&found, "草庙镇", "前进"), both("草庙镇", "前进村"));
    assert!(found.renamings.is_empty());
    // The same name in two towns is no spelling of one place.
    let of = [("草庙镇", "前进村", 3), ("大中镇", "前进社区", 4)];
    assert!(asked(&of, &[], &links, &[]).conflicts.is_empty());
}

fn former(changes: &[(Locality, Locality)]) -> Links {
    let mut links = Links::default();
    let on = chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap();
    for (from, to) in changes {
        let since = crate::renaming::Since {
            now: to.clone(),
            on,
        };
        links.former.places.insert(from.clone(), since);
    }
    links
}

#[test]
fn a_former_name_is_asked_about_and_leads_to_the_present_one() {
    let links = former(&[(
        Locality::village("草庙镇", "双喜村"),
        Locality::village("草庙镇", "新喜村"),
    )]);
    let register = [("草庙镇", "新喜村", 4)];
    for name in ["双喜村", "双喜", "双喜村委会"] {
        let found = asked(&[("草庙镇", name, 3)], &register, &links, &[]);
        let question = &found.conflicts[0].question.zh;
        assert!(
            question.contains("2026年5月1日起更名或合并，现为新喜村"),
            "{question}"
        );
        assert_eq!(found.conflicts[0].names[0], "新喜村");
        assert_eq!(read(&found, "草庙镇", name), both("草庙镇", "新喜村"));
        assert!(found.village("草庙镇", name).unwrap().undecided.is_some());
    }
    // The present name alone is no question, nor is a name that the register has again.
    let of = [("草庙镇", "新喜村", 3)];
    assert!(asked(&of, &register, &links, &[]).conflicts.is_empty());
    assert!(asked(&of, &[], &links, &[]).conflicts.is_empty());
    let again = [("草庙镇", "新喜村", 4), ("草庙镇", "双喜村", 1)];
    let of = [("草庙镇", "双喜村", 3)];
    assert!(asked(&of, &again, &links, &[]).conflicts.is_empty());
    // The same name in another town is another village.
    let of = [("大中镇", "双喜村", 3)];
    assert!(asked(&of, &register, &links, &[]).conflicts.is_empty());
}

#[test]
fn a_former_town_leads_to_the_villages_of_the_present_one() {
    let links = former(&[
        (Locality::town("草堰乡"), Locality::town("草庙镇")),
        (
            Locality::village("草堰乡", "双喜村"),
            Locality::village("草庙镇", "新喜村"),
        ),
    ]);
    let register = [("草庙镇", "新喜村", 4)];
    let of = [("草堰乡", "双喜村", 3)];
    let found = asked(
        &of,
        &register,
        &links,
        &[("place_spelling", true, None, None)],
    );
    assert_eq!(found.conflicts.len(), 2);
    assert_eq!(read(&found, "草堰乡", "双喜村"), both("草庙镇", "新喜村"));
    assert!(found.renamings.is_empty());
}

#[test]
fn brackets_of_another_width_make_no_other_name() {
    let links = Links::default();
    let of = [
        ("草庙镇", "双喜村（东片）", 3),
        ("草庙镇", "双喜村(东片)", 1),
    ];
    let found = asked(&of, &[], &links, &[]);
    assert!(found.conflicts.is_empty());
    let one = read(&found, "草庙镇", "双喜村（东片）");
    assert_eq!(one, read(&found, "草庙镇", "双喜村(东片)"));
    let register = [("草庙镇", "双喜村(东片)", 1)];
    let found = asked(&of[..1], &register, &links, &[]);
    assert_eq!(
        read(&found, "草庙镇", "双喜村（东片）"),
        both("草庙镇", "双喜村(东片)")
    );
    // Also where the question is whether others are the same.
    let of = [of[0], of[1], ("草庙镇", "双喜村（西片）", 2)];
    let different = Some(ImportAnswer::DifferentPlaces);
    let found = asked(
        &of,
        &[],
        &links,
        &[("place_spelling", true, different, None)],
    );
    let one = read(&found, "草庙镇", "双喜村（东片）");
    assert_eq!(one, read(&found, "草庙镇", "双喜村(东片)"));
    assert_ne!(one, read(&found, "草庙镇", "双喜村（西片）"));
}

#[test]
fn a_unit_that_the_register_has_keeps_its_name() {
    let unit = |name: &str, people| FileUnit {
        name: name.to_owned(),
        people,
        cells: vec![format!("名册!{name}")],
    };
    let mut links = Links::default();
    let since = crate::renaming::Since {
        now: "草庙中心小学".to_owned(),
        on: chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap(),
    };
    links.former.units.insert("草堰小学".to_owned(), since);
    let known = || [("草庙中心小学", 5, 2)].into_iter();
    let file = vec![
        unit("草庙镇中心小学", 3),
        unit("草堰小学", 1),
        unit("草庙中学", 4),
    ];
    let found = Spellings::of_units(file, known(), &links, &Choices::default());
    assert_eq!(found.conflicts.len(), 1);
    assert_eq!(
        found.conflicts[0].question.zh,
        "“草堰小学”（名册 1 人，2026年5月1日起更名或合并，现为草庙中心小学）、“草庙中心小学”（登记 5 人，定点帮扶村 2 个）、“草庙镇中心小学”（名册 3 人）写法相近或曾是旧名。是同一个单位吗？"
    );
    assert_eq!(found.conflicts[0].names, ["草庙中心小学"]);
    assert_eq!(found.unit("草堰小学").unwrap().name, "草庙中心小学");
    assert!(found.unit("草庙中学").is_none());
    let widths = vec![unit("草庙小学（本部）", 1), unit("草庙小学(本部)", 1)];
    let found = Spellings::of_units(widths, [].into_iter(), &links, &Choices::default());
    assert!(found.conflicts.is_empty());
    let changed = ["草庙小学（本部）", "草庙小学(本部)"].map(|name| found.unit(name).is_some());
    assert_eq!(changed.iter().filter(|it| **it).count(), 1);
}

#[test]
fn a_unit_behind_its_district_is_one_question() {
    let unit = |name: &str| FileUnit {
        name: name.to_owned(),
        people: 2,
        cells: vec![format!("名册!{name}")],
    };
    let links = Links::default();
    let known = || [("草庙小学", 5, 2), ("大丰区教育局", 3, 0)].into_iter();
    let file = || vec![unit("大丰区草庙小学"), unit("宜君县教育局")];
    let found = Spellings::of_units(file(), known(), &links, &Choices::default());
    let keys: Vec<_> = found.conflicts.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["unit_spelling:草庙小学"]);
    assert_eq!(found.unit("大丰区草庙小学").unwrap().name, "草庙小学");
    assert!(found.unit("宜君县教育局").is_none());
    // With a school of this name in another district nobody can say which is meant.
    let mut both = file();
    both.push(unit("宜君县草庙小学"));
    let found = Spellings::of_units(both, known(), &links, &Choices::default());
    assert!(found.conflicts.is_empty());
}
