//! The studio as its owner holds it: text, meaning and history, changed together or not at all.

use super::error::{EditError, Notice, StudioError};
use super::files::{Files, Part, VERSIONS};
use super::history::Steps;
use super::model::Model;
use super::read::{self, Reading};
use super::{MOST_BYTES, merge};
use crate::panels::{MAPPINGS, PANELS, PRESETS};
use ripieno_web::shape::History;
use toml_edit::DocumentMut;

/// A studio and where it lies.
#[derive(Debug)]
pub struct Studio<F> {
    files: F,
    text: String,
    model: Model,
    warnings: Vec<Notice>,
    steps: Steps,
}

/// An older version of the document.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Version {
    /// 1 is the newest.
    pub number: u8,
    /// Its length.
    pub bytes: usize,
    /// What is wrong with it; nothing if it can be restored.
    pub broken: Option<Notice>,
}

impl<F: Files> Studio<F> {
    /// Opens a studio; nothing stored is the studio that everybody starts with, which is written with the first edit.
    /// Control; blocks.
    ///
    /// # Errors
    /// [`StudioError`]; nothing has changed then.
    pub fn open(mut files: F) -> Result<Self, StudioError> {
        files.sweep();
        let text = load(&mut files, Part::Document)?.unwrap_or_default();
        let Reading { model, warnings } = match read::read(&text) {
            Ok(reading) => reading,
            Err(causes) => {
                let last_good = versions(&mut files)?.into_iter().find(|version| version.broken.is_none());
                return Err(StudioError::Broken { causes, last_good: last_good.map(|version| version.number) });
            }
        };
        // A history that cannot be read is no reason to refuse the studio: it begins anew.
        let steps = Steps::open(&mut files, text.as_bytes());
        Ok(Self { files, text, model, warnings, steps })
    }

    /// What it says. Any.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// Its text. Any.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is odd about it but does no harm: unknown keys, actions that do nothing. Any.
    pub fn warnings(&self) -> &[Notice] {
        &self.warnings
    }

    /// Where it lies. Any.
    pub fn files(&self) -> &F {
        &self.files
    }

    /// The same, to let it fail. Any.
    pub fn files_mut(&mut self) -> &mut F {
        &mut self.files
    }

    /// Changes the studio: all of it or nothing. The change is checked, its difference written into the text (comments, order
    /// and unknown keys stay), stored and remembered under `label`. A change that changes nothing is no step. Control; blocks.
    ///
    /// # Errors
    /// What `change` says; [`EditError::Invalid`] for what cannot be written down; [`EditError::Conflict`] when the file was
    /// changed meanwhile, which [`refresh`](Self::refresh) takes in; [`EditError::Storage`]. Nothing has changed then, in
    /// memory or on the disk.
    pub fn edit<T>(
        &mut self,
        label: &str,
        change: impl FnOnce(&mut Model) -> Result<T, EditError>,
    ) -> Result<T, EditError> {
        let mut model = self.model.clone();
        let answer = change(&mut model)?;
        if model == self.model {
            return Ok(answer);
        }
        has_room(&model)?;
        let (text, reading) = written(&self.text, &self.model, &model)?;
        self.commit(label, text, reading)?;
        Ok(answer)
    }

    /// Puts another text in place, as a profile or a version has it; that is one step. Control; blocks.
    ///
    /// # Errors
    /// [`EditError::Invalid`] names the first mistake of a text that is no studio; [`EditError::Storage`].
    pub fn replace(&mut self, label: &str, text: &str) -> Result<(), EditError> {
        if text.len() > MOST_BYTES {
            return Err(EditError::Invalid(StudioError::TooLarge.to_string()));
        }
        let broken = |causes: Vec<Notice>| StudioError::Broken { causes, last_good: None }.to_string();
        let reading = read::read(text).map_err(|causes| EditError::Invalid(broken(causes)))?;
        if text == self.text { Ok(()) } else { self.commit(label, text.into(), reading) }
    }

