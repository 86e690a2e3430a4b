//! What changed between two states of a household, field by field.

use serde_json::Value;

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// JSON pointer (RFC 6901) into the household's facts.
    pub pointer: String,
    /// What stood there; nothing if the place is new.
    pub old: Option<String>,
    /// What stands there; nothing if the place is gone.
    pub new: Option<String>,
}

/// The fields that differ, in the order in which the states have them.
pub fn between(old: &Value, new: &Value) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    compare(String::new(), Some(old), Some(new), &mut changes);
    changes
}

fn compare(pointer: String, old: Option<&Value>, new: Option<&Value>, into: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(_)) | None, Some(Value::Object(_)) | None)
        | (Some(Value::Array(_)) | None, Some(Value::Array(_)) | None) => {
            for key in keys(old, new) {
                let below = format!("{pointer}/{key}");
                compare(below, child(old, &key), child(new, &key), into);
            }
        }
        _ => into.push(FieldChange {
            pointer,
            old: old.and_then(words),
            new: new.and_then(words),
        }),
    }
}

/// The keys of both, or the places of the longer list.
fn keys(old: Option<&Value>, new: Option<&Value>) -> Vec<String> {
    let of = |value: Option<&Value>| -> Vec<String> {
        match value {
            Some(Value::Object(fields)) => fields.keys().cloned().collect(),
            Some(Value::Array(items)) => (0..items.len()).map(|index| index.to_string()).collect(),
            _ => Vec::new(),
        }
    };
    let mut keys = of(old);
    for key in of(new) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn child<'a>(value: Option<&'a Value>, key: &str) -> Option<&'a Value> {
    match value? {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        object => object.get(key),
    }
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_changed_field_is_told_once() {
        let old = json!({"town": "甲", "size": 2, "members": [{"name": "张三"}, {"name": "李四"}]});
        let new = json!({"town": "乙", "size": 2, "members": [{"name": "张三"}], "phone": null});
        let change = |pointer: &str, old: Option<&str>, new: Option<&str>| FieldChange {
            pointer: pointer.to_owned(),
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
        };
        assert_eq!(
            between(&old, &new),
            [
                change("/town", Some("甲"), Some("乙")),
                change("/members/1/name", Some("李四"), None),
                change("/phone", None, None),
            ]
        );
        assert!(between(&old, &old).is_empty());
    }
}
