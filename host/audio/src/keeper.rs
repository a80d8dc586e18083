//! Keeps a source playing whatever happens to its device: a pure state machine over [`AudioOut`], time as an argument.

use ripieno_ports::{AudioOut, BufferSize, FaultKind, Format, FormatRequest, FrameSource, Micros, Stream};

/// How long a device has to be there before it is used: one that comes and goes is left alone.
pub const STABLE_MICROS: u64 = 250_000;
/// The first and the longest pause between two looks for a device that is not there.
const SHORTEST_PAUSE_MICROS: u64 = 100_000;
const LONGEST_PAUSE_MICROS: u64 = 2_000_000;
/// How often it looks whether another device has become the default.
const FOLLOW_MICROS: u64 = 1_000_000;

/// Where devices come from.
pub trait Opener {
    /// What it opens.
    type Device: AudioOut;

    /// Opens the device that is wanted. Control; may block.
    ///
    /// # Errors
    /// By [`FaultKind`]; if it is not there, this is asked again later.
    fn open(&mut self) -> Result<Self::Device, ErrorOf<Self>>;

    /// A name for the device that [`open`](Self::open) would give now, if which one that is can change while it plays,
    /// as when the system's default is followed. Control; may block.
    fn current(&mut self) -> Option<String> {
        None
    }
}

/// Why a device of an opener refuses.
pub type ErrorOf<O> = <<O as Opener>::Device as AudioOut>::Error;

/// A stream of a device of an opener.
type StreamOf<O, S> = <<O as Opener>::Device as AudioOut>::Stream<S>;

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The device is lost, and waited for.
    Lost(FaultKind),
    /// The device is back, and plays.
    Restarted,
    /// Another device has become the wanted one, and plays.
    Moved,
}

/// A source and the device that it plays on, or that it waits for.
pub struct Keeper<O: Opener, S: FrameSource + Send + 'static> {
    opener: O,
    format: Format,
    state: State<O, S>,
    /// The device that plays, by the opener's name for it.
    current: Option<String>,
    next_look: Micros,
    /// Since when another device than the present one has been the wanted one.
    other: Option<(String, Micros)>,
    last_error: Option<ErrorOf<O>>,
}

enum State<O: Opener, S: FrameSource + Send + 'static> {
    Playing(StreamOf<O, S>),
    Waiting {
        source: S,
        pause: u64,
        /// Since when the device has been back.
        back: Option<Micros>,
    },
    /// Only while one of the others is built.
    Between,
}

/// A keeper that could not start: everything comes back.
#[derive(Debug)]
pub struct NotKept<O: Opener, S> {
    /// The opener, as it was.
    pub opener: O,
    /// The source, as it was.
    pub source: S,
    /// Why.
    pub error: ErrorOf<O>,
}

