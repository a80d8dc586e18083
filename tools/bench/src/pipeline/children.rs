//! Readers in processes of their own: this program again. A child says when it is attached, then what a frame took it.

use super::ours;
use core_affinity::CoreId;
use std::io::{BufRead, BufReader, Write, stdout};
use std::process::{ChildStdout, Command, Stdio};

/// The first argument of a child.
const MARK: &str = "--pipeline-child";

/// The readers of one sample.
pub struct Crew(Vec<Child>);

struct Child {
    process: std::process::Child,
    told: BufReader<ChildStdout>,
}

impl Crew {
    /// Starts `readers` children, pinned to the cores from the second on.
    pub fn start(what: &str, name: &str, frames: usize, readers: usize) -> Self {
        let program = std::env::current_exe().expect("this program");
        let child = |reader: usize| {
            let mut process = Command::new(&program)
                .args([MARK, what, name])
                .args([frames, super::core_of(reader + 1).map_or(0, |core| core.id)].map(|number| number.to_string()))
                .stdout(Stdio::piped())
                .spawn()
                .expect("this program starts again");
            let told = BufReader::new(process.stdout.take().expect("it is piped"));
            Child { process, told }
        };
        Self((0..readers).map(child).collect())
    }

    /// Waits until all are attached.
    pub fn wait(&mut self) {
        for child in &mut self.0 {
            assert_eq!(child.line(), "attached");
        }
    }

    /// Waits for the end of all; ns a frame of the slowest.
    pub fn slowest(&mut self) -> f64 {
        let figures = self.0.iter_mut().map(|child| {
            let figure = child.line().parse().expect("a figure");
            child.process.wait().expect("it ends");
            figure
        });
        figures.fold(0.0, f64::max)
    }
}

impl Child {
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.told.read_line(&mut line).expect("a child that speaks");
        line.trim().to_owned()
    }
}

/// Says that this child has its place.
pub fn attached() {
    say("attached");
}

/// Says what a frame took.
pub fn figure(nanos: f64) {
    say(&nanos.to_string());
}

fn say(line: &str) {
    let mut out = stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("the parent listens");
}

/// Does a child's part, if this process is one.
pub fn run(args: &[String]) -> bool {
    let [mark, what, name, frames, core] = args else { return false };
    if mark != MARK {
        return false;
    }
    let number = |text: &String| text.parse().expect("a number");
    // What is inherited may not name it.
    core_affinity::set_for_current(CoreId { id: number(core) });
    match what.as_str() {
        #[cfg(feature = "iceoryx2")]
        "iceoryx2" => super::iceoryx::receive(name, number(frames)),
        "hop" => super::hop::child(name),
        other => ours::child(other, name, number(frames)),
    }
    true
}
