//! The stems of one separation, and how they are called: another wish gets other names, the same wish the same, so that
//! nothing is overwritten and what was interrupted goes on.
//!
//! What is described is called by its description, `drums.wav`, and the rest `drums rest.wav`; other stems by their model's
//! names. A second wish of the same names adds a number to all of them. `drums.job.json` remembers the wish.

use crate::serve::recordings::harmless;
use ripieno_files::{AtomicFile, Existing};
use ripieno_separate::JobSettings;
use ripieno_web::shape::Separation;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Characters of a description in a name.
const LONGEST: usize = 40;
/// Wishes of one name that a recording may have.
const MOST: usize = 1_000;
/// What a wish is remembered by when it describes nothing.
const ALL: &str = "stems";
/// What remembers a wish ends in.
const WISH: &str = ".job.json";

/// The names of one separation.
#[derive(Debug)]
pub struct Set {
    folder: PathBuf,
    /// What is described; nothing for all that the model gives.
    label: Option<String>,
    /// What is added to each name.
    number: String,
}

impl Set {
    /// The names for a wish: those that it had before, or the first that nothing has. Blocks.
    ///
    /// # Errors
    /// The folder cannot be written to, or has too many already.
    pub fn of(folder: &Path, wish: &Separation) -> Result<Self, String> {
        let failed = |error: &dyn std::fmt::Display| format!("the folder of stems cannot be written: {error}");
        fs::create_dir_all(folder).map_err(|error| failed(&error))?;
        let text = serde_json::to_value(wish).map_err(|error| failed(&error))?;
        for n in 1..=MOST {
            let number = if n == 1 { String::new() } else { format!(" ({n})") };
            let set = Self { folder: folder.into(), label: label(&wish.description), number };
            match fs::read_to_string(set.wish_path()) {
                Ok(kept) if serde_json::from_str::<Value>(&kept).is_ok_and(|kept| kept == text) => return Ok(set),
                Ok(_) => continue,
                Err(_) if set.is_taken() => continue,
                Err(_) => {}
            }
            let mut file = AtomicFile::create(&set.wish_path(), Existing::Replace).map_err(|error| failed(&error))?;
            file.write_all(text.to_string().as_bytes()).map_err(|error| failed(&error))?;
            file.commit().map_err(|error| failed(&error))?;
            return Ok(set);
        }
        Err(format!("there are {MOST} separations of this name already; take the recording's stems away"))
    }

    fn wish_path(&self) -> PathBuf {
        self.folder.join(format!("{}{}{WISH}", self.label.as_deref().unwrap_or(ALL), self.number))
    }

    /// True if a file has one of the names, or might have.
    fn is_taken(&self) -> bool {
        self.files().any(|name| {
            let stem = name.split('.').next().unwrap_or_default();
            match &self.label {
                Some(label) => {
                    let ours = [format!("{label}{}", self.number), format!("{label} rest{}", self.number)];
                    ours.iter().any(|ours| name.starts_with(&format!("{ours}.")))
                }
                // Which names the model gives is not known yet.
                None => numbered(stem) == self.number,
            }
        })
    }