impl<O: Opener, S: FrameSource + Send + 'static> Keeper<O, S> {
    /// Opens the device and lets it play in the format that `wanted` leads to, which is kept from then on. Control;
    /// may block.
    ///
    /// # Errors
    /// [`NotKept`] hands everything back when the first start fails.
    pub fn start(mut opener: O, wanted: &FormatRequest, source: S, now: Micros) -> Result<Self, NotKept<O, S>> {
        let opened = opener.open().and_then(|device| device.format(wanted).map(|format| (device, format)));
        let (device, format) = match opened {
            Ok(opened) => opened,
            Err(error) => return Err(NotKept { opener, source, error }),
        };
        match device.start(format, source) {
            Ok(stream) => {
                let current = opener.current();
                let next_look = Micros(now.0 + FOLLOW_MICROS);
                let state = State::Playing(stream);
                Ok(Self { opener, format, state, current, next_look, other: None, last_error: None })
            }
            Err(refused) => Err(NotKept { opener, source: refused.client, error: refused.error }),
        }
    }

    /// The stream, while one plays. Control.
    pub fn stream(&self) -> Option<&StreamOf<O, S>> {
        match &self.state {
            State::Playing(stream) => Some(stream),
            _ => None,
        }
    }

    /// What every stream plays in. Any.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Why the last try to play again failed, until one succeeds. Any.
    pub fn last_error(&self) -> Option<&ErrorOf<O>> {
        self.last_error.as_ref()
    }

    /// Looks after the stream. Call it every 100 ms or so. Control; may block while a device is opened.
    pub fn poll(&mut self, now: Micros) -> Option<Kept> {
        match &self.state {
            State::Playing(stream) => match stream.health().lost {
                Some(kind) => {
                    self.wait(now);
                    Some(Kept::Lost(kind))
                }
                None => self.follow(now),
            },
            State::Waiting { .. } => self.retry(now).then_some(Kept::Restarted),
            State::Between => None,
        }
    }

    /// Stops and gives everything back. Control; waits for a callback that runs.
    pub fn stop(self) -> (O, S) {
        match self.state {
            State::Playing(stream) => (self.opener, stream.stop().1),
            State::Waiting { source, .. } => (self.opener, source),
            State::Between => unreachable!("every method leaves one of the other states behind"),
        }
    }

    fn wait(&mut self, now: Micros) {
        if let State::Playing(stream) = std::mem::replace(&mut self.state, State::Between) {
            // The device that was lost is of no more use.
            let (_, source) = stream.stop();
            self.state = State::Waiting { source, pause: SHORTEST_PAUSE_MICROS, back: None };
        }
        self.next_look = Micros(now.0 + SHORTEST_PAUSE_MICROS);
        self.other = None;
    }

    /// Tries to play again; true if it does.
    fn retry(&mut self, now: Micros) -> bool {
        let State::Waiting { pause, back, .. } = &mut self.state else { return false };
        if now < self.next_look {
            return false;
        }
        let device = match self.opener.open() {
            Ok(device) => device,
            Err(error) => {
                self.last_error = Some(error);
                (*back, *pause) = (None, (*pause * 2).min(LONGEST_PAUSE_MICROS));
                self.next_look = Micros(now.0 + *pause);
                return false;
            }
        };
        let since = *back.get_or_insert(now);
        if now.0 - since.0 < STABLE_MICROS {
            // Looks again soon: one that is gone by then begins anew.
            self.next_look = Micros(now.0 + SHORTEST_PAUSE_MICROS / 2);
            return false;
        }
        self.play_on(device, now)
    }

    /// Plays on a device that is there; true if it does. What refuses leaves the source waiting.
    fn play_on(&mut self, device: O::Device, now: Micros) -> bool {
        let State::Waiting { source, pause, .. } = std::mem::replace(&mut self.state, State::Between) else {
            return false;
        };
        let refused = match self.same_format(&device) {
            Ok(format) => match device.start(format, source) {
                Ok(stream) => {
                    self.state = State::Playing(stream);
                    self.current = self.opener.current();
                    self.next_look = Micros(now.0 + FOLLOW_MICROS);
                    self.last_error = None;
                    return true;
                }
                Err(refused) => (refused.client, refused.error),
            },
            Err(error) => (source, error),
        };
        let pause = (pause * 2).min(LONGEST_PAUSE_MICROS);
        self.state = State::Waiting { source: refused.0, pause, back: None };
        self.last_error = Some(refused.1);
        self.next_look = Micros(now.0 + pause);
        false
    }

    /// What the device agrees to with the rate and channels that the source was prepared for. Its buffer may have to
    /// differ, as sources take any.
    fn same_format(&self, device: &O::Device) -> Result<Format, ErrorOf<O>> {
        let mut wanted = FormatRequest::default();
        wanted.rate = Some(self.format.rate);
        wanted.buffer = BufferSize::Near(self.format.buffer);
        wanted.channels = (self.format.channels > 1).then_some(self.format.map);
        device.format(&wanted)
    }

    /// Moves to another device once that has been the wanted one for a while.
    fn follow(&mut self, now: Micros) -> Option<Kept> {
        if now < self.next_look {
            return None;
        }
        let wanted = self.opener.current();
        if wanted.is_none() || wanted == self.current {
            self.other = None;
            self.next_look = Micros(now.0 + FOLLOW_MICROS);
            return None;
        }
        let wanted = wanted?;
        let since = match &self.other {
            Some((name, since)) if *name == wanted => *since,
            _ => now,
        };
        self.other = Some((wanted, since));
        self.next_look = Micros(now.0 + SHORTEST_PAUSE_MICROS / 2);
        if now.0 - since.0 < STABLE_MICROS {
            return None;
        }
        // Asked before the present stream is stopped: one that cannot play this is not moved to.
        let device = self.opener.open().and_then(|device| self.same_format(&device).map(|_| device));
        match device {
            Ok(device) => {
                self.wait(now);
                self.play_on(device, now).then_some(Kept::Moved)
            }
            Err(error) => {
                self.last_error = Some(error);
                self.next_look = Micros(now.0 + LONGEST_PAUSE_MICROS);
                None
            }
        }
    }
}

impl<O: Opener, S: FrameSource + Send + 'static> std::fmt::Debug for Keeper<O, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let is_playing = matches!(self.state, State::Playing(_));
        f.debug_struct("Keeper").field("format", &self.format).field("is_playing", &is_playing).finish_non_exhaustive()
    }
}
