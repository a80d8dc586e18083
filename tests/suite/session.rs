//! A live session on the fake driver: settings, devices that go, instruments that change, recordings.

use ripieno::Instrument;
use ripieno::live::{Change, SessionError, Settings, SongPart};
use ripieno_files::atomic::Existing;
use ripieno_panel::DeviceId;
use ripieno_ports::FaultKind;
use ripieno_tests::rack::{Stand, until};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, Timed};
use std::path::Path;
use std::time::{Duration, Instant};

const NOTE_ON: [u8; 3] = [0x90, 60, 100];
const NOTE_OFF: [u8; 3] = [0x80, 60, 64];

fn word(bytes: &[u8]) -> Command {
    Command::Midi(MidiWord::new(bytes).unwrap())
}

/// A session that plays the organ, which sounds for as long as a key is down.
fn organ() -> Stand {
    Stand::start("organ", Settings::default(), 64)
}

#[test]
fn a_note_sounds_and_ends() {
    let mut stand = organ();
    stand.keys.send(0, &NOTE_ON);
    until("the note sounds", || stand.loudness(64) > 0.01);
    let status = stand.session.handle().status().unwrap();
    assert_eq!((status.voices, status.notes, status.rate, status.buffer), (1, [1 << 60, 0], 48_000, 64));
    assert!(status.latency_ms > 1.0 && status.load.max > 0.0, "{status:?}");
    stand.keys.send(0, &NOTE_OFF);
    until("the note ends", || stand.loudness(640) == 0.0);
    assert_eq!(stand.session.handle().status().unwrap().notes, [0, 0]);
    stand.close().unwrap();
}

#[test]
fn a_change_of_buffer_keeps_the_note_and_a_change_of_rate_what_was_set() {
    let mut stand = organ();
    let handle = stand.session.handle();
    handle.command(Command::Parameter { id: ripieno_types::ParamId(11), value: 0.25 });
    stand.keys.send(0, &[0xB0, 7, 40]);
    stand.keys.send(0, &NOTE_ON);
    until("the note sounds", || stand.loudness(64) > 0.001);
    stand.loudness(24_000);
    let before = stand.loudness(4_800);

    let settings = handle.reconfigure(Change { buffer: Some(Some(128)), ..Change::default() }).unwrap();
    assert_eq!((settings.buffer, stand.driver.starts()), (Some(128), 2));
    // Past the fade.
    stand.loudness(4_800);
    let after = stand.loudness(4_800);
    assert!((after / before - 1.0).abs() < 0.4, "{before} {after}");

    handle.reconfigure(Change { rate: Some(Some(44_100)), ..Change::default() }).unwrap();
    let status = handle.status().unwrap();
    assert_eq!((status.rate, status.buffer, status.values[11]), (44_100, 128, 0.25));
    stand.loudness(44_100);
    assert!(stand.loudness(4_410) < before / 10.0, "the old rate's note ends");
    stand.keys.send(0, &NOTE_ON);
    stand.loudness(8_820);
    let again = stand.loudness(4_410);
    assert!((again / before - 1.0).abs() < 0.4, "channel volume and effects stay: {before} {again}");
    assert_eq!(stand.vault.saved.lock().unwrap().len(), 2);
    stand.close().unwrap();
}

