//! Roles and what they permit.

use uuid::Uuid;

use crate::code_list;
use crate::code_list::CodeList;
use crate::problem::Problem;

code_list! {
    /// What an account is for.
    pub enum Role = "account_role", "角色" {
        Administrator = "administrator", "系统管理员", [];
        Office = "office", "办公室", [];
        Helper = "helper", "帮扶责任人", [];
        Leader = "leader", "领导", [];
    }
}

/// One thing that an account may be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Create accounts, reset passwords.
    ManageAccounts,
    /// Import rosters, change staff and units, settings and year plans.
    KeepRegister,
    /// See every household, not only those one is responsible for.
    SeeAllHouseholds,
    /// See identity numbers, bank cards and birth dates whole.
    SeeIdentityNumbers,
    /// Log one's own visits, set plans, propose lifts, write and read hand-over notes: for the
    /// households that one serves, by the rule in [`rights`](crate::serving::rights).
    ServeHouseholds,
    /// See telephone numbers of households whole.
    SeeContacts,
    /// See the health, disability and ability to work of a person.
    SeeHealth,
    /// Compute, confirm and end pairings.
    ManagePairings,
    /// Log a visit for any helper.
    LogForOthers,
    /// Record the steps of a lift.
    RecordLifts,
    /// See progress and download workbooks.
    SeeProgress,
}

impl Role {
    /// The only table of permissions.
    pub fn permits(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            // An administrator keeps the system running and stands in for the office.
            Self::Administrator => true,
            Self::Office => permission != P::ManageAccounts,
            // For the households that they serve: helpers must call them, and help with illness and disability.
            Self::Helper => {
                matches!(
                    permission,
                    P::ServeHouseholds | P::SeeContacts | P::SeeHealth
                )
            }
            Self::Leader => matches!(permission, P::SeeAllHouseholds | P::SeeProgress),
        }
    }
}

/// The permissions to change anything but one's own session and password.
const CHANGES: [Permission; 6] = [
    Permission::ManageAccounts,
    Permission::KeepRegister,
    Permission::ServeHouseholds,
    Permission::ManagePairings,
    Permission::LogForOthers,
    Permission::RecordLifts,
];

/// The account that a request comes from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Caller {
    /// Nil for the command line.
    pub account_id: Uuid,
    /// Its name, which every record of what was done names.
    pub username: String,
    /// What the caller may do.
    pub role: Role,
    /// The person of the staff roster that the account belongs to.
    pub staff_id: Option<Uuid>,
    /// The version of the account by which all this was read, see [`Caller::write`].
    pub account_version: i64,
}

impl Caller {
    /// The command line: whoever can open the database file may do all.
    pub fn command_line() -> Self {
        Self {
            account_id: Uuid::nil(),
            username: "命令行".to_owned(),
            role: Role::Administrator,
            staff_id: None,
            account_version: 0,
        }
    }

    /// Whether the caller may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.permits(permission)
    }

    /// Refuses, with 403, what the caller may not do.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            return Ok(());
        }
        Err(self.forbidden())
    }

    /// Refuses, with 403, who may change nothing at all.
    pub fn require_any_change(&self) -> Result<(), Problem> {
        if CHANGES.iter().any(|permission| self.may(*permission)) {
            return Ok(());
        }
        Err(self.forbidden())
    }

    fn forbidden(&self) -> Problem {
        Problem::forbidden(
            "forbidden",
            format!(
                "您的角色（{}）不能执行此操作，请联系办公室",
                self.role.label()
            ),
            format!("the role `{}` may not do this; ask the office", self.role),
        )
    }
}

/// Shortest password that is accepted, in characters (NIST SP 800-63B: at least 8).
pub const SHORTEST_PASSWORD: usize = 8;
/// How long a token is good for, in hours: a working day.
pub const TOKEN_HOURS: i64 = 12;
/// How long after the log-in a token can be renewed, in days: a week, after which the password is
/// asked for again.
pub const SESSION_DAYS: i64 = 7;
