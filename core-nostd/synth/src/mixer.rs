//! Which of the two ways voices are summed.

/// Where vectors pay.
#[cfg(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64"))]
pub type Mixer<const VOICES: usize> = crate::wide::Wide;

/// Everywhere else.
#[cfg(not(any(target_arch = "x86_64", target_arch = "x86", target_arch = "aarch64")))]
pub type Mixer<const VOICES: usize> = crate::lean::Lean<VOICES>;
