//! Answers that are kept for a key.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::FromRow;
use uuid::Uuid;

use crate::db::{Json, Tx};
use crate::{insert, on};

/// Whose key it is.
#[derive(Debug)]
pub struct Key {
    pub account_id: Uuid,
    pub staff_id: Option<Uuid>,
    pub text: String,
}

/// What is kept for a key.
#[derive(FromRow)]
pub struct Kept {
    pub staff_id: Option<Uuid>,
    pub request_digest: String,
    pub answer: Json<serde_json::Value>,
}

pub async fn find(tx: &mut Tx, account_id: Uuid, key: &str) -> Result<Option<Kept>, sqlx::Error> {
    on!(tx, connection => sqlx::query_as(
        "SELECT staff_id, request_digest, answer FROM idempotency WHERE account_id = $1 AND key = $2",
    )
    .bind(account_id)
    .bind(key)
    .fetch_optional(connection)
    .await)
}

/// Keeps the answer for a key.
pub async fn add(
    tx: &mut Tx,
    key: &Key,
    request_digest: &str,
    answer: &(impl Serialize + Sync),
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    insert!(tx, "idempotency", [key], |key| {
        account_id: key.account_id,
        staff_id: key.staff_id,
        key: key.text.as_str(),
        request_digest: request_digest,
        answer: Json(answer),
        created_at: now,
    })
}
