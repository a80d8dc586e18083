//! The emulator.

use crate::run::{Step, program};
use anyhow::{Context, Result, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// A machine that runs what is built for qemu-mps2.
#[derive(Debug)]
pub struct Machine {
    /// How tests call it.
    pub name: &'static str,
    model: &'static str,
    cpu: &'static str,
    /// Where a file is lent: see the board's `host.rs`.
    lent_at: u32,
}

pub const M4F: Machine = Machine { name: "Cortex-M4F", model: "mps2-an386", cpu: "cortex-m4", lent_at: 0x2100_0000 };
pub const M7F: Machine = Machine { name: "Cortex-M7F", model: "mps2-an500", cpu: "cortex-m7", lent_at: 0x6000_0000 };

/// Seconds after which a program is taken to hang.
const PATIENCE: &str = "240";

/// Boots a program; words before `--` are the emulator's, those after it the program's. Its exit code is the program's.
pub fn run(elf: &Path, args: &[String]) -> Result<()> {
    super::ensure()?;
    let mut parts = args.splitn(2, |word| word == "--").map(|words| words.iter().map(String::as_str).collect());
    let (machine, words): (Vec<_>, Vec<_>) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let mut line = line(&M4F, elf, &words);
    line.extend(["-icount", "shift=6"].map(str::to_owned));
    line.extend(machine.into_iter().map(str::to_owned));
    step(&line).run()
}

/// A program to boot, which ends by itself.
#[derive(Debug)]
pub struct Boot<'a> {
    pub machine: &'a Machine,
    pub elf: &'a Path,
    /// Lent to the program.
    pub file: Option<&'a Path>,
    /// One instruction is 64 ns of the machine's time, else time is the host's.
    pub is_counted: bool,
    /// More of the emulator's own words.
    pub more: &'a [&'a str],
}

impl Boot<'_> {
    /// Runs a scene to its end and returns what it says. What it does to absent hardware is an error.
    pub fn scene(&self, folder: &Path, words: &[&str]) -> Result<String> {
        let faults = self.faults(folder, words);
        let said = self.step(folder, words).output()?;
        accuse(&faults)?;
        Ok(said)
    }

    /// The step that boots a scene, within `folder`.
    pub fn step(&self, folder: &Path, words: &[&str]) -> Step {
        let mut line = line(self.machine, self.elf, words);
        if let Some(file) = self.file {
            let device = format!("loader,file={},addr={:#x},force-raw=on", file.display(), self.machine.lent_at);
            line.extend(["-device".to_owned(), device]);
        }
        if self.is_counted {
            line.extend(["-icount", "shift=6"].map(str::to_owned));
        }
        let faults = self.faults(folder, words).to_string_lossy().into_owned();
        line.extend(["-d", "unimp,guest_errors", "-D", &faults].map(str::to_owned));
        line.extend(self.more.iter().map(|&word| word.to_owned()));
        let all: Vec<_> =
            ["timeout", PATIENCE, "qemu-system-arm"].into_iter().chain(line.iter().map(String::as_str)).collect();
        program(all[0], &all[1..]).within(folder)
    }

    /// Where the emulator writes what a scene does to hardware that is not there.
    pub fn faults(&self, folder: &Path, words: &[&str]) -> PathBuf {
        let scene = words.first().copied().unwrap_or("boot");
        folder.join(format!("{}-{scene}.faults", self.machine.cpu))
    }
}

/// An error when the emulator has noted anything.
pub fn accuse(faults: &Path) -> Result<()> {
    let noted = fs::read_to_string(faults).with_context(|| format!("reading {}", faults.display()))?;
    ensure!(noted.is_empty(), "the emulator complains of the program:\n{noted}");
    Ok(())
}

fn line(machine: &Machine, elf: &Path, words: &[&str]) -> Vec<String> {
    let config: String = ["qemu-mps2"].iter().chain(words).map(|word| format!(",arg={word}")).collect();
    let config = format!("enable=on,target=native{config}");
    let elf = elf.to_string_lossy();
    let line = ["-machine", machine.model, "-cpu", machine.cpu, "-nographic", "-monitor", "none", "-kernel", &elf];
    line.into_iter().chain(["-semihosting-config", &config]).map(str::to_owned).collect()
}

fn step(line: &[String]) -> Step {
    program("qemu-system-arm", &line.iter().map(String::as_str).collect::<Vec<_>>())
}
