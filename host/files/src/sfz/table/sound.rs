//! How a region sounds: amplifier, pitch, filters, equaliser.

use crate::sfz::opcode::{Does, Moves, Opcode, Scope, Section, Since, Takes};
use ripieno_synth::sampler::Parameter::{
    AmpKeycenter, AmpKeytrack, AmpRandom, AmpVeltrack, Amplitude, BendDown, BendSmooth, BendStep, BendUp, Cutoff1,
    Cutoff2, CutoffCents1, CutoffCents2, CutoffKeycenter1, CutoffKeycenter2, CutoffKeytrack1, CutoffKeytrack2,
    CutoffRandom1, CutoffRandom2, CutoffVeltrack1, CutoffVeltrack2, Effect1, Effect2, EqBandwidth1, EqBandwidth2,
    EqBandwidth3, EqFrequency1, EqFrequency2, EqFrequency3, EqGain1, EqGain2, EqGain3, EqVelocityFrequency1,
    EqVelocityFrequency2, EqVelocityFrequency3, EqVelocityGain1, EqVelocityGain2, EqVelocityGain3, FilterGain1,
    FilterGain2, Pan, PitchKeytrack, PitchRandom, PitchVeltrack, Position, Resonance1, Resonance2, RtDecay, Tune,
    Volume, Width,
};
use ripieno_synth::sampler::{EqKind, FadeBy, FilterKind, Part, Source};

use crate::sfz::draft::Root;

const DECIBELS: Takes = Takes::Number(-144.0, 48.0, "dB");
const PER_CENT: Takes = Takes::Number(0.0, 10_000.0, "per cent");
const GAIN: Takes = Takes::Number(0.0, 1.0, "");
const KEY: Takes = Takes::Whole(0.0, 127.0, "");
const CURVE: Takes = Takes::Word(&[("power", 0), ("gain", 1)]);
const CENTS: Takes = Takes::Number(-19_200.0, 19_200.0, "cents");
const SIDE: Takes = Takes::Number(-200.0, 200.0, "per cent");

