//! The four bytes before every frame of MPEG audio, and the tag that encoders hide in the first (ISO/IEC 11172-3,
//! 13818-3).

use symphonia::core::codecs::audio::AudioCodecId;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3};

/// Bytes of a header.
pub(super) const BYTES: usize = 4;
/// Frames by which every decoder of layer 3 lags: its filter bank's 528, and one.
const DECODER_DELAY: u64 = 529;

/// kbit/s by index: version 1 layers 1, 2, 3; versions 2 and 2.5 layer 1, layers 2 and 3. The first is free, the
/// sixteenth forbidden; neither can be used here.
const BITRATES: [[u32; 16]; 5] = [
    [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0],
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0],
    [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
];

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// 1, 2 or 3.
    layer: u8,
    version_1: bool,
    pub(super) rate: u32,
    pub(super) channels: u8,
    /// Bytes of the frame, header included.
    pub(super) length: usize,
    has_crc: bool,
}

impl Header {
    /// `None` for bytes that begin no frame.
    pub(super) fn parse(bytes: [u8; BYTES]) -> Option<Self> {
        let word = u32::from_be_bytes(bytes);
        if word >> 21 != 0x7FF {
            return None;
        }
        let (version, layer) = ((word >> 19) & 3, (word >> 17) & 3);
        if version == 1 || layer == 0 {
            return None;
        }
        let (version_1, layer) = (version == 3, 4 - layer as u8);
        let table = match (version_1, layer) {
            (true, layer) => usize::from(layer) - 1,
            (false, 1) => 3,
            (false, _) => 4,
        };
        let bitrate = BITRATES[table][(word >> 12) as usize & 15] * 1000;
        let rate = [44_100, 48_000, 32_000].get((word >> 10) as usize & 3)? >> [2, 0, 1, 0][version as usize];
        if bitrate == 0 {
            return None;
        }
        let padding = (word >> 9) & 1;
        let length = match layer {
            1 => (12 * bitrate / rate + padding) * 4,
            3 if !version_1 => 72 * bitrate / rate + padding,
            _ => 144 * bitrate / rate + padding,
        };
        let channels = if (word >> 6) & 3 == 3 { 1 } else { 2 };
        Some(Self { layer, version_1, rate, channels, length: length as usize, has_crc: (word >> 16) & 1 == 0 })
    }

    /// Whether a frame may follow one with the other header: bit rate and padding may change, the rest may not.
    pub(super) fn continues(&self, other: &Self) -> bool {
        (self.layer, self.version_1, self.rate, self.channels)
            == (other.layer, other.version_1, other.rate, other.channels)
    }

    /// Audio frames of one frame of MPEG audio.
    pub(super) fn frames(&self) -> u64 {
        match (self.layer, self.version_1) {
            (1, _) => 384,
            (3, false) => 576,
            _ => 1152,
        }
    }

    pub(super) fn codec(&self) -> (AudioCodecId, &'static str) {
        match self.layer {
            1 => (CODEC_ID_MP1, "MP1"),
            2 => (CODEC_ID_MP2, "MP2"),
            _ => (CODEC_ID_MP3, "MP3"),
        }
    }

    /// Bytes between the header and the first granule of layer 3.
    fn side_bytes(&self) -> usize {
        match (self.version_1, self.channels) {
            (true, 2) => 32,
            (false, 1) => 9,
            _ => 17,
        }
    }
}

/// What encoders say in a first frame that holds no sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Info {
    /// Frames of MPEG audio that follow.
    pub(super) packets: Option<u64>,
    /// Audio frames to leave out at the start.
    pub(super) delay: u64,
    /// Audio frames to leave out at the end.
    pub(super) padding: u64,
}

