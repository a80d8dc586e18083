//! Movers over small kits, beside what sfizz 1.2 renders of the same opcodes.

use super::*;
use crate::sampler::record::Run;
use crate::sampler::{
    FlexEnvelope, FlexLfo, KitDraft, LfoField, LfoPart, LfoWave, Link, Point, PointField, Source, Target, Value, Wave,
    WaveKind,
};
extern crate std;
use std::vec;
use std::vec::Vec;

const RATE: f32 = 48_000.0;

const WAVE: Wave = Wave { kind: 0, channels: 1, unused: 0, rate_hz: 48_000, frames: 48_000, left: 0, right: 0 };

const LINEAR: u16 = 0;
const BIPOLAR: u16 = 1;
const SQUARE: u16 = 2;

/// One part and a channel that plays it.
struct Bed {
    bytes: Vec<u8>,
    part: Part,
    channel: Channel,
    cue: Cue,
}

#[derive(Default)]
struct Made {
    values: Vec<(Parameter, f32)>,
    links: Vec<Link>,
    envelopes: Vec<(FlexEnvelope, Vec<Point>)>,
    lfos: Vec<(FlexLfo, Vec<LfoPart>)>,
    wave: Option<Wave>,
    flags: u16,
}

fn link(source: Source, target: Parameter, depth: f32) -> Link {
    Link {
        source: source.number(),
        scale: Source::NONE,
        target: Target::Parameter(target).number(),
        curve: LINEAR,
        scale_curve: LINEAR,
        smooth: 0,
        depth,
        step: 0.0,
    }
}

fn run(start: usize, count: usize) -> Run {
    Run { start: start as u32, count: count as u32 }
}

impl Made {
    fn bed(self) -> Bed {
        let values: Vec<Value> = self
            .values
            .iter()
            .map(|(parameter, value)| Value { parameter: *parameter as u16, unused: 0, value: *value })
            .collect();
        let (mut envelopes, mut points) = (vec![], vec![]);
        for (envelope, list) in self.envelopes {
            envelopes.push(FlexEnvelope { points: run(points.len(), list.len()), ..envelope });
            points.extend(list);
        }
        let (mut lfos, mut lfo_parts) = (vec![], vec![]);
        for (lfo, list) in self.lfos {
            lfos.push(FlexLfo { parts: run(lfo_parts.len(), list.len()), ..lfo });
            lfo_parts.extend(list);
        }
        let curves = [
            core::array::from_fn(|n| n as f32 / 127.0),
            core::array::from_fn(|n| n as f32 / 63.5 - 1.0),
            core::array::from_fn(|n| (n as f32 / 127.0) * (n as f32 / 127.0)),
        ];
        let part = Part {
            values: run(0, values.len()),
            links: run(0, self.links.len()),
            envelopes: run(0, envelopes.len()),
            lfos: run(0, lfos.len()),
            flags: Part::WHOLE.flags | self.flags,
            ..Part::WHOLE
        };
        let draft = KitDraft {
            values: &values,
            links: &self.links,
            envelopes: &envelopes,
            points: &points,
            lfos: &lfos,
            lfo_parts: &lfo_parts,
            curves: &curves,
            waves: &[self.wave.unwrap_or(WAVE)],
            ..KitDraft::default()
        };
        let mut bytes = vec![0; draft.len()];
        draft.write(&mut bytes).unwrap();
        Bed { bytes, part, channel: Channel::new(0), cue: Cue::HARD }
    }
}

fn of(values: &[(Parameter, f32)]) -> Bed {
    Made { values: values.to_vec(), ..Made::default() }.bed()
}

fn linked(links: &[Link]) -> Bed {
    Made { links: links.to_vec(), ..Made::default() }.bed()
}

