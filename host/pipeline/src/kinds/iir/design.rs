//! The sections that parameters ask for. Butterworth: poles on a circle, mapped by the bilinear transform with its edges put
//! right beforehand. Biquads: R. Bristow-Johnson, Audio EQ Cookbook.

use crate::frame::FrameSpec;
use crate::kind::{KindFault, Params};
use crate::kinds::glide::from_db;
use crate::kinds::wiring::rate_of;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// A second-order section, divided by its `a0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Section {
    pub(super) b: [f64; 3],
    /// `a1` and `a2`.
    pub(super) a: [f64; 2],
}

/// The sections.
pub(super) fn sections(spec: &FrameSpec, params: &Params) -> Result<Vec<Section>, KindFault> {
    match params.text("design") {
        "sos" => given(params.numbers("sos")),
        "lowpass" | "highpass" | "bandpass" | "bandstop" => butterworth(rate_of(spec, "in")?, params),
        design => biquad(design, rate_of(spec, "in")?, params).map(|section| vec![section]),
    }
}

fn given(sos: &[f64]) -> Result<Vec<Section>, KindFault> {
    if sos.is_empty() || !sos.len().is_multiple_of(6) {
        let fault = KindFault::at("sos", format!("{} numbers: a section has six", sos.len()));
        return Err(fault.help("give b0, b1, b2, a0, a1, a2 for each section, or choose a 'design'"));
    }
    let section = |(index, numbers): (usize, &[f64])| {
        let [b0, b1, b2, a0, a1, a2] = [0, 1, 2, 3, 4, 5].map(|at| numbers[at] / numbers[3]);
        let section = Section { b: [b0, b1, b2], a: [a1, a2] };
        if !(a0 == 1.0 && [b0, b1, b2, a1, a2].iter().all(|number| number.is_finite())) {
            return Err(KindFault::at("sos", format!("section {index}: a0 must not be 0, and all be finite")));
        }
        // Stable if and only if (a1, a2) lies within the triangle.
        if !(a2.abs() < 1.0 && a1.abs() < 1.0 + a2) {
            return Err(KindFault::at(
                "sos",
                format!("section {index} is not stable: it has a pole on or outside the unit circle"),
            ));
        }
        Ok(section)
    };
    sos.chunks_exact(6).enumerate().map(section).collect()
}

/// A frequency in Hz, which must lie inside the band that the rate allows.
fn inside(params: &Params, name: &'static str, rate: f64) -> Result<f64, KindFault> {
    let hz = params.f64(name);
    if hz > 0.0 && hz < rate / 2.0 {
        return Ok(hz);
    }
    Err(KindFault::at(name, format!("'{name}' is {hz} Hz: it must lie between 0 and {} Hz, half the rate", rate / 2.0)))
}

fn butterworth(rate: f64, params: &Params) -> Result<Vec<Section>, KindFault> {
    let order = params.usize("order").max(1);
    // Analogue edges that the bilinear transform brings to the wanted places, for s = 2 (z - 1) / (z + 1).
    let warp = |hz: f64| 2.0 * (PI * hz / rate).tan();
    // Poles of the lowpass with its edge at 1; those below the real axis follow from those above.
    let prototype = |index: usize| Complex64::from_polar(1.0, PI * (0.5 + (2 * index + 1) as f64 / (2 * order) as f64));
    let upper: Vec<Complex64> = (0..order.div_ceil(2)).map(prototype).collect();
    let design = params.text("design");
    if design == "lowpass" || design == "highpass" {
        let low = design == "lowpass";
        let edge = warp(inside(params, if low { "high_hz" } else { "low_hz" }, rate)?);
        let zero = if low { -1.0 } else { 1.0 };
        let poles = upper.iter().map(|pole| bilinear(if low { pole * edge } else { edge / pole }));
        let zeros = [Complex64::from(zero); 2];
        let at = Complex64::from(if low { 1.0 } else { -1.0 });
        let real = |pole: &Complex64| pole.im.abs() < 1e-12;
        return Ok(poles
            .map(|pole| if real(&pole) { single(zero, pole.re, at) } else { pair(zeros, [pole, pole.conj()], at) })
            .collect());
    }
    let (low, high) = (warp(inside(params, "low_hz", rate)?), warp(inside(params, "high_hz", rate)?));
    if low >= high {
        return Err(KindFault::at("high_hz", "the band is empty: 'high_hz' must lie above 'low_hz'"));
    }
    let (middle, width) = ((low * high).sqrt(), high - low);
    let pass = design == "bandpass";
    // Where the gain is 1: in the middle of the band, or far from it.
    let centre = Complex64::from_polar(1.0, 2.0 * (middle / 2.0).atan());
    let (zeros, at) = match pass {
        true => ([Complex64::from(1.0), Complex64::from(-1.0)], centre),
        false => ([centre, centre.conj()], Complex64::from(1.0)),
    };
    let mut sections = Vec::with_capacity(order);
    for pole in &upper {
        // Each pole of the prototype becomes the two roots of s² - b s + middle².
        let half = if pass { pole * width / 2.0 } else { width / pole / 2.0 };
        let root = (half * half - middle * middle).sqrt();
        let (one, other) = (bilinear(half + root), bilinear(half - root));
        if pole.im.abs() < 1e-12 {
            // The real one's pair is conjugate, or both are real.
            sections.push(pair(zeros, [one, other], at));
        } else {
            sections.push(pair(zeros, [one, one.conj()], at));
            sections.push(pair(zeros, [other, other.conj()], at));
        }
    }
    Ok(sections)
}

