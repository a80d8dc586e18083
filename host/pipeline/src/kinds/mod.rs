//! The kinds that any pipeline may name: filters, transforms, sources, sinks and plumbing. Nothing here knows of music.

mod batch;
mod convert;
mod decimate;
mod delay;
mod fft;
mod fir;
mod gain;
mod glide;
mod hold;
mod iir;
mod irfft;
mod join;
mod mix;
mod noise;
mod null;
mod passthrough;
mod per_frame;
mod plane;
mod power_spectrum;
mod ramp;
mod real;
mod record;
mod reframe;
mod replay;
mod resample;
mod rfft;
mod source;
mod spectral;
mod stats;
mod stft;
mod table;
mod tee;
mod throttle;
mod tone;
mod window;
mod wiring;

use crate::kind::Registry;

impl Registry {
    /// All kinds of this crate. Any.
    pub fn standard() -> Self {
        let mut registry = Self::empty();
        registry
            .add(batch::Batch)
            .add(batch::Unbatch)
            .add(convert::Convert)
            .add(decimate::Decimate)
            .add(delay::Delay)
            .add(fft::Fft)
            .add(fft::Ifft)
            .add(fir::Fir)
            .add(gain::Gain)
            .add(hold::Hold)
            .add(iir::Iir)
            .add(irfft::Irfft)
            .add(join::Join)
            .add(mix::Mix)
            .add(noise::Noise)
            .add(null::Null)
            .add(passthrough::Passthrough)
            .add(power_spectrum::PowerSpectrum)
            .add(ramp::Ramp)
            .add(record::Record)
            .add(replay::Replay)
            .add(resample::Resample)
            .add(rfft::Rfft)
            .add(stats::Stats)
            .add(stft::Stft)
            .add(tee::Tee)
            .add(throttle::Throttle)
            .add(tone::Tone)
            .add(window::Window);
        registry
    }
}
