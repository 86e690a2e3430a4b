//! Hand-over notes over HTTP.

use chrono::NaiveDate;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use uuid::Uuid;

use super::model::{NewNote, Note};
use super::service;
use super::store::Filter;
use crate::access::Signed;
use crate::api::{Created, ETag, Instant, Limit, Page, Tag, Tagged};
use crate::app::App;
use crate::db::page;
use crate::problem::{CreateFault, Fault, GetFault, ListFault, bits};

/// Operations on hand-over notes.
pub struct HandoverApi(pub App);

/// Reading a note is refused to all but the new helper.
type ReadFault = Fault<{ bits::SIGNED | bits::NOT_FOUND | bits::CONFLICT }>;

/// What a helper tells the next one of a household.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct HandoverNote {
    /// Its id.
    id: Uuid,
    /// The pairing of the helper who hands over.
    pairing_id: Uuid,
    /// The household.
    household_id: Uuid,
    /// Household number (户编号).
    household_number: Option<String>,
    /// Name of the head (户主姓名).
    head_name: String,
    /// The helper who hands over.
    staff_id: Uuid,
    /// Staff number (工号) of that helper.
    staff_number: Option<String>,
    /// Name (姓名) of that helper.
    helper_name: String,
    /// What is said.
    text: String,
    /// The day of the note.
    date: NaiveDate,
    /// When it was written down.
    recorded_at: Instant,
    /// By which account.
    recorded_by: String,
    /// When the next helper read it; absent until then.
    read_at: Option<Instant>,
    /// By which account it was read.
    read_by: Option<String>,
}

/// A note to be written.
#[derive(Object)]
struct HandoverNoteInput {
    /// What the next helper should know.
    #[oai(validator(min_length = 1, max_length = 4000, custom = "crate::api::NotBlank"))]
    text: String,
    /// The day of the note; today if left out, never in the future.
    date: Option<NaiveDate>,
}

#[OpenApi(tag = "Tag::Pairing")]
impl HandoverApi {
    /// Write a hand-over note
    ///
    /// On a pairing that ends or has ended, for whoever has the household next. The helper of the
    /// pairing may write it to the day on which it ends, and whoever manages pairings on any day. It is
    /// never changed: write another one.
    #[oai(
        path = "/pairings/:id/handover-notes",
        method = "post",
        operation_id = "createHandoverNote"
    )]
    async fn create_handover_note(
        &self,
        caller: Signed,
        /// The pairing's id.
        id: Path<Uuid>,
        /// The same key and body gives the first answer again.
        #[oai(name = "Idempotency-Key", validator(min_length = 1, max_length = 200))]
        idempotency_key: Header<Option<String>>,
        body: Json<HandoverNoteInput>,
    ) -> Result<Created<HandoverNote>, CreateFault> {
        let new = NewNote {
            pairing_id: id.0,
            words: body.0.text.trim().to_owned(),
            written_on: body.0.date,
        };
        let key = idempotency_key.0.as_deref();
        let note = service::write(&self.0, &caller.0, key, &new).await?;
        let (id, tag) = (note.id, tag(&note));
        Ok(Created::new(view(note), "/handover-notes", id, tag))
    }

    /// List hand-over notes
    ///
    /// The latest first. A helper sees those of the households that the helper is responsible for now.
    #[oai(
        path = "/handover-notes",
        method = "get",
        operation_id = "listHandoverNotes"
    )]
    async fn list_handover_notes(
        &self,
        caller: Signed,
        /// Only of this household.
        household_id: Query<Option<Uuid>>,
        /// Only those that the next helper has (`true`) or has not (`false`) read.
        read: Query<Option<bool>>,
        limit: Query<Option<Limit>>,
        /// The `next_cursor` of the page before.
        #[oai(validator(max_length = 2000))]
        cursor: Query<Option<String>>,
    ) -> Result<Json<Page<HandoverNote>>, ListFault> {
        let filter = Filter {
            household_id: household_id.0,
            read: read.0,
            reach: caller.0.reach(),
        };
        let cursors = self.0.cursors("listHandoverNotes");
        let after: Option<Uuid> = cursors.after(cursor.0.as_deref())?;
        let limit = crate::api::limit(limit.0);
        let notes = service::list(&self.0, &filter, after, limit).await?;
        let (notes, next) = page::cut(notes, limit, |note| note.id);
        Ok(Page::json(notes.into_iter().map(view), cursors.next(next)?))
    }

    /// Get a hand-over note
    ///
    /// One of those that `listHandoverNotes` lists for the caller.
    #[oai(
        path = "/handover-notes/:id",
        method = "get",
        operation_id = "getHandoverNote"
    )]
    async fn get_handover_note(
        &self,
        caller: Signed,
        /// The note's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<HandoverNote>, GetFault> {
        Ok(tagged(service::get(&self.0, &caller.0, id.0).await?))
    }

    /// Mark a hand-over note as read
    ///
    /// By the helper who is responsible for the household now. The first time counts.
    #[oai(
        path = "/handover-notes/:id/read",
        method = "post",
        operation_id = "readHandoverNote"
    )]
    async fn read_handover_note(
        &self,
        caller: Signed,
        /// The note's id.
        id: Path<Uuid>,
    ) -> Result<Tagged<HandoverNote>, ReadFault> {
        let note = service::read(&self.0, &caller.0, id.0).await?;
        Ok(tagged(note))
    }
}

fn tag(note: &Note) -> ETag {
    ETag::of_state(note.read_at.is_some())
}

fn tagged(note: Note) -> Tagged<HandoverNote> {
    let tag = tag(&note);
    Tagged::new(view(note), tag)
}

fn view(note: Note) -> HandoverNote {
    HandoverNote {
        id: note.id,
        pairing_id: note.pairing_id,
        household_id: note.household_id,
        household_number: note.household_number,
        head_name: note.head_name,
        staff_id: note.staff_id,
        staff_number: note.staff_number,
        helper_name: note.helper,
        text: note.words,
        date: note.written_on,
        recorded_at: note.recorded_at.into(),
        recorded_by: note.recorded_by,
        read_at: note.read_at.map(Instant),
        read_by: note.read_by,
    }
}