    /// Reads the document again if somebody else has changed it, which is one step; false if nobody has. Until then no edit is
    /// stored over it. Control; blocks.
    ///
    /// # Errors
    /// As [`open`](Self::open); the studio is as it was, and still not what is on the disk.
    pub fn refresh(&mut self) -> Result<bool, StudioError> {
        let text = load(&mut self.files, Part::Document)?.unwrap_or_default();
        if text == self.text {
            return Ok(false);
        }
        let reading = read::read(&text).map_err(|causes| StudioError::Broken { causes, last_good: None })?;
        self.steps.outside(self.text.as_bytes(), text.as_bytes());
        (self.text, self.model, self.warnings) = (text, reading.model, reading.warnings);
        Ok(true)
    }

    /// Takes back the last step; nothing if there is none. Control; blocks.
    ///
    /// # Errors
    /// [`EditError::Storage`]; nothing has changed then.
    pub fn undo(&mut self) -> Result<Option<History>, EditError> {
        self.go(Steps::back, Steps::went_back)
    }

    /// Does the step that was taken back last again; nothing if there is none. Control; blocks.
    ///
    /// # Errors
    /// As [`undo`](Self::undo).
    pub fn redo(&mut self) -> Result<Option<History>, EditError> {
        self.go(Steps::forth, Steps::went_forth)
    }

    /// How far one can go back and forth. Any.
    pub fn history(&self) -> History {
        let (undo, redo) = self.steps.counts();
        History { undo, redo }
    }

    /// What undo and redo would take back and do again, by label. Any.
    pub fn labels(&self) -> (Option<&str>, Option<&str>) {
        self.steps.labels()
    }

    fn go(
        &mut self,
        find: impl FnOnce(&Steps, &[u8]) -> Option<Vec<u8>>,
        move_on: impl FnOnce(&mut Steps, &mut F, &[u8]) -> Result<(), String>,
    ) -> Result<Option<History>, EditError> {
        let Some(bytes) = find(&self.steps, self.text.as_bytes()) else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|error| EditError::Invalid(error.to_string()))?;
        let broken =
            |causes: Vec<Notice>| EditError::Invalid(causes.first().map(ToString::to_string).unwrap_or_default());
        let reading = read::read(&text).map_err(broken)?;
        self.put(text, reading, |steps, files, old, _| move_on(steps, files, old))?;
        Ok(Some(self.history()))
    }

    fn commit(&mut self, label: &str, text: String, reading: Reading) -> Result<(), EditError> {
        self.put(text, reading, |steps, files, old, new| steps.step(files, label, old, new))
    }

    /// History, versions, document: in this order, so that a crash between any two is told apart when the studio is opened.
    fn put(
        &mut self,
        text: String,
        reading: Reading,
        remember: impl FnOnce(&mut Steps, &mut F, &[u8], &[u8]) -> Result<(), String>,
    ) -> Result<(), EditError> {
        let there = self.files.load(Part::Document, MOST_BYTES);
        let there = there.map_err(|error| EditError::Storage(format!("the studio {error}; nothing has changed")))?;
        if there.unwrap_or_default() != self.text.as_bytes() {
            let cause = "the studio's file was changed by somebody else meanwhile; it has to be read again first";
            return Err(EditError::Conflict(cause.into()));
        }
        let before = self.steps.clone();
        let stored = remember(&mut self.steps, &mut self.files, self.text.as_bytes(), text.as_bytes())
            .and_then(|()| self.files.rotate())
            .and_then(|()| self.files.store(Part::Document, text.as_bytes()));
        if let Err(error) = stored {
            self.steps = before;
            self.steps.doubt();
            return Err(EditError::Storage(format!("the studio {error}; nothing has changed")));
        }
        self.text = text;
        self.model = reading.model;
        self.warnings = reading.warnings;
        Ok(())
    }
}

