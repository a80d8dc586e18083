//! Models that see spectra: the mix is transformed for them, and what they give is brought back to a waveform.

mod binding;
mod driver;
mod layout;
mod outputs;
mod settings;
mod transform;
mod window;

pub use driver::StftDriver;
pub use layout::Layout;
pub use realfft::num_complex::Complex32;
pub use settings::{Indices, SpectrumOutput, StftSettings};
pub use transform::{LONGEST_FFT, Padding, Scale, Transform, TransformSettings};
pub use window::WindowShape;
