//! Panels in a live session on the fake driver: what a controller's messages become, while everything changes.

use ripieno::live::{Change, Outcome, Sample, Samples, Settings, Status};
use ripieno::panels::HostScore;
use ripieno_fx::id;
use ripieno_panel::glue::{Fire, Glue, Press};
use ripieno_panel::{Action, DeviceId, Output, Phase, ScoreNote, Source};
use ripieno_tests::panels::{Ear, PADS, button, knob, note, setup};
use ripieno_tests::rack::{Stand, until};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, SampleRate};
use std::time::{Duration, Instant};

/// A millisecond.
const MS: usize = 48;

/// A session whose card is the test, playing the organ.
fn stand() -> Stand {
    Stand::start("organ", Settings { voices: 32, ..Settings::default() }, 0)
}

/// Lets all that was asked so far reach the engine with the next period.
fn settle(stand: &Stand) -> Status {
    stand.session.handle().status().expect("the session runs")
}

/// The loudest sample of the next frames.
fn pull(stand: &Stand, frames: usize) -> f32 {
    settle(stand);
    let mut loudest = 0.0_f32;
    for _ in 0..frames.div_ceil(MS) {
        loudest = stand.driver.pull(MS).iter().flatten().fold(loudest, |peak, sample| peak.max(sample.abs()));
    }
    loudest
}

/// Past the fade-in.
fn warm(stand: &Stand) {
    pull(stand, 100 * MS);
}

fn is_silent(stand: &Stand) -> bool {
    // A release of the organ is shorter.
    pull(stand, 500 * MS);
    pull(stand, 10 * MS) == 0.0
}

const PAD: Source = Source::Note(16);

#[test]
fn a_pad_plays_what_a_key_plays_at_its_frame() {
    let play = |mapped: bool| {
        let mut stand = stand();
        if mapped {
            stand.session.handle().panels(setup([&[(PAD, Glue::default(), note(60))], &[]], &[]));
        }
        warm(&stand);
        let key = if mapped { 16 } else { 60 };
        stand.keys.send(0, &[0x90, key, 100]);
        let mut heard = stand.driver.pull(333);
        stand.keys.send(0, &[0x80, key, 64]);
        heard.extend(stand.driver.pull_varied(9_000, 3));
        assert_eq!(settle(&stand).notes, [0, 0]);
        heard
    };
    let (plain, mapped) = (play(false), play(true));
    assert!(plain.iter().any(|frame| frame[0] != 0.0));
    assert!(plain == mapped);
}

#[test]
fn a_knob_turns_an_effect_and_the_master_and_everybody_hears_of_it() {
    let mut stand = stand();
    let handle = stand.session.handle();
    let ear = Ear::new(&handle);
    let knobs = [
        (Source::Control(48), knob(), Action::Parameter(id::REVERB_MIX)),
        (Source::Control(49), knob(), Action::Master),
    ];
    handle.panels(setup([&[], &[]], &knobs));
    warm(&stand);
    stand.keys.send(0, &[0x90, 60, 100]);
    pull(&stand, 50 * MS);
    let before = pull(&stand, 50 * MS);
    stand.keys.send(0, &[0xB0, 48, 64]);
    stand.keys.send(0, &[0xB0, 49, 32]);
    pull(&stand, 100 * MS);
    let after = pull(&stand, 50 * MS);
    assert!(after < before * 0.5, "{before} {after}");
    until("the session knows", || handle.status().unwrap().values[usize::from(id::REVERB_MIX.0)] == 0.5);
    assert_eq!(handle.status().unwrap().master, 0.25);
    until("the listener knows", || {
        let said = ear.outputs();
        said.iter().any(|said| matches!(said, Output::Rig(Command::Parameter { value: 0.5, .. })))
            && said.iter().any(|said| matches!(said, Output::Do { action: Action::Master, phase: Phase::Set(_), .. }))
            && said.iter().any(|said| matches!(said, Output::Heard { by: Some(_), .. }))
    });
    assert_eq!(ear.outcomes()[0], Outcome::Panels(1));
    // What is set here is set there.
    handle.command(Command::Parameter { id: id::REVERB_MIX, value: 0.75 });
    handle.reconfigure(Change { master: Some(1.0), ..Change::default() }).unwrap();
    pull(&stand, MS);
    until("the knobs' values follow", || {
        let values: Vec<_> = ear
            .outputs()
            .into_iter()
            .filter_map(|said| match said {
                Output::Value { value, distance, .. } => Some((value, distance)),
                _ => None,
            })
            .collect();
        let is_told = |wanted: u16| values.iter().any(|(value, _)| value.abs_diff(wanted) < 2);
        is_told(49_151) && is_told(65_535)
    });
}

