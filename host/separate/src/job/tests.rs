//! Whole jobs on files, with separators that need no model.

use crate::stand::{Stand, delay, geometry, song};
use crate::{
    Cancel, Container, Depth, ErrorCode, Event, JobError, JobSettings, Outcome, OutputRate, Phase, WarningCode,
    run_with,
};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_files::{AudioFile, Tags};
use ripieno_ports::{
    Conditions, FaultKind, FaultySeparator, Geometry, IdentitySeparator, Mishap, Separator, Statistics,
};
use ripieno_types::{Anchor, SampleRate, Sign, WindowFrames};
use std::fs::{self, File};
use std::path::Path;

fn samples(path: &Path) -> (u32, Vec<Vec<f32>>, Tags) {
    let mut file = AudioFile::open(path).unwrap();
    let (rate, channels) = (file.spec().rate.hz(), file.spec().channels);
    let mut rows = vec![vec![0.0; 1 << 20]; channels];
    let read = file.read(&mut rows.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>()).unwrap();
    rows.iter_mut().for_each(|row| row.truncate(read));
    (rate, rows, file.tags().clone())
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn job(song: &Path) -> JobSettings {
    JobSettings { description: "drums".to_owned(), ..JobSettings::new("stand-in", song) }
}

fn run<S: Separator>(model: &mut Stand<S>, job: &JobSettings) -> Result<(Outcome, Vec<Event>), JobError> {
    let mut events = Vec::new();
    run_with(model, job, &mut |event| events.push(event), &Cancel::default()).map(|outcome| (outcome, events))
}

fn code<S: Separator>(model: &mut Stand<S>, job: &JobSettings) -> ErrorCode {
    run(model, job).map(|_| ()).unwrap_err().code
}

fn warnings(events: &[Event]) -> Vec<WarningCode> {
    let code = |event: &Event| match event {
        Event::Warning(warning) => Some(warning.code),
        _ => None,
    };
    events.iter().filter_map(code).collect()
}

#[test]
fn target_and_residual_are_the_recording() {
    let check = |rate: u32, channels: usize, frames: usize, container, depth, exact: f32| {
        let folder = tempfile::tempdir().unwrap();
        let song = song(folder.path(), rate, channels, frames);
        let job = JobSettings { container, depth, ..job(&song) };
        let (outcome, events) = run(&mut delay(channels), &job).unwrap();
        let parts: Vec<&str> = outcome.stems.iter().map(|stem| stem.part.as_str()).collect();
        assert_eq!((parts, outcome.frames), (vec!["target", "residual"], frames as u64));
        let (_, mix, _) = samples(&song);
        let (target, residual) = (samples(&outcome.stems[0].path), samples(&outcome.stems[1].path));
        assert_eq!((target.0, residual.0), (rate, rate));
        for ((mix, target), residual) in mix.iter().zip(&target.1).zip(&residual.1) {
            assert_eq!((mix.len(), target.len(), residual.len()), (frames, frames, frames));
            let off = mix.iter().zip(target).zip(residual).map(|((mix, target), left)| (target + left - mix).abs());
            let most = off.fold(0.0, f32::max);
            assert!(most <= exact, "{rate} {channels} {frames} {depth:?}: off by {most}");
        }
        assert_eq!(warnings(&events), []);
        // Only the outputs are left, and they say where they come from.
        let ext = outcome.stems[0].path.extension().unwrap().to_str().unwrap().to_owned();
        assert_eq!(
            names(folder.path()),
            [format!("song_residual.{ext}"), format!("song_target.{ext}"), "song.wav".to_owned()]
                .into_iter()
                .collect::<std::collections::BTreeSet<_>>()
                .into_iter()
                .collect::<Vec<_>>()
        );
        assert_eq!(target.2.first("TITLE"), Some("song (target)"));
        let comment = target.2.first("COMMENT").unwrap();
        assert!(
            comment.starts_with("target by ripieno ") && comment.contains("stand-in 0011223344556677, job "),
            "{comment}"
        );
    };
    check(48_000, 2, 100_000, Container::Wav, None, 0.0);
    check(44_100, 1, 60_001, Container::Wav, None, 0.0);
    check(48_000, 3, 24_000, Container::Wav, Some(Depth::I24), 0.0);
    check(96_000, 2, 70_000, Container::Flac, None, 0.0);
    check(48_000, 2, 1, Container::Flac, Some(Depth::I24), 0.0);
    check(48_000, 1, 50_000, Container::Wav, Some(Depth::I16), 6.0 / 32_768.0);
    check(48_000, 1, 50_000, Container::Flac, Some(Depth::I16), 6.0 / 32_768.0);
    check(48_000, 2, 0, Container::Wav, None, 0.0);
}

#[test]
fn all_stems_come_without_a_description() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path(), 44_100, 2, 50_000);
    let out = folder.path().join("new/folder");
    let settings = JobSettings {
        description: String::new(),
        out_dir: Some(out.clone()),
        name: "{part} of {stem} by {model}.{ext}".to_owned(),
        rate: OutputRate::Model,
        ..job(&song)
    };
    let (outcome, _) = run(&mut delay(2), &settings).unwrap();
    assert_eq!(names(&out), ["drums of song by stand-in.wav", "rest of song by stand-in.wav"]);
    let (rate, rows, _) = samples(&outcome.stems[0].path);
    assert_eq!((rate, rows[0].len()), (48_000, 54_422));
    assert_eq!(outcome.engine, "by hand");
}

