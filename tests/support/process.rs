//! Other programs: the reference player, our own probes, and what they leave on disk.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The SoundFont of Debian's `timgm6mb-soundfont`; `cargo xtask setup` installs it.
pub const TIMGM6MB: &str = "/usr/share/sounds/sf2/TimGM6mb.sf2";

/// The reference player, dry, at its default gain, with the given interpolation order.
///
/// # Panics
/// When Debian's `fluidsynth` is not installed (`cargo xtask setup` installs it) or fails.
pub fn fluidsynth(midi: &Path, soundfont: &str, out: &Path, rate_hz: u32, order: &str) {
    // The interpolation order is a shell command of the player, not a setting.
    let folder = out.parent().expect("an output file has a folder");
    let config = folder.join("fluidsynth.conf");
    std::fs::File::create(&config)
        .and_then(|mut file| std::io::Write::write_all(&mut file, format!("interp {order}\n").as_bytes()))
        .expect("writing the player's configuration");
    let mut command = Command::new("fluidsynth");
    command.args(["-n", "-i", "-q", "-R", "0", "-C", "0", "-g", "0.2", "-r", &rate_hz.to_string()]);
    command.args(["-o", "synth.polyphony=512", "-T", "wav", "-O", "float"]);
    command.arg("-f").arg(&config).arg("-F").arg(out).arg(soundfont).arg(midi);
    let run = command.output().unwrap_or_else(|error| panic!("fluidsynth does not start: {error}"));
    assert!(run.status.success() && out.exists(), "fluidsynth: {}", String::from_utf8_lossy(&run.stderr));
}

/// A WAV file's rate and channels, as floats.
pub fn stereo(path: &Path) -> (u32, Vec<f32>, Vec<f32>) {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let spec = reader.spec();
    assert_eq!(spec.channels, 2, "{} is not stereo", path.display());
    let samples: Vec<f32> = match spec.sample_format {
        hound::SampleFormat::Float => reader.samples::<f32>().map(|s| s.expect("a sample")).collect(),
        hound::SampleFormat::Int => {
            let scale = (1_i64 << (spec.bits_per_sample - 1)) as f32;
            reader.samples::<i32>().map(|s| s.expect("a sample") as f32 / scale).collect()
        }
    };
    (
        spec.sample_rate,
        samples.iter().step_by(2).copied().collect(),
        samples.iter().skip(1).step_by(2).copied().collect(),
    )
}

/// Another program of this package, which cargo builds beside its tests.
///
/// # Panics
/// When it is not there.
pub fn sibling(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the path of a test");
    let folder = own.ancestors().nth(2).expect("tests lie in target/PROFILE/deps");
    let path = folder.join(name);
    assert!(path.exists(), "{} is missing: build the whole package `ripieno-tests`", path.display());
    path
}
