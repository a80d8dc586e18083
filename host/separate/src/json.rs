//! Jobs as JSON: the keys of PATCHBAY's worker, which keep their meaning, and ours.
//!
//! Keys that are not known are skipped, so that a job written for a later version still runs. Keys that are known must
//! hold what they say: anchors too, which PATCHBAY drops silently.

use crate::settings::{JobSettings, SettingsError};
use crate::{AnchorMode, Compat, Container, Depth, Engine, OutputRate, Residual, WindowShape, WordError, anchors};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

impl JobSettings {
    /// Reads a job: `{"model":"builtin:hpss","audio":"song.flac"}` and whatever differs from the defaults. Any; allocates.
    ///
    /// # Errors
    /// [`SettingsError`] names the key, as [`check`](Self::check) does.
    pub fn from_json(value: &Value) -> Result<Self, SettingsError> {
        let Value::Object(keys) = value else {
            return Err(SettingsError::field("job", "must be an object such as {\"model\":\"...\",\"audio\":\"...\"}"));
        };
        let keys = Keys(keys);
        let mut job = Self::new(keys.required("model")?, keys.required("audio")?);
        if let Some(description) = keys.text("description")? {
            job.description = description;
        }
        job.anchors = match keys.0.get("anchors") {
            Some(list) => anchors::from_json(list).map_err(|problem| SettingsError::field("anchors", problem))?,
            None => Vec::new(),
        };
        keys.word("anchor_mode", &mut job.anchor_mode, AnchorMode::from_word)?;
        job.anchor_count = keys.count("anchor_count")?;
        job.anchor_gap_secs = keys.number("anchor_gap_s")?.unwrap_or(job.anchor_gap_secs);
        job.max_len_secs = keys.number("max_len_s")?;
        job.overlap_secs = keys.number("overlap_s")?;
        keys.optional_word("window", &mut job.window, WindowShape::from_word)?;
        job.stems = keys.texts("stems")?;
        keys.word("residual", &mut job.residual, Residual::from_word)?;
        job.out_dir = keys.path("out_dir")?;
        if let Some(name) = keys.text("name")? {
            job.name = name;
        }
        job.out_target = keys.path("out_target")?;
        job.out_residual = keys.path("out_residual")?;
        keys.word("format", &mut job.container, Container::from_word)?;
        keys.optional_word("depth", &mut job.depth, Depth::from_word)?;
        keys.word("rate", &mut job.rate, OutputRate::from_word)?;
        keys.word("engine", &mut job.engine, Engine::from_word)?;
        job.threads = keys.count("threads")?;
        job.ort_lib = keys.path("ort_lib")?;
        job.seed = match keys.present("seed") {
            Some(seed) => {
                seed.as_u64().ok_or_else(|| SettingsError::field("seed", "must be a whole number, 0 or more"))?
            }
            None => 0,
        };
        job.resume = keys.flag("resume")?;
        job.force = keys.flag("force")?;
        keys.word("compat", &mut job.compat, Compat::from_word)?;
        job.check()?;
        Ok(job)
    }

    /// The same as JSON, every key of it. A path that is no Unicode loses what cannot be written. Any; allocates.
    pub fn to_json(&self) -> Value {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        json!({
            "model": self.model,
            "audio": self.audio.to_string_lossy(),
            "description": self.description,
            "anchors": anchors::to_json(&self.anchors),
            "anchor_mode": self.anchor_mode.word(),
            "anchor_count": self.anchor_count,
            "anchor_gap_s": self.anchor_gap_secs,
            "max_len_s": self.max_len_secs,
            "overlap_s": self.overlap_secs,
            "window": self.window.map(WindowShape::word),
            "stems": self.stems,
            "residual": self.residual.word(),
            "out_dir": path(&self.out_dir),
            "name": self.name,
            "out_target": path(&self.out_target),
            "out_residual": path(&self.out_residual),
            "format": self.container.word(),
            "depth": self.depth.map(Depth::word),
            "rate": self.rate.word(),
            "engine": self.engine.word(),
            "threads": self.threads,
            "ort_lib": path(&self.ort_lib),
            "seed": self.seed,
            "resume": self.resume,
            "force": self.force,
            "compat": self.compat.word(),
        })
    }
}

/// The keys of one job. A key that holds `null` is not there.
struct Keys<'a>(&'a Map<String, Value>);

