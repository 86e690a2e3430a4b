//! Passwords, kept as argon2id hashes with the crate's defaults (OWASP's first choice).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use rand::RngExt;

/// The hash to store for a password. Slow on purpose: call it off the async threads.
pub fn hash(password: &str) -> Result<String, argon2::password_hash::Error> {
    Ok(Argon2::default()
        .hash_password(password.as_bytes())?
        .to_string())
}

/// Whether `password` is the one that was hashed. Slow on purpose.
pub fn verify(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored).is_ok_and(|stored| {
        Argon2::default()
            .verify_password(password.as_bytes(), &stored)
            .is_ok()
    })
}

/// A password for someone who has yet to choose one: 16 characters of an alphabet without those
/// that are mistaken for each other, about 90 bits.
pub fn generate() -> String {
    const ALPHABET: &[u8] = b"abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut random = rand::rng();
    (0..16)
        .map(|_| char::from(ALPHABET[random.random_range(0..ALPHABET.len())]))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_password_fits() {
        let stored = hash("正确的口令").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("正确的口令", &stored));
        assert!(!verify("错误的口令", &stored));
        assert!(!verify("正确的口令", "not a hash"));
        assert_ne!(generate(), generate());
    }
}
