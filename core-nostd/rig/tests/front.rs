//! A rig behind its front: panels, sequencer and sampler keep to the frame whatever the blocks, and leave no note behind.

use proptest::prelude::*;
use ripieno_fx::{ChainMemory, id};
use ripieno_panel::glue::{Button, Fire, Glue, Mode, Press, Takeover};
use ripieno_panel::{
    Action, Address, BankId, DeviceId, Light, Mapper, Mapping, Output, Panel, PanelId, PanelKind, PresetId, Role, Run,
    Score, ScoreNote, Setup, Source, TextId, Zone, value,
};
use ripieno_rig::{Clip, Clips, Commands, Front, Input, Rig, RigConfig};
use ripieno_synth::{Builtin, Patch};
use ripieno_types::midi::{Held, MidiWord, SysEx};
use ripieno_types::{Block, Command, SampleRate, Timed};

const RATE: SampleRate = SampleRate::STUDIO;
const DEVICE: DeviceId = DeviceId(0);

type SmallSetup = Setup<4, 4, 64>;
type SmallMapper = Mapper<SmallSetup, 64, 2, 64>;
type SmallFront = Front<Box<SmallMapper>, Box<Score<32>>, Tones>;

/// One clip, gated at place 1.
struct Tones(Vec<f32>);

impl Clips for Tones {
    fn clip(&self, place: u16) -> Option<Clip<'_>> {
        let clip = Clip { channels: [&self.0, &self.0], rate: SampleRate::CD, gain: 0.5, is_gated: place == 1 };
        (place < 2).then_some(clip)
    }
}

fn button(fire: Fire, press: Press) -> Glue {
    Glue { mode: Mode::Button(Button { fire, guard_ms: 0 }), press, ..Glue::default() }
}

fn mapping(source: Source, glue: Glue, action: Action) -> Mapping {
    Mapping { at: Address::any(source), glue, action, value: None, light: Light::Own { off: 0, on: 127 } }
}

/// Pads 16..=31 with every way of firing, and two knobs.
fn setup() -> SmallSetup {
    let mut setup = SmallSetup::new();
    let run = |first, last, role| Zone { device: None, channel: None, run: Run { first, last }, role };
    setup.zone(run(Source::Note(16), Source::Note(31), Role::Pad(BankId(0)))).unwrap();
    setup.zone(run(Source::Control(48), Source::Control(51), Role::Knob(None))).unwrap();
    let note = |note| Action::Note { channel: 0, note, velocity: None };
    let mut notes = [None; ripieno_panel::CHORD_NOTES];
    notes[..3].copy_from_slice(&[Some(60), Some(64), Some(67)]);
    let (hold, once) = (Press::Momentary, Press::Toggle);
    let repeat = Fire::Repeat { after_ms: 40, every_ms: 31, fastest_ms: 7 };
    let pads = [
        (Fire::Press, hold, note(60)),
        (Fire::Long { after_ms: 37 }, hold, Action::Chord { channel: 0, notes, velocity: Some(90) }),
        (repeat, hold, note(72)),
        (Fire::Double { within_ms: 90 }, hold, note(62)),
        (Fire::Latch { hold_ms: 50 }, hold, note(65)),
        (Fire::Press, once, Action::Layer(0)),
        (Fire::Press, once, Action::Layer(1)),
        (Fire::Press, hold, Action::Phrase(0)),
        (Fire::Press, hold, Action::Phrase(1)),
        (repeat, hold, Action::Phrase(0)),
        (Fire::Press, hold, Action::Tempo),
        (Fire::Press, hold, Action::Sample(0)),
        (Fire::Press, hold, Action::Sample(1)),
        (Fire::Short { within_ms: 60 }, hold, Action::Panic),
        (Fire::Press, hold, Action::Master),
        (Fire::Press, hold, Action::Outside(7)),
    ];
    let pads: Vec<_> = (16..)
        .zip(pads)
        .map(|(pad, (fire, press, action))| mapping(Source::Note(pad), button(fire, press), action))
        .collect();
    let knob = Glue { mode: Mode::Knob(Takeover::Off), ..Glue::default() };
    let knobs = [
        mapping(Source::Control(48), knob, Action::Parameter(id::REVERB_MIX)),
        mapping(Source::Control(49), knob, Action::Tempo),
    ];
    for (number, kind, mappings) in [(0, PanelKind::Pad, &pads[..]), (1, PanelKind::Knob, &knobs[..])] {
        setup.preset(PresetId(number), kind, mappings).unwrap();
        let (id, preset) = (PanelId(number), Some(PresetId(number)));
        setup.panel(Panel { id, kind, bank: BankId(0), preset, title: TextId(0), is_active: true }).unwrap();
    }
    // Without one, keys do not play.
    let (id, kind, bank) = (PanelId(2), PanelKind::Piano, BankId::PLAY);
    setup.panel(Panel { id, kind, bank, preset: None, title: TextId(0), is_active: true }).unwrap();
    setup
}

