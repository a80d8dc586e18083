//! What the tests of this crate share: effects by name, signals, renders and spectra.
#![allow(dead_code, reason = "each test file uses a part")]

use realfft::RealFftPlanner;
use ripieno_fx::effects::{Chorus, Delay, Filter, Pan, Pitch, Reverb, Volume};
use ripieno_fx::{Chain, ChainMemory, Effect};
use ripieno_types::{Block, SampleRate};

pub const RATE: SampleRate = SampleRate::CD;
pub const HZ: f64 = 44_100.0;
pub const EFFECTS: [&str; 7] = ["volume", "filter", "pitch", "chorus", "delay", "reverb", "pan"];

pub type Stereo = [Vec<f32>; 2];

/// One effect with full memory.
pub fn effect(name: &str, rate: SampleRate) -> Box<dyn Effect> {
    let hz = rate.hz();
    let memory = |len: usize| vec![0.5f32; len];
    match name {
        "volume" => Box::new(Volume::new(rate)),
        "filter" => Box::new(Filter::new(rate)),
        "pitch" => Box::new(Pitch::new(memory(Pitch::<Vec<f32>>::memory(hz)), rate)),
        "chorus" => Box::new(Chorus::new(memory(Chorus::<Vec<f32>>::memory(hz)), rate)),
        "delay" => Box::new(Delay::new(memory(Delay::<Vec<f32>>::memory(hz)), rate)),
        "reverb" => Box::new(Reverb::new(memory(Reverb::<Vec<f32>>::memory(hz)), rate)),
        _ => Box::new(Pan::new(rate)),
    }
}

/// One effect at 44.1 kHz with parameters by their short names.
pub fn effect_with(name: &str, values: &[(&str, f32)]) -> Box<dyn Effect> {
    let mut made = effect(name, RATE);
    for (param, value) in values {
        let index = made.params().iter().position(|info| info.name == format!("{name}.{param}"));
        made.set(index.expect("a parameter of this effect"), *value);
    }
    made
}

/// A chain with full memory, its memory full of rubbish.
pub fn chain(rate: SampleRate) -> Chain<Vec<f32>> {
    Chain::new(ChainMemory::with(rate, |len| vec![0.7; len]), rate)
}

/// White noise, ±1, the same each time.
pub fn noise(frames: usize, mut seed: u32) -> Vec<f32> {
    (0..frames)
        .map(|_| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            seed as i32 as f32 / 2_147_483_648.0
        })
        .collect()
}

pub fn sine(frames: usize, hz: f64, level: f64) -> Vec<f32> {
    (0..frames).map(|i| ((i as f64 * hz / HZ * std::f64::consts::TAU).sin() * level) as f32).collect()
}

pub fn silence(frames: usize) -> Vec<f32> {
    vec![0.0; frames]
}

/// One click of 1 in a second of silence and so on.
pub fn impulse(frames: usize) -> Vec<f32> {
    let mut click = silence(frames);
    click[0] = 1.0;
    click
}

/// Runs an effect over both channels in blocks of 64.
pub fn render(effect: &mut dyn Effect, left: &[f32], right: &[f32]) -> Stereo {
    let (mut left, mut right) = (left.to_vec(), right.to_vec());
    for (left, right) in left.chunks_mut(64).zip(right.chunks_mut(64)) {
        effect.process(Block::new(left, right));
    }
    [left, right]
}

/// Magnitudes of the Hann-windowed spectrum, scaled so that a sine shows its amplitude.
pub fn spectrum(signal: &[f32]) -> Vec<f64> {
    let n = signal.len();
    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(n);
    let mut input: Vec<f64> = (signal.iter().enumerate())
        .map(|(i, x)| f64::from(*x) * (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / n as f64).cos()))
        .collect();
    let mut output = fft.make_output_vec();
    fft.process(&mut input, &mut output).expect("lengths fit");
    output.iter().map(|bin| bin.norm() * 4.0 / n as f64).collect()
}

/// The signal without all below `hz`: the highest peak that is left after frame `from`, in dB. Sixteenth-order Butterworth, in f64.
pub fn peak_above(signal: &[f32], hz: f64, from: usize) -> f64 {
    let mut signal: Vec<f64> = signal.iter().map(|x| f64::from(*x)).collect();
    let g = (std::f64::consts::PI * hz / HZ).tan();
    for section in 0..8 {
        let k = 2.0 * (std::f64::consts::PI * (2.0 * f64::from(section) + 1.0) / 32.0).cos();
        let (mut s1, mut s2) = (0.0, 0.0);
        for x in &mut signal {
            let high = (*x - (k + g) * s1 - s2) / (1.0 + g * (g + k));
            let band = g * high + s1;
            let low = g * band + s2;
            (s1, s2) = (g * high + band, g * band + low);
            *x = high;
        }
    }
    db(signal[from..].iter().fold(0.0, |peak: f64, x| peak.max(x.abs())))
}

pub fn rms(signal: &[f32]) -> f64 {
    (signal.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / signal.len() as f64).sqrt()
}

pub fn db(ratio: f64) -> f64 {
    20.0 * ratio.max(1e-30).log10()
}

/// The frequency of a near-sine, from the phase that it gains between two stretches.
pub fn frequency(signal: &[f32], near_hz: f64) -> f64 {
    let window = 8_192.min(signal.len() / 2);
    let phase = |from: usize| {
        let (mut re, mut im) = (0.0, 0.0);
        for i in 0..window {
            let hann = 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / window as f64).cos();
            let angle = std::f64::consts::TAU * near_hz * (from + i) as f64 / HZ;
            re += f64::from(signal[from + i]) * hann * angle.cos();
            im -= f64::from(signal[from + i]) * hann * angle.sin();
        }
        im.atan2(re)
    };
    // Steps short enough that the phase cannot turn around unseen.
    let step = 512;
    let last = (signal.len() - window) / step;
    let (mut turned, mut before) = (0.0, phase(0));
    for i in 1..=last {
        let now = phase(i * step);
        let mut gain = now - before;
        gain -= (gain / std::f64::consts::TAU).round() * std::f64::consts::TAU;
        turned += gain;
        before = now;
    }
    near_hz + turned / std::f64::consts::TAU * HZ / (last * step) as f64
}
