//! What a farm costs: a model that only sleeps shows how the work of one recording spreads over workers, and what the queue
//! takes a span; many jobs in line show that whoever looks at them needs no more memory for it.

mod sleepy;

use crate::harness::median;
use ripieno_farm::jetstream::{JetStream, Layout, Server};
use ripieno_farm::record::{Record, Standing};
use ripieno_farm::{Bucket, InProcess, JobQueue, Manner, Submitter, Worker, ledger, status};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_separate::{Cancel, JobSettings, run_with};
use sleepy::{Sleeper, Sleepy, rate};
use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

/// How long the model sleeps for a window.
const SLEEP: Duration = Duration::from_millis(200);
/// Windows of the recording, of a second each, and of a span.
const WINDOWS: usize = 160;
const SPAN: u64 = 4;
/// How many workers share it.
const WORKERS: [usize; 4] = [1, 2, 4, 8];
/// The least that workers may do of what they could.
const GOAL_PERCENT: f64 = 90.0;
/// The most that may lie between two spans of a worker, in milliseconds.
const GOAL_MILLIS: f64 = 5.0;
/// Jobs in line.
const JOBS: [u64; 2] = [1_000, 100_000];

/// Runs it on the queue in this process, and on a NATS server where Debian's is installed.
pub fn run() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let settings = prepare(folder.path()).expect("a recording");
    let mut here = settings.clone();
    here.out_dir = Some(folder.path().join("here"));
    let start = Instant::now();
    run_with(&mut Sleepy::open(&here, SLEEP), &here, &mut |_| (), &Cancel::default()).expect("a job");
    let alone = start.elapsed().as_secs_f64();
    println!("\n## farm: one recording, {WINDOWS} windows of {SLEEP:?} in spans of {SPAN} (seconds)\n");
    println!("alone, without a queue: {alone:.2} s\n");
    println!("| queue | workers | spans | together | efficiency | goal | from span to span: median, longest | goal |");
    println!("|---|---|---|---|---|---|---|---|");
    let patience = Duration::from_secs(30);
    for workers in WORKERS {
        let queue = InProcess::new(patience, u64::MAX);
        share("in process", &|| queue.clone(), &settings, workers, folder.path());
    }
    let Some(nats) = Nats::start() else {
        println!("| JetStream | NOT RUN: there is no nats-server ||||||| ");
        return;
    };
    for workers in WORKERS {
        let open = || nats.open(&format!("bench-{workers}"));
        share("JetStream", &open, &settings, workers, folder.path());
    }
    many(&nats);
}

/// One recording by so many workers, each with a connection of its own.
fn share<Q: JobQueue + Bucket>(
    name: &str,
    open: &(dyn Fn() -> Q + Sync),
    settings: &JobSettings,
    workers: usize,
    folder: &Path,
) {
    let farm = open();
    let manner = Manner { by_path: true, span: Some(SPAN), tries: 3 };
    let submitted = Submitter::new(farm.clone(), farm.clone()).submit(settings, manner, &Cancel::default());
    let id = submitted.expect("a job").id;
    let (stop, gaps) = (Cancel::default(), Mutex::new(Vec::new()));
    let mut spans_done = 0.0;
    let all = (WINDOWS as u64).div_ceil(SPAN);
    let together = thread::scope(|scope| {
        let (ready, begin) = std::sync::mpsc::channel();
        let mut starts = Vec::new();
        for number in 0..workers {
            let (go, wait) = std::sync::mpsc::channel::<()>();
            starts.push(go);
            let (stop, gaps, ready) = (&stop, &gaps, ready.clone());
            scope.spawn(move || {
                let farm = open();
                let name = format!("bench-{number}");
                let (models, scratch) = (folder.join("models"), folder.join("scratch"));
                let places = (&*models, &*scratch);
                let sleeper = Sleeper::new(SLEEP, gaps);
                let mut worker =
                    Worker::new((farm.clone(), farm), sleeper, &name, places.0, places.1).expect("a worker");
                ready.send(()).expect("somebody waits");
                wait.recv().expect("a start");
                worker.work(false, stop, &mut |_| ()).expect("work");
            });
        }
        (0..workers).for_each(|_| begin.recv().expect("a worker"));
        let start = Instant::now();
        starts.iter().for_each(|go| go.send(()).expect("a worker"));
        loop {
            let done = farm.count(&format!("span.{id}")).expect("records");
            let ended =
                ledger::find(&farm, &id).expect("a record").is_some_and(|record| record.standing == Standing::Done);
            if spans_done == 0.0 && (done == all || ended) {
                spans_done = start.elapsed().as_secs_f64();
            }
            if ended {
                stop.request();
                return start.elapsed().as_secs_f64();
            }
            thread::sleep(Duration::from_millis(20));
        }
    });
    let slept = WINDOWS as f64 * SLEEP.as_secs_f64();
    let efficiency = 100.0 * slept / (spans_done * workers as f64);
    let gaps: Vec<f64> = gaps.into_inner().expect("a list").iter().map(|gap| 1e3 * gap.as_secs_f64()).collect();
    let longest = gaps.iter().copied().fold(0.0, f64::max);
    let beside = median(gaps);
    let verdict = |met| if met { "met" } else { "missed" };
    println!(
        "| {name} | {workers} | {spans_done:.2} s | {together:.2} s | {efficiency:.1} % | {GOAL_PERCENT} %: {} | {beside:.2} ms, {longest:.1} ms | {GOAL_MILLIS} ms: {} |",
        verdict(efficiency >= GOAL_PERCENT),
        verdict(beside <= GOAL_MILLIS)
    );
}

