//! The fields of a person of the staff, in one table: from a row come the field of the records
//! ([`model`](super::model)), its column in every statement ([`store`](super::store)), what the API
//! shows of it and to whom, and its words where a change is told.
//!
//! A new field is a row here, a migration that adds the column to `staff`, and a row of the roster's table
//! of columns. It is an `Option`, for the reasons that stand in `household/field.rs`.
//!
//! A row:
//!
//! ```text
//! /// What the API says of it.
//! name: Type, How as ViewType;                  how the API shows it, and the type of what it shows
//! ```
//!
//! | how | what is shown |
//! | --- | --- |
//! | `Open` | the value as it is: a code or a count, which holds nothing private |
//! | `Text` | a text, with the private data masked that somebody typed into it |
//! | `Texts` | the same, where the field may be empty |
//! | `Unit` | the unit's id and its name, as `Text` |
//! | `Identity` | an identity number: whole for the office, else masked |
//! | `RegisterNumber` | a number that a register gives: whole, unless an identity number was typed there |
//! | `Telephone` | a telephone of the staff: whole for everyone, unless another number was typed there |
//!
//! `unit` is kept by its id and has no column of its own: [`own_columns`] leaves it out.

/// The fields that a roster gives of a person.
macro_rules! staff_fields {
    ($make:ident $($with:ident)?) => {
        $make! {
            $($with)?
            // This or the identity number is there.
            /// Staff number (工号).
            number: Option<String>, RegisterNumber as Option<String>;
            /// Identity number (证件号码): whole for the office, else its first three and last two characters.
            identity_number: Option<IdentityNumber>, Identity as Option<String>;
            /// Name (姓名).
            name: String, Text as String;
            /// Sex (性别).
            sex: Option<Sex>, Open as Option<Sex>;
            /// Unit (单位), by name.
            unit: String, Unit as #[oai(flatten)] UnitName;
            /// Post (职务).
            position: Option<String>, Texts as Option<String>;
            // Ordinary where the roster does not say.
            /// Rank (职级).
            rank: Rank, Open as Rank;
            /// Political status (政治面貌).
            political_status: Option<String>, Texts as Option<String>;
            /// Telephone (联系电话).
            phone: Option<String>, Telephone as Option<String>;
            /// Households that they may have (可帮扶户数); where it is absent, the rank decides.
            capacity: Option<i64>, Open as Option<i64>;
            /// Towns of which they are in charge (负责镇).
            town: Option<String>, Texts as Option<String>;
            /// Villages of which they are in charge (负责村).
            village: Option<String>, Texts as Option<String>;
            /// Skills (专长).
            specialty: Option<String>, Texts as Option<String>;
            /// Remarks (备注).
            remark: Option<String>, Texts as Option<String>;
        }
    };
}

/// Gives the names of the fields that have a column of their own, all but the unit, to a macro:
/// `staff_fields!(own_columns columns)`.
macro_rules! own_columns {
    (@ $make:ident [$($name:ident)*]) => { $make! { $($name)* } };
    (@ $make:ident [$($name:ident)*] $(#[$_meta:meta])* unit: $_type:ty, $_how:ident as $(#[$_attribute:meta])* $_view:ty; $($rest:tt)*) => {
        own_columns! { @ $make [$($name)*] $($rest)* }
    };
    (@ $make:ident [$($name:ident)*] $(#[$_meta:meta])* $field:ident: $_type:ty, $_how:ident as $(#[$_attribute:meta])* $_view:ty; $($rest:tt)*) => {
        own_columns! { @ $make [$($name)* $field] $($rest)* }
    };
    ($make:ident $($rest:tt)*) => { own_columns! { @ $make [] $($rest)* } };
}

pub(crate) use {own_columns, staff_fields};
