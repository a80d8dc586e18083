//! A program that is killed while it writes a studio: what is on the disk is the old state or the new one, and its history.

use ripieno::studio::{EditError, Folder, InMemory, Studio, versions};
use ripieno_tests::hostile::Dice;
use ripieno_tests::process::sibling;
use ripieno_tests::studio::{Deed, Expected, Move, copied, hash};
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Programs that are killed.
const KILLS: usize = 500;
/// So many studios at a time.
const LANES: usize = 4;
/// Long enough for a start and some edits, in microseconds.
const LIFE: usize = 60_000;
/// Long enough for one edit, in microseconds.
const EDIT: usize = 4_000;

#[test]
fn a_studio_outlives_500_kills() {
    let lanes: Vec<Deaths> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|lane| scope.spawn(move || lane_of_kills(lane))).collect();
        lanes.into_iter().map(|lane| lane.join().expect("a lane")).collect()
    });
    let sum = |count: fn(&Deaths) -> usize| lanes.iter().map(count).sum::<usize>();
    let [deeds, within, done] = [sum(|lane| lane.deeds), sum(|lane| lane.within), sum(|lane| lane.done)];
    println!(
        "{KILLS} kills, {deeds} deeds before them; {within} fell into another deed, which was done in {done} of them"
    );
    assert!(deeds > KILLS && within > KILLS / 10, "these kills show little");
}

/// When programs died.
#[derive(Default)]
struct Deaths {
    /// Deeds that were told as done.
    deeds: usize,
    /// Kills within a deed.
    within: usize,
    /// Of those, deeds that were done nevertheless.
    done: usize,
}

/// Kills its share of the programs, and looks after each one.
fn lane_of_kills(lane: usize) -> Deaths {
    let folder = tempfile::tempdir().expect("a folder for the studio");
    let path = folder.path().join("studio.toml");
    let mut dice = Dice::new(0x5EED + 2 * lane as u64);
    let mut expected = Expected::of(Studio::open(Folder::at(&path)).expect("nothing there").text());
    let mut deaths = Deaths::default();
    for kill in 0..KILLS / LANES {
        let seed = (kill * LANES + lane) as u64;
        let told = life(&path, seed, &mut dice);
        let mut in_flight = None;
        for line in told.lines() {
            let line: Value = serde_json::from_str(line).expect("a line comes whole or not at all");
            let text = line["text"].as_u64().expect("a hash");
            match line["begins"].as_str() {
                Some(word) => in_flight = Some(expected.after(Move::of(word).expect("a move"), text)),
                None => {
                    expected = in_flight.take().expect("what is done has begun");
                    expected.forget(line["undo"].as_u64().expect("steps") as usize);
                    deaths.deeds += 1;
                }
            }
        }
        deaths.within += usize::from(in_flight.is_some());
        let (is_new, found) = look(&path, expected, in_flight, kill);
        deaths.done += usize::from(is_new);
        expected = found;
    }
    deaths
}

/// Lets a program edit the studio, kills it at some instant, and gives what it said.
fn life(path: &Path, seed: u64, dice: &mut Dice) -> String {
    // Should the test be killed, the system ends the program.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(sibling("studio-probe")).arg(path).arg(seed.to_string());
    let mut probe = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the probe starts");
    let mut stdout = BufReader::new(probe.stdout.take().expect("a pipe"));
    let mut told = String::new();
    // At any instant, that of the start included; or within the edit that begins with a certain line.
    let wait = if dice.below(2) == 0 {
        dice.below(LIFE)
    } else {
        for _ in 0..=2 * dice.below(4) {
            let length = stdout.read_line(&mut told).expect("text");
            assert!(length > 0, "seed {seed}: the probe ended by itself after {told}");
        }
        dice.below(EDIT)
    };
    std::thread::sleep(Duration::from_micros(wait as u64));
    probe.kill().expect("it runs");
    let status = probe.wait().expect("it is ours");
    stdout.read_to_string(&mut told).expect("text");
    assert!(status.code().is_none(), "seed {seed}: the probe ended by itself: {status}");
    told
}

