//! The kinds that any pipeline may name: filters, transforms, sources, sinks and plumbing. Nothing here knows of music.

mod delay;
mod fft;
mod fir;
mod gain;
mod glide;
mod iir;
mod irfft;
mod passthrough;
mod per_frame;
mod plane;
mod power_spectrum;
mod real;
mod reframe;
mod rfft;
mod spectral;
mod table;
mod window;
mod wiring;

use crate::kind::Registry;

impl Registry {
    /// All kinds of this crate. Any.
    pub fn standard() -> Self {
        let mut registry = Self::empty();
        registry
            .add(delay::Delay)
            .add(fft::Fft)
            .add(fft::Ifft)
            .add(fir::Fir)
            .add(gain::Gain)
            .add(iir::Iir)
            .add(irfft::Irfft)
            .add(passthrough::Passthrough)
            .add(power_spectrum::PowerSpectrum)
            .add(rfft::Rfft)
            .add(window::Window);
        registry
    }
}
