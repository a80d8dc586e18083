//! Building a flash bank of a SoundFont: choose, resolve, trim, fold, resample, pack.
//!
//! What a bank will take is known before any sample is touched, so `--max-bytes` tries its steps on plans.

mod choice;
mod clips;
mod draft;
mod filter;
mod fold;
mod kit;
mod pack;
mod rate;
mod tables;
pub(crate) mod verb;

pub(crate) use choice::Choice;

use clips::{Clip, Plan};
use draft::Draft;
use ripieno_synth::flash::{Counts, FlashError, PartBytes};
use ripieno_synth::{Bank, Coding, SamplePool, SoundFont};
use tables::Tables;

/// Rates that `--max-bytes` goes down by, in hertz.
const STEPS_HZ: [u32; 7] = [32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000];

/// What to make of a font.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recipe {
    /// All presets where none is chosen.
    pub presets: Option<Choice>,
    /// The whole image.
    pub max_bytes: Option<u64>,
    /// Samples above come down to it.
    pub rate_hz: Option<u32>,
    pub mono: bool,
    /// What is asked for; where nothing is, 16 bits, and 8 if there is no other way.
    pub coding: Option<Coding>,
}

/// A bank and what was done to it.
#[derive(Debug)]
pub(crate) struct Built {
    pub image: Vec<u8>,
    pub counts: Counts,
    pub parts: PartBytes,
    pub coding: Coding,
    /// Stretches of the font's samples that are stored.
    pub samples: usize,
    /// Frames that they had.
    pub source_frames: u64,
    /// What became less than it was, in words.
    pub reduced: Vec<String>,
    /// Presets that no message could choose.
    pub unreachable: usize,
    pub losses: Losses,
}

/// How far samples are from what they were.
#[derive(Clone, Debug, Default)]
pub(crate) struct Losses {
    /// Samples that changed.
    pub changed: usize,
    /// The greatest loss: decibels between signal and error, and the recording's name.
    pub worst: Option<(f64, String)>,
    /// Sum of all of them, in decibels.
    sum: f64,
    /// The greatest tuning error of a loop, in cents.
    pub detune_cents: f64,
}

impl Losses {
    /// The mean of the samples that changed, in decibels.
    pub fn mean_db(&self) -> Option<f64> {
        (self.changed > 0).then(|| self.sum / self.changed as f64)
    }

    fn add(&mut self, snr: f64, name: impl FnOnce() -> String) {
        self.changed += 1;
        self.sum += snr;
        if self.worst.as_ref().is_none_or(|(worst, _)| snr < *worst) {
            self.worst = Some((snr, name()));
        }
    }
}

/// Why there is no bank.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuildError {
    #[error("has no preset `{0}`; `ripieno instrument info` lists what it has")]
    NoPreset(String),
    #[error("has more {what} than a bank can number; choose fewer presets with --presets")]
    TooMany { what: String },
    #[error(
        "makes a bank of {smallest} bytes at the least, and {allowed} are allowed; choose fewer presets with --presets"
    )]
    TooLarge { smallest: u64, allowed: u64 },
    #[error("gives no sound bank: it comes out as {0}")]
    Unsound(#[from] FlashError),
    #[error("interrupted")]
    Interrupted,
}

/// Builds. `is_interrupted` is asked once a sample.
pub(crate) fn build(
    font: &SoundFont<impl AsRef<[u8]>>,
    recipe: &Recipe,
    is_interrupted: impl Fn() -> bool,
) -> Result<Built, BuildError> {
    let mut draft = Draft::new(font, recipe.presets.as_ref())?;
    let mut reduced = Vec::new();
    if font.sample_bits() > 16 {
        reduced.push("24-bit samples have 16 bits".into());
    }
    if recipe.mono {
        fold::fold(&mut draft);
        if draft.folded[0] > 0 {
            reduced.push(format!("{} stereo pairs became one sample each", draft.folded[0]));
        }
        if draft.folded[1] > 0 {
            reduced.push(format!("{} stereo pairs stay: their sides differ in more than their place", draft.folded[1]));
        }
    }
    let (plan, tables, limit_hz) = fit(&draft, recipe)?;
    if plan.coding == Coding::Block8 {
        reduced.push("samples have 8 bits with a shift every 32 frames".into());
    }
    let retuned = plan.clips.iter().filter(|clip| clip.retune.is_some()).count();
    if let (Some(hz), 1..) = (limit_hz, retuned) {
        reduced.push(format!("{retuned} samples come at {hz} Hz or a little below"));
    }
    let (pool, losses) = fill(font, &plan, is_interrupted)?;
    let image = tables.image(&plan, &pool);
    let parts = image.part_bytes();
    let mut bytes = vec![0; usize::try_from(parts.total()).unwrap_or(usize::MAX)];
    image.write(&mut bytes)?;
    Ok(Built {
        counts: tables.counts(&plan),
        image: bytes,
        parts,
        coding: plan.coding,
        samples: plan.clips.len(),
        source_frames: plan.clips.iter().map(|clip| u64::from(clip.end - clip.start)).sum(),
        reduced,
        unreachable: draft.unreachable,
        losses,
    })
}

