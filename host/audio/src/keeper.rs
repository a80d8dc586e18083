//! Keeps a source playing whatever happens to its device: a pure state machine over [`AudioOut`], time as an argument.

use crate::{Absence, Follow};
use ripieno_ports::{AudioOut, BufferSize, FaultKind, Format, FormatRequest, FrameSource, Micros, Stream};

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
    follow: Follow,
    last_error: Option<ErrorOf<O>>,
}

enum State<O: Opener, S: FrameSource + Send + 'static> {
    Playing(StreamOf<O, S>),
    Waiting {
        source: S,
        absence: Absence,
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
                let follow = Follow::new(opener.current(), now);
                Ok(Self { opener, format, state: State::Playing(stream), follow, last_error: None })
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
            self.state = State::Waiting { source, absence: Absence::new(now) };
        }
    }

    /// Tries to play again; true if it does.
    fn retry(&mut self, now: Micros) -> bool {
        let State::Waiting { absence, .. } = &mut self.state else { return false };
        if !absence.is_due(now) {
            return false;
        }
        let opened = self.opener.open();
        let is_stable = absence.look(opened.is_ok(), now);
        match opened {
            Ok(device) => is_stable && self.play_on(device, now),
            Err(error) => {
                self.last_error = Some(error);
                false
            }
        }
    }

    /// Plays on a device that is there; true if it does. What refuses leaves the source waiting.
    fn play_on(&mut self, device: O::Device, now: Micros) -> bool {
        let State::Waiting { source, mut absence } = std::mem::replace(&mut self.state, State::Between) else {
            return false;
        };
        let (source, error) = match self.same_format(&device) {
            Ok(format) => match device.start(format, source) {
                Ok(stream) => {
                    self.state = State::Playing(stream);
                    self.follow = Follow::new(self.opener.current(), now);
                    self.last_error = None;
                    return true;
                }
                Err(refused) => (refused.client, refused.error),
            },
            Err(error) => (source, error),
        };
        absence.failed(now);
        self.state = State::Waiting { source, absence };
        self.last_error = Some(error);
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
        if !self.follow.is_due(now) || !self.follow.look(self.opener.current(), now) {
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
                self.follow.failed(now);
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
