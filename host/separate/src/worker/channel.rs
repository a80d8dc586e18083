//! The worker's private way out: its stdout, out of reach of everything else in the process.

use std::fs::File;
use std::io;

/// Takes stdout for the protocol alone: from now on whatever is printed there, by an engine's C++ or by a panic's handler,
/// goes to stderr. Call it once, before anything else runs. Control.
///
/// # Errors
/// The system's, when it is out of file descriptors.
pub fn private_stdout() -> io::Result<File> {
    #[cfg(unix)]
    {
        // Above the standard three; not for programs that this one starts.
        let ours = rustix::io::fcntl_dupfd_cloexec(io::stdout(), 3)?;
        rustix::stdio::dup2_stdout(io::stderr())?;
        Ok(File::from(ours))
    }
    #[cfg(not(unix))]
    Err(io::Error::new(io::ErrorKind::Unsupported, "a worker needs a Unix system"))
}

/// Has the system end this process when the thread that started it ends. The parent's end of stdin tells the same, but a
/// process that hangs does not read. Does nothing where there is no such thing. Control.
///
/// # Errors
/// The system's.
pub fn die_with_parent() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    Ok(())
}

/// Memory that this process has at present, in bytes; `None` where the system does not say. Any.
pub(super) fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}
