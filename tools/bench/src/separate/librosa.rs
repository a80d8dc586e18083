//! librosa in a process of its own: raw 32-bit floats go in and out by files, its CPU time comes back as text.

use super::songs::Mix;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What it runs.
const SCRIPT: &str = include_str!("librosa.py");

/// The lengths of its transforms and medians.
#[derive(Clone, Copy, Debug)]
pub enum Lengths {
    /// Those it has by itself.
    Usual,
    /// Those of `builtin:hpss`.
    Ours,
}

/// Where it is installed.
pub struct Librosa {
    packages: PathBuf,
}

/// What it made of a mix.
pub struct Separated {
    /// Harmonic and percussive, each channel after the other.
    pub stems: Vec<f32>,
    cpu_secs: f64,
}

impl Separated {
    /// Milliseconds of a core for a second of the mix.
    pub fn cost_ms(&self, mix: &Mix) -> f64 {
        self.cpu_secs * 1e3 / mix.seconds()
    }
}

impl Librosa {
    /// Where `cargo xtask bench` puts it, if it is there.
    pub fn found() -> Option<Self> {
        let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python-bench");
        packages.join("librosa").is_dir().then_some(Self { packages })
    }

    /// Separates a mix.
    pub fn separate(&self, mix: &Mix, lengths: Lengths) -> Separated {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (input, output) = (folder.path().join("mix.f32"), folder.path().join("stems.f32"));
        let bytes: Vec<u8> = mix.sum().iter().flat_map(|sample| sample.to_le_bytes()).collect();
        std::io::Write::write_all(&mut std::fs::File::create(&input).expect("a file"), &bytes).expect("a written file");
        let settings = match lengths {
            Lengths::Usual => "{}",
            Lengths::Ours => r#"{"n_fft": 4096, "hop_length": 1024, "kernel_size": [17, 11]}"#,
        };
        let run = Command::new("python3")
            .env("PYTHONPATH", &self.packages)
            .args(["-c", SCRIPT])
            .args([&input, &output])
            .arg(settings)
            .output()
            .expect("python3 runs");
        assert!(run.status.success(), "librosa failed: {}", String::from_utf8_lossy(&run.stderr));
        let told = String::from_utf8_lossy(&run.stdout);
        let cpu_secs = told.trim().parse().unwrap_or_else(|_| panic!("librosa said {told}"));
        let bytes = std::fs::read(&output).expect("librosa's stems");
        let stems = bytes.as_chunks::<4>().0.iter().map(|sample| f32::from_le_bytes(*sample)).collect();
        Separated { stems, cpu_secs }
    }
}
