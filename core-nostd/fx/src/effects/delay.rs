//! Delay: a feedback delay, each channel on its own. Times are whole frames; a new time is faded to, not glided to.

use super::{blend, clean_block};
use crate::effect::{Effect, accept};
use crate::param::{EFFECTS, ParamInfo, id, map};
use ripieno_dsp::guard::flush;
use ripieno_dsp::line::copy;
use ripieno_dsp::{GRID, Grid, Line, Segment, Smooth};
use ripieno_types::{Block, SampleRate};

/// `delay.time` 0.05 + 0.95t s to the nearest frame, `delay.feedback` ×0.85, `delay.mix` dry to wet.
///
/// At mix 0 it sleeps: nothing is written, and it wakes with an empty line.
#[derive(Clone, Debug)]
pub struct Delay<M> {
    memory: M,
    rate: SampleRate,
    values: [f32; 3],
    feedback: Smooth,
    mix: Smooth,
    /// How much enters the lines: glides from 0 when they wake up.
    intake: Smooth,
    /// From the first tap (0) to the second (1).
    fade: Smooth,
    /// The delay that is heard and the one being faded to, in frames.
    taps: [usize; 2],
    line: Line,
    /// Frames written since the line was empty: what is older reads as silence, so that emptying costs nothing.
    written: usize,
    control: Control,
    is_asleep: bool,
    grid: Grid,
}

/// What one segment of frames needs.
#[derive(Clone, Copy, Debug, Default)]
struct Control {
    feedback: Segment,
    mix: Segment,
    intake: Segment,
    fade: Segment,
    taps: [usize; 2],
}

impl<M> Delay<M> {
    /// Samples of memory for the longest delay at `rate_hz`. Any.
    pub const fn memory(rate_hz: u32) -> usize {
        2 * Line::memory(rate_hz as usize)
    }
}

impl<M: AsMut<[f32]>> Delay<M> {
    /// A dry delay in this memory; less than [`memory`](Self::memory) cuts the longest time. Control.
    pub fn new(memory: M, rate: SampleRate) -> Self {
        let smooth = |value| Smooth::new(value, rate);
        let mut delay = Self {
            memory,
            rate,
            values: [0.3, 0.3, 0.0],
            feedback: smooth(map::feedback(0.3)),
            mix: smooth(0.0),
            intake: Smooth::new(1.0, rate),
            fade: smooth(0.0),
            taps: [0; 2],
            line: Line::default(),
            written: 0,
            control: Control::default(),
            is_asleep: true,
            grid: Grid::default(),
        };
        delay.prepare(rate);
        delay
    }

    /// The delay that is set, in frames, as far as memory reaches. Any.
    pub fn frames(&self) -> usize {
        (self.rate.frames(map::delay_secs(self.values[0])) as usize).min(self.line.len())
    }

    /// Lets the next sound into the lines with a fade: for an effect that starts in the middle of one. Real-time.
    pub(crate) fn wake(&mut self) {
        self.intake.restart(0.0);
    }

    fn tick(&mut self) {
        let wanted = self.frames();
        if self.mix.target() == 0.0 && !self.mix.is_moving() {
            self.taps = [wanted; 2];
            self.restart_fade();
        } else if !self.fade.is_moving() {
            // The last fade has arrived; the next one starts from where it led.
            self.taps = [self.taps[1], wanted];
            self.restart_fade();
            if self.taps[0] != self.taps[1] {
                self.fade.restart(0.0);
                self.fade.set(1.0);
            }
        }
        let (feedback, mix, fade) = (self.feedback.segment(), self.mix.segment(), self.fade.segment());
        self.is_asleep = mix.is_zero() || self.line.is_empty();
        if self.is_asleep {
            self.written = 0;
            self.wake();
        }
        let intake = if self.is_asleep { Segment::default() } else { self.intake.segment() };
        self.control = Control { feedback, mix, intake, fade, taps: self.taps };
    }

    fn restart_fade(&mut self) {
        self.fade.set(0.0);
        self.fade.reset();
    }

    /// As [`process`](Effect::process), of frames that are clean. Real-time.
    pub(crate) fn run(&mut self, mut block: Block<'_>) {
        while !block.is_empty() {
            if self.grid.is_due() {
                self.tick();
            }
            let frames = self.grid.run(block.frames());
            let mut part = block.split_front(frames);
            let [left, right] = part.channels();
            if !self.is_asleep {
                let memory = self.memory.as_mut();
                let places = self.grid.places(frames);
                run(memory, &mut self.line, self.written, &self.control, [left, right], places);
                self.written = (self.written + frames).min(self.line.len());
            }
            self.grid.advance(frames);
        }
    }
}

