//! `ripieno farm status`: how the farm stands, once or until it has nothing left to do.

use super::open;
use crate::cli::StatusOptions;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::{Failure, output};
use ripieno_farm::{Status, status};
use std::fmt::Write;
use std::thread;
use std::time::{Duration, Instant};

/// How often the farm is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// How long a signal may stay unnoticed meanwhile.
const TICK: Duration = Duration::from_millis(50);

/// Steps of the bar.
const STEPS: f64 = 10_000.0;

/// Carries out the verb.
pub(super) fn run(options: &StatusOptions) -> Result<(), Failure> {
    let farm = open(&options.server)?;
    let look = || status(&farm).map_err(Failure::Farm);
    if !options.watch {
        let found = look()?;
        return if options.json { output::json(&found) } else { output::text(&shown(&found)) };
    }
    let interrupt = Interrupt::listen();
    let bar = Progress::new(STEPS as u64, !options.json);
    let found = loop {
        let found = look()?;
        if options.json {
            output::json_line(&found)?;
        }
        bar.reach((found.percent / 100.0 * STEPS) as u64);
        if found.queued + found.running == 0 {
            break found;
        }
        let next = Instant::now() + EVERY;
        while Instant::now() < next {
            if interrupt.is_raised() {
                return Err(Failure::Stopped);
            }
            thread::sleep(TICK);
        }
    };
    drop(bar);
    if options.json { Ok(()) } else { output::text(&shown(&found)) }
}

/// The same for people.
fn shown(status: &Status) -> String {
    let mut text = String::new();
    let Status { queued, running, done, failed, cancelled, .. } = status;
    let _ =
        writeln!(text, "{queued} in line, {running} at work, {done} done, {failed} given up, {cancelled} cancelled");
    let _ = write!(text, "{:.1} % of {}", status.percent, clock(status.seconds_done + status.seconds_left));
    if let Some(speed) = status.speed {
        let _ = write!(text, ", {speed:.1} times real time");
    }
    if let Some(eta) = status.eta_secs {
        let _ = write!(text, ", {} left", clock(eta));
    }
    text.push('\n');
    if status.damaged > 0 {
        let _ = writeln!(text, "{} records cannot be read", status.damaged);
    }
    for work in &status.at_work {
        let spans = work.spans.map(|(done, all)| format!(", span {done} of {all}")).unwrap_or_default();
        let _ = write!(text, "  {}  {:>5.1} %  {}{spans}", &work.id, work.percent, work.name);
        if let Some(worker) = &work.worker {
            let _ = write!(text, ", by {worker}");
        }
        if let Some(error) = &work.error {
            let _ = write!(text, " (before: {error})");
        }
        text.push('\n');
    }
    more(&mut text, *running, status.at_work.len());
    if !status.dead.is_empty() {
        text.push_str("given up (`ripieno farm retry` puts them in line again):\n");
        for dead in &status.dead {
            let _ = writeln!(text, "  {}  {}: {}", dead.id, dead.name, dead.error);
        }
        more(&mut text, *failed, status.dead.len());
    }
    match status.workers.as_slice() {
        [] => text.push_str("nobody works: start `ripieno farm worker`\n"),
        workers => {
            for worker in workers {
                let doing = worker.doing.as_deref().unwrap_or("waits");
                let _ = writeln!(text, "  {}: {doing}; {} jobs done", worker.name, worker.done);
            }
        }
    }
    text
}

fn more(text: &mut String, all: u64, shown: usize) {
    let left = all.saturating_sub(shown as u64);
    if left > 0 {
        let _ = writeln!(text, "  and {left} more");
    }
}

fn clock(secs: f64) -> String {
    let secs = secs.max(0.0).round() as u64;
    format!("{}:{:02}:{:02}", secs / 3_600, secs / 60 % 60, secs % 60)
}
