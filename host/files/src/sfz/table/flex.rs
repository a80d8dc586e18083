//! How a region moves: flex envelopes and LFOs of SFZ v2, as many as it likes.

use crate::sfz::opcode::{Does, Envelope, Lfo, Moves, Opcode, SWITCH, Scope, Section, Since, Takes};
use ripieno_synth::sampler::Parameter::{
    Amplitude, CutoffCents1, CutoffCents2, EqBandwidth1, EqBandwidth2, EqBandwidth3, EqFrequency1, EqFrequency2,
    EqFrequency3, EqGain1, EqGain2, EqGain3, Pan, Position, Resonance1, Resonance2, Tune, Volume, Width,
};
use ripieno_synth::sampler::{LfoField, PointField};

const SECONDS: Takes = Takes::Number(0.0, 100.0, "seconds");
const LEVEL: Takes = Takes::Number(-1.0, 1.0, "");
const WAVE: Takes = Takes::Whole(-1.0, 12.0, "");
const PER_CENT: Takes = Takes::Number(-10_000.0, 10_000.0, "per cent");
const SIDE: Takes = Takes::Number(-200.0, 200.0, "per cent");
const CENTS: Takes = Takes::Number(-19_200.0, 19_200.0, "cents");
const DECIBELS: Takes = Takes::Number(-144.0, 144.0, "dB");
const FREQUENCY: Takes = Takes::Number(-30_000.0, 30_000.0, "Hz");
const OCTAVES: Takes = Takes::Number(-4.0, 4.0, "octaves");
const NO_EFFECT: &str = "there is no such effect in a region";

