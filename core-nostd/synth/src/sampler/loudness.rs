//! Laws of loudness and place, as sfizz has them: velocity, crossfades, pan, width and position.

use super::kit::{CURVE_POINTS, Kit};
use super::part::Part;
use super::senses::{Senses, bounded, part as part_of};
use super::shapes::{Crossfade, FadeBy};
use ripieno_dsp::maths::{cos_turns, sin_turns};

/// Crossfades of one part that count.
const MOST_FADES: u32 = 64;

/// The gain of a velocity. `track` −1..=1: negative makes soft notes the louder ones.
pub fn velocity_gain(kit: &Kit<'_>, part: &Part, velocity: u8, track: f32) -> f32 {
    let velocity = velocity & 0x7F;
    let curve = match part.velocity_curve {
        Part::NO_CURVE => part_of(velocity) * part_of(velocity),
        number => {
            let point = kit.curves.item(u32::from(number), usize::from(velocity).min(CURVE_POINTS - 1));
            bounded(point.unwrap_or(1.0), 0.0, 16.0)
        }
    };
    if track < 0.0 { -track * (1.0 - curve) } else { 1.0 - track * (1.0 - curve) }
}

/// The product of a part's crossfades.
pub fn crossfades(kit: &Kit<'_>, part: &Part, senses: &Senses<'_>) -> f32 {
    kit.fades.run(part.fades.first(MOST_FADES)).fold(1.0, |gain, fade| {
        let (value, by_gain) = match FadeBy::from_number(fade.by) {
            FadeBy::Key => (senses.cue.key, Part::KEY_FADES_BY_GAIN),
            FadeBy::Velocity => (senses.cue.velocity, Part::VELOCITY_FADES_BY_GAIN),
            FadeBy::Control => (senses.channel.controller(control_of(&fade)), Part::CONTROL_FADES_BY_GAIN),
        };
        let x = place(&fade, f32::from(value));
        gain * if part.has(by_gain) { x } else { libm::sqrtf(x) }
    })
}

fn control_of(fade: &Crossfade) -> u8 {
    u8::try_from(fade.control).unwrap_or(u8::MAX)
}

/// The controllers that a part's crossfades follow.
pub fn controls_of_fades<'a>(kit: &Kit<'a>, part: &Part) -> impl Iterator<Item = u8> + use<'a> {
    let fades = kit.fades.run(part.fades.first(MOST_FADES));
    fades.filter(|fade| FadeBy::from_number(fade.by) == FadeBy::Control).map(|fade| control_of(&fade))
}

/// How far in a fade is, 0..=1.
fn place(fade: &Crossfade, value: f32) -> f32 {
    let width = fade.high - fade.low;
    let x = if width > 0.0 {
        bounded((value - fade.low) / width, 0.0, 1.0)
    } else if fade.is_out != 0 {
        // With both ends in one place that value still belongs to the part.
        f32::from(u8::from(value > fade.low))
    } else {
        f32::from(u8::from(value >= fade.low))
    };
    if fade.is_out != 0 { 1.0 - x } else { x }
}

