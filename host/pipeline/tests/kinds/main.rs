//! The kinds of this crate, each run in a pipeline: against values computed another way, in frames of any size.

mod demo;
mod faults;
mod filters;
mod harness;
mod joins;
mod kernels;
mod levels;
mod plumbing;
mod rates;
mod recordings;
mod sources;
mod spectra;
