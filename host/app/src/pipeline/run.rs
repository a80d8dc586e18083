//! `ripieno run`: a graph from its start to its end, with its progress, its reloads and its page.

mod reload;
mod told;

use super::hosted::Hosted;
use super::load::{checked, faulty, load};
use super::signals::Wishes;
use super::{page, registry};
use crate::Failure;
use crate::cli::RunOptions;
use reload::File;
use ripieno_pipeline::{Graph, Registry, RunError, Running, StartCause, StartError, Summary};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use told::Telling;

/// How often the view and the file are looked at. Nothing waits for it: an end or a signal is heard at once.
const LOOK: Duration = Duration::from_millis(200);
/// What sources left behind may take so long to flow to the sinks before all waits are ended. Who presses Ctrl-C again does
/// not wait.
pub const DRAIN: Duration = Duration::from_secs(60);

/// Carries out the verb.
pub fn run(options: &RunOptions) -> Result<(), Failure> {
    let registry = registry();
    let graph = load(&options.graph, &options.settings, &registry)?;
    let listening = options.serve.then(|| page::Listening::open(options)).transpose()?;
    let wishes = Listening::begin();
    let telling = Telling::new(options.json);
    let running = Arc::new(start(&graph, registry.clone(), |warnings| telling.warnings(warnings))?);
    wishes.lead(&running);
    let served = listening.map(|listening| listening.serve(Hosted::of(running.clone()))).transpose()?;
    telling.started(&running, served.as_ref().map(page::Serving::link))?;
    let mut file = File::new(options, registry, graph);
    let end = follow(&running, &mut file, &wishes, &telling, options)?;
    drop(served);
    telling.ended(end, wishes.stops() > 0)
}

/// Checks and starts; whoever asks on its socket is answered.
pub fn start(
    graph: &Graph,
    registry: Registry,
    warn: impl FnOnce(&ripieno_pipeline::Diagnostics),
) -> Result<Running, Failure> {
    let pipeline = checked(graph, registry, warn)?;
    let compiled = pipeline.compile().map_err(|error| faulty(graph.diagnose(error.faults())))?;
    let running = compiled.start().map_err(refused)?;
    if let Err(error) = running.serve() {
        crate::output::warn(&format!("`ripieno top` will not find this pipeline: {error}"));
    }
    Ok(running)
}

fn refused(error: StartError) -> Failure {
    let hint = match error.cause() {
        StartCause::Make { source, .. } => source.help.as_ref().map(|help| format!("\nhint: {help}")),
        _ => None,
    };
    Failure::Session(format!("{error}{}", hint.unwrap_or_default()))
}

/// Until all tasks have ended: shows it, obeys the clock, and takes the file over when it changes.
fn follow(
    running: &Running,
    file: &mut File,
    wishes: &Listening,
    telling: &Telling,
    options: &RunOptions,
) -> Result<Result<Summary, RunError>, Failure> {
    let deadline = options.duration.map(|secs| Instant::now() + Duration::from_secs_f64(secs));
    let mut is_over = false;
    loop {
        let left =
            deadline.filter(|_| !is_over).map_or(LOOK, |deadline| deadline.saturating_duration_since(Instant::now()));
        if let Some(end) = running.wait_for(left.min(LOOK)) {
            return Ok(end);
        }
        if !is_over && deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            is_over = true;
            running.stop_within(DRAIN);
        }
        telling.status(&running.status());
        if wishes.wishes.takes_reload() || options.watch && file.is_changed() {
            telling.reloaded(file.reload(running))?;
        }
    }
}

/// Signals, and the pipeline that they are meant for once there is one.
#[derive(Debug)]
pub struct Listening {
    wishes: Wishes,
    running: Arc<OnceLock<std::sync::Weak<Running>>>,
}

impl Listening {
    /// First of all: from here on an interrupt is noticed rather than deadly.
    pub fn begin() -> Self {
        let running = Arc::new(OnceLock::<std::sync::Weak<Running>>::new());
        let led = running.clone();
        let wishes = Wishes::listen(move |wishes| {
            if let Some(running) = led.get().and_then(std::sync::Weak::upgrade) {
                obey(wishes, &running);
            }
        });
        Self { wishes, running }
    }

    /// What was wished before there was a pipeline is obeyed now.
    pub fn lead(&self, running: &Arc<Running>) {
        let _ = self.running.set(Arc::downgrade(running));
        obey(&self.wishes, running);
    }

    /// How often to stop was wished.
    pub fn stops(&self) -> u32 {
        self.wishes.stops()
    }
}

fn obey(wishes: &Wishes, running: &Running) {
    match wishes.stops() {
        0 => {}
        1 => running.stop_within(DRAIN),
        _ => running.stop_within(Duration::ZERO),
    }
}