#[test]
fn nothing_is_overwritten_unless_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path(), 48_000, 1, 30_000);
    let job = job(&song);
    run(&mut delay(1), &job).unwrap();
    let whole = fs::read(folder.path().join("song_target.wav")).unwrap();
    let mut model = delay(1);
    assert_eq!(code(&mut model, &job), ErrorCode::OutputExists);
    assert_eq!(model.windows, 0, "it is known before any work");
    File::create(folder.path().join("song_target.wav")).unwrap();
    assert_eq!(code(&mut model, &job), ErrorCode::OutputExists);
    run(&mut model, &JobSettings { force: true, ..job.clone() }).unwrap();
    assert_eq!(fs::read(folder.path().join("song_target.wav")).unwrap(), whole);
    // What appears while the job runs is not overwritten either, and nothing of the work is lost.
    for name in ["song_target.wav", "song_residual.wav"] {
        fs::remove_file(folder.path().join(name)).unwrap();
    }
    let late = folder.path().join("song_residual.wav");
    let mut appear = |event| {
        if matches!(event, Event::Plan(_)) {
            File::create(&late).unwrap();
        }
    };
    let refused = run_with(&mut delay(1), &job, &mut appear, &Cancel::default()).unwrap_err();
    assert_eq!(refused.code, ErrorCode::OutputExists, "{refused}");
    assert_eq!(names(folder.path()).len(), 5, "{:?}", names(folder.path()));
    let mut model = delay(1);
    let again = JobSettings { resume: true, force: true, ..job };
    let (outcome, _) = run(&mut model, &again).unwrap();
    assert_eq!((model.windows, outcome.stems.len()), (0, 2));
    assert_eq!(fs::read(folder.path().join("song_target.wav")).unwrap(), whole);
    assert_eq!(names(folder.path()), ["song.wav", "song_residual.wav", "song_target.wav"]);
}

