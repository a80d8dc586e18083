//! What the values of a manifest may be, beyond their types.

use super::{Kind, Manifest, SCHEMA};
use ripieno_types::SampleRate;
use std::path::{Component, Path};

/// The most channels or stems of a model.
const MOST: usize = 64;

/// The longest window, in frames: more than an hour at 48 kHz.
const MOST_FRAMES: usize = 1 << 28;

/// A value that is none of those allowed.
pub(super) struct Fault {
    /// The key, with those of its tables.
    pub key: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// The first rule that is broken.
pub(super) fn check(manifest: &Manifest) -> Result<(), Fault> {
    let rule = |holds: bool, key: &str, problem: &dyn Fn() -> String| {
        if holds { Ok(()) } else { Err(Fault { key: key.to_owned(), problem: problem() }) }
    };
    let within = |value: f64, least: f64, most: f64, key: &str| {
        rule((least..=most).contains(&value), key, &|| format!("{value} is outside {least}..={most}"))
    };
    let count = |value: usize, most: usize, key: &str| {
        rule((1..=most).contains(&value), key, &|| format!("{value} is outside 1..={most}"))
    };
    rule(manifest.schema == SCHEMA, "schema", &|| {
        format!("{} is not known here; this version reads {SCHEMA}", manifest.schema)
    })?;
    rule(is_name(&manifest.id), "id", &|| "a name of 1 to 100 printable characters is wanted".to_owned())?;
    rule(SampleRate::new(manifest.sample_rate).is_ok(), "sample_rate", &|| {
        let (least, most) = (SampleRate::MIN_HZ, SampleRate::MAX_HZ);
        format!("{} Hz is outside {least}..={most}", manifest.sample_rate)
    })?;
    count(manifest.channels, MOST, "channels")?;
    within(f64::from(manifest.gain), -100.0, 100.0, "gain")?;
    stems(manifest)?;
    graphs(manifest)?;

    let chunk = &manifest.chunk;
    if let Some(samples) = chunk.samples {
        count(samples, MOST_FRAMES, "chunk.samples")?;
    }
    if let Some(align) = chunk.align {
        count(align, MOST_FRAMES, "chunk.align")?;
    }
    let (samples, align) = (chunk.samples.unwrap_or(0), chunk.align.unwrap_or(1));
    rule(samples.is_multiple_of(align), "chunk.samples", &|| format!("{samples} is no multiple of align, {align}"))?;
    rule(chunk.fixed != Some(true) || chunk.samples.is_some() || manifest.kind == Kind::Stft, "chunk.fixed", &|| {
        "a fixed window needs its length in chunk.samples".to_owned()
    })?;
    rule(chunk.context < MOST_FRAMES && (samples == 0 || chunk.context * 2 < samples), "chunk.context", &|| {
        format!("{} frames at either end leave nothing of {samples}", chunk.context)
    })?;
    within(chunk.overlap.unwrap_or(0.0), 0.0, 0.95, "chunk.overlap")?;
    within(f64::from(chunk.power.unwrap_or(1.0)), 0.1, 16.0, "chunk.power")?;
    within(f64::from(chunk.fade.unwrap_or(0.1)), 0.001, 0.5, "chunk.fade")?;
    count(manifest.runtime.threads.unwrap_or(1), 1024, "runtime.threads")
}

fn stems(manifest: &Manifest) -> Result<(), Fault> {
    let fault = |problem: String| Err(Fault { key: "stems".to_owned(), problem });
    let stems = &manifest.stems;
    if !(1..=MOST).contains(&stems.len()) {
        return fault(format!("{} stems are outside 1..={MOST}", stems.len()));
    }
    let all: Vec<_> = stems.iter().chain(&manifest.complement).collect();
    for (at, name) in all.iter().enumerate() {
        if !is_name(name) {
            return fault(format!("'{}' is no name of 1 to 100 printable characters", name.escape_default()));
        }
        if all[..at].iter().any(|other| other.trim().to_lowercase() == name.trim().to_lowercase()) {
            return fault(format!("'{name}' comes twice, as a stem or as the complement"));
        }
    }
    Ok(())
}

fn graphs(manifest: &Manifest) -> Result<(), Fault> {
    if manifest.kind == Kind::Waveform && !manifest.graph.contains_key("main") {
        return Err(Fault { key: "graph".to_owned(), problem: "the table [graph.main] is missing".to_owned() });
    }
    for (name, graph) in &manifest.graph {
        if !is_inside(&graph.file) {
            return Err(Fault {
                key: format!("graph.{name}.file"),
                problem: format!(
                    "'{}' must be a path within the model's folder, without '..'",
                    graph.file.escape_default()
                ),
            });
        }
        if let Some(hash) = &graph.sha256
            && (hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(Fault {
                key: format!("graph.{name}.sha256"),
                problem: "a SHA-256 has 64 hexadecimal digits".to_owned(),
            });
        }
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let trimmed = name.trim();
    !trimmed.is_empty() && trimmed.chars().count() <= 100 && !trimmed.chars().any(char::is_control)
}

/// Whether a path stays within its folder, whatever system reads it: a backslash parts folders on Windows, a colon follows
/// a drive.
pub(crate) fn is_inside(path: &str) -> bool {
    let plain = Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    !path.is_empty() && plain && !path.contains(['\\', ':', '\0'])
}
