//! The seven effects and their parameters: a row each, the chosen one marked, bypassed effects dim.

use super::{Theme, bar};
use crate::live::Status;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ripieno_fx::{EFFECTS, PARAMS, ParamInfo};

/// From this width on there are two columns.
const TWO_COLUMNS: u16 = 76;
/// The second column begins with this parameter when all fit: the effects stay whole.
const SECOND: usize = 8;
/// Columns of marker and name, of label, and of the value's text, with the space after or before them.
const NAME: u16 = 10;
const LABEL: u16 = 10;
const TEXT: u16 = 12;

/// The rows that all parameters take at a width.
pub fn rows(width: u16) -> usize {
    if width < TWO_COLUMNS { PARAMS.len() } else { SECOND }
}

/// Draws what fits, and always the chosen parameter.
pub fn render(status: &Status, selected: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let columns = 1 + u16::from(area.width >= TWO_COLUMNS);
    let height = usize::from(area.height);
    let all_fit = height >= rows(area.width);
    let capacity = height * usize::from(columns);
    let first =
        if all_fit { 0 } else { selected.saturating_sub(capacity / 2).min(PARAMS.len().saturating_sub(capacity)) };
    let per_column = if !all_fit {
        height
    } else if columns == 2 {
        SECOND
    } else {
        PARAMS.len()
    };
    let column_width = area.width / columns;
    for (place, info) in PARAMS[first..].iter().take(if all_fit { PARAMS.len() } else { capacity }).enumerate() {
        let (column, row) = ((place / per_column) as u16, (place % per_column) as u16);
        let width = column_width.saturating_sub(if columns == 2 { 2 } else { 0 });
        let x = area.x + column * (column_width + 1);
        let cell = Rect { x, y: area.y + row, width: width.min(area.right().saturating_sub(x)), height: 1 };
        let is_named = row == 0 || EFFECTS[usize::from(info.effect.0)].params.0 == info.id.0;
        parameter(info, status, (selected == usize::from(info.id.0), is_named), theme, cell, buffer);
    }
}

fn parameter(
    info: &ParamInfo,
    status: &Status,
    (is_selected, is_named): (bool, bool),
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let value = status.values.get(usize::from(info.id.0)).copied().filter(|value| value.is_finite());
    let value = value.unwrap_or(info.default);
    let effect = usize::from(info.effect.0);
    let is_bypassed = status.bypassed.get(effect).copied().unwrap_or(false);
    let base = if is_bypassed { theme.faint } else { Style::new() };
    let mut put = |x: u16, text: &str, room: u16, style: Style| {
        let x = area.x + x;
        let room = room.min(area.right().saturating_sub(x));
        if room > 0 {
            buffer.set_stringn(x, area.y, text, room.into(), style);
        }
    };
    if is_named {
        put(0, if is_bypassed { "○" } else { "●" }, 1, if is_bypassed { theme.faint } else { theme.good });
        put(2, EFFECTS[effect].name, NAME - 3, base);
    }
    if is_selected {
        put(NAME - 1, "▸", 1, theme.lively);
    }
    let label_style = if is_selected { base.patch(theme.lively).add_modifier(Modifier::REVERSED) } else { base };
    put(NAME, info.label, LABEL - 1, label_style);
    let width = area.width.saturating_sub(NAME + LABEL + TEXT);
    let bar_style = if is_selected { base.patch(theme.lively) } else { base };
    for (cell, x) in bar(value.into(), width).zip(NAME + LABEL..) {
        let (cell, style) = if cell == " " { ("─", theme.faint) } else { (cell, bar_style) };
        put(x, cell, 1, style);
    }
    put(NAME + LABEL + width + u16::from(width > 0), &info.text(value).to_string(), TEXT, base);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(width: u16, height: u16, selected: usize, status: &Status) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        render(status, selected, &Theme::new(false), area, &mut buffer);
        buffer.content.chunks(width.into()).map(|row| row.iter().map(|cell| cell.symbol()).collect()).collect()
    }

    #[test]
    fn every_parameter_has_its_row() {
        let mut status = Status { bypassed: vec![false; 7], ..Status::default() };
        status.bypassed[6] = true;
        status.values = PARAMS.iter().map(|info| info.default).collect();
        let rows = screen(40, 14, 12, &status);
        assert_eq!(rows[0], "● volume  Volume    ████████ 0.0 dB     ");
        assert_eq!(rows[1], "● filter  Cutoff    ████████ 16000 Hz   ");
        assert_eq!(rows[2], "          Resonance ──────── Q 0.50     ");
        assert_eq!(rows[12], "         ▸Decay     ████──── 1.643 s    ");
        assert_eq!(rows[13], "○ pan     Pan       ████──── centre     ");
    }

    #[test]
    fn two_columns_keep_effects_whole() {
        let rows = screen(78, 8, 0, &Status::default());
        assert!(rows[0].starts_with("● volume ▸Volume") && rows[0].contains("● delay   Time"), "{rows:?}");
        assert!(rows[7].contains("Chorus") && rows[5].contains("● pan"), "{rows:?}");
    }

    #[test]
    fn the_chosen_one_is_always_seen() {
        for (width, height) in [(40, 1), (40, 2), (40, 5), (40, 13), (78, 1), (78, 3), (78, 7), (90, 30)] {
            for (selected, info) in PARAMS.iter().enumerate() {
                let rows = screen(width, height, selected, &Status::default());
                let found = rows.iter().filter(|row| row.contains(&format!("▸{}", info.label))).count();
                assert_eq!(found, 1, "{} on {width}x{height}: {rows:?}", info.name);
            }
        }
    }
}
