//! The audio settings alone: what `play` reads and keeps, whatever else the studio has. What it says is checked like
//! anything else from outside; what it does not say has its default.

use super::MOST_BYTES;
use super::error::{Notice, StudioError};
use crate::live::Settings;
use ripieno_ports::Storage;
use toml_edit::{DocumentMut, Item, Table, TableLike, Value, de, value};

/// Its keys.
pub(super) const KEYS: [&str; 9] =
    ["device", "rate", "buffer", "channels", "latency", "buffered", "fixed_latency", "voices", "master"];

/// The table of the audio settings.
const AUDIO: &str = "audio";

/// The audio settings of a studio, and where it is kept.
#[derive(Debug)]
pub struct AudioStore<S> {
    storage: S,
    document: DocumentMut,
}

impl<S: Storage> AudioStore<S> {
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
        let text = String::from_utf8(bytes).map_err(|error| broken(error.to_string()))?;
        let document = text.parse().map_err(|error: toml_edit::TomlError| {
            let notice = Notice::at(&text, error.span().map(|span| span.start), error.message().into());
            StudioError::Broken { causes: vec![notice], last_good: None }
        })?;
        Ok(Self { storage, document })
    }

    /// The audio settings. Any.
    ///
    /// # Errors
    /// [`StudioError::Broken`].
    pub fn audio(&self) -> Result<Settings, StudioError> {
        let Some(table) = self.document.get(AUDIO) else { return Ok(Settings::default()) };
        let table = table.as_table_like().ok_or_else(|| broken(format!("`{AUDIO}` is not a table")))?;
        settings(table).map_err(broken)
    }

    /// Stores other audio settings; comments, order and everything else in the file stay. Control; blocks.
    ///
    /// # Errors
    /// [`StudioError::Storage`]; what was stored stays.
    pub fn store_audio(&mut self, settings: &Settings) -> Result<(), StudioError> {
        let mut document = self.document.clone();
        let table = document.entry(AUDIO).or_insert(Item::Table(Table::new()));
        let Some(table) = table.as_table_like_mut() else {
            return Err(broken(format!("`{AUDIO}` is not a table")));
        };
        for (key, new) in values(settings) {
            // What is as it would be anyway is written only where somebody wrote it before.
            match (new, table.get_mut(key)) {
                (Some((_, true)), None) => {}
                (Some((mut new, _)), Some(Item::Value(old))) => {
                    *new.decor_mut() = old.decor().clone();
                    *old = new;
                }
                (Some((new, _)), _) => _ = table.insert(key, value(new)),
                (None, _) => _ = table.remove(key),
            }
        }
        self.storage.store(document.to_string().as_bytes()).map_err(|error| StudioError::Storage(error.to_string()))?;
        self.document = document;
        Ok(())
    }
}

/// The settings that a table has, checked.
///
/// # Errors
/// Names the setting.
pub(super) fn settings(table: &dyn TableLike) -> Result<Settings, String> {
    let mut alone = DocumentMut::new();
    for (key, item) in table.iter() {
        alone.insert(key, item.clone());
    }
    let settings: Settings = de::from_document(alone)
        .map_err(|error| format!("[{AUDIO}]: {}", error.to_string().trim().replace('\n', " ")))?;
    settings.check().map_err(|error| format!("[{AUDIO}]: {error}"))?;
    Ok(settings)
}

/// Every setting as it is written, with whether that is its default; none is left to the device.
pub(super) fn values(settings: &Settings) -> [(&'static str, Option<(Value, bool)>); 9] {
    let defaults = Settings::default();
    let Settings { device, rate, buffer, channels, latency, buffered, fixed_latency, voices, master } = settings;
    let set = |value: Value, is_default: bool| Some((value, is_default));
    let number = |n: u32| (Value::from(i64::from(n)), false);
    let pair = channels.map(|pair| pair.map(i64::from).into_iter().collect::<toml_edit::Array>().into());
    // As people write it: 0.8 and not 0.800000011920929.
    let master_text: f64 = master.to_string().parse().unwrap_or(f64::from(*master));
    let [a, b, c, d, e, f, g, h, i] = KEYS;
    [
        (a, device.clone().map(|device| (Value::from(device), false))),
        (b, rate.map(number)),
        (c, buffer.map(number)),
        (d, pair.map(|pair| (pair, false))),
        (e, set(latency.name().into(), *latency == defaults.latency)),
        (f, set(i64::from(*buffered).into(), *buffered == defaults.buffered)),
        (g, set((*fixed_latency).into(), *fixed_latency == defaults.fixed_latency)),
        (h, set((*voices as i64).into(), *voices == defaults.voices)),
        (i, set(master_text.into(), *master == defaults.master)),
    ]
}

fn broken(cause: String) -> StudioError {
    StudioError::Broken { causes: vec![Notice::at("", None, cause)], last_good: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Latency;
    use ripieno_ports::MemoryStorage;

    fn studio(text: &str) -> Result<AudioStore<MemoryStorage<4096>>, StudioError> {
        let mut storage = MemoryStorage::default();
        storage.store(text.as_bytes()).unwrap();
        AudioStore::open(storage)
    }

    fn text(studio: &mut AudioStore<MemoryStorage<4096>>) -> String {
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
        let again = AudioStore::open(studio.storage).unwrap();
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
            if let Ok(mut studio) = AudioStore::open(storage)
                && let Ok(settings) = studio.audio()
            {
                settings.check().unwrap();
                studio.store_audio(&settings).unwrap();
            }
        }
    }
}
