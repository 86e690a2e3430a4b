//! Cursors of lists: the sort key of the last row given, sealed.
//!
//! A page begins after a sort key and not after a row, so that a list stays complete when the row is
//! removed meanwhile, or moves (a household whose village is corrected). The sort key holds what its
//! reader may not see whole: the name of a unit in which somebody typed a telephone number. So it is
//! sealed by authenticated encryption (ChaCha20-Poly1305, RFC 8439), with a key that the database
//! keeps: nobody reads a cursor, and nobody makes one to ask where a guessed name would stand.
//!
//! A cursor is good for the list that gave it, on the database that gave it, for good.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::RngExt;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::error::Unspecified;
use serde::{Serialize, de::DeserializeOwned};

/// What ChaCha20-Poly1305 takes as a key.
const KEY_BYTES: usize = 32;

/// Why a cursor could not be sealed, or the key for it not be used.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The sort key cannot be written as JSON.
    #[error("{0}")]
    Key(#[from] serde_json::Error),
    /// The cipher refused the key or the text.
    #[error("the cipher of the cursors refused")]
    Cipher,
}

impl From<Unspecified> for SealError {
    fn from(_says_nothing: Unspecified) -> Self {
        Self::Cipher
    }
}

/// Seals and opens the cursors of one database.
#[derive(Debug)]
pub struct CursorKey(LessSafeKey);

impl CursorKey {
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, bytes)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// The cursor of a list for the row whose sort key is `key`.
    pub fn seal(&self, list: &str, key: &impl Serialize) -> Result<String, SealError> {
        let nonce: [u8; NONCE_LEN] = rand::rng().random();
        let mut sealed = serde_json::to_vec(key)?;
        self.0.seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(list),
            &mut sealed,
        )?;
        Ok(URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat()))
    }

    /// The sort key in a cursor that [`seal`](Self::seal) made for this list; nothing for any other text.
    pub fn open<K: DeserializeOwned>(&self, list: &str, cursor: &str) -> Option<K> {
        let mut bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (nonce, sealed) = bytes.split_first_chunk_mut::<NONCE_LEN>()?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let opened = self.0.open_in_place(nonce, Aad::from(list), sealed).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

pub(super) fn new_key() -> [u8; KEY_BYTES] {
    rand::rng().random()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_list_that_gave_a_cursor_can_open_it() {
        let key = CursorKey::from_bytes(&new_key()).unwrap();
        let place = ("张村13800138000".to_owned(), 7);
        let cursor = key.seal("units", &place).unwrap();
        assert_eq!(key.open("units", &cursor), Some(place.clone()));
        assert_eq!(key.open::<(String, i32)>("villages", &cursor), None);
        assert_eq!(key.open::<i32>("units", &cursor), None);
        let other = CursorKey::from_bytes(&new_key()).unwrap();
        assert_eq!(other.open::<(String, i32)>("units", &cursor), None);
        for bad in ["", "x", "%%%", &cursor[1..], &format!("{cursor}AA")] {
            assert_eq!(key.open::<(String, i32)>("units", bad), None, "{bad}");
        }
    }

    #[test]
    fn a_cursor_shows_nothing_of_its_sort_key() {
        let key = CursorKey::from_bytes(&new_key()).unwrap();
        let cursor = key.seal("units", &"13800138000").unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!bytes.windows(4).any(|part| part == b"1380"));
        assert_ne!(key.seal("units", &"13800138000").unwrap(), cursor);
    }
}
