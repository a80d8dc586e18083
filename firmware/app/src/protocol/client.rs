//! The computer's side: one job at a time, from its first question to its answer or a named error.
//!
//! Chunks are sent [`WINDOW`] ahead; the controller says after each which one it wants next. What is lost is asked for
//! again once, at once, and then after [`ANSWER_MILLIS`], [`TRIES`] times without progress. A job that was given up can
//! be begun anew: the controller goes on where it was if its bytes are the same.

use super::bytes::crc32;
use super::code::{Code, Refusal};
use super::identity::Identity;
use super::message::{Capacities, Entry, Message, Stats};
use super::packet::Packet;
use super::{BODY, CHUNK, PROTOCOL, WINDOW, chunks};
use core::fmt;

/// How long an answer may take, in milliseconds, before it is asked for again.
const ANSWER_MILLIS: u64 = 500;
/// How often the same is asked for without progress: as long as a controller may be erasing flash.
const TRIES: u8 = 12;
/// How often a whole transfer is begun anew.
const RESTARTS: u8 = 3;

/// What to do.
#[derive(Debug)]
#[non_exhaustive]
pub enum Job<'a> {
    /// Ask who is there, and what it holds.
    Identify,
    /// List what is stored, as much as there is room for.
    List(&'a mut [Entry]),
    /// Read a slot into a buffer.
    Pull {
        /// The slot.
        slot: u8,
        /// Room for its bytes.
        into: &'a mut [u8],
    },
    /// Store bytes in a slot.
    Push {
        /// The slot.
        slot: u8,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// Empty a slot.
    Delete(u8),
    /// Play a slot.
    Activate(u8),
    /// Ask what was counted.
    Counts,
}

/// What came of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Who is there, and what it holds.
    Identified(Identity, Capacities),
    /// So many entries are listed.
    Listed(usize),
    /// So many bytes were read; their CRC is right.
    Pulled(usize),
    /// It is done, and what was to be kept is.
    Done,
    /// What was counted.
    Counted(Stats),
}

/// Why a job failed. A slot holds what it held, or, if the answer alone was lost, all of what was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientError {
    /// Nobody answers, or no longer.
    NoAnswer,
    /// The controller said no, with more words if there are any.
    Controller(Code, Refusal),
    /// The buffer has no room for so many bytes.
    Room(u32),
    /// It arrived damaged however often it was sent, or was changed by somebody else meanwhile.
    Unsteady,
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("the controller does not answer; check that it is connected and try again"),
            Self::Controller(code, detail) if detail.as_str().is_empty() => code.fmt(f),
            Self::Controller(code, detail) => write!(f, "{code}: {detail}"),
            Self::Room(length) => write!(f, "the slot holds {length} bytes, more than there is room for"),
            Self::Unsteady => f.write_str(
                "the transfer was damaged again and again, or another program changes the controller; close it, or use another port",
            ),
        }
    }
}

impl core::error::Error for ClientError {}

/// How far a job is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It goes on with the next body that arrives, or at a time in milliseconds.
    Going {
        /// Bytes transferred.
        done: u32,
        /// Of so many; 0 while that is not known.
        total: u32,
        /// When to poll at the latest.
        wake: u64,
    },
    /// It has ended.
    Over(Result<Answer, ClientError>),
}

/// Where a job is.
#[derive(Clone, Debug)]
enum Step {
    /// Who is there?
    Identity,
    /// What does it hold?
    Hello,
    /// One question, one answer.
    Ask,
    /// The list from a slot on; so many entries are known.
    List {
        first: u8,
        known: usize,
    },
    /// What does the slot hold?
    Entry,
    /// Chunks are arriving: the next, and the one behind those that were asked for.
    Read {
        entry: Entry,
        next: u16,
        asked: u16,
    },
    /// May I send?
    Open,
    /// Chunks are sent: all before `base` have arrived, those before `sent` are under way.
    Send {
        base: u16,
        sent: u16,
    },
    Over(Result<Answer, ClientError>),
}

/// A job that is being done. Control.
#[derive(Debug)]
pub struct Client<'a> {
    job: Job<'a>,
    tag: u8,
    step: Step,
    /// Something is to be said at the next poll.
    is_due: bool,
    /// What is missing was asked for again already.
    was_asked_again: bool,
    /// Another program has the controller.
    is_busy: bool,
    deadline: u64,
    tries: u8,
    restarts: u8,
}

impl<'a> Client<'a> {
    /// Begins a job. The tag, 0..=127, tells its answers from those of other jobs: let it differ from the last. Any.
    pub fn new(tag: u8, job: Job<'a>) -> Self {
        let step = first(&job);
        Self {
            job,
            tag: tag & 0x7F,
            step,
            is_due: true,
            was_asked_again: false,
            is_busy: false,
            deadline: 0,
            tries: 0,
            restarts: 0,
        }
    }

