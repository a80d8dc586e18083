//! What joins the audio half and the low half: rings and a clock in memory that the board lends once.

use crate::clock::Clock;
use crate::midi::Port;
use crate::setup::BoardSetup;
use ripieno_panel::{Action, BankId, DeviceId, Phase};
use ripieno_rig::Input;
use ripieno_ring::spsc::{Consumer, Inline, Producer};
use ripieno_types::Timed;
use ripieno_types::midi::MidiWord;

/// Inputs on their way to the audio half at most, a power of two. What finds no room waits in the low half.
pub const INPUTS: usize = 64;
/// Reports on their way back at most, a power of two. What finds no room waits in the audio half.
pub const REPORTS: usize = 128;

/// What the audio half tells the low half.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Report {
    /// To be sent by a port.
    Word {
        /// The port.
        port: Port,
        /// The message.
        word: MidiWord,
    },
    /// A light of a device.
    Light {
        /// The device; [`DeviceId::UNKNOWN`] is for all.
        device: DeviceId,
        /// The message.
        word: MidiWord,
    },
    /// Something outside the rig that a mapping asks for.
    Do {
        /// What.
        action: Action,
        /// Which phase of it.
        phase: Phase,
    },
    /// Knobs, and with them the surface's pads, belong to another bank.
    Bank(BankId),
}

/// The memory between both halves, whose mapper goes by set-ups `S`. All zero bytes when new, so a `static` one takes no room in flash.
#[derive(Debug)]
pub struct Link<'s, S = BoardSetup> {
    inputs: Inline<Timed<Input>, INPUTS>,
    reports: Inline<Report, REPORTS>,
    setups: Inline<&'s mut S, 1>,
    used: Inline<&'s mut S, 1>,
    clock: Clock,
}

/// The audio half's end of a [`Link`].
#[derive(Debug)]
pub struct AudioEnd<'a, 's, S = BoardSetup> {
    pub(crate) inputs: Consumer<'a, Timed<Input>>,
    pub(crate) reports: Producer<'a, Report>,
    pub(crate) setups: Consumer<'a, &'s mut S>,
    pub(crate) used: Producer<'a, &'s mut S>,
    pub(crate) clock: &'a Clock,
}

/// The low half's end of a [`Link`].
#[derive(Debug)]
pub struct LowEnd<'a, 's, S = BoardSetup> {
    pub(crate) inputs: Producer<'a, Timed<Input>>,
    pub(crate) reports: Consumer<'a, Report>,
    pub(crate) setups: Producer<'a, &'s mut S>,
    pub(crate) used: Consumer<'a, &'s mut S>,
    pub(crate) clock: &'a Clock,
}

impl<'s, S> Link<'s, S> {
    /// Empty. Any.
    pub const fn new() -> Self {
        Self {
            inputs: Inline::new(),
            reports: Inline::new(),
            setups: Inline::new(),
            used: Inline::new(),
            clock: Clock::new(),
        }
    }

    /// Both ends; a `static` link gives ends that live for ever. Control.
    pub fn split<'a>(&'a mut self) -> (AudioEnd<'a, 's, S>, LowEnd<'a, 's, S>) {
        let (inputs_in, inputs_out) = self.inputs.split();
        let (reports_in, reports_out) = self.reports.split();
        let (setups_in, setups_out) = self.setups.split();
        let (used_in, used_out) = self.used.split();
        let clock = &self.clock;
        (
            AudioEnd { inputs: inputs_out, reports: reports_in, setups: setups_out, used: used_in, clock },
            LowEnd { inputs: inputs_in, reports: reports_out, setups: setups_in, used: used_out, clock },
        )
    }
}

impl<S> Default for Link<'_, S> {
    fn default() -> Self {
        Self::new()
    }
}
