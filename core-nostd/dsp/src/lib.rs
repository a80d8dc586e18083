#![doc = include_str!("../README.md")]
#![no_std]
#![warn(clippy::std_instead_of_core, clippy::alloc_instead_of_core)]

pub mod grid;
pub mod guard;
pub mod interpolate;
pub mod line;
pub mod maths;
pub mod phase;
pub mod smooth;
pub mod svf;

pub use grid::{GRID, Grid};
pub use line::Line;
pub use phase::Phase;
pub use smooth::{Segment, Smooth};
