//! A whole live session on the strict device: players, panels, instruments, effects, songs, recordings, changes of every
//! setting, refusals, and a device that is unplugged, all of it from other threads while the callback plays on.

use crate::MINUTE;
use crate::device::{Only, Panel};
use crate::set_up;
use ripieno::Instrument;
use ripieno::live::{Change, Handle, Latency, Outcome, Parts, Settings, SongPart, Sound, Status, start};
use ripieno_files::atomic::Existing;
use ripieno_ports::{Arrived, InputId, Micros, MidiIn};
use ripieno_ring::spsc::{Consumer, Producer, channel};
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::realtime::Grant;
use ripieno_tests::scramble::scramble;
use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, SampleRate, Timed};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// How long a state may be awaited.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long is played after each change.
const WHILE: Duration = Duration::from_millis(40);

/// A player's messages.
struct Keys(Consumer<'static, Arrived>);

impl MidiIn for Keys {
    fn poll(&mut self) -> Option<Arrived> {
        self.0.pop()
    }
}

/// Everything that may be sent, over and over.
struct Player {
    keys: Producer<'static, Arrived>,
    panel: Arc<Panel>,
    handle: Handle,
    commands: std::iter::Cycle<std::vec::IntoIter<Timed<Command>>>,
    peak: f32,
    /// After so many changes nothing was heard.
    silent: u32,
}

impl Player {
    fn press(&mut self, word: MidiWord) {
        let at = Micros(self.panel.now.load(Ordering::Relaxed));
        // A full ring is a callback that does not move: the device is away.
        let _ = self.keys.push(Arrived { at, input: InputId(0), message: word.into() });
    }

    fn bytes(&mut self, bytes: [u8; 3]) {
        self.press(MidiWord::new(&bytes).expect("a legal message"));
    }

    /// Plays for a while, ending with a note that must be heard.
    fn play(&mut self) {
        let start = Instant::now();
        while start.elapsed() < WHILE {
            for _ in 0..3 {
                match self.commands.next() {
                    Some(Timed { value: Command::Midi(word), .. }) => self.press(word),
                    Some(Timed { value, .. }) => self.handle.command(value),
                    None => unreachable!("it goes round"),
                }
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        self.peak = self.peak.max(self.panel.take_peak());
        // Channel volume and expression up, pedals and bend back.
        for bytes in [[0xB0, 7, 127], [0xB0, 11, 127], [0xB0, 121, 0], [0x90, 60, 127]] {
            self.bytes(bytes);
        }
        let mut loudest = 0.0_f32;
        let start = Instant::now();
        while loudest < 1e-4 && start.elapsed() < PATIENCE / 10 {
            std::thread::sleep(Duration::from_millis(1));
            loudest = loudest.max(self.panel.take_peak());
        }
        self.silent += u32::from(loudest < 1e-4);
        self.peak = self.peak.max(loudest);
    }

    fn await_running(&self, is_running: bool) -> Status {
        let start = Instant::now();
        loop {
            let status = self.handle.status().expect("the session runs");
            if status.is_running == is_running {
                return status;
            }
            assert!(start.elapsed() < PATIENCE, "waited in vain: {:?}", status.last_error);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

pub fn session(buffered: u32) -> Value {
    let grant = if buffered == 0 { Grant::Nothing } else { Grant::Wake };
    let devices = Only::new(grant, buffered > 0);
    let panel = devices.panel.clone();
    let (keys, played) = channel(1024);
    let saves = Arc::new(AtomicU64::new(0));
    let count = saves.clone();
    let organ = || Instrument::open(Path::new("organ")).expect("a built-in instrument");
    let font = Instrument::open(Path::new(TIMGM6MB)).expect("timgm6mb-soundfont is installed by `cargo xtask setup`");
    let settings = Settings { rate: Some(48_000), buffer: Some(64), buffered, ..Settings::default() };
    let running = start(Parts {
        devices,
        midi: Keys(played),
        inputs: Box::new(Vec::new),
        instrument: (organ(), "organ".into()),
        settings: settings.clone(),
        sound: Sound::default(),
        save: Box::new(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }),
    })
    .expect("a session starts");
    let handle = running.handle();
    let commands = scramble(5, 20_000, 1).into_iter().cycle();
    let mut player = Player { keys, panel: panel.clone(), handle: handle.clone(), commands, peak: 0.0, silent: 0 };
    player.play();

    for round in 0..10 {
        let instrument = if round % 2 == 0 { font.clone() } else { organ() };
        handle.instrument(instrument, format!("instrument {round}"));
        player.play();
    }
    let (said, lost) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (saying, losing) = (said.clone(), lost.clone());
    handle.outcomes(move |outcome| {
        match outcome {
            Outcome::Lost(count) => losing.fetch_add(count, Ordering::Relaxed),
            _ => saying.fetch_add(1, Ordering::Relaxed),
        };
        true
    });
    let mut layers = 0;
    for round in 0..20 {
        set_up::change(&handle, round);
        // Pads go down before what they do changes, and up afterwards.
        for pad in 16..32 {
            let velocity = if (round + usize::from(pad)) % 2 == 0 { 100 } else { 0 };
            player.bytes([0x90, pad, velocity]);
            player.bytes([0xB0, 48 + pad % 4, pad * 4]);
        }
        player.play();
        layers |= handle.status().expect("the session runs").layers;
    }
    for change in changes() {
        handle.reconfigure(change).expect("a change that can be");
        player.play();
    }
    let before = handle.status().expect("the session runs");
    let mut refusals = 0;
    for change in impossible() {
        panel.refuses.store(change.rate.is_some(), Ordering::Relaxed);
        refusals += u32::from(handle.reconfigure(change).is_err());
        let after = handle.status().expect("the session runs");
        assert_eq!((after.rate, after.buffer, after.is_running), (before.rate, before.buffer, true));
        player.play();
    }
    for _ in 0..3 {
        panel.vanishes.store(true, Ordering::Relaxed);
        player.await_running(false);
        handle.instrument(font.clone(), "away".into());
        panel.vanishes.store(false, Ordering::Relaxed);
        player.await_running(true);
        player.play();
    }
    let rate = SampleRate::new(before.rate).expect("a rate that plays");
    let length = 20 * u64::from(rate.hz());
    for _ in 0..3 {
        handle.song(Some(Box::new(SongPart::new(scramble(9, 4_000, length), length))));
        player.play();
    }
    handle.song(None);
    let folder = tempfile::tempdir().expect("a folder for the recording");
    handle.record(folder.path().join("live.wav"), Existing::Replace).expect("a recording starts");
    player.play();
    let recorded = handle.stop_recording().expect("a recording ends").expect("there was one");

    let frames = if buffered == 0 { MINUTE * 48_000 } else { 0 };
    while panel.frames.load(Ordering::Relaxed) < frames {
        player.play();
    }
    let status = handle.status().expect("the session runs");
    running.close().expect("the session closes");
    json!({
        "frames": panel.frames.load(Ordering::Relaxed),
        "starts": panel.starts.load(Ordering::Relaxed),
        "blocks": status.blocks,
        "saves": saves.load(Ordering::Relaxed),
        "peak": player.peak,
        "silent": player.silent,
        "refusals": refusals,
        "recorded": recorded,
        "said": said.load(Ordering::Relaxed),
        "unheard": lost.load(Ordering::Relaxed),
        "layers": layers,
    })
}

/// Changes of every setting.
fn changes() -> Vec<Change> {
    let none = Change::default();
    vec![
        Change { rate: Some(Some(44_100)), ..none.clone() },
        Change { buffer: Some(Some(256)), ..none.clone() },
        Change { buffer: Some(None), latency: Some(Latency::High), ..none.clone() },
        Change { latency: Some(Latency::Medium), ..none.clone() },
        Change { fixed_latency: Some(true), ..none.clone() },
        Change { voices: Some(16), ..none.clone() },
        Change { voices: Some(256), ..none.clone() },
        Change { master: Some(0.5), ..none.clone() },
        Change { rate: Some(Some(96_000)), buffer: Some(Some(16)), ..none.clone() },
        Change { rate: Some(None), fixed_latency: Some(false), master: Some(1.0), buffer: Some(Some(64)), ..none },
    ]
}

/// Changes that are refused: by the range, for want of a device, by the device's format and by its start.
fn impossible() -> Vec<Change> {
    let none = Change::default();
    vec![
        Change { buffer: Some(Some(1_000_000)), ..none.clone() },
        Change { device: Some(Some("nowhere".into())), ..none.clone() },
        Change { buffer: Some(Some(8_000)), ..none.clone() },
        Change { rate: Some(Some(22_050)), ..none },
    ]
}
