//! Tasks that do not go as planned: tries, wishes to stop, late workers, damage. On both versions.

use crate::server::{Farms, Nats};
use crate::support::*;
use ripieno_farm::record::{Record, Standing};
use ripieno_farm::{Bucket, FarmErrorKind, Manner, Told, ledger, status};
use ripieno_separate::{Cancel, ErrorCode, JobSettings, Session};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn tasks_in_this_process_end_once() {
    all(in_process);
}

#[test]
fn tasks_on_jetstream_end_once() {
    let nats = Nats::start();
    let mut number = 0;
    all(|| {
        number += 1;
        nats.open(&format!("tasks{number}"))
    });
}

fn all<F: Farm>(mut new: impl FnMut() -> F) {
    let folder = tempfile::tempdir().unwrap();
    let job = job(&song(folder.path(), "song.wav", 1, 3_000));
    let checks: [fn(&F, &JobSettings, &Path); 11] = [
        vanished_workers_lose_nothing,
        poisoned_jobs_go_to_the_dead_letter_list,
        vanishing_is_a_try,
        what_no_try_helps_against_is_given_up_at_once,
        cancelled_jobs_are_let_go,
        a_round_does_not_judge_the_next,
        a_worker_that_is_stopped_gives_back_and_does_not_count,
        a_damaged_record_holds_no_other_up,
        jobs_that_are_gone_leave_no_outputs,
        what_failed_is_stored_anew,
        half_submitted_jobs_are_completed,
    ];
    for check in checks {
        check(&new(), &job, folder.path());
    }
    spans_that_are_damaged_are_done_again(&new(), folder.path());
    spans_that_come_late_leave_nothing(&new(), folder.path());
    spans_in_line_twice_are_done_once(&new(), folder.path());
}

fn is_failed(told: &[Told], message: &str, again: bool) -> bool {
    told.iter().any(|told| matches!(told, Told::Failed { message: why, again: more, .. } if why.contains(message) && *more == again))
}

fn vanished_workers_lose_nothing<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, WHOLE).id;
    // Takes it and is never heard of again.
    let lost = farm.claim(LONG).unwrap().unwrap();
    assert_eq!(lost.tries, 1);
    drop(lost);
    work_off(farm, 2, folder);
    assert!(fetched(farm, &id) == local(job));
}

fn poisoned_jobs_go_to_the_dead_letter_list<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, Manner { tries: 2, ..WHOLE }).id;
    let mut worker = worker(farm, Puppet::failing(ErrorCode::Failed, "the card caught fire"), "w", folder);
    assert!(is_failed(&step(&mut worker), "caught fire", true));
    let between = record(farm, &id);
    assert_eq!((between.standing, between.error.as_deref()), (Standing::Running, Some("the card caught fire")));
    assert!(is_failed(&step(&mut worker), "caught fire", false));
    let now = status(farm).unwrap();
    assert_eq!(
        (now.failed, now.dead[0].id.as_str(), now.dead[0].error.as_str()),
        (1, id.as_str(), "the card caught fire")
    );
    assert!(farm.claim(Duration::from_millis(1_300)).unwrap().is_none(), "it is out of line");

    assert!(ledger::retry(farm, &id).unwrap());
    assert!(!ledger::retry(farm, &id).unwrap(), "one in line is not put there again");
    work_off(farm, 1, folder);
    assert_eq!(record(farm, &id).standing, Standing::Done);
    assert!(!ledger::retry(farm, &id).unwrap());
}

fn vanishing_is_a_try<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, Manner { tries: 1, ..WHOLE }).id;
    drop(farm.claim(LONG).unwrap().unwrap());
    let mut worker = worker(farm, Puppet::idle(), "w", folder);
    step(&mut worker);
    let record = record(farm, &id);
    assert_eq!(record.standing, Standing::Failed);
    assert!(record.error.unwrap().contains("without a word"));
}

