//! What must hold for every effect and for the chain: block sizes never show, bad input never lasts, nothing turns
//! denormal, a reset is as good as new.

mod support;

use proptest::prelude::*;
use ripieno_fx::{Chain, ChainMemory, ChainState, PARAMS, Refused, Sends, arena_frames, id};
use ripieno_types::{Block, EffectId, ParamId, SampleRate};
use support::*;

const FRAMES: usize = 9_000;

/// Something to do at a frame.
#[derive(Clone, Copy, Debug)]
enum Change {
    Set(u8, f32),
    Bypass(u8, bool),
    Rotate(usize),
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    let change = prop_oneof![
        6 => (0..14u8, 0.0..=1.0f32).prop_map(|(param, value)| Change::Set(param, value)),
        2 => (0..7u8, any::<bool>()).prop_map(|(effect, on)| Change::Bypass(effect, on)),
        1 => (0..7usize).prop_map(Change::Rotate),
    ];
    prop::collection::vec((0..FRAMES, change), 0..12).prop_map(|mut changes| {
        changes.sort_by_key(|change| change.0);
        changes
    })
}

fn blocks() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop_oneof![1..40usize, 1..=4096usize], 1..40)
}

fn do_to_chain(chain: &mut Chain<Vec<f32>>, change: Change) {
    match change {
        Change::Set(param, value) => {
            chain.set(ParamId(param), value);
        }
        Change::Bypass(effect, on) => {
            chain.bypass(EffectId(effect), on);
        }
        Change::Rotate(by) => {
            let mut order = chain.current_order();
            order.rotate_left(by);
            chain.order(order).expect("a permutation");
        }
    }
}

