//! What boards and desks run alike, so that their bytes and their work can be compared. Test code: nothing here runs on a
//! musician's board.
//!
//! - [`render`]: music as dense as a rig will play, its frames as bytes.
//! - [`mapper`]: random words through a mapper, its outputs as bytes.
//! - [`blocks`]: a rig that is kept busy, to be counted.
//!
//! The package's program runs the same on the desk: `cargo run -p ripieno-scenes -- render OUT SECONDS [SOUNDFONT]`.
#![no_std]

pub mod blocks;
pub mod dice;
pub mod mapper;
pub mod music;
pub mod render;
