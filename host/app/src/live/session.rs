//! A live session: the one owner of device, engine settings and recording, on a thread of its own. Everyone else holds a
//! [`Handle`] and sends requests.

mod care;
mod change;
mod ending;
mod panels;
mod report;

use super::engine::{Engine, Playing};
use super::line::Line;
use super::order::{Order, Spent};
use super::panels::{Listener, Outcome, Teller};
use super::recorder::Recorder;
use super::request::{Handle, Request, SessionError};
use super::shared::Shared;
use super::{Settings, Setup, Sound};
use crate::Instrument;
use care::Care;
use ripieno_fx::{EFFECTS, PARAMS};
use ripieno_ports::{AudioOut, FaultKind, Format, FormatRequest, MidiIn, Refused};
use ripieno_rig::Input;
use ripieno_ring::spsc::{self, Consumer, Producer};
use ripieno_types::SampleRate;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Orders that may wait for the callback, and spent things for us.
const ORDERS: usize = 1_024;
const SPENT: usize = 256;
/// Outcomes that may wait for us: more than panels say in a second.
const OUTCOMES: usize = 8_192;
/// How often the session looks after its stream when nobody asks for anything.
const TICK: Duration = Duration::from_millis(20);
/// How often it looks for what panels say, while somebody listens: nothing in the callback wakes it.
const LISTEN: Duration = Duration::from_millis(4);
/// A set-up is large and is moved about in builds without optimisation.
const STACK: usize = 16 << 20;
/// How long a fade may take before a stream that does not move is given up.
const FADE_PATIENCE: Duration = Duration::from_millis(500);

/// Where devices come from.
pub trait Devices: Send + 'static {
    /// A device.
    type Out: AudioOut;

    /// The device that `choice` names, or the system's default, and its name. Control; may block.
    ///
    /// # Errors
    /// By kind; [`FaultKind::Gone`] when it is not there.
    fn open(&mut self, choice: Option<&str>) -> Result<(Self::Out, String), Opening>;

    /// Whether the device that `choice` names could be opened now. Control; may block.
    fn is_there(&mut self, choice: Option<&str>) -> bool;

    /// What tells the system's default device from others; `None` when there is none or it cannot be told. Control.
    fn default_id(&mut self) -> Option<String>;

    /// Asks for real-time priority for the calling thread; false if it is refused.
    fn promote(format: Format) -> bool;
}

/// A device that cannot be opened.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct Opening {
    /// What to do next.
    pub kind: FaultKind,
    /// Cause and fix.
    pub message: String,
}

/// Keeps settings after a change, or says why not.
pub type Save = Box<dyn FnMut(&Settings) -> Result<(), String> + Send>;
/// What there is to say about the MIDI inputs.
pub type Inputs = Box<dyn FnMut() -> Vec<super::Input> + Send>;

/// What a session is made of.
pub struct Parts<D, M> {
    /// Where devices come from.
    pub devices: D,
    /// The MIDI inputs.
    pub midi: M,
    /// What there is to say about them.
    pub inputs: Inputs,
    /// The first instrument and its name.
    pub instrument: (Instrument, String),
    /// How it begins.
    pub settings: Settings,
    /// Interpolation and gain.
    pub sound: Sound,
    /// Where settings are kept after a change.
    pub save: Save,
}

impl<D, M> std::fmt::Debug for Parts<D, M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// The thread's own state.
struct Session<D: Devices, M: MidiIn + Send + 'static> {
    devices: D,
    inputs: Inputs,
    save: Save,
    settings: Settings,
    sound: Sound,
    instrument: (Instrument, String),
    shared: Arc<Shared>,
    orders: Producer<'static, Order>,
    spent: Consumer<'static, Spent>,
    outcomes: Consumer<'static, Outcome>,
    listeners: Vec<Listener>,
    /// True once the engine has a mapper.
    has_panels: bool,
    /// Orders that found no room yet.
    unsent: Vec<Order>,
    stage: Stage<D::Out, M>,
    /// What played at another rate until a change that is not yet saved.
    before: Option<Playing>,
    format: Format,
    device: String,
    /// Underruns of streams that are no more.
    earlier_xruns: u64,
    care: Care,
    values: [f32; PARAMS.len()],
    bypassed: [bool; EFFECTS.len()],
    /// Seconds of the song.
    song_secs: Option<f64>,
    /// Songs and ends of songs ordered so far.
    songs: u64,
    recorder: Option<Recorder>,
    last_error: Option<String>,
}

/// Where the engine is.
enum Stage<O: AudioOut, M: MidiIn + Send + 'static> {
    Running(Line<O, M>),
    /// The device is away.
    Waiting(Box<Engine<M>>),
    /// Only while it is moved from one to the other.
    Between,
}

/// Starts a session on a thread of its own. Control; blocks until it plays.
///
/// # Errors
/// [`SessionError`] when no device can be had; nothing runs then.
pub fn start<D: Devices, M: MidiIn + Send + 'static>(parts: Parts<D, M>) -> Result<Running, SessionError> {
    let (requests, inbox) = mpsc::channel();
    let (reply, answer) = mpsc::sync_channel(1);
    let thread = thread::Builder::new()
        .name("session".into())
        .stack_size(STACK)
        .spawn(move || match Session::open(parts) {
            Ok(session) => {
                let _ = reply.send(Ok(()));
                session.run(&inbox);
            }
            Err(error) => _ = reply.send(Err(error)),
        })
        .map_err(|error| SessionError::Device(format!("the system gives no thread: {error}")))?;
    answer.recv().map_err(|_| SessionError::Closing)??;
    Ok(Running { handle: Handle { requests }, thread: Some(thread) })
}

