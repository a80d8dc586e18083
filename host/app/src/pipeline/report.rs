//! Faults of graphs as people read them: the lines of the file with marks under them.

use miette::{GraphicalReportHandler, GraphicalTheme};
use ripieno_pipeline::Diagnostics;
use std::io::{self, IsTerminal};

/// Columns where there is no terminal.
const WIDTH: u16 = 100;

/// Tells all faults on stderr.
pub fn tell(diagnostics: &Diagnostics) {
    eprint!("{}", text(diagnostics, colours(), width()));
}

/// The same, as text.
pub fn text(diagnostics: &Diagnostics, is_coloured: bool, width: u16) -> String {
    let theme = if is_coloured { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(width.into()).with_links(false);
    let mut text = String::new();
    // The whole is told by its parts: each has its own lines of the file.
    for fault in diagnostics.iter() {
        // Text takes whatever is written to it.
        let _ = handler.render_report(&mut text, fault);
    }
    text
}

fn colours() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn width() -> u16 {
    if io::stderr().is_terminal() { crossterm::terminal::size().map_or(WIDTH, |(columns, _)| columns) } else { WIDTH }
}
