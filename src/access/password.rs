//! Passwords, kept as argon2id hashes with the crate's defaults (OWASP's first choice).

use std::sync::LazyLock;

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use poem::http::StatusCode;
use rand::RngExt;

use super::turns::{Full, Lane, Turn, Turns};
use crate::problem::Problem;

/// Passwords that are worked on at once. Each takes 19 MiB and a core for a while, on purpose.
const AT_ONCE: usize = 2;
/// Passwords that wait for a turn at most: less than a second's work.
const MOST_WAITING: usize = 64;

/// The memory that is worked with. It is kept from one password to the next: freed and allocated
/// again by whichever thread comes next, it stays with each thread's part of the allocator, and the
/// process grows by gigabytes.
type Memory = Vec<Block>;

static TURNS: LazyLock<Turns<Memory>> = LazyLock::new(|| Turns::new(AT_ONCE, MOST_WAITING));

/// A turn to work on one password. Asked for before anything is written down, so that what waits in
/// the queue has cost nothing yet.
pub struct PasswordTurn(Turn<Memory>);

/// Waits for a turn; 503 if too many wait.
pub async fn turn(lane: Lane) -> Result<PasswordTurn, Problem> {
    TURNS.take(lane).await.map(PasswordTurn).map_err(|Full| {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "log_in_busy",
            "同时登录的人太多，请稍后再试",
            "too many are logging in at the same time; try again in a moment",
        )
        .retry_after(1)
    })
}

impl PasswordTurn {
    /// The hash to store for a password; nothing if it could not be made.
    pub async fn hash(self, password: String) -> Option<String> {
        self.work(move |memory| hash(&password, memory)).await
    }

    /// Whether `password` is the one that was hashed. Without a hash it is not, and that takes as
    /// long: an unknown name must not be told from a wrong password.
    pub async fn verify(self, password: String, stored: Option<String>) -> bool {
        let verified = self.work(move |memory| match stored {
            Some(stored) => fits(&password, &stored, memory),
            None => hash(&password, memory).map(|_| false),
        });
        verified.await.unwrap_or(false)
    }

    /// Does slow work off the async threads, and then gives the turn to the next.
    async fn work<T: Send + 'static>(
        mut self,
        work: impl FnOnce(&mut Memory) -> Option<T> + Send + 'static,
    ) -> Option<T> {
        let done = tokio::task::spawn_blocking(move || work(self.0.kept()?));
        done.await.ok().flatten()
    }
}

fn hash(password: &str, memory: &mut Memory) -> Option<String> {
    let (argon2, salt) = (Argon2::default(), Salt::generate());
    let length = argon2.params().output_len();
    let output = output(&argon2, password, &salt, length, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon2.params()).ok()?,
        salt: Some(salt),
        hash: Some(output),
    };
    Some(hash.to_string())
}

/// Whether a password fits a hash, by the parameters that the hash was made with.
fn fits(password: &str, stored: &str, memory: &mut Memory) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).ok()?;
    let version = stored.version.map(Version::try_from).transpose().ok()?;
    let argon2 = Argon2::new(
        algorithm,
        version.unwrap_or_default(),
        Params::try_from(&stored).ok()?,
    );
    let (salt, expected) = (stored.salt?, stored.hash?);
    let output = output(&argon2, password, &salt, Some(expected.len()), memory)?;
    // Takes the same time wherever they differ.
    Some(output == expected)
}

fn output(
    argon2: &Argon2<'_>,
    password: &str,
    salt: &Salt,
    length: Option<usize>,
    memory: &mut Memory,
) -> Option<Output> {
    let blocks = argon2.params().block_count();
    if memory.len() < blocks {
        memory.resize(blocks, Block::new());
    }
    let length = length.unwrap_or(Params::DEFAULT_OUTPUT_LEN);
    let mut bytes = [0_u8; Output::MAX_LENGTH];
    let bytes = bytes.get_mut(..length)?;
    argon2
        .hash_password_into_with_memory(password.as_bytes(), salt, bytes, memory)
        .ok()?;
    Output::new(bytes).ok()
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

    async fn fits(password: &str, stored: Option<&str>) -> bool {
        let turn = turn(Lane::default()).await.unwrap();
        let stored = stored.map(str::to_owned);
        turn.verify(password.to_owned(), stored).await
    }

    #[tokio::test]
    async fn only_the_same_password_fits() {
        let turn = turn(Lane::default()).await.unwrap();
        let stored = turn.hash("正确的口令".to_owned()).await;
        assert!(
            stored
                .as_ref()
                .unwrap()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert!(fits("正确的口令", stored.as_deref()).await);
        assert!(!fits("错误的口令", stored.as_deref()).await);
        assert!(!fits("正确的口令", Some("not a hash")).await);
        assert!(!fits("正确的口令", None).await);
        assert_ne!(generate(), generate());
    }

    /// Hashes that others made, with parameters other than ours: of the reference implementation, and
    /// of the release before this one.
    #[tokio::test]
    async fn hashes_made_before_still_fit() {
        use argon2::{PasswordHasher, PasswordVerifier};
        let reference = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(fits("password", Some(reference)).await);
        assert!(!fits("differentpassword", Some(reference)).await);
        let before = Argon2::default()
            .hash_password("口令口令".as_bytes())
            .unwrap();
        assert!(fits("口令口令", Some(&before.to_string())).await);
        let turn = turn(Lane::default()).await.unwrap();
        let ours = turn.hash("口令口令".to_owned()).await.unwrap();
        let ours = PasswordHash::new(&ours).unwrap();
        Argon2::default()
            .verify_password("口令口令".as_bytes(), &ours)
            .unwrap();
    }
}