    /// Takes a SysEx body (without F0 and F7) that arrived; what is of no concern is left alone. Then poll. Control.
    pub fn receive(&mut self, body: &[u8]) {
        if matches!(self.step, Step::Identity) && Identity::parse(body).is_some() {
            return self.go(Step::Hello);
        }
        let Ok(packet) = Packet::parse(body) else { return };
        match Message::read(&packet) {
            // Whose message was damaged is not known.
            Some(Message::Error { code: Code::Damaged, .. }) => self.ask_again(),
            Some(message) if packet.tag == self.tag => self.hear(&message),
            _ => {}
        }
    }

    /// Gives the bodies that are to be sent now, at a time in milliseconds, and says how far the job is. Control.
    pub fn poll(&mut self, millis: u64, mut send: impl FnMut(&[u8])) -> Progress {
        if let Step::Over(result) = &self.step {
            return Progress::Over(result.clone());
        }
        if !self.is_due && millis >= self.deadline {
            self.tries += 1;
            self.was_asked_again = false;
            self.rewind();
        }
        if self.tries > TRIES {
            let busy = ClientError::Controller(Code::Busy, Refusal::default());
            self.end(Err(if self.is_busy { busy } else { ClientError::NoAnswer }));
            return self.poll(millis, send);
        }
        if self.is_due {
            self.is_due = false;
            self.deadline = millis + ANSWER_MILLIS;
            self.say(&mut send);
        }
        let (done, total) = self.figures();
        Progress::Going { done, total, wake: self.deadline }
    }

    fn figures(&self) -> (u32, u32) {
        let (at, total) = match (&self.step, &self.job) {
            (Step::Read { entry, next, .. }, _) => (*next, entry.length),
            (Step::Send { base, .. }, Job::Push { bytes, .. }) => (*base, bytes.len() as u32),
            (_, Job::Push { bytes, .. }) => (0, bytes.len() as u32),
            _ => (0, 0),
        };
        ((u32::from(at) * CHUNK as u32).min(total), total)
    }

    /// Takes a step: whatever held it up before is over.
    fn go(&mut self, step: Step) {
        self.step = step;
        self.is_due = true;
        self.was_asked_again = false;
        self.is_busy = false;
        self.tries = 0;
    }

    fn end(&mut self, result: Result<Answer, ClientError>) {
        self.step = Step::Over(result);
    }

    /// Whatever is under way is taken to be lost.
    fn rewind(&mut self) {
        if let Step::Send { base, sent } = &mut self.step {
            *sent = *base;
        }
        self.is_due = true;
    }

    /// Something was lost: asks again, once, without waiting.
    fn ask_again(&mut self) {
        if !self.was_asked_again {
            self.was_asked_again = true;
            self.rewind();
        }
    }

    fn restart(&mut self) {
        self.restarts += 1;
        if self.restarts > RESTARTS {
            return self.end(Err(ClientError::Unsteady));
        }
        let tries = self.tries;
        self.go(first(&self.job));
        self.tries = tries;
    }

