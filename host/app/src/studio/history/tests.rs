//! Histories against a plain list of texts, through restarts, crashes and damage.

use super::*;
use crate::studio::files::InMemory;
use proptest::prelude::*;

/// A document with its history, as the studio uses them: journal first, document afterwards.
struct Doc {
    files: InMemory,
    steps: Steps,
    text: Vec<u8>,
}

impl Doc {
    fn open(mut files: InMemory) -> Self {
        let text = files.bytes(Part::Document).unwrap_or_default().to_vec();
        let steps = Steps::open(&mut files, &text);
        Self { files, steps, text }
    }

    fn put(&mut self, text: Vec<u8>) {
        self.files.store(Part::Document, &text).unwrap();
        self.text = text;
    }

    fn edit(&mut self, text: &str) {
        self.steps.step(&mut self.files, "edit", &self.text, text.as_bytes()).unwrap();
        self.put(text.into());
    }

    fn undo(&mut self) -> bool {
        let Some(text) = self.steps.back(&self.text) else { return false };
        self.steps.went_back(&mut self.files, &self.text).unwrap();
        self.put(text);
        true
    }

    fn redo(&mut self) -> bool {
        let Some(text) = self.steps.forth(&self.text) else { return false };
        self.steps.went_forth(&mut self.files, &self.text).unwrap();
        self.put(text);
        true
    }

    fn restart(self) -> Self {
        Self::open(self.files)
    }
}

#[derive(Clone, Debug)]
enum Move {
    Edit(String),
    Undo,
    Redo,
    Restart,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        3 => "[a-c\n]{0,12}".prop_map(Move::Edit),
        2 => Just(Move::Undo),
        1 => Just(Move::Redo),
        1 => Just(Move::Restart),
    ];
    proptest::collection::vec(one, 0..40)
}

proptest! {
    #[test]
    fn a_history_is_a_list_of_texts(moves in moves()) {
        let mut doc = Doc::open(InMemory::of("start"));
        let (mut texts, mut at) = (vec!["start".to_owned()], 0);
        for step in moves {
            match step {
                Move::Edit(text) => {
                    doc.edit(&text);
                    texts.truncate(at + 1);
                    texts.push(text);
                    at += 1;
                }
                Move::Undo => {
                    prop_assert_eq!(doc.undo(), at > 0);
                    at = at.saturating_sub(1);
                }
                Move::Redo => {
                    prop_assert_eq!(doc.redo(), at + 1 < texts.len());
                    at = (at + 1).min(texts.len() - 1);
                }
                Move::Restart => doc = doc.restart(),
            }
            prop_assert_eq!(&doc.text, texts[at].as_bytes());
            prop_assert_eq!(doc.steps.counts(), (at, texts.len() - 1 - at));
        }
        while doc.undo() {}
        prop_assert_eq!(&doc.text, b"start");
        while doc.redo() {}
        prop_assert_eq!(&doc.text, texts[texts.len() - 1].as_bytes());
    }

    #[test]
    fn damage_shortens_a_history_and_never_falsifies_it(at in 0..400_usize, byte in any::<u8>(), cut in any::<bool>()) {
        let mut doc = Doc::open(InMemory::of("start"));
        for text in ["one", "two", "three", "four"] {
            doc.edit(text);
        }
        doc.undo();
        let mut journal = doc.files.bytes(Part::History).unwrap().to_vec();
        let at = at % journal.len();
        if cut { journal.truncate(at) } else { journal[at] = byte }
        doc.files.put(Part::History, journal);
        let mut doc = doc.restart();
        prop_assert_eq!(&doc.text, b"three");
        let known = ["start", "one", "two", "three", "four"];
        while doc.undo() {
            prop_assert!(known.contains(&std::str::from_utf8(&doc.text).unwrap()));
        }
        doc.edit("more");
        prop_assert!(doc.undo());
    }
}

