//! Jobs from submission to outputs, on both versions.

use crate::server::{Farms, Nats};
use crate::support::*;
use ripieno_farm::record::Standing;
use ripieno_farm::{FarmErrorKind, Manner, Submitter, ledger, status};
use ripieno_separate::{Cancel, Session};
use std::fs;

#[test]
fn jobs_in_this_process_are_done() {
    all(in_process);
}

#[test]
fn jobs_on_jetstream_are_done() {
    let nats = Nats::start();
    let mut number = 0;
    all(|| {
        number += 1;
        nats.open(&format!("jobs{number}"))
    });
}

fn all<F: Farm>(mut new: impl FnMut() -> F) {
    outputs_are_those_of_this_machine(&new());
    spans_are_shared_and_put_together(&new());
    the_same_job_is_one(&new());
    recordings_by_path_stay_where_they_are(&new());
    status_tells_how_all_stands(&new());
    outputs_go_where_they_were_wanted(&new());
}

fn outputs_are_those_of_this_machine<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let songs = [("mono.wav", 1, 30_000), ("stereo.wav", 2, 20_000), ("short.wav", 2, 100), ("empty.wav", 1, 0)]
        .map(|(name, channels, frames)| song(folder.path(), name, channels, frames));
    let jobs = songs.map(|song| job(&song));
    let ids: Vec<String> = jobs
        .iter()
        .map(|job| {
            let submitted = submit(farm, job, WHOLE);
            assert!(submitted.new && submitted.spans == 1, "{submitted:?}");
            submitted.id
        })
        .collect();
    work_off(farm, 3, folder.path());
    for (id, job) in ids.iter().zip(&jobs) {
        let record = record(farm, id);
        assert_eq!(record.standing, Standing::Done, "{:?}", record.error);
        assert_eq!((record.percent, record.error.as_deref()), (100.0, None));
        let (made, expected) = (fetched(farm, id), local(job));
        assert!(made == expected, "{}: other bytes", job.audio.display());
        for output in &record.outputs {
            assert_eq!(farm.find(&output.object).unwrap(), Some(output.bytes));
        }
    }
    let left: Vec<_> = fs::read_dir(folder.path().join("scratch")).unwrap().flatten().collect();
    assert!(left.is_empty(), "workers leave nothing: {left:?}");

    // Forgotten, with all that it left.
    let objects: Vec<String> = record(farm, &ids[0]).outputs.iter().map(|output| output.object.clone()).collect();
    ledger::remove(farm, farm, &ids[0]).unwrap();
    assert!(objects.iter().all(|object| farm.find(object).unwrap().is_none()));
    assert_eq!(ledger::cancel(farm, &ids[0]).unwrap_err().kind, FarmErrorKind::Missing);
}

fn spans_are_shared_and_put_together<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let job = job(&song(folder.path(), "long.wav", 2, 90_000));
    let submitted = submit(farm, &job, Manner { span: Some(2), ..WHOLE });
    assert!(submitted.spans >= 4, "{submitted:?}");
    work_off(farm, 3, folder.path());
    let record = record(farm, &submitted.id);
    assert_eq!(record.standing, Standing::Done, "{:?}", record.error);
    assert!(fetched(farm, &submitted.id) == local(&job), "other bytes than those of one machine");
    for span in 0..submitted.spans {
        assert_eq!(
            farm.find(&format!("span/{}/{span}", submitted.id)).unwrap(),
            None,
            "spans are gone once put together"
        );
        assert_eq!(farm.read(&format!("span.{}.{span}", submitted.id)).unwrap(), None);
    }
    // One that gives a single span is a whole one.
    let job = crate::support::job(&song(folder.path(), "little.wav", 1, 500));
    assert_eq!(submit(farm, &job, Manner { span: Some(2), ..WHOLE }).spans, 1);
}