/// Of the amplifier.
pub const AMPLIFIER: Section = Section {
    title: "Amplifier",
    scope: Scope::Region,
    test: "amplifier",
    opcodes: &[
        Opcode::new("volume", Since::V1, DECIBELS, Does::Part(|draft, given| draft.volumes[0] = given.float()))
            .moved(Moves::Parameter(&[Volume], 1.0))
            .also(&["gain"]),
        Opcode::new("group_volume", Since::Aria, DECIBELS, Does::Part(|draft, given| draft.volumes[1] = given.float())),
        Opcode::new(
            "master_volume",
            Since::Aria,
            DECIBELS,
            Does::Part(|draft, given| draft.volumes[2] = given.float()),
        ),
        Opcode::new(
            "global_volume",
            Since::Aria,
            DECIBELS,
            Does::Part(|draft, given| draft.volumes[3] = given.float()),
        ),
        Opcode::new(
            "amplitude",
            Since::Aria,
            PER_CENT,
            Does::Part(|draft, given| draft.amplitudes[0] = given.float() / 100.0),
        )
        .moved(Moves::Parameter(&[Amplitude], 0.01)),
        Opcode::new(
            "group_amplitude",
            Since::Aria,
            PER_CENT,
            Does::Part(|draft, given| draft.amplitudes[1] = given.float() / 100.0),
        ),
        Opcode::new(
            "master_amplitude",
            Since::Aria,
            PER_CENT,
            Does::Part(|draft, given| draft.amplitudes[2] = given.float() / 100.0),
        ),
        Opcode::new(
            "global_amplitude",
            Since::Aria,
            PER_CENT,
            Does::Part(|draft, given| draft.amplitudes[3] = given.float() / 100.0),
        ),
        Opcode::number("pan", Since::V1, "per cent", &[Pan]),
        Opcode::number("width", Since::V1, "per cent", &[Width]),
        Opcode::number("position", Since::V1, "per cent", &[Position]),
        Opcode::new("pan_keytrack", Since::V2, SIDE, Does::Part(|draft, given| draft.tracks[0][1] = given.float())),
        Opcode::new(
            "pan_keycenter",
            Since::V2,
            Takes::Key,
            Does::Part(|draft, given| draft.tracks[0][0] = given.float()),
        ),
        Opcode::new("pan_veltrack", Since::V2, SIDE, Does::From(VELOCITY, Pan)),
        Opcode::new("pan_random", Since::Aria, SIDE, Does::From(CHANCE, Pan)),
        Opcode::new("position_keytrack", Since::Aria, SIDE, Does::Part(|d, given| d.tracks[1][1] = given.float())),
        Opcode::new(
            "position_keycenter",
            Since::Aria,
            Takes::Key,
            Does::Part(|d, given| d.tracks[1][0] = given.float()),
        ),
        Opcode::new("position_veltrack", Since::Aria, SIDE, Does::From(VELOCITY, Position)),
        Opcode::new("position_random", Since::Aria, SIDE, Does::From(CHANCE, Position)),
        Opcode::lacks("pan_law", Since::Aria, "there is one law, of equal power"),
        Opcode::fixed("amp_keytrack", Since::V1, "dB a key", &[AmpKeytrack]),
        Opcode::new("amp_keycenter", Since::V1, Takes::Key, Does::Set(&[AmpKeycenter], 1.0)),
        Opcode::number("amp_veltrack", Since::V1, "per cent", &[AmpVeltrack]),
        Opcode::lacks("amp_veltrack_random", Since::Aria, "use amp_random"),
        Opcode::new(
            "amp_velcurve_N",
            Since::V1,
            GAIN,
            Does::Part(|d, g| d.set_velocity_point(g.n[0].min(127), g.float())),
        ),
        Opcode::fixed("amp_random", Since::V1, "dB", &[AmpRandom]).also(&["gain_random"]),
        Opcode::fixed("rt_decay", Since::V1, "dB a second", &[RtDecay]),
        Opcode::lacks("rt_decayN", Since::Aria, "use rt_decay: it has one slope"),
        Opcode::lacks("rt_decayN_time", Since::Aria, "use rt_decay: it has one slope"),
        Opcode::new(
            "phase",
            Since::V2,
            Takes::Word(&[("normal", 0), ("invert", 1)]),
            Does::Part(|draft, given| draft.flag(Part::INVERTED, given.is_on())),
        ),
        Opcode::number("effect1", Since::V1, "per cent, to the reverb", &[Effect1]),
        Opcode::number("effect2", Since::V1, "per cent, to the chorus", &[Effect2]),
        Opcode::lacks("effect3", Since::V2, "there are two sends"),
        Opcode::lacks("effect4", Since::V2, "there are two sends"),
    ],
};

const VELOCITY: u16 = 131;
const CHANCE: u16 = 136;
const CHANNEL_PRESSURE: u16 = 129;
const KEY_PRESSURE: u16 = 130;

const _: () = assert!(VELOCITY < Source::LFOS && CHANCE < Source::LFOS, "they are no generators");

