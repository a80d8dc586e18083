//! Who has a place: a process, told from a later one of the same number by when it started.

/// This process: its number, and above it the low half of when it started. Never 0.
pub(super) fn me() -> u64 {
    let pid = std::process::id();
    u64::from(pid) | started(pid).unwrap_or(0) << 32
}

/// The process's number.
pub(super) fn pid_of(holder: u64) -> u32 {
    holder as u32
}

/// Whether that process lives. One that was killed and not yet reaped does not.
pub(super) fn is_alive(holder: u64) -> bool {
    // Only Linux shares memory between processes: elsewhere the holder is this one.
    !cfg!(target_os = "linux") || started(pid_of(holder)) == Some(holder >> 32)
}

/// When a living process started, in ticks of the system, cut to 32 bits.
fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // After the name, which may hold anything: the state is field 3, the start field 22.
    let mut fields = stat[stat.rfind(')')? + 1..].split_ascii_whitespace();
    let state = fields.next()?;
    let started: u64 = fields.nth(18)?.parse().ok()?;
    (!matches!(state, "Z" | "X" | "x")).then_some(started & 0xffff_ffff)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn the_living_are_told_from_the_dead() {
        assert!(is_alive(me()) && pid_of(me()) == std::process::id());
        assert!(!is_alive(me() ^ 1 << 40), "another that had this number");
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let holder = u64::from(child.id()) | started(child.id()).unwrap() << 32;
        assert!(is_alive(holder));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!is_alive(holder));
    }
}