fn the_same_job_is_one<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let audio = song(folder.path(), "song.wav", 1, 3_000);
    let first = submit(farm, &job(&audio), WHOLE);
    assert!(first.new);
    let again = submit(farm, &job(&audio), WHOLE);
    assert_eq!((again.id.as_str(), again.new, again.standing), (first.id.as_str(), false, Standing::Queued));
    // Where outputs go and what runs the model are each machine's own.
    let mut elsewhere = job(&audio);
    (elsewhere.out_dir, elsewhere.threads, elsewhere.force) = (Some("/nowhere".into()), Some(1), true);
    assert_eq!(submit(farm, &elsewhere, WHOLE).id, first.id);
    let mut other = job(&audio);
    other.seed = 5;
    assert_ne!(submit(farm, &other, WHOLE).id, first.id);

    let told = work_off(farm, 2, folder.path());
    let begun = told.iter().filter(|told| matches!(told, ripieno_farm::Told::Begun { .. })).count();
    assert_eq!(begun, 2, "each is done once: {told:?}");
    let done = submit(farm, &job(&audio), WHOLE);
    assert_eq!((done.new, done.standing), (false, Standing::Done));
}

fn recordings_by_path_stay_where_they_are<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let job = job(&song(folder.path(), "shared.wav", 2, 4_000));
    let manner = Manner { by_path: true, ..WHOLE };
    let submitted = submit(farm, &job, manner);
    let record = crate::support::record(farm, &submitted.id);
    assert_eq!(record.input.path.as_deref(), Some(job.audio.as_path()));
    assert_eq!(farm.find(&format!("input/{}", record.input.sha256)).unwrap(), None);
    work_off(farm, 1, folder.path());
    assert!(fetched(farm, &submitted.id) == local(&job));

    // One that changed after it was submitted gives no outputs of what it is now.
    let other = crate::support::job(&song(folder.path(), "changing.wav", 1, 4_000));
    let submitted = submit(farm, &other, Manner { tries: 1, ..manner });
    song(folder.path(), "changing.wav", 1, 4_001);
    work_off(farm, 1, folder.path());
    let record = crate::support::record(farm, &submitted.id);
    assert_eq!(record.standing, Standing::Failed);
    assert!(record.error.unwrap().contains("is not what was submitted"));
}

fn status_tells_how_all_stands<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let jobs: Vec<String> = (1..=4)
        .map(|seconds| {
            let song = song(folder.path(), &format!("{seconds}.wav"), 1, seconds * 44_100);
            submit(farm, &job(&song), Manner { tries: 1, ..WHOLE }).id
        })
        .collect();
    let before = status(farm).unwrap();
    assert_eq!((before.queued, before.running, before.done), (4, 0, 0));
    assert!((before.seconds_left - 10.0).abs() < 1e-6 && before.percent == 0.0, "{before:?}");
    assert_eq!((before.speed, before.eta_secs), (None, None));
    ledger::cancel(farm, &jobs[3]).unwrap();

    let (puppet, begun) = Puppet::endless();
    let (stop, mut busy) = (Cancel::default(), worker(farm, Session::new(), "busy", folder.path()));
    let mut failing = worker(
        farm,
        Puppet::failing(ripieno_separate::ErrorCode::BadInput, "no sound in it"),
        "failing",
        folder.path(),
    );
    step(&mut busy);
    step(&mut failing);
    std::thread::scope(|scope| {
        scope.spawn(|| worker(farm, puppet, "endless", folder.path()).work(false, &stop, &mut |_| ()).unwrap());
        assert!(wait_for(|| begun.is_requested()));
        let now = status(farm).unwrap();
        assert_eq!((now.queued, now.running, now.done, now.failed, now.cancelled), (0, 1, 1, 1, 1), "{now:?}");
        assert_eq!((now.damaged, now.dead.len()), (0, 1));
        assert_eq!((now.dead[0].name.as_str(), now.dead[0].error.as_str()), ("2.wav", "no sound in it"));
        assert_eq!(now.at_work[0].worker.as_deref(), Some("endless"));
        assert!((now.percent - 25.0).abs() < 1e-6, "one second of four: {now:?}");
        let names: Vec<&str> = now.workers.iter().map(|sign| sign.name.as_str()).collect();
        assert_eq!(names, ["busy", "endless", "failing"]);
        assert!(now.speed.unwrap() > 0.0 && now.eta_secs.unwrap() > 0.0, "{now:?}");
        stop.request();
    });
    let after = status(farm).unwrap();
    assert!(after.workers.iter().all(|sign| sign.name != "endless"), "who goes says so");
    ripieno_farm::workers(farm).unwrap();
}

