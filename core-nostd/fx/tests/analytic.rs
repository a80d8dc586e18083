//! Each effect against what it is designed to do.

mod support;

use ripieno_fx::Effect;
use ripieno_fx::effects::Pitch;
use std::f64::consts::{PI, TAU};
use support::*;

#[test]
fn volume_is_exact() {
    for gain in [0.0, 0.25, 0.5, 0.7, 1.0] {
        let input = noise(1_000, 1);
        let [left, right] = render(&mut *effect_with("volume", &[("gain", gain)]), &input, &input);
        assert!(left.iter().zip(&input).all(|(y, x)| *y == x * gain), "{gain}");
        assert_eq!(left, right);
    }
}

#[test]
fn pan_is_a_balance_within_a_twentieth_of_a_decibel() {
    let input = sine(4_410, 440.0, 0.5);
    for step in 0..=20 {
        let pan = step as f32 / 20.0;
        let [left, right] = render(&mut *effect_with("pan", &[("pan", pan)]), &input, &input);
        for (channel, law) in [(left, 2.0 - 2.0 * pan), (right, 2.0 * pan)] {
            let (got, want) = (rms(&channel) / rms(&input), f64::from(law.min(1.0)));
            assert!(want == 0.0 && got == 0.0 || (db(got) - db(want)).abs() < 0.05, "{pan}: {got} for {want}");
        }
    }
    let (a, b) = (noise(100, 2), noise(100, 3));
    assert_eq!(render(&mut *effect_with("pan", &[]), &a, &b), [a, b], "the centre keeps stereo as it is");
}

/// Gain of the filter at a frequency, from its impulse response.
fn filter_gain(response: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in response.iter().enumerate() {
        let angle = TAU * hz * i as f64 / HZ;
        re += f64::from(*x) * angle.cos();
        im += f64::from(*x) * angle.sin();
    }
    re.hypot(im)
}

#[test]
fn filter_follows_the_bilinear_design() {
    for (cutoff, resonance) in [(0.0, 0.0), (0.2, 0.3), (0.5, 0.0), (0.5, 1.0), (0.8, 0.6), (0.95, 0.1)] {
        for mode in [0.0, 1.0] {
            let values = [("cutoff", cutoff), ("resonance", resonance), ("mode", mode)];
            let input = impulse(40_000);
            let [response, _] = render(&mut *effect_with("filter", &values), &input, &input);
            let corner = (PI * 80.0 * 200f64.powf(f64::from(cutoff)) / HZ).tan();
            let q = 0.5 + 7.5 * f64::from(resonance);
            for hz in [40.0, 100.0, 300.0, 1_000.0, 2_500.0, 5_000.0, 9_000.0, 14_000.0, 18_000.0] {
                let w = (PI * hz / HZ).tan() / corner;
                let top = if mode == 0.0 { 1.0 } else { w * w };
                let design = top / (1.0 - w * w).hypot(w / q);
                let got = filter_gain(&response, hz);
                // Below −90 dB the f32 samples of the response are the limit.
                let error = db(got) - db(design);
                assert!(error.abs() < 0.2 || design < 3e-5, "{cutoff} {resonance} {mode} at {hz} Hz: {error} dB");
            }
        }
    }
}

#[test]
fn open_filter_is_out_of_the_path() {
    let input = noise(2_000, 4);
    assert_eq!(render(&mut *effect_with("filter", &[]), &input, &input)[0], input);
}

#[test]
fn delay_is_exact_to_the_frame() {
    for (time, feedback) in [(0.0, 0.0), (0.123, 0.5), (0.45, 1.0), (1.0, 0.3)] {
        let frames = ((0.05 + 0.95 * f64::from(time)) * HZ).round() as usize;
        let values = [("time", time), ("feedback", feedback), ("mix", 1.0)];
        let input = impulse(3 * frames + 10);
        let [left, right] = render(&mut *effect_with("delay", &values), &input, &silence(input.len()));
        for (at, x) in left.iter().enumerate() {
            let want = match at {
                0 => 0.0,
                at if at % frames == 0 => (0.85 * feedback).powi((at / frames) as i32 - 1),
                _ => 0.0,
            };
            assert!((x - want).abs() < 1e-6, "{time}: {x} at {at} of {frames}");
        }
        assert!(right.iter().all(|x| *x == 0.0), "channels are independent");
    }
}

