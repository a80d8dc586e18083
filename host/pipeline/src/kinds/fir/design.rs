//! The taps that parameters ask for. Designs are windowed sincs (Oppenheim, Schafer: Discrete-Time Signal Processing, 7.5), scaled
//! to a gain of 1 in the middle of their band.

use crate::frame::FrameSpec;
use crate::kind::{KindFault, Params};
use crate::kinds::window;
use crate::kinds::wiring::rate_of;
use std::f64::consts::{PI, TAU};

/// The edges of the band as fractions of the rate.
struct Band {
    low: f64,
    high: f64,
}

/// Whether there are such taps.
pub(super) fn check(spec: &FrameSpec, params: &Params) -> Result<(), KindFault> {
    match params.text("design") {
        "taps" => given(params).map(drop),
        "average" => Ok(()),
        _ => band(spec, params).map(drop),
    }
}

/// The taps.
pub(super) fn taps(spec: &FrameSpec, params: &Params) -> Result<Vec<f64>, KindFault> {
    let design = params.text("design");
    if design == "taps" {
        return given(params).map(<[f64]>::to_vec);
    }
    let mut taps = window::values(params, params.usize("count").max(1), true);
    if design == "average" {
        let sum: f64 = taps.iter().sum();
        taps.iter_mut().for_each(|tap| *tap /= sum);
        return Ok(taps);
    }
    let Band { low, high } = band(spec, params)?;
    let centre = (taps.len() - 1) as f64 / 2.0;
    for (index, tap) in taps.iter_mut().enumerate() {
        let x = index as f64 - centre;
        *tap *= 2.0 * high * sinc(2.0 * high * x) - 2.0 * low * sinc(2.0 * low * x);
    }
    let middle = match design {
        "highpass" => 0.5,
        "bandpass" => (low + high) / 2.0,
        _ => 0.0,
    };
    let phase = |index: usize| TAU * middle * (index as f64 - centre);
    let gain: f64 = taps.iter().enumerate().map(|(index, tap)| tap * phase(index).cos()).sum();
    taps.iter_mut().for_each(|tap| *tap /= gain);
    Ok(taps)
}

/// Rows by which the filter delays: exact for symmetric taps, the centre of their energy for others.
pub(super) fn delay_rows(spec: &FrameSpec, params: &Params) -> f64 {
    if params.text("design") != "taps" {
        return (params.usize("count").max(1) - 1) as f64 / 2.0;
    }
    let taps = taps(spec, params).unwrap_or_default();
    let energy: f64 = taps.iter().map(|tap| tap * tap).sum();
    let moment: f64 = taps.iter().enumerate().map(|(index, tap)| index as f64 * tap * tap).sum();
    if energy > 0.0 { moment / energy } else { 0.0 }
}

fn given(params: &Params) -> Result<&[f64], KindFault> {
    let taps = params.numbers("taps");
    if taps.is_empty() {
        return Err(KindFault::at("taps", "no taps are given").help("give 'taps', or choose a 'design'"));
    }
    if let Some(tap) = taps.iter().find(|tap| !tap.is_finite()) {
        return Err(KindFault::at("taps", format!("a tap of {tap}: taps are finite numbers")));
    }
    Ok(taps)
}

fn band(spec: &FrameSpec, params: &Params) -> Result<Band, KindFault> {
    let rate = rate_of(spec, "in")?;
    let edge = |name: &'static str| {
        let hz = params.f64(name);
        let inside = hz > 0.0 && hz < rate / 2.0;
        let message = || format!("'{name}' is {hz} Hz: it must lie between 0 and {} Hz, half the rate", rate / 2.0);
        if inside { Ok(hz / rate) } else { Err(KindFault::at(name, message())) }
    };
    match params.text("design") {
        "lowpass" => Ok(Band { low: 0.0, high: edge("high_hz")? }),
        "highpass" if params.usize("count").is_multiple_of(2) => {
            let fault = KindFault::at("count", "a highpass of an even number of taps passes nothing at half the rate");
            Err(fault.help("take one tap more"))
        }
        "highpass" => Ok(Band { low: edge("low_hz")?, high: 0.5 }),
        _ => {
            let band = Band { low: edge("low_hz")?, high: edge("high_hz")? };
            let empty = || KindFault::at("high_hz", "the band is empty: 'high_hz' must lie above 'low_hz'");
            if band.low < band.high { Ok(band) } else { Err(empty()) }
        }
    }
}

fn sinc(x: f64) -> f64 {
    if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) }
}
