//! A performance without sound on the real terminal view: what a musician does is written to a log, a line each.
//!
//! `stage-probe LOG`; Esc makes it panic if `RIPIENO_PROBE_PANIC` is set. Signals are ignored, so that it must notice by
//! itself that its terminal is gone.

use ripieno::live::Status;
use ripieno::play::keys::Action;
use ripieno::play::terminal::{self, Performance};
use std::fs::File;
use std::io::Write;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How long quitting takes, as a fade does.
const FADE: Duration = Duration::from_millis(200);

struct Script {
    log: File,
    status: Status,
    leaving: Option<Instant>,
}

impl Performance for Script {
    fn status(&mut self) -> Status {
        self.status.voices = self.status.notes.iter().map(|word| word.count_ones() as usize).sum();
        self.status.peak = [if self.status.voices > 0 { 0.25 } else { 0.0 }; 2];
        self.status.clone()
    }

    fn act(&mut self, action: Action) {
        writeln!(self.log, "{action:?}").expect("the log can be written");
        let bit = |key: u8| (usize::from(key / 64), 1_u64 << (key % 64));
        match action {
            Action::NoteOn { key, .. } => self.status.notes[bit(key).0] |= bit(key).1,
            Action::NoteOff { key } => self.status.notes[bit(key).0] &= !bit(key).1,
            Action::Parameter { id, value } => self.status.values[usize::from(id.0)] = value,
            Action::Bypass { effect, bypassed } => self.status.bypassed[usize::from(effect.0)] = bypassed,
            Action::Master(master) => self.status.master = master,
            Action::Panic => assert!(std::env::var_os("RIPIENO_PROBE_PANIC").is_none(), "a string has broken"),
            Action::Quit => self.leaving = Some(Instant::now()),
        }
    }

    fn is_over(&mut self) -> bool {
        self.leaving.is_some_and(|since| since.elapsed() >= FADE)
    }
}

fn main() -> ExitCode {
    ctrlc::set_handler(|| {}).expect("signals can be ignored");
    let path = std::env::args_os().nth(1).expect("the path of the log");
    let log = File::create(path).expect("the log can be created");
    let status = Status {
        instrument: "script".into(),
        polyphony: 8,
        master: 1.0,
        is_running: true,
        values: ripieno_fx::PARAMS.iter().map(|info| info.default).collect(),
        bypassed: vec![false; ripieno_fx::EFFECTS.len()],
        ..Status::default()
    };
    let mut script = Script { log, status, leaving: None };
    let end = terminal::run(&mut script);
    writeln!(script.log, "{end:?}").expect("the log can be written");
    if end.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
