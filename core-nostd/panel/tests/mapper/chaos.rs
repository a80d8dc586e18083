//! Any set-up, any words at any times, panels and set-ups changing under them: nothing panics, everything that begins ends,
//! and the same again is the same.

use crate::support::*;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use ripieno_panel::glue::{Button, Coding, Curve, Encoder, Fire, Glue, Mode, Press, Takeover};
use ripieno_panel::{
    Action, Address, BankId, DeviceId, FlashSetup, Light, Mapper, Mapping, Output, Panel, PanelId, PanelKind, Pattern,
    Phase, PresetId, Role, Run, Setup, SetupRead, Source, TextId, Zone,
};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, EffectId, ParamId};
use std::collections::{HashMap, HashSet};

/// Few of each, so that they meet.
fn source() -> impl Strategy<Value = Source> + Clone {
    prop::sample::select(vec![
        Source::Note(16),
        Source::Note(17),
        Source::Note(60),
        Source::Note(61),
        Source::Control(1),
        Source::Control(48),
        Source::Control14(1),
        Source::Nrpn(130),
        Source::Rpn(0),
        Source::PitchBend,
        Source::ChannelPressure,
        Source::PolyPressure(60),
        Source::Program,
        Source::ProgramIs(1),
        Source::SysEx(0),
        Source::Clock,
        Source::Start,
    ])
}

fn at() -> impl Strategy<Value = Address> + Clone {
    (source(), prop::option::of(0..2_u8), prop::option::weighted(0.3, 0..2_u8)).prop_map(|(source, device, channel)| {
        Address { source, device: device.map(DeviceId), channel: channel.filter(|_| !source.is_system()) }
    })
}

fn kind() -> impl Strategy<Value = PanelKind> + Clone {
    prop::sample::select(&PanelKind::ALL[..])
}

fn bank() -> impl Strategy<Value = BankId> + Clone {
    (0..2_u8).prop_map(BankId)
}

fn action() -> impl Strategy<Value = Action> + Clone {
    let note = (0..2_u8, 58..62_u8, prop::option::of(1..=127_u8));
    let by = prop::sample::select(vec![-1_i8, 1]);
    prop_oneof![
        1 => Just(Action::Nothing),
        4 => note.clone().prop_map(|(channel, note, velocity)| Action::Note { channel, note, velocity }),
        2 => note.prop_map(|(channel, note, velocity)| Action::Chord {
            channel,
            notes: [Some(note), Some(note + 3), Some(note), None, None, None, None, None],
            velocity,
        }),
        1 => (0..2_u8).prop_map(|number| Action::Control { channel: 0, number }),
        1 => (prop::option::of(0..16_384_u16)).prop_map(|bank| Action::Program { channel: 1, bank, program: 3 }),
        1 => Just(Action::PitchBend { channel: 0 }),
        1 => (0..3_u8).prop_map(|id| Action::Parameter(ParamId(id))),
        1 => (0..2_u8).prop_map(|id| Action::Effect(EffectId(id))),
        1 => Just(Action::Master),
        1 => (-24..=24_i8).prop_map(|by| Action::Transpose { by }),
        1 => Just(Action::Panic),
        1 => (0..3_u16).prop_map(Action::Sample),
        1 => (0..3_u16).prop_map(Action::Phrase),
        1 => (0..3_u16).prop_map(Action::Layer),
        1 => Just(Action::Tempo),
        1 => (0..6_u16, any::<bool>()).prop_map(|(id, on)| Action::Panel { panel: PanelId(id), on }),
        1 => (kind(), bank(), by.clone()).prop_map(|(kind, bank, by)| Action::NextPanel { kind, bank, by }),
        1 => by.prop_map(|by| Action::NextBank { by }),
        1 => (0..3_u16).prop_map(Action::Outside),
    ]
}

fn mode() -> impl Strategy<Value = Mode> + Clone {
    let ms = 1..400_u16;
    let fire = prop_oneof![
        3 => Just(Fire::Press),
        1 => Just(Fire::Release),
        1 => ms.clone().prop_map(|within_ms| Fire::Short { within_ms }),
        1 => ms.clone().prop_map(|after_ms| Fire::Long { after_ms }),
        1 => ms.clone().prop_map(|within_ms| Fire::Double { within_ms }),
        1 => ms.clone().prop_map(|within_ms| Fire::Triple { within_ms }),
        1 => (0..400_u16, 1..50_u16, 1..50_u16).prop_map(|(after_ms, every_ms, fastest_ms)| Fire::Repeat {
            after_ms,
            every_ms,
            fastest_ms
        }),
        1 => ms.clone().prop_map(|hold_ms| Fire::Latch { hold_ms }),
        1 => (source(), ms).prop_map(|(with, within_ms)| Fire::Chord { with, within_ms }),
    ];
    let takeover = prop::sample::select(vec![
        Takeover::Off,
        Takeover::PickUp,
        Takeover::Tolerant { tolerance: 2_000 },
        Takeover::CatchUp,
        Takeover::Parallel,
        Takeover::Proportional,
    ]);
    let coding = prop::sample::select(vec![Coding::TwosComplement, Coding::BinaryOffset]);
    prop_oneof![
        4 => (fire, prop_oneof![Just(0_u16), Just(20)]).prop_map(|(fire, guard_ms)| Mode::Button(Button { fire, guard_ms })),
        2 => takeover.prop_map(Mode::Knob),
        1 => (coding, 1..3_u8).prop_map(|(coding, acceleration)| {
            Mode::Encoder(Encoder { coding, step: 900, acceleration })
        }),
    ]
}

