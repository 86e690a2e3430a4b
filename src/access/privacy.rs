//! Private data: what of it leaves the server, and for whom.
//!
//! # Who sees what
//!
//! | what | administrator, office | helper, of the households that they serve | contact of a unit, of the households that its people serve | leader |
//! | --- | --- | --- | --- | --- |
//! | identity number | whole | first three, last two | first three, last two | first three, last two |
//! | number of a disability certificate: an identity number, category and grade | whole | first three, last two | first three | first three |
//! | bank card, passport and the like (in texts; no field holds one) | whole | first three, last two | first three, last two | first three, last two |
//! | birth date | whole | year | year | year |
//! | telephone of a household or member | whole | whole | whole | first three, last two |
//! | health, disability, ability to work of a person; words for them in texts | yes | yes | no | no |
//! | telephone of the staff | whole | their own | whole, of their unit | whole |
//! | causes of poverty of a household, 因病 and 因残 among them | yes | yes | yes | yes |
//!
//! Elsewhere (a pairing that has ended, the name of an import's file, their own record on the roster of staff)
//! a helper or a contact sees what a leader does: [`Sight::elsewhere`].
//!
//! Why: the office keeps the register and must compare it with papers. A helper calls the household
//! and helps it with what ails it; no duty of theirs needs a number that opens an account. A contact of a unit
//! organises, and so must be able to call; what ails a person is for those who help with it. A leader judges
//! figures. The telephone of a helper is given to households on paper.
//!
//! Why causes stay visible to a leader, on lists of single households too: the cause is what the office
//! decided of a household and not a finding about a person. The method stands on it (致贫原因清楚), the
//! papers that leaders ask for name it beside each household (结对花名册, 台账, 帮扶手册), and to judge whether
//! an approach fits, one must see what it should answer; no other figure of ours tells it. What it costs:
//! of a household of one, 因病 or 因残 tells of that person. So nothing more is told with it: not whose
//! illness it is, nor which, nor how much someone can work. A notice for the public (公示) must not name it.
//!
//! Why the last two only, and the year only: a household's number begins with the code of its county,
//! so with a birth date and the last four of 18 characters the whole number can be rebuilt (it was, for
//! 76 of 76 persons). What is shown now leaves more than three thousand numbers, all alike: 365 days ×
//! 100 of the sequence, of which one in 11 fits the check character.
//!
//! # Where data of a person leaves
//!
//! | way | what is shown is decided by |
//! | --- | --- |
//! | answers of the API: fields that hold a number, a birth date, health | [`Sight`], where the view is made |
//! | answers of the API: all other texts (remarks, notes, wishes, plans, reasons, file names, names), problems with their `value` and `instance` | [`shield`](super::shield), for every answer alike |
//! | histories | `import::field_view`, field by field |
//! | what a household breaks of the rules (`checks`) | left out where it tells a birth date or health |
//! | search | finds no more than its reader sees: digits find a whole 户编号 that they see whole, telephones and ends of identity numbers only for those who see these; a part of a name only where that part can be seen; a town or village whose name is masked for them is found by no filter |
//! | cursors of lists | sealed: see `db::cursor` |
//! | workbooks for leaders (progress, roll) | masked for all, since files are passed on: every text of a table passes [`table::Reader`](crate::workbook::table::Reader), names of sheets and files [`READER`](crate::report::sheets::READER) |
//! | files of imports, marked files, previews, events of an import | the office alone may have them (`KeepRegister`), and the office sees numbers whole; messages about rows mask identity numbers all the same, since they are read aloud and sent by chat |
//! | entity tags | count versions, or are digests of the masked file |
//! | log | [`log::Masked`](super::log::Masked), for every event; a query, a body or a cell is not logged at all |
//! | command line | whoever can open the database file sees all |
//!
//! Stored data stay as they were typed: everything here is done on the way out.

use std::borrow::Cow;

use super::private_text::{self, MaskMoved, register_number};
use super::sight::{Kind, Sight};
use crate::text;
use crate::workbook::table::Reader;

impl Reader for Sight {
    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        Sight::text(*self, text)
    }

    fn label<'a>(&self, label: &'a str) -> Cow<'a, str> {
        self.of_labels().text(label)
    }

    fn register_number<'a>(&self, number: &'a str) -> Cow<'a, str> {
        Sight::register_number(*self, number)
    }

    fn staff_telephone<'a>(&self, number: &'a str) -> Cow<'a, str> {
        Sight::staff_telephone(*self, number)
    }
}

impl Sight {
    /// A telephone number of a household, whole or masked.
    pub fn telephone(self, number: &str) -> String {
        if self.sees(Kind::Telephone) {
            // Something else may have been typed there.
            self.text(number).into_owned()
        } else {
            text::masked(number)
        }
    }

    /// A number that a register gives, such as 户编号: whole, unless a private number was typed there,
    /// by the forms that the module of this name lists.
    pub fn register_number(self, number: &str) -> Cow<'_, str> {
        if self.sees_all() || !register_number::is_private(number) {
            return Cow::Borrowed(number);
        }
        if private_text::masked(number, Self::NOTHING) == number {
            // Written in a way that is no number to a text.
            return Cow::Owned(register_number::masked(number));
        }
        self.text(number)
    }

    /// A text that people wrote, with the private numbers in it masked.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        private_text::masked(text, self)
    }

    /// The beginning of a text that people wrote, of at most so many characters. It is masked before it is
    /// cut: what is cut off may be the word that says what a number is.
    pub fn beginning(self, text: &str, most: usize) -> String {
        self.text(text).chars().take(most).collect()
    }

    /// A text that one of this sight changed, with the numbers put back that were masked when they
    /// read what is stored.
    ///
    /// # Errors
    /// A masked number was moved or put in other words.
    pub fn unmasked(self, sent: String, stored: &str) -> Result<String, MaskMoved> {
        private_text::unmasked(sent, stored, self)
    }

    /// The same for a list of texts.
    ///
    /// # Errors
    /// A masked number was moved or put in other words.
    pub fn unmasked_list(
        self,
        sent: Vec<String>,
        stored: &[&str],
    ) -> Result<Vec<String>, MaskMoved> {
        private_text::unmasked_list(sent, stored, self)
    }

    /// The telephone of a person of the staff: whole for everyone, unless something else was typed there.
    pub fn staff_telephone(self, number: &str) -> Cow<'_, str> {
        self.of_staff_telephones().text(number)
    }

    /// Masks what a text that is passed on must not hold.
    pub fn mask(self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    /// Whether a search for this text may look into names. A name may hold a number that somebody typed
    /// there, and digits in it could be tried out one after the other.
    pub fn may_search_names(self, search: &str) -> bool {
        self.sees(Kind::Identity) || !search.chars().any(char::is_numeric)
    }

    /// Whether records may be looked for by these whole names, such as of a town and a village: not if one
    /// is shown masked, or else a guess would be confirmed.
    pub fn may_find_names(self, names: &[&Option<String>]) -> bool {
        names
            .iter()
            .filter_map(|name| name.as_deref())
            .all(|name| matches!(self.text(name), Cow::Borrowed(_)))
    }

    /// Whether a record may be looked for by this whole number that a register gives: not if it is shown
    /// masked.
    pub fn may_find_number(self, number: &str) -> bool {
        matches!(self.register_number(number), Cow::Borrowed(_))
    }
}
