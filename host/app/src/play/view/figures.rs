//! The lines of text: who plays, how it goes, what is plugged in, what went wrong, which keys do what.

use super::{Hands, Theme, bar};
use crate::live::Status;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

/// The longest name that is written out beside others.
const LONGEST_NAME: usize = 40;
/// Above this share of its time a period is in danger.
const HIGH_LOAD: f32 = 0.7;
/// Lines that an error may take.
const ERROR_LINES: usize = 3;

/// Words that belong together and are not torn apart at a line's end.
type Words<'a> = Vec<Span<'a>>;

/// Instrument, device and format.
pub fn header<'a>(status: &'a Status, theme: &Theme, width: u16) -> Vec<Line<'a>> {
    let device = if status.is_running {
        vec![Span::styled("● ", theme.good), short(&status.device).into()]
    } else {
        vec![Span::styled("○ waiting for ", theme.warning), Span::styled(short(&status.device), theme.warning)]
    };
    let ring = if status.buffered > 0 { format!(" × {}", status.buffered) } else { String::new() };
    let figures = [
        format!("{} Hz", status.rate),
        format!("{} frames{ring}", status.buffer),
        format!("{:.1} ms", status.latency_ms),
    ];
    let mut words = vec![vec![Span::styled(short(&status.instrument), theme.strong)], device];
    words.extend(figures.map(|figure| vec![Span::styled(figure, theme.faint)]));
    wrap(words, width)
}

/// Voices, load and everything that should be zero.
pub fn numbers<'a>(status: &Status, theme: &Theme, width: u16) -> Vec<Line<'a>> {
    let figure = |label: &'static str, text: String, style: Style| {
        vec![Span::styled(label, theme.faint), Span::raw(" "), Span::styled(text, style)]
    };
    let counted =
        |label, count: u64| figure(label, count.to_string(), if count > 0 { theme.warning } else { Style::new() });
    let load = status.load;
    let percent = |share: f32| if share.is_finite() { format!("{:.0}", share * 100.0) } else { "?".into() };
    let style = match load.max {
        max if max >= 1.0 => theme.alarm,
        _ if load.p99 >= HIGH_LOAD => theme.warning,
        _ => Style::new(),
    };
    let quantiles = format!("{} · {} · {} %", percent(load.p50), percent(load.p99), percent(load.max));
    let gain = match 20.0 * status.master.log10() {
        // Adding 0 takes the sign off a −0.
        db if db.is_finite() => format!("{} dB", db.round() + 0.0),
        _ => "off".into(),
    };
    let mut words = vec![
        figure("voices", format!("{}/{}", status.voices, status.polyphony), Style::new()),
        figure("load p50 p99 max", quantiles, style),
        counted("underruns", status.underruns),
        counted("late", status.late),
        figure("gain", gain, Style::new()),
    ];
    if status.late_reads > 0 {
        words.push(counted("pieces late from the disk", status.late_reads));
    }
    if status.recording_lost > 0 {
        words.push(counted("frames lost in the recording", status.recording_lost));
    }
    wrap(words, width)
}

/// The MIDI inputs: those that are there, filled, and those that are awaited, hollow.
pub fn inputs<'a>(status: &'a Status, theme: &Theme, width: u16) -> Vec<Line<'a>> {
    let mut words = vec![vec![Span::styled("inputs", theme.faint)]];
    // One input may use all the room: it may be the reason why there is none.
    let longest = if status.inputs.len() == 1 { usize::from(width).saturating_sub(10) } else { LONGEST_NAME };
    words.extend(status.inputs.iter().map(|input| match input.is_connected {
        true => vec![Span::styled("● ", theme.good), shortened(&input.name, longest).into()],
        false => {
            // Why it cannot be had says more than its name.
            let text = input.trouble.as_ref().unwrap_or(&input.name);
            vec![Span::styled("○ ", theme.faint), Span::styled(shortened(text, longest), theme.faint)]
        }
    }));
    if status.inputs.is_empty() {
        words.push(vec!["none: the computer's keys play".into()]);
    }
    wrap(words, width)
}

