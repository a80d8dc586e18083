//! The panel mapper at its fullest: 2,000 mappings in reach, 10,000 events a second, and thousands more out of reach.

use crate::harness::Contest;
use crate::synth::thread_nanos;
use hdrhistogram::Histogram;
use ripieno_panel::glue::{Curve, Glue, Mode, Press, Takeover};
use ripieno_panel::{
    Action, Address, BankId, DeviceId, Light, Mapper, Mapping, Panel, PanelId, PanelKind, PresetId, Role, Run, Setup,
    Source, TextId, Zone,
};
use ripieno_types::ParamId;
use ripieno_types::midi::MidiWord;
use std::hint::black_box;
use std::time::Instant;

type Large = Setup<512, 512, 12_288>;
type LargeMapper = Mapper<Large, 12_288>;

/// Events that come in a second.
const RATE: u64 = 10_000;
const EVENTS: usize = 200_000;
/// Events of one sample: short ones, in turns, meet the same neighbours.
const SAMPLE: usize = 20_000;
const ROUNDS: usize = 101;
const EXCHANGES: usize = 200;
/// A call should take no longer than this in 999 of 1,000 cases, in microseconds.
const GOAL_MICROS: f64 = 100.0;
/// How much more 10,000 mappings out of reach may cost than 100.
const GOAL_INACTIVE: f64 = 1.05;

/// Prints what one call takes, and what mappings out of reach add to it.
pub fn run() {
    let words = words();
    let mut each = Histogram::<u64>::new_with_bounds(1, 1_000_000_000, 3).expect("bounds are legal");
    let mut mapper = mapper(1_000);
    let mut outputs = 0_u64;
    for (place, word) in words.iter().enumerate() {
        let now = place as u64 * 1_000_000 / RATE;
        let start = Instant::now();
        mapper.map(now, DeviceId(0), *word, &mut |output| {
            black_box(output);
            outputs += 1;
        });
        each.saturating_record(start.elapsed().as_nanos() as u64);
        if mapper.due().is_some_and(|due| due <= now) {
            mapper.tick(now, &mut |output| _ = black_box(output));
        }
    }
    let micros = |quantile| each.value_at_quantile(quantile) as f64 / 1_000.0;
    println!(
        "\n## panel: one call, 2,000 mappings in reach and 1,000 out of it (µs, {EVENTS} events at {RATE} a second)\n"
    );
    println!("| median | p99 | p99.9 | most | outputs an event | goal for p99.9 |\n|---|---|---|---|---|---|");
    let verdict = if micros(0.999) <= GOAL_MICROS { "met" } else { "missed" };
    println!(
        "| {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | ≤ {GOAL_MICROS}: {verdict} |",
        micros(0.5),
        micros(0.99),
        micros(0.999),
        each.max() as f64 / 1_000.0,
        outputs as f64 / EVENTS as f64,
    );
    println!("\n## panel: another set-up in the place of this one, 3,000 mappings, half of them moved (µs)\n");
    println!("| median | most of {EXCHANGES} |\n|---|---|");
    let mut other = setup(1_000, 0);
    let mut exchanges: Vec<f64> = (0..EXCHANGES)
        .map(|_| {
            let start = Instant::now();
            mapper.replace(&mut other, 0, &mut |output| _ = black_box(output));
            start.elapsed().as_nanos() as f64 / 1_000.0
        })
        .collect();
    exchanges.sort_by(f64::total_cmp);
    println!("| {:.0} | {:.0} |", exchanges[EXCHANGES / 2], exchanges[EXCHANGES - 1]);
    let (mut many, mut few) = (self::mapper(10_000), self::mapper(100));
    Contest::new("panel: mappings out of reach", "ns/event")
        .entrant("10,000", || sample(&mut many, &words[..SAMPLE]))
        .entrant("100", || sample(&mut few, &words[..SAMPLE]))
        .goal(GOAL_INACTIVE)
        .run(ROUNDS);
}

fn sample(mapper: &mut LargeMapper, words: &[MidiWord]) -> f64 {
    let start = thread_nanos();
    for word in words {
        mapper.map(0, DeviceId(0), *word, &mut |output| _ = black_box(output));
    }
    (thread_nanos() - start) / words.len() as f64
}

