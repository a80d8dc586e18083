//! The secret that opens the API.

use crate::ServerError;
use subtle::ConstantTimeEq;

/// Random bytes in a token made here.
const BYTES: usize = 32;
/// Characters that a token of somebody's own has at least and at most.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=256;

/// A secret. It never appears in debug output, and comparing takes as long wherever the difference is.
#[derive(Clone)]
pub struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(..)")
    }
}

impl Token {
    /// A new one of the system's randomness: 64 hexadecimal digits. Control.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, ServerError> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| ServerError::Randomness(error.to_string()))?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// One of somebody's own choice: 16 to 256 letters, digits, `-`, `.`, `_` or `~`. Any.
    ///
    /// # Errors
    ///
    /// It is too short, too long, or has other characters, which would not survive a header and a link.
    pub fn new(text: &str) -> Result<Self, ServerError> {
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
        if LENGTHS.contains(&text.len()) && text.chars().all(fits) {
            Ok(Self(text.into()))
        } else {
            Err(ServerError::Token)
        }
    }

    /// The secret itself, to hand to the one who may have it. Any.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// True if this is it. Any.
    pub(crate) fn is(&self, said: &str) -> bool {
        bool::from(self.0.as_bytes().ct_eq(said.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_token_is_it() {
        let token = Token::generate().expect("randomness");
        let text = token.reveal().to_owned();
        assert_eq!(text.len(), 2 * BYTES);
        assert!(token.is(&text));
        for wrong in ["", &text[1..], &text[..63], &format!("{text}0"), &text.to_uppercase().replace('0', "1")] {
            assert!(!token.is(wrong), "{wrong}");
        }
        assert_ne!(text, Token::generate().expect("randomness").reveal());
        assert!(!format!("{token:?}").contains(&text[..8]));
    }

    #[test]
    fn an_own_token_must_fit_a_link() {
        for (text, fits) in [
            ("a-token.of_my~own", true),
            (&"x".repeat(256), true),
            ("short", false),
            (&"x".repeat(257), false),
            ("with a space in it", false),
            ("with#fragment=in/it", false),
            ("mit-\u{fc}mlaut-darin-x", false),
        ] {
            assert_eq!(Token::new(text).is_ok(), fits, "{text}");
        }
    }
}