/// Renders with changes at their frames, cut at these block sizes as well (again and again).
fn cut(
    input: &Stereo,
    blocks: &[usize],
    changes: &[(usize, Change)],
    mut process: impl FnMut(Option<Change>, usize, Block<'_>),
) -> Stereo {
    let [mut left, mut right] = input.clone();
    let (mut at, mut sizes, mut due) = (0, blocks.iter().cycle(), changes.iter().peekable());
    while at < left.len() {
        while let Some((_, change)) = due.next_if(|(frame, _)| *frame <= at) {
            process(Some(*change), at, Block::new(&mut [], &mut []));
        }
        let until_change = due.peek().map_or(usize::MAX, |(frame, _)| frame - at);
        let frames = sizes.next().copied().unwrap_or(64).min(left.len() - at).min(until_change);
        process(None, at, Block::new(&mut left[at..at + frames], &mut right[at..at + frames]));
        at += frames;
    }
    [left, right]
}

fn bits([left, right]: &Stereo) -> Vec<u32> {
    left.iter().chain(right).map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn block_sizes_never_show_in_an_effect(
        which in 0..7usize, blocks in blocks(), changes in changes(), start in prop::array::uniform3(0.0..=1.0f32),
    ) {
        let input = [noise(FRAMES, 1), noise(FRAMES, 2)];
        let run = |blocks: &[usize]| {
            let mut effect = effect(EFFECTS[which], RATE);
            start.iter().enumerate().for_each(|(index, value)| effect.set(index, *value));
            cut(&input, blocks, &changes, |change, _, block| match change {
                Some(Change::Set(param, value)) => effect.set(usize::from(param % 3), value),
                Some(_) => {}
                None => effect.process(block),
            })
        };
        prop_assert_eq!(bits(&run(&[64])), bits(&run(&blocks)));
    }

    #[test]
    fn block_sizes_never_show_in_the_chain(
        blocks in blocks(), changes in changes(), values in prop::array::uniform14(0.0..=1.0f32),
    ) {
        let input = [noise(FRAMES, 1), noise(FRAMES, 2)];
        let sends = [noise(FRAMES, 3), noise(FRAMES, 4)];
        let run = |blocks: &[usize]| {
            let mut chain = chain(RATE);
            PARAMS.iter().zip(values).for_each(|(info, value)| { chain.set(info.id, value); });
            cut(&input, blocks, &changes, |change, at, block| match change {
                Some(change) => do_to_chain(&mut chain, change),
                None => {
                    let frames = at..at + block.frames();
                    let sends = Sends { chorus: &sends[0][frames.clone()], reverb: &sends[1][frames] };
                    chain.process(block, Some(sends));
                }
            })
        };
        prop_assert_eq!(bits(&run(&[64])), bits(&run(&blocks)));
    }

    /// Any finite input, any parameters, any changes: nothing but zeros and normal numbers comes out.
    #[test]
    fn only_normal_numbers_come_out(
        level in prop_oneof![Just(f32::MAX), Just(1e6f32), Just(1.0f32), Just(1e-14f32), Just(1e-37f32), Just(1e-44f32)],
        changes in changes(), values in prop::array::uniform14(0.0..=1.0f32),
    ) {
        let mut chain = chain(RATE);
        PARAMS.iter().zip(values).for_each(|(info, value)| { chain.set(info.id, value); });
        let mut input = [noise(FRAMES, 5), noise(FRAMES, 6)].map(|channel| channel.iter().map(|x| x * level).collect::<Vec<_>>());
        // Then silence: tails decay through the denormal range, if they are let.
        input.iter_mut().for_each(|channel| channel[FRAMES / 2..].fill(0.0));
        let output = cut(&input, &[64], &changes, |change, _, block| match change {
            Some(change) => do_to_chain(&mut chain, change),
            None => chain.process(block, None),
        });
        for x in output.iter().flatten() {
            prop_assert!(*x == 0.0 || x.is_normal(), "{}", x);
        }
    }

    #[test]
    fn reset_is_as_good_as_new(which in 0..7usize, values in prop::array::uniform3(0.0..=1.0f32)) {
        let mut used = effect(EFFECTS[which], RATE);
        render(&mut *used, &noise(5_000, 7), &noise(5_000, 8));
        let mut new = effect(EFFECTS[which], RATE);
        for (index, value) in values.iter().enumerate() {
            used.set(index, *value);
            new.set(index, *value);
        }
        used.reset();
        let input = [noise(6_000, 9), noise(6_000, 10)];
        let [a, b] = [used, new].map(|mut effect| bits(&render(&mut *effect, &input[0], &input[1])));
        prop_assert_eq!(a, b);
    }

    /// Memory of any size, and any rate that it was not made for: sound or silence, never a panic.
    #[test]
    fn any_memory_and_any_rate_will_do(
        frames in 0..60_000usize, hz in SampleRate::MIN_HZ..=SampleRate::MAX_HZ, values in prop::array::uniform14(0.0..=1.0f32),
    ) {
        let mut arena = vec![0.3; frames];
        let mut chain = Chain::new(ChainMemory::from_arena(&mut arena, RATE), RATE);
        PARAMS.iter().zip(values).for_each(|(info, value)| { chain.set(info.id, value); });
        for rate in [RATE, SampleRate::new(hz).expect("in range")] {
            chain.prepare(rate);
            let (mut left, mut right) = (noise(3_000, 11), noise(3_000, 12));
            chain.process(Block::new(&mut left, &mut right), None);
            prop_assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        }
        PARAMS.iter().zip(values).for_each(|(info, value)| {
            let kept = chain.value(info.id).unwrap();
            assert!((kept - value).abs() < 1e-4, "{}: {kept} for {value}", info.name);
        });
    }
}

#[test]
fn nan_and_infinity_are_gone_with_the_block_that_brought_them() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut chain = chain(RATE);
        PARAMS.iter().for_each(|info| {
            chain.set(info.id, 0.6);
        });
        for block in 0..200 {
            let (mut left, mut right) = (noise(64, block), noise(64, block + 1));
            if block == 20 {
                left[10] = bad;
                right.fill(bad);
            }
            chain.process(Block::new(&mut left, &mut right), None);
            assert!(block == 20 || left.iter().chain(&right).all(|x| x.is_finite()), "{bad} in block {block}");
        }
    }
    for name in EFFECTS {
        let mut effect = effect(name, RATE);
        (0..3).for_each(|index| effect.set(index, 0.6));
        let mut input = noise(2_000, 3);
        input[100] = f32::NAN;
        let [left, right] = render(&mut *effect, &input, &input);
        assert!(left[128..].iter().chain(&right[128..]).all(|x| x.is_finite()), "{name}");
    }
}

