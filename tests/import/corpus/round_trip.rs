//! Whatever a roster in the layout of our template says is read as it was written.

use chrono::{Days, NaiveDate};
use proptest::option::of;
use proptest::prelude::*;
use qianshou::code_list::CodeList;
use qianshou::household::rule::Severity;
use qianshou::household::{Cause, HouseholdFacts, IdentityNumber, Measure, Member, Relation};
use qianshou::roster::choices::Choices;
use qianshou::roster::grouping::{self, Context};
use qianshou::roster::household;
use qianshou::roster::report::Problems;
use qianshou::value;
use qianshou::workbook::reader::{Cell, OpenFile};

use crate::support::RosterFile;
use crate::support::register::day;

/// One of a code list.
fn code<T: CodeList + std::fmt::Debug>() -> impl Strategy<Value = T> {
    (0..T::ENTRIES.len()).prop_map(|index| T::ENTRIES[index].value)
}

/// Some different ones of a code list.
fn codes<T: CodeList + std::fmt::Debug>(most: usize) -> impl Strategy<Value = Vec<T>> {
    proptest::sample::subsequence((0..T::ENTRIES.len()).collect::<Vec<_>>(), 0..=most).prop_map(
        |chosen| {
            chosen
                .into_iter()
                .map(|index| T::ENTRIES[index].value)
                .collect()
        },
    )
}

/// Whether a text stands for something else: for nothing, or for the cell above.
fn stands_for_another(text: &str) -> bool {
    value::says_nothing(text) || value::ditto(&Cell::Text(text.into())).is_some()
}

/// What nobody takes for a sign that there is nothing, for a ditto mark, or for a formula.
fn words(longest: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!(
        "[一-龥A-Za-z0-9，。（）=-]{{1,{longest}}}( [一-龥]{{1,3}})?"
    ))
    .unwrap()
    .prop_filter("stands for another", |text| !stands_for_another(text))
    .prop_filter("is a formula", |text| !text.starts_with('='))
    .prop_filter("is a mark", |text| {
        !text
            .chars()
            .all(|character| "，。（）=- ".contains(character))
    })
}

/// The name of a place or unit, which has neither spaces nor signs around it.
fn name_of_place(longest: usize) -> impl Strategy<Value = String> {
    let name = proptest::string::string_regex(&format!("[一-龥]{{1,{longest}}}[0-9]?"));
    name.unwrap()
        .prop_filter("stands for another", |text| !stands_for_another(text))
}

/// A name that is read as it stands.
fn name() -> impl Strategy<Value = String> {
    "[一-龥]{2,4}".prop_filter("is a name and no more", |text| {
        let read = value::name(&Cell::Text(text.as_str().into()));
        read.is_ok_and(|name| name.is_some_and(|name| name.text == *text))
    })
}

fn person() -> impl Strategy<Value = Member> {
    let born = (0_u64..40_000)
        .prop_map(|days| NaiveDate::from_ymd_opt(1910, 1, 1).unwrap() + Days::new(days));
    let who = (
        name(),
        born,
        any::<bool>(),
        code::<Relation>(),
        of("1[3-9][0-9]{9}|0515-[2-9][0-9]{7}|[2-9][0-9]{7}"),
    );
    let state = (
        of(words(5)),
        of(code()),
        of(code()),
        of(code()),
        of(code()),
        of(code()),
        of(0_i64..=12),
    );
    let insured = (
        of(any::<bool>()),
        of(any::<bool>()),
        of(any::<bool>()),
        of(any::<bool>()),
        of(any::<bool>()),
    );
    (who, state, insured).prop_map(|(who, state, insured)| {
        let (name, born, known, relation, phone) = who;
        let identity = IdentityNumber::from_body(&format!("320999{}001", born.format("%Y%m%d")));
        Member {
            identity_number: identity.ok().filter(|_| known),
            birth_date: Some(born),
            ethnicity: state.0,
            education: state.1,
            schooling: state.2,
            health: state.3,
            labour: state.4,
            workplace: state.5,
            months_worked: state.6,
            phone,
            resident_medical: insured.0,
            employee_medical: insured.1,
            resident_pension: insured.2,
            critical_illness: insured.3,
            minimum_living: insured.4,
            ..Member::of(name, relation)
        }
    })
}

