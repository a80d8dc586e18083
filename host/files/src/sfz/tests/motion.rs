//! How regions move.

use super::*;
use ripieno_synth::sampler::Parameter::*;
use ripieno_synth::sampler::{FlexEnvelope, FlexLfo, LfoField, LfoPart, LfoWave, Point, PointField, Target};

#[test]
fn amplitude_envelope() {
    numbers(&[
        ("ampeg_start", AmpStart, 50.0, 50.0),
        ("ampeg_delay", AmpDelay, 0.5, 0.5),
        ("amp_delay", AmpDelay, 0.5, 0.5),
        ("ampeg_attack", AmpAttack, 0.5, 0.5),
        ("amp_attack", AmpAttack, 0.5, 0.5),
        ("ampeg_hold", AmpHold, 0.5, 0.5),
        ("amp_hold", AmpHold, 0.5, 0.5),
        ("ampeg_decay", AmpDecay, 0.5, 0.5),
        ("amp_decay", AmpDecay, 0.5, 0.5),
        ("ampeg_sustain", AmpSustain, 50.0, 50.0),
        ("amp_sustain", AmpSustain, 50.0, 50.0),
        ("ampeg_release", AmpRelease, 0.5, 0.5),
        ("amp_release", AmpRelease, 0.5, 0.5),
        ("ampeg_vel2delay", AmpVelocityDelay, -0.5, -0.5),
        ("amp_vel2delay", AmpVelocityDelay, -0.5, -0.5),
        ("ampeg_vel2attack", AmpVelocityAttack, -0.5, -0.5),
        ("amp_vel2attack", AmpVelocityAttack, -0.5, -0.5),
        ("ampeg_vel2hold", AmpVelocityHold, -0.5, -0.5),
        ("amp_vel2hold", AmpVelocityHold, -0.5, -0.5),
        ("ampeg_vel2decay", AmpVelocityDecay, -0.5, -0.5),
        ("amp_vel2decay", AmpVelocityDecay, -0.5, -0.5),
        ("ampeg_vel2sustain", AmpVelocitySustain, -0.5, -0.5),
        ("amp_vel2sustain", AmpVelocitySustain, -0.5, -0.5),
        ("ampeg_vel2release", AmpVelocityRelease, -0.5, -0.5),
        ("amp_vel2release", AmpVelocityRelease, -0.5, -0.5),
        ("ampeg_attack_shape", AmpAttackShape, 2.0, 2.0),
        ("ampeg_decay_shape", AmpDecayShape, 2.0, 2.0),
        ("ampeg_release_shape", AmpReleaseShape, 2.0, 2.0),
    ]);
    controlled(&[
        ("ampeg_start", AmpStart, 1.0),
        ("ampeg_delay", AmpDelay, 1.0),
        ("ampeg_attack", AmpAttack, 1.0),
        ("ampeg_hold", AmpHold, 1.0),
        ("ampeg_decay", AmpDecay, 1.0),
        ("ampeg_sustain", AmpSustain, 1.0),
        ("ampeg_release", AmpRelease, 1.0),
    ]);
    assert!(part("ampeg_dynamic=1").has(Part::DYNAMIC_AMP));
    left(&["ampeg_depth", "ampeg_vel2depth"]);
    not_played(&["ampeg_decay_zero", "ampeg_release_zero"]);
}