impl Bed {
    fn kit(&self) -> Kit<'_> {
        Kit::new(&self.bytes).unwrap()
    }

    fn mover(&self) -> Mover {
        Mover::new(&self.kit(), &self.part, &self.cue, &self.channel, RATE)
    }

    /// The aim at the very start.
    fn first(&self) -> Aim {
        self.mover().begin(&self.kit(), &self.part, &self.channel)
    }

    /// One period further.
    fn step(&self, mover: &mut Mover) -> Option<Aim> {
        mover.steer(&self.kit(), &self.part, &self.channel, 0)
    }

    /// Aims over a time, released after some periods; the last one stands for the rest.
    fn aims(&self, periods: usize, release: usize) -> Vec<Aim> {
        let mut mover = self.mover();
        let mut aims = vec![mover.begin(&self.kit(), &self.part, &self.channel)];
        for n in 0..periods {
            if n == release {
                mover.release(0, 0.0, 0.0);
            }
            let silence = Aim { gains: [[0.0; 2]; 2], onset: None, ..aims[n] };
            aims.push(self.step(&mut mover).unwrap_or(silence));
        }
        aims
    }
}

/// The gain against that of a part with nothing set.
fn gain(aim: &Aim) -> f32 {
    let onset = aim.onset.map_or(1.0, |onset| onset.at(CONTROL_FRAMES).clamp(0.0, 1.0));
    aim.gains[0][0] * core::f32::consts::SQRT_2 * onset
}

fn decibels(aim: &Aim) -> f32 {
    20.0 * gain(aim).log10()
}

fn cents(aim: &Aim) -> f32 {
    1200.0 * aim.ratio.log2()
}

/// The period that ends at a time.
fn period(seconds: f32) -> usize {
    (seconds * RATE / CONTROL_FRAMES as f32).round() as usize
}

#[test]
fn volumes_add_up() {
    use Parameter as P;
    for (values, key, velocity, expected) in [
        (vec![], 60, 127, 0.0),
        (vec![(P::Volume, -6.0)], 60, 127, -6.0),
        (vec![(P::Volume, 60.0)], 60, 127, 48.0),
        (vec![(P::Amplitude, 0.5)], 60, 127, -6.0206),
        (vec![], 60, 64, -11.905),
        (vec![(P::AmpKeytrack, 1.0)], 72, 127, 12.0),
        (vec![(P::AmpKeytrack, -6.0), (P::AmpKeycenter, 50.0)], 52, 127, -12.0),
    ] {
        let mut bed = of(&values);
        (bed.cue.key, bed.cue.velocity) = (key, velocity);
        assert!((decibels(&bed.first()) - expected).abs() < 2e-3, "{values:?}: {}", decibels(&bed.first()));
    }
    // Only release parts lose by the age of their note.
    let mut bed = of(&[(P::RtDecay, 6.0)]);
    bed.cue.age_secs = 2.0;
    assert!(decibels(&bed.first()).abs() < 1e-3);
    bed.part.trigger = crate::sampler::Trigger::Release as u8;
    assert!((decibels(&bed.first()) + 12.0).abs() < 1e-3);
}

#[test]
fn chance_lifts_by_at_most_so_much_and_differs() {
    use Parameter as P;
    let mut bed = of(&[(P::AmpRandom, 6.0), (P::PitchRandom, 100.0), (P::DelayRandom, 1.0)]);
    let mut seen: Vec<(f32, f32, u32)> = vec![];
    for serial in 0..200 {
        bed.cue.serial = serial;
        let aim = bed.first();
        seen.push((decibels(&aim), cents(&aim), bed.mover().delay_frames()));
    }
    assert!(seen.iter().all(|(db, cents, _)| (-0.01..6.01).contains(db) && (-0.01..100.01).contains(cents)));
    let mean = |of: fn(&(f32, f32, u32)) -> f32| seen.iter().map(of).sum::<f32>() / 200.0;
    let means = (mean(|x| x.0), mean(|x| x.1), mean(|x| x.2 as f32));
    assert!((means.0 - 3.0).abs() < 0.5 && (means.1 - 50.0).abs() < 8.0 && (means.2 - 24e3).abs() < 4e3, "{means:?}");
    bed.part.offset = 1000;
    bed.part.offset_random = 100;
    assert!((1000..1100).contains(&bed.mover().offset_frames()));
}

