//! How regions sound.

use super::*;
use ripieno_synth::sampler::Parameter::*;
use ripieno_synth::sampler::{Crossfade, EqKind, FadeBy, FilterKind};

/// A link that comes of an opcode without a controller.
fn follows(rows: &[(&str, u16, Parameter)]) {
    for (name, source, parameter) in rows {
        let tables = region(&format!("{name}=5"));
        let [link] = links(&tables, &tables.parts[0])[..] else { panic!("{name}") };
        assert_eq!((link.source, link.target, link.depth), (*source, *parameter as u16, 5.0), "{name}");
    }
}

#[test]
fn amplifier() {
    numbers(&[
        ("volume", Volume, -6.0, -6.0),
        ("gain", Volume, 3.0, 3.0),
        ("group_volume", Volume, -6.0, -6.0),
        ("master_volume", Volume, -6.0, -6.0),
        ("global_volume", Volume, -6.0, -6.0),
        ("amplitude", Amplitude, 50.0, 0.5),
        ("group_amplitude", Amplitude, 50.0, 0.5),
        ("master_amplitude", Amplitude, 50.0, 0.5),
        ("global_amplitude", Amplitude, 50.0, 0.5),
        ("pan", Pan, -50.0, -50.0),
        ("width", Width, 50.0, 50.0),
        ("position", Position, 50.0, 50.0),
        ("amp_keytrack", AmpKeytrack, -1.5, -1.5),
        ("amp_keycenter", AmpKeycenter, 48.0, 48.0),
        ("amp_veltrack", AmpVeltrack, 40.0, 40.0),
        ("amp_random", AmpRandom, 2.0, 2.0),
        ("gain_random", AmpRandom, 2.0, 2.0),
        ("rt_decay", RtDecay, 6.0, 6.0),
        ("effect1", Effect1, 30.0, 30.0),
        ("effect2", Effect2, 30.0, 30.0),
    ]);
    controlled(&[
        ("volume", Volume, 1.0),
        ("gain", Volume, 1.0),
        ("amplitude", Amplitude, 0.01),
        ("pan", Pan, 1.0),
        ("width", Width, 1.0),
        ("position", Position, 1.0),
        ("amp_veltrack", AmpVeltrack, 1.0),
        ("effect1", Effect1, 1.0),
        ("effect2", Effect2, 1.0),
    ]);
    follows(&[
        ("pan_veltrack", 131, Pan),
        ("pan_random", 136, Pan),
        ("position_veltrack", 131, Position),
        ("position_random", 136, Position),
    ]);
    // All levels add up.
    let tables = region("volume=-1 group_volume=-2 master_volume=-3 global_volume=-4 amplitude=50 global_amplitude=50");
    let part = &tables.parts[0];
    assert_eq!((value(&tables, part, Volume), value(&tables, part, Amplitude)), (-10.0, 0.25));
    // A key's share of pan is a link, less what the centre has.
    for (opcodes, parameter) in
        [("pan_keytrack=2 pan_keycenter=c3", Pan), ("position_keytrack=2 position_keycenter=48", Position)]
    {
        let tables = region(opcodes);
        let part = &tables.parts[0];
        let [link] = links(&tables, part)[..] else { panic!("{opcodes}") };
        let at = |key: f32| value(&tables, part, parameter) + link.depth * key / 127.0;
        assert_eq!((link.source, link.target), (133, parameter as u16));
        assert!(at(48.0).abs() < 1e-4 && (at(58.0) - 20.0).abs() < 1e-3, "{opcodes}");
    }
    let tables = region("amp_velcurve_1=0.25 amp_velcurve_65=0.75");
    let curve = &tables.curves[usize::from(tables.parts[0].velocity_curve)];
    assert_eq!([0, 1, 33, 65, 96, 127].map(|n| curve[n]), [0.0, 0.25, 0.5, 0.75, 0.875, 1.0]);
    assert!(super::part("phase=invert").has(Part::INVERTED) && !super::part("phase=normal").has(Part::INVERTED));
    not_played(&["pan_law", "amp_veltrack_random", "rt_decay1", "rt_decay1_time", "effect3", "effect4"]);
}