#[test]
fn a_refused_change_leaves_everything_as_it_was_sound_included() {
    let mut stand = organ();
    let handle = stand.session.handle();
    stand.keys.send(0, &NOTE_ON);
    until("the note sounds", || stand.loudness(64) > 0.01);
    let before = handle.status().unwrap();
    let check = |change: Change, words: &str| {
        let error = handle.reconfigure(change.clone()).unwrap_err().to_string();
        assert!(error.contains(words), "{change:?}: {error}");
        let after = handle.status().unwrap();
        let same = |status: &ripieno::live::Status| {
            (status.rate, status.buffer, status.device.clone(), status.master, status.polyphony, status.is_running)
        };
        assert_eq!(same(&after), same(&before), "{change:?}");
        stand.loudness(4_800);
        assert!(stand.loudness(640) > 0.01, "{change:?}: silence");
    };
    check(Change { voices: Some(0), ..Change::default() }, "voices 0");
    check(Change { rate: Some(Some(7)), ..Change::default() }, "rate 7");
    check(Change { device: Some(Some("other".into())), ..Change::default() }, "there is no `other`");
    // The device itself offers neither.
    check(Change { rate: Some(Some(384_000)), ..Change::default() }, "");
    check(Change { buffer: Some(Some(8_192)), ..Change::default() }, "");
    stand.driver.refuse_next(FaultKind::Busy);
    check(Change { rate: Some(Some(96_000)), buffer: Some(Some(256)), ..Change::default() }, "refused");
    // The disk has the last word.
    stand.vault.is_full.store(true, std::sync::atomic::Ordering::Relaxed);
    check(Change { master: Some(0.5), ..Change::default() }, "the disk is full");
    check(Change { rate: Some(Some(96_000)), ..Change::default() }, "the disk is full");
    assert!(stand.vault.saved.lock().unwrap().is_empty());
    stand.close().unwrap();
}