fn score() -> Score<32> {
    let note = |at, note, length_ms| ScoreNote { at, channel: 0, note, velocity: 100, length_ms };
    let mut score = Score::new();
    score.tempo = 250_000;
    score.layer(&[note(0, 48, 50), note(2, 50, 90), note(3, 60, 200), note(7, 50, 30)], 20_000).unwrap();
    score.layer(&[note(0, 60, 30), note(1, 48, 400), note(5, 72, 30)], 0).unwrap();
    score.phrase(&[note(0, 60, 100), note(33, 64, 100), note(70, 72, 100)], false, true).unwrap();
    score.phrase(&[note(10, 67, 90_000), note(200, 60, 30)], true, false).unwrap();
    score
}

fn front() -> SmallFront {
    let mut front = SmallFront::new(RATE);
    front.set_mapper(Box::new(SmallMapper::with_memory(setup())), 0, &mut |_| (), &mut |_| ());
    front.set_score(Box::new(score()), 0, &mut |_| (), &mut |_| ());
    let tone = (0..4_000).map(|n| ((n % 100) as f32 - 50.0) / 100.0).collect();
    assert!(front.swap_clips(Tones(tone)).is_ok());
    front
}

fn midi(bytes: &[u8]) -> Input {
    Input::Midi { device: DEVICE, word: MidiWord::new(bytes).unwrap() }
}

/// What a script leaves: sound, outputs with their frames, and what is held.
#[derive(Default, PartialEq)]
struct Trace {
    sound: Vec<f32>,
    said: Vec<Timed<Output>>,
    commands: Vec<Timed<Command>>,
    held: Held,
}

/// Keeps what passes to the rig.
struct Watch<'a, C>(C, &'a mut Trace);

impl<C: Commands> Commands for Watch<'_, C> {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        let Self(commands, trace) = self;
        commands.due(now, &mut |command| {
            match command.value {
                Command::Midi(word) => _ = trace.held.follow(word),
                Command::Panic => trace.held = Held::new(),
                _ => {}
            }
            trace.commands.push(command);
            each(command);
        })
    }

    fn mix(&mut self, block: Block<'_>) {
        self.0.mix(block);
    }
}

fn perform(script: &[Timed<Input>], frames: usize, blocks: &[usize]) -> Trace {
    let memory = ChainMemory::with(RATE, |frames| vec![0.0; frames]);
    let mut rig = Box::new(Rig::<_, _, 32>::new(Builtin::only(Patch::Organ), memory, RigConfig::new(RATE)));
    let (mut front, mut trace) = (front(), Trace::default());
    let (mut inputs, mut sizes) = (script, blocks.iter().cycle());
    while trace.sound.len() < 2 * frames {
        let size = (*sizes.next().unwrap()).min(frames - trace.sound.len() / 2);
        let (mut left, mut right) = (vec![0.0; size], vec![0.0; size]);
        let mut said = vec![];
        let play = front.play(&mut inputs, |output| said.push(output));
        rig.render(Block::new(&mut left, &mut right), &mut Watch(play, &mut trace));
        trace.said.extend(said);
        trace.sound.extend(left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]));
    }
    assert_eq!(rig.stats().late, 0);
    trace
}

