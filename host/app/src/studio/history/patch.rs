//! The difference of two texts: what lies between their common beginning and their common end.

/// One replaced run of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Where it begins.
    pub at: usize,
    /// What was there.
    pub removed: Vec<u8>,
    /// What is there now.
    pub inserted: Vec<u8>,
}

impl Patch {
    /// What makes `new` of `old`.
    pub fn between(old: &[u8], new: &[u8]) -> Self {
        let at = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let (old, new) = (&old[at..], &new[at..]);
        let common = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count();
        Self { at, removed: old[..old.len() - common].to_vec(), inserted: new[..new.len() - common].to_vec() }
    }

    /// The text after it, if it fits the text.
    pub fn apply(&self, text: &[u8]) -> Option<Vec<u8>> {
        replaced(text, self.at, &self.removed, &self.inserted)
    }

    /// The text before it, if it fits the text.
    pub fn undo(&self, text: &[u8]) -> Option<Vec<u8>> {
        replaced(text, self.at, &self.inserted, &self.removed)
    }

    /// Bytes that it keeps.
    pub fn size(&self) -> usize {
        self.removed.len() + self.inserted.len()
    }
}

fn replaced(text: &[u8], at: usize, old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let (before, rest) = text.split_at_checked(at)?;
    let after = rest.strip_prefix(old)?;
    Some([before, new, after].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn there_and_back(old in "[ab\n]{0,20}", new in "[ab\n]{0,20}") {
            let patch = Patch::between(old.as_bytes(), new.as_bytes());
            assert_eq!(patch.apply(old.as_bytes()).as_deref(), Some(new.as_bytes()));
            assert_eq!(patch.undo(new.as_bytes()).as_deref(), Some(old.as_bytes()));
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let patch = Patch { at: 2, removed: b"x".to_vec(), inserted: b"yz".to_vec() };
        assert_eq!(patch.apply(b"abxc").as_deref(), Some(&b"abyzc"[..]));
        assert_eq!(patch.apply(b"abc"), None);
        assert_eq!(patch.apply(b"a"), None);
        assert_eq!(patch.size(), 3);
    }
}
