//! Private data: what of it leaves the server, and for whom.
//!
//! # Who sees what
//!
//! | what | administrator, office | helper, of the households he serves | leader |
//! | --- | --- | --- | --- |
//! | identity number | whole | first three, last two | first three, last two |
//! | number of a disability certificate: an identity number, category and grade | whole | first three, last two | first three |
//! | bank card, passport and the like (in texts; no field holds one) | whole | first three, last two | first three, last two |
//! | birth date | whole | year | year |
//! | telephone of a household or member | whole | whole | first three, last two |
//! | health, disability, ability to work of a person; words for them in texts | yes | yes | no |
//! | telephone of the staff | whole | his own | whole |
//!
//! Why: the office keeps the register and must compare it with papers. A helper calls the household
//! and helps it with what ails it; no duty of his needs a number that opens an account. A leader judges
//! figures. The causes of poverty stay visible to a leader: they are said of a household, and the
//! figures are counted by them. The telephone of a helper is given to households on paper.
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
//! | histories | `household::api::field_change`, field by field |
//! | what a household breaks of the rules (`checks`) | left out where it tells a birth date or health |
//! | search | digits find only a whole 户编号, and an identity number finds nothing: else one could ask digit by digit |
//! | workbooks for leaders (progress, roll) | masked for all, since files are passed on: `report::model`, `report::pairings` |
//! | files of imports, marked files, previews, events of an import | the office alone may have them (`KeepRegister`), and the office sees numbers whole; messages about rows mask identity numbers all the same, since they are read aloud and sent by chat |
//! | entity tags | count versions, or are digests of the masked file |
//! | log | [`log::Masked`](super::log::Masked), for every event; a query, a body or a cell is not logged at all |
//! | command line | whoever can open the database file sees all |
//!
//! Stored data stay as they were typed: everything here is done on the way out.

use std::borrow::Cow;

use chrono::NaiveDate;

use super::private_text;
use super::{Caller, Permission};
use crate::household::IdentityNumber;
use crate::text;

/// A kind of private data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Identity numbers and what stands for them: disability certificates, passports.
    Identity,
    /// Bank cards and accounts.
    BankCard,
    /// Birth dates beyond the year.
    BirthDate,
    /// Telephone numbers of households.
    Telephone,
    /// Health, disability, ability to work.
    Health,
}

/// Which private data a reader may see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    numbers: bool,
    contacts: bool,
    health: bool,
}

impl Caller {
    /// Which private data this caller may see.
    pub fn sight(&self) -> Sight {
        Sight {
            numbers: self.may(Permission::SeeIdentityNumbers),
            contacts: self.may(Permission::SeeContacts),
            health: self.may(Permission::SeeHealth),
        }
    }
}

impl Sight {
    /// Of one who is not known, and of a file that is passed on: nothing.
    pub const NOTHING: Self = Self {
        numbers: false,
        contacts: false,
        health: false,
    };
    /// Of messages to the office about a roster: no number whole that opens an account.
    pub const MESSAGES: Self = Self {
        numbers: false,
        contacts: true,
        health: true,
    };

    /// The same for labels of codes, units and posts: a word for an illness in them tells nobody's health
    /// (残疾 in a code list, 肿瘤科主任).
    #[must_use]
    pub fn of_labels(self) -> Self {
        Self {
            health: true,
            ..self
        }
    }

    /// Whether this kind may be seen.
    pub fn sees(self, kind: Kind) -> bool {
        match kind {
            Kind::Identity | Kind::BankCard | Kind::BirthDate => self.numbers,
            Kind::Telephone => self.contacts,
            Kind::Health => self.health,
        }
    }

    /// Whether every kind may be seen.
    pub fn sees_all(self) -> bool {
        self.numbers && self.contacts && self.health
    }

    /// An identity number, whole or masked.
    pub fn identity_number(self, number: &IdentityNumber) -> String {
        if self.sees(Kind::Identity) {
            number.whole().to_owned()
        } else {
            number.masked()
        }
    }

    /// A birth date, for those who may see more than its year.
    pub fn birth_date(self, date: NaiveDate) -> Option<NaiveDate> {
        self.sees(Kind::BirthDate).then_some(date)
    }

    /// A telephone number of a household, whole or masked.
    pub fn telephone(self, number: String) -> String {
        if self.sees(Kind::Telephone) {
            number
        } else {
            text::masked(&number)
        }
    }

    /// A fact of a person's health, for those who may see it.
    pub fn health<T>(self, fact: Option<T>) -> Option<T> {
        fact.filter(|_| self.sees(Kind::Health))
    }

    /// A number that a register gives, such as 户编号: whole, unless it is an identity number.
    pub fn register_number(self, number: &str) -> Cow<'_, str> {
        if IdentityNumber::parse(number).is_ok() || private_text::holds_identity_number(number) {
            self.text(number)
        } else {
            Cow::Borrowed(number)
        }
    }

    /// A text that people wrote, with the private numbers in it masked.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        private_text::masked(text, self)
    }

    /// A text that one of this sight changed, with the numbers put back that were masked when he read
    /// what is stored.
    pub fn unmasked(self, sent: String, stored: &str) -> String {
        private_text::unmasked(sent, stored, self)
    }

    /// Masks what a text that is passed on must not hold.
    pub fn mask(self, text: &mut String) {
        if let Cow::Owned(masked) = self.text(text) {
            *text = masked;
        }
    }

    /// Masks a number that a register gives, if it is an identity number.
    pub fn mask_register_number(self, number: &mut Option<String>) {
        if let Some(number) = number
            && let Cow::Owned(masked) = self.register_number(number)
        {
            *number = masked;
        }
    }

    /// Whether a search for this text may look into names. A name may hold a number that somebody typed
    /// there, and digits in it could be tried out one after the other.
    pub fn may_search_names(self, search: &str) -> bool {
        self.sees(Kind::Identity) || !search.chars().any(char::is_numeric)
    }

    /// Whether a search for this text would try out digits of a number that may not be seen.
    pub fn would_probe(self, search: &str) -> bool {
        !self.sees(Kind::Identity) && IdentityNumber::parse(search).is_ok()
    }
}
