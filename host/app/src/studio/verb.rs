//! `ripieno studio`: check, import, versions, restore.

use super::compile::{Numbers, compile};
use super::error::{Notice, StudioError};
use super::files::{Files, Folder, Part};
use super::import::import;
use super::names::Fresh;
use super::store::{Studio, restore, versions};
use super::{MOST_BYTES, default_path};
use crate::cli::{CheckOptions, ImportOptions, RestoreOptions, StudioVerb, VersionsOptions};
use crate::{Failure, output};
use ripieno_files::atomic::{AtomicError, AtomicFile, Existing};
use serde_json::json;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Carries out a verb.
pub fn run(verb: &StudioVerb) -> Result<(), Failure> {
    match verb {
        StudioVerb::Check(options) => check(options),
        StudioVerb::Import(options) => bring(options),
        StudioVerb::Versions(options) => list(options),
        StudioVerb::Restore(options) => put_back(options),
    }
}

/// A failure about a studio file.
fn about(path: &Path) -> impl Fn(StudioError) -> Failure {
    move |error| Failure::Studio { path: path.into(), error }
}

/// A file that has to be there.
fn read(path: &Path) -> Result<String, Failure> {
    let bytes = Folder::at(path).load(Part::Document, MOST_BYTES).map_err(StudioError::Storage).map_err(about(path))?;
    let bytes = bytes.ok_or_else(|| about(path)(StudioError::Storage("does not exist".into())))?;
    if bytes.len() > MOST_BYTES {
        return Err(about(path)(StudioError::TooLarge));
    }
    String::from_utf8(bytes).map_err(|error| {
        let causes = vec![Notice::at("", None, format!("is no text: {}", error.utf8_error()))];
        about(path)(StudioError::Broken { causes, last_good: None })
    })
}

fn check(options: &CheckOptions) -> Result<(), Failure> {
    let path = &options.file;
    if !path.exists() {
        return Err(about(path)(StudioError::Storage("does not exist".into())));
    }
    let name = path.display().to_string();
    match Studio::open(Folder::at(path)) {
        Ok(studio) => {
            let model = studio.model();
            let left = compile(model, &mut Numbers::default()).warnings;
            let mut warnings = studio.warnings().to_vec();
            warnings.extend(left.into_iter().map(|cause| Notice::at("", None, cause)));
            let (panels, presets) = (model.panels.len(), model.presets.len());
            if options.json {
                let counts = json!({ "panels": panels, "presets": presets, "active": model.active.len() });
                let none: [Notice; 0] = [];
                return output::json(&json!({
                    "file": name, "ok": true, "errors": none, "warnings": warnings, "counts": counts,
                }));
            }
            let mut text = listed(&name, "warning", &warnings);
            let _ = writeln!(text, "{name}: {panels} panels, {} active, {presets} presets", model.active.len());
            output::text(&text)
        }
        Err(StudioError::Broken { causes, last_good }) => {
            if options.json {
                let none: [Notice; 0] = [];
                output::json(&json!({
                    "file": name, "ok": false, "errors": causes, "warnings": none, "last_good": last_good,
                }))?;
            } else {
                output::text(&listed(&name, "error", &causes))?;
            }
            Err(about(path)(StudioError::Broken { causes, last_good }))
        }
        Err(error) => Err(about(path)(error)),
    }
}

/// Notices as compilers write them, a line each.
fn listed(name: &str, what: &str, notices: &[Notice]) -> String {
    let mut text = String::new();
    for Notice { line, column, cause } in notices {
        let place = if *line > 0 { format!("{name}:{line}:{column}") } else { name.to_owned() };
        let _ = writeln!(text, "{place}: {what}: {cause}");
    }
    text
}

fn bring(options: &ImportOptions) -> Result<(), Failure> {
    let config = read(&options.config)?;
    let settings = options.settings.as_deref().map(read).transpose()?;
    let imported = import(&config, settings.as_deref(), Fresh::draw())
        .map_err(|cause| about(&options.config)(StudioError::Broken { causes: vec![cause], last_good: None }))?;
    let existing = if options.force { Existing::Replace } else { Existing::Refuse };
    let write = || -> Result<(), AtomicError> {
        let mut file = AtomicFile::create(&options.out, existing)?;
        file.write_all(imported.text.as_bytes())?;
        file.commit()
    };
    write().map_err(|error| Failure::Output { path: options.out.clone(), error })?;
    let out = options.out.display().to_string();
    if options.json {
        return output::json(&json!({ "studio": out, "done": imported.done, "left": imported.left }));
    }
    let mut text = String::new();
    imported.done.iter().for_each(|done| _ = writeln!(text, "taken over: {done}"));
    imported.left.iter().for_each(|left| _ = writeln!(text, "left: {left}"));
    let _ = writeln!(text, "{out} is written");
    output::text(&text)
}

/// The studio that is meant: a named one, or the user's own.
fn meant(named: Option<&PathBuf>) -> Result<PathBuf, Failure> {
    let nowhere = || Failure::Usage("there is no folder for configuration; name a file".into());
    named.cloned().or_else(default_path).ok_or_else(nowhere)
}

fn list(options: &VersionsOptions) -> Result<(), Failure> {
    let path = meant(options.file.as_ref())?;
    let all = versions(&mut Folder::at(&path)).map_err(about(&path))?;
    if options.json {
        return output::json(&json!({ "studio": path.display().to_string(), "versions": all }));
    }
    let mut text = String::new();
    for version in &all {
        let state = version.broken.as_ref().map_or("good".into(), |cause| format!("broken: {cause}"));
        let _ = writeln!(text, "{}  {} bytes, {state}", version.number, version.bytes);
    }
    if all.is_empty() {
        let _ = writeln!(text, "{} has no older versions", path.display());
    }
    output::text(&text)
}

fn put_back(options: &RestoreOptions) -> Result<(), Failure> {
    let path = meant(options.studio.as_ref())?;
    let number = restore(&mut Folder::at(&path), options.number).map_err(about(&path))?;
    output::text(&format!("{} is version {number} again; what it was is version 1\n", path.display()))
}
