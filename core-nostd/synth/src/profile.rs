//! By which text SoundFonts are played.

use crate::filter;
use crate::units;
use core::fmt;
use core::str::FromStr;

/// How literally a SoundFont's settings are taken. Flash banks made of SoundFonts follow it too.
///
/// ```
/// use ripieno_synth::Sf2Profile;
/// assert_eq!("strict".parse(), Ok(Sf2Profile::Strict));
/// assert_eq!(Sf2Profile::default().name(), "2.04");
/// assert!("2.02".parse::<Sf2Profile>().is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sf2Profile {
    /// As [`Sf2Profile::V2_04`], but the default from velocity to cutoff takes part in the form of 2.01: notes below
    /// velocity 64 are one to two octaves duller.
    V2_01,
    /// What the players that fonts are made for do. Attenuation in the file counts 0.4 times, as the hardware had it (5 dB
    /// sound as 2 dB); the default from velocity to cutoff is left out; the filter lifts its cutoff by 3 dB less than the
    /// file's resonance, so that none at all is flat.
    #[default]
    V2_04,
    /// By the letter of 2.04: attenuation in full, the default from velocity to cutoff in the form of the file's own
    /// version, resonance as the height of the filter's peak.
    Strict,
}

/// A name that is no profile's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownProfile;

impl Sf2Profile {
    /// Every profile.
    pub const ALL: [Self; 3] = [Self::V2_01, Self::V2_04, Self::Strict];

    /// The name, as the command line spells it. Any.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V2_01 => "2.01",
            Self::V2_04 => "2.04",
            Self::Strict => "strict",
        }
    }

    /// What attenuation set by generators counts; modulators count in full.
    pub(crate) fn attenuation_scale(self) -> f32 {
        match self {
            Self::Strict => 1.0,
            _ => 0.4,
        }
    }

    /// Q of a resonance in centibels.
    pub(crate) fn quality(self, resonance: f32) -> f32 {
        match self {
            Self::Strict => filter::quality_of_peak(resonance),
            _ => filter::quality(resonance),
        }
    }

    /// What resonance takes from the level: half its peak.
    pub(crate) fn resonance_gain(self, resonance: f32, quality: f32) -> f32 {
        match self {
            Self::Strict => units::attenuation(0.5 * resonance),
            _ => 1.0 / libm::sqrtf(quality),
        }
    }
}

impl FromStr for Sf2Profile {
    type Err = UnknownProfile;

    fn from_str(name: &str) -> Result<Self, UnknownProfile> {
        Self::ALL.into_iter().find(|profile| profile.name() == name).ok_or(UnknownProfile)
    }
}

impl fmt::Display for Sf2Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for UnknownProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such SoundFont profile; take 2.01, 2.04 or strict")
    }
}

impl core::error::Error for UnknownProfile {}
