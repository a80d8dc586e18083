//! How a region moves: the envelopes and LFOs of SFZ v1.

use crate::sfz::opcode::{Does, Opcode, SWITCH, Scope, Section, Since, Takes};
use ripieno_synth::sampler::Parameter::{
    AmpAttack, AmpAttackShape, AmpDecay, AmpDecayShape, AmpDelay, AmpHold, AmpLfoDelay, AmpLfoDepth, AmpLfoFade,
    AmpLfoFrequency, AmpRelease, AmpReleaseShape, AmpStart, AmpSustain, AmpVelocityAttack, AmpVelocityDecay,
    AmpVelocityDelay, AmpVelocityHold, AmpVelocityRelease, AmpVelocitySustain, FilterAttack, FilterDecay, FilterDelay,
    FilterDepth, FilterHold, FilterLfoDelay, FilterLfoDepth, FilterLfoFade, FilterLfoFrequency, FilterRelease,
    FilterStart, FilterSustain, FilterVelocityAttack, FilterVelocityDecay, FilterVelocityDelay, FilterVelocityDepth,
    FilterVelocityHold, FilterVelocityRelease, FilterVelocitySustain, PitchAttack, PitchDecay, PitchDelay, PitchDepth,
    PitchHold, PitchLfoDelay, PitchLfoDepth, PitchLfoFade, PitchLfoFrequency, PitchRelease, PitchStart, PitchSustain,
    PitchVelocityAttack, PitchVelocityDecay, PitchVelocityDelay, PitchVelocityDepth, PitchVelocityHold,
    PitchVelocityRelease, PitchVelocitySustain,
};
use ripieno_synth::sampler::Part;

const CHANNEL_PRESSURE: u16 = 129;
const KEY_PRESSURE: u16 = 130;
const HERTZ: Takes = Takes::Number(-200.0, 200.0, "Hz");
const DECIBELS: Takes = Takes::Number(-96.0, 96.0, "dB");
const CENTS: Takes = Takes::Number(-12_000.0, 12_000.0, "cents");

/// Of the amplitude envelope.
pub const AMPLITUDE: Section = Section {
    title: "Amplitude envelope",
    scope: Scope::Region,
    test: "amplitude_envelope",
    opcodes: &[
        Opcode::number("ampeg_start", Since::V1, "per cent", &[AmpStart]),
        Opcode::number("ampeg_delay", Since::V1, "seconds", &[AmpDelay]).also(&["amp_delay"]),
        Opcode::number("ampeg_attack", Since::V1, "seconds", &[AmpAttack]).also(&["amp_attack"]),
        Opcode::number("ampeg_hold", Since::V1, "seconds", &[AmpHold]).also(&["amp_hold"]),
        Opcode::number("ampeg_decay", Since::V1, "seconds", &[AmpDecay]).also(&["amp_decay"]),
        Opcode::number("ampeg_sustain", Since::V1, "per cent", &[AmpSustain]).also(&["amp_sustain"]),
        Opcode::number("ampeg_release", Since::V1, "seconds", &[AmpRelease]).also(&["amp_release"]),
        Opcode::fixed("ampeg_vel2delay", Since::V1, "seconds", &[AmpVelocityDelay]).also(&["amp_vel2delay"]),
        Opcode::fixed("ampeg_vel2attack", Since::V1, "seconds", &[AmpVelocityAttack]).also(&["amp_vel2attack"]),
        Opcode::fixed("ampeg_vel2hold", Since::V1, "seconds", &[AmpVelocityHold]).also(&["amp_vel2hold"]),
        Opcode::fixed("ampeg_vel2decay", Since::V1, "seconds", &[AmpVelocityDecay]).also(&["amp_vel2decay"]),
        Opcode::fixed("ampeg_vel2sustain", Since::V1, "per cent", &[AmpVelocitySustain]).also(&["amp_vel2sustain"]),
        Opcode::fixed("ampeg_vel2release", Since::V1, "seconds", &[AmpVelocityRelease]).also(&["amp_vel2release"]),
        Opcode::fixed("ampeg_attack_shape", Since::Aria, "", &[AmpAttackShape]),
        Opcode::fixed("ampeg_decay_shape", Since::Aria, "", &[AmpDecayShape]),
        Opcode::fixed("ampeg_release_shape", Since::Aria, "", &[AmpReleaseShape]),
        Opcode::new("ampeg_depth", Since::V1, Takes::Text, Does::Leave("an amplitude envelope has no depth"))
            .also(&["ampeg_vel2depth"]),
        Opcode::new(
            "ampeg_dynamic",
            Since::Aria,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::DYNAMIC_AMP, given.is_on())),
        ),
        Opcode::lacks("ampeg_decay_zero", Since::Aria, "times are those from full level to silence"),
        Opcode::lacks("ampeg_release_zero", Since::Aria, "times are those from full level to silence"),
    ],
};

