//! Panels, scores and samples for the live session, other ones each time.

use ripieno::live::{Handle, Sample, Samples};
use ripieno::panels::HostScore;
use ripieno_fx::id;
use ripieno_midi::SLOTS;
use ripieno_panel::glue::{Fire, Glue, Press};
use ripieno_panel::{Action, DeviceId, ScoreNote, Source};
use ripieno_tests::panels::{PADS, button, knob, note, setup};
use ripieno_types::SampleRate;
use ripieno_types::midi::MidiWord;
use std::sync::Arc;

/// Exchanges everything while it plays.
pub fn change(handle: &Handle, round: usize) {
    let shift = round as u8 % 5;
    let fires = [
        Fire::Press,
        Fire::Long { after_ms: 5 },
        Fire::Double { within_ms: 50 },
        Fire::Repeat { after_ms: 3, every_ms: 3, fastest_ms: 1 },
        Fire::Latch { hold_ms: 10 },
        Fire::Short { within_ms: 100 },
    ];
    let toggle = Glue { press: Press::Toggle, ..Glue::default() };
    let notes = fires.map(|fire| (button(fire), note(50 + shift)));
    let others = [
        (toggle, Action::Layer(0)),
        (toggle, Action::Layer(1)),
        (button(fires[3]), Action::Phrase(0)),
        (Glue::default(), Action::Phrase(1)),
        (Glue::default(), Action::Tempo),
        (button(fires[3]), Action::Sample(0)),
        (Glue::default(), Action::Sample(1)),
        (Glue::default(), Action::Outside(1)),
    ];
    let pads: Vec<_> = (16 + shift % 3..).zip(notes.into_iter().chain(others)).collect();
    let pads: Vec<_> = pads.into_iter().map(|(pad, (glue, action))| (Source::Note(pad), glue, action)).collect();
    let knobs = [
        (Source::Control(48), knob(), Action::Parameter(id::REVERB_MIX)),
        (Source::Control(49), knob(), Action::Parameter(id::FILTER_CUTOFF)),
        (Source::Control(50), knob(), Action::Tempo),
    ];
    handle.panels(setup([&pads, &pads[..usize::from(shift)]], &knobs));
    handle.score(Box::new(score(shift)));
    handle.samples(samples(shift));
    handle.activate(PADS[round % 2], !round.is_multiple_of(3));
    handle.devices([DeviceId(shift); SLOTS]);
    handle.refresh(DeviceId(shift));
    handle.touch(DeviceId(0), MidiWord::new(&[0x90, 20, 1 + 20 * shift]).expect("a legal message"));
}

fn score(shift: u8) -> HostScore {
    let note = |at, length_ms| ScoreNote { at, channel: 1, note: 40 + shift, velocity: 90, length_ms };
    let mut score = HostScore::new();
    score.tempo = 200_000 + 1_000 * u32::from(shift);
    for swing in [0, 9_000] {
        let steps: Vec<_> = (0..16).map(|step| note(step, 30 + 40 * step)).collect();
        score.layer(&steps, swing).expect("a legal layer");
    }
    for ends in [false, true] {
        score.phrase(&[note(0, 100), note(10, 50), note(30, 5_000)], ends, true).expect("a legal phrase");
    }
    score
}

fn samples(shift: u8) -> Samples {
    let frames: Arc<[f32]> = (0..20_000).map(|n| (n % (50 + usize::from(shift))) as f32 / 500.0).collect();
    let sample =
        |is_gated| Sample { channels: [frames.clone(), frames.clone()], rate: SampleRate::CD, gain: 0.5, is_gated };
    Samples([sample(false), sample(true)].into())
}