/// Of fades between regions.
pub const CROSSFADES: Section = Section {
    title: "Crossfades",
    scope: Scope::Region,
    test: "crossfades",
    opcodes: &[
        Opcode::new(
            "xfin_lokey",
            Since::V1,
            Takes::Key,
            Does::Part(|d, g| d.set_fade(FadeBy::Key, false, 0, 0, g.float())),
        ),
        Opcode::new(
            "xfin_hikey",
            Since::V1,
            Takes::Key,
            Does::Part(|d, g| d.set_fade(FadeBy::Key, false, 0, 1, g.float())),
        ),
        Opcode::new(
            "xfout_lokey",
            Since::V1,
            Takes::Key,
            Does::Part(|d, g| d.set_fade(FadeBy::Key, true, 0, 0, g.float())),
        ),
        Opcode::new(
            "xfout_hikey",
            Since::V1,
            Takes::Key,
            Does::Part(|d, g| d.set_fade(FadeBy::Key, true, 0, 1, g.float())),
        ),
        Opcode::new(
            "xfin_lovel",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Velocity, false, 0, 0, g.float())),
        ),
        Opcode::new(
            "xfin_hivel",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Velocity, false, 0, 1, g.float())),
        ),
        Opcode::new(
            "xfout_lovel",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Velocity, true, 0, 0, g.float())),
        ),
        Opcode::new(
            "xfout_hivel",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Velocity, true, 0, 1, g.float())),
        ),
        Opcode::new(
            "xfin_loccN",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Control, false, g.n[0], 0, g.float())),
        ),
        Opcode::new(
            "xfin_hiccN",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Control, false, g.n[0], 1, g.float())),
        ),
        Opcode::new(
            "xfout_loccN",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Control, true, g.n[0], 0, g.float())),
        ),
        Opcode::new(
            "xfout_hiccN",
            Since::V1,
            KEY,
            Does::Part(|d, g| d.set_fade(FadeBy::Control, true, g.n[0], 1, g.float())),
        ),
        Opcode::new(
            "xf_keycurve",
            Since::V1,
            CURVE,
            Does::Part(|d, given| d.flag(Part::KEY_FADES_BY_GAIN, given.is_on())),
        ),
        Opcode::new(
            "xf_velcurve",
            Since::V1,
            CURVE,
            Does::Part(|d, g| d.flag(Part::VELOCITY_FADES_BY_GAIN, g.is_on())),
        ),
        Opcode::new("xf_cccurve", Since::V1, CURVE, Does::Part(|d, g| d.flag(Part::CONTROL_FADES_BY_GAIN, g.is_on()))),
    ],
};

/// Of pitch.
pub const PITCH: Section = Section {
    title: "Pitch",
    scope: Scope::Region,
    test: "pitch",
    opcodes: &[
        Opcode::new(
            "pitch_keycenter",
            Since::V1,
            Takes::KeyOr("sample"),
            Does::Part(|draft, given| {
                draft.root = if given.number < -127.0 { Root::Sample } else { Root::Key(given.float()) };
            }),
        ),
        Opcode::fixed("pitch_keytrack", Since::V1, "cents a key", &[PitchKeytrack]).also(&["tune_keytrack"]),
        Opcode::fixed("pitch_veltrack", Since::V1, "cents", &[PitchVeltrack]).also(&["tune_veltrack"]),
        Opcode::fixed("pitch_random", Since::V1, "cents", &[PitchRandom]).also(&["tune_random"]),
        Opcode::new(
            "transpose",
            Since::V1,
            Takes::Number(-127.0, 127.0, "keys"),
            Does::Part(|draft, given| draft.tunes[4] = 100.0 * given.float()),
        ),
        Opcode::new("tune", Since::V1, CENTS, Does::Part(|draft, given| draft.tunes[0] = given.float()))
            .moved(Moves::Parameter(&[Tune], 1.0))
            .also(&["pitch"]),
        Opcode::new("group_tune", Since::Aria, CENTS, Does::Part(|draft, given| draft.tunes[1] = given.float())),
        Opcode::new("master_tune", Since::Aria, CENTS, Does::Part(|draft, given| draft.tunes[2] = given.float())),
        Opcode::new("global_tune", Since::Aria, CENTS, Does::Part(|draft, given| draft.tunes[3] = given.float())),
        Opcode::fixed("bend_up", Since::V1, "cents", &[BendUp]).also(&["bendup"]),
        Opcode::fixed("bend_down", Since::V1, "cents", &[BendDown]).also(&["benddown"]),
        Opcode::fixed("bend_step", Since::V1, "cents", &[BendStep]).also(&["bendstep"]),
        Opcode::fixed("bend_smooth", Since::V2, "milliseconds", &[BendSmooth]),
        Opcode::lacks("bend_stepup", Since::V2, "use bend_step: both ways have the same steps"),
        Opcode::lacks("bend_stepdown", Since::V2, "use bend_step: both ways have the same steps"),
    ],
};

