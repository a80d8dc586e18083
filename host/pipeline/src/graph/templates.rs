//! Graphs to begin with.

/// A graph to begin with.
#[derive(Clone, Copy, Debug)]
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a line.
    pub summary: &'static str,
    /// The file.
    pub text: &'static str,
}

/// All templates.
pub const TEMPLATES: &[Template] = &[];