/// The least reduced plan that is small enough: as asked, then with 8 bits, then at ever lower rates.
fn fit(draft: &Draft, recipe: &Recipe) -> Result<(Plan, Tables, Option<u32>), BuildError> {
    let coding = recipe.coding.unwrap_or_default();
    let mut steps = vec![(coding, recipe.rate_hz)];
    if recipe.max_bytes.is_some() {
        let smallest = recipe.coding.unwrap_or(Coding::Block8);
        steps.push((smallest, recipe.rate_hz));
        let lower = STEPS_HZ.into_iter().filter(|hz| recipe.rate_hz.is_none_or(|asked| *hz < asked));
        steps.extend(lower.map(|hz| (smallest, Some(hz))));
    }
    let allowed = recipe.max_bytes.unwrap_or(u32::MAX.into());
    let mut smallest = u64::MAX;
    for (coding, rate_hz) in steps {
        let Some(plan) = Plan::new(draft, coding, rate_hz) else { continue };
        let tables = Tables::new(draft, &plan)?;
        let bytes = tables.bytes(&plan).total();
        if bytes <= allowed {
            return Ok((plan, tables, rate_hz));
        }
        smallest = smallest.min(bytes);
    }
    Err(BuildError::TooLarge { smallest, allowed })
}

/// The pool, and what was lost on the way.
fn fill(
    font: &SoundFont<impl AsRef<[u8]>>,
    plan: &Plan,
    is_interrupted: impl Fn() -> bool,
) -> Result<(Vec<u8>, Losses), BuildError> {
    let mut pool = Vec::with_capacity(usize::try_from(plan.coding.bytes(plan.frames)).unwrap_or(0));
    let mut losses = Losses::default();
    let name = |clip: &Clip| {
        let recording = font.recordings().nth(clip.recording.into());
        recording.map(|recording| recording.name.to_string()).unwrap_or_default()
    };
    for clip in &plan.clips {
        if is_interrupted() {
            return Err(BuildError::Interrupted);
        }
        let source = frames(font.pool(), clip);
        let read = match &clip.retune {
            None => pack::append(&mut pool, plan.coding, &source),
            Some(retune) => {
                let rate_hz = font.recordings().nth(clip.recording.into()).map_or(0, |recording| recording.rate_hz);
                losses.detune_cents = losses.detune_cents.max(retune.detune_cents(rate_hz.max(100)).abs());
                retune.restored(&pack::append(&mut pool, plan.coding, &retune.resample(&source)))
            }
        };
        if let Some(snr) = pack::snr_db(&source[..read.len().min(source.len())], &read) {
            losses.add(snr, || name(clip));
        }
    }
    Ok((pool, losses))
}

/// A stretch of the font, on the 16-bit scale.
fn frames(pool: SamplePool<'_>, clip: &Clip) -> Vec<f64> {
    let high = pool.high.as_chunks::<2>().0;
    let frame = |at: i64| {
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let high = high.get(at).map_or(0, |bytes| i16::from_le_bytes(*bytes));
        f64::from(high) + pool.low.get(at).map_or(0.0, |low| f64::from(*low) / 256.0)
    };
    let stretch = i64::from(clip.start)..i64::from(clip.end);
    match clip.blend {
        None => stretch.map(frame).collect(),
        Some(blend) => {
            let gain = f64::from(blend.gain) / fold::UNITY;
            stretch.map(|at| gain * (frame(at) + frame(at + blend.shift))).collect()
        }
    }
}

#[cfg(test)]
mod tests;
