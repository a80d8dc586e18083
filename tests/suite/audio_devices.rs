//! Audio devices as users have them, without hardware: ALSA's null and file devices, JACK's dummy server, and none at all.

use ripieno_tests::audio_out::signal;
use ripieno_tests::jack::Server;
use ripieno_tests::process::sibling;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// An environment with a sound system of its own.
struct System {
    folder: tempfile::TempDir,
}

impl System {
    /// ALSA with this configuration and nothing else; no JACK server.
    fn alsa(config: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = config.replace("FOLDER", folder.path().to_str().expect("a plain path"));
        write(&folder.path().join("alsa.conf"), config.as_bytes());
        Self { folder }
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn probe(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(sibling("audio-probe"));
        command.args(arguments).stdin(Stdio::null());
        command.env("ALSA_CONFIG_PATH", self.path("alsa.conf"));
        command.env("JACK_DEFAULT_SERVER", "ripieno-nobody").env("JACK_NO_START_SERVER", "1");
        command
    }

    /// The JSON lines of a run that succeeds and is silent on stderr.
    fn run(&self, arguments: &[&str]) -> Vec<Value> {
        lines(&mut self.probe(arguments), arguments)
    }

    /// The words of a run that fails.
    fn fail(&self, arguments: &[&str]) -> String {
        let run = self.probe(arguments).output().expect("the probe starts");
        assert!(!run.status.success(), "{arguments:?} succeeds");
        let text = String::from_utf8(run.stderr).expect("text");
        assert_eq!(text.lines().count(), 1, "more than one line on stderr:\n{text}");
        text
    }
}

fn write(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path).and_then(|mut file| file.write_all(bytes)).expect("writing a file");
}

fn lines(command: &mut Command, arguments: &[&str]) -> Vec<Value> {
    let run = command.output().expect("the probe starts");
    let errors = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{arguments:?}: {errors}");
    assert_eq!(errors, "", "{arguments:?}: the sound libraries speak on stderr");
    let text = String::from_utf8(run.stdout).expect("text");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

const NULL: &str = r#"pcm.!default { type null hint { show on description "Null device" } }"#;
const FILE: &str = r#"pcm.!default {
  type file slave { pcm { type null } } file "FOLDER/out.raw" format raw
  hint { show on description "File device" }
}"#;
const CAPTURE: &str = r#"pcm.!default {
  type file slave { pcm { type null } } file "FOLDER/unused.raw" infile "FOLDER/in.raw" format raw
  hint { show on description "File device" }
}"#;

#[test]
fn alsa_null_conforms() {
    let system = System::alsa(NULL);
    for arguments in
        [&["conform"][..], &["conform", "--rate", "44100", "--buffer", "64"], &["conform", "--device", "null dev"]]
    {
        assert_eq!(system.run(arguments), [] as [Value; 0]);
    }
}

#[test]
fn alsa_devices_are_found_by_name_and_their_limits_are_named() {
    let system = System::alsa(NULL);
    let list = system.run(&["list"]);
    let output = &list[0];
    assert_eq!((&output["way"], &output["id"]), (&"out".into(), &"alsa:default".into()), "{output}");
    assert_eq!((&output["name"], &output["default"]), (&"Null device".into(), &true.into()), "{output}");
    assert!(list.iter().any(|line| line["way"] == "in"), "{list:?}");
    let jack = list.iter().find(|line| line["absent"] == "JACK").expect("JACK is said to be absent");
    assert!(jack["reason"].as_str().is_some_and(|reason| reason.contains("no JACK server runs")), "{jack}");

    let format = &system.run(&["format"])[0];
    assert_eq!((&format["rate"], &format["channels"]), (&48_000.into(), &2.into()), "{format}");
    assert_eq!((&format["buffer"], &format["encoding"]), (&256.into(), &"F32".into()), "{format}");
    for choice in ["alsa:default", "NULL DEVICE", " null device ", "ull dev"] {
        assert_eq!(system.run(&["format", "--device", choice])[0]["id"], "alsa:default");
    }
    let text = system.fail(&["format", "--device", "nul devise"]);
    assert!(text.contains("no audio output 'nul devise'; did you mean 'Null device' (alsa:default)?"), "{text}");
    let text = system.fail(&["format", "--buffer", "2000000000"]);
    assert!(text.contains("the device takes "), "{text}");
    let text = system.fail(&["format", "--device", "jack"]);
    assert!(text.contains("no JACK server runs: start one"), "{text}");
}

#[test]
fn without_any_device_one_line_names_the_cause_and_what_to_do() {
    let system = System::alsa("");
    for verb in ["format", "conform"] {
        let text = system.fail(&[verb]);
        assert!(text.contains("no audio output: ") && text.contains("connect a sound card, or start"), "{text}");
    }
    let text = system.fail(&["capture", "--frames", "1"]);
    assert!(text.contains("no audio input: "), "{text}");
    let list = system.run(&["list"]);
    assert!(list.iter().all(|line| line["absent"].is_string()), "{list:?}");
    assert!(list.iter().any(|line| line["absent"] == "ALSA"), "{list:?}");
    // The system's own configuration on a machine without a card is full of devices that are not there.
    let mut command = system.probe(&["list"]);
    lines(command.env_remove("ALSA_CONFIG_PATH"), &["list"]);
}

