//! What becomes of a model: numbers that stay, places that are found again, and what is left out.

use super::*;
use crate::studio::{InMemory, Studio};
use ripieno_panel::{Action as Core, PanelId, PanelKind};

fn model(text: &str) -> Model {
    Studio::open(InMemory::of(text)).unwrap_or_else(|error| panic!("{error}")).model().clone()
}

fn compiled(text: &str) -> Compiled {
    compile(&model(text), &mut Numbers::default())
}

#[test]
fn the_starter_is_whole() {
    let made = compiled("");
    assert_eq!(made.warnings, [""; 0]);
    let panels = made.setup.panels();
    assert_eq!(panels.len(), 3);
    assert!(panels.iter().all(|panel| panel.is_active && panel.preset.is_some()));
    let pads = panels.iter().find(|panel| panel.kind == PanelKind::Pad).unwrap();
    assert_eq!(made.names.panel_id(pads.id), Some("padPanel-1"));
    assert_eq!(made.names.preset_id(pads.preset.unwrap()), Some("pad-drums"));
    let at = EntryAddress { source: "note:16".into(), ..EntryAddress::default() };
    let kick = made.names.mapping_of("pad-drums", &at).unwrap();
    assert_eq!(made.names.mapping(kick), Some(("pad-drums", &at)));
}

#[test]
fn numbers_stay_with_their_ids() {
    let mut numbers = Numbers::default();
    let mut model = model("");
    let before = compile(&model, &mut numbers).names;
    let gone = before.panel("padPanel-1").unwrap();
    model.panels.remove(0);
    model.active.retain(|_, id| id != "padPanel-1");
    model.panels.insert(0, PanelSpec { id: "new".into(), ..model.panels[0].clone() });
    let after = compile(&model, &mut numbers).names;
    for id in ["knobPanel-1", "pianoPanel-1"] {
        assert_eq!((after.panel(id), after.panel_id(after.panel(id).unwrap())), (before.panel(id), Some(id)));
    }
    assert_eq!(after.panel("padPanel-1"), None);
    assert_ne!(after.panel("new"), Some(gone), "a number is not given to another soon");
    assert_eq!(after.preset("pad-drums"), before.preset("pad-drums"));
}

#[test]
fn actions_and_their_values_are_those_of_the_document() {
    let text = r#"
version = 1
[fx]
"reverb.mix" = 0.25
[[devices]]
id = "main"
name = "APC"
layout = "akai-apc-mini"
lights = true
[[knob_presets]]
id = "k"
name = "K"
knobs = [
  { cc = 1, action = { type = "fx", target = "reverb.mix" } },
  { cc = 2, action = { type = "fx", target = "delay.mix" }, light = [1, 2] },
  { cc = 3, action = { type = "keystroke", keys = "ctrl+c" }, label = "Copy" },
  { cc = 4, action = { type = "jump" } },
  { cc = 5, device = "gone" },
  { source = "sysex:7e 01", action = { type = "panel", panel = "p" } },
  { source = "sysex:7e 01", action = { type = "panic" } },
]
[[pad_presets]]
id = "a"
name = "A"
pads = [{ note = 3, device = "main", channel = 1, action = { type = "sample", name = "Kick" } }]
[[panels]]
id = "p"
type = "knob"
bank = "B"
preset = "k"
active = true
[[samples]]
name = "Hat"
path = "hat.wav"
[[samples]]
name = "Kick"
path = "kick.wav"
"#;
    let model = model(text);
    let mut compiler = Compiler {
        model: &model,
        names: Names { devices: vec!["main".into()], ..Names::default() },
        setup: Box::new(HostSetup::new()),
        zones: Vec::new(),
        chords: 0,
        warnings: Vec::new(),
    };
    compiler.names.numbers.panels.follow(model.panels.iter().map(|panel| &panel.id));
    compiler.zones();
    let knobs = &model.preset(Kind::Knob, "k").unwrap().entries;
    let made: Vec<_> = knobs.iter().map(|entry| compiler.mapping(Kind::Knob, entry)).collect();
    let action = |n: usize| made[n].as_ref().unwrap().action;
    assert_eq!(made[0].as_ref().unwrap().value, Some(from_unit(0.25)));
    assert_eq!(made[1].as_ref().unwrap().value, Some(0), "the parameter's default");
    assert_eq!(made[1].as_ref().unwrap().light, Light::Own { off: 1, on: 2 });
    assert_eq!(action(2), Core::Outside(0));
    assert_eq!(action(3), Core::Nothing);
    assert!(made[4].as_ref().is_err_and(|cause| cause.contains("gone")));
    assert_eq!(action(5), Core::Panel { panel: PanelId(0), on: true });
    assert_eq!(
        (made[5].as_ref().unwrap().at.source, made[6].as_ref().unwrap().at.source),
        (Source::SysEx(0), Source::SysEx(0))
    );
    assert_eq!(compiler.names.source(Source::SysEx(0)), "sysex:7e 01");
    let outside = compiler.names.outside(0).unwrap();
    assert_eq!((outside.label.as_str(), outside.action.kind.as_str()), ("Copy", "keystroke"));
    // A pad of a device whose lights are ours is lit as its layout says.
    let pad = compiler.mapping(Kind::Pad, &model.preset(Kind::Pad, "a").unwrap().entries[0]).unwrap();
    assert_eq!((pad.action, pad.light), (Core::Sample(1), Light::Own { off: 0, on: 1 }));
    let made = compile(&model, &mut Numbers::default());
    assert_eq!(made.warnings.len(), 1, "{:?}", made.warnings);
    assert_eq!((made.names.sample(1), made.names.device_id(DeviceId(0))), (Some("Kick"), Some("main")));
}

