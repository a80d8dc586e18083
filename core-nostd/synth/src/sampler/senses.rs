//! What links read of the world outside a voice, and the curves that shape it.

use super::aim::Cue;
use super::kit::{CURVE_POINTS, Kit};
use super::link::Source;
use crate::channel::Channel;

/// Within `low` and `high`; what is no number is `low`.
#[inline(always)]
pub fn bounded(x: f32, low: f32, high: f32) -> f32 {
    // Not `clamp`, which lets through what is no number and asserts the order.
    if x >= low { if x > high { high } else { x } } else { low }
}

/// Everything but a voice's own envelopes and LFOs.
#[derive(Clone, Copy, Debug)]
pub struct Senses<'a> {
    /// The voice's channel.
    pub channel: &'a Channel,
    /// What started the voice.
    pub cue: &'a Cue,
    /// Key pressure, 0..=127.
    pub pressure: u8,
}

impl Senses<'_> {
    /// True for pan in the middle, where it begins: on the scale of 0..=1 exactly half, so that it moves nothing.
    pub fn is_centred(&self, control: u8) -> bool {
        control == 10 && self.channel.controller(control) == 64
    }

    /// A source's value; 0 for those that are a voice's own.
    pub fn read(&self, source: Source) -> f32 {
        let cue = self.cue;
        let keys = f32::from(cue.key & 0x7F) - f32::from(cue.previous_key & 0x7F);
        match source {
            Source::Control(control) if self.is_centred(control) => 0.5,
            Source::Control(control) => part(self.channel.controller(control)),
            Source::Bend => self.channel.wheel(),
            Source::ChannelPressure => part(self.channel.pressure()),
            Source::KeyPressure => part(self.pressure),
            Source::Velocity => part(cue.velocity),
            Source::ReleaseVelocity => part(cue.release_velocity),
            Source::Key => part(cue.key),
            Source::Gate => f32::from(u8::from(cue.others_down)),
            Source::Random => bounded(cue.random, 0.0, 1.0),
            Source::RandomBipolar => 2.0 * bounded(cue.random, 0.0, 1.0) - 1.0,
            Source::Alternate => f32::from(u8::from(cue.is_alternate)),
            Source::KeyDelta => keys,
            Source::KeyDeltaAbsolute => keys.abs(),
            Source::Lfo(_) | Source::Envelope(_) => 0.0,
        }
    }
}

/// 0..=127 as 0..=1.
#[inline(always)]
pub fn part(value: u8) -> f32 {
    f32::from(value & 0x7F) * (1.0 / 127.0)
}

/// A value of 0..=127 as a curve has it, straight if it does not exist.
pub fn shape_value(kit: &Kit<'_>, curve: u16, value: u8) -> f32 {
    let point = kit.curves.item(u32::from(curve), usize::from(value & 0x7F));
    point.map_or(part(value), |y| bounded(y, -1e3, 1e3))
}

/// A value of 0..=1 as a curve has it. A curve goes on below 0 as its mirror image and beyond 1 in proportion; one that
/// does not exist is straight.
pub fn shape(kit: &Kit<'_>, curve: u16, x: f32) -> f32 {
    let size = bounded(x.abs(), 0.0, 1.0);
    let beyond = x.abs().max(1.0);
    let place = size * (CURVE_POINTS - 1) as f32;
    let below = place as usize;
    let point = |n: usize| kit.curves.item(u32::from(curve), n.min(CURVE_POINTS - 1)).map(|y| bounded(y, -1e3, 1e3));
    let (Some(low), Some(high)) = (point(below), point(below + 1)) else { return x };
    let y = (low + (high - low) * (place - below as f32)) * beyond;
    if x < 0.0 { -y } else { y }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampler::KitDraft;
    extern crate std;
    use std::vec;

    #[test]
    fn a_curve_is_read_between_its_points_and_beyond() {
        let square = core::array::from_fn(|n| (n as f32 / 127.0) * (n as f32 / 127.0));
        let draft = KitDraft { curves: &[[0.25; CURVE_POINTS], square], ..KitDraft::default() };
        let mut bytes = vec![0; draft.len()];
        draft.write(&mut bytes).unwrap();
        let kit = Kit::new(&bytes).unwrap();
        for (x, y) in [(0.0, 0.0), (1.0, 1.0), (64.0 / 127.0, 0.253_95), (-1.0, -1.0), (6.0, 6.0), (0.25, 0.0625)] {
            assert!((shape(&kit, 1, x) - y).abs() < 2e-5, "{x}");
        }
        assert!((shape_value(&kit, 1, 64) - 0.253_95).abs() < 2e-5 && shape_value(&kit, 2, 127) == 1.0);
        assert_eq!((shape(&kit, 0, 0.7), shape(&kit, 2, 0.7), shape(&kit, 2, -3.0)), (0.25, 0.7, -3.0));
    }

    #[test]
    fn what_is_no_number_becomes_the_least() {
        assert_eq!(bounded(f32::NAN, -1.0, 1.0), -1.0);
        assert_eq!([-9.0, 0.5, f32::INFINITY].map(|x| bounded(x, -1.0, 1.0)), [-1.0, 0.5, 1.0]);
    }
}
