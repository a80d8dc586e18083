//! What can go wrong with MIDI devices.

use ripieno_ports::{Fault, FaultKind};

/// Why a MIDI device or system refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MidiError {
    /// Neither JACK nor the system's own MIDI can be had.
    #[error("no MIDI at all: {jack}; {system}")]
    Nothing {
        /// Why not JACK.
        jack: Box<MidiError>,
        /// Why not the system's own.
        system: Box<MidiError>,
    },
    /// This program was built without JACK.
    #[error("JACK: this program was built without it")]
    NotBuilt,
    /// The library of JACK cannot be loaded.
    #[error("JACK: its library cannot be loaded; install libjack (Debian: libjack-jackd2-0)")]
    NoLibrary,
    /// No JACK server answers.
    #[error("JACK: no server runs; start one, or choose another driver")]
    NoServer,
    /// The system has no MIDI of its own, or does not let us.
    #[error("{}", no_sequencer())]
    NoSequencer,
    /// No port matches a name.
    #[error("no MIDI {direction} matches '{name}'{}", among(.near))]
    NotFound {
        /// `input` or `output`.
        direction: &'static str,
        /// The name that was asked for.
        name: String,
        /// Ports that are there.
        near: Vec<String>,
    },
    /// Several ports match a name.
    #[error("'{name}' could be any of {}; name one of them", .near.join(", "))]
    Ambiguous {
        /// The name that was asked for.
        name: String,
        /// The ports that match.
        near: Vec<String>,
    },
    /// The port or its system has gone.
    #[error("{0} is gone; it is bound again when it is back")]
    Gone(String),
    /// More inputs than there are slots.
    #[error("all {0} inputs are in use; name the wanted ones")]
    Full(usize),
    /// Messages are sent faster than they leave.
    #[error("{0} has not sent the last messages yet; try again")]
    Busy(String),
    /// Not one whole MIDI message, or a longer one than can be sent.
    #[error("these {length} bytes are not one MIDI message of at most {max} bytes")]
    Message {
        /// Bytes given.
        length: usize,
        /// The longest message that can be sent.
        max: usize,
    },
    /// A call of the driver failed.
    #[error("{what}: {cause}")]
    Driver {
        /// What was tried.
        what: &'static str,
        /// What the driver says.
        cause: String,
    },
}

impl MidiError {
    pub(crate) fn driver(what: &'static str, cause: impl std::fmt::Display) -> Self {
        Self::Driver { what, cause: cause.to_string() }
    }
}

impl Fault for MidiError {
    fn kind(&self) -> FaultKind {
        match self {
            Self::Nothing { .. } | Self::NoServer | Self::NoSequencer | Self::NotFound { .. } | Self::Gone(_) => {
                FaultKind::Gone
            }
            Self::NotBuilt | Self::NoLibrary | Self::Ambiguous { .. } | Self::Message { .. } => FaultKind::Unsupported,
            Self::Full(_) | Self::Busy(_) => FaultKind::Busy,
            Self::Driver { .. } => FaultKind::Failed,
        }
    }
}

fn no_sequencer() -> &'static str {
    if cfg!(target_os = "linux") {
        "ALSA: the sequencer cannot be opened; load the module snd-seq, or let this user use /dev/snd/seq"
    } else {
        "the system's MIDI cannot be opened"
    }
}

fn among(near: &[String]) -> String {
    if near.is_empty() { "; there is none".into() } else { format!("; there are {}", near.join(", ")) }
}