#[test]
fn pitch_follows_key_velocity_and_wheel() {
    use Parameter as P;
    for (values, key, velocity, wheel, expected) in [
        (vec![], 72, 127, 8192, 1200.0),
        (vec![(P::PitchKeytrack, 50.0)], 72, 127, 8192, 600.0),
        (vec![(P::PitchVeltrack, 100.0)], 60, 64, 8192, 50.394),
        (vec![(P::Tune, 210.0)], 60, 127, 8192, 210.0),
        (vec![], 60, 127, 16_383, 200.0),
        (vec![], 60, 127, 8192 + 2048, 50.0),
        (vec![], 60, 127, 0, -200.0),
        (vec![(P::BendStep, 100.0)], 60, 127, 8192 + 2048, 0.0),
        (vec![(P::BendStep, 100.0)], 60, 127, 16_383, 200.0),
        (vec![(P::BendUp, 700.0), (P::BendDown, -300.0)], 60, 127, 4096, -150.0),
        (vec![(P::BendUp, 700.0), (P::BendStep, 150.0)], 60, 127, 16_383, 600.0),
        (vec![(P::BendUp, 700.0), (P::BendStep, 150.0)], 60, 127, 8192 + 5000, 300.0),
        (vec![(P::BendDown, -700.0), (P::BendStep, 150.0)], 60, 127, 0, -600.0),
        (vec![(P::BendDown, -700.0), (P::BendStep, 150.0)], 60, 127, 8192 - 5000, -300.0),
    ] {
        let mut bed = of(&values);
        (bed.cue.key, bed.cue.velocity) = (key, velocity);
        bed.channel.bend(wheel);
        assert!((cents(&bed.first()) - expected).abs() < 0.03, "{values:?} {wheel}: {}", cents(&bed.first()));
    }
    // The channel's own range, once it has one, and its tuning.
    let mut bed = of(&[]);
    for (controller, value) in [(101, 0), (100, 0), (6, 48)] {
        bed.channel.control(controller, value);
    }
    bed.channel.bend(8192 + 4096);
    assert!((cents(&bed.first()) - 2400.0).abs() < 0.01);
    bed.channel.share_cents(-400.0);
    assert!((cents(&bed.first()) - 2000.0).abs() < 0.01);
}

#[test]
fn a_generator_knows_hertz() {
    let generator = Wave { kind: WaveKind::Sine as u8, ..WAVE };
    let mut bed =
        Made { wave: Some(generator), values: vec![(Parameter::PitchKeycenter, 48.0)], ..Made::default() }.bed();
    bed.cue.key = 69;
    assert!((bed.first().ratio - 440.0).abs() < 1e-3);
    // So does a recording of one period: 480 frames a hundredth of a second.
    let period = Wave { frames: 480, ..WAVE };
    let mut bed = Made { wave: Some(period), flags: Part::OSCILLATOR, ..Made::default() }.bed();
    bed.cue.key = 69;
    assert!((bed.first().ratio - 4.4).abs() < 1e-4);
}

#[test]
fn the_wheel_is_followed_at_leisure() {
    let mut bed = of(&[(Parameter::BendUp, 1200.0), (Parameter::BendSmooth, 100.0)]);
    let mut mover = bed.mover();
    mover.begin(&bed.kit(), &bed.part, &bed.channel);
    bed.channel.bend(16_383);
    let aims: Vec<Aim> = (0..80).map(|_| bed.step(&mut mover).unwrap()).collect();
    for (n, expected) in [(36, 592.0), (74, 1200.0), (79, 1200.0)] {
        assert!((cents(&aims[n]) - expected).abs() < 0.5, "{n}: {}", cents(&aims[n]));
    }
}

