//! Separators that need no weights, so that a recording can be taken apart out of the box.
//!
//! A reference names one and, if need be, what it is set to: `builtin:hpss`, `builtin:center,low=0`. They run at the
//! recording's own rate on its own channels, and on the recording's own grid: windows that overlap by the context of their
//! [`Geometry`] agree exactly, so the result does not depend on how a recording is cut.

mod bands;
mod center;
mod hpss;
mod median;
mod settings;
mod transform;

use crate::description::{self, Offer};
use crate::manifest::{Edge, Shape, WindowName};
use crate::{Choice, GraphError, ModelError, ModelInfo, NoMatch, Recording};
use bands::Bands;
use center::Center;
use hpss::Hpss;
use ripieno_ports::{Conditions, FaultKind, Geometry, Separator};
use ripieno_types::WindowFrames;
use settings::{Key, Settings};
use sha2::{Digest, Sha256};

/// What every reference to a built-in separator begins with.
pub const PREFIX: &str = "builtin:";

/// Changes with whatever changes the sound: a job is not resumed with another one.
const REVISION: u32 = 1;

/// Seconds of a window where nobody asks for another length: the context is a small share of it, and a wish to stop is
/// answered soon.
const WINDOW_SECS: f32 = 10.0;

/// One kind of built-in separator.
#[derive(Debug)]
#[non_exhaustive]
pub struct Kind {
    /// How it is referred to, such as `builtin:hpss`.
    pub reference: &'static str,
    /// What it does.
    pub about: &'static str,
    stems: &'static [Offer<'static>],
    keys: &'static [Key],
    new: fn(&Settings, Recording) -> Result<Algorithm, ModelError>,
}

impl Kind {
    /// The names of its stems as it usually is. Any.
    pub fn stems(&self) -> impl Iterator<Item = &'static str> {
        self.stems.iter().map(|stem| stem.name)
    }

    /// Its settings: name, default, least and greatest value. Any.
    pub fn settings(&self) -> impl Iterator<Item = (&'static str, f32, f32, f32)> {
        self.keys.iter().map(|key| (key.name, key.default, *key.range.start(), *key.range.end()))
    }

    fn name(&self) -> &'static str {
        &self.reference[PREFIX.len()..]
    }
}

/// Only with a margin is there a sound that is neither, and so the last of them.
const HPSS_STEMS: &[Offer<'static>] = &[Offer::named("harmonic"), Offer::named("percussive"), Offer::named("residual")];

/// All built-in separators. Of several that could do what a description says, the first is taken.
pub const KINDS: &[Kind] = &[
    Kind {
        reference: "builtin:hpss",
        about: "pitched and struck sounds apart, by median filters; with a margin above 1 also what is neither",
        stems: HPSS_STEMS.split_at(2).0,
        keys: &[Key { name: "margin", default: 1.0, range: 1.0..=10.0 }],
        new: |settings, recording| Ok(Algorithm::Hpss(Hpss::new(recording.rate, settings.value("margin")))),
    },
    Kind {
        reference: "builtin:center",
        about: "what both channels of a stereo recording share, mostly voices, and what they do not",
        stems: &[Offer { name: "center", also: &["vocals"] }, Offer { name: "sides", also: &["instrumental"] }],
        keys: &[
            Key { name: "low", default: 120.0, range: 0.0..=2_000.0 },
            Key { name: "high", default: 200_000.0, range: 1_000.0..=200_000.0 },
        ],
        new: |settings, recording| match recording.channels {
            2 => Ok(Algorithm::Center(Center::new(recording.rate, settings.value("low"), settings.value("high")))),
            channels => Err(ModelError::invalid(format!(
                "builtin:center compares the two channels of a stereo recording, and this one has {channels}: use \
                 builtin:hpss or builtin:bands"
            ))),
        },
    },
    Kind {
        reference: "builtin:bands",
        about: "low, middle and high frequencies, parted by linear-phase filters",
        stems: &[Offer { name: "low", also: &["bass"] }, Offer::named("mid"), Offer::named("high")],
        keys: &[
            Key { name: "low", default: 200.0, range: 60.0..=2_000.0 },
            Key { name: "high", default: 4_000.0, range: 500.0..=20_000.0 },
        ],
        new: new_bands,
    },
    Kind {
        reference: "builtin:identity",
        about: "the recording as it is, to check everything around a model",
        stems: &[Offer::named("target")],
        keys: &[],
        new: |_, _| Ok(Algorithm::Identity),
    },
];

fn new_bands(settings: &Settings, recording: Recording) -> Result<Algorithm, ModelError> {
    // Below half the rate there must be room for the filter to fall.
    let most = recording.rate.as_f32() / 2.0 - 2.0 * Bands::TRANSITION_HZ;
    let (low, high) = (settings.value("low"), settings.value("high"));
    let high = if settings.is_given("high") { high } else { high.min(most) };
    if low + Bands::TRANSITION_HZ < high && high <= most {
        return Ok(Algorithm::Bands(Bands::new(recording.rate, low, high)));
    }
    let hz = recording.rate.hz();
    Err(ModelError::invalid(format!(
        "builtin:bands: low={low}, high={high}: at {hz} Hz, high must be at least {} above low and at most {most}",
        Bands::TRANSITION_HZ
    )))
}

enum Algorithm {
    Hpss(Hpss),
    Center(Center),
    Bands(Bands),
    Identity,
}

/// A built-in separator, ready to run.
pub struct Builtin {
    id: String,
    offers: &'static [Offer<'static>],
    recording: Recording,
    algorithm: Algorithm,
}

impl std::fmt::Debug for Builtin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Builtin").field("id", &self.id).field("recording", &self.recording).finish_non_exhaustive()
    }
}