/// Bytes of a sample, as a float.
type Decode = Box<dyn Fn(&[u8]) -> f32>;

/// The frames of a raw file in an encoding, as floats.
fn decode(bytes: &[u8], encoding: &str) -> Vec<[f32; 2]> {
    let short = |b: &[u8]| u16::from_le_bytes([b[0], b[1]]);
    let long = |b: &[u8]| u32::from_le_bytes([b[0], b[1], b[2], b[3]]).cast_signed();
    let (size, sample): (usize, Decode) = match encoding {
        "f32" => (4, Box::new(move |b| f32::from_bits(long(b).cast_unsigned()))),
        "f64" => (8, Box::new(|b| f64::from_le_bytes(b.try_into().expect("eight bytes")) as f32)),
        "i32" => (4, Box::new(move |b| (f64::from(long(b)) / 2_147_483_648.0) as f32)),
        // The low three bytes of four.
        "i24" => (4, Box::new(move |b| ((long(b) << 8) >> 8) as f32 / 8_388_608.0)),
        "i16" => (2, Box::new(move |b| f32::from(short(b).cast_signed()) / 32_768.0)),
        "u16" => (2, Box::new(move |b| (f32::from(short(b)) - 32_768.0) / 32_768.0)),
        _ => (1, Box::new(|b| (f32::from(b[0]) - 128.0) / 128.0)),
    };
    bytes.chunks_exact(2 * size).map(|frame| [sample(&frame[..size]), sample(&frame[size..])]).collect()
}

#[test]
fn alsa_gets_every_frame_in_every_encoding() {
    const FRAMES: usize = 100_000;
    for encoding in ["f32", "f64", "i32", "i24", "i16", "u16", "u8"] {
        let system = System::alsa(FILE);
        let frames = FRAMES.to_string();
        let run = &system.run(&["count", "--frames", &frames, "--encoding", encoding, "--buffer", "64"])[0];
        assert_eq!(run["encoding"].as_str().map(str::to_lowercase).as_deref(), Some(encoding), "{run}");
        let got = decode(&std::fs::read(system.path("out.raw")).expect("the file of the device"), encoding);
        assert!(got.len() >= FRAMES, "{encoding}: {} frames", got.len());
        let tolerance = if encoding == "u8" { 1.0 / 128.0 } else { 0.0 };
        let far = |(frame, n): (&[f32; 2], u64)| (0..2).any(|c| (frame[c] - signal(n)[c]).abs() > tolerance);
        let broken = got[..FRAMES].iter().zip(0..).position(far);
        assert_eq!(broken, None, "{encoding}: the first frame that differs");
        assert!(got[FRAMES..].iter().all(|frame| *frame == [0.0; 2]), "{encoding}: sound after the end");
    }
}

#[test]
fn alsa_carries_left_and_right_on_any_channels() {
    let system = System::alsa(FILE);
    let run = &system.run(&["count", "--frames", "5000", "--channels", "3,1", "--encoding", "i16"])[0];
    assert_eq!(run["channels"], 4, "{run}");
    let pairs = decode(&std::fs::read(system.path("out.raw")).expect("the file of the device"), "i16");
    for (n, frame) in pairs.chunks_exact(2).take(5_000).enumerate() {
        let [left, right] = signal(n as u64);
        assert_eq!(frame.concat(), [0.0, right, 0.0, left], "frame {n}");
    }
}

#[test]
fn alsa_records_every_frame() {
    const FRAMES: u64 = 40_000;
    let system = System::alsa(CAPTURE);
    let bytes: Vec<u8> = (0..FRAMES).flat_map(|n| signal(n).map(f32::to_le_bytes)).flatten().collect();
    write(&system.path("in.raw"), &bytes);
    let run = &system.run(&["capture", "--frames", "30000", "--buffer", "128"])[0];
    assert_eq!((&run["id"], &run["differs"]), (&"alsa:default".into(), &Value::Null), "{run}");
}

/// A probe on a JACK server, with an ALSA that has nothing.
fn on_jack(server: &Server, system: &System, arguments: &[&str]) -> Command {
    let mut command = system.probe(arguments);
    server.lend(&mut command);
    command
}

#[test]
fn jack_conforms_and_says_what_the_server_sets() {
    let server = Server::start(48_000, 128);
    let system = System::alsa("");
    // Asked for, and as what is left when the system has no device.
    for arguments in [&["conform", "--device", "jack"][..], &["conform"]] {
        assert_eq!(lines(&mut on_jack(&server, &system, arguments), arguments), [] as [Value; 0]);
    }
    let format = &lines(&mut on_jack(&server, &system, &["format"]), &[])[0];
    assert_eq!((&format["id"], &format["buffer"]), (&"jack:output".into(), &128.into()), "{format}");
    for (arguments, words) in [
        (&["format", "--rate", "44100"], "'JACK': 44100 Hz is not among the device's rates: 48000 Hz; the JACK server"),
        (&["format", "--buffer", "64"], "64 frames is not possible: the device takes 128 to 128; the JACK server"),
    ] {
        let run = on_jack(&server, &system, arguments).output().expect("the probe starts");
        let text = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(text.contains(words), "{text}");
    }
    let heard = &lines(&mut on_jack(&server, &system, &["capture", "--frames", "1"]), &[])[0];
    assert_eq!((&heard["id"], &heard["differs"]), (&"jack:input".into(), &Value::Null), "{heard}");
}

