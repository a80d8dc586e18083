//! What the system knows of a thread or a process: time on a core and memory, from `/proc`. 0 where there is none.

use std::path::Path;

/// Nanoseconds that a thread of this process spent on a core.
pub(crate) fn thread_cpu_nanos(thread: u64) -> u64 {
    cpu_nanos(Path::new(&format!("/proc/self/task/{thread}")), true)
}

/// Nanoseconds that all threads of a process spent on cores.
pub(crate) fn process_cpu_nanos(pid: u32) -> u64 {
    cpu_nanos(Path::new(&format!("/proc/{pid}")), false)
}

/// Bytes of memory that a process has.
pub(crate) fn process_rss_bytes(pid: u32) -> u64 {
    let pages = std::fs::read_to_string(format!("/proc/{pid}/statm")).ok().and_then(|text| resident_pages(&text));
    pages.unwrap_or_default() * page_bytes()
}

fn cpu_nanos(folder: &Path, one_thread: bool) -> u64 {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
    let exact = one_thread.then(|| read("schedstat").and_then(|text| scheduled_nanos(&text))).flatten();
    let ticks = || read("stat").and_then(|text| used_ticks(&text));
    exact.or_else(|| ticks().map(|ticks| ticks * (1_000_000_000 / ticks_per_sec()))).unwrap_or_default()
}

/// The first number of `schedstat`.
fn scheduled_nanos(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().next()?.parse().ok()
}

/// Fields 14 and 15 of `stat`: user and system time. The name in field 2 may hold blanks and brackets.
fn used_ticks(text: &str) -> Option<u64> {
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let mut next = || fields.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// Field 2 of `statm`.
fn resident_pages(text: &str) -> Option<u64> {
    text.split_ascii_whitespace().nth(1)?.parse().ok()
}

#[cfg(target_os = "linux")]
fn ticks_per_sec() -> u64 {
    rustix::param::clock_ticks_per_second().max(1)
}

#[cfg(target_os = "linux")]
fn page_bytes() -> u64 {
    rustix::param::page_size() as u64
}

#[cfg(not(target_os = "linux"))]
fn ticks_per_sec() -> u64 {
    1
}

#[cfg(not(target_os = "linux"))]
fn page_bytes() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 1000 10 18446744073709551615";
        assert_eq!(used_ticks(stat), Some(12));
        assert_eq!(scheduled_nanos("123456 7 8\n"), Some(123_456));
        assert_eq!(resident_pages("1000 250 30 1 0 2 0"), Some(250));
        for broken in ["", ")", "1 (x", "42 (a) S 1", "x y"] {
            assert_eq!((used_ticks(broken), resident_pages(broken)), (None, None), "{broken}");
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_figures() {
        // A tick of the process's clock is long, and its turn on a core may be a while away.
        let late = std::time::Instant::now() + std::time::Duration::from_secs(60);
        while process_cpu_nanos(std::process::id()) == 0 || thread_cpu_nanos(crate::run::thread_id()) < 1_000_000 {
            assert!(std::time::Instant::now() < late, "it never has the core");
        }
        assert!(process_rss_bytes(std::process::id()) > 100_000);
    }
}
