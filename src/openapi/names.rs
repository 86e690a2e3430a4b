//! The names of schemas. Inside a room `State` is clear; a client has all names side by side, and its
//! language may have one of its own: a type `Unit`, a keyword `Import`, a base class `Action`.

use std::collections::BTreeMap;

use serde_json::Value;

/// What the code calls a schema, and what the document calls it.
const NAMES: &[(&str, &str)] = &[
    ("Action", "ImportAction"),
    ("Area", "VillageName"),
    ("Benefit", "DeliveredBenefit"),
    ("Category", "HouseholdCategory"),
    ("Cause", "PovertyCause"),
    ("Certainty", "ColumnCertainty"),
    ("ChangeKind", "HouseholdChangeKind"),
    ("Code", "CodeListEntry"),
    ("Condition", "LiftCondition"),
    ("ConflictKind", "ImportConflictKind"),
    ("ConstraintKind", "PairingConstraintKind"),
    ("DependentKind", "ImportDependentKind"),
    ("EditKind", "PairingRunEditKind"),
    ("Education", "EducationLevel"),
    ("Health", "HealthState"),
    ("Helper", "HelperName"),
    ("Labour", "LabourAbility"),
    ("LeaveAnswer", "ImportLeaveAnswer"),
    ("Measure", "HelpMeasure"),
    ("Met", "ConditionMet"),
    ("Point", "MethodPoint"),
    ("PointState", "MethodPointState"),
    ("PointStatus", "MethodPointStatus"),
    ("ReasonCode", "PairingReasonCode"),
    ("Relation", "HouseholdRelation"),
    ("Role", "AccountRole"),
    ("RunStatus", "PairingRunStatus"),
    ("Schooling", "SchoolingState"),
    ("Severity", "ProblemSeverity"),
    ("ShortArea", "PairingShortageArea"),
    ("ShortUnit", "PairingShortageUnit"),
    ("Shortage", "PairingShortage"),
    ("Skill", "HelperSkill"),
    ("Staff", "StaffMember"),
    ("State", "LiftState"),
    ("Step", "LiftStepCode"),
];

/// The document's name for what the framework calls a schema: of a page of things as well.
fn document_name(name: &str) -> String {
    if let Some(item) = name.strip_prefix("Page_") {
        return document_name(item) + "Page";
    }
    let known = NAMES.iter().find(|(of_code, _)| *of_code == name);
    known
        .map_or(name, |(_, of_document)| of_document)
        .to_owned()
}

/// Gives all schemas the document's names, where they stand and where they are spoken of.
pub(super) fn rename(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    let names: BTreeMap<String, String> = schemas
        .keys()
        .map(|name| (name.clone(), document_name(name)))
        .collect();
    *schemas = std::mem::take(schemas)
        .into_iter()
        .map(|(name, mut schema)| {
            // Some generators name a class by the title of its schema.
            if let Some(schema) = schema.as_object_mut() {
                schema.remove("title");
            }
            (names.get(&name).cloned().unwrap_or(name), schema)
        })
        .collect();
    spoken_of(document, &names);
}

const SCHEMAS: &str = "#/components/schemas/";

fn spoken_of(value: &mut Value, names: &BTreeMap<String, String>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| spoken_of(item, names)),
        Value::Object(object) => object
            .values_mut()
            .for_each(|value| spoken_of(value, names)),
        Value::String(text) => {
            let of_schema = text.strip_prefix(SCHEMAS).and_then(|name| names.get(name));
            if let Some(name) = of_schema {
                *text = format!("{SCHEMAS}{name}");
            } else if text.contains("[`") {
                *text = without_links(text, names);
            }
        }
        _ => {}
    }
}

/// A text without the links of Rust's documentation: of brackets around a name in code, the name is left, as the
/// document has it.
fn without_links(text: &str, names: &BTreeMap<String, String>) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, link)) = rest.split_once("[`") {
        plain += before;
        let Some((path, behind)) = link.split_once("`]") else {
            plain += "[`";
            rest = link;
            continue;
        };
        let name = path.rsplit("::").next().unwrap_or(path);
        let name = names.get(name).map_or(name, String::as_str);
        plain.extend(["`", name, "`"]);
        rest = match behind
            .strip_prefix('(')
            .and_then(|target| target.split_once(')'))
        {
            Some((_, behind)) => behind,
            None => behind,
        };
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_renamed_wherever_they_are_named() {
        let mut document = json!({
            "components": { "schemas": {
                "Page_State": { "items": { "$ref": "#/components/schemas/State" } },
                "State": { "title": "State", "description": "See [`Step`], [`crate::lift::Step`] and [`State`](self::State)." },
                "Step": {},
            } },
        });
        rename(&mut document);
        assert_eq!(
            document,
            json!({
                "components": { "schemas": {
                    "LiftStatePage": { "items": { "$ref": "#/components/schemas/LiftState" } },
                    "LiftState": { "description": "See `LiftStepCode`, `LiftStepCode` and `LiftState`." },
                    "LiftStepCode": {},
                } },
            })
        );
    }
}
