//! A region's generators with its modulators applied, in physical units: what a voice works from until a controller
//! that it listens to moves.

use crate::channel::{Channel, NoteSources, cc};
use crate::envelope::Envelope;
use crate::shape::Source;
use crate::voice::Surroundings;
use crate::{Generator, Generators, Modulator, Modulators, Sf2Profile, units};
use ripieno_dsp::maths::sin_turns;

/// The envelope's way from full to nothing, in centibels (SF 2.04: 100 dB).
pub const ENVELOPE_CENTIBELS: f32 = 1_000.0;

/// What the soft pedal takes from new notes, in centibels.
pub const SOFT_PEDAL_CENTIBELS: f32 = 40.0;

/// Shortest release in timecents, about 16 ms: shorter ones click.
const SHORTEST_RELEASE: f32 = -7_200.0;

/// From here down, delays are none at all.
const NO_TIME: f32 = -12_000.0;

/// True for the standard's default from velocity to cutoff, in the form of 2.04 or of 2.01. Most players ignore it: as
/// written it dulls every quiet note by two octaves, which no font expects.
fn is_velocity_to_cutoff(modulator: &Modulator) -> bool {
    let is_connection = modulator.source == 0x0102 && modulator.destination == Generator::FilterCutoff;
    is_connection && modulator.amount == -2_400 && matches!(modulator.amount_source, 0 | 0x0D02)
}

/// A voice's parameters.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Cents above the key's own pitch, or above the recording's: see [`Settings::new`].
    pub pitch_cents: f32,
    pub mod_lfo_to_pitch: f32,
    pub vib_lfo_to_pitch: f32,
    pub mod_env_to_pitch: f32,
    /// Absolute cents.
    pub cutoff_cents: f32,
    pub mod_lfo_to_cutoff: f32,
    pub mod_env_to_cutoff: f32,
    /// Centibels.
    pub resonance: f32,
    /// 1/Q.
    pub damping: f32,
    /// Centibels.
    pub attenuation: f32,
    pub mod_lfo_to_volume: f32,
    /// Linear, left, right, chorus and reverb, resonance compensated.
    pub gains: [f32; 4],
    /// Frames.
    pub mod_lfo_delay: f32,
    pub vib_lfo_delay: f32,
    /// Turns a frame.
    pub mod_lfo_speed: f32,
    pub vib_lfo_speed: f32,
    pub volume: Envelope,
    pub modulation: Envelope,
}

