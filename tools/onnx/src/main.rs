//! `cargo xtask gen models`: writes the tests' models into a folder, or says which differ from what it would write.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (folder, only_compare) = match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [folder] => (folder, false),
        [folder, "--check"] => (folder, true),
        _ => {
            eprintln!("usage: ripieno-onnx FOLDER [--check]");
            return ExitCode::from(2);
        }
    };
    let mut stale = 0;
    for (name, bytes) in ripieno_onnx::models::all() {
        let path = Path::new(folder).join(name);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            continue;
        }
        stale += 1;
        if only_compare {
            eprintln!("{} is not what would be written", path.display());
        } else if let Err(error) = write(&path, &bytes) {
            eprintln!("{}: {error}", path.display());
            return ExitCode::FAILURE;
        } else {
            eprintln!("{}: {} bytes", path.display(), bytes.len());
        }
    }
    if only_compare && stale > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    #[expect(clippy::disallowed_methods, reason = "generated files under version control: nothing is lost")]
    fs::write(path, bytes)
}
