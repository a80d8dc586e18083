//! The catalogue of actions: every type, its fields, their ranges and defaults. Checks and the API read the same table.

use ripieno_fx::{EFFECTS, PARAMS};
use serde_json::{Value, json};
use std::fmt;

/// One type of action.
pub struct Spec {
    /// What `type` says.
    pub name: &'static str,
    /// For people.
    pub about: &'static str,
    /// Its fields.
    pub fields: &'static [Field],
    /// True if a button makes sense of it.
    pub button: bool,
    /// True if a knob makes sense of it.
    pub knob: bool,
    /// True for what the computer is made to do: it has to be allowed, and is checked by those who do it.
    pub is_outside: bool,
}

/// One field.
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What it is if nothing is said, as text.
    pub default: Option<&'static str>,
    /// True if it cannot be left out.
    pub is_required: bool,
}

/// What a field may be.
#[derive(Clone, Copy)]
pub enum Shape {
    /// A whole number, both ends included.
    Int(i64, i64),
    /// One way or the other: 1 or -1.
    Step,
    /// A key, by number or name.
    Note,
    /// Keys.
    Notes,
    /// Yes or no.
    Bool,
    /// Any text that is not empty.
    Text,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// An effect parameter.
    Param,
    /// An effect.
    Effect,
    /// Whatever those who do it understand.
    Any,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(min, max) => write!(f, "a whole number from {min} to {max}"),
            Self::Step => f.write_str("1 or -1"),
            Self::Note => f.write_str("a note from 0 to 127, or its name such as C4"),
            Self::Notes => f.write_str("1 to 8 notes from 0 to 127, or their names"),
            Self::Bool => f.write_str("true or false"),
            Self::Text => f.write_str("a text"),
            Self::Any => f.write_str("a value"),
            Self::OneOf(words) => write!(f, "one of {}", words.join(", ")),
            Self::Param => {
                let names: Vec<&str> = PARAMS.iter().map(|param| param.name).collect();
                write!(f, "one of {}", names.join(", "))
            }
            Self::Effect => {
                let names: Vec<&str> = EFFECTS.iter().map(|effect| effect.name).collect();
                write!(f, "one of {}", names.join(", "))
            }
        }
    }
}

impl Shape {
    /// For clients, that build forms of it.
    fn json(self) -> Value {
        match self {
            Self::Int(min, max) => json!({ "type": "integer", "min": min, "max": max }),
            Self::Step => json!({ "type": "integer", "one_of": [-1, 1] }),
            Self::Note => json!({ "type": "note" }),
            Self::Notes => json!({ "type": "notes", "max_items": 8 }),
            Self::Bool => json!({ "type": "boolean" }),
            Self::Text => json!({ "type": "string" }),
            Self::Any => json!({ "type": "any" }),
            Self::OneOf(words) => json!({ "type": "string", "one_of": words }),
            Self::Param => {
                let names: Vec<&str> = PARAMS.iter().map(|param| param.name).collect();
                json!({ "type": "string", "one_of": names })
            }
            Self::Effect => {
                let names: Vec<&str> = EFFECTS.iter().map(|effect| effect.name).collect();
                json!({ "type": "string", "one_of": names })
            }
        }
    }
}

const fn needed(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, default: None, is_required: true }
}

const fn given(name: &'static str, shape: Shape, default: &'static str) -> Field {
    Field { name, shape, default: Some(default), is_required: false }
}

const fn maybe(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, default: None, is_required: false }
}

const CHANNEL: Field = given("channel", Shape::Int(1, 16), "1");
const VELOCITY: Field = maybe("velocity", Shape::Int(1, 127));
const KINDS: &[&str] = &["pad", "knob", "piano"];

const fn button(name: &'static str, about: &'static str, fields: &'static [Field]) -> Spec {
    Spec { name, about, fields, button: true, knob: false, is_outside: false }
}

const fn either(name: &'static str, about: &'static str, fields: &'static [Field]) -> Spec {
    Spec { name, about, fields, button: true, knob: true, is_outside: false }
}

const fn outside(name: &'static str, about: &'static str, knob: bool, fields: &'static [Field]) -> Spec {
    Spec { name, about, fields, button: true, knob, is_outside: true }
}

