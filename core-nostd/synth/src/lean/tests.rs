//! The way for small processors writes the bytes of the way for wide ones, whatever sounds.

extern crate std;
use super::Lean;
use crate::direct::Oscillators;
use crate::filter::{Coefficients, Filter};
use crate::interpolate::MAX_STEP;
use crate::lanes::{CONTROL_FRAMES, Ramp};
use crate::stage::{Players, Span};
use crate::voice::{Sound, Source};
use crate::wide::Wide;
use crate::window::Cursor;
use crate::{Coding, Interpolation, LoopMode, Patch, Sample, SamplePool, Side};
use proptest::prelude::*;
use std::boxed::Box;
use std::vec::Vec;

const PLACES: usize = 27;
const POOL_FRAMES: u32 = 3_000;

fn ramp(most: f32) -> impl Strategy<Value = Ramp> {
    let still = (0.0..most).prop_map(Ramp::hold);
    let moving = (0.0..most, 0.0..most).prop_map(|(base, target)| Ramp::hold(base).next(target));
    prop_oneof![2 => still, 2 => moving, 1 => Just(Ramp::default())]
}

fn filter() -> impl Strategy<Value = Filter> {
    let cents = 1_500.0..13_500.0_f32;
    (any::<bool>(), any::<bool>(), cents.clone(), cents, 0.1..1.4_f32).prop_map(
        |(is_active, is_still, from, to, damping)| {
            let mut filter = Filter::new(is_active);
            let [from, to] = [from, to].map(|cents| Coefficients::new(cents, damping, 48_000.0).0);
            filter.coefficients = core::array::from_fn(|n| {
                let ramp = Ramp::hold(from[n]);
                if is_still { ramp } else { ramp.next(to[n]) }
            });
            filter
        },
    )
}

fn sample() -> impl Strategy<Value = Source> {
    let mode = prop_oneof![Just(LoopMode::None), Just(LoopMode::Continuous), Just(LoopMode::UntilRelease)];
    // Mostly near the recorded pitch, seldom anywhere up to the limit; seldom moving.
    let step = prop_oneof![4 => 1 << 28..4_u64 << 32, 1 => 1..MAX_STEP];
    let slope = prop_oneof![2 => Just(0_i64), 1 => -(1_i64 << 24)..1 << 26];
    (mode, prop::array::uniform4(0..POOL_FRAMES), step, slope).prop_map(|(mode, mut places, step, step_slope)| {
        places.sort_unstable();
        let [start, loop_start, loop_end, end] = places;
        let sample = Sample {
            index: 0,
            start,
            end: end + 1,
            loop_start,
            loop_end: loop_end + 1,
            mode,
            rate_hz: 44_100,
            root_key: 60,
            correction_cents: 0,
            side: Side::Mono,
            link: 0,
        };
        let mut cursor = Cursor::new(sample);
        (cursor.step, cursor.step_slope) = (step.max(step_slope.unsigned_abs() * 200).min(MAX_STEP), step_slope);
        Source::Sample(cursor)
    })
}

fn built_in() -> impl Strategy<Value = Source> {
    let patch = prop_oneof![Just(Patch::SinePiano), Just(Patch::ElectricPiano), Just(Patch::Organ)];
    (patch, 0.001..0.1_f32).prop_map(|(patch, pitch)| {
        let mut oscillators = Oscillators::new(patch);
        oscillators.aim(pitch, 0.0, CONTROL_FRAMES, true);
        Source::Direct(oscillators)
    })
}

fn sound() -> impl Strategy<Value = Sound> {
    let source = prop_oneof![6 => sample(), 1 => built_in()];
    let gains = (ramp(1.0), ramp(1.0), ramp(1.0), prop::bool::weighted(0.7)).prop_map(|(a, b, c, is_still)| {
        let gains = [a, b, Ramp::default(), c];
        if is_still { gains.map(|gain| Ramp::hold(gain.base)) } else { [a, b, c, a] }
    });
    let onset = prop::option::weighted(0.2, (-0.5..1.0_f32, 0.0..0.1_f32));
    let fade = prop::option::weighted(0.2, 0.0..300.0_f32);
    (source, any::<bool>(), filter(), gains, onset, fade).prop_map(
        |(source, is_of_old_bank, filter, gains, onset, fade)| Sound {
            source,
            is_of_old_bank,
            filter,
            gains,
            onset: onset.map(|(base, slope)| Ramp { base, slope }),
            fade,
            last: 0.0,
        },
    )
}

