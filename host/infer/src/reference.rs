//! What a user may call a model: a built-in one, a folder, a manifest, an ONNX file, or a name in the folder of models.

use crate::ModelError;
use crate::builtin::PREFIX;
use crate::manifest::Manifest;
use crate::manifest::guess::guess;
use crate::onnx::OnnxFile;
use std::path::{Path, PathBuf};

/// The variable that names the folder of models.
pub const MODELS_VARIABLE: &str = "RIPIENO_MODELS";

/// How a folder's manifest may be called.
const MANIFESTS: [&str; 2] = ["model.toml", "manifest.toml"];

/// Where a model lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// In this crate, under this name.
    Builtin(String),
    /// A manifest and the graphs beside it.
    Manifest(PathBuf),
    /// A lone file.
    Onnx(PathBuf),
}

/// A model that a user can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What to call it by.
    pub reference: String,
    /// What it is called in reports.
    pub id: String,
    /// Names of its stems.
    pub stems: Vec<String>,
    /// The name of what is left.
    pub complement: Option<String>,
    /// Whether it must be told in words what to separate.
    pub conditioned: bool,
    /// Where it lies; empty for one that is built in.
    pub path: PathBuf,
    /// Why it cannot be opened, when it cannot.
    pub problem: Option<String>,
}

/// The user's folder of models: that of [`MODELS_VARIABLE`], else `ripieno/models` among the user's data. Any.
pub fn models_folder() -> Option<PathBuf> {
    let named = std::env::var_os(MODELS_VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    named.or_else(|| directories::BaseDirs::new().map(|dirs| dirs.data_dir().join("ripieno").join("models")))
}

/// The models in a folder, by name. Control.
pub fn list(folder: &Path) -> Vec<Listed> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    (names.iter())
        .filter(|name| !name.starts_with('.'))
        .filter_map(|name| {
            let path = folder.join(name);
            let (source, reference) = match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => (in_folder(&path), name.clone()),
                Some("toml") => (Ok(Source::Manifest(path.clone())), name.trim_end_matches(".toml").to_owned()),
                Some("onnx") => (Ok(Source::Onnx(path.clone())), name.trim_end_matches(".onnx").to_owned()),
                _ => return None,
            };
            let found = source.and_then(|source| described(&source));
            Some(match found {
                Ok((manifest, _)) => Listed {
                    reference,
                    conditioned: manifest.is_conditioned(),
                    id: manifest.id,
                    stems: manifest.stems,
                    complement: manifest.complement,
                    path,
                    problem: None,
                },
                Err(error) => Listed {
                    id: reference.clone(),
                    reference,
                    stems: Vec::new(),
                    complement: None,
                    conditioned: false,
                    path,
                    problem: Some(error.to_string()),
                },
            })
        })
        .collect()
}

/// Where a model of this name lies. Control.
///
/// # Errors
/// When there is none, or a folder does not say which of its files is it.
pub(crate) fn find(reference: &str, folder: Option<&Path>) -> Result<Source, ModelError> {
    if let Some(name) = reference.strip_prefix(PREFIX) {
        return Ok(Source::Builtin(name.to_owned()));
    }
    let path = Path::new(reference);
    if path.is_dir() {
        return in_folder(path);
    }
    if path.is_file() {
        return of_file(path);
    }
    let plain = path.components().count() == 1 && !reference.contains(['/', '\\']) && !reference.is_empty();
    if let Some(folder) = folder.filter(|_| plain) {
        for name in [reference.to_owned(), format!("{reference}.toml"), format!("{reference}.onnx")] {
            let inside = folder.join(name);
            if inside.is_dir() {
                return in_folder(&inside);
            }
            if inside.is_file() {
                return of_file(&inside);
            }
        }
    }
    let place = folder.map(|folder| format!(" nor in {}", folder.display())).unwrap_or_default();
    Err(ModelError::missing(format!(
        "there is no model '{}' here{place}; name a folder, a manifest, an ONNX file or a built-in model as in `builtin:hpss`",
        reference.escape_debug()
    )))
}

fn of_file(path: &Path) -> Result<Source, ModelError> {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some(end) if end.eq_ignore_ascii_case("toml") => Ok(Source::Manifest(path.to_owned())),
        Some(end) if end.eq_ignore_ascii_case("onnx") => Ok(Source::Onnx(path.to_owned())),
        _ => Err(ModelError::invalid(format!(
            "{} is no model: a manifest ends in .toml, a lone graph in .onnx",
            path.display()
        ))),
    }
}

fn in_folder(folder: &Path) -> Result<Source, ModelError> {
    for name in MANIFESTS {
        if folder.join(name).is_file() {
            return Ok(Source::Manifest(folder.join(name)));
        }
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut graphs: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "onnx")).collect();
    graphs.sort();
    match graphs.as_slice() {
        [only] => Ok(Source::Onnx(only.clone())),
        [] => Err(ModelError::missing(format!("{} holds no model.toml and no ONNX file", folder.display()))),
        _ => Err(ModelError::invalid(format!(
            "{} holds {} ONNX files and no model.toml that says what they are",
            folder.display(),
            graphs.len()
        ))),
    }
}

/// The manifest of a model with files, written or made, and what a user should know of it.
pub(crate) fn described(source: &Source) -> Result<(Manifest, Vec<String>), ModelError> {
    match source {
        Source::Manifest(path) => Manifest::read(path),
        Source::Onnx(path) => {
            let file = OnnxFile::read(path, &folder_of(path))?;
            let guessed = guess(&file)?;
            let (manifest, mut warnings) = Manifest::parse(&guessed.text).map_err(|error| error.at(path.display()))?;
            warnings.extend(guessed.warnings);
            Ok((manifest, warnings))
        }
        Source::Builtin(name) => Err(ModelError::missing(format!("there is no manifest of {PREFIX}{name}"))),
    }
}

/// The folder that a file lies in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}