fn any_household() -> impl Strategy<Value = HouseholdFacts> {
    let fen = || of(-10_000_000_i64..1_000_000_000);
    let year = || of(1990_i64..2100);
    let place = (
        name_of_place(6),
        name_of_place(6),
        of(name_of_place(4)),
        of(words(20)),
    );
    let kind = (
        year(),
        of(code()),
        code(),
        year(),
        of(code::<Cause>()),
        codes::<Cause>(2),
    );
    let money = (fen(), fen(), fen(), fen(), fen(), fen());
    let home = (of(code()), of(any::<bool>()), of(any::<bool>()));
    let help = (
        of(words(30)),
        of(words(30)),
        codes::<Measure>(4),
        of(name()),
        of(name_of_place(8)),
        of(words(30)),
    );
    let members = proptest::collection::vec(person(), 1..5);
    (place, kind, money, home, help, members).prop_map(
        |(place, kind, money, home, help, members)| {
            let mut facts = HouseholdFacts {
                group_name: place.2,
                address: place.3,
                identified_year: kind.0,
                category: kind.1,
                status: kind.2,
                lifted_year: kind.3,
                main_cause: kind.4,
                other_causes: kind.5,
                wage_income_fen: money.0,
                business_income_fen: money.1,
                property_income_fen: money.2,
                transfer_income_fen: money.3,
                business_expense_fen: money.4,
                income_per_head_fen: money.5,
                housing_grade: home.0,
                housing_safe: home.1,
                water_safe: home.2,
                wishes: help.0,
                approach: help.1,
                measures: help.2,
                roster_helper: help.3,
                roster_unit: help.4,
                remark: help.5,
                members,
                ..HouseholdFacts::of(place.0, place.1)
            };
            let main = facts.main_cause;
            facts.other_causes.retain(|cause| Some(*cause) != main);
            facts
        },
    )
}

/// Gives households and persons what tells them apart, and what follows from their facts.
fn told_apart(mut households: Vec<HouseholdFacts>) -> Vec<HouseholdFacts> {
    let mut serial = 0;
    for (index, facts) in households.iter_mut().enumerate() {
        for (position, member) in facts.members.iter_mut().enumerate() {
            serial += 1;
            let is_head = position == 0;
            if is_head {
                member.relation = Relation::Head;
            } else if member.relation == Relation::Head {
                member.relation = Relation::Other;
            }
            let born = member.birth_date.unwrap().format("%Y%m%d");
            let body = format!("320999{born}{serial:03}");
            let known = member.identity_number.is_some() || is_head;
            member.identity_number = known.then(|| IdentityNumber::from_body(&body).unwrap());
            member.sex = member.identity_number.as_ref().map(IdentityNumber::sex);
        }
        // Every other one is named by its head alone.
        facts.number = (index % 2 == 0).then(|| format!("N{index:04}"));
        let phones = facts.members.iter().map(|member| member.phone.clone());
        let first = phones.clone().flatten().next();
        facts.phone = facts.members[0].phone.clone().or(first);
    }
    households
}

/// What is read from a roster, and the repairs that were made.
fn read(file: &RosterFile) -> (Vec<HouseholdFacts>, Vec<String>) {
    let mut problems = Problems::default();
    let context = Context {
        today: day("2120-01-01"),
        line_fen: 600_000,
    };
    let read = grouping::read(
        &mut OpenFile::open(&file.bytes()).unwrap(),
        &Choices::default(),
        &[],
        &context,
        &mut problems,
        &mut |_| Ok(()),
    )
    .unwrap();
    let facts = read
        .households
        .iter()
        .map(|household| household.unwrap().facts);
    let repairs = problems
        .kinds()
        .into_iter()
        .filter(|kind| kind.severity == Severity::Repair);
    (
        facts.collect(),
        repairs.map(|kind| format!("{:?}", kind.first)).collect(),
    )
}

/// A heading as another office writes it.
fn rewritten(heading: &str, choice: usize) -> String {
    let column = household::COLUMNS
        .iter()
        .find(|column| column.heading == heading);
    let synonyms = column.map_or(&[][..], |column| column.synonyms);
    let name = match synonyms {
        [] => heading,
        some => some[choice % some.len()],
    };
    match choice % 4 {
        0 => format!("*{name}"),
        1 => format!("{name}\n（必填）"),
        2 => name.replace('(', "（").replace(')', "）"),
        _ => heading.to_owned(),
    }
}

/// A telephone behind a helper may be the helper's.
fn put_phone_first(order: &mut [usize]) {
    let is_phone = |at: &usize| household::COLUMNS[*at].key == "phone";
    if let Some(phone) = order.iter().position(is_phone) {
        order[..=phone].rotate_right(1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn any_roster_in_the_templates_layout_reads_back_the_same(
        households in proptest::collection::vec(any_household(), 1..6),
    ) {
        let sent = told_apart(households);
        let (facts, repairs) = read(&RosterFile::households(&sent));
        prop_assert_eq!(facts, sent);
        prop_assert!(repairs.is_empty(), "{repairs:?}");
    }

    #[test]
    fn the_order_of_the_columns_and_their_known_names_change_nothing(
        households in proptest::collection::vec(any_household(), 1..4),
        order in Just((0..household::COLUMNS.len()).collect::<Vec<_>>()).prop_shuffle(),
        choices in proptest::collection::vec(0_usize..24, household::COLUMNS.len()),
        titles in proptest::collection::vec("[一-龥]{2,12}", 0..4),
    ) {
        let sent = told_apart(households);
        let mut file = RosterFile::households(&sent);
        let mut order: Vec<_> = order.into_iter().filter(|at| *at < file.headings.len()).collect();
        put_phone_first(&mut order);
        for row in &mut file.rows {
            *row = order.iter().map(|at| row[*at].clone()).collect();
        }
        file.headings = order
            .iter()
            .zip(choices)
            .map(|(at, choice)| rewritten(&file.headings[*at], choice))
            .collect();
        file.titles = titles;
        prop_assert_eq!(read(&file).0, sent, "{:?}", file.headings);
    }
}