/// Opens what the killed program left; says whether it is the new one, and gives which of both it is.
fn look(path: &Path, old: Expected, new: Option<Expected>, kill: usize) -> (bool, Expected) {
    let mut files = Folder::at(path);
    let studio = Studio::open(files.clone()).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
    assert_eq!(studio.warnings(), [], "kill {kill}");
    let is_new = new.as_ref().is_some_and(|new| new.differs(&studio).is_none());
    let mut expected = if is_new { new.expect("just seen") } else { old };
    if let Some(difference) = expected.differs(&studio) {
        panic!("kill {kill}: {difference}");
    }
    expected.forget(studio.history().undo);
    for version in versions(&mut files).expect("readable") {
        assert_eq!(version.broken, None, "kill {kill}: version {}", version.number);
    }
    // What a killed program leaves half-written goes with the next opening.
    let mut left: Vec<_> = path
        .parent()
        .expect("a folder")
        .read_dir()
        .expect("readable")
        .map(|entry| entry.expect("readable").file_name())
        .collect();
    left.retain(|name| !name.to_string_lossy().starts_with("studio."));
    assert!(left.is_empty(), "kill {kill}: {left:?}");

    // The history is walked in memory, so that the next program begins with what this one left.
    let most = if kill.is_multiple_of(25) { usize::MAX } else { 3 };
    let mut twin = Studio::open(copied(&mut files)).expect("the same files");
    expected.walk(&mut twin, most);
    (is_new, expected)
}

/// A fault, and a crash, at every step of writing, of every deed: found at random instants above, one by one here.
#[test]
fn a_deed_that_fails_at_any_step_has_not_been_done() {
    for seed in 0..8 {
        let mut dice = Dice::new(2 * seed + 1);
        let mut studio = Studio::open(InMemory::default()).expect("an empty studio");
        let mut expected = Expected::of(studio.text());
        for n in 0..40 {
            let deed = Deed::next(&mut dice);
            // History, versions, document; more steps there are not.
            for step in 1.. {
                let case = format!("seed {seed}, deed {n} {deed:?}, step {step}");
                let mut trial = Studio::open(studio.files().clone()).expect("what was stored");
                trial.files_mut().fail_at(step);
                match deed.carry_out(&mut trial) {
                    Ok(_) => break,
                    Err(EditError::Storage(cause)) => assert!(cause.contains("the disk is full"), "{case}: {cause}"),
                    Err(error) => panic!("{case}: {error}"),
                }
                assert!(step <= 3, "{case}: there are only three");
                assert_eq!(expected.differs(&trial), None, "{case}");
                let mut again = Studio::open(trial.files().clone()).expect("what was stored");
                assert_eq!(expected.differs(&again), None, "{case}, opened again");
                expected.walk(&mut again, 1);
                // Nor does the one that saw the fault mind.
                trial.files_mut().fail_at(0);
                let moved = deed.carry_out(&mut trial).expect("memory holds");
                assert_eq!(expected.after(moved, hash(trial.text())).differs(&trial), None, "{case}, tried again");
            }
            if dice.below(4) == 0 {
                studio = Studio::open(studio.files().clone()).expect("what was stored");
            }
            if dice.below(4) == 0 {
                studio.files_mut().fail_at(1 + dice.below(3) as u32);
                let _ = deed.carry_out(&mut studio).map(|moved| expected = expected.after(moved, hash(studio.text())));
                studio.files_mut().fail_at(0);
                assert_eq!(expected.differs(&studio), None);
                continue;
            }
            let moved = deed.carry_out(&mut studio).expect("memory holds");
            expected = expected.after(moved, hash(studio.text()));
            assert_eq!(expected.differs(&studio), None, "seed {seed}, deed {n} {deed:?}");
        }
    }
}
