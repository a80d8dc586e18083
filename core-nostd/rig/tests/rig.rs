//! The rig's own part: two sources as one, and what passes from rig to rig.

use proptest::prelude::*;
use ripieno_fx::{ChainMemory, id};
use ripieno_rig::{Commands, Merge, Rig, RigConfig};
use ripieno_synth::{Builtin, Patch};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, EffectId, ParamId, SampleRate, Timed};

fn rig(bank: Builtin, hz: u32) -> Box<Rig<Builtin, Vec<f32>, 8>> {
    let rate = SampleRate::new(hz).expect("a legal rate");
    Box::new(Rig::new(bank, ChainMemory::with(rate, |frames| vec![0.0; frames]), RigConfig::new(rate)))
}

fn midi(bytes: &[u8]) -> Command {
    Command::Midi(MidiWord::new(bytes).expect("a legal word"))
}

fn render(rig: &mut Rig<Builtin, Vec<f32>, 8>, frames: usize, commands: &mut impl Commands) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    rig.render(Block::new(&mut left, &mut right), commands);
    left.extend(right);
    left
}

/// Programs, tuning, pedals and effects, no notes.
fn setup() -> Vec<Command> {
    let parameter = |id: ParamId, value| Command::Parameter { id, value };
    let mut order = [0, 1, 2, 3, 4, 5, 6].map(EffectId);
    order.reverse();
    vec![
        midi(&[0xC0, 2]),
        midi(&[0xB0, 7, 90]),
        midi(&[0xB0, 64, 127]),
        midi(&[0xE0, 0, 80]),
        // Its mix stays: the lines of a wet reverb swing, and where they are is no setting.
        parameter(id::REVERB_DECAY, 0.4),
        parameter(id::FILTER_CUTOFF, 0.5),
        parameter(id::DELAY_MIX, 0.5),
        Command::Bypass { effect: id::PITCH, bypassed: true },
        Command::Order(order),
    ]
}

proptest! {
    #[test]
    fn a_merge_is_one_sorted_list(
        mut first in prop::collection::vec(0..50_u64, 0..30),
        mut second in prop::collection::vec(0..50_u64, 0..30),
    ) {
        let list = |times: &mut Vec<u64>, source: u16| -> Vec<_> {
            times.sort_unstable();
            times.iter().map(|at| Timed { at: *at, value: Command::Polyphony(source) }).collect()
        };
        let (first, second) = (list(&mut first, 1), list(&mut second, 2));
        let mut both = Merge::new(&first[..], &second[..]);
        let mut taken = vec![];
        let mut next = both.due(0, &mut |command| taken.push(command));
        while let Some(at) = next {
            let before = taken.len();
            next = both.due(at, &mut |command| taken.push(command));
            prop_assert!(taken.len() > before && taken[before..].iter().all(|command| command.at == at));
        }
        // A stable sort: of two due at the same frame the first source's.
        let mut expected = [first, second].concat();
        expected.sort_by_key(|command| command.at);
        prop_assert_eq!(taken, expected);
    }
}

#[test]
fn a_song_and_a_live_queue_play_together() {
    let note = |at, key| Timed { at, value: midi(&[0x90, key, 100]) };
    let (song, live) = ([note(0, 60), note(500, 64)], [note(100, 67), note(500, 71)]);
    let mut one = rig(Builtin::default(), 44_100);
    let both = [song[0], live[0], song[1], live[1]];
    let expected = render(&mut one, 2_000, &mut &both[..]);
    let mut two = rig(Builtin::default(), 44_100);
    let (mut song, mut live) = (&song[..], &live[..]);
    let mut found: [Vec<f32>; 2] = [vec![], vec![]];
    for frames in [64, 400, 1_000, 536] {
        // Lent for a block, as a callback would.
        let both = render(&mut two, frames, &mut Merge::new(&mut song, &mut live));
        found.iter_mut().zip(both.chunks(frames)).for_each(|(found, channel)| found.extend(channel));
    }
    assert!(found.concat() == expected);
    assert_eq!((song.len(), live.len(), two.stats().late), (0, 0, 0));
}

#[test]
fn an_heir_sounds_the_same_from_its_first_frame() {
    let mut old = rig(Builtin::default(), 48_000);
    setup().into_iter().for_each(|command| old.command(command));
    old.command(midi(&[0x90, 50, 127]));
    render(&mut old, 1_000, &mut &[][..]);
    let mut heir = rig(Builtin::default(), 44_100);
    heir.inherit(&old);
    assert_eq!(heir.chain().state(), old.chain().state());
    assert!(heir.is_silent() && !old.is_silent(), "notes stay where they are");
    // Told the same, with time to get there.
    let mut told = rig(Builtin::default(), 44_100);
    setup().into_iter().chain([midi(&[0xB0, 64, 0])]).for_each(|command| told.command(command));
    render(&mut told, 64 * 1_000, &mut &[][..]);
    let [found, expected] = [&mut heir, &mut told].map(|rig| {
        rig.command(midi(&[0x90, 60, 100]));
        let held = render(rig, 5_000, &mut &[][..]);
        rig.command(midi(&[0x80, 60, 0]));
        [held, render(rig, 15_000, &mut &[][..])].concat()
    });
    let peak = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(peak > 0.005 && worst == 0.0, "{worst} of {peak}");
}

#[test]
fn banks_and_polyphony_change_hands_while_it_plays() {
    let mut rig = rig(Builtin::only(Patch::Organ), 44_100);
    for key in 60..66 {
        rig.command(midi(&[0x90, key, 100]));
    }
    render(&mut rig, 500, &mut &[][..]);
    assert!(rig.swap_bank(Builtin::only(Patch::SinePiano)).is_ok());
    assert!(rig.swap_bank(Builtin::default()).is_err(), "one bank at a time");
    assert!(rig.retired_bank().is_some() && rig.retired_bank().is_none());
    assert_eq!(rig.active_voices(), 6);
    rig.command(Command::Polyphony(2));
    render(&mut rig, 500, &mut &[][..]);
    assert_eq!((rig.active_voices(), rig.stats().unknown), (2, 0));
}
