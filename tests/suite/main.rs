//! Tests that cross crates: one binary, one module a subject.

mod cli;
mod cli_hostile;
mod cli_render;
mod fluidsynth;
mod live_jack;
mod midi;
mod midi_jack;
mod no_alloc;
mod ports;
mod rig;
mod soundfont;
mod soundfont_hostile;
mod soundfont_model;

#[global_allocator]
static GUARD: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;
