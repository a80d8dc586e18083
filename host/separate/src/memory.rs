//! How much memory a job takes, and how much there is.

use ripieno_chunk::Plan;
use std::fs;

/// What a job's buffers depend on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Buffers {
    /// Channels of the recording.
    pub channels: usize,
    /// Stems that the model gives.
    pub stems: usize,
    /// Stems that outputs need.
    pub used: usize,
    /// Outputs.
    pub outputs: usize,
    /// Frames of the longest that is sent to the model.
    pub sent: usize,
    /// Frames of the output for one of the model.
    pub ratio: f64,
}

/// Bytes that all buffers of a job take, the model's own aside.
pub(crate) fn bytes(plan: &Plan, buffers: &Buffers) -> u64 {
    let Buffers { channels, stems, used, outputs, sent, ratio } = *buffers;
    let (step, overlap) = (plan.step_frames() as f64, plan.overlap_frames() as f64);
    let (channels, used, sent) = (channels as f64, used as f64, sent as f64);
    let blocks = (crate::stream::AHEAD_FRAMES * 2) as f64;
    // What is sent and comes back, and the ring and the blocks that it is filled from.
    let window = channels * (sent * (2 + stems) as f64 + blocks);
    let sums = used * (channels + 2.0) * plan.chunk_frames() as f64;
    // A piece that is written and one in the making; each with the state after it, which is kept twice more: as it is and
    // as bytes.
    let pieces = 2.0 * used * (channels * step + (channels + 1.0) * overlap) + 2.0 * used * (channels + 1.0) * overlap;
    let resampled = if ratio == 1.0 { used * channels * step } else { used * channels * (step * ratio + 2.0 * blocks) };
    let written = (1.0 + outputs as f64) * channels * blocks;
    ((window + sums + pieces + resampled + written) * size_of::<f32>() as f64) as u64
}

/// Bytes that this process can still take: what is free on the machine, or left to its control group if that is less. `None`
/// where the system does not tell.
pub(crate) fn available() -> Option<u64> {
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| free_of(&text));
    let group = fs::read_to_string("/proc/self/cgroup").ok().and_then(|table| {
        let folder = format!("/sys/fs/cgroup{}", group_of(&table)?);
        let read = |name: &str| fs::read_to_string(format!("{folder}/{name}")).ok();
        left_of(&read("memory.max")?, &read("memory.current")?, &read("memory.stat")?)
    });
    match (machine, group) {
        (Some(machine), Some(group)) => Some(machine.min(group)),
        (machine, group) => machine.or(group),
    }
}

/// From the table of `/proc/meminfo`: what can be had without swapping, and the swap.
fn free_of(table: &str) -> Option<u64> {
    let kib = |name: &str| {
        let line = table.lines().find_map(|line| line.strip_prefix(name))?;
        line.trim_start_matches(':').trim().trim_end_matches("kB").trim().parse::<u64>().ok()
    };
    Some((kib("MemAvailable")? + kib("SwapFree").unwrap_or(0)) * 1024)
}

/// Of a control group: its limit less what it uses, where files that were read do not count, since they give way. `None` without
/// a limit.
fn left_of(limit: &str, used: &str, table: &str) -> Option<u64> {
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let files = ["active_file ", "inactive_file "].map(|name| {
        let line = table.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(number).unwrap_or(0)
    });
    let used = number(used)?.saturating_sub(files.iter().sum());
    Some(number(limit)?.saturating_sub(used))
}

/// From `/proc/self/cgroup`: the path of the unified hierarchy.
fn group_of(table: &str) -> Option<String> {
    table.lines().find_map(|line| line.strip_prefix("0::")).map(|path| path.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read() {
        let table = "MemTotal:  100 kB\nMemFree: 10 kB\nMemAvailable:   30 kB\nSwapFree:  2 kB\n";
        assert_eq!(free_of(table), Some(32 * 1024));
        assert_eq!(free_of("MemFree: 1 kB"), None);
        assert_eq!(free_of("MemAvailable: x kB"), None);
        assert_eq!(group_of("1:cpu:/a\n0::/user.slice/b\n"), Some("/user.slice/b".to_owned()));
        assert_eq!(group_of("0::/\n"), Some(String::new()));
        assert_eq!(group_of("4:memory:/a\n"), None);
        assert_eq!(left_of("1000\n", "900\n", "anon 1\nactive_file 300\ninactive_file 50\n"), Some(450));
        assert_eq!(left_of("1000", "1900", ""), Some(0));
        assert_eq!(left_of("max", "900", ""), None);
        if cfg!(target_os = "linux") {
            assert!(available().is_some_and(|bytes| bytes > 0));
        }
    }
}
