//! A strict reader of the .xlsx packages that we write: what Excel would «repair» or refuse is found
//! here, also where other programs read over it.
//!
//! It takes nothing from the program's own rules: it says them again, by ECMA-376 and by Excel's
//! documented limits.

mod sheet;
mod workbook;
mod xml;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read};

use xml::Element;

/// Asserts that Excel would open the workbook without a word.
#[track_caller]
pub fn check_package(workbook: &[u8]) {
    let faults = faults_of(workbook);
    assert!(faults.is_empty(), "not as Excel wants it: {faults:#?}");
}

/// All that is wrong with a workbook.
pub fn faults_of(workbook: &[u8]) -> Vec<String> {
    match Package::open(workbook) {
        Ok(package) => package.check(),
        Err(fault) => vec![fault],
    }
}

/// The parts of a workbook by their paths, those of XML as elements.
struct Package {
    names: BTreeSet<String>,
    parts: BTreeMap<String, Element>,
    faults: Vec<String>,
}

/// What a part points at, by the id that it gives it.
#[derive(Debug)]
struct Relation {
    kind: String,
    /// The path of a part; none outside the package.
    target: Option<String>,
}

impl Package {
    fn open(workbook: &[u8]) -> Result<Self, String> {
        let opened = zip::ZipArchive::new(Cursor::new(workbook));
        let mut archive = opened.map_err(|error| format!("no zip archive: {error}"))?;
        let mut package = Self {
            names: BTreeSet::new(),
            parts: BTreeMap::new(),
            faults: Vec::new(),
        };
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).map_err(|error| error.to_string())?;
            let name = entry
                .name()
                .map_err(|error| error.to_string())?
                .into_owned();
            let mut content = Vec::new();
            if let Err(error) = entry.read_to_end(&mut content) {
                package.faults.push(format!("{name}: {error}"));
            }
            if !package.names.insert(name.clone()) {
                package.faults.push(format!("{name} is there twice"));
            }
            if [".xml", ".rels", ".vml"]
                .iter()
                .any(|end| name.ends_with(end))
            {
                match xml::parsed(&content) {
                    Ok(root) => drop(package.parts.insert(name, root)),
                    Err(error) => package.faults.push(format!("{name}: {error}")),
                }
            }
        }
        Ok(package)
    }

    fn check(mut self) -> Vec<String> {
        let mut faults = std::mem::take(&mut self.faults);
        self.content_types(&mut faults);
        for name in self.parts.keys().filter(|name| !is_list(name)) {
            self.references(name, &mut faults);
        }
        for name in self.parts.keys().filter(|name| is_list(name)) {
            self.relations_of_part(name, &mut faults);
        }
        let root = self.relations("", &mut faults);
        let book = root
            .values()
            .find(|one| one.kind.ends_with("/officeDocument"));
        match book.and_then(|book| book.target.as_ref()) {
            Some(path) => workbook::check(&self, path, &mut faults),
            None => faults.push("no workbook in the package".to_owned()),
        }
        faults
    }

    /// Each part has a type, by its name or its ending, and each named part is there.
    fn content_types(&self, faults: &mut Vec<String>) {
        const LIST: &str = "[Content_Types].xml";
        let Some(types) = self.parts.get(LIST) else {
            faults.push(format!("no {LIST}"));
            return;
        };
        let mut endings = BTreeSet::new();
        let mut named = BTreeSet::new();
        for entry in &types.children {
            match entry.name.as_str() {
                "Default" if !endings.insert(entry.get("Extension").to_lowercase()) => {
                    faults.push(format!("{LIST}: {} twice", entry.get("Extension")));
                }
                "Override" => {
                    let path = entry.get("PartName").trim_start_matches('/');
                    if !self.names.contains(path) {
                        faults.push(format!("{LIST}: no part {path}"));
                    }
                    if !named.insert(path) {
                        faults.push(format!("{LIST}: {path} twice"));
                    }
                }
                _ => {}
            }
        }
        for name in self.names.iter().filter(|name| *name != LIST) {
            let ending = name.rsplit('.').next().unwrap_or_default().to_lowercase();
            // The ending `xml` says nothing of what a part is.
            if !named.contains(name.as_str()) && (ending == "xml" || !endings.contains(&ending)) {
                faults.push(format!("{name} has no content type"));
            }
        }
    }

    /// The relations of a part, or of the package itself.
    fn relations(&self, part: &str, faults: &mut Vec<String>) -> BTreeMap<String, Relation> {
        let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
        let list = format!("{folder}/_rels/{file}.rels");
        let list = list.trim_start_matches('/');
        let mut relations = BTreeMap::new();
        let Some(entries) = self.parts.get(list) else {
            return relations;
        };
        for entry in &entries.children {
            let outside = entry.get("TargetMode") == "External";
            let relation = Relation {
                kind: entry.get("Type").to_owned(),
                target: (!outside).then(|| resolved(folder, entry.get("Target"))),
            };
            if let Some(path) = &relation.target
                && !self.names.contains(path)
            {
                faults.push(format!("{list}: no part {path}"));
            }
            let id = entry.get("Id").to_owned();
            if id.is_empty() || relations.insert(id.clone(), relation).is_some() {
                faults.push(format!("{list}: id {id:?} is not unique"));
            }
        }
        relations
    }

    /// Every id of a relation that stands in a part is among the part's relations.
    fn references(&self, name: &str, faults: &mut Vec<String>) {
        let relations = self.relations(name, &mut Vec::new());
        self.parts[name].each(&mut |element| {
            for (attribute, value) in &element.attributes {
                let is_reference = matches!(
                    attribute.as_str(),
                    "r:id" | "r:embed" | "r:link" | "o:relid"
                );
                if is_reference && !relations.contains_key(value) {
                    faults.push(format!("{name}: <{}> points at no {value}", element.name));
                }
            }
        });
    }

    /// The relations of a part belong to one that is there, and lead to such.
    fn relations_of_part(&self, list: &str, faults: &mut Vec<String>) {
        let (folder, file) = list.rsplit_once("_rels/").unwrap_or(("", list));
        let part = format!("{folder}{}", file.trim_end_matches(".rels"));
        if !part.is_empty() && !self.names.contains(&part) {
            faults.push(format!("{list} belongs to no part"));
        }
        self.relations(&part, faults);
    }
}

/// Whether a part lists the relations of another.
fn is_list(name: &str) -> bool {
    name.contains("_rels/")
}

/// A path as it is seen from a folder of the package.
fn resolved(folder: &str, target: &str) -> String {
    if let Some(whole) = target.strip_prefix('/') {
        return whole.to_owned();
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split('/') {
        match step {
            ".." => drop(steps.pop()),
            "." => {}
            step => steps.push(step),
        }
    }
    steps.join("/")
}
