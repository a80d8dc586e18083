//! How a synth sounds: options of every verb that plays.

use crate::live::Sound;
use crate::{Failure, settings};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use ripieno_files::Tuning;
use ripieno_synth::{BankStyle, Interpolation, Sf2Profile};
use ripieno_types::Command;
use std::path::PathBuf;

/// Options of `play` and `render` alike.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sound")]
pub struct SoundOptions {
    /// Set an effect's parameter, 0 to 1, such as reverb.mix=0.3; may be repeated
    #[arg(long = "set", value_name = "fx.param=VALUE")]
    pub settings: Vec<String>,
    /// Gain on top of the instrument's own level
    #[arg(long, value_name = "DB", default_value_t = 0.0, allow_negative_numbers = true, value_parser = super::gain_db)]
    pub gain_db: f32,
    #[command(flatten)]
    pub synth: SynthOptions,
}

/// Options of `play`, `render` and `serve` alike: what is no matter of effects and levels.
#[derive(Debug, Args)]
#[command(next_help_heading = "Sound")]
pub struct SynthOptions {
    /// How samples are read between their frames
    #[arg(long, value_enum, default_value_t)]
    pub interp: Interp,
    /// How literally SoundFonts are taken: 2.04 plays them as their makers heard them, 2.01 dulls soft notes as old
    /// hardware did, strict is the letter of 2.04
    #[arg(long, value_name = "PROFILE", default_value = Sf2Profile::default().name(), value_parser = profile())]
    pub sf2: Sf2Profile,
    /// Whose bank select and drum channels a song means, until it says so itself
    #[arg(long, value_enum, default_value_t)]
    pub bank_style: Style,
    /// Tune the keys by a Scala scale (.scl), a keyboard map (.kbm) or both: give the option twice
    #[arg(long = "tuning", value_name = "FILE")]
    pub tunings: Vec<PathBuf>,
    /// Take every channel for a note of its own, as controllers with MPE send that do not announce it
    #[arg(long)]
    pub mpe: bool,
    /// Take the sustain pedal for a switch, whatever lies between its ends
    #[arg(long)]
    pub pedal_switch: bool,
}

fn profile() -> impl TypedValueParser<Value = Sf2Profile> {
    PossibleValuesParser::new(Sf2Profile::ALL.map(Sf2Profile::name))
        .try_map(|name| name.parse::<Sf2Profile>().map_err(|error| error.to_string()))
}

/// Interpolation between the frames of a sample.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Interp {
    /// 2 points: cheapest
    Linear,
    /// 4 points
    Cubic,
    /// 8 points: images below -80 dB up to a fifth of a recording's rate
    #[default]
    Fine,
    /// 24 points: images below -100 dB up to a third
    Hq,
}

/// Families of sound modules.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub enum Style {
    /// General MIDI: no banks
    Gm,
    /// Roland GS: controller 0 is the bank
    #[default]
    Gs,
    /// Yamaha XG: controller 32 is the bank, controller 0 says what is percussion
    Xg,
    /// General MIDI 2: as XG, with numbers of its own
    Gm2,
}

impl SoundOptions {
    /// What the rig is told before the first note.
    ///
    /// # Errors
    /// [`Failure::Usage`] for a parameter that there is not, [`Failure::Tuning`].
    pub fn commands(&self) -> Result<Vec<Command>, Failure> {
        let mut commands = settings::parse(&self.settings)?;
        commands.extend(self.synth.tuning()?);
        Ok(commands)
    }

    /// What the synth makes of them.
    pub fn sound(&self) -> Sound {
        let sound = self.synth.sound();
        Sound { gain: sound.gain * 10_f32.powf(self.gain_db / 20.0), ..sound }
    }
}

impl SynthOptions {
    /// What the rig is told of tuning before the first note.
    ///
    /// # Errors
    /// [`Failure::Tuning`].
    pub fn tuning(&self) -> Result<Vec<Command>, Failure> {
        if self.tunings.is_empty() {
            return Ok(Vec::new());
        }
        Ok(Tuning::open(&self.tunings).map_err(Failure::Tuning)?.commands().collect())
    }

    /// What the synth makes of them.
    pub fn sound(&self) -> Sound {
        Sound {
            interpolation: match self.interp {
                Interp::Linear => Interpolation::Linear,
                Interp::Cubic => Interpolation::Cubic,
                Interp::Fine => Interpolation::Fine,
                Interp::Hq => Interpolation::Hq,
            },
            profile: self.sf2,
            bank_style: match self.bank_style {
                Style::Gm => BankStyle::Gm,
                Style::Gs => BankStyle::Gs,
                Style::Xg => BankStyle::Xg,
                Style::Gm2 => BankStyle::Gm2,
            },
            mpe: self.mpe,
            half_pedal: !self.pedal_switch,
            ..Sound::default()
        }
    }
}