fn notes(trace: &Trace) -> Vec<(u64, [u8; 2])> {
    let words = trace.commands.iter().filter_map(|command| match command.value {
        Command::Midi(word) => Some((command.at, [word.as_bytes()[0], word.as_bytes()[1]])),
        _ => None,
    });
    words.collect()
}

#[track_caller]
fn check(script: &[(u64, &[u8])], frames: usize, expected: &[(u64, [u8; 2])]) -> Trace {
    let script: Vec<_> = script.iter().map(|(at, bytes)| Timed { at: *at, value: midi(bytes) }).collect();
    let trace = perform(&script, frames, &[64]);
    assert_eq!(notes(&trace), expected);
    trace
}

#[test]
fn controls_and_timers_keep_to_the_frame() {
    check(&[(100, &[0x90, 16, 100]), (333, &[0x80, 16, 0])], 500, &[(100, [0x90, 60]), (333, [0x80, 60])]);
    // 37 ms after the press; its end with the release.
    let chord = |at, status| [60, 64, 67].map(|key| (at, [status, key]));
    let expected = [chord(1_000 + 37 * 48, 0x90), chord(5_001, 0x80)].concat();
    check(&[(1_000, &[0x90, 17, 100]), (5_001, &[0x80, 17, 0])], 6_000, &expected);
    check(&[(1_000, &[0x90, 17, 100]), (1_000 + 37 * 48 - 1, &[0x80, 17, 0])], 6_000, &[]);
    // Keys play.
    check(&[(7, &[0x90, 90, 1]), (8, &[0x90, 90, 0])], 10, &[(7, [0x90, 90]), (8, [0x80, 90])]);
}

#[test]
fn phrases_layers_and_samples_keep_to_the_frame() {
    let on = |at, key| (at, [0x90, key]);
    let off = |at, key| (at, [0x80, key]);
    let length = 4_800;
    let phrase = [on(50, 60), on(50 + 33 * 48, 64), on(50 + 70 * 48, 72)];
    let ends = [off(50 + length, 60), off(50 + 33 * 48 + length, 64), off(50 + 70 * 48 + length, 72)];
    check(&[(50, &[0x90, 23, 100]), (60, &[0x80, 23, 0])], 12_000, &[phrase, ends].concat());
    // A step is 2,880 frames. A soft touch is enough.
    check(&[(50, &[0x90, 21, 1])], 50 + 2 * 2_880 + 1, &[on(50, 48), off(50 + 2_400, 48), on(50 + 5_760, 50)]);
    let trace = check(&[(500, &[0x90, 27, 127])], 1_000, &[]);
    let left: Vec<_> = trace.sound.iter().step_by(2).collect();
    assert!(left[..500].iter().all(|x| **x == 0.0) && *left[500] != 0.0);
}

#[test]
fn what_is_no_command_is_said_and_what_the_sequencer_does_is_not() {
    let trace = check(&[(10, &[0x90, 31, 127]), (20, &[0xB0, 48, 127]), (30, &[0x90, 30, 64])], 64, &[]);
    let said = |wanted: fn(&Output) -> bool| trace.said.iter().find(|said| wanted(&said.value)).map(|said| said.at);
    assert_eq!(said(|said| matches!(said, Output::Do { action: Action::Outside(7), .. })), Some(10));
    assert_eq!(said(|said| matches!(said, Output::Rig(Command::Parameter { value: 1.0, .. }))), Some(20));
    assert!(trace.commands.iter().any(|c| c.at == 20 && matches!(c.value, Command::Parameter { .. })));
    let master = |said: &Output| matches!(said, Output::Do { action: Action::Master, .. });
    assert_eq!(said(master), Some(30));
    assert!(said(|said| matches!(said, Output::Heard { .. })) == Some(10));
    let owned = |said: &Output| matches!(said, Output::Do { action: Action::Layer(_) | Action::Phrase(_), .. });
    assert_eq!(said(owned), None);
}

