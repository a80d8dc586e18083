//! Where a voice is in its recording, and the frames around that place as a straight line: loops, repeats, crossfades and
//! the other direction are unrolled here, so that the inner loops of interpolation know none of them.
//!
//! Places are counted in the direction of playing: backwards, frame 0 is the recording's last.

use super::part::{Part, Repeat};
use super::shapes::Wave;
use super::waves::{Frames, Waves};
use crate::SamplePool;
use crate::interpolate::MAX_STEP;
use crate::window::{Frame, Stretch};
use core::ops::Range;
use ripieno_dsp::maths::sin_turns;

/// Frames of left and right.
pub type Windows = [Stretch<f32>; 2];

/// Frames behind the end at which no kernel reaches back to it.
const LINGER: u32 = 16;

/// Jumps without limit.
const FOREVER: u32 = u32::MAX;

/// Frames of a crossfade that are worked out at once.
const PIECE: usize = 64;

/// From the 16-bit scale to −1..=1.
const FROM_SHORT: f32 = 1.0 / 32_768.0;

/// Where frames lie from the place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// From it on: the stream follows.
    Ahead,
    /// Before the seam that the stream has left behind.
    Back,
}

/// A place in a recording that moves on.
#[derive(Clone, Copy, Debug)]
pub struct Playhead {
    wave: u32,
    reader: u16,
    is_stereo: bool,
    is_reversed: bool,
    /// The loop lasts until the release.
    is_held: bool,
    /// Frames of the recording.
    frames: u32,
    /// First frame to play, one past the last one.
    bounds: [u32; 2],
    /// What is repeated.
    looped: [u32; 2],
    /// The loop's last frames fade into those before its start.
    crossfade: u32,
    /// How often the loop's end still leads to its start.
    jumps: u32,
    /// How often it has.
    passes: u32,
    /// The pass that the stream was last sent to begin.
    turned: u32,
    /// One past the furthest frame asked of the stream since it was sent to a place.
    streamed: u32,
    /// The place, 32.32.
    pub at: u64,
    /// Frames a frame, 32.32.
    pub step: u64,
    /// What `step` grows by a frame.
    pub slope: i64,
}

impl Playhead {
    /// At frame `offset` of a wave, standing still.
    pub fn new(part: &Part, wave: &Wave, reader: u16, offset: u32) -> Self {
        let end = part.end.min(wave.frames);
        let repeat = Repeat::from_number(part.repeat);
        let loops = matches!(repeat, Repeat::Continuous | Repeat::Sustain);
        let (start, loop_end) = if loops { (part.loop_start, part.loop_end.min(end)) } else { (offset, end) };
        let jumps = match (start < loop_end, loops, part.count) {
            (false, ..) => 0,
            (true, true, 0) => FOREVER,
            (true, true, count) => count,
            (true, false, count) => count.saturating_sub(1),
        };
        Self {
            wave: part.wave,
            reader,
            is_stereo: wave.channels > 1,
            is_reversed: part.has(Part::REVERSE),
            is_held: repeat == Repeat::Sustain,
            frames: wave.frames,
            bounds: [offset, end],
            looped: [start, loop_end],
            crossfade: part.loop_crossfade.min(start).min(loop_end.saturating_sub(start)),
            jumps: if offset < end { jumps } else { 0 },
            passes: 0,
            turned: 0,
            streamed: 0,
            at: u64::from(offset) << 32,
            step: 0,
            slope: 0,
        }
    }

    /// True with a right channel of its own.
    pub fn is_stereo(&self) -> bool {
        self.is_stereo
    }

    /// Has what lies beyond the head read ahead.
    pub fn start<W: Waves>(&mut self, waves: &W) {
        let head = self.head(waves.head(self.wave));
        if head < self.bounds[1] && !self.is_reversed {
            self.seek(waves, head.max(self.bounds[0]));
        }
    }

    fn seek<W: Waves>(&mut self, waves: &W, at: u32) {
        waves.start(self.reader, self.wave, at);
        self.streamed = at;
    }

    /// The voice needs no more.
    pub fn stop<W: Waves>(&self, waves: &W) {
        if self.streamed > 0 {
            waves.stop(self.reader);
        }
    }

    /// The key was released: a loop that lasts until then plays out.
    pub fn release(&mut self) {
        if self.is_held {
            // What has run past the loop's end or into its crossfade is still in the loop.
            self.wrap();
            let is_fading = self.place() >= self.fade_start() && self.crossfade > 0;
            self.jumps = self.jumps.min(u32::from(is_fading));
        }
    }