#[test]
fn crossfades() {
    let check = |opcodes: &str, expected: Crossfade| {
        let tables = region(opcodes);
        let run = tables.parts[0].fades;
        assert_eq!(tables.fades[run.start as usize..][..run.count as usize], [expected], "{opcodes}");
    };
    let row = |by: FadeBy, is_out, control, low, high| Crossfade { by: by as u8, is_out, control, low, high };
    check("xfin_lokey=c3 xfin_hikey=60", row(FadeBy::Key, 0, 0, 48.0, 60.0));
    check("xfout_lokey=60 xfout_hikey=c6", row(FadeBy::Key, 1, 0, 60.0, 84.0));
    check("xfin_lovel=10 xfin_hivel=20", row(FadeBy::Velocity, 0, 0, 10.0, 20.0));
    check("xfout_lovel=10 xfout_hivel=20", row(FadeBy::Velocity, 1, 0, 10.0, 20.0));
    check("xfin_locc1=10 xfin_hicc1=20", row(FadeBy::Control, 0, 1, 10.0, 20.0));
    check("xfout_locc1=10 xfout_hicc1=20", row(FadeBy::Control, 1, 1, 10.0, 20.0));
    check("xfin_lovel=50", row(FadeBy::Velocity, 0, 0, 50.0, 50.0));
    check("xfout_hivel=50", row(FadeBy::Velocity, 1, 0, 50.0, 50.0));
    check("xfout_lovel=50", row(FadeBy::Velocity, 1, 0, 50.0, 127.0));
    for (name, flag) in [
        ("xf_keycurve", Part::KEY_FADES_BY_GAIN),
        ("xf_velcurve", Part::VELOCITY_FADES_BY_GAIN),
        ("xf_cccurve", Part::CONTROL_FADES_BY_GAIN),
    ] {
        assert!(part(&format!("{name}=gain")).has(flag) && !part(&format!("{name}=power")).has(flag), "{name}");
    }
}

#[test]
fn pitch() {
    numbers(&[
        ("pitch_keycenter", PitchKeycenter, 48.0, 48.0),
        ("pitch_keytrack", PitchKeytrack, 50.0, 50.0),
        ("tune_keytrack", PitchKeytrack, 50.0, 50.0),
        ("pitch_veltrack", PitchVeltrack, 50.0, 50.0),
        ("tune_veltrack", PitchVeltrack, 50.0, 50.0),
        ("pitch_random", PitchRandom, 50.0, 50.0),
        ("tune_random", PitchRandom, 50.0, 50.0),
        ("transpose", Tune, -12.0, -1200.0),
        ("tune", Tune, 7.0, 7.0),
        ("pitch", Tune, 7.0, 7.0),
        ("group_tune", Tune, 7.0, 7.0),
        ("master_tune", Tune, 7.0, 7.0),
        ("global_tune", Tune, 7.0, 7.0),
        ("bend_up", BendUp, 1200.0, 1200.0),
        ("bendup", BendUp, 1200.0, 1200.0),
        ("bend_down", BendDown, -1200.0, -1200.0),
        ("benddown", BendDown, -1200.0, -1200.0),
        ("bend_step", BendStep, 100.0, 100.0),
        ("bendstep", BendStep, 100.0, 100.0),
        ("bend_smooth", BendSmooth, 20.0, 20.0),
    ]);
    controlled(&[("tune", Tune, 1.0), ("pitch", Tune, 1.0)]);
    let tables = region("transpose=1 tune=-10 master_tune=3");
    assert_eq!(value(&tables, &tables.parts[0], Tune), 93.0);
    let tables = region("pitch_keycenter=f#3");
    assert_eq!(value(&tables, &tables.parts[0], PitchKeycenter), 54.0);
    // `key` sets the centre, what comes later wins.
    for (opcodes, expected) in
        [("key=50", 50.0), ("key=50 pitch_keycenter=40", 40.0), ("pitch_keycenter=40 key=50", 50.0)]
    {
        let tables = region(opcodes);
        assert_eq!(value(&tables, &tables.parts[0], PitchKeycenter), expected, "{opcodes}");
    }
    not_played(&["bend_stepup", "bend_stepdown"]);
}

