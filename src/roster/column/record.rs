//! What a row is read into, and how a value gets to its place.

use crate::problem::Text;
use crate::roster::report::RosterKind;
use crate::value::Refusal;
use crate::value::repair::Repair;

/// What messages call a list and its rows.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The list, in Chinese and in English.
    pub list: [&'static str; 2],
    /// What one row is about, in Chinese and in English.
    pub row: [&'static str; 2],
    /// The headings by which a row names what it is about.
    pub named_by: &'static [&'static str],
}

impl Words {
    /// Of rosters of persons.
    pub const ROSTER: Self = Self {
        list: ["名册", "roster"],
        row: ["一名人员", "a person"],
        named_by: &["姓名", "证件号码"],
    };

    /// The list.
    pub fn list(&self) -> Text {
        let [zh, en] = self.list;
        Text::new(zh, en)
    }

    /// What one row is about.
    pub fn row(&self) -> Text {
        let [zh, en] = self.row;
        Text::new(zh, en)
    }

    /// The headings by which a row names what it is about.
    pub fn named_by(&self) -> Text {
        Text::quoted(self.named_by)
    }
}

/// What one row of a roster is read into, in parts.
pub trait Record: Default + 'static {
    /// What rows may share: the household.
    type Whole;
    /// What rows may share and what ends with the import.
    type Shared;
    /// What a row alone is about: the person.
    type Part;

    /// What kind of list it is a row of.
    const LIST: RosterKind;
    /// Fields by which a row speaks of one part: a sheet without columns of them has one row a whole.
    const OF_PART: &'static [&'static str];
    /// Fields by which a row names its whole, in a sheet that has one row a whole.
    const OF_WHOLE: &'static [&'static str];
    /// Fields by which rows of two sheets find each other.
    const JOINS: &'static [&'static str];
    /// Required fields that follow from others, or are asked once for the whole file, where it has no
    /// column of them.
    const ASKED: &'static [&'static str] = &[];
    /// Fields of names and numbers that several rows may have alike, so that a ditto mark may stand there.
    const REPEATED: &'static [&'static str] = &[];
    /// Fields of which a row may say more for the part above it, the first of them at least, and nothing else: a
    /// further village.
    const FURTHER: &'static [&'static str] = &[];
    /// Headings by which a table is told to be of another kind.
    const OTHERS: &'static [&'static str] = &[];

    /// Words of headings that ask for people who are the rows' own in other rosters: 户主 in one of staff.
    const OTHER_PEOPLE: &'static [&'static str] = &[];

    /// Fields any of which may name something: of each of these there must be one column at least.
    const ONE_OF: &'static [&'static [&'static str]] = &[];
    /// What messages call it.
    const WORDS: Words = Words::ROSTER;

    /// Whether a refused cell of field `key` is no mistake, by what other cells of the row say.
    fn forgives(&self, _key: &str) -> bool {
        false
    }

    /// Takes what a cell holds beside its value, such as a second telephone number, for the remark;
    /// `shared` says whether the column is one that rows share.
    fn note(&mut self, _text: String, _shared: bool) {}

    /// Called when a cell of field `key` was put right in this way.
    fn repaired(&mut self, _key: &str, _code: &str) {}
}

/// What putting a value into its place came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// Nothing was there.
    New,
    /// The same was there.
    Same,
    /// Something else was there, and stays.
    Differs,
}

/// A place for a value that may be empty.
pub trait Slot: Clone + PartialEq {
    /// Whether nothing is there.
    fn is_unset(&self) -> bool;
}

impl<T: Clone + PartialEq> Slot for Option<T> {
    fn is_unset(&self) -> bool {
        self.is_none()
    }
}

impl<T: Clone + PartialEq> Slot for Vec<T> {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

impl Slot for String {
    fn is_unset(&self) -> bool {
        self.is_empty()
    }
}

/// Puts a value into a place.
pub fn put<S: Slot>(slot: &mut S, value: S) -> Put {
    if slot.is_unset() {
        *slot = value;
        Put::New
    } else if *slot == value {
        Put::Same
    } else {
        Put::Differs
    }
}

/// Puts a value that is there into a place.
pub fn merge<S: Slot>(slot: &mut S, other: &S) -> Put {
    if other.is_unset() || slot == other {
        Put::Same
    } else if slot.is_unset() {
        slot.clone_from(other);
        Put::New
    } else {
        Put::Differs
    }
}

/// Puts the value that a text means into a row, and gives its label.
pub type PutCode<R> = fn(&mut R, &str) -> Option<(Put, &'static str)>;

/// What reading a cell gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    /// Whether it gave a value.
    pub value: bool,
    /// What was put right.
    pub repair: Option<Repair>,
    /// What was read, and is doubtful.
    pub doubt: Option<Refusal>,
    /// Whether the cell has no value, but a word in the place of one.
    pub placeholder: bool,
}