#[test]
fn settings_that_make_no_job_are_refused_before_any_work() {
    let folder = tempfile::tempdir().unwrap();
    let song = song(folder.path(), 48_000, 2, 30_000);
    let check = |change: &dyn Fn(&mut JobSettings), expected: ErrorCode| {
        let mut settings = job(&song);
        change(&mut settings);
        let mut model = delay(2);
        assert_eq!(code(&mut model, &settings), expected, "{settings:?}");
        assert_eq!((model.windows, names(folder.path())), (0, vec!["song.wav".to_owned()]));
    };
    check(&|job| job.description = "birds".to_owned(), ErrorCode::BadSettings);
    check(&|job| job.stems = vec!["bass".to_owned()], ErrorCode::BadSettings);
    check(&|job| job.max_len_secs = Some(f64::NAN), ErrorCode::BadSettings);
    check(&|job| job.max_len_secs = Some(0.001), ErrorCode::BadSettings);
    check(&|job| job.name = "{part}{part}/x".to_owned(), ErrorCode::BadSettings);
    check(&|job| job.out_target = Some(folder.path().join("song.wav")), ErrorCode::BadSettings);
    check(
        &|job| {
            job.out_target = Some(folder.path().join("x.wav"));
            job.out_residual = Some(folder.path().join("../").join(folder.path().file_name().unwrap()).join("X.wav"));
        },
        ErrorCode::BadSettings,
    );
    check(&|job| job.audio = folder.path().join("missing.wav"), ErrorCode::BadInput);
    check(&|job| job.audio = folder.path().to_owned(), ErrorCode::BadInput);
    let (mut mono, settings) = (delay(1), job(&song));
    assert_eq!(code(&mut mono, &settings), ErrorCode::BadInput);
    let text = folder.path().join("text.wav");
    std::io::Write::write_all(&mut File::create(&text).unwrap(), b"no audio at all").unwrap();
    assert_eq!(code(&mut delay(2), &job(&text)), ErrorCode::BadInput);
}

#[test]
fn a_cancelled_job_goes_on_to_the_same_bytes() {
    let reference = tempfile::tempdir().unwrap();
    let song_path = song(reference.path(), 44_100, 2, 200_000);
    let settings = JobSettings { container: Container::Flac, ..job(&song_path) };
    let (whole, _) = run(&mut delay(2), &settings).unwrap();
    let chunks = 12;
    for stop_at in [1_u64, 2, 5, 9, chunks] {
        for stem in &whole.stems {
            let _ = fs::remove_file(&stem.path);
        }
        let cancel = Cancel::default();
        let mut model =
            Stand::new(Stopping { inner: delay(2).inner, left: stop_at, cancel: cancel.clone() }, &["drums", "rest"]);
        let ended = run_with(&mut model, &settings, &mut |_| (), &cancel).map(|_| ()).unwrap_err();
        assert_eq!(ended.code, ErrorCode::Cancelled);
        let kept = ended.message.contains("--resume");
        assert_eq!(names(reference.path()).len() > 1, kept, "{:?}", names(reference.path()));
        let (windows, mut model) = (model.windows, delay(2));
        let (outcome, events) = run(&mut model, &JobSettings { resume: true, ..settings.clone() }).unwrap();
        assert_eq!(outcome.stems, whole.stems, "stopped at {stop_at}");
        assert_eq!(outcome.resumed + model.windows, chunks);
        assert!(outcome.resumed <= windows, "{windows} windows were done, {} kept", outcome.resumed);
        assert_eq!(warnings(&events), []);
        assert_eq!(names(reference.path()), ["song.wav", "song_residual.flac", "song_target.flac"]);
    }
    // Done already, and by the same job: nothing is done again.
    let mut model = delay(2);
    let (outcome, _) = run(&mut model, &JobSettings { resume: true, ..settings.clone() }).unwrap();
    assert_eq!((outcome.stems, model.windows, outcome.resumed), (whole.stems.clone(), 0, chunks));
    // Done already, but not by this job.
    let other = JobSettings { resume: true, seed: 1, ..settings };
    assert_eq!(code(&mut model, &other), ErrorCode::OutputExists);
}

/// Asks to stop at a window.
struct Stopping<S> {
    inner: S,
    left: u64,
    cancel: Cancel,
}

impl<S: Separator> Separator for Stopping<S> {
    type Error = S::Error;