#[test]
fn filter_envelope() {
    numbers(&[
        ("fileg_start", FilterStart, 50.0, 50.0),
        ("fileg_delay", FilterDelay, 0.5, 0.5),
        ("fil_delay", FilterDelay, 0.5, 0.5),
        ("fileg_attack", FilterAttack, 0.5, 0.5),
        ("fil_attack", FilterAttack, 0.5, 0.5),
        ("fileg_hold", FilterHold, 0.5, 0.5),
        ("fil_hold", FilterHold, 0.5, 0.5),
        ("fileg_decay", FilterDecay, 0.5, 0.5),
        ("fil_decay", FilterDecay, 0.5, 0.5),
        ("fileg_sustain", FilterSustain, 50.0, 50.0),
        ("fil_sustain", FilterSustain, 50.0, 50.0),
        ("fileg_release", FilterRelease, 0.5, 0.5),
        ("fil_release", FilterRelease, 0.5, 0.5),
        ("fileg_depth", FilterDepth, 1200.0, 1200.0),
        ("fil_depth", FilterDepth, 1200.0, 1200.0),
        ("fileg_vel2delay", FilterVelocityDelay, -0.5, -0.5),
        ("fil_vel2delay", FilterVelocityDelay, -0.5, -0.5),
        ("fileg_vel2attack", FilterVelocityAttack, -0.5, -0.5),
        ("fil_vel2attack", FilterVelocityAttack, -0.5, -0.5),
        ("fileg_vel2hold", FilterVelocityHold, -0.5, -0.5),
        ("fil_vel2hold", FilterVelocityHold, -0.5, -0.5),
        ("fileg_vel2decay", FilterVelocityDecay, -0.5, -0.5),
        ("fil_vel2decay", FilterVelocityDecay, -0.5, -0.5),
        ("fileg_vel2sustain", FilterVelocitySustain, -0.5, -0.5),
        ("fil_vel2sustain", FilterVelocitySustain, -0.5, -0.5),
        ("fileg_vel2release", FilterVelocityRelease, -0.5, -0.5),
        ("fil_vel2release", FilterVelocityRelease, -0.5, -0.5),
        ("fileg_vel2depth", FilterVelocityDepth, 600.0, 600.0),
        ("fil_vel2depth", FilterVelocityDepth, 600.0, 600.0),
    ]);
    controlled(&[
        ("fileg_start", FilterStart, 1.0),
        ("fileg_delay", FilterDelay, 1.0),
        ("fileg_attack", FilterAttack, 1.0),
        ("fileg_hold", FilterHold, 1.0),
        ("fileg_decay", FilterDecay, 1.0),
        ("fileg_sustain", FilterSustain, 1.0),
        ("fileg_release", FilterRelease, 1.0),
        ("fileg_depth", FilterDepth, 1.0),
    ]);
    assert!(part("fileg_dynamic=1").has(Part::DYNAMIC_FILTER));
    not_played(&[
        "fileg_attack_shape",
        "fileg_decay_shape",
        "fileg_release_shape",
        "fileg_decay_zero",
        "fileg_release_zero",
    ]);
}

#[test]
fn pitch_envelope() {
    numbers(&[
        ("pitcheg_start", PitchStart, 50.0, 50.0),
        ("pitcheg_delay", PitchDelay, 0.5, 0.5),
        ("pitch_delay", PitchDelay, 0.5, 0.5),
        ("pitcheg_attack", PitchAttack, 0.5, 0.5),
        ("pitch_attack", PitchAttack, 0.5, 0.5),
        ("pitcheg_hold", PitchHold, 0.5, 0.5),
        ("pitch_hold", PitchHold, 0.5, 0.5),
        ("pitcheg_decay", PitchDecay, 0.5, 0.5),
        ("pitch_decay", PitchDecay, 0.5, 0.5),
        ("pitcheg_sustain", PitchSustain, 50.0, 50.0),
        ("pitch_sustain", PitchSustain, 50.0, 50.0),
        ("pitcheg_release", PitchRelease, 0.5, 0.5),
        ("pitch_release", PitchRelease, 0.5, 0.5),
        ("pitcheg_depth", PitchDepth, 1200.0, 1200.0),
        ("pitch_depth", PitchDepth, 1200.0, 1200.0),
        ("pitcheg_vel2delay", PitchVelocityDelay, -0.5, -0.5),
        ("pitch_vel2delay", PitchVelocityDelay, -0.5, -0.5),
        ("pitcheg_vel2attack", PitchVelocityAttack, -0.5, -0.5),
        ("pitch_vel2attack", PitchVelocityAttack, -0.5, -0.5),
        ("pitcheg_vel2hold", PitchVelocityHold, -0.5, -0.5),
        ("pitch_vel2hold", PitchVelocityHold, -0.5, -0.5),
        ("pitcheg_vel2decay", PitchVelocityDecay, -0.5, -0.5),
        ("pitch_vel2decay", PitchVelocityDecay, -0.5, -0.5),
        ("pitcheg_vel2sustain", PitchVelocitySustain, -0.5, -0.5),
        ("pitch_vel2sustain", PitchVelocitySustain, -0.5, -0.5),
        ("pitcheg_vel2release", PitchVelocityRelease, -0.5, -0.5),
        ("pitch_vel2release", PitchVelocityRelease, -0.5, -0.5),
        ("pitcheg_vel2depth", PitchVelocityDepth, 600.0, 600.0),
        ("pitch_vel2depth", PitchVelocityDepth, 600.0, 600.0),
    ]);
    controlled(&[
        ("pitcheg_start", PitchStart, 1.0),
        ("pitcheg_delay", PitchDelay, 1.0),
        ("pitcheg_attack", PitchAttack, 1.0),
        ("pitcheg_hold", PitchHold, 1.0),
        ("pitcheg_decay", PitchDecay, 1.0),
        ("pitcheg_sustain", PitchSustain, 1.0),
        ("pitcheg_release", PitchRelease, 1.0),
        ("pitcheg_depth", PitchDepth, 1.0),
    ]);
    assert!(part("pitcheg_dynamic=1").has(Part::DYNAMIC_PITCH));
    not_played(&[
        "pitcheg_attack_shape",
        "pitcheg_decay_shape",
        "pitcheg_release_shape",
        "pitcheg_decay_zero",
        "pitcheg_release_zero",
    ]);
}

