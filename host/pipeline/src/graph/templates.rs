//! Graphs to begin with: small, commented, and free of faults.

/// A graph to begin with, of the kinds in [`crate::Registry::standard`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The file.
    pub text: &'static str,
}

/// All of them.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "fft",
        summary: "a tone, its power spectrum, and figures of it",
        text: include_str!("templates/fft.toml"),
    },
    Template {
        name: "record",
        summary: "a filtered signal that an event starts to record",
        text: include_str!("templates/record.toml"),
    },
    Template {
        name: "mix",
        summary: "two sources, one a process of its own, mixed and exported",
        text: include_str!("templates/mix.toml"),
    },
];
