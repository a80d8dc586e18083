//! Layouts of well-known controllers: data files, built in.

use super::error::Notice;
use super::model::{LayoutSpec, Model, ZoneSpec};
use super::read::layouts_of;
use super::tree;
use ripieno_panel::{BankId, Role, Run, Source};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The layout of controllers without their own.
pub const DEFAULT: &str = "default";

/// The data files.
const FILES: [(&str, &str); 0] = [];

/// Every built-in layout, by id. Any.
pub fn controllers() -> &'static [LayoutSpec] {
    static ALL: OnceLock<Vec<LayoutSpec>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all: Vec<LayoutSpec> =
            FILES.iter().filter_map(|(_, text)| layouts_of(text).ok()).flat_map(|(it, _)| it).collect();
        all.sort_by(|one, other| one.id.cmp(&other.id));
        all
    })
}

/// The layout that everybody has who has no other: pads A on notes 16 to 23 and B on 24 to 31, knobs on controllers 48 to 51,
/// keys that can be mapped from 36 to 72.
pub fn usual() -> LayoutSpec {
    let zone =
        |first, last, role| ZoneSpec { device: None, channel: None, run: Run { first, last }, role, light: None };
    let note = |first, last, role| zone(Source::Note(first), Source::Note(last), role);
    LayoutSpec {
        id: DEFAULT.into(),
        name: "Any controller".into(),
        ports: Vec::new(),
        zones: vec![
            note(16, 23, Role::Pad(BankId(0))),
            note(24, 31, Role::Pad(BankId(1))),
            zone(Source::Control(48), Source::Control(51), Role::Knob(None)),
            note(36, 72, Role::Key { is_mappable: true }),
        ],
    }
}

impl Model {
    /// A layout of the studio, or a built-in one. Any.
    pub fn layout(&self, id: &str) -> Option<&LayoutSpec> {
        let built_in = || controllers().iter().find(|layout| layout.id == id);
        self.layouts.iter().find(|layout| layout.id == id).or_else(built_in)
    }

    /// The layout for a port's name, the longest pattern deciding. Any.
    pub fn layout_for(&self, port: &str) -> Option<&LayoutSpec> {
        let port = port.to_lowercase();
        let meets = |layout: &&LayoutSpec| {
            let found = layout.ports.iter().filter(|part| port.contains(&part.to_lowercase())).map(String::len);
            found.max().unwrap_or(0)
        };
        let all = controllers().iter().chain(&self.layouts);
        all.filter(|layout| meets(layout) > 0).max_by_key(meets)
    }
}

/// All layouts that a device may have, as JSON: `[{id, name, ports, zones, built_in}]`, zones as in the file. Any.
pub fn layouts_json(model: &Model) -> Value {
    let entry = |layout: &LayoutSpec, is_built_in: bool| {
        let mut all = tree::json_of_table(&tree::layout(layout));
        all["name"] = json!(layout.name);
        all["built_in"] = json!(is_built_in);
        all
    };
    let own = |id: &str| model.layouts.iter().any(|layout| layout.id == id);
    let usual = (!own(DEFAULT)).then(|| entry(&usual(), true));
    let built_in = controllers().iter().filter(|layout| !own(&layout.id)).map(|layout| entry(layout, true));
    model.layouts.iter().map(|layout| entry(layout, false)).chain(usual).chain(built_in).collect()
}

/// The mistakes of the built-in layouts, by file: there are none.
#[cfg(test)]
fn mistakes() -> Vec<(&'static str, Vec<Notice>)> {
    let causes = |text: &str| layouts_of(text).map_or_else(|causes| causes, |(_, warnings)| warnings);
    FILES.iter().map(|(name, text)| (*name, causes(text))).filter(|(_, causes)| !causes.is_empty()).collect()
}
