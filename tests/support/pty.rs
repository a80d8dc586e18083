//! A terminal for programs under test: a pseudo terminal, an emulator of its screen, and fingers.

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use vt100::{Callbacks, Screen};

/// How long anything may take before a test fails. Nothing is as slow, only a hang.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// What a terminal tells of its keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyboard {
    /// Characters.
    Plain,
    /// Presses and releases, by kitty's protocol.
    Kitty,
}

/// A program on a terminal. Dropping it ends the program.
pub struct Pty {
    master: Option<Box<dyn MasterPty>>,
    child: Box<dyn Child>,
    emulator: Emulator,
    reader: Option<JoinHandle<()>>,
    is_leaving: Arc<AtomicBool>,
    /// The line's modes before the program could change them.
    modes: String,
}

impl std::fmt::Debug for Pty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pty").field("child", &self.child).finish_non_exhaustive()
    }
}

type Emulator = Arc<Mutex<vt100::Parser<Answers>>>;

impl Pty {
    /// Starts a program with these arguments and variables of the environment.
    ///
    /// # Panics
    /// When the system has no pseudo terminals, or the program does not start.
    pub fn start(
        program: &Path,
        arguments: &[&str],
        variables: &[(&str, &str)],
        (columns, rows): (u16, u16),
        keyboard: Keyboard,
    ) -> Self {
        let size = PtySize { rows, cols: columns, ..PtySize::default() };
        let pair = native_pty_system().openpty(size).expect("a pseudo terminal");
        let modes = line_modes(pair.master.as_ref());
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_remove("NO_COLOR");
        command.env("TERM", "xterm-256color");
        variables.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).expect("the program starts");
        let writer = pair.master.take_writer().expect("a pseudo terminal is written to");
        let answers = Answers { keyboard, writer, flags: 0, is_focus_told: false, pictures: 0 };
        let emulator = vt100::Parser::new_with_callbacks(nonzero(rows), nonzero(columns), 0, answers);
        let emulator = Arc::new(Mutex::new(emulator));
        let is_leaving = Arc::new(AtomicBool::new(false));
        let mut source = pair.master.try_clone_reader().expect("a pseudo terminal is read from");
        let (screen, leaving) = (emulator.clone(), is_leaving.clone());
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4_096];
            // The end is an error on some systems and no bytes on others.
            while let Ok(count @ 1..) = source.read(&mut bytes)
                && !leaving.load(Ordering::Relaxed)
            {
                lock(&screen).process(&bytes[..count]);
            }
        });
        Self { master: Some(pair.master), child, emulator, reader: Some(reader), is_leaving, modes }
    }

    /// Types.
    ///
    /// # Panics
    /// When the terminal takes no more.
    pub fn press(&self, keys: &str) {
        lock(&self.emulator).callbacks_mut().send(keys);
    }

    /// Waits until the screen is as wanted.
    ///
    /// # Panics
    /// When it is not in time; shows what it is instead.
    pub fn wait(&self, what: &str, is_so: impl Fn(&Screen) -> bool) {
        let start = Instant::now();
        while !is_so(lock(&self.emulator).screen()) {
            assert!(start.elapsed() < PATIENCE, "never: {what}; but:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until the screen shows these words.
    ///
    /// # Panics
    /// As [`wait`](Self::wait).
    pub fn see(&self, words: &str) {
        self.wait(words, |screen| screen.contents().contains(words));
    }

    /// What is on the screen.
    pub fn text(&self) -> String {
        lock(&self.emulator).screen().contents()
    }

    /// How many pictures the program has drawn, each wrapped as one.
    pub fn pictures(&self) -> u32 {
        lock(&self.emulator).callbacks().pictures
    }

    /// Whether the program has asked for the releases of keys.
    pub fn tells_releases(&self) -> bool {
        lock(&self.emulator).callbacks().flags > 0
    }

    /// Whether all is as it was at the start: screen, cursor, pasting, focus, keyboard, and how lines are read.
    pub fn is_restored(&self) -> bool {
        let emulator = lock(&self.emulator);
        let (screen, answers) = (emulator.screen(), emulator.callbacks());
        let modes = [screen.alternate_screen(), screen.hide_cursor(), screen.bracketed_paste(), answers.is_focus_told];
        let is_line_restored = self.master.as_ref().is_none_or(|master| line_modes(master.as_ref()) == self.modes);
        modes == [false; 4] && answers.flags == 0 && is_line_restored
    }

    /// Another size of the window.
    ///
    /// # Panics
    /// When the terminal refuses.
    pub fn resize(&self, columns: u16, rows: u16) {
        lock(&self.emulator).set_size(nonzero(rows), nonzero(columns));
        let size = PtySize { rows, cols: columns, ..PtySize::default() };
        self.master.iter().for_each(|master| master.resize(size).expect("a new size"));
    }

    /// Waits for the program's end and for all that it wrote.
    ///
    /// # Panics
    /// When it does not end in time.
    pub fn end(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            assert!(start.elapsed() < PATIENCE, "it does not end:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        };
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        status
    }

    /// Sends the program a signal.
    ///
    /// # Panics
    /// When it has ended.
    pub fn signal(&self, signal: Signal) {
        let id = self.child.process_id().and_then(|id| Pid::from_raw(id as i32)).expect("a program that runs");
        kill_process(id, signal).expect("a program that takes signals");
    }

    /// Closes the window under the program. What the program draws at the key `last` is the last that is read.
    ///
    /// # Panics
    /// When the program draws nothing more.
    pub fn hang_up(&mut self, last: &str) {
        self.is_leaving.store(true, Ordering::Relaxed);
        self.press(last);
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader does not panic");
        }
        lock(&self.emulator).callbacks_mut().writer = Box::new(std::io::sink());
        self.master = None;
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
    }
}

fn line_modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

/// What a terminal answers, and what it was told beside what is on its screen.
struct Answers {
    keyboard: Keyboard,
    writer: Box<dyn Write + Send>,
    /// Sets of keyboard flags that were pushed and not popped.
    flags: u32,
    is_focus_told: bool,
    pictures: u32,
}

impl Answers {
    fn send(&mut self, text: &str) {
        self.writer.write_all(text.as_bytes()).and_then(|()| self.writer.flush()).expect("the terminal takes keys");
    }
}

impl Callbacks for Answers {
    fn unhandled_csi(&mut self, _: &mut Screen, first: Option<u8>, _: Option<u8>, parameters: &[&[u16]], last: char) {
        match (first, parameters, last) {
            (Some(b'?'), _, 'u') if self.keyboard == Keyboard::Kitty => self.send("\x1b[?0u"),
            (None, _, 'c') => self.send("\x1b[?62c"),
            (Some(b'>'), _, 'u') => self.flags += 1,
            (Some(b'<'), _, 'u') => self.flags = self.flags.saturating_sub(1),
            (Some(b'?'), [[2026]], 'l') => self.pictures += 1,
            (Some(b'?'), [[1004]], 'h' | 'l') => self.is_focus_told = last == 'h',
            _ => {}
        }
    }
}

fn lock(emulator: &Emulator) -> MutexGuard<'_, vt100::Parser<Answers>> {
    emulator.lock().unwrap_or_else(PoisonError::into_inner)
}

fn nonzero(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a screen has cells")
}
