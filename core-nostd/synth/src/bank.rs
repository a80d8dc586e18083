//! What an instrument bank gives a voice: regions, resolved at note-on, over one borrowed pool of samples.
//!
//! A bank answers from memory that it was lent; nothing is prepared per note and nothing allocates. Whatever a file said,
//! a [`Region`] that leaves a bank is sound: the voice trusts its ranges.

use crate::sampler::{Kit, NoStream, PartPlayer, Waves};
use crate::{Generators, Modulators};

/// A preset's place in its bank's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PresetIndex(pub u16);

/// A set of presets over one pool of samples.
pub trait Bank {
    /// What plays its kit, in a synth of so many voices: [`NoSampler`](crate::sampler::NoSampler) for banks that never
    /// have one.
    type Player<const VOICES: usize>: PartPlayer;

    /// The preset with exactly this MIDI bank (0..=128, 128 is percussion) and program (0..=127). Real-time.
    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex>;

    /// Calls `each` for every region that `key` and `velocity` (0..=127) sound, in file order. Real-time.
    fn regions(&self, preset: PresetIndex, key: u8, velocity: u8, each: impl FnMut(&Region));

    /// The samples that regions point into; empty when every wave is synthesised directly. Real-time.
    fn pool(&self) -> SamplePool<'_>;

    /// The parts to play instead of regions. Real-time.
    #[inline(always)]
    fn kit(&self) -> Option<Kit<'_>> {
        None
    }

    /// Where the kit's recordings come from. Real-time.
    #[inline(always)]
    fn waves(&self) -> impl Waves {
        NoStream
    }
}

/// Mono frames, little-endian.
#[derive(Clone, Copy, Debug, Default)]
pub struct SamplePool<'a> {
    /// Frames as [`SamplePool::coding`] has them; a SoundFont's are its `smpl` chunk.
    pub high: &'a [u8],
    /// The lower eight bits of 24-bit samples, one byte a frame (`sm24`): empty, or as many frames as `high`. Only
    /// beside [`Coding::Pcm16`].
    pub low: &'a [u8],
    /// How `high` is to be read.
    pub coding: Coding,
}

/// How a pool stores its frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Coding {
    /// Two bytes a frame.
    #[default]
    Pcm16,
    /// Blocks of [`BLOCK8_FRAMES`] frames: a byte that says by how many bits (0..=8) each of the signed bytes behind it is
    /// shifted left. Any frame can be read without its neighbours.
    Block8,
}

impl Coding {
    /// Bytes that so many frames take. Any.
    pub const fn bytes(self, frames: u32) -> u64 {
        match self {
            Self::Pcm16 => 2 * frames as u64,
            Self::Block8 => frames.div_ceil(BLOCK8_FRAMES as u32) as u64 * BLOCK8_BYTES as u64,
        }
    }
}

/// Frames that share one shift in [`Coding::Block8`].
pub const BLOCK8_FRAMES: usize = 32;

/// Bytes of a block of [`Coding::Block8`].
pub const BLOCK8_BYTES: usize = 1 + BLOCK8_FRAMES;

/// One layer of a note: a wave and the settings it plays with.
#[derive(Clone, Debug)]
pub struct Region {
    /// Preset and instrument generators merged, defaults filled in. Those that are [fixed](crate::Generator::is_fixed)
    /// lie within their range; the voice clamps the others after the modulators.
    pub generators: Generators,
    /// Default and file modulators, merged by the rules of SF 2.04 section 9.5.
    pub modulators: Modulators,
    /// What sounds.
    pub wave: Wave,
}

impl Region {
    pub(crate) const EMPTY: Self =
        Self { generators: Generators::DEFAULT, modulators: Modulators::EMPTY, wave: Wave::Direct(Patch::SinePiano) };

    /// Becomes equal to another in place, without moving what the other does not use.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        self.generators.clone_from(&other.generators);
        self.modulators.copy_from(&other.modulators);
        self.wave = other.wave;
    }
}

/// What a voice plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Wave {
    /// Frames from the bank's pool.
    Sample(Sample),
    /// One of the built-in instruments, computed while it sounds.
    Direct(Patch),
}

/// The built-in instruments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Patch {
    /// Four decaying sine partials.
    SinePiano,
    /// Two-operator frequency modulation.
    ElectricPiano,
    /// Nine drawbars; sustains as long as the key is held.
    Organ,
}

/// A range of the pool. `start < end`, `end` is within the pool, and while `mode` loops,
/// `start <= loop_start < loop_end <= end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The sample header's index: two regions with one index play the same recording.
    pub index: u16,
    /// First frame, address offset generators applied.
    pub start: u32,
    /// One past the last frame.
    pub end: u32,
    /// First frame of the loop.
    pub loop_start: u32,
    /// One past the last frame of the loop.
    pub loop_end: u32,
    /// When the loop repeats.
    pub mode: LoopMode,
    /// Recording rate in hertz, never 0.
    pub rate_hz: u32,
    /// The MIDI key at which the sample sounds as recorded, overriding root key applied.
    pub root_key: u8,
    /// Pitch correction in cents.
    pub correction_cents: i8,
    /// Which side of a stereo pair this is.
    pub side: Side,
    /// The header index of the other side; this sample's own index when it has none.
    pub link: u16,
}

/// How a sample repeats (SF 2.04 sampleModes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopMode {
    /// Plays once.
    None,
    /// Repeats for as long as the voice sounds.
    Continuous,
    /// Repeats while the key is held, then plays the rest.
    UntilRelease,
}

/// A sample's part in a stereo pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Stands alone.
    Mono,
    /// The left channel.
    Left,
    /// The right channel, whose pitch leads both.
    Right,
}
