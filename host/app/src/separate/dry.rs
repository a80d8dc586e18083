//! A dry run for the rest of the program: by a process of its own, so that nothing that a model does while it is loaded
//! reaches this one.

use super::plan::Plan;
use ripieno_separate::{Cancel, JobSettings, Session};
use serde_json::Value;
use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a model may take to be loaded and tried.
const LONGEST: Duration = Duration::from_secs(120);
/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// What `ripieno separate --dry-run --json` says of a job, as if it were to go on with what is there. Without a program, this
/// process does it. Worker; blocks.
///
/// # Errors
/// What the dry run says; that it was cancelled, or took too long.
pub fn dry_run(program: Option<&Path>, settings: &JobSettings, cancel: &Cancel) -> Result<Value, String> {
    match program {
        Some(program) => apart(program, settings, cancel),
        None => {
            let mut settings = settings.clone();
            settings.resume = true;
            let plan = Session::new().plan(&settings).map_err(|error| error.to_string())?;
            serde_json::to_value(Plan::from(plan)).map_err(|error| error.to_string())
        }
    }
}

fn apart(program: &Path, settings: &JobSettings, cancel: &Cancel) -> Result<Value, String> {
    let mut child = Command::new(program)
        .args(arguments(settings))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("the dry run cannot be started: {error}"))?;
    let (mut out, mut err) = (child.stdout.take(), child.stderr.take());
    let read = |pipe: Option<&mut dyn Read>| {
        let mut bytes = Vec::new();
        // A pipe that breaks has said what it had to say.
        pipe.map(|pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    };
    thread::scope(|scope| {
        let out = scope.spawn(|| read(out.as_mut().map(|pipe| pipe as _)));
        let err = scope.spawn(|| read(err.as_mut().map(|pipe| pipe as _)));
        let begun = Instant::now();
        let ended = loop {
            match child.try_wait() {
                Ok(None) if cancel.is_requested() => break Err("cancelled".to_owned()),
                Ok(None) if begun.elapsed() >= LONGEST => {
                    break Err(format!("the model was not ready after {} s", LONGEST.as_secs()));
                }
                Ok(None) => thread::sleep(LOOK),
                Ok(Some(status)) => break Ok(status),
                Err(error) => break Err(format!("the dry run is lost: {error}")),
            }
        };
        if ended.is_err() {
            // It has ended, or ends now; either way its pipes close.
            let _ = child.kill();
            let _ = child.wait();
        }
        let (out, err) = (out.join().unwrap_or_default(), err.join().unwrap_or_default());
        if ended?.success() {
            return serde_json::from_str(&out).map_err(|error| format!("the dry run talks nonsense: {error}"));
        }
        let told = err.lines().find_map(|line| line.strip_prefix("error: "));
        Err(told.unwrap_or("the dry run died; the model may need more memory than there is").to_owned())
    })
}

/// A job as the command line has it.
fn arguments(settings: &JobSettings) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["separate", "--dry-run", "--json", "--resume"].map(OsString::from).into();
    let mut say = |name: &str, value: String| all.push(format!("--{name}={value}").into());
    say("model", settings.model.clone());
    say("description", settings.description.clone());
    say("anchor-mode", settings.anchor_mode.word().into());
    say("anchor-gap-s", settings.anchor_gap_secs.to_string());
    say("residual", settings.residual.word().into());
    say("format", settings.container.word().into());
    say("rate", settings.rate.word().into());
    say("engine", settings.engine.word().into());
    say("seed", settings.seed.to_string());
    let optional = [
        ("anchor-count", settings.anchor_count.map(|count| count.to_string())),
        ("max-len-s", settings.max_len_secs.map(|secs| secs.to_string())),
        ("overlap-s", settings.overlap_secs.map(|secs| secs.to_string())),
        ("window", settings.window.map(|window| window.word().into())),
        ("depth", settings.depth.map(|depth| depth.word().into())),
        ("threads", settings.threads.map(|threads| threads.to_string())),
    ];
    for (name, value) in optional.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        say(name, value);
    }
    for anchor in &settings.anchors {
        let (start, end) = (anchor.start_secs().to_string(), anchor.end_secs().to_string());
        all.extend(["--anchor", anchor.sign().symbol(), &start, &end].map(OsString::from));
    }
    all.extend(["--".into(), settings.audio.clone().into()]);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Verb};
    use clap::Parser;
    use ripieno_separate::{Container, Depth, WindowShape};
    use ripieno_types::{Anchor, Sign};

    #[test]
    fn the_command_line_means_the_job() {
        let mut full = JobSettings::new("builtin:bands,low=100", "/a b/-song*.wav");
        full.description = "--bass".into();
        full.anchors =
            vec![Anchor::new(Sign::Present, 0.1, 2.5).unwrap(), Anchor::new(Sign::Absent, 3.0, 4.25).unwrap()];
        full.anchor_count = Some(3);
        full.max_len_secs = Some(12.5);
        full.overlap_secs = Some(0.25);
        full.window = Some(WindowShape::Hann);
        full.container = Container::Flac;
        full.depth = Some(Depth::I16);
        full.threads = Some(2);
        full.seed = u64::MAX;
        full.resume = true;
        let mut plain = JobSettings::new("builtin:hpss", "/song.wav");
        plain.resume = true;
        for job in [full, plain] {
            let line = [OsString::from("ripieno")].into_iter().chain(arguments(&job));
            let Verb::Separate(options) = Cli::try_parse_from(line).unwrap().verb else { panic!("another verb") };
            assert!(options.dry_run && options.json);
            assert_eq!(super::super::wanted::wanted(&options).unwrap(), job);
        }
    }
}
