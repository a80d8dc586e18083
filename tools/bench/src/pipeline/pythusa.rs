//! PYTHUSA in processes of its own, by its public interface: see `rival.py`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Its side of the benchmark.
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pipeline/rival.py");

/// Where `cargo xtask bench` puts it.
pub struct Pythusa {
    python: PathBuf,
    packages: PathBuf,
}

impl Pythusa {
    /// It, if it is there.
    pub fn found() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python-pythusa");
        let python = PathBuf::from(std::fs::read_to_string(folder.join("program")).ok()?);
        let packages = folder.join("packages");
        packages.join("pythusa").is_dir().then_some(Self { python, packages })
    }

    /// ns a frame from one task to another; it looks at its readers' places every `refresh` frames.
    pub fn pass(&self, bytes: usize, frames: usize, refresh: usize) -> f64 {
        self.figure(&["pass", &bytes.to_string(), &frames.to_string(), &refresh.to_string()]) * 1e9
    }

    /// µs a transform of so many generators of 7 signals.
    pub fn fft(&self, generators: usize, rows: usize, secs: f64) -> f64 {
        1e6 / self.figure(&["fft", &generators.to_string(), &rows.to_string(), &secs.to_string()])
    }

    /// The figure of one run; NaN if three in a row came to none.
    fn figure(&self, arguments: &[&str]) -> f64 {
        (0..3).find_map(|_| self.try_figure(arguments)).unwrap_or(f64::NAN)
    }

    fn try_figure(&self, arguments: &[&str]) -> Option<f64> {
        let told = tempfile::NamedTempFile::new().expect("a temporary file");
        let run = Command::new(&self.python)
            .env("PYTHONPATH", &self.packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .arg(SCRIPT)
            .arg(told.path())
            .args(arguments)
            .output()
            .expect("python runs");
        let text = std::fs::read_to_string(told.path()).expect("a file of ours");
        let figure = text.trim().parse().ok();
        if figure.is_none() {
            eprintln!("PYTHUSA gave no figure: {}", String::from_utf8_lossy(&run.stderr));
        }
        figure
    }
}
