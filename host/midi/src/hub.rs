//! The control side of all inputs: a thread that binds what comes and lets go of what leaves.

use crate::backend::Backend;
use crate::clock::now;
use crate::error::MidiError;
use crate::inputs::Inputs;
#[cfg(feature = "jack")]
use crate::jack::Jack;
use crate::port::{PortInfo, Wanted};
use crate::system::System;
use crate::worker::{Board, Event, InputStatus, Worker};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often the hub looks for ports where nobody tells it of changes.
pub const SCAN_INTERVAL: Duration = Duration::from_millis(250);

/// Which MIDI system to use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Driver {
    /// JACK if a server answers now, else the system's own. The choice stays until the hub is dropped.
    #[default]
    Auto,
    /// JACK.
    Jack,
    /// The system's own: ALSA's sequencer, CoreMIDI, WinMM.
    System,
}

/// Why the hub's thread wakes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wake {
    /// Ports or connections have changed.
    #[cfg_attr(not(feature = "jack"), allow(dead_code, reason = "only JACK needs it"))]
    Changed,
    /// The hub is dropped.
    Stop,
}

/// Binds devices to inputs, by who they are, for as long as it lives. Dropping it lets go of every note and device; its
/// [`Inputs`] then have nothing more to say. Control.
#[derive(Debug)]
pub struct Hub {
    driver: Driver,
    wake: Sender<Wake>,
    events: Receiver<Event>,
    board: Arc<Mutex<Board>>,
    thread: Option<JoinHandle<()>>,
}

impl Hub {
    /// Binds what is wanted and there, and waits for what is wanted and comes. Control; may block.
    ///
    /// # Errors
    /// No such system here; playing goes on without inputs, or with another driver. That a wanted port is not there is no
    /// error.
    pub fn open(driver: Driver, wanted: Wanted) -> Result<(Self, Inputs), MidiError> {
        match driver {
            Driver::Jack => Self::open_jack(wanted),
            Driver::System => Self::start(driver, wanted, |_| System::open()),
            Driver::Auto => Self::open_jack(wanted.clone()).or_else(|jack| {
                Self::start(Driver::System, wanted, |_| System::open())
                    .map_err(|system| MidiError::Nothing { jack: Box::new(jack), system: Box::new(system) })
            }),
        }
    }

    #[cfg(feature = "jack")]
    fn open_jack(wanted: Wanted) -> Result<(Self, Inputs), MidiError> {
        Self::start(Driver::Jack, wanted, Jack::open)
    }

    #[cfg(not(feature = "jack"))]
    fn open_jack(_: Wanted) -> Result<(Self, Inputs), MidiError> {
        Err(MidiError::NotBuilt)
    }

    fn start<B: Backend + 'static>(
        driver: Driver,
        wanted: Wanted,
        open: impl FnOnce(Sender<Wake>) -> Result<B, MidiError> + Send + 'static,
    ) -> Result<(Self, Inputs), MidiError> {
        let (inputs, feeds) = Inputs::new();
        let (wake, woken) = mpsc::channel();
        let (ready, opened) = mpsc::channel();
        let (teller, events) = mpsc::channel();
        let board = Arc::new(Mutex::new(Board::default()));
        let (waker, shown) = (wake.clone(), Arc::clone(&board));
        let thread = std::thread::Builder::new().name("ripieno-midi".into()).spawn(move || {
            let backend = match open(waker) {
                Ok(backend) => backend,
                Err(error) => return drop(ready.send(Err(error))),
            };
            let mut worker = Worker::new(backend, wanted, feeds, teller, shown);
            worker.step(now());
            let _ = ready.send(Ok(()));
            while !matches!(woken.recv_timeout(SCAN_INTERVAL), Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected)) {
                // One look serves all changes until now.
                if woken.try_iter().any(|wake| wake == Wake::Stop) {
                    break;
                }
                worker.step(now());
            }
            worker.close(now());
        });
        let thread = thread.map_err(|error| MidiError::driver("starting the thread for MIDI devices", error))?;
        match opened.recv() {
            Ok(Ok(())) => Ok((Self { driver, wake, events, board, thread: Some(thread) }, inputs)),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(MidiError::driver("opening MIDI devices", "the thread for them has ended")),
        }
    }

    /// The driver in use: never [`Driver::Auto`]. Any.
    pub fn driver(&self) -> Driver {
        self.driver
    }

    /// How every input is that is bound, was bound, or is wanted by name. Control.
    pub fn status(&self) -> Vec<InputStatus> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner).status.clone()
    }

    /// The input ports there are, as of the last look: at most [`SCAN_INTERVAL`] old. Control.
    pub fn ports(&self) -> Vec<PortInfo> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner).ports.clone()
    }

    /// What has happened since the last call. Control.
    pub fn events(&self) -> impl Iterator<Item = Event> + '_ {
        self.events.try_iter()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.wake.send(Wake::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