fn what_no_try_helps_against_is_given_up_at_once<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, WHOLE).id;
    let mut worker = worker(farm, Puppet::failing(ErrorCode::BadInput, "it is empty"), "w", folder);
    assert!(is_failed(&step(&mut worker), "it is empty", false));
    assert_eq!(record(farm, &id).standing, Standing::Failed);
}

fn cancelled_jobs_are_let_go<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, WHOLE).id;
    let (puppet, begun) = Puppet::endless();
    thread::scope(|scope| {
        scope.spawn(|| step(&mut worker(farm, puppet, "w", folder)));
        assert!(wait_for(|| begun.is_requested()));
        assert!(ledger::remove(farm, farm, &id).unwrap_err().message.contains("cancel it first"));
        assert!(ledger::cancel(farm, &id).unwrap());
        assert!(!ledger::cancel(farm, &id).unwrap());
    });
    assert_eq!(record(farm, &id).standing, Standing::Cancelled);
    assert!(farm.claim(Duration::from_millis(1_300)).unwrap().is_none(), "it is out of line");
    ledger::remove(farm, farm, &id).unwrap();
    assert_eq!(ledger::retry(farm, &id).unwrap_err().kind, FarmErrorKind::Missing);
}

fn a_round_does_not_judge_the_next<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, Manner { tries: 1, ..WHOLE }).id;
    let (puppet, begun) = Puppet::endless();
    thread::scope(|scope| {
        scope.spawn(|| step(&mut worker(farm, puppet, "w", folder)));
        assert!(wait_for(|| begun.is_requested()));
        ledger::cancel(farm, &id).unwrap();
        assert!(ledger::retry(farm, &id).unwrap());
    });
    let now = record(farm, &id);
    assert_eq!((now.standing, now.error), (Standing::Queued, None), "who had it before says nothing of it");
    work_off(farm, 1, folder);
    assert_eq!(record(farm, &id).standing, Standing::Done);
}

fn a_worker_that_is_stopped_gives_back_and_does_not_count<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, Manner { tries: 1, ..WHOLE }).id;
    for _ in 0..3 {
        let (puppet, begun) = Puppet::endless();
        let stop = Cancel::default();
        thread::scope(|scope| {
            scope.spawn(|| worker(farm, puppet, "w", folder).work(false, &stop, &mut |_| ()).unwrap());
            assert!(wait_for(|| begun.is_requested()));
            stop.request();
        });
    }
    assert_eq!(record(farm, &id).stops, 3);
    work_off(farm, 1, folder);
    assert_eq!(record(farm, &id).standing, Standing::Done, "{:?}", record(farm, &id).error);
}

fn a_damaged_record_holds_no_other_up<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    assert!(farm.create("job.broken", b"{ no record").unwrap());
    farm.push("broken.1.whole").unwrap();
    farm.push("no task").unwrap();
    farm.push("unknown.1.whole").unwrap();
    let id = submit(farm, job, WHOLE).id;
    let told = work_off(farm, 1, folder);
    assert!(is_failed(&told, "damaged", false), "{told:?}");
    assert_eq!(record(farm, &id).standing, Standing::Done);
    assert_eq!(status(farm).unwrap().damaged, 1);
    assert!(farm.claim(Duration::from_millis(1_300)).unwrap().is_none(), "none of them comes again");
}

fn jobs_that_are_gone_leave_no_outputs<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, WHOLE).id;
    let round = record(farm, &id).round;
    let other = farm.clone();
    let taken = id.clone();
    // Taken out of line, and forgotten, while its work comes to its end all the same.
    let puppet = Puppet::new(move |_, _| {
        ledger::cancel(&other, &taken).unwrap();
        ledger::remove(&other, &other, &taken).unwrap();
        Ok(())
    });
    step(&mut worker(farm, puppet, "w", folder));
    assert_eq!(farm.find(&format!("output/{id}/{round}/0")).unwrap(), None);
    assert_eq!(status(farm).unwrap().done, 0);
}

