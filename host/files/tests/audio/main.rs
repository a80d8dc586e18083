//! Recordings of every format, made by the encoders that people use: exact length, exact place, and no harm from what
//! is broken. Needs `ffmpeg`, which `cargo xtask test` installs.

mod damage;
mod fixtures;
mod gapless;
mod headers;
mod hostile;
mod lossless;
mod seeking;
mod tags;