/// Opens a built-in separator for a recording. `reference` is one of [`KINDS`], with or without [`PREFIX`], followed by
/// settings as `,name=value`. Control.
///
/// # Errors
/// [`ModelError`]: there is no such separator or setting, a value is out of its range, or it cannot do with the recording's
/// channels or rate.
pub fn open(reference: &str, recording: Recording) -> Result<Builtin, ModelError> {
    let (name, given) = match reference.strip_prefix(PREFIX).unwrap_or(reference).split_once(',') {
        Some((name, given)) => (name, given),
        None => (reference.strip_prefix(PREFIX).unwrap_or(reference), ""),
    };
    let Some(kind) = KINDS.iter().find(|kind| kind.name() == name) else {
        let all: Vec<_> = KINDS.iter().map(|kind| kind.reference).collect();
        return Err(ModelError::missing(format!("there is no '{PREFIX}{name}'; built in are {}", all.join(", "))));
    };
    if recording.channels == 0 {
        return Err(ModelError::invalid(format!("{}: the recording has no channels", kind.reference)));
    }
    let settings = Settings::parse(given, kind.keys).map_err(|error| error.at(kind.reference))?;
    let algorithm = (kind.new)(&settings, recording)?;
    let offers = match &algorithm {
        Algorithm::Hpss(_) if settings.value("margin") > 1.0 => HPSS_STEMS,
        _ => kind.stems,
    };
    Ok(Builtin { id: format!("{}{settings}", kind.reference), offers, recording, algorithm })
}

/// The built-in separator to take when none is asked for: the first that can do what a description says, and the first of all
/// when there is none. Any.
///
/// # Errors
/// [`NoMatch`] lists what could be asked for.
pub fn default_for(description: &str) -> Result<&'static str, NoMatch> {
    if description.trim().is_empty() {
        return Ok(KINDS[0].reference);
    }
    able(description).ok_or_else(|| NoMatch {
        description: description.trim().to_owned(),
        offers: described().flat_map(Kind::stems).map(str::to_owned).collect(),
        hint: "; for anything else, name a model".to_owned(),
    })
}

/// The first built-in separator that can do what a description says.
pub(crate) fn able(description: &str) -> Option<&'static str> {
    described().find(|kind| description::meant(description, kind.stems).is_some()).map(|kind| kind.reference)
}

/// Those that separate something.
fn described() -> impl Iterator<Item = &'static Kind> {
    KINDS.iter().filter(|kind| kind.stems.len() > 1)
}

impl Builtin {
    /// What it says of itself. Any.
    pub fn info(&self) -> ModelInfo {
        let identity = format!("{} revision {REVISION}", self.id);
        let hash = Sha256::digest(identity).iter().map(|byte| format!("{byte:02x}")).collect();
        ModelInfo {
            id: self.id.clone(),
            stems: self.offers.iter().map(|offer| offer.name.to_owned()).collect(),
            complement: None,
            conditioned: false,
            anchors: false,
            hash,
            // Windows agree where they meet.
            overlap: Some(0.0),
            window: Shape { name: WindowName::Linear, power: 1.0, fade: 0.0 },
            edge: Edge::Reflect,
            licence: None,
            author: None,
            engine: "built in".to_owned(),
            warnings: Vec::new(),
        }
    }

    /// What a description means to it; to the identity, everything means its one stem. Any.
    ///
    /// # Errors
    /// [`NoMatch`] lists what it offers, and names the built-in separator that could.
    pub fn choose(&self, description: &str) -> Result<Choice, NoMatch> {
        match self.algorithm {
            Algorithm::Identity => Ok(Choice::Stem(0)),
            _ => description::choose(description, self.offers).map(Choice::Stem),
        }
    }

    /// Bytes of its own memory, whatever the length of a window. Any.
    pub fn memory_bytes(&self) -> u64 {
        let bytes = match &self.algorithm {
            Algorithm::Hpss(hpss) => hpss.bytes(),
            Algorithm::Center(center) => center.bytes(),
            Algorithm::Bands(bands) => bands.bytes(),
            Algorithm::Identity => 0,
        };
        bytes as u64
    }
}

impl Separator for Builtin {
    type Error = GraphError;

    fn geometry(&self) -> Geometry {
        let Recording { rate, channels } = self.recording;
        let context = match &self.algorithm {
            Algorithm::Hpss(hpss) => hpss.context(),
            Algorithm::Center(center) => center.context(),
            Algorithm::Bands(bands) => bands.context(),
            Algorithm::Identity => 0,
        };
        let preferred = Some(rate.frames(WINDOW_SECS) as usize);
        Geometry {
            rate,
            channels,
            stems: self.offers.len(),
            window: WindowFrames::Flexible { align: 1, most: usize::MAX, preferred },
            context,
            wants_statistics: false,
        }
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, GraphError> {
        let frames = mix.len() / self.recording.channels;
        if frames * self.recording.channels != mix.len() || stems.len() != mix.len() * self.offers.len() {
            let message = format!(
                "{}: {} samples of {} channels do not become {} samples of {} stems",
                self.id,
                mix.len(),
                self.recording.channels,
                stems.len(),
                self.offers.len()
            );
            return Err(GraphError { kind: FaultKind::Unsupported, message });
        }
        if frames == 0 {
            return Ok(0);
        }
        match &mut self.algorithm {
            Algorithm::Hpss(hpss) => hpss.separate(mix, frames, conditions, stems),
            Algorithm::Center(center) => center.separate(mix, frames, conditions, stems),
            Algorithm::Bands(bands) => bands.separate(mix, frames, stems),
            Algorithm::Identity => stems.copy_from_slice(mix),
        }
        Ok(frames)
    }
}

#[cfg(test)]
mod quality_tests;
#[cfg(test)]
mod tests;
