//! The parameter table: ids, names, defaults, and what a value 0..=1 means in the world.

use core::fmt;
use ripieno_types::{EffectId, ParamId};

/// Ids in table order, to be used instead of numbers.
pub mod id {
    use ripieno_types::{EffectId, ParamId};

    /// Effect: volume.
    pub const VOLUME: EffectId = EffectId(0);
    /// Effect: filter.
    pub const FILTER: EffectId = EffectId(1);
    /// Effect: pitch shift.
    pub const PITCH: EffectId = EffectId(2);
    /// Effect: chorus.
    pub const CHORUS: EffectId = EffectId(3);
    /// Effect: delay.
    pub const DELAY: EffectId = EffectId(4);
    /// Effect: reverb.
    pub const REVERB: EffectId = EffectId(5);
    /// Effect: pan.
    pub const PAN: EffectId = EffectId(6);

    /// `volume.gain`
    pub const VOLUME_GAIN: ParamId = ParamId(0);
    /// `filter.cutoff`
    pub const FILTER_CUTOFF: ParamId = ParamId(1);
    /// `filter.resonance`
    pub const FILTER_RESONANCE: ParamId = ParamId(2);
    /// `filter.mode`
    pub const FILTER_MODE: ParamId = ParamId(3);
    /// `pitch.shift`
    pub const PITCH_SHIFT: ParamId = ParamId(4);
    /// `chorus.rate`
    pub const CHORUS_RATE: ParamId = ParamId(5);
    /// `chorus.depth`
    pub const CHORUS_DEPTH: ParamId = ParamId(6);
    /// `chorus.mix`
    pub const CHORUS_MIX: ParamId = ParamId(7);
    /// `delay.time`
    pub const DELAY_TIME: ParamId = ParamId(8);
    /// `delay.feedback`
    pub const DELAY_FEEDBACK: ParamId = ParamId(9);
    /// `delay.mix`
    pub const DELAY_MIX: ParamId = ParamId(10);
    /// `reverb.mix`
    pub const REVERB_MIX: ParamId = ParamId(11);
    /// `reverb.decay`
    pub const REVERB_DECAY: ParamId = ParamId(12);
    /// `pan.pan`
    pub const PAN_PAN: ParamId = ParamId(13);
}

/// One effect of the chain.
#[derive(Clone, Copy, Debug)]
pub struct EffectInfo {
    /// Its place in the table and in the default order.
    pub id: EffectId,
    /// Stable name, such as `reverb`.
    pub name: &'static str,
    /// The parameter that the bare effect name stands for.
    pub main: ParamId,
    /// First and one past the last of its parameters in [`PARAMS`].
    pub params: (u8, u8),
}

/// How a physical value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unit {
    /// A linear gain, written in decibels.
    Gain,
    /// Hertz.
    Hertz,
    /// A filter's quality factor.
    Quality,
    /// Below ½ low-pass, else high-pass.
    Mode,
    /// Semitones, signed.
    Semitones,
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// A share, written as a percentage.
    Share,
    /// −1 left, 0 centre, +1 right.
    Side,
}

/// One parameter of one effect. Values run 0..=1.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ParamInfo {
    /// Its place in [`PARAMS`].
    pub id: ParamId,
    /// Its effect.
    pub effect: EffectId,
    /// Stable name, such as `reverb.mix`.
    pub name: &'static str,
    /// What a page writes beside the knob.
    pub label: &'static str,
    /// The value of a new chain. Wet parts start at 0: a new chain changes nothing but the frames' address.
    pub default: f32,
    /// The unit of [`physical`](Self::physical).
    pub unit: Unit,
    map: fn(f32) -> f32,
}

impl ParamInfo {
    /// What `value` 0..=1 means, in [`unit`](Self::unit). Any.
    pub fn physical(&self, value: f32) -> f32 {
        (self.map)(value.clamp(0.0, 1.0))
    }

    /// The physical value as text, such as `1.64 s`. Control: formats.
    pub fn text(&self, value: f32) -> Text {
        Text { unit: self.unit, physical: self.physical(value) }
    }
}