#[test]
fn a_long_press_counts_frames_and_time_without_a_device() {
    let mut stand = stand();
    let handle = stand.session.handle();
    let ear = Ear::new(&handle);
    let long = button(Fire::Long { after_ms: 100 });
    handle.panels(setup([&[(PAD, long, note(60)), (Source::Note(17), long, Action::Outside(5))], &[]], &[]));
    warm(&stand);
    stand.keys.send(0, &[0x90, 16, 100]);
    assert_eq!(pull(&stand, 99 * MS), 0.0);
    assert!(pull(&stand, 50 * MS) > 0.01);
    stand.keys.send(0, &[0x80, 16, 0]);
    assert!(is_silent(&stand));
    stand.driver.vanish();
    until("the loss is noticed", || !handle.status().unwrap().is_running);
    stand.keys.send(0, &[0x90, 17, 100]);
    until("a long press without a device", || ear.has_asked(5));
}

#[test]
fn what_changes_under_a_held_pad_ends_its_note() {
    let check = |what: &str, change: &dyn Fn(&Stand)| {
        let mut stand = stand();
        let other: &[_] = &[(PAD, Glue::default(), note(72))];
        stand.session.handle().panels(setup([&[(PAD, Glue::default(), note(60))], other], &[]));
        warm(&stand);
        stand.keys.send(0, &[0x90, 16, 100]);
        assert!(pull(&stand, 50 * MS) > 0.01, "{what}: no sound");
        change(&stand);
        pull(&stand, MS);
        stand.keys.send(0, &[0x80, 16, 0]);
        assert!(is_silent(&stand), "{what}: a note is left");
        assert_eq!(settle(&stand).notes, [0, 0], "{what}");
    };
    check("nothing", &|_| ());
    check("another panel", &|stand| stand.session.handle().activate(PADS[1], true));
    check("no panel", &|stand| stand.session.handle().activate(PADS[0], false));
    check("an empty set-up", &|stand| stand.session.handle().panels(setup([&[], &[]], &[])));
    check("another set-up", &|stand| {
        stand.session.handle().panels(setup([&[(PAD, Glue::default(), note(64))], &[]], &[]));
    });
    check("another name", &|stand| stand.session.handle().devices([DeviceId(3); ripieno_midi::SLOTS]));
    check("a panic", &|stand| stand.session.handle().command(Command::Panic));
    check("another buffer", &|stand| {
        let handle = stand.session.handle();
        let change = std::thread::spawn(move || {
            handle.reconfigure(Change { buffer: Some(Some(128)), ..Change::default() }).unwrap();
        });
        while !change.is_finished() {
            stand.driver.pull(MS);
        }
        change.join().unwrap();
    });
}

#[test]
fn a_release_during_a_change_that_fails_is_not_forgotten() {
    let mut stand = stand();
    stand.session.handle().panels(setup([&[(PAD, Glue::default(), note(60))], &[]], &[]));
    warm(&stand);
    stand.keys.send(0, &[0x90, 16, 100]);
    assert!(pull(&stand, 50 * MS) > 0.01);
    stand.vault.is_full.store(true, std::sync::atomic::Ordering::Relaxed);
    let handle = stand.session.handle();
    let change = std::thread::spawn(move || {
        handle.reconfigure(Change { rate: Some(Some(96_000)), ..Change::default() }).unwrap_err();
    });
    until("it plays at the new rate", || {
        stand.driver.pull(MS);
        stand.driver.starts() == 2
    });
    // The old rate's rig is kept aside until the settings are saved, which they cannot be.
    stand.keys.send(0, &[0x80, 16, 0]);
    while !change.is_finished() {
        stand.driver.pull(MS);
    }
    change.join().unwrap();
    assert_eq!(stand.driver.starts(), 3);
    assert!(is_silent(&stand));
    assert_eq!(settle(&stand).notes, [0, 0]);
}

