//! What may play a song: the built-in instruments, a SoundFont, a flash bank, an SFZ instrument or a pack of samples.

pub(crate) mod build;
pub(crate) mod info;
pub(crate) mod list;

use crate::offline::MAX_VOICES;
use crate::{Failure, settings};
use ripieno_files::samples::BUDGET;
use ripieno_files::{KitBank, KitFile, MappedFile, Streams, sf3};
use ripieno_synth::flash::{self, FlashBank, FlashKit};
use ripieno_synth::sampler::{Frames, Kit, Sampler, Waves};
use ripieno_synth::soundfont::{Severity, SoundFont};
use ripieno_synth::{Bank, Builtin, PresetIndex, Region, SamplePool};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `-i` takes for [`Builtin`] as a whole.
pub const ALL: &str = "built-in";

/// An instrument, chosen; copies share its files, and may be played by different synths. It is a [`Bank`]; which one is asked at note-on only, never while a voice sounds.
#[derive(Clone, Debug)]
pub enum Instrument {
    /// A built-in instrument on every channel, or all three by program number. They have no drums: channel 10 is
    /// silent.
    BuiltIn(Builtin),
    /// A SoundFont, read where it lies; one with compressed samples is decoded into memory.
    SoundFont(Arc<SoundFont<MappedFile>>),
    /// A bank made for flash, read where it lies.
    Flash(Arc<FlashBank<MappedFile>>),
    /// An SFZ instrument or a pack that was made a bank for flash, read where it lies.
    FlashKit(Arc<FlashKit<MappedFile>>),
    /// An SFZ instrument or a pack: its recordings lie in memory as far as they fit, with what is worth knowing about them.
    Kit(KitBank, Arc<[String]>),
}

