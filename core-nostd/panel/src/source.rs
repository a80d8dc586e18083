//! What a control says of itself: where it sits on the wire, before anybody decides what it is for.

use serde::{Deserialize, Serialize};

/// A bound controller, by the place that the host gave it. Stable for as long as the set-up names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DeviceId(pub u8);

impl DeviceId {
    /// A device that the set-up does not name. It meets every rule that names no device.
    pub const UNKNOWN: Self = Self(u8::MAX);
}

/// One control's kind of message, without device and channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Source {
    /// A key or pad, 0..=127.
    Note(u8),
    /// A controller of 7 bits, 0..=127.
    Control(u8),
    /// A pair of controllers n and n + 32 as one of 14 bits, n in 0..=31.
    Control14(u8),
    /// A non-registered parameter, 0..=16383.
    Nrpn(u16),
    /// A registered parameter, 0..=16383.
    Rpn(u16),
    /// The pitch wheel.
    PitchBend,
    /// Pressure of the whole channel.
    ChannelPressure,
    /// Pressure of one key, 0..=127.
    PolyPressure(u8),
    /// The program number as a value.
    Program,
    /// One program number as a trigger, 0..=127.
    ProgramIs(u8),
    /// One of the set-up's SysEx patterns as a trigger, by its place.
    SysEx(u8),
    /// Each timing clock (24 a quarter note). System messages have no channel.
    Clock,
    /// The transport starts.
    Start,
    /// The transport continues.
    Continue,
    /// The transport stops.
    Stop,
}

impl Source {
    /// True for sources that go down and up, or fire once, and carry no position.
    pub const fn is_button(self) -> bool {
        matches!(
            self,
            Self::Note(_)
                | Self::ProgramIs(_)
                | Self::SysEx(_)
                | Self::Clock
                | Self::Start
                | Self::Continue
                | Self::Stop
        )
    }

    /// True for system messages, which have no channel.
    pub const fn is_system(self) -> bool {
        matches!(self, Self::SysEx(_) | Self::Clock | Self::Start | Self::Continue | Self::Stop)
    }
}

/// Where a mapping or a layout rule listens: a source, on one device and channel or on any.
///
/// Order is that of the search: by source first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// The source.
    pub source: Source,
    /// The device; `None` listens to all.
    pub device: Option<DeviceId>,
    /// The channel, 0..=15; `None` listens to all.
    pub channel: Option<u8>,
}

impl Address {
    /// A source on any device and channel.
    pub const fn any(source: Source) -> Self {
        Self { source, device: None, channel: None }
    }

    /// True when a concrete control (device known, channel as on the wire) is meant by this address.
    pub fn meets(&self, control: &Control) -> bool {
        self.source == control.source
            && self.device.is_none_or(|device| device == control.device)
            && self.channel.is_none_or(|channel| Some(channel) == control.channel)
    }
}

/// One physical control: the same note on two channels, or on two devices, is two controls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Control {
    /// The source.
    pub source: Source,
    /// The device that has it.
    pub device: DeviceId,
    /// The channel, 0..=15; none for system messages.
    pub channel: Option<u8>,
}
