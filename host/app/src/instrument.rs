//! What may play a song: the built-in instruments, a SoundFont or a flash bank.

pub(crate) mod build;
pub(crate) mod info;
pub(crate) mod list;

use crate::{Failure, settings};
use ripieno_files::MappedFile;
use ripieno_synth::flash::{self, FlashBank};
use ripieno_synth::soundfont::{Severity, SoundFont};
use ripieno_synth::{Bank, Builtin, PresetIndex, Region, SamplePool};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `-i` takes for [`Builtin`] as a whole.
pub const ALL: &str = "built-in";

/// An instrument, chosen; copies share its file. It is a [`Bank`]; which one is asked at note-on only, never while a voice sounds.
#[derive(Clone, Debug)]
pub enum Instrument {
    /// A built-in instrument on every channel, or all three by program number. They have no drums: channel 10 is
    /// silent.
    BuiltIn(Builtin),
    /// A SoundFont, read where it lies.
    SoundFont(Arc<SoundFont<MappedFile>>),
    /// A bank made for flash, read where it lies.
    Flash(Arc<FlashBank<MappedFile>>),
}

impl Instrument {
    /// Finds a built-in instrument by name, or opens the SoundFont or bank at a path. Control; blocks.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a name that is none, [`Failure::Map`] and [`Failure::Instrument`] for a file that cannot
    /// be used.
    pub fn open(choice: &Path) -> Result<Self, Failure> {
        let name = choice.to_string_lossy().trim().to_lowercase();
        if let Some(patch) = Builtin::named(&name) {
            return Ok(Self::BuiltIn(Builtin::only(patch)));
        }
        if name == ALL {
            return Ok(Self::BuiltIn(Builtin::default()));
        }
        if choice.extension().is_none() && choice.components().count() == 1 && !choice.exists() {
            return Err(Failure::Usage(unknown(&choice.to_string_lossy())));
        }
        open_file(choice).map(|opened| match opened {
            Opened::SoundFont(font) => Self::SoundFont(Arc::new(font)),
            Opened::Flash(bank) => Self::Flash(Arc::new(bank)),
        })
    }

    /// Has all that it plays in memory, so that no voice waits for a disk. Control; blocks.
    pub fn make_resident(&self) {
        // Without the right to lock it there, it stays for as long as nobody needs the memory more.
        match self {
            Self::BuiltIn(_) => {}
            Self::SoundFont(font) => {
                font.data().make_resident();
            }
            Self::Flash(bank) => {
                bank.data().make_resident();
            }
        }
    }

    /// What a listener should know before trusting the sound. Empty for a sound instrument.
    pub fn warnings(&self) -> Vec<String> {
        let Self::SoundFont(font) = self else { return Vec::new() };
        let mut quarantined = 0_u64;
        font.validate(|issue| quarantined += u64::from(issue.fault.severity() == Severity::Quarantined));
        match quarantined {
            0 => Vec::new(),
            1 => vec!["one part of the SoundFont is damaged and does not sound; see `ripieno instrument info`".into()],
            n => {
                vec![format!("{n} parts of the SoundFont are damaged and do not sound; see `ripieno instrument info`")]
            }
        }
    }
}

/// An instrument's file.
pub(crate) enum Opened {
    SoundFont(SoundFont<MappedFile>),
    Flash(FlashBank<MappedFile>),
}

/// Opens a SoundFont or a bank, by what it begins with, and says what is wrong with one that cannot be opened.
pub(crate) fn open_file(path: &Path) -> Result<Opened, Failure> {
    let is_kind = |kind: &str| path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(kind));
    let refused = |error| Failure::Instrument { path: path.into(), error };
    if is_kind("sfz") {
        return Err(refused("is an SFZ instrument, which cannot be played yet; choose a .sf2 file".into()));
    }
    let map = MappedFile::open(path).map_err(|error| Failure::Map { path: path.into(), error })?;
    if flash::is_image(map.as_ref()) {
        return FlashBank::new(map).map(Opened::Flash).map_err(|error| refused(format!("is {error}")));
    }
    SoundFont::new(map).map(Opened::SoundFont).map_err(|error| refused(format!("is {}", error.error)))
}

/// Opens a SoundFont where nothing else will do.
pub(crate) fn open_soundfont(path: &Path) -> Result<SoundFont<MappedFile>, Failure> {
    match open_file(path)? {
        Opened::SoundFont(font) => Ok(font),
        Opened::Flash(_) => {
            let error = "is a bank already; give the SoundFont that it was built of".into();
            Err(Failure::Instrument { path: path.into(), error })
        }
    }
}

fn unknown(choice: &str) -> String {
    let names = names();
    let meant = settings::closest(choice, names).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    format!(
        "there is no instrument `{choice}`{meant}\nhint: built in are {}; anything else is the path of a .sf2 or .bank file",
        names.join(", ")
    )
}

/// Every name that `-i` takes.
pub fn names() -> [&'static str; 4] {
    let [piano, electric, organ] = Builtin::NAMES;
    [piano, electric, organ, ALL]
}

impl Bank for Instrument {
    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        match self {
            Self::BuiltIn(built_in) => built_in.find(bank, program),
            Self::SoundFont(font) => font.find(bank, program),
            Self::Flash(flash) => flash.find(bank, program),
        }
    }

    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        match self {
            Self::BuiltIn(built_in) => built_in.regions(preset, key, velocity, each),
            Self::SoundFont(font) => font.regions(preset, key, velocity, each),
            Self::Flash(flash) => flash.regions(preset, key, velocity, each),
        }
    }

    fn pool(&self) -> SamplePool<'_> {
        match self {
            Self::BuiltIn(built_in) => built_in.pool(),
            Self::SoundFont(font) => font.pool(),
            Self::Flash(flash) => flash.pool(),
        }
    }
}

/// Where SoundFonts usually lie: the system's folders, then the user's own.
pub fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/share/sounds/sf2", "/usr/share/soundfonts", "/usr/local/share/soundfonts"].map(PathBuf::from).into();
    let data = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let data = data.or_else(|| std::env::home_dir().map(|home| home.join(".local/share")));
    folders.extend(data.into_iter().flat_map(|data| [data.join("sounds/sf2"), data.join("soundfonts")]));
    folders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_whatever_their_case() {
        for name in names() {
            let instrument = Instrument::open(name.to_uppercase().as_ref()).unwrap();
            assert!(instrument.find(0, 99).is_some(), "{name}");
            assert!(instrument.find(128, 0).is_none(), "{name}");
            assert!(instrument.warnings().is_empty());
        }
    }

    #[test]
    fn what_cannot_be_opened_is_explained() {
        let check = |choice: &str, code: u8, words: &[&str]| {
            let failure = Instrument::open(choice.as_ref()).unwrap_err();
            assert_eq!(failure.code(), code, "{failure}");
            for word in words {
                assert!(failure.to_string().contains(word), "{failure}");
            }
        };
        check("electirc-piano", 2, &["did you mean electric-piano?", "sine-piano", ".sf2"]);
        check("bagpipe", 2, &["there is no instrument `bagpipe`\n"]);
        check("no/such.sf2", 3, &["no/such.sf2", "cannot be opened"]);
        check("piano.sfz", 3, &["SFZ", ".sf2"]);
        check(env!("CARGO_MANIFEST_DIR"), 3, &["is not a regular file"]);
        check(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), 3, &["is not a SoundFont"]);
    }
}
