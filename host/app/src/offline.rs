//! Rendering as fast as the machine can: a song's length, then its tail, block by block into a sink.

use crate::quiet::Quiet;
use crate::roomy::boxed;
use ripieno_fx::ChainMemory;
use ripieno_ports::FrameSource;
use ripieno_rig::{Rig, RigConfig, Stats};
use ripieno_synth::Bank;
use ripieno_types::{Block, Command, SampleRate, Timed};
use std::fmt;

/// The most voices a run may ask for.
pub const MAX_VOICES: usize = 512;
/// The largest block a run may ask for, in frames.
pub const MAX_BLOCK: usize = 65_536;
/// How often the end of a tail is looked for, in seconds. Independent of the block size, and so is the length.
const TAIL_STEP_SECS: f64 = 0.1;

/// What comes after the last event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tail {
    /// So much, whatever sounds.
    Exactly {
        /// Seconds.
        secs: f64,
    },
    /// Until nothing sounds.
    Silence {
        /// Seconds after which the tail ends all the same.
        at_most_secs: f64,
    },
}

/// How a run goes.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    /// Frames a second.
    pub rate: SampleRate,
    /// Frames up to the end of the song.
    pub frames: u64,
    /// What follows.
    pub tail: Tail,
    /// Frames a block, `1..=MAX_BLOCK`.
    pub block: usize,
}

impl Schedule {
    /// The most frames that a run may give.
    pub fn most_frames(&self) -> u64 {
        let (Tail::Exactly { secs } | Tail::Silence { at_most_secs: secs }) = self.tail;
        self.frames.saturating_add(self.in_frames(secs))
    }

    fn in_frames(&self, secs: f64) -> u64 {
        (secs * f64::from(self.rate.hz())).round() as u64
    }
}

/// How long a run was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Length {
    /// Frames given to the sink.
    pub frames: u64,
    /// True if something still sounded when a tail of [`Tail::Silence`] ran out.
    pub is_cut: bool,
}

/// A source of frames that knows its end.
pub trait Player: FrameSource {
    /// True when nothing sounds and nothing more is to come.
    fn is_silent(&self) -> bool;
}

/// Plays a schedule into `sink`, which gets both channels of every block in turn and may stop the run. Control.
///
/// # Errors
/// Whatever `sink` says, at once.
pub fn perform<E>(
    player: &mut impl Player,
    schedule: &Schedule,
    mut sink: impl FnMut([&[f32]; 2]) -> Result<(), E>,
) -> Result<Length, E> {
    let block = schedule.block.clamp(1, MAX_BLOCK);
    let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
    let mut play = |source: &mut dyn FrameSource, frames: u64| -> Result<(), E> {
        let mut rest = frames;
        while rest > 0 {
            let now = rest.min(block as u64) as usize;
            let (left, right) = (&mut left[..now], &mut right[..now]);
            source.fill(Block::new(left, right));
            sink([left, right])?;
            rest -= now as u64;
        }
        Ok(())
    };
    play(player, schedule.frames)?;
    let most = schedule.most_frames();
    if let Tail::Exactly { .. } = schedule.tail {
        play(player, most - schedule.frames)?;
        return Ok(Length { frames: most, is_cut: false });
    }
    let (mut frames, step) = (schedule.frames, schedule.in_frames(TAIL_STEP_SECS).max(1));
    while frames < most && !player.is_silent() {
        let now = step.min(most - frames);
        play(player, now)?;
        frames += now;
    }
    Ok(Length { frames, is_cut: !player.is_silent() })
}

/// A rig that plays a list of commands.
pub struct Band<'a, B: Bank> {
    rig: Box<Rig<B, Box<[f32]>, MAX_VOICES>>,
    commands: &'a [Timed<Command>],
    quiet: Quiet,
    /// How many of those mean that the effects have rung out; 0 without effects.
    rung_out: u64,
}

impl<'a, B: Bank + Send> Band<'a, B>
where
    B::Player<MAX_VOICES>: Send,
{
    /// Sets a rig up to play `commands`, which are in order of time. Control; allocates all that playing needs.
    pub fn new(bank: B, config: RigConfig, commands: &'a [Timed<Command>]) -> Self {
        let rate = config.synth.rate;
        let memory = ChainMemory::with(rate, |samples| vec![0.0; samples].into_boxed_slice());
        let rung_out = if config.effects { Quiet::rung_out(rate) } else { 0 };
        Self { rig: boxed(|| Rig::new(bank, memory, config)), commands, quiet: Quiet::default(), rung_out }
    }
}

impl<B: Bank> Band<'_, B> {
    /// What the rig counted so far.
    pub fn stats(&self) -> Stats {
        self.rig.stats()
    }
}

impl<B: Bank> fmt::Debug for Band<'_, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Band").field("commands", &self.commands.len()).finish_non_exhaustive()
    }
}

impl<B: Bank> FrameSource for Band<'_, B> {
    fn fill(&mut self, mut block: Block<'_>) -> usize {
        self.rig.render(block.reborrow(), &mut self.commands);
        let frames = block.frames();
        self.quiet.follow(block);
        frames
    }
}

impl<B: Bank> Player for Band<'_, B> {
    fn is_silent(&self) -> bool {
        self.commands.is_empty() && self.rig.is_silent() && self.quiet.frames() >= self.rung_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    /// Sounds for so many frames, then is silent.
    struct Tone {
        left: u64,
    }

    impl FrameSource for Tone {
        fn fill(&mut self, mut block: Block<'_>) -> usize {
            block.clear();
            self.left = self.left.saturating_sub(block.frames() as u64);
            block.frames()
        }
    }

    impl Player for Tone {
        fn is_silent(&self) -> bool {
            self.left == 0
        }
    }

    fn check(sounds: u64, frames: u64, tail: Tail, expected: Length) {
        for block in [1, 7, 64, 4096] {
            let schedule = Schedule { rate: SampleRate::new(10_000).unwrap(), frames, tail, block };
            let mut heard = 0;
            let length = perform(&mut Tone { left: sounds }, &schedule, |[left, right]| {
                assert!(left.len() == right.len() && left.len() <= block);
                heard += left.len() as u64;
                Ok::<_, Infallible>(())
            });
            assert_eq!(length, Ok(expected), "{tail:?} in blocks of {block}");
            assert_eq!(heard, expected.frames);
        }
    }

    #[test]
    fn tails_end_as_asked_whatever_the_block() {
        let silence = Tail::Silence { at_most_secs: 1.0 };
        check(500, 1_000, Tail::Exactly { secs: 0.5 }, Length { frames: 6_000, is_cut: false });
        check(9_000, 1_000, Tail::Exactly { secs: 0.0 }, Length { frames: 1_000, is_cut: false });
        check(500, 1_000, silence, Length { frames: 1_000, is_cut: false });
        // Steps of a tenth of a second, 1000 frames here.
        check(1_001, 1_000, silence, Length { frames: 2_000, is_cut: false });
        check(11_000, 1_000, silence, Length { frames: 11_000, is_cut: false });
        check(11_001, 1_000, silence, Length { frames: 11_000, is_cut: true });
        check(0, 0, silence, Length { frames: 0, is_cut: false });
    }

    #[test]
    fn a_sink_stops_the_run() {
        let schedule =
            Schedule { rate: SampleRate::CD, frames: 1_000_000, tail: Tail::Exactly { secs: 0.0 }, block: 64 };
        let mut blocks = 0;
        let stopped = perform(&mut Tone { left: 1 }, &schedule, |_| {
            blocks += 1;
            if blocks == 3 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((stopped, blocks), (Err("enough"), 3));
    }
}
