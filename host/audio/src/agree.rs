//! Agreeing on a format: what a device offers against what is asked of it. Pure, so that any device can be tried.

use crate::error::AudioError;
use ripieno_ports::{BufferSize, FaultKind, Format, FormatRequest, SampleEncoding};
use ripieno_types::SampleRate;

/// Frames that are sane for playing, when nobody asks for a size.
const DEVICE_FRAMES: u32 = 256;
/// A smaller buffer only costs: the wake-ups alone would eat the time.
const SMALLEST_FRAMES: u32 = 16;
/// Limits where a device tells none.
const ANY_FRAMES: (u32, u32) = (SMALLEST_FRAMES, 96_000);

/// The best first: as little loss as can be, and no conversion where it is free.
const ENCODINGS: [SampleEncoding; 7] = [
    SampleEncoding::F32,
    SampleEncoding::I32,
    SampleEncoding::I24,
    SampleEncoding::F64,
    SampleEncoding::I16,
    SampleEncoding::U16,
    SampleEncoding::U8,
];

/// One thing that a device can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub channels: u16,
    pub rates_hz: (u32, u32),
    /// Frames a period; `None` if the device does not say.
    pub frames: Option<(u32, u32)>,
    pub encoding: SampleEncoding,
}

/// The format for what is asked, out of what is offered. `preferred_hz` is the device's own rate, where it has one.
pub(crate) fn agree(offers: &[Offer], preferred_hz: Option<u32>, wanted: &FormatRequest) -> Result<Format, AudioError> {
    let refuse = |text| AudioError::new(FaultKind::Unsupported, text);
    if offers.is_empty() {
        return Err(refuse("the device offers no format that can be converted to".to_owned()));
    }
    let rate = choose_rate(offers, preferred_hz, wanted).map_err(refuse)?;
    let at_rate = |offer: &&Offer| (offer.rates_hz.0..=offer.rates_hz.1).contains(&rate.hz());
    let channels = choose_channels(offers.iter().filter(at_rate), wanted.channels).map_err(refuse)?;
    let best = offers.iter().filter(at_rate).filter(|offer| offer.channels == channels);
    let best = best.min_by_key(|offer| ENCODINGS.iter().position(|encoding| *encoding == offer.encoding));
    let Some(best) = best else {
        return Err(refuse(format!("no {channels} channels at {} Hz", rate.hz())));
    };
    let map = wanted.channels.unwrap_or([0, 1]).map(|channel| channel.min(channels - 1));
    let buffer = choose_frames(best.frames, wanted.buffer).map_err(refuse)?;
    Ok(Format { rate, buffer, channels, map, encoding: best.encoding })
}

fn choose_rate(offers: &[Offer], preferred_hz: Option<u32>, wanted: &FormatRequest) -> Result<SampleRate, String> {
    let offered = |hz: u32| offers.iter().any(|offer| (offer.rates_hz.0..=offer.rates_hz.1).contains(&hz));
    if let Some(rate) = wanted.rate {
        return if offered(rate.hz()) {
            Ok(rate)
        } else {
            Err(format!("{} Hz is not among the device's rates: {}", rate.hz(), rates_text(offers)))
        };
    }
    let usual = preferred_hz.into_iter().chain([48_000, 44_100, 96_000, 88_200, 32_000]);
    let all = usual.chain(offers.iter().flat_map(|offer| [offer.rates_hz.1, offer.rates_hz.0]));
    all.filter(|hz| offered(*hz))
        .find_map(|hz| SampleRate::new(hz).ok())
        .ok_or_else(|| format!("none of the device's rates can be played at: {}", rates_text(offers)))
}

fn rates_text(offers: &[Offer]) -> String {
    let mut ranges: Vec<_> = offers.iter().map(|offer| offer.rates_hz).collect();
    ranges.sort_unstable();
    ranges.dedup();
    let text = |(low, high)| if low == high { format!("{low} Hz") } else { format!("{low} to {high} Hz") };
    ranges.into_iter().map(text).collect::<Vec<_>>().join(", ")
}

/// Two channels where nothing is asked, else as few as hold what is.
fn choose_channels<'o>(offers: impl Iterator<Item = &'o Offer>, map: Option<[u16; 2]>) -> Result<u16, String> {
    let mut all: Vec<u16> = offers.map(|offer| offer.channels).filter(|channels| *channels > 0).collect();
    all.sort_unstable();
    let most = *all.last().ok_or("the device has no channel")?;
    match map {
        None => Ok(all.into_iter().find(|channels| *channels >= 2).unwrap_or(most)),
        Some([left, right]) => {
            let highest = left.max(right);
            let fitting = all.into_iter().find(|channels| *channels > highest);
            // Counted from 1, as on the device's face.
            fitting.ok_or_else(|| format!("channel {} is not there: the device has {most}", u32::from(highest) + 1))
        }
    }
}

