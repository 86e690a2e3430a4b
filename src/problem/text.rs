//! A sentence in both languages, and how it stands in an answer: in the one that the client asked for.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::language::Language;

/// A sentence for people, in both languages that we speak.
///
/// As a field of an answer it is a text in the language of the request (`Accept-Language`); kept in the
/// database it has both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Text {
    /// Chinese (zh-CN), the language if the client asks for no other.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A [`Text`] of two sentences, Chinese and English, each as [`format!`] takes it. Behind a semicolon stand the
/// values that are texts themselves: each is put into a sentence in its language.
macro_rules! words {
    ($chinese:literal, $english:literal $(, $value:expr)* $(,)?) => {
        $crate::problem::Text::new(format!($chinese $(, $value)*), format!($english $(, $value)*))
    };
    ($chinese:literal, $english:literal; $($part:ident),+ $(,)?) => {
        $crate::problem::Text::new(
            { $(let $part = &$part.zh;)+ format!($chinese) },
            { $(let $part = &$part.en;)+ format!($english) },
        )
    };
}
pub(crate) use words;

impl Text {
    /// A text that is the same in both languages: what somebody wrote, or a number.
    pub fn same(words: impl Into<String>) -> Self {
        let zh = words.into();
        Self { en: zh.clone(), zh }
    }

    /// A text of which each language is told alone.
    pub fn told(tell: impl Fn(Language) -> String) -> Self {
        Self::new(tell(Language::Chinese), tell(Language::English))
    }

    /// Some texts in one, between `、` in Chinese and commas in English.
    pub fn joined(texts: &[Self]) -> Self {
        Self::told(|language| {
            let texts: Vec<_> = texts.iter().map(|text| text.spoken(language)).collect();
            texts.join(language.comma())
        })
    }

    /// Some names in one, which in English stand each between quotation marks.
    pub fn quoted(names: &[impl AsRef<str>]) -> Self {
        let quoted = |name: &str| Self::new(name, format!("“{name}”"));
        let names: Vec<_> = names.iter().map(|name| quoted(name.as_ref())).collect();
        Self::joined(&names)
    }

    /// The sentence in Chinese and in English.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The sentence in one language, for whatever language it is told in.
    #[must_use]
    pub fn only(&self, language: Language) -> Self {
        Self::same(self.spoken(language))
    }

    /// The sentence in one language.
    pub fn spoken(&self, language: Language) -> &str {
        match language {
            Language::Chinese => &self.zh,
            Language::English => &self.en,
        }
    }
}

/// By which the limit on the length of a field is checked: the longer of both.
impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        if self.en.chars().count() > self.zh.chars().count() {
            &self.en
        } else {
            &self.zh
        }
    }
}

/// What was kept before there was English is Chinese in both.
impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Kept {
            Both { zh: String, en: String },
            Chinese(String),
        }
        Ok(match Kept::deserialize(from)? {
            Kept::Both { zh, en } => Self { zh, en },
            Kept::Chinese(zh) => Self { en: zh.clone(), zh },
        })
    }
}

impl Type for Text {
    const IS_REQUIRED: bool = true;
    type RawValueType = Self;
    type RawElementValueType = Self;

    fn name() -> Cow<'static, str> {
        "string".into()
    }

    fn schema_ref() -> MetaSchemaRef {
        MetaSchemaRef::Inline(Box::new(MetaSchema::new("string")))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }

    fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
        Box::new(std::iter::once(self))
    }
}

impl ToJSON for Text {
    fn to_json(&self) -> Option<Value> {
        Some(self.spoken(Language::speak()).into())
    }
}

impl ParseFromJSON for Text {
    fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
        match value {
            Some(Value::String(text)) => Ok(Self::new(text.clone(), text)),
            other => Err(ParseError::expected_type(other.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_text_is_told_in_the_language_of_the_answer() {
        let text = Text::new("核实", "check");
        assert_eq!(text.to_json(), Some("核实".into()));
        let english = Language::English.of_one_request(async { text.to_json() });
        assert_eq!(english.await, (Some("check".into()), true));
        let silent = Language::English.of_one_request(async {});
        assert_eq!(silent.await, ((), false));
    }

    #[test]
    fn names_stand_in_english_between_quotation_marks_each() {
        let names = Text::quoted(&["双喜村", "红旗村"]);
        assert_eq!(names, Text::new("双喜村、红旗村", "“双喜村”, “红旗村”"));
        assert_eq!(Text::quoted(&[""; 0]), Text::default());
    }

    #[test]
    fn what_was_kept_in_chinese_alone_can_be_read() {
        let read = |json: &str| serde_json::from_str::<Text>(json).unwrap();
        assert_eq!(read(r#""核实""#), Text::new("核实", "核实"));
        let both = Text::new("核实", "check");
        assert_eq!(read(&serde_json::to_string(&both).unwrap()), both);
    }
}