/// What the rig and the host's instruments and tasks understand, then what the computer does.
const SPECS: &[Spec] = &[
    button("note", "a note for as long as the control is down", &[needed("note", Shape::Note), CHANNEL, VELOCITY]),
    button(
        "chord",
        "several notes for as long as the control is down",
        &[needed("notes", Shape::Notes), CHANNEL, VELOCITY],
    ),
    either("cc", "a controller", &[needed("number", Shape::Int(0, 127)), CHANNEL]),
    button(
        "program",
        "an instrument of the font",
        &[needed("program", Shape::Int(0, 127)), maybe("bank", Shape::Int(0, 16_383)), CHANNEL],
    ),
    either("pitch_bend", "the pitch wheel", &[CHANNEL]),
    either("fx", "an effect parameter", &[needed("target", Shape::Param)]),
    either("effect", "an effect in or out of the path", &[needed("target", Shape::Effect)]),
    button("instrument", "another instrument, by name", &[needed("name", Shape::Text)]),
    either("master", "the output gain", &[]),
    either("transpose", "semitones more; 0 sets back", &[given("by", Shape::Int(-24, 24), "0")]),
    button("panic", "silence", &[]),
    button("sample", "a sound of [[samples]], by name", &[needed("name", Shape::Text)]),
    button("phrase", "a phrase of [[score.phrases]], by name", &[needed("name", Shape::Text)]),
    either("layer", "a layer of [[score.layers]], by name, on or off", &[needed("name", Shape::Text)]),
    either("tempo", "taps the tempo, or sets it", &[]),
    button("panel", "makes a panel active", &[needed("panel", Shape::Text), given("on", Shape::Bool, "true")]),
    button(
        "next_panel",
        "the next panel of a slot",
        &[needed("kind", Shape::OneOf(KINDS)), needed("bank", Shape::Text), given("by", Shape::Step, "1")],
    ),
    button("next_bank", "the next bank of knobs", &[given("by", Shape::Step, "1")]),
    either(
        "task",
        "starts, stops or tells a pipeline task; a knob sets a parameter between min and max",
        &[
            needed("task", Shape::Text),
            given("do", Shape::OneOf(&["start", "stop", "toggle", "event", "set"]), "start"),
            maybe("event", Shape::Text),
            maybe("param", Shape::Text),
            maybe("value", Shape::Any),
            given("min", Shape::Any, "0"),
            given("max", Shape::Any, "1"),
        ],
    ),
    outside(
        "keystroke",
        "keys, to whatever is in front or only to one application",
        false,
        &[needed("keys", Shape::Text), maybe("process", Shape::Text)],
    ),
    outside(
        "scroll",
        "notches of the wheel",
        true,
        &[needed("amount", Shape::Int(-100, 100)), given("horizontal", Shape::Bool, "false")],
    ),
    outside(
        "launch",
        "a program, by its arguments or, with shell = true, by a command",
        false,
        &[
            maybe("argv", Shape::Any),
            maybe("command", Shape::Text),
            given("shell", Shape::Bool, "false"),
            maybe("cwd", Shape::Text),
            maybe("env", Shape::Any),
        ],
    ),
    outside(
        "http",
        "a request",
        true,
        &[
            given("method", Shape::Text, "GET"),
            needed("url", Shape::Text),
            maybe("headers", Shape::Any),
            maybe("body", Shape::Text),
            given("timeout_ms", Shape::Int(1, 600_000), "10000"),
            given("redirects", Shape::Int(0, 255), "0"),
        ],
    ),
    outside(
        "osc",
        "a message over UDP",
        true,
        &[needed("to", Shape::Text), needed("address", Shape::Text), maybe("args", Shape::Any)],
    ),
    outside("midi_out", "bytes to a MIDI output", true, &[needed("port", Shape::Text), needed("message", Shape::Any)]),
    outside("volume", "a volume of the system", true, &[needed("target", Shape::Text)]),
    outside(
        "obs",
        "something of OBS Studio",
        false,
        &[needed("do", Shape::Text), maybe("name", Shape::Text), maybe("input", Shape::Text)],
    ),
    outside("reaper", "an action of REAPER", true, &[needed("action", Shape::Any)]),
];

/// A type by its name; `app_keystroke` is what `keystroke` was called with a process.
pub fn find(name: &str) -> Option<&'static Spec> {
    let name = if name == "app_keystroke" { "keystroke" } else { name };
    SPECS.iter().find(|spec| spec.name == name)
}

/// All names.
pub fn names() -> impl Iterator<Item = &'static str> {
    SPECS.iter().map(|spec| spec.name)
}

/// Every type of action with its fields: `[{type, about, fields: [{name, shape, default, required}], button, knob, where}]`;
/// `where` is `rig`, or `computer` for those that have to be allowed. Any.
pub fn catalog() -> Value {
    let field = |field: &Field| {
        let default = field.default.map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
        json!({ "name": field.name, "shape": field.shape.json(), "default": default, "required": field.is_required })
    };
    let spec = |spec: &Spec| {
        let fields: Vec<Value> = spec.fields.iter().map(field).collect();
        let place = if spec.is_outside { "computer" } else { "rig" };
        json!({
            "type": spec.name, "about": spec.about, "fields": fields,
            "button": spec.button, "knob": spec.knob, "where": place,
        })
    };
    SPECS.iter().map(spec).collect()
}