#[test]
fn a_crash_at_any_byte_is_the_old_or_the_new_document() {
    for edit in ["the first", "another", ""] {
        let mut before = Doc::open(InMemory::of("old text"));
        before.edit("some text");
        let (old_text, old_journal) = (before.text.clone(), before.files.bytes(Part::History).unwrap().to_vec());
        let mut after = Doc::open(before.files.clone());
        after.edit(edit);
        let journal = after.files.bytes(Part::History).unwrap().to_vec();
        assert!(journal.starts_with(&old_journal));
        for length in old_journal.len()..=journal.len() {
            // The document comes last: it is the old one unless all of the journal is there.
            let documents = if length == journal.len() { vec![&old_text, &after.text] } else { vec![&old_text] };
            for document in documents {
                let mut files = InMemory::of(document.clone());
                files.put(Part::History, &journal[..length]);
                let mut doc = Doc::open(files);
                let steps = if *document == old_text { 1 } else { 2 };
                assert_eq!(doc.steps.counts(), (steps, 0), "{length} of {}", journal.len());
                while doc.undo() {}
                assert_eq!(doc.text, b"old text");
            }
        }
    }
}

#[test]
fn a_crash_while_the_journal_is_written_anew_loses_no_step() {
    let check = |deed: fn(&mut Doc)| {
        let mut before = Doc::open(InMemory::of("one"));
        ["two", "three", "four"].into_iter().for_each(|text| before.edit(text));
        before.undo();
        before.undo();
        // Something tore off the end: the next record comes with the whole journal.
        let mut journal = before.files.bytes(Part::History).unwrap().to_vec();
        journal.push(0);
        before.files.put(Part::History, journal);
        let mut after = before.restart();
        let (text, counts) = (after.text.clone(), after.steps.counts());
        deed(&mut after);
        // The document has not learned of it.
        after.files.put(Part::Document, text);
        assert_eq!(after.restart().steps.counts(), counts);
    };
    check(|doc| doc.edit("other"));
    check(|doc| assert!(doc.undo()));
    check(|doc| assert!(doc.redo()));
}

#[test]
fn an_edit_by_hand_is_one_step_of_its_own() {
    let mut doc = Doc::open(InMemory::of("one"));
    doc.edit("two");
    doc.files.put(Part::Document, "by hand");
    let mut doc = doc.restart();
    assert_eq!((doc.steps.counts(), doc.steps.labels().0), ((2, 0), Some(OUTSIDE)));
    doc.edit("three");
    let mut doc = doc.restart();
    let mut texts = vec![];
    while doc.undo() {
        texts.push(String::from_utf8(doc.text.clone()).unwrap());
    }
    assert_eq!(texts, ["by hand", "two", "one"]);
}

#[test]
fn a_thousand_steps_survive_and_more_are_bounded() {
    let mut doc = Doc::open(InMemory::of("0"));
    for n in 1..=5_000 {
        doc.edit(&n.to_string());
        assert!(doc.steps.counts().0 >= n.min(FEWEST_STEPS) && doc.steps.counts().0 <= MOST_STEPS);
    }
    let mut doc = doc.restart();
    let steps = doc.steps.counts().0;
    for n in (5_000 - steps..5_000).rev() {
        assert!(doc.undo());
        assert_eq!(doc.text, n.to_string().into_bytes());
    }
    assert!(!doc.undo());
    // Going back and forth does not let the journal grow without end either.
    for _ in 0..10_000 {
        doc.redo();
        doc.undo();
    }
    let length = doc.files.bytes(Part::History).unwrap().len();
    assert!(length < 1 << 20, "{length}");
    assert_eq!(doc.restart().steps.counts(), (0, steps));
}

#[test]
fn large_steps_are_bounded_by_their_bytes() {
    let mut doc = Doc::open(InMemory::of(""));
    for n in 0..40_u8 {
        doc.edit(&char::from(b'a' + n % 26).to_string().repeat(1 << 20));
        assert!(doc.files.bytes(Part::History).unwrap().len() as u64 <= MOST_BYTES + (3 << 20));
    }
    assert!(doc.steps.counts().0 >= 2);
    assert!(doc.restart().undo());
}
