//! The controller's side: answers every message, keeps one transfer, and stores a set-up only once all of it is here,
//! its CRC is right and the controller can play it.

use super::bytes::crc32;
use super::code::{Code, Refusal};
use super::identity::Identity;
use super::message::{Capacities, Entries, Entry, Message, Stats};
use super::packet::{Packet, Reject};
use super::{BODY, CHUNK, IDLE_MILLIS, PROTOCOL, WINDOW, chunks};

/// Where a controller keeps its set-ups.
pub trait Presets {
    /// What there is room for. Control.
    fn capacities(&mut self) -> Capacities;

    /// What a slot holds, if anything. Control.
    ///
    /// # Errors
    /// [`Code::Slot`] or [`Code::Flash`].
    fn entry(&mut self, slot: u8) -> Result<Option<Entry>, Code>;

    /// Reads the bytes of a slot that begin at `offset`; returns how many there are, up to the length of `into`. Control.
    ///
    /// # Errors
    /// [`Code::Slot`], [`Code::Empty`], [`Code::Range`] or [`Code::Flash`].
    fn read(&mut self, slot: u8, offset: usize, into: &mut [u8]) -> Result<usize, Code>;

    /// Whether this controller can play these bytes. Control.
    ///
    /// # Errors
    /// What is wrong with them.
    fn check(&mut self, bytes: &[u8]) -> Result<(), Refusal>;

    /// Replaces what a slot holds: afterwards it holds all of `bytes`, or what it held. Control; blocks.
    ///
    /// # Errors
    /// [`Code::Slot`], [`Code::TooLong`], [`Code::NoRoom`] or [`Code::Flash`].
    fn save(&mut self, slot: u8, bytes: &[u8]) -> Result<(), Code>;

    /// Empties a slot. Control; blocks.
    ///
    /// # Errors
    /// [`Code::Slot`], [`Code::NoRoom`] or [`Code::Flash`].
    fn delete(&mut self, slot: u8) -> Result<(), Code>;

    /// Remembers the slot to play. Control; blocks.
    ///
    /// # Errors
    /// [`Code::Slot`], [`Code::Empty`], [`Code::NoRoom`] or [`Code::Flash`].
    fn activate(&mut self, slot: u8) -> Result<(), Code>;

    /// Sectors of the flash erased since the controller was switched on. Control.
    fn erased(&mut self) -> u32;
}

/// What the controller has to see to after a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub enum Event {
    /// Another set-up is stored in a slot: if it plays, load it anew.
    Saved(u8),
    /// A slot is empty: if it played, play the default.
    Deleted(u8),
    /// Load this slot and play it.
    Activated(u8),
}

/// A set-up on its way.
#[derive(Clone, Copy, Debug)]
struct Transfer {
    tag: u8,
    entry: Entry,
    /// The chunk that is awaited.
    next: u16,
    /// When it was last carried on.
    at: u64,
}

/// How a transfer ended, to be said again when the answer was lost.
#[derive(Clone, Debug)]
struct Ended {
    tag: u8,
    result: Result<(), (Code, Refusal)>,
}

/// One controller's configuration. Control.
#[derive(Debug)]
pub struct Session<'a> {
    identity: Identity,
    buffer: &'a mut [u8],
    transfer: Option<Transfer>,
    ended: Option<Ended>,
    stats: Stats,
}

impl<'a> Session<'a> {
    /// A session whose set-ups may be as long as `buffer`.
    pub fn new(identity: Identity, buffer: &'a mut [u8]) -> Self {
        Self { identity, buffer, transfer: None, ended: None, stats: Stats::default() }
    }

