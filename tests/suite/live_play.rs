//! `ripieno play` on a JACK server, heard and played by other clients of it.

use ripieno_fx::ChainMemory;
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::SoundFont;
use ripieno_tests::jack::{Mode, Performer, Probe, Server};
use ripieno_tests::play::Play;
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, SampleRate, Timed};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

const RATE: u32 = 48_000;
const PERIOD: u32 = 64;

/// An instrument of short clicks that die away to nothing.
fn clicks() -> Vec<u8> {
    let mut file = SoundFontFile::new("Clicks");
    let frames = (0..400).map(|n: i32| (if n % 7 < 3 { 1 } else { -1 }) * (400 - n) * 10_000).collect();
    let sample = file.sample(Sample::new("Click", RATE, frames).root(69));
    let instrument = file.instrument("Click", vec![Zone::new().sample(sample)]);
    file.preset("Click", 0, 0, vec![Zone::new().instrument(instrument)]);
    file.to_bytes()
}

/// The left channel of a note from a rig without any host.
fn alone(bank: Vec<u8>, note: [u8; 3], frames: usize) -> Vec<f32> {
    let rate = SampleRate::new(RATE).expect("a rate");
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let bank = SoundFont::new(bank).expect("a sound file");
    let mut rig = Rig::<_, _, 256>::new(bank, memory, RigConfig::new(rate));
    let note = Command::Midi(MidiWord::new(&note).expect("a legal message"));
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    rig.render(Block::new(&mut left, &mut right), &mut &[Timed { at: 0, value: note }][..]);
    left
}

/// Clicks at every place within a period, one after the other, are each heard `latency` frames later, give or take `slack`,
/// and are the sound of a rig without any host. A run that the machine broke into, by the player's own count or the server's,
/// may fail and begin anew, a few times.
fn heard_after(latency: u32, slack: u32, options: &[&str]) {
    for _ in 0..5 {
        let run = struck(options);
        match run.heard {
            Ok(latencies) if latencies.iter().all(|heard| heard.abs_diff(latency) <= slack) => return,
            heard => {
                assert_ne!(run.broken, [0; 4], "{heard:?}, not {latency}, and nothing was late");
                eprintln!("late, underruns, overloads, periods missed by the server {:?}: {heard:?}", run.broken);
            }
        }
    }
    panic!("not one run in five was as it should be");
}

/// How a run went.
struct Run {
    /// Frames from each strike to its sound, or what was heard instead.
    heard: Result<Vec<u32>, String>,
    /// Messages that came late, underruns, overloads, and periods that the server missed.
    broken: [u64; 4],
}

fn struck(options: &[&str]) -> Run {
    // One more than a whole number of periods: every place within a period is struck.
    const APART: u32 = 40 * PERIOD + 1;
    let (on, off) = ([0x90, 69, 100], [0x80, 69, 64]);
    let expected = alone(clicks(), on, APART as usize / 2);
    let onset = |samples: &[f32]| samples.iter().position(|sample| *sample != 0.0);
    let first = onset(&expected).expect("a click sounds");
    assert_eq!(onset(&expected[500..]), None, "a click ends before the next");

    let mut bank = tempfile::Builder::new().suffix(".sf2").tempfile().expect("a file");
    bank.write_all(&clicks()).expect("a file");
    let server = Server::start(RATE, PERIOD);
    let play = Play::start(&server, &[&["-i", bank.path().to_str().expect("a plain path")], options].concat());
    let recorder = play.record(&server, 20.0);
    let script = (0..PERIOD).flat_map(|n| [(n * APART, &on[..]), (n * APART + APART / 2, &off[..])]);
    let mut performer = Performer::start(&server, &play.ports.midi, script, 5.0);
    let sent = performer.finish().messages;
    std::thread::sleep(Duration::from_millis(200));
    let recording = recorder.stop();
    let ended = play.stop();
    ended.interrupted();
    let count = |key: &str| ended.status[key].as_u64().expect("a count");
    let missed = server.log().matches("XRun").count() as u64;
    let broken = [count("late"), count("underruns"), count("overloads"), missed];

    let left = &recording.channels[0];
    let strikes = sent.iter().filter(|message| message.bytes == on);
    let heard = strikes.map(|strike| {
        let at = strike.frame.wrapping_sub(recording.first_frame) as usize;
        let latency = left.get(at..).and_then(onset).ok_or("a click is not heard")?.wrapping_sub(first);
        let heard = left.get(at.wrapping_add(latency)..).unwrap_or_default();
        // Where it lies on the rig's control grid moves the last bits; a frame off would be a thousand times as much.
        let error = expected.iter().zip(heard).fold(0.0_f32, |worst, (a, b)| worst.max((a - b).abs()));
        let is_whole = heard.len() >= expected.len() && error < 1e-6;
        if is_whole { Ok(latency as u32) } else { Err(format!("the click at {at} is another one, by {error}")) }
    });
    Run { heard: heard.collect(), broken }
}

