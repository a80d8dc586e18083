//! The view as a musician has it: on a terminal, with keys, from the first picture to the way back.

use ripieno_tests::pty::{Keyboard, PATIENCE, Pty};
use rustix::process::Signal;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SIZE: (u16, u16) = (80, 24);

/// A scripted performance on a terminal, and its log.
struct Stage {
    pty: Pty,
    folder: TempDir,
}

impl Stage {
    fn open(keyboard: Keyboard, variables: &[(&str, &str)]) -> Self {
        // A terminal that answers late is taken for a plain one: on a machine that stood still, begin anew.
        let stages = || Self::raise(keyboard, variables);
        let is_known = |stage: &Self| stage.pty.tells_releases() == (keyboard == Keyboard::Kitty);
        std::iter::repeat_with(stages).take(3).find(is_known).expect("the program learns how the keyboard speaks")
    }

    fn raise(keyboard: Keyboard, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("log");
        let program = Path::new(env!("CARGO_BIN_EXE_stage-probe"));
        let pty = Pty::start(program, &[log.to_str().unwrap()], variables, SIZE, keyboard);
        let stage = Self { pty, folder };
        stage.pty.see("q quit");
        stage
    }

    fn log(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        text.lines().map(String::from).collect()
    }

    /// Waits until so much has been done.
    fn wait_for(&self, lines: usize) -> Vec<String> {
        let start = Instant::now();
        loop {
            let log = self.log();
            if log.len() >= lines {
                return log;
            }
            assert!(start.elapsed() < PATIENCE, "{log:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it and checks that nobody can tell it was there.
    fn end(mut self, code: u32) -> Vec<String> {
        assert_eq!(self.pty.end().exit_code(), code, "{}", self.pty.text());
        assert!(self.pty.is_restored(), "{:?}", self.pty);
        self.log()
    }
}

fn on(key: u8) -> String {
    format!("NoteOn {{ key: {key}, velocity: 100 }}")
}

fn off(key: u8) -> String {
    format!("NoteOff {{ key: {key} }}")
}

#[test]
fn typed_notes_end_by_themselves() {
    let stage = Stage::open(Keyboard::Plain, &[]);
    stage.pty.press("at");
    let mut log = stage.wait_for(4);
    log.sort();
    assert_eq!(log, [off(60), off(66), on(60), on(66)]);
    stage.pty.wait("no notes", |screen| screen.contents().contains("voices 0/8"));
    stage.pty.press("q");
    assert_eq!(stage.end(0)[4..], ["Quit", "Ok(())"]);
}

#[test]
fn released_keys_end_their_notes_where_releases_are_told() {
    let stage = Stage::open(Keyboard::Kitty, &[]);
    stage.pty.press("\x1b[97u\x1b[115;1:1u");
    stage.pty.see("notes C4 D4");
    stage.pty.see("voices 2/8");
    std::thread::sleep(Duration::from_millis(900));
    stage.pty.press("\x1b[97;1:2u\x1b[97;1:3u");
    assert_eq!(stage.wait_for(3), [on(60), on(62), off(60)]);
    // Whoever looks elsewhere is no longer heard of.
    stage.pty.press("\x1b[O");
    assert_eq!(stage.wait_for(4)[3], off(62));
    stage.pty.press("\x1b[99;5u");
    assert_eq!(stage.end(0)[4..], ["Quit", "Ok(())"]);
}

#[test]
fn arrows_space_and_gain_reach_the_session_and_are_seen() {
    let stage = Stage::open(Keyboard::Plain, &[("NO_COLOR", "1")]);
    stage.pty.press("\x1b[B\x1b[D");
    stage.pty.see("▸Cutoff");
    stage.pty.see("12276 Hz");
    stage.pty.press(" ");
    stage.pty.see("○ filter");
    stage.pty.press("-");
    stage.pty.see("gain -1 dB");
    let log = stage.wait_for(3);
    assert!(
        log[0].starts_with("Parameter { id: ParamId(1), value: 0.95") && log[2].starts_with("Master(0.89"),
        "{log:?}"
    );
    assert_eq!(log[1], "Bypass { effect: EffectId(1), bypassed: true }");
    // Ctrl-Z and pasted text are nobody's wish.
    stage.pty.press("\x1a\x1b[200~quack\x1b[201~");
    stage.pty.resize(40, 10);
    stage
        .pty
        .wait("a smaller view", |screen| screen.contents().contains("▸Cutoff") && screen.rows(0, 40).count() == 10);
    stage.pty.press("q");
    assert_eq!(stage.end(0)[3..], ["Quit", "Ok(())"]);
}

#[test]
fn colours_are_left_out_when_nobody_wants_them() {
    for (value, is_coloured) in [("", true), ("1", false)] {
        let stage = Stage::open(Keyboard::Plain, &[("NO_COLOR", value)]);
        stage.pty.wait("a picture", |screen| {
            let cells = (0..24).flat_map(|row| (0..80).map(move |column| (row, column)));
            let colour =
                |(row, column)| screen.cell(row, column).is_some_and(|cell| cell.fgcolor() != vt100::Color::Default);
            cells.into_iter().any(colour) == is_coloured
        });
        stage.pty.press("q");
        stage.end(0);
    }
}

#[test]
fn pictures_come_at_their_pace_and_only_when_something_changed() {
    let stage = Stage::open(Keyboard::Plain, &[]);
    let still = stage.pty.pictures();
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(stage.pty.pictures(), still, "a still picture is drawn once");
    let start = Instant::now();
    for round in 0..100 {
        stage.pty.press(if round % 14 < 7 { "\x1b[B" } else { "\x1b[A" });
        std::thread::sleep(Duration::from_millis(5));
    }
    let most = start.elapsed().as_millis() as u32 * 30 / 1_000 + 2;
    let drawn = stage.pty.pictures() - still;
    assert!((2..=most).contains(&drawn), "{drawn} pictures, {most} at most");
    stage.pty.press("q");
    stage.end(0);
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_read() {
    let mut stage = Stage::open(Keyboard::Kitty, &[("RIPIENO_PROBE_PANIC", "1")]);
    stage.pty.press("\x1b[27u");
    stage.pty.end();
    assert!(stage.pty.text().contains("a string has broken"), "{}", stage.pty.text());
    assert_eq!(stage.end(101), ["Panic"]);
}

#[test]
fn a_terminal_that_goes_away_ends_the_view_and_its_notes() {
    let mut stage = Stage::open(Keyboard::Kitty, &[]);
    stage.pty.press("\x1b[97u");
    stage.pty.see("notes C4");
    stage.pty.hang_up("\x1b[120u");
    assert_eq!(stage.pty.end().exit_code(), 1);
    let log = stage.log();
    assert_eq!(log[..2], [on(60), off(60)]);
    assert!(log[2].starts_with("Err("), "{log:?}");
}

/// The program itself, live, without a card.
fn play(arguments: &[&str], size: (u16, u16)) -> (TempDir, Pty) {
    let folder = tempfile::tempdir().unwrap();
    let studio = folder.path().join("studio.toml");
    let live = ["play", "--null-audio", "--midi", "none", "--studio", studio.to_str().unwrap()];
    let program = Path::new(env!("CARGO_BIN_EXE_ripieno-under-test"));
    let pty = Pty::start(program, &[&live, arguments].concat(), &[], size, Keyboard::Kitty);
    pty.see("q quit");
    (folder, pty)
}

#[test]
fn a_musician_plays_and_leaves_no_trace() {
    let (_folder, mut pty) = play(&["-i", "organ", "--voices", "32"], SIZE);
    assert!(pty.text().contains("organ") && pty.text().contains("voices 0/32"), "{}", pty.text());
    pty.press("\x1b[97u\x1b[100u\x1b[103u");
    pty.see("notes C4 E4 G4");
    pty.see("voices 3/32");
    pty.wait("a level", |screen| screen.contents().contains(" L █"));
    // An organ sounds for as long as its keys are down.
    pty.press("\x1b[97;1:3u\x1b[100;1:3u\x1b[103;1:3u");
    pty.see("voices 0/32");
    pty.press("\x1b[B\x1b[D");
    pty.see("12276 Hz");
    pty.press("\x1b[32u");
    pty.see("○ filter");
    pty.press("-");
    pty.see("gain -1 dB");
    pty.press("\x1b[113u");
    assert_eq!(pty.end().exit_code(), 0, "{}", pty.text());
    assert!(pty.is_restored() && pty.text().trim().is_empty(), "{}", pty.text());
}

#[test]
fn a_song_plays_on_in_a_small_window() {
    let song = tempfile::tempdir().unwrap();
    let path = song.path().join("song.mid");
    std::fs::File::create(&path).and_then(|mut file| std::io::Write::write_all(&mut file, &long_note())).unwrap();
    let (_folder, mut pty) = play(&["-i", "organ", path.to_str().unwrap()], (40, 10));
    pty.see("song 0:0");
    pty.see("of 0:10");
    pty.see("notes C4");
    pty.press("\x1b[99;5u");
    assert_eq!(pty.end().exit_code(), 0, "{}", pty.text());
    assert!(pty.is_restored());
}

/// A middle C of ten seconds.
fn long_note() -> Vec<u8> {
    let track: &[u8] = &[0, 0x90, 60, 100, 0x8F, 0, 0x80, 60, 64, 0, 0xFF, 0x2F, 0];
    let header = [&b"MThd\0\0\0\x06\0\0\0\x01\0\x60"[..], b"MTrk", &(track.len() as u32).to_be_bytes()].concat();
    [&header, track].concat()
}

#[test]
fn the_program_ends_when_it_is_told_to_or_its_window_closes() {
    let (_folder, mut pty) = play(&[], SIZE);
    pty.signal(Signal::TERM);
    assert_eq!(pty.end().exit_code(), 130, "{}", pty.text());
    assert!(pty.is_restored());

    let (_folder, mut pty) = play(&[], SIZE);
    pty.press("\x1b[97u");
    pty.see("notes C4");
    pty.hang_up("\x1b[120u");
    let status = pty.end();
    assert!([1, 130].contains(&status.exit_code()), "{status:?}");
}
