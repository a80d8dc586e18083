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

    /// The source as a number of 18 bits whose order is that of sources: its kind, then its own number. Any.
    pub(crate) const fn code(self) -> u32 {
        let (kind, number) = match self {
            Self::Note(n) => (0, n as u16),
            Self::Control(n) => (1, n as u16),
            Self::Control14(n) => (2, n as u16),
            Self::Nrpn(n) => (3, n),
            Self::Rpn(n) => (4, n),
            Self::PitchBend => (5, 0),
            Self::ChannelPressure => (6, 0),
            Self::PolyPressure(n) => (7, n as u16),
            Self::Program => (8, 0),
            Self::ProgramIs(n) => (9, n as u16),
            Self::SysEx(n) => (10, n as u16),
            Self::Clock => (11, 0),
            Self::Start => (12, 0),
            Self::Continue => (13, 0),
            Self::Stop => (14, 0),
        };
        kind << NUMBER_BITS | (number & NUMBERS) as u32
    }

    /// The source of a [`code`](Self::code), if it is one. A number that the kind does not have is some other number of it.
    pub(crate) const fn from_code(code: u32) -> Option<Self> {
        let number = code as u16 & NUMBERS;
        let small = number as u8;
        Some(match code >> NUMBER_BITS {
            0 => Self::Note(small),
            1 => Self::Control(small),
            2 => Self::Control14(small),
            3 => Self::Nrpn(number),
            4 => Self::Rpn(number),
            5 => Self::PitchBend,
            6 => Self::ChannelPressure,
            7 => Self::PolyPressure(small),
            8 => Self::Program,
            9 => Self::ProgramIs(small),
            10 => Self::SysEx(small),
            11 => Self::Clock,
            12 => Self::Start,
            13 => Self::Continue,
            14 => Self::Stop,
            _ => return None,
        })
    }

    /// True for system messages, which have no channel.
    pub const fn is_system(self) -> bool {
        matches!(self, Self::SysEx(_) | Self::Clock | Self::Start | Self::Continue | Self::Stop)
    }
}

/// Bits of a source's own number, and the number that fills them.
const NUMBER_BITS: u32 = 14;
const NUMBERS: u16 = (1 << NUMBER_BITS) - 1;

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
    /// The address as one number whose order is that of addresses.
    pub(crate) const fn spot(&self) -> Spot {
        let device = match self.device {
            Some(device) => device.0 as u32 + 1,
            None => 0,
        };
        Spot::new(self.source, device, self.channel)
    }

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

impl Control {
    /// The control as the address that names it in full.
    pub(crate) const fn spot(&self) -> Spot {
        Spot::new(self.source, self.device.0 as u32 + 1, self.channel)
    }
}

/// An [`Address`] in four bytes: a third of what it takes else, and compared at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot(pub u32);

impl Spot {
    const CHANNEL_BITS: u32 = 5;
    const CHANNELS: u32 = (1 << Self::CHANNEL_BITS) - 1;
    const DEVICE_BITS: u32 = 9;
    const DEVICES: u32 = (1 << Self::DEVICE_BITS) - 1;
    const LOW_BITS: u32 = Self::CHANNEL_BITS + Self::DEVICE_BITS;

    /// `device` is 0 for none, else one more than its number.
    const fn new(source: Source, device: u32, channel: Option<u8>) -> Self {
        let channel = match channel {
            Some(channel) => channel as u32 % 16 + 1,
            None => 0,
        };
        Self(source.code() << Self::LOW_BITS | device << Self::CHANNEL_BITS | channel)
    }

    /// The source's [`code`](Source::code).
    pub const fn code(self) -> u32 {
        self.0 >> Self::LOW_BITS
    }

    /// The same without a device.
    pub const fn any_device(self) -> Self {
        Self(self.0 & !(Self::DEVICES << Self::CHANNEL_BITS))
    }

    /// The same without a channel.
    pub const fn any_channel(self) -> Self {
        Self(self.0 & !Self::CHANNELS)
    }

    /// The device's number and one, or 0 for any.
    pub const fn device(self) -> u32 {
        self.0 >> Self::CHANNEL_BITS & Self::DEVICES
    }

    /// The channel and one, or 0 for any.
    pub const fn channel(self) -> u32 {
        self.0 & Self::CHANNELS
    }

    /// True when an address means a control, which names its device, and its channel if it has one.
    pub const fn meets(self, control: Self) -> bool {
        self.code() == control.code()
            && (self.device() == 0 || self.device() == control.device())
            && (self.channel() == 0 || self.channel() == control.channel())
    }

    /// The address, if it is one.
    pub fn address(self) -> Option<Address> {
        let below = |number: u32| number.checked_sub(1).map(u8::try_from);
        let device = below(self.device()).transpose().ok()?;
        let channel = below(self.channel()).transpose().ok()?;
        Some(Address { source: Source::from_code(self.code())?, device: device.map(DeviceId), channel })
    }

    /// The control, if it is one.
    pub fn control(self) -> Option<Control> {
        let Address { source, device, channel } = self.address()?;
        Some(Control { source, device: device?, channel })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spots_are_in_the_order_of_addresses_and_lead_back() {
        let sources = (0..15_u32).flat_map(|kind| [0, 1, 31].map(|number| kind << NUMBER_BITS | number));
        let mut addresses = [Address::any(Source::Nrpn(16_383)); 2];
        for code in sources {
            let source = Source::from_code(code).unwrap();
            for device in [None, Some(0), Some(1), Some(255)].map(|device| device.map(DeviceId)) {
                for channel in [None, Some(0), Some(15)] {
                    addresses = [addresses[1], Address { source, device, channel }];
                    let [before, at] = addresses;
                    assert_eq!(at.spot().address(), Some(at));
                    assert_eq!(before.spot().cmp(&at.spot()), before.cmp(&at), "{before:?} {at:?}");
                    let control = Control { source, device: DeviceId(1), channel: Some(0) };
                    assert_eq!(at.spot().meets(control.spot()), at.meets(&control));
                }
            }
        }
        assert_eq!(Source::from_code(15 << NUMBER_BITS), None);
    }
}