#[test]
fn a_new_chain_changes_nothing() {
    let mut chain = chain(RATE);
    let (a, b) = (noise(5_000, 1), noise(5_000, 2));
    let (mut left, mut right) = (a.clone(), b.clone());
    let sends = Sends { chorus: &a, reverb: &b };
    assert!(!chain.wants_sends());
    chain.process(Block::new(&mut left, &mut right), Some(sends));
    assert_eq!([left, right], [a, b]);
    assert_eq!(chain.latency_frames(), 0);
}

#[test]
fn sends_are_heard_through_the_wet_path_only() {
    for (mix, effect) in [(id::CHORUS_MIX, id::CHORUS), (id::REVERB_MIX, id::REVERB)] {
        let bus = noise(20_000, 3);
        let heard = |mix_value: f32, is_bypassed: bool| {
            let mut chain = chain(RATE);
            chain.set(mix, mix_value);
            chain.bypass(effect, is_bypassed);
            assert_eq!(chain.wants_sends(), mix_value > 0.0 && !is_bypassed);
            let (mut left, mut right) = (silence(20_000), silence(20_000));
            chain.process(Block::new(&mut left, &mut right), Some(Sends { chorus: &bus, reverb: &bus }));
            rms(&left) + rms(&right)
        };
        assert!(heard(0.5, false) > 0.1);
        assert_eq!((heard(0.0, false), heard(0.5, true)), (0.0, 0.0));
    }
}

#[test]
fn a_bypassed_effect_comes_back_without_its_past() {
    let mut chain = chain(RATE);
    chain.set(id::DELAY_MIX, 0.5);
    chain.set(id::DELAY_FEEDBACK, 1.0);
    let run = |chain: &mut Chain<Vec<f32>>, input: Vec<f32>| {
        let (mut left, mut right) = (input.clone(), input);
        chain.process(Block::new(&mut left, &mut right), None);
        left
    };
    run(&mut chain, noise(44_100, 1));
    assert!(chain.bypass(id::DELAY, true) && chain.is_bypassed(id::DELAY));
    run(&mut chain, noise(20_000, 2));
    let input = noise(1_000, 3);
    assert_eq!(run(&mut chain, input.clone()), input);
    chain.bypass(id::DELAY, false);
    assert!(run(&mut chain, silence(44_100)).iter().all(|x| *x == 0.0));
    assert!(!chain.bypass(EffectId(7), true));
}

#[test]
fn order_takes_permutations_only_and_is_heard() {
    let mut chain = chain(RATE);
    let reversed = [6, 5, 4, 3, 2, 1, 0].map(EffectId);
    for bad in [[0; 7], [0, 1, 2, 3, 4, 5, 7], [1, 1, 2, 3, 4, 5, 6]] {
        let refused = chain.order(bad.map(EffectId)).expect_err("no permutation");
        assert_eq!(refused.order, bad.map(EffectId));
    }
    chain.order(reversed).expect("a permutation");
    assert_eq!(chain.current_order(), reversed);
    // Delay before filter or after it is the same thing; volume at 0 before a delay leaves its tail, after it does not.
    let tail = |order: [u8; 7]| {
        let mut chain = support::chain(RATE);
        chain.order(order.map(EffectId)).expect("a permutation");
        chain.set(id::DELAY_MIX, 1.0);
        let (mut left, mut right) = (noise(8_000, 1), noise(8_000, 1));
        chain.process(Block::new(&mut left, &mut right), None);
        chain.set(id::VOLUME_GAIN, 0.0);
        let (mut left, mut right) = (silence(22_050), silence(22_050));
        chain.process(Block::new(&mut left, &mut right), None);
        rms(&left[6_000..])
    };
    assert!(tail([0, 1, 2, 3, 4, 5, 6]) > 0.1);
    assert!(tail([4, 1, 2, 3, 0, 5, 6]) < 1e-6);
}

