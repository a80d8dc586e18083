//! Tests that cross crates: one binary, one module a subject.

mod cli;
mod cli_hostile;
mod cli_render;
mod ports;
mod soundfont;
mod soundfont_hostile;
mod soundfont_model;
