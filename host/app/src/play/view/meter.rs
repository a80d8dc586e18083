//! Peak meters: they rise at once, fall slowly, and hold the highest peak for a while.

use super::{Theme, bar};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;
use std::time::Duration;

/// The bottom of the scale in decibels of full scale; its top is 0.
const FLOOR_DB: f32 = -60.0;
/// No level is shown as higher than this, so that it falls in time.
const CEILING_DB: f32 = 99.9;
/// How fast a meter falls, in decibels a second.
const FALL_DB: f32 = 30.0;
/// How long a peak is held.
const HOLD: Duration = Duration::from_millis(1_500);
/// From here on a level is high, and from here on very high.
const HIGH_DB: [f32; 2] = [-18.0, -6.0];
/// What the scale names, the most wanted first.
const TICKS: [i8; 8] = [0, -60, -24, -12, -48, -6, -36, -18];
/// Cells before the bar, and after it: `L ` and ` -12.3 dB`.
const AROUND: [u16; 2] = [2, 9];

/// One channel.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    level_db: f32,
    held_db: f32,
    held: Duration,
    updated: Duration,
}

impl Default for Meter {
    fn default() -> Self {
        Self { level_db: FLOOR_DB, held_db: FLOOR_DB, held: Duration::ZERO, updated: Duration::ZERO }
    }
}

impl Meter {
    /// Takes the highest linear sample since the last update.
    pub fn update(&mut self, peak: f32, now: Duration) {
        let fall = FALL_DB * now.saturating_sub(self.updated).as_secs_f32();
        self.updated = now;
        // A NaN counts as silence, as `max` gives the other.
        let audible_db = (20.0 * peak.abs().log10()).max(FLOOR_DB);
        let peak_db = audible_db.min(CEILING_DB);
        self.level_db = peak_db.max(self.level_db - fall);
        if peak_db >= self.held_db {
            (self.held_db, self.held) = (peak_db, now);
        } else if now.saturating_sub(self.held) > HOLD {
            self.held_db = self.level_db.max(self.held_db - fall);
        }
    }

    fn render(&self, label: &str, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let bar_area = bar_area(area);
        buffer.set_stringn(area.x, area.y, label, area.width.into(), theme.faint);
        let cells = bar(share(self.level_db), bar_area.width);
        for (cell, x) in cells.zip(bar_area.left()..) {
            let style = style(db_at(x - bar_area.x, bar_area.width), theme);
            buffer.set_stringn(x, area.y, cell, 1, style);
        }
        if self.held_db > FLOOR_DB && bar_area.width > 0 {
            let x = bar_area.x + column(self.held_db, bar_area.width);
            buffer.set_stringn(x, area.y, "│", 1, style(self.held_db, theme));
        }
        let text = match self.held_db {
            FLOOR_DB => "   -∞ dB".into(),
            held => format!("{held:>5.1} dB"),
        };
        let text_style = if self.held_db >= 0.0 { theme.alarm } else { Style::new() };
        let x = bar_area.right() + 1;
        buffer.set_stringn(x.min(area.right()), area.y, text, area.right().saturating_sub(x).into(), text_style);
    }
}

/// Left above right.
pub fn pair(meters: &[Meter; 2], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    for ((meter, label), row) in meters.iter().zip(["L", "R"]).zip(area.rows()) {
        meter.render(label, theme, row, buffer);
    }
}

/// The decibels under the bars; those that do not fit are left out.
pub fn scale(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let bar = bar_area(area);
    let mut written: Vec<Range<u16>> = Vec::new();
    for tick in TICKS {
        let text = tick.to_string();
        let width = text.len() as u16;
        let middle = bar.x + column(f32::from(tick), bar.width);
        let x = middle.saturating_sub(width / 2).max(bar.x);
        let is_free = written.iter().all(|other| x > other.end || x + width < other.start);
        if is_free && x + width <= bar.right() {
            buffer.set_stringn(x, area.y, text, width.into(), theme.faint);
            written.push(x..x + width);
        }
    }
}

fn bar_area(area: Rect) -> Rect {
    let [before, after] = AROUND;
    Rect { x: (area.x + before).min(area.right()), width: area.width.saturating_sub(before + after), ..area }
}

fn share(db: f32) -> f64 {
    f64::from((db - FLOOR_DB) / -FLOOR_DB)
}

/// The cell in which a level ends.
fn column(db: f32, width: u16) -> u16 {
    ((share(db).clamp(0.0, 1.0) * f64::from(width)).ceil() as u16).saturating_sub(1)
}

/// The level at a cell's middle.
fn db_at(column: u16, width: u16) -> f32 {
    FLOOR_DB - FLOOR_DB * (f32::from(column) + 0.5) / f32::from(width.max(1))
}

fn style(db: f32, theme: &Theme) -> Style {
    match HIGH_DB.iter().filter(|high| db >= **high).count() {
        0 => theme.good,
        1 => theme.warning,
        _ => theme.alarm,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_peak_rises_at_once_is_held_and_falls() {
        let mut meter = Meter::default();
        meter.update(1.0, at(0));
        assert_eq!((meter.level_db, meter.held_db), (0.0, 0.0));
        meter.update(0.0, at(500));
        assert_eq!((meter.level_db, meter.held_db), (-15.0, 0.0));
        meter.update(0.0, at(1_500));
        assert_eq!((meter.level_db, meter.held_db), (-45.0, 0.0));
        meter.update(0.0, at(2_000));
        assert_eq!((meter.level_db, meter.held_db), (-60.0, -15.0));
        meter.update(0.5, at(2_010));
        assert!((meter.level_db - -6.02).abs() < 0.01 && meter.held_db == meter.level_db, "{meter:?}");
    }

    #[test]
    fn no_sample_is_too_strange() {
        let mut meter = Meter::default();
        for (peak, level_db) in [(f32::NAN, -60.0), (0.0, -60.0), (-1.0, 0.0), (f32::INFINITY, 99.9)] {
            meter.update(peak, at(0));
            assert_eq!(meter.level_db, level_db, "{peak}");
        }
    }

    #[test]
    fn the_scale_fits_its_bar() {
        let check = |width: u16, expected: &str| {
            let area = Rect::new(0, 0, width, 1);
            let mut buffer = Buffer::empty(area);
            scale(&Theme::new(false), area, &mut buffer);
            let text: String = buffer.content.iter().map(|cell| cell.symbol()).collect();
            assert_eq!(text, expected);
        };
        check(72, "  -60        -48         -36         -24   -18   -12   -6     0         ");
        check(31, "  -60    -36 -24 -12 0         ");
        check(13, "   0         ");
        check(11, "           ");
    }
}
