//! Tests that cross crates: one binary, one module a subject.

mod audio_devices;
mod audio_out;
mod cli;
mod cli_devices;
#[cfg(unix)]
mod cli_graph;
mod cli_hostile;
mod cli_instruments;
mod cli_play;
mod cli_render;
mod cli_studio;
mod controller_jack;
#[cfg(unix)]
mod docs;
#[cfg(unix)]
mod farm;
#[cfg(unix)]
mod farm_secure;
mod fluidsynth;
mod instrument_bank;
mod instrument_hostile;
#[cfg(target_os = "linux")]
mod live_alsa;
mod live_jack;
#[cfg(target_os = "linux")]
mod live_play;
#[cfg(target_os = "linux")]
mod live_realtime;
mod midi;
mod midi_jack;
mod models;
mod no_alloc;
mod panels;
mod ports;
mod rig;
#[cfg(unix)]
mod run_graph;
#[cfg(unix)]
mod run_graph_end;
mod separate;
#[cfg(target_os = "linux")]
mod separate_end;
#[cfg(unix)]
mod separate_kill;
#[cfg(unix)]
mod separate_worker;
mod separators;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod serve_boards;
#[cfg(unix)]
mod serve_clients;
#[cfg(unix)]
mod serve_defects;
#[cfg(unix)]
mod serve_desk;
#[cfg(unix)]
mod serve_end;
#[cfg(unix)]
mod serve_entrances;
#[cfg(unix)]
mod serve_graph;
#[cfg(unix)]
mod serve_learn;
#[cfg(unix)]
mod serve_sound;
#[cfg(unix)]
mod serve_stems;
mod session;
mod soundfont;
mod soundfont_hostile;
mod soundfont_model;
mod stems;
#[cfg(unix)]
mod studio_kill;
mod timing;
#[cfg(unix)]
mod top_graph;

#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
