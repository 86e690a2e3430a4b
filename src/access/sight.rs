//! Which private data a reader may see; [`privacy`](super::privacy) says why, and what they are shown.

use chrono::NaiveDate;

use super::model::{Caller, Permission};
use crate::identity::IdentityNumber;

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
    /// For a caller without a valid token, and for files that are passed on: nothing.
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

    /// What the same reader sees in what is not of a household that they serve: a file's name, a pairing that
    /// has ended, their own record. A helper is given telephones and health for the households that they serve,
    /// and for those alone.
    #[must_use]
    pub fn elsewhere(self) -> Self {
        if self.numbers { self } else { Self::NOTHING }
    }

    /// The same for labels of codes, units and posts: a word for an illness in them tells nobody's health
    /// (残疾 in a code list, 肿瘤科主任).
    #[must_use]
    pub fn of_labels(self) -> Self {
        Self {
            health: true,
            ..self
        }
    }

    /// The same for telephones of the staff, which are given to everyone.
    #[must_use]
    pub(super) fn of_staff_telephones(self) -> Self {
        Self {
            contacts: true,
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

    /// A fact of a person's health, for those who may see it.
    pub fn health<T>(self, fact: Option<T>) -> Option<T> {
        fact.filter(|_| self.sees(Kind::Health))
    }
}
