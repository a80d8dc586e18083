//! The picture of a live session: one [`Status`] as rows of text. Small terminals get fewer rows, never broken ones.
//!
//! Pure: a status, hands and a time go in, cells come out. `terminal` puts them on a screen.

mod effects;
mod figures;
mod meter;
mod rows;
mod strip;
mod theme;

pub use theme::Theme;

use crate::live::Status;
use crate::play::keys::Keys;
use meter::Meter;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use rows::{Part, Plan};
use std::time::Duration;

/// What the view shows, and what moves in it by itself. Control.
#[derive(Debug)]
pub struct View {
    theme: Theme,
    status: Status,
    meters: [Meter; 2],
    hands: Hands,
}

/// What the view must know of the musician's [`Keys`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Hands {
    octave: i8,
    velocity: u8,
    /// Index of the chosen parameter.
    selected: usize,
}

impl View {
    /// An empty view.
    pub fn new(theme: Theme) -> Self {
        Self { theme, status: Status::default(), meters: Default::default(), hands: Hands::default() }
    }

    /// Takes what is to be shown from now on. `now` is the time since any fixed moment; the meters fall by it.
    pub fn update(&mut self, status: Status, keys: &Keys, now: Duration) {
        self.meters.iter_mut().zip(status.peak).for_each(|(meter, peak)| meter.update(peak, now));
        self.status = status;
        let selected = usize::from(keys.selected().id.0);
        self.hands = Hands { octave: keys.octave(), velocity: keys.velocity(), selected };
    }

    /// Draws everything that fits. Any area will do; cells that nothing is said about stay as they are.
    pub fn render(&self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        let margin = u16::from(area.width >= 20);
        let inner = Rect { x: area.x + margin, width: area.width.saturating_sub(2 * margin), ..area };
        if inner.is_empty() {
            return;
        }
        let (status, theme) = (&self.status, &self.theme);
        let width = inner.width;
        let header = figures::header(status, theme, width);
        let numbers = figures::numbers(status, theme, width);
        let inputs = figures::inputs(status, theme, width);
        let help = figures::help(self.hands, theme, width);
        let error = figures::error(status, theme, width);
        let plan = Plan::new(
            inner.height,
            &[
                (Part::Header, 1),
                (Part::Error, error.len().min(1)),
                (Part::Numbers, 1),
                (Part::Meters, 2),
                (Part::Names, 1),
                (Part::Effects, 1),
                (Part::Strip, 1),
                (Part::Song, usize::from(status.song.is_some())),
                (Part::Help, 1),
                (Part::Inputs, 1),
                (Part::Effects, 1),
                (Part::Scale, 1),
                (Part::Numbers, numbers.len().saturating_sub(1)),
                (Part::Header, header.len().saturating_sub(1)),
                (Part::Effects, effects::rows(width).saturating_sub(2)),
                (Part::Octaves, 1),
                (Part::GapBelowMeters, 1),
                (Part::GapBelowNumbers, 1),
                (Part::GapBelowHeader, 1),
                (Part::Inputs, inputs.len().saturating_sub(1)),
                (Part::Error, error.len().saturating_sub(1)),
                (Part::Help, help.len().saturating_sub(1)),
                (Part::Rest, usize::MAX),
            ],
        );
        for (part, top, height) in plan.placed() {
            let row = Rect { y: inner.y + top, height, ..inner };
            match part {
                Part::Header => lines(&header, row, buffer),
                Part::Numbers => lines(&numbers, row, buffer),
                Part::Inputs => lines(&inputs, row, buffer),
                Part::Help => lines(&help, row, buffer),
                Part::Error => lines(&error, row, buffer),
                Part::Song => figures::song(status, theme, row, buffer),
                Part::Meters => meter::pair(&self.meters, theme, row, buffer),
                Part::Scale => meter::scale(theme, row, buffer),
                Part::Strip => strip::keys(status.notes, theme, row, buffer),
                Part::Octaves => strip::octaves(theme, row, buffer),
                Part::Names => strip::names(status.notes, theme, row, buffer),
                Part::Effects => effects::render(status, self.hands.selected, theme, row, buffer),
                Part::GapBelowHeader | Part::GapBelowMeters | Part::GapBelowNumbers | Part::Rest => {}
            }
        }
    }
}

/// As many of the lines as there are rows.
fn lines(lines: &[Line<'_>], area: Rect, buffer: &mut Buffer) {
    for (line, y) in lines.iter().zip(area.top()..area.bottom()) {
        buffer.set_line(area.x, y, line, area.width);
    }
}

/// The eighths of a cell, from none to seven.
const EIGHTHS: [&str; 8] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// A bar's cells: `share` 0 to 1 of `width` cells.
pub(crate) fn bar(share: f64, width: u16) -> impl Iterator<Item = &'static str> {
    let eighths = if share.is_finite() { (share.clamp(0.0, 1.0) * f64::from(width) * 8.0).round() as usize } else { 0 };
    (0..usize::from(width)).map(move |cell| match eighths.saturating_sub(cell * 8) {
        part @ 0..8 => EIGHTHS[part],
        _ => "█",
    })
}

#[cfg(test)]
mod tests;
