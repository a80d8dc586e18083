//! What comes of importing: all kinds of action, banks of before panels, and files that are broken.

use super::*;
use crate::studio::{InMemory, Studio};
use serde_json::json;

const CONFIG: &str = r#"
[device]
name = "MPK Mini Play"

[[knobs]]
cc = 48
label = "Old"
[knobs.action]
type = "volume"
target = "master"

[[pad_presets]]
name = "Spotify"
[[pad_presets.pads]]
note = 16
label = "Play"
hotkey = "mouse5"
[pad_presets.pads.action]
type = "keystroke"
keys = "playpause"
[[pad_presets.pads]]
note = 17
[pad_presets.pads.action]
type = "app_keystroke"
keys = "ctrl+s"
process = "reaper.exe"
[[pad_presets.pads]]
note = 18
action = { type = "shell", command = "notepad" }
[[pad_presets.pads]]
note = 19
action = { type = "obs", target = "scene:Camera" }
[[pad_presets.pads]]
note = 20
action = { type = "obs", target = "mute:Mic" }
[[pad_presets.pads]]
note = 21
action = { type = "plugin", target = "Voicemeeter:mic_mute", params = { band = 1 } }
[[pad_presets.pads]]
note = 22
action = { type = "scroll", keys = "3" }
[[pad_presets.pads]]
note = 23
action = { type = "scene_screen" }
[[pad_presets.pads]]
note = "x"
[[pad_presets.pads]]
note = 300

[[pad_presets]]
name = "a/b: c"

[[knob_presets]]
name = "Piano FX"
[[knob_presets.knobs]]
cc = 49
action = { type = "plugin", target = "Piano:fx_reverb.mix" }
[[knob_presets.knobs]]
cc = 48
action = { type = "plugin", target = "Piano:fx_volume" }
[[knob_presets.knobs]]
cc = 50
action = { type = "volume", target = "spotify" }

[[piano_presets]]
name = "Default"
[[piano_presets.keys]]
note = 60
action = { type = "launch", command = "calc" }
[[piano_presets.keys]]
note = "C4"

[theme]
dark = true
"#;

fn fresh() -> Fresh {
    Fresh { millis: 1, random: 7 }
}

fn imported(config: &str, settings: Option<&str>) -> (Model, Imported) {
    let imported = import(config, settings, fresh()).unwrap();
    let studio = Studio::open(InMemory::of(imported.text.clone())).unwrap_or_else(|error| panic!("{error}"));
    (studio.model().clone(), imported)
}

#[test]
fn every_action_is_translated_or_kept_and_told() {
    let (model, imported) = imported(CONFIG, None);
    let action = |kind, preset: &str, source: &str| {
        let at = EntryAddress { source: source.into(), ..EntryAddress::default() };
        serde_json::to_value(&model.entry(kind, preset, &at).unwrap().action).unwrap()
    };
    let pad = |source: &str| action(Kind::Pad, "Spotify", source);
    assert_eq!(pad("16"), json!({"type": "keystroke", "keys": "playpause"}));
    assert_eq!(pad("17"), json!({"type": "keystroke", "keys": "ctrl+s", "process": "reaper.exe"}));
    assert_eq!(pad("18"), json!({"type": "launch", "command": "notepad", "shell": true}));
    assert_eq!(pad("19"), json!({"type": "obs", "do": "scene", "name": "Camera"}));
    assert_eq!(pad("20"), json!({"type": "obs", "do": "toggle_mute", "input": "Mic"}));
    assert_eq!(pad("21"), json!({"type": "plugin", "target": "Voicemeeter:mic_mute", "params": {"band": 1}}));
    assert_eq!(pad("22"), json!({"type": "scroll", "amount": 3}));
    assert_eq!(pad("23"), json!({"type": "scene_screen"}));
    assert_eq!(action(Kind::Knob, "Piano FX", "49"), json!({"type": "fx", "target": "reverb.mix"}));
    assert_eq!(action(Kind::Knob, "Piano FX", "48"), json!({"type": "fx", "target": "volume.gain"}));
    assert_eq!(action(Kind::Knob, "Piano FX", "50"), json!({"type": "volume", "target": "spotify"}));
    assert_eq!(action(Kind::Knob, "Knobs", "48"), json!({"type": "volume", "target": "master"}));
    assert_eq!(action(Kind::Piano, "Default", "60"), json!({"type": "launch", "command": "calc", "shell": true}));
    let device = &model.devices[0];
    assert_eq!((device.name.as_str(), device.layout.as_deref()), ("MPK Mini Play", Some("akai-mpk-mini-play")));
    assert!(model.preset(Kind::Pad, "a b c").is_some());
    for word in
        ["hotkey", "Voicemeeter:mic_mute", "scene_screen", "\"a/b: c\"", "[theme]", "without a note", "no piano panel"]
    {
        assert!(imported.left.iter().any(|left| left.contains(word)), "{word}: {:?}", imported.left);
    }
}

