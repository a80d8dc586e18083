//! Tests that cross crates: one binary, one module a subject.

mod soundfont;