fn choose_frames(range: Option<(u32, u32)>, wanted: BufferSize) -> Result<u32, String> {
    let (low, high) = range.map_or(ANY_FRAMES, |(low, high)| (low.max(1), high.max(low).max(1)));
    Ok(match wanted {
        BufferSize::Smallest => low.max(SMALLEST_FRAMES).min(high),
        BufferSize::Device => DEVICE_FRAMES.clamp(low, high),
        BufferSize::Near(frames) => frames.clamp(low, high),
        BufferSize::Frames(frames) if (low..=high).contains(&frames) => frames,
        BufferSize::Frames(frames) => {
            return Err(format!("a buffer of {frames} frames is not possible: the device takes {low} to {high}"));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEREO: Offer =
        Offer { channels: 2, rates_hz: (44_100, 48_000), frames: Some((32, 1024)), encoding: SampleEncoding::I16 };

    fn request(rate_hz: Option<u32>, buffer: BufferSize, channels: Option<[u16; 2]>) -> FormatRequest {
        let mut request = FormatRequest::default();
        request.rate = rate_hz.map(|hz| SampleRate::new(hz).expect("legal"));
        (request.buffer, request.channels) = (buffer, channels);
        request
    }

    fn check(offers: &[Offer], wanted: &FormatRequest, expected: Result<(u32, u32, u16, [u16; 2]), &str>) {
        let got = agree(offers, None, wanted).map(|f| (f.rate.hz(), f.buffer, f.channels, f.map));
        match (got, expected) {
            (Ok(got), expected) => assert_eq!(Ok(got), expected, "{wanted:?}"),
            (Err(error), Err(text)) => assert!(error.to_string().contains(text), "{error} should say {text}"),
            (Err(error), Ok(_)) => panic!("{wanted:?}: {error}"),
        }
    }

    #[test]
    fn what_is_left_open_is_sane() {
        check(&[STEREO], &FormatRequest::default(), Ok((48_000, 256, 2, [0, 1])));
        check(&[STEREO], &request(None, BufferSize::Smallest, None), Ok((48_000, 32, 2, [0, 1])));
        let wide = Offer { frames: Some((1, 4)), rates_hz: (96_000, 192_000), ..STEREO };
        check(&[wide], &FormatRequest::default(), Ok((96_000, 4, 2, [0, 1])));
        check(
            &[Offer { frames: Some((1, 900)), ..STEREO }],
            &request(None, BufferSize::Smallest, None),
            Ok((48_000, 16, 2, [0, 1])),
        );
        check(&[Offer { frames: None, ..STEREO }], &FormatRequest::default(), Ok((48_000, 256, 2, [0, 1])));
        check(&[Offer { channels: 1, ..STEREO }], &FormatRequest::default(), Ok((48_000, 256, 1, [0, 0])));
    }

    #[test]
    fn what_is_asked_for_is_kept_or_refused_with_what_is_there() {
        let eight = Offer { channels: 8, ..STEREO };
        check(&[STEREO, eight], &request(Some(44_100), BufferSize::Frames(64), None), Ok((44_100, 64, 2, [0, 1])));
        check(&[STEREO, eight], &request(None, BufferSize::Device, Some([6, 7])), Ok((48_000, 256, 8, [6, 7])));
        check(&[STEREO], &request(None, BufferSize::Near(5_000), None), Ok((48_000, 1024, 2, [0, 1])));
        check(&[STEREO], &request(None, BufferSize::Near(5), None), Ok((48_000, 32, 2, [0, 1])));
        check(&[STEREO], &request(Some(96_000), BufferSize::Device, None), Err("44100 to 48000 Hz"));
        check(&[STEREO], &request(None, BufferSize::Frames(31), None), Err("the device takes 32 to 1024"));
        check(
            &[STEREO],
            &request(None, BufferSize::Device, Some([0, 4])),
            Err("channel 5 is not there: the device has 2"),
        );
        check(&[], &FormatRequest::default(), Err("no format"));
    }

    #[test]
    fn the_best_encoding_is_taken() {
        for (better, worse) in ENCODINGS.iter().zip(&ENCODINGS[1..]) {
            let offers = [worse, better, worse].map(|encoding| Offer { encoding: *encoding, ..STEREO });
            assert_eq!(agree(&offers, None, &FormatRequest::default()).expect("a format").encoding, *better);
        }
    }

    #[test]
    fn the_devices_own_rate_comes_first() {
        let format = agree(&[STEREO], Some(44_100), &FormatRequest::default()).expect("a format");
        assert_eq!(format.rate, SampleRate::CD);
    }
}