#[test]
fn controllers_add_multiply_bend_and_step() {
    use Parameter as P;
    let by = |target, depth| link(Source::Control(20), target, depth);
    for (links, value, expected) in [
        (vec![by(P::Volume, 12.0)], 64, 6.047),
        (vec![Link { curve: BIPOLAR, ..by(P::Volume, 12.0) }], 0, -12.0),
        (vec![Link { curve: SQUARE, ..by(P::Volume, 12.0) }], 64, 3.047),
        (vec![Link { step: 3.0, ..by(P::Volume, 12.0) }], 31, 0.0),
        (vec![Link { step: 3.0, ..by(P::Volume, 12.0) }], 63, 3.0),
        (vec![Link { step: 3.0, ..by(P::Volume, 12.0) }], 64, 6.0),
        (vec![Link { step: 3.0, ..by(P::Volume, -12.0) }], 64, -6.0),
        (vec![by(P::Amplitude, 0.5), by(P::Amplitude, 0.8)], 127, -7.9588),
        (vec![by(P::Volume, 12.0), by(P::Volume, -3.0)], 127, 9.0),
        (vec![Link { scale: Source::Velocity.number(), scale_curve: SQUARE, ..by(P::Volume, 12.0) }], 127, 12.0),
        (vec![Link { source: Source::NONE, ..by(P::Volume, 12.0) }], 0, 12.0),
        (vec![Link { scale: Source::Control(21).number(), ..by(P::Volume, 12.0) }], 127, 0.0),
    ] {
        let mut bed = linked(&links);
        bed.channel.control(20, value);
        assert!((decibels(&bed.first()) - expected).abs() < 2e-3, "{links:?} {value}: {}", decibels(&bed.first()));
    }
}

#[test]
fn sources_are_those_of_sfizz() {
    let check = |source, change: &dyn Fn(&mut Bed), expected: f32| {
        let mut bed = linked(&[link(source, Parameter::Volume, 12.0)]);
        bed.cue.velocity = 127;
        change(&mut bed);
        assert!((decibels(&bed.first()) / 12.0 - expected).abs() < 1e-3, "{source:?}");
    };
    check(Source::Bend, &|bed| bed.channel.bend(16_383), 1.0);
    check(Source::Bend, &|bed| bed.channel.bend(4096), -0.5);
    check(Source::ChannelPressure, &|bed| bed.channel.press(64), 0.5039);
    check(Source::Velocity, &|_| {}, 1.0);
    check(Source::ReleaseVelocity, &|bed| bed.cue.release_velocity = 64, 0.5039);
    check(Source::Key, &|bed| bed.cue.key = 80, 0.6299);
    check(Source::Gate, &|_| {}, 0.0);
    check(Source::Gate, &|bed| bed.cue.others_down = true, 1.0);
    check(Source::Random, &|bed| bed.cue.random = 0.25, 0.25);
    check(Source::RandomBipolar, &|bed| bed.cue.random = 0.25, -0.5);
    check(Source::Alternate, &|bed| bed.cue.is_alternate = true, 1.0);
    check(Source::KeyDelta, &|bed| bed.cue.key = 61, 1.0);
    check(Source::KeyDelta, &|bed| bed.cue.key = 57, -3.0);
    check(Source::KeyDeltaAbsolute, &|bed| bed.cue.key = 57, 3.0);
}

#[test]
fn key_pressure_and_smoothed_links_move_what_sounds() {
    let smooth = Link { smooth: 100, ..link(Source::KeyPressure, Parameter::Volume, 12.0) };
    let bed = linked(&[link(Source::KeyPressure, Parameter::Tune, 100.0), smooth]);
    let mut mover = bed.mover();
    mover.begin(&bed.kit(), &bed.part, &bed.channel);
    assert!(cents(&bed.step(&mut mover).unwrap()).abs() < 1e-3);
    mover.press(127);
    let aims: Vec<Aim> = (0..80).map(|_| bed.step(&mut mover).unwrap()).collect();
    assert!((cents(&aims[0]) - 100.0).abs() < 0.01 && (cents(&aims[79]) - 100.0).abs() < 0.01);
    for (n, expected) in [(0, 0.16), (37, 6.08), (74, 12.0), (79, 12.0)] {
        assert!((decibels(&aims[n]) - expected).abs() < 0.01, "{n}: {}", decibels(&aims[n]));
    }
}

