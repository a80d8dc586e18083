//! A program that edits a studio until it is killed, for tests. Before and after each deed it says as a JSON line what the
//! studio is then: a twin in memory has done the deed first.

use clap::Parser;
use ripieno::studio::{Folder, Studio};
use ripieno_tests::hostile::Dice;
use ripieno_tests::studio::{Deed, copied, hash};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

/// Edits a studio until it is killed.
#[derive(Parser)]
struct Options {
    /// Its file.
    studio: PathBuf,
    /// The same seed, the same deeds.
    seed: u64,
}

fn main() {
    let Options { studio, seed } = Options::parse();
    let mut twin = Studio::open(copied(&mut Folder::at(&studio))).expect("a studio");
    let mut real = Studio::open(Folder::at(studio)).expect("a studio");
    let mut dice = Dice::new(seed);
    loop {
        let deed = Deed::next(&mut dice);
        let moved = deed.carry_out(&mut twin).expect("memory holds");
        let text = hash(twin.text());
        say(&json!({"begins": moved.word(), "text": text}));
        let done = deed.carry_out(&mut real).expect("the disk holds");
        assert!(done == moved && real.text() == twin.text() && real.history() == twin.history(), "{deed:?}");
        say(&json!({"done": moved.word(), "text": text, "undo": real.history().undo}));
    }
}

/// A whole line at once, or none of it.
fn say(line: &serde_json::Value) {
    let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
}
