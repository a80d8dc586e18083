//! Recordings, jobs and workers for tests.

use ripieno_farm::{
    Bucket, InProcess, JobQueue, Manner, Runner, Submitted, Submitter, Told, Worker, ledger, record::Record,
};
use ripieno_separate::span::{Division, Open};
use ripieno_separate::{Cancel, ErrorCode, JobError, JobSettings, Observer, Outcome, Session};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Whole recordings, tried three times.
pub const WHOLE: Manner = Manner { by_path: false, span: None, tries: 3 };

/// Longer than anything takes, however busy the machine is.
pub const LONG: Duration = Duration::from_secs(40);

pub fn in_process() -> InProcess {
    InProcess::new(Duration::from_secs(1), 1 << 30)
}

/// A recording of soft noise in 16 bits at 44,100 Hz.
pub fn song(folder: &Path, name: &str, channels: u16, frames: u32) -> PathBuf {
    let (rate, bytes) = (44_100_u32, frames * u32::from(channels) * 2);
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    wav.extend(channels.to_le_bytes());
    wav.extend(rate.to_le_bytes());
    wav.extend((rate * u32::from(channels) * 2).to_le_bytes());
    wav.extend((channels * 2).to_le_bytes());
    wav.extend(b"\x10\0data");
    wav.extend(bytes.to_le_bytes());
    let seed = name.bytes().fold(0_u64, |seed, byte| seed * 31 + u64::from(byte));
    for sample in 0..u64::from(bytes / 2) {
        let mixed = (sample ^ seed).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let noise = ((mixed ^ mixed >> 29) as i16) >> 3;
        let tone = ((sample as f64 * 0.03).sin() * 8_000.0) as i16;
        wav.extend((noise + tone).to_le_bytes());
    }
    let path = folder.join(name);
    write(&path, &wav);
    path
}

pub fn write(path: &Path, bytes: &[u8]) {
    fs::File::create(path).and_then(|mut file| file.write_all(bytes)).unwrap();
}

pub fn job(audio: &Path) -> JobSettings {
    let mut job = JobSettings::new("builtin:hpss", audio);
    job.max_len_secs = Some(0.8);
    job.overlap_secs = Some(0.1);
    job
}

pub fn submit<F: JobQueue + Bucket>(farm: &F, settings: &JobSettings, manner: Manner) -> Submitted {
    let mut submitter = Submitter::new(farm.clone(), farm.clone());
    submitter.submit(settings, manner, &Cancel::default()).unwrap()
}

pub fn record(farm: &impl JobQueue, id: &str) -> Record {
    let mut found = None;
    ledger::each(farm, |record| {
        if record.id == id {
            found = Some(record);
        }
    })
    .unwrap();
    found.unwrap_or_else(|| panic!("there is no job {id}"))
}

pub fn worker<F: JobQueue + Bucket, R: Runner>(farm: &F, runner: R, name: &str, folder: &Path) -> Worker<F, F, R> {
    let (models, scratch) = (folder.join("models"), folder.join("scratch"));
    Worker::new((farm.clone(), farm.clone()), runner, name, &models, &scratch).unwrap()
}

/// Takes one task and does it, and says what was told.
pub fn step<F: JobQueue + Bucket, R: Runner>(worker: &mut Worker<F, F, R>) -> Vec<Told> {
    let mut told = Vec::new();
    let until = Instant::now() + LONG;
    while !worker.step(Duration::from_millis(300), &Cancel::default(), &mut |what| told.push(what)).unwrap() {
        assert!(Instant::now() < until, "no task came");
    }
    told
}

/// Does all that there is with several workers, until every job is at its end.
pub fn work_off<F: JobQueue + Bucket>(farm: &F, workers: usize, folder: &Path) -> Vec<Told> {
    let (stop, told) = (Cancel::default(), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for number in 0..workers {
            let (stop, told) = (&stop, &told);
            scope.spawn(move || {
                let mut worker = worker(farm, Session::new(), &format!("w{number}"), folder);
                worker.work(false, stop, &mut |what| told.lock().unwrap().push(what)).unwrap();
            });
        }
        let ended = wait_for(|| {
            let mut open = 0;
            ledger::each(farm, |record| open += usize::from(!record.standing.is_end())).is_ok() && open == 0
        });
        stop.request();
        assert!(ended, "jobs are still open: {:?}", told.lock().unwrap());
    });
    told.into_inner().unwrap()
}