#[test]
fn the_first_set_up_ends_what_was_played_without_one() {
    let mut stand = stand();
    warm(&stand);
    stand.keys.send(0, &[0x90, 16, 100]);
    assert!(pull(&stand, 50 * MS) > 0.01);
    stand.session.handle().panels(setup([&[], &[]], &[]));
    assert!(is_silent(&stand));
    assert_eq!(settle(&stand).notes, [0, 0]);
}

#[test]
fn a_touch_is_what_hardware_is() {
    let script: [&[u8]; 7] = [
        &[0x90, 16, 100],
        &[0xB0, 48, 20],
        &[0x90, 70, 90],
        &[0x80, 16, 0],
        &[0xE0, 5, 9],
        &[0x80, 70, 0],
        &[0xB0, 48, 90],
    ];
    let perform = |is_touch: bool| {
        let mut stand = stand();
        let handle = stand.session.handle();
        let ear = Ear::new(&handle);
        let knobs = [(Source::Control(48), knob(), Action::Parameter(id::DELAY_MIX))];
        handle.panels(setup([&[(PAD, Glue::default(), note(60))], &[]], &knobs));
        handle.devices([DeviceId(2); ripieno_midi::SLOTS]);
        warm(&stand);
        let mut heard = vec![];
        for bytes in script {
            if is_touch {
                handle.touch(DeviceId(2), MidiWord::new(bytes).unwrap());
                settle(&stand);
            } else {
                stand.keys.send(0, bytes);
            }
            heard.extend(stand.driver.pull(1_000));
        }
        until("the last knob is heard of", || {
            let last = |said: &Output| matches!(said, Output::Rig(Command::Parameter { value, .. }) if *value > 0.5);
            ear.outputs().iter().any(last)
        });
        (heard, ear.outcomes())
    };
    let (hardware, touch) = (perform(false), perform(true));
    assert!(hardware.0 == touch.0, "sound differs");
    assert_eq!(hardware.1, touch.1);
    let named = |said: &Outcome| matches!(said, Outcome::Output(Output::Heard { control, .. }) if control.device == DeviceId(2));
    assert!(touch.1.iter().filter(|said| named(said)).count() >= script.len());
}

#[test]
fn layers_and_phrases_play_and_layers_survive_another_rate() {
    let mut stand = stand();
    let handle = stand.session.handle();
    let step = |at| ScoreNote { at, channel: 0, note: 60, velocity: 100, length_ms: 60 };
    let mut score = Box::new(HostScore::new());
    score.tempo = 150_000;
    score.layer(&[step(0), step(4), step(8), step(12)], 0).unwrap();
    handle.score(score);
    let toggle = Glue { press: Press::Toggle, ..Glue::default() };
    handle.panels(setup([&[(PAD, toggle, Action::Layer(0))], &[]], &[]));
    warm(&stand);
    stand.keys.send(0, &[0x90, 16, 1]);
    stand.keys.send(0, &[0x80, 16, 0]);
    let onsets = |stand: &Stand, frames: usize| {
        let heard: Vec<bool> = (0..frames / 480).map(|_| pull(stand, 480) > 0.001).collect();
        heard.windows(2).filter(|pair| !pair[0] && pair[1]).count()
    };
    // 150 quarter notes a minute are 2.5 a second.
    let found = onsets(&stand, 4 * 48_000);
    assert!((9..=11).contains(&found), "{found} notes in four seconds");
    let status = settle(&stand);
    assert_eq!((status.tempo, status.layers), (150.0, 1));
    let change = {
        let handle = handle.clone();
        std::thread::spawn(move || {
            handle.reconfigure(Change { rate: Some(Some(96_000)), ..Change::default() }).unwrap()
        })
    };
    while !change.is_finished() {
        stand.driver.pull(MS);
    }
    change.join().unwrap();
    let found = onsets(&stand, 4 * 96_000);
    assert!((9..=11).contains(&found), "{found} notes in four seconds at another rate");
    stand.keys.send(0, &[0x90, 16, 100]);
    assert!(is_silent(&stand));
    assert_eq!(settle(&stand).layers, 0);
}

