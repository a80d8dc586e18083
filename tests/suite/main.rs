//! Tests that cross crates: one binary, one module a subject.

mod soundfont;
mod soundfont_hostile;
mod soundfont_model;