impl Keys<'_> {
    fn present(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    fn required(&self, key: &str) -> Result<String, SettingsError> {
        self.text(key)?.ok_or_else(|| SettingsError::field(key, "is missing"))
    }

    fn text(&self, key: &str) -> Result<Option<String>, SettingsError> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.read(key, text, "must be a text")
    }

    fn texts(&self, key: &str) -> Result<Vec<String>, SettingsError> {
        let one = |value: &Value| value.as_str().map(str::to_owned);
        let texts = |value: &Value| value.as_array().and_then(|list| list.iter().map(one).collect());
        Ok(self.read(key, texts, "must be a list of texts")?.unwrap_or_default())
    }

    fn path(&self, key: &str) -> Result<Option<PathBuf>, SettingsError> {
        Ok(self.text(key)?.map(PathBuf::from))
    }

    fn number(&self, key: &str) -> Result<Option<f64>, SettingsError> {
        self.read(key, Value::as_f64, "must be a number")
    }

    fn count(&self, key: &str) -> Result<Option<usize>, SettingsError> {
        let count = |value: &Value| value.as_u64().and_then(|count| usize::try_from(count).ok());
        self.read(key, count, "must be a whole number, 1 or more")
    }

    fn flag(&self, key: &str) -> Result<bool, SettingsError> {
        Ok(self.read(key, Value::as_bool, "must be true or false")?.unwrap_or(false))
    }

    fn word<T>(
        &self,
        key: &'static str,
        into: &mut T,
        from_word: fn(&str) -> Result<T, WordError>,
    ) -> Result<(), SettingsError> {
        if let Some(word) = self.text(key)? {
            *into = from_word(&word).map_err(|error| SettingsError::Word { field: key, error })?;
        }
        Ok(())
    }

    fn optional_word<T>(
        &self,
        key: &'static str,
        into: &mut Option<T>,
        from_word: fn(&str) -> Result<T, WordError>,
    ) -> Result<(), SettingsError> {
        if let Some(word) = self.text(key)? {
            *into = Some(from_word(&word).map_err(|error| SettingsError::Word { field: key, error })?);
        }
        Ok(())
    }

    fn read<T>(
        &self,
        key: &str,
        read: impl Fn(&Value) -> Option<T>,
        problem: &str,
    ) -> Result<Option<T>, SettingsError> {
        self.present(key).map(|value| read(value).ok_or_else(|| SettingsError::field(key, problem))).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_types::{Anchor, Sign};

    fn read(text: &str) -> Result<JobSettings, SettingsError> {
        JobSettings::from_json(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn a_job_of_the_reference_is_read() {
        let job = read(
            r#"{"model":"m","audio":"in.wav","description":"speech","out_target":"t.wav","out_residual":"r.wav",
                "max_len_s":20.0,"overlap_s":2.0,"anchor_mode":"prepend_nearest","anchors":[["+",12.3,14.1]],
                "predict_spans":false,"device":"auto","debug":true}"#,
        )
        .unwrap();
        assert_eq!((job.max_len_secs, job.overlap_secs), (Some(20.0), Some(2.0)));
        assert_eq!(job.anchor_mode, AnchorMode::PrependNearest);
        assert_eq!(job.anchors, [Anchor::new(Sign::Present, 12.3, 14.1).unwrap()]);
        assert_eq!(job.out_residual, Some("r.wav".into()));
    }

    #[test]
    fn jobs_come_back() {
        let plain = JobSettings::new("builtin:hpss", "song.flac");
        let mut full = plain.clone();
        full.anchors = vec![Anchor::new(Sign::Absent, 0.1, 1e9).unwrap()];
        full.anchor_count = Some(3);
        full.window = Some(WindowShape::Hann);
        full.depth = Some(Depth::I16);
        full.container = Container::Flac;
        full.out_dir = Some("out".into());
        full.stems = vec!["drums".into(), "bass".into()];
        full.seed = u64::MAX;
        full.resume = true;
        full.compat = Compat::Patchbay;
        for job in [plain, full] {
            assert_eq!(JobSettings::from_json(&job.to_json()), Ok(job));
        }
    }

    #[test]
    fn wrong_keys_are_named() {
        let check = |extra: &str, expected: &str| {
            let error = read(&format!(r#"{{"model":"m","audio":"a.wav",{extra}}}"#)).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{extra}: {error}");
        };
        for (extra, expected) in [
            (r#""model":7"#, "model: must be a text"),
            (r#""model":"""#, "model: "),
            (r#""audio":null"#, "audio: is missing"),
            (r#""max_len_s":"20""#, "max_len_s: must be a number"),
            (r#""max_len_s":0"#, "max_len_s: "),
            (r#""max_len_s":-1e300"#, "max_len_s: "),
            (r#""overlap_s":-0.1"#, "overlap_s: "),
            (r#""max_len_s":2,"overlap_s":2"#, "overlap_s: "),
            (r#""anchor_gap_s":-1"#, "anchor_gap_s: "),
            (r#""anchor_count":0"#, "anchor_count: "),
            (r#""anchor_mode":"all""#, "anchor_mode: 'all' is unknown; it is one of strict"),
            (r#""anchors":[["+",1,2],["+",5,4]]"#, "anchors: anchor 1: "),
            (r#""stems":"drums""#, "stems: must be a list"),
            (r#""stems":["drums","Drums"]"#, "stems: "),
            (r#""stems":[""]"#, "stems: "),
            (r#""format":"flac","depth":"f32""#, "depth: "),
            (r#""threads":0"#, "threads: "),
            (r#""threads":2.5"#, "threads: "),
            (r#""seed":-1"#, "seed: "),
            (r#""resume":"yes""#, "resume: "),
            (r#""name":"{stem}.wav""#, "name: "),
            (r#""name":"{part}{colour}.wav""#, "name: "),
            (r#""name":"../{part}""#, "name: "),
        ] {
            check(extra, expected);
        }
        assert!(read("[]").is_err());
    }

    #[test]
    fn whatever_a_key_holds_is_taken_or_refused() {
        let usual = JobSettings::new("m", "a.wav").to_json();
        let odd = r#"[null, true, 0, 7, -1, 2.5, 1e308, 18446744073709551615, "", "x", "{", "wav", [], [7], [[]], ["a"], {},
            {"a": [[["+"]]]}, [["+", 1e308, -1e308]], "\u0000", "../../x", "{part}/../{stem}"]"#;
        let odd: Vec<Value> = serde_json::from_str(odd).unwrap();
        for key in usual.as_object().unwrap().keys() {
            for value in &odd {
                let mut job = usual.clone();
                job[key] = value.clone();
                if let Err(error) = JobSettings::from_json(&job) {
                    assert!(error.to_string().starts_with(key.as_str()), "{key} {value}: {error}");
                }
            }
        }
    }
}
