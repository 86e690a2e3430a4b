//! Passwords, kept as argon2id hashes with the crate's defaults (OWASP's first choice).

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use rand::RngExt;
use tokio::sync::Semaphore;

/// Passwords that are worked on at once. Each takes 19 MiB and a core for a while, on purpose: a
/// flood of log-ins must wait for its turn, and not take the memory of the whole service.
const AT_ONCE: usize = 2;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The hash to store for a password; nothing if it could not be made.
pub async fn hash(password: String) -> Option<String> {
    in_turn(move || {
        let hash = Argon2::default().hash_password(password.as_bytes());
        hash.ok().map(|hash| hash.to_string())
    })
    .await
    .flatten()
}

/// Whether `password` is the one that was hashed. Without a hash it is not, and that takes as long:
/// an unknown name must not be told from a wrong password.
pub async fn verify(password: String, stored: Option<String>) -> bool {
    let Some(stored) = stored else {
        hash(password).await;
        return false;
    };
    in_turn(move || {
        PasswordHash::new(&stored).is_ok_and(|stored| {
            Argon2::default()
                .verify_password(password.as_bytes(), &stored)
                .is_ok()
        })
    })
    .await
    .unwrap_or(false)
}

/// Does slow work off the async threads, when it is its turn.
async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let _turn = TURNS.acquire().await.ok()?;
    tokio::task::spawn_blocking(work).await.ok()
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

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let stored = hash("正确的口令".to_owned()).await;
        assert!(stored.as_ref().unwrap().starts_with("$argon2id$"));
        let fits = |password: &str, stored: Option<&str>| {
            verify(password.to_owned(), stored.map(str::to_owned))
        };
        assert!(fits("正确的口令", stored.as_deref()).await);
        assert!(!fits("错误的口令", stored.as_deref()).await);
        assert!(!fits("正确的口令", Some("not a hash")).await);
        assert!(!fits("正确的口令", None).await);
        assert_ne!(generate(), generate());
    }
}
