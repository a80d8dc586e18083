//! A separation that is killed at any instant goes on to the very bytes that it would have written.
//!
//! Forty kills by default, as many as `RIPIENO_KILLS` says otherwise.

use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_tests::hostile::Dice;
use ripieno_tests::process::sibling;
use ripieno_types::SampleRate;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Kills, all kinds of outputs together.
const KILLS: usize = 40;
/// How long a window takes, in milliseconds.
const WINDOW_MILLIS: u64 = 15;
/// Frames of the recording, at 44.1 kHz.
const FRAMES: usize = 44_100 * 16;

#[test]
fn a_separation_outlives_kills() {
    let kills = std::env::var("RIPIENO_KILLS").map_or(KILLS, |kills| kills.parse().expect("a number of kills"));
    let folder = tempfile::tempdir().expect("a folder");
    song(&folder.path().join("song.wav"));
    let mut dice = Dice::new(0xdead);
    for (nth, flac) in [false, true].into_iter().enumerate() {
        let deaths = lives(folder.path(), flac, (kills + nth) / 2, &mut dice);
        println!("{deaths:?}");
        // A window that is done and not yet noted, and now and then the one before it.
        assert!(deaths.redone <= 2 * deaths.kills, "{deaths:?}");
        assert!(deaths.within_windows > deaths.kills / 4, "these kills show little: {deaths:?}");
    }
}

/// What became of one kind of outputs.
#[derive(Debug, Default)]
struct Deaths {
    kills: usize,
    /// Kills after which a journal was there to go on with.
    within_windows: usize,
    /// Kills after all was done, but for a name or the journal.
    at_the_end: usize,
    /// Windows that were done more than once.
    redone: usize,
}

/// Runs jobs that are killed until enough were.
fn lives(folder: &Path, flac: bool, kills: usize, dice: &mut Dice) -> Deaths {
    let whole_dir = folder.join(format!("whole-{flac}"));
    let log = folder.join(format!("log-{flac}"));
    let start = Instant::now();
    assert!(probe(folder, &whole_dir, &log, flac).wait().expect("a run").success());
    let life = start.elapsed();
    let whole = contents(&whole_dir);
    assert_eq!(whole.len(), 2, "two outputs and nothing else");
    let windows = lines(&log);
    assert!(windows > 20);

    let mut deaths = Deaths::default();
    let mut job = 0;
    while deaths.kills < kills {
        job += 1;
        let out_dir = folder.join(format!("out-{flac}-{job}"));
        let before = lines(&log);
        loop {
            let mut child = probe(folder, &out_dir, &log, flac);
            // Often within the whole life of a run, sometimes near its end.
            let most = life.as_micros() as usize;
            let wait = if dice.below(4) == 0 { most * 9 / 10 + dice.below(most / 4) } else { dice.below(most) };
            std::thread::sleep(Duration::from_micros(wait as u64));
            if deaths.kills >= kills {
                break assert!(child.wait().expect("ours").success(), "the last run ends by itself");
            }
            if let Some(status) = child.try_wait().expect("ours") {
                break assert!(status.success(), "{status}");
            }
            child.kill().expect("it runs");
            child.wait().expect("ours");
            deaths.kills += 1;
            let left = names(&out_dir);
            deaths.within_windows += usize::from(left.iter().any(|name| name.ends_with(".journal")));
            deaths.at_the_end +=
                usize::from(left.iter().any(|name| name.ends_with("late.wav") || name.ends_with("late.flac")));
        }
        let found = contents(&out_dir);
        assert_eq!(found.keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>(), "job {job}");
        // Bytes are compared without being shown.
        assert!(found == whole, "job {job}, flac {flac}: other bytes than in one go");
        deaths.redone += lines(&log) - before - windows;
        fs::remove_dir_all(out_dir).expect("ours");
    }
    deaths
}

/// A run that goes on with what there is.
fn probe(folder: &Path, out_dir: &Path, log: &Path, flac: bool) -> Child {
    // Should the test be killed, the system ends the program.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(sibling("separate-probe")).arg(folder.join("song.wav"));
    command.arg(out_dir).arg(log).arg(WINDOW_MILLIS.to_string());
    if flac {
        command.arg("--flac");
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the probe starts")
}

fn lines(log: &Path) -> usize {
    fs::read_to_string(log).map_or(0, |text| text.lines().count())
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let read = |name: String| {
        let bytes = fs::read(folder.join(&name)).expect("readable");
        (name, bytes)
    };
    names(folder).into_iter().map(read).collect()
}

/// Noise of 16 bits in stereo.
fn song(path: &Path) {
    let mut dice = Dice::new(7);
    let mut row = || (0..FRAMES).map(|_| (dice.below(65_536) as f32 - 32_768.0) / 32_768.0).collect::<Vec<f32>>();
    let (left, right) = (row(), row());
    let spec = WavSpec { rate: SampleRate::CD, channels: 2, encoding: Encoding::I16 };
    let mut writer = WavWriter::new(File::create(path).expect("a file"), spec).expect("a header");
    writer.write(&[&left, &right]).expect("room");
    writer.finish().expect("room");
}
