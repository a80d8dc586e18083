//! Settings of clients, profiles, and the way back and forth.

use super::Owner;
use super::served::Section;
use ripieno_files::FileStorage;
use ripieno_ports::Storage;
use ripieno_web::shape::{History, Profiles, Settings};
use ripieno_web::{Event, Refusal};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What clients may keep: the page's arrangement. What has an effect has a request of its own.
const ARRANGEMENT: &str = "ui_layout";
/// The setting that names the profile in use.
const ACTIVE: &str = "active_profile";
/// The folder of profiles, beside the studio.
const FOLDER: &str = "profiles";
/// The profile of a studio that was never saved as one.
const DEFAULT: &str = "default";
/// Characters of a profile's name at most.
const LONGEST: usize = 50;
/// Profiles at most.
const MOST: usize = 1_000;

impl Owner {
    pub(super) fn history(&self) -> History {
        self.studio.history()
    }

    pub(super) fn undo(&mut self) -> Result<History, Refusal> {
        self.keep_all();
        self.replaced(|studio| studio.undo().map(drop))
    }

    pub(super) fn redo(&mut self) -> Result<History, Refusal> {
        self.keep_all();
        self.replaced(|studio| studio.redo().map(drop))
    }

    pub(super) fn settings(&self) -> Settings {
        let Profiles { profiles, active } = self.profiles();
        Settings { values: self.known_settings(), profiles, active_profile: active }
    }

    /// What is served. Secrets that somebody wrote among the settings by hand are not.
    pub(super) fn known_settings(&self) -> BTreeMap<String, Value> {
        self.arrangement.value().map(|value| (ARRANGEMENT.to_owned(), value.clone())).into_iter().collect()
    }

    /// Keeps a client's setting; null takes it away.
    pub(super) fn change_setting(&mut self, key: &str, value: Value) -> Result<(), Refusal> {
        if key != ARRANGEMENT {
            return Err(Refusal::Unknown(format!(
                "there is no setting {key:?} that can be changed so; there is {ARRANGEMENT}"
            )));
        }
        self.arrangement.keep(value.clone()).map_err(Refusal::Failed)?;
        self.publish(&Event::SettingChanged { key: key.into(), value }, &[Section::Settings]);
        Ok(())
    }

    pub(super) fn profiles(&self) -> Profiles {
        let active = self.studio.model().settings.get(ACTIVE).and_then(Value::as_str).unwrap_or(DEFAULT);
        Profiles { profiles: self.profile_names.clone(), active: active.into() }
    }

    /// Keeps the studio as it is under a name.
    pub(super) fn save_profile(&mut self, name: &str) -> Result<Profiles, Refusal> {
        let name = profile_name(name)?;
        self.keep_all();
        let known = self.profile_names.iter().find(|known| is_same(known, &name)).cloned();
        if known.is_none() && self.profile_names.len() >= MOST {
            return Err(Refusal::Conflict(format!("there are {MOST} profiles already")));
        }
        let name = known.unwrap_or(name);
        let active = Value::from(name.as_str());
        self.edit("save profile", |model| Ok(model.settings.insert(ACTIVE.into(), active)), |_, _| Vec::new())?;
        let stored = FileStorage::new(profile(&self.folder, &name)).store(self.studio.text().as_bytes());
        stored.map_err(|error| Refusal::Failed(format!("the profile {error}")))?;
        self.profile_names = names(&self.folder);
        self.publish(&Event::ProfileChanged { name }, &[Section::Profiles, Section::Settings, Section::History]);
        Ok(self.profiles())
    }

    /// Puts a profile in the place of the studio, which can be taken back like any other step.
    pub(super) fn load_profile(&mut self, name: &str) -> Result<Profiles, Refusal> {
        let name = profile_name(name)?;
        let unknown = || Refusal::Unknown(format!("there is no profile {name:?}"));
        let name = self.profile_names.iter().find(|known| is_same(known, &name)).cloned().ok_or_else(unknown)?;
        let text = read(&profile(&self.folder, &name)).map_err(Refusal::Failed)?;
        self.keep_all();
        self.replaced(|studio| studio.replace("load profile", &text))?;
        // It may have been copied by hand from one of another name.
        if self.profiles().active != name {
            let active = Value::from(name.as_str());
            self.edit("load profile", |model| Ok(model.settings.insert(ACTIVE.into(), active)), |_, _| Vec::new())?;
        }
        self.publish(&Event::ProfileChanged { name }, &[]);
        Ok(self.profiles())
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A name that is no path: letters, digits, spaces, `-` and `_`.
fn profile_name(name: &str) -> Result<String, Refusal> {
    let name = name.trim();
    let is_plain = |c: char| c.is_alphanumeric() || " -_".contains(c);
    if (1..=LONGEST).contains(&name.chars().count()) && name.chars().all(is_plain) {
        return Ok(name.into());
    }
    Err(Refusal::Invalid(format!("a profile's name has 1 to {LONGEST} letters, digits, spaces, - and _, not {name:?}")))
}

fn profile(folder: &Path, name: &str) -> PathBuf {
    folder.join(FOLDER).join(format!("{name}.toml"))
}

/// The profiles that are there, in order. What a killed program left half-written among them goes.
pub fn names(folder: &Path) -> Vec<String> {
    ripieno_files::atomic::sweep(&folder.join(FOLDER));
    let name = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.ok()?.path();
        let is_profile = path.extension().is_some_and(|kind| kind == "toml") && path.is_file();
        let name = path.file_stem()?.to_str()?;
        (is_profile && profile_name(name).is_ok_and(|checked| checked == name)).then(|| name.to_owned())
    };
    let entries = std::fs::read_dir(folder.join(FOLDER)).into_iter().flatten();
    let mut names: Vec<String> = entries.filter_map(name).take(MOST).collect();
    names.sort();
    names
}

fn read(path: &Path) -> Result<String, String> {
    use std::io::Read;
    let failed = |error: std::io::Error| format!("the profile cannot be read: {error}");
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    // One byte more than is allowed is refused by whoever reads it.
    file.take(crate::studio::MOST_BYTES as u64 + 1).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_profiles_are_no_paths() {
        let check = |name: &str, expected: Option<&str>| {
            assert_eq!(profile_name(name).ok().as_deref(), expected, "{name:?}");
        };
        check(" Live set 2 ", Some("Live set 2"));
        check("Bühne_a-b", Some("Bühne_a-b"));
        for bad in ["", " ", "..", "a/b", "a\\b", "../x", "a.toml", "a\0", "a\nb", "C:x", &"x".repeat(51)] {
            check(bad, None);
        }
    }

    #[test]
    fn only_profiles_are_listed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(names(folder.path()), [""; 0]);
        for file in ["b.toml", "A.toml", "a.b.toml", ".toml", "c.txt", ".ripieno-1.part"] {
            FileStorage::new(folder.path().join(FOLDER).join(file)).store(b"x").unwrap();
        }
        assert_eq!(names(folder.path()), ["A", "b"]);
    }
}