/// What is left of a response's energy from each frame on: Schroeder's integral, 250 Hz to 1 kHz.
fn energy_left(response: &[f32]) -> Vec<f64> {
    // 250 Hz to 1 kHz, where the decay is stated.
    let mut signal: Vec<f64> = response.iter().map(|x| f64::from(*x)).collect();
    for (hz, high) in [(250.0, true), (1_000.0, false), (250.0, true), (1_000.0, false)] {
        let g = (PI * hz / HZ).tan();
        let (k, mut s1, mut s2) = (1.0, 0.0, 0.0);
        for x in &mut signal {
            let h = (*x - (k + g) * s1 - s2) / (1.0 + g * (g + k));
            let band = g * h + s1;
            let low = g * band + s2;
            (s1, s2) = (g * h + band, g * band + low);
            *x = if high { h } else { low };
        }
    }
    let mut energy = 0.0;
    let mut left: Vec<f64> = signal
        .iter()
        .rev()
        .map(|x| {
            energy += x * x;
            energy
        })
        .collect();
    left.reverse();
    left
}

/// Seconds to −60 dB, fitted between −5 and −35 dB.
fn rt60(left: &[f64]) -> f64 {
    let points: Vec<(f64, f64)> = (left.iter().enumerate())
        .map(|(i, e)| (i as f64 / HZ, 10.0 * (e / left[0]).max(1e-20).log10()))
        .filter(|(_, level)| (-35.0..-5.0).contains(level))
        .collect();
    let n = points.len() as f64;
    let (mt, ml) = points.iter().fold((0.0, 0.0), |(t, l), p| (t + p.0 / n, l + p.1 / n));
    let slope = points.iter().map(|p| (p.0 - mt) * (p.1 - ml)).sum::<f64>()
        / points.iter().map(|p| (p.0 - mt).powi(2)).sum::<f64>();
    -60.0 / slope
}

#[test]
fn reverb_decays_as_stated() {
    for decay in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let stated = 0.3 * 30f64.powf(f64::from(decay));
        let frames = (stated * HZ * 1.2) as usize + 10_000;
        let (mut sum, mut likeness) = (vec![0.0; frames - 2_000], 0.0);
        // Bursts of noise, as a room is measured: one click alone excites too few modes evenly.
        for seed in 0..4 {
            let mut input = noise(2_000, 5 + seed);
            input.resize(frames, 0.0);
            let values = [("decay", decay), ("mix", 1.0)];
            let [left, right] = render(&mut *effect_with("reverb", &values), &input, &input);
            for channel in [&left, &right] {
                let own = energy_left(&channel[2_000..]);
                sum.iter_mut().zip(&own).for_each(|(sum, x)| *sum += x / own[0]);
            }
            let power = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum::<f64>();
            likeness += power(&left, &right) / (power(&left, &left) * power(&right, &right)).sqrt() / 4.0;
        }
        let got = rt60(&sum);
        println!("decay {decay}: stated {stated:.3} s, measured {got:.3} s, {:+.1} %", 100.0 * (got / stated - 1.0));
        assert!((got / stated - 1.0).abs() < 0.05, "{decay}: {got} s for {stated} s");
        assert!(likeness.abs() < 0.2, "stereo: correlation {likeness}");
    }
}

/// How far the highest spectral line of the late tail stands out above its neighbourhood.
#[test]
fn reverb_does_not_ring() {
    let mut input = noise(4_000, 6);
    input.resize(110_000, 0.0);
    let [left, _] = render(&mut *effect_with("reverb", &[("decay", 0.7), ("mix", 1.0)]), &input, &input);
    let tail = spectrum(&left[40_000..40_000 + 65_536]);
    // Bins of 0.67 Hz; the neighbourhood is 200 Hz wide. A Rayleigh-distributed spectrum peaks near 9.5 dB over its mean.
    let bin = |hz: f64| (hz / HZ * 65_536.0) as usize;
    let mut worst: f64 = 0.0;
    let mut hz = 200.0;
    while hz < 6_000.0 {
        let part = &tail[bin(hz)..bin(hz + 200.0)];
        let mean = (part.iter().map(|x| x * x).sum::<f64>() / part.len() as f64).sqrt();
        worst = worst.max(db(part.iter().fold(0.0, |a: f64, b| a.max(*b)) / mean));
        hz += 200.0;
    }
    println!("highest line {worst:.1} dB over its neighbourhood");
    assert!(worst < 14.0, "{worst} dB");
}