impl Settings {
    /// Evaluates everything for the channel's present state. `root` is the key at which the wave sounds at pitch 0. `is_soft` tells whether the soft pedal was down at note-on.
    pub fn new(
        generators: &Generators,
        modulators: &Modulators,
        channel: &Channel,
        note: &NoteSources,
        root: f32,
        around: &Surroundings,
        is_soft: bool,
    ) -> Self {
        let (rate, profile) = (around.rate, around.profile);
        let (mut moved, mut destinations) = ([0.0_f32; 64], 0_u64);
        for modulator in modulators.as_slice() {
            let destination = modulator.destination as usize & 63;
            moved[destination] += contribution(modulator, channel, note, profile);
            destinations |= 1 << destination;
        }
        // What nothing makes use of, now or when a controller moves, need not be known.
        let is_used = |depth: Generator| generators.amount(depth) != 0 || destinations >> depth as usize & 1 == 1;
        let unclamped = |generator: Generator| f32::from(generators.amount(generator)) + moved[generator as usize & 63];
        let value = |generator: Generator| {
            let (min, max) = generator.range();
            unclamped(generator).clamp(f32::from(min), f32::from(max))
        };
        let frames = |timecents: f32| if timecents <= NO_TIME { 0.0 } else { units::seconds(timecents) * rate };
        let time = |generator: Generator| frames(value(generator));
        // Key 60 is the fulcrum of the times that follow the keyboard.
        let keys = 60.0 - f32::from(note.key);
        let keyed_time = |generator: Generator, by_key: Generator| {
            frames((value(generator) + keys * value(by_key)).clamp(NO_TIME, 8_000.0))
        };
        let speed = |generator: Generator| match value(generator) {
            // The default of both.
            0.0 => units::KEY_0_HZ / rate,
            cents => units::hertz(cents) / rate,
        };

        let scale = value(Generator::ScaleTuning);
        let tuning = value(Generator::CoarseTune) * 100.0 + unclamped(Generator::FineTune);
        let resonance = value(Generator::FilterQ);
        let quality = profile.quality(resonance);
        let soft = if is_soft { SOFT_PEDAL_CENTIBELS } else { 0.0 };
        let attenuation = profile.attenuation_scale() * f32::from(generators.amount(Generator::Attenuation))
            + moved[Generator::Attenuation as usize]
            + soft;
        let pan = value(Generator::Pan);
        let level = profile.resonance_gain(resonance, quality);
        let (mod_lfo_delay, mod_lfo_speed) = if is_used(Generator::ModLfoToPitch)
            || is_used(Generator::ModLfoToFilter)
            || is_used(Generator::ModLfoToVolume)
        {
            (time(Generator::ModLfoDelay), speed(Generator::ModLfoFrequency))
        } else {
            (0.0, 0.0)
        };
        let modulation = if is_used(Generator::ModEnvToPitch) || is_used(Generator::ModEnvToFilter) {
            Envelope {
                delay: time(Generator::ModEnvDelay),
                attack: time(Generator::ModEnvAttack),
                hold: keyed_time(Generator::ModEnvHold, Generator::KeyToModEnvHold),
                decay: keyed_time(Generator::ModEnvDecay, Generator::KeyToModEnvDecay),
                sustain: 1.0 - value(Generator::ModEnvSustain) * 0.001,
                release: time(Generator::ModEnvRelease),
            }
        } else {
            Envelope::NONE
        };
        Self {
            pitch_cents: scale * (f32::from(note.key) - root) + tuning + channel.tuning_cents(),
            mod_lfo_to_pitch: value(Generator::ModLfoToPitch),
            vib_lfo_to_pitch: value(Generator::VibLfoToPitch),
            mod_env_to_pitch: value(Generator::ModEnvToPitch),
            cutoff_cents: value(Generator::FilterCutoff),
            mod_lfo_to_cutoff: value(Generator::ModLfoToFilter),
            mod_env_to_cutoff: value(Generator::ModEnvToFilter),
            resonance,
            damping: 1.0 / quality,
            attenuation: attenuation.clamp(0.0, 1_440.0),
            mod_lfo_to_volume: value(Generator::ModLfoToVolume),
            gains: [
                level * sin_turns((500.0 - pan) * (1.0 / 4_000.0)),
                level * sin_turns((500.0 + pan) * (1.0 / 4_000.0)),
                level * value(Generator::ChorusSend) * 0.001,
                level * value(Generator::ReverbSend) * 0.001,
            ],
            mod_lfo_delay,
            vib_lfo_delay: time(Generator::VibLfoDelay),
            mod_lfo_speed,
            vib_lfo_speed: speed(Generator::VibLfoFrequency),
            volume: Envelope {
                delay: time(Generator::VolEnvDelay),
                attack: units::seconds(value(Generator::VolEnvAttack)) * rate,
                hold: keyed_time(Generator::VolEnvHold, Generator::KeyToVolEnvHold),
                decay: keyed_time(Generator::VolEnvDecay, Generator::KeyToVolEnvDecay),
                sustain: (1.0 - value(Generator::VolEnvSustain) / ENVELOPE_CENTIBELS).max(0.0),
                release: frames(value(Generator::VolEnvRelease).max(SHORTEST_RELEASE)),
            },
            modulation,
        }
    }
}