#[test]
fn jack_a_note_is_heard_where_its_stamp_says_to_the_sample() {
    heard_after(PERIOD, 0, &["--fixed-latency"]);
}

#[test]
fn jack_a_note_on_a_render_thread_is_heard_within_a_frame_of_where_its_stamp_says() {
    heard_after(5 * PERIOD, 1, &["--fixed-latency", "--buffered", "4"]);
}

/// Seconds that the soak lasts; `RIPIENO_SOAK_SECS` changes it, and asks for a run without one period too long.
const SOAK_SECS: u32 = 20;

/// Of a thousand periods, how many the machine may take from us where other tests run beside this one: a virtual machine
/// does that now and then, as does every system that refuses priority.
const TAKEN: u64 = 5;

#[test]
fn jack_64_voices_play_on_without_an_underrun_of_ours() {
    let asked = std::env::var("RIPIENO_SOAK_SECS").ok().map(|secs| secs.parse().expect("whole seconds"));
    let secs: u32 = asked.unwrap_or(SOAK_SECS);
    // Eight voices on each of eight channels, strings; then one after the other is let go and struck anew, for ever.
    let voices: Vec<[u8; 2]> = (0..64).map(|n| [n / 8, 36 + 5 * (n % 8) + n / 8]).collect();
    let mut script: Vec<(u32, Vec<u8>)> = (0..8).map(|channel| (0, vec![0xC0 | channel, 48])).collect();
    script.extend(voices.iter().map(|[channel, key]| (64, vec![0x90 | channel, *key, 90])));
    for (n, [channel, key]) in (1..secs * 50).zip(voices.iter().cycle()) {
        script.push((n * RATE / 50, vec![0x80 | channel, *key, 64]));
        script.push((n * RATE / 50, vec![0x90 | channel, *key, 90]));
    }
    let (overloads, blocks) = soak(&script);
    let taken = if asked.is_some() { 0 } else { blocks * TAKEN / 1_000 };
    assert!(overloads <= taken, "{overloads} of {blocks} periods took longer than their time");
}

/// Plays the script: periods that took longer than their time, and all periods.
fn soak(script: &[(u32, Vec<u8>)]) -> (u64, u64) {
    let server = Server::start_in(Mode::Strict, RATE, PERIOD);
    let effects = ["--set", "reverb.mix=0.3", "--set", "chorus.mix=0.3", "--set", "delay.mix=0.2"];
    let play = Play::start(&server, &[&["-i", TIMGM6MB][..], &effects].concat());
    let script = script.iter().map(|(frame, bytes)| (*frame, &bytes[..]));
    let mut performer = Performer::start(&server, &play.ports.midi, script, 60.0);
    let late = performer.finish().late;
    let ended = play.stop();
    ended.interrupted();

    let (status, load) = (&ended.status, &ended.status["load"]);
    assert!(status["voices"].as_u64() >= Some(64), "too few voices: {status}");
    assert!(load["p99"].as_f64() < Some(0.5), "there is no room left: {status}");
    // The server begins a period late when the machine does not wake it, hastens the next one, and then names whoever is
    // not finished: that is no measure of us, but worth telling.
    let log = server.log();
    let count = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    eprintln!(
        "{} of {} periods too long, load {load}; the server began {} periods late, did not see us finished {} times, \
         others {} times; {late} messages were sent late",
        status["overloads"],
        status["blocks"],
        count("JackTimedDriver::Process XRun"),
        count("client = ripieno"),
        count("client = probe"),
    );
    let number = |key: &str| status[key].as_u64().expect("a count");
    (number("overloads"), number("blocks"))
}

#[test]
fn jack_a_thousand_players_come_and_go_and_leave_nothing() {
    let server = Server::start(RATE, PERIOD);
    let play = Play::start(&server, &["-i", "organ"]);
    let churn = |cycles: &str| {
        Probe::start(&server, &["churn", "--to", &play.ports.midi, "--cycles", cycles]).wait();
    };
    // Whatever is made once is made now.
    churn("20");
    let before = (play.footprint(), server.ports());
    churn("1000");
    let after = (play.footprint(), server.ports());
    // The last note's release.
    std::thread::sleep(Duration::from_secs(1));
    let recorder = play.record(&server, 5.0);
    std::thread::sleep(Duration::from_millis(500));
    let recording = recorder.stop();
    let ended = play.stop();
    ended.interrupted();

    assert_eq!((&ended.status["notes"], &ended.status["voices"]), (&json!([0, 0]), &json!(0)), "a note is stuck");
    let peak = recording.channels.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    assert!(peak < 1e-4, "something sounds: {peak}");
    assert_eq!(before.1, after.1, "ports are left");
    let (before, after) = (before.0, after.0);
    assert_eq!((before.files, before.threads), (after.files, after.threads));
    assert!(after.resident_kib < before.resident_kib + 1024, "memory grows: {before:?} {after:?}");
}