/// Waits until something is so; whether it ever was.
pub fn wait_for(mut is_so: impl FnMut() -> bool) -> bool {
    let until = Instant::now() + LONG;
    while Instant::now() < until {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(30));
    }
    false
}

/// The outputs that this machine makes by itself, by their names.
pub fn local(settings: &JobSettings) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings.clone();
    settings.out_dir = Some(folder.path().to_owned());
    let outcome = Session::new().run(&settings, &mut |_| (), &Cancel::default()).unwrap();
    files(outcome.stems.iter().map(|stem| stem.path.as_path()))
}

/// Files by their names.
pub fn files<'a>(paths: impl Iterator<Item = &'a Path>) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> =
        paths.map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(path).unwrap())).collect();
    files.sort();
    files
}

/// What was fetched of a job, by its names.
pub fn fetched(farm: &impl Farm, id: &str) -> Vec<(String, Vec<u8>)> {
    let folder = tempfile::tempdir().unwrap();
    let record = record(farm, id);
    let paths = ripieno_farm::fetch(farm, &record, Some(folder.path()), false, &Cancel::default()).unwrap();
    files(paths.iter().map(PathBuf::as_path))
}

/// Both ports in one.
pub trait Farm: JobQueue + Bucket + 'static {
    /// Takes a file out of the bucket.
    fn remove_file(&self, name: &str) {
        Bucket::remove(self, name).unwrap();
    }
}

impl<F: JobQueue + Bucket + 'static> Farm for F {}

/// A runner without any model, which does as it is told.
#[derive(Clone)]
pub struct Puppet {
    script: Script,
}

type Script = Arc<dyn Fn(&JobSettings, &Cancel) -> Result<(), JobError> + Send + Sync>;

impl Puppet {
    pub fn new(script: impl Fn(&JobSettings, &Cancel) -> Result<(), JobError> + Send + Sync + 'static) -> Self {
        Self { script: Arc::new(script) }
    }

    /// That leaves nothing and never fails.
    pub fn idle() -> Self {
        Self::new(|_, _| Ok(()))
    }

    /// That always fails so.
    pub fn failing(code: ErrorCode, message: &str) -> Self {
        let message = message.to_owned();
        Self::new(move |_, _| Err(JobError::new(code, message.clone())))
    }

    /// That works until it is asked to stop, and says when it began.
    pub fn endless() -> (Self, Cancel) {
        let begun = Cancel::default();
        let begins = begun.clone();
        let puppet = Self::new(move |_, cancel| {
            begins.request();
            while !cancel.is_requested() {
                std::thread::sleep(Duration::from_millis(5));
            }
            Err(JobError::new(ErrorCode::Cancelled, "cancelled"))
        });
        (puppet, begun)
    }
}

impl Runner for Puppet {
    fn whole(&mut self, job: &JobSettings, _: &mut dyn Observer, cancel: &Cancel) -> Result<Outcome, JobError> {
        (self.script)(job, cancel)?;
        // What is easily made, where nothing is looked at.
        let mut tiny = JobSettings::new("builtin:identity", &job.audio);
        tiny.out_dir = job.out_dir.clone();
        Session::new().run(&tiny, &mut |_| (), &Cancel::default())
    }

    fn span(
        &mut self,
        job: &JobSettings,
        _: (&Division, u64),
        out: &mut dyn Write,
        _: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<(), JobError> {
        (self.script)(job, cancel)?;
        out.write_all(b"not a span at all").map_err(|error| JobError::new(ErrorCode::Failed, error.to_string()))
    }

    fn join(
        &mut self,
        job: &JobSettings,
        division: &Division,
        open: Open<'_>,
        observer: &mut dyn Observer,
        cancel: &Cancel,
    ) -> Result<Outcome, JobError> {
        Session::new().join(job, division, open, observer, cancel)
    }
}
