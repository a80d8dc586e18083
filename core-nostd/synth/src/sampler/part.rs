//! One SFZ region as a player needs it: when it sounds, which wave, and where its numbers lie.

use super::record::{Run, record};

/// What starts a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Trigger {
    /// A note-on.
    Attack,
    /// A note-off, or the pedal that held the note.
    Release,
    /// A note-off, whatever the pedals do (`release_key`).
    ReleaseKey,
    /// A note-on while no other note is held.
    First,
    /// A note-on while another note is held.
    Legato,
    /// A controller that comes into the part's [`Part::starters`].
    Control,
}

/// How a part's wave repeats (SFZ `loop_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Repeat {
    /// To the end or to the release.
    None,
    /// To the end, whatever the key does.
    OneShot,
    /// Loops as long as it sounds.
    Continuous,
    /// Loops while held.
    Sustain,
}

/// Kinds of filter (`fil_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "named as in SFZ")]
pub enum FilterKind {
    None,
    Lpf1,
    Hpf1,
    Bpf1,
    Brf1,
    Apf1,
    Lpf2,
    Hpf2,
    Bpf2,
    Brf2,
    /// As [`FilterKind::Peak`].
    Pkf2,
    Lpf4,
    Hpf4,
    Lpf6,
    Hpf6,
    Comb,
    Pink,
    /// State-variable forms of the two-pole kinds.
    Lpf2Sv,
    Hpf2Sv,
    Bpf2Sv,
    Brf2Sv,
    LowShelf,
    HighShelf,
    Peak,
}

/// Kinds of an equaliser band (`eqN_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "named as in SFZ")]
pub enum EqKind {
    Peak,
    LowShelf,
    HighShelf,
}

/// What ends the voices of another group (`off_mode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum OffMode {
    /// Within milliseconds.
    Fast,
    /// By the release.
    Normal,
    /// Within [`Part::off_time`].
    Time,
}

/// Gives enumerations of records their numbers back; an unknown one is the first.
macro_rules! numbered {
    ($($name:ident { $($variant:ident)* })*) => {$(
        impl $name {
            /// The one with this number, the first for an unknown number. Any.
            pub fn from_number(number: u8) -> Self {
                const ALL: &[$name] = &[$($name::$variant,)*];
                ALL.get(usize::from(number)).copied().unwrap_or(ALL[0])
            }
        }
    )*};
}

numbered! {
    Trigger { Attack Release ReleaseKey First Legato Control }
    Repeat { None OneShot Continuous Sustain }
    FilterKind {
        None Lpf1 Hpf1 Bpf1 Brf1 Apf1 Lpf2 Hpf2 Bpf2 Brf2 Pkf2 Lpf4 Hpf4 Lpf6 Hpf6 Comb Pink Lpf2Sv Hpf2Sv Bpf2Sv Brf2Sv
        LowShelf HighShelf Peak
    }
    EqKind { Peak LowShelf HighShelf }
    OffMode { Fast Normal Time }
}