/// What of left and right goes to left and right; a wave of one channel knows no width and position. All of −1..=1.
pub fn matrix(is_stereo: bool, pan: f32, width: f32, position: f32) -> [[f32; 2]; 2] {
    // An eighth of a turn from the centre to a side: equal power.
    let sides = |x: f32| [cos_turns(0.125 * (x + 1.0)), sin_turns(0.125 * (x + 1.0))];
    let pan = sides(pan);
    if !is_stereo {
        return [pan, [0.0; 2]];
    }
    let [left, right] = sides(position).map(|side| side * core::f32::consts::SQRT_2);
    let [far, near] = sides(width);
    [[pan[0] * near * left, pan[0] * far * right], [pan[1] * far * left, pan[1] * near * right]]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Channel;
    use crate::sampler::KitDraft;
    use crate::sampler::aim::Cue;
    use crate::sampler::record::Run;
    extern crate std;
    use std::vec::Vec;

    #[test]
    fn velocity_follows_the_square_or_a_curve() {
        // Decibels as sfizz 1.2 renders them.
        for (velocity, track, decibels) in [
            (1, 1.0, -84.154),
            (10, 1.0, -44.152),
            (64, 1.0, -11.905),
            (100, 1.0, -4.152),
            (127, 1.0, 0.0),
            (10, 0.5, -5.967),
            (32, 0.5, -5.486),
            (1, -1.0, -0.000_539),
            (32, -1.0, -0.569_7),
            (100, -1.0, -8.404),
            (1, -0.5, -6.021),
            (64, -0.5, -8.565),
            (100, -0.5, -14.425),
            (10, 0.0, 0.0),
        ] {
            let gain = velocity_gain(&Kit::default(), &Part::WHOLE, velocity, track);
            assert!((20.0 * gain.log10() - decibels).abs() < 2e-3, "{velocity} {track}: {}", 20.0 * gain.log10());
        }
        let curve = core::array::from_fn(|n| n as f32 / 128.0);
        let draft = KitDraft { curves: &[curve], ..KitDraft::default() };
        let mut bytes: Vec<u8> = std::vec![0; draft.len()];
        draft.write(&mut bytes).unwrap();
        let part = Part { velocity_curve: 0, ..Part::WHOLE };
        let gain = |track| velocity_gain(&Kit::new(&bytes).unwrap(), &part, 64, track);
        assert_eq!((gain(1.0), gain(0.5), gain(-1.0)), (0.5, 0.75, 0.5));
    }

    #[test]
    fn crossfades_keep_power_or_gain() {
        let mut channel = Channel::new(0);
        let mut check = |by, is_out, range: [f32; 2], value: u8, flags: u16, expected: f32| {
            let fade = Crossfade { by, is_out, control: 20, low: range[0], high: range[1] };
            let draft = KitDraft { fades: &[fade], ..KitDraft::default() };
            let mut bytes: Vec<u8> = std::vec![0; draft.len()];
            draft.write(&mut bytes).unwrap();
            let part = Part { fades: Run { start: 0, count: 1 }, flags, ..Part::WHOLE };
            channel.control(20, value);
            let cue = Cue { key: value, velocity: value, ..Cue::HARD };
            let gain =
                crossfades(&Kit::new(&bytes).unwrap(), &part, &Senses { channel: &channel, cue: &cue, pressure: 0 });
            assert!((gain - expected).abs() < 1e-6, "{by} {is_out} {range:?} {value}: {gain}");
        };
        let half = libm::sqrtf(0.5);
        for by in 0..3 {
            for (value, gain) in [(31, 0.0), (32, 0.0), (33, 0.125), (64, half), (96, 1.0), (97, 1.0)] {
                check(by, 0, [32.0, 96.0], value, 0, gain);
            }
            let all = Part::KEY_FADES_BY_GAIN | Part::VELOCITY_FADES_BY_GAIN | Part::CONTROL_FADES_BY_GAIN;
            for (value, gain) in [(32, 1.0), (33, 0.984_375), (64, 0.5), (95, 0.015_625), (96, 0.0)] {
                check(by, 1, [32.0, 96.0], value, all, gain);
            }
            // Both ends in one place.
            for (value, gain) in [(49, 0.0), (50, 1.0), (51, 1.0)] {
                check(by, 0, [50.0, 50.0], value, 0, gain);
            }
            for (value, gain) in [(49, 1.0), (50, 1.0), (51, 0.0)] {
                check(by, 1, [50.0, 50.0], value, 0, gain);
            }
        }
    }

    #[test]
    fn places_are_those_of_sfizz() {
        // What a left channel of 1 becomes, against a mono wave in the centre: measured.
        for (pan, width, position, left, right) in [
            (0.0, 1.0, 0.0, 0.9988, 0.0),
            (-1.0, 1.0, 0.0, 1.4125, 0.0),
            (0.5, 1.0, 0.0, 0.5408, 0.0),
            (0.0, 0.0, 0.0, 0.7063, 0.7063),
            (0.0, 0.5, 0.0, 0.9227, 0.3821),
            (0.0, -1.0, 0.0, 0.0, 0.9988),
            (0.0, -0.5, 0.0, 0.3821, 0.9227),
            (0.0, 1.0, -1.0, 1.4125, 0.0),
            (0.0, 0.5, 0.5, 0.4991, 0.4991),
            (-0.5, 0.5, 0.5, 0.6522, 0.6522),
        ] {
            let [row, _] = matrix(true, pan, width, position);
            let centre = matrix(false, 0.0, 1.0, 0.0)[0][0];
            let found = row.map(|gain| gain / centre);
            assert!((found[0] - left).abs() < 3e-3 && (found[1] - right).abs() < 3e-3, "{pan} {width}: {found:?}");
            let [_, mirrored] = matrix(true, -pan, width, -position);
            assert!((mirrored[1] - row[0]).abs() < 1e-6 && (mirrored[0] - row[1]).abs() < 1e-6);
        }
        let [row, other] = matrix(false, 0.5, 0.0, 0.7);
        assert!((row[1] / row[0] - 1.306_459 / 0.541_447).abs() < 3e-3 && other == [0.0; 2]);
    }
}
