//! The piano: a column a key, the keys that are down, and their names.

use super::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::ops::Range;

/// The keys of a grand piano, A0 to C8.
const PIANO: Range<u8> = 21..109;
/// The key in the middle when not all fit: E4, the middle of the piano and of most music.
const MIDDLE: u8 = 64;
/// The names of a semitone.
const NAMES: [&str; 12] = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];

/// The keys; those that are down stand out. Keys down beyond an edge make an arrow of it.
pub fn keys(notes: [u64; 2], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let shown = shown(area.width);
    for (key, x) in shown.clone().zip(area.left()..) {
        let (cell, style) = match (is_down(notes, key), is_black(key)) {
            (true, _) => ("█", theme.lively),
            (false, true) => ("▀", theme.faint),
            (false, false) => ("▁", Style::new()),
        };
        buffer.set_stringn(x, area.y, cell, 1, style);
    }
    let (left, right) = (area.x, (area.x + shown.len() as u16).saturating_sub(1));
    if (0..shown.start).any(|key| is_down(notes, key)) {
        buffer.set_stringn(left, area.y, "◂", 1, theme.lively);
    }
    if (shown.end..128).any(|key| is_down(notes, key)) {
        buffer.set_stringn(right, area.y, "▸", 1, theme.lively);
    }
}

/// Where the octaves begin.
pub fn octaves(theme: &Theme, area: Rect, buffer: &mut Buffer) {
    for (key, x) in shown(area.width).zip(area.left()..).filter(|(key, _)| key % 12 == 0) {
        buffer.set_stringn(x, area.y, name(key), (area.right() - x).into(), theme.faint);
    }
}

/// The names of the keys that are down, as many as fit.
pub fn names(notes: [u64; 2], theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let down: Vec<u8> = (0..128).filter(|key| is_down(notes, *key)).collect();
    let (mut x, _) = buffer.set_stringn(area.x, area.y, "notes ", area.width.into(), theme.faint);
    for (index, key) in down.iter().enumerate() {
        let (name, left) = (name(*key), usize::from(area.right() - x));
        let others = down.len() - index;
        let more = format!("+{others}");
        let room_for_more = if others > 1 { more.len() + 1 } else { 0 };
        if name.chars().count() + 1 + room_for_more > left {
            buffer.set_stringn(x, area.y, more, left, theme.faint);
            return;
        }
        (x, _) = buffer.set_stringn(x, area.y, name, left, theme.lively);
        x += 1;
    }
}

fn shown(width: u16) -> Range<u8> {
    let all = PIANO.end - PIANO.start;
    let count = u8::try_from(width).unwrap_or(u8::MAX).min(all);
    let start = MIDDLE.saturating_sub(count / 2).clamp(PIANO.start, PIANO.end - count);
    start..start + count
}

fn is_down(notes: [u64; 2], key: u8) -> bool {
    notes[usize::from(key / 64)] >> (key % 64) & 1 == 1
}

fn is_black(key: u8) -> bool {
    [1, 3, 6, 8, 10].contains(&(key % 12))
}

/// A key's name; middle C, 60, is C4.
fn name(key: u8) -> String {
    format!("{}{}", NAMES[usize::from(key % 12)], i16::from(key / 12) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(width: u16, draw: impl Fn(Rect, &mut Buffer)) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        draw(area, &mut buffer);
        buffer.content.iter().map(|cell| cell.symbol()).collect()
    }

    fn notes(keys: &[u8]) -> [u64; 2] {
        keys.iter().fold([0; 2], |mut notes, key| {
            notes[usize::from(key / 64)] |= 1 << (key % 64);
            notes
        })
    }

    #[test]
    fn keys_have_the_names_of_the_field() {
        for (key, expected) in [(0, "C-1"), (21, "A0"), (60, "C4"), (61, "C♯4"), (108, "C8"), (127, "G9")] {
            assert_eq!(name(key), expected);
        }
    }

    #[test]
    fn what_fits_is_shown_around_the_middle() {
        for (width, expected) in [(0, 64..64), (1, 64..65), (12, 58..70), (80, 24..104), (88, 21..109), (300, 21..109)]
        {
            assert_eq!(shown(width), expected, "{width}");
        }
    }

    #[test]
    fn keys_that_are_down_stand_out() {
        let theme = Theme::new(false);
        let strip = |down: &[u8]| row(12, |area, buffer| keys(notes(down), &theme, area, buffer));
        assert_eq!(strip(&[]), "▀▁▁▀▁▀▁▁▀▁▀▁");
        assert_eq!(strip(&[60, 63]), "▀▁█▀▁█▁▁▀▁▀▁");
        assert_eq!(strip(&[0, 127]), "◂▁▁▀▁▀▁▁▀▁▀▸");
        assert_eq!(row(12, |area, buffer| octaves(&theme, area, buffer)), "  C4        ");
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let theme = Theme::new(false);
        let line = |width, down: &[u8]| row(width, |area, buffer| names(notes(down), &theme, area, buffer));
        assert_eq!(line(18, &[60, 64, 67]), "notes C4 E4 G4    ");
        assert_eq!(line(14, &[60, 64, 67, 70]), "notes C4 +3   ");
        assert_eq!(line(8, &[60, 64]), "notes +2");
        assert_eq!(line(3, &[60]), "not");
    }
}