const FILTER: Takes = Takes::Word(&[
    ("lpf_1p", FilterKind::Lpf1 as u8),
    ("hpf_1p", FilterKind::Hpf1 as u8),
    ("bpf_1p", FilterKind::Bpf1 as u8),
    ("brf_1p", FilterKind::Brf1 as u8),
    ("apf_1p", FilterKind::Apf1 as u8),
    ("lpf_2p", FilterKind::Lpf2 as u8),
    ("hpf_2p", FilterKind::Hpf2 as u8),
    ("bpf_2p", FilterKind::Bpf2 as u8),
    ("brf_2p", FilterKind::Brf2 as u8),
    ("pkf_2p", FilterKind::Pkf2 as u8),
    ("lpf_4p", FilterKind::Lpf4 as u8),
    ("hpf_4p", FilterKind::Hpf4 as u8),
    ("lpf_6p", FilterKind::Lpf6 as u8),
    ("hpf_6p", FilterKind::Hpf6 as u8),
    ("comb", FilterKind::Comb as u8),
    ("pink", FilterKind::Pink as u8),
    ("lpf_2p_sv", FilterKind::Lpf2Sv as u8),
    ("hpf_2p_sv", FilterKind::Hpf2Sv as u8),
    ("bpf_2p_sv", FilterKind::Bpf2Sv as u8),
    ("brf_2p_sv", FilterKind::Brf2Sv as u8),
    ("lsh", FilterKind::LowShelf as u8),
    ("hsh", FilterKind::HighShelf as u8),
    ("peq", FilterKind::Peak as u8),
]);

const NO_NOISE: &str = "regions have no noise of their own: use sample=*noise";

