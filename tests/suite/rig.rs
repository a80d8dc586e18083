//! The rig as a whole: the same bytes for every way of cutting blocks, every source of commands and every run.

use proptest::prelude::*;
use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::Builtin;
use ripieno_tests::scramble::scramble;
use ripieno_types::{Block, Command, SampleRate, Timed};

const FRAMES: usize = 12_000;

fn rig() -> Box<Rig<Builtin, Vec<f32>, 32>> {
    let rate = SampleRate::CD;
    Box::new(Rig::new(Builtin::default(), ChainMemory::with(rate, |frames| vec![0.0; frames]), RigConfig::new(rate)))
}

/// Renders [`FRAMES`] frames in blocks of the given sizes, used in turn; both channels as bits.
fn bits(commands: &[Timed<Command>], sizes: &[usize]) -> Vec<(u32, u32)> {
    let mut rig = rig();
    let mut queue = commands;
    let (mut left, mut right) = (vec![0.0; FRAMES], vec![0.0; FRAMES]);
    let mut rest = Block::new(&mut left, &mut right);
    for size in sizes.iter().cycle() {
        rig.render(rest.split_front(*size), &mut queue);
        if rest.is_empty() {
            break;
        }
    }
    left.iter().zip(&right).map(|(l, r)| (l.to_bits(), r.to_bits())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_renders_the_same_bytes(seed: u64, sizes in proptest::collection::vec(1..4096_usize, 1..12)) {
        let commands = scramble(seed, 200, FRAMES as u64);
        prop_assert!(bits(&commands, &[FRAMES]) == bits(&commands, &sizes), "sizes {:?}", sizes);
    }

    #[test]
    fn output_is_finite_whatever_is_sent(seed: u64) {
        let samples = bits(&scramble(seed, 2_000, FRAMES as u64), &[64]);
        let finite = samples.iter().all(|(l, r)| f32::from_bits(*l).is_finite() && f32::from_bits(*r).is_finite());
        prop_assert!(finite);
    }
}

#[test]
fn a_ring_and_a_list_are_the_same_source() {
    let commands = scramble(3, 100, FRAMES as u64);
    let (mut producer, mut consumer) = ripieno_ring::spsc::channel::<Timed<Command>>(128);
    for command in &commands {
        producer.push(*command).expect("the ring holds them all");
    }
    let mut rig = rig();
    let (mut left, mut right) = (vec![0.0; FRAMES], vec![0.0; FRAMES]);
    rig.render(Block::new(&mut left, &mut right), &mut consumer);
    let list = bits(&commands, &[FRAMES]);
    assert!(left.iter().zip(&list).all(|(a, (b, _))| a.to_bits() == *b));
}

#[test]
fn late_and_unknown_commands_are_counted() {
    let mut rig = rig();
    let late = Timed { at: 5, value: Command::Panic };
    let unknown = Timed { at: 20, value: Command::Parameter { id: ripieno_types::ParamId(200), value: 0.5 } };
    let (mut left, mut right) = ([0.0; 16], [0.0; 16]);
    rig.render(Block::new(&mut left, &mut right), &mut &[][..]);
    rig.render(Block::new(&mut left, &mut right), &mut &[late, unknown][..]);
    let stats = rig.stats();
    assert_eq!((stats.late, stats.unknown, stats.commands), (1, 1, 2));
}
