//! The one clock of the live path.

use ripieno_ports::Micros;

/// The time on the system's monotonic clock: on Linux the raw one, which nobody slews and which a JACK server stamps by.
/// Any; on Linux without a system call.
#[cfg(unix)]
pub fn now() -> Micros {
    use rustix::time::{ClockId, clock_gettime};
    #[cfg(target_os = "linux")]
    let time = clock_gettime(ClockId::MonotonicRaw);
    #[cfg(not(target_os = "linux"))]
    let time = clock_gettime(ClockId::Monotonic);
    Micros(time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1_000)
}

/// The time on the system's monotonic clock, counted from the first call. Any.
#[cfg(not(unix))]
pub fn now() -> Micros {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    Micros(START.get_or_init(std::time::Instant::now).elapsed().as_micros() as u64)
}

#[cfg(test)]
mod tests {
    #[test]
    fn it_runs_with_the_clock_of_the_standard_library() {
        let (ours, std) = (super::now(), std::time::Instant::now());
        std::thread::sleep(std::time::Duration::from_millis(20));
        let (passed, expected) = (super::now().secs_since(ours), std.elapsed().as_secs_f64());
        // One of them may be slewed, by at most 0.05 %.
        assert!((0.0199..expected + 0.001).contains(&passed), "{passed} s beside {expected} s");
    }
}
