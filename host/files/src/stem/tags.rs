//! What of a recording's tags goes into a file made of it: all that the format can hold, within bounds.

use crate::Tags;

/// The longest value, in bytes.
pub(crate) const MAX_VALUE: usize = 64 << 10;
/// All names and values of one file, in bytes. FLAC's block of comments holds 16 MiB.
pub(crate) const MAX_ALL: usize = 1 << 20;

/// Tags that are to be written, and the names of those that are not.
#[derive(Debug)]
pub(crate) struct Bounded<'a> {
    kept: Vec<(&'a str, &'a str)>,
    left_out: Vec<String>,
}

impl<'a> Bounded<'a> {
    pub fn new(tags: &'a Tags) -> Self {
        let mut bounded = Self { kept: tags.iter().collect(), left_out: Vec::new() };
        let mut room = MAX_ALL;
        bounded.retain(|name, value| {
            let bytes = name.len() + value.len();
            let fits = value.len() <= MAX_VALUE && bytes <= room;
            room -= if fits { bytes } else { 0 };
            fits
        });
        bounded
    }

    /// Keeps what is told true for; the names of the rest are remembered.
    pub fn retain(&mut self, mut keep: impl FnMut(&str, &str) -> bool) {
        let Self { kept, left_out } = self;
        kept.retain(|(name, value)| {
            let kept = keep(name, value);
            if !kept && left_out.iter().all(|known| known != name) {
                left_out.push((*name).to_owned());
            }
            kept
        });
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&'a str, &'a str)> {
        self.kept.iter().copied()
    }

    /// The names of what is not written, each once.
    pub fn left_out(self) -> Vec<String> {
        self.left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_is_left_out_and_named_once() {
        let mut tags = Tags::default();
        let long = "x".repeat(MAX_VALUE);
        tags.push("LYRICS", &format!("{long}x"));
        tags.push("LYRICS", &format!("{long}y"));
        for n in 0..20 {
            tags.push(&format!("N{n}"), &long);
        }
        tags.push("TITLE", "short");
        let bounded = Bounded::new(&tags);
        assert_eq!(bounded.iter().count(), 16);
        assert_eq!(bounded.iter().last(), Some(("TITLE", "short")));
        assert_eq!(bounded.left_out(), ["LYRICS", "N15", "N16", "N17", "N18", "N19"]);
    }
}