#[test]
fn jack_runs_on_our_clock() {
    let server = Server::start(48_000, 256);
    let system = System::alsa("");
    let times = &lines(&mut on_jack(&server, &system, &["clock"]), &[])[0];
    let [before, jack, after] = [0, 1, 2].map(|n| times[n].as_u64().expect("a time"));
    assert!((before..=after + 1).contains(&jack), "{times}");
}

#[test]
fn jack_carries_every_frame() {
    let server = Server::start(48_000, 256);
    let system = System::alsa("");
    let out = system.path("out.wav");
    let mut player = on_jack(&server, &system, &["count", "--frames", "150000"]).spawn().expect("the probe starts");
    let ports = ["--ports", "ripieno:out_1,ripieno:out_2", "--seconds", "1.5"];
    let mut recorder = server.probe(&["record"]);
    let run = recorder.args(ports).arg("--out").arg(&out).output().expect("the recorder starts");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert!(player.wait().expect("the probe ends").success());
    let (rate_hz, left, right) = ripieno_tests::process::stereo(&out);
    assert_eq!(rate_hz, 48_000);
    // The recording begins somewhere within the signal; from there on it counts.
    let first = left.iter().position(|sample| *sample != 0.0).expect("something was played");
    let count = (left[first] * 32_768.0) as u64;
    let frames = 24_000.min(left.len() - first);
    assert!(frames >= 12_000, "only {frames} frames were recorded");
    for n in 0..frames {
        assert_eq!([left[first + n], right[first + n]], signal(count + n as u64), "frame {n} of {frames}");
    }
}

/// What leaves a program for the JACK server by way of ALSA's plugin, kept on its way.
const OVER_JACK: &str = r#"pcm_type.jack { lib "libasound_module_pcm_jack.so" }
pcm.server {
  type jack
  playback_ports { 0 system:playback_1 1 system:playback_2 }
  capture_ports { 0 system:capture_1 1 system:capture_2 }
}
pcm.!default {
  type file slave { pcm "server" } file "FOLDER/out.raw" format raw
  hint { show on description "Paced device" }
}"#;

#[test]
fn alsa_in_real_time_conforms_and_loses_no_frame_over_jack() {
    const FRAMES: usize = 48_000;
    let server = Server::start(48_000, 256);
    let system = System::alsa(OVER_JACK);
    let arguments = ["conform", "--device", "paced"];
    assert_eq!(lines(&mut on_jack(&server, &system, &arguments), &arguments), [] as [Value; 0]);
    let start = Instant::now();
    let arguments = ["count", "--device", "paced", "--frames", "48000"];
    let run = &lines(&mut on_jack(&server, &system, &arguments), &arguments)[0];
    assert!(start.elapsed() > Duration::from_millis(900), "a second took {:?}", start.elapsed());
    let latency = run["latency"].as_u64().expect("a latency");
    assert!((100..500_000).contains(&latency), "{run}");
    let got = decode(&std::fs::read(system.path("out.raw")).expect("the file of the device"), "f32");
    assert_eq!(got.len().min(FRAMES), FRAMES);
    assert_eq!(ripieno_tests::audio_out::first_break(&got[..FRAMES], 0), None, "{run}");
}

/// A probe whose lines are read as they come.
struct Talking {
    process: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Talking {
    fn new(command: &mut Command) -> Self {
        let mut process = command.stdout(Stdio::piped()).spawn().expect("the probe starts");
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        Self { process, lines }
    }

    fn next(&mut self) -> Value {
        let line = self.lines.next().expect("the probe has more to say").expect("text");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Talking {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn jack_servers_that_end_or_crash_are_noticed_and_rejoined() {
    let mut server = Server::start(48_000, 256);
    let system = System::alsa("");
    let mut probe = Talking::new(&mut on_jack(&server, &system, &["--device", "jack", "keep", "--restarts", "2"]));
    assert_eq!(probe.next()["event"], "playing");
    let mut frames = 0;
    for crash in [false, true] {
        if crash {
            server.crash();
        } else {
            server.stop();
        }
        let lost = probe.next();
        assert_eq!((&lost["event"], &lost["kind"]), (&"lost".into(), &"Gone".into()), "{lost}");
        assert!(lost["error"].as_str().is_some_and(|error| error.contains("has ended")), "{lost}");
        server.restart();
        let restarted = probe.next();
        assert_eq!(restarted["event"], "restarted", "{restarted}");
        let count = restarted["frames"].as_u64().expect("a count");
        assert!(count > frames, "the source goes on where it was");
        frames = count;
    }
    let stopped = probe.next();
    assert_eq!(stopped["event"], "stopped", "{stopped}");
}
