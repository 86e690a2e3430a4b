//! The codes of problems: what a client may branch on. A test compares the list with the source.

/// Each code, and what it says. New ones may come; a client meets one that it does not know as it meets
/// its HTTP status.
pub const CODES: &[(&str, &str)] = &[
    (
        "account_has_records",
        "the account has records of its own, so its role or person stays",
    ),
    ("already_active", "the person is active"),
    ("already_inactive", "the person has left"),
    ("already_lifted", "the household is lifted"),
    ("already_undone", "the change of names has been taken back"),
    ("assistance_already_ended", "the assistance has ended"),
    (
        "assistant_is_responsible",
        "who is responsible for the household cannot assist it too",
    ),
    (
        "attested_at_verification_only",
        "food and clothing are attested with the step `verified` alone",
    ),
    (
        "bad_request",
        "the request cannot be read, or values have the wrong form: see `errors`",
    ),
    (
        "basis_changed",
        "the register has changed since the run was computed",
    ),
    (
        "basis_damaged",
        "what the run was computed from does not fit its checksum",
    ),
    (
        "basis_not_kept",
        "what the run was computed from is not kept",
    ),
    ("cannot_clear", "the field cannot be cleared"),
    (
        "cannot_write_file",
        "a file cannot be written (command line)",
    ),
    (
        "changed_meanwhile",
        "the record is no longer the one that `If-Match` names: read it again",
    ),
    ("conditions_not_met", "a condition for the lift is not met"),
    (
        "constraint_there",
        "the office has decided this of the pair already",
    ),
    (
        "current_password_required",
        "one's own password is changed with the current one",
    ),
    ("database_busy", "the database is busy: try again"),
    (
        "database_replaced",
        "the database was replaced or emptied while the service ran",
    ),
    (
        "database_unavailable",
        "the database does not answer: try again",
    ),
    (
        "database_schema_changed",
        "the database's tables changed while the request ran: try again",
    ),
    ("date_before_approval", "the day is before the approval"),
    ("date_before_last_step", "the day is before the last step"),
    ("date_in_future", "the day is to come"),
    ("date_too_early", "the day is too early"),
    ("edit_incomplete", "the edit does not say all that it needs"),
    ("empty", "a text that is needed is empty"),
    ("end_before_start", "the end is before the start"),
    ("end_before_visit", "the end is before a visit of that time"),
    ("fit_twice", "two rows for one cause and skill"),
    ("forbidden", "the caller's role may not do this"),
    (
        "hand_in_over",
        "the days for handing in visits of that time are over",
    ),
    ("helper_away", "the helper is on leave"),
    ("helper_full", "the helper has no place left"),
    ("helper_inactive", "the helper may not be given households"),
    (
        "helper_may_not_serve",
        "the helper may not serve this household",
    ),
    (
        "helper_without_person",
        "an account of a helper or a unit contact needs a person of the staff",
    ),
    (
        "household_already_assisted",
        "the person assists the household already",
    ),
    (
        "household_already_paired",
        "the household has somebody responsible",
    ),
    (
        "household_not_in_run",
        "the run is not about this household",
    ),
    (
        "idempotency_key_required",
        "the operation needs an `Idempotency-Key`",
    ),
    (
        "idempotency_key_reused",
        "the `Idempotency-Key` was sent with another request before",
    ),
    ("if_match_required", "the change needs `If-Match`"),
    ("import_busy", "the import is being undone or tidied up"),
    (
        "import_depended_on",
        "later records depend on the import, so it cannot be undone",
    ),
    ("import_ended", "the import has ended"),
    (
        "import_has_errors",
        "the roster has errors: mend them, or take in the good rows only",
    ),
    (
        "import_not_checked",
        "the import has not been checked since it changed",
    ),
    (
        "import_not_committed",
        "the import was not done, so there is nothing to undo",
    ),
    ("import_not_ready", "the import is not ready"),
    (
        "import_not_undoable",
        "an import of pairs is not undone as a whole: end its pairings one by one",
    ),
    ("import_too_old", "the import is too old to be undone"),
    ("import_undecided", "questions of the import are open"),
    ("internal", "an error of the service, which was logged"),
    ("invalid_benefit", "a benefit is not whole"),
    (
        "last_administrator",
        "the last administrator cannot be closed",
    ),
    ("lift_ended", "the lift has ended"),
    ("lift_not_approved", "the lift is not approved"),
    ("lift_step_out_of_order", "another step is due"),
    ("lift_under_way", "a lift of the household is under way"),
    ("log_in_busy", "too many log in at once: try again"),
    (
        "masked_number_moved",
        "a masked number was sent back elsewhere than it was read",
    ),
    ("met_required", "a visit to the home says who was met"),
    (
        "method_not_allowed",
        "the path does not take this method: see `Allow`",
    ),
    (
        "name_invalid",
        "no roster could give this name to a place or a unit",
    ),
    ("name_missing", "the name is missing"),
    ("name_taken", "there is one of this name"),
    ("no_measure", "no measure is named"),
    (
        "no_responsible_helper",
        "nobody was responsible for the household on the day",
    ),
    ("no_such_field", "there is no such field of a roster"),
    ("no_such_household", "there is no such household"),
    ("no_such_path", "there is no such path"),
    ("no_such_person", "there is no such person of the staff"),
    ("no_such_place", "there is no such place on the register"),
    ("no_such_unit", "there is no such unit"),
    (
        "not_found",
        "there is no such record, or the caller may not see it",
    ),
    (
        "not_the_new_helper",
        "the note is read by the helper who follows",
    ),
    ("not_your_household", "the household is not the caller's"),
    (
        "not_your_unit",
        "the helper belongs to another unit than the caller",
    ),
    ("not_your_visit", "the visit is not the caller's"),
    ("nothing_changed", "nothing would change"),
    ("nothing_to_join", "what to become part of is not there"),
    (
        "nothing_to_pair",
        "no household waits for a helper, or no helper has a place",
    ),
    (
        "other_helper_on_day",
        "another was responsible on the visit's day",
    ),
    (
        "overlaps_earlier_assistance",
        "an earlier assistance holds on that day",
    ),
    (
        "overlaps_earlier_pairing",
        "an earlier pairing holds on that day",
    ),
    ("pair_barred", "the office has barred this pair"),
    ("pairing_already_ended", "the pairing has ended"),
    ("password_too_short", "the password is too short"),
    (
        "pinned_to_another",
        "the office has pinned the household to another helper",
    ),
    (
        "profile_name_taken",
        "there is an import profile of this name",
    ),
    (
        "publicity_too_short",
        "the lift was not publicised for long enough",
    ),
    (
        "register_changed",
        "the register has changed since the import was checked: check it again",
    ),
    (
        "renamed_since",
        "a later change of names must be taken back first",
    ),
    (
        "renaming_kinds_differ",
        "a village becomes a village, a town a town",
    ),
    ("repeated_measure", "a measure is named twice"),
    ("request_refused", "the request cannot be handled"),
    ("run_already_confirmed", "the run is confirmed"),
    ("run_already_dropped", "the run is dropped"),
    ("run_already_proposed", "the run is proposed"),
    ("run_is_draft", "the run is a draft"),
    ("same_name", "the new name is the old one"),
    ("same_unit", "the person is of that unit"),
    (
        "still_responsible",
        "the person is responsible for households",
    ),
    ("storage_full", "there is no room left to store anything"),
    ("token_expired", "the token has expired: log in again"),
    (
        "too_large",
        "the body is too large, or holds too many values",
    ),
    ("too_long", "a text is too long"),
    ("too_many_benefits", "too many benefits"),
    (
        "too_many_failures",
        "too many failed log-ins: see `Retry-After`",
    ),
    ("too_many_profiles", "too many import profiles"),
    (
        "too_many_workbooks",
        "too many workbooks are being made: see `Retry-After`",
    ),
    ("too_slow", "the body came too slowly"),
    ("unauthenticated", "a token is missing or not valid"),
    (
        "unknown_choice",
        "a choice for an import names what its preview does not have",
    ),
    (
        "unknown_field",
        "the body, or a correction of an import, names a field that there is not",
    ),
    (
        "unknown_parameter",
        "there is no such parameter: see `errors` for the nearest name",
    ),
    ("unreadable_file", "the file cannot be read"),
    ("unsupported_media_type", "the body's type is not taken"),
    (
        "username_invalid",
        "the name of the account cannot be taken",
    ),
    ("username_taken", "there is an account of this name"),
    (
        "value_invalid",
        "a value is one that no roster could say: see `errors`",
    ),
    ("villages_collide", "both towns have villages of one name"),
    ("wrong_credentials", "name or password is wrong"),
    ("wrong_current_password", "the current password is wrong"),
    ("wrong_file_type", "the file is no workbook that is read"),
    ("year_out_of_range", "the year is out of range"),
];
