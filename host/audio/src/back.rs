//! What stands behind a device: a card of the system's or a JACK server, found by a choice.

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
use ripieno_ports::{FaultKind, Format, FormatRequest, Refused};

/// What stands behind a device.
#[derive(Clone, Debug)]
pub(crate) enum Back {
    Card(Card),
    #[cfg(feature = "jack")]
    Jack(Label),
}

impl Back {
    pub(crate) fn open(choice: Option<&str>, way: Way) -> Result<Self, AudioError> {
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

    pub(crate) fn label(&self) -> &Label {
        match self {
            Self::Card(card) => &card.label,
            #[cfg(feature = "jack")]
            Self::Jack(label) => label,
        }
    }

    pub(crate) fn abilities(&self, way: Way) -> Result<Abilities, AudioError> {
        match self {
            Self::Card(card) => card::abilities(&card.device, way).map_err(|error| self.refusal(&error)),
            #[cfg(feature = "jack")]
            Self::Jack(_) => jack::abilities(way),
        }
    }

    pub(crate) fn format(&self, way: Way, wanted: &FormatRequest) -> Result<Format, AudioError> {
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

    pub(crate) fn refusal(&self, error: &cpal::Error) -> AudioError {
        AudioError::of_cpal(&format!("'{}' ({})", self.label().name, self.label().id), error)
    }
}

/// A stream that is built.
pub(crate) enum Built {
    /// Not called before it is told to play.
    Card(cpal::Stream),
    /// Runs as soon as it is there.
    #[cfg(feature = "jack")]
    Jack(jack::Joined),
}

impl Built {
    /// Lets it run; the format comes back with the period that it really has, and what its clock shows more than ours.
    fn go(self, back: &Back, format: Format) -> Result<(Running, Format, i64), AudioError> {
        match self {
            Self::Card(stream) => {
                stream.play().map_err(|error| back.refusal(&error))?;
                let buffer = stream.buffer_size().unwrap_or(format.buffer);
                Ok((Box::new(stream), Format { buffer, ..format }, 0))
            }
            #[cfg(feature = "jack")]
            Self::Jack(joined) => Ok((joined.running, joined.format, joined.ahead_micros)),
        }
    }
}

/// Lends the client to a stream that `build` makes, and lets it run.
pub(crate) fn start<D, C: Send>(
    device: D,
    back: impl Fn(&D) -> &Back,
    build: impl FnOnce(&D, Lease<C>, Reporter) -> Result<Built, AudioError>,
    format: Format,
    client: C,
) -> Result<DeviceStream<D, C>, Refused<D, C, AudioError>> {
    let (lease, mut hold) = lease();
    let (reporter, watch) = watch();
    let built = match build(&device, lease, reporter) {
        Ok(built) => built,
        Err(error) => return Err(Refused { device, client, error }),
    };
    // Before the first callback, so that none is wasted; only now, as some drivers lose a callback that fails to start.
    hold.lend(client);
    match built.go(back(&device), format) {
        Ok((running, format, ahead_micros)) => Ok(DeviceStream { device, format, hold, watch, running, ahead_micros }),
        Err(error) => Err(Refused { device, client: hold.recall(), error }),
    }
}

#[cfg(feature = "jack")]
pub(crate) fn jack_label(way: Way) -> Label {
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
    let backs = cards.into_iter().map(Back::Card);
    #[cfg(feature = "jack")]
    let backs = backs.chain([Back::Jack(jack_label(way))]);
    let backs: Vec<_> = backs.collect();
    let labels: Vec<_> = backs.iter().map(|back| back.label().clone()).collect();
    let chosen = choose(choice, &labels, way.what())?;
    Ok(chosen.into_iter().filter_map(|label| backs.iter().find(|back| back.label() == label).cloned()).collect())
}