/// What went wrong last; no line if nothing did.
pub fn error<'a>(status: &'a Status, theme: &Theme, width: u16) -> Vec<Line<'a>> {
    let Some(error) = status.last_error.as_deref().filter(|error| !error.is_empty()) else { return Vec::new() };
    let words = error.split_whitespace().take(100).map(|word| Span::styled(word, theme.warning));
    let sign = vec![Span::styled("!", theme.alarm)];
    let mut lines = flow(std::iter::once(sign).chain(words.map(|word| vec![word])), width, " ");
    lines.truncate(ERROR_LINES);
    lines
}

/// The keys and what they do, the most wanted first.
pub fn help<'a>(hands: Hands, theme: &Theme, width: u16) -> Vec<Line<'a>> {
    let entry = |key: &'static str, what: String| {
        vec![Span::styled(key, theme.strong), Span::raw(" "), Span::styled(what, theme.faint)]
    };
    let words = [
        entry("q", "quit".into()),
        entry("a–'", "play".into()),
        entry("z x", format!("octave {}", hands.octave)),
        entry("c v", format!("velocity {}", hands.velocity)),
        entry("↑↓", "choose".into()),
        entry("←→", "change".into()),
        entry("shift", "finely".into()),
        entry("space", "bypass".into()),
        entry("+ -", "gain".into()),
        entry("esc", "silence".into()),
    ];
    wrap(words, width)
}

/// Where the song is.
pub fn song(status: &Status, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let Some(song) = status.song else { return };
    let (at, length) = (clock(song.position_secs), clock(song.length_secs));
    let text = format!("{at} of {length}");
    let room = usize::from(area.width);
    let (x, _) = buffer.set_stringn(area.x, area.y, "song ", room, theme.faint);
    let (x, _) = buffer.set_stringn(x, area.y, text, (area.right() - x).into(), Style::new());
    let (start, width) = (x + 1, area.right().saturating_sub(x + 1));
    for (cell, x) in bar(song.position_secs / song.length_secs, width).zip(start..) {
        let (cell, style) = if cell == " " { ("─", theme.faint) } else { (cell, theme.lively) };
        buffer.set_stringn(x, area.y, cell, 1, style);
    }
}

fn clock(secs: f64) -> String {
    // A NaN becomes 0, as everywhere in a saturating cast.
    let secs = secs.clamp(0.0, 359_999.0) as u32;
    format!("{}:{:02}", secs / 60, secs % 60)
}

/// A name at a length that leaves room for others.
fn short(name: &str) -> String {
    shortened(name, LONGEST_NAME)
}

fn shortened(name: &str, longest: usize) -> String {
    match name.char_indices().nth(longest) {
        None => name.into(),
        Some(_) => name.chars().take(longest.saturating_sub(1)).chain(['…']).collect(),
    }
}

fn wrap<'a>(words: impl IntoIterator<Item = Words<'a>>, width: u16) -> Vec<Line<'a>> {
    flow(words, width, "  ")
}

