//! System packages: installs what is missing when it may, else names the one command to run.

use crate::run::program;
use anyhow::{Result, bail};
use std::path::Path;

/// A Debian package and a file that tells whether it is there.
#[derive(Clone, Copy)]
pub struct Package {
    name: &'static str,
    provides: &'static str,
}

/// What the tests need: a real SoundFont and the reference player.
pub const TEST: &[Package] = &[
    Package { name: "timgm6mb-soundfont", provides: "/usr/share/sounds/sf2/TimGM6mb.sf2" },
    Package { name: "fluidsynth", provides: "/usr/bin/fluidsynth" },
];

/// What the benchmarks need on top: rivals that are not crates.
pub const BENCH: &[Package] = &[
    Package { name: "timgm6mb-soundfont", provides: "/usr/share/sounds/sf2/TimGM6mb.sf2" },
    Package { name: "fluidsynth", provides: "/usr/bin/fluidsynth" },
    Package { name: "faust", provides: "/usr/bin/faust" },
    Package { name: "g++", provides: "/usr/bin/g++" },
];

/// Makes sure that every package is there.
pub fn ensure(packages: &[Package]) -> Result<()> {
    let missing = missing(packages, |file| Path::new(file).exists());
    if missing.is_empty() {
        return Ok(());
    }
    if !program("apt-get", &["--version"]).succeeds() {
        bail!("this needs {} (Debian's package names) and there is no apt-get: install them", missing.join(", "));
    }
    let sudo: &[&str] = if program("sh", &["-c", "test $(id -u) = 0"]).succeeds() {
        &[]
    } else if program("sudo", &["-n", "true"]).succeeds() {
        &["sudo", "-n"]
    } else {
        let command = install_command(&missing).join(" ");
        bail!("packages are missing and this user may not install them; run:\n  sudo {command}");
    };
    let update = [sudo, &["apt-get", "update", "-q"]].concat();
    program(update[0], &update[1..]).run()?;
    let install = [sudo, &install_command(&missing)].concat();
    program(install[0], &install[1..]).env("DEBIAN_FRONTEND", "noninteractive").run()
}

fn install_command<'a>(missing: &[&'a str]) -> Vec<&'a str> {
    [&["apt-get", "install", "-y", "-q", "--no-install-recommends"], missing].concat()
}

fn missing(packages: &[Package], exists: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let mut names: Vec<_> = packages.iter().filter(|p| !exists(p.provides)).map(|p| p.name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_package_is_named_once() {
        let both = [TEST, BENCH].concat();
        assert_eq!(missing(&both, |_| false), ["faust", "fluidsynth", "g++", "timgm6mb-soundfont"]);
        assert_eq!(missing(&both, |file| file != "/usr/bin/faust"), ["faust"]);
        assert!(missing(&both, |_| true).is_empty());
    }
}