#[test]
fn lfos() {
    numbers(&[
        ("amplfo_delay", AmpLfoDelay, 0.5, 0.5),
        ("amplfo_fade", AmpLfoFade, 0.5, 0.5),
        ("amplfo_freq", AmpLfoFrequency, 5.0, 5.0),
        ("amplfo_depth", AmpLfoDepth, 3.0, 3.0),
        ("fillfo_delay", FilterLfoDelay, 0.5, 0.5),
        ("fillfo_fade", FilterLfoFade, 0.5, 0.5),
        ("fillfo_freq", FilterLfoFrequency, 5.0, 5.0),
        ("fillfo_depth", FilterLfoDepth, 300.0, 300.0),
        ("pitchlfo_delay", PitchLfoDelay, 0.5, 0.5),
        ("pitchlfo_fade", PitchLfoFade, 0.5, 0.5),
        ("pitchlfo_freq", PitchLfoFrequency, 5.0, 5.0),
        ("pitchlfo_depth", PitchLfoDepth, 30.0, 30.0),
    ]);
    controlled(&[
        ("amplfo_fade", AmpLfoFade, 1.0),
        ("amplfo_freq", AmpLfoFrequency, 1.0),
        ("amplfo_depth", AmpLfoDepth, 1.0),
        ("fillfo_fade", FilterLfoFade, 1.0),
        ("fillfo_freq", FilterLfoFrequency, 1.0),
        ("fillfo_depth", FilterLfoDepth, 1.0),
        ("pitchlfo_fade", PitchLfoFade, 1.0),
        ("pitchlfo_freq", PitchLfoFrequency, 1.0),
        ("pitchlfo_depth", PitchLfoDepth, 1.0),
    ]);
    for (name, source, parameter) in [
        ("amplfo_freqchanaft", 129, AmpLfoFrequency),
        ("amplfo_freqpolyaft", 130, AmpLfoFrequency),
        ("amplfo_depthchanaft", 129, AmpLfoDepth),
        ("amplfo_depthpolyaft", 130, AmpLfoDepth),
        ("fillfo_freqchanaft", 129, FilterLfoFrequency),
        ("fillfo_freqpolyaft", 130, FilterLfoFrequency),
        ("fillfo_depthchanaft", 129, FilterLfoDepth),
        ("fillfo_depthpolyaft", 130, FilterLfoDepth),
        ("pitchlfo_freqchanaft", 129, PitchLfoFrequency),
        ("pitchlfo_freqpolyaft", 130, PitchLfoFrequency),
        ("pitchlfo_depthchanaft", 129, PitchLfoDepth),
        ("pitchlfo_depthpolyaft", 130, PitchLfoDepth),
    ] {
        let tables = region(&format!("{name}=4"));
        let [link] = links(&tables, &tables.parts[0])[..] else { panic!("{name}") };
        assert_eq!((link.source, link.target, link.depth), (source, parameter as u16, 4.0), "{name}");
    }
    not_played(&["amplfo_wave", "fillfo_wave", "pitchlfo_wave"]);
}

