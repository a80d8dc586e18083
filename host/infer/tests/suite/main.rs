//! Models as users have them: the committed ones and spoilt copies, on real engines. One program, as linking an engine takes
//! its time.

#![cfg(all(feature = "tract", feature = "ort"))]

mod check;
mod drivers;
mod engines;
mod guess;
mod hostile;
mod support;
