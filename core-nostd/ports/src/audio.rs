//! Where frames go, and where they come from: an audio device, bound but not yet running, and its stream.

use crate::{Fault, FaultKind, FrameSource, Micros};
use ripieno_types::{Block, SampleRate};

/// How many frames a device should ask for at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BufferSize {
    /// The smallest that the device offers.
    Smallest,
    /// What the device likes best, within what is sane for playing.
    #[default]
    Device,
    /// The size closest to so many frames that the device offers.
    Near(u32),
    /// So many frames, or an error.
    Frames(u32),
}

/// What is asked of a device; what is left open the device decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormatRequest {
    /// Frames a second.
    pub rate: Option<SampleRate>,
    /// Frames a period.
    pub buffer: BufferSize,
    /// Device channels, counted from 0, that carry left and right; the first two when open. Mono devices take both.
    pub channels: Option<[u16; 2]>,
}

/// How samples travel to or from a device. Inside they are always `f32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SampleEncoding {
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// 32-bit integer.
    I32,
    /// 24-bit integer in four bytes.
    I24,
    /// 16-bit integer.
    I16,
    /// 16-bit integer, 32768 is silence.
    U16,
    /// 8-bit integer, 128 is silence.
    U8,
}

/// A format that the device has agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Frames a second.
    pub rate: SampleRate,
    /// Frames that the device usually asks for at once. Any other number may come: more, fewer, one.
    pub buffer: u32,
    /// Channels of the device.
    pub channels: u16,
    /// Device channels that carry left and right.
    pub map: [u16; 2],
    /// How samples travel.
    pub encoding: SampleEncoding,
}

/// How a running stream is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Why the stream has ended by itself; `None` while it runs.
    pub lost: Option<FaultKind>,
    /// Underruns and overruns that the driver reported.
    pub xruns: u64,
    /// True if the system refused real-time priority.
    pub realtime_denied: bool,
}

/// A stream could not be started: everything comes back.
#[derive(Debug)]
pub struct Refused<D, S, E> {
    /// The device, as it was.
    pub device: D,
    /// The source or sink, as it was.
    pub client: S,
    /// Why.
    pub error: E,
}

/// A device that plays.
pub trait AudioOut: Sized {
    /// Why a device refuses.
    type Error: Fault;
    /// What [`start`](Self::start) gives.
    type Stream<S: FrameSource + Send + 'static>: Stream<Device = Self, Client = S>;

    /// What the device would agree to. Control; may block.
    ///
    /// # Errors
    /// By [`FaultKind`].
    fn format(&self, wanted: &FormatRequest) -> Result<Format, Self::Error>;

    /// Lets the device play `source` in a format that [`format`](Self::format) gave. Control; may block.
    ///
    /// # Errors
    /// [`Refused`] hands device and source back.
    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<Self::Stream<S>, Refused<Self, S, Self::Error>>;
}

/// Takes blocks of any size. Called from the device callback.
pub trait FrameSink {
    /// Takes every frame of the block, which the sink may use as its own.
    ///
    /// Real-time: never blocks, allocates or panics.
    fn take(&mut self, block: Block<'_>);
}

impl<S: FrameSink + ?Sized> FrameSink for &mut S {
    fn take(&mut self, block: Block<'_>) {
        (**self).take(block);
    }
}

/// A device that records.
pub trait AudioIn: Sized {
    /// Why a device refuses.
    type Error: Fault;
    /// What [`start`](Self::start) gives.
    type Stream<S: FrameSink + Send + 'static>: Stream<Device = Self, Client = S>;

    /// What the device would agree to. Control; may block.
    ///
    /// # Errors
    /// By [`FaultKind`].
    fn format(&self, wanted: &FormatRequest) -> Result<Format, Self::Error>;

    /// Lets `sink` hear the device in a format that [`format`](Self::format) gave. Control; may block.
    ///
    /// # Errors
    /// [`Refused`] hands device and sink back.
    fn start<S: FrameSink + Send + 'static>(
        self,
        format: Format,
        sink: S,
    ) -> Result<Self::Stream<S>, Refused<Self, S, Self::Error>>;
}

/// A running stream. Dropping it stops it.
pub trait Stream {
    /// The device that comes back.
    type Device;
    /// The source or sink that comes back.
    type Client;

    /// What was agreed on. Any.
    fn format(&self) -> Format;

    /// How it is. Control; never blocks.
    fn health(&self) -> Health;

    /// The time now on the clock of [`Period::at`](crate::Period::at). Control.
    fn now(&self) -> Micros;

    /// Stops it; once this returns nothing calls the client any more. Control; waits for a callback that runs.
    fn stop(self) -> (Self::Device, Self::Client);
}