    /// True when nothing but silence follows.
    pub fn is_over(&self) -> bool {
        self.jumps == 0 && self.place() >= self.bounds[1].saturating_add(LINGER)
    }

    /// Moves to a speed by the end of the period, `frames` away.
    pub fn aim(&mut self, step: u64, frames: usize, jump: bool) {
        let step = step.min(MAX_STEP);
        if jump {
            (self.step, self.slope) = (step, 0);
        } else {
            // Rounded towards where it is: it must not pass zero.
            self.slope = step.wrapping_sub(self.step).cast_signed() / frames.max(1) as i64;
        }
    }

    fn place(&self) -> u32 {
        (self.at >> 32) as u32
    }

    fn fade_start(&self) -> u32 {
        self.looped[1].saturating_sub(self.crossfade)
    }

    /// Brings the place back into the loop.
    pub fn wrap(&mut self) {
        let [start, end] = self.looped.map(|frame| u64::from(frame) << 32);
        if self.jumps > 0 && self.at >= end {
            let length = end.saturating_sub(start).max(1);
            let passed = (1 + (self.at - end) / length).min(u64::from(self.jumps));
            self.at = self.at.saturating_sub(passed * length);
            self.passes = self.passes.saturating_add(passed as u32);
            if self.jumps != FOREVER {
                self.jumps -= passed as u32;
            }
        }
    }

    /// Fills the first `needed` frames of the windows, beginning `before` frames ahead of the (wrapped) place; the right one
    /// only of a stereo recording. False if something of it has not arrived: it is silent then.
    pub fn unroll<W: Waves>(&mut self, waves: &W, before: u32, needed: usize, windows: &mut Windows) -> bool {
        let head = waves.head(self.wave);
        let [left, right] = windows;
        let needed = needed.min(left.len());
        let right_frames = if self.is_stereo { needed } else { 0 };
        let mut out = [left.get_mut(..needed).unwrap_or(&mut []), right.get_mut(..right_frames).unwrap_or(&mut [])];
        let [first, end] = self.bounds.map(i64::from);
        let [loop_start, loop_end] = self.looped.map(i64::from);
        let length = (loop_end - loop_start).max(1);
        let mut at = i64::from(self.place()) - i64::from(before);
        let mut jumps = self.jumps;
        // Back over the seam as often as it was crossed.
        let mut passes = self.passes;
        while passes > 0 && at < loop_start {
            at += length;
            jumps = jumps.saturating_add(1);
            passes -= 1;
        }
        let first = if self.passes > 0 { first.min(loop_start) } else { first };
        let mut has_arrived = true;
        while !out[0].is_empty() {
            if jumps > 0 && at >= loop_end {
                at -= length;
                jumps -= u32::from(jumps != FOREVER);
                passes = passes.saturating_add(1);
                self.turn(waves, head, passes);
            }
            let end = if jumps > 0 { loop_end } else { end };
            let fade = if jumps > 0 && self.crossfade > 0 { i64::from(self.fade_start()) } else { i64::MAX };
            let (until, is_silent) = if at < first {
                (first, true)
            } else if at >= end {
                (i64::MAX, true)
            } else if at < fade {
                (end.min(fade), false)
            } else {
                (end.min(at + PIECE as i64), false)
            };
            let count = out[0].len().min(usize::try_from(until - at).unwrap_or(usize::MAX));
            let [left, right] = out;
            let (left, left_behind) = left.split_at_mut_checked(count).unwrap_or((&mut [], &mut []));
            let (right, right_behind) = right.split_at_mut(count.min(right.len()));
            if is_silent {
                left.fill(0.0);
                right.fill(0.0);
            } else {
                let frames = at as u32..(at as u32).saturating_add(count as u32);
                let sight = if passes < self.passes.max(self.turned) { Sight::Back } else { Sight::Ahead };
                has_arrived &= self.read(waves, head, frames.clone(), sight, [&mut *left, &mut *right]);
                if at >= fade {
                    self.blend(waves, head, frames, [left, right]);
                }
            }
            at += count as i64;
            out = [left_behind, right_behind];
        }
        has_arrived
    }

    /// Sends the stream to the start of a pass, as soon as that is in sight.
    fn turn<W: Waves>(&mut self, waves: &W, head: Frames<'_>, pass: u32) {
        let ([start, end], head) = (self.looped, self.head(head));
        if pass > self.turned {
            self.turned = pass;
            if head < end && !self.is_reversed {
                self.seek(waves, head.max(start));
            }
        }
    }

