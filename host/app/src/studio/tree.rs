//! A model as the tables that say it, shortest form: what is as it would be anyway is left out.

use super::address::default_label;
use super::audio;
use super::bank::{bank_name, kind_name, template_title};
use super::model::{LayerSpec, LayoutSpec, Model, PanelSpec, PhraseSpec, ScoreSpec, ZoneSpec};
use super::rack;
use ripieno_panel::{Role, Source};
use ripieno_web::shape::{Entry, Kind, Preset};
use serde::Serialize;
use serde_json::Value;
use toml_edit::{Array, InlineTable};

/// One value of a document.
#[derive(Clone, Debug)]
pub enum Node {
    /// Something that stands behind an equals sign.
    Value(toml_edit::Value),
    /// A table, keys in the order in which they are written.
    Table(Table),
    /// Tables of one name, each with what tells it from the others.
    List(Vec<(String, Table)>),
}

/// A table.
pub type Table = Vec<(String, Node)>;

impl Node {
    /// True for values that say the same.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Value(one), Self::Value(other)) => plain(one) == plain(other),
            (Self::Table(one), Self::Table(other)) => same_tables(one, other),
            (Self::List(one), Self::List(other)) => {
                let same =
                    |((a, one), (b, other)): (&(String, Table), &(String, Table))| a == b && same_tables(one, other);
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            _ => false,
        }
    }
}

fn plain(value: &toml_edit::Value) -> String {
    value.clone().decorated("", "").to_string()
}

fn same_tables(one: &Table, other: &Table) -> bool {
    let find = |key: &String| other.iter().find(|(k, _)| k == key);
    one.len() == other.len() && one.iter().all(|(key, node)| find(key).is_some_and(|(_, other)| node.is_same(other)))
}

/// Collects a table's keys.
#[derive(Default)]
struct Build(Table);

impl Build {
    fn set(mut self, key: &str, value: impl Into<toml_edit::Value>) -> Self {
        self.0.push((key.into(), Node::Value(value.into())));
        self
    }