record! {
    /// One SFZ region. Ranges are inclusive.
    pub struct Part {
        /// Keys that start it.
        pub keys: [u8; 2],
        /// Velocities that start it.
        pub velocities: [u8; 2],
        /// MIDI channels, 0..=15.
        pub channels: [u8; 2],
        /// A [`Trigger`].
        pub trigger: u8,
        /// A [`Repeat`].
        pub repeat: u8,
        /// Channel pressure at the start.
        pub channel_pressure: [u8; 2],
        /// Key pressure at the start.
        pub key_pressure: [u8; 2],
        /// Wheel at the start, −8192..=8191.
        pub bend: [i16; 2],
        /// Of the note's random number 0..1; the upper end excluded (below 1).
        pub random: [f32; 2],
        /// Beats a minute.
        pub tempo: [f32; 2],
        /// Round robin: of how many, which (from 1), and which counter (parts with one condition share it).
        pub sequence_length: u8,
        /// From 1.
        pub sequence_position: u8,
        /// A counter below [`Kit::MAX_SEQUENCES`](super::Kit::MAX_SEQUENCES).
        pub sequence: u16,
        /// Keys that are switches; empty as 1..=0.
        pub switch_keys: [u8; 2],
        /// `sw_last`: the last switch that went down must be one of these; none as 1..=0.
        pub switch_last: [u8; 2],
        /// `sw_down`, `sw_up`, `sw_previous`: [`Part::NO_KEY`] for none.
        pub switch_down: u8,
        /// A switch that must be up.
        pub switch_up: u8,
        /// The key that must have been played before.
        pub switch_previous: u8,
        /// The switch taken as last down before any went down.
        pub switch_default: u8,
        /// [`Part::SUSTAINED`] and the like.
        pub flags: u16,
        /// `sustain_cc`, `sostenuto_cc`: controllers that act as pedals.
        pub sustain_control: u8,
        /// As above.
        pub sostenuto_control: u8,
        /// From this value on `sustain_control` holds (`sustain_lo`); 0: as the synth's configuration has pedals.
        pub sustain_low: u8,
        /// From this value on `sostenuto_control` is down (`sostenuto_lo`); 0: as pedals are everywhere.
        pub sostenuto_low: u8,
        /// Its group; 0 is none.
        pub group: u32,
        /// Ends when this group starts a voice; 0 is none.
        pub off_by: u32,
        /// Seconds of [`OffMode::Time`].
        pub off_time: f32,
        /// An [`OffMode`].
        pub off_mode: u8,
        /// Voices at once, 0 for any number: of the parts with its `polyphony_set`.
        pub polyphony: u8,
        /// Voices of its group and of one key at once, 0 for any number.
        pub note_polyphony: u8,
        /// Whose voices [`Part::polyphony`] counts: those of parts with the same number here, whatever it is; 0: those of
        /// parts with its group.
        pub polyphony_set: u32,
        /// Filter kinds ([`FilterKind`]): first and second.
        pub filters: [u8; 2],
        /// Kinds of the equaliser bands ([`EqKind`]).
        pub equalisers: [u8; 3],
        /// Its wave.
        pub wave: u32,
        /// First frame; the wave's frames if it is beyond them: then nothing sounds.
        pub offset: u32,
        /// At most so many frames more, by chance.
        pub offset_random: u32,
        /// One past the last frame.
        pub end: u32,
        /// First frame of the loop.
        pub loop_start: u32,
        /// One past the last frame of the loop.
        pub loop_end: u32,
        /// How often it plays (`count`), 0 without limit; and crossfade of the loop in frames.
        pub count: u32,
        /// Frames that the loop's end is faded into its start.
        pub loop_crossfade: u32,
        /// Voices of `oscillator_multi`, 1..=9: of mode 0 two are one that rings with another, more are side by side.
        pub unison: u8,
        /// `oscillator_mode`: above 0 another generator bends the frequency.
        pub oscillator_mode: u8,
        /// How its recording is read (`sample_quality`): 0 as the synth is set, 1 by two points, 2 by four, 3 and 4 by eight,
        /// from 5 on by 24.
        pub quality: u8,
        /// A curve's number for `amp_velcurve`, [`Part::NO_CURVE`] without.
        pub velocity_curve: u16,
        /// Further conditions ([`ControlRange`](super::ControlRange)).
        pub conditions: Run,
        /// What starts a [`Trigger::Control`].
        pub starters: Run,
        /// Its [`Value`](super::Value)s.
        pub values: Run,
        /// Its [`Link`](super::Link)s.
        pub links: Run,
        /// Its [`Crossfade`](super::Crossfade)s.
        pub fades: Run,
        /// Its [`FlexEnvelope`](super::FlexEnvelope)s: number n in the part is the n-th of the run.
        pub envelopes: Run,
        /// Its [`FlexLfo`](super::FlexLfo)s.
        pub lfos: Run,
    }
}

