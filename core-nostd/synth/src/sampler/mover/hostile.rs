//! Movers over tables that hold anything.

use super::*;
use crate::sampler::record::Record;
use crate::sampler::{
    Crossfade, FlexEnvelope, FlexLfo, KitDraft, LfoPart, Link, Point, Run, Source, Target, Value, Wave,
};
extern crate std;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

/// Records of any bytes.
fn any_records<T: Record + core::fmt::Debug>(most: usize) -> impl Strategy<Value = Vec<T>> {
    let one = prop::collection::vec(any::<u8>(), T::BYTES).prop_map(|bytes| T::read(&bytes));
    prop::collection::vec(one, 0..most)
}

/// Numbers as they may stand in a file: small ones, huge ones and none at all.
fn number() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -2.0..2.0_f32, 2 => -2e4..2e4_f32, 1 => any::<u32>().prop_map(f32::from_bits)]
}

fn values() -> impl Strategy<Value = Vec<Value>> {
    let one = (0..Parameter::COUNT as u16 + 2, number());
    prop::collection::vec(one.prop_map(|(parameter, value)| Value { parameter, unused: 0, value }), 0..40)
}

fn links() -> impl Strategy<Value = Vec<Link>> {
    let source = || {
        prop_oneof![0..142_u16, Source::LFOS..Source::LFOS + 9, Source::ENVELOPES..Source::ENVELOPES + 9, any::<u16>()]
    };
    let target = prop_oneof![
        4 => 0..Parameter::COUNT as u16,
        1 => (0..9_u8).prop_map(|n| Target::Lfo(n, crate::sampler::LfoField::Frequency).number()),
        1 => any::<u16>(),
    ];
    let one = (source(), source(), target, 0..4_u16, 0..300_u16, number(), number()).prop_map(
        |(source, scale, target, curve, smooth, depth, step)| Link {
            source,
            scale: if scale & 1 == 0 { Source::NONE } else { scale },
            target,
            curve,
            scale_curve: curve,
            smooth,
            depth,
            step,
        },
    );
    prop::collection::vec(one, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn aims_are_numbers_whatever_the_tables_hold(
        (values, links) in (values(), links()),
        fades in any_records::<Crossfade>(4),
        mut envelopes in any_records::<FlexEnvelope>(10),
        points in any_records::<Point>(8),
        mut lfos in any_records::<FlexLfo>(10),
        parts in any_records::<LfoPart>(5),
        curve in prop::array::uniform32(number()),
        wave in prop::collection::vec(any::<u8>(), Wave::BYTES),
        wild in prop::collection::vec(any::<u8>(), Part::BYTES),
        events in prop::collection::vec((any::<u8>(), any::<u8>(), any::<u8>(), number()), 1..60),
    ) {
        for envelope in &mut envelopes {
            envelope.points = Run { start: envelope.points.start % 8, count: envelope.points.count % 9 };
        }
        for lfo in &mut lfos {
            lfo.parts = Run { start: lfo.parts.start % 5, count: 1 + lfo.parts.count % 4 };
        }
        let curves = [core::array::from_fn(|n| curve[n / 4])];
        let draft = KitDraft {
            values: &values,
            links: &links,
            fades: &fades,
            envelopes: &envelopes,
            points: &points,
            lfos: &lfos,
            lfo_parts: &parts,
            steps: &curve,
            curves: &curves,
            waves: &[Wave::read(&wave)],
            ..KitDraft::default()
        };
        let mut bytes = vec![0; draft.len()];
        draft.write(&mut bytes).unwrap();
        let kit = Kit::new(&bytes).unwrap();
        let all = Run { start: 0, count: u32::MAX };
        let part = Part {
            wave: 0,
            values: all,
            links: all,
            fades: all,
            envelopes: all,
            lfos: all,
            velocity_curve: u16::from(wild[0] & 1),
            ..Part::read(&wild)
        };
        let mut channel = Channel::new(0);
        let (_, key, velocity, random) = events[0];
        let cue = Cue { key, velocity, random, age_secs: random, ..Cue::HARD };
        let mut mover = Mover::new(&kit, &part, &cue, &channel, 48_000.0);
        check(&mover.begin(&kit, &part, &channel));
        for (n, (kind, control, value, _)) in events.into_iter().enumerate() {
            let from = usize::from(value) % CONTROL_FRAMES;
            match kind % 10 {
                0 => drop(channel.control(control & 0x7F, value & 0x7F)),
                1 => channel.bend(u16::from(value) << 6),
                2 => channel.press(value & 0x7F),
                3 => mover.press(value),
                4 => mover.release(from, from as f32, f32::from(control) / 255.0),
                5 if n > 40 => mover.choke(from, from as f32, Some(f32::from(control))),
                _ => {}
            }
            let Some(aim) = mover.steer(&kit, &part, &channel, if n == 0 { from } else { 0 }) else { break };
            check(&aim);
            prop_assert!(mover.level().is_finite() && mover.level() >= 0.0);
        }
    }
}

fn check(aim: &Aim) {
    let mut numbers = vec![aim.ratio, aim.detune_cents, aim.modulation];
    numbers.extend(aim.gains.into_iter().flatten().chain(aim.sends));
    numbers.extend(aim.filters.into_iter().flat_map(|filter| [filter.cutoff_hz, filter.resonance_db, filter.gain_db]));
    numbers.extend(aim.equalisers.into_iter().flat_map(|band| [band.frequency_hz, band.bandwidth, band.gain_db]));
    numbers.extend(aim.onset.into_iter().flat_map(|onset| [onset.base, onset.slope]));
    assert!(numbers.iter().all(|number| number.is_finite()), "{aim:?}");
    assert!(aim.ratio >= 0.0 && aim.filters.iter().all(|filter| (0.0..=30_000.0).contains(&filter.cutoff_hz)));
}