fn glue() -> impl Strategy<Value = Glue> + Clone {
    let curve =
        prop::sample::select(vec![Curve::Linear, Curve::Soft, Curve::S, Curve::Points([0, 0, 9_000, 9_000, 65_535])]);
    let press =
        prop_oneof![3 => Just(Press::Momentary), 1 => Just(Press::Toggle), 1 => (0..2_u8).prop_map(Press::Radio)];
    let ends = prop_oneof![3 => Just((0, u16::MAX)), 1 => (0..9_000_u16, 9_000..60_000_u16)];
    (mode(), curve, press, ends, any::<bool>(), prop_oneof![2 => Just(0_u16), 1 => Just(3)]).prop_map(
        |(mode, curve, press, (min, max), invert, steps)| Glue { mode, curve, min, max, invert, steps, press },
    )
}

fn mapping() -> impl Strategy<Value = Mapping> + Clone {
    let light = prop_oneof![Just(Light::None), (0..128_u8, 0..128_u8).prop_map(|(off, on)| Light::Own { off, on })];
    (at(), glue(), action(), prop::option::of(any::<u16>()), light)
        .prop_map(|(at, glue, action, value, light)| Mapping { at, glue, action, value, light })
}

/// A set-up of whatever its builders take.
pub fn setups() -> impl Strategy<Value = Small> {
    let role = prop_oneof![
        bank().prop_map(Role::Pad),
        prop::option::of(bank()).prop_map(Role::Knob),
        any::<bool>().prop_map(|is_mappable| Role::Key { is_mappable }),
        Just(Role::Ignored),
    ];
    let zone = (at(), role).prop_map(|(at, role)| Zone {
        device: at.device,
        channel: at.channel,
        run: Run { first: at.source, last: at.source },
        role,
    });
    let preset = (0..6_u16, kind(), prop::collection::vec(mapping(), 0..12));
    let panel = (0..6_u16, kind(), bank(), prop::option::of(0..6_u16), any::<bool>());
    (prop::collection::vec(zone, 0..8), prop::collection::vec(preset, 0..5), prop::collection::vec(panel, 0..8))
        .prop_map(|(zones, presets, panels)| {
            let mut setup = Small::new();
            _ = setup.pattern(Pattern { bytes: [Some(1), None].into_iter().collect() });
            zones.into_iter().for_each(|zone| setup.zone(zone).unwrap());
            for (id, kind, mappings) in presets {
                _ = setup.preset(PresetId(id), kind, &mappings);
            }
            for (id, kind, bank, preset, is_active) in panels {
                let (id, preset, title) = (PanelId(id), preset.map(PresetId), TextId(0));
                _ = setup.panel(Panel { id, kind, bank, preset, title, is_active });
            }
            setup
        })
}

#[derive(Clone, Debug)]
pub enum Input {
    Word(u8, [u8; 3]),
    Wait(u64),
    Activate(u16, bool),
    Moved(Action, u16),
    Refresh(u8),
    SysEx(u8),
    ReleaseAll,
}

fn input() -> impl Strategy<Value = Input> {
    let status = prop::sample::select(vec![
        0x80_u8, 0x81, 0x90, 0x90, 0x90, 0x91, 0xA0, 0xB0, 0xB0, 0xB0, 0xC0, 0xD0, 0xE0, 0xF8, 0xFA, 0xFF,
    ]);
    let first = prop::sample::select(vec![1_u8, 16, 16, 17, 60, 60, 61, 48, 48, 33, 98, 99, 6, 38, 2, 64]);
    prop_oneof![
        20 => (0..3_u8, status, first, 0..128_u8).prop_map(|(device, status, a, b)| Input::Word(device, [status, a, b])),
        5 => prop_oneof![0..2_000_u64, 0..1_000_000_u64].prop_map(Input::Wait),
        2 => (0..6_u16, any::<bool>()).prop_map(|(id, on)| Input::Activate(id, on)),
        1 => (action(), any::<u16>()).prop_map(|(action, value)| Input::Moved(action, value)),
        1 => (0..3_u8).prop_map(Input::Refresh),
        1 => (0..3_u8).prop_map(Input::SysEx),
        1 => Just(Input::ReleaseAll),
    ]
}

