//! The document, and what it says of an operation.

use serde_json::Value;

use super::admission::Admissions;
use super::body::{self, Patterns};
use super::examples;
use super::fault::{ItemFaults, Place, token};
use super::framework::{Version, translated};
use super::parameter::{Described, Sent};
use super::storable::unstorable_texts;
use super::twice::fields_that_stand_twice;
use super::unknown::{Named, unknown_name};
use crate::problem::Text;

/// The document: what it says of the operations is asked for with each request.
#[derive(Clone, Debug)]
pub struct Document {
    json: Value,
    patterns: Patterns,
}

impl Document {
    /// Makes the document from the framework's.
    pub fn new(framework: &str, version: Version, admissions: Admissions) -> Self {
        let mut json = translated(framework, version, admissions);
        let patterns = Patterns::of(&json);
        // What they hold is data: no word of it is the document's own.
        examples::put_into(&mut json);
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

    /// All that is wrong with a value that ought to be as `schema` says, which stands in this document.
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<Place> {
        body::faults(&self.json, &self.patterns, schema, value, false)
    }

    /// The operation that a request asks for. `path` is below the API's root. `HEAD` asks for what `GET`
    /// does.
    pub fn operation(&self, method: &str, path: &str) -> Option<Operation<'_>> {
        let (template, operations) = self.operations(path)?;
        let method = match method {
            "HEAD" => "get".to_owned(),
            method => method.to_ascii_lowercase(),
        };
        Some(Operation {
            document: self,
            template,
            described: operations.get(method)?,
        })
    }

    /// The methods that `path`, which is below the API's root, takes: as the header `Allow` has them.
    pub fn methods(&self, path: &str) -> String {
        let operations = self.operations(path).and_then(|(_, it)| it.as_object());
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

    /// The path with names in the place of its parameters, and its operations.
    fn operations(&self, path: &str) -> Option<(&str, &Value)> {
        let paths = self.json["paths"].as_object()?;
        // A path without a parameter goes before one that has one in the same place.
        let (template, operations) = paths
            .get_key_value(path)
            .or_else(|| paths.iter().find(|(template, _)| fits(template, path)))?;
        Some((template, operations))
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
    template: &'a str,
    described: &'a Value,
}

impl<'a> Operation<'a> {
    /// Its id; none has it empty.
    pub fn id(self) -> &'a str {
        self.described["operationId"].as_str().unwrap_or_default()
    }

    /// Whether it is for those only who have a token.
    pub fn needs_token(self) -> bool {
        self.described["security"]
            .as_array()
            .is_some_and(|security| !security.is_empty())
    }

    /// Whether it takes a body at all.
    pub fn takes_body(self) -> bool {
        self.content().is_some()
    }

    /// Whether it takes a JSON body.
    pub fn takes_json(self) -> bool {
        self.json().is_some()
    }

    /// What it takes as a form, if it takes one.
    pub fn form(self) -> Option<Form<'a>> {
        let schema = &self.content()?.get("multipart/form-data")?["schema"];
        Some(Form { schema })
    }

    /// All that is wrong with the parameters of a request.
    pub fn parameter_faults(self, sent: Sent<'_>) -> Vec<Place> {
        let Document { json, patterns } = self.document;
        let described = Described {
            document: json,
            patterns,
            template: self.template,
            operation: self.described,
        };
        described.faults(sent)
    }

    /// All that is wrong with a JSON body, each with the place where it stands; and apart from it
    /// what is wrong with items that are taken one by one. Texts that say nothing are left to the
    /// operation, where a rule of its own may name them.
    ///
    /// `text` is the body as it was sent: read, it no longer tells what stood in it twice.
    pub fn body_faults(self, text: &[u8], body: &Value) -> (Vec<Place>, ItemFaults) {
        let (items, whole) = fields_that_stand_twice(text)
            .into_iter()
            .chain(unstorable_texts(body))
            .chain(self.document.faults(self.body_schema(), body))
            .partition(|place| self.is_of_item(&place.pointer));
        (whole, ItemFaults(items))
    }

    /// All that is wrong with a JSON body that the operation did not take.
    pub fn all_body_faults(self, body: &Value) -> Vec<Place> {
        let Document { json, patterns } = self.document;
        body::faults(json, patterns, self.body_schema(), body, true)
    }

    fn content(self) -> Option<&'a serde_json::Map<String, Value>> {
        self.described["requestBody"]["content"].as_object()
    }

    /// What is said of its JSON body, by whichever media type: all of them hold the same.
    fn json(self) -> Option<&'a Value> {
        let mut media = self.content()?.iter();
        let json = media.find(|(kind, _)| kind.ends_with("/json") || kind.ends_with("+json"));
        json.map(|(_, media)| media)
    }

    fn body_schema(self) -> &'a Value {
        self.json().map_or(&Value::Null, |media| &media["schema"])
    }

    fn is_of_item(self, pointer: &str) -> bool {
        ONE_BY_ONE
            .iter()
            .any(|(operation, list)| self.id() == *operation && pointer.starts_with(list))
    }
}

/// What the document says of a form.
#[derive(Clone, Copy, Debug)]
pub struct Form<'a> {
    schema: &'a Value,
}

impl<'a> Form<'a> {
    /// The names of its fields.
    pub fn fields(self) -> Vec<&'a str> {
        let properties = self.schema["properties"].as_object().into_iter().flatten();
        properties.map(|(name, _)| name.as_str()).collect()
    }

    /// What is wrong with a form whose fields have these names, in their order. Of one that is not
    /// `whole`, more may come.
    pub fn faults(self, sent: &[String], whole: bool) -> Vec<Place> {
        let known = self.fields();
        let place = |name: &str, words| Place::in_body(format!("/{}", token(name)), words);
        let mut faults = Vec::new();
        for (at, name) in sent.iter().enumerate() {
            let is_known = known.contains(&name.as_str());
            if !is_known {
                let words = unknown_name(Named::Field, name, &known);
                faults.push(place(name, words).unknown());
            } else if sent[..at].contains(name) {
                let words = Text::new(
                    "此项写了不止一次，请只保留一个",
                    "stands here more than once; give it once",
                );
                faults.push(place(name, words));
            }
        }
        let required = self.schema["required"].as_array().into_iter().flatten();
        for name in required.filter_map(Value::as_str) {
            if whole && !sent.iter().any(|sent| sent == name) {
                faults.push(place(name, Text::new("缺少此项", "is missing")));
            }
        }
        faults
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
            |_| None,
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