impl Info {
    /// Reads the tag of Xing and LAME, or that of Fraunhofer; `None` for a frame of sound.
    pub(super) fn parse(header: &Header, frame: &[u8]) -> Option<Self> {
        if header.layer != 3 {
            return None;
        }
        let number = |at: usize| Some(u32::from_be_bytes(frame.get(at..at + 4)?.try_into().ok()?));
        if frame.get(36..40) == Some(b"VBRI") {
            return Some(Self { packets: number(50).map(u64::from), ..Self::default() });
        }
        // The place is the same whether the frame has a checksum or not; some encoders move it behind one.
        let tag = [0, 2].into_iter().map(|crc| BYTES + crc + header.side_bytes()).find(|at| {
            (*at == BYTES + header.side_bytes() || header.has_crc)
                && matches!(frame.get(*at..*at + 4), Some(b"Xing" | b"Info"))
        })?;
        let flags = number(tag + 4)?;
        let mut at = tag + 8;
        let mut take = |bit: u32, bytes: usize| {
            let here = at;
            at += if flags & bit != 0 { bytes } else { 0 };
            (flags & bit != 0).then_some(here)
        };
        let packets = take(1, 4).and_then(number).map(u64::from);
        take(2, 4);
        take(4, 100);
        take(8, 4);
        let mut info = Self { packets, ..Self::default() };
        let named = frame.get(at..at + 4).is_some_and(|name| matches!(name, b"LAME" | b"Lavf" | b"Lavc" | b"GOGO"));
        if let Some(&[a, b, c]) = frame.get(at + 21..at + 24)
            && named
        {
            let (delay, padding) = (u64::from(a) << 4 | u64::from(b) >> 4, u64::from(b & 15) << 8 | u64::from(c));
            info.delay = delay + DECODER_DELAY;
            info.padding = padding.saturating_sub(DECODER_DELAY);
        }
        Some(info)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_give_length_and_frames() {
        for (bytes, expected) in [
            ([0xFF, 0xFB, 0x90, 0x64], Some((44_100, 2, 417, 1152))),
            ([0xFF, 0xFB, 0x92, 0x64], Some((44_100, 2, 418, 1152))),
            ([0xFF, 0xFB, 0x94, 0xC4], Some((48_000, 1, 384, 1152))),
            ([0xFF, 0xF3, 0x84, 0xC4], Some((24_000, 1, 192, 576))),
            ([0xFF, 0xE3, 0x18, 0xC4], Some((8_000, 1, 72, 576))),
            ([0xFF, 0xFD, 0xA4, 0x04], Some((48_000, 2, 576, 1152))),
            ([0xFF, 0xFF, 0x14, 0x04], Some((48_000, 2, 32, 384))),
            ([0xFF, 0xFB, 0x00, 0x64], None),
            ([0xFF, 0xFB, 0xF0, 0x64], None),
            ([0xFF, 0xFB, 0x9C, 0x64], None),
            ([0xFF, 0xEB, 0x90, 0x64], None),
            ([0xFF, 0xF9, 0x90, 0x64], None),
            ([0x7F, 0xFB, 0x90, 0x64], None),
        ] {
            let header = Header::parse(bytes).map(|h| (h.rate, h.channels, h.length, h.frames()));
            assert_eq!(header, expected, "{bytes:x?}");
        }
    }

    #[test]
    fn the_first_frame_tells_what_was_added() {
        let header = Header::parse([0xFF, 0xFB, 0x90, 0x64]).unwrap();
        let mut frame = vec![0; header.length];
        assert_eq!(Info::parse(&header, &frame), None);
        frame[36..40].copy_from_slice(b"Info");
        frame[43] = 0x0F;
        frame[44..48].copy_from_slice(&100_u32.to_be_bytes());
        assert_eq!(Info::parse(&header, &frame), Some(Info { packets: Some(100), delay: 0, padding: 0 }));
        frame[156..160].copy_from_slice(b"LAME");
        frame[177..180].copy_from_slice(&[0x24, 0x05, 0x40]);
        assert_eq!(
            Info::parse(&header, &frame),
            Some(Info { packets: Some(100), delay: 576 + 529, padding: 1344 - 529 })
        );
        for length in 0..frame.len() {
            let _ = Info::parse(&header, &frame[..length]);
        }
    }
}
