//! The actions of midi-macropad in our words.

use ripieno_web::shape::{Action, Kind};
use serde_json::{Map, Value, json};

/// An action, and what is to be said of it; no action where it did nothing. What is unknown is kept as it is.
///
/// # Errors
/// What cannot even be kept.
pub fn translated(kind: Kind, action: &Value) -> Result<(Option<Action>, Option<String>), String> {
    let Some(old) = action.as_object() else { return Err("its action is no table".into()) };
    let text = |key: &str| old.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    let default = if kind == Kind::Knob { "volume" } else { "keystroke" };
    let name = Some(text("type")).filter(|name| !name.is_empty()).unwrap_or(default);
    let made = |fields: Value| (Some(ours(fields)), None);
    Ok(match name {
        "keystroke" | "app_keystroke" => match (text("keys"), text("process")) {
            ("", _) => (None, None),
            (keys, "") => made(json!({ "type": "keystroke", "keys": keys })),
            (keys, process) => made(json!({ "type": "keystroke", "keys": keys, "process": process })),
        },
        "shell" | "launch" => match text("command") {
            "" => (None, None),
            command => {
                let action = ours(json!({ "type": "launch", "command": command, "shell": true }));
                (Some(action), Some("it runs in a shell, as before; argv = [...] needs none".into()))
            }
        },
        "scroll" => {
            let amount = text("keys").parse::<i64>().ok().or_else(|| old.get("value").and_then(Value::as_i64));
            made(json!({ "type": "scroll", "amount": amount.filter(|amount| *amount != 0).unwrap_or(1) }))
        }
        "volume" => match text("target") {
            "" => made(json!({ "type": "volume", "target": "master" })),
            target @ ("master" | "mic") => made(json!({ "type": "volume", "target": target })),
            target => {
                let action = ours(json!({ "type": "volume", "target": target }));
                (Some(action), Some(format!("the volume of {target} is that of a mixer's control of this name here")))
            }
        },
        "plugin" => plugin(old, text("target")),
        "obs" => match obs(text("target")) {
            Some(action) => (Some(action), None),
            None => {
                (Some(kept(old)), Some(format!("obs: {:?} is unknown; it is kept and does nothing", text("target"))))
            }
        },
        name => (Some(kept(old)), Some(format!("the action {name:?} is unknown; it is kept and does nothing"))),
    })
}

/// The piano's effects are ours; other plugins are not.
fn plugin(old: &Map<String, Value>, target: &str) -> (Option<Action>, Option<String>) {
    let effect = target.strip_prefix("Piano:fx_").and_then(ripieno_fx::param);
    match effect {
        Some(param) => (Some(ours(json!({ "type": "fx", "target": param.name }))), None),
        None => {
            let cause = format!("the plugin's action {target:?} is unknown; it is kept and does nothing");
            (Some(kept(old)), Some(cause))
        }
    }
}

fn obs(target: &str) -> Option<Action> {
    let fields = match target.split_once(':') {
        Some(("scene", name)) if !name.is_empty() => json!({ "type": "obs", "do": "scene", "name": name }),
        Some(("mute", input)) if !input.is_empty() => json!({ "type": "obs", "do": "toggle_mute", "input": input }),
        None if ["toggle_recording", "toggle_streaming", "next_scene", "prev_scene"].contains(&target) => {
            json!({ "type": "obs", "do": target })
        }
        _ => return None,
    };
    Some(ours(fields))
}

fn ours(fields: Value) -> Action {
    serde_json::from_value(fields).unwrap_or_default()
}

/// As it was, but for texts that say nothing.
fn kept(old: &Map<String, Value>) -> Action {
    let says = |value: &Value| !value.is_null() && value.as_str() != Some("");
    let fields = old.iter().filter(|(key, value)| *key != "type" && says(value));
    Action {
        kind: old.get("type").and_then(Value::as_str).unwrap_or("unknown").into(),
        fields: fields.map(|(key, value)| (key.clone(), value.clone())).collect(),
    }
}