    fn geometry(&self) -> Geometry {
        self.inner.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, S::Error> {
        self.left -= 1;
        if self.left == 0 {
            self.cancel.request();
        }
        self.inner.separate(mix, conditions, stems)
    }
}

/// A job that fails at its seventh window, and what is left of it.
fn failed(settings: &JobSettings) {
    let fails = |call| if call == 6 { Mishap::Fails(FaultKind::Failed) } else { Mishap::None };
    let inner = FaultySeparator::new(IdentitySeparator::new(geometry(2, 2)), fails);
    let ended = run(&mut Stand::new(inner, &["drums", "rest"]), settings).map(|_| ()).unwrap_err();
    assert_eq!(ended.code, ErrorCode::Failed);
    assert!(ended.message.contains("window 7") && ended.message.contains("--resume"), "{ended}");
}

#[test]
fn what_is_no_longer_the_same_job_starts_anew() {
    let check = |change: &dyn Fn(&Path, &mut JobSettings), expected: &[WarningCode], resumes: bool| {
        let folder = tempfile::tempdir().unwrap();
        let song_path = song(folder.path(), 48_000, 2, 200_000);
        let mut settings = job(&song_path);
        failed(&settings);
        settings.resume = true;
        change(folder.path(), &mut settings);
        let mut model = Stand::new(IdentitySeparator::new(geometry(2, 2)), &["drums", "rest"]);
        let (outcome, events) = run(&mut model, &settings).unwrap();
        assert_eq!(warnings(&events), expected);
        assert_eq!(outcome.resumed > 0, resumes);
        let left = names(folder.path()).into_iter().filter(|name| name.contains("part") || name.contains("journal"));
        assert_eq!(left.count(), 0, "{:?}", names(folder.path()));
    };
    let impossible = [WarningCode::ResumeImpossible];
    check(&|_, _| (), &[], true);
    check(&|_, job| job.resume = false, &[WarningCode::Other], false);
    check(&|_, job| job.seed = 7, &impossible, false);
    check(&|folder, _| drop(song(folder, 48_000, 2, 200_000)), &impossible, false);
    check(
        &|folder, _| {
            File::options().write(true).open(folder.join("song_target.wav.part")).unwrap().set_len(99).unwrap()
        },
        &impossible,
        false,
    );
    check(&|folder, _| fs::remove_file(folder.join("song_residual.wav.part")).unwrap(), &impossible, false);
    check(
        &|folder, _| File::create(folder.join("song_target.wav.journal")).unwrap().set_len(99).unwrap(),
        &impossible,
        false,
    );
}

#[test]
fn two_jobs_do_not_write_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let song_path = song(folder.path(), 48_000, 1, 100_000);
    let settings = job(&song_path);
    let mut inner = None;
    let mut nested = |event| {
        // While the first job is at its windows, another begins.
        if matches!(event, Event::Progress { phase: Phase::Separating, done: 1.., .. }) && inner.is_none() {
            inner = Some(code(&mut delay(1), &settings));
        }
    };
    let mut slow = Stand::new(Slow(delay(1).inner), &["drums", "rest"]);
    run_with(&mut slow, &settings, &mut nested, &Cancel::default()).unwrap();
    assert_eq!(inner, Some(ErrorCode::OutputExists));
    assert_eq!(names(folder.path()), ["song.wav", "song_residual.wav", "song_target.wav"]);
}

/// Takes long enough for progress to be told.
struct Slow<S>(S);

impl<S: Separator> Separator for Slow<S> {
    type Error = S::Error;

    fn geometry(&self) -> Geometry {
        self.0.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, S::Error> {
        std::thread::sleep(std::time::Duration::from_millis(70));
        self.0.separate(mix, conditions, stems)
    }
}

#[test]
fn short_memory_means_shorter_windows_and_then_an_end() {
    let folder = tempfile::tempdir().unwrap();
    let song_path = song(folder.path(), 48_000, 1, 100_000);
    let mut settings = job(&song_path);
    let fails = |call| if call == 2 { Mishap::Fails(FaultKind::OutOfMemory) } else { Mishap::None };
    let long = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(48_000) };
    let geometry = Geometry { window: long, ..geometry(1, 2) };
    let mut model = Stand::new(FaultySeparator::new(IdentitySeparator::new(geometry), fails), &["drums", "rest"]);
    let (outcome, events) = run(&mut model, &settings).unwrap();
    assert_eq!((outcome.frames, warnings(&events)), (100_000, vec![WarningCode::WindowsHalved]));
    settings.force = true;
    let always = |_| Mishap::Fails(FaultKind::OutOfMemory);
    let mut model = Stand::new(FaultySeparator::new(IdentitySeparator::new(geometry), always), &["drums", "rest"]);
    assert_eq!(code(&mut model, &settings), ErrorCode::OutOfMemory);
    assert_eq!(names(folder.path()), ["song.wav", "song_residual.wav", "song_target.wav"]);
    // More than there is: known before any window.
    let mut model = delay(1);
    model.bytes = u64::MAX / 2;
    assert_eq!(code(&mut model, &settings), ErrorCode::OutOfMemory);
    assert_eq!(model.windows, 0);
}