/// What LFOs and envelopes may move: the opcode's end, the parameter, what 50 comes to.
const MOVED: [(&str, Parameter, f32); 21] = [
    ("amplitude", Amplitude, 0.5),
    ("volume", Volume, 50.0),
    ("pan", Pan, 50.0),
    ("width", Width, 50.0),
    ("position", Position, 50.0),
    ("pitch", Tune, 50.0),
    ("cutoff", CutoffCents1, 50.0),
    ("cutoff1", CutoffCents1, 50.0),
    ("cutoff2", CutoffCents2, 50.0),
    ("resonance", Resonance1, 50.0),
    ("resonance1", Resonance1, 50.0),
    ("resonance2", Resonance2, 50.0),
    ("eq1freq", EqFrequency1, 50.0),
    ("eq2freq", EqFrequency2, 50.0),
    ("eq3freq", EqFrequency3, 50.0),
    ("eq1bw", EqBandwidth1, 4.0),
    ("eq2bw", EqBandwidth2, 4.0),
    ("eq3bw", EqBandwidth3, 4.0),
    ("eq1gain", EqGain1, 50.0),
    ("eq2gain", EqGain2, 50.0),
    ("eq3gain", EqGain3, 50.0),
];

/// An LFO or envelope of the text's number 3 moves everything, alone and scaled by a controller.
fn moves(front: &str, source: Source) {
    for (end, parameter, depth) in MOVED {
        let given = if end.ends_with("bw") { 4 } else { 50 };
        let tables = region(&format!("{front}_{end}={given} {front}_{end}_oncc1={given} {front}_{end}_curvecc1=2"));
        let [scaled, plain] = links(&tables, &tables.parts[0])[..] else { panic!("{front}_{end}") };
        if parameter == Amplitude {
            // Multiplied, it is a factor beside the depth.
            assert_eq!((scaled.source, scaled.scale, scaled.curve, scaled.depth), (1, Source::NONE, 2, depth));
            assert_eq!((plain.source, plain.scale, plain.depth), (source.number(), Source::NONE, depth));
            continue;
        }
        let expected = Link {
            source: source.number(),
            scale: Source::NONE,
            target: parameter as u16,
            curve: 0,
            scale_curve: 0,
            smooth: 0,
            depth,
            step: 0.0,
        };
        assert_eq!(plain, expected, "{front}_{end}");
        assert_eq!(scaled, Link { scale: 1, scale_curve: 2, ..expected }, "{front}_{end}");
    }
}

/// The link of one opcode about controller 9.
fn only_link(opcodes: &str) -> Link {
    let tables = region(opcodes);
    let [link] = links(&tables, &tables.parts[0])[..] else { panic!("{opcodes}") };
    assert_eq!(link.source, 9, "{opcodes}");
    link
}

#[test]
fn flex_envelopes() {
    let tables = region(
        "eg05_points=4 eg05_time0=0 eg05_level0=0.25 eg05_time1=0.5 eg05_level1=1 eg05_shape1=-2.5 eg05_time3=1
         eg05_level3=-0.5 eg05_sustain=1 eg05_ampeg=1 eg05_dynamic=1 eg02_time1=2 eg05_pan=100",
    );
    let run = tables.parts[0].envelopes;
    let [other, envelope] = tables.envelopes[run.start as usize..][..run.count as usize] else { panic!("{run:?}") };
    let points = &tables.points[envelope.points.start as usize..][..envelope.points.count as usize];
    let point = |time, level, shape| Point { time, level, shape };
    // Points that are left out are there, at no time and no level.
    assert_eq!(points, [point(0.0, 0.25, 0.0), point(0.5, 1.0, -2.5), point(0.0, 0.0, 0.0), point(1.0, -0.5, 0.0)]);
    assert_eq!(envelope, FlexEnvelope { points: envelope.points, sustain: 1, is_amplitude: 1, flags: 1 });
    assert_eq!((other.points.count, other.sustain, other.is_amplitude), (2, u8::MAX, 0));
    // Numbers become places.
    assert_eq!(links(&tables, &tables.parts[0])[0].source, Source::Envelope(1).number());
    moves("eg03", Source::Envelope(0));
    let target = |opcodes: &str| Target::from_number(only_link(opcodes).target);
    assert_eq!(target("eg07_time2_oncc9=0.5 eg01_time1=1"), Some(Target::Envelope(1, 2, PointField::Time)));
    assert_eq!(target("eg07_level2_cc9=0.5"), Some(Target::Envelope(0, 2, PointField::Level)));
    assert_eq!(notes("eg64_time1=1")[0].0, NoteKind::Limit);
    assert_eq!(notes("eg1_time64=1")[0].0, NoteKind::Limit);
    not_played(&[
        "eg1_curve1",
        "eg1_loop",
        "eg1_loop_count",
        "eg1_freq_lfo1",
        "eg1_depth_lfo1",
        "eg1_depthadd_lfo1",
        "eg1_pan_curve",
        "eg1_decim",
        "eg1_bitred",
        "eg1_rectify",
        "eg1_ringmod",
        "eg1_noiselevel",
        "eg1_noisestep",
        "eg1_noisetone",
        "eg1_driveshape",
        "eg1_drive_oncc1",
        "eg1_sample_dyn_param1",
    ]);
}

