//! What a set-up refuses, and that it is as it was before.

use crate::support::*;
use ripieno_panel::glue::{Fire, Glue, GlueError, Takeover};
use ripieno_panel::{
    Action, Address, BankId, CHORDS, GROUP, Light, Mapping, Panel, PanelId, PanelKind, Pattern, PresetId, Role, Run,
    Setup, SetupError, Source, TextId, ZONES, Zone,
};
use ripieno_types::{EffectId, ParamId};

const PAD: Source = Source::Note(16);

fn refuses(mapping: Mapping, error: SetupError) {
    let mut setup = layout();
    let before = setup.clone();
    assert_eq!(setup.preset(PresetId(1), PanelKind::Pad, &[map(PAD, plays(60)), mapping]), Err(error), "{mapping:?}");
    assert_eq!(setup, before);
}

#[test]
fn mappings_are_checked_at_the_door() {
    let at = |source, channel| Mapping { at: Address { source, device: None, channel }, ..map(PAD, Action::Nothing) };
    let rows = [
        (at(Source::Note(128), None), "note", 128),
        (at(Source::Control(128), None), "controller", 128),
        (at(Source::Control14(32), None), "pair of controllers", 32),
        (at(Source::Nrpn(16_384), None), "parameter number", 16_384),
        (at(Source::Rpn(16_384), None), "parameter number", 16_384),
        (at(Source::PolyPressure(128), None), "note", 128),
        (at(Source::ProgramIs(128), None), "program", 128),
        (at(Source::SysEx(16), None), "SysEx pattern", 16),
        (at(PAD, Some(16)), "channel", 16),
        (at(Source::Clock, Some(0)), "channel of a system message", 0),
        (map(PAD, Action::Note { channel: 16, note: 0, velocity: None }), "channel", 16),
        (map(PAD, Action::Note { channel: 0, note: 128, velocity: None }), "note", 128),
        (map(PAD, Action::Note { channel: 0, note: 0, velocity: Some(0) }), "velocity", 0),
        (map(PAD, Action::Chord { channel: 0, notes: [Some(200); 8], velocity: None }), "note", 200),
        (map(PAD, cc(128)), "controller", 128),
        (map(PAD, Action::Program { channel: 0, bank: Some(16_384), program: 0 }), "bank of programs", 16_384),
        (map(PAD, Action::Program { channel: 0, bank: None, program: 128 }), "program", 128),
        (map(PAD, Action::PitchBend { channel: 16 }), "channel", 16),
        (map(PAD, Action::Parameter(ParamId(64))), "parameter", 64),
        (map(PAD, Action::Effect(EffectId(16))), "effect", 16),
        (map(PAD, Action::Transpose { by: -25 }), "semitones", 25),
        (map(PAD, Action::Phrase(64)), "phrase", 64),
        (map(PAD, Action::Layer(32)), "layer", 32),
        (map(PAD, Action::NextBank { by: 0 }), "step (1 or -1)", 0),
        (map(PAD, Action::NextPanel { kind: PanelKind::Piano, bank: BankId(2), by: 1 }), "bank", 2),
        (Mapping { light: Light::Own { off: 0, on: 128 }, ..map(PAD, Action::Nothing) }, "light", 128),
        (fire(PAD, Fire::Chord { with: Source::Note(128), within_ms: 9 }, Action::Nothing), "note", 128),
    ];
    for (mapping, what, value) in rows {
        refuses(mapping, SetupError::Range(what, value));
    }
    let glue = Glue { min: 2, max: 1, ..Glue::default() };
    refuses(Mapping { glue, ..map(PAD, cc(1)) }, SetupError::Glue(GlueError::Range { min: 2, max: 1 }));
}