fn what_failed_is_stored_anew<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    let id = submit(farm, job, Manner { tries: 1, ..WHOLE }).id;
    let input = format!("input/{}", record(farm, &id).input.sha256);
    let bytes = farm.find(&input).unwrap().unwrap();
    farm.put(&input, bytes, &mut vec![7_u8; bytes as usize].as_slice()).unwrap();
    work_off(farm, 1, folder);
    let failed = record(farm, &id);
    assert_eq!(failed.standing, Standing::Failed);
    assert!(failed.error.unwrap().contains("submit it again"));
    let again = submit(farm, job, WHOLE);
    assert!(again.new && again.id == id);
    work_off(farm, 1, folder);
    assert!(fetched(farm, &id) == local(job));
}

fn half_submitted_jobs_are_completed<F: Farm>(farm: &F, job: &JobSettings, folder: &Path) {
    // Whoever submitted it ended between its record and its task.
    let whole = in_process();
    let id = submit(&whole, job, WHOLE).id;
    let mut half: Record = record(&whole, &id);
    half.in_line = false;
    farm.create(&half.name(), &serde_json::to_vec(&half).unwrap()).unwrap();
    let mut wav = Vec::new();
    let input = format!("input/{}", half.input.sha256);
    whole.get(&input, &mut wav).unwrap();
    farm.put(&input, wav.len() as u64, &mut wav.as_slice()).unwrap();
    assert!(farm.claim(Duration::ZERO).unwrap().is_none());
    let again = submit(farm, job, WHOLE);
    assert_eq!((again.new, again.standing), (false, Standing::Queued));
    work_off(farm, 1, folder);
    assert_eq!(record(farm, &id).standing, Standing::Done);
}

fn spans_that_are_damaged_are_done_again<F: Farm>(farm: &F, folder: &Path) {
    let job = job(&song(folder, "long.wav", 1, 60_000));
    let submitted = submit(farm, &job, Manner { span: Some(2), by_path: false, tries: 1 });
    let id = submitted.id.as_str();
    let mut worker = worker(farm, Session::new(), "w", folder);
    (0..submitted.spans).for_each(|_| drop(step(&mut worker)));
    farm.remove_file(&format!("span/{id}/1"));
    let told = step(&mut worker);
    assert!(is_failed(&told, "span 1 is to be done again", false), "{told:?}");
    assert!(ledger::retry(farm, id).unwrap());
    work_off(farm, 2, folder);
    assert!(fetched(farm, id) == local(&job));
}

fn spans_that_come_late_leave_nothing<F: Farm>(farm: &F, folder: &Path) {
    let job = job(&song(folder, "late.wav", 1, 60_000));
    let submitted = submit(farm, &job, Manner { span: Some(2), ..WHOLE });
    let (other, id) = (farm.clone(), submitted.id.clone());
    let puppet = Puppet::new(move |_, _| {
        ledger::cancel(&other, &id).unwrap();
        ledger::remove(&other, &other, &id).unwrap();
        Ok(())
    });
    step(&mut worker(farm, puppet, "w", folder));
    for span in 0..submitted.spans {
        assert_eq!(farm.find(&format!("span/{}/{span}", submitted.id)).unwrap(), None);
        assert_eq!(farm.read(&format!("span.{}.{span}", submitted.id)).unwrap(), None);
    }
}

fn spans_in_line_twice_are_done_once<F: Farm>(farm: &F, folder: &Path) {
    let job = job(&song(folder, "twice.wav", 1, 60_000));
    let submitted = submit(farm, &job, Manner { span: Some(2), ..WHOLE });
    let round = record(farm, &submitted.id).round;
    // As by a submission that broke off and was made again when the queue had forgotten the first. Other words, same tasks.
    (0..submitted.spans).for_each(|span| farm.push(&format!("{}.{round}.0{span}", submitted.id)).unwrap());
    let done = Arc::new(AtomicU64::new(0));
    let counted = done.clone();
    let puppet = Puppet::new(move |_, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    let mut worker = worker(farm, puppet, "w", folder);
    (0..2 * submitted.spans).for_each(|_| drop(step(&mut worker)));
    assert_eq!(done.load(Ordering::Relaxed), submitted.spans);
}
