//! Child processes, one step each: what runs is printed, a failure names it.

use anyhow::{Context, Result, bail};
use std::process::{Child, Command, Stdio};

/// A command and how it is shown.
pub struct Step {
    command: Command,
}

/// A cargo command, by the cargo that runs this task.
pub fn cargo(args: &[&str]) -> Step {
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), args)
}

/// Any program.
pub fn program(name: &str, args: &[&str]) -> Step {
    let mut command = Command::new(name);
    command.args(args);
    Step { command }
}

impl Step {
    /// Sets an environment variable for this step alone.
    pub fn env(mut self, key: &str, value: &str) -> Self {
        self.command.env(key, value);
        self
    }

    /// Runs it in this folder.
    pub fn within(mut self, folder: &std::path::Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs to the end and returns what it says on stdout.
    pub fn output(mut self) -> Result<String> {
        let shown = self.shown();
        let done = self.command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start `{shown}`"))?;
        if !done.status.success() {
            bail!("`{shown}` failed ({})", done.status);
        }
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// Runs to the end with the terminal's own streams.
    pub fn run(mut self) -> Result<()> {
        let shown = self.shown();
        eprintln!("$ {shown}");
        let status = self.command.status().with_context(|| format!("cannot start `{shown}`"))?;
        if !status.success() {
            bail!("`{shown}` failed ({status})");
        }
        Ok(())
    }

    /// Starts it; what it says on stdout is kept for whoever waits for it.
    pub fn spawn(mut self) -> Result<Child> {
        let shown = self.shown();
        eprintln!("$ {shown}");
        self.command.stdin(Stdio::null()).stdout(Stdio::piped());
        self.command.spawn().with_context(|| format!("cannot start `{shown}`"))
    }

    /// True when it runs and succeeds; its output is thrown away.
    pub fn succeeds(mut self) -> bool {
        self.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.command.status().is_ok_and(|status| status.success())
    }

    fn shown(&self) -> String {
        let program = self.command.get_program().to_string_lossy();
        let name = program.rsplit('/').next().unwrap_or(&program).to_owned();
        let args = self.command.get_args().map(|arg| arg.to_string_lossy().into_owned());
        std::iter::once(name).chain(args).collect::<Vec<_>>().join(" ")
    }
}
