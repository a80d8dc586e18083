//! Instruments, effects, sound, settings, actions, contexts, score and samples.

use super::view::{View, json_of, number_of};
use crate::studio::address::note_of;
use crate::studio::audio;
use crate::studio::model::{
    ContextSpec, InstrumentSpec, LayerSpec, Model, PhraseNote, PhraseSpec, SampleSpec, ScoreSpec,
};
use crate::studio::names::{check_name, same};
use crate::studio::rack;
use ripieno_panel::{SHORTEST_MS, STEPS, TEMPI};
use ripieno_web::shape::Kind;
use toml_edit::Item;

/// The longest note and the latest start, in milliseconds: an hour.
const LONGEST_MS: i64 = 3_600_000;

/// Reads all of them; panels and presets are there already.
pub fn read(root: &View<'_>, model: &mut Model) {
    for view in root.tables("instruments") {
        let (name, path) = file(&view, model.instruments.iter().map(|it| &it.name));
        model.instruments.push(InstrumentSpec { name, path });
        view.done();
    }
    model.instrument = root.text("instrument");
    if let Some(view) = root.table("fx") {
        effects(&view, model);
    }
    if let Some(item) = root.item("audio") {
        match item.as_table_like().ok_or_else(|| "`audio` is not a table".into()).and_then(audio::settings) {
            Ok(settings) => model.audio = settings,
            Err(cause) => root.error("audio", cause),
        }
        if let Some(view) = root.table("audio") {
            view.knows(&audio::KEYS);
            view.done();
        }
    }
    if let Some(view) = root.table("settings") {
        for (key, item) in view.free() {
            match json_of(item) {
                Ok(value) => _ = model.settings.insert(key.into(), value),
                Err(cause) => view.error(key, format!("`{key}`: {cause}")),
            }
        }
    }
    if let Some(view) = root.table("actions") {
        model.actions.allow = view.texts("allow").unwrap_or_default();
        for (key, item) in view.free().into_iter().filter(|(key, _)| *key != "allow") {
            match json_of(item) {
                Ok(value) => _ = model.actions.tables.insert(key.into(), value),
                Err(cause) => view.error(key, format!("`{key}`: {cause}")),
            }
        }
    }
    if let Err(cause) = model.actions_config(|value| value.clone()) {
        root.findings().warn(root.place("actions"), format!("[actions]: {cause}"));
    }
    for view in root.tables("contexts") {
        context(view, model);
    }
    if let Some(view) = root.table("score") {
        model.score = score(view);
    }
    for view in root.tables("samples") {
        let (name, path) = file(&view, model.samples.iter().map(|it| &it.name));
        model.samples.push(SampleSpec { name, path });
        view.done();
    }
}

/// A checked name that is not taken.
fn name<'n>(view: &View<'_>, mut taken: impl Iterator<Item = &'n String>) -> String {
    let name = match check_name(&view.needed("name")) {
        Ok(name) => name,
        Err(error) => {
            if view.item("name").is_some_and(Item::is_str) {
                view.error("name", error.to_string());
            }
            return String::new();
        }
    };
    if taken.any(|other| same(other, &name)) {
        view.error("name", format!("the name {name:?} is taken already"));
    }
    name
}

fn file<'n>(view: &View<'_>, taken: impl Iterator<Item = &'n String>) -> (String, String) {
    (name(view, taken), view.needed("path"))
}

fn effects(view: &View<'_>, model: &mut Model) {
    let names = view.texts("order").unwrap_or_default();
    match rack::order(&names) {
        Ok(order) if order == rack::usual() => {}
        Ok(_) => model.fx_order = names,
        Err(cause) => view.error("order", cause),
    }
    for (key, item) in view.free().into_iter().filter(|(key, _)| *key != "order") {
        if let Some((_, name)) = rack::bypass(key) {
            match item.as_bool() {
                Some(true) => _ = model.fx.insert(name.into(), 1.0),
                Some(false) => {}
                None => view.error(key, format!("{key} is true or false")),
            }
            continue;
        }
        if item.is_table_like() {
            view.error(key, format!("effect parameters are one key each: \"{key}.mix\" = 0.3, with quotes"));
            continue;
        }
        let Some(param) = ripieno_fx::param(key) else {
            let near = ripieno_fx::PARAMS.iter().min_by_key(|param| strsim::damerau_levenshtein(param.name, key));
            let near = near.map_or("", |param| param.name);
            let cause = format!("there is no effect parameter {key:?}, but {near:?}; it is kept and does nothing");
            view.findings().warn(view.place(key), cause);
            continue;
        };
        match number_of(item).filter(|value| (0.0..=1.0).contains(value)) {
            _ if param.name != key => view.error(key, format!("`{key}` is called \"{}\" here", param.name)),
            Some(value) => _ = model.fx.insert(param.name.into(), value),
            None => view.error(key, format!("{key} is not a number from 0 to 1")),
        }
    }
}