    fn maybe(self, key: &str, value: Option<impl Into<toml_edit::Value>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    /// What is said only if it is not the default.
    fn unless<T: PartialEq + Into<toml_edit::Value>>(self, key: &str, value: T, default: T) -> Self {
        if value == default { self } else { self.set(key, value) }
    }

    fn list(mut self, key: &str, list: Vec<(String, Table)>) -> Self {
        if !list.is_empty() {
            self.0.push((key.into(), Node::List(list)));
        }
        self
    }

    fn table(mut self, key: &str, table: Table) -> Self {
        if !table.is_empty() {
            self.0.push((key.into(), Node::Table(table)));
        }
        self
    }

    /// Anything that JSON has.
    fn json(mut self, key: &str, value: &Value) -> Self {
        self.0.extend(node_of(value).map(|node| (key.to_owned(), node)));
        self
    }
}

/// The whole document.
pub fn of(model: &Model) -> Table {
    let named = |name: &String, path: &String| {
        (name.clone(), Build::default().set("name", name.as_str()).set("path", path.as_str()).0)
    };
    let devices = model.devices.iter().map(|device| {
        let table = Build::default().set("id", device.id.as_str()).set("name", device.name.as_str());
        let table = table.maybe("layout", device.layout.as_deref()).unless("lights", device.lights, false);
        (device.id.clone(), table.0)
    });
    let contexts = model.contexts.iter().enumerate().map(|(n, context)| {
        let table = Build::default().set("process", context.process.as_str());
        (n.to_string(), table.maybe("panel", context.panel.as_deref()).maybe("preset", context.preset.as_deref()).0)
    });
    let presets = |kind, controls| {
        model.presets_of(kind).map(|preset| (preset.id.clone(), self::preset(preset, controls))).collect::<Vec<_>>()
    };
    let fx = model.fx.iter().fold(Build::default(), |table, (name, value)| match rack::bypass(name) {
        Some(_) => table.set(name, true),
        None => table.set(name, float(*value)),
    });
    let order: Array = model.fx_order.iter().map(String::as_str).collect();
    let fx = fx.maybe("order", (!order.is_empty()).then_some(order));
    let audio = audio::values(&model.audio).into_iter().fold(Build::default(), |table, (key, value)| {
        table.maybe(key, value.filter(|(_, is_default)| !is_default).map(|(value, _)| value))
    });
    let settings = model.settings.iter().fold(Build::default(), |table, (key, value)| table.json(key, value));
    let allow: Array = model.actions.allow.iter().map(String::as_str).collect();
    let actions = Build::default().maybe("allow", (!allow.is_empty()).then_some(allow));
    let actions = model.actions.tables.iter().fold(actions, |table, (key, value)| table.json(key, value));
    Build::default()
        .maybe("instrument", model.instrument.as_deref())
        .table("audio", audio.0)
        .table("fx", fx.0)
        .table("settings", settings.0)
        .table("actions", actions.0)
        .list("devices", devices.collect())
        .list("layouts", model.layouts.iter().map(|layout| (layout.id.clone(), self::layout(layout))).collect())
        .list("pad_presets", presets(Kind::Pad, "pads"))
        .list("knob_presets", presets(Kind::Knob, "knobs"))
        .list("piano_presets", presets(Kind::Piano, "keys"))
        .list("panels", model.panels.iter().map(|it| (it.id.clone(), panel(model, it))).collect())
        .list("contexts", contexts.collect())
        .list("instruments", model.instruments.iter().map(|it| named(&it.name, &it.path)).collect())
        .list("samples", model.samples.iter().map(|it| named(&it.name, &it.path)).collect())
        .table("score", score(&model.score))
        .0
}

/// A table as JSON.
pub fn json_of_table(table: &Table) -> Value {
    let node = |node: &Node| match node {
        Node::Value(value) => super::read::json_of(&toml_edit::Item::Value(value.clone())).unwrap_or_default(),
        Node::Table(table) => json_of_table(table),
        Node::List(list) => list.iter().map(|(_, table)| json_of_table(table)).collect(),
    };
    Value::Object(table.iter().map(|(key, value)| (key.clone(), node(value))).collect())
}

/// A layout.
pub fn layout(layout: &LayoutSpec) -> Table {
    let ports: Array = layout.ports.iter().map(String::as_str).collect();
    let table = Build::default().set("id", layout.id.as_str());
    let table = if layout.name == layout.id { table } else { table.set("name", layout.name.as_str()) };
    let zones = layout.zones.iter().enumerate().map(|(n, it)| (n.to_string(), zone(it))).collect();
    table.maybe("ports", (!ports.is_empty()).then_some(ports)).list("zones", zones).0
}

fn zone(zone: &ZoneSpec) -> Table {
    let run = |first: i64, last: i64| -> toml_edit::Value {
        if first == last { first.into() } else { Array::from_iter([first, last]).into() }
    };
    let byte = |first: u8, last: u8| run(first.into(), last.into());
    let table = Build::default().maybe("device", zone.device.as_deref());
    let table = table.maybe("channel", zone.channel.map(i64::from));
    let table = match (zone.run.first, zone.run.last) {
        (Source::Note(a), Source::Note(b)) => table.set("notes", byte(a, b)),
        (Source::Control(a), Source::Control(b)) => table.set("controls", byte(a, b)),
        (Source::Control14(a), Source::Control14(b)) => table.set("controls14", byte(a, b)),
        (Source::Nrpn(a), Source::Nrpn(b)) => table.set("nrpns", run(a.into(), b.into())),
        (Source::Rpn(a), Source::Rpn(b)) => table.set("rpns", run(a.into(), b.into())),
        (Source::PolyPressure(a), Source::PolyPressure(b)) => table.set("pressures", byte(a, b)),
        (Source::ProgramIs(a), Source::ProgramIs(b)) => table.set("programs", byte(a, b)),
        (source, _) => table.set("source", super::address::source_text(source, |_| None)),
    };
    let table = match zone.role {
        Role::Pad(bank) => table.set("role", "pad").set("bank", bank_name(Kind::Pad, bank)),
        Role::Knob(bank) => table.set("role", "knob").maybe("bank", bank.map(|bank| bank_name(Kind::Knob, bank))),
        Role::Key { is_mappable } => table.set("role", "key").unless("mappable", is_mappable, false),
        Role::Ignored => table.set("role", "ignored"),
    };
    table.maybe("light", zone.light.map(|pair| Array::from_iter(pair.map(i64::from)))).0
}

fn preset(preset: &Preset, controls: &str) -> Table {
    let entries = preset.entries.iter().map(|it| (address(it), entry(preset.kind, it))).collect();
    Build::default().set("id", preset.id.as_str()).set("name", preset.name.as_str()).list(controls, entries).0
}

/// What tells an entry from the others of its preset.
fn address(entry: &Entry) -> String {
    let at = &entry.at;
    format!("{} {:?} {:?} {}", at.source, at.channel, at.device, at.nth)
}

fn entry(kind: Kind, entry: &Entry) -> Table {
    let table = Build::default();
    let table = match entry.at.source.split_once(':').map(|(name, number)| (name, number.parse::<i64>())) {
        Some(("note", Ok(note))) => table.set("note", note),
        Some(("cc", Ok(cc))) => table.set("cc", cc),
        _ => table.set("source", entry.at.source.as_str()),
    };
    let table = table.maybe("channel", entry.at.channel.map(i64::from)).maybe("device", entry.at.device.as_deref());
    let label = (entry.label != default_label(kind, &entry.at.source)).then_some(entry.label.as_str());
    let mut table = table.maybe("label", label);
    // The fields as JSON has them are those of the file.
    let fields = cleaned(entry);
    for field in super::entries::FIELDS.iter().filter(|field| **field != "label") {
        if let Some(value) = fields.get(field) {
            // One line each, however deep.
            table.0.extend(inline(value).map(|value| ((*field).to_owned(), Node::Value(value))));
        }
    }
    table.0
}

fn panel(model: &Model, panel: &PanelSpec) -> Table {
    let title = (panel.title != template_title(panel.kind, &panel.bank)).then_some(panel.title.as_str());
    Build::default()
        .set("id", panel.id.as_str())
        .set("type", kind_name(panel.kind))
        .set("bank", panel.bank.as_str())
        .maybe("preset", panel.preset_id.as_deref())
        .maybe("title", title)
        .unless("active", model.is_active(panel), false)
        .0
}

fn score(score: &ScoreSpec) -> Table {
    let default = ScoreSpec::default();
    let tempo = (score.tempo != default.tempo).then_some(float(score.tempo));
    let swing = (score.swing != default.swing).then_some(float(score.swing));
    Build::default()
        .maybe("tempo", tempo)
        .maybe("swing", swing)
        .list("phrases", score.phrases.iter().map(|it| (it.name.clone(), phrase(it))).collect())
        .list("layers", score.layers.iter().map(|it| (it.name.clone(), layer(it))).collect())
        .0
}

fn phrase(phrase: &PhraseSpec) -> Table {
    let notes = phrase.notes.iter().map(|note| {
        let values =
            [("at", note.at), ("note", note.note.into()), ("velocity", note.velocity.into()), ("length", note.length)];
        values.into_iter().map(|(key, value)| (key, toml_edit::Value::from(i64::from(value)))).collect::<InlineTable>()
    });
    let notes: Array = notes.map(toml_edit::Value::from).collect();
    Build::default()
        .set("name", phrase.name.as_str())
        .unless("channel", i64::from(phrase.channel), 1)
        .unless("ends_on_release", phrase.ends_on_release, false)
        .unless("scaled", phrase.scaled, true)
        .maybe("notes", (!notes.is_empty()).then_some(notes))
        .0
}

fn layer(layer: &LayerSpec) -> Table {
    let step = |keys: &Vec<u8>| -> toml_edit::Value {
        match keys.as_slice() {
            [] => "".into(),
            [one] => i64::from(*one).into(),
            several => Array::from_iter(several.iter().map(|key| i64::from(*key))).into(),
        }
    };
    let steps: Array = layer.steps.iter().map(step).collect();
    Build::default()
        .set("name", layer.name.as_str())
        .unless("channel", i64::from(layer.channel), 10)
        .unless("velocity", i64::from(layer.velocity), 100)
        .unless("length", i64::from(layer.length), 100)
        .maybe("swing", layer.swing.map(float))
        .maybe("steps", (!steps.is_empty()).then_some(steps))
        .0
}

/// As people write it: 0.3 and not 0.300000011920929.
fn float(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::from(value))
}

