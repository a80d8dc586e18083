//! Sums the voices of parts: sings each, filters it and adds it to the buses, always in the same order.

mod group;
mod loops;
#[cfg(test)]
mod tests;

use super::frames::Windows;
use super::generator;
use super::senses::bounded;
use super::tone::{Source, Tone};
use super::waves::Waves;
use crate::interpolate::{self, Reader};
use crate::lanes::{self, CONTROL_FRAMES, Line, Sum, Sums};
use crate::window::{MARGIN, WINDOW_FRAMES};
use crate::{Interpolation, SynthConfig};
use group::Group;

/// Everything of a player that sounds, in the order in which it is summed: voices as they began, then those that fade.
pub trait Tones {
    /// How many places there are; some may be empty.
    fn places(&self) -> usize;

    /// Who is there.
    fn tone(&mut self, place: usize) -> Option<&mut Tone>;
}

/// Which frames are summed and how they are made; how many: as many as the left bus holds.
#[derive(Clone, Copy, Debug)]
pub struct ToneSpan {
    /// How waves are read, unless a part says otherwise.
    interpolation: Interpolation,
    /// Linear, on all.
    gain: f32,
    /// How long a fade takes, in frames.
    fade_frames: f32,
    /// The first one's place in its control period.
    from: usize,
}

/// A part's full scale at [`SynthConfig::DEFAULT_GAIN`]: a wave of 1.0 without attenuation peaks here, 6 dB below the
/// bus's.
const FULL_SCALE: f32 = 0.5;

impl ToneSpan {
    /// Frames `from..` of a control period.
    pub fn new(config: &SynthConfig, fade_frames: f32, from: usize) -> Self {
        let gain = bounded(config.gain, 0.0, 1e3) * (FULL_SCALE / SynthConfig::DEFAULT_GAIN);
        Self { interpolation: config.interpolation, gain, fade_frames, from: from % CONTROL_FRAMES }
    }
}

/// Groups of filtered voices: those with up to so many sections wait together, so that none goes through many idle ones.
const DEPTHS: [usize; 3] = [1, 3, usize::MAX];

/// Room to work in, shared by all voices.
#[derive(Debug)]
pub struct ToneMixer {
    windows: Windows,
    partial: interpolate::Sums,
    /// One voice's frames, left and right.
    lines: [Line; 2],
    groups: [Group; DEPTHS.len()],
    sums: Sums,
}

impl ToneMixer {
    /// Empty room.
    pub const SILENT: Self = Self {
        windows: [[0.0; WINDOW_FRAMES + MARGIN]; 2],
        partial: interpolate::Sums::ZERO,
        lines: [[0.0; CONTROL_FRAMES]; 2],
        groups: [const { Group::EMPTY }; DEPTHS.len()],
        sums: [const { Sum::SILENT }; 4],
    };

    /// Adds the next frames of every voice to left, right, chorus and reverb; the sends may be empty. `waves` are the
    /// present bank's and the one's before. Returns how many voices were silent for the first time in this period because
    /// their frames had not arrived.
    pub fn play<W: Waves>(
        &mut self,
        tones: &mut impl Tones,
        waves: [&W; 2],
        span: &ToneSpan,
        buses: [&mut [f32]; 4],
    ) -> u32 {
        let [left, right, chorus, reverb] = buses;
        let count = left.len().min(right.len()).min(CONTROL_FRAMES - span.from);
        let with_sends = !chorus.is_empty() && !reverb.is_empty();
        let mut late = 0;
        for place in 0..tones.places() {
            let Some(tone) = tones.tone(place) else { continue };
            let wait = (tone.delay as usize).min(count);
            tone.delay -= wait as u32;
            if wait == count || tone.is_mute() {
                continue;
            }
            let channels = 1 + usize::from(tone.is_stereo());
            let waves = if tone.is_of_old_bank { waves[1] } else { waves[0] };
            late += u32::from(self.sing(tone, waves, span, wait, count));
            for (line, gains) in self.lines.iter_mut().zip(&tone.gains).take(channels) {
                let line = line.get_mut(..count).unwrap_or(&mut []);
                if let Some(onset) = tone.onset {
                    lanes::attack(onset, span.from, line);
                }
                if let Some(left) = tone.fade {
                    lanes::fade(left, span.fade_frames, span.from, line);
                }
                if tone.active == 0 {
                    loops::mix_one(line, span.from, gains, with_sends, &mut self.sums);
                }
            }
            if tone.active > 0 {
                let class = DEPTHS.iter().position(|depth| tone.active <= *depth).unwrap_or(0);
                for channel in 0..channels {
                    let (Some(tone), Some(group)) = (tones.tone(place), self.groups.get_mut(class)) else { continue };
                    let line = self.lines.get(channel).and_then(|line| line.get(..count)).unwrap_or(&[]);
                    group.join(place, channel, tone, span.from, line);
                    if group.is_full() {
                        group.flush(tones, span.from, count, with_sends, &mut self.sums);
                    }
                }
            }
        }
        for group in &mut self.groups {
            group.flush(tones, span.from, count, with_sends, &mut self.sums);
        }
        for (sum, bus) in self.sums.iter_mut().zip([left, right, chorus, reverb]).take(if with_sends { 4 } else { 2 }) {
            loops::collect(sum, span.from, count, span.gain, bus);
        }
        late
    }

    /// Frames `wait..count` of a voice, silence before. True for the period's first late ones.
    fn sing<W: Waves>(&mut self, tone: &mut Tone, waves: &W, span: &ToneSpan, wait: usize, count: usize) -> bool {
        let [left, right] = &mut self.lines;
        let mut lines = [left, right].map(|line| line.get_mut(..count).unwrap_or(&mut []));
        for line in &mut lines {
            line.get_mut(..wait).unwrap_or(&mut []).fill(0.0);
        }
        let [left, right] = lines.map(|line| line.get_mut(wait..).unwrap_or(&mut []));
        let playhead = match &mut tone.source {
            Source::Silence => return false,
            Source::Recording(playhead) => playhead,
            Source::Generator(generator) => {
                generator::generate(generator, waves.head(tone.wave), span.from + wait, left, right);
                return false;
            }
        };
        let right = if playhead.is_stereo() { right } else { &mut [] };
        let interpolation = tone.quality.unwrap_or(span.interpolation);
        let points = interpolation.points();
        let before = points as u32 / 2 - 1;
        let mut has_arrived = true;
        let mut rest = [&mut *left, &mut *right];
        while !rest[0].is_empty() {
            playhead.wrap();
            let (frames, needed) = interpolate::reach(playhead.step, playhead.slope, rest[0].len(), points);
            has_arrived &= playhead.unroll(waves, before, needed, &mut self.windows);
            let start = Reader { at: playhead.at & 0xFFFF_FFFF, step: playhead.step, slope: playhead.slope };
            let mut end = start;
            rest = {
                let mut behind: [&mut [f32]; 2] = [&mut [], &mut []];
                for ((out, window), behind) in rest.into_iter().zip(&self.windows).zip(&mut behind) {
                    if out.is_empty() {
                        continue;
                    }
                    let (now, rest) = out.split_at_mut(frames.min(out.len()));
                    let mut reader = start;
                    loops::read(&mut reader, interpolation, window, &mut self.partial, now);
                    (end, *behind) = (reader, rest);
                }
                behind
            };
            playhead.at = (playhead.at & !0xFFFF_FFFF).wrapping_add(end.at);
            playhead.step = end.step;
        }
        tone.gap.bridge(has_arrived, [left, right])
    }
}
