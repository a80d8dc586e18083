//! The picture of a running pipeline: one [`Status`] as rows of text. Small terminals get fewer rows, never broken ones.
//!
//! Pure: a status and hands go in, cells come out. What a colour says, a number or a sign says too.

use super::hands::Hands;
use super::tap::Tap;
use crate::pipeline::figures::{bytes, count, latency, micros, state};
use crate::play::view::{Theme, bar};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ripieno_pipeline::{State, Status, StreamStatus, TaskState, TaskStatus};

/// From here on a stream is under pressure, and from here on it holds its writer back most of the time.
const HIGH: [f64; 2] = [0.5, 0.9];
/// Cells of a pressure bar.
const BAR: u16 = 16;
/// Cells of a name.
const NAME: usize = 16;

/// What the view shows. Control.
#[derive(Debug)]
pub struct View {
    theme: Theme,
    status: Status,
    tap: Option<Tap>,
    /// What was done last, or why it was not.
    said: Option<Result<String, String>>,
}

/// A line of cells: pieces of text with their styles.
type Pieces = Vec<(String, Style)>;

impl View {
    pub fn new(theme: Theme, status: Status) -> Self {
        Self { theme, status, tap: None, said: None }
    }

    pub fn status(&self) -> &Status {
        &self.status
    }

    pub fn update(&mut self, status: Status) {
        self.status = status;
    }

    pub fn tapped(&mut self, tap: Option<Tap>) {
        self.tap = tap;
    }

    pub fn say(&mut self, said: Result<String, String>) {
        self.said = Some(said);
    }

    /// Draws everything that fits. Any area will do.
    pub fn render(&self, hands: &Hands, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let bottom = self.bottom(hands);
        // The header and the bottom lines stay whatever the height; what is between shares the rest.
        let kept = 1 + bottom.len();
        let rest = usize::from(area.height).saturating_sub(kept);
        let (streams, tasks, ends) = (self.streams(hands), self.tasks(), self.ends());
        let for_streams = rest.saturating_sub(tasks.len().min(rest / 2) + ends.len()).max(rest.min(2));
        let streams = window(streams, for_streams.min(rest), hands.selected + 1);
        let rest = rest - streams.len();
        let tasks: Vec<Pieces> = tasks.into_iter().take(rest).collect();
        let rest = rest - tasks.len();
        let lines = std::iter::once(self.header()).chain(streams).chain(tasks).chain(ends.into_iter().take(rest));
        let top = usize::from(area.height).saturating_sub(bottom.len());
        for (line, y) in lines.take(top.max(1)).zip(area.top()..area.bottom()) {
            draw(&line, Rect { y, height: 1, ..area }, buffer);
        }
        for (line, nth) in bottom.iter().zip(0_u16..) {
            let y = area.top() + top as u16 + nth;
            if y > area.top() && y < area.bottom() {
                draw(line, Rect { y, height: 1, ..area }, buffer);
            }
        }
    }

    fn header(&self) -> Pieces {
        let Status { name, pid, uptime_secs, streams, .. } = &self.status;
        let (word, style) = match self.status.state {
            State::Running => ("running", self.theme.good),
            State::Stopping => ("stopping", self.theme.warning),
            State::Ended => ("ended", self.theme.faint),
            State::Failed => ("failed", self.theme.alarm),
            _ => ("unknown", self.theme.faint),
        };
        let frames: f64 = streams.iter().map(|stream| stream.frames_per_sec).sum();
        let size: f64 = streams.iter().map(|stream| stream.bytes_per_sec).sum();
        vec![
            (format!("{name}  "), self.theme.strong),
            (word.into(), style),
            (
                format!("  {uptime_secs:.0} s  process {pid}  {} frames/s  {}/s", count(frames), bytes(size)),
                Style::new(),
            ),
        ]
    }

    fn streams(&self, hands: &Hands) -> Vec<Pieces> {
        let title = format!(
            "  {:<NAME$} {:<24} {:>9} {:>11} {:>8} {:>8} {:>9}",
            "STREAM", "PRESSURE", "FRAMES/S", "BYTES/S", "DROPPED", "MISSED", "P99"
        );
        let mut lines = vec![vec![(title, self.theme.faint)]];
        let streams = self.status.streams.iter().enumerate();
        lines.extend(streams.map(|(nth, stream)| self.stream(stream, nth == hands.selected)));
        lines
    }