#[test]
fn filters_and_equalisers_are_aimed() {
    use Parameter as P;
    let values = [
        (P::Cutoff1, 1000.0),
        (P::CutoffKeytrack1, 100.0),
        (P::CutoffVeltrack1, 1200.0),
        (P::Resonance1, 6.0),
        (P::Cutoff2, 500.0),
        (P::FilterDepth, 1200.0),
        (P::FilterVelocityDepth, 1200.0),
        (P::EqFrequency2, 1000.0),
        (P::EqVelocityFrequency2, 500.0),
        (P::EqGain2, 3.0),
        (P::EqVelocityGain2, 6.0),
        (P::Effect1, 50.0),
    ];
    let mut bed = of(&values);
    (bed.cue.key, bed.cue.velocity) = (72, 127);
    let aim = bed.first();
    // An octave each by key, velocity, envelope and the envelope's velocity.
    assert!((aim.filters[0].cutoff_hz - 16_000.0).abs() < 0.1 && aim.filters[0].resonance_db == 6.0);
    assert_eq!((aim.filters[1].cutoff_hz, aim.sends), (500.0, [0.0, 0.5]));
    let [_, band, _] = aim.equalisers;
    assert_eq!((band.frequency_hz, band.gain_db, band.bandwidth), (1500.0, 9.0, 1.0));
}

#[test]
fn envelopes_and_lfos_of_the_first_version_run() {
    use Parameter as P;
    let bed = of(&[
        (P::AmpLfoFrequency, 5.0),
        (P::AmpLfoDepth, 6.0),
        (P::PitchLfoFrequency, 2.0),
        (P::PitchLfoDepth, 1200.0),
    ]);
    let aims = bed.aims(300, usize::MAX);
    for (seconds, tremolo) in [(0.05, 6.0), (0.1, 0.0), (0.15, -6.0), (0.2, 0.0)] {
        assert!((decibels(&aims[period(seconds)]) - tremolo).abs() < 0.2, "{seconds}");
    }
    for (seconds, vibrato) in [(0.125, 1200.0), (0.25, 0.0), (0.375, -1200.0)] {
        assert!((cents(&aims[period(seconds)]) - vibrato).abs() < 16.0, "{seconds}");
    }
    // Decay: measured at 0.1116 s and from 0.15 s on.
    let sweep = [(P::PitchAttack, 0.1), (P::PitchDecay, 0.3), (P::PitchSustain, 50.0), (P::PitchDepth, 1200.0)];
    let aims = of(&sweep).aims(200, usize::MAX);
    for (seconds, expected) in [(0.05, 600.0), (0.112, 837.0), (0.15, 600.0), (0.2, 600.0)] {
        let found = cents(&aims[period(seconds)]);
        assert!((found - expected).abs() < 12.0, "{seconds}: {found}");
    }
    let fade = of(&[(P::AmpAttack, 0.2), (P::AmpRelease, 0.5)]).aims(1200, period(0.4));
    for (seconds, expected) in
        [(0.05, 0.25), (0.1, 0.5), (0.2, 1.0), (0.3, 1.0), (0.4506, 0.4021), (0.5, 0.1653), (0.9, 1.23e-4)]
    {
        assert!((gain(&fade[period(seconds)]) - expected).abs() < 4e-3, "{seconds}: {}", gain(&fade[period(seconds)]));
    }
    assert_eq!(gain(&fade[1200]), 0.0);
}

