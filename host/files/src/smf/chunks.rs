//! The outermost layer: header and track chunks, with their places in the file.

use super::error::{Damage, Reason, SmfError, Warning};

/// How a file's tracks belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Type 0: one track.
    Single,
    /// Type 1: tracks that play together.
    Parallel,
    /// Type 2: songs of their own, played here one after the other.
    Sequential,
}

/// How long a tick lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Division {
    /// Ticks a quarter note, never 0; the tempo says how long that is.
    Beat(u16),
    /// `numerator / denominator` seconds a tick, whatever the tempo. The denominator is never 0.
    Seconds { numerator: u32, denominator: u32 },
}

/// One track's bytes and where they start in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrackChunk<'a> {
    pub bytes: &'a [u8],
    pub offset: u64,
}

#[derive(Debug)]
pub(super) struct Chunks<'a> {
    pub format: Format,
    pub division: Division,
    pub tracks: Vec<TrackChunk<'a>>,
    /// Why the tracks end early, if they do.
    pub damage: Option<Damage>,
    pub trailing: Option<Warning>,
}

/// Cuts a file into its tracks. A damaged header is an error, a damaged chunk ends the tracks.
pub(super) fn read(file: &[u8]) -> Result<Chunks<'_>, SmfError> {
    let start = match file {
        [b'M', b'T', b'h', b'd', ..] => 0,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'R', b'M', b'I', b'D', inner @ ..] => 12 + unwrap_riff(inner)?,
        _ => return Err(SmfError::NotMidi),
    };
    let cut_off = SmfError::Header(Reason::CutOff);
    let Some((b"MThd", length, body)) = chunk_head(&file[start..]) else { return Err(cut_off) };
    let Some((header, rest)) = usize::try_from(length).ok().and_then(|length| body.split_at_checked(length)) else {
        return Err(cut_off);
    };
    // Later standards may add fields; these six bytes stay.
    let &[f0, f1, t0, t1, d0, d1, ..] = header else { return Err(cut_off) };
    let format = match u16::from_be_bytes([f0, f1]) {
        0 => Format::Single,
        1 => Format::Parallel,
        2 => Format::Sequential,
        other => return Err(SmfError::Header(Reason::Format(other))),
    };
    let division = division([d0, d1]).map_err(SmfError::Header)?;
    let mut chunks = Chunks { format, division, tracks: Vec::new(), damage: None, trailing: None };
    chunks.walk(rest, (start + 8 + header.len()) as u64, u16::from_be_bytes([t0, t1]));
    Ok(chunks)
}

/// Where the MIDI file starts in the body of an RMID file.
fn unwrap_riff(body: &[u8]) -> Result<usize, SmfError> {
    let mut at = 0;
    while let Some((id, rest)) = body.get(at..).and_then(|rest| rest.split_first_chunk::<4>()) {
        let Some((length, inner)) = rest.split_first_chunk::<4>() else { break };
        if id == b"data" {
            return if inner.starts_with(b"MThd") { Ok(at + 8) } else { Err(SmfError::NotMidi) };
        }
        // Chunks are padded to an even length.
        let length = u32::from_le_bytes(*length) as usize;
        at = at.saturating_add(8).saturating_add(length).saturating_add(length % 2);
    }
    Err(SmfError::NotMidi)
}

impl<'a> Chunks<'a> {
    /// Collects the tracks from `rest`, which starts at `offset` of the file.
    fn walk(&mut self, mut rest: &'a [u8], mut offset: u64, declared: u16) {
        while !rest.is_empty() {
            let found = self.tracks.len() as u32;
            let complete = found >= u32::from(declared);
            let mut stop = |reason| match complete {
                true => self.trailing = Some(Warning::Trailing { offset }),
                false => self.damage = Some(Damage { track: None, offset, reason }),
            };
            let Some((id, length, body)) = chunk_head(rest).filter(|(id, ..)| id.iter().all(is_printable)) else {
                return stop(Reason::NoChunk);
            };
            if id == b"MThd" {
                return stop(Reason::NoChunk);
            }
            let present = body.len() as u64;
            if length > present && id != b"MTrk" {
                return stop(Reason::Length { claimed: length, present });
            }
            let (bytes, next) = body.split_at(length.min(present) as usize);
            if id == b"MTrk" {
                self.tracks.push(TrackChunk { bytes, offset: offset + 8 });
            }
            if length > present {
                let reason = Reason::Length { claimed: length, present };
                self.damage = Some(Damage { track: Some(found + 1), offset, reason });
                return;
            }
            offset += 8 + length;
            rest = next;
        }
        let found = self.tracks.len() as u32;
        if found < u32::from(declared) {
            self.damage = Some(Damage { track: None, offset, reason: Reason::MissingTracks { declared, found } });
        }
    }
}

/// Splits a chunk's identifier and length off what follows them.
fn chunk_head(bytes: &[u8]) -> Option<(&[u8; 4], u64, &[u8])> {
    let (id, rest) = bytes.split_first_chunk::<4>()?;
    let (length, body) = rest.split_first_chunk::<4>()?;
    Some((id, u64::from(u32::from_be_bytes(*length)), body))
}

fn is_printable(byte: &u8) -> bool {
    (0x20..0x7F).contains(byte)
}

fn division(bytes: [u8; 2]) -> Result<Division, Reason> {
    let word = u16::from_be_bytes(bytes);
    let ticks = u32::from(bytes[1]);
    // Timecode is marked by the negative of its frames a second. "29" is drop-frame: 30000/1001 of them.
    match (bytes[0] as i8, ticks) {
        (0.., _) if word > 0 => Ok(Division::Beat(word)),
        (_, 0) => Err(Reason::Division(word)),
        (-24, _) => Ok(Division::Seconds { numerator: 1, denominator: 24 * ticks }),
        (-25, _) => Ok(Division::Seconds { numerator: 1, denominator: 25 * ticks }),
        (-29, _) => Ok(Division::Seconds { numerator: 1001, denominator: 30_000 * ticks }),
        (-30, _) => Ok(Division::Seconds { numerator: 1, denominator: 30 * ticks }),
        _ => Err(Reason::Division(word)),
    }
}