/// Flex envelopes.
pub const ENVELOPES: Section = Section {
    title: "Flex envelopes",
    scope: Scope::Region,
    test: "flex_envelopes",
    opcodes: &[
        Opcode::new("egN_points", Since::V2, Takes::Text, Does::Leave("the points themselves say how many they are")),
        Opcode::new("egN_timeX", Since::V2, SECONDS, Does::Envelope(Envelope::Time))
            .moved(Moves::Point(PointField::Time)),
        Opcode::new("egN_levelX", Since::V2, LEVEL, Does::Envelope(Envelope::Level))
            .moved(Moves::Point(PointField::Level)),
        Opcode::new("egN_shapeX", Since::V2, Takes::Number(-100.0, 100.0, ""), Does::Envelope(Envelope::Shape)),
        Opcode::lacks("egN_curveX", Since::V2, "use egN_shapeX: a segment has a shape, not a curve"),
        Opcode::new("egN_sustain", Since::V2, Takes::Whole(0.0, 63.0, ""), Does::Envelope(Envelope::Sustain)),
        Opcode::new("egN_ampeg", Since::Aria, SWITCH, Does::Envelope(Envelope::IsAmplitude)),
        Opcode::new("egN_dynamic", Since::Aria, SWITCH, Does::Envelope(Envelope::IsDynamic)),
        Opcode::lacks("egN_loop", Since::V2, "envelopes do not repeat: use an LFO").also(&["egN_loop_count"]),
        Opcode::lacks("egN_freq_lfoX", Since::V2, "envelopes do not move LFOs")
            .also(&["egN_depth_lfoX", "egN_depthadd_lfoX"]),
        Opcode::lacks("egN_pan_curve", Since::V2, "pan has one curve"),
        Opcode::new("egN_amplitude", Since::V2, PER_CENT, Does::EnvelopeMoves(&[Amplitude], 0.01)).moved(Moves::Depth),
        Opcode::new("egN_volume", Since::V2, DECIBELS, Does::EnvelopeMoves(&[Volume], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_pan", Since::V2, SIDE, Does::EnvelopeMoves(&[Pan], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_width", Since::V2, SIDE, Does::EnvelopeMoves(&[Width], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_position", Since::Aria, SIDE, Does::EnvelopeMoves(&[Position], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_pitch", Since::V2, CENTS, Does::EnvelopeMoves(&[Tune], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_cutoff", Since::V2, CENTS, Does::EnvelopeMoves(&[CutoffCents1], 1.0))
            .moved(Moves::Depth)
            .also(&["egN_cutoff1"]),
        Opcode::new("egN_cutoff2", Since::V2, CENTS, Does::EnvelopeMoves(&[CutoffCents2], 1.0)).moved(Moves::Depth),
        Opcode::new("egN_resonance", Since::V2, DECIBELS, Does::EnvelopeMoves(&[Resonance1], 1.0))
            .moved(Moves::Depth)
            .also(&["egN_resonance1"]),
        Opcode::new("egN_resonance2", Since::V2, DECIBELS, Does::EnvelopeMoves(&[Resonance2], 1.0)).moved(Moves::Depth),
        Opcode::new(
            "egN_eqXfreq",
            Since::V2,
            FREQUENCY,
            Does::EnvelopeMoves(&[EqFrequency1, EqFrequency2, EqFrequency3], 1.0),
        )
        .moved(Moves::Depth),
        Opcode::new(
            "egN_eqXbw",
            Since::V2,
            OCTAVES,
            Does::EnvelopeMoves(&[EqBandwidth1, EqBandwidth2, EqBandwidth3], 1.0),
        )
        .moved(Moves::Depth),
        Opcode::new("egN_eqXgain", Since::V2, DECIBELS, Does::EnvelopeMoves(&[EqGain1, EqGain2, EqGain3], 1.0))
            .moved(Moves::Depth),
        Opcode::lacks("egN_decim*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_bitred*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_rectify*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_ringmod*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_noiselevel*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_noisestep*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_noisetone*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_driveshape*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_drive*", Since::V2, NO_EFFECT),
        Opcode::lacks("egN_sample_dyn_paramX*", Since::Aria, "it belongs to another player's plugins"),
    ],
};

/// Flex LFOs.
pub const LFOS: Section = Section {
    title: "Flex LFOs",
    scope: Scope::Region,
    test: "flex_lfos",
    opcodes: &[
        Opcode::new(
            "lfoN_freq",
            Since::V2,
            Takes::Number(0.0, 100.0, "Hz"),
            Does::Lfo(Lfo::Field(LfoField::Frequency)),
        )
        .moved(Moves::Lfo(LfoField::Frequency)),
        Opcode::new("lfoN_phase", Since::V2, Takes::Number(-1.0, 1.0, "turns"), Does::Lfo(Lfo::Field(LfoField::Phase)))
            .moved(Moves::Lfo(LfoField::Phase)),
        Opcode::new("lfoN_delay", Since::V2, SECONDS, Does::Lfo(Lfo::Field(LfoField::Delay)))
            .moved(Moves::Lfo(LfoField::Delay)),
        Opcode::new("lfoN_fade", Since::V2, SECONDS, Does::Lfo(Lfo::Field(LfoField::Fade)))
            .moved(Moves::Lfo(LfoField::Fade)),
        Opcode::new("lfoN_count", Since::V2, Takes::Whole(0.0, 1000.0, "cycles"), Does::Lfo(Lfo::Count)),
        Opcode::new("lfoN_wave", Since::V2, WAVE, Does::Lfo(Lfo::Wave)).also(&["lfoN_waveX"]),
        Opcode::new("lfoN_offset", Since::Aria, LEVEL, Does::Lfo(Lfo::Offset)).also(&["lfoN_offsetX"]),
        Opcode::new("lfoN_ratio", Since::Aria, Takes::Number(0.0, 100.0, ""), Does::Lfo(Lfo::Ratio))
            .also(&["lfoN_ratioX"]),
        Opcode::new("lfoN_scale", Since::Aria, LEVEL, Does::Lfo(Lfo::Scale)).also(&["lfoN_scaleX"]),
        Opcode::new("lfoN_steps", Since::V2, Takes::Whole(0.0, 128.0, ""), Does::Lfo(Lfo::Steps)),
        Opcode::new("lfoN_stepX", Since::V2, Takes::Number(-100.0, 100.0, "per cent"), Does::Lfo(Lfo::Step)),
        Opcode::lacks("lfoN_stepX_onccY", Since::V2, "steps do not move"),
        Opcode::lacks("lfoN_wave_onccX", Since::Aria, "an LFO keeps its wave"),
        Opcode::lacks("lfoN_beats", Since::Sfizz, "the synth has no beats: use lfoN_freq").also(&["lfoN_beats_onccX"]),
        Opcode::lacks("lfoN_smooth", Since::V2, "waves are not smoothed").also(&["lfoN_smooth_onccX"]),
        Opcode::lacks("lfoN_freq_lfoX", Since::V2, "LFOs do not move each other").also(&[
            "lfoN_freq_lfoX_onccY",
            "lfoN_depth_lfoX",
            "lfoN_depthadd_lfoX",
        ]),
        Opcode::new("lfoN_amplitude", Since::V2, PER_CENT, Does::LfoMoves(&[Amplitude], 0.01)).moved(Moves::Depth),
        Opcode::new("lfoN_volume", Since::V2, DECIBELS, Does::LfoMoves(&[Volume], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_pan", Since::V2, SIDE, Does::LfoMoves(&[Pan], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_width", Since::V2, SIDE, Does::LfoMoves(&[Width], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_position", Since::Aria, SIDE, Does::LfoMoves(&[Position], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_pitch", Since::V2, CENTS, Does::LfoMoves(&[Tune], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_cutoff", Since::V2, CENTS, Does::LfoMoves(&[CutoffCents1], 1.0))
            .moved(Moves::Depth)
            .also(&["lfoN_cutoff1"]),
        Opcode::new("lfoN_cutoff2", Since::V2, CENTS, Does::LfoMoves(&[CutoffCents2], 1.0)).moved(Moves::Depth),
        Opcode::new("lfoN_resonance", Since::V2, DECIBELS, Does::LfoMoves(&[Resonance1], 1.0))
            .moved(Moves::Depth)
            .also(&["lfoN_resonance1"]),
        Opcode::new("lfoN_resonance2", Since::V2, DECIBELS, Does::LfoMoves(&[Resonance2], 1.0)).moved(Moves::Depth),
        Opcode::new(
            "lfoN_eqXfreq",
            Since::V2,
            FREQUENCY,
            Does::LfoMoves(&[EqFrequency1, EqFrequency2, EqFrequency3], 1.0),
        )
        .moved(Moves::Depth),
        Opcode::new("lfoN_eqXbw", Since::V2, OCTAVES, Does::LfoMoves(&[EqBandwidth1, EqBandwidth2, EqBandwidth3], 1.0))
            .moved(Moves::Depth),
        Opcode::new("lfoN_eqXgain", Since::V2, DECIBELS, Does::LfoMoves(&[EqGain1, EqGain2, EqGain3], 1.0))
            .moved(Moves::Depth),
        Opcode::lacks("lfoN_decim*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_bitred*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_rectify*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_ringmod*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_noiselevel*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_noisestep*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_noisetone*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_driveshape*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_drive*", Since::V2, NO_EFFECT),
        Opcode::lacks("lfoN_sample_dyn_paramX*", Since::Aria, "it belongs to another player's plugins"),
    ],
};
