//! Roles, what they permit, and whose people and households they reach.
//!
//! A role is two answers: *what* its accounts may do, [`Role::permits`], and *of whom*,
//! [`Caller::reach`]. Which of the permissions an operation asks for stands in
//! [`rule`](super::rule).

use uuid::Uuid;

use crate::code_list;
use crate::code_list::CodeList;
use crate::problem::Problem;

code_list! {
    /// What an account is for.
    pub enum Role = "account_role", "角色" {
        Administrator = "administrator", "系统管理员", [];
        Office = "office", "办公室", [];
        UnitContact = "unit_contact", "单位联络员", [];
        Helper = "helper", "帮扶责任人", [];
        Leader = "leader", "领导", [];
    }
}

code_list! {
    /// One thing that an account may be allowed to do.
    pub enum Permission = "permission", "权限" {
        ManageAccounts = "manage_accounts", "管理账号", [];
        KeepRegister = "keep_register", "导入名册、维护单位和设置", [];
        KeepStaff = "keep_staff", "维护人员、请假和离岗", [];
        SeeStaff = "see_staff", "查看人员和单位", [];
        SeeOffice = "see_office", "查看结对方案、结对约束和更名", [];
        SeeIdentityNumbers = "see_identity_numbers", "查看完整证件号、银行卡号和出生日期", [];
        ServeHouseholds = "serve_households", "办理自己帮扶的户", [];
        SeeContacts = "see_contacts", "查看联系电话", [];
        SeeHealth = "see_health", "查看健康和劳动能力", [];
        ManagePairings = "manage_pairings", "办理结对", [];
        LogForOthers = "log_for_others", "代记走访", [];
        RecordLifts = "record_lifts", "办理脱贫退出", [];
        SeeProgress = "see_progress", "查看进度、下载报表", [];
    }
}

impl Role {
    /// Whether who has it is concerned with all there is, and not with one unit or person.
    pub fn reaches_all(self) -> bool {
        match self {
            Self::Administrator | Self::Office | Self::Leader => true,
            Self::UnitContact | Self::Helper => false,
        }
    }

    /// The only table of permissions.
    pub fn permits(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            // An administrator keeps the system running and stands in for the office.
            Self::Administrator => true,
            Self::Office => permission != P::ManageAccounts,
            // For the people of their unit and the households that these serve: a contact organises, and so
            // must call them. Health is for those who help with it.
            Self::UnitContact => matches!(
                permission,
                P::KeepStaff | P::SeeStaff | P::SeeContacts | P::LogForOthers | P::SeeProgress
            ),
            // For the households that they serve: helpers must call them, and help with illness and disability.
            Self::Helper => {
                matches!(
                    permission,
                    P::ServeHouseholds | P::SeeContacts | P::SeeHealth
                )
            }
            Self::Leader => matches!(permission, P::SeeStaff | P::SeeOffice | P::SeeProgress),
        }
    }

    /// Whether it means nothing without a person of the staff: that person's households or unit are what
    /// it reaches.
    pub fn needs_person(self) -> bool {
        matches!(self, Self::UnitContact | Self::Helper)
    }
}

/// Of whom a caller may see and do what their permissions allow. [`serving`](crate::serving) applies it to
/// households, [`staff`](crate::staff) to people; what a caller does not reach is to them as if it were
/// not there.
///
/// A new reach, such as that of a town, is a variant here and an arm in
/// [`serving::store::reached_by`](crate::serving::store::reached_by) and in `staff::service::reaches`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Everyone.
    #[default]
    All,
    /// The people who belong to this unit today, and the households that they serve now.
    Unit(Uuid),
    /// This person, and the households that they serve now.
    Person(Uuid),
}

impl Reach {
    /// The unit to which all is narrowed, if it is to one.
    pub fn unit(self) -> Option<Uuid> {
        match self {
            Self::Unit(unit_id) => Some(unit_id),
            Self::All | Self::Person(_) => None,
        }
    }

    /// Whether it is that of one person.
    pub fn is_of_a_person(self) -> bool {
        matches!(self, Self::Person(_))
    }
}

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
    /// The unit to which that person belongs today.
    pub unit_id: Option<Uuid>,
    /// The version of the account by which all this was read, see [`Caller::write`].
    pub account_version: i64,
    /// The digest of the token that the request came with; empty for the command line.
    pub(super) session: String,
}

impl Caller {
    /// The command line: whoever can open the database file may do all.
    pub fn command_line() -> Self {
        Self {
            account_id: Uuid::nil(),
            username: "命令行".to_owned(),
            role: Role::Administrator,
            staff_id: None,
            unit_id: None,
            account_version: 0,
            session: String::new(),
        }
    }

    /// Whether the caller may do this.
    pub fn may(&self, permission: Permission) -> bool {
        self.role.permits(permission)
    }

    /// Of whom the caller may see and do what they may. An account without a person reaches, by a role that
    /// needs one, the person or unit whose id nobody has: nobody.
    pub fn reach(&self) -> Reach {
        match self.role {
            role if role.reaches_all() => Reach::All,
            Role::UnitContact => Reach::Unit(self.unit_id.unwrap_or_default()),
            _ => Reach::Person(self.staff_id.unwrap_or_default()),
        }
    }

    /// Refuses, with 403, what the caller may not do. Operations need not ask it for what
    /// [`rule`](super::rule) says of them.
    pub fn require(&self, permission: Permission) -> Result<(), Problem> {
        if self.may(permission) {
            return Ok(());
        }
        Err(self.forbidden())
    }

    /// The refusal of what a caller of this role may not do.
    pub fn forbidden(&self) -> Problem {
        // What the office may not do, only the administrator may.
        let (whom, whom_in_english) = match self.role {
            Role::Office => (Role::Administrator.label(), "administrator"),
            _ => (Role::Office.label(), "office"),
        };
        Problem::forbidden(
            "forbidden",
            format!(
                "您的角色（{}）不能执行此操作，请联系{whom}",
                self.role.label()
            ),
            format!(
                "the role `{}` may not do this; ask the {whom_in_english}",
                self.role
            ),
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
