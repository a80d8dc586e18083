//! Closed sets of words, the same on the command line, in JSON and in reports.

/// Makes an enumeration whose variants are words.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// All of them, in the order of their definition.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word. Any.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// The one of this word. Any.
            ///
            /// # Errors
            /// [`WordError`](crate::WordError) lists the legal ones.
            pub fn from_word(word: &str) -> Result<Self, crate::WordError> {
                let found = Self::ALL.iter().copied().find(|one| one.word() == word);
                found.ok_or_else(|| crate::WordError::new(word, Self::ALL.iter().map(|one| one.word())))
            }
        }
    };
}

pub(crate) use words;

/// A word that is none of its set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{word}' is unknown; it is one of {legal}")]
pub struct WordError {
    /// What was given.
    pub word: String,
    /// What could be, with commas.
    pub legal: String,
}

impl WordError {
    pub(crate) fn new<'a>(word: &str, legal: impl Iterator<Item = &'a str>) -> Self {
        let word = word.chars().take(80).collect();
        Self { word, legal: legal.collect::<Vec<_>>().join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use crate::{AnchorMode, ErrorCode, Phase, WarningCode};

    #[test]
    fn words_come_back() {
        macro_rules! check {
            ($($name:ident)*) => {$(
                for one in $name::ALL {
                    assert_eq!($name::from_word(one.word()), Ok(*one));
                }
            )*};
        }
        check!(AnchorMode ErrorCode Phase WarningCode);
        let wrong = AnchorMode::from_word("appendix").unwrap_err().to_string();
        assert!(wrong.starts_with("'appendix' is unknown; it is one of strict, append,"), "{wrong}");
    }
}