#[test]
fn progress_is_true_and_ends_once() {
    let folder = tempfile::tempdir().unwrap();
    let song_path = song(folder.path(), 48_000, 1, 200_000);
    let mut slow = Stand::new(Slow(delay(1).inner), &["drums", "rest"]);
    let (_, events) = run(&mut slow, &job(&song_path)).unwrap();
    let mut last = 0.0;
    let mut hundreds = 0;
    let mut plans = 0;
    for event in &events {
        match event {
            Event::Plan(report) => {
                plans += 1;
                assert_eq!((report.chunks, report.segments.len()), (11, 11));
            }
            Event::Progress { phase, percent, done, chunks, .. } => {
                assert!(*percent >= last, "{events:?}");
                // Never ahead of the windows that are done.
                assert!(*phase != Phase::Separating || *percent <= 4.0 + 93.0 * *done as f64 / *chunks as f64 + 1e-9);
                last = *percent;
                hundreds += u32::from(last == 100.0);
            }
            Event::Warning(_) => {}
        }
    }
    assert_eq!((hundreds, last, plans), (1, 100.0, 1));
    assert!(events.iter().any(|event| matches!(event, Event::Progress { eta_secs: Some(eta), .. } if *eta > 0.0)));
}

#[test]
fn what_an_integer_file_clips_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("loud.wav");
    let spec = WavSpec { rate: SampleRate::STUDIO, channels: 1, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(File::create(&path).unwrap(), spec).unwrap();
    writer.write(&[&[1.5; 3_000]]).unwrap();
    writer.finish().unwrap();
    let mut settings = JobSettings { stems: vec!["target".to_owned()], ..job(&path) };
    let (outcome, events) = run(&mut delay(1), &settings).unwrap();
    assert_eq!((warnings(&events), outcome.stems[0].peak), (vec![], 1.5));
    (settings.force, settings.depth) = (true, Some(Depth::I24));
    assert_eq!(warnings(&run(&mut delay(1), &settings).unwrap().1), [WarningCode::OutputClipped]);
}

/// Wants the statistics of the whole recording.
struct Wanting(Geometry, Vec<Option<Statistics>>);

impl Separator for Wanting {
    type Error = std::convert::Infallible;

    fn geometry(&self) -> Geometry {
        Geometry { wants_statistics: true, ..self.0 }
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        self.1.push(conditions.statistics);
        stems.fill(0.0);
        Ok(mix.len() / self.0.channels)
    }
}

#[test]
fn statistics_are_of_the_whole_recording() {
    let folder = tempfile::tempdir().unwrap();
    let song_path = song(folder.path(), 48_000, 2, 60_000);
    let measured = AudioFile::open(&song_path).unwrap().measure(&mut |_| std::ops::ControlFlow::Continue(())).unwrap();
    let mut model = Stand::new(Wanting(geometry(2, 1), Vec::new()), &["drums"]);
    let (outcome, _) = run(&mut model, &job(&song_path)).unwrap();
    assert_eq!(model.inner.1, vec![Some(measured.statistics); 4]);
    // A target of silence leaves the recording.
    assert!(samples(&outcome.stems[1].path).1 == samples(&song_path).1);
}

#[test]
fn anchors_that_nobody_heeds_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.wav");
    let spec = WavSpec { rate: SampleRate::STUDIO, channels: 1, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(File::create(&path).unwrap(), spec).unwrap();
    writer.write(&[&[0.5; 96_000]]).unwrap();
    writer.finish().unwrap();
    let anchors = vec![Anchor::new(Sign::Present, 0.5, 1.0).unwrap()];
    let settings = JobSettings { anchors, force: true, ..job(&path) };
    let mut model = delay(1);
    assert_eq!(warnings(&run(&mut model, &settings).unwrap().1), []);
    model.about.anchors = false;
    assert_eq!(warnings(&run(&mut model, &settings).unwrap().1), [WarningCode::AnchorsIgnored]);
}
