//! `ripieno top`: running pipelines from outside, once, as JSON, or on the terminal.

mod hands;
mod tap;
mod view;

use super::figures;
use super::load::load;
use super::registry;
use super::signals::Wishes;
use crate::cli::TopOptions;
use crate::play::terminal::{Screen, TerminalError, is_available, wants_colour};
use crate::play::view::Theme;
use crate::{Failure, output};
use crossterm::event::{self, Event, KeyEventKind};
use hands::{Hands, Wish};
use ripieno_pipeline::control::{Client, ControlError, Found};
use ripieno_pipeline::{State, Status};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tap::Tapper;
use view::View;

/// How often the view asks.
const LOOK: Duration = Duration::from_millis(250);
/// How often JSON lines come.
const LINE: Duration = Duration::from_secs(1);
/// The shortest wait for a key. A wait of nothing would not even look for one.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// Carries out the verb.
pub fn run(options: &TopOptions) -> Result<(), Failure> {
    let found = choose(options.pipeline.as_deref(), Client::find())?;
    let mut client = Client::connect(found.pid).map_err(failed)?;
    let graph = options.pipeline.as_ref().map(PathBuf::from).filter(|path| path.is_file());
    match (options.once, options.json) {
        (true, true) => output::json(&client.status().map_err(failed)?),
        (true, false) => output::text(&figures::status(&client.status().map_err(failed)?)),
        (false, true) => lines(&mut client),
        (false, false) if is_available() => show(&mut client, graph),
        (false, false) => Err(Failure::Usage("there is no terminal to show a view\nhint: --once or --json".into())),
    }
}

fn failed(error: ControlError) -> Failure {
    match error {
        ControlError::NotRunning(_) => Failure::Device(error.to_string()),
        error => Failure::Session(error.to_string()),
    }
}

/// The pipeline that is meant: by process, by name, by its graph file, or the only one.
fn choose(wanted: Option<&str>, found: Vec<Found>) -> Result<Found, Failure> {
    let names = |found: &[Found]| {
        let names: Vec<String> = found.iter().map(|it| format!("{} ({})", it.pid, it.name)).collect();
        names.join(", ")
    };
    let none = "no pipeline runs here\nhint: `ripieno run GRAPH.toml` starts one";
    if found.is_empty() {
        return Err(Failure::Device(none.into()));
    }
    let Some(wanted) = wanted else {
        return match <[Found; 1]>::try_from(found) {
            Ok([only]) => Ok(only),
            Err(several) => Err(Failure::Usage(format!("several pipelines run: {}\nhint: name one", names(&several)))),
        };
    };
    let there = names(&found);
    let path = Path::new(wanted);
    let of_file = if path.is_file() { Some(load(path, &[], &registry())?.declaration().name.clone()) } else { None };
    let is_meant = |it: &Found| {
        it.pid.to_string() == wanted || it.name == wanted || of_file.as_ref().is_some_and(|name| *name == it.name)
    };
    let mut meant: Vec<Found> = found.into_iter().filter(is_meant).collect();
    match (meant.pop(), meant.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => {
            Err(Failure::Usage(format!("several pipelines are `{wanted}`: {there}\nhint: name a process")))
        }
        (None, _) => Err(Failure::Device(format!("no pipeline `{wanted}` runs; there are {there}"))),
    }
}

/// A status a second, until it has ended or the user has seen enough.
fn lines(client: &mut Client) -> Result<(), Failure> {
    let (tell, heard) = mpsc::channel();
    let wishes = Wishes::listen(move |_| _ = tell.send(()));
    loop {
        match client.status() {
            Ok(status) => {
                output::json_line(&status)?;
                if matches!(status.state, State::Ended | State::Failed) {
                    return Ok(());
                }
            }
            // It has ended between two looks.
            Err(ControlError::NotRunning(_) | ControlError::Io { .. }) => return Ok(()),
            Err(error) => return Err(failed(error)),
        }
        if heard.recv_timeout(LINE).is_ok() && wishes.stops() > 0 {
            return Err(Failure::Stopped);
        }
    }
}

/// The view, until the user or the pipeline ends it.
fn show(client: &mut Client, graph: Option<PathBuf>) -> Result<(), Failure> {
    let first = client.status().map_err(failed)?;
    let name = first.name.clone();
    let end = Screen::open().and_then(|mut screen| watch(client, graph, first, &mut screen));
    match end {
        Ok(End::Left) | Err(TerminalError::Gone) => Ok(()),
        Ok(End::Over) => {
            eprintln!("{name} has ended");
            Ok(())
        }
        Err(error) => Err(Failure::Session(error.to_string())),
    }
}

enum End {
    /// The user has seen enough.
    Left,
    /// There is nothing to see any more.
    Over,
}

fn watch(
    client: &mut Client,
    graph: Option<PathBuf>,
    first: Status,
    screen: &mut Screen,
) -> Result<End, TerminalError> {
    let mut tapper = Tapper::start(first.pid);
    let mut view = View::new(Theme::new(wants_colour()), first);
    let mut hands = Hands::new(graph);
    let mut next = Instant::now();
    loop {
        if Instant::now() >= next {
            match client.status() {
                Ok(status) => view.update(status),
                Err(_) => return Ok(End::Over),
            }
            tapper.look_at(hands.tapped(view.status()));
            next = Instant::now() + LOOK;
        }
        view.tapped(tapper.seen());
        screen.draw(|area, buffer| view.render(&hands, area, buffer))?;
        if !event::poll(next.saturating_duration_since(Instant::now()).max(SHORTEST_WAIT))? {
            continue;
        }
        let Event::Key(key) = event::read()? else { continue };
        if key.kind == KeyEventKind::Release {
            continue;
        }
        match hands.press(key, view.status()) {
            None => {}
            Some(Wish::Leave) => return Ok(End::Left),
            Some(Wish::Ask { ask, with, done }) => {
                view.say(client.ask(ask, with).map(|_| done).map_err(|error| error.to_string()));
                next = Instant::now();
            }
            Some(Wish::Mistake(problem)) => view.say(Err(problem)),
            Some(Wish::Look) => next = Instant::now(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pipeline_is_chosen_by_what_is_said_of_it() {
        let found = |pid: u32, name: &str| -> Found {
            serde_json::from_value(json!({ "pid": pid, "name": name, "socket": "/x" })).unwrap()
        };
        let all = || vec![found(7, "tone"), found(8, "stems"), found(9, "tone")];
        let check = |wanted: Option<&str>, found: Vec<Found>, expected: Result<u32, (u8, &str)>| match (
            choose(wanted, found),
            expected,
        ) {
            (Ok(found), Ok(pid)) => assert_eq!(found.pid, pid, "{wanted:?}"),
            (Err(failure), Err((code, part))) => {
                assert!(failure.code() == code && failure.to_string().contains(part), "{failure}");
            }
            (found, _) => panic!("{wanted:?}: {found:?}"),
        };
        check(None, vec![], Err((4, "no pipeline runs")));
        check(None, vec![found(7, "tone")], Ok(7));
        check(None, all(), Err((2, "8 (stems)")));
        check(Some("8"), all(), Ok(8));
        check(Some("stems"), all(), Ok(8));
        check(Some("tone"), all(), Err((2, "name a process")));
        check(Some("12"), all(), Err((4, "there are 7 (tone)")));
    }
}
