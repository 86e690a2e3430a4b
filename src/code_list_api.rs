//! All code lists with their labels, for whoever builds a form or shows a code.

use poem_openapi::param::Query;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, Object, OpenApi};

use crate::api::{Limit, Page, Tag};
use crate::app::App;
use crate::code_list::CodeList;
use crate::db::page;
use crate::problem::{Fault, Text, bits};
use crate::{
    access, codes, directory, household, import, lift, method, pairing, progress, renaming, roster,
    settings, staff, visit,
};

/// Operations on code lists.
pub struct CodeListApi(pub App);

/// A closed set of values.
#[derive(Object)]
#[oai(rename = "CodeList")]
struct CodeListView {
    /// Its name for programs.
    name: String,
    /// Its name, in the language of the answer.
    label: Text,
    /// Its values, in the order in which people expect them.
    codes: Vec<CodeView>,
}

/// One value of a code list.
#[derive(Object)]
#[oai(rename = "Code")]
struct CodeView {
    /// The value as it stands in requests and answers.
    code: String,
    /// What people read, in the language of the answer.
    label: Text,
    /// What people read, in English.
    english: String,
}

/// The lists, to be kept for an hour.
#[derive(ApiResponse)]
enum Lists {
    /// A page of the code lists.
    #[oai(status = 200)]
    Given(
        Json<Page<CodeListView>>,
        /// How long the answer may be kept: the lists change with the program only.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

/// Every list that occurs in the API, once; a test compares this with the `OpenAPI` document.
const LISTS: &[fn() -> CodeListView] = &[
    view::<access::Role>,
    view::<household::Sex>,
    view::<household::Category>,
    view::<household::PovertyStatus>,
    view::<household::Cause>,
    view::<household::Relation>,
    view::<household::Education>,
    view::<household::Schooling>,
    view::<household::Health>,
    view::<household::Labour>,
    view::<household::Workplace>,
    view::<household::Measure>,
    view::<household::HousingGrade>,
    view::<import::change::ChangeKind>,
    view::<import::change::PersonChange>,
    view::<staff::Rank>,
    view::<settings::pairing_rules::AreaRule>,
    view::<settings::skill::Skill>,
    view::<pairing::constraint::model::ConstraintKind>,
    view::<pairing::run::model::RunStatus>,
    view::<pairing::staffing::departure::model::DepartureKind>,
    view::<pairing::staffing::departure::model::PairingsChoice>,
    view::<pairing::cost::terms::ReasonCode>,
    view::<pairing::run::edit::model::EditKind>,
    view::<roster::RosterKind>,
    view::<household::rule::Severity>,
    view::<import::state::ImportState>,
    view::<codes::Action>,
    view::<roster::report::Certainty>,
    view::<import::report::ConflictKind>,
    view::<codes::LeaveAnswer>,
    view::<codes::ImportAnswer>,
    view::<renaming::RenamingKind>,
    view::<import::dependent::DependentKind>,
    view::<visit::model::VisitKind>,
    view::<visit::model::WhoMet>,
    view::<visit::model::BenefitKind>,
    view::<progress::api::ProgressDetail>,
    view::<directory::model::HouseholdSort>,
    view::<directory::model::HouseholdDetail>,
    view::<method::Point>,
    view::<method::PointStatus>,
    view::<method::model::EvidenceKind>,
    view::<lift::model::Step>,
    view::<lift::model::State>,
    view::<lift::condition::Condition>,
    view::<lift::condition::Met>,
];

fn view<T: CodeList>() -> CodeListView {
    let code = |value: &T| CodeView {
        code: value.code().to_owned(),
        label: value.text(),
        english: value.english(),
    };
    CodeListView {
        name: T::NAME.to_owned(),
        label: Text::new(T::LABEL, T::NAME.replace('_', " ")),
        codes: T::ENTRIES.iter().map(|entry| code(&entry.value)).collect(),
    }
}

#[allow(clippy::unused_async, reason = "every operation is async")]
#[OpenApi(tag = "Tag::CodeLists")]
impl CodeListApi {
    /// List the code lists
    ///
    /// Every closed set of values that fields may hold, with what to show people for each. No token
    /// is needed. All of them fit into one page of the greatest `limit`.
    #[oai(path = "/code-lists", method = "get", operation_id = "listCodeLists")]
    async fn list_code_lists(
        &self,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Lists, Fault<{ bits::BAD_REQUEST | bits::SERVER }>> {
        let cursors = self.0.cursors("listCodeLists");
        let after: Option<usize> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let lists = LISTS.iter().enumerate().skip(after.map_or(0, |it| it + 1));
        let lists: Vec<_> = lists.collect();
        let (lists, next) = page::cut(lists, limit, |(position, _)| *position);
        Ok(Lists::Given(
            Page::json(
                lists.into_iter().map(|(_, list)| list()),
                cursors.next(next)?,
            ),
            "public, max-age=3600".to_owned(),
        ))
    }
}
