//! `#define`: variables and where they are filled in.

use super::limits::Limits;
use std::collections::HashMap;

/// The variables defined so far.
#[derive(Debug, Default)]
pub struct Definitions {
    values: HashMap<String, String>,
    /// Bytes of the longest name.
    longest: usize,
    /// Bytes that were filled in.
    pub filled: usize,
}

/// What filling in came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// All is well.
    Whole,
    /// A variable is not defined; it stays as it stands.
    Unknown,
    /// The result was cut off.
    Cut,
}

impl Definitions {
    /// Defines a variable, for good or until the next definition.
    pub fn set(&mut self, name: &str, value: String) {
        self.longest = self.longest.max(name.len());
        self.values.insert(name.into(), value);
    }

    /// Appends `text` to `out` with its variables filled in: of several names that fit the longest counts. At most `limit`
    /// bytes are appended; `budget` is what may be filled in altogether.
    pub fn fill(&mut self, text: &str, out: &mut String, limit: usize, budget: usize) -> Filled {
        let end = out.len() + limit;
        let mut result = Filled::Whole;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, behind) = rest.split_at(at);
            if !push(out, before, end) {
                return Filled::Cut;
            }
            let name = behind[1..].bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let known = (1..=name.min(self.longest)).rev().find_map(|n| Some((n, self.values.get(&behind[1..=n])?)));
            if let Some((length, value)) = known {
                self.filled += value.len();
                if self.filled > budget || !push(out, value, end) {
                    return Filled::Cut;
                }
                rest = &behind[1 + length..];
            } else {
                if !push(out, "$", end) {
                    return Filled::Cut;
                }
                result = Filled::Unknown;
                rest = &behind[1..];
            }
        }
        if push(out, rest, end) { result } else { Filled::Cut }
    }
}

/// Appends as much as there is room for; false if that is not all.
fn push(out: &mut String, text: &str, end: usize) -> bool {
    let room = end.saturating_sub(out.len()).min(text.len());
    let whole = (0..=room).rev().find(|n| text.is_char_boundary(*n)).unwrap_or(0);
    out.push_str(&text[..whole]);
    whole == text.len()
}

/// The longest name and value of a variable.
pub const NAME: usize = Limits::NAME;
