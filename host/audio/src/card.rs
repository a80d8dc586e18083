//! Devices of the system's own sound interface, by cpal.

use crate::agree::Offer;
use crate::choice::Label;
use crate::clock::now;
use crate::dll::Dll;
use crate::edge::{Inlet, Outlet};
use crate::health::{Reporter, Tally};
use crate::lease::Lease;
use crate::sample::Layout;
use crate::{priority, quiet};
use cpal::traits::{DeviceTrait, HostTrait};
use ripieno_ports::{Format, FrameSink, FrameSource, Micros, Period, SampleEncoding};
use std::time::Duration;

/// How long cpal may wait for a device before it looks whether it is still there.
const PATIENCE: Duration = Duration::from_millis(500);

/// Which way frames go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Out,
    In,
}

impl Way {
    /// What a user calls such a device.
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Out => "audio output",
            Self::In => "audio input",
        }
    }

    fn default_of(self, host: &cpal::Host) -> Option<cpal::Device> {
        match self {
            Self::Out => host.default_output_device(),
            Self::In => host.default_input_device(),
        }
    }

    /// The only true test of presence: some devices are listed without being there.
    fn config_of(self, device: &cpal::Device) -> Result<cpal::SupportedStreamConfig, cpal::Error> {
        match self {
            Self::Out => device.default_output_config(),
            Self::In => device.default_input_config(),
        }
    }
}

/// A device that is listed, there or not.
#[derive(Clone, Debug)]
pub(crate) struct Card {
    pub device: cpal::Device,
    pub label: Label,
    pub is_default: bool,
}

/// What a device can do.
#[derive(Clone, Debug)]
pub(crate) struct Abilities {
    pub offers: Vec<Offer>,
    /// The rate that the device runs at if nobody asks.
    pub rate_hz: u32,
}

/// Every device that the system lists. Control; may block.
pub(crate) fn cards(way: Way) -> Result<Vec<Card>, cpal::Error> {
    quiet::alsa();
    let host = cpal::host_from_id(cpal::default_host().id())?;
    let default = way.default_of(&host);
    let default_id = default.as_ref().and_then(|device| device.id().ok());
    let mut cards = Vec::new();
    for device in host.devices()? {
        let listed = match way {
            Way::Out => device.supports_output(),
            Way::In => device.supports_input(),
        };
        let Ok(id) = device.id() else { continue };
        if listed && !is_by_index(id.id()) {
            cards.push(card(device, id.clone(), Some(id) == default_id));
        }
    }
    // A default that leads to another device is not always listed.
    if let (Some(device), Some(id)) = (default, default_id)
        && !cards.iter().any(|card| card.is_default)
        && way.config_of(&device).is_ok()
    {
        cards.insert(0, card(device, id, true));
    }
    Ok(cards)
}

/// The system's default device, which may not be there. Control; may block.
pub(crate) fn default_card(way: Way) -> Option<Card> {
    quiet::alsa();
    let device = way.default_of(&cpal::default_host())?;
    let id = device.id().ok()?;
    Some(card(device, id, true))
}

fn card(device: cpal::Device, id: cpal::DeviceId, is_default: bool) -> Card {
    let name = device.description().map_or_else(|_| id.id().to_owned(), |description| description.name().to_owned());
    Card { device, label: Label { id: id.to_string(), name }, is_default }
}

/// True for an id of ALSA's that counts cards, which change places from boot to boot; each has a lasting one too.
fn is_by_index(id: &str) -> bool {
    let card = id.split_once("CARD=").map(|(_, rest)| rest.split(',').next().unwrap_or(rest));
    card.is_some_and(|card| !card.is_empty() && card.bytes().all(|b| b.is_ascii_digit()))
}

/// What a device can do; an error if it is not there. Control; may block.
pub(crate) fn abilities(device: &cpal::Device, way: Way) -> Result<Abilities, cpal::Error> {
    quiet::alsa();
    let usual = way.config_of(device)?;
    let ranges: Vec<_> = match way {
        Way::Out => device.supported_output_configs()?.collect(),
        Way::In => device.supported_input_configs()?.collect(),
    };
    let offers = ranges.iter().filter_map(|range| {
        let frames = match range.buffer_size() {
            cpal::SupportedBufferSize::Range { min, max } => Some((*min, *max)),
            cpal::SupportedBufferSize::Unknown => None,
        };
        let rates_hz = (range.min_sample_rate(), range.max_sample_rate());
        Some(Offer { channels: range.channels(), rates_hz, frames, encoding: encoding(range.sample_format())? })
    });
    Ok(Abilities { offers: offers.collect(), rate_hz: usual.sample_rate() })
}

fn encoding(format: cpal::SampleFormat) -> Option<SampleEncoding> {
    Some(match format {
        cpal::SampleFormat::F32 => SampleEncoding::F32,
        cpal::SampleFormat::F64 => SampleEncoding::F64,
        cpal::SampleFormat::I32 => SampleEncoding::I32,
        cpal::SampleFormat::I24 => SampleEncoding::I24,
        cpal::SampleFormat::I16 => SampleEncoding::I16,
        cpal::SampleFormat::U16 => SampleEncoding::U16,
        cpal::SampleFormat::U8 => SampleEncoding::U8,
        _ => return None,
    })
}

