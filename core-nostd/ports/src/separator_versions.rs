//! Separators without a model: identity, delay, and one that fails when told.

use crate::{Conditions, Fault, FaultKind, Geometry, Separator};
use core::convert::Infallible;
use core::fmt;

/// Every stem is the mix.
#[derive(Clone, Debug)]
pub struct IdentitySeparator {
    geometry: Geometry,
}

impl IdentitySeparator {
    /// Of this shape. Any.
    pub const fn new(geometry: Geometry) -> Self {
        Self { geometry }
    }
}

impl Separator for IdentitySeparator {
    type Error = Infallible;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Infallible> {
        for stem in stems.chunks_exact_mut(mix.len().max(1)) {
            stem.copy_from_slice(mix);
        }
        Ok(mix.len() / self.geometry.channels.max(1))
    }
}

/// Every stem is the mix some frames later, within its window: a model with a known fault to find.
#[derive(Clone, Debug)]
pub struct DelaySeparator {
    geometry: Geometry,
    delay: usize,
}

impl DelaySeparator {
    /// Of this shape, `delay` frames late. Any.
    pub const fn new(geometry: Geometry, delay: usize) -> Self {
        Self { geometry, delay }
    }
}

impl Separator for DelaySeparator {
    type Error = Infallible;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], _: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Infallible> {
        let frames = mix.len() / self.geometry.channels.max(1);
        let late = self.delay.min(frames);
        for stem in stems.chunks_exact_mut(mix.len().max(1)) {
            for (out, channel) in stem.chunks_exact_mut(frames.max(1)).zip(mix.chunks_exact(frames.max(1))) {
                out[..late].fill(0.0);
                out[late..].copy_from_slice(&channel[..frames - late]);
            }
        }
        Ok(frames)
    }
}

/// A separator that fails at chosen windows and comes short at others.
#[derive(Clone, Debug)]
pub struct FaultySeparator<S> {
    inner: S,
    calls: u64,
    plan: fn(u64) -> Mishap,
}

/// What happens to one window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// Nothing.
    None,
    /// It fails so.
    Fails(FaultKind),
    /// So many frames are missing at its end.
    Short(usize),
    /// It is filled with what is no number.
    NotANumber,
}

impl<S> FaultySeparator<S> {
    /// Does what `inner` does, but for what `plan` says of the n-th call, counted from 0. Any.
    pub const fn new(inner: S, plan: fn(u64) -> Mishap) -> Self {
        Self { inner, calls: 0, plan }
    }
}

/// Why a [`FaultySeparator`] failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Planned(
    /// What was planned.
    pub FaultKind,
);

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed as planned: {:?}", self.0)
    }
}

impl core::error::Error for Planned {}

impl Fault for Planned {
    fn kind(&self) -> FaultKind {
        self.0
    }
}

impl<S: Separator<Error = Infallible>> Separator for FaultySeparator<S> {
    type Error = Planned;

    fn geometry(&self) -> Geometry {
        self.inner.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Planned> {
        let call = self.calls;
        self.calls += 1;
        let frames = match self.inner.separate(mix, conditions, stems) {
            Ok(frames) => frames,
            Err(never) => match never {},
        };
        match (self.plan)(call) {
            Mishap::None => Ok(frames),
            Mishap::Fails(kind) => Err(Planned(kind)),
            Mishap::Short(missing) => Ok(frames.saturating_sub(missing)),
            Mishap::NotANumber => {
                stems.fill(f32::NAN);
                Ok(frames)
            }
        }
    }
}