/// What looking at many jobs takes.
fn many(nats: &Nats) {
    println!("\n## farm: jobs in line, and looking at all of them\n");
    println!("| jobs | put in line, each | looked at | memory of this process, more than before |\n|---|---|---|---|");
    for jobs in JOBS {
        let farm = nats.open(&format!("many-{jobs}"));
        let mut record = sleepy::record();
        let start = Instant::now();
        for job in 0..jobs {
            record.id = format!("{job:032x}");
            put(&farm, &record);
        }
        let each = start.elapsed().as_secs_f64() * 1e6 / jobs as f64;
        let before = resident();
        let mut looks = Vec::new();
        for _ in 0..3 {
            let start = Instant::now();
            let found = status(&farm).expect("a status");
            looks.push(start.elapsed().as_secs_f64());
            assert_eq!(found.queued, jobs, "all are in line");
        }
        let more = resident().saturating_sub(before);
        println!("| {jobs} | {each:.0} us | {:.2} s | {more} KiB |", median(looks));
    }
}

fn put(farm: &JetStream, record: &Record) {
    assert!(farm.create(&record.name(), &serde_json::to_vec(record).expect("a record")).expect("a queue"));
    farm.push(&format!("{}.0.whole", record.id)).expect("a queue");
}

/// Resident memory of this process, in KiB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn prepare(folder: &Path) -> std::io::Result<JobSettings> {
    let rate = rate();
    let path = folder.join("song.wav");
    let spec = WavSpec { rate, channels: 1, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(fs::File::create(&path)?, spec).map_err(std::io::Error::other)?;
    let tone: Vec<f32> = (0..rate.hz()).map(|n| (n as f32 * 0.05).sin() * 0.5).collect();
    for _ in 0..WINDOWS {
        writer.write(&[&tone]).map_err(std::io::Error::other)?;
    }
    writer.finish().map_err(std::io::Error::other)?;
    let mut settings = JobSettings::new("builtin:identity", path);
    (settings.max_len_secs, settings.overlap_secs) = (Some(1.0), Some(0.0));
    Ok(settings)
}

/// A server on loopback, as long as it is wanted.
struct Nats {
    child: Child,
    port: u16,
    _store: tempfile::TempDir,
}

impl Nats {
    fn start() -> Option<Self> {
        let store = tempfile::tempdir().ok()?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).ok()?.local_addr().ok()?.port();
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let mut command = Command::new("nats-server");
        command.args(["-js", "-a", "127.0.0.1", "-p", &port.to_string(), "-sd"]).arg(store.path());
        command.env("PATH", path).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().ok()?;
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() && Instant::now() < until {
            thread::sleep(Duration::from_millis(20));
        }
        Some(Self { child, port, _store: store })
    }

    fn open(&self, bucket: &str) -> JetStream {
        let server = Server::new(format!("nats://127.0.0.1:{}", self.port));
        JetStream::open(&server, &Layout::new(bucket)).expect("a server")
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
