//! The devices of this computer behind the ports: an output that plays, an input that records.

use crate::agree::agree;
use crate::card::{self, Abilities, Card, Way};
use crate::choice::{Label, choose};
use crate::error::AudioError;
use crate::health::{Reporter, watch};
#[cfg(feature = "jack")]
use crate::jack;
use crate::lease::{Lease, lease};
use crate::stream::{DeviceStream, Running};
use cpal::traits::StreamTrait;
use ripieno_ports::{AudioIn, AudioOut, FaultKind, Format, FormatRequest, FrameSink, FrameSource, Refused};

/// What stands behind a device.
#[derive(Clone, Debug)]
enum Back {
    Card(Card),
    #[cfg(feature = "jack")]
    Jack(Label),
}

impl Back {
    fn open(choice: Option<&str>, way: Way) -> Result<Self, AudioError> {
        let found = match choice {
            None => return Self::default(way),
            Some(choice) => find(choice, way)?,
        };
        let mut last = None;
        for back in found {
            match back.abilities(way) {
                Ok(_) => return Ok(back),
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| nothing(way, "the system lists none")))
    }

    /// The system's default; where there is none, a JACK server.
    fn default(way: Way) -> Result<Self, AudioError> {
        let reason = match card::default_card(way).map(Self::Card) {
            Some(card) => match card.abilities(way) {
                Ok(_) => return Ok(card),
                Err(error) => error.to_string(),
            },
            None => "the system names no default".into(),
        };
        #[cfg(feature = "jack")]
        if jack::abilities(way).is_ok() {
            return Ok(Self::Jack(jack_label(way)));
        }
        Err(nothing(way, &reason))
    }

    fn label(&self) -> &Label {
        match self {
            Self::Card(card) => &card.label,
            #[cfg(feature = "jack")]
            Self::Jack(label) => label,
        }
    }

    fn abilities(&self, way: Way) -> Result<Abilities, AudioError> {
        match self {
            Self::Card(card) => card::abilities(&card.device, way).map_err(|error| self.refusal(&error)),
            #[cfg(feature = "jack")]
            Self::Jack(_) => jack::abilities(way),
        }
    }

    fn format(&self, way: Way, wanted: &FormatRequest) -> Result<Format, AudioError> {
        let abilities = self.abilities(way)?;
        agree(&abilities.offers, Some(abilities.rate_hz), wanted).map_err(|error| {
            let hint = match self {
                Self::Card(_) => "",
                #[cfg(feature = "jack")]
                Self::Jack(_) => "; the JACK server sets this for all its clients",
            };
            AudioError::new(FaultKind::Unsupported, format!("'{}': {error}{hint}", self.label().name))
        })
    }

    fn refusal(&self, error: &cpal::Error) -> AudioError {
        AudioError::of_cpal(&format!("'{}' ({})", self.label().name, self.label().id), error)
    }
}

/// A running stream of cpal's and the period that it really has.
fn running(stream: cpal::Stream, format: Format) -> (Running, Format) {
    let buffer = stream.buffer_size().unwrap_or(format.buffer);
    (Box::new(stream), Format { buffer, ..format })
}

#[cfg(feature = "jack")]
fn jack_label(way: Way) -> Label {
    let id = match way {
        Way::Out => jack::OUT_ID,
        Way::In => jack::IN_ID,
    };
    Label { id: id.into(), name: jack::NAME.into() }
}

fn nothing(way: Way, reason: &str) -> AudioError {
    let what = way.what();
    let text =
        format!("no {what}: {reason}; connect a sound card, or start a sound server (JACK, PipeWire, PulseAudio)");
    AudioError::new(FaultKind::Gone, text)
}

/// The devices that a choice may mean, the likeliest first.
fn find(choice: &str, way: Way) -> Result<Vec<Back>, AudioError> {
    let cards = card::cards(way).unwrap_or_default();
    let mut backs: Vec<_> = cards.into_iter().map(Back::Card).collect();
    #[cfg(feature = "jack")]
    backs.push(Back::Jack(jack_label(way)));
    let labels: Vec<_> = backs.iter().map(|back| back.label().clone()).collect();
    let chosen = choose(choice, &labels, way.what())?;
    Ok(chosen.into_iter().filter_map(|label| backs.iter().find(|back| back.label() == label).cloned()).collect())
}