fn bilinear(s: Complex64) -> Complex64 {
    (2.0 + s) / (2.0 - s)
}

/// A section of two zeros and two poles, which are conjugate or real, of gain 1 at `at`.
fn pair(zeros: [Complex64; 2], poles: [Complex64; 2], at: Complex64) -> Section {
    let polynomial = |roots: [Complex64; 2]| [-(roots[0] + roots[1]).re, (roots[0] * roots[1]).re];
    let (b, a) = (polynomial(zeros), polynomial(poles));
    unity(Section { b: [1.0, b[0], b[1]], a }, at)
}

/// A section of one zero and one pole.
fn single(zero: f64, pole: f64, at: Complex64) -> Section {
    unity(Section { b: [1.0, -zero, 0.0], a: [-pole, 0.0] }, at)
}

fn unity(section: Section, at: Complex64) -> Section {
    let gain = response(&section, at).norm();
    Section { b: section.b.map(|b| b / gain), ..section }
}

fn response(section: &Section, z: Complex64) -> Complex64 {
    let inverse = z.inv();
    let numerator = section.b[0] + inverse * (section.b[1] + inverse * section.b[2]);
    numerator / (1.0 + inverse * (section.a[0] + inverse * section.a[1]))
}

fn biquad(design: &str, rate: f64, params: &Params) -> Result<Section, KindFault> {
    let angle = TAU * inside(params, "hz", rate)? / rate;
    let (sin, cos) = angle.sin_cos();
    let alpha = sin / (2.0 * params.f64("q"));
    let amplitude = from_db(params.f64("db") / 2.0);
    let slope = 2.0 * amplitude.sqrt() * alpha;
    // A high shelf is a low shelf of the mirrored spectrum.
    let side = if design == "high-shelf" { -1.0 } else { 1.0 };
    let (plus, minus) = (amplitude + 1.0, amplitude - 1.0);
    let (b, a) = match design {
        "notch" => ([1.0, -2.0 * cos, 1.0], [1.0 + alpha, -2.0 * cos, 1.0 - alpha]),
        "peak" => (
            [1.0 + alpha * amplitude, -2.0 * cos, 1.0 - alpha * amplitude],
            [1.0 + alpha / amplitude, -2.0 * cos, 1.0 - alpha / amplitude],
        ),
        _ => (
            [
                amplitude * (plus - side * minus * cos + slope),
                side * 2.0 * amplitude * (minus - side * plus * cos),
                amplitude * (plus - side * minus * cos - slope),
            ],
            [
                plus + side * minus * cos + slope,
                side * -2.0 * (minus + side * plus * cos),
                plus + side * minus * cos - slope,
            ],
        ),
    };
    Ok(Section { b: b.map(|b| b / a[0]), a: [a[1] / a[0], a[2] / a[0]] })
}

/// The longest group delay in rows at a frequency that passes, which is one that loses no more than half of the greatest power.
pub(super) fn delay_rows(sections: &[Section]) -> f64 {
    const GRID: usize = 512;
    let at = |index: usize| {
        let z = Complex64::from_polar(1.0, PI * (index as f64 + 0.5) / GRID as f64);
        let power: f64 = sections.iter().map(|section| response(section, z).norm_sqr()).product();
        (power, sections.iter().map(|section| group_delay(section, z)).sum::<f64>())
    };
    let points: Vec<(f64, f64)> = (0..GRID).map(at).collect();
    let most = points.iter().map(|(power, _)| *power).fold(0.0, f64::max);
    points.iter().filter(|(power, _)| *power >= most / 2.0).map(|(_, delay)| *delay).fold(0.0, f64::max)
}

/// The delay of a polynomial in `1 / z` is the real part of the same with each coefficient times its power, divided by it.
fn group_delay(section: &Section, z: Complex64) -> f64 {
    let inverse = z.inv();
    let of = |c: [f64; 3]| {
        let value = c[0] + inverse * (c[1] + inverse * c[2]);
        let slope = inverse * (c[1] + inverse * (2.0 * c[2]));
        if value.norm_sqr() < 1e-24 { 0.0 } else { (slope / value).re }
    };
    of(section.b) - of([1.0, section.a[0], section.a[1]])
}
