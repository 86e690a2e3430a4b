//! Who may ask for which operation, and of whom it answers: one table, which the guard of all requests
//! enforces ([`admit`]), the document shows (`x-permission`, `x-scope`, and a paragraph of each description)
//! and tests walk. An operation without a row is for nobody; tests compare the table with the document.
//!
//! A row says the least that is needed, before anything of the request is read. What depends on the record
//! or on what is sent is decided where that is known:
//!
//! - which records are within a caller's [reach](super::Caller::reach): the services, by
//!   [`serving::rights`](crate::serving::rights) and `staff::service`;
//! - whether a helper is responsible for a household or only assists it, and on which day: the same
//!   `rights`, and `visit::service`;
//! - whose password it is: one's own, or as an administrator anyone's (`setPassword`);
//! - what of a person a unit's contact may change (`updateStaff`).
//!
//! The command line asks no guard: whoever can open the database may do all.

use super::model::{Caller, Permission, Role};
use crate::code_list::CodeList;
use crate::problem::Problem;

/// Of whom an operation answers, and what it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Nobody: it is for everyone, without a token.
    Public,
    /// The caller's own account.
    Own,
    /// What the office has as one: it is the same for everyone who may ask.
    Office,
    /// People of the staff within the caller's reach, and what is kept of them.
    People,
    /// Households within the caller's reach, and what is kept of them.
    Households,
}

impl Scope {
    /// As the document's `x-scope` says it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Own => "own",
            Self::Office => "office",
            Self::People => "people",
            Self::Households => "households",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Public => "it needs no token",
            Self::Own => "the caller's own account",
            Self::Office => "the same for everyone who may ask",
            Self::People => {
                "people within reach: everyone; for a `unit_contact` the people of their unit; for a `helper` themselves"
            }
            Self::Households => {
                "households within reach: all; for a `unit_contact` those that people of their unit serve now; for a `helper` those that they serve now"
            }
        }
    }
}

/// What is needed to ask for one operation, and of whom it answers.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The operation's id.
    pub operation: &'static str,
    /// The caller needs one of these; if there are none, only a token (or by [`Scope::Public`] nothing).
    pub any_of: &'static [Permission],
    /// Of whom it answers.
    pub scope: Scope,
}

impl Rule {
    /// Whether accounts of this role may ask.
    pub fn admits(&self, role: Role) -> bool {
        self.any_of.is_empty() || self.any_of.iter().any(|needed| role.permits(*needed))
    }

    /// The codes of the permissions of which one is needed.
    pub fn permissions(&self) -> Vec<&'static str> {
        self.any_of.iter().map(|needed| needed.code()).collect()
    }

    /// The paragraph that the document adds to the description.
    pub fn words(&self) -> String {
        let listed = |codes: Vec<&str>, between: &str| {
            let quoted: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
            quoted.join(between)
        };
        let needed = match (self.scope, self.any_of) {
            (Scope::Public, _) => "none".to_owned(),
            (_, []) => "any account".to_owned(),
            _ => {
                let roles = Role::ENTRIES
                    .iter()
                    .filter(|entry| self.admits(entry.value));
                let roles = listed(roles.map(|entry| entry.code).collect(), ", ");
                format!("{} ({roles})", listed(self.permissions(), " or "))
            }
        };
        format!("Permission: {needed}. Scope: {}.", self.scope.words())
    }
}

/// The rule of an operation.
pub fn rule_of(operation: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.operation == operation)
}

/// Lets a caller ask for an operation, or refuses with 403.
pub fn admit(caller: &Caller, operation: &str) -> Result<(), Problem> {
    match rule_of(operation) {
        Some(rule) if rule.admits(caller.role) => Ok(()),
        _ => Err(caller.forbidden()),
    }
}

/// A row of the table.
const fn rule(operation: &'static str, any_of: &'static [Permission], scope: Scope) -> Rule {
    Rule {
        operation,
        any_of,
        scope,
    }
}

use Permission as P;
use Scope as S;

