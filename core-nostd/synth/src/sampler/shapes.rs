//! The smaller records of a kit: conditions, crossfades, flex envelopes and LFOs, and the waves.

use super::record::{Run, record};

record! {
    /// A controller must lie within a range, both ends included, on the scale of 0..=1.
    pub struct ControlRange {
        /// A [`Source`](super::Source)'s number below 0x200.
        pub control: u16,
        /// Keeps what follows at four bytes.
        pub unused: u16,
        /// Least value.
        pub low: f32,
        /// Greatest value.
        pub high: f32,
    }
}

impl ControlRange {
    /// True if a value lies in the range; a hair's breadth outside still does, for numbers that were divided by 127. Real-time.
    pub fn contains(&self, value: f32) -> bool {
        const HAIR: f32 = 0.001;
        value >= self.low - HAIR && value <= self.high + HAIR
    }
}

record! {
    /// A controller's value before anybody moves it (`set_ccN`), 0..=1.
    pub struct ControlStart {
        /// The controller, 0..=127.
        pub control: u16,
        /// Keeps what follows at four bytes.
        pub unused: u16,
        /// 0..=1.
        pub value: f32,
    }
}

/// What a crossfade follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum FadeBy {
    /// The key, 0..=127.
    Key,
    /// The velocity, 0..=127.
    Velocity,
    /// A controller, 0..=127.
    Control,
}

impl FadeBy {
    /// The one with this number. Any.
    pub fn from_number(number: u8) -> Self {
        [Self::Key, Self::Velocity].get(usize::from(number)).copied().unwrap_or(Self::Control)
    }
}

record! {
    /// Louder (or softer) from one value to another.
    pub struct Crossfade {
        /// A [`FadeBy`].
        pub by: u8,
        /// 1: fades out from `low` to `high`, 0: in.
        pub is_out: u8,
        /// Of [`FadeBy::Control`]: its number.
        pub control: u16,
        /// Silent (or full) up to here, 0..=127.
        pub low: f32,
        /// Full (or silent) from here, 0..=127.
        pub high: f32,
    }
}

record! {
    /// An envelope of points (ARIA's flex EG). Where it leads is a [`Link`](super::Link).
    pub struct FlexEnvelope {
        /// Its points, in order.
        pub points: Run,
        /// The point at which it waits for the release; past the last one: it does not.
        pub sustain: u8,
        /// 1: it is the amplitude envelope too: the voice ends when it does (`egN_ampeg`).
        pub is_amplitude: u8,
        /// Bit 0: controllers are read all the time (`egN_dynamic`).
        pub flags: u16,
    }
}

record! {
    /// A point of a flex envelope: reached in so many seconds from the one before.
    pub struct Point {
        /// Seconds, 0..=100.
        pub time: f32,
        /// −1..=1.
        pub level: f32,
        /// 0 linear; above 0 slow then fast, a power by one more than this; below 0 fast then slow.
        pub shape: f32,
    }
}

/// Waves of a flex LFO (`lfoN_wave`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "named as in SFZ")]
pub enum LfoWave {
    Triangle,
    Sine,
    /// Pulses of 75, 50, 25 and 12.5 %: 1, then 0.
    Pulse75,
    Square,
    Pulse25,
    Pulse12,
    RampUp,
    RampDown,
    /// Another random value each half cycle.
    SampleHold,
    /// The LFO's own steps.
    Steps,
}

impl LfoWave {
    /// By number of ours; triangle for an unknown one. Any.
    pub fn from_number(number: u8) -> Self {
        const ALL: [LfoWave; 10] = [
            LfoWave::Triangle,
            LfoWave::Sine,
            LfoWave::Pulse75,
            LfoWave::Square,
            LfoWave::Pulse25,
            LfoWave::Pulse12,
            LfoWave::RampUp,
            LfoWave::RampDown,
            LfoWave::SampleHold,
            LfoWave::Steps,
        ];
        ALL.get(usize::from(number)).copied().unwrap_or(LfoWave::Triangle)
    }
}

record! {
    /// One wave of a flex LFO; the LFO is the sum of its waves.
    pub struct LfoPart {
        /// A [`LfoWave`].
        pub wave: u8,
        /// Keeps what follows at four bytes.
        pub unused: [u8; 3],
        /// Added.
        pub offset: f32,
        /// Of the LFO's frequency.
        pub ratio: f32,
        /// Factor.
        pub scale: f32,
    }
}

record! {
    /// A low-frequency oscillator (SFZ v2 `lfoN`). Where it leads is a [`Link`](super::Link).
    pub struct FlexLfo {
        /// Hertz.
        pub frequency: f32,
        /// Turns, 0..1.
        pub phase: f32,
        /// Seconds before it begins.
        pub delay: f32,
        /// Seconds until it is there in full.
        pub fade: f32,
        /// Cycles after which it stops; 0: never.
        pub count: u32,
        /// Its waves: at least one.
        pub parts: Run,
        /// Levels −1..=1 of [`LfoWave::Steps`].
        pub steps: Run,
    }
}

/// What makes a wave's frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum WaveKind {
    /// A recording.
    Recording,
    /// `*silence`.
    Silence,
    /// `*sine`.
    Sine,
    /// `*saw`.
    Saw,
    /// `*square`.
    Square,
    /// `*triangle`.
    Triangle,
    /// `*noise`.
    Noise,
}

impl WaveKind {
    /// By number; silence for an unknown one. Any.
    pub fn from_number(number: u8) -> Self {
        const ALL: [WaveKind; 7] = [
            WaveKind::Recording,
            WaveKind::Silence,
            WaveKind::Sine,
            WaveKind::Saw,
            WaveKind::Square,
            WaveKind::Triangle,
            WaveKind::Noise,
        ];
        ALL.get(usize::from(number)).copied().unwrap_or(WaveKind::Silence)
    }
}

record! {
    /// A recording or a generator that parts play.
    pub struct Wave {
        /// A [`WaveKind`].
        pub kind: u8,
        /// 1 or 2.
        pub channels: u8,
        /// Keeps what follows at four bytes.
        pub unused: u16,
        /// Frames a second of the recording, never 0.
        pub rate_hz: u32,
        /// Frames in all.
        pub frames: u32,
        /// Where the left (or only) channel begins in a pool of 16-bit or block-coded frames; other stores leave it 0.
        pub left: u32,
        /// The same for the right channel.
        pub right: u32,
    }
}
