//! Studios as a whole: edits of the text, rules of panels and presets.

mod editing;
mod panels;
mod presets;

use super::*;
use ripieno_web::shape::{EntryAddress, Kind, NewPanel};

/// The studio that everybody starts with.
fn starter() -> Studio<InMemory> {
    Studio::open(InMemory::default()).unwrap()
}

/// A studio of a text.
fn studio(text: &str) -> Studio<InMemory> {
    Studio::open(InMemory::of(text)).unwrap_or_else(|error| panic!("{error}"))
}

/// What the disk has.
fn stored(studio: &Studio<InMemory>) -> &str {
    std::str::from_utf8(studio.files().bytes(Part::Document).unwrap_or_default()).unwrap()
}

fn fresh(random: u32) -> Fresh {
    Fresh { millis: 1_700_000_000_000, random }
}

fn at(source: &str) -> EntryAddress {
    EntryAddress { source: source.into(), ..EntryAddress::default() }
}

fn new_panel(kind: Kind, bank: &str, activate: bool) -> NewPanel {
    NewPanel { kind, bank: Some(bank.into()), preset: None, title: None, activate }
}

fn change<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}