#[test]
fn filters() {
    numbers(&[
        ("cutoff", Cutoff1, 1000.0, 1000.0),
        ("cutoff1", Cutoff1, 1000.0, 1000.0),
        ("resonance", Resonance1, 6.0, 6.0),
        ("resonance1", Resonance1, 6.0, 6.0),
        ("fil_gain", FilterGain1, -6.0, -6.0),
        ("fil1_gain", FilterGain1, -6.0, -6.0),
        ("fil_keytrack", CutoffKeytrack1, 100.0, 100.0),
        ("fil1_keytrack", CutoffKeytrack1, 100.0, 100.0),
        ("fil_keycenter", CutoffKeycenter1, 48.0, 48.0),
        ("fil1_keycenter", CutoffKeycenter1, 48.0, 48.0),
        ("fil_veltrack", CutoffVeltrack1, 1200.0, 1200.0),
        ("fil1_veltrack", CutoffVeltrack1, 1200.0, 1200.0),
        ("fil_random", CutoffRandom1, 100.0, 100.0),
        ("fil1_random", CutoffRandom1, 100.0, 100.0),
        ("cutoff_random", CutoffRandom1, 100.0, 100.0),
        ("cutoff2", Cutoff2, 1000.0, 1000.0),
        ("resonance2", Resonance2, 6.0, 6.0),
        ("fil2_gain", FilterGain2, -6.0, -6.0),
        ("fil2_keytrack", CutoffKeytrack2, 100.0, 100.0),
        ("fil2_keycenter", CutoffKeycenter2, 48.0, 48.0),
        ("fil2_veltrack", CutoffVeltrack2, 1200.0, 1200.0),
        ("fil2_random", CutoffRandom2, 100.0, 100.0),
        ("cutoff2_random", CutoffRandom2, 100.0, 100.0),
    ]);
    controlled(&[
        ("cutoff", CutoffCents1, 1.0),
        ("cutoff1", CutoffCents1, 1.0),
        ("resonance", Resonance1, 1.0),
        ("fil_gain", FilterGain1, 1.0),
        ("cutoff2", CutoffCents2, 1.0),
        ("resonance2", Resonance2, 1.0),
        ("fil2_gain", FilterGain2, 1.0),
    ]);
    follows(&[
        ("cutoff_chanaft", 129, CutoffCents1),
        ("cutoff_polyaft", 130, CutoffCents1),
        ("resonance_random", 136, Resonance1),
        ("cutoff2_chanaft", 129, CutoffCents2),
        ("cutoff2_polyaft", 130, CutoffCents2),
        ("resonance2_random", 136, Resonance2),
    ]);
    for (name, kind) in [
        ("lpf_1p", FilterKind::Lpf1),
        ("hpf_1p", FilterKind::Hpf1),
        ("bpf_1p", FilterKind::Bpf1),
        ("brf_1p", FilterKind::Brf1),
        ("apf_1p", FilterKind::Apf1),
        ("lpf_2p", FilterKind::Lpf2),
        ("hpf_2p", FilterKind::Hpf2),
        ("bpf_2p", FilterKind::Bpf2),
        ("brf_2p", FilterKind::Brf2),
        ("pkf_2p", FilterKind::Pkf2),
        ("lpf_4p", FilterKind::Lpf4),
        ("hpf_4p", FilterKind::Hpf4),
        ("lpf_6p", FilterKind::Lpf6),
        ("hpf_6p", FilterKind::Hpf6),
        ("comb", FilterKind::Comb),
        ("pink", FilterKind::Pink),
        ("lpf_2p_sv", FilterKind::Lpf2Sv),
        ("hpf_2p_sv", FilterKind::Hpf2Sv),
        ("bpf_2p_sv", FilterKind::Bpf2Sv),
        ("brf_2p_sv", FilterKind::Brf2Sv),
        ("lsh", FilterKind::LowShelf),
        ("hsh", FilterKind::HighShelf),
        ("peq", FilterKind::Peak),
    ] {
        for (opcode, place) in [("fil_type", 0), ("filtype", 0), ("fil1_type", 0), ("fil2_type", 1), ("fil2type", 1)] {
            // A filter is one by its cutoff.
            let cutoff = ["cutoff", "cutoff2"][place];
            assert_eq!(part(&format!("{opcode}={name} {cutoff}=500")).filters[place], kind as u8, "{opcode}={name}");
        }
    }
    // A cutoff alone is a low-pass filter of two poles; a kind alone filters nothing.
    assert_eq!(part("cutoff=500").filters, [FilterKind::Lpf2 as u8, FilterKind::None as u8]);
    assert_eq!(part("cutoff2=500").filters, [FilterKind::None as u8, FilterKind::Lpf2 as u8]);
    assert_eq!(part("fil_type=hpf_2p").filters[0], FilterKind::None as u8);
    not_played(&[
        "fil_mode",
        "fil2_mode",
        "noise_filter",
        "noise_stereo",
        "noise_level",
        "noise_level_oncc1",
        "noise_level_smoothcc1",
        "noise_step",
        "noise_step_oncc1",
        "noise_tone",
        "noise_tone_oncc1",
    ]);
}

#[test]
fn equaliser() {
    numbers(&[
        ("eq1_freq", EqFrequency1, 100.0, 100.0),
        ("eq2_freq", EqFrequency2, 100.0, 100.0),
        ("eq3_freq", EqFrequency3, 100.0, 100.0),
        ("eq1_bw", EqBandwidth1, 2.0, 2.0),
        ("eq2_gain", EqGain2, -3.0, -3.0),
        ("eq3_vel2freq", EqVelocityFrequency3, 100.0, 100.0),
        ("eq1_vel2gain", EqVelocityGain1, 3.0, 3.0),
    ]);
    controlled(&[("eq1_freq", EqFrequency1, 1.0), ("eq2_bw", EqBandwidth2, 1.0), ("eq3_gain", EqGain3, 1.0)]);
    for (name, kind) in [("peak", EqKind::Peak), ("lshelf", EqKind::LowShelf), ("hshelf", EqKind::HighShelf)] {
        assert_eq!(part(&format!("eq2_type={name}")).equalisers[1], kind as u8);
    }
    assert_eq!(notes("eq4_gain=3")[0].0, NoteKind::Limit);
    left(&["eq1_dynamic"]);
    not_played(&["eq1_mode"]);
}
