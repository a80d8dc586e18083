//! Power that fails while the studio is written: it always opens, with the state before or after.

use ripieno::studio::{Folder, Part, Studio};
use ripieno_tests::process::sibling;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const KILLS: u64 = 500;

#[test]
fn a_studio_opens_after_any_kill_with_what_was_promised_or_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("studio.toml");
    let (mut edits, mut torn) = (0, 0);
    for kill in 0..KILLS {
        let mut probe = Command::new(sibling("studio-probe"))
            .arg(&path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The first edit is done before the clock runs: a kill falls between edits or into one, not before all of them.
        let mut lines = BufReader::new(probe.stdout.take().unwrap()).lines();
        let mut promised = lines.next().and_then(Result::ok);
        assert!(promised.is_some(), "kill {kill}: {:?}", probe.wait_with_output());
        let end = Instant::now() + Duration::from_micros(kill * 7_919 % 12_000);
        while Instant::now() < end {
            std::hint::spin_loop();
        }
        probe.kill().unwrap();
        probe.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            promised = Some(line);
            edits += 1;
        }
        let studio = Studio::open(Folder::at(&path)).unwrap_or_else(|error| panic!("kill {kill}: {error}"));
        let (now, said) = (studio.model().panels.len(), promised.unwrap().parse::<usize>().unwrap());
        // One edit may have been done that nobody was told of: it makes one more or one less, or clears all but three.
        assert!(now.abs_diff(said) <= 1 || now <= 3, "kill {kill}: {now} panels, {said} were promised");
        torn += usize::from(now != said);
        let history = studio.history();
        assert!(history.undo > 0, "kill {kill}: the history is lost: {history:?}");
    }
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    println!("{KILLS} kills, {edits} edits besides the first of each, {torn} of which nobody was told; {} files", left.len());
    assert!(edits > 0, "every kill came after the first edit: none fell into writing");
    assert!(Folder::at(&path).path(Part::Document).exists());
}
