//! Devices, layouts, presets and panels.

use super::view::{Findings, View, json_of};
use crate::studio::address::{Heard, checked, note_of, source_of};
use crate::studio::bank::{bank_id, bank_name, banks_of, default_bank, kind_name, template_title};
use crate::studio::model::{DeviceSpec, LayoutSpec, Model, PanelSpec, ZoneSpec};
use crate::studio::names::{check_name, same, slug};
use crate::studio::panels::checked_title;
use crate::studio::{action, entries, glue};
use ripieno_panel::{Role, Run, Source};
use ripieno_web::shape::{Entry, EntryAddress, Kind, Preset};
use serde_json::Map;
use toml_edit::{Item, Table};

/// The kinds, the names of their presets, and those of a preset's controls.
pub const KINDS: [(Kind, &str, &str); 3] =
    [(Kind::Pad, "pad_presets", "pads"), (Kind::Knob, "knob_presets", "knobs"), (Kind::Piano, "piano_presets", "keys")];

/// Reads all of them.
pub fn read(root: &View<'_>, model: &mut Model) {
    for view in root.tables("devices") {
        let device = DeviceSpec {
            id: id(&view),
            name: view.needed("name"),
            layout: view.text("layout"),
            lights: view.flag("lights").unwrap_or(false),
        };
        if model.devices.iter().any(|other| other.id == device.id) {
            view.error("id", format!("there is a device {:?} already", device.id));
        }
        model.devices.push(device);
        view.done();
    }
    model.layouts = layouts(root);
    for (kind, presets, controls) in KINDS {
        for view in root.tables(presets) {
            preset(view, kind, controls, model);
        }
    }
    for view in root.tables("panels") {
        panel(view, model);
    }
}

/// Reads layouts, of a studio or of a file of controllers.
pub fn layouts(root: &View<'_>) -> Vec<LayoutSpec> {
    let mut layouts: Vec<LayoutSpec> = Vec::new();
    for view in root.tables("layouts") {
        let id = id(&view);
        if layouts.iter().any(|other| other.id == id) {
            view.error("id", format!("there is a layout {id:?} already"));
        }
        let name = view.text("name").unwrap_or_else(|| id.clone());
        let ports = view.texts("ports").unwrap_or_default();
        let zones = view.tables("zones").into_iter().filter_map(zone).collect();
        layouts.push(LayoutSpec { id, name, ports, zones });
        view.done();
    }
    layouts
}

/// An id: what a file name could be as well.
fn id(view: &View<'_>) -> String {
    let id = view.needed("id");
    if let Err(cause) = checked_id(&id)
        && view.item("id").is_some_and(Item::is_str)
    {
        view.error("id", cause);
    }
    id
}

fn checked_id(id: &str) -> Result<(), String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if (1..=100).contains(&id.len()) && id.chars().all(is_plain) {
        return Ok(());
    }
    Err("an id has 1 to 100 of the characters a-z, A-Z, 0-9, `-`, `_` and `.`".into())
}

