//! Progress on a terminal: a bar for the recording, and one for all of them where there are several.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::path::Path;
use std::time::Duration;

/// Steps of a bar: hundredths of a percent.
const STEPS: f64 = 10_000.0;

/// The bars of a batch; nothing where stderr is no terminal.
#[derive(Debug)]
pub struct Bars {
    all: MultiProgress,
    total: Option<ProgressBar>,
}

impl Bars {
    /// For so many recordings.
    pub fn new(files: usize, wanted: bool) -> Self {
        let target = if wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        let total = (files > 1).then(|| {
            let bar = ProgressBar::new((files as f64 * STEPS) as u64);
            bar.set_style(style("{prefix} {wide_bar} {percent:>3} %  {elapsed}"));
            bar.set_prefix(format!("0/{files}"));
            all.add(bar)
        });
        Self { all, total }
    }

    /// The bar of the next recording.
    pub fn file(&self, audio: &Path) -> Bar<'_> {
        let bar = ProgressBar::new(STEPS as u64);
        bar.set_style(style("{prefix} {wide_bar} {percent:>3} %  {msg}"));
        bar.set_prefix(audio.file_name().unwrap_or_default().to_string_lossy().into_owned());
        let bar = match &self.total {
            Some(total) => self.all.insert_before(total, bar),
            None => self.all.add(bar),
        };
        Bar { bar, total: self.total.as_ref(), before: self.total.as_ref().map_or(0, ProgressBar::position) }
    }

    /// Does something with the terminal to itself.
    pub fn suspend<T>(&self, work: impl FnOnce() -> T) -> T {
        self.all.suspend(work)
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }
}

/// The bar of one recording.
#[derive(Debug)]
pub struct Bar<'a> {
    bar: ProgressBar,
    total: Option<&'a ProgressBar>,
    before: u64,
}

impl Bar<'_> {
    /// So much is done and so many seconds are left.
    pub fn reach(&self, percent: f64, eta_secs: Option<f64>, message: String) {
        let steps = (percent.clamp(0.0, 100.0) / 100.0 * STEPS) as u64;
        let left = eta_secs.and_then(|secs| Duration::try_from_secs_f64(secs).ok());
        self.bar.set_message(left.map_or(message, |left| format!("{} left", indicatif::HumanDuration(left))));
        self.bar.set_position(steps);
        if let Some(total) = self.total {
            total.set_position(self.before + steps);
        }
    }

    /// It is over, well or not.
    pub fn finish(self) {
        self.bar.finish_and_clear();
        if let Some(total) = self.total {
            total.set_position(self.before + STEPS as u64);
            let (done, files) = (total.position() / STEPS as u64, total.length().unwrap_or(0) / STEPS as u64);
            total.set_prefix(format!("{done}/{files}"));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