#[test]
fn flex_lfos() {
    let tables = region(
        "lfo02_freq=5 lfo02_phase=0.25 lfo02_delay=0.5 lfo02_fade=1 lfo02_count=8 lfo02_wave=3 lfo02_offset=0.5 lfo02_ratio=2
         lfo02_scale=0.25 lfo02_wave2=7 lfo02_offset2=-0.5 lfo02_ratio2=3 lfo02_scale2=0.75
         lfo1_steps=4 lfo1_step1=100 lfo1_step3=-50",
    );
    let run = tables.parts[0].lfos;
    let [stepped, lfo] = tables.lfos[run.start as usize..][..run.count as usize] else { panic!("{run:?}") };
    assert_eq!(
        lfo,
        FlexLfo { frequency: 5.0, phase: 0.25, delay: 0.5, fade: 1.0, count: 8, parts: lfo.parts, steps: lfo.steps }
    );
    let waves = |lfo: &FlexLfo| &tables.lfo_parts[lfo.parts.start as usize..][..lfo.parts.count as usize];
    let wave = |wave: LfoWave, offset, ratio, scale| LfoPart { wave: wave as u8, unused: [0; 3], offset, ratio, scale };
    assert_eq!(waves(&lfo), [wave(LfoWave::Square, 0.5, 2.0, 0.25), wave(LfoWave::RampDown, -0.5, 3.0, 0.75)]);
    assert_eq!(waves(&stepped), [wave(LfoWave::Steps, 0.0, 1.0, 1.0)]);
    let steps = &tables.steps[stepped.steps.start as usize..][..stepped.steps.count as usize];
    assert_eq!((steps, lfo.steps.count), (&[1.0, 0.0, -0.5, 0.0][..], 0));
    for (number, shape) in [
        (-1, LfoWave::SampleHold),
        (0, LfoWave::Triangle),
        (1, LfoWave::Sine),
        (2, LfoWave::Pulse75),
        (4, LfoWave::Pulse25),
        (5, LfoWave::Pulse12),
        (6, LfoWave::RampUp),
        (12, LfoWave::SampleHold),
    ] {
        assert_eq!(region(&format!("lfo1_wave={number}")).lfo_parts[0].wave, shape as u8, "{number}");
    }
    moves("lfo03", Source::Lfo(0));
    let target = |opcodes: &str| Target::from_number(only_link(opcodes).target);
    assert_eq!(target("lfo07_freq_oncc9=0.5 lfo1_freq=1"), Some(Target::Lfo(1, LfoField::Frequency)));
    assert_eq!(target("lfo07_phase_oncc9=0.5"), Some(Target::Lfo(0, LfoField::Phase)));
    assert_eq!(target("lfo07_delay_oncc9=0.5"), Some(Target::Lfo(0, LfoField::Delay)));
    assert_eq!(target("lfo07_fade_oncc9=0.5"), Some(Target::Lfo(0, LfoField::Fade)));
    for beyond in ["lfo256_freq=1", "lfo0_freq=1", "lfo1_step129=5", "lfo1_wave9=1"] {
        assert_eq!(notes(beyond)[0].0, NoteKind::Limit, "{beyond}");
    }
    not_played(&[
        "lfo1_step1_oncc1",
        "lfo1_wave_oncc1",
        "lfo1_beats",
        "lfo1_beats_oncc1",
        "lfo1_smooth",
        "lfo1_smooth_oncc1",
        "lfo1_freq_lfo1",
        "lfo1_freq_lfo1_oncc1",
        "lfo1_depth_lfo1",
        "lfo1_depthadd_lfo1",
        "lfo1_decim",
        "lfo1_bitred",
        "lfo1_rectify",
        "lfo1_ringmod",
        "lfo1_noiselevel_oncc1",
        "lfo1_noisestep",
        "lfo1_noisetone",
        "lfo1_driveshape",
        "lfo1_drive_stepcc1",
        "lfo1_sample_dyn_param1",
    ]);
}
