//! An action as it is written in the document and carried by the API, and what it answers to.

use crate::http::HttpRequest;
use crate::keys::Chord;
use crate::launch::Launch;
use crate::midi::MidiMessage;
use crate::obs::ObsRequest;
use crate::osc::OscMessage;
use crate::problem::{Problem, must};
use crate::reaper::Reaper;
use crate::volume::SetVolume;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Notches that one press may scroll, either way.
const MOST_NOTCHES: i32 = 100;

/// What a pad or a knob may do on this computer. `type` names the variant, the rest are its fields.
///
/// ```
/// use ripieno_actions::Action;
///
/// let action: Action = serde_json::from_str(r#"{"type": "keystroke", "keys": "ctrl+shift+p"}"#)?;
/// action.check()?;
/// let wrong: Action = serde_json::from_str(r#"{"type": "launch", "command": "rm -r $HOME"}"#)?;
/// assert!(wrong.check().unwrap_err().to_string().contains("shell = true"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Taps keys.
    #[serde(alias = "app_keystroke")]
    Keystroke(Keystroke),
    /// Turns the mouse wheel.
    Scroll(Scroll),
    /// Starts a program.
    Launch(Launch),
    /// Sends an HTTP request.
    Http(HttpRequest),
    /// Sends an OSC message over UDP.
    Osc(OscMessage),
    /// Sends bytes to a MIDI output.
    MidiOut(MidiMessage),
    /// Sets a volume of the system.
    Volume(SetVolume),
    /// Asks OBS Studio for something.
    Obs(ObsRequest),
    /// Runs an action of REAPER's.
    Reaper(Reaper),
}

/// Keys to tap: all but the last are held while the last is tapped.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Keystroke {
    /// `ctrl+shift+p`; the names are those of [`Key`](crate::Key).
    pub keys: String,
    /// Only when this application is in front: the name of its process, in any case, `.exe` or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub process: Option<String>,
}

/// Turns of the mouse wheel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scroll {
    /// Notches of a press, down or right when positive. Of a knob, notches for each of the 127 parts of its way.
    pub amount: i32,
    /// Sideways.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub horizontal: bool,
}

/// What is allowed or not: one name for each sort of action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// [`Action::Keystroke`]
    Keystroke,
    /// [`Action::Scroll`]
    Scroll,
    /// [`Action::Launch`]
    Launch,
    /// [`Action::Http`]
    Http,
    /// [`Action::Osc`]
    Osc,
    /// [`Action::MidiOut`]
    MidiOut,
    /// [`Action::Volume`]
    Volume,
    /// [`Action::Obs`]
    Obs,
    /// [`Action::Reaper`]
    Reaper,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Keystroke,
        Self::Scroll,
        Self::Launch,
        Self::Http,
        Self::Osc,
        Self::MidiOut,
        Self::Volume,
        Self::Obs,
        Self::Reaper,
    ];

    /// The name as it is written in the document.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keystroke => "keystroke",
            Self::Scroll => "scroll",
            Self::Launch => "launch",
            Self::Http => "http",
            Self::Osc => "osc",
            Self::MidiOut => "midi_out",
            Self::Volume => "volume",
            Self::Obs => "obs",
            Self::Reaper => "reaper",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the control did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// A pad was struck or a button pressed; the value is how hard.
    On,
    /// It was let go.
    Off,
    /// A knob or fader has a new value.
    Set,
}

impl Action {
    /// What must be allowed for it. Any.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Keystroke(_) => Kind::Keystroke,
            Self::Scroll(_) => Kind::Scroll,
            Self::Launch(_) => Kind::Launch,
            Self::Http(_) => Kind::Http,
            Self::Osc(_) => Kind::Osc,
            Self::MidiOut(_) => Kind::MidiOut,
            Self::Volume(_) => Kind::Volume,
            Self::Obs(_) => Kind::Obs,
            Self::Reaper(_) => Kind::Reaper,
        }
    }

    /// Whether it does anything in this phase. What sends no value acts when pressed; what sends one follows the
    /// control in every phase. Any.
    pub fn answers(&self, phase: Phase) -> bool {
        let follows = match self {
            Self::Keystroke(_) | Self::Launch(_) | Self::Obs(_) => false,
            Self::Scroll(_) => return phase != Phase::Off,
            Self::Volume(_) => return phase == Phase::Set,
            Self::Http(request) => request.carries_value(),
            Self::Osc(message) => message.carries_value(),
            Self::MidiOut(message) => message.carries_value(),
            Self::Reaper(reaper) => reaper.carries_value(),
        };
        follows || phase == Phase::On
    }

    /// Whether it can be carried out, as far as can be told without doing it. Any; not for the audio path, it allocates.
    ///
    /// # Errors
    /// The first field that is wrong.
    pub fn check(&self) -> Result<(), Problem> {
        match self {
            Self::Keystroke(keystroke) => {
                keystroke.keys.parse::<Chord>().map_err(|e| Problem::new("keys", e.to_string()))?;
                let blank = keystroke.process.as_ref().is_some_and(|process| process.trim().is_empty());
                must(!blank, "process", "it is empty; leave it out to type into whatever is in front")
            }
            Self::Scroll(scroll) => must(
                scroll.amount != 0 && scroll.amount.unsigned_abs() <= MOST_NOTCHES.unsigned_abs(),
                "amount",
                format!("{} is not a number of notches from -{MOST_NOTCHES} to {MOST_NOTCHES}, 0 aside", scroll.amount),
            ),
            Self::Launch(launch) => launch.check(),
            Self::Http(request) => request.check(),
            Self::Osc(message) => message.check(),
            Self::MidiOut(message) => message.check(),
            Self::Volume(volume) => volume.check(),
            Self::Obs(request) => request.check(),
            Self::Reaper(reaper) => reaper.check(),
        }
    }
}

#[cfg(test)]
#[path = "action_tests.rs"]
mod tests;