#[test]
fn state_survives_a_change_of_rate_and_unknown_names_are_reported() {
    let mut chain = chain(RATE);
    assert_eq!(chain.state(), ChainState::default());
    let mut refused = Vec::new();
    let pairs = [("reverb", 0.3), ("filter.cutoff", 0.5), ("reverb.size", 0.5), ("pan", f32::NAN), ("delay.time", 7.0)];
    assert_eq!(chain.apply(pairs, |name| refused.push(name)), 3);
    assert_eq!(refused, [Refused::UnknownName("reverb.size"), Refused::NotANumber("pan")]);
    chain.bypass(id::FILTER, true);
    chain.order([1, 0, 2, 3, 4, 5, 6].map(EffectId)).expect("a permutation");
    let state = chain.state();
    assert_eq!(state.named().find(|(name, _)| *name == "reverb.mix"), Some(("reverb.mix", 0.3)));
    assert_eq!((chain.value(id::DELAY_TIME), chain.value(id::PAN_PAN)), (Some(1.0), Some(0.5)));
    chain.prepare(SampleRate::STUDIO);
    assert_eq!(chain.state(), state);
    let mut other = support::chain(SampleRate::new(96_000).expect("in range"));
    other.restore(&state).expect("a good order");
    assert_eq!(other.state(), state);
    assert_eq!((other.set(ParamId(14), 0.5), other.value(ParamId(14))), (false, None));
}

#[test]
fn a_static_arena_is_budgeted_at_compile_time_and_a_smaller_one_shortens_the_delay() {
    const ARENA: usize = arena_frames(44_100);
    let run = |frames: usize| {
        let mut arena = vec![0.0; frames];
        let mut chain = Chain::new(ChainMemory::from_arena(&mut arena, RATE), RATE);
        for (id, value) in [(id::DELAY_TIME, 1.0), (id::DELAY_MIX, 1.0), (id::CHORUS_MIX, 1.0), (id::PITCH_SHIFT, 0.7)]
        {
            chain.set(id, value);
        }
        let (mut left, mut right) = (noise(1_000, 1), noise(1_000, 1));
        left.resize(60_000, 0.0);
        right.resize(60_000, 0.0);
        chain.process(Block::new(&mut left, &mut right), None);
        let first = left.iter().position(|x| x.abs() > 0.3);
        first.expect("an echo")
    };
    let (full, half) = (run(ARENA), run(ARENA - 44_100));
    assert!((44_100..46_500).contains(&full), "{full}");
    assert!((half as i64 - (full as i64 - 22_050)).abs() < 64, "{full} {half}");
}

/// The same bytes on every host and with every cargo feature: `simd-dispatch` must not show, so this one number holds for
/// both builds. Whoever changes the sound on purpose changes it.
#[test]
fn one_render_has_one_checksum_in_every_build() {
    let mut chain = chain(RATE);
    let values = [0.9, 0.6, 0.4, 0.0, 0.6, 0.4, 0.5, 0.5, 0.1, 0.5, 0.4, 0.4, 0.4, 0.4];
    PARAMS.iter().zip(values).for_each(|(info, value)| {
        chain.set(info.id, value);
    });
    let [mut left, mut right] = [noise(50_000, 1), noise(50_000, 2)];
    for (i, (left, right)) in left.chunks_mut(1_000).zip(right.chunks_mut(1_000)).enumerate() {
        chain.set(ParamId(i as u8 % 14), (i as f32 * 0.37) % 1.0);
        chain.process(Block::new(left, right), None);
    }
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for bits in bits(&[left, right]) {
        hash = (hash ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3);
    }
    assert_eq!(hash, 0x4685_0f18_1e32_a814, "{hash:#x}");
}
