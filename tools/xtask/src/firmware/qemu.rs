//! The emulator.

use crate::run::program;
use anyhow::Result;
use std::path::Path;

/// Boots a program; words before `--` are the emulator's, those after it the program's. Its exit code is the program's.
pub fn run(elf: &Path, args: &[String]) -> Result<()> {
    super::ensure()?;
    let mut parts = args.splitn(2, |word| word == "--");
    let (machine, words) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let elf = elf.to_string_lossy();
    let config = std::iter::once("qemu-mps2").chain(words.iter().map(String::as_str));
    let config: String = config.map(|word| format!(",arg={word}")).collect();
    let config = format!("enable=on,target=native{config}");
    let mut line = vec!["-machine", "mps2-an386", "-cpu", "cortex-m4", "-nographic", "-monitor", "none"];
    line.extend(["-semihosting-config", &config, "-icount", "shift=6", "-kernel", &elf]);
    line.extend(machine.iter().map(String::as_str));
    program("qemu-system-arm", &line).run()
}