/// Every operation, in the order of the document.
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    rule("getHealth", &[], S::Public),

    rule("createSession", &[], S::Public),
    rule("deleteSession", &[], S::Own),
    rule("renewSession", &[], S::Own),
    rule("getMyAccount", &[], S::Own),
    rule("listAccounts", &[P::ManageAccounts], S::Office),
    rule("createAccount", &[P::ManageAccounts], S::Office),
    rule("getAccount", &[P::ManageAccounts], S::Office),
    rule("updateAccount", &[P::ManageAccounts], S::Office),
    rule("unlockAccount", &[P::ManageAccounts], S::Office),
    rule("setPassword", &[], S::Own),

    rule("listCodeLists", &[], S::Public),
    rule("getSettings", &[], S::Office),
    rule("updateSettings", &[P::KeepRegister], S::Office),
    rule("listYearPlans", &[], S::Office),
    rule("getYearPlan", &[], S::Office),
    rule("setYearPlan", &[P::KeepRegister], S::Office),

    rule("importHouseholds", &[P::KeepRegister], S::Office),
    rule("importStaff", &[P::KeepRegister], S::Office),
    rule("importPairings", &[P::ManagePairings], S::Office),
    rule("listImports", &[P::KeepRegister], S::Office),
    rule("getImport", &[P::KeepRegister], S::Office),
    rule("updateImport", &[P::KeepRegister], S::Office),
    rule("checkImport", &[P::KeepRegister], S::Office),
    rule("commitImport", &[P::KeepRegister], S::Office),
    rule("cancelImport", &[P::KeepRegister], S::Office),
    rule("previewImportUndo", &[P::KeepRegister], S::Office),
    rule("undoImport", &[P::KeepRegister], S::Office),
    rule("streamImportEvents", &[P::KeepRegister], S::Office),
    rule("listImportProblems", &[P::KeepRegister], S::Office),
    rule("listImportChanges", &[P::KeepRegister], S::Office),
    rule("listImportAbsent", &[P::KeepRegister], S::Office),
    rule("downloadImportFile", &[P::KeepRegister], S::Office),
    rule("downloadMarkedImportFile", &[P::KeepRegister], S::Office),
    rule("downloadTemplate", &[], S::Office),
    rule("listImportProfiles", &[P::KeepRegister], S::Office),
    rule("createImportProfile", &[P::KeepRegister], S::Office),
    rule("getImportProfile", &[P::KeepRegister], S::Office),
    rule("deleteImportProfile", &[P::KeepRegister], S::Office),

    rule("listHouseholds", &[], S::Households),
    rule("getHousehold", &[], S::Households),
    rule("listHouseholdHistory", &[], S::Households),

    rule("listStaff", &[P::SeeStaff], S::People),
    rule("getStaff", &[], S::People),
    rule("updateStaff", &[P::KeepStaff], S::People),
    rule("listUnits", &[P::SeeStaff], S::People),
    rule("getUnit", &[P::SeeStaff], S::People),
    rule("setUnitVillages", &[P::KeepRegister], S::Office),
    rule("listStaffLeaves", &[], S::People),
    rule("createStaffLeave", &[P::KeepStaff], S::People),
    rule("getStaffLeave", &[], S::People),
    rule("updateStaffLeave", &[P::KeepStaff], S::People),
    rule("deleteStaffLeave", &[P::KeepStaff], S::People),
    rule("renamePlace", &[P::KeepRegister], S::Office),
    rule("listRenamings", &[P::SeeOffice], S::Office),
    rule("getRenaming", &[P::SeeOffice], S::Office),
    rule("renameUnit", &[P::KeepRegister], S::Office),
    rule("undoRenaming", &[P::KeepRegister], S::Office),

    rule("createPairingRun", &[P::ManagePairings], S::Office),
    rule("listPairingRuns", &[P::SeeOffice], S::Office),
    rule("getPairingRun", &[P::SeeOffice], S::Office),
    rule("listProposals", &[P::SeeOffice], S::Office),
    rule("getProposal", &[P::SeeOffice], S::Office),
    rule("listPairingLoads", &[P::SeeOffice], S::Office),
    rule("confirmPairingRun", &[P::ManagePairings], S::Office),
    rule("dropPairingRun", &[P::ManagePairings], S::Office),
    rule("editPairingRun", &[P::ManagePairings], S::Office),
    rule("listPairingRunEdits", &[P::SeeOffice], S::Office),
    rule("proposePairingRun", &[P::ManagePairings], S::Office),
    rule("comparePairingRuns", &[P::SeeOffice], S::Office),
    rule("getPairingRunCertificate", &[P::SeeOffice], S::Office),
    rule("listPairings", &[], S::People),
    rule("createPairing", &[P::ManagePairings], S::Office),
    rule("getPairing", &[], S::People),
    rule("getHouseholdHelper", &[], S::Households),
    rule("endPairing", &[P::ManagePairings], S::Office),
    rule("createPairingConstraint", &[P::ManagePairings], S::Office),
    rule("listPairingConstraints", &[P::SeeOffice], S::Office),
    rule("getPairingConstraint", &[P::SeeOffice], S::Office),
    rule("deletePairingConstraint", &[P::ManagePairings], S::Office),
    rule("listAssistances", &[], S::People),
    rule("createAssistance", &[P::ManagePairings], S::Office),
    rule("getAssistance", &[], S::People),
    rule("endAssistance", &[P::ManagePairings], S::Office),
    rule("previewDeparture", &[P::KeepStaff], S::People),
    rule("recordDeparture", &[P::KeepStaff], S::People),
    rule("recordReturn", &[P::ManagePairings], S::Office),
    rule("recordTransfer", &[P::ManagePairings], S::Office),
    rule("createHandoverNote", &[P::ServeHouseholds], S::Households),
    rule("listHandoverNotes", &[P::ServeHouseholds, P::SeeOffice], S::Households),
    rule("getHandoverNote", &[P::ServeHouseholds, P::SeeOffice], S::Households),
    rule("readHandoverNote", &[P::ServeHouseholds], S::Households),

    rule("logVisit", &[P::ServeHouseholds, P::LogForOthers], S::Households),
    rule("logVisits", &[P::ServeHouseholds, P::LogForOthers], S::Households),
    rule("listVisits", &[], S::Households),
    rule("getVisit", &[], S::Households),
    rule("correctVisit", &[P::ServeHouseholds, P::LogForOthers], S::Households),
    rule("listVisitHistory", &[], S::Households),

    rule("getHouseholdMethod", &[], S::Households),
    rule("listMethodStates", &[], S::Households),
    rule("setHelpPlan", &[P::ServeHouseholds], S::Households),
    rule("listHelpPlans", &[], S::Households),
    rule("getHelpPlan", &[], S::Households),

    rule("proposeLift", &[P::ServeHouseholds, P::RecordLifts], S::Households),
    rule("recordLiftStep", &[P::RecordLifts], S::Office),
    rule("rejectLift", &[P::RecordLifts], S::Office),
    rule("recordRelapse", &[P::RecordLifts], S::Office),
    rule("getLift", &[], S::Households),
    rule("listLifts", &[], S::Households),

    rule("getProgress", &[P::SeeProgress], S::Households),
    rule("downloadProgressWorkbook", &[P::SeeProgress], S::Households),
    rule("downloadPairingRoll", &[P::SeeProgress], S::Households),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operation_without_a_row_is_for_nobody() {
        assert!(admit(&Caller::command_line(), "listSecrets").is_err());
        assert!(admit(&Caller::command_line(), "listAccounts").is_ok());
    }

    #[test]
    fn a_rule_is_told_in_words() {
        let words = |operation| rule_of(operation).map(Rule::words).unwrap();
        assert_eq!(
            words("listAccounts"),
            "Permission: `manage_accounts` (`administrator`). Scope: the same for everyone who may ask."
        );
        assert_eq!(
            words("getMyAccount"),
            "Permission: any account. Scope: the caller's own account."
        );
        assert_eq!(
            words("getHealth"),
            "Permission: none. Scope: it needs no token."
        );
        assert!(words("proposeLift").starts_with(
            "Permission: `serve_households` or `record_lifts` (`administrator`, `office`, `helper`). Scope: "
        ));
    }
}