#[test]
fn banks_of_before_panels_become_four_active_panels() {
    let check = |settings: serde_json::Value, presets: [&str; 4]| {
        let (model, imported) = imported(CONFIG, Some(&settings.to_string()));
        let panels: Vec<(Kind, &str, String)> =
            model.panels.iter().map(|it| (it.kind, it.bank.as_str(), model.served_panel(it).preset)).collect();
        let kinds = [(Kind::Pad, "A"), (Kind::Pad, "B"), (Kind::Knob, "A"), (Kind::Knob, "B")];
        let expected: Vec<_> =
            kinds.iter().zip(presets).map(|((kind, bank), it)| (*kind, *bank, it.to_owned())).collect();
        assert_eq!(panels, expected, "{:?}", imported.left);
        assert!(model.panels.iter().all(|panel| model.is_active(panel)));
    };
    let banks = json!({"bankA": "Spotify", "bankB": "A B C", "knobBank-A": "Knobs", "knobBank-B": "Piano FX"});
    check(json!({ "panel_presets": banks }), ["Spotify", "a b c", "Knobs", "Piano FX"]);
    check(json!({ "panel_presets": {"knobs": "Knobs"}, "preset_index": 1 }), ["a b c", "a b c", "Knobs", "Knobs"]);
    check(json!({}), ["Spotify", "Spotify", "Piano FX", "Piano FX"]);
    check(json!({ "panels": {} }), ["Spotify", "Spotify", "Piano FX", "Piano FX"]);
}

#[test]
fn panels_slots_sound_and_obs_are_taken_over() {
    let settings = json!({
        "panels": {
            "padPanel-1-a": {"instanceId": "padPanel-1-a", "type": "pad", "bank": "B", "preset": "spotify", "title": "Mine"},
            "x y": {"type": "piano", "bank": "play", "preset": "", "title": ""},
            "bad": {"type": "drum"}, "worse": {"type": "pad", "bank": "Z"},
            "lost": {"type": "knob", "bank": "A", "preset": "Gone", "title": "Knob Panel A"},
        },
        "active_panels": {"pad:B": "padPanel-1-a", "pad:A": "padPanel-1-a", "knob:A": null, "piano:play": "nobody"},
        "piano_audio": {"sample_rate": 44100, "block_size": 512, "latency_mode": "high", "max_polyphony": 16, "master_volume": 0.8, "output_device": 3},
        "obs_session_plugin": {"host": "127.0.0.1", "port": 4455, "password": "hunter2"},
        "melody_transpose": 3, "ui_layout": null,
    });
    let (model, imported) = imported(CONFIG, Some(&settings.to_string()));
    assert_eq!(model.panels.len(), 3);
    let mine = model.panel("padPanel-1-a").unwrap();
    assert_eq!((mine.title.as_str(), model.is_active(mine), model.active.len()), ("Mine", true, 1));
    let audio = &model.audio;
    assert_eq!(
        (audio.rate, audio.buffer, audio.latency, audio.voices, audio.master),
        (Some(44_100), Some(512), Latency::High, 16, 0.8)
    );
    assert_eq!(model.actions.tables["obs"]["password"], "${vault:obs.password}");
    assert!(!imported.text.contains("hunter2") && !format!("{:?}", imported.left).contains("hunter2"));
    for word in
        ["\"bad\"", "\"worse\"", "\"Gone\"", "pad:A", "piano:play", "output device", "melody_transpose", "secrets.json"]
    {
        assert!(imported.left.iter().any(|left| left.contains(word)), "{word}: {:?}", imported.left);
    }
}

#[test]
fn broken_parts_are_left_and_broken_files_are_told() {
    let check = |config: &str, settings: Option<&str>, word: &str| {
        let (model, imported) = imported(config, settings);
        assert!(imported.left.iter().any(|left| left.contains(word)), "{config}: {:?}", imported.left);
        assert!(model.presets_of(Kind::Pad).next().is_some() && model.panels.len() == 4);
    };
    check("", Some("{"), "no JSON");
    check("", Some("[]"), "no JSON object");
    check("", Some("{\"piano_audio\": {\"sample_rate\": 12}}"), "rate 12");
    check("pad_presets = 3\n", None, "piano");
    check("[[pad_presets]]\npads = [{ note = 1, action = 3 }]\n", None, "no table");
    check("[[pad_presets]]\nname = \"///\"\n", None, "\"///\"");
    check("[[pad_presets]]\nname = \"A\"\n[[pad_presets]]\nname = \"a\"\n", None, "\"a (2)\"");
    let error = import("[x\n", None, fresh()).unwrap_err();
    assert_eq!(error.line, 1);
}