#[test]
fn a_release_in_the_attack_falls_from_where_it_was() {
    // 0.475 of the way up, let go half way through a period: sfizz falls by e to the -9 in 0.2 s from there.
    let bed = of(&[(Parameter::AmpAttack, 0.4), (Parameter::AmpRelease, 0.2)]);
    let mut mover = bed.mover();
    mover.begin(&bed.kit(), &bed.part, &bed.channel);
    let (mut end, mut released_at) = (0.0, 0.0);
    for n in 0..300 {
        let aim = bed.step(&mut mover).unwrap();
        let onset = aim.onset.unwrap();
        // What was heard last goes on without a step: the gains are those of the period before.
        let [from, to] = [0, CONTROL_FRAMES].map(|frame| onset.at(frame).clamp(0.0, 1.0));
        if n < 150 {
            assert!((from - end).abs() < 1e-5, "{n}");
        } else {
            assert_eq!((from, to), (end, end));
            let frames = (n - 150) as f32 * 64.0 + 96.0;
            let expected = released_at * libm::expf(-9.0 * frames / (0.2 * RATE));
            assert!((gain(&aim) - expected).abs() < 1e-4, "{n}: {} {expected}", gain(&aim));
        }
        end = to;
        if n == 149 {
            released_at = onset.at(32);
            mover.release(32, 32.0, 0.0);
        }
    }
}

#[test]
fn a_delay_and_a_start_within_a_period() {
    let bed = of(&[(Parameter::Delay, 0.002), (Parameter::AmpAttack, 0.002)]);
    let mut mover = bed.mover();
    mover.begin(&bed.kit(), &bed.part, &bed.channel);
    assert_eq!(mover.delay_frames(), 96);
    // Begun at frame 32: silent up to frame 128, then 96 frames up.
    let onset = |aim: Option<Aim>| aim.unwrap().onset.unwrap();
    let first = onset(mover.steer(&bed.kit(), &bed.part, &bed.channel, 32));
    assert!((first.at(128)).abs() < 1e-6 && (first.at(224) - 1.0).abs() < 1e-5);
    let second = onset(bed.step(&mut mover));
    assert!((second.at(64)).abs() < 1e-6);
    assert!((onset(bed.step(&mut mover)).at(48) - 0.5).abs() < 1e-5);
    bed.step(&mut mover);
    assert!(bed.step(&mut mover).unwrap().onset.is_none());
}

/// Periods that have begun before a time.
fn ends(seconds: f32) -> usize {
    (seconds * RATE / CONTROL_FRAMES as f32).ceil() as usize
}

#[test]
fn voices_end_by_release_choke_or_decay() {
    use Parameter as P;
    let bed = of(&[(P::AmpRelease, 0.1)]);
    let periods = |change: &dyn Fn(&mut Mover)| {
        let mut mover = bed.mover();
        mover.begin(&bed.kit(), &bed.part, &bed.channel);
        bed.step(&mut mover);
        change(&mut mover);
        (0..2000).take_while(|_| bed.step(&mut mover).is_some()).count()
    };
    assert_eq!(periods(&|_| {}), 2000);
    // 100 dB at 78 dB in 0.1 s.
    assert_eq!(periods(&|mover| mover.release(0, 0.0, 0.0)), ends(0.1279));
    assert_eq!(periods(&|mover| mover.release(0, 0.0, 0.5)), ends(0.2558));
    assert_eq!(periods(&|mover| mover.release(0, 0.0, 1.0)), 2000);
    assert_eq!(periods(&|mover| mover.choke(0, 0.0, None)), ends(0.1279));
    assert_eq!(periods(&|mover| mover.choke(0, 0.0, Some(0.01))), ends(0.0128));
    let mut mover = of(&[(P::AmpDecay, 0.01), (P::AmpSustain, 0.0)]).mover();
    let steps = (0..2000).take_while(|_| bed.step(&mut mover).is_some()).count();
    assert_eq!(steps, ends(0.0128));
}

fn points(list: &[(f32, f32, f32)]) -> Vec<Point> {
    list.iter().map(|&(time, level, shape)| Point { time, level, shape }).collect()
}