/// JSON with numbers as people write them.
fn cleaned(value: &impl Serialize) -> Value {
    let text = serde_json::to_string(value).unwrap_or_default();
    serde_json::from_str(&text).unwrap_or_default()
}

/// JSON as a value of one line; nothing for null, which the file says by leaving it out.
fn inline(value: &Value) -> Option<toml_edit::Value> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => match number.as_i64() {
            Some(number) => number.into(),
            None => number.as_f64()?.into(),
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(all) => all.iter().filter_map(inline).collect::<Array>().into(),
        Value::Object(fields) => {
            // The type of an action says what the other fields are, so it comes first.
            let first = fields.get_key_value("type").into_iter();
            let all = first.chain(fields.iter().filter(|(key, _)| *key != "type"));
            let mut table = InlineTable::new();
            for (key, value) in all {
                if let Some(value) = inline(value) {
                    table.insert(key, value);
                }
            }
            table.into()
        }
    })
}

/// JSON as a table where it is one, else as a value.
fn node_of(value: &Value) -> Option<Node> {
    match value {
        Value::Object(fields) => {
            let nodes = fields.iter().filter_map(|(key, value)| Some((key.clone(), node_of(value)?)));
            Some(Node::Table(nodes.collect()))
        }
        value => inline(value).map(Node::Value),
    }
}
