//! A real SoundFont, beside the reference player: level, onset and tuning of every General MIDI family, dry.

use crate::cli::run;
use crate::cli_render::save;
use ripieno_tests::measure::{cents, lag, pitch_hz, residual_db, rms_db};
use ripieno_tests::process::{TIMGM6MB, fluidsynth, stereo};
use ripieno_tests::song::Song;

const RATE: u32 = 48_000;
/// Frames per millisecond.
const MS: usize = 48;
/// Each program plays alone in a slot of its own, three notes one after another.
const SLOT_MS: u32 = 4_000;
const NOTES: [(u8, u8); 3] = [(48, 60), (60, 100), (72, 127)];
/// One program a family, and percussion.
const PROGRAMS: [u8; 16] = [0, 11, 19, 25, 33, 40, 52, 56, 65, 73, 80, 88, 98, 105, 114, 120];

fn families() -> Song {
    let mut song = Song::new();
    for (slot, program) in PROGRAMS.into_iter().enumerate() {
        let start = slot as u32 * SLOT_MS;
        song.program(start, 0, program);
        for (index, (key, velocity)) in NOTES.into_iter().enumerate() {
            song.note(start + 4 + index as u32 * 1_200, 0, key, velocity, 1_000);
        }
    }
    let start = PROGRAMS.len() as u32 * SLOT_MS;
    for (index, key) in [36, 38, 42, 46, 49].into_iter().enumerate() {
        song.note(start + 4 + index as u32 * 600, 9, key, 100, 200);
    }
    song
}

/// Left channels of both players for the same song.
fn both(song: &Song, end_ms: u32, interpolation: (&str, &str)) -> (Vec<f32>, Vec<f32>) {
    let folder = tempfile::tempdir().unwrap();
    let (midi, ours, theirs) = ["song.mid", "ours.wav", "theirs.wav"].map(|name| folder.path().join(name)).into();
    save(folder.path(), "song.mid", &song.bytes(end_ms));
    let arguments = ["render", "song.mid", "-i", TIMGM6MB, "-o", "ours.wav", "--rate", "48000", "--interp"];
    run(folder.path(), &[&arguments[..], &[interpolation.0]].concat()).clean();
    fluidsynth(&midi, TIMGM6MB, &theirs, RATE, interpolation.1);
    (stereo(&ours).1, stereo(&theirs).1)
}

#[test]
fn every_family_agrees_in_level_onset_and_tuning() {
    let song = families();
    let (ours, theirs) = both(&song, (PROGRAMS.len() as u32 + 1) * SLOT_MS, ("cubic", "4"));
    let slots = (0..=PROGRAMS.len()).map(|slot| slot * SLOT_MS as usize * MS);
    let mut faults = Vec::new();
    for (slot, start) in slots.enumerate() {
        let window = start..(start + SLOT_MS as usize * MS).min(ours.len()).min(theirs.len());
        let (a, b) = (&ours[window.clone()], &theirs[window]);
        let level = rms_db(a) - rms_db(b);
        // The first half second, so that a slow attack counts as much as a fast one.
        let late = -lag(&a[..500 * MS], &b[..500 * MS], 3 * MS) as f64;
        let name = PROGRAMS.get(slot).map_or("percussion".into(), |p| format!("program {p}"));
        println!("{name}: level {level:+.2} dB, onset {:+.2} ms", late / MS as f64);
        if level.abs() > 1.5 {
            faults.push(format!("{name}: level differs by {level:+.2} dB"));
        }
        if late.abs() > MS as f64 {
            faults.push(format!("{name}: onset differs by {late} frames"));
        }
        if slot < 13 {
            for (index, (key, _)) in NOTES.into_iter().enumerate() {
                // Past the attack, before the release.
                let from = (4 + index * 1_200 + 150) * MS;
                let note = from..from + 700 * MS;
                let near = 440.0 * (f64::from(i16::from(key) - 69) / 12.0).exp2();
                let [x, y] = [a, b].map(|side| pitch_hz(&side[note.clone()], f64::from(RATE), near, 80.0));
                if cents(x, y).abs() > 2.0 {
                    faults.push(format!("{name}: key {key} is {:+.2} cents off", cents(x, y)));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_dense_minute_plays_clean_and_at_the_same_level() {
    let song = Song::dense(59);
    let folder = tempfile::tempdir().unwrap();
    save(folder.path(), "song.mid", &song.bytes(60_000));
    let arguments =
        ["render", "song.mid", "-i", TIMGM6MB, "-o", "ours.wav", "--rate", "48000", "--tail", "0", "--json"];
    let report = run(folder.path(), &arguments);
    report.clean();
    let report = report.json();
    assert_eq!(report["warnings"], serde_json::json!([]));
    assert_eq!((report["frames"].as_u64(), report["events"].as_u64()), (Some(2_880_000), Some(song.events() as u64)));
    assert!(report["voices_peak"].as_u64() > Some(64), "{report}");
    let [midi, ours, theirs] = ["song.mid", "ours.wav", "theirs.wav"].map(|name| folder.path().join(name));
    fluidsynth(&midi, TIMGM6MB, &theirs, RATE, "4");
    let (ours, theirs) = (stereo(&ours), stereo(&theirs));
    assert_eq!((ours.0, ours.1.len()), (RATE, 2_880_000));
    for (ours, theirs) in [(ours.1, theirs.1), (ours.2, theirs.2)] {
        let level = rms_db(&ours) - rms_db(&theirs[..ours.len().min(theirs.len())]);
        println!("a dense minute: level {level:+.2} dB");
        assert!(level.abs() <= 1.5, "level differs by {level:+.2} dB");
    }
}

#[test]
fn a_sustained_note_leaves_a_small_residual() {
    // Programs of one layer whose pitch stands still: the reference rounds a moving pitch to whole cents.
    for program in [0, 16, 56, 73, 89] {
        let mut song = Song::new();
        song.program(0, 0, program).note(4, 0, 60, 100, 3_000);
        let (ours, theirs) = both(&song, 3_500, ("hq", "7"));
        let window = 200 * MS..2_800 * MS;
        let residual = residual_db(&theirs[window.clone()], &ours[window]);
        println!("program {program}: residual {residual:.1} dB");
        assert!(residual <= -40.0, "program {program}: residual {residual:.1} dB");
    }
}
