//! What a recording says of itself: title, artist and the like, carried from a file to those that are made of it.

/// Names and values. Names are those of Vorbis comments in capitals (`TITLE`, `ARTIST`, `ALBUM`, `TRACKNUMBER`, `DATE`, ...);
/// a name may come more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags(Vec<(String, String)>);

impl Tags {
    /// Adds a value under a name, in capitals. An empty name or value is left out. Control.
    pub fn push(&mut self, name: &str, value: &str) {
        let legal = !name.is_empty() && name.bytes().all(|byte| (0x20..=0x7d).contains(&byte) && byte != b'=');
        if legal && !value.is_empty() {
            self.0.push((name.to_ascii_uppercase(), value.to_owned()));
        }
    }

    /// The first value under a name, whatever its case. Any.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// All names and values in their order. Any.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether there is none. Any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_whatever_their_case() {
        let mut tags = Tags::default();
        for (name, value) in [("title", "One"), ("Title", "Two"), ("", "lost"), ("a=b", "lost"), ("DATE", "")] {
            tags.push(name, value);
        }
        assert_eq!(tags.first("tItLe"), Some("One"));
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("TITLE", "One"), ("TITLE", "Two")]);
        assert_eq!(tags.first("DATE"), None);
    }
}
