//! The studio's state file: `studio.toml`, readable, hand-edited comments kept. What it says is checked like anything else
//! from outside; what it does not say has its default.

use crate::live::Settings;
use ripieno_ports::Storage;
use std::path::PathBuf;
use toml_edit::{DocumentMut, Item, Table, Value, de, value};

/// The largest file that is read: far more than anybody writes.
const MOST_BYTES: usize = 1 << 20;
/// The table of the audio settings.
const AUDIO: &str = "audio";

/// The state, and where it is kept.
#[derive(Debug)]
pub struct Studio<S> {
    storage: S,
    document: DocumentMut,
}

/// A state that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StudioError {
    /// It cannot be read or written.
    #[error("{0}")]
    Storage(String),
    /// It is too large to be a studio.
    #[error("has more than {} KiB", MOST_BYTES >> 10)]
    TooLarge,
    /// It is not TOML, or a value has the wrong type; line and column are named.
    #[error("{0}")]
    Syntax(String),
    /// A value out of range.
    #[error("[audio]: {0}")]
    Range(#[from] crate::live::OutOfRange),
}

impl<S: Storage> Studio<S> {
    /// Reads the state; nothing stored is an empty state. Control; blocks.
    ///
    /// # Errors
    /// [`StudioError`]; what is stored stays.
    pub fn open(mut storage: S) -> Result<Self, StudioError> {
        let failed = |error: S::Error| StudioError::Storage(error.to_string());
        let length = storage.load(&mut []).map_err(failed)?;
        if length > MOST_BYTES {
            return Err(StudioError::TooLarge);
        }
        let mut bytes = vec![0; length];
        let length = storage.load(&mut bytes).map_err(failed)?;
        bytes.truncate(length);
        let text = String::from_utf8(bytes).map_err(|error| StudioError::Syntax(error.to_string()))?;
        let document = text.parse().map_err(|error: toml_edit::TomlError| StudioError::Syntax(error.to_string()))?;
        Ok(Self { storage, document })
    }

    /// The audio settings. Any.
    ///
    /// # Errors
    /// [`StudioError::Syntax`] and [`StudioError::Range`].
    pub fn audio(&self) -> Result<Settings, StudioError> {
        let Some(table) = self.document.get(AUDIO) else { return Ok(Settings::default()) };
        let mut alone = DocumentMut::new();
        let table = table.as_table_like().ok_or_else(|| StudioError::Syntax(format!("`{AUDIO}` is not a table")))?;
        for (key, item) in table.iter() {
            alone.insert(key, item.clone());
        }
        let settings: Settings =
            de::from_document(alone).map_err(|error| StudioError::Syntax(format!("[{AUDIO}]: {error}")))?;
        settings.check()?;
        Ok(settings)
    }

    /// Stores other audio settings; comments, order and everything else in the file stay. Control; blocks.
    ///
    /// # Errors
    /// [`StudioError::Storage`]; what was stored stays.
    pub fn store_audio(&mut self, settings: &Settings) -> Result<(), StudioError> {
        let mut document = self.document.clone();
        let table = document.entry(AUDIO).or_insert(Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return Err(StudioError::Syntax(format!("`{AUDIO}` is not a table")));
        };
        let defaults = Settings::default();
        let mut set = |key: &str, new: Option<Value>, is_default: bool| {
            match (new, table.get_mut(key)) {
                // What is as it would be anyway is written only where somebody wrote it before.
                (Some(_), None) if is_default => {}
                (Some(mut new), Some(Item::Value(old))) => {
                    *new.decor_mut() = old.decor().clone();
                    *old = new;
                }
                (Some(new), _) => _ = table.insert(key, value(new)),
                (None, _) => _ = table.remove(key),
            }
        };
        let Settings { device, rate, buffer, channels, latency, buffered, fixed_latency, voices, master } = settings;
        set("device", device.clone().map(Value::from), false);
        set("rate", rate.map(|rate| i64::from(rate).into()), false);
        set("buffer", buffer.map(|buffer| i64::from(buffer).into()), false);
        let pair = channels.map(|pair| pair.map(i64::from).into_iter().collect::<toml_edit::Array>().into());
        set("channels", pair, false);
        set("latency", Some(latency.name().into()), *latency == defaults.latency);
        set("buffered", Some(i64::from(*buffered).into()), *buffered == defaults.buffered);
        set("fixed_latency", Some((*fixed_latency).into()), *fixed_latency == defaults.fixed_latency);
        set("voices", Some((*voices as i64).into()), *voices == defaults.voices);
        // As people write it: 0.8 and not 0.800000011920929.
        let master_text = master.to_string().parse().unwrap_or(f64::from(*master));
        set("master", Some(master_text.into()), *master == defaults.master);
        self.storage.store(document.to_string().as_bytes()).map_err(|error| StudioError::Storage(error.to_string()))?;
        self.document = document;
        Ok(())
    }
}