/// What a mixer made of the sounds in pieces of so many frames, and how it left them.
fn play(
    mut sounds: Vec<Option<Sound>>,
    span: Span<'_>,
    pieces: &[usize],
    is_short: bool,
    mut render: impl FnMut(&mut Players<'_>, &Span<'_>, [&mut [f32]; 4]),
) -> (Vec<u32>, Vec<[u32; 8]>) {
    let mut bits = Vec::new();
    for period in 0..3 {
        let mut from = 0;
        for piece in pieces.iter().cycle() {
            let count = (*piece).min(CONTROL_FRAMES - from);
            let mut buses = [[f32::NAN; CONTROL_FRAMES]; 4];
            let mut players = Players { voices: &mut [], order: &[], ghosts: &mut sounds };
            // Buses may be shorter than the block.
            let [chorus, reverb] = if !span.with_sends {
                [0; 2]
            } else if is_short {
                [count / 2, 0]
            } else {
                [count; 2]
            };
            let mut lengths = [count, count, chorus, reverb].into_iter();
            let parts = buses.each_mut().map(|bus| &mut bus[..lengths.next().unwrap_or(0)]);
            render(&mut players, &Span { from, count, ..span }, parts);
            bits.extend(buses.iter().flatten().map(|x| x.to_bits()));
            from += count;
            if from == CONTROL_FRAMES {
                break;
            }
        }
        // The last period is one in which only fades move.
        if period == 1 {
            sounds.iter_mut().flatten().for_each(Sound::drift);
        }
    }
    let states = sounds.iter().flatten().map(|sound| {
        let [low, band] = sound.filter.state.map(f32::to_bits);
        let last = if sound.filter.is_active { 0 } else { sound.last.to_bits() };
        match sound.source {
            Source::Sample(cursor) => {
                let words = [cursor.phase.cast_unsigned(), cursor.step].map(|x| [x as u32, (x >> 32) as u32]);
                [low, band, last, words[0][0], words[0][1], words[1][0], words[1][1], 0]
            }
            Source::Direct(_) => [low, band, last, 0, 0, 0, 0, 1],
        }
    });
    (bits, states.collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]
    #[test]
    fn both_ways_write_the_same_bytes(
        sounds in prop::collection::vec(prop::option::weighted(0.9, sound()), 0..PLACES),
        pieces in prop_oneof![Just(Vec::from([CONTROL_FRAMES])), prop::collection::vec(1..=CONTROL_FRAMES, 1..6)],
        noise in prop::collection::vec(any::<u8>(), 2 * POOL_FRAMES as usize + 64),
        interpolation in prop_oneof![
            3 => Just(Interpolation::Linear),
            1 => Just(Interpolation::Cubic),
            1 => Just(Interpolation::Fine),
            1 => Just(Interpolation::Hq)
        ],
        has_low in prop::bool::weighted(0.1),
        with_sends in any::<bool>(),
        is_short in prop::bool::weighted(0.1),
    ) {
        let pool = SamplePool { high: &noise, low: &[], coding: Coding::Pcm16 };
        let other = if has_low {
            SamplePool { low: &noise[..noise.len() / 2], ..pool }
        } else {
            SamplePool { coding: Coding::Block8, ..pool }
        };
        let span = Span { pools: [pool, other], interpolation, fade_frames: 240.0, from: 0, count: 0, with_sends };
        let (mut wide, mut lean) = (Box::new(Wide::SILENT), Box::new(Lean::<PLACES>::SILENT));
        let expected = play(sounds.clone(), span, &pieces, is_short, |players, span, buses| {
            wide.play(players, span);
            wide.collect(span, buses);
        });
        let found = play(sounds, span, &pieces, is_short, |players, span, buses| {
            lean.play(players, span);
            lean.collect(span, buses);
        });
        prop_assert_eq!(found, expected);
    }
}
