//! `ripieno farm` as its users run it: a real NATS server, workers as processes, stems that equal those of one machine.

use crate::cli::{Run, command, names, run};
use ripieno_tests::hostile::Dice;
use ripieno_tests::nats::{JETSTREAM, Nats};
use ripieno_tests::recording::save;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Recordings, and seconds in which a worker is killed each; `RIPIENO_FARM_FILES` and `RIPIENO_FARM_SECS` say otherwise.
const FILES: u64 = 40;
const SECS: u64 = 15;

/// Workers at once.
const WORKERS: usize = 4;

/// What separates: short windows, so that there are many of them.
const WISHES: [&str; 4] = ["-m", "builtin:hpss", "-d", "drums"];

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a number"))
}

/// The farm's program in `folder`, with a cache of its own.
fn farm(folder: &Path, nats: &Nats, words: &[&str]) -> Run {
    run(folder, &[&["farm"], words, &["--nats", &nats.url()]].concat())
}

fn worker(folder: &Path, nats: &Nats, words: &[&str]) -> Child {
    let (models, scratch) = (folder.join("models"), folder.join("scratch"));
    let places = ["--model-dir", models.to_str().unwrap(), "--scratch-dir", scratch.to_str().unwrap()];
    let url = nats.url();
    let mut command = command(folder, &[&["farm", "worker", "--nats", &url], &places[..], words].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().expect("a worker")
}

/// Runs a worker until nothing is in line.
fn work(folder: &Path, nats: &Nats) {
    assert!(worker(folder, nats, &["--until-empty"]).wait().expect("a worker").success());
}

fn status(folder: &Path, nats: &Nats) -> Value {
    let run = farm(folder, nats, &["status", "--json"]);
    run.clean();
    run.json()
}

/// Waits until no job is in line or at work.
fn settle(folder: &Path, nats: &Nats, limit: Duration) -> Value {
    let until = Instant::now() + limit;
    loop {
        let now = status(folder, nats);
        if now["queued"] == 0 && now["running"] == 0 {
            return now;
        }
        assert!(Instant::now() < until, "it does not end: {now}");
        thread::sleep(Duration::from_millis(500));
    }
}

fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    names(folder).into_iter().map(|name| (name.clone(), fs::read(folder.join(name)).expect("a stem"))).collect()
}

/// Workers are killed, and so is the server, with all that it had in memory; every job ends once, as on one machine.
#[test]
fn a_farm_outlives_kills_and_a_restart() {
    let (files, secs) = (number("RIPIENO_FARM_FILES", FILES), number("RIPIENO_FARM_SECS", SECS));
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    fs::create_dir(folder.join("songs")).expect("a folder");
    for file in 0..files {
        save(&folder.join(format!("songs/{file:03}.wav")), 44_100, 2, 44_100 * 4 + 1_000 * file as usize);
    }
    let here = run(folder, &[&["separate", "songs", "--out-dir", "here"], &WISHES[..]].concat());
    assert_eq!(here.code, Some(0), "{here:?}");

    let mut nats = Nats::start();
    let more = ["--ack-wait", "3", "--tries", "1000", "--out-dir", "there", "--json"];
    let submitted = farm(folder, &nats, &[&["submit", "songs"], &WISHES[..], &more].concat());
    submitted.clean();
    assert_eq!(submitted.json()["jobs"].as_array().map(Vec::len), Some(files as usize));

    let mut dice = Dice::new(0xfa23);
    let mut workers: Vec<Child> = (0..WORKERS).map(|_| worker(folder, &nats, &[])).collect();
    let mut kills = 0;
    for second in 0..secs {
        thread::sleep(Duration::from_secs(1));
        let victim = &mut workers[dice.below(WORKERS)];
        victim.kill().expect("a kill");
        victim.wait().expect("its end");
        kills += 1;
        if second == secs / 2 {
            nats.down();
            thread::sleep(Duration::from_millis(500));
            nats.up();
        }
        *victim = worker(folder, &nats, &[]);
    }
    let end = settle(folder, &nats, Duration::from_secs(300));
    workers.iter_mut().for_each(|worker| drop((worker.kill(), worker.wait())));
    println!("{kills} kills: {end}");
    assert_eq!((&end["done"], &end["failed"], &end["damaged"]), (&json!(files), &json!(0), &json!(0)), "{end}");

    fs::create_dir(folder.join("there")).expect("a folder");
    let fetched = farm(folder, &nats, &["fetch", "--remove", "--json"]);
    fetched.clean();
    assert_eq!(fetched.json()["jobs"].as_array().map(Vec::len), Some(files as usize));
    let (here, there) = (contents(&folder.join("here")), contents(&folder.join("there")));
    assert_eq!(here.keys().collect::<Vec<_>>(), there.keys().collect::<Vec<_>>());
    assert!(here == there, "stems differ from those of one machine");
    let after = status(folder, &nats);
    assert_eq!((&after["done"], &after["queued"]), (&json!(0), &json!(0)), "{after}");
}