#[test]
fn a_panic_from_outside_ends_panels_layers_and_phrases() {
    let press = |at, pad| Timed { at, value: midi(&[0x90, pad, 100]) };
    let mut script: Vec<_> = (16..25).map(|pad| press(0, pad)).collect();
    script.push(Timed { at: 9_000, value: Input::Direct(Command::Panic) });
    let trace = perform(&script, 48_000, &[333]);
    assert!(trace.commands.iter().all(|command| command.at <= 9_000), "something goes on after a panic");
    assert!(trace.commands.len() > 20 && trace.held.is_empty());
}

#[test]
fn without_a_mapper_every_word_passes_as_it_is_and_the_first_mapper_leaves_nothing_behind() {
    let mut front = SmallFront::new(RATE);
    let script: Vec<_> = [[0x90, 16, 1], [0x93, 70, 9], [0xB3, 64, 127], [0xE0, 1, 2]]
        .into_iter()
        .map(|bytes| Timed { at: 5, value: midi(&bytes) })
        .collect();
    let mut inputs = &script[..];
    let mut passed = vec![];
    let mut play = front.play(&mut inputs, |_| panic!("nobody maps"));
    assert_eq!(play.due(4, &mut |_| panic!("too early")), Some(5));
    assert_eq!(play.due(5, &mut |command| passed.push(command)), None);
    let expected: Vec<_> = script
        .iter()
        .filter_map(|input| match input.value {
            Input::Midi { word, .. } => Some(Timed { at: 5, value: Command::Midi(word) }),
            _ => None,
        })
        .collect();
    assert_eq!(passed, expected);
    let mut held = Held::new();
    let mut follow = |command: Timed<Command>| {
        if let Command::Midi(word) = command.value {
            held.follow(word);
        }
    };
    expected[..3].iter().copied().for_each(&mut follow);
    front.set_mapper(Box::new(SmallMapper::with_memory(setup())), 9, &mut follow, &mut |_| ());
    assert!(held.is_empty());
}

#[test]
fn sysex_of_devices_passes_to_the_rig_which_obeys_it() {
    let sysex = |at, body: &[u8]| Timed { at, value: Input::SysEx { device: DEVICE, body: SysEx::new(body).unwrap() } };
    // Mapped or not: a note, then no master volume at all, then the whole of it.
    let script = [
        Timed { at: 0, value: midi(&[0x90, 60, 100]) },
        sysex(2_000, &[0x7F, 0x7F, 0x04, 0x01, 0, 0]),
        sysex(4_000, &[0x7F, 0x7F, 0x04, 0x01, 0x7F, 0x7F]),
    ];
    let trace = perform(&script, 6_000, &[64]);
    let parts: Vec<_> = trace
        .commands
        .iter()
        .filter_map(|command| match command.value {
            Command::SysEx(part) => Some((command.at, part.as_bytes().to_vec())),
            _ => None,
        })
        .collect();
    let expected = |at, value| vec![(at, vec![0xF0, 0x7F, 0x7F, 4, 1, value, value]), (at, vec![0xF7])];
    assert_eq!(parts, [expected(2_000, 0), expected(4_000, 0x7F)].concat());
    let loudest =
        |from: usize, to: usize| trace.sound[2 * from..2 * to].iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    assert!(loudest(1_000, 2_000) > 0.01 && loudest(2_200, 4_000) < 1e-6 && loudest(4_200, 6_000) > 0.01);
}

#[test]
fn another_rate_keeps_panels_and_layers_and_ends_what_was_sequenced() {
    let mut front = front();
    let mut inputs =
        &[Timed { at: 0, value: midi(&[0x90, 21, 100]) }, Timed { at: 0, value: midi(&[0x90, 17, 100]) }][..];
    let mut held = Held::new();
    let mut follow = |command: Timed<Command>| {
        if let Command::Midi(word) = command.value {
            held.follow(word);
        }
    };
    // The first step, and 10 ms of a press that is long after 37.
    front.play(&mut inputs, |_| ()).due(0, &mut follow);
    front.rebase(SampleRate::new(96_000).unwrap(), 480, 1_000_000, &mut follow);
    assert!(held.is_empty());
    let mut play = front.play(&mut inputs, |_| ());
    let mut next = play.due(1_000_000, &mut |_| panic!("nothing is due"));
    let mut ons = vec![];
    while let Some(now) = next.filter(|now| *now < 1_000_000 + 11_000) {
        next = play.due(now, &mut |command| ons.push((now - 1_000_000, command.value)));
    }
    let ons: Vec<_> = ons
        .into_iter()
        .filter_map(|(at, value)| match value {
            Command::Midi(word) if word.as_bytes()[0] == 0x90 => Some((at, word.as_bytes()[1])),
            _ => None,
        })
        .collect();
    // The third step, 5,760 frames of the old rate after its start.
    assert_eq!(ons, [(27 * 96, 60), (27 * 96, 64), (27 * 96, 67), (2 * (5_760 - 480), 50)]);
}

