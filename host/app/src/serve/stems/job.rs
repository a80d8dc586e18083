//! A client's wish as a job: checked as `ripieno separate` checks its own, and with models by name alone.

use crate::serve::recordings;
use ripieno_infer::{builtin, list, models_folder};
use ripieno_separate::{JobSettings, batch};
use ripieno_web::shape::Separation;
use serde_json::Value;
use std::path::Path;

/// Whether a wish could be a job, as far as that shows without looking at the disk.
///
/// # Errors
/// Names the field and what would do.
pub fn check(wish: &Separation) -> Result<(), String> {
    read(wish, "model", "recording").map(drop)
}

/// The job that is wished for, on this recording; anchors beside it count as they do for `ripieno separate`. Blocks.
///
/// # Errors
/// Names the field and what would do.
pub fn settings(wish: &Separation, audio: &Path) -> Result<JobSettings, String> {
    let model = match wish.model.as_deref().map(str::trim).filter(|model| !model.is_empty()) {
        Some(model) => known(model)?,
        None => builtin::default_for(&wish.description).map_err(|error| format!("model: {error}"))?.to_owned(),
    };
    let mut settings = read(wish, &model, "recording")?;
    settings.audio = audio.into();
    let [job]: [_; 1] = batch::jobs(&settings, &[audio.into()])
        .map_err(|error| error.to_string())?
        .try_into()
        .map_err(|_| "one recording gives one job")?;
    match job.refused {
        Some(refused) => Err(refused.to_string()),
        None => Ok(job.settings),
    }
}

fn read(wish: &Separation, model: &str, audio: &str) -> Result<JobSettings, String> {
    let mut keys = serde_json::to_value(wish).map_err(|error| error.to_string())?;
    if let Value::Object(keys) = &mut keys {
        keys.remove("recording");
        if let Some(container) = keys.remove("container") {
            keys.insert("format".into(), container);
        }
        keys.insert("model".into(), model.into());
        keys.insert("audio".into(), audio.into());
    }
    JobSettings::from_json(&keys).map_err(|error| error.to_string())
}

/// Where the model of a name lies. A path of the computer is no name.
fn known(model: &str) -> Result<String, String> {
    if model.starts_with(builtin::PREFIX) {
        return Ok(model.into());
    }
    let found = models_folder().as_deref().map(list).unwrap_or_default();
    match found.into_iter().find(|known| known.reference == model) {
        Some(known) => Ok(known.path.to_string_lossy().into_owned()),
        None => Err(format!("model: there is no model {model:?}; GET /api/models lists all")),
    }
}

/// A message without the places on this computer that it may name.
pub fn told(message: &str, recordings: &Path) -> String {
    let message = recordings::told(message, recordings);
    models_folder().map_or(message.clone(), |models| recordings::told(&message, &models))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn wishes_are_checked_by_field() {
        let check = |wish: Value, expected: Result<(), &str>| {
            let read: Separation = serde_json::from_value(wish.clone()).unwrap();
            match (super::check(&read), expected) {
                (Ok(()), Ok(())) => {}
                (Err(why), Err(part)) => assert!(why.contains(part), "{wish}: {why}"),
                (found, _) => panic!("{wish}: {found:?}"),
            }
        };
        check(json!({"recording": "a"}), Ok(()));
        check(json!({"recording": "a", "anchors": [["+", 1, 2.5], ["-", 3, 4]], "container": "flac"}), Ok(()));
        check(json!({"recording": "a", "anchors": [["+", 2, 1]]}), Err("anchors: anchor 0"));
        check(json!({"recording": "a", "anchors": [["*", 1, 2]]}), Err("anchors: anchor 0"));
        check(json!({"recording": "a", "container": "mp3"}), Err("format: 'mp3' is unknown"));
        check(json!({"recording": "a", "container": "flac", "depth": "f32"}), Err("depth"));
        check(json!({"recording": "a", "max_len_s": 0.0}), Err("max_len_s"));
        check(json!({"recording": "a", "window": "square"}), Err("window"));
    }

    #[test]
    fn a_model_is_named_and_no_path() {
        for path in ["/etc/passwd", "../model.onnx", "models/voice", "C:\\model.onnx", "no-such-model"] {
            let wish = Separation { model: Some(path.into()), ..Separation::default() };
            let why = settings(&wish, Path::new("song.wav")).unwrap_err();
            assert!(why.contains("GET /api/models"), "{path}: {why}");
        }
        let usual = settings(&Separation::default(), Path::new("song.wav")).unwrap();
        assert_eq!((usual.model.as_str(), usual.audio.as_path()), ("builtin:hpss", Path::new("song.wav")));
    }
}