/// Of filters.
pub const FILTERS: Section = Section {
    title: "Filters",
    scope: Scope::Region,
    test: "filters",
    opcodes: &[
        Opcode::new("fil_type", Since::V1, FILTER, Does::Part(|draft, given| draft.part.filters[0] = given.byte()))
            .also(&["filtype", "fil1_type"]),
        Opcode::fixed("cutoff", Since::V1, "Hz", &[Cutoff1])
            .moved(Moves::Parameter(&[CutoffCents1], 1.0))
            .also(&["cutoff1"]),
        Opcode::new("cutoff_chanaft", Since::V1, CENTS, Does::From(CHANNEL_PRESSURE, CutoffCents1)),
        Opcode::new("cutoff_polyaft", Since::V1, CENTS, Does::From(KEY_PRESSURE, CutoffCents1)),
        Opcode::number("resonance", Since::V1, "dB", &[Resonance1]).also(&["resonance1"]),
        Opcode::new("resonance_random", Since::Aria, Takes::Number(0.0, 40.0, "dB"), Does::From(CHANCE, Resonance1)),
        Opcode::number("fil_gain", Since::Aria, "dB", &[FilterGain1]).also(&["fil1_gain"]),
        Opcode::fixed("fil_keytrack", Since::V1, "cents a key", &[CutoffKeytrack1]).also(&["fil1_keytrack"]),
        Opcode::new("fil_keycenter", Since::V1, Takes::Key, Does::Set(&[CutoffKeycenter1], 1.0))
            .also(&["fil1_keycenter"]),
        Opcode::fixed("fil_veltrack", Since::V1, "cents", &[CutoffVeltrack1]).also(&["fil1_veltrack"]),
        Opcode::fixed("fil_random", Since::V1, "cents", &[CutoffRandom1]).also(&["cutoff_random", "fil1_random"]),
        Opcode::new("fil2_type", Since::V2, FILTER, Does::Part(|draft, given| draft.part.filters[1] = given.byte()))
            .also(&["fil2type"]),
        Opcode::fixed("cutoff2", Since::V2, "Hz", &[Cutoff2]).moved(Moves::Parameter(&[CutoffCents2], 1.0)),
        Opcode::new("cutoff2_chanaft", Since::V2, CENTS, Does::From(CHANNEL_PRESSURE, CutoffCents2)),
        Opcode::new("cutoff2_polyaft", Since::V2, CENTS, Does::From(KEY_PRESSURE, CutoffCents2)),
        Opcode::number("resonance2", Since::V2, "dB", &[Resonance2]),
        Opcode::new("resonance2_random", Since::Aria, Takes::Number(0.0, 40.0, "dB"), Does::From(CHANCE, Resonance2)),
        Opcode::number("fil2_gain", Since::Aria, "dB", &[FilterGain2]),
        Opcode::fixed("fil2_keytrack", Since::V2, "cents a key", &[CutoffKeytrack2]),
        Opcode::new("fil2_keycenter", Since::V2, Takes::Key, Does::Set(&[CutoffKeycenter2], 1.0)),
        Opcode::fixed("fil2_veltrack", Since::V2, "cents", &[CutoffVeltrack2]),
        Opcode::fixed("fil2_random", Since::V2, "cents", &[CutoffRandom2]).also(&["cutoff2_random"]),
        Opcode::lacks("fil_mode", Since::Aria, "cutoffs move in cents").also(&["fil2_mode"]),
        Opcode::lacks("noise_filter", Since::V2, NO_NOISE),
        Opcode::lacks("noise_stereo", Since::V2, NO_NOISE),
        Opcode::lacks("noise_level", Since::V2, NO_NOISE).also(&["noise_level_onccN", "noise_level_smoothccN"]),
        Opcode::lacks("noise_step", Since::V2, NO_NOISE).also(&["noise_step_onccN"]),
        Opcode::lacks("noise_tone", Since::V2, NO_NOISE).also(&["noise_tone_onccN"]),
    ],
};

const BAND: Takes = Takes::Word(&[
    ("peak", EqKind::Peak as u8),
    ("lshelf", EqKind::LowShelf as u8),
    ("hshelf", EqKind::HighShelf as u8),
]);

/// Of the equaliser.
pub const EQUALISER: Section = Section {
    title: "Equaliser",
    scope: Scope::Region,
    test: "equaliser",
    opcodes: &[
        Opcode::new(
            "eqN_type",
            Since::V2,
            BAND,
            Does::Part(|draft, given| {
                if let Some(kind) = draft.part.equalisers.get_mut(usize::from(given.n[0]).wrapping_sub(1)) {
                    *kind = given.byte();
                }
            }),
        ),
        Opcode::number("eqN_freq", Since::V1, "Hz", &[EqFrequency1, EqFrequency2, EqFrequency3]),
        Opcode::number("eqN_bw", Since::V1, "octaves", &[EqBandwidth1, EqBandwidth2, EqBandwidth3]),
        Opcode::number("eqN_gain", Since::V1, "dB", &[EqGain1, EqGain2, EqGain3]),
        Opcode::fixed(
            "eqN_vel2freq",
            Since::V1,
            "Hz",
            &[EqVelocityFrequency1, EqVelocityFrequency2, EqVelocityFrequency3],
        ),
        Opcode::fixed("eqN_vel2gain", Since::V1, "dB", &[EqVelocityGain1, EqVelocityGain2, EqVelocityGain3]),
        Opcode::new("eqN_dynamic", Since::Aria, Takes::Text, Does::Leave("bands always follow what moves them")),
        Opcode::lacks("eqN_mode", Since::Aria, "frequencies move in hertz"),
    ],
};