fn context(view: View<'_>, model: &mut Model) {
    let process = view.needed("process");
    let panel = view.text("panel");
    let preset = view.text("preset").map(|named| {
        let found = [Kind::Pad, Kind::Knob, Kind::Piano].into_iter().find_map(|kind| model.preset(kind, &named));
        match found {
            Some(preset) => preset.id.clone(),
            None => {
                view.findings().warn(view.place("preset"), format!("there is no preset {named:?}; this does nothing"));
                named
            }
        }
    });
    if panel.is_some() == preset.is_some() {
        view.findings().error(view.at(), "a context has one of panel and preset");
    }
    if let Some(panel) = panel.as_ref().filter(|id| model.panel(id).is_none()) {
        view.findings().warn(view.place("panel"), format!("there is no panel {panel:?}; this does nothing"));
    }
    model.contexts.push(ContextSpec { process, panel, preset });
    view.done();
}

fn score(view: View<'_>) -> ScoreSpec {
    let mut score = ScoreSpec::default();
    let tempi = *TEMPI.start() as f32 / 1_000.0..=*TEMPI.end() as f32 / 1_000.0;
    if let Some(tempo) = view.number("tempo", tempi) {
        score.tempo = tempo;
    }
    score.swing = view.number("swing", 0.0..=0.5).unwrap_or(0.0);
    for view in view.tables("phrases") {
        let name = name(&view, score.phrases.iter().map(|it| &it.name));
        let mut notes: Vec<PhraseNote> = view.tables("notes").into_iter().filter_map(phrase_note).collect();
        if !notes.is_sorted_by_key(|note| note.at) {
            view.error("notes", "a phrase's notes stand in order of time: `at` never falls");
            notes.sort_by_key(|note| note.at);
        }
        score.phrases.push(PhraseSpec {
            name,
            channel: view.int("channel", 1..=16).unwrap_or(1) as u8,
            ends_on_release: view.flag("ends_on_release").unwrap_or(false),
            scaled: view.flag("scaled").unwrap_or(true),
            notes,
        });
        view.done();
    }
    for view in view.tables("layers") {
        let name = name(&view, score.layers.iter().map(|it| &it.name));
        score.layers.push(LayerSpec {
            name,
            channel: view.int("channel", 1..=16).unwrap_or(10) as u8,
            velocity: view.int("velocity", 1..=127).unwrap_or(100) as u8,
            length: view.int("length", i64::from(SHORTEST_MS)..=LONGEST_MS).unwrap_or(100) as u32,
            swing: view.number("swing", 0.0..=0.5),
            steps: steps(&view),
        });
        view.done();
    }
    view.done();
    score
}

fn phrase_note(view: View<'_>) -> Option<PhraseNote> {
    let note = view.item("note").and_then(|item| keys(item).filter(|keys| keys.len() == 1));
    let Some([note]) = note.as_deref() else {
        view.findings().error(view.place("note"), "`note` is a number from 0 to 127, or a name such as \"C4\"");
        return None;
    };
    let at = view.int("at", 0..=LONGEST_MS).unwrap_or(0) as u32;
    let velocity = view.int("velocity", 1..=127).unwrap_or(100) as u8;
    let length = view.int("length", i64::from(SHORTEST_MS)..=LONGEST_MS).unwrap_or(250) as u32;
    let note = PhraseNote { at, note: *note, velocity, length };
    view.done();
    Some(note)
}

fn steps(view: &View<'_>) -> Vec<Vec<u8>> {
    let Some(item) = view.item("steps") else { return Vec::new() };
    let steps = item.as_array().map(|all| all.iter().map(|one| keys(&Item::Value(one.clone()))).collect());
    match steps.flatten() {
        Some(steps) if Vec::len(&steps) <= STEPS => steps,
        _ => {
            let cause = "up to 16 notes, such as 36 or \"C2\", several as [36, 42], and \"\" for none";
            view.error("steps", format!("`steps` are {cause}"));
            Vec::new()
        }
    }
}

/// The keys of a step: a number, a name, several, or nothing.
fn keys(item: &Item) -> Option<Vec<u8>> {
    match (item.as_integer(), item.as_str(), item.as_array()) {
        (Some(number), ..) => u8::try_from(number).ok().filter(|note| *note < 128).map(|note| vec![note]),
        (_, Some(""), _) => Some(Vec::new()),
        (_, Some(name), _) => note_of(name).ok().map(|note| vec![note]),
        (.., Some(all)) => {
            let each = all.iter().map(|one| keys(&Item::Value(one.clone())).filter(|keys| keys.len() == 1));
            each.map(|keys| keys?.first().copied()).collect()
        }
        _ => None,
    }
}