/// Writes a physical value with its unit.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    unit: Unit,
    physical: f32,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let x = self.physical;
        match self.unit {
            Unit::Gain if x <= 0.0 => f.write_str("silent"),
            Unit::Gain => write!(f, "{:.1} dB", ripieno_dsp::maths::db_from_gain(x)),
            Unit::Hertz if x < 10.0 => write!(f, "{x:.2} Hz"),
            Unit::Hertz => write!(f, "{x:.0} Hz"),
            Unit::Quality => write!(f, "Q {x:.2}"),
            Unit::Mode => f.write_str(if x < 0.5 { "low-pass" } else { "high-pass" }),
            Unit::Semitones => write!(f, "{x:+.2} st"),
            Unit::Millis => write!(f, "{x:.2} ms"),
            Unit::Seconds => write!(f, "{x:.3} s"),
            Unit::Share => write!(f, "{:.0} %", x * 100.0),
            Unit::Side if x == 0.0 => f.write_str("centre"),
            Unit::Side => write!(f, "{:.0} % {}", x.abs() * 100.0, if x < 0.0 { "left" } else { "right" }),
        }
    }
}

/// Maps from 0..=1 to the world; the effects use the same ones.
pub(crate) mod map {
    /// Filter cutoff in hertz: 80 at 0, 16 000 at 1.
    pub fn cutoff_hz(value: f32) -> f32 {
        // log2(200)
        80.0 * ripieno_dsp::maths::exp2(7.643_856 * value)
    }
    /// Filter quality: 0.5 to 8.
    pub fn quality(value: f32) -> f32 {
        0.5 + 7.5 * value
    }
    /// Pitch shift in semitones: −12 to 12.
    pub fn semitones(value: f32) -> f32 {
        24.0 * (value - 0.5)
    }
    /// Chorus rate in hertz: 0.1 to 5.
    pub fn chorus_hz(value: f32) -> f32 {
        0.1 + 4.9 * value
    }
    /// Chorus depth in milliseconds to each side of the base delay: 0.5 to 5.
    pub fn chorus_ms(value: f32) -> f32 {
        0.5 + 4.5 * value
    }
    /// Delay time in seconds: 0.05 to 1.
    pub fn delay_secs(value: f32) -> f32 {
        0.05 + 0.95 * value
    }
    /// Delay feedback as a gain: at most 0.85.
    pub fn feedback(value: f32) -> f32 {
        0.85 * value
    }
    /// Reverb decay as RT60 in seconds: 0.3 to 9, 1.64 at the centre.
    pub fn rt60_secs(value: f32) -> f32 {
        // log2(30)
        0.3 * ripieno_dsp::maths::exp2(4.906_890_6 * value)
    }
    /// Pan side: −1 left to +1 right.
    pub fn side(value: f32) -> f32 {
        2.0 * value - 1.0
    }
    /// As it is.
    pub fn same(value: f32) -> f32 {
        value
    }
}

macro_rules! params {
    ($($id:ident $effect:ident $name:literal $label:literal $default:literal $unit:ident $map:ident;)*) => {
        /// Every parameter, in id order.
        pub static PARAMS: [ParamInfo; 14] = [$(ParamInfo {
            id: id::$id, effect: id::$effect, name: $name, label: $label,
            default: $default, unit: Unit::$unit, map: map::$map,
        },)*];
    };
}

params! {
    VOLUME_GAIN VOLUME "volume.gain" "Volume" 1.0 Gain same;
    FILTER_CUTOFF FILTER "filter.cutoff" "Cutoff" 1.0 Hertz cutoff_hz;
    FILTER_RESONANCE FILTER "filter.resonance" "Resonance" 0.0 Quality quality;
    FILTER_MODE FILTER "filter.mode" "Mode" 0.0 Mode same;
    PITCH_SHIFT PITCH "pitch.shift" "Shift" 0.5 Semitones semitones;
    CHORUS_RATE CHORUS "chorus.rate" "Rate" 0.3 Hertz chorus_hz;
    CHORUS_DEPTH CHORUS "chorus.depth" "Depth" 0.5 Millis chorus_ms;
    CHORUS_MIX CHORUS "chorus.mix" "Chorus" 0.0 Share same;
    DELAY_TIME DELAY "delay.time" "Time" 0.3 Seconds delay_secs;
    DELAY_FEEDBACK DELAY "delay.feedback" "Feedback" 0.3 Share feedback;
    DELAY_MIX DELAY "delay.mix" "Delay" 0.0 Share same;
    REVERB_MIX REVERB "reverb.mix" "Reverb" 0.0 Share same;
    REVERB_DECAY REVERB "reverb.decay" "Decay" 0.5 Seconds rt60_secs;
    PAN_PAN PAN "pan.pan" "Pan" 0.5 Side side;
}

