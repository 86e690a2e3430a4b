//! Fields that changed, as they are shown.

use poem_openapi::Object;

use super::change::{FieldChange, PersonChange};
use crate::access::{Caller, Kind, Sight};
use crate::codes::LeaveAnswer;
use crate::problem::Text;
use crate::text;

/// One field that changed.
#[derive(Object)]
#[oai(rename = "FieldChange", skip_serializing_if_is_none)]
pub struct FieldChangeView {
    /// JSON pointer (RFC 6901) into the record, such as `/members/1/health`; of a member who goes, into the
    /// record as it was.
    pointer: String,
    /// The field in the language of the answer, such as `李秀英 健康状况`; or who comes or goes, such as `孙巧云 离开本户（去世）`.
    label: Text,
    /// What stood there.
    old: Option<String>,
    /// What stands there now.
    new: Option<String>,
    /// What stood there as people read it.
    old_words: Option<Text>,
    /// What stands there now as people read it.
    new_words: Option<Text>,
    /// Name of the member of the household whom it is about.
    person: Option<String>,
    /// What becomes of them. Of one who comes or goes, the values are the relation to the head.
    person_change: Option<PersonChange>,
    /// Of one who goes: what people answered when they were asked.
    reason: Option<LeaveAnswer>,
}

/// A change as this caller may see it.
pub fn field_change(change: FieldChange, caller: &Caller) -> FieldChangeView {
    let sight = caller.sight();
    let private = change.field().and_then(|field| field.private);
    let show = |text: String| shown(sight, private, text);
    // Where the value may not be seen, neither may its words.
    let words = |value: Option<&String>| {
        value.map(|value| match show(value.clone()) {
            shown if shown == *value => change.words(value),
            masked => Text::same(masked),
        })
    };
    FieldChangeView {
        label: change.label(),
        old_words: words(change.old.as_ref()),
        new_words: words(change.new.as_ref()),
        person_change: change.person.as_ref().map(|person| person.change),
        reason: change.person.as_ref().and_then(|person| person.reason),
        person: change.person.map(|person| person.name),
        pointer: change.pointer,
        old: change.old.map(show),
        new: change.new.map(show),
    }
}

/// A value of a field that holds such private data, as one of this sight may see it.
fn shown(sight: Sight, private: Option<Kind>, value: String) -> String {
    match private {
        None => value,
        Some(Kind::Telephone) => sight.telephone(&value),
        Some(kind) if sight.sees(kind) => value,
        Some(Kind::BirthDate) => value.chars().take(4).collect(),
        Some(Kind::Health) => "***".to_owned(),
        Some(Kind::Identity | Kind::BankCard) => text::masked(&value),
    }
}