fn zone(view: View<'_>) -> Option<ZoneSpec> {
    const RUNS: [(&str, i64); 7] = [
        ("notes", 127),
        ("controls", 127),
        ("controls14", 31),
        ("nrpns", 16_383),
        ("rpns", 16_383),
        ("pressures", 127),
        ("programs", 127),
    ];
    let mut runs = Vec::new();
    for (key, most) in RUNS {
        let Some(item) = view.item(key) else { continue };
        match ends(item, most) {
            Some([first, last]) => {
                let source = |n: i64| match key {
                    "notes" => Source::Note(n as u8),
                    "controls" => Source::Control(n as u8),
                    "controls14" => Source::Control14(n as u8),
                    "nrpns" => Source::Nrpn(n as u16),
                    "rpns" => Source::Rpn(n as u16),
                    "pressures" => Source::PolyPressure(n as u8),
                    _ => Source::ProgramIs(n as u8),
                };
                runs.push(Run { first: source(first), last: source(last) });
            }
            None => view.error(key, format!("`{key}` is not a number, nor a pair of first and last, from 0 to {most}")),
        }
    }
    if let Some(text) = view.text("source") {
        match source_of(Kind::Pad, &text) {
            Ok(Heard::Source(source)) => runs.push(Run { first: source, last: source }),
            Ok(Heard::Pattern(_)) => view.error("source", "a layout has no SysEx patterns"),
            Err(cause) => view.error("source", cause),
        }
    }
    let [run] = runs.as_slice() else {
        let names: Vec<&str> = RUNS.iter().map(|(key, _)| *key).collect();
        let named = names.iter().chain(&["source"]).filter(|key| view.has(key)).count();
        // One that is there and is wrong was told already.
        if named != 1 {
            let cause = format!("a zone has one of {} and source; this has {named}", names.join(", "));
            view.findings().error(view.at(), cause);
        }
        return None;
    };
    let role = view.needed("role");
    let bank = view.text("bank");
    let letter = |bank: &String| {
        let found = bank_id(Kind::Pad, bank);
        if found.is_none() {
            view.error("bank", format!("{bank:?} is no bank; {} would do", banks_of(Kind::Pad)));
        }
        found
    };
    let bank = bank.as_ref().map(letter);
    let is_mappable = view.flag("mappable");
    let role = match (role.as_str(), bank) {
        ("pad", Some(bank)) => Role::Pad(bank?),
        ("pad", None) => {
            view.error("role", "pads belong to a bank: `bank = \"A\"`");
            return None;
        }
        ("knob", bank) => Role::Knob(match bank {
            Some(bank) => Some(bank?),
            None => None,
        }),
        ("key", _) => Role::Key { is_mappable: is_mappable.unwrap_or(false) },
        ("ignored", _) => Role::Ignored,
        (other, _) => {
            if view.item("role").is_some_and(Item::is_str) {
                view.error("role", format!("{other:?} is no role; pad, knob, key and ignored are"));
            }
            return None;
        }
    };
    let light = view.item("light").and_then(|item| {
        let pair = pair(item, 127).map(|pair| pair.map(|n| n as u8));
        if pair.is_none() {
            view.error("light", "`light` is the pair of off and on, each from 0 to 127");
        }
        pair
    });
    let channel = view.int("channel", 1..=16).map(|n| n as u8);
    let zone = ZoneSpec { device: view.text("device"), channel, run: *run, role, light };
    view.done();
    Some(zone)
}

/// One number, or the first and the last of a run.
fn ends(item: &Item, most: i64) -> Option<[i64; 2]> {
    let one = item.as_integer().filter(|n| (0..=most).contains(n)).map(|n| [n, n]);
    one.or_else(|| pair(item, most).filter(|[first, last]| first <= last))
}

fn pair(item: &Item, most: i64) -> Option<[i64; 2]> {
    let numbers: Vec<i64> = item.as_array()?.iter().map(|n| n.as_integer().unwrap_or(-1)).collect();
    <[i64; 2]>::try_from(numbers).ok().filter(|pair| pair.iter().all(|n| (0..=most).contains(n)))
}

fn preset(view: View<'_>, kind: Kind, controls: &'static str, model: &mut Model) {
    let name = match check_name(&view.needed("name")) {
        Ok(name) => name,
        Err(error) => {
            if view.item("name").is_some_and(Item::is_str) {
                view.error("name", error.to_string());
            }
            return;
        }
    };
    if let Some(other) = model.presets_of(kind).find(|other| same(&other.name, &name)) {
        view.error("name", format!("there is a {} preset called {:?} already", kind_name(kind), other.name));
    }
    let id = match view.text("id") {
        Some(id) => {
            if let Err(cause) = checked_id(&id) {
                view.error("id", cause);
            } else if model.presets.iter().any(|other| other.id == id) {
                view.error("id", format!("there is a preset with the id {id:?} already"));
            }
            id
        }
        // Said with the first edit: until then the name does for both.
        None => {
            free_id(&format!("{}-{}", kind_name(kind), slug(&name)), |id| model.presets.iter().any(|it| it.id == id))
        }
    };
    let mut list: Vec<Entry> = view.tables(controls).into_iter().filter_map(|view| entry(view, kind)).collect();
    entries::number(&mut list);
    model.presets.push(Preset { id, kind, name, entries: list });
    view.done();
}