/// Of the filter's envelope.
pub const FILTER: Section = Section {
    title: "Filter envelope",
    scope: Scope::Region,
    test: "filter_envelope",
    opcodes: &[
        Opcode::number("fileg_start", Since::V1, "per cent", &[FilterStart]),
        Opcode::number("fileg_delay", Since::V1, "seconds", &[FilterDelay]).also(&["fil_delay"]),
        Opcode::number("fileg_attack", Since::V1, "seconds", &[FilterAttack]).also(&["fil_attack"]),
        Opcode::number("fileg_hold", Since::V1, "seconds", &[FilterHold]).also(&["fil_hold"]),
        Opcode::number("fileg_decay", Since::V1, "seconds", &[FilterDecay]).also(&["fil_decay"]),
        Opcode::number("fileg_sustain", Since::V1, "per cent", &[FilterSustain]).also(&["fil_sustain"]),
        Opcode::number("fileg_release", Since::V1, "seconds", &[FilterRelease]).also(&["fil_release"]),
        Opcode::fixed("fileg_vel2delay", Since::V1, "seconds", &[FilterVelocityDelay]).also(&["fil_vel2delay"]),
        Opcode::fixed("fileg_vel2attack", Since::V1, "seconds", &[FilterVelocityAttack]).also(&["fil_vel2attack"]),
        Opcode::fixed("fileg_vel2hold", Since::V1, "seconds", &[FilterVelocityHold]).also(&["fil_vel2hold"]),
        Opcode::fixed("fileg_vel2decay", Since::V1, "seconds", &[FilterVelocityDecay]).also(&["fil_vel2decay"]),
        Opcode::fixed("fileg_vel2sustain", Since::V1, "per cent", &[FilterVelocitySustain]).also(&["fil_vel2sustain"]),
        Opcode::fixed("fileg_vel2release", Since::V1, "seconds", &[FilterVelocityRelease]).also(&["fil_vel2release"]),
        Opcode::number("fileg_depth", Since::V1, "cents", &[FilterDepth]).also(&["fil_depth"]),
        Opcode::fixed("fileg_vel2depth", Since::V1, "cents", &[FilterVelocityDepth]).also(&["fil_vel2depth"]),
        Opcode::lacks(
            "fileg_attack_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::lacks(
            "fileg_decay_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::lacks(
            "fileg_release_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::new(
            "fileg_dynamic",
            Since::Aria,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::DYNAMIC_FILTER, given.is_on())),
        ),
        Opcode::lacks("fileg_decay_zero", Since::Aria, "times are those from full level to silence"),
        Opcode::lacks("fileg_release_zero", Since::Aria, "times are those from full level to silence"),
    ],
};

/// Of the pitch envelope.
pub const PITCH: Section = Section {
    title: "Pitch envelope",
    scope: Scope::Region,
    test: "pitch_envelope",
    opcodes: &[
        Opcode::number("pitcheg_start", Since::V1, "per cent", &[PitchStart]),
        Opcode::number("pitcheg_delay", Since::V1, "seconds", &[PitchDelay]).also(&["pitch_delay"]),
        Opcode::number("pitcheg_attack", Since::V1, "seconds", &[PitchAttack]).also(&["pitch_attack"]),
        Opcode::number("pitcheg_hold", Since::V1, "seconds", &[PitchHold]).also(&["pitch_hold"]),
        Opcode::number("pitcheg_decay", Since::V1, "seconds", &[PitchDecay]).also(&["pitch_decay"]),
        Opcode::number("pitcheg_sustain", Since::V1, "per cent", &[PitchSustain]).also(&["pitch_sustain"]),
        Opcode::number("pitcheg_release", Since::V1, "seconds", &[PitchRelease]).also(&["pitch_release"]),
        Opcode::fixed("pitcheg_vel2delay", Since::V1, "seconds", &[PitchVelocityDelay]).also(&["pitch_vel2delay"]),
        Opcode::fixed("pitcheg_vel2attack", Since::V1, "seconds", &[PitchVelocityAttack]).also(&["pitch_vel2attack"]),
        Opcode::fixed("pitcheg_vel2hold", Since::V1, "seconds", &[PitchVelocityHold]).also(&["pitch_vel2hold"]),
        Opcode::fixed("pitcheg_vel2decay", Since::V1, "seconds", &[PitchVelocityDecay]).also(&["pitch_vel2decay"]),
        Opcode::fixed("pitcheg_vel2sustain", Since::V1, "per cent", &[PitchVelocitySustain])
            .also(&["pitch_vel2sustain"]),
        Opcode::fixed("pitcheg_vel2release", Since::V1, "seconds", &[PitchVelocityRelease])
            .also(&["pitch_vel2release"]),
        Opcode::number("pitcheg_depth", Since::V1, "cents", &[PitchDepth]).also(&["pitch_depth"]),
        Opcode::fixed("pitcheg_vel2depth", Since::V1, "cents", &[PitchVelocityDepth]).also(&["pitch_vel2depth"]),
        Opcode::lacks(
            "pitcheg_attack_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::lacks(
            "pitcheg_decay_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::lacks(
            "pitcheg_release_shape",
            Since::Aria,
            "only the amplitude envelope has shapes; flex envelopes have them too",
        ),
        Opcode::new(
            "pitcheg_dynamic",
            Since::Aria,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::DYNAMIC_PITCH, given.is_on())),
        ),
        Opcode::lacks("pitcheg_decay_zero", Since::Aria, "times are those from full level to silence"),
        Opcode::lacks("pitcheg_release_zero", Since::Aria, "times are those from full level to silence"),
    ],
};