const HELD_AT: fn(u8) -> FlexEnvelope =
    |sustain| FlexEnvelope { points: Run::EMPTY, sustain, is_amplitude: 0, flags: 0 };

#[test]
fn flex_envelopes_go_from_point_to_point() {
    let volume = link(Source::Envelope(0), Parameter::Volume, 6.0);
    let check = |envelope, list: &[(f32, f32, f32)], release: f32, expected: &[(f32, f32)]| {
        let bed = Made {
            envelopes: vec![(envelope, points(list))],
            links: vec![volume],
            values: vec![(Parameter::AmpRelease, 100.0)],
            ..Made::default()
        }
        .bed();
        let aims = bed.aims(period(0.7), period(release));
        for &(seconds, level) in expected {
            let fallen = 78.17 * (seconds - release).max(0.0) / 100.0;
            let found = (decibels(&aims[period(seconds)]) + fallen) / 6.0;
            assert!((found - level).abs() < 0.012, "{list:?} {seconds}: {found}");
        }
    };
    let plain = [(0.0, 0.0, 0.0), (0.1, 1.0, 0.0), (0.2, 0.5, 0.0), (0.2, 0.0, 0.0)];
    check(HELD_AT(2), &plain, 9.0, &[(0.05, 0.5), (0.1, 1.0), (0.2, 0.75), (0.3, 0.5), (0.6, 0.5)]);
    check(HELD_AT(2), &plain, 0.4, &[(0.39, 0.5), (0.5, 0.25), (0.62, 0.0)]);
    // The powers of sfizz.
    let bent = [(0.0, 0.2, 0.0), (0.1, 1.0, 2.0), (0.1, 0.0, -3.0), (0.0, 0.1, 0.0)];
    let shaped = [(0.05, 0.30), (0.076, 0.551), (0.124, 0.3337), (0.152, 0.0531), (0.3, 0.1)];
    check(HELD_AT(3), &bent, 9.0, &shaped);
    // A release goes straight behind the point of sustain, from where it is.
    let long = [(0.0, 0.0, 0.0), (0.1, 1.0, 0.0), (0.1, 0.5, 0.0), (0.1, 0.2, 0.0), (0.1, 0.8, 0.0), (0.1, 0.0, 0.0)];
    check(HELD_AT(3), &long, 0.05, &[(0.04, 0.4), (0.06, 0.53), (0.11, 0.68), (0.15, 0.8), (0.19, 0.48), (0.27, 0.0)]);
    // Without a point to wait at it goes through and stays.
    check(HELD_AT(9), &plain, 9.0, &[(0.1, 1.0), (0.3, 0.5), (0.4, 0.25), (0.6, 0.0)]);
}

#[test]
fn a_flex_envelope_may_be_the_amplitude_s() {
    let envelope = FlexEnvelope { is_amplitude: 1, ..HELD_AT(2) };
    let list = points(&[(0.0, 0.0, 0.0), (0.1, 1.0, 0.0), (0.2, 0.5, 0.0), (0.2, 0.0, 0.0)]);
    let bed = Made { envelopes: vec![(envelope, list)], ..Made::default() }.bed();
    let aims = bed.aims(period(0.8), period(0.5));
    for (seconds, level) in
        [(0.05, 0.5), (0.1, 1.0), (0.2, 0.75), (0.4, 0.5), (0.55, 0.375), (0.6, 0.25), (0.69, 0.025)]
    {
        assert!((gain(&aims[period(seconds)]) - level).abs() < 0.01, "{seconds}");
    }
    let mut mover = bed.mover();
    mover.release(0, 0.0, 0.0);
    let steps = (0..2000).take_while(|_| bed.step(&mut mover).is_some()).count();
    assert!(steps <= period(0.2) + 2, "{steps}");
    mover = bed.mover();
    (0..400).for_each(|_| assert!(bed.step(&mut mover).is_some()));
    mover.choke(0, 0.0, Some(0.01));
    assert!((0..20).take_while(|_| bed.step(&mut mover).is_some()).count() < 12);
}

