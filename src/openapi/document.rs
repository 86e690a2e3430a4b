//! The document, and what it says of an operation.

use serde_json::Value;

use super::body::{self, Patterns};
use super::fault::{ItemFaults, Place};
use super::framework::{Version, translated};
use crate::problem::Text;

/// The document: what it says of the operations is asked for with each request.
#[derive(Clone, Debug)]
pub struct Document {
    json: Value,
    patterns: Patterns,
}

impl Document {
    /// Makes the document from the framework's.
    pub fn new(framework: &str, version: Version) -> Self {
        let json = translated(framework, version);
        let patterns = Patterns::of(&json);
        Self { json, patterns }
    }

    /// As JSON, to be read by people too.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(&self.json).unwrap_or_default() + "\n"
    }

    /// The same document as YAML.
    pub fn yaml(&self) -> String {
        serde_yaml::to_string(&self.json).unwrap_or_default()
    }

    /// The operation that a request asks for. `path` is below the API's root.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let described = self.operations(path)?.get(method.to_ascii_lowercase())?;
        Some(Operation {
            document: self,
            described,
        })
    }

    /// The methods that `path`, which is below the API's root, takes: as the header `Allow` has them.
    pub fn methods(&self, path: &str) -> String {
        let operations = self.operations(path).and_then(Value::as_object);
        // What is not an operation is a document.
        let methods: Vec<_> = operations.map_or_else(
            || vec!["GET".to_owned()],
            |operations| {
                operations
                    .keys()
                    .map(|name| name.to_ascii_uppercase())
                    .collect()
            },
        );
        methods.join(", ")
    }

    fn operations(&self, path: &str) -> Option<&Value> {
        let paths = self.json["paths"].as_object()?;
        // A path without a parameter goes before one that has one in the same place.
        let (_, operations) = paths
            .get_key_value(path)
            .or_else(|| paths.iter().find(|(template, _)| fits(template, path)))?;
        Some(operations)
    }
}

/// Whether `path` is one of those that `template` stands for.
fn fits(template: &str, path: &str) -> bool {
    let mut asked = path.split('/');
    template.split('/').all(|part| {
        asked
            .next()
            .is_some_and(|asked| part == asked || part.starts_with('{'))
    }) && asked.next().is_none()
}

/// Operations that take the items of a list one by one, so that a faulty one does not stop the others,
/// and how the places in that list begin.
const ONE_BY_ONE: &[(&str, &str)] = &[("logVisits", "/visits/")];

/// What the document says of one operation.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'a> {
    document: &'a Document,
    described: &'a Value,
}

impl<'a> Operation<'a> {
    /// Whether it is for those only who have a token.
    pub fn needs_token(self) -> bool {
        self.described["security"]
            .as_array()
            .is_some_and(|security| !security.is_empty())
    }

    /// Whether it takes a body of this media type, such as `application/json`.
    pub fn takes(self, media_type: &str) -> bool {
        self.described["requestBody"]["content"]
            .get(media_type)
            .is_some()
    }

    /// What is wrong with the value of a parameter of the query that is a day. All other kinds of
    /// values the framework checks itself.
    pub fn parameter_fault(self, name: &str, value: &str) -> Option<Text> {
        let parameters = self.described["parameters"].as_array()?;
        let parameter = parameters.iter().find(|parameter| {
            parameter["in"] == "query"
                && parameter["name"] == name
                && parameter["schema"]["format"] == "date"
        })?;
        let value = Value::String(value.to_owned());
        let faults = self.faults(&parameter["schema"], &value);
        faults.into_iter().next().map(|(_, words)| words)
    }

    /// All that is wrong with a JSON body, each with the place where it stands; and apart from it
    /// what is wrong with items that are taken one by one. Texts that say nothing are left to the
    /// operation, where a rule of its own may name them.
    pub fn body_faults(self, body: &Value) -> (Vec<Place>, ItemFaults) {
        let (items, whole) = self
            .faults(self.body_schema(), body)
            .into_iter()
            .partition(|(pointer, _)| self.is_of_item(pointer));
        (whole, ItemFaults(items))
    }

    /// All that is wrong with a JSON body that the operation did not take.
    pub fn all_body_faults(self, body: &Value) -> Vec<Place> {
        let Document { json, patterns } = self.document;
        body::faults(json, patterns, self.body_schema(), body, true)
    }

    fn body_schema(self) -> &'a Value {
        &self.described["requestBody"]["content"]["application/json"]["schema"]
    }

    fn is_of_item(self, pointer: &str) -> bool {
        let id = self.described["operationId"].as_str();
        ONE_BY_ONE
            .iter()
            .any(|(operation, list)| id == Some(operation) && pointer.starts_with(list))
    }

    fn faults(self, schema: &Value, value: &Value) -> Vec<Place> {
        body::faults(
            &self.document.json,
            &self.document.patterns,
            schema,
            value,
            false,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_of_two_rooms_on_one_path_are_both_there() {
        let document = Document::new(
            r#"{"openapi":"3.0.0","info":{"license":{"name":"x"}},"tags":[],"components":{"schemas":{}},
            "paths":{"/a":{"get":{"responses":{}}},"/a":{"post":{"responses":{}}}}}"#,
            Version::V3_1,
        );
        let methods: Vec<_> = document.json["paths"]["/a"]
            .as_object()
            .unwrap()
            .keys()
            .collect();
        assert_eq!(methods, ["get", "post"]);
    }

    #[test]
    fn a_path_fits_its_template_only() {
        assert!(fits("/a/{id}/b", "/a/1/b"));
        assert!(!fits("/a/{id}", "/a/1/b"));
        assert!(!fits("/a/{id}/b", "/a/1"));
    }
}
