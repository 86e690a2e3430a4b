//! Code lists: closed sets of values, each with an English code for programs, a Chinese label for
//! people and the other spellings under which it turns up in workbooks.
//!
//! One [`code_list!`](crate::code_list!) table a list makes the enum and everything that depends on it:
//! the value in JSON and in the `OpenAPI` document, the text in the database, the drop-down list in
//! a template, and the reading of a cell.

use std::borrow::Cow;

use crate::problem::{Language, Text};
use crate::text::{is_squeezed, squeezed};

/// One value of a code list.
#[derive(Debug)]
pub struct Entry<T: 'static> {
    /// The value itself.
    pub value: T,
    /// What programs and the database say: English, `snake_case`, never changed once published.
    pub code: &'static str,
    /// What people read and what templates offer.
    pub label: &'static str,
    /// What people read in English, where that is not the code's own words.
    pub english: Option<&'static str>,
    /// Other spellings that are certain to mean the same.
    pub synonyms: &'static [&'static str],
}

/// A closed set of values with codes, labels and synonyms. Made by [`code_list!`](crate::code_list!).
pub trait CodeList: Copy + Eq + 'static {
    /// Name of the list for programs, `snake_case`.
    const NAME: &'static str;
    /// Name of the list for people.
    const LABEL: &'static str;
    /// The values, in the order in which people expect them.
    const ENTRIES: &'static [Entry<Self>];

    /// This value's row of the table.
    fn entry(self) -> &'static Entry<Self>;

    /// English code.
    fn code(self) -> &'static str {
        self.entry().code
    }

    /// Chinese label.
    fn label(self) -> &'static str {
        self.entry().label
    }

    /// English label.
    fn english(self) -> String {
        let own = self.entry().english.map(ToOwned::to_owned);
        own.unwrap_or_else(|| self.code().replace('_', " "))
    }

    /// What people read in this language.
    fn label_in(self, language: Language) -> Cow<'static, str> {
        match language {
            Language::Chinese => self.label().into(),
            Language::English => self.english().into(),
        }
    }

    /// What people read, in both languages.
    fn text(self) -> Text {
        Text::new(self.label(), self.english())
    }

    /// The value whose code is exactly `code`.
    fn from_code(code: &str) -> Option<Self> {
        Self::ENTRIES
            .iter()
            .find(|entry| entry.code == code)
            .map(|entry| entry.value)
    }

    /// The value that a person means by `text`: its label or a synonym, whatever the width of its
    /// characters and the white space among them.
    fn recognise(text: &str) -> Option<Self> {
        // What a drop-down list wrote needs no second look: most cells of a large roster.
        if let Some(entry) = Self::ENTRIES.iter().find(|entry| entry.label == text) {
            return Some(entry.value);
        }
        let text = squeezed(text);
        Self::ENTRIES
            .iter()
            .find(|entry| {
                let mut known = std::iter::once(&entry.label).chain(entry.synonyms);
                known.any(|word| is_squeezed(word, &text))
            })
            .map(|entry| entry.value)
    }

    /// All labels, for a drop-down list or a message that says what may stand in a cell.
    fn labels() -> Vec<&'static str> {
        Self::ENTRIES.iter().map(|entry| entry.label).collect()
    }
}

/// What a field may hold, by the words of which a change of it is told.
pub trait Labelled {
    /// The label of a code of the field's list; nothing where the field holds no code.
    fn label_of(_code: &str) -> Option<Text> {
        None
    }
}

impl<T: Labelled> Labelled for Option<T> {
    fn label_of(code: &str) -> Option<Text> {
        T::label_of(code)
    }
}

impl<T: Labelled> Labelled for Vec<T> {
    fn label_of(code: &str) -> Option<Text> {
        T::label_of(code)
    }
}

impl Labelled for String {}
impl Labelled for i64 {}
impl Labelled for bool {}
impl Labelled for chrono::NaiveDate {}
impl Labelled for uuid::Uuid {}

/// Declares a code list: an enum with its table of codes, labels and synonyms; an English label stands behind the
/// Chinese one where it is not the code's own words.
///
/// ```
/// qianshou::code_list! {
///     /// Where a person is insured.
///     pub enum Insurance = "insurance", "参保情况" {
///         Resident = "resident", "城乡居民", ["居民医保"];
///         Employee = "employee", "城镇职工", [];
///         None = "none", "未参保" / "not insured", [];
///     }
/// }
/// use qianshou::code_list::CodeList;
/// assert_eq!(Insurance::recognise(" 居民 医保"), Some(Insurance::Resident));
/// assert_eq!(Insurance::Employee.label(), "城镇职工");
/// assert_eq!(Insurance::None.english(), "not insured");
/// ```
#[macro_export]
macro_rules! code_list {
    (@english) => { None };
    (@english $english:literal) => { Some($english) };
    (
        $(#[$attribute:meta])*
        $visibility:vis enum $name:ident = $list:literal, $title:literal {
            $($variant:ident = $code:literal, $label:literal $(/ $english:literal)?, [$($synonym:literal),* $(,)?];)+
        }
    ) => {
        $(#[$attribute])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize, ::poem_openapi::Enum,
        )]
        $visibility enum $name {
            $(
                #[doc = $label]
                #[serde(rename = $code)]
                #[oai(rename = $code)]
                $variant,
            )+
        }

        impl $crate::code_list::CodeList for $name {
            const NAME: &'static str = $list;
            const LABEL: &'static str = $title;
            const ENTRIES: &'static [$crate::code_list::Entry<Self>] = &[$(
                $crate::code_list::Entry {
                    value: Self::$variant,
                    code: $code,
                    label: $label,
                    english: $crate::code_list!(@english $($english)?),
                    synonyms: &[$($synonym),*],
                },
            )+];

            fn entry(self) -> &'static $crate::code_list::Entry<Self> {
                &Self::ENTRIES[self as usize]
            }
        }

        impl $crate::code_list::Labelled for $name {
            fn label_of(code: &str) -> Option<$crate::problem::Text> {
                <Self as $crate::code_list::CodeList>::from_code(code)
                    .map($crate::code_list::CodeList::text)
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str($crate::code_list::CodeList::code(*self))
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::code_list::UnknownCode;

            fn from_str(code: &str) -> Result<Self, Self::Err> {
                $crate::code_list::CodeList::from_code(code).ok_or_else(|| {
                    $crate::code_list::UnknownCode {
                        list: <$name as $crate::code_list::CodeList>::NAME,
                        code: code.to_owned(),
                    }
                })
            }
        }

        $crate::text_column!($name);
    };
}

/// A code that stands in no row of its list.
#[derive(Debug, thiserror::Error)]
#[error("`{code}` is not a code of the list `{list}`")]
pub struct UnknownCode {
    /// The list's name.
    pub list: &'static str,
    /// What was found instead.
    pub code: String,
}
