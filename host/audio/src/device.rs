//! The devices of this computer behind the ports: an output that plays, an input that records.

use crate::back::{Back, Built, start};
use crate::card::{self, Way};
use crate::error::AudioError;
use crate::health::Reporter;
#[cfg(feature = "jack")]
use crate::jack;
use crate::lease::Lease;
use crate::stream::DeviceStream;
use ripieno_ports::{AudioIn, AudioOut, Format, FormatRequest, FrameSink, FrameSource, Refused};

/// An audio device that plays: a sound card or a JACK server.
#[derive(Clone, Debug)]
pub struct Output {
    back: Back,
}

impl Output {
    /// The device that is meant by `choice`: a stable id, a name, or a part of either that only one device has; the
    /// system's default when nothing is said. Control; may block.
    ///
    /// # Errors
    /// Gone if it is not there, with names that are near; unsupported if several are meant.
    pub fn open(choice: Option<&str>) -> Result<Self, AudioError> {
        Back::open(choice, Way::Out).map(|back| Self { back })
    }

    /// The id of the system's default device, if it has one; that it can be opened is not said. Control; may block.
    pub fn default_id() -> Option<String> {
        card::default_card(Way::Out).map(|card| card.label.id)
    }

    /// What the device keeps from start to start. Any.
    pub fn id(&self) -> &str {
        &self.back.label().id
    }

    /// What its user calls it. Any.
    pub fn name(&self) -> &str {
        &self.back.label().name
    }

    fn build<S: FrameSource + Send + 'static>(
        &self,
        format: Format,
        lease: Lease<S>,
        reporter: Reporter,
    ) -> Result<Built, AudioError> {
        match &self.back {
            Back::Card(card) => {
                let stream = card::play(card, format, lease, reporter);
                stream.map(Built::Card).map_err(|error| self.back.refusal(&error))
            }
            #[cfg(feature = "jack")]
            Back::Jack(_) => jack::play(format, lease, reporter).map(Built::Jack),
        }
    }
}

impl AudioOut for Output {
    type Error = AudioError;
    type Stream<S: FrameSource + Send + 'static> = DeviceStream<Self, S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        self.back.format(Way::Out, wanted)
    }

    fn start<S: FrameSource + Send + 'static>(
        self,
        format: Format,
        source: S,
    ) -> Result<DeviceStream<Self, S>, Refused<Self, S, AudioError>> {
        start(
            self,
            |device| &device.back,
            |device, lease, reporter| device.build(format, lease, reporter),
            format,
            source,
        )
    }
}

/// An audio device that records: a sound card or a JACK server.
#[derive(Clone, Debug)]
pub struct Input {
    back: Back,
}

impl Input {
    /// The device that is meant by `choice`, as for [`Output::open`]. Control; may block.
    ///
    /// # Errors
    /// As for [`Output::open`].
    pub fn open(choice: Option<&str>) -> Result<Self, AudioError> {
        Back::open(choice, Way::In).map(|back| Self { back })
    }

    /// What the device keeps from start to start. Any.
    pub fn id(&self) -> &str {
        &self.back.label().id
    }

    /// What its user calls it. Any.
    pub fn name(&self) -> &str {
        &self.back.label().name
    }

    fn build<S: FrameSink + Send + 'static>(
        &self,
        format: Format,
        lease: Lease<S>,
        reporter: Reporter,
    ) -> Result<Built, AudioError> {
        match &self.back {
            Back::Card(card) => {
                let stream = card::record(card, format, lease, reporter);
                stream.map(Built::Card).map_err(|error| self.back.refusal(&error))
            }
            #[cfg(feature = "jack")]
            Back::Jack(_) => jack::record(format, lease, reporter).map(Built::Jack),
        }
    }
}

impl AudioIn for Input {
    type Error = AudioError;
    type Stream<S: FrameSink + Send + 'static> = DeviceStream<Self, S>;

    fn format(&self, wanted: &FormatRequest) -> Result<Format, AudioError> {
        self.back.format(Way::In, wanted)
    }

    fn start<S: FrameSink + Send + 'static>(
        self,
        format: Format,
        sink: S,
    ) -> Result<DeviceStream<Self, S>, Refused<Self, S, AudioError>> {
        start(
            self,
            |device| &device.back,
            |device, lease, reporter| device.build(format, lease, reporter),
            format,
            sink,
        )
    }
}