    fn stream(&self, stream: &StreamStatus, is_selected: bool) -> Pieces {
        let high = HIGH.iter().filter(|high| stream.fill >= **high).count();
        let style = [self.theme.good, self.theme.warning, self.theme.alarm][high];
        let sign = [' ', '+', '!'][high];
        let missed: u64 = stream.readers.iter().map(|reader| reader.missed).sum();
        let p99 = stream.readers.iter().filter(|reader| reader.latency.count > 0).map(|reader| reader.latency.p99_us);
        let p99 = p99.reduce(f64::max).map_or("-".into(), micros);
        let lost = |frames: u64| (format!(" {frames:>8}"), if frames > 0 { self.theme.warning } else { Style::new() });
        let name = if is_selected { self.theme.strong } else { Style::new() };
        vec![
            (format!("{} {:<NAME$} ", if is_selected { '>' } else { ' ' }, cut(&stream.name)), name),
            (bar(stream.fill, BAR).collect(), style),
            (format!(" {:>3.0} % {sign} ", stream.fill * 100.0), style),
            (format!("{:>9} {:>11}", count(stream.frames_per_sec), bytes(stream.bytes_per_sec)), Style::new()),
            lost(stream.dropped),
            lost(missed),
            (format!(" {p99:>9}"), Style::new()),
        ]
    }

    fn tasks(&self) -> Vec<Pieces> {
        let title = format!(
            "  {:<NAME$} {:<16} {:<10} {:>6} {:>6} {:>8}  SHOWS",
            "TASK", "KIND", "STATE", "WAITS", "CPU", "RESTARTS"
        );
        let mut lines = vec![Vec::new(), vec![(title, self.theme.faint)]];
        lines.extend(self.status.tasks.iter().map(|task| self.task(task)));
        lines
    }

    fn task(&self, task: &TaskStatus) -> Pieces {
        let style = match task.state {
            TaskState::Running => self.theme.good,
            TaskState::Failed => self.theme.alarm,
            TaskState::Restarting => self.theme.warning,
            _ => self.theme.faint,
        };
        let gauges: Vec<String> = task.gauges.iter().map(|(name, value)| format!("{name} {value:.1}")).collect();
        let (shows, told) = match task.error.as_ref().or(task.notice.as_ref()) {
            Some(trouble) => (trouble.clone(), self.theme.warning),
            None => (gauges.join("  "), Style::new()),
        };
        let kind = task.kind.as_deref().unwrap_or("function");
        vec![
            (format!("  {:<NAME$} {:<16} ", cut(&task.name), cut(kind)), Style::new()),
            (format!("{:<10}", state(task.state)), style),
            (
                format!(" {:>4.0} % {:>4.0} % {:>8}  ", task.wait_share * 100.0, task.cpu * 100.0, task.restarts),
                Style::new(),
            ),
            (shows, told),
        ]
    }

    fn ends(&self) -> Vec<Pieces> {
        let ends = self.status.ends.iter().filter(|end| end.latency.count > 0);
        let mut lines: Vec<Pieces> = ends
            .map(|end| vec![(format!("  {:<NAME$} {}", cut(&end.sink), latency(&end.latency)), Style::new())])
            .collect();
        if !lines.is_empty() {
            lines.insert(0, vec![("  LATENCY".into(), self.theme.faint)]);
            lines.insert(0, Vec::new());
        }
        lines
    }

    /// The tap, what was said, what is typed, and the keys.
    fn bottom(&self, hands: &Hands) -> Vec<Pieces> {
        let mut lines = Vec::new();
        if let Some(Tap { stream, text }) = &self.tap {
            lines.push(vec![(format!("tap {stream}  "), self.theme.strong), (text.clone(), self.theme.lively)]);
        }
        match &self.said {
            Some(Ok(done)) => lines.push(vec![(done.clone(), self.theme.good)]),
            Some(Err(problem)) => {
                let problem = problem.lines().next().unwrap_or_default();
                lines.push(vec![(format!("refused: {problem}"), self.theme.alarm)]);
            }
            None => {}
        }
        lines.push(match &hands.prompt {
            Some((prompt, line)) => {
                vec![(prompt.label().into(), self.theme.strong), (format!("{line}▏"), Style::new())]
            }
            None => {
                let help = "up/down stream  t tap  s set  e event  r reload  x stop  q quit";
                vec![(help.into(), self.theme.faint)]
            }
        });
        lines
    }
}

/// A title and as many of the lines below as fit, so that the one of this number is among them.
fn window(lines: Vec<Pieces>, height: usize, number: usize) -> Vec<Pieces> {
    let shown = height.saturating_sub(1);
    let first = (number + 1).saturating_sub(shown + 1);
    let mut lines = lines.into_iter();
    let title = lines.next().filter(|_| height > 0);
    title.into_iter().chain(lines.skip(first).take(shown)).collect()
}

