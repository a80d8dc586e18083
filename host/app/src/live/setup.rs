//! What the settings come to on a device that has agreed to a format: what an engine is made by.

use super::{LiveRig, Placing, Settings};
use crate::Instrument;
use crate::roomy::boxed;
use ripieno_fx::ChainMemory;
use ripieno_ports::Format;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{BankStyle, Interpolation, Sf2Profile, SynthConfig};
use ripieno_types::SampleRate;

/// How instruments are played and how loud: what stays the same for a whole session.
#[derive(Clone, Copy, Debug)]
pub struct Sound {
    /// Interpolation between the frames of a sample.
    pub interpolation: Interpolation,
    /// Linear gain of the synth.
    pub gain: f32,
    /// How literally SoundFonts are taken.
    pub profile: Sf2Profile,
    /// What bank select means at first.
    pub bank_style: BankStyle,
    /// Begins with an MPE zone of all channels.
    pub mpe: bool,
    /// The sustain pedal is a continuum.
    pub half_pedal: bool,
}

impl Default for Sound {
    fn default() -> Self {
        let SynthConfig { interpolation, gain, profile, bank_style, mpe, half_pedal, .. } =
            SynthConfig::new(SampleRate::STUDIO);
        Self { interpolation, gain, profile, bank_style, mpe, half_pedal }
    }
}

impl Sound {
    /// These settings in the place of those of `config`. Any.
    pub fn configure(self, config: SynthConfig) -> SynthConfig {
        let Self { interpolation, gain, profile, bank_style, mpe, half_pedal } = self;
        SynthConfig { interpolation, gain, profile, bank_style, mpe, half_pedal, ..config }
    }
}

/// All that an engine needs to know.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// Frames a second.
    pub rate: SampleRate,
    /// How events find their frame.
    pub placing: Placing,
    /// Voices that may sound at once.
    pub voices: u16,
    /// Output gain, linear.
    pub master: f32,
    /// See [`Sound`].
    pub sound: Sound,
}

impl Setup {
    /// What `settings` come to in a format. Any.
    pub fn new(settings: &Settings, format: Format, sound: Sound) -> Self {
        // What waits in the ring is on its way already; an event gets behind it and one period further.
        let ahead = format.buffer.saturating_mul(settings.buffered + 1);
        let placing = if settings.fixed_latency { Placing::Fixed { frames: ahead } } else { Placing::AtOnce };
        Self { rate: format.rate, placing, voices: Self::voices(settings), master: settings.master, sound }
    }

    /// The voices of `settings`, as a command carries them. Any.
    pub fn voices(settings: &Settings) -> u16 {
        u16::try_from(settings.voices).unwrap_or(u16::MAX)
    }

    /// A silent rig. Control: allocates.
    pub fn rig(&self, instrument: Instrument) -> Box<LiveRig> {
        let memory = ChainMemory::with(self.rate, |samples| vec![0.0; samples].into_boxed_slice());
        let mut config = RigConfig::new(self.rate);
        config.synth.polyphony = usize::from(self.voices);
        config.synth = self.sound.configure(config.synth);
        boxed(|| Rig::new(instrument, memory, config))
    }
}
