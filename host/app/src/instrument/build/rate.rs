//! Another rate for a sample whose loop must stay seamless.
//!
//! The ratio is bent until the loop is a whole number of frames, and frame for frame the grid is laid so that the loop begins
//! on one. The loop is then played twice before it is resampled, and the stretch that is to repeat is taken from where the
//! filter sees nothing but loop: it is periodic in itself, not only nearly. Short loops repeat a few times in it, so that the
//! ratio need not be bent far; the recording rate takes up what is left. The filter is a windowed sinc of the bank's own:
//! a streaming resampler lays no grid and has a longer tail, which every loop would have to carry.

use super::filter::{HALF, Kernel};

/// Fewest frames of a loop at the lower rate.
const SHORTEST_LOOP: u32 = 8;
/// How far the ratio may be bent before a loop is rather repeated, and how often it may be.
const MOST_BENT: f64 = 0.005;
const MOST_REPEATS: u32 = 32;

/// A loop, counted from the start of its stretch.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    pub start: u32,
    pub end: u32,
    pub until_release: bool,
}

impl Loop {
    fn length(&self) -> u32 {
        self.end - self.start
    }
}

/// How one stretch comes to another rate.
#[derive(Clone, Copy, Debug)]
pub struct Retune {
    /// Frames at the new rate for a frame at the old one, below 1.
    ratio: f64,
    repeats: Option<Loop>,
    /// How often the loop is there before what follows it.
    laps: u32,
    /// The source's frame that lies on the grid, and its frame at the new rate.
    anchor: u32,
    anchor_out: u32,
    /// The loop at the new rate.
    loop_out: (u32, u32),
    /// Frames of the source.
    length: u32,
    /// Frames at the new rate.
    pub frames: u32,
}

impl Retune {
    /// From one rate to at most another, which is lower.
    pub fn new(length: u32, repeats: Option<Loop>, from_hz: u32, to_hz: u32) -> Self {
        let straight = f64::from(to_hz) / f64::from(from_hz);
        let Some(own) = repeats else {
            let frames = ((f64::from(length) * straight).ceil() as u32).max(1);
            let (anchor, anchor_out, loop_out) = (0, 0, (0, frames));
            return Self { ratio: straight, repeats, laps: 1, anchor, anchor_out, loop_out, length, frames };
        };
        let bent = |times: u32| {
            let wanted = f64::from(own.length() * times) * straight;
            (wanted.floor() as u32, 1.0 - wanted.floor() / wanted)
        };
        let fits = |times: &u32| bent(*times).0 >= SHORTEST_LOOP && bent(*times).1 <= MOST_BENT;
        // A loop of millions of frames is whole enough as it is.
        let most = (u32::MAX / 64 / own.length()).clamp(1, MOST_REPEATS);
        let times = (1..=most).find(fits).unwrap_or_else(|| {
            let least = |one: &u32, other: &u32| bent(*one).1.total_cmp(&bent(*other).1);
            (1..=most).filter(|times| bent(*times).0 >= 2).min_by(least).unwrap_or(most)
        });
        let loop_frames = bent(times).0.max(2);
        let ratio = f64::from(loop_frames) / f64::from(own.length() * times);
        let anchor_out = (f64::from(own.start) * ratio).round() as u32;
        let first = anchor_out + HALF;
        // Nothing but loop lies within the filter's reach of what repeats.
        let reach = 2.0 * f64::from(HALF) / ratio + f64::from(own.length() * times);
        let laps = (reach / f64::from(own.length())).ceil() as u32;
        let frames = if own.until_release {
            let behind = f64::from(length - own.start) + f64::from((laps - 1) * own.length());
            anchor_out + (behind * ratio).ceil() as u32
        } else {
            first + loop_frames
        };
        let loop_out = (first, first + loop_frames);
        let frames = frames.max(loop_out.1);
        Self { ratio, repeats, laps, anchor: own.start, anchor_out, loop_out, length, frames }
    }

    /// Start, end, loop start and loop end at the new rate of a wave that plays `start..end` of the stretch.
    pub fn wave(&self, start: u32, end: u32) -> [u32; 4] {
        let first = (self.at(f64::from(start)) + 1e-6).floor().max(0.0) as u32;
        match self.repeats {
            Some(own) => {
                let end = if own.until_release { self.at(f64::from(end) + self.added()).ceil() as u32 } else { 0 };
                let (loop_start, loop_end) = self.loop_out;
                [first.min(loop_start), end.clamp(loop_end, self.frames), loop_start, loop_end]
            }
            None => {
                let end = ((self.at(f64::from(end)) - 1e-6).ceil() as u32).clamp(1, self.frames);
                let first = first.min(end - 1);
                [first, end, first, end]
            }
        }
    }

    /// What a recording rate becomes, in whole hertz.
    pub fn rate_hz(&self, rate_hz: u32) -> u32 {
        (f64::from(rate_hz) * self.ratio).round() as u32
    }

