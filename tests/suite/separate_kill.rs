//! A separation that is killed at any instant goes on to the very bytes that it would have written.
//!
//! Forty kills by default, as many as `RIPIENO_KILLS` says otherwise.

use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_tests::hostile::Dice;
use ripieno_tests::process::sibling;
use ripieno_types::SampleRate;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Kills, all kinds of outputs together.
const KILLS: usize = 40;
/// How long a window takes, in milliseconds.
const WINDOW_MILLIS: u64 = 15;
/// What a run takes at most on a machine that does not stand still meanwhile.
const LONGEST_LIFE: Duration = Duration::from_secs(8);
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
        // A window that is done and not yet noted, and now and then the one before it; more on a machine that is too busy to
        // write while it separates. From the beginning it would be dozens.
        assert!(deaths.redone <= 5 * deaths.kills, "{deaths:?}");
        assert!(deaths.within_windows > deaths.kills / 4, "these kills show little: {deaths:?}");
    }
}

/// Files may not grow beyond a limit, as on a full disk: the write that would exceed it fails, whichever it is. What was done
/// until then is used once there is room.
#[test]
fn a_separation_outlives_a_full_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    song(&folder.path().join("song.wav"));
    let log = folder.path().join("log");
    let whole_dir = folder.path().join("whole");
    assert!(probe(folder.path(), &whole_dir, &log, false).wait().expect("a run").success());
    let whole = contents(&whole_dir);
    let most = whole.values().map(Vec::len).max().expect("outputs");
    for part in 0..8 {
        // The smallest is too small for a journal, the largest for the last frames alone.
        let blocks = 40 + (most - 40 * 1024) * part / 7 / 1024;
        let out_dir = folder.path().join(format!("out-{part}"));
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f $0; exec \"$@\""]).arg((2 * blocks).to_string());
        limited.args(probe_arguments(folder.path(), &out_dir, &log, false));
        let run = limited.output().expect("a run");
        let told = String::from_utf8_lossy(&run.stderr);
        assert!(!run.status.success() && told.contains("cannot be written"), "{blocks} KiB: {told:.300}");
        let kept = names(&out_dir).iter().any(|name| name.contains("journal"));
        assert_eq!(kept, told.contains("--resume"), "{blocks} KiB: {told:.300}");
        assert!(kept || names(&out_dir).is_empty(), "{blocks} KiB: {:?}", names(&out_dir));
        assert!(probe(folder.path(), &out_dir, &log, false).wait().expect("a run").success());
        assert!(contents(&out_dir) == whole, "{blocks} KiB: other bytes than in one go");
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
    let life = start.elapsed().min(LONGEST_LIFE);
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
    command.args(["--pdeathsig", "KILL"]).args(probe_arguments(folder, out_dir, log, flac));
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the probe starts")
}

fn probe_arguments(folder: &Path, out_dir: &Path, log: &Path, flac: bool) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec![sibling("separate-probe").into(), folder.join("song.wav").into()];
    arguments.extend([out_dir.into(), log.into(), WINDOW_MILLIS.to_string().into()]);
    arguments.extend(flac.then(|| "--flac".into()));
    arguments
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