fn mapper(inactive: usize) -> Box<LargeMapper> {
    Box::new(Mapper::new(*setup(inactive, 1)))
}

/// Pads and knobs of eight channels, 125 of each, with all kinds of glue; `inactive` more in presets that no panel has, and
/// `first` as the number of the first preset.
fn setup(inactive: usize, first: u16) -> Box<Large> {
    let mut setup = Box::new(Large::new());
    let run = |first, last, role| Zone { device: None, channel: None, run: Run { first, last }, role };
    let check = |result: Result<(), _>| result.unwrap_or_else(|error| panic!("{error}"));
    check(setup.zone(run(Source::Note(0), Source::Note(127), Role::Pad(BankId(0)))));
    check(setup.zone(run(Source::Control(0), Source::Control(127), Role::Knob(None))));
    for (id, kind) in [(first, PanelKind::Pad), (2, PanelKind::Knob)] {
        let mappings: Vec<Mapping> = (0..1_000).map(|place| mapping(kind, place)).collect();
        check(setup.preset(PresetId(id), kind, &mappings));
        let (bank, preset, title) = (BankId(0), Some(PresetId(id)), TextId(0));
        check(setup.panel(Panel { id: PanelId(id), kind, bank, preset, title, is_active: true }));
    }
    for (place, from) in (0..inactive).step_by(50).enumerate() {
        let kind = [PanelKind::Pad, PanelKind::Knob][place % 2];
        let mappings: Vec<Mapping> = (from..inactive.min(from + 50)).map(|place| mapping(kind, place)).collect();
        let id = 100 + place as u16;
        check(setup.preset(PresetId(id), kind, &mappings));
        let (bank, preset, title) = (BankId(0), Some(PresetId(id)), TextId(0));
        check(setup.panel(Panel { id: PanelId(id), kind, bank, preset, title, is_active: false }));
    }
    setup
}

fn mapping(kind: PanelKind, place: usize) -> Mapping {
    let (number, channel) = ((place % 125) as u8, (place / 125 % 8) as u8);
    let is_pad = kind == PanelKind::Pad;
    let source = if is_pad { Source::Note(number) } else { Source::Control(number) };
    let knobs = [Takeover::Off, Takeover::PickUp, Takeover::Parallel, Takeover::CatchUp];
    let mode = if is_pad { Glue::default().mode } else { Mode::Knob(knobs[place % knobs.len()]) };
    let press = if is_pad && place.is_multiple_of(5) { Press::Toggle } else { Press::Momentary };
    let curve = [Curve::Linear, Curve::Soft, Curve::S][place % 3];
    let action = match (is_pad, place % 3) {
        (true, 0) => Action::Note { channel, note: number, velocity: None },
        (true, 1) => Action::Sample(number.into()),
        (true, _) => Action::Outside(number.into()),
        (false, 0) => Action::Parameter(ParamId(number % 32)),
        (false, _) => Action::Control { channel, number },
    };
    Mapping {
        at: Address { source, device: None, channel: Some(channel) },
        glue: Glue { mode, press, curve, ..Glue::default() },
        action,
        value: None,
        light: if place.is_multiple_of(4) { Light::Own { off: 0, on: 127 } } else { Light::None },
    }
}

/// Presses with their releases and turns, in an order that repeats only after a long time.
fn words() -> Vec<MidiWord> {
    let mut state = 1_u32;
    let mut next = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((u64::from(state) * u64::from(below)) >> 32) as u8
    };
    let mut bytes = Vec::with_capacity(EVENTS + 2);
    while bytes.len() < EVENTS {
        let (channel, number, value) = (next(8), next(125), next(128));
        if next(2) == 0 {
            bytes.push([0xB0 | channel, number, value]);
        } else {
            bytes.extend([[0x90 | channel, number, value.max(1)], [0x80 | channel, number, 0]]);
        }
    }
    bytes.truncate(EVENTS);
    bytes.iter().map(|bytes| MidiWord::new(bytes).unwrap_or_else(|error| panic!("{error}"))).collect()
}