#[test]
fn requests_that_wait_when_the_session_ends_are_answered_at_once() {
    let stand = organ();
    let handle = stand.session.handle();
    let askers: Vec<_> = (0..8)
        .map(|n| {
            let handle = handle.clone();
            std::thread::spawn(move || {
                loop {
                    let start = Instant::now();
                    let rate = if n % 2 == 0 { 44_100 } else { 48_000 };
                    let change = Change { rate: Some(Some(rate)), ..Change::default() };
                    if let Err(SessionError::Closing) = handle.reconfigure(change) {
                        return start.elapsed();
                    }
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(300));
    stand.close().unwrap();
    for asker in askers {
        // Each waited for at most the changes and the fade before it, never for a time-out.
        assert!(asker.join().unwrap() < Duration::from_secs(10));
    }
    assert!(matches!(handle.status(), Err(SessionError::Closing)));
}

#[test]
fn a_device_that_vanishes_in_mid_block_is_taken_up_again_when_it_is_back() {
    let mut stand = organ();
    let handle = stand.session.handle();
    let format = handle.status().unwrap();
    stand.keys.send(0, &NOTE_ON);
    until("the note sounds", || stand.loudness(64) > 0.01);
    stand.driver.vanish_after(100);
    until("the loss is noticed", || !handle.status().unwrap().is_running);
    assert!(handle.status().unwrap().last_error.unwrap().contains("manual has gone"));
    // While it is away: the key goes up, another goes down and up.
    stand.keys.send(0, &NOTE_OFF);
    stand.keys.send(0, &[0x90, 72, 100]);
    handle.command(word(&[0x90, 71, 100]));
    handle.touch(DeviceId(0), MidiWord::new(&[0x90, 70, 100]).unwrap());
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(stand.driver.starts(), 1, "nothing starts without a device");
    stand.driver.come_back();
    until("it plays again", || handle.status().unwrap().is_running);
    let again = handle.status().unwrap();
    assert_eq!((again.rate, again.buffer, stand.driver.starts()), (format.rate, format.buffer, 2));
    stand.loudness(24_000);
    assert_eq!(stand.loudness(640), 0.0, "no note of the absence sounds");
    stand.keys.send(0, &NOTE_ON);
    until("it can be played", || stand.loudness(64) > 0.01);
    assert_eq!(handle.status().unwrap().last_error, None);
    stand.close().unwrap();
}

#[test]
fn another_instrument_begins_with_the_next_note() {
    let mut stand = organ();
    let handle = stand.session.handle();
    stand.keys.send(0, &NOTE_ON);
    until("the organ sounds", || stand.loudness(64) > 0.01);
    for round in 0..20 {
        let name = ["sine-piano", "electric-piano"][round % 2];
        handle.instrument(Instrument::open(name.as_ref()).unwrap(), name.into());
    }
    stand.loudness(96_000);
    assert!(stand.loudness(640) > 0.01, "the organ's note goes on");
    assert_eq!(handle.status().unwrap().instrument, "electric-piano");
    stand.keys.send(0, &NOTE_OFF);
    until("the organ ends", || stand.loudness(640) == 0.0);
    stand.keys.send(0, &NOTE_ON);
    until("the piano sounds", || stand.loudness(64) > 0.01);
    until("the piano dies away under the held key", || stand.loudness(640) < 0.001);
    stand.close().unwrap();
}

#[test]
fn a_song_is_recorded_as_it_is_played_and_its_end_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("take.wav");
    for buffered in [0, 4] {
        assert!((0..20).any(|_| is_recorded(&path, buffered)), "buffered {buffered}: no take without an underrun");
    }
}

/// Records a song and compares; false when the machine was too busy to play it without a gap, which says nothing.
fn is_recorded(path: &Path, buffered: u32) -> bool {
    let stand = Stand::start("organ", Settings { buffered, ..Settings::default() }, 64);
    let handle = stand.session.handle();
    let underruns = || handle.status().unwrap().underruns;
    let before = underruns();
    handle.record(path.to_path_buf(), Existing::Replace).unwrap();
    let commands = [(4_800, &NOTE_ON), (9_600, &NOTE_OFF)].map(|(at, bytes)| Timed { at, value: word(bytes) });
    handle.song(Some(Box::new(SongPart::new(commands.to_vec(), 24_000))));
    assert!(!handle.status().unwrap().song.unwrap().is_over);
    until("the song is over", || handle.status().unwrap().song.is_some_and(|song| song.is_over));
    let song = handle.status().unwrap().song.unwrap();
    assert_eq!((song.position_secs, song.length_secs), (0.5, 0.5));
    let frames = handle.stop_recording().unwrap().unwrap();
    let (rate, recorded, _) = ripieno_tests::process::stereo(path);
    assert_eq!((rate, recorded.len() as u64), (48_000, frames));
    let played: Vec<f32> = stand.driver.played().iter().map(|frame| frame[0]).collect();
    let after = underruns();
    stand.close().unwrap();
    if after != before {
        return false;
    }
    let onset = |samples: &[f32]| samples.iter().position(|sample| *sample != 0.0).expect("a note");
    let (from, at) = (onset(&recorded), onset(&played));
    let length = 20_000;
    assert!(recorded[from..from + length] == played[at..at + length], "buffered {buffered}");
    true
}

#[test]
fn underruns_make_the_smallest_buffer_larger_but_not_one_that_was_named() {
    for (buffer, grown) in [(None, 128), (Some(64), 64)] {
        let stand = Stand::start("organ", Settings { buffer, ..Settings::default() }, 64);
        let handle = stand.session.handle();
        std::thread::sleep(Duration::from_millis(1_100));
        for _ in 0..4 {
            stand.driver.xrun();
            std::thread::sleep(Duration::from_millis(60));
        }
        std::thread::sleep(Duration::from_millis(300));
        let status = handle.status().unwrap();
        assert_eq!((status.buffer, status.underruns), (grown, 4));
        stand.close().unwrap();
    }
}

#[test]
fn a_session_needs_a_device_and_legal_settings() {
    let missing = Settings { device: Some("other".into()), ..Settings::default() };
    assert!(matches!(Stand::try_start("organ", missing, 64), Err(SessionError::Device(_))));
    let illegal = Settings { master: 2.0, ..Settings::default() };
    assert!(matches!(Stand::try_start("organ", illegal, 64), Err(SessionError::Setting(_))));
}

#[test]
fn a_render_thread_keeps_up_with_periods_longer_than_agreed() {
    let stand = Stand::start("organ", Settings { buffered: 1, buffer: Some(64), ..Settings::default() }, 0);
    let handle = stand.session.handle();
    let underruns = |frames| {
        stand.driver.pull(frames);
        std::thread::sleep(Duration::from_millis(100));
        handle.status().unwrap().underruns
    };
    // The first long one cannot be foreseen.
    let first = underruns(1_000);
    assert!(first > 0, "there were 64 frames for a period of 1000");
    for frames in [1_000, 64, 999, 1, 1_000] {
        assert_eq!(underruns(frames), first, "{frames}");
    }
    stand.close().unwrap();
}
