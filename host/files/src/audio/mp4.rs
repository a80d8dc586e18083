//! Edit lists of MP4 files: which part of a track is meant to be heard.
//!
//! An encoder of AAC puts frames before the first and after the last; the edit list says where the recording begins
//! and how long it is (ISO/IEC 14496-12, 8.6.6).

use super::input::Input;
use std::io;

/// Atoms that are looked at.
const MOST_ATOMS: usize = 4096;
/// Tracks that are looked at.
const MOST_TRACKS: usize = 256;

/// The part of a track that is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    /// The track's number.
    pub(super) track: u32,
    /// Where it begins, on the track's clock.
    start: u64,
    /// How long it is, on the file's clock.
    duration: u64,
    /// Ticks a second of the file's clock.
    file_clock: u32,
    /// Ticks a second of the track's clock.
    track_clock: u32,
}

impl Edit {
    /// The first frame at a rate, which the track's clock usually is.
    pub(super) fn start_frame(&self, rate: u32) -> u64 {
        let frames = u128::from(self.start) * u128::from(rate) / u128::from(self.track_clock.max(1));
        u64::try_from(frames).unwrap_or(u64::MAX)
    }

    /// The length of the track after its start, cut where the edit ends it. The file's clock is often coarse: an end
    /// within two of its ticks is that of the track.
    pub(super) fn shortened(&self, left: Option<u64>) -> Option<u64> {
        let left = left?;
        let scale = |ticks: u64| u128::from(ticks) * u128::from(self.track_clock) / u128::from(self.file_clock.max(1));
        let shorter = self.duration > 0 && scale(self.duration.saturating_add(2)) < u128::from(left);
        Some(if shorter { u64::try_from(scale(self.duration)).unwrap_or(left) } else { left })
    }
}

/// A box of a name, a length and a content.
#[derive(Clone, Copy)]
struct Atom {
    name: [u8; 4],
    /// Where the content begins and ends.
    body: u64,
    end: u64,
}

/// The atoms that lie side by side between two places.
fn atoms(input: &mut Input, mut at: u64, end: u64) -> io::Result<Vec<Atom>> {
    let mut atoms = Vec::new();
    while atoms.len() < MOST_ATOMS && at < end {
        let Some(header) = input.array::<8>(at)? else { break };
        let short = u32::from_be_bytes([header[0], header[1], header[2], header[3]]);
        let (length, header_bytes) = match short {
            0 => (end - at, 8),
            1 => (input.array(at + 8)?.map_or(0, u64::from_be_bytes), 16),
            length => (u64::from(length), 8),
        };
        let Some(next) = at.checked_add(length).filter(|next| length >= header_bytes && *next <= end) else { break };
        atoms.push(Atom { name: [header[4], header[5], header[6], header[7]], body: at + header_bytes, end: next });
        at = next;
    }
    Ok(atoms)
}

fn child(input: &mut Input, parent: Atom, name: &[u8; 4]) -> io::Result<Option<Atom>> {
    Ok(atoms(input, parent.body, parent.end)?.into_iter().find(|atom| atom.name == *name))
}

/// A number of four bytes at some place of a content, which is further on in version 1.
fn number(input: &mut Input, atom: Atom, version_0: u64, version_1: u64) -> io::Result<Option<u32>> {
    let Some([version]) = input.array(atom.body)? else { return Ok(None) };
    let at = atom.body + if version == 0 { version_0 } else { version_1 };
    Ok(if at + 4 <= atom.end { input.array(at)?.map(u32::from_be_bytes) } else { None })
}

/// The first edit of every track that has one.
///
/// # Errors
/// What the system says. A file without sense has no edits.
pub(super) fn edits(input: &mut Input) -> io::Result<Vec<Edit>> {
    let top = atoms(input, 0, input.length())?;
    let Some(movie) = top.into_iter().find(|atom| atom.name == *b"moov") else { return Ok(Vec::new()) };
    let Some(header) = child(input, movie, b"mvhd")? else { return Ok(Vec::new()) };
    let Some(file_clock) = number(input, header, 12, 20)? else { return Ok(Vec::new()) };
    let mut edits = Vec::new();
    let tracks = atoms(input, movie.body, movie.end)?.into_iter().filter(|atom| atom.name == *b"trak");
    for track in tracks.take(MOST_TRACKS) {
        edits.extend(edit(input, track, file_clock)?);
    }
    Ok(edits)
}

fn edit(input: &mut Input, track: Atom, file_clock: u32) -> io::Result<Option<Edit>> {
    let Some(header) = child(input, track, b"tkhd")? else { return Ok(None) };
    let Some(number_of_track) = number(input, header, 12, 20)? else { return Ok(None) };
    let Some(media) = child(input, track, b"mdia")? else { return Ok(None) };
    let Some(media_header) = child(input, media, b"mdhd")? else { return Ok(None) };
    let Some(track_clock) = number(input, media_header, 12, 20)? else { return Ok(None) };
    let Some(edits) = child(input, track, b"edts")? else { return Ok(None) };
    let Some(list) = child(input, edits, b"elst")? else { return Ok(None) };
    let Some([version, ..]) = input.array::<4>(list.body)? else { return Ok(None) };
    let entry_bytes = if version == 1 { 20 } else { 12 };
    let mut at = list.body + 8;
    // An empty edit, which waits, comes before the first real one.
    for _ in 0..2 {
        if at + entry_bytes > list.end {
            break;
        }
        let (duration, start) = if version == 1 {
            let duration = input.array(at)?.map_or(0, u64::from_be_bytes);
            (duration, input.array(at + 8)?.map_or(-1, i64::from_be_bytes))
        } else {
            let duration = input.array(at)?.map_or(0, u32::from_be_bytes);
            (u64::from(duration), i64::from(input.array(at + 4)?.map_or(-1, i32::from_be_bytes)))
        };
        if let Ok(start) = u64::try_from(start) {
            return Ok(Some(Edit { track: number_of_track, start, duration, file_clock, track_clock }));
        }
        at += entry_bytes;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edit_cuts_only_what_its_clock_can_tell() {
        let edit = |duration, file_clock| Edit { track: 1, start: 1024, duration, file_clock, track_clock: 44_100 };
        for (duration, file_clock, left, expected) in [
            (1_000, 1_000, 44_100, 44_100),
            (999, 1_000, 44_100, 44_100),
            (500, 1_000, 44_100, 22_050),
            (44_000, 44_100, 44_100, 44_000),
            (0, 1_000, 44_100, 44_100),
            (u64::MAX, 1, 44_100, 44_100),
            (1_000, 0, 44_100, 44_100),
        ] {
            assert_eq!(edit(duration, file_clock).shortened(Some(left)), Some(expected), "{duration}/{file_clock}");
        }
        assert_eq!(edit(1, 1).shortened(None), None);
    }
}