/// Fills lines with words; one that is wider than a line has a line of its own.
fn flow<'a>(words: impl IntoIterator<Item = Words<'a>>, width: u16, space: &'static str) -> Vec<Line<'a>> {
    let mut lines: Vec<Line> = Vec::new();
    for words in words {
        let needed = words.iter().map(Span::width).sum::<usize>() + space.len();
        match lines.last_mut() {
            Some(line) if line.width() + needed <= usize::from(width) => {
                line.push_span(space);
                line.extend(words);
            }
            _ => lines.push(Line::from(words)),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{Input, Load, SongStatus};

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    fn theme() -> Theme {
        Theme::new(true)
    }

    fn status() -> Status {
        Status {
            rate: 48_000,
            buffer: 256,
            latency_ms: 12.34,
            device: "HDA Intel PCH".into(),
            is_running: true,
            instrument: "organ".into(),
            voices: 3,
            polyphony: 64,
            master: 0.5,
            load: Load { p50: 0.031, p99: 0.07, max: 0.09 },
            ..Status::default()
        }
    }

    #[test]
    fn a_header_says_who_plays_where() {
        let header = |status: &Status, width| texts(header(status, &theme(), width));
        let mut status = status();
        assert_eq!(header(&status, 80), ["organ  ● HDA Intel PCH  48000 Hz  256 frames  12.3 ms"]);
        assert_eq!(header(&status, 38), ["organ  ● HDA Intel PCH  48000 Hz", "256 frames  12.3 ms"]);
        (status.is_running, status.buffered, status.instrument) = (false, 4, "x".repeat(99));
        let long = "x".repeat(39) + "…";
        let text = format!("{long}  ○ waiting for HDA Intel PCH  48000 Hz  256 frames × 4  12.3 ms");
        assert_eq!(header(&status, 200), [text]);
    }

    #[test]
    fn numbers_that_should_be_zero_stand_out() {
        let mut status = status();
        let lines = numbers(&status, &theme(), 100);
        let text = "voices 3/64  load p50 p99 max 3 · 7 · 9 %  underruns 0  late 0  gain -6 dB";
        assert_eq!(texts(lines.clone()), [text]);
        assert!(lines[0].spans.iter().all(|span| span.style != theme().warning));
        (status.underruns, status.recording_lost, status.master) = (2, 9, 0.0);
        status.load.max = f32::INFINITY;
        let lines = numbers(&status, &theme(), 200);
        assert!(lines[0].to_string().ends_with("underruns 2  late 0  gain off  frames lost in the recording 9"));
        assert_eq!(lines[0].spans.iter().filter(|span| span.style == theme().warning).count(), 2);
        assert_eq!(lines[0].spans.iter().filter(|span| span.style == theme().alarm).count(), 1);
    }

    #[test]
    fn inputs_are_there_or_awaited() {
        let mut status = status();
        assert_eq!(texts(inputs(&status, &theme(), 80)), ["inputs  none: the computer's keys play"]);
        let input = |name: &str, is_connected| Input { name: name.into(), is_connected, trouble: None };
        status.inputs = vec![input("Keystation", true), input("nano", false)];
        assert_eq!(texts(inputs(&status, &theme(), 80)), ["inputs  ● Keystation  ○ nano"]);
        status.inputs = vec![input("no MIDI at all: no server runs, no sequencer", false)];
        assert_eq!(texts(inputs(&status, &theme(), 40)), ["inputs  ○ no MIDI at all: no server run…"]);
    }

    #[test]
    fn an_error_is_told_in_few_lines() {
        let mut status = status();
        assert_eq!(error(&status, &theme(), 20), []);
        status.last_error =
            Some("the device is away\nplug it in again, or choose another with --device, or wait".into());
        let expected = ["! the device is away", "plug it in again, or", "choose another with"];
        assert_eq!(texts(error(&status, &theme(), 20)), expected);
    }

    #[test]
    fn a_song_shows_how_far_it_is() {
        let row = |position_secs, length_secs| {
            let status = Status { song: Some(SongStatus { position_secs, length_secs, is_over: false }), ..status() };
            let area = Rect::new(0, 0, 26, 1);
            let mut buffer = Buffer::empty(area);
            song(&status, &theme(), area, &mut buffer);
            buffer.content.iter().map(|cell| cell.symbol()).collect::<String>()
        };
        assert_eq!(row(61.0, 122.0), "song 1:01 of 2:02 ████────");
        assert_eq!(row(f64::NAN, 0.0), "song 0:00 of 0:00 ────────");
        assert_eq!(row(1e300, f64::INFINITY), "song 5999:59 of 5999:59 ──");
    }

    #[test]
    fn help_begins_with_the_way_out() {
        let hands = Hands { octave: 4, velocity: 100, selected: 0 };
        let lines = texts(help(hands, &theme(), 38));
        assert_eq!(lines[0], "q quit  a–' play  z x octave 4");
        assert!(lines.iter().all(|line| line.chars().count() <= 38), "{lines:?}");
    }
}
