//! Lists in pages: an opaque cursor that names the last row given, so that rows added or removed
//! meanwhile neither repeat nor hide another.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Serialize, de::DeserializeOwned};

/// Items of a page when the caller does not say.
pub const DEFAULT_LIMIT: i64 = 50;

/// The cursor for the row whose sort key is `key`.
pub fn encode(key: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(key).unwrap_or_default())
}

/// The sort key that a cursor of ours names; nothing for any other text.
pub fn decode<K: DeserializeOwned>(cursor: &str) -> Option<K> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()
}

/// Cuts `rows`, of which one more than `limit` were asked for, to a page, and gives the cursor of
/// the next one if there is one.
pub fn cut<T, K: Serialize>(
    mut rows: Vec<T>,
    limit: i64,
    key: impl Fn(&T) -> K,
) -> (Vec<T>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|row| encode(&key(row)));
    (rows, next)
}

/// The pattern of `LIKE` for texts that contain `text`; signs that stand for others are left out.
pub fn containing(text: &str) -> String {
    format!("%{}%", text.replace(['%', '_'], ""))
}
