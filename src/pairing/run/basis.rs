//! What a run stands on, kept with it word for word: so that anyone can check the run long after, when
//! rosters and pairings have changed, its own confirmation among the changes.
//!
//! It is the JSON of the run's [`Input`] as gzip, and the run's `basis` is the SHA-256 of that JSON:
//! `gunzip | sha256sum` tells whether the two belong together, without this program.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::pairing::cost::model::Input;
use crate::pairing::error::PairingError;
use crate::text::hex;

/// What a run stands on, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basis {
    /// SHA-256 of the JSON, in hexadecimal digits.
    pub digest: String,
    /// The gzip of the JSON.
    pub packed: Vec<u8>,
}

impl Basis {
    /// Packs an input and computes its digest.
    pub fn of(input: &Input) -> Self {
        let json = json(input);
        let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
        let packed = packed.write_all(&json).and_then(|()| packed.finish());
        Self {
            digest: digest_of(&json),
            // Writing to memory cannot fail.
            packed: packed.unwrap_or_default(),
        }
    }
}

/// The digest of an input, by which it is told from others. Its rows come in the order of their ids.
pub fn digest(input: &Input) -> String {
    digest_of(&json(input))
}

/// The input that was kept, if it is the one with this digest.
pub fn unpack(packed: &[u8], digest: &str) -> Result<Input, PairingError> {
    let mut json = Vec::new();
    let read = GzDecoder::new(packed).read_to_end(&mut json);
    if read.is_err() || digest_of(&json) != digest {
        return Err(PairingError::BasisDamaged);
    }
    serde_json::from_slice(&json).map_err(|_| PairingError::BasisDamaged)
}

fn json(input: &Input) -> Vec<u8> {
    // The keys of its maps are texts: nothing in it has no JSON.
    serde_json::to_vec(input).unwrap_or_default()
}

fn digest_of(json: &[u8]) -> String {
    hex(&Sha256::digest(json))
}
