//! Names and ids: one policy for all of them.

use super::bank::kind_name;
use super::error::EditError;
use ripieno_web::shape::Kind;
use std::time::{SystemTime, UNIX_EPOCH};

/// Characters of a name at most.
const LONGEST: usize = 50;
/// What a name may have besides letters, digits and marks.
const EXTRA: &str = " _-.,!?()&#+";

/// What new ids are made of: drawn at the edge, so that the model stays a function.
#[derive(Clone, Copy, Debug)]
pub struct Fresh {
    /// Milliseconds since 1970.
    pub millis: u64,
    /// Any number; 24 bits are used.
    pub random: u32,
}

impl Fresh {
    /// Now, and a number that nobody foresees. Control.
    pub fn draw() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        // Without a source of randomness the clock has to do: ids are told apart, not guarded.
        let random = getrandom::u32().unwrap_or(now.subsec_nanos());
        Self { millis: now.as_millis() as u64, random }
    }

    fn hex(self) -> String {
        format!("{:06x}", self.random & 0xFF_FFFF)
    }

    pub(super) fn panel_id(self, kind: Kind) -> String {
        format!("{}Panel-{}-{}", kind_name(kind), self.millis, self.hex())
    }

    pub(super) fn preset_id(self, kind: Kind, name: &str) -> String {
        format!("{}-{}-{}", kind_name(kind), slug(name), self.hex())
    }

    /// Another draw, for ids that are taken.
    pub(super) fn next(self) -> Self {
        Self { random: self.random.wrapping_add(1), ..self }
    }
}

/// A name without its outer spaces, if it can be one. Any.
///
/// # Errors
/// [`EditError::Invalid`] says what a name may have.
pub fn check_name(name: &str) -> Result<String, EditError> {
    let name = name.trim();
    let length = name.chars().count();
    if length == 0 || length > LONGEST {
        return Err(EditError::Invalid(format!("a name has 1 to {LONGEST} characters, not {length}")));
    }
    match name.chars().find(|c| !c.is_alphanumeric() && !EXTRA.contains(*c)) {
        Some(c) => Err(EditError::Invalid(format!("a name cannot have {c:?}; letters, digits and `{EXTRA}` would do"))),
        None => Ok(name.into()),
    }
}

/// True for names that count as one: whatever their case and outer spaces.
pub fn same(one: &str, other: &str) -> bool {
    let folded = |name: &str| name.trim().chars().flat_map(char::to_lowercase).collect::<String>();
    one == other || folded(one) == folded(other)
}

/// A name as part of an id: lower case letters, digits and single dashes. Any.
pub fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "preset".into() } else { slug.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_in_one_place() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(check_name(name).ok().as_deref(), expected, "{name:?}");
        };
        check("  Drums ", Some("Drums"));
        check("Schläge №1 (a&b) #2, +3!?", None);
        check("Schläge 1_2 (a&b) #2, +3!?", Some("Schläge 1_2 (a&b) #2, +3!?"));
        for bad in ["", "   ", "a/b", "a:b", "a\"b", "a\nb", "a\0", "..\\x", &"x".repeat(51)] {
            check(bad, None);
        }
        check(&"ä".repeat(50), Some(&"ä".repeat(50)));
        assert!(same(" Drums", "dRUMS ") && same("ÄB", "äb") && !same("a", "b"));
        assert_eq!(slug("  Drums & Bass #2 "), "drums-bass-2");
        assert_eq!(slug("Ж"), "preset");
        let fresh = Fresh { millis: 17, random: 0xFFAB_CDEF };
        assert_eq!(fresh.panel_id(Kind::Knob), "knobPanel-17-abcdef");
        assert_eq!(fresh.preset_id(Kind::Pad, "My Pads"), "pad-my-pads-abcdef");
    }
}
