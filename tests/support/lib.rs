//! What the tests share: songs, banks, damage, measurements, guards and conformance suites.

#![cfg_attr(feature = "rtsan", feature(sanitize))]

pub mod audio_out;
pub mod frame_source;
#[cfg(unix)]
pub mod graph;
pub mod hostile;
pub mod jack;
pub mod measure;
pub mod midi_in;
pub mod models;
pub mod nats;
pub mod panels;
#[cfg(unix)]
pub mod play;
pub mod process;
pub mod pty;
pub mod rack;
#[cfg(target_os = "linux")]
pub mod realtime;
pub mod recording;
pub mod scramble;
#[cfg(unix)]
pub mod serve;
pub mod sf2;
pub mod song;
pub mod studio;