    fn say(&mut self, send: &mut impl FnMut(&[u8])) {
        let tag = self.tag;
        let mut tell = |message: Message<'_>| {
            let mut body = [0; BODY];
            let length = message.packet(tag).write(&mut body);
            send(body.get(..length).unwrap_or(&body));
        };
        match (&mut self.step, &self.job) {
            (Step::Identity, _) => send(&Identity::REQUEST),
            (Step::Hello, _) => tell(Message::Hello { oldest: PROTOCOL, newest: PROTOCOL }),
            (Step::List { first, .. }, _) => tell(Message::List { first: *first }),
            (Step::Entry, Job::Pull { slot, .. }) => tell(Message::List { first: *slot }),
            (Step::Read { entry, next, asked }, _) => {
                *asked = next.saturating_add(WINDOW.into());
                tell(Message::Read { slot: entry.slot, sequence: *next, count: WINDOW });
            }
            (Step::Open, Job::Push { slot, bytes }) => tell(Message::Open(entry(*slot, bytes))),
            (Step::Send { base, sent }, Job::Push { bytes, .. }) => {
                for data in
                    bytes.chunks(CHUNK).skip(usize::from(*sent)).take(usize::from(*base + u16::from(WINDOW) - *sent))
                {
                    tell(Message::Chunk { sequence: *sent, data });
                    *sent += 1;
                }
            }
            (Step::Ask, Job::Delete(slot)) => tell(Message::Delete { slot: *slot }),
            (Step::Ask, Job::Activate(slot)) => tell(Message::Activate { slot: *slot }),
            (Step::Ask, _) => tell(Message::Counts),
            _ => {}
        }
    }

    fn hear(&mut self, message: &Message<'_>) {
        match (&mut self.step, &mut self.job, message) {
            (_, _, Message::Error { code, detail }) => self.refused(*code, detail),
            (Step::Hello, _, Message::Holds(identity, holds)) => {
                let answer = Answer::Identified(*identity, *holds);
                self.end(Ok(answer));
            }
            (Step::List { first, known }, Job::List(list), Message::Stored { next, entries }) => {
                // An answer to an earlier question begins with what is known already.
                let mut known = *known;
                for entry in entries.iter().filter(|entry| entry.slot >= *first) {
                    let Some(room) = list.get_mut(known) else { break };
                    *room = *entry;
                    known += 1;
                }
                match *next {
                    Some(next) if next > *first => self.go(Step::List { first: next, known }),
                    Some(_) => {}
                    None => self.end(Ok(Answer::Listed(known))),
                }
            }
            (Step::Entry, Job::Pull { slot, into }, Message::Stored { entries, .. }) => {
                match entries.iter().find(|entry| entry.slot == *slot) {
                    None => self.end(Err(ClientError::Controller(Code::Empty, Refusal::default()))),
                    Some(entry) if entry.length as usize > into.len() => {
                        let length = entry.length;
                        self.end(Err(ClientError::Room(length)));
                    }
                    Some(entry) => self.go(Step::Read { entry: *entry, next: 0, asked: 0 }),
                }
            }
            (Step::Read { .. }, _, Message::Chunk { sequence, data }) => self.take(*sequence, data),
            (Step::Open | Step::Send { .. }, _, Message::Want { sequence }) => self.wanted(*sequence),
            (Step::Send { .. }, _, Message::Done) => self.end(Ok(Answer::Done)),
            (Step::Ask, Job::Delete(_) | Job::Activate(_), Message::Done) => self.end(Ok(Answer::Done)),
            (Step::Ask, Job::Counts, Message::Counted(stats)) => self.end(Ok(Answer::Counted(*stats))),
            _ => {}
        }
    }

    fn refused(&mut self, code: Code, detail: &str) {
        match code {
            // It may be over soon: ask again when it is time.
            Code::Busy => self.is_busy = true,
            Code::NoTransfer if matches!(self.step, Step::Send { .. }) => self.restart(),
            Code::Crc if matches!(self.step, Step::Send { .. }) => self.restart(),
            Code::Range if matches!(self.step, Step::Read { .. }) => self.restart(),
            _ => self.end(Err(ClientError::Controller(code, Refusal::new(detail)))),
        }
    }

    /// A chunk of the slot that is read.
    fn take(&mut self, sequence: u16, data: &[u8]) {
        let (Step::Read { entry, next, asked }, Job::Pull { into, .. }) = (&mut self.step, &mut self.job) else {
            return;
        };
        if sequence != *next {
            if sequence > *next && sequence < *asked {
                self.ask_again();
            }
            return;
        }
        let length = entry.length as usize;
        let start = usize::from(sequence) * CHUNK;
        let room = into.get_mut(start..length.min(start + CHUNK)).filter(|room| room.len() == data.len());
        let Some(room) = room else { return self.restart() };
        room.copy_from_slice(data);
        *next += 1;
        (self.tries, self.was_asked_again) = (0, false);
        if usize::from(*next) == chunks(length) {
            match into.get(..length).map(crc32) == Some(entry.crc) {
                true => self.end(Ok(Answer::Pulled(length))),
                false => self.restart(),
            }
        } else if *next == *asked {
            self.is_due = true;
        }
    }

    /// The controller says which chunk it wants.
    fn wanted(&mut self, sequence: u16) {
        let Job::Push { bytes, .. } = &self.job else { return };
        if usize::from(sequence) >= chunks(bytes.len()) {
            return;
        }
        match &mut self.step {
            Step::Send { base, .. } if sequence == *base => self.ask_again(),
            // It has begun anew.
            Step::Send { base, .. } if sequence < *base => {
                self.restarts += 1;
                if self.restarts > RESTARTS {
                    return self.end(Err(ClientError::Unsteady));
                }
                self.go(Step::Send { base: sequence, sent: sequence });
            }
            Step::Send { sent, .. } => {
                let sent = (*sent).max(sequence);
                self.go(Step::Send { base: sequence, sent });
            }
            _ => self.go(Step::Send { base: sequence, sent: sequence }),
        }
    }
}

fn first(job: &Job<'_>) -> Step {
    match job {
        Job::Identify => Step::Identity,
        Job::List(_) => Step::List { first: 0, known: 0 },
        Job::Pull { .. } => Step::Entry,
        Job::Push { .. } => Step::Open,
        Job::Delete(_) | Job::Activate(_) | Job::Counts => Step::Ask,
    }
}

fn entry(slot: u8, bytes: &[u8]) -> Entry {
    Entry { slot, length: u32::try_from(bytes.len()).unwrap_or(u32::MAX), crc: crc32(bytes) }
}