    /// What was counted, but for the erased sectors. Any.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// Takes one SysEx body (without F0 and F7) at a time in milliseconds, and gives the bodies of the answers, up to
    /// [`WINDOW`] of them. Bodies that are not ours are left alone. Control; blocks as long as `presets` does.
    pub fn receive(
        &mut self,
        millis: u64,
        body: &[u8],
        presets: &mut impl Presets,
        mut reply: impl FnMut(&[u8]),
    ) -> Option<Event> {
        if Identity::is_asked(body) {
            reply(&self.identity.reply());
            return None;
        }
        let packet = match Packet::parse(body) {
            Ok(packet) => packet,
            Err(Reject::Foreign) => return None,
            Err(Reject::Damaged) => {
                self.stats.messages = self.stats.messages.saturating_add(1);
                self.stats.damaged = self.stats.damaged.saturating_add(1);
                send(0, &Message::Error { code: Code::Damaged, detail: "" }, &mut reply);
                return None;
            }
        };
        self.stats.messages = self.stats.messages.saturating_add(1);
        let tag = packet.tag;
        match self.answer(millis, tag, &packet, presets, &mut reply) {
            Ok(event) => event,
            Err((code, detail)) => {
                send(tag, &Message::Error { code, detail: detail.as_str() }, &mut reply);
                None
            }
        }
    }

    fn answer(
        &mut self,
        millis: u64,
        tag: u8,
        packet: &Packet,
        presets: &mut impl Presets,
        reply: &mut impl FnMut(&[u8]),
    ) -> Result<Option<Event>, (Code, Refusal)> {
        match Message::read(packet).ok_or_else(|| plain(Code::Unknown))? {
            Message::Hello { oldest, newest } => {
                if !(oldest..=newest).contains(&PROTOCOL) {
                    return Err(plain(Code::Version));
                }
                let mut holds = presets.capacities();
                holds.longest = holds.longest.min(u32::try_from(self.buffer.len()).unwrap_or(u32::MAX));
                send(tag, &Message::Holds(self.identity, holds), reply);
            }
            Message::List { first } => list(tag, first, presets, reply).map_err(plain)?,
            Message::Read { slot, sequence, count } => {
                read(tag, slot, sequence, count.min(WINDOW), presets, reply).map_err(plain)?;
            }
            Message::Open(entry) => {
                let next = self.open(millis, tag, entry, presets).map_err(plain)?;
                send(tag, &Message::Want { sequence: next }, reply);
            }
            Message::Chunk { sequence, data } => return self.chunk(millis, tag, sequence, data, presets, reply),
            Message::Delete { slot } => {
                presets.delete(slot).map_err(plain)?;
                send(tag, &Message::Done, reply);
                return Ok(Some(Event::Deleted(slot)));
            }
            Message::Activate { slot } => {
                presets.activate(slot).map_err(plain)?;
                send(tag, &Message::Done, reply);
                return Ok(Some(Event::Activated(slot)));
            }
            Message::Abort => {
                self.transfer = self.transfer.filter(|transfer| transfer.tag != tag);
                send(tag, &Message::Done, reply);
            }
            Message::Counts => {
                let stats = Stats { erased: presets.erased(), ..self.stats };
                send(tag, &Message::Counted(stats), reply);
            }
            // A controller's answers are not for controllers: two of them must not talk each other to death.
            _ => {}
        }
        Ok(None)
    }

    /// Begins a transfer, or carries on the one of the same bytes; returns the chunk that is awaited.
    fn open(&mut self, millis: u64, tag: u8, entry: Entry, presets: &mut impl Presets) -> Result<u16, Code> {
        if let Some(transfer) = &mut self.transfer {
            if transfer.entry == entry {
                (transfer.tag, transfer.at) = (tag, millis);
                return Ok(transfer.next);
            }
            if transfer.tag != tag && millis.saturating_sub(transfer.at) < IDLE_MILLIS {
                return Err(Code::Busy);
            }
        }
        let length = usize::try_from(entry.length).map_err(|_| Code::TooLong)?;
        if length == 0 || length > self.buffer.len() || chunks(length) > usize::from(u16::MAX) {
            return Err(Code::TooLong);
        }
        presets.entry(entry.slot)?;
        self.ended = None;
        self.transfer = Some(Transfer { tag, entry, next: 0, at: millis });
        Ok(0)
    }

