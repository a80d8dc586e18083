//! `cargo xtask`: the one entrance for people and CI.

fn main() {}
