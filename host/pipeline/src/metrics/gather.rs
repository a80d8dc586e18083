//! Reads all figures of a running pipeline.

use super::sample::Sample;
use super::{EndStatus, EventStatus, Latency, ReaderStatus, Status, StreamStatus, TaskStatus, proc};
use crate::declare::ReaderPolicy;
use crate::kind::Value;
use crate::run::{Edge, Plan, ReaderSummary, Shared, StreamSummary, Summary, TaskSummary, lock};
use crate::stream::{SeatGauge, StreamGauge};
use std::collections::BTreeMap;

type Gauges<'a> = BTreeMap<&'a str, StreamGauge>;

fn gauges(plan: &Plan) -> Gauges<'_> {
    plan.streams.iter().map(|(name, edge)| (name.as_str(), edge.stream.gauge())).collect()
}

impl Shared {
    /// Takes the figures that rates are told from, and clears what guests left that died.
    pub fn sample(&self) {
        let plan = lock(&self.plan);
        for edge in plan.streams.values() {
            edge.stream.evict_dead();
        }
        let sample = Sample::of(&plan, &gauges(&plan));
        lock(&self.sampler).take(sample);
    }

    /// All figures now.
    pub fn status(&self) -> Status {
        let state = self.state();
        let plan = lock(&self.plan);
        let gauges = gauges(&plan);
        let now = Sample::of(&plan, &gauges);
        let earlier = lock(&self.sampler).earlier(self.started);
        let streams = streams(&plan, &gauges);
        let events = plan.declaration.events.iter().filter_map(|decl| {
            let event = plan.events.get(&decl.name)?;
            Some(EventStatus { name: decl.name.clone(), pending: event.pending() })
        });
        Status {
            version: Status::VERSION,
            name: self.name.clone(),
            pid: std::process::id(),
            uptime_secs: self.started.elapsed().as_secs_f64(),
            state,
            ends: ends(&plan, &streams),
            streams: streams.into_iter().map(|stream| rated(stream, &now, &earlier)).collect(),
            tasks: tasks(self, &plan, &gauges, &now, &earlier),
            events: events.collect(),
        }
    }

    /// What was done so far.
    pub fn summary(&self) -> Summary {
        let plan = lock(&self.plan);
        let gauges = gauges(&plan);
        let all = streams(&plan, &gauges);
        let stream = |stream: &StreamStatus| StreamSummary {
            name: stream.name.clone(),
            published: stream.published,
            bytes: stream.published * plan.specs.get(&stream.name).map_or(0, |spec| spec.bytes() as u64),
            dropped: stream.dropped,
            readers: stream.readers.iter().map(|reader| reader_summary(&plan, &stream.name, reader)).collect(),
        };
        let tasks = plan.declaration.tasks.iter().filter_map(|decl| {
            let cell = &plan.tasks.get(&decl.name)?.cell;
            let (frames_in, frames_out) = frames(&plan, &gauges, &decl.name);
            Some(TaskSummary {
                name: decl.name.clone(),
                state: cell.own.state(),
                frames_in,
                frames_out,
                restarts: cell.restarts(),
                error: cell.own.error(),
            })
        });
        Summary {
            name: self.name.clone(),
            secs: self.started.elapsed().as_secs_f64(),
            tasks: tasks.collect(),
            streams: all.iter().map(stream).collect(),
            ends: ends(&plan, &all),
        }
    }
}

fn reader_summary(plan: &Plan, stream: &str, reader: &ReaderStatus) -> ReaderSummary {
    let seat = plan.streams.get(stream).and_then(|edge| Some((edge, edge.seat(&reader.task, &reader.port)?)));
    let read = seat.map_or(0, |(edge, seat)| edge.stream.seat_gauge(seat).reads);
    ReaderSummary { task: reader.task.clone(), port: reader.port.clone(), read, missed: reader.missed }
}

/// Frames that a task read and wrote.
fn frames(plan: &Plan, gauges: &Gauges<'_>, task: &str) -> (u64, u64) {
    let Some(entry) = plan.tasks.get(task) else { return (0, 0) };
    let written = |stream: &crate::stream::Stream| gauges.get(stream.name()).map(|gauge| gauge.published);
    let reads = entry.cell.seats.values().map(|seat| seat.stream.seat_gauge(seat.seat).reads).sum();
    (reads, entry.cell.writes.values().filter_map(written).sum())
}

/// All streams, without rates.
fn streams(plan: &Plan, gauges: &Gauges<'_>) -> Vec<StreamStatus> {
    let stream = |decl: &crate::declare::StreamDecl| {
        let (edge, gauge) = (plan.streams.get(&decl.name)?, gauges.get(decl.name.as_str())?);
        let writer = plan.declaration.tasks.iter().find(|task| task.writes.values().any(|name| *name == decl.name));
        Some(StreamStatus {
            name: decl.name.clone(),
            spec: (&edge.stream.spec()).into(),
            writer: writer.map(|task| task.name.clone()),
            frames: gauge.capacity,
            fill: fill(gauge),
            published: gauge.published,
            frames_per_sec: 0.0,
            bytes_per_sec: 0.0,
            dropped: gauge.dropped,
            ended: gauge.ended,
            readers: readers(plan, edge, gauge),
        })
    };
    plan.declaration.streams.iter().filter_map(stream).collect()
}

