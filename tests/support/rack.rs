//! A live session on the fake driver: stepped by a thread that stands for the card, with inputs that a test feeds.

use ripieno::Instrument;
use ripieno::live::{self, Devices, Opening, Parts, Running, SessionError, Settings, Sound};
use ripieno_audio::{Manual, ManualDriver};
use ripieno_ports::{Arrived, Fault, Format, InputId, Message, Micros, MidiIn};
use ripieno_ring::spsc::{self, Consumer, Producer};
use ripieno_types::midi::{MidiWord, SysEx};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The fake driver as the only device.
#[derive(Clone, Debug)]
pub struct Rack(pub ManualDriver);

impl Devices for Rack {
    type Out = Manual;

    fn open(&mut self, choice: Option<&str>) -> Result<(Manual, String), Opening> {
        if let Some(other) = choice.filter(|choice| *choice != "manual") {
            return Err(Opening { kind: ripieno_ports::FaultKind::Gone, message: format!("there is no `{other}`") });
        }
        let device = self.0.open().map_err(|error| Opening { kind: error.kind(), message: error.to_string() })?;
        Ok((device, "manual".into()))
    }

    fn is_there(&mut self, choice: Option<&str>) -> bool {
        self.open(choice).is_ok()
    }

    fn default_id(&mut self) -> Option<String> {
        None
    }

    fn promote(_: Format) -> bool {
        true
    }
}

/// Messages that a test sends.
#[derive(Debug)]
pub struct Wire(Consumer<'static, Arrived>);

impl MidiIn for Wire {
    fn poll(&mut self) -> Option<Arrived> {
        self.0.pop()
    }
}

/// The sending end of a [`Wire`].
#[derive(Debug)]
pub struct Sender(Producer<'static, Arrived>);

/// Both ends.
pub fn wire() -> (Sender, Wire) {
    let (sender, wire) = spsc::channel(1_024);
    (Sender(sender), Wire(wire))
}

impl Sender {
    /// Sends one message with a time stamp in microseconds.
    pub fn send(&mut self, at: u64, bytes: &[u8]) {
        let word = MidiWord::new(bytes).expect("a legal message");
        self.push(at, Message::Word(word));
    }

    /// Sends one SysEx body with a time stamp in microseconds.
    pub fn sysex(&mut self, at: u64, body: &[u8]) {
        self.push(at, Message::SysEx(SysEx::new(body).expect("a short body")));
    }

    fn push(&mut self, at: u64, message: Message) {
        self.0.push(Arrived { at: Micros(at), input: InputId(0), message }).expect("a short script");
    }
}

/// What the test's storage does.
#[derive(Clone, Debug, Default)]
pub struct Vault {
    /// Saved settings, oldest first.
    pub saved: Arc<Mutex<Vec<Settings>>>,
    /// True: the disk is full.
    pub is_full: Arc<AtomicBool>,
}

/// A session with its driver, input and storage.
#[derive(Debug)]
pub struct Stand {
    /// The session.
    pub session: Running,
    /// The driver.
    pub driver: ManualDriver,
    /// The controller.
    pub keys: Sender,
    /// The storage.
    pub vault: Vault,
    card: Card,
}

/// A thread that asks for periods, as a card does.
#[derive(Debug)]
struct Card {
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Card {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
    }
}

impl Stand {
    /// Starts a session that plays `instrument`; the card asks for periods of `frames`, and for none if that is 0: the
    /// test is the card then.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(instrument: &str, settings: Settings, frames: usize) -> Self {
        Self::try_start(instrument, settings, frames).expect("a session on the fake driver")
    }

    /// The same where it may fail.
    ///
    /// # Errors
    /// What the session says.
    pub fn try_start(instrument: &str, settings: Settings, frames: usize) -> Result<Self, SessionError> {
        let driver = ManualDriver::new();
        let (keys, wire) = wire();
        let vault = Vault::default();
        let (saved, is_full) = (vault.saved.clone(), vault.is_full.clone());
        let save = move |settings: &Settings| {
            if is_full.load(Ordering::Relaxed) {
                return Err("the disk is full".to_owned());
            }
            saved.lock().expect("no panic").push(settings.clone());
            Ok(())
        };
        let session = live::start(Parts {
            devices: Rack(driver.clone()),
            midi: wire,
            inputs: Box::new(Vec::new),
            instrument: (Instrument::open(instrument.as_ref()).expect("a built-in instrument"), instrument.to_owned()),
            settings,
            sound: Sound::default(),
            save: Box::new(save),
        })?;
        let ends = Arc::new(AtomicBool::new(false));
        let (is_over, pulled) = (ends.clone(), driver.clone());
        let thread = thread::spawn(move || {
            while frames > 0 && !is_over.load(Ordering::Relaxed) {
                if pulled.pull(frames).is_empty() {
                    thread::sleep(Duration::from_millis(1));
                }
                // Faster than a card, slow enough for everybody else to follow.
                thread::sleep(Duration::from_micros(100));
            }
        });
        Ok(Self { session, driver, keys, vault, card: Card { ends, thread: Some(thread) } })
    }

    /// The loudest sample of the next `frames` frames that are played.
    ///
    /// # Panics
    /// When the card stands still.
    pub fn loudness(&self, frames: usize) -> f32 {
        let from = self.driver.played().len();
        until("frames are played", || self.driver.played().len() >= from + frames);
        let played = self.driver.played();
        played[from..from + frames].iter().flatten().fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    /// Ends the session, then the card.
    ///
    /// # Errors
    /// What closing the session says.
    pub fn close(self) -> Result<Option<u64>, SessionError> {
        let closed = self.session.close();
        drop(self.card);
        closed
    }
}

/// Waits for something that is sure to come.
///
/// # Panics
/// After ten seconds.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(10), "waited too long until {what}");
        thread::sleep(Duration::from_millis(2));
    }
}