/// An id that is not taken.
fn free_id(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|n| format!("{wanted}-{n}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|id| !is_taken(id)).unwrap_or_default()
}

fn entry(view: View<'_>, kind: Kind) -> Option<Entry> {
    let mut sources = Vec::new();
    if let Some(item) = view.item("note") {
        let number = item.as_integer().map(|n| n.to_string());
        match number.as_deref().or(item.as_str()).map(note_of) {
            Some(Ok(note)) => sources.push(format!("note:{note}")),
            Some(Err(cause)) => view.error("note", cause),
            None => view.error("note", "`note` is a number from 0 to 127, or a name such as \"C4\""),
        }
    }
    sources.extend(view.int("cc", 0..=127).map(|cc| format!("cc:{cc}")));
    sources.extend(view.text("source"));
    let [source] = sources.as_slice() else {
        let named = ["note", "cc", "source"].iter().filter(|key| view.has(key)).count();
        if named != 1 {
            view.findings().error(view.at(), format!("a control has one of note, cc and source; this has {named}"));
        }
        return None;
    };
    let channel = view.int("channel", 1..=16).map(|n| n as u8);
    let at = EntryAddress { source: source.clone(), channel, device: view.text("device"), nth: 0 };
    let at = checked(kind, &at).map_err(|cause| view.error("source", cause)).ok()?;
    let mut entry = entries::empty(kind, &at);
    for field in entries::FIELDS {
        let Some(item) = view.item(field) else { continue };
        let changed = json_of(item).and_then(|value| {
            let change = Map::from_iter([(field.to_owned(), value)]);
            entries::changed(kind, &entry, &change).map_err(|error| error.to_string())
        });
        match changed {
            Ok(changed) => entry = changed,
            Err(cause) => view.error(field, cause),
        }
    }
    if let Err(cause) = glue::glue(kind, &entry) {
        view.findings().error(view.at(), cause);
    }
    view.done();
    Some(entry)
}

fn panel(view: View<'_>, model: &mut Model) {
    let kind = match view.needed("type").as_str() {
        "pad" => Kind::Pad,
        "knob" => Kind::Knob,
        "piano" => Kind::Piano,
        other => {
            if view.item("type").is_some_and(Item::is_str) {
                view.error("type", format!("{other:?} is no kind of panel; pad, knob and piano are"));
            }
            return;
        }
    };
    let bank = view.text("bank").unwrap_or_else(|| default_bank(kind).into());
    let Some(bank) = bank_id(kind, &bank).map(|id| bank_name(kind, id)) else {
        view.error("bank", format!("a {} panel has no bank {bank:?}; {} would do", kind_name(kind), banks_of(kind)));
        return;
    };
    let is_taken = |id: &str| model.panels.iter().any(|panel| panel.id == id);
    let id = match view.text("id") {
        Some(id) => {
            if let Err(cause) = checked_id(&id) {
                view.error("id", cause);
            } else if is_taken(&id) {
                view.error("id", format!("there is a panel {id:?} already"));
            }
            id
        }
        None => free_id(&format!("{}Panel-{}", kind_name(kind), model.panels.len() + 1), is_taken),
    };
    let preset_id = view.text("preset").map(|named| match model.preset(kind, &named) {
        Some(preset) => preset.id.clone(),
        None => {
            let cause = format!("there is no {} preset {named:?}; the panel is silent", kind_name(kind));
            view.findings().warn(view.place("preset"), cause);
            named
        }
    });
    let title = match view.text("title").map(|title| checked_title(title.trim())) {
        Some(Ok(title)) if !title.is_empty() => title,
        Some(Err(error)) => {
            view.error("title", error.to_string());
            return;
        }
        _ => template_title(kind, &bank),
    };
    if view.flag("active").unwrap_or(false) {
        let slot = (kind, bank.clone());
        match model.active.get(&slot) {
            Some(other) => {
                let cause =
                    format!("the panel {other} is active in {}:{bank} already; one of them can be", kind_name(kind));
                view.error("active", cause);
            }
            None => _ = model.active.insert(slot, id.clone()),
        }
    }
    model.panels.push(PanelSpec { id, kind, bank, preset_id, title });
    view.done();
}

/// What can only be told once everything is read: actions that do nothing as they are, layouts and devices that are missing.
pub fn look_again(model: &Model, root: &Table, findings: &Findings) {
    for (kind, presets, controls) in KINDS {
        let mut tables = View::new(root, None, findings).tables(presets).into_iter();
        for preset in model.presets_of(kind) {
            let Some(view) = tables.next() else { return };
            for (entry, view) in preset.entries.iter().zip(view.tables(controls)) {
                if let Some(Err(cause)) = entry.action.as_ref().map(|action| action::check(model, action)) {
                    findings.warn(view.place("action"), format!("this does nothing: {cause}"));
                }
                let is_known = |id: &String| model.devices.iter().any(|device| device.id == *id);
                if let Some(device) = entry.at.device.as_ref().filter(|id| !is_known(id)) {
                    findings.warn(view.place("device"), format!("this hears nothing: there is no device {device:?}"));
                }
            }
        }
    }
    for (device, view) in model.devices.iter().zip(View::new(root, None, findings).tables("devices")) {
        if let Some(layout) = device.layout.as_ref().filter(|id| model.layout(id).is_none()) {
            findings
                .warn(view.place("layout"), format!("there is no layout {layout:?}; the device has the default one"));
        }
    }
}
