//! Figures of pipelines as people read them, and the tables of `run`, `top --once` and `bench graph`.

use ripieno_pipeline::{Latency, Status, Summary, TaskState};
use std::fmt::Write as _;

/// A count with three digits and a letter: `950`, `12.3 k`, `4.56 M`.
pub fn count(value: f64) -> String {
    scaled(value, 1_000.0, &["", " k", " M", " G", " T"])
}

/// Bytes in powers of 1024: `64.0 KiB`.
pub fn bytes(value: f64) -> String {
    scaled(value, 1_024.0, &[" B", " KiB", " MiB", " GiB", " TiB"])
}

fn scaled(value: f64, step: f64, units: &[&str]) -> String {
    let mut value = if value.is_finite() { value.max(0.0) } else { 0.0 };
    let mut unit = 0;
    // What would be rounded up to a thousand is of the next unit.
    while value >= step - 0.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let digits = match value {
        _ if unit == 0 && value.fract() == 0.0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.digits$}{}", units[unit])
}

/// Microseconds in a unit that fits: `12 µs`, `3.40 ms`, `1.20 s`.
pub fn micros(value: f64) -> String {
    match value {
        ..999.5 => format!("{value:.0} µs"),
        ..999_995.0 => format!("{:.2} ms", value / 1e3),
        _ => format!("{:.2} s", value / 1e6),
    }
}

/// Percentiles in a line; nothing where nothing was measured.
pub fn latency(latency: &Latency) -> String {
    let Latency { p50_us, p99_us, p999_us, max_us, count, .. } = latency;
    if *count == 0 {
        return "none measured".into();
    }
    let [p50, p99, p999, max] = [p50_us, p99_us, p999_us, max_us].map(|us| micros(*us));
    format!("p50 {p50}, p99 {p99}, p99.9 {p999}, max {max}")
}

/// A task's state in a word.
pub fn state(state: TaskState) -> &'static str {
    match state {
        TaskState::Starting => "starting",
        TaskState::Idle => "idle",
        TaskState::Running => "running",
        TaskState::Restarting => "restarting",
        TaskState::Ended => "ended",
        TaskState::Failed => "failed",
        _ => "unknown",
    }
}

/// What a pipeline did, from its start to its end.
pub fn summary(summary: &Summary) -> String {
    let mut text = format!("{} ran {:.2} s\n", summary.name, summary.secs);
    let secs = summary.secs.max(f64::MIN_POSITIVE);
    for stream in &summary.streams {
        let (frames, size) = (stream.published as f64, stream.bytes as f64);
        let missed: u64 = stream.readers.iter().map(|reader| reader.missed).sum();
        let _ = write!(
            text,
            "stream   {:<16} {} frames, {}; {}/s, {}/s",
            stream.name,
            stream.published,
            bytes(size),
            count(frames / secs),
            bytes(size / secs),
        );
        let lost = [(stream.dropped, "dropped"), (missed, "missed")];
        lost.iter().filter(|(frames, _)| *frames > 0).for_each(|(frames, what)| _ = write!(text, "; {frames} {what}"));
        text.push('\n');
    }
    for task in &summary.tasks {
        let _ = write!(
            text,
            "task     {:<16} {}, {} frames in, {} out",
            task.name,
            state(task.state),
            task.frames_in,
            task.frames_out
        );
        if task.restarts > 0 {
            let _ = write!(text, ", started again {} times", task.restarts);
        }
        text.push('\n');
    }
    for end in summary.ends.iter().filter(|end| end.latency.count > 0) {
        let _ = writeln!(text, "latency  {:<16} {}", end.sink, latency(&end.latency));
    }
    text
}

/// How a pipeline is now.
pub fn status(status: &Status) -> String {
    let mut text = format!("{}, process {}, {:.1} s\n", status.name, status.pid, status.uptime_secs);
    for stream in &status.streams {
        let missed: u64 = stream.readers.iter().map(|reader| reader.missed).sum();
        let _ = writeln!(
            text,
            "stream   {:<16} {:>3.0} % full, {}/s, {}/s, {} written, {} dropped, {} missed",
            stream.name,
            stream.fill * 100.0,
            count(stream.frames_per_sec),
            bytes(stream.bytes_per_sec),
            stream.published,
            stream.dropped,
            missed
        );
    }
    for task in &status.tasks {
        let _ = write!(
            text,
            "task     {:<16} {:<10} {:>3.0} % waiting, {:>3.0} % of a core",
            task.name,
            state(task.state),
            task.wait_share * 100.0,
            task.cpu * 100.0
        );
        for (gauge, value) in &task.gauges {
            let _ = write!(text, ", {gauge} {value:.1}");
        }
        text.push('\n');
        if let Some(error) = &task.error {
            let _ = writeln!(text, "         {error}");
        }
    }
    for event in &status.events {
        let _ = writeln!(text, "event    {:<16} {} pending", event.name, event.pending);
    }
    for end in status.ends.iter().filter(|end| end.latency.count > 0) {
        let _ = writeln!(text, "latency  {:<16} {}", end.sink, latency(&end.latency));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        for (value, text) in [(0.0, "0"), (950.0, "950"), (12_345.0, "12.3 k"), (999_999.0, "1.00 M"), (f64::NAN, "0")]
        {
            assert_eq!(count(value), text);
        }
        for (value, text) in [(12.0, "12 B"), (65_536.0, "64.0 KiB"), (1e12, "931 GiB")] {
            assert_eq!(bytes(value), text);
        }
        for (value, text) in [(12.4, "12 µs"), (3_400.0, "3.40 ms"), (1.2e6, "1.20 s")] {
            assert_eq!(micros(value), text);
        }
    }
}
