//! Panels in a live session: what stands before the rig, and what the audio side tells of it.

use super::Samples;
use crate::panels::{HostMapper, HostScore};
use ripieno_panel::{Action, Output, Phase, value};
use ripieno_rig::Front;
use ripieno_ring::spsc::Producer;
use ripieno_types::Timed;

/// What stands before the rig.
pub type HostFront = Front<Box<HostMapper>, Box<HostScore>, Samples>;

/// What a session tells those who listen, in the order in which it happened.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// What a panel said: effect settings that it changed, and all that is no command.
    Output(Output),
    /// The n-th set-up of the session takes its place: what follows is said of it, and counts mappings by it.
    Panels(u64),
    /// So many outcomes were lost here, because nobody took them in time.
    Lost(u64),
}

/// Hears outcomes on the session's thread, so it must not take long; false ends it.
pub type Listener = Box<dyn FnMut(Outcome) -> bool + Send>;

/// The callback's end of the outcomes.
#[derive(Debug)]
pub struct Teller {
    outcomes: Producer<'static, Outcome>,
    lost: u64,
    /// The output gain that a panel has just set.
    master: Option<f32>,
}

impl Teller {
    /// Tells through a ring. Any.
    pub fn new(outcomes: Producer<'static, Outcome>) -> Self {
        Self { outcomes, lost: 0, master: None }
    }

    /// Tells what a panel said. Real-time.
    pub fn say(&mut self, output: Timed<Output>) {
        if let Some(gain) = master(&output.value) {
            self.master = Some(gain);
        }
        self.tell(Outcome::Output(output.value));
    }

    /// Tells an outcome, or counts it as lost. Real-time.
    pub fn tell(&mut self, outcome: Outcome) {
        if self.lost > 0 && self.outcomes.push(Outcome::Lost(self.lost)).is_ok() {
            self.lost = 0;
        }
        if self.lost > 0 || self.outcomes.push(outcome).is_err() {
            self.lost += 1;
        }
    }

    /// The output gain to glide to, if a panel has set one since the last call. Real-time.
    pub fn take_master(&mut self) -> Option<f32> {
        self.master.take()
    }
}

/// The output gain that an output sets, linear.
pub fn master(output: &Output) -> Option<f32> {
    match output {
        Output::Do { action: Action::Master, phase: Phase::On(value) | Phase::Set(value), .. } => {
            Some(value::to_unit(*value))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_panel::BankId;
    use ripieno_ring::spsc::channel;

    #[test]
    fn what_is_lost_is_told_in_its_place() {
        let (ring, mut told) = channel(4);
        let mut teller = Teller::new(ring);
        let bank = |n| Output::Bank(BankId(n));
        for n in 0..7 {
            teller.say(Timed { at: 0, value: bank(n) });
        }
        let mut taken: Vec<_> = std::iter::from_fn(|| told.pop()).collect();
        teller.say(Timed { at: 0, value: bank(7) });
        taken.extend(std::iter::from_fn(|| told.pop()));
        let mut expected: Vec<_> = (0..4).map(|n| Outcome::Output(bank(n))).collect();
        expected.extend([Outcome::Lost(3), Outcome::Output(bank(7))]);
        assert_eq!(taken, expected);
    }
}