#[inline]
fn contribution(modulator: &Modulator, channel: &Channel, note: &NoteSources, profile: Sf2Profile) -> f32 {
    if is_velocity_to_cutoff(modulator) {
        match profile {
            Sf2Profile::V2_04 => return 0.0,
            Sf2Profile::V2_01 if note.velocity >= 64 => return 0.0,
            _ => {}
        }
    }
    let (Some(primary), Some(scale)) =
        (channel.read(Source(modulator.source), note), channel.read(Source(modulator.amount_source), note))
    else {
        return 0.0;
    };
    let mut value = f32::from(modulator.amount) * primary * scale;
    // RPN 5 is about the depth of vibrato that the modulation wheel gives.
    if modulator.source & 0xFF == 0x80 | u16::from(cc::MODULATION)
        && matches!(modulator.destination, Generator::VibLfoToPitch | Generator::ModLfoToPitch)
    {
        value *= channel.modulation_scale();
    }
    if modulator.absolute { value.abs() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f32 = 44_100.0;

    const AROUND: Surroundings =
        Surroundings { rate: RATE, gain: 1.0, keeps_filter: false, profile: Sf2Profile::V2_04, half_pedal: true };

    fn note(key: u8, velocity: u8) -> NoteSources {
        NoteSources { key, velocity, pressure: 0 }
    }

    fn settings(edit: impl FnOnce(&mut Generators), channel: &Channel, note: NoteSources) -> Settings {
        let mut generators = Generators::DEFAULT;
        edit(&mut generators);
        Settings::new(&generators, &Modulators::standard(), channel, &note, 60.0, &AROUND, false)
    }

    #[test]
    fn attenuation_is_scaled_for_generators_and_whole_for_modulators() {
        let mut channel = Channel::new(0);
        channel.control(cc::VOLUME, 127);
        let plain = settings(|g| g.set(Generator::Attenuation, 100), &channel, note(60, 127));
        // Velocity, volume and expression at 127 each fall short by a 128th.
        let short = 400.0 * libm::log10f(128.0 / 127.0);
        assert!((plain.attenuation - 40.0 - 3.0 * short).abs() < 1e-2);
        let soft = settings(|g| g.set(Generator::Attenuation, 100), &channel, note(60, 64));
        assert!((soft.attenuation - plain.attenuation - 400.0 * libm::log10f(127.0 / 64.0)).abs() < 0.05);
        assert_eq!(soft.cutoff_cents, 13_500.0);
    }

    #[test]
    fn the_wheel_bends_by_its_range() {
        let mut channel = Channel::new(0);
        assert_eq!(settings(|_| {}, &channel, note(72, 100)).pitch_cents, 1_200.0);
        channel.bend(16_383);
        let up = settings(|_| {}, &channel, note(60, 100)).pitch_cents;
        assert!((up - 200.0).abs() < 0.05, "{up}");
        channel.bend(0);
        let down = settings(|_| {}, &channel, note(60, 100)).pitch_cents;
        assert!((down + 200.0).abs() < 0.05, "{down}");
    }

    #[test]
    fn pan_keeps_the_power() {
        for (controller, left, right) in [(0, 1.0, 0.0), (64, 0.5, 0.5), (127, 0.000_6, 0.999_4)] {
            let mut channel = Channel::new(0);
            channel.control(cc::PAN, controller);
            let gains = settings(|_| {}, &channel, note(60, 127)).gains;
            // Both sides carry the resonance compensation: 1/Q in power.
            let root2 = core::f32::consts::SQRT_2;
            assert!((gains[0] * gains[0] - left * root2).abs() < 1e-3, "{gains:?}");
            assert!((gains[1] * gains[1] - right * root2).abs() < 1e-3, "{gains:?}");
        }
    }

    #[test]
    fn times_follow_the_key() {
        let channel = Channel::new(0);
        let edit = |g: &mut Generators| {
            g.set(Generator::VolEnvDecay, 0);
            g.set(Generator::KeyToVolEnvDecay, 100);
        };
        assert_eq!(settings(edit, &channel, note(48, 100)).volume.decay, 2.0 * RATE);
        assert_eq!(settings(edit, &channel, note(72, 100)).volume.decay, 0.5 * RATE);
    }
}