    fn chunk(
        &mut self,
        millis: u64,
        tag: u8,
        sequence: u16,
        data: &[u8],
        presets: &mut impl Presets,
        reply: &mut impl FnMut(&[u8]),
    ) -> Result<Option<Event>, (Code, Refusal)> {
        let Some(transfer) = self.transfer.as_mut().filter(|transfer| transfer.tag == tag) else {
            // The answers to the last chunks were lost: say again how it ended.
            let ended = self.ended.as_ref().filter(|ended| ended.tag == tag);
            ended.ok_or_else(|| plain(Code::NoTransfer))?.result.clone()?;
            send(tag, &Message::Done, reply);
            return Ok(None);
        };
        transfer.at = millis;
        let length = transfer.entry.length as usize;
        let start = usize::from(transfer.next) * CHUNK;
        let expected = CHUNK.min(length - start);
        if sequence != transfer.next || data.len() != expected {
            self.stats.out_of_turn = self.stats.out_of_turn.saturating_add(1);
            send(tag, &Message::Want { sequence: transfer.next }, reply);
            return Ok(None);
        }
        // `open` has seen to the room.
        if let Some(room) = self.buffer.get_mut(start..start + expected) {
            room.copy_from_slice(data);
        }
        transfer.next += 1;
        if start + expected < length {
            send(tag, &Message::Want { sequence: transfer.next }, reply);
            return Ok(None);
        }
        let entry = transfer.entry;
        self.transfer = None;
        let result = self.store(entry, presets);
        self.ended = Some(Ended { tag, result: result.clone() });
        result?;
        send(tag, &Message::Done, reply);
        Ok(Some(Event::Saved(entry.slot)))
    }

    /// The whole set-up is in the buffer.
    fn store(&mut self, entry: Entry, presets: &mut impl Presets) -> Result<(), (Code, Refusal)> {
        let bytes = self.buffer.get(..entry.length as usize).unwrap_or(&[]);
        if crc32(bytes) != entry.crc {
            return Err(plain(Code::Crc));
        }
        if let Err(refusal) = presets.check(bytes) {
            self.stats.refused = self.stats.refused.saturating_add(1);
            return Err((Code::Refused, refusal));
        }
        presets.save(entry.slot, bytes).map_err(plain)?;
        self.stats.stored = self.stats.stored.saturating_add(1);
        Ok(())
    }
}

fn plain(code: Code) -> (Code, Refusal) {
    (code, Refusal::default())
}

fn send(tag: u8, message: &Message<'_>, reply: &mut impl FnMut(&[u8])) {
    let mut body = [0; BODY];
    let length = message.packet(tag).write(&mut body);
    reply(body.get(..length).unwrap_or(&body));
}

fn list(tag: u8, first: u8, presets: &mut impl Presets, reply: &mut impl FnMut(&[u8])) -> Result<(), Code> {
    let mut entries = Entries::new();
    let mut next = None;
    for slot in first..presets.capacities().slots {
        if let Some(entry) = presets.entry(slot)?
            && entries.push(entry).is_err()
        {
            next = Some(slot);
            break;
        }
    }
    send(tag, &Message::Stored { next, entries }, reply);
    Ok(())
}

fn read(
    tag: u8,
    slot: u8,
    first: u16,
    count: u8,
    presets: &mut impl Presets,
    reply: &mut impl FnMut(&[u8]),
) -> Result<(), Code> {
    let length = presets.entry(slot)?.ok_or(Code::Empty)?.length as usize;
    let end = chunks(length).min(usize::from(first) + usize::from(count));
    if usize::from(first) >= end {
        return Err(Code::Range);
    }
    for sequence in usize::from(first)..end {
        let mut data = [0; CHUNK];
        let count = presets.read(slot, sequence * CHUNK, &mut data)?;
        // `end` is within what a sequence number can say.
        send(tag, &Message::Chunk { sequence: sequence as u16, data: &data[..count.min(CHUNK)] }, reply);
    }
    Ok(())
}
