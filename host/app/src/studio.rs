//! The studio: everything that a user has made, in one readable file. `studio.toml` is edited by hand and by the program
//! alike: comments, order and unknown keys stay, every edit is checked, written whole, versioned and can be undone.

mod action;
mod address;
pub mod audio;
mod bank;
mod compile;
mod controllers;
mod entries;
mod error;
mod files;
mod glue;
mod history;
mod import;
mod learn;
mod merge;
mod model;
mod names;
mod panels;
mod presets;
pub mod rack;
mod read;
mod recover;
mod store;
mod tree;
mod vault;
pub(crate) mod verb;

pub use action::{catalog, check as check_action};
pub use address::{Heard, pattern_of, source_of, source_text};
pub use bank::{bank_id, bank_name, default_bank, panel_kind, template_title};
pub use compile::{Compiled, Names, Numbers, Outside, compile};
pub use controllers::{controllers, layouts_json};
pub use error::{EditError, Notice, StudioError};
pub use files::{Files, Folder, InMemory, Part, VERSIONS};
pub use history::{FEWEST_STEPS, MOST_STEPS};
pub use import::{Imported, import};
pub use learn::Learned;
pub use model::{
    ActionsSpec, ContextSpec, DeviceSpec, InstrumentSpec, LayerSpec, LayoutSpec, Model, PanelSpec, PhraseNote,
    PhraseSpec, SampleSpec, ScoreSpec, Slot, ZoneSpec,
};
pub use names::{Fresh, check_name, slug};
pub use recover::Recovered;
pub use store::{Studio, Version, restore, versions};
pub use vault::Vault;

use std::path::PathBuf;

/// The largest file that is read: far more than anybody writes.
pub const MOST_BYTES: usize = 1 << 20;

/// Where the state lies if nobody says otherwise: the user's configuration folder.
pub fn default_path() -> Option<PathBuf> {
    directories::ProjectDirs::from("", "", "ripieno").map(|folders| folders.config_dir().join("studio.toml"))
}

#[cfg(test)]
mod tests;
