//! Tests that cross crates: one binary, one module a subject.

mod audio_devices;
mod audio_out;
mod cli;
mod cli_devices;
mod cli_hostile;
mod cli_play;
mod cli_render;
mod fluidsynth;
#[cfg(target_os = "linux")]
mod live_alsa;
mod live_jack;
#[cfg(target_os = "linux")]
mod live_play;
#[cfg(target_os = "linux")]
mod live_realtime;
mod midi;
mod midi_jack;
mod no_alloc;
mod ports;
mod rig;
mod session;
mod soundfont;
mod soundfont_hostile;
mod soundfont_model;
#[cfg(unix)]
mod studio_kill;
mod timing;

#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