/// A name in the cells that it has.
fn cut(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        None => name.into(),
        Some(_) => name.chars().take(NAME - 1).chain(['…']).collect(),
    }
}

fn draw(line: &Pieces, area: Rect, buffer: &mut Buffer) {
    let mut x = area.x;
    for (text, style) in line {
        let room = area.right().saturating_sub(x);
        (x, _) = buffer.set_stringn(x, area.y, text, room.into(), *style);
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use serde_json::json;

    /// A pipeline of two streams and two tasks.
    pub fn status() -> Status {
        let latency = json!({ "p50_us": 10.0, "p99_us": 2_500.0, "p999_us": 3_000.0, "max_us": 4_000.0, "count": 9 });
        let stream = |name: &str, fill: f64, missed: u64| {
            json!({
                "name": name, "spec": { "dtype": "f32", "shape": [256, 2], "rate_hz": 48_000.0 }, "writer": "noise",
                "frames": 32, "fill": fill, "published": 1_000, "frames_per_sec": 12_345.0, "bytes_per_sec": 2.5e7,
                "dropped": 0, "ended": false,
                "readers": [{
                    "task": "fft", "port": "in", "policy": "lossless", "behind": 3, "missed": missed, "latency": latency,
                }],
            })
        };
        let task = |name: &str, error: Option<&str>| {
            json!({
                "name": name, "kind": "rfft", "state": "running", "placement": "thread", "pid": 1, "frames_in": 5,
                "frames_out": 5, "wait_share": 0.25, "cpu": 0.75, "rss_bytes": 1_000_000, "restarts": 2, "error": error,
                "notice": null, "gauges": { "peak_db": -3.04 }, "params": {},
            })
        };
        serde_json::from_value(json!({
            "version": 1, "name": "demo", "pid": 4_711, "uptime_secs": 12.3, "state": "running",
            "streams": [stream("signal", 0.95, 0), stream("spectrum", 0.2, 7)],
            "tasks": [task("noise", None), task("fft", Some("it broke"))],
            "events": [], "ends": [{ "sink": "fft", "stream": "spectrum", "latency": latency }],
        }))
        .unwrap()
    }

    fn text(view: &View, hands: &Hands, width: u16, height: u16) -> Vec<String> {
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        view.render(hands, buffer.area, &mut buffer);
        let row = |y| (0..width).map(|x| buffer[(x, y)].symbol().to_owned()).collect::<String>();
        (0..height).map(row).map(|row| row.trim_end().to_owned()).collect()
    }

    #[test]
    fn everything_is_on_a_large_screen() {
        let view = View::new(Theme::new(false), status());
        let rows = text(&view, &Hands::default(), 110, 20);
        let whole = rows.join("\n");
        assert!(rows[0].starts_with("demo  running  12 s  process 4711"), "{whole}");
        for part in
            ["> signal", " 95 % !", " 20 %", "12.3 k", "23.8 MiB", "2.50 ms", "it broke", "peak_db -3.0", "p99.9"]
        {
            assert!(whole.contains(part), "{part}:\n{whole}");
        }
        assert!(rows[19].starts_with("up/down stream"), "{whole}");
    }

    #[test]
    fn no_screen_is_too_small() {
        let mut view = View::new(Theme::new(true), status());
        view.say(Err("no\nway".into()));
        view.tapped(Some(Tap { stream: "signal".into(), text: "frame 1".into() }));
        for (width, height) in [(0, 0), (1, 1), (3, 2), (20, 3), (40, 5), (80, 8), (200, 60)] {
            for selected in [0, 1, 50] {
                let rows = text(&view, &Hands { selected, ..Hands::default() }, width, height);
                assert_eq!(rows.len(), usize::from(height));
            }
        }
        let rows = text(&view, &Hands::default(), 80, 4);
        assert!(rows[0].starts_with("demo") && rows[3].starts_with("up/down"), "{rows:?}");
    }

    #[test]
    fn the_chosen_stream_is_in_sight() {
        let mut many = status();
        many.streams = vec![many.streams[0].clone(); 50];
        many.streams.iter_mut().enumerate().for_each(|(n, stream)| stream.name = format!("s{n}"));
        let view = View::new(Theme::new(false), many);
        for selected in [0, 5, 25, 49] {
            let rows = text(&view, &Hands { selected, ..Hands::default() }, 80, 12);
            assert!(rows.iter().any(|row| row.starts_with(&format!("> s{selected} "))), "{selected}: {rows:?}");
        }
    }
}
