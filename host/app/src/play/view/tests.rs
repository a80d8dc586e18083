//! The whole picture: what it looks like, and that no size and no status can break it.

use super::*;
use crate::live::{Input, Load, SongStatus};
use crate::play::keys::Releases;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::style::Color;

fn status() -> Status {
    Status {
        rate: 48_000,
        buffer: 256,
        latency_ms: 12.3,
        device: "HDA Intel PCH, ALC269VC Analog".into(),
        is_running: true,
        instrument: "electric-piano".into(),
        voices: 12,
        polyphony: 256,
        master: 1.0,
        load: Load { p50: 0.03, p99: 0.07, max: 0.09 },
        peak: [0.25, 0.125],
        notes: [1 << 60, 1 << (67 - 64)],
        values: ripieno_fx::PARAMS.iter().map(|info| info.default).collect(),
        bypassed: vec![false; 7],
        inputs: vec![Input { name: "Keystation 61".into(), is_connected: true, trouble: None }],
        song: Some(SongStatus { position_secs: 83.0, length_secs: 225.0, is_over: false }),
        ..Status::default()
    }
}

fn screen(width: u16, height: u16, status: &Status, theme: Theme) -> Terminal<TestBackend> {
    let mut view = View::new(theme);
    view.update(status.clone(), &Keys::new(Releases::Reported), Duration::from_millis(1));
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view.render(frame.area(), frame.buffer_mut())).unwrap();
    terminal
}

fn rows(terminal: &Terminal<TestBackend>) -> Vec<String> {
    let buffer = terminal.backend().buffer();
    let row = |cells: &[ratatui::buffer::Cell]| cells.iter().map(|cell| cell.symbol()).collect::<String>();
    buffer.content.chunks(buffer.area.width.into()).map(|cells| row(cells).trim_end().to_owned()).collect()
}

#[test]
fn a_usual_terminal_shows_everything() {
    let mut status = status();
    status.last_error = Some("the system refused real-time priority".into());
    let rows = rows(&screen(80, 24, &status, Theme::new(true)));
    let has = |words: &str| assert!(rows.iter().any(|row| row.contains(words)), "`{words}` is missing: {rows:#?}");
    for words in [
        "electric-piano",
        "● HDA Intel PCH",
        "48000 Hz",
        "256 frames",
        "12.3 ms",
        "1:23 of 3:45",
        "-12.0 dB",
        "-18.1 dB",
    ] {
        has(words);
    }
    for words in ["-36", "C4 G4", "voices 12/256", "3 · 7 · 9 %", "underruns 0", "late 0", "● Keystation 61", "q quit"]
    {
        has(words);
    }
    for words in ["▸Volume", "16000 Hz", "● reverb", "centre", "! the system refused", "▁▀▁"] {
        has(words);
    }
}

#[test]
fn a_small_terminal_keeps_what_matters() {
    let rows = rows(&screen(40, 10, &status(), Theme::new(true)));
    let starts = ["electric", "song", "L ", "R ", "▁", "notes C4 G4", "voices", "● volume", "inputs", "q quit"];
    for (row, start) in rows.iter().zip(starts) {
        assert!(row.trim_start().starts_with(start), "{start}: {rows:#?}");
    }
}

#[test]
fn without_colour_nothing_is_coloured() {
    let mut status = status();
    (status.underruns, status.load.max, status.bypassed[2]) = (7, 2.0, true);
    for is_coloured in [true, false] {
        let terminal = screen(100, 40, &status, Theme::new(is_coloured));
        let cells = &terminal.backend().buffer().content;
        let coloured = cells.iter().any(|cell| (cell.fg, cell.bg) != (Color::Reset, Color::Reset));
        assert_eq!(coloured, is_coloured);
    }
}

#[test]
fn a_view_stays_in_its_area() {
    let area = Rect::new(0, 0, 60, 30);
    let mut buffer = Buffer::filled(area, ratatui::buffer::Cell::new("?"));
    let inner = Rect::new(10, 5, 40, 20);
    let mut view = View::new(Theme::new(true));
    view.update(status(), &Keys::new(Releases::Reported), Duration::ZERO);
    view.render(inner, &mut buffer);
    for position in area.positions().filter(|position| !inner.contains(*position)) {
        assert_eq!(buffer[position], ratatui::buffer::Cell::new("?"), "{position}");
    }
    // An area that the buffer does not have is no harm.
    view.render(Rect::new(50, 20, 500, 500), &mut buffer);
    view.render(Rect::new(500, 500, 10, 10), &mut buffer);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["\\PC{0,60}", prop::collection::vec(any::<char>(), 0..30).prop_map(String::from_iter)]
}

prop_compose! {
    fn any_status()(
        (rate, buffer, buffered, latency_ms, device) in (any::<u32>(), any::<u32>(), any::<u32>(), any::<f64>(), text()),
        (instrument, voices, polyphony, master) in (text(), any::<usize>(), any::<usize>(), any::<f32>()),
        (is_running, underruns, late, recording_lost) in (any::<bool>(), any::<u64>(), any::<u64>(), any::<u64>()),
        (p50, p99, max) in (any::<f32>(), any::<f32>(), any::<f32>()),
        (peak, notes) in (any::<[f32; 2]>(), any::<[u64; 2]>()),
        values in prop::collection::vec(any::<f32>(), 0..20),
        bypassed in prop::collection::vec(any::<bool>(), 0..10),
        inputs in prop::collection::vec((text(), any::<bool>()), 0..8),
        song in prop::option::of((any::<f64>(), any::<f64>())),
        last_error in prop::option::of(text()),
    ) -> Status {
        let inputs = inputs.into_iter().map(|(name, is_connected)| Input { name, is_connected, trouble: None }).collect();
        let song = song.map(|(position_secs, length_secs)| SongStatus { position_secs, length_secs, is_over: false });
        let load = Load { p50, p99, max };
        Status {
            rate, buffer, buffered, latency_ms, device, is_running, instrument, voices, polyphony, master, underruns,
            overloads: 0, tempo: 92.0, layers: 0,
            blocks: 0, late, late_reads: 0, load, peak, notes, values, bypassed, inputs, song, recording_lost, last_error,
        }
    }
}

proptest! {
    #[test]
    fn nothing_breaks_the_view(
        (width, height) in (1_u16..=200, 1_u16..=60),
        (status, other, colour) in (any_status(), any_status(), any::<bool>()),
        (downs, millis) in (0_usize..20, any::<u32>()),
    ) {
        let mut keys = Keys::new(Releases::Inferred);
        for _ in 0..downs {
            keys.event(crossterm::event::KeyCode::Down.into(), Duration::ZERO);
        }
        let mut view = View::new(Theme::new(colour));
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        for (status, now) in [(status, 0), (other, millis)] {
            view.update(status, &keys, Duration::from_millis(now.into()));
            terminal.draw(|frame| view.render(frame.area(), frame.buffer_mut())).unwrap();
        }
        let clean = |cell: &ratatui::buffer::Cell| !cell.symbol().contains(char::is_control);
        prop_assert!(terminal.backend().buffer().content.iter().all(clean));
    }

    #[test]
    fn every_height_is_filled_from_its_top_and_never_overfull(height in 1_u16..=60, width in 20_u16..=200) {
        let rows = rows(&screen(width, height, &status(), Theme::new(true)));
        prop_assert!(rows[0].contains("electric"), "{:?}", rows);
        prop_assert!(height < 10 || rows.last().unwrap().len() > 1, "{:?}", rows);
    }
}