#[test]
fn samples_sound_and_are_exchanged_while_they_do() {
    let mut stand = stand();
    let handle = stand.session.handle();
    let samples = |level: f32| {
        let frames: std::sync::Arc<[f32]> = vec![level; 48_000].into();
        let channels = [frames.clone(), frames];
        Samples([Sample { channels, rate: SampleRate::STUDIO, gain: 1.0, is_gated: true }].into())
    };
    handle.samples(samples(0.5));
    handle.panels(setup([&[(PAD, Glue::default(), Action::Sample(0))], &[]], &[]));
    warm(&stand);
    stand.keys.send(0, &[0x90, 16, 127]);
    settle(&stand);
    assert!(stand.driver.pull(100)[99][0] > 0.49);
    for level in [0.25, 0.125, 0.0625] {
        handle.samples(samples(level));
    }
    pull(&stand, 20 * MS);
    assert_eq!(stand.driver.pull(1), [[0.0; 2]]);
    stand.keys.send(0, &[0x90, 16, 127]);
    pull(&stand, 20 * MS);
    let [[left, _]] = stand.driver.pull(1)[..] else { panic!("one frame") };
    assert!((left - 0.0625).abs() < 0.001, "{left}");
    stand.keys.send(0, &[0x80, 16, 0]);
    pull(&stand, 20 * MS);
    assert_eq!(stand.driver.pull(1), [[0.0; 2]]);
}

#[test]
fn a_sysex_pattern_fires() {
    let mut stand = stand();
    let handle = stand.session.handle();
    let ear = Ear::new(&handle);
    handle.panels(setup([&[], &[]], &[(Source::SysEx(0), Glue::default(), Action::Outside(9))]));
    warm(&stand);
    stand.keys.sysex(0, &[0x7E, 2]);
    stand.keys.sysex(0, &[0x7E, 1]);
    pull(&stand, MS);
    until("the host is asked", || ear.has_asked(9));
    let asked = ear.outputs().into_iter().filter(|said| matches!(said, Output::Do { phase: Phase::On(_), .. })).count();
    assert_eq!(asked, 1);
}

#[test]
fn a_listener_hears_soon_and_ends_when_it_likes() {
    let mut stand = stand();
    let handle = stand.session.handle();
    handle.panels(setup([&[(PAD, Glue::default(), Action::Outside(1))], &[]], &[]));
    let (tell, told) = std::sync::mpsc::channel();
    let mut count = 0;
    handle.outcomes(move |outcome| {
        if matches!(outcome, Outcome::Output(Output::Do { phase: Phase::On(_), .. })) {
            count += 1;
            tell.send(Instant::now()).unwrap();
        }
        count < 20
    });
    warm(&stand);
    let mut delays: Vec<Duration> = (0..20)
        .map(|n| {
            // Not in step with the session.
            std::thread::sleep(Duration::from_micros(3_000 + 700 * n));
            stand.keys.send(0, &[0x90, 16, 100]);
            let start = Instant::now();
            stand.driver.pull(MS);
            let heard = told.recv_timeout(Duration::from_secs(10)).expect("an outcome");
            stand.keys.send(0, &[0x80, 16, 0]);
            stand.driver.pull(MS);
            heard.duration_since(start)
        })
        .collect();
    delays.sort_unstable();
    // 5 ms on a machine that has nothing else to do.
    assert!(delays[10] < Duration::from_millis(15), "{delays:?}");
    stand.keys.send(0, &[0x90, 16, 100]);
    stand.driver.pull(MS);
    assert!(told.recv_timeout(Duration::from_secs(10)).is_err(), "it had left");
}