pub fn trace() -> impl Strategy<Value = Vec<Input>> {
    prop::collection::vec(input(), 0..120)
}

fn word([status, a, b]: [u8; 3]) -> MidiWord {
    let bytes = [status, a, b];
    let length = match status {
        0xC0..=0xDF => 2,
        0xF8.. => 1,
        _ => 3,
    };
    MidiWord::new(&bytes[..length]).unwrap()
}

/// What is on: notes, and phases of actions.
#[derive(Default)]
struct Begun {
    notes: HashSet<(u8, u8)>,
    phases: HashMap<String, i32>,
}

impl Begun {
    fn follow(&mut self, output: Output, mappings: usize) -> Result<(), TestCaseError> {
        let id = match output {
            Output::Do { by, .. } | Output::Heard { by, .. } => by,
            Output::Value { by, .. } => Some(by),
            _ => None,
        };
        prop_assert!(id.is_none_or(|id| usize::from(id.0) < mappings), "{:?} of {}", output, mappings);
        match output {
            Output::Rig(Command::Midi(word)) => match *word.as_bytes() {
                [status, note, 1..=127] if status & 0xF0 == 0x90 => _ = self.notes.insert((status & 15, note)),
                [status, note, _] if status & 0xF0 == 0x80 => _ = self.notes.remove(&(status & 15, note)),
                _ => {}
            },
            Output::Do { action, phase, .. } => {
                let running = self.phases.entry(format!("{action:?}")).or_default();
                match phase {
                    Phase::On(_) => *running += 1,
                    Phase::Off => *running -= 1,
                    Phase::Set(_) => {}
                }
            }
            _ => {}
        }
        Ok(())
    }
}

type Said = Result<Vec<Output>, TestCaseError>;

/// Maps a trace; returns all that was said. Between the inputs `change` may do what it likes.
fn run_with(setup: Small, inputs: &[Input], mut change: impl FnMut(usize) -> Option<Small>) -> Said {
    let (mut said, mut begun, mut now) = (Vec::new(), Begun::default(), 0);
    let mut mapper = Box::new(SmallMapper::new(setup));
    for (place, input) in inputs.iter().enumerate() {
        let (from, before) = (said.len(), mapper.setup().mappings().len());
        let mut each = |output| said.push(output);
        if let Some(mut other) = change(place) {
            let after = other.mappings().len();
            mapper.replace(&mut other, now, &mut each);
            said[from..].iter().try_for_each(|output| begun.follow(*output, before.max(after)))?;
            continue;
        }
        match input {
            Input::Word(device, bytes) => mapper.map(now, DeviceId(*device), word(*bytes), &mut each),
            Input::Wait(micros) => {
                let end = now + micros;
                // Sometimes nobody comes when something is due.
                let mut ticks = 0;
                while let Some(due) = mapper.due().filter(|due| *due <= end && micros % 3 != 0) {
                    mapper.tick(due.max(now), &mut each);
                    ticks += 1;
                    prop_assert!(ticks < 10_000, "time stands still");
                    now = now.max(due);
                }
                now = end;
                mapper.tick(now, &mut each);
            }
            Input::Activate(id, on) => _ = mapper.activate(PanelId(*id), *on, now, &mut each),
            Input::Moved(action, value) => mapper.moved(*action, *value, &mut each),
            Input::Refresh(device) => mapper.refresh(DeviceId(*device)),
            Input::SysEx(last) => mapper.sysex(now, DEVICE, &[1, *last], &mut each),
            Input::ReleaseAll => mapper.release_all(now, &mut each),
        }
        said[from..].iter().try_for_each(|output| begun.follow(*output, before))?;
    }
    let (from, mappings) = (said.len(), mapper.setup().mappings().len());
    mapper.release_all(now, &mut |output| said.push(output));
    said[from..].iter().try_for_each(|output| begun.follow(*output, mappings))?;
    prop_assert!(begun.notes.is_empty(), "still on: {:?}", begun.notes);
    let running: Vec<_> = begun.phases.iter().filter(|(_, running)| **running > 0).collect();
    prop_assert!(running.is_empty(), "still running: {:?}", running);
    Ok(said)
}

