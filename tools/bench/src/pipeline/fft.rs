//! A whole graph: 7 generators of 7 signals, each transformed by a task of its own, figures gathered by one more.

use realfft::RealFftPlanner;
use ripieno_pipeline::{DType, Pipeline, Ports, TaskError};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

pub const GENERATORS: usize = 7;
pub const CHANNELS: usize = 7;
pub const ROWS: usize = 8192;
/// Frames that a generator has made before the start.
const BANK: usize = 64;
const REPORT: Duration = Duration::from_millis(250);

/// The graph, which counts transforms in `done`.
fn graph(done: &Arc<AtomicU64>) -> Pipeline {
    let mut pipe = Pipeline::new("fft");
    let mut reads = Vec::new();
    for number in 0..GENERATORS {
        let (signal, stats) = (format!("signal{number}"), format!("stats{number}"));
        pipe.add_stream(&signal, &[CHANNELS, ROWS], DType::F64, 32).expect("a legal stream");
        pipe.add_stream(&stats, &[2], DType::F64, 32).expect("a legal stream");
        let generate = move |ports: &mut Ports| generate(ports, number as u64);
        pipe.add_task(format!("generate{number}"), &[], &[("out", &signal)], &[], generate).expect("a legal task");
        let done = Arc::clone(done);
        let transform = move |ports: &mut Ports| transform(ports, &done);
        pipe.add_task(format!("rfft{number}"), &[("in", &signal)], &[("out", &stats)], &[], transform)
            .expect("a legal task");
        reads.push((format!("s{number}"), stats));
    }
    let bound: Vec<(&str, &str)> = reads.iter().map(|(local, stats)| (&local[..], &stats[..])).collect();
    pipe.add_task("collect", &bound, &[], &[], collect).expect("a legal task");
    pipe
}

/// µs a transform, over `secs` once all run.
pub fn ours(secs: f64) -> f64 {
    let done = Arc::new(AtomicU64::new(0));
    let running = graph(&done).compile().expect("a legal graph").start().expect("it starts");
    running.wait_for(Duration::from_millis(300));
    let (before, start) = (done.load(Ordering::Relaxed), Instant::now());
    running.wait_for(Duration::from_secs_f64(secs));
    let (after, spent) = (done.load(Ordering::Relaxed), start.elapsed());
    running.stop();
    running.wait().expect("it stops");
    spent.as_secs_f64() * 1e6 / (after - before) as f64
}

/// Processor time in µs that all figures of this graph take to be gathered once.
pub fn figures() -> f64 {
    const LOOKS: u32 = 50;
    let running = graph(&Arc::default()).compile().expect("a legal graph").start().expect("it starts");
    running.wait_for(Duration::from_millis(300));
    let start = cpu_time::ThreadTime::now();
    for _ in 0..LOOKS {
        black_box(running.status());
    }
    let spent = start.elapsed();
    running.stop();
    running.wait().expect("it stops");
    spent.as_secs_f64() * 1e6 / f64::from(LOOKS)
}

fn generate(ports: &mut Ports, seed: u64) -> Result<(), TaskError> {
    let mut out = ports.writer::<f64>("out")?;
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut noise = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as f64 / u64::MAX as f64 - 0.5
    };
    let bank: Vec<Vec<f64>> = (0..BANK).map(|_| (0..CHANNELS * ROWS).map(|_| noise()).collect()).collect();
    for frame in bank.iter().cycle() {
        if ports.is_stopping() {
            break;
        }
        out.write(frame)?;
    }
    Ok(())
}

fn transform(ports: &mut Ports, done: &AtomicU64) -> Result<(), TaskError> {
    let (mut signals, mut stats) = (ports.reader::<f64>("in")?, ports.writer::<f64>("out")?);
    let plan = RealFftPlanner::<f64>::new().plan_fft_forward(ROWS);
    let (mut work, mut spectrum) = (plan.make_input_vec(), plan.make_output_vec());
    let mut scratch = plan.make_scratch_vec();
    let (mut count, mut next_report) = (0, Instant::now());
    while let Some(frame) = signals.look()? {
        for signal in frame.chunks_exact(ROWS) {
            work.copy_from_slice(signal);
            plan.process_with_scratch(&mut work, &mut spectrum, &mut scratch).map_err(TaskError::failed)?;
            black_box(&mut spectrum);
        }
        frame.increment();
        count += CHANNELS as u64;
        done.fetch_add(CHANNELS as u64, Ordering::Relaxed);
        if Instant::now() >= next_report {
            stats.write(&[count as f64, spectrum[1].norm()])?;
            next_report = Instant::now() + REPORT;
        }
    }
    Ok(())
}

fn collect(ports: &mut Ports) -> Result<(), TaskError> {
    let locals: Vec<String> = ports.reads().map(str::to_owned).collect();
    let mut readers = Vec::new();
    for local in &locals {
        readers.push(ports.reader::<f64>(local)?);
    }
    let mut total = [0.0; 2];
    while !readers.iter_mut().all(|reader| reader.is_ended()) {
        for reader in &mut readers {
            while reader.try_read_into(&mut total)?.is_some() {
                black_box(&total);
            }
        }
        ports.pause(Duration::from_millis(10))?;
    }
    Ok(())
}
