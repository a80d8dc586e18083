//! How things look: the terminal's own sixteen colours, or none. What a colour says, a word or a sign says too.

use ratatui::style::{Color, Modifier, Style};

/// Styles by meaning.
#[derive(Clone, Copy, Debug)]
pub struct Theme {
    /// What one looks at first.
    pub strong: Style,
    /// What stands back: labels, the bypassed.
    pub faint: Style,
    /// What sounds or is chosen.
    pub lively: Style,
    /// All is well.
    pub good: Style,
    /// Worth a look.
    pub warning: Style,
    /// Wrong.
    pub alarm: Style,
}

impl Theme {
    /// With colours, or with bold and dim type alone. Any.
    pub fn new(is_coloured: bool) -> Self {
        let tint = |colour, plain: Modifier| {
            if is_coloured { Style::new().fg(colour) } else { Style::new().add_modifier(plain) }
        };
        Self {
            strong: Style::new().add_modifier(Modifier::BOLD),
            faint: Style::new().add_modifier(Modifier::DIM),
            lively: tint(Color::Cyan, Modifier::BOLD),
            good: tint(Color::Green, Modifier::empty()),
            warning: tint(Color::Yellow, Modifier::BOLD),
            alarm: tint(Color::Red, Modifier::BOLD),
        }
    }
}
