//! FLAC (RFC 9639), written block by block in constant memory.
//!
//! The encoder is our own, because the one that the Rust world has (flacenc 0.5) makes files of many times their sound's
//! size from loud 24-bit noise, gigabytes of one block that turns silent, and cannot begin in the middle of a stream.
//! This one is never longer than the samples themselves by more than the headers: fixed differences or linear prediction,
//! whichever is shorter, mid/side or a channel and the side, Rice codes in partitions with parameters of 4 or 5 bits,
//! zeros at the lower end told once, and the bare samples where nothing else helps. There is no seek table: the frames of
//! an unfinished file are not known when its header is written, and decoders find a place by bisection.

mod bits;
mod frame;
mod header;
mod predict;
mod rice;

use super::tags::Bounded;
use crate::Tags;
use crate::wav::Levels;
use crate::wav::dither::quantise;
use frame::{BLOCK, Kind};
use header::Totals;
use md5::digest::common::hazmat::SerializableState;
use md5::{Digest, Md5};
use ripieno_types::SampleRate;
use serde::{Deserialize, Serialize};
use std::io::{self, Seek, SeekFrom, Write};

/// The most channels of a FLAC file.
pub(super) const MAX_CHANNELS: u16 = 8;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FlacSpec {
    pub rate: SampleRate,
    /// 1 to [`MAX_CHANNELS`].
    pub channels: u16,
    /// 16 or 24.
    pub bits: u32,
}

/// Writes one FLAC file to anything that can seek back to its header.
#[derive(Debug)]
pub(super) struct FlacWriter<W> {
    out: W,
    spec: FlacSpec,
    comments: Vec<u8>,
    left_out: Vec<String>,
    /// Samples of the block that is not full yet, a vector a channel.
    block: Vec<Vec<i32>>,
    frames: u64,
    /// Bytes handed to `out`.
    bytes: u64,
    smallest: u32,
    largest: u32,
    md5: Md5,
    levels: Levels,
}

/// What a writer knows beside its file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FlacState {
    smallest: u32,
    largest: u32,
    /// The samples that wait for their block to be full: interleaved, in whole bytes.
    #[serde(with = "super::state::hex")]
    waiting: Vec<u8>,
    /// The digest of the blocks before.
    #[serde(with = "super::state::hex")]
    md5: Vec<u8>,
}

impl<W: Write + Seek> FlacWriter<W> {
    /// A writer that has written nothing yet, not even a header.
    pub fn prepared(out: W, spec: FlacSpec, tags: &Tags) -> Self {
        let tags = Bounded::new(tags);
        Self {
            out,
            spec,
            comments: header::comments(&tags),
            left_out: tags.left_out(),
            block: vec![Vec::with_capacity(BLOCK); usize::from(spec.channels)],
            frames: 0,
            bytes: 0,
            smallest: 0,
            largest: 0,
            md5: Md5::new(),
            levels: Levels::default(),
        }
    }

    /// Writes the header of an empty file.
    pub fn begin(&mut self) -> io::Result<()> {
        let header = self.header(&Totals::default());
        self.hand_on(&header)
    }

    fn header(&self, totals: &Totals) -> Vec<u8> {
        header::bytes(&self.spec, &self.comments, totals)
    }

    /// Bytes before the first frame, the same for every file of these tags.
    pub fn header_bytes(&self) -> u64 {
        self.header(&Totals::default()).len() as u64
    }

    /// Whether these first bytes of a file are what this writer would have written.
    pub fn wrote(&self, header: &[u8]) -> bool {
        header::is_ours(header, &self.spec, &self.comments)
    }

    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    pub fn frames(&self) -> u64 {
        self.frames
    }

