//! Deeds on a studio, at random but always the same for one seed, and the plain list that its history must be.

use crate::hostile::Dice;
use ripieno::studio::{
    EditError, Files, Folder, Fresh, InMemory, MOST_BYTES, MOST_STEPS, Model, Part, Studio, VERSIONS,
};
use ripieno_web::shape::{Kind, NewPanel, PanelChange};
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Something done to a studio.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A parameter of the effects.
    Effect(f32),
    /// A setting of a page, of so many bytes.
    Setting(usize),
    /// Another panel, with this number in its id.
    Panel(u32),
    /// A panel's title, or its end.
    Title(usize, Option<String>),
    /// The whole text, as a profile has it: so many presets.
    Replace(usize),
    /// A step back.
    Undo,
    /// A step forth.
    Redo,
}

impl Deed {
    /// The next deed of these dice.
    pub fn next(dice: &mut Dice) -> Self {
        match dice.below(16) {
            0..=2 => Self::Effect(dice.below(1_000) as f32 / 1_000.0),
            3..=4 => Self::Setting(dice.below(2_000)),
            5..=6 => Self::Panel(dice.below(1 << 24) as u32),
            7..=8 => {
                let (which, name) = (dice.below(8), dice.below(1_000));
                Self::Title(which, (name % 3 > 0).then(|| format!("Title {name}")))
            }
            9 => Self::Replace(1 + dice.below(8)),
            10..=12 => Self::Undo,
            _ => Self::Redo,
        }
    }

    /// Does it; says how the history moves by that.
    ///
    /// # Errors
    /// The studio's own; then nothing has changed.
    pub fn carry_out<F: Files>(&self, studio: &mut Studio<F>) -> Result<Move, EditError> {
        let before = hash(studio.text());
        let stepped = |studio: &Studio<F>| if hash(studio.text()) == before { Move::None } else { Move::Step };
        match self {
            Self::Undo => return Ok(studio.undo()?.map_or(Move::None, |_| Move::Back)),
            Self::Redo => return Ok(studio.redo()?.map_or(Move::None, |_| Move::Forth)),
            Self::Replace(presets) => studio.replace("profile", &profile(*presets))?,
            _ => studio.edit("edit", |model| self.change(model))?,
        }
        Ok(stepped(studio))
    }

    fn change(&self, model: &mut Model) -> Result<(), EditError> {
        match self {
            Self::Effect(value) => _ = model.fx.insert("reverb.mix".into(), *value),
            Self::Setting(bytes) => _ = model.settings.insert("note".into(), "n".repeat(*bytes).into()),
            // Where there are many, one goes instead.
            Self::Panel(_) if model.panels.len() > 20 => {
                let last = model.panels[20].id.clone();
                model.delete_panel(&last)?;
            }
            Self::Panel(random) => {
                let new =
                    NewPanel { kind: Kind::Pad, bank: Some("B".into()), preset: None, title: None, activate: false };
                model.create_panel(&new, Fresh { millis: 0, random: *random })?;
            }
            Self::Title(which, title) => {
                let Some(id) = model.panels.get(*which).map(|panel| panel.id.clone()) else { return Ok(()) };
                match title {
                    Some(title) => {
                        model
                            .change_panel(&id, &PanelChange { title: Some(title.clone()), ..PanelChange::default() })?;
                    }
                    None => _ = model.delete_panel(&id)?,
                }
            }
            Self::Replace(_) | Self::Undo | Self::Redo => {}
        }
        Ok(())
    }
}

/// A whole studio of so many presets of sixteen pads.
fn profile(presets: usize) -> String {
    let mut text = String::from("version = 1\n# A profile.\n");
    for preset in 0..presets {
        let _ = write!(text, "\n[[pad_presets]]\nid = \"pads-{preset}\"\nname = \"Pads {preset}\"\npads = [\n");
        for note in 16..32 {
            let action = format!("{{ type = \"note\", note = {} }}", note + 20);
            let _ = writeln!(text, "  {{ note = {note}, label = \"{preset}.{note}\", action = {action} }},");
        }
        text.push_str("]\n");
    }
    text
}

