//! One track: events with their ticks, up to its end or to the first bytes that make no sense.

use super::chunks::TrackChunk;
use super::error::{Damage, Reason, Warning};
use midly::{EventIter, MetaMessage, TrackEventKind};
use ripieno_types::midi::MidiWord;

/// What happens at a tick.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind<'a> {
    Word(MidiWord),
    /// Bytes of a SysEx message, its F7 among them: whole, or one packet of several.
    SysEx {
        /// Its F0 belongs before them.
        begins: bool,
        bytes: &'a [u8],
    },
    /// Microseconds a quarter note, never 0.
    Tempo(u32),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Event<'a> {
    /// Ticks since the track's start.
    pub tick: u64,
    pub kind: Kind<'a>,
}

#[derive(Debug)]
pub(super) struct Track<'a> {
    pub events: Vec<Event<'a>>,
    /// The tick at which the track ends.
    pub end: u64,
    pub title: Option<&'a [u8]>,
    /// Meta events and bytes of no known message that were passed over.
    pub skipped: u64,
    pub warnings: Vec<Warning>,
    pub damage: Option<Damage>,
}

/// Reads a track; `number` counts from 1.
pub(super) fn read(chunk: TrackChunk<'_>, number: u32) -> Track<'_> {
    let mut track = Track { events: Vec::new(), end: 0, title: None, skipped: 0, warnings: Vec::new(), damage: None };
    let place = |rest: &[u8]| chunk.offset + (chunk.bytes.len() - rest.len()) as u64;
    let mut reader = EventIter::new(chunk.bytes);
    let mut last_status = None;
    let mut warned = false;
    // A SysEx message has begun and not ended.
    let mut is_open = false;
    loop {
        let (rest, running) = (reader.unread(), reader.running_status());
        let event = match reader.next() {
            Some(Ok(event)) => event,
            Some(Err(_)) => match examine(rest, running, last_status) {
                Verdict::CarryOn(status) => {
                    if !std::mem::replace(&mut warned, true) {
                        track.warnings.push(Warning::RunningStatus { track: number, offset: place(rest) });
                    }
                    reader = EventIter::new(rest);
                    *reader.running_status_mut() = Some(status);
                    continue;
                }
                Verdict::Skip { delta, after } => {
                    track.end += u64::from(delta);
                    track.skipped += 1;
                    reader = EventIter::new(after);
                    continue;
                }
                Verdict::Damaged(reason) => {
                    track.damage = Some(Damage { track: Some(number), offset: place(rest), reason });
                    return track;
                }
            },
            None => {
                track.warnings.push(Warning::NoEnd { track: number });
                return track;
            }
        };
        track.end += u64::from(event.delta.as_int());
        let tick = track.end;
        match event.kind {
            TrackEventKind::Midi { .. } => {
                last_status = reader.running_status();
                track.events.extend(word(event.kind).map(|word| Event { tick, kind: Kind::Word(word) }));
            }
            TrackEventKind::SysEx(bytes) => {
                is_open = bytes.last() != Some(&0xF7);
                track.events.push(Event { tick, kind: Kind::SysEx { begins: true, bytes } });
            }
            TrackEventKind::Escape(bytes) if is_open || bytes.first() == Some(&0xF0) => {
                is_open = bytes.last() != Some(&0xF7);
                track.events.push(Event { tick, kind: Kind::SysEx { begins: false, bytes } });
            }
            TrackEventKind::Meta(MetaMessage::EndOfTrack) => {
                let bytes = reader.unread().len() as u64;
                if bytes > 0 {
                    track.warnings.push(Warning::AfterEnd { track: number, bytes });
                }
                return track;
            }
            TrackEventKind::Meta(MetaMessage::Tempo(micros)) if micros.as_int() == 0 => {
                track.warnings.push(Warning::ZeroTempo { track: number });
            }
            TrackEventKind::Meta(MetaMessage::Tempo(micros)) => {
                track.events.push(Event { tick, kind: Kind::Tempo(micros.as_int()) });
            }
            TrackEventKind::Meta(MetaMessage::TrackName(name)) if track.title.is_none() => track.title = Some(name),
            _ => track.skipped += 1,
        }
    }
}

fn word(kind: TrackEventKind<'_>) -> Option<MidiWord> {
    let mut bytes = [0; 3];
    let mut room = bytes.as_mut_slice();
    kind.as_live_event()?.write(&mut room).ok()?;
    let left = room.len();
    MidiWord::new(bytes.get(..3 - left)?).ok()
}

/// What to do about an event that midly refuses.
enum Verdict<'a> {
    /// The status that ran before a meta event still runs: against the standard, but without doubt.
    CarryOn(u8),
    /// A meta event whose frame is sound and whose content is not: step over it.
    Skip {
        delta: u32,
        after: &'a [u8],
    },
    Damaged(Reason),
}

/// Finds out why the event at the front of `bytes` is refused. `running` is the status in force, `last` the one that
/// was before a meta event cancelled it.
fn examine(bytes: &[u8], running: Option<u8>, last: Option<u8>) -> Verdict<'_> {
    let damaged = |reason| Verdict::Damaged(reason);
    let (delta, rest) = match number(bytes) {
        Ok(found) => found,
        Err(reason) => return damaged(reason),
    };
    let Some((&first, after_first)) = rest.split_first() else { return damaged(Reason::CutOff) };
    match (first, running, last) {
        (0..=0x7F, None, Some(status)) => Verdict::CarryOn(status),
        (0..=0x7F, None, None) => damaged(Reason::NoStatus(first)),
        (0..=0x7F, Some(_), _) => damaged(data_fault(rest)),
        (0x80..=0xEF, ..) => damaged(data_fault(after_first)),
        (0xF0 | 0xF7, ..) => match body(after_first) {
            Ok(_) => damaged(Reason::Status(first)),
            Err(reason) => damaged(reason),
        },
        (0xFF, ..) => match after_first.split_first().ok_or(Reason::CutOff).and_then(|(_, rest)| body(rest)) {
            Ok(after) => Verdict::Skip { delta, after },
            Err(reason) => damaged(reason),
        },
        (0xF1..=0xF6 | 0xF8..=0xFE, ..) => damaged(Reason::Status(first)),
    }
}

fn data_fault(data: &[u8]) -> Reason {
    data.iter().take(2).find(|byte| **byte > 0x7F).map_or(Reason::CutOff, |byte| Reason::Data(*byte))
}

/// Steps over a length and as many bytes.
fn body(bytes: &[u8]) -> Result<&[u8], Reason> {
    let (length, rest) = number(bytes)?;
    let (claimed, present) = (u64::from(length), rest.len() as u64);
    rest.get(length as usize..).ok_or(Reason::Length { claimed, present })
}

/// A variable-length number of at most four bytes.
fn number(bytes: &[u8]) -> Result<(u32, &[u8]), Reason> {
    let mut value = 0;
    for (index, byte) in bytes.iter().take(4).enumerate() {
        value = value << 7 | u32::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Ok((value, &bytes[index + 1..]));
        }
    }
    Err(if bytes.len() < 4 { Reason::CutOff } else { Reason::LongNumber })
}