fn lfo(wave: LfoWave) -> (FlexLfo, Vec<LfoPart>) {
    let part = LfoPart { wave: wave as u8, unused: [0; 3], offset: 0.0, ratio: 1.0, scale: 1.0 };
    let lfo =
        FlexLfo { frequency: 5.0, phase: 0.0, delay: 0.0, fade: 0.0, count: 0, parts: Run::EMPTY, steps: Run::EMPTY };
    (lfo, vec![part])
}

#[test]
fn flex_lfos_move_numbers_and_are_moved() {
    use Parameter as P;
    let to_lfo = |source: Source, field, depth| Link {
        target: Target::Lfo(0, field).number(),
        ..link(source, P::Volume, depth)
    };
    let links = vec![
        Link { scale: Source::Control(1).number(), ..link(Source::Lfo(0), P::Tune, 100.0) },
        link(Source::Lfo(0), P::Amplitude, 0.5),
        to_lfo(Source::Control(21), LfoField::Frequency, 5.0),
    ];
    let mut bed = Made { lfos: vec![lfo(LfoWave::Triangle)], links, ..Made::default() }.bed();
    let aims = bed.aims(200, usize::MAX);
    // As sfizz: the gain is the LFO itself, of either sign.
    for (seconds, expected) in [(0.025, 0.25), (0.05, 0.5), (0.1, 0.0), (0.125, -0.25), (0.15, -0.5)] {
        assert!((gain(&aims[period(seconds)]) - expected).abs() < 0.008, "{seconds}");
    }
    assert!(cents(&aims[period(0.05)]).abs() < 1e-3);
    // The modulation wheel opens the vibrato; another controller makes it twice as fast.
    bed.channel.control(1, 127);
    bed.channel.control(21, 127);
    let aims = bed.aims(200, usize::MAX);
    assert!((cents(&aims[period(0.025)]) - 100.0).abs() < 3.0 && (cents(&aims[period(0.075)]) + 100.0).abs() < 3.0);
}

#[test]
fn points_are_moved_by_controllers() {
    let moved = |field, depth| Link {
        target: Target::Envelope(0, 1, field).number(),
        ..link(Source::Control(20), Parameter::Volume, depth)
    };
    let links = vec![
        link(Source::Envelope(0), Parameter::Volume, 6.0),
        moved(PointField::Time, 0.1),
        moved(PointField::Level, 0.5),
    ];
    let list = points(&[(0.0, 0.0, 0.0), (0.1, 1.0, 0.0)]);
    let mut bed = Made { envelopes: vec![(HELD_AT(1), list)], links, ..Made::default() }.bed();
    bed.channel.control(20, 127);
    let aims = bed.aims(200, usize::MAX);
    for (seconds, expected) in [(0.1, 0.75), (0.2, 1.5), (0.25, 1.5)] {
        assert!((decibels(&aims[period(seconds)]) / 6.0 - expected).abs() < 0.012, "{seconds}");
    }
}

#[test]
fn times_follow_controllers_as_the_part_wants() {
    use Parameter as P;
    let attack = link(Source::Control(20), P::AmpAttack, 0.1);
    let build = |flags| Made { links: vec![attack], values: vec![(P::AmpAttack, 0.1)], flags, ..Made::default() }.bed();
    for (flags, expected) in [(0, 1.0), (Part::DYNAMIC_AMP, 0.75)] {
        let mut bed = build(flags);
        let mut mover = bed.mover();
        mover.begin(&bed.kit(), &bed.part, &bed.channel);
        (0..period(0.05)).for_each(|_| _ = bed.step(&mut mover));
        bed.channel.control(20, 127);
        let last = (0..period(0.05)).filter_map(|_| bed.step(&mut mover)).last().unwrap();
        assert!((gain(&last) - expected).abs() < 0.02, "{flags}: {}", gain(&last));
    }
}
