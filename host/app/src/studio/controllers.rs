//! Layouts of well-known controllers: data files, built in.

use super::model::{LayoutSpec, Model, ZoneSpec};
use super::read::layouts_of;
use super::tree;
use ripieno_panel::{BankId, Role, Run, Source};
use serde_json::{Value, json};
use std::sync::OnceLock;

/// The layout of controllers without their own.
pub const DEFAULT: &str = "default";

macro_rules! files {
    ($($name:literal)*) => {
        [$(($name, include_str!(concat!("../../controllers/", $name, ".toml")))),*]
    };
}

/// The data files, by the ids of their layouts.
const FILES: [(&str, &str); 19] = files! {
    "akai-apc-key-25"
    "akai-apc-mini"
    "akai-lpd8"
    "akai-mpd218"
    "akai-mpk-mini-mk3"
    "akai-mpk-mini-play"
    "arturia-beatstep"
    "arturia-minilab-mkii"
    "behringer-x-touch-mini"
    "djtechtools-midi-fighter-3d"
    "djtechtools-midi-fighter-twister"
    "korg-nanokey2"
    "korg-nanokontrol2"
    "korg-nanopad2"
    "novation-launch-control"
    "novation-launch-control-xl"
    "novation-launchkey-mini-mk3"
    "novation-launchpad-mini"
    "novation-launchpad-x"
};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_one_sound_layout() {
        assert!(FILES.len() >= 12);
        for (name, text) in FILES {
            let (layouts, warnings) = layouts_of(text).unwrap_or_else(|causes| panic!("{name}: {causes:?}"));
            assert!(warnings.is_empty(), "{name}: {warnings:?}");
            let [layout] = layouts.as_slice() else { panic!("{name}: {} layouts", layouts.len()) };
            assert_eq!(layout.id, name, "a file is called by its layout's id");
            assert!(text.starts_with("# "), "{name}: says nothing of itself and its source");
            assert!(!layout.ports.is_empty() && layout.ports.iter().all(|port| port.len() >= 4), "{name}");
            assert!((1..=20).contains(&layout.zones.len()), "{name}: {} zones", layout.zones.len());
            check_zones(name, &layout.zones);
        }
        assert_eq!(controllers().len(), FILES.len());
        check_zones("default", &usual().zones);
    }

    /// No control is in two zones, so their order means nothing.
    fn check_zones(name: &str, zones: &[ZoneSpec]) {
        for (n, one) in zones.iter().enumerate() {
            for other in &zones[n + 1..] {
                let apart = one.channel.is_some() && other.channel.is_some() && one.channel != other.channel
                    || std::mem::discriminant(&one.run.first) != std::mem::discriminant(&other.run.first)
                    || one.run.last < other.run.first
                    || other.run.last < one.run.first;
                assert!(apart, "{name}: {one:?} and {other:?}");
            }
        }
    }

    #[test]
    fn port_names_find_their_layout_and_only_theirs() {
        let model = Model::default();
        let check = |port: &str, expected: Option<&str>| {
            assert_eq!(model.layout_for(port).map(|layout| layout.id.as_str()), expected, "{port}");
        };
        check("MPK Mini Play MIDI 1", Some("akai-mpk-mini-play"));
        check("MPK mini 3:MPK mini 3 MIDI 1 20:0", Some("akai-mpk-mini-mk3"));
        check("Launchpad Mini MK3 LPMiniMK3 MIDI", Some("novation-launchpad-x"));
        check("Launchpad Mini MIDI 1", Some("novation-launchpad-mini"));
        check("Launch Control XL MIDI 1", Some("novation-launch-control-xl"));
        check("nanokontrol2 SLIDER/KNOB", Some("korg-nanokontrol2"));
        check("X-TOUCH MINI MIDI 1", Some("behringer-x-touch-mini"));
        check("Midi Through Port-0", None);
        check("", None);
        // One name is never part of two of equal right.
        let ports: Vec<&String> = controllers().iter().flat_map(|layout| &layout.ports).collect();
        for (n, port) in ports.iter().enumerate() {
            assert!(!ports[..n].iter().any(|other| other.eq_ignore_ascii_case(port)), "{port}");
        }
    }

    #[test]
    fn pages_are_told_of_all() {
        let all = layouts_json(&Model::default());
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), FILES.len() + 1);
        let play = all.iter().find(|layout| layout["id"] == "akai-mpk-mini-play").unwrap();
        assert_eq!((&play["built_in"], &play["zones"][0]["notes"]), (&json!(true), &json!([16, 23])));
    }
}
