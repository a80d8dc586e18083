//! What reaches a front, and where it comes from.

use ripieno_panel::{Action, DeviceId, PanelId};
use ripieno_ring::spsc::Consumer;
use ripieno_types::midi::{MidiWord, SysEx};
use ripieno_types::{Command, Timed};

/// One input.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Input {
    /// A device's message.
    Midi {
        /// The device.
        device: DeviceId,
        /// The message.
        word: MidiWord,
    },
    /// A device's SysEx message: for the mapper, and for the rig.
    SysEx {
        /// The device.
        device: DeviceId,
        /// Its body.
        body: SysEx,
    },
    /// A command past the mapper, which is told if knobs have to take over again. [`Command::Panic`] ends what mapper and
    /// sequencer have begun too.
    Direct(Command),
    /// Something else that knobs may have to take over again, such as the output gain, was set.
    Moved {
        /// What.
        action: Action,
        /// To what, 0..=65535.
        value: u16,
    },
    /// Makes a panel active, or empties its slot.
    Activate {
        /// The panel.
        panel: PanelId,
        /// False: deactivate.
        on: bool,
    },
    /// A device is back: its lights are sent anew.
    Refresh(DeviceId),
}

/// A queue of timed inputs. Real-time.
pub trait Inputs {
    /// The frame at which the next input is due.
    fn next_at(&mut self) -> Option<u64>;

    /// Takes the next input.
    fn take(&mut self) -> Option<Timed<Input>>;
}

impl<I: Inputs> Inputs for &mut I {
    fn next_at(&mut self) -> Option<u64> {
        I::next_at(self)
    }

    fn take(&mut self) -> Option<Timed<Input>> {
        I::take(self)
    }
}

/// Whatever has arrived in the ring.
impl Inputs for Consumer<'_, Timed<Input>> {
    fn next_at(&mut self) -> Option<u64> {
        self.peek().map(|input| input.at)
    }

    fn take(&mut self) -> Option<Timed<Input>> {
        self.pop()
    }
}

/// A list, consumed from its front.
impl Inputs for &[Timed<Input>] {
    fn next_at(&mut self) -> Option<u64> {
        self.first().map(|input| input.at)
    }

    fn take(&mut self) -> Option<Timed<Input>> {
        let (first, rest) = self.split_first()?;
        *self = rest;
        Some(*first)
    }
}