    /// Names of the files that are there, but for wishes.
    fn files(&self) -> impl Iterator<Item = String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().into_string().ok()).filter(|name| !name.ends_with(WISH))
    }

    /// Says where a job's stems go.
    pub fn place(&self, settings: &mut JobSettings) {
        let Self { folder, label, number } = self;
        settings.out_dir = Some(folder.clone());
        settings.name = format!("{{part}}{number}.{{ext}}");
        if let Some(label) = label {
            let end = settings.container.word();
            settings.out_target = Some(folder.join(format!("{label}{number}.{end}")));
            settings.out_residual = Some(folder.join(format!("{label} rest{number}.{end}")));
        }
    }

    /// Forgets the wish if nothing has come of it. Blocks.
    pub fn forget_if_bare(&self) {
        if !self.is_taken() {
            // What cannot be removed is found again, and used.
            let _ = fs::remove_file(self.wish_path());
            // Goes only when it is empty.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}

/// A description as a file's name.
fn label(description: &str) -> Option<String> {
    let text: String = harmless(description.trim()).chars().take(LONGEST).collect();
    let text = text.trim_matches([' ', '.']).replace('.', "_");
    (!description.trim().is_empty()).then(|| if text.is_empty() { "described".into() } else { text })
}

/// The number at the end of a name, as it is written.
fn numbered(stem: &str) -> &str {
    let number = stem.rfind(" (").map_or("", |at| &stem[at..]);
    let digits = number.strip_prefix(" (").and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) { number } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    fn wish(description: &str, model: &str) -> Separation {
        Separation { description: description.into(), model: Some(model.into()), ..Separation::default() }
    }

    fn places(folder: &Path, wish: &Separation) -> [String; 3] {
        let mut settings = JobSettings::new("m", "song.wav");
        Set::of(folder, wish).unwrap().place(&mut settings);
        let name = |path: &Option<PathBuf>| {
            path.as_ref().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).unwrap_or_default()
        };
        assert_eq!(settings.check(), Ok(()));
        [settings.name.clone(), name(&settings.out_target), name(&settings.out_residual)]
    }

    #[test]
    fn the_same_wish_has_the_same_names_and_another_others() {
        let folder = tempfile::tempdir().unwrap();
        let drums = || wish("drums", "a");
        assert_eq!(places(folder.path(), &drums()), ["{part}.{ext}", "drums.wav", "drums rest.wav"]);
        assert_eq!(places(folder.path(), &drums()), places(folder.path(), &drums()));
        let other = ["{part} (2).{ext}", "drums (2).wav", "drums rest (2).wav"];
        assert_eq!(places(folder.path(), &wish("drums", "b")), other);
        assert_eq!(places(folder.path(), &wish("drums", "b")), other);
        assert_eq!(places(folder.path(), &wish("bass", "a"))[1], "bass.wav");
        assert_eq!(places(folder.path(), &wish("", "a")), ["{part}.{ext}", "", ""]);
        // A stem of that name that nobody asked for here.
        File::create(folder.path().join("voice.flac")).unwrap();
        assert_eq!(places(folder.path(), &wish("voice", "a"))[1], "voice (2).wav");
        // Where anything might be in the way of names that are not known yet.
        File::create(folder.path().join("mine (2).wav")).unwrap();
        assert_eq!(places(folder.path(), &wish("", "c"))[0], "{part} (3).{ext}");
    }

    #[test]
    fn a_wish_that_came_to_nothing_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let stems = folder.path().join("song.wav.stems");
        Set::of(&stems, &wish("drums", "a")).unwrap().forget_if_bare();
        assert!(!stems.exists());
        let set = Set::of(&stems, &wish("drums", "a")).unwrap();
        File::create(stems.join("drums.wav.part")).unwrap();
        set.forget_if_bare();
        assert!(stems.join("drums.job.json").exists());
    }

    #[test]
    fn descriptions_become_names() {
        for (text, expected) in [
            ("", None),
            ("  ", None),
            (" the drums ", Some("the drums")),
            ("../../etc", Some("____etc")),
            ("..", Some("described")),
            ("a/b: \"c\"\n", Some("a_b_ _c_")),
            ("v1.2", Some("v1_2")),
        ] {
            assert_eq!(label(text).as_deref(), expected, "{text:?}");
        }
        assert_eq!(label(&"x".repeat(500)).map(|label| label.len()), Some(LONGEST));
        for (stem, expected) in
            [("drums", ""), ("drums (2)", " (2)"), ("drums (a)", ""), ("drums ()", ""), ("x (12)", " (12)")]
        {
            assert_eq!(numbered(stem), expected, "{stem}");
        }
    }
}