const fn info(id: EffectId, name: &'static str, main: ParamId, first: u8, end: u8) -> EffectInfo {
    EffectInfo { id, name, main, params: (first, end) }
}

/// Every effect, in id order, which is the default order of the chain.
pub static EFFECTS: [EffectInfo; 7] = [
    info(id::VOLUME, "volume", id::VOLUME_GAIN, 0, 1),
    info(id::FILTER, "filter", id::FILTER_CUTOFF, 1, 4),
    info(id::PITCH, "pitch", id::PITCH_SHIFT, 4, 5),
    info(id::CHORUS, "chorus", id::CHORUS_MIX, 5, 8),
    info(id::DELAY, "delay", id::DELAY_MIX, 8, 11),
    info(id::REVERB, "reverb", id::REVERB_MIX, 11, 13),
    info(id::PAN, "pan", id::PAN_PAN, 13, 14),
];

impl EffectInfo {
    /// Its parameters. Any.
    pub fn infos(&self) -> &'static [ParamInfo] {
        &PARAMS[usize::from(self.params.0)..usize::from(self.params.1)]
    }
}

/// Finds a parameter by its name, `reverb.decay`, or by its effect's, `reverb`, which means the main one. Any.
pub fn param(name: &str) -> Option<&'static ParamInfo> {
    let main = || effect(name).map(|found| &PARAMS[usize::from(found.main.0)]);
    PARAMS.iter().find(|info| info.name == name).or_else(main)
}

/// Finds an effect by its name. Any.
pub fn effect(name: &str) -> Option<&'static EffectInfo> {
    EFFECTS.iter().find(|info| info.name == name)
}

/// A MIDI controller value (0..=127, higher counts as 127) as a parameter value: 0 → 0, 64 → exactly ½, 127 → 1. Any.
pub fn value_from_midi(controller: u8) -> f32 {
    let value = f32::from(controller.min(127));
    if value <= 64.0 { value / 128.0 } else { 0.5 + (value - 64.0) / 126.0 }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::string::ToString;

    #[test]
    fn table_is_in_id_order_and_effects_cover_it() {
        for (index, info) in PARAMS.iter().enumerate() {
            assert_eq!(usize::from(info.id.0), index);
            let owner = &EFFECTS[usize::from(info.effect.0)];
            assert!(info.name.starts_with(owner.name) && owner.infos().iter().any(|own| own.id == info.id));
        }
        assert_eq!(EFFECTS.iter().map(|effect| effect.infos().len()).sum::<usize>(), PARAMS.len());
        assert!(EFFECTS.iter().enumerate().all(|(index, effect)| usize::from(effect.id.0) == index));
    }

    #[test]
    fn short_names_mean_the_main_parameter() {
        for (short, long) in [
            ("volume", "volume.gain"),
            ("filter", "filter.cutoff"),
            ("pitch", "pitch.shift"),
            ("chorus", "chorus.mix"),
            ("delay", "delay.mix"),
            ("reverb", "reverb.mix"),
            ("pan", "pan.pan"),
        ] {
            assert_eq!(param(short).map(|info| info.name), Some(long));
        }
        assert!(param("reverb.").is_none() && param("").is_none() && effect("echo").is_none());
    }

    #[test]
    fn texts_say_what_is_heard() {
        for (name, value, text) in [
            ("volume", 0.5, "-6.0 dB"),
            ("volume", 0.0, "silent"),
            ("filter.cutoff", 0.0, "80 Hz"),
            ("filter.cutoff", 1.0, "16000 Hz"),
            ("filter.resonance", 1.0, "Q 8.00"),
            ("filter.mode", 0.7, "high-pass"),
            ("pitch", 1.0, "+12.00 st"),
            ("chorus.rate", 0.0, "0.10 Hz"),
            ("chorus.depth", 1.0, "5.00 ms"),
            ("delay.time", 1.0, "1.000 s"),
            ("delay.feedback", 1.0, "85 %"),
            ("reverb.decay", 0.5, "1.643 s"),
            ("pan", 0.5, "centre"),
            ("pan", 0.25, "50 % left"),
        ] {
            assert_eq!(param(name).map(|info| info.text(value).to_string()).as_deref(), Some(text), "{name}");
        }
    }

    #[test]
    fn midi_centre_is_exact_and_the_way_is_monotone() {
        assert_eq!([0, 64, 127, 200].map(value_from_midi), [0.0, 0.5, 1.0, 1.0]);
        assert!((1..128).all(|v| value_from_midi(v) > value_from_midi(v - 1)));
    }
}