/// Maps a trace with one set-up.
/// What a mapper says that goes by set-ups of any type: those that `change` has take the places of those before.
pub fn say<S: SetupRead>(setup: S, inputs: &[Input], mut change: impl FnMut(usize) -> Option<S>) -> Vec<Output> {
    let (mut said, mut now) = (Vec::new(), 0);
    let mut mapper = Box::new(Mapper::<S, 128>::with_memory(setup));
    for (place, input) in inputs.iter().enumerate() {
        let mut each = |output| said.push(output);
        if let Some(mut other) = change(place) {
            mapper.replace(&mut other, now, &mut each);
            continue;
        }
        match input {
            Input::Word(device, bytes) => mapper.map(now, DeviceId(*device), word(*bytes), &mut each),
            Input::Wait(micros) => {
                now += micros;
                mapper.tick(now, &mut each);
            }
            Input::Activate(id, on) => _ = mapper.activate(PanelId(*id), *on, now, &mut each),
            Input::Moved(action, value) => mapper.moved(*action, *value, &mut each),
            Input::Refresh(device) => mapper.refresh(DeviceId(*device)),
            Input::SysEx(last) => mapper.sysex(now, DEVICE, &[1, *last], &mut each),
            Input::ReleaseAll => mapper.release_all(now, &mut each),
        }
    }
    said
}

pub fn run(setup: Small, inputs: &[Input]) -> Said {
    run_with(setup, inputs, |_| None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn everything_ends_and_the_same_is_the_same(setup in setups(), inputs in trace()) {
        let (once, again) = (run(setup.clone(), &inputs)?, run(setup, &inputs)?);
        prop_assert_eq!(once, again);
    }

    #[test]
    fn everything_ends_whatever_is_replaced(
        all in prop::collection::vec(setups(), 2..5),
        inputs in trace(),
        every in 3..30_usize,
    ) {
        run_with(all[0].clone(), &inputs, |place| {
            (place % every == every - 1).then(|| all[place / every % all.len()].clone())
        })?;
    }

    /// Taking a set-up in the place of itself changes nothing that is said from then on but what is shown anew.
    #[test]
    fn a_set_up_in_its_own_place_changes_nothing(setup in setups(), inputs in trace(), every in 2..20_usize) {
        let acts = |said: Vec<Output>| -> Vec<Output> {
            said.into_iter().filter(|output| matches!(output, Output::Rig(_) | Output::Do { .. })).collect()
        };
        let inputs: Vec<Input> = inputs.into_iter().filter(|input| !matches!(input, Input::Activate(..))).collect();
        let plain = run_with(setup.clone(), &inputs, |_| None)?;
        prop_assume!(!plain.iter().any(|output| matches!(output, Output::Activated { .. })));
        let mut again = Vec::new();
        for (place, input) in inputs.iter().enumerate() {
            if place % every == 0 {
                again.push(Input::Refresh(0));
            }
            again.push(input.clone());
        }
        let replaced = run_with(setup.clone(), &again, |place| {
            matches!(again[place], Input::Refresh(0)).then(|| setup.clone())
        })?;
        prop_assert_eq!(acts(replaced), acts(plain));
    }

    /// What is out of reach is as if it were not there.
    #[test]
    fn inactive_presets_change_nothing(setup in setups(), more in prop::collection::vec(mapping(), 0..20), inputs in trace()) {
        let own: HashSet<_> = setup.mappings().iter().map(|own| format!("{:?}", own.action)).collect();
        let more: Vec<_> = more.into_iter().filter(|more| !own.contains(&format!("{:?}", more.action))).collect();
        let shared: HashSet<_> = more.iter().map(|own| format!("{:?}", own.action)).collect();
        let mut larger = setup.clone();
        prop_assume!(larger.preset(PresetId(100), PanelKind::Pad, &more).is_ok());
        let is_theirs = |input: &Input| matches!(input, Input::Moved(action, _) if shared.contains(&format!("{action:?}")));
        let inputs: Vec<Input> = inputs.into_iter().filter(|input| !is_theirs(input)).collect();
        prop_assert_eq!(run(larger, &inputs)?, run(setup, &inputs)?);
    }
}

type Board = Mapper<FlashSetup<'static, 128>, 128, 1, 32, 64, 16>;
type Desktop = Mapper<Setup<256, 512, 4096>, 4096>;

#[test]
fn a_board_has_room_for_a_mapper() {
    println!("a mapper takes {} bytes; a desktop's {}", size_of::<Board>(), size_of::<Desktop>());
    // As the README says. Pointers are twice as wide here as on a board.
    assert!(size_of::<Board>() <= 4_200, "{} bytes", size_of::<Board>());
}

#[test]
fn a_large_mapper_can_be_made_on_the_stack_of_any_thread() {
    let mapper = Box::new(Desktop::new(Setup::new()));
    assert!(mapper.setup().mappings().is_empty());
}
