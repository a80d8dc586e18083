//! What kind of file this is, by its first bytes.

use super::block::Opened;
use super::container;
use super::input::Input;
use super::{AudioError, aiff, mpeg, ogg, riff, w64};

/// # Errors
/// [`AudioError`] by kind.
pub(super) fn open(mut input: Input) -> Result<Opened, AudioError> {
    if input.length() == 0 {
        return Err(AudioError::Empty);
    }
    let start = mpeg::after_id3(&mut input).map_err(AudioError::Read)?;
    let head = input.at(start, 16).map_err(AudioError::Read)?;
    let four = |at: usize| head.get(at..at + 4).unwrap_or_default();
    match (four(0), four(8)) {
        (b"RIFF" | b"RF64" | b"BW64", b"WAVE") if start == 0 => riff::open(input),
        (b"FORM", b"AIFF" | b"AIFC") if start == 0 => aiff::open(input),
        (b"fLaC", _) => container::flac(input, start),
        (b"OggS", _) => ogg::open(input, start),
        _ if head == w64::MAGIC => w64::open(input),
        _ if four(4) == b"ftyp" => container::mp4(input),
        // A synchronisation word of twelve ones, then layer 0, which MPEG audio itself does not have.
        _ if head.len() > 1 && head[0] == 0xFF && head[1] & 0xF6 == 0xF0 => container::adts(input, start),
        _ => mpeg::open(input, start),
    }
}
