//! Filters of finite impulse response: given taps, or designed by a window; computed directly or by FFT.

mod convolve;
mod design;

use super::per_frame::Each;
use super::real::{by_real, lanes};
use super::table::{SIGNAL, choice, integer, number, numbers, port};
use super::window::{BETA, WINDOW};
use super::wiring::{Outputs, input, out};
use crate::kind::{Kind, KindFault, Needs, Param, Port, Wiring};
use crate::ports::Task;
use convolve::Convolution;

/// Most taps of a filter.
const MOST_TAPS: i64 = 1 << 20;

/// Convolves each channel with taps.
#[derive(Debug)]
pub(super) struct Fir;

impl Kind for Fir {
    fn name(&self) -> &'static str {
        "fir"
    }
    fn summary(&self) -> &'static str {
        "filters each channel by a finite impulse response, given or designed"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                choice(
                    "design",
                    &["taps", "lowpass", "highpass", "bandpass", "average"],
                    "the taps that are given, a windowed sinc, or a moving average weighted by the window",
                ),
                numbers("taps", "", "the impulse response, for the design 'taps'"),
                integer("count", 127, [1, MOST_TAPS], "taps", "taps of a design; odd for a highpass"),
                number("low_hz", 0.0, [0.0, 1e12], "Hz", "where a highpass or a bandpass begins to pass"),
                number("high_hz", 0.0, [0.0, 1e12], "Hz", "where a lowpass or a bandpass ends to pass"),
                WINDOW,
                BETA,
                choice(
                    "mode",
                    &["stream", "same"],
                    "whether frames follow each other without a seam, or each is filtered alone, centred and with zeros around",
                ),
                choice("method", &["auto", "direct", "fft"], "how it is computed; both agree to rounding"),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", SIGNAL, "a signal, rows of channels")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", SIGNAL, "the filtered signal")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", SIGNAL)?;
        design::check(&spec, wiring.params)?;
        Ok(out(spec))
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let (Ok(spec), "stream") = (input(wiring, "in", SIGNAL), wiring.params.text("mode")) else {
            return Needs::default();
        };
        let rows = design::delay_rows(&spec, wiring.params);
        Needs { latency_secs: spec.rate_hz().map_or(0.0, |rate| rows / rate), ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", SIGNAL)?;
        let taps = design::taps(&spec, wiring.params)?;
        let seamless = wiring.params.text("mode") == "stream";
        let method = wiring.params.text("method");
        let rows = spec.shape().rows();
        let lanes = lanes(&spec);
        Ok(by_real!(spec.dtype(), T => Each(Convolution::<T>::new(&taps, rows, lanes, seamless, method))))
    }
}
