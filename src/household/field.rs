//! The fields of a household and of its members: one table each. From a row come the field of the record
//! ([`model`](super::model)), its column in every statement ([`store`](super::store)), what the API
//! shows of it and to whom, and its words where a change is told.
//!
//! A new field is a row here, a migration that adds the column to `household` and `staged_household` (or
//! `member` and `staged_member`), and a row of the roster's table of columns.
//!
//! A new field is an `Option`: rosters without the column say nothing of it, rows that the register has
//! already get an empty column, and what was kept before the field was there (a history, the record of an
//! import) is read back as `None`.
//!
//! A row:
//!
//! ```text
//! /// What the API says of it.
//! #[sqlx(try_from = "Json<Vec<Cause>>")]        where it is a list
//! name: Type
//!     = value                                   where it is not empty when nothing is known
//!     , Kind as ViewType;                       where not everybody may see it: the kind of private data,
//!                                               and the type of what is left of it
//! ```
//!
//! The kinds of private data are those of [`access::Kind`](crate::access::Kind) that a field of a household
//! holds: `Identity`, `BirthDate`, `Telephone`, `Health`. A field without a kind is shown as it is; private
//! data that somebody typed into its text are masked on the way out ([`shield`](crate::access::shield)).

/// The fields that a roster gives of a household, and those by which an import closes one.
macro_rules! household_fields {
    ($make:ident) => {
        $make! {
            /// Household number (户编号).
            number: Option<String>;
            /// Town (镇、乡、街道).
            town: String;
            /// Village (村、居).
            village: String;
            /// Group in the village (组).
            group_name: Option<String>;
            /// Telephone (联系电话): whole for the office and the household's helpers, else its first three and
            /// last two digits.
            phone: Option<String>, Telephone as Option<String>;
            /// Address (家庭住址).
            address: Option<String>;
            /// Year of identification (识别年度).
            identified_year: Option<i64>;
            /// Kind of household (贫困户属性).
            category: Option<Category>;
            /// Poverty status (脱贫属性).
            status: PovertyStatus = PovertyStatus::Poor;
            /// Year of the lift (脱贫年度).
            lifted_year: Option<i64>;
            /// Main cause (主要致贫原因).
            main_cause: Option<Cause>;
            // At most `MOST_OTHER_CAUSES`, without the main one.
            /// Other causes (其他致贫原因).
            #[sqlx(try_from = "Json<Vec<Cause>>")]
            other_causes: Vec<Cause>;
            // Income and expense are those of the whole household.
            /// Wages (工资性收入), fen a year.
            wage_income_fen: Option<i64>;
            /// Business income (生产经营性收入), fen a year.
            business_income_fen: Option<i64>;
            /// Property income (财产性收入), fen a year.
            property_income_fen: Option<i64>;
            /// Transfers (转移性收入), fen a year.
            transfer_income_fen: Option<i64>;
            /// Business costs (生产经营性支出), fen a year.
            business_expense_fen: Option<i64>;
            // For each member, as the roster states it.
            /// Income per head (年人均纯收入), fen a year.
            income_per_head_fen: Option<i64>;
            /// Grade of the dwelling (危房等级).
            housing_grade: Option<HousingGrade>;
            /// Whether the housing is safe (住房安全).
            housing_safe: Option<bool>;
            /// Whether the water is safe (饮水安全).
            water_safe: Option<bool>;
            /// Wishes (内心诉求), by the roster.
            wishes: Option<String>;
            /// Approach (帮扶思路), by the roster.
            approach: Option<String>;
            /// Measures (帮扶措施), by the roster.
            #[sqlx(try_from = "Json<Vec<Measure>>")]
            measures: Vec<Measure>;
            // Evidence only: a pairing is made by a pairing run.
            /// Helper (帮扶责任人), as written in the roster.
            roster_helper: Option<String>;
            /// Unit (帮扶单位), as written in the roster.
            roster_unit: Option<String>;
            /// Remarks (备注).
            remark: Option<String>;
            // No roster closes a household: an import does, and the next roster that lists it opens it
            // again.
            /// The day on which it was closed, since all its members went to another household. It is no
            /// longer listed, paired or counted.
            closed_on: Option<NaiveDate>;
            /// Why it was closed, in the language of the answer.
            closed_reason: Option<String>;
            /// The household that its members went to.
            merged_into: Option<Uuid>;
        }
    };
}

/// The fields that a roster gives of a person in a household.
macro_rules! member_fields {
    ($make:ident) => {
        $make! {
            // Of the national register.
            /// Person's number (人编号).
            number: Option<String>;
            /// Name (姓名).
            name: String;
            // Sex and birth date are stated, or read from the identity number.
            /// Sex (性别).
            sex: Option<Sex>;
            /// Identity number (证件号码): whole for the office, else its first three and last two characters.
            identity_number: Option<IdentityNumber>, Identity as Option<String>;
            /// Relation to the head (与户主关系).
            relation: Relation = Relation::Other;
            // As written.
            /// Ethnic group (民族).
            ethnicity: Option<String>;
            /// Birth date (出生日期).
            birth_date: Option<NaiveDate>, BirthDate as #[oai(flatten)] BirthView;
            /// Education (文化程度).
            education: Option<Education>;
            /// Schooling (在校生状况).
            schooling: Option<Schooling>;
            /// Health (健康状况), for the office and the household's helpers.
            health: Option<Health>, Health as Option<Health>;
            /// Ability to work (劳动技能), for the office and the household's helpers.
            labour: Option<Labour>, Health as Option<Labour>;
            /// Workplace (务工状况).
            workplace: Option<Workplace>;
            // 0 to 12.
            /// Months of work away (务工时间), months of the year.
            months_worked: Option<i64>;
            /// Telephone (联系电话): whole for the office and the household's helpers, else its first three and
            /// last two digits.
            phone: Option<String>, Telephone as Option<String>;
            /// Resident medical insurance (是否参加城乡居民基本医疗保险).
            resident_medical: Option<bool>;
            /// Employee medical insurance (是否参加城镇职工基本医疗保险).
            employee_medical: Option<bool>;
            /// Resident pension (是否参加城乡居民基本养老保险).
            resident_pension: Option<bool>;
            /// Critical-illness insurance (是否参加大病保险).
            critical_illness: Option<bool>;
            /// Minimum living allowance (是否享受低保).
            minimum_living: Option<bool>;
        }
    };
}

pub(crate) use {household_fields, member_fields};
