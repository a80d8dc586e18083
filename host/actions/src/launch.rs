//! Programs that are started: argument by argument, never through a shell unless that is written.

use crate::backends::Fault;
use crate::problem::{Problem, must};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::process::{Child, Command, ExitStatus, Stdio};

const MOST_WORDS: usize = 256;
const LONGEST: usize = 16_384;

/// A program to start. Its input and output are closed, it is in a process group of its own, and it outlives us.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    /// The program and its arguments, each handed over as it stands.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub argv: Vec<String>,
    /// A line for the system's shell, with `shell = true` only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Lets the shell read `command`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub shell: bool,
    /// Where it starts; by default where we did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cwd: Option<String>,
    /// Variables on top of our environment. Never shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
}

impl Launch {
    /// A program and its arguments.
    pub fn program<'a>(argv: impl IntoIterator<Item = &'a str>) -> Self {
        Self { argv: argv.into_iter().map(str::to_owned).collect(), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        match &self.command {
            Some(command) => {
                must(self.argv.is_empty(), "command", "there is argv too; keep one of them")?;
                must(
                    self.shell,
                    "command",
                    "a shell reads it with shell = true only; or write argv = [\"program\", \"argument\"]",
                )?;
                must(!command.trim().is_empty(), "command", "it is empty")?;
            }
            None => {
                must(!self.shell, "shell", "a shell reads a command; write command = \"...\" instead of argv")?;
                let named = self.argv.first().is_some_and(|program| !program.trim().is_empty());
                must(named, "argv", "it names no program; write argv = [\"program\", \"argument\"]")?;
            }
        }
        must(self.argv.len() <= MOST_WORDS, "argv", format!("there are more than {MOST_WORDS} arguments"))?;
        let texts = self.argv.iter().chain(&self.command).chain(&self.cwd);
        for text in texts.clone().chain(self.env.values()) {
            must(!text.contains('\0'), "argv", "a zero byte cannot be handed over")?;
        }
        let size = texts.map(String::len).sum::<usize>();
        must(size <= LONGEST, "argv", format!("{size} bytes are more than {LONGEST}"))?;
        for name in self.env.keys() {
            must(!name.is_empty() && !name.contains(['=', '\0']), "env", format!("{name:?} is no name of a variable"))?;
        }
        Ok(())
    }

    /// What to call it: the program's name, or the shell.
    pub(crate) fn name(&self) -> &str {
        self.argv.first().map_or("a shell command", String::as_str)
    }

    fn command(&self) -> Command {
        let mut command = match &self.command {
            Some(line) if cfg!(windows) => {
                let mut shell = Command::new("cmd");
                shell.args(["/C", line]);
                shell
            }
            Some(line) => {
                let mut shell = Command::new("/bin/sh");
                shell.args(["-c", line]);
                shell
            }
            None => {
                let mut program = Command::new(self.name());
                program.args(self.argv.iter().skip(1));
                program
            }
        };
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).envs(&self.env);
        if let Some(cwd) = &self.cwd {
            command.current_dir(cwd);
        }
        // A Ctrl-C in our terminal is not for it, and it can be stopped with all that it started.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("Launch").field("argv", &self.argv).field("command", &self.command))
            .field("shell", &self.shell)
            .field("cwd", &self.cwd)
            .field("env", &self.env.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Starts programs. Control.
pub trait Programs: Send {
    /// Starts one.
    ///
    /// # Errors
    /// There is no such program or folder, or it may not be run.
    fn start(&mut self, launch: &Launch) -> Result<Box<dyn Program>, Fault>;
}

/// A program that was started. Control; nothing here waits for it.
pub trait Program: Send {
    /// Its process.
    fn id(&self) -> u32;

    /// How it ended, or none while it runs. An end is taken from the system here, so that no zombie is left.
    fn ended(&mut self) -> Option<Result<String, Fault>>;

    /// Ends it and what it started in its group.
    fn stop(&mut self, stop: Stop);
}

/// How to end a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It may tidy up.
    Ask,
    /// At once.
    Force,
}

/// Programs of this computer.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Programs for System {
    fn start(&mut self, launch: &Launch) -> Result<Box<dyn Program>, Fault> {
        match launch.command().spawn() {
            Ok(child) => Ok(Box::new(Running(child))),
            Err(e) => Err(Fault::Failed(format!("{:?} cannot be started: {e}", launch.name()))),
        }
    }
}

struct Running(Child);

impl Program for Running {
    fn id(&self) -> u32 {
        self.0.id()
    }

    fn ended(&mut self) -> Option<Result<String, Fault>> {
        match self.0.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) if status.success() => Some(Ok("exit code 0".to_owned())),
            Ok(Some(status)) => Some(Err(Fault::Failed(told(status)))),
            Err(e) => Some(Err(Fault::Failed(format!("its end cannot be told: {e}")))),
        }
    }

    #[cfg(unix)]
    fn stop(&mut self, stop: Stop) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let signal = if stop == Stop::Ask { Signal::TERM } else { Signal::KILL };
        // The process has not been waited for, so its number is still its own. It may have ended already.
        let _ = kill_process_group(Pid::from_child(&self.0), signal);
    }

    #[cfg(not(unix))]
    fn stop(&mut self, _: Stop) {
        // It may have ended already.
        let _ = self.0.kill();
    }
}

fn told(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("it was ended by signal {signal}");
    }
    status.code().map_or_else(|| "it ended without an exit code".to_owned(), |code| format!("exit code {code}"))
}

#[cfg(test)]
#[path = "launch_tests.rs"]
mod tests;