    /// Fades frames at the loop's end into those that lead to its start.
    fn blend<W: Waves>(&mut self, waves: &W, head: Frames<'_>, frames: Range<u32>, out: [&mut [f32]; 2]) {
        // A stream reads ahead, not back.
        if self.head(head) < self.looped[1] {
            return;
        }
        let [start, end] = self.looped;
        let into = frames.start.saturating_sub(self.fade_start()) as f32;
        let before = frames.start.saturating_sub(end - start.min(end));
        let mut others = [[0.0; PIECE]; 2];
        let [left, right] = &mut others;
        let counts = [&out[0], &out[1]].map(|out| out.len().min(PIECE));
        let pieces = [left.get_mut(..counts[0]).unwrap_or(&mut []), right.get_mut(..counts[1]).unwrap_or(&mut [])];
        self.read(waves, head, before..before.saturating_add(counts[0] as u32), Sight::Back, pieces);
        let quarter = 0.25 / self.crossfade.max(1) as f32;
        for (out, others) in out.into_iter().zip(&others) {
            for (n, (frame, other)) in out.iter_mut().zip(others).enumerate() {
                let sine = sin_turns((into + n as f32) * quarter);
                *frame += (other - *frame) * (sine * sine);
            }
        }
    }

    /// Frames that are in memory.
    fn head(&self, head: Frames<'_>) -> u32 {
        match head {
            Frames::Float([left, _]) => left.len().min(self.frames as usize) as u32,
            Frames::Short([left, _]) => left.len().min(self.frames as usize) as u32,
            Frames::Pool(..) => self.frames,
        }
    }

    /// Reads frames that the recording has.
    fn read<W: Waves>(
        &mut self,
        waves: &W,
        head: Frames<'_>,
        frames: Range<u32>,
        sight: Sight,
        out: [&mut [f32]; 2],
    ) -> bool {
        let in_memory = self.head(head);
        let [left, right] = out;
        if self.is_reversed {
            // Only what lies in memory can be read backwards.
            let first = self.frames.saturating_sub(frames.end);
            copy(head, first, [&mut *left, &mut *right]);
            left.reverse();
            right.reverse();
            return frames.is_empty() || self.frames.saturating_sub(frames.start) <= in_memory;
        }
        let count = (in_memory.saturating_sub(frames.start) as usize).min(left.len());
        let (left, left_beyond) = left.split_at_mut(count);
        let (right, right_beyond) = right.split_at_mut(count.min(right.len()));
        copy(head, frames.start, [left, right]);
        if left_beyond.is_empty() {
            return true;
        }
        let at = frames.start.max(in_memory);
        if sight == Sight::Ahead {
            if self.streamed > at.saturating_add(W::HISTORY as u32) || self.streamed == 0 {
                self.seek(waves, at);
            }
            self.streamed = self.streamed.max(frames.end);
        }
        let has_arrived = waves.read(self.reader, at, [&mut *left_beyond, &mut *right_beyond]);
        if !has_arrived {
            left_beyond.fill(0.0);
            right_beyond.fill(0.0);
        }
        has_arrived
    }
}

/// Copies frames `at..` of what lies in memory, on the scale of −1..=1; silence where it has none.
fn copy(head: Frames<'_>, at: u32, out: [&mut [f32]; 2]) {
    let start = at as usize;
    match head {
        Frames::Float(channels) => {
            for (channel, out) in channels.into_iter().zip(out) {
                let frames = channel.get(start..).unwrap_or(&[]);
                let (now, missing) = out.split_at_mut(out.len().min(frames.len()));
                for (out, frame) in now.iter_mut().zip(frames) {
                    *out = *frame;
                }
                missing.fill(0.0);
            }
        }
        Frames::Short(channels) => {
            for (channel, out) in channels.into_iter().zip(out) {
                let frames = channel.get(start..).unwrap_or(&[]);
                let (now, missing) = out.split_at_mut(out.len().min(frames.len()));
                for (out, frame) in now.iter_mut().zip(frames) {
                    *out = f32::from(*frame) * FROM_SHORT;
                }
                missing.fill(0.0);
            }
        }
        Frames::Pool(pool, places) => {
            for (place, out) in places.into_iter().zip(out) {
                copy_pool(pool, (place as usize).saturating_add(start), out);
            }
        }
    }
}

fn copy_pool(pool: SamplePool<'_>, at: usize, out: &mut [f32]) {
    f32::read(pool, at, out);
    for frame in out {
        *frame *= FROM_SHORT;
    }
}