#[test]
fn reverb_is_about_as_loud_as_the_dry_signal() {
    let input = noise(300_000, 7);
    for decay in [0.0, 0.5, 1.0] {
        let [left, _] =
            render(&mut *effect_with("reverb", &[("decay", decay), ("mix", 1.0)]), &input, &noise(300_000, 8));
        let level = db(rms(&left[200_000..]) / rms(&input));
        println!("decay {decay}: {level:.2} dB");
        assert!((-6.0..3.0).contains(&level), "{decay}: {level} dB");
    }
}

#[test]
fn chorus_swings_as_deep_and_as_fast_as_stated() {
    // The delay that the wet path has at each frame, from the phase of a low sine that comes out of it.
    for (rate, depth) in [(0.0, 0.0), (0.3, 0.5), (1.0, 1.0), (0.6, 0.2)] {
        let hz = 50.0;
        let frames = if rate == 0.0 { 1_400_000 } else { 200_000 };
        let input = sine(frames, hz, 0.5);
        let quarter: Vec<f32> = (0..frames).map(|i| ((i as f64 * hz / HZ * TAU).cos() * 0.5) as f32).collect();
        let values = [("rate", rate), ("depth", depth), ("mix", 1.0)];
        // The same delays for sine and cosine: their angle is the phase.
        let s = render(&mut *effect_with("chorus", &values), &input, &input);
        let c = render(&mut *effect_with("chorus", &values), &quarter, &quarter);
        let delays = |channel: usize| {
            let late = |at: usize| {
                let phase = f64::from(s[channel][at]).atan2(f64::from(c[channel][at]));
                // Below one period, 20 ms, no turn is lost.
                (at as f64 * hz / HZ * TAU - phase).rem_euclid(TAU) / TAU * 1_000.0 / hz
            };
            (2_000..frames).step_by(50).map(late).collect::<Vec<f64>>()
        };
        let (left, right) = (delays(0), delays(1));
        let top = left.iter().fold(f64::MIN, |a, b| a.max(*b));
        let bottom = left.iter().fold(f64::MAX, |a, b| a.min(*b));
        let (want_depth, want_hz) = (0.5 + 4.5 * f64::from(depth), 0.1 + 4.9 * f64::from(rate));
        assert!(((top - bottom) / 2.0 / want_depth - 1.0).abs() < 0.01, "{rate} {depth}: {bottom}..{top} ms");
        assert!(((top + bottom) / 2.0 - 7.0).abs() < 0.03, "{rate} {depth}: {bottom}..{top} ms");
        // Rate, and the right channel a quarter turn ahead, from the phase of the swing itself.
        let phase = |delays: &[f64]| {
            let (mut re, mut im) = (0.0, 0.0);
            for (i, d) in delays.iter().enumerate() {
                let angle = TAU * want_hz * (2_000 + 50 * i) as f64 / HZ;
                re += (d - 7.0) * angle.sin();
                im += (d - 7.0) * angle.cos();
            }
            im.atan2(re)
        };
        let whole = (HZ / want_hz / 50.0).round() as usize;
        let periods = left.len() / whole;
        let ahead = (phase(&right[..periods * whole]) - phase(&left[..periods * whole])).rem_euclid(TAU) / TAU;
        assert!((ahead - 0.25).abs() < 0.005, "{rate} {depth}: right is {ahead} turns ahead");
        let crossings = left.windows(2).filter(|pair| pair[0] < 7.0 && pair[1] >= 7.0).count() as f64;
        let seconds = (frames - 2_000) as f64 / HZ;
        assert!((crossings - seconds * want_hz).abs() <= 1.0, "{rate} {depth}: {crossings} swings in {seconds} s");
    }
}