impl<M: AsMut<[f32]>> Effect for Delay<M> {
    fn prepare(&mut self, rate: SampleRate) {
        self.rate = rate;
        let fits = Self::memory(rate.hz()).min(self.memory.as_mut().len());
        self.line = Line::new(fits / 2);
        [&mut self.feedback, &mut self.mix, &mut self.intake, &mut self.fade]
            .into_iter()
            .for_each(|glide| glide.prepare(rate));
        self.reset();
    }

    fn reset(&mut self) {
        self.feedback.reset();
        self.mix.reset();
        self.intake.reset();
        self.restart_fade();
        self.taps = [self.frames(); 2];
        self.line.rewind();
        self.written = 0;
        self.grid = Grid::default();
    }

    fn process(&mut self, mut block: Block<'_>) {
        clean_block(&mut block);
        self.run(block);
    }

    fn params(&self) -> &'static [ParamInfo] {
        EFFECTS[usize::from(id::DELAY.0)].infos()
    }

    fn set(&mut self, index: usize, value: f32) {
        let (Some(slot), Some(value)) = (self.values.get_mut(index), accept(value)) else { return };
        *slot = value;
        match index {
            0 if self.written == 0 && !self.fade.is_moving() => self.taps = [self.frames(); 2],
            0 => {}
            1 => self.feedback.set(map::feedback(value)),
            _ => self.mix.set(value),
        }
    }

    fn value(&self, index: usize) -> f32 {
        self.values.get(index).copied().unwrap_or(0.0)
    }
}

/// Copies `out.len()` frames of `delay` frames ago; what was never written is silence.
#[inline(always)]
fn tap(memory: &[f32], line: &Line, written: usize, delay: usize, out: &mut [f32]) {
    if let Some(past) = line.read(memory, delay, out.len()) {
        copy(out, past);
    }
    let silent = delay.saturating_sub(written).min(out.len());
    out[..silent].fill(0.0);
}

/// At most one segment. The shortest delay exceeds a segment, so all reads come before all writes.
#[cfg_attr(feature = "simd-dispatch", multiversion::multiversion(targets("x86_64+avx2")))]
fn run(
    memory: &mut [f32],
    line: &mut Line,
    written: usize,
    control: &Control,
    channels: [&mut [f32]; 2],
    places: &[f32],
) {
    if [control.feedback, control.mix, control.intake].iter().all(|line| line.is_flat()) {
        segment::<true>(memory, line, written, control, channels, places);
    } else {
        segment::<false>(memory, line, written, control, channels, places);
    }
}

#[inline(always)]
fn segment<const FLAT: bool>(
    memory: &mut [f32],
    line: &mut Line,
    written: usize,
    control: &Control,
    channels: [&mut [f32]; 2],
    places: &[f32],
) {
    let Control { feedback, mix, intake, fade, taps } = *control;
    let half = memory.len() / 2;
    let (memory_left, memory_right) = memory.split_at_mut(half);
    let before = *line;
    let frames = places.len().min(GRID);
    // One tap that has sound all along, nearly always: what is read and what is written lie apart.
    let is_plain = taps[0] == taps[1] && taps[0] <= written && taps[0] + frames <= line.len();
    let feed = |heard: f32, input: f32, place: f32| {
        flush(intake.along::<FLAT>(place) * input + feedback.along::<FLAT>(place) * heard)
    };
    for (dry, memory) in channels.into_iter().zip([memory_left, memory_right]) {
        *line = before;
        if is_plain {
            let Some((old, new)) = line.exchange(memory, taps[0], frames) else { continue };
            for (((old, new), dry), place) in old.iter().zip(new).zip(dry.iter_mut()).zip(places) {
                *new = feed(*old, *dry, *place);
                *dry = blend(*dry, *old, mix.along::<FLAT>(*place));
            }
            line.commit(memory, frames);
            continue;
        }
        let mut wet = [0.0; GRID];
        let wet = &mut wet[..frames];
        tap(memory, line, written, taps[0], wet);
        if taps[0] != taps[1] {
            let mut other = [0.0; GRID];
            let other = &mut other[..frames];
            tap(memory, line, written, taps[1], other);
            for ((wet, other), place) in wet.iter_mut().zip(other.iter()).zip(places) {
                *wet = flush(blend(*wet, *other, fade.at(*place)));
            }
        }
        // What is heard turns into what is written, in place.
        for ((wet, dry), place) in wet.iter_mut().zip(dry.iter_mut()).zip(places) {
            let heard = *wet;
            *wet = feed(heard, *dry, *place);
            *dry = blend(*dry, heard, mix.along::<FLAT>(*place));
        }
        line.write(memory, wet);
    }
}
