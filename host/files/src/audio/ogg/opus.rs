//! Opus in Ogg (RFC 7845): what its head says, and its decoder behind a door.

use crate::audio::AudioError;
use ropus::OpusMSDecoder;
use std::panic::{AssertUnwindSafe, catch_unwind};

const CONTAINER: &str = "Ogg";
/// Opus is always decoded at this rate.
pub(super) const RATE: u32 = 48_000;
/// Frames of the longest packet, 120 ms.
const LONGEST: usize = 5760;

/// For 1 to 8 channels in Vorbis' order: which of them comes first, second, ... in the order of WAV.
const WAV_ORDER: [&[usize]; 8] = [
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 5, 3, 4],
    &[0, 2, 1, 6, 5, 3, 4],
    &[0, 2, 1, 7, 5, 6, 3, 4],
];

/// The first packet of a stream.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Head {
    pub(super) channels: usize,
    /// Frames to leave out at the start.
    pub(super) pre_skip: u64,
    /// Linear.
    gain: f32,
    streams: usize,
    coupled: usize,
    /// For every channel the decoded one that it is.
    mapping: Vec<u8>,
}

impl Head {
    /// # Errors
    /// [`AudioError::Damaged`] and [`AudioError::Unsupported`].
    pub(super) fn parse(packet: &[u8]) -> Result<Self, AudioError> {
        let damaged = || AudioError::damaged(CONTAINER, "the head of its Opus stream makes no sense");
        if packet.len() < 19 || packet[8] >> 4 != 0 {
            return Err(damaged());
        }
        let channels = usize::from(packet[9]);
        let gain = i16::from_le_bytes([packet[16], packet[17]]);
        let (streams, coupled, mapping) = match (packet[18], channels) {
            (0, 1 | 2) => (1, channels - 1, vec![0, 1][..channels].to_vec()),
            (1, 1..=8) | (255, 1..) => {
                let table = packet.get(19..21 + channels).ok_or_else(damaged)?;
                let order = if packet[18] == 1 { WAV_ORDER[channels - 1] } else { &[] };
                let mapping = (0..channels).map(|channel| table[2 + order.get(channel).unwrap_or(&channel)]);
                (table[0].into(), table[1].into(), mapping.collect())
            }
            (family, _) => {
                let what = format!("Opus of {channels} channels in family {family}");
                return Err(AudioError::unsupported(CONTAINER, what));
            }
        };
        let pre_skip = u64::from(u16::from_le_bytes([packet[10], packet[11]]));
        let gain = 10_f32.powf(f32::from(gain) / (20.0 * 256.0));
        Ok(Self { channels, pre_skip, gain, streams, coupled, mapping })
    }
}

/// One decoder, made anew when a packet breaks it.
pub(super) struct Opus {
    head: Head,
    decoder: OpusMSDecoder,
    interleaved: Vec<i16>,
}

impl Opus {
    /// # Errors
    /// [`AudioError::Damaged`] for a head without sense.
    pub(super) fn new(head: Head) -> Result<Self, AudioError> {
        let decoder = decoder(&head).map_err(|what| AudioError::damaged(CONTAINER, what))?;
        let interleaved = vec![0; LONGEST * head.channels];
        Ok(Self { head, decoder, interleaved })
    }

    /// Appends what a packet holds to the planes, or silence of its length when it cannot be decoded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn decode(&mut self, packet: &[u8], planes: &mut [Vec<f32>]) -> Result<(), String> {
        // The decoder would take nothing for a loss, and make something up.
        if packet.is_empty() {
            return Err("a packet is empty".into());
        }
        let (decoder, interleaved) = (&mut self.decoder, &mut self.interleaved);
        let length = packet.len() as i32;
        let decoded =
            catch_unwind(AssertUnwindSafe(|| decoder.decode(Some(packet), length, interleaved, LONGEST as i32, false)));
        let channels = self.head.channels;
        let error = match decoded {
            Ok(Ok(frames)) => {
                let frames = usize::try_from(frames).unwrap_or(0);
                for (channel, plane) in planes.iter_mut().enumerate() {
                    let samples = interleaved.iter().skip(channel).step_by(channels).take(frames);
                    plane.extend(samples.map(|sample| f32::from(*sample) / 32_768.0 * self.head.gain));
                }
                return Ok(());
            }
            Ok(Err(code)) => format!("a packet of Opus makes no sense (code {code})"),
            Err(_) => {
                self.reset();
                "the decoder fails".into()
            }
        };
        let frames = duration(packet);
        planes.iter_mut().for_each(|plane| plane.resize(plane.len() + frames, 0.0));
        Err(error)
    }

    /// Forgets what went before: as new.
    pub(super) fn reset(&mut self) {
        if let Ok(decoder) = decoder(&self.head) {
            self.decoder = decoder;
        }
    }
}

fn decoder(head: &Head) -> Result<OpusMSDecoder, String> {
    let [channels, streams, coupled] = [head.channels, head.streams, head.coupled].map(|count| count as i32);
    let made = catch_unwind(|| OpusMSDecoder::new(RATE as i32, channels, streams, coupled, &head.mapping));
    match made {
        Ok(Ok(decoder)) => Ok(decoder),
        Ok(Err(_)) | Err(_) => Err("the head of its Opus stream makes no sense".into()),
    }
}

/// Frames that a packet lasts, by its first two bytes (RFC 6716, 3.1 and 3.2).
fn duration(packet: &[u8]) -> usize {
    let Some(&toc) = packet.first() else { return 0 };
    let config = usize::from(toc >> 3);
    let frame = match config {
        0..12 => [480, 960, 1920, 2880][config % 4],
        12..16 => [480, 960][config % 2],
        _ => [120, 240, 480, 960][config % 4],
    };
    let count = match toc & 3 {
        0 => 1,
        3 => packet.get(1).map_or(0, |count| usize::from(count & 63)),
        _ => 2,
    };
    (frame * count).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read() {
        let head = |channels: u8, family: u8, table: &[u8]| {
            [&b"OpusHead\x01"[..], &[channels, 0x38, 0x01, 0x80, 0xBB, 0, 0, 0, 0, family], table].concat()
        };
        let stereo = Head::parse(&head(2, 0, &[])).unwrap();
        assert_eq!((stereo.channels, stereo.pre_skip, stereo.gain), (2, 312, 1.0));
        assert_eq!((stereo.streams, stereo.coupled, stereo.mapping), (1, 1, vec![0, 1]));
        // 5.1 in Vorbis' order: left, centre, right, both rear, bass.
        let surround = Head::parse(&head(6, 1, &[4, 2, 0, 4, 1, 2, 3, 5])).unwrap();
        assert_eq!(surround.mapping, [0, 1, 4, 5, 2, 3]);
        for (channels, family, table) in
            [(0, 0, &[][..]), (3, 0, &[]), (2, 1, &[1, 1, 0]), (9, 1, &[0; 11]), (0, 255, &[1, 0])]
        {
            assert!(Head::parse(&head(channels, family, table)).is_err(), "{channels} {family}");
        }
        for length in 0..27 {
            let _ = Head::parse(&head(6, 1, &[4, 2, 0, 4, 1, 2, 3, 5])[..length]);
        }
    }

    #[test]
    fn packets_tell_their_length() {
        for (packet, expected) in [
            (&[][..], 0),
            (&[0x00], 480),
            (&[0x18], 2880),
            (&[0xFC], 960),
            (&[0xFD], 1920),
            (&[0xE3, 48], 5760),
            (&[0xFF, 63], 5760),
            (&[0xFF], 0),
        ] {
            assert_eq!(duration(packet), expected, "{packet:x?}");
        }
    }
}