#[test]
fn everything_has_its_limit() {
    let mut setup = layout();
    let rule = zone(PAD, PAD, Role::Ignored);
    let room = ZONES - setup.zones().len();
    assert!((0..room).all(|_| setup.zone(rule).is_ok()));
    assert_eq!(setup.zone(rule), Err(SetupError::Full("layout rules", ZONES)));
    let pattern = Pattern { bytes: [Some(1)].into_iter().collect() };
    assert_eq!(
        (0..16).filter_map(|_| setup.pattern(pattern.clone()).ok()).collect::<Vec<u8>>(),
        (0..16).collect::<Vec<_>>()
    );
    assert_eq!(setup.pattern(pattern), Err(SetupError::Full("SysEx patterns", 16)));
    let odd = Pattern { bytes: [Some(128)].into_iter().collect() };
    assert_eq!(setup.pattern(odd), Err(SetupError::Range("SysEx byte", 128)));

    let mut small = Setup::<1, 1, 2>::new();
    let two = [map(PAD, plays(1)); 3];
    assert_eq!(small.preset(PresetId(1), PanelKind::Pad, &two), Err(SetupError::Full("mappings", 2)));
    assert_eq!(small.preset(PresetId(1), PanelKind::Pad, &two[..2]), Ok(()));
    assert_eq!(small.preset(PresetId(2), PanelKind::Pad, &[]), Err(SetupError::Full("presets", 1)));

    let mut setup = layout();
    let group = [map(PAD, plays(1)); GROUP + 1];
    assert_eq!(
        setup.preset(PresetId(1), PanelKind::Pad, &group),
        Err(SetupError::Full("mappings of one control", GROUP))
    );
    assert_eq!(setup.preset(PresetId(1), PanelKind::Pad, &group[1..]), Ok(()));
    assert_eq!(setup.preset(PresetId(1), PanelKind::Pad, &[]), Err(SetupError::Taken("preset", 1)));
    let with = Fire::Chord { with: PAD, within_ms: 9 };
    let chords: Vec<Mapping> = (0..=CHORDS as u8).map(|note| fire(Source::Note(note), with, plays(1))).collect();
    assert_eq!(setup.preset(PresetId(2), PanelKind::Pad, &chords), Err(SetupError::Full("chords of buttons", CHORDS)));
    assert_eq!(setup.preset(PresetId(2), PanelKind::Pad, &chords[1..]), Ok(()));
}

#[test]
fn panels_need_a_preset_of_their_kind_and_a_bank_that_there_is() {
    let mut setup = layout();
    setup.preset(PresetId(1), PanelKind::Pad, &[]).unwrap();
    let rows = [
        (PanelKind::Pad, 0, Some(2), Err(SetupError::Unknown("preset", 2))),
        (PanelKind::Knob, 0, Some(1), Err(SetupError::OtherKind("preset", 1))),
        (PanelKind::Pad, 16, None, Err(SetupError::Range("bank", 16))),
        (PanelKind::Piano, 2, None, Err(SetupError::Range("bank", 2))),
        (PanelKind::Pad, 15, Some(1), Ok(())),
        (PanelKind::Pad, 0, None, Err(SetupError::Taken("panel", 7))),
    ];
    for (kind, bank, preset, expected) in rows {
        let (id, bank, preset, title) = (PanelId(7), BankId(bank), preset.map(PresetId), TextId(0));
        assert_eq!(
            setup.panel(Panel { id, kind, bank, preset, title, is_active: true }),
            expected,
            "{kind:?} {bank:?}"
        );
    }
}

#[test]
fn rules_run_from_one_source_to_another_of_its_kind() {
    let rows = [
        (Source::Note(2), Source::Note(1), None, Role::Ignored, SetupError::Disorder("the ends of a layout rule")),
        (Source::Note(1), Source::Control(2), None, Role::Ignored, SetupError::Disorder("the ends of a layout rule")),
        (Source::Note(1), Source::Note(128), None, Role::Ignored, SetupError::Range("note", 128)),
        (PAD, PAD, Some(16), Role::Ignored, SetupError::Range("channel", 16)),
        (PAD, PAD, None, Role::Pad(BankId(16)), SetupError::Range("bank", 16)),
        (PAD, PAD, None, Role::Knob(Some(BankId(16))), SetupError::Range("bank", 16)),
    ];
    for (first, last, channel, role, error) in rows {
        let rule = Zone { device: None, channel, run: Run { first, last }, role };
        assert_eq!(layout().zone(rule), Err(error));
    }
}

#[test]
fn presets_lie_by_number_and_their_mappings_by_address_whatever_came_first() {
    let mut setup = layout();
    let own = [
        map(Source::Note(30), plays(1)),
        knob(Source::Control(1), Takeover::Off, cc(1)),
        map(PAD, plays(2)),
        map(PAD, plays(3)),
    ];
    for id in [5, 2, 9] {
        setup.preset(PresetId(id), PanelKind::Pad, &own[..usize::from(id.min(4))]).unwrap();
    }
    let places: Vec<_> = setup.presets().iter().map(|preset| (preset.id.0, preset.first, preset.count)).collect();
    assert_eq!(places, [(2, 0, 2), (5, 2, 4), (9, 6, 4)]);
    let sorted = [own[2], own[3], own[0], own[1]];
    assert_eq!(setup.mappings(), [&[own[0], own[1]][..], &sorted, &sorted].concat());
    assert!(SetupError::Full("panels", 3).to_string().contains("room for 3 panels"));
}
