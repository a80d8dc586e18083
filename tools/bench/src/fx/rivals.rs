//! Rust rivals, each through its public interface in blocks of 64.

use super::{BLOCK, sample};
use fundsp::prelude32::*;
use oxisynth_chorus::Chorus;
use oxisynth_reverb::Reverb;

fn fundsp(mut unit: Box<dyn AudioUnit>) -> impl FnMut() -> f64 {
    unit.set_sample_rate(44_100.0);
    unit.allocate();
    let (mut input, mut output) = (BufferVec::new(2), BufferVec::new(2));
    sample(move |left, right| {
        input.channel_f32_mut(0)[..BLOCK].copy_from_slice(left);
        input.channel_f32_mut(1)[..BLOCK].copy_from_slice(right);
        unit.process(BLOCK, &input.buffer_ref(), &mut output.buffer_mut());
        left.copy_from_slice(&output.channel_f32(0)[..BLOCK]);
        right.copy_from_slice(&output.channel_f32(1)[..BLOCK]);
    })
}

pub fn fundsp_gain() -> impl FnMut() -> f64 {
    fundsp(Box::new(mul((0.7, 0.7))))
}

pub fn fundsp_filter() -> impl FnMut() -> f64 {
    fundsp(Box::new(lowpass_hz(1_131.0, 2.0) | lowpass_hz(1_131.0, 2.0)))
}

pub fn fundsp_chorus() -> impl FnMut() -> f64 {
    fundsp(Box::new(chorus(0, 0.007, 0.002_75, 1.57) | chorus(1, 0.007, 0.002_75, 1.57)))
}

pub fn fundsp_delay() -> impl FnMut() -> f64 {
    let one = || pass() & (0.3 * feedback(delay(0.335) * 0.255));
    fundsp(Box::new(one() | one()))
}

pub fn fundsp_reverb() -> impl FnMut() -> f64 {
    fundsp(Box::new(multipass::<U2>() & (0.3 * reverb_stereo(10.0, 1.64, 0.5))))
}

pub fn fundsp_chain() -> impl FnMut() -> f64 {
    let delay = || pass() & (0.3 * feedback(delay(0.335) * 0.255));
    fundsp(Box::new(
        mul((0.7, 0.7))
            >> (lowpass_hz(1_131.0, 2.0) | lowpass_hz(1_131.0, 2.0))
            >> (chorus(0, 0.007, 0.002_75, 1.57) | chorus(1, 0.007, 0.002_75, 1.57))
            >> (delay() | delay())
            >> (multipass::<U2>() & (0.3 * reverb_stereo(10.0, 1.64, 0.5)))
            >> mul((1.0, 0.8)),
    ))
}

pub fn freeverb() -> impl FnMut() -> f64 {
    let mut reverb = freeverb::Freeverb::<f32>::new(44_100);
    sample(move |left, right| {
        for (l, r) in left.iter_mut().zip(right) {
            (*l, *r) = reverb.tick((*l, *r));
        }
    })
}

pub fn oxisynth_chorus() -> impl FnMut() -> f64 {
    let mut chorus = Chorus::new(44_100.0);
    sample(move |left, right| {
        let mut input = *left;
        chorus.process_mix(&mut input, left, right);
    })
}

pub fn oxisynth_reverb() -> impl FnMut() -> f64 {
    let mut reverb = Reverb::new();
    sample(move |left, right| {
        let mut input = *left;
        reverb.process_mix(&mut input, left, right);
    })
}
