//! A progress bar on stderr, where there is a terminal to show it; nothing anywhere else.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::Duration;

/// Shows how far a job is, or nothing.
#[derive(Debug)]
pub struct Progress(ProgressBar);

impl Progress {
    /// A bar for so many frames; silent when `wanted` is false or stderr is no terminal.
    pub fn new(frames: u64, wanted: bool) -> Self {
        let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(frames), target);
        let style = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {eta} left");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        if wanted {
            bar.enable_steady_tick(Duration::from_millis(200));
        }
        Self(bar)
    }

    /// So many frames are done.
    pub fn reach(&self, frames: u64) {
        self.0.set_position(frames);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// A line that tells what is going on, or nothing.
#[derive(Debug)]
pub struct Activity(ProgressBar);

impl Activity {
    /// A line on stderr if it is `wanted` and there is a terminal.
    pub fn new(wanted: bool) -> Self {
        let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        let style = ProgressStyle::with_template("{spinner} {wide_msg}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self(bar)
    }

    /// What is going on now.
    pub fn say(&self, message: String) {
        self.0.set_message(message);
        self.0.tick();
    }

    /// Lets something else write to the terminal.
    pub fn aside<T>(&self, tell: impl FnOnce() -> T) -> T {
        self.0.suspend(tell)
    }
}

impl Drop for Activity {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
