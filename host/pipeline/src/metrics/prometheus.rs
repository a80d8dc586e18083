//! The figures in Prometheus' text format, version 0.0.4.

use super::{Latency, Status, TaskState};
use std::fmt::Write;

impl Status {
    /// The same figures as Prometheus reads them. Any.
    pub fn prometheus(&self) -> String {
        let mut page = Page { text: String::new(), pipeline: escaped(&self.name) };
        page.family("uptime_seconds", "gauge", "Seconds since the start.", [(String::new(), self.uptime_secs)]);
        self.write_streams(&mut page);
        self.write_readers(&mut page);
        self.write_tasks(&mut page);
        let pending = self.events.iter().map(|event| (label("event", &event.name), event.pending as f64));
        page.family("event_pending", "gauge", "Signals that nobody has consumed.", pending);
        page.text
    }

    fn write_streams(&self, page: &mut Page) {
        let mut family = |name, kind, help, value: fn(&super::StreamStatus) -> f64| {
            page.family(name, kind, help, self.streams.iter().map(|s| (label("stream", &s.name), value(s))));
        };
        family("stream_frames_total", "counter", "Frames written.", |s| s.published as f64);
        family("stream_dropped_total", "counter", "Frames dropped for want of room.", |s| s.dropped as f64);
        family("stream_fill", "gauge", "How full the ring is, 0 to 1.", |s| s.fill);
    }

    fn write_readers(&self, page: &mut Page) {
        let readers = || self.streams.iter().flat_map(|s| s.readers.iter().map(move |r| (reader_label(&s.name, r), r)));
        let missed = readers().map(|(labels, reader)| (labels, reader.missed as f64));
        page.family("reader_missed_total", "counter", "Frames that a reader never saw.", missed);
        let behind = readers().map(|(labels, reader)| (labels, reader.behind as f64));
        page.family("reader_behind", "gauge", "Frames that wait for a reader.", behind);
        let latency = readers().flat_map(|(labels, reader)| quantiles(&labels, &reader.latency));
        page.family("reader_latency_seconds", "gauge", "Age of frames when they are read.", latency);
    }

    fn write_tasks(&self, page: &mut Page) {
        let mut family = |name, kind, help, value: fn(&super::TaskStatus) -> f64| {
            page.family(name, kind, help, self.tasks.iter().map(|t| (label("task", &t.name), value(t))));
        };
        family("task_up", "gauge", "Whether it runs.", |t| {
            f64::from(u8::from(matches!(t.state, TaskState::Running | TaskState::Idle)))
        });
        family("task_cpu_cores", "gauge", "Cores used, of late.", |t| t.cpu);
        family("task_wait_share", "gauge", "Part of the time spent waiting, of late.", |t| t.wait_share);
        family("task_rss_bytes", "gauge", "Memory of its process.", |t| t.rss_bytes as f64);
        family("task_restarts_total", "counter", "Starts after a failure.", |t| f64::from(t.restarts));
        let gauges = self.tasks.iter().flat_map(|task| {
            let labels = label("task", &task.name);
            task.gauges.iter().map(move |(name, value)| (format!("{labels},{}", label("gauge", name)), *value))
        });
        page.family("task_gauge", "gauge", "What a task shows of itself.", gauges);
    }
}

fn reader_label(stream: &str, reader: &super::ReaderStatus) -> String {
    format!("{},{},{}", label("stream", stream), label("task", &reader.task), label("port", &reader.port))
}

fn quantiles(labels: &str, latency: &Latency) -> [(String, f64); 4] {
    let of = |quantile: &str, micros: f64| (format!("{labels},quantile=\"{quantile}\""), micros / 1e6);
    [of("0.5", latency.p50_us), of("0.99", latency.p99_us), of("0.999", latency.p999_us), of("1", latency.max_us)]
}

fn label(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", escaped(value))
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

struct Page {
    text: String,
    pipeline: String,
}

impl Page {
    fn family(&mut self, name: &str, kind: &str, help: &str, values: impl IntoIterator<Item = (String, f64)>) {
        // Writing to a string never fails.
        let _ = writeln!(self.text, "# HELP ripieno_{name} {help}\n# TYPE ripieno_{name} {kind}");
        for (labels, value) in values {
            let comma = if labels.is_empty() { "" } else { "," };
            let _ = writeln!(self.text, "ripieno_{name}{{pipeline=\"{}\"{comma}{labels}}} {value}", self.pipeline);
        }
    }
}
