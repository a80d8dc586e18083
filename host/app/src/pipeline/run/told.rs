//! What a run tells: a line of progress on a terminal, JSON lines for programs, and the summary.

use crate::pipeline::{figures, tell};
use crate::progress::Activity;
use crate::{Failure, exit, output};
use ripieno_pipeline::{Changes, Diagnostics, RunError, Running, Status, Summary};
use serde_json::{Value, json};
use std::io::{self, IsTerminal};

/// The schema of the JSON lines; raised when a key goes or changes its meaning.
const VERSION: u32 = 1;

/// Tells as it was asked to.
pub struct Telling {
    is_json: bool,
    activity: Activity,
}

impl Telling {
    pub fn new(is_json: bool) -> Self {
        Self { is_json, activity: Activity::new(!is_json && io::stderr().is_terminal()) }
    }

    pub fn warnings(&self, warnings: &Diagnostics) {
        self.activity.aside(|| tell(warnings));
    }

    pub fn started(&self, running: &Running, link: Option<&str>) -> Result<(), Failure> {
        if self.is_json {
            let started = json!({
                "event": "started", "version": VERSION, "name": running.name(), "pid": running.pid(), "url": link,
            });
            return output::json_line(&started);
        }
        match link {
            Some(link) => output::text(&format!("ripieno serves {link}\n")),
            None => Ok(()),
        }
    }

    /// How it is, in a line.
    pub fn status(&self, status: &Status) {
        let fullest = status.streams.iter().max_by(|a, b| a.fill.total_cmp(&b.fill));
        let fullest =
            fullest.map(|stream| format!("  {} {:.0} % full", stream.name, stream.fill * 100.0)).unwrap_or_default();
        let frames: f64 = status.streams.iter().map(|stream| stream.frames_per_sec).sum();
        let ended = status.tasks.iter().filter(|task| task.state == ripieno_pipeline::TaskState::Ended).count();
        self.activity.say(format!(
            "{}  {:.1} s  {} frames/s{fullest}  {ended} of {} tasks ended",
            status.name,
            status.uptime_secs,
            figures::count(frames),
            status.tasks.len()
        ));
    }

    /// What became of a changed file.
    pub fn reloaded(&self, end: Result<Changes, Failure>) -> Result<(), Failure> {
        match end {
            Ok(changes) if self.is_json => output::json_line(&json!({ "event": "reloaded", "changes": changes })),
            Ok(changes) => {
                self.activity.aside(|| eprintln!("reloaded: {}", changed(&changes)));
                Ok(())
            }
            Err(failure) if self.is_json => {
                let faults = match &failure {
                    Failure::Graph(faults) => {
                        serde_json::to_value(faults.iter().collect::<Vec<_>>()).unwrap_or_default()
                    }
                    _ => Value::Array(Vec::new()),
                };
                let message = failure.to_string();
                output::json_line(&json!({ "event": "refused", "message": message, "faults": faults }))
            }
            Err(failure) => {
                self.activity.aside(|| {
                    exit::tell(&failure);
                    output::warn("the file is not taken over; what ran goes on");
                });
                Ok(())
            }
        }
    }

    /// The summary, and how the process ends.
    pub fn ended(self, end: Result<Summary, RunError>, is_interrupted: bool) -> Result<(), Failure> {
        drop(self.activity);
        let (ended, failures, summary, message) = match end {
            Ok(summary) => (if is_interrupted { "interrupted" } else { "complete" }, Vec::new(), summary, None),
            Err(RunError::Failed(failed)) => {
                let message = failed.to_string();
                ("failed", failed.failures, *failed.summary, Some(message))
            }
            Err(error) => return Err(Failure::Session(error.to_string())),
        };
        if self.is_json {
            let failures: Vec<Value> = failures
                .iter()
                .map(|failure| json!({ "task": failure.task, "why": failure.why, "message": failure.to_string() }))
                .collect();
            output::json_line(&json!({
                "event": "summary", "version": VERSION, "ended": ended, "failures": failures, "summary": summary,
            }))?;
        } else {
            output::text(&figures::summary(&summary))?;
        }
        match message {
            Some(message) => Err(Failure::Session(message)),
            None if is_interrupted => Err(Failure::Stopped),
            None => Ok(()),
        }
    }
}

fn changed(changes: &Changes) -> String {
    let parts = [
        ("set", &changes.set_params),
        ("new tasks", &changes.added_tasks),
        ("gone tasks", &changes.removed_tasks),
        ("tasks started anew", &changes.replaced_tasks),
        ("new streams", &changes.added_streams),
        ("gone streams", &changes.removed_streams),
        ("streams made anew", &changes.replaced_streams),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(what, names)| format!("{what} {}", names.join(", ")))
        .collect();
    if parts.is_empty() { "nothing is different".into() } else { parts.join("; ") }
}
