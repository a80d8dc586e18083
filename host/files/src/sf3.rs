//! SoundFonts with compressed samples (SF3, by MuseScore): decoded into the plain SoundFont that they stand for.
//!
//! An SF3 file is a SoundFont whose `smpl` chunk holds one Ogg Vorbis file a sample. A header with the bit 0x10
//! counts bytes of `smpl` in its start and end, and frames of its own sample in its loop. What is made
//! of it has 16-bit frames and everything else as it was; no length of the file is believed, and a sample that cannot be
//! decoded loses only itself.

mod chunks;
mod pool;

use crate::{MappedFile, map::MapError};
use chunks::{Chunk, Header};
use pool::Pool;
use std::thread;

/// Bit of a sample header's type: the sample is compressed.
const COMPRESSED: u16 = 0x10;
/// Bit of a sample header's type: the sample lies in a sound card.
const ROM: u16 = 0x8000;
/// Bytes of frames that a byte of a file may become; with all that is kept beside them, 64. Vorbis seldom gives more than 20.
const MOST_GROWTH: u64 = 60;
/// What a file may become whatever its length.
const LEAST_LIMIT: u64 = 1 << 20;

/// What decoding found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Samples that were compressed, the lost ones included; 0 for a plain SoundFont.
    pub compressed: usize,
    /// What went wrong, in the order of the samples.
    pub troubles: Vec<Trouble>,
}

/// What is wrong with one sample.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The place of its header.
    pub sample: usize,
    /// Its name.
    pub name: String,
    /// Whether it is silent altogether; else a part of it is.
    pub lost: bool,
    /// Why.
    pub what: String,
}

/// Whether a file is a SoundFont with a compressed sample. Looks at its headers only. Control.
///
/// ```
/// assert!(!ripieno_files::sf3::is_compressed(b"RIFF....WAVE"));
/// ```
pub fn is_compressed(file: &[u8]) -> bool {
    chunks::read(file).iter().filter(|chunk| chunk.id == *b"shdr").take(1).any(|chunk| {
        let headers = chunk.body.as_chunks().0;
        headers.iter().any(|header| Header(*header).kind() & (COMPRESSED | ROM) == COMPRESSED)
    })
}

/// Makes the plain SoundFont: all compressed samples are decoded, on all processors. Never takes more than 64 times the file and 1 MiB. Control; blocks:
/// about 10 ms a megabyte of the result.
///
/// # Errors
/// [`MapError::Open`] when the system has no memory for it.
pub fn decode(file: &[u8]) -> Result<(MappedFile, Report), MapError> {
    let chunks = chunks::read(file);
    let first = |id: &[u8; 4]| chunks.iter().find(|chunk| chunk.id == *id).map_or(&[][..], |chunk| chunk.body);
    let headers: Vec<Header> = first(b"shdr").as_chunks().0.iter().map(|header| Header(*header)).collect();
    let limit = (MOST_GROWTH * file.len() as u64 + LEAST_LIMIT).min(chunks::LONGEST);
    let pool = Pool::plan(first(b"smpl"), &headers, limit / 2);
    // A second chunk of a name means nothing to any reader.
    let kept = |chunk: &&Chunk<'_>| {
        !matches!(&chunk.id, b"smpl" | b"sm24") && std::ptr::eq(first(&chunk.id).as_ptr(), chunk.body.as_ptr())
    };
    let kept: Vec<Chunk<'_>> = chunks.iter().filter(kept).copied().collect();
    let places = chunks::places(&kept, 2 * pool.frames());
    let mut done = pool::Done::default();
    let font = MappedFile::made(places.length, |bytes| {
        chunks::write(&kept, &places, bytes);
        if let Some(frames) = bytes.get_mut(places.frames.clone()) {
            done = pool.fill(frames, thread::available_parallelism().map_or(1, usize::from));
        }
        if let Some(records) = places.headers.clone().and_then(|place| bytes.get_mut(place)) {
            let records = records.as_chunks_mut().0;
            records.iter_mut().zip(&done.headers).for_each(|(record, header)| *record = header.0);
        }
    })?;
    Ok((font, done.report))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_soundfont_decodes_to_an_empty_one() {
        for file in [&b""[..], b"RIFF", b"RIFF\xFF\xFF\xFF\xFFsfbk", b"RIFF\0\0\0\0sfbksmpl\xFF\xFF\xFF\xFF"] {
            assert!(!is_compressed(file));
            let (font, report) = decode(file).unwrap();
            assert_eq!(report, Report::default());
            assert!(font.as_ref().starts_with(b"RIFF"));
        }
    }
}