/// Runs `$body` with `$sample` as the type of the format's samples.
macro_rules! by_encoding {
    ($encoding:expr, $sample:ident => $body:expr) => {
        match $encoding {
            SampleEncoding::F32 => {
                type $sample = f32;
                $body
            }
            SampleEncoding::F64 => {
                type $sample = f64;
                $body
            }
            SampleEncoding::I32 => {
                type $sample = i32;
                $body
            }
            SampleEncoding::I24 => {
                type $sample = cpal::I24;
                $body
            }
            SampleEncoding::I16 => {
                type $sample = i16;
                $body
            }
            SampleEncoding::U16 => {
                type $sample = u16;
                $body
            }
            SampleEncoding::U8 => {
                type $sample = u8;
                $body
            }
            _ => Err(cpal::ErrorKind::UnsupportedConfig.into()),
        }
    };
}

/// A stream that plays once it is told to. Control; may block.
pub(crate) fn play<S: FrameSource + Send + 'static>(
    card: &Card,
    format: Format,
    lease: Lease<S>,
    reporter: Reporter,
) -> Result<cpal::Stream, cpal::Error> {
    quiet::alsa();
    let mut cycle = Cycle::new(card, format, reporter.tally());
    let mut outlet = Outlet::new(lease);
    let layout = cycle.layout;
    by_encoding!(format.encoding, Sample => {
        let fill = move |data: &mut [Sample], info: &cpal::OutputCallbackInfo| {
            let stamp = info.timestamp();
            let latency = stamp.playback.duration_since(stamp.callback);
            let period = cycle.begin(layout.frames(data.len()), latency);
            outlet.pull(period, |at, left, right| layout.interleave(layout.rest_mut(data, at), left, right));
        };
        card.device.build_output_stream(config(format), fill, listen(reporter), Some(PATIENCE))
    })
}

/// A stream that records once it is told to. Control; may block.
pub(crate) fn record<S: FrameSink + Send + 'static>(
    card: &Card,
    format: Format,
    lease: Lease<S>,
    reporter: Reporter,
) -> Result<cpal::Stream, cpal::Error> {
    quiet::alsa();
    let mut cycle = Cycle::new(card, format, reporter.tally());
    let mut inlet = Inlet::new(lease);
    let layout = cycle.layout;
    by_encoding!(format.encoding, Sample => {
        let take = move |data: &[Sample], _: &cpal::InputCallbackInfo| {
            let frames = layout.frames(data.len());
            cycle.begin(frames, Duration::ZERO);
            inlet.push(frames, |at, left, right| layout.separate(layout.rest(data, at), left, right));
        };
        card.device.build_input_stream(config(format), take, listen(reporter), Some(PATIENCE))
    })
}

fn config(format: Format) -> cpal::StreamConfig {
    // Never the default size: devices without a clock of their own take it for one frame.
    cpal::StreamConfig {
        channels: format.channels,
        sample_rate: format.rate.hz(),
        buffer_size: cpal::BufferSize::Fixed(format.buffer),
    }
}

fn listen(mut reporter: Reporter) -> impl FnMut(cpal::Error) + Send + 'static {
    move |error| reporter.cpal(error)
}

/// What every callback begins with.
struct Cycle {
    layout: Layout,
    format: Format,
    dll: Dll,
    tally: Tally,
    /// Xruns when the loop last locked.
    xruns: u64,
    asks_for_priority: bool,
}

impl Cycle {
    fn new(card: &Card, format: Format, tally: Tally) -> Self {
        // The first reading may look for the clock; that is not for the callback.
        now();
        Self {
            layout: Layout::new(format.channels, format.map),
            format,
            dll: Dll::new(format.rate.hz()),
            tally,
            xruns: 0,
            asks_for_priority: is_unprioritised(&card.label.id),
        }
    }

    /// Real-time, but for the very first call.
    fn begin(&mut self, frames: usize, latency: Duration) -> Period {
        if std::mem::take(&mut self.asks_for_priority) {
            priority::ask(self.format.buffer, self.format.rate.hz(), &self.tally);
        }
        let woke = now();
        let xruns = self.tally.xruns();
        if xruns != self.xruns {
            self.xruns = xruns;
            self.dll.reset();
        }
        Period { at: self.dll.period(woke, frames), frames, latency: Micros(latency.as_micros() as u64) }
    }
}

/// True where the audio thread is cpal's own and plays straight to the hardware. Elsewhere on Linux a sound server sits
/// between, which a thread of high priority could lock out; on Apple's systems the thread comes with its priority.
fn is_unprioritised(id: &str) -> bool {
    if cfg!(target_os = "linux") { id.starts_with("alsa:hw:") } else { !cfg!(target_vendor = "apple") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_count_cards_are_not_offered() {
        for (id, by_index) in [
            ("hw:CARD=0,DEV=0", true),
            ("plughw:CARD=12,DEV=3", true),
            ("hw:CARD=PCH,DEV=0", false),
            ("hw:CARD=2i2,DEV=0", false),
            ("default", false),
        ] {
            assert_eq!(is_by_index(id), by_index, "{id}");
        }
    }
}
