//! A corpus of messy workbooks, one for each mess that offices hold, with what the program must say of
//! each: a snapshot under `snapshots/`, which `UPDATE_SNAPSHOTS=1` writes anew and a reader looks through.

mod formats;
mod layouts;
mod round_trip;
mod values;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use qianshou::household::IdentityNumber;
use qianshou::roster::grouping;
use qianshou::roster::report::{Problems, RosterKind, RosterProblem, SheetReport};
use qianshou::roster::{pair_list, staffing};
use qianshou::workbook::reader::OpenFile;
use serde_json::{Value as Json, json};

use crate::support::case_file::{against_nothing, context};
use crate::support::mess::Mess;

impl Mess {
    /// What the program says of it.
    fn report(&self) -> Json {
        let mut problems = Problems::default();
        let mut file = match OpenFile::open(&self.bytes) {
            Ok(file) => file,
            Err(error) => return unreadable(&RosterProblem::of_reading(&error)),
        };
        let context = context();
        let (file, choices, go_on) = (&mut file, &self.choices, &mut |_| Ok(()));
        let profiles = &self.profiles;
        let read = match self.kind {
            RosterKind::Households => {
                let read = grouping::read(file, choices, profiles, &context, &mut problems, go_on);
                read.map(|read| {
                    let mut households: Vec<_> =
                        read.households.iter().map(Result::unwrap).collect();
                    against_nothing(&mut households, &read.sheets, &mut problems);
                    let persons: usize = households
                        .iter()
                        .map(|household| household.facts.members.len())
                        .sum();
                    let faulty = households.iter().filter(|one| one.has_errors).count();
                    let first = households.first().map(|household| known(&household.facts));
                    json!({
                        "sheets": sheets(&read.sheets),
                        "households": households.len(),
                        "households_with_errors": faulty,
                        "persons": persons,
                        "first": first,
                    })
                })
            }
            RosterKind::Staff => {
                staffing::read(file, choices, profiles, &mut problems, go_on).map(|read| {
                    json!({
                        "sheets": sheets(&read.sheets),
                        "people": read.people.len(),
                        "people_with_errors": read.people.iter().filter(|one| one.has_errors).count(),
                        "first": read.people.first().map(|person| known(&person.facts)),
                    })
                })
            }
            RosterKind::Pairings => {
                pair_list::read(file, choices, profiles, &mut problems).map(|read| {
                    json!({
                        "sheets": sheets(&read.sheets),
                        "pairs": read.pairs.len(),
                        "pairs_with_errors": read.refused,
                    })
                })
            }
        };
        match read {
            Ok(mut read) => {
                let kinds = problems.kinds();
                read["problems"] = kinds
                    .iter()
                    .map(|kind| {
                        json!({
                            "severity": kind.severity,
                            "code": kind.code,
                            "count": kind.count,
                            "first": words(&kind.first),
                        })
                    })
                    .collect();
                read
            }
            Err(error) => unreadable(&RosterProblem::of_reading(&error)),
        }
    }
}

fn unreadable(problem: &RosterProblem) -> Json {
    json!({ "unreadable": problem.code, "words": words(problem) })
}

/// `名册!J12 证件号码 “320***”：reason。改法：remedy（可能是：proposal）`.
fn words(problem: &RosterProblem) -> String {
    let part = |before: &str, text: &Option<String>, after: &str| {
        text.as_ref()
            .map_or_else(String::new, |text| format!("{before}{text}{after}"))
    };
    format!(
        "{}{}{}{}：{}。改法：{}{}",
        part("", &problem.sheet, ""),
        part("!", &problem.cell, ""),
        part(" ", &problem.column, ""),
        part(" “", &problem.value, "”"),
        problem.reason.zh,
        problem.remedy.zh,
        part("（可能是：", &problem.proposal, "）"),
    )
}

/// Each sheet with its columns, in a line each.
fn sheets(sheets: &[SheetReport]) -> Json {
    sheets
        .iter()
        .map(|sheet| {
            let columns = sheet.columns.iter().map(|column| {
                let label = column.label.as_ref().map(|label| label.zh.as_str());
                let field = column.field.as_deref().or(label);
                let hidden = if column.hidden { ", hidden" } else { "" };
                format!(
                    "{} {} = {} ({}{hidden})",
                    column.letters,
                    column.heading,
                    field.unwrap_or("-"),
                    column.certainty,
                )
            });
            json!({
                "name": sheet.name,
                "read": sheet.read,
                "hidden": sheet.hidden,
                "rows": sheet.rows,
                "hidden_rows": sheet.hidden_rows,
                "total_rows": sheet.total_rows,
                "columns": columns.collect::<Vec<_>>(),
            })
        })
        .collect()
}

/// Facts as JSON, without those that are not known.
fn known(facts: &impl serde::Serialize) -> Json {
    fn prune(value: Json) -> Json {
        match value {
            Json::Object(fields) => fields
                .into_iter()
                .filter(|(_, value)| !value.is_null() && *value != json!([]))
                .map(|(key, value)| (key, prune(value)))
                .collect(),
            Json::Array(values) => values.into_iter().map(prune).collect(),
            value => value,
        }
    }
    prune(serde_json::to_value(facts).unwrap())
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import/corpus/snapshots")
}

fn corpus() -> Vec<Mess> {
    let mut corpus = formats::messes();
    corpus.extend(layouts::messes());
    corpus.extend(values::messes());
    corpus
}

#[test]
fn every_mess_is_reported_as_it_should_be() {
    let update = std::env::var_os("UPDATE_SNAPSHOTS").is_some();
    let mut wrong = Vec::new();
    for mess in corpus() {
        let path = folder().join(format!("{}.json", mess.name));
        let said = serde_json::to_string_pretty(&mess.report()).unwrap() + "\n";
        if update {
            std::fs::write(&path, &said).unwrap();
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        if said != wanted {
            wrong.push(format!("{}:\n{said}", mess.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_corpus_is_large_and_each_snapshot_is_of_a_mess() {
    let corpus = corpus();
    let names: BTreeSet<_> = corpus.iter().map(|mess| mess.name.to_owned()).collect();
    assert_eq!(names.len(), corpus.len(), "a name stands twice");
    assert!(names.len() >= 40, "{}", names.len());
    let kept: BTreeSet<_> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    // Without LibreOffice the formats that it writes are not in the corpus.
    let stale: Vec<_> = kept
        .difference(&names)
        .filter(|name| !formats::BY_LIBREOFFICE.contains(&name.as_str()))
        .collect();
    assert!(stale.is_empty(), "{stale:?}");
}

#[test]
fn no_report_shows_an_identity_number_whole() {
    for mess in corpus() {
        let mut report = mess.report();
        // The facts are not what is reported.
        if let Some(report) = report.as_object_mut() {
            report.remove("first");
        }
        let text = report.to_string();
        let characters: Vec<char> = text.chars().collect();
        for window in characters.windows(18) {
            let text: String = window.iter().collect();
            assert!(
                IdentityNumber::parse(&text).is_err(),
                "{}: {text}",
                mess.name
            );
        }
    }
}