#[test]
fn pitch_is_true_and_does_not_beat() {
    for shift in [0.0, 0.125, 0.25, 0.4, 0.479_166_67, 0.520_833_3, 0.6, 0.791_666_7, 0.9, 1.0] {
        for hz in [80.0, 220.0, 440.0, 1_000.0, 2_793.8] {
            let input = sine(132_300, hz, 0.5);
            let [left, _] = render(&mut *effect_with("pitch", &[("shift", shift)]), &input, &input);
            let want = hz * 2f64.powf(2.0 * (f64::from(shift) - 0.5));
            let steady = &left[22_050..];
            let got = frequency(steady, want);
            let cents = 1_200.0 * (got / want).log2();
            // Level over whole periods of the output, 20 ms and more.
            let period = HZ / want;
            let stretch = ((period * (900.0 / period).ceil()) as usize).max(64);
            let levels: Vec<f64> = steady.chunks_exact(stretch).map(rms).collect();
            let (low, high) = levels.iter().fold((f64::MAX, 0.0f64), |(a, b), x| (a.min(*x), b.max(*x)));
            println!(
                "shift {shift:.3} {hz} Hz: {cents:+.2} cents, level {:.2}..{:.2} dB",
                db(low * 2f64.sqrt() / 0.5),
                db(high * 2f64.sqrt() / 0.5)
            );
            assert!(cents.abs() < 0.1, "{shift} {hz}: {cents} cents");
            assert!(db(high / low) < 0.05, "{shift} {hz}: {} dB of beating", db(high / low));
        }
    }
}

#[test]
fn pitch_keeps_the_duration_and_leaves_no_gaps() {
    // A burst in silence comes out as long as it went in.
    for shift in [0.0, 1.0] {
        let mut input = silence(100_000);
        input[20_000..60_000].copy_from_slice(&sine(40_000, 330.0, 0.5));
        let [left, _] = render(&mut *effect_with("pitch", &[("shift", shift)]), &input, &input);
        let loud: Vec<bool> = left.chunks(500).map(|chunk| rms(chunk) > 0.2).collect();
        let first = loud.iter().position(|x| *x).expect("sound");
        let last = loud.iter().rposition(|x| *x).expect("sound");
        assert!(loud[first..=last].iter().all(|x| *x), "no gaps");
        assert!((last - first).abs_diff(80) <= 3, "{} chunks of 500 frames", last - first);
    }
}

#[test]
fn centred_pitch_is_clean() {
    let input = noise(5_000, 9);
    assert_eq!(render(&mut *effect_with("pitch", &[]), &input, &input)[0], input);
    let mut pitch = effect_with("pitch", &[("shift", 0.7)]);
    render(&mut *pitch, &noise(20_000, 10), &noise(20_000, 11));
    pitch.set(0, 0.5);
    render(&mut *pitch, &noise(20_000, 12), &noise(20_000, 13));
    assert_eq!(render(&mut *pitch, &input, &input)[0], input, "and again after the fade");
}

#[test]
fn pitch_is_as_late_as_it_says() {
    for shift in [0.0, 0.3, 0.7, 1.0] {
        let input: Vec<f32> =
            noise(441_000, 14).iter().enumerate().map(|(i, x)| if (i / 8_000) % 2 == 1 { *x } else { 0.0 }).collect();
        let memory = vec![0.0f32; Pitch::<Vec<f32>>::memory(44_100)];
        let mut pitch = Pitch::new(memory, RATE);
        pitch.set(0, shift);
        let [left, _] = render(&mut pitch, &input, &input);
        // Centres of energy of the bursts, in and out.
        let centre = |signal: &[f32], at: usize| {
            let energy = |i: usize| f64::from(signal[i]).powi(2);
            let frames = at..at + 12_000;
            frames.clone().map(|i| i as f64 * energy(i)).sum::<f64>() / frames.map(energy).sum::<f64>()
        };
        let bursts: Vec<usize> = (8_000..420_000).step_by(16_000).collect();
        let late: f64 =
            bursts.iter().map(|at| centre(&left, *at) - centre(&input, *at)).sum::<f64>() / bursts.len() as f64;
        let stated = pitch.latency_frames() as f64;
        println!("shift {shift}: {late:.0} frames late, {stated} stated");
        assert!((late - stated).abs() < 200.0, "{shift}: {late} frames late, {stated} stated");
    }
}