impl Instrument {
    /// Finds a built-in instrument by name, or opens the SoundFont, bank, SFZ instrument or pack at a path. Control; blocks.
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
            Opened::SoundFont(font, _) => Self::SoundFont(Arc::new(font)),
            Opened::Flash(bank) => Self::Flash(Arc::new(bank)),
            Opened::FlashKit(bank) => Self::FlashKit(Arc::new(bank)),
            Opened::Kit(file) => {
                let (bank, troubles) = file.load(BUDGET, MAX_VOICES);
                Self::Kit(bank, info::kit::warnings(&file, &troubles).into())
            }
        })
    }

    /// The same for a rendering, which waits for a disk where playing would leave a gap. Control.
    pub fn patient(self) -> Self {
        match self {
            Self::Kit(bank, warnings) => Self::Kit(bank.patient(), warnings),
            other => other,
        }
    }

    /// Has all that it plays in memory, so that no voice waits for a disk. Control; blocks.
    pub fn make_resident(&self) {
        // Without the right to lock it there, it stays for as long as nobody needs the memory more.
        match self {
            // What a kit needs at once was read into memory when it was opened.
            Self::BuiltIn(_) | Self::Kit(..) => {}
            Self::SoundFont(font) => {
                font.data().make_resident();
            }
            Self::Flash(bank) => {
                bank.data().make_resident();
            }
            Self::FlashKit(bank) => {
                bank.data().make_resident();
            }
        }
    }

    /// What a listener should know before trusting the sound. Empty for a sound instrument.
    pub fn warnings(&self) -> Vec<String> {
        let font = match self {
            Self::SoundFont(font) => font,
            Self::Kit(_, warnings) => return warnings.to_vec(),
            Self::BuiltIn(_) | Self::Flash(_) | Self::FlashKit(_) => return Vec::new(),
        };
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
#[expect(clippy::large_enum_variant, reason = "there is one, and it is moved once")]
pub(crate) enum Opened {
    /// With what decoding its samples found.
    SoundFont(SoundFont<MappedFile>, sf3::Report),
    Flash(FlashBank<MappedFile>),
    FlashKit(FlashKit<MappedFile>),
    /// Read, not loaded.
    Kit(Box<KitFile>),
}

/// Opens a SoundFont or a bank by what it begins with, an SFZ instrument or a pack by its name, and says what is wrong with one
/// that cannot be opened.
pub(crate) fn open_file(path: &Path) -> Result<Opened, Failure> {
    let refused = |error| Failure::Instrument { path: path.into(), error };
    if KitFile::is_meant(path) {
        return KitFile::read(path).map(|file| Opened::Kit(file.into())).map_err(|error| refused(error.to_string()));
    }
    let unmapped = |error| Failure::Map { path: path.into(), error };
    let map = MappedFile::open(path).map_err(unmapped)?;
    if flash::is_kit(map.as_ref()) {
        return FlashKit::new(map).map(Opened::FlashKit).map_err(|error| refused(format!("is {error}")));
    }
    if flash::is_image(map.as_ref()) {
        return FlashBank::new(map).map(Opened::Flash).map_err(|error| refused(format!("is {error}")));
    }
    let (map, report) = match sf3::is_compressed(map.as_ref()) {
        true => sf3::decode(map.as_ref()).map_err(unmapped)?,
        false => (map, sf3::Report::default()),
    };
    SoundFont::new(map)
        .map(|font| Opened::SoundFont(font, report))
        .map_err(|error| refused(format!("is {}", error.error)))
}

/// Opens a SoundFont where nothing else will do.
pub(crate) fn open_soundfont(path: &Path) -> Result<SoundFont<MappedFile>, Failure> {
    match open_file(path)? {
        Opened::SoundFont(font, _) => Ok(font),
        Opened::Kit(_) => {
            let error = "is no SoundFont, of which banks are built".into();
            Err(Failure::Instrument { path: path.into(), error })
        }
        Opened::Flash(_) | Opened::FlashKit(_) => {
            let error = "is a bank already; give the instrument that it was built of".into();
            Err(Failure::Instrument { path: path.into(), error })
        }
    }
}

fn unknown(choice: &str) -> String {
    let names = names();
    let meant = settings::closest(choice, names).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    format!(
        "there is no instrument `{choice}`{meant}\nhint: built in are {}; anything else is the path of a .sf2, .sfz or .bank file, or of a folder with a pack.toml",
        names.join(", ")
    )
}

/// Every name that `-i` takes.
pub fn names() -> [&'static str; 4] {
    let [piano, electric, organ] = Builtin::NAMES;
    [piano, electric, organ, ALL]
}

impl Bank for Instrument {
    type Player<const VOICES: usize> = Sampler<VOICES>;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        match self {
            Self::BuiltIn(built_in) => built_in.find(bank, program),
            Self::SoundFont(font) => font.find(bank, program),
            Self::Flash(flash) => flash.find(bank, program),
            Self::FlashKit(flash) => flash.find(bank, program),
            Self::Kit(kit, _) => kit.find(bank, program),
        }
    }

    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region)) {
        match self {
            Self::BuiltIn(built_in) => built_in.regions(preset, key, velocity, each),
            Self::SoundFont(font) => font.regions(preset, key, velocity, each),
            Self::Flash(flash) => flash.regions(preset, key, velocity, each),
            Self::FlashKit(flash) => flash.regions(preset, key, velocity, each),
            Self::Kit(kit, _) => kit.regions(preset, key, velocity, each),
        }
    }

    fn pool(&self) -> SamplePool<'_> {
        match self {
            Self::BuiltIn(built_in) => built_in.pool(),
            Self::SoundFont(font) => font.pool(),
            Self::Flash(flash) => flash.pool(),
            Self::FlashKit(flash) => flash.pool(),
            Self::Kit(kit, _) => kit.pool(),
        }
    }

    fn kit(&self) -> Option<Kit<'_>> {
        match self {
            Self::Kit(kit, _) => kit.kit(),
            Self::FlashKit(flash) => flash.kit(),
            _ => None,
        }
    }

    fn waves(&self) -> impl Waves {
        match self {
            Self::Kit(kit, _) => Recordings::Streams(kit.streams()),
            Self::FlashKit(flash) => Recordings::Pool(flash.pool(), flash.kit().unwrap_or_default()),
            _ => Recordings::None,
        }
    }
}

/// Those of a kit, if it is one.
#[expect(clippy::large_enum_variant, reason = "there is one, on the stack, for as long as a block takes")]
enum Recordings<'a> {
    None,
    Streams(&'a Streams),
    /// All of them lie in a pool, at the places that the kit's waves name.
    Pool(SamplePool<'a>, Kit<'a>),
}

impl Waves for Recordings<'_> {
    fn head(&self, wave: u32) -> Frames<'_> {
        match self {
            Self::None => Frames::NONE,
            Self::Streams(streams) => streams.head(wave),
            Self::Pool(pool, kit) => {
                kit.waves.at(wave).map_or(Frames::NONE, |wave| Frames::Pool(*pool, [wave.left, wave.right]))
            }
        }
    }

    fn start(&self, reader: u16, wave: u32, at: u32) {
        if let Self::Streams(streams) = self {
            streams.start(reader, wave, at);
        }
    }

    fn read(&self, reader: u16, at: u32, out: [&mut [f32]; 2]) -> bool {
        if let Self::Streams(streams) = self { streams.read(reader, at, out) } else { false }
    }

    fn stop(&self, reader: u16) {
        if let Self::Streams(streams) = self {
            streams.stop(reader);
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
        check("no/such.sfz", 3, &["no/such.sfz", "cannot be read"]);
        check(env!("CARGO_MANIFEST_DIR"), 3, &["without a pack.toml"]);
        check(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"), 3, &["is not a SoundFont"]);
    }
}