    /// How far a whole number of hertz is out of tune, in cents.
    pub fn detune_cents(&self, rate_hz: u32) -> f64 {
        let exact = f64::from(rate_hz) * self.ratio;
        1_200.0 * (f64::from(self.rate_hz(rate_hz)) / exact).log2()
    }

    /// The frames at the new rate.
    pub fn resample(&self, source: &[f64]) -> Vec<f64> {
        let unrolled = self.unrolled(source);
        let kernel = Kernel::new(self.ratio);
        let at = |out: u32| f64::from(self.anchor) + (f64::from(out) - f64::from(self.anchor_out)) / self.ratio;
        (0..self.frames).map(|out| kernel.at(&unrolled, at(out))).collect()
    }

    /// Frames at the new rate back at the instants of the source's, as far as these are heard: what was lost shows.
    pub fn restored(&self, frames: &[f64]) -> Vec<f64> {
        let kernel = Kernel::new(1.0);
        let mut frames = frames.to_vec();
        if let Some(own) = self.repeats
            && !own.until_release
        {
            // What is heard after the last frame is the loop again.
            let (start, end) = (self.loop_out.0 as usize, self.loop_out.1 as usize);
            (0..HALF as usize).for_each(|n| frames.push(frames[start + n % (end - start)]));
        }
        let heard = self.repeats.map_or(self.length, |own| own.end);
        (0..heard).map(|frame| kernel.at(&frames, self.at(f64::from(frame)))).collect()
    }

    /// Where a frame of the source lies at the new rate.
    fn at(&self, frame: f64) -> f64 {
        f64::from(self.anchor_out) + (frame - f64::from(self.anchor)) * self.ratio
    }

    /// Frames that the further laps put before what follows the loop.
    fn added(&self) -> f64 {
        self.repeats.map_or(0.0, |own| f64::from((self.laps - 1) * own.length()))
    }

    fn unrolled(&self, source: &[f64]) -> Vec<f64> {
        let Some(own) = self.repeats else { return source.to_vec() };
        let (start, end) = (own.start as usize, own.end as usize);
        let mut unrolled = source[..end].to_vec();
        (1..self.laps).for_each(|_| unrolled.extend_from_slice(&source[start..end]));
        if own.until_release {
            unrolled.extend_from_slice(&source[end..]);
        }
        unrolled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(length: u32, period: f64) -> Vec<f64> {
        (0..length).map(|n| 10_000.0 * (TAU * f64::from(n) / period).sin()).collect()
    }

    #[test]
    fn a_loop_repeats_itself_exactly() {
        for (length, start, end, period) in [(900, 300, 700, 40.0), (333, 100, 133, 33.0), (5_000, 17, 4_817, 100.0)] {
            for until_release in [false, true] {
                let repeats = Some(Loop { start, end, until_release });
                let length = if until_release { length } else { end };
                let retune = Retune::new(length, repeats, 44_100, 22_050);
                let out = retune.resample(&sine(length, period));
                let [first, last, loop_start, loop_end] = retune.wave(0, length);
                assert_eq!(out.len(), retune.frames as usize);
                assert!(first < loop_start && loop_end <= last && last <= retune.frames);
                // The grid's step leads from the loop's end to its start, and near both every frame is where it should be: a
                // filter that had seen anything but loop would show.
                let lap = f64::from(loop_end - loop_start) / retune.ratio / period;
                assert!((lap - lap.round()).abs() < 1e-3, "{lap} periods");
                for n in loop_start..loop_end {
                    let at = f64::from(start) + (f64::from(n) - f64::from(retune.anchor_out)) / retune.ratio;
                    let exact = 10_000.0 * (TAU * at / period).sin();
                    assert!((out[n as usize] - exact).abs() < 10.0, "frame {n}: {} {exact}", out[n as usize]);
                }
                assert!(retune.rate_hz(44_100) <= 22_050 && retune.rate_hz(44_100) > 21_900);
                assert!(retune.detune_cents(44_100).abs() < 0.05);
            }
        }
    }

    #[test]
    fn what_both_rates_can_hold_survives() {
        let loops = [None, Some(Loop { start: 2_000, end: 2_480, until_release: false })];
        for repeats in loops {
            let length = repeats.map_or(3_000, |own| own.end);
            let source = sine(length, 24.0);
            let retune = Retune::new(length, repeats, 44_100, 16_000);
            let restored = retune.restored(&retune.resample(&source));
            // The edges are another matter: before and behind lies silence.
            for (n, (one, other)) in source.iter().zip(&restored).enumerate().take(2_480).skip(100) {
                assert!((one - other).abs() < 10.0, "frame {n}: {one} {other}");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        let source = sine(3_000, 3.0);
        let out = Retune::new(3_000, None, 44_100, 22_050).resample(&source);
        assert!(out[50..1_450].iter().all(|frame| frame.abs() < 20.0));
    }
}