fn any_script() -> impl Strategy<Value = Vec<Timed<Input>>> {
    let touch = (16..32_u8, any::<bool>(), 1..128_u8)
        .prop_map(|(pad, is_down, force)| midi(&[if is_down { 0x90 } else { 0x80 }, pad, force]));
    let knob = (48..50_u8, 0..128_u8).prop_map(|(number, value)| midi(&[0xB0, number, value]));
    let key = (60..64_u8, 0..128_u8).prop_map(|(key, force)| midi(&[0x90, key, force]));
    let direct = (0..=1_u8, 0.0..=1.0_f32).prop_map(|(which, value)| match which {
        0 => Input::Direct(Command::Parameter { id: id::REVERB_MIX, value }),
        _ => Input::Moved { action: Action::Master, value: value::from_unit(value) },
    });
    let panel = (0..3_u16, any::<bool>()).prop_map(|(panel, on)| Input::Activate { panel: PanelId(panel), on });
    let input = prop_oneof![8 => touch, 2 => knob, 2 => key, 1 => direct, 1 => panel];
    prop::collection::vec((0..20_000_u64, input), 0..60).prop_map(|mut script| {
        script.sort_by_key(|(at, _)| *at);
        script.into_iter().map(|(at, value)| Timed { at, value }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn sound_and_words_do_not_depend_on_blocks(
        script in any_script(),
        blocks in prop::collection::vec(prop_oneof![1..5_usize, 1..700_usize], 1..20),
    ) {
        let (whole, cut) = (perform(&script, 24_000, &[24_000]), perform(&script, 24_000, &blocks));
        prop_assert!(whole.commands == cut.commands, "commands differ");
        prop_assert!(whole.said == cut.said, "outputs differ");
        prop_assert!(whole.sound == cut.sound, "sound differs");
    }

    #[test]
    fn every_note_ends(script in any_script()) {
        let mut script = script;
        let up = (16..32).map(|pad| [0x80, pad, 0]).chain((60..64).map(|key| [0x90, key, 0]));
        script.extend(up.map(|bytes| Timed { at: 20_000, value: midi(&bytes) }));
        // Layers may be on, and a latch.
        let end = 48_000;
        script.push(Timed { at: end, value: Input::Direct(Command::Panic) });
        let mut front = front();
        let (mut inputs, mut held) = (&script[..], Held::new());
        let mut play = front.play(&mut inputs, |_| ());
        let mut next = Some(0);
        while let Some(now) = next {
            prop_assert!(now <= end, "something goes on after a panic");
            next = play.due(now, &mut |command| {
                // Each note has its own end: the panic's is not counted.
                if let Command::Midi(word) = command.value {
                    held.follow(word);
                }
            });
            // Lights are told for a while.
            next = next.filter(|next| *next <= end);
        }
        prop_assert!(held.keys() == 0, "{:?}", held);
    }
}

#[test]
fn a_knob_of_the_tempo_has_to_take_over_what_is_tapped() {
    let taps: [(u64, &[u8]); 3] = [(0, &[0x90, 26, 100]), (100, &[0x80, 26, 0]), (24_000, &[0x90, 26, 100])];
    let trace = check(&taps, 24_001, &[]);
    let mut told = trace.said.iter().filter_map(|said| match said.value {
        Output::Value { value, .. } => Some((said.at, value)),
        _ => None,
    });
    // 120 of 40 to 300.
    let last = told.next_back().expect("the tempo is told");
    assert!(last.0 == 24_000 && last.1.abs_diff(20_165) < 2, "{last:?}");
}