#[test]
fn one_recording_is_shared_by_all() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    save(&folder.join("long.wav"), 44_100, 2, 44_100 * 20);
    let wishes = [&WISHES[..], &["--max-len-s", "2", "--format", "flac"]].concat();
    let here = run(folder, &[&["separate", "long.wav", "--out-dir", "here"], &wishes[..]].concat());
    assert_eq!(here.code, Some(0), "{here:?}");
    let nats = Nats::start();
    let submitted = farm(folder, &nats, &[&["submit", "long.wav", "--split", "2", "--json"], &wishes[..]].concat());
    submitted.clean();
    let job = &submitted.json()["jobs"][0];
    assert!(job["spans"].as_u64().is_some_and(|spans| spans > 4), "{job}");
    // By two processes of one worker, and another.
    let mut workers = [worker(folder, &nats, &["--jobs", "2"]), worker(folder, &nats, &["--name", "other"])];
    let fetched = farm(folder, &nats, &["fetch", "--watch", "--out-dir", "there", "--json"]);
    workers.iter_mut().for_each(|worker| drop((worker.kill(), worker.wait())));
    fetched.clean();
    assert_eq!(fetched.json()["jobs"][0]["id"], job["id"]);
    assert!(contents(&folder.join("here")) == contents(&folder.join("there")), "stems differ");
}

#[test]
fn a_farm_tells_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 1, 20_000);
    let nobody = ["farm", "status", "--nats", "nats://me:secret@127.0.0.1:1"];
    let away = run(folder, &nobody);
    away.refused(4, &["nats://127.0.0.1:1", "cannot be reached"]);
    assert!(!away.stderr.contains("secret"), "{away:?}");

    let users = "accounts { a { jetstream: enabled, users: [ { user: me, password: secret } ] } }";
    let guarded = Nats::with(&format!("{JETSTREAM}{users}"));
    let place = guarded.url().replace("nats://", "nats://me:wrong@");
    let wrong = run(folder, &["farm", "submit", "song.wav", "--nats", &place]);
    wrong.refused(4, &["does not let us in", "--creds"]);
    assert!(!wrong.stderr.contains("wrong@"), "{wrong:?}");
    let right = guarded.url().replace("nats://", "nats://me:secret@");
    let here = run(folder, &["farm", "submit", "song.wav", "--nats", &right]);
    assert_eq!(here.code, Some(0), "{here:?}");
    assert!(!format!("{here:?}").contains("secret"), "{here:?}");

    let nats = Nats::start();
    let small = ["submit", "song.wav", "--bucket", "small", "--bucket-mib", "1"];
    save(&folder.join("large.wav"), 44_100, 2, 44_100 * 5);
    let large = farm(folder, &nats, &["submit", "large.wav", "--bucket", "small", "--bucket-mib", "1"]);
    large.refused(4, &["the bucket is full", "1.7 MiB"]);
    // What does not fit leaves the room to what does.
    assert_eq!(farm(folder, &nats, &small).code, Some(0));
    farm(folder, &nats, &["submit", "missing.wav"]).refused(3, &["missing.wav"]);
    farm(folder, &nats, &["submit", "song.wav", "--resume"]).refused(2, &["--resume", "farm submit"]);
    farm(folder, &nats, &["fetch", "abc"]).refused(2, &["abc", "farm status"]);
}

#[test]
fn jobs_are_known_taken_out_and_put_in_line_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 1, 20_000);
    let nats = Nats::start();
    let submit = || {
        let run = farm(folder, &nats, &[&["submit", "song.wav", "--json"], &WISHES[..]].concat());
        run.clean();
        run.json()["jobs"][0].clone()
    };
    let first = submit();
    let id = first["id"].as_str().expect("an id").to_owned();
    assert_eq!((&first["new"], &submit()["new"]), (&json!(true), &json!(false)));
    assert_eq!(farm(folder, &nats, &["cancel", &id[..8], "--json"]).json()["jobs"], json!([id]));
    work(folder, &nats);
    let cancelled = status(folder, &nats);
    assert_eq!((&cancelled["cancelled"], &cancelled["done"]), (&json!(1), &json!(0)), "{cancelled}");
    assert_eq!(farm(folder, &nats, &["retry", "--all", "--json"]).json()["jobs"], json!([id]));
    work(folder, &nats);
    let done = status(folder, &nats);
    assert_eq!((&done["done"], &done["percent"]), (&json!(1), &json!(100.0)), "{done}");
    assert_eq!(submit()["standing"], "done");

    let fetched = farm(folder, &nats, &["fetch", &id[..4]]);
    fetched.clean();
    assert!(fetched.stdout.contains("song_target.wav"), "{fetched:?}");
    // The same stems are no reason to complain; others are.
    assert_eq!(farm(folder, &nats, &["fetch", &id]).code, Some(0));
    save(&folder.join("song_target.wav"), 44_100, 1, 10);
    let other = farm(folder, &nats, &["fetch", &id]);
    assert!(other.code == Some(2) && other.stderr.contains("--force"), "{other:?}");
    assert_eq!(farm(folder, &nats, &["fetch", &id, "--force", "--remove"]).code, Some(0));
    assert_eq!(status(folder, &nats)["done"], json!(0));
    // Forgotten, it is new.
    assert_eq!(submit()["new"], json!(true));
}