fn outputs_go_where_they_were_wanted<F: Farm>(farm: &F) {
    let folder = tempfile::tempdir().unwrap();
    let mut job = job(&song(folder.path(), "mine.wav", 1, 4_000));
    job.out_dir = Some(folder.path().join("stems"));
    let submitted = submit(farm, &job, WHOLE);
    let fetch = |force: bool, to: Option<&std::path::Path>| {
        ripieno_farm::fetch(farm, &record(farm, &submitted.id), to, force, &Cancel::default())
    };
    let early = fetch(false, None).unwrap_err();
    assert!(early.kind == FarmErrorKind::Invalid && early.message.contains("is queued"), "{early}");
    work_off(farm, 1, folder.path());
    let gone = fetch(false, None).unwrap_err();
    assert!(gone.kind == FarmErrorKind::Invalid && gone.message.contains("--out-dir"), "{gone}");
    fs::create_dir(folder.path().join("stems")).unwrap();
    let paths = fetch(false, None).unwrap();
    assert!(paths.iter().all(|path| path.starts_with(folder.path().join("stems"))));
    assert_eq!(fetch(false, None).unwrap(), paths, "those that are there stay");

    write(&paths[0], b"mine");
    fs::remove_file(&paths[1]).unwrap();
    let taken = fetch(false, None).unwrap_err();
    assert!(taken.message.contains("--force"), "{taken}");
    assert_eq!(fs::read(&paths[0]).unwrap(), b"mine");
    assert!(!paths[1].exists(), "none appears where one cannot");
    fetch(true, None).unwrap();
    assert!(files(paths.iter().map(|path| path.as_path())) == local(&job));

    let record = record(farm, &submitted.id);
    farm.remove_file(&record.outputs[1].object);
    let other = folder.path().join("other");
    let missing = fetch(false, Some(&other)).unwrap_err();
    assert_eq!(missing.kind, FarmErrorKind::Missing);
    assert_eq!(fs::read_dir(&other).unwrap().count(), 0, "nothing is half there");
}

#[test]
fn what_makes_no_job_is_refused_at_the_door() {
    let (farm, folder) = (in_process(), tempfile::tempdir().unwrap());
    let mut submitter = Submitter::new(farm.clone(), farm.clone());
    let mut check = |settings: &ripieno_separate::JobSettings, expected: &str| {
        let error = submitter.submit(settings, WHOLE, &Cancel::default()).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
    };
    write(&folder.path().join("text.wav"), b"no music at all");
    check(&job(&folder.path().join("none.wav")), "none.wav");
    check(&job(&folder.path().join("text.wav")), "text.wav");
    let audio = song(folder.path(), "song.wav", 1, 1_000);
    let mut wrong = job(&audio);
    wrong.overlap_secs = Some(-1.0);
    check(&wrong, "overlap");
    let mut unknown = job(&audio);
    unknown.model = folder.path().join("no-model").display().to_string();
    check(&unknown, "no-model");
    let stop = Cancel::default();
    stop.request();
    let error = submitter.submit(&job(&audio), WHOLE, &stop).unwrap_err();
    assert_eq!(error.kind, FarmErrorKind::Interrupted);
    assert_eq!(status(&farm).unwrap().queued, 0, "nothing is in line");
}