impl Part {
    /// No key.
    pub const NO_KEY: u8 = 0xFF;
    /// No curve.
    pub const NO_CURVE: u16 = 0xFFFF;

    /// The sustain pedal holds it (`sustain_sw=on`).
    pub const SUSTAINED: u16 = 1;
    /// The sostenuto pedal may catch it.
    pub const CATCHABLE: u16 = 1 << 1;
    /// A new voice of the same key does not end louder ones (`note_selfmask=off`).
    pub const NO_SELF_MASK: u16 = 1 << 2;
    /// A release part sounds even if nothing of its note does (`rt_dead=on`).
    pub const RELEASES_DEAD: u16 = 1 << 3;
    /// Plays backwards.
    pub const REVERSE: u16 = 1 << 4;
    /// The wave is one period of an oscillator (`oscillator=on`).
    pub const OSCILLATOR: u16 = 1 << 5;
    /// Velocity is that of the note before (`sw_vel=previous`).
    pub const PREVIOUS_VELOCITY: u16 = 1 << 6;
    /// Inverts the phase (`phase=invert`).
    pub const INVERTED: u16 = 1 << 7;
    /// Crossfades over keys, velocities and controllers keep the gain, not the power.
    pub const KEY_FADES_BY_GAIN: u16 = 1 << 8;
    /// As above.
    pub const VELOCITY_FADES_BY_GAIN: u16 = 1 << 9;
    /// As above.
    pub const CONTROL_FADES_BY_GAIN: u16 = 1 << 10;
    /// The filters follow what is steered without the usual ramp's first period (`fil` at once); the amplitude envelope
    /// reads its controllers all the time (`ampeg_dynamic=1`).
    pub const DYNAMIC_AMP: u16 = 1 << 11;
    /// The same for `fileg_dynamic`.
    pub const DYNAMIC_FILTER: u16 = 1 << 12;
    /// The same for `pitcheg_dynamic`.
    pub const DYNAMIC_PITCH: u16 = 1 << 13;

    /// A part that any note-on starts and that plays wave 0 whole, with no numbers of its own.
    pub const WHOLE: Self = Self {
        keys: [0, 127],
        velocities: [1, 127],
        channels: [0, 15],
        trigger: Trigger::Attack as u8,
        repeat: Repeat::None as u8,
        channel_pressure: [0, 127],
        key_pressure: [0, 127],
        bend: [-8192, 8191],
        random: [0.0, 1.0],
        tempo: [0.0, 500.0],
        sequence_length: 1,
        sequence_position: 1,
        sequence: 0,
        switch_keys: [1, 0],
        switch_last: [1, 0],
        switch_down: Self::NO_KEY,
        switch_up: Self::NO_KEY,
        switch_previous: Self::NO_KEY,
        switch_default: Self::NO_KEY,
        flags: Self::SUSTAINED | Self::CATCHABLE,
        sustain_control: 64,
        sostenuto_control: 66,
        sustain_low: 0,
        sostenuto_low: 0,
        group: 0,
        off_by: 0,
        off_time: 0.006,
        off_mode: OffMode::Fast as u8,
        polyphony: 0,
        note_polyphony: 0,
        polyphony_set: 0,
        filters: [FilterKind::None as u8; 2],
        equalisers: [EqKind::Peak as u8; 3],
        wave: 0,
        offset: 0,
        offset_random: 0,
        end: u32::MAX,
        loop_start: 0,
        loop_end: 0,
        count: 0,
        loop_crossfade: 0,
        unison: 1,
        oscillator_mode: 0,
        quality: 0,
        velocity_curve: Self::NO_CURVE,
        conditions: Run::EMPTY,
        starters: Run::EMPTY,
        values: Run::EMPTY,
        links: Run::EMPTY,
        fades: Run::EMPTY,
        envelopes: Run::EMPTY,
        lfos: Run::EMPTY,
    };

    /// True if one of [`Part::flags`] is set. Real-time.
    pub fn has(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }
}