/// The older versions that are there, the newest first. Control; blocks.
///
/// # Errors
/// [`StudioError::Storage`].
pub fn versions(files: &mut impl Files) -> Result<Vec<Version>, StudioError> {
    let mut found = Vec::new();
    for number in 1..=VERSIONS {
        let Some(bytes) = files.load(Part::Version(number), MOST_BYTES).map_err(StudioError::Storage)? else {
            continue;
        };
        let length = bytes.len();
        let causes = match decoded(bytes) {
            Ok(text) => read::read(&text).err(),
            Err(StudioError::Broken { causes, .. }) => Some(causes),
            Err(error) => Some(vec![Notice::at("", None, error.to_string())]),
        };
        let broken = causes.and_then(|causes| causes.into_iter().next());
        found.push(Version { number, bytes: length, broken });
    }
    Ok(found)
}

/// Puts a version in the document's place, whatever the document is; the document is version 1 then. Without a number it is
/// the newest that is good. Control; blocks.
///
/// # Errors
/// [`StudioError::NoVersion`], [`StudioError::Broken`] version, [`StudioError::Storage`]; nothing has changed then.
pub fn restore(files: &mut impl Files, number: Option<u8>) -> Result<u8, StudioError> {
    let number = match number {
        Some(number) => number,
        None => {
            let good = versions(files)?.into_iter().find(|version| version.broken.is_none());
            good.map(|version| version.number).ok_or(StudioError::NoVersion(1))?
        }
    };
    let text = load(files, Part::Version(number))?.ok_or(StudioError::NoVersion(number))?;
    read::read(&text).map_err(|causes| StudioError::Broken { causes, last_good: None })?;
    files.rotate().map_err(StudioError::Storage)?;
    files.store(Part::Document, text.as_bytes()).map_err(StudioError::Storage)?;
    Ok(number)
}

fn load(files: &mut impl Files, part: Part) -> Result<Option<String>, StudioError> {
    files.load(part, MOST_BYTES).map_err(StudioError::Storage)?.map(decoded).transpose()
}

fn decoded(bytes: Vec<u8>) -> Result<String, StudioError> {
    if bytes.len() > MOST_BYTES {
        return Err(StudioError::TooLarge);
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&error.as_bytes()[..valid]).into_owned();
        let cause = "these bytes are no text: the file has to be UTF-8".into();
        StudioError::Broken { causes: vec![Notice::at(&text, Some(valid), cause)], last_good: None }
    })
}

/// The text with the difference between two models written into it, and what it says then: exactly the new model.
pub(super) fn written(text: &str, old: &Model, new: &Model) -> Result<(String, Reading), EditError> {
    let unreadable = |causes: Vec<Notice>| {
        EditError::Invalid(causes.into_iter().next().map(|notice| notice.cause).unwrap_or_default())
    };
    let mut text = read::with_starter(text);
    let mut from = old.clone();
    // What was left unsaid may follow from what has changed, such as a name that a panel called its preset by: said now.
    for _ in 0..3 {
        let mut document: DocumentMut =
            text.parse().map_err(|error: toml_edit::TomlError| EditError::Invalid(error.message().to_owned()))?;
        merge::write(&mut document, &from, new);
        text = document.to_string();
        let reading = read::read(&text).map_err(unreadable)?;
        if reading.model == *new {
            if text.len() > MOST_BYTES {
                return Err(EditError::Conflict(format!("the studio {}", StudioError::TooLarge)));
            }
            return Ok((text, reading));
        }
        from = reading.model;
    }
    Err(EditError::Invalid("this cannot be written down: it would not be read as it is".into()))
}

/// Bounds of the panel core.
fn has_room(model: &Model) -> Result<(), EditError> {
    let full = |what: &str, most: usize| {
        Err(EditError::Conflict(format!("there is no room for another {what}: {most} at most")))
    };
    if model.panels.len() > PANELS {
        return full("panel", PANELS);
    }
    if model.presets.len() > PRESETS {
        return full("preset", PRESETS);
    }
    if model.presets.iter().map(|preset| preset.entries.len()).sum::<usize>() > MAPPINGS {
        return full("control", MAPPINGS);
    }
    Ok(())
}