/// Where the state lies if nobody says otherwise: the user's configuration folder.
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "ripieno").map(|folders| folders.config_dir().join("studio.toml"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Latency;
    use ripieno_ports::MemoryStorage;

    fn studio(text: &str) -> Result<Studio<MemoryStorage<4096>>, StudioError> {
        let mut storage = MemoryStorage::default();
        storage.store(text.as_bytes()).unwrap();
        Studio::open(storage)
    }

    fn text(studio: &mut Studio<MemoryStorage<4096>>) -> String {
        let mut bytes = vec![0; 4096];
        let length = studio.storage.load(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    }

    const EDITED: &str = "\
# my studio
[panels]
name = \"left\"

[audio] # for the stage
master = 0.5 # not louder!
rate = 44100
";

    #[test]
    fn comments_survive_and_only_what_changed_changes() {
        let mut studio = studio(EDITED).unwrap();
        let mut settings = studio.audio().unwrap();
        assert_eq!((settings.master, settings.rate, settings.voices), (0.5, Some(44_100), Settings::default().voices));
        settings.master = 0.8;
        settings.latency = Latency::High;
        studio.store_audio(&settings).unwrap();
        assert_eq!(text(&mut studio), EDITED.replace("0.5", "0.8") + "latency = \"high\"\n");
        settings.rate = None;
        studio.store_audio(&settings).unwrap();
        assert!(!text(&mut studio).contains("rate"));
        let again = super::Studio::open(studio.storage).unwrap();
        assert_eq!(again.audio().unwrap(), settings);
    }

    #[test]
    fn an_empty_state_is_the_default_and_stays_short() {
        let mut studio = studio("").unwrap();
        assert_eq!(studio.audio().unwrap(), Settings::default());
        studio.store_audio(&Settings { voices: 64, ..Settings::default() }).unwrap();
        assert_eq!(text(&mut studio), "[audio]\nvoices = 64\n");
    }

    #[test]
    fn mistakes_are_named_and_keep_the_file() {
        let check = |text: &str, words: &[&str]| {
            let error = match studio(text).and_then(|studio| studio.audio()) {
                Ok(settings) => panic!("{text}: {settings:?}"),
                Err(error) => error.to_string(),
            };
            for word in words {
                assert!(error.contains(word), "{error}");
            }
        };
        check("[audio\n", &["line 1"]);
        check("audio = 3", &["not a table"]);
        check("[audio]\nrate = \"fast\"", &["rate"]);
        check("[audio]\nrate = 3", &["rate 3", "8000"]);
        check("[audio]\nmaster = nan", &["master"]);
        check("[audio]\nlatency = \"tiny\"", &["tiny", "low"]);
        let mut studio = studio(EDITED).unwrap();
        studio.storage.fail_at(1);
        studio.store_audio(&Settings::default()).unwrap_err();
        assert_eq!(text(&mut studio), EDITED);
        assert_eq!(studio.audio().unwrap().master, 0.5);
    }

    #[test]
    fn channels_are_a_pair() {
        let mut studio = studio("[audio]\nchannels = [3, 4]\n").unwrap();
        let settings = studio.audio().unwrap();
        assert_eq!(settings.channels, Some([3, 4]));
        studio.store_audio(&Settings { channels: Some([1, 2]), ..settings }).unwrap();
        assert_eq!(text(&mut studio), "[audio]\nchannels = [1, 2]\n");
    }

    proptest::proptest! {
        #[test]
        fn damage_is_an_error_and_never_a_panic(cuts in proptest::collection::vec((0..200_usize, proptest::prelude::any::<u8>()), 0..8)) {
            let mut bytes = EDITED.as_bytes().to_vec();
            for (at, byte) in cuts {
                let at = at % bytes.len();
                match byte % 3 {
                    0 => bytes.truncate(at.max(1)),
                    1 => bytes[at] = byte,
                    _ => bytes.insert(at, byte),
                }
            }
            let mut storage = MemoryStorage::<4096>::default();
            storage.store(&bytes).unwrap();
            if let Ok(mut studio) = Studio::open(storage)
                && let Ok(settings) = studio.audio()
            {
                settings.check().unwrap();
                studio.store_audio(&settings).unwrap();
            }
        }
    }
}