/// Of the three LFOs.
pub const LFOS: Section = Section {
    title: "LFOs of SFZ v1",
    scope: Scope::Region,
    test: "lfos",
    opcodes: &[
        Opcode::fixed("amplfo_delay", Since::V1, "seconds", &[AmpLfoDelay]),
        Opcode::number("amplfo_fade", Since::V1, "seconds", &[AmpLfoFade]),
        Opcode::number("amplfo_freq", Since::V1, "Hz", &[AmpLfoFrequency]),
        Opcode::new("amplfo_freqchanaft", Since::V1, HERTZ, Does::From(CHANNEL_PRESSURE, AmpLfoFrequency)),
        Opcode::new("amplfo_freqpolyaft", Since::V1, HERTZ, Does::From(KEY_PRESSURE, AmpLfoFrequency)),
        Opcode::number("amplfo_depth", Since::V1, "dB", &[AmpLfoDepth]),
        Opcode::new("amplfo_depthchanaft", Since::V1, DECIBELS, Does::From(CHANNEL_PRESSURE, AmpLfoDepth)),
        Opcode::new("amplfo_depthpolyaft", Since::V1, DECIBELS, Does::From(KEY_PRESSURE, AmpLfoDepth)),
        Opcode::lacks("amplfo_wave", Since::Sfizz, "it is a sine: use lfoN_wave"),
        Opcode::fixed("fillfo_delay", Since::V1, "seconds", &[FilterLfoDelay]),
        Opcode::number("fillfo_fade", Since::V1, "seconds", &[FilterLfoFade]),
        Opcode::number("fillfo_freq", Since::V1, "Hz", &[FilterLfoFrequency]),
        Opcode::new("fillfo_freqchanaft", Since::V1, HERTZ, Does::From(CHANNEL_PRESSURE, FilterLfoFrequency)),
        Opcode::new("fillfo_freqpolyaft", Since::V1, HERTZ, Does::From(KEY_PRESSURE, FilterLfoFrequency)),
        Opcode::number("fillfo_depth", Since::V1, "cents", &[FilterLfoDepth]),
        Opcode::new("fillfo_depthchanaft", Since::V1, CENTS, Does::From(CHANNEL_PRESSURE, FilterLfoDepth)),
        Opcode::new("fillfo_depthpolyaft", Since::V1, CENTS, Does::From(KEY_PRESSURE, FilterLfoDepth)),
        Opcode::lacks("fillfo_wave", Since::Sfizz, "it is a sine: use lfoN_wave"),
        Opcode::fixed("pitchlfo_delay", Since::V1, "seconds", &[PitchLfoDelay]),
        Opcode::number("pitchlfo_fade", Since::V1, "seconds", &[PitchLfoFade]),
        Opcode::number("pitchlfo_freq", Since::V1, "Hz", &[PitchLfoFrequency]),
        Opcode::new("pitchlfo_freqchanaft", Since::V1, HERTZ, Does::From(CHANNEL_PRESSURE, PitchLfoFrequency)),
        Opcode::new("pitchlfo_freqpolyaft", Since::V1, HERTZ, Does::From(KEY_PRESSURE, PitchLfoFrequency)),
        Opcode::number("pitchlfo_depth", Since::V1, "cents", &[PitchLfoDepth]),
        Opcode::new("pitchlfo_depthchanaft", Since::V1, CENTS, Does::From(CHANNEL_PRESSURE, PitchLfoDepth)),
        Opcode::new("pitchlfo_depthpolyaft", Since::V1, CENTS, Does::From(KEY_PRESSURE, PitchLfoDepth)),
        Opcode::lacks("pitchlfo_wave", Since::Sfizz, "it is a sine: use lfoN_wave"),
    ],
};
