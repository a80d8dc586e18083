//! Time anchors: where in a recording the wanted sound is, and where it is not.

use core::fmt;

/// What an anchor says of its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// `+`: the wanted sound is heard here.
    Present,
    /// `-`: the wanted sound is not heard here.
    Absent,
}

impl Sign {
    /// Reads `+` or `-`. Any.
    pub fn from_symbol(symbol: &str) -> Option<Self> {
        match symbol.trim() {
            "+" => Some(Self::Present),
            "-" => Some(Self::Absent),
            _ => None,
        }
    }

    /// `+` or `-`. Any.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Present => "+",
            Self::Absent => "-",
        }
    }
}

impl fmt::Display for Sign {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.symbol())
    }
}

/// A span of a recording and what is said of it. Ends after its start; both are finite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Anchor {
    sign: Sign,
    start_secs: f64,
    end_secs: f64,
}

impl Anchor {
    /// Checks a span in seconds. It may lie outside the recording, where it is clipped later. Any.
    ///
    /// # Errors
    /// [`AnchorError`] unless both times are finite and `end_secs` is after `start_secs`.
    pub fn new(sign: Sign, start_secs: f64, end_secs: f64) -> Result<Self, AnchorError> {
        if start_secs.is_finite() && end_secs.is_finite() && end_secs > start_secs {
            Ok(Self { sign, start_secs, end_secs })
        } else {
            Err(AnchorError { start_secs, end_secs })
        }
    }

    /// Whether the sound is there or not. Any.
    pub const fn sign(self) -> Sign {
        self.sign
    }

    /// Where it begins, in seconds. Any.
    pub const fn start_secs(self) -> f64 {
        self.start_secs
    }

    /// Where it ends, in seconds, always after its beginning. Any.
    pub const fn end_secs(self) -> f64 {
        self.end_secs
    }
}

/// A span that is none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AnchorError {
    /// The refused start in seconds.
    pub start_secs: f64,
    /// The refused end in seconds.
    pub end_secs: f64,
}

impl fmt::Display for AnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { start_secs, end_secs } = self;
        write!(f, "an anchor from {start_secs} s to {end_secs} s is no span: both must be numbers and the end later")
    }
}

impl core::error::Error for AnchorError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_length() {
        for (start, end, ok) in [
            (0.0, 1.0, true),
            (-1.0, 0.5, true),
            (1.0, 1.0, false),
            (2.0, 1.0, false),
            (f64::NAN, 1.0, false),
            (0.0, f64::INFINITY, false),
        ] {
            assert_eq!(Anchor::new(Sign::Present, start, end).is_ok(), ok, "{start} {end}");
        }
    }

    #[test]
    fn signs_are_symbols() {
        for (text, sign) in [("+", Some(Sign::Present)), (" - ", Some(Sign::Absent)), ("", None), ("++", None)] {
            assert_eq!(Sign::from_symbol(text), sign, "{text}");
        }
    }
}
