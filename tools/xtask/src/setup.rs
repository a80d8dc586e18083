//! System packages: installs what is missing when it may, else names the one command to run.

use crate::run::program;
use anyhow::{Result, bail};
use std::path::Path;

/// A Debian package and a file that tells whether it is there.
#[derive(Clone, Copy)]
pub struct Package {
    pub name: &'static str,
    pub provides: &'static str,
}

/// What building needs beside Rust and a C linker: the headers of the sound systems.
pub const BUILD: &[Package] = &[
    Package { name: "libasound2-dev", provides: "/usr/include/alsa/asoundlib.h" },
    Package { name: "libjack-jackd2-dev", provides: "/usr/include/jack/jack.h" },
    Package { name: "pkg-config", provides: "/usr/bin/pkg-config" },
];

/// A real SoundFont.
pub const SOUNDFONT: Package = Package { name: "timgm6mb-soundfont", provides: "/usr/share/sounds/sf2/TimGM6mb.sf2" };

/// What the tests need on top: encoders of every format, the reference FLAC programs, a real SoundFont, the reference
/// player, sound systems that play without hardware, a desktop without a screen, and networks between
/// hosts that are none.
pub const TEST: &[Package] = &[
    Package { name: "alsa-utils", provides: "/usr/bin/aplay" },
    Package { name: "flac", provides: "/usr/bin/flac" },
    Package { name: "iproute2", provides: "/usr/bin/ip" },
    Package { name: "jackd2", provides: "/usr/bin/jackd" },
    Package { name: "libasound2-plugins", provides: "/usr/share/alsa/alsa.conf.d/50-jack.conf" },
    Package { name: "ffmpeg", provides: "/usr/bin/ffmpeg" },
    Package { name: "nats-server", provides: "/usr/sbin/nats-server" },
    SOUNDFONT,
    Package { name: "fluidsynth", provides: "/usr/bin/fluidsynth" },
    Package { name: "pulseaudio", provides: "/usr/bin/pulseaudio" },
    Package { name: "xvfb", provides: "/usr/bin/Xvfb" },
];

/// What building boards without rustup's targets and running them without a board takes.
pub const FIRMWARE: &[Package] = &[
    Package { name: "binutils-arm-none-eabi", provides: "/usr/bin/arm-none-eabi-objdump" },
    Package { name: "libstd-rust-web-dev", provides: "/usr/lib/rustlib/x86_64-unknown-linux-gnu/lib" },
    Package { name: "qemu-system-arm", provides: "/usr/bin/qemu-system-arm" },
    Package { name: "rust-web-src", provides: "/usr/lib/rustlib/src/rust/library/core/Cargo.toml" },
    Package { name: "rustc-web", provides: "/usr/bin/rustc" },
];

/// What the benchmarks need on top: rivals that are not crates.
pub const BENCH: &[Package] = &[
    SOUNDFONT,
    Package { name: "fluid-soundfont-gm", provides: "/usr/share/sounds/sf2/FluidR3_GM.sf2" },
    Package { name: "fluidsynth", provides: "/usr/bin/fluidsynth" },
    Package { name: "faust", provides: "/usr/bin/faust" },
    Package { name: "g++", provides: "/usr/bin/g++" },
    Package { name: "nats-server", provides: "/usr/sbin/nats-server" },
];

/// Makes sure that building works here, which takes system packages on Linux alone.
pub fn ensure_build() -> Result<()> {
    if cfg!(target_os = "linux") { ensure(BUILD) } else { Ok(()) }
}

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
        let both = [&TEST[6..], BENCH].concat();
        assert_eq!(
            missing(&both, |_| false),
            [
                "faust",
                "fluid-soundfont-gm",
                "fluidsynth",
                "g++",
                "nats-server",
                "pulseaudio",
                "timgm6mb-soundfont",
                "xvfb"
            ]
        );
        assert_eq!(missing(&both, |file| file != "/usr/bin/faust"), ["faust"]);
        assert!(missing(&both, |_| true).is_empty());
    }
}
