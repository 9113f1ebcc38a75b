//! Secrets: random tokens, their hashes, and passwords. Nothing here is ever logged.

use argon2::password_hash::PasswordHasher as _;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordVerifier as _, Version};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::app::PasswordCost;

/// Longest password that is looked at: hashing time must not grow with what somebody sends.
pub(crate) const MAX_PASSWORD: usize = 256;
/// Shortest password that can be chosen.
pub(crate) const MIN_PASSWORD: usize = 12;

/// A token with 244 random bits, as 64 hex digits.
pub(crate) fn token() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

/// A code that people can type: twelve letters and digits in three groups (60 random bits).
pub(crate) fn code() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz023456789";
    let bytes = Uuid::new_v4().into_bytes();
    let other = Uuid::new_v4().into_bytes();
    // Bytes 6 and 8 of a UUID hold its version; the others are random.
    let random = bytes.iter().take(6).chain(other.iter().take(6));
    let mut code = String::new();
    for (at, byte) in random.enumerate() {
        if at > 0 && at % 4 == 0 {
            code.push('-');
        }
        code.push(char::from(LETTERS[usize::from(byte & 31)]));
    }
    code
}

/// A code that a class types: two groups of four (40 random bits), for a short time and with few tries.
pub(crate) fn short_code() -> String {
    code().chars().take(9).collect()
}

/// What is stored instead of a token.
pub(crate) fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// The first so many hex digits of the hash of a text: a name in keys that must not tell the text.
pub(crate) fn short(text: &str) -> String {
    hash(text).iter().take(12).map(|byte| format!("{byte:02x}")).collect()
}

fn hasher(cost: PasswordCost) -> Argon2<'static> {
    let (memory, passes) = match cost {
        PasswordCost::Full => (19 * 1024, 2),
        PasswordCost::Tests => (Params::MIN_M_COST, 1),
    };
    let params = Params::new(memory, passes, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The hash of a password in PHC form. Slow on purpose: not on an async thread.
///
/// # Errors
/// The system gives no random salt.
pub(crate) fn hash_password(password: &str, cost: PasswordCost) -> Result<String, String> {
    hasher(cost).hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|error| error.to_string())
}

/// Whether the password belongs to the hash. Takes as long when it does not.
pub(crate) fn fits(password: &str, stored: &str) -> bool {
    let bounded: String = password.chars().take(MAX_PASSWORD).collect();
    PasswordHash::new(stored).is_ok_and(|hash| Argon2::default().verify_password(bounded.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_checked_against_their_hash() {
        let stored = hash_password("een lange zin", PasswordCost::Tests).expect("a hash");
        assert!(stored.starts_with("$argon2id$"));
        assert!(fits("een lange zin", &stored));
        assert!(!fits("een andere zin", &stored));
        assert!(!fits("een lange zin", "not a hash"));
    }

    #[test]
    fn tokens_and_codes_differ() {
        assert_ne!(token(), token());
        assert_eq!(token().len(), 64);
        let code = code();
        assert_eq!(code.len(), 14);
        assert!(code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
        assert_eq!(hash("a").len(), 32);
    }
}