fn rated(stream: StreamStatus, now: &Sample, earlier: &Sample) -> StreamStatus {
    let frames_per_sec = now.frames_per_sec(earlier, &stream.name);
    let bytes = stream.spec.shape.elements() * stream.spec.dtype.bytes();
    StreamStatus { frames_per_sec, bytes_per_sec: frames_per_sec * bytes as f64, ..stream }
}

/// How full a ring is for who decides about it.
fn fill(gauge: &StreamGauge) -> f64 {
    let behind =
        |lossless: bool| gauge.readers.iter().filter(|seat| !lossless || seat.lossless).map(|seat| seat.behind).max();
    let behind = behind(true).or_else(|| behind(false)).unwrap_or_default();
    (behind as f64 / gauge.capacity.max(1) as f64).min(1.0)
}

/// The tasks that read, then guests.
fn readers(plan: &Plan, edge: &Edge, gauge: &StreamGauge) -> Vec<ReaderStatus> {
    let declared = edge.seats.iter().map(|((task, port), seat)| {
        let policy = plan.policy(task, port).unwrap_or_default();
        reader(task, port, policy, &edge.stream.seat_gauge(*seat))
    });
    let is_guest = |seat: &&SeatGauge| !edge.seats.values().any(|declared| *declared == seat.seat);
    let guests = gauge.readers.iter().filter(is_guest).map(|seat| {
        let policy = if seat.lossless { ReaderPolicy::Lossless } else { ReaderPolicy::Latest };
        reader("guest", &format!("process {}", seat.pid), policy, seat)
    });
    declared.chain(guests).collect()
}

fn reader(task: &str, port: &str, policy: ReaderPolicy, seat: &SeatGauge) -> ReaderStatus {
    let policy = match policy {
        ReaderPolicy::Lossless => "lossless",
        ReaderPolicy::DropOldest => "drop-oldest",
        ReaderPolicy::Latest => "latest",
    };
    let micros = |nanos: u64| nanos as f64 / 1e3;
    let latency = Latency {
        p50_us: micros(seat.latency.p50_nanos),
        p99_us: micros(seat.latency.p99_nanos),
        p999_us: micros(seat.latency.p999_nanos),
        max_us: micros(seat.latency.max_nanos),
        count: seat.latency.count,
    };
    let (behind, missed) = (seat.behind, seat.missed);
    ReaderStatus { task: task.into(), port: port.into(), policy: policy.into(), behind, missed, latency }
}

/// What arrived at tasks that write nothing.
fn ends(plan: &Plan, streams: &[StreamStatus]) -> Vec<EndStatus> {
    let is_sink = |task: &str| plan.tasks.get(task).is_some_and(|entry| entry.cell.writes.is_empty());
    let ends = streams.iter().flat_map(|stream| stream.readers.iter().map(move |reader| (stream, reader)));
    let ends = ends.filter(|(_, reader)| is_sink(&reader.task));
    let end = |(stream, reader): (&StreamStatus, &ReaderStatus)| EndStatus {
        sink: reader.task.clone(),
        stream: stream.name.clone(),
        latency: reader.latency,
    };
    ends.map(end).collect()
}

fn tasks(shared: &Shared, plan: &Plan, gauges: &Gauges<'_>, now: &Sample, earlier: &Sample) -> Vec<TaskStatus> {
    let own_rss = proc::process_rss_bytes(std::process::id());
    let task = |decl: &crate::declare::TaskDecl| {
        let cell = &plan.tasks.get(&decl.name)?.cell;
        let (frames_in, frames_out) = frames(plan, gauges, &decl.name);
        let (wait_share, cpu) = now.shares(earlier, &decl.name);
        let pid = if cell.is_process() { cell.target.pid().unwrap_or_default() } else { std::process::id() };
        let mut params: BTreeMap<String, Value> = lock(&cell.params).clone();
        if let Some(whole) = decl.kind.as_deref().and_then(|kind| shared.registry.params(kind, &params).ok()) {
            params = whole.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
        }
        Some(TaskStatus {
            name: decl.name.clone(),
            kind: decl.kind.clone(),
            state: cell.own.state(),
            placement: if cell.is_process() { "process" } else { "thread" }.into(),
            pid,
            frames_in,
            frames_out,
            wait_share,
            cpu,
            rss_bytes: if cell.is_process() { proc::process_rss_bytes(pid) } else { own_rss },
            restarts: cell.restarts(),
            error: cell.own.error(),
            notice: cell.own.notice(),
            gauges: cell.own.gauges().filter_map(|(name, value)| Some((name, shown(value)?))).collect(),
            params,
        })
    };
    plan.declaration.tasks.iter().filter_map(task).collect()
}

/// A gauge as JSON can say it, which knows no infinity.
fn shown(value: f64) -> Option<f64> {
    (!value.is_nan()).then(|| value.clamp(f64::MIN, f64::MAX))
}