/// How a deed moves a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// Not at all.
    None,
    /// One step on; what could be redone cannot any more.
    Step,
    /// One back.
    Back,
    /// One forth.
    Forth,
}

impl Move {
    /// Every kind, with the word for it.
    const WORDS: [(Self, &str); 4] =
        [(Self::None, "none"), (Self::Step, "step"), (Self::Back, "back"), (Self::Forth, "forth")];

    /// The word for it.
    pub fn word(self) -> &'static str {
        Self::WORDS.into_iter().find(|(own, _)| *own == self).map_or("", |(_, word)| word)
    }

    /// What a word means.
    pub fn of(word: &str) -> Option<Self> {
        Self::WORDS.into_iter().find(|(_, own)| *own == word).map(|(own, _)| own)
    }
}

/// What a studio must be: all texts of its history, by hash, and which of them is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expected {
    texts: Vec<u64>,
    at: usize,
}

impl Expected {
    /// Of a studio without history.
    pub fn of(text: &str) -> Self {
        Self { texts: vec![hash(text)], at: 0 }
    }

    /// After a move that led to the text of this hash.
    pub fn after(&self, moved: Move, text: u64) -> Self {
        let Self { mut texts, mut at } = self.clone();
        match moved {
            Move::None => {}
            Move::Back => at -= 1,
            Move::Forth => at += 1,
            Move::Step => {
                texts.truncate(at + 1);
                texts.push(text);
                at += 1;
            }
        }
        Self { texts, at }
    }

    /// The hash of the text that is there.
    pub fn text(&self) -> u64 {
        self.texts[self.at]
    }

    /// What differs between this and a studio, if anything does. Old steps may be forgotten where they are too many.
    pub fn differs<F: Files>(&self, studio: &Studio<F>) -> Option<String> {
        let (text, history) = (hash(studio.text()), studio.history());
        let (undo, redo) = (self.at, self.texts.len() - 1 - self.at);
        let forgotten = self.texts.len() > MOST_STEPS && history.undo < undo && history.undo + redo >= MOST_STEPS / 2;
        let is_right = text == self.text() && history.redo == redo && (history.undo == undo || forgotten);
        (!is_right).then(|| {
            let place = self.texts.iter().position(|known| *known == text);
            format!("it is text {place:?} with {history:?}, not text {} of {}", self.at, self.texts.len())
        })
    }

    /// Forgets the steps that a studio has forgotten.
    pub fn forget(&mut self, undo: usize) {
        let gone = self.at.saturating_sub(undo);
        self.texts.drain(..gone);
        self.at -= gone;
    }

    /// Goes through the history of a studio, at most `most` steps each way and back, and compares every text.
    ///
    /// # Panics
    /// When one is another.
    pub fn walk<F: Files>(&self, studio: &mut Studio<F>, most: usize) {
        let back = self.at.min(most);
        for step in 1..=back {
            studio.undo().expect("memory holds").expect("a step back");
            assert_eq!(hash(studio.text()), self.texts[self.at - step], "{step} steps back");
        }
        let last = self.at.saturating_add(most).min(self.texts.len() - 1);
        for at in self.at + 1 - back..=last {
            studio.redo().expect("memory holds").expect("a step forth");
            assert_eq!(hash(studio.text()), self.texts[at], "forth to {at}");
        }
        (self.at..last).for_each(|_| _ = studio.undo().expect("memory holds"));
    }
}

/// What is on the disk, in memory.
///
/// # Panics
/// When it cannot be read.
pub fn copied(files: &mut Folder) -> InMemory {
    let mut memory = InMemory::default();
    for part in [Part::Document, Part::History].into_iter().chain((1..=VERSIONS).map(Part::Version)) {
        // A history is larger than a document may be.
        if let Some(bytes) = files.load(part, 64 * MOST_BYTES).expect("the disk is read") {
            memory.put(part, bytes);
        }
    }
    memory
}

/// A text in short.
pub fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
