//! The terminal while a view is on it, and its way back to what it was.

use super::TerminalError;
use crate::play::keys::Releases;
use crossterm::cursor::{Hide, Show};
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange, KeyboardEnhancementFlags,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags,
};
use crossterm::terminal::{
    self, BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
};
use crossterm::{execute, queue};
use ratatui::backend::{Backend, CrosstermBackend};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};
use std::panic;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What is asked of a terminal that can: presses, repeats and releases of all keys. Each event names its key without
/// modifiers, so that a release always matches its press.
const ENHANCEMENTS: KeyboardEnhancementFlags = KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
    .union(KeyboardEnhancementFlags::REPORT_EVENT_TYPES)
    .union(KeyboardEnhancementFlags::REPORT_ALL_KEYS_AS_ESCAPE_CODES);

/// True if there is a terminal that can show a view and be typed on.
pub fn is_available() -> bool {
    let is_smart = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    is_smart && Stream::terminal().is_some() && (io::stdin().is_terminal() || File::open("/dev/tty").is_ok())
}

/// Where the terminal is written to. The view is no data, so stderr comes first.
#[derive(Debug)]
enum Stream {
    Err(Stderr),
    Out(Stdout),
}

impl Stream {
    fn terminal() -> Option<Self> {
        let (err, out) = (io::stderr(), io::stdout());
        if err.is_terminal() { Some(Self::Err(err)) } else { out.is_terminal().then_some(Self::Out(out)) }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Err(err) => err.write(bytes),
            Self::Out(out) => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Err(err) => err.flush(),
            Self::Out(out) => out.flush(),
        }
    }
}

/// A view's terminal. Written to without ratatui's `Terminal`, which cannot bear to lose its terminal.
#[derive(Debug)]
pub struct Screen {
    backend: CrosstermBackend<BufWriter<Stream>>,
    lease: Lease,
    /// What stands on the terminal, and room for what is to stand there next.
    shown: Buffer,
    next: Buffer,
}

impl Screen {
    /// Takes the terminal.
    pub fn open() -> Result<Self, TerminalError> {
        let no_terminal = || io::Error::new(io::ErrorKind::NotConnected, "neither stderr nor stdout is a terminal");
        let mut stream = Stream::terminal().ok_or_else(no_terminal)?;
        let lease = Lease::take()?;
        execute!(stream, EnterAlternateScreen, Hide, EnableBracketedPaste, EnableFocusChange)?;
        // A terminal that does not answer cannot do it.
        if terminal::supports_keyboard_enhancement().unwrap_or(false) {
            execute!(stream, PushKeyboardEnhancementFlags(ENHANCEMENTS))?;
            lease.0.is_enhanced.store(true, Ordering::Release);
        }
        let backend = CrosstermBackend::new(BufWriter::new(stream));
        Ok(Self { backend, lease, shown: Buffer::default(), next: Buffer::default() })
    }

    /// How this terminal tells of the end of a key press.
    pub fn releases(&self) -> Releases {
        if self.lease.0.is_enhanced.load(Ordering::Acquire) { Releases::Reported } else { Releases::Inferred }
    }

    /// Shows what `render` draws if it looks different from what is shown.
    pub fn draw(&mut self, render: impl FnOnce(Rect, &mut Buffer)) -> Result<(), TerminalError> {
        if !self.lease.0.is_taken.load(Ordering::Acquire) {
            return Err(TerminalError::Panicked);
        }
        let size = terminal::window_size().map_err(|_| TerminalError::Gone)?;
        self.next.resize(Rect::new(0, 0, size.columns, size.rows));
        self.next.reset();
        render(self.next.area, &mut self.next);
        if self.next == self.shown {
            return Ok(());
        }
        queue!(self.backend, BeginSynchronizedUpdate)?;
        if self.next.area != self.shown.area {
            self.shown.resize(self.next.area);
            self.shown.reset();
            self.backend.clear()?;
        }
        self.backend.draw(self.shown.diff(&self.next).into_iter())?;
        execute!(self.backend, EndSynchronizedUpdate)?;
        std::mem::swap(&mut self.shown, &mut self.next);
        Ok(())
    }
}

/// What was changed about the terminal; shared with the panic hook.
#[derive(Debug, Default)]
struct Taken {
    is_taken: AtomicBool,
    is_enhanced: AtomicBool,
}

impl Taken {
    /// Undoes everything, once. Nobody can be told of an error any more.
    fn give_back(&self) {
        if !self.is_taken.swap(false, Ordering::AcqRel) {
            return;
        }
        if let Some(mut stream) = Stream::terminal() {
            if self.is_enhanced.swap(false, Ordering::AcqRel) {
                let _ = execute!(stream, PopKeyboardEnhancementFlags);
            }
            let _ = execute!(stream, DisableFocusChange, DisableBracketedPaste, Show, LeaveAlternateScreen);
        }
        let _ = terminal::disable_raw_mode();
    }
}

/// Keys come raw and the screen is the view's until this is dropped, or until any thread panics.
#[derive(Debug)]
struct Lease(Arc<Taken>);

impl Lease {
    fn take() -> io::Result<Self> {
        let taken = Arc::new(Taken::default());
        let (seen, tell) = (taken.clone(), panic::take_hook());
        // The message of a panic is read where it stays.
        panic::set_hook(Box::new(move |panic| {
            seen.give_back();
            tell(panic);
        }));
        terminal::enable_raw_mode()?;
        taken.is_taken.store(true, Ordering::Release);
        Ok(Self(taken))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.give_back();
    }
}