/// The devices of one way with what they can do; those that are not there are left out.
pub(crate) fn present(way: Way) -> (Vec<(Label, bool, Result<Abilities, AudioError>)>, Vec<(&'static str, String)>) {
    let mut absent = Vec::new();
    let mut found = Vec::new();
    let system = system();
    match card::cards(way) {
        Ok(cards) => {
            for card in cards {
                let (label, is_default) = (card.label.clone(), card.is_default);
                let abilities = Back::Card(card).abilities(way);
                // A device that is busy, or forbidden to this user, is there.
                let is_there = abilities.as_ref().map_or_else(is_about_use, |abilities| !abilities.offers.is_empty());
                if is_there {
                    found.push((label, is_default, abilities));
                }
            }
            if found.is_empty() {
                absent.push((system, "no device is connected".to_owned()));
            }
        }
        Err(error) => absent.push((system, AudioError::of_cpal(system, &error).to_string())),
    }
    #[cfg(feature = "jack")]
    match jack::abilities(way) {
        Ok(abilities) => found.push((jack_label(way), found.is_empty(), Ok(abilities))),
        Err(error) => absent.push((jack::NAME, error.to_string())),
    }
    (found, absent)
}

fn is_about_use(error: &AudioError) -> bool {
    matches!(ripieno_ports::Fault::kind(error), FaultKind::Busy | FaultKind::Denied)
}

/// What the system's own sound interface is called.
fn system() -> &'static str {
    if cfg!(target_os = "linux") { "ALSA" } else { "system" }
}

/// An audio device that plays: a sound card or a JACK server.
#[derive(Clone, Debug)]
pub struct Output {
    back: Back,
}

impl Output {
    /// The device that is meant by `choice`: a stable id, a name, or a part of either that only one device has; the
    /// system's default when nothing is said. Control; may block.
    ///
    /// # Errors
    /// [`FaultKind::Gone`] if it is not there, with names that are near; [`FaultKind::Unsupported`] if several are meant.
    pub fn open(choice: Option<&str>) -> Result<Self, AudioError> {
        Back::open(choice, Way::Out).map(|back| Self { back })
    }

    /// The id of the system's default device, if it has one; that it can be opened is not said. Control; may block.
    pub fn default_id() -> Option<String> {
        card::default_card(Way::Out).map(|card| card.label.id)
    }

    /// What the device keeps from start to start. Any.
    pub fn id(&self) -> &str {
        &self.back.label().id
    }

    /// What its user calls it. Any.
    pub fn name(&self) -> &str {
        &self.back.label().name
    }

    fn launch<S: FrameSource + Send + 'static>(
        &self,
        format: Format,
        lease: Lease<S>,
        reporter: Reporter,
    ) -> Result<(Running, Format), AudioError> {
        match &self.back {
            Back::Card(card) => card::play(card, format, lease, reporter)
                .map(|stream| running(stream, format))
                .map_err(|error| self.back.refusal(&error)),
            #[cfg(feature = "jack")]
            Back::Jack(_) => jack::play(format, lease, reporter),
        }
    }
}

impl AudioOut for Output {
    type Error = AudioError;
    type Stream<S: FrameSource + Send + 'static> = DeviceStream<Self, S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        self.back.format(Way::Out, wanted)
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<DeviceStream<Self, S>, Refused<Self, S, AudioError>> {
        let (lease, mut hold) = lease();
        let (reporter, watch) = watch();
        match self.launch(format, lease, reporter) {
            Ok((running, format)) => {
                hold.lend(source);
                Ok(DeviceStream { device: self, format, hold, watch, running })
            }
            Err(error) => Err(Refused { device: self, client: source, error }),
        }
    }
}

/// An audio device that records: a sound card or a JACK server.
#[derive(Clone, Debug)]
pub struct Input {
    back: Back,
}

impl Input {
    /// The device that is meant by `choice`, as for [`Output::open`]. Control; may block.
    ///
    /// # Errors
    /// As for [`Output::open`].
    pub fn open(choice: Option<&str>) -> Result<Self, AudioError> {
        Back::open(choice, Way::In).map(|back| Self { back })
    }

    /// What the device keeps from start to start. Any.
    pub fn id(&self) -> &str {
        &self.back.label().id
    }

    /// What its user calls it. Any.
    pub fn name(&self) -> &str {
        &self.back.label().name
    }

    fn launch<S: FrameSink + Send + 'static>(
        &self,
        format: Format,
        lease: Lease<S>,
        reporter: Reporter,
    ) -> Result<(Running, Format), AudioError> {
        match &self.back {
            Back::Card(card) => card::record(card, format, lease, reporter)
                .map(|stream| running(stream, format))
                .map_err(|error| self.back.refusal(&error)),
            #[cfg(feature = "jack")]
            Back::Jack(_) => jack::record(format, lease, reporter),
        }
    }
}

impl AudioIn for Input {
    type Error = AudioError;
    type Stream<S: FrameSink + Send + 'static> = DeviceStream<Self, S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        self.back.format(Way::In, wanted)
    }

    fn start<S: FrameSink + Send + 'static>(
        self,
        format: Format,
        sink: S,
    ) -> Result<DeviceStream<Self, S>, Refused<Self, S, AudioError>> {
        let (lease, mut hold) = lease();
        let (reporter, watch) = watch();
        match self.launch(format, lease, reporter) {
            Ok((running, format)) => {
                hold.lend(sink);
                Ok(DeviceStream { device: self, format, hold, watch, running })
            }
            Err(error) => Err(Refused { device: self, client: sink, error }),
        }
    }
}