    pub fn levels(&self) -> Levels {
        self.levels
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    pub fn state(&self) -> FlacState {
        FlacState {
            smallest: self.smallest,
            largest: self.largest,
            waiting: self.raw(),
            md5: self.md5.serialize().to_vec(),
        }
    }

    /// Goes on where a file of so many frames and bytes ends; `out` stands there. Tells whether the state is sound.
    pub fn go_on(&mut self, frames: u64, bytes: u64, levels: Levels, state: &FlacState) -> bool {
        let each = self.spec.bits as usize / 8;
        let samples = state.waiting.len() / each;
        let Some(md5) = state.md5.as_slice().try_into().ok().and_then(|state| Md5::deserialize(state).ok()) else {
            return false;
        };
        let waiting = frames % BLOCK as u64 * u64::from(self.spec.channels);
        if !state.waiting.len().is_multiple_of(each) || samples as u64 != waiting || bytes < self.header_bytes() {
            return false;
        }
        let channels = self.block.len();
        for (n, sample) in state.waiting.chunks(each).enumerate() {
            // Little-endian, its sign at the upper end of the word and then brought down.
            let word = sample.iter().rev().fold(0, |word, byte| word << 8 | i32::from(*byte));
            let unused = 32 - self.spec.bits;
            self.block[n % channels].push(word << unused >> unused);
        }
        (self.smallest, self.largest, self.md5) = (state.smallest, state.largest, md5);
        (self.frames, self.bytes, self.levels) = (frames, bytes, levels);
        true
    }

    /// As [`WavWriter::write`](crate::WavWriter::write).
    pub fn write(&mut self, channels: &[&[f32]]) -> io::Result<()> {
        assert_eq!(channels.len(), self.block.len(), "one slice a channel");
        let frames = channels[0].len();
        assert!(channels.iter().all(|channel| channel.len() == frames), "channels of one block have one length");
        let mut done = 0;
        while done < frames {
            let count = (frames - done).min(BLOCK - self.block[0].len());
            for frame in done..done + count {
                let at = self.frames + (frame - done) as u64;
                for (number, (block, channel)) in self.block.iter_mut().zip(channels).enumerate() {
                    let sample = self.levels.take(channel[frame]);
                    block.push(quantise(sample, self.spec.bits, at, number));
                }
            }
            self.frames += count as u64;
            done += count;
            if self.block[0].len() == BLOCK {
                self.encode()?;
            }
        }
        Ok(())
    }

    /// Completes the file and gives it back with the levels measured.
    pub fn finish(mut self) -> io::Result<(W, Levels)> {
        if !self.block[0].is_empty() {
            self.encode()?;
        }
        let md5 = self.md5.finalize_reset().into();
        let totals = Totals { frames: self.frames, smallest: self.smallest, largest: self.largest, md5 };
        let header = self.header(&totals);
        self.out.seek(SeekFrom::Current(-i64::try_from(self.bytes).map_err(io::Error::other)?))?;
        self.out.write_all(&header)?;
        self.out.seek(SeekFrom::End(0))?;
        self.out.flush()?;
        Ok((self.out, self.levels))
    }

    fn encode(&mut self) -> io::Result<()> {
        self.md5.update(self.raw());
        let kind = Kind { rate_hz: self.spec.rate.hz(), bits: self.spec.bits };
        let number = (self.frames - 1) / BLOCK as u64;
        let coded = frame::encode(kind, number, &self.block);
        let length = coded.len() as u32;
        self.smallest = if self.smallest == 0 { length } else { self.smallest.min(length) };
        self.largest = self.largest.max(length);
        self.block.iter_mut().for_each(Vec::clear);
        self.hand_on(&coded)
    }

    /// The samples of the block, interleaved, in whole bytes: what the format takes its digest of.
    fn raw(&self) -> Vec<u8> {
        let each = self.spec.bits as usize / 8;
        let frames = 0..self.block[0].len();
        let samples = frames.flat_map(|frame| self.block.iter().map(move |channel| channel[frame]));
        let mut raw = Vec::with_capacity(self.block[0].len() * self.block.len() * each);
        samples.for_each(|sample| raw.extend(&sample.to_le_bytes()[..each]));
        raw
    }

    fn hand_on(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