/// A session that runs. Dropping it closes it.
#[derive(Debug)]
pub struct Running {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// A handle to it.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// See [`Handle::close`].
    ///
    /// # Errors
    /// As there.
    pub fn close(mut self) -> Result<Option<u64>, SessionError> {
        let closed = self.handle.close();
        self.join();
        closed
    }

    fn join(&mut self) {
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            std::panic::resume_unwind(panic);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.thread.is_some() {
            let _ = self.handle.close();
            // A panic was reported by its own thread; another one here would end the process.
            let _ = self.thread.take().map(JoinHandle::join);
        }
    }
}

impl<D: Devices, M: MidiIn + Send + 'static> Session<D, M> {
    /// Opens the device and lets it play.
    fn open(parts: Parts<D, M>) -> Result<Self, SessionError> {
        let Parts { mut devices, midi, inputs, instrument, settings, sound, save } = parts;
        settings.check()?;
        let shared = Arc::new(Shared::default());
        let (orders, obeyed) = spsc::channel(ORDERS);
        let (returns, spent) = spsc::channel(SPENT);
        let (teller, outcomes) = spsc::channel(OUTCOMES);
        let (device, name) = devices.open(settings.device.as_deref()).map_err(refusal)?;
        let format =
            device.format(&request(&settings, None)).map_err(|error| SessionError::Device(error.to_string()))?;
        let setup = Setup::new(&settings, format, sound);
        let engine = Box::new(Engine::new(
            &setup,
            instrument.0.clone(),
            midi,
            (obeyed, returns),
            Teller::new(teller),
            shared.clone(),
        ));
        let line = Line::start(device, format, engine, &settings, &shared, promoter::<D>(format, &shared))
            .map_err(|Refused { error, .. }| SessionError::Device(error.to_string()))?;
        let mut values = [0.0; PARAMS.len()];
        values.iter_mut().zip(&PARAMS).for_each(|(value, info)| *value = info.default);
        let care = Care::new(format.buffer, devices.default_id());
        let mut session = Self {
            devices,
            inputs,
            save,
            settings,
            sound,
            instrument,
            shared,
            orders,
            spent,
            outcomes,
            listeners: Vec::new(),
            has_panels: false,
            unsent: Vec::new(),
            stage: Stage::Running(line),
            before: None,
            format,
            device: name,
            earlier_xruns: 0,
            care,
            values,
            bypassed: [false; EFFECTS.len()],
            song_secs: None,
            songs: 0,
            recorder: None,
            last_error: None,
        };
        session.order(Order::Open(true));
        Ok(session)
    }

    fn run(mut self, inbox: &mpsc::Receiver<Request>) {
        let mut tended = Instant::now();
        loop {
            let tick = if self.has_panels && !self.listeners.is_empty() { LISTEN } else { TICK };
            match inbox.recv_timeout(tick) {
                Ok(Request::Close(reply)) => {
                    let _ = reply.send(self.close());
                    return;
                }
                Ok(request) => self.answer(request),
                Err(mpsc::RecvTimeoutError::Timeout) if tended.elapsed() < TICK => {
                    self.listen();
                    continue;
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => {
                    let _ = self.close();
                    return;
                }
            }
            self.listen();
            self.tend();
            tended = Instant::now();
        }
    }

    fn answer(&mut self, request: Request) {
        // Whoever asked may have gone: an answer that nobody hears is no fault.
        match request {
            Request::Input(input) => {
                if let Input::Direct(command) = input {
                    self.note(command);
                }
                self.order(Order::Input(input));
            }
            Request::Panels(setup) => self.panels(setup),
            Request::Score(score) => self.order(Order::Score(score)),
            Request::Samples(samples) => self.order(Order::Samples(samples)),
            Request::Devices(devices) => self.order(Order::Devices(devices)),
            Request::Outcomes(listener) => self.listeners.push(listener),
            Request::Instrument(instrument, name) => {
                self.instrument = (instrument.clone(), name);
                self.order(Order::Instrument(instrument));
            }
            Request::Song(song) => {
                self.song_secs = song.as_ref().map(|song| song.frames() as f64 / f64::from(self.format.rate.hz()));
                self.songs += 1;
                self.order(Order::Song(song));
            }
            Request::Record(path, existing, reply) => _ = reply.send(self.record(&path, existing)),
            Request::StopRecording(reply) => _ = reply.send(self.stop_recording()),
            Request::Reconfigure(change, reply) => _ = reply.send(self.reconfigure(&change)),
            Request::Status(reply) => _ = reply.send(self.status()),
            Request::Close(_) => unreachable!("the loop ends on it"),
        }
    }

    /// Passes an order on, after those that still wait for room.
    fn order(&mut self, order: Order) {
        self.unsent.push(order);
        self.send();
    }

    fn send(&mut self) {
        let room = self.orders.free().min(self.unsent.len());
        for order in self.unsent.drain(..room) {
            if self.orders.push(order).is_err() {
                unreachable!("there was room");
            }
        }
    }
}

/// What is asked of a device.
fn request(settings: &Settings, grown: Option<u32>) -> FormatRequest {
    let mut request = FormatRequest::default();
    request.rate = settings.rate.and_then(|rate| SampleRate::new(rate).ok());
    request.buffer = settings.buffer_size(grown);
    request.channels = settings.channels.map(|pair| pair.map(|channel| channel.saturating_sub(1)));
    request
}

fn refusal(opening: Opening) -> SessionError {
    SessionError::Device(opening.message)
}

/// What a render thread does first: a refusal shows in the session's status, like that of a device's thread.
fn promoter<D: Devices>(format: Format, shared: &Arc<Shared>) -> impl FnOnce() + Send + use<D> {
    let shared = shared.clone();
    move || shared.realtime_denied.store(!D::promote(format), Relaxed)
}
