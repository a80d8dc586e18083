//! The computer's own outputs as a session's devices, and the one that needs no card.

use super::session::{Devices, Opening};
use ripieno_audio::{AudioError, DeviceStream, Null, NullStream, Output};
use ripieno_ports::{AudioOut, Fault, Format, FormatRequest, FrameSource, Health, Micros, Refused, Stream};

/// Outputs of this computer, or none at all in real time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hardware {
    without_card: bool,
}

impl Hardware {
    /// Plays on without a card, in real time, to nobody.
    pub fn without_card() -> Self {
        Self { without_card: true }
    }
}

impl Devices for Hardware {
    type Out = Device;

    fn open(&mut self, choice: Option<&str>) -> Result<(Device, String), Opening> {
        if self.without_card {
            return Ok((Device::Null(Null), "no card".into()));
        }
        let output = Output::open(choice).map_err(|error| Opening {
            kind: error.kind(),
            message: format!(
                "{error}\nhint: `ripieno devices` lists what is there; --null-audio plays on without a card"
            ),
        })?;
        let name = output.name().to_owned();
        Ok((Device::Output(output), name))
    }

    fn is_there(&mut self, choice: Option<&str>) -> bool {
        self.open(choice).is_ok_and(|(device, _)| device.format(&FormatRequest::default()).is_ok())
    }

    fn default_id(&mut self) -> Option<String> {
        if self.without_card { None } else { Output::default_id() }
    }

    fn promote(format: Format) -> bool {
        ripieno_audio::promote(format.buffer, format.rate.hz())
    }
}

/// A device of either kind.
#[derive(Debug)]
pub enum Device {
    /// One that is there.
    Output(Output),
    /// None.
    Null(Null),
}

/// A stream of either kind.
#[derive(Debug)]
pub enum DeviceLine<S: Send> {
    /// To a device.
    Output(DeviceStream<Output, S>),
    /// To nobody.
    Null(NullStream<S>),
}

impl AudioOut for Device {
    type Error = AudioError;
    type Stream<S: FrameSource + Send + 'static> = DeviceLine<S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        match self {
            Self::Output(output) => output.format(wanted),
            Self::Null(null) => null.format(wanted),
        }
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<DeviceLine<S>, Refused<Self, S, AudioError>> {
        fn back<D, S>(refused: Refused<D, S, AudioError>, device: fn(D) -> Device) -> Refused<Device, S, AudioError> {
            Refused { device: device(refused.device), client: refused.client, error: refused.error }
        }
        match self {
            Self::Output(output) => {
                output.start(format, source).map(DeviceLine::Output).map_err(|refused| back(refused, Self::Output))
            }
            Self::Null(null) => {
                null.start(format, source).map(DeviceLine::Null).map_err(|refused| back(refused, Self::Null))
            }
        }
    }
}

impl<S: FrameSource + Send + 'static> Stream for DeviceLine<S> {
    type Device = Device;
    type Client = S;

    fn format(&self) -> Format {
        match self {
            Self::Output(stream) => stream.format(),
            Self::Null(stream) => stream.format(),
        }
    }

    fn health(&self) -> Health {
        match self {
            Self::Output(stream) => stream.health(),
            Self::Null(stream) => stream.health(),
        }
    }

    fn now(&self) -> Micros {
        match self {
            Self::Output(stream) => stream.now(),
            Self::Null(stream) => stream.now(),
        }
    }

    fn stop(self) -> (Device, S) {
        match self {
            Self::Output(stream) => {
                let (output, source) = stream.stop();
                (Device::Output(output), source)
            }
            Self::Null(stream) => {
                let (null, source) = stream.stop();
                (Device::Null(null), source)
            }
        }
    }
}