#[test]
fn scores_are_laid_out_in_one_run() {
    let made = compiled(
        r#"
version = 1
[score]
tempo = 120
swing = 0.5
[[score.phrases]]
name = "Riff"
notes = [{ note = "C4" }, { at = 250, note = 64, velocity = 90, length = 100 }]
[[score.layers]]
name = "Beat"
steps = [36, "", ["C2", 42]]
[[score.layers]]
name = "Straight"
swing = 0.0
"#,
    );
    let score = &made.score;
    assert_eq!((score.tempo, score.notes.len()), (120_000, 5));
    let run = (score.phrases[0].first, score.phrases[0].count, score.layers[0].first, score.layers[0].count);
    assert_eq!(run, (0, 2, 2, 3));
    assert_eq!((score.layers[0].swing, score.layers[1].swing), (32_768, 0));
    assert_eq!((score.notes[4].at, score.notes[4].channel, score.notes[4].note), (2, 9, 42));
    assert_eq!((made.names.phrase(0), made.names.layer(1)), (Some("Riff"), Some("Straight")));
}

#[test]
fn too_much_is_left_out_and_told() {
    let zones = "{ notes = 1, role = \"key\" },".repeat(70);
    let made = compiled(&format!("version = 1\n[[layouts]]\nid = \"default\"\nzones = [{zones}]\n"));
    assert_eq!(made.warnings.len(), 6, "{:?}", made.warnings);
    // Of one control that does too much, what is too much alone.
    let many: String = (0..40).map(|_| "{ note = 1, action = { type = \"panic\" } },").collect();
    let panel = "[[panels]]\ntype = \"pad\"\npreset = \"A\"\nactive = true\n";
    let made = compiled(&format!("version = 1\n[[pad_presets]]\nname = \"A\"\npads = [{many}]\n{panel}"));
    assert_eq!(made.setup.mappings().len() + made.warnings.len(), 40, "{:?}", made.warnings);
    assert!(made.setup.mappings().len() >= 2 && made.setup.panels()[0].preset.is_some());
    let layers: String = (0..40).map(|n| format!("[[score.layers]]\nname = \"L{n}\"\nsteps = [1]\n")).collect();
    let made = compiled(&format!("version = 1\n{layers}"));
    assert!(made.warnings.len() == 1 && made.warnings[0].contains("L32"), "{:?}", made.warnings);
}

/// What a model does with a message of its first device, as the mapper tells it: commands and actions.
fn heard(model: &Model, bytes: &[u8]) -> Vec<String> {
    use ripieno_panel::{Mapper, Output};
    use ripieno_types::{Command, midi::MidiWord};
    let made = compile(model, &mut Numbers::default());
    let mut mapper = Box::new(Mapper::new(*made.setup));
    let mut said = Vec::new();
    mapper.map(0, DeviceId(0), MidiWord::new(bytes).unwrap(), &mut |output| match output {
        Output::Rig(Command::Midi(word)) => said.push(format!("{:x?}", word.as_bytes())),
        Output::Rig(command) => said.push(format!("{command:?}")),
        Output::Do { action, .. } => said.push(format!("{action:?}")),
        _ => {}
    });
    said
}

#[test]
fn an_empty_slot_is_silent_whatever_was_there() {
    let press = [0x90, 16, 100];
    let start = model("");
    assert_eq!(heard(&start, &press), ["[99, 24, 64]"]);
    let check = |step: &dyn Fn(&mut Model)| {
        let mut model = start.clone();
        step(&mut model);
        assert_eq!(heard(&model, &press), [""; 0]);
    };
    check(&|model| drop(model.delete_panel("padPanel-1").unwrap()));
    check(&|model| assert!(model.deactivate("padPanel-1").unwrap()));
    let to_b = ripieno_web::shape::PanelChange { bank: Some("B".into()), ..Default::default() };
    check(&|model| model.change_panel("padPanel-1", &to_b).unwrap());
    check(&|model| model.panels[0].preset_id = Some("gone".into()));
    // And a new name is none of its business.
    let mut model = start.clone();
    model.rename_preset(Kind::Pad, "Drums", "Beats").unwrap();
    assert_eq!(heard(&model, &press), ["[99, 24, 64]"]);
}

#[test]
fn low_keys_are_no_pads_where_the_layout_tells_channels_apart() {
    let text = "[[devices]]\nid = \"main\"\nname = \"MPK\"\nlayout = \"akai-mpk-mini-play\"\n";
    let starter = Studio::open(InMemory::default()).unwrap();
    let mut model = model(text);
    let devices = std::mem::take(&mut model.devices);
    model = Model { devices, ..starter.model().clone() };
    assert_eq!(heard(&model, &[0x99, 16, 100]), ["[99, 24, 64]"], "a pad, on channel 10");
    assert_eq!(heard(&model, &[0x90, 60, 100]), ["[90, 3c, 64]"], "a key");
}
