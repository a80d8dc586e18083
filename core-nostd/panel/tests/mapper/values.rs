//! Values: each mapping keeps its own, those of one target share it, and nothing jumps.

use crate::support::*;
use ripieno_panel::glue::{Glue, Press, Takeover};
use ripieno_panel::value::{CENTRE, from_7};
use ripieno_panel::{Action, BankId, Mapping, PanelKind, Role, Source};
use ripieno_types::{EffectId, ParamId};

const KNOB: Source = Source::Control(48);

fn turn(desk: &mut Desk, position: u8) -> String {
    desk.does(&[0xB0, 48, position])
}

#[test]
fn nothing_jumps_after_a_bank_change_and_every_bank_keeps_its_value() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Knob, A, &[set_to(from_7(20), knob(KNOB, Takeover::PickUp, cc(1)))]);
    add(&mut setup, 2, PanelKind::Knob, B, &[set_to(from_7(100), knob(KNOB, Takeover::PickUp, cc(2)))]);
    let mut desk = Desk::new(setup);
    let rows: [(&[u8], &str); 14] = [
        (&[0xB0, 48, 10], ""),
        (&[0xB0, 48, 25], "cc 0 1 25"),
        (&[0xB0, 48, 30], "cc 0 1 30"),
        // Bank B: the knob stands at 30, the value at 100.
        (&[0x90, 24, 1], ""),
        (&[0xB0, 48, 50], ""),
        (&[0xB0, 48, 99], ""),
        (&[0xB0, 48, 101], "cc 0 2 101"),
        (&[0xB0, 48, 60], "cc 0 2 60"),
        // Back in A: from 60 to 30.
        (&[0x90, 16, 1], ""),
        (&[0xB0, 48, 50], ""),
        (&[0xB0, 48, 30], ""),
        (&[0xB0, 48, 29], "cc 0 1 29"),
        // And away and back without a turn in between: it stands where it stood.
        (&[0x90, 25, 1], ""),
        (&[0x90, 17, 1], ""),
    ];
    desk.check(&rows);
    assert_eq!(turn(&mut desk, 40), "cc 0 1 40");
}

#[test]
fn the_way_to_the_pick_up_point_is_told_at_once_after_a_change_and_with_each_turn() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Knob, A, &[set_to(0, knob(KNOB, Takeover::PickUp, cc(1)))]);
    add(&mut setup, 2, PanelKind::Knob, A, &[set_to(CENTRE, knob(KNOB, Takeover::PickUp, cc(2)))]);
    let mut desk = Desk::new(setup);
    turn(&mut desk, 0);
    turn(&mut desk, 32);
    let mut said = desk.activate(2, true);
    said.extend(desk.wait(10));
    assert_eq!(only("value", &said), "value 1 32768 off by 16384");
    assert_eq!(only("value", &desk.all(&[0xB0, 48, 48])), "value 1 32768 off by 8192");
    assert_eq!(only("value", &desk.all(&[0xB0, 48, 65])), "value 1 33289 off by 0");
}

#[test]
fn a_value_that_nobody_knows_is_taken_as_it_comes() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Knob, A, &[knob(KNOB, Takeover::PickUp, cc(1))]);
    let mut desk = Desk::new(setup);
    desk.check(&[(&[0xB0, 48, 90], "cc 0 1 90"), (&[0xB0, 48, 91], "cc 0 1 91"), (&[0xB0, 48, 91], "")]);
}

#[test]
fn mappings_of_one_parameter_share_its_value() {
    let parameter = Action::Parameter(ParamId(5));
    let mut setup = layout();
    let both =
        [set_to(0, knob(KNOB, Takeover::PickUp, parameter)), knob(Source::Control(49), Takeover::PickUp, parameter)];
    add(&mut setup, 1, PanelKind::Knob, A, &both);
    add(&mut setup, 2, PanelKind::Pad, A, &[press(Source::Note(16), Press::Toggle, parameter)]);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0xB0, 48, 0], ""),
        (&[0xB0, 48, 32], "param 5 0.250"),
        // The other knob stands elsewhere and has to pick it up.
        (&[0xB0, 49, 0], ""),
        (&[0xB0, 49, 31], ""),
        (&[0xB0, 49, 33], "param 5 0.258"),
        // The first is behind now.
        (&[0xB0, 48, 30], ""),
        (&[0xB0, 48, 40], "param 5 0.312"),
        // The pad sees that it is off, turns it on, and then both knobs have to come to the top.
        (&[0x90, 16, 1], "param 5 1.000"),
        (&[0xB0, 48, 50], ""),
        (&[0xB0, 48, 127], ""),
        (&[0xB0, 48, 126], "param 5 0.992"),
    ]);
    // Those that did not turn are told.
    let said = only("value", &desk.wait(20));
    assert!(said.contains("value 1 ") && said.contains("value 2 ") && !said.contains("value 0"), "{said}");
}

#[test]
fn what_moves_from_outside_has_to_be_picked_up() {
    let rows = [Action::Parameter(ParamId(1)), Action::Master, Action::Tempo, Action::Outside(3), cc(9)];
    for action in rows {
        let mut setup = layout();
        add(&mut setup, 1, PanelKind::Knob, A, &[knob(KNOB, Takeover::PickUp, action)]);
        let mut desk = Desk::new(setup);
        assert_ne!(turn(&mut desk, 32), "", "{action:?}");
        let said = desk.moved(action, CENTRE);
        assert_eq!(said, ["value 0 32768 off by 16384"], "{action:?}");
        assert_eq!(turn(&mut desk, 33), "", "{action:?}");
        assert_ne!(turn(&mut desk, 70), "", "{action:?}");
    }
}

#[test]
fn toggles_follow_what_the_outside_says() {
    for action in [Action::Effect(EffectId(2)), Action::Outside(3), cc(9)] {
        let mut setup = layout();
        add(&mut setup, 1, PanelKind::Pad, A, &[press(Source::Note(16), Press::Toggle, action)]);
        let mut desk = Desk::new(setup);
        let on = desk.does(&[0x90, 16, 1]);
        desk.moved(action, 0);
        desk.does(&[0x80, 16, 0]);
        assert_eq!(desk.does(&[0x90, 16, 1]), on, "{action:?}");
    }
}

#[test]
fn one_button_of_a_group_is_on() {
    let mut setup = layout();
    let radio = |note, group, action| press(Source::Note(note), Press::Radio(group), action);
    let all = [
        radio(16, 1, plays(60)),
        radio(17, 1, plays(61)),
        radio(18, 1, cc(20)),
        radio(19, 2, Action::Program { channel: 0, bank: None, program: 4 }),
    ];
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0x90, 17, 9], "on 0 61 9"),
        (&[0x80, 17, 0], ""),
        (&[0x90, 17, 9], ""),
        (&[0x80, 17, 0], ""),
        (&[0x90, 16, 9], "off 0 61; on 0 60 9"),
        (&[0x90, 19, 9], "program 0 4"),
        (&[0x90, 18, 9], "off 0 60; cc 0 20 127"),
        (&[0x80, 16, 0], ""),
        (&[0x90, 16, 9], "cc 0 20 0; on 0 60 9"),
    ]);
    assert_eq!(acts(&desk.release_all()), "off 0 60");
}

#[test]
fn encoders_go_by_steps_and_fire_what_has_no_value() {
    let mut setup = layout();
    let all =
        [set_to(CENTRE, encoder(KNOB, Action::Parameter(ParamId(1)))), encoder(Source::Control(49), Action::Phrase(1))];
    add(&mut setup, 1, PanelKind::Knob, A, &all);
    Desk::new(setup).check(&[
        (&[0xB0, 48, 1], "param 1 0.508"),
        (&[0xB0, 48, 127], "param 1 0.500"),
        (&[0xB0, 48, 0], ""),
        (&[0xB0, 49, 1], "do Phrase(1) on 65535; do Phrase(1) off"),
        (&[0xB0, 49, 127], ""),
    ]);
}

#[test]
fn glue_bends_what_comes_and_steps_lose_no_turn() {
    let glue = Glue { min: from_7(10), max: from_7(30), invert: true, ..knob(KNOB, Takeover::Off, cc(1)).glue };
    let bent = Mapping { glue, ..map(KNOB, cc(1)) };
    let three = Glue { steps: 3, ..knob(KNOB, Takeover::Parallel, cc(2)).glue };
    let stepped = set_to(0, Mapping { glue: three, ..map(Source::Control(49), cc(2)) });
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Knob, A, &[bent, stepped]);
    let mut desk = Desk::new(setup);
    desk.check(&[(&[0xB0, 48, 0], "cc 0 1 30"), (&[0xB0, 48, 127], "cc 0 1 10")]);
    // The knob starts at 20 and the value at the bottom: one after another, small turns add up.
    let said: Vec<String> =
        (20..120).map(|position| desk.does(&[0xB0, 49, position])).filter(|s| !s.is_empty()).collect();
    assert_eq!(said, ["cc 0 2 64", "cc 0 2 127"]);
}

#[test]
fn transposition_is_kept_within_its_range() {
    let mut setup = layout();
    setup.zone(zone(Source::Note(0), Source::Note(1), Role::Pad(BankId(3)))).unwrap();
    let pads = [map(Source::Note(0), Action::Transpose { by: 20 }), map(Source::Note(1), Action::Transpose { by: 0 })];
    add(&mut setup, 1, PanelKind::Pad, BankId(3), &pads);
    add(&mut setup, 2, PanelKind::Knob, BankId(3), &[knob(KNOB, Takeover::Off, Action::Transpose { by: 0 })]);
    let mut desk = Desk::new(setup);
    for (bytes, semitones) in
        [([0x90, 0, 1], 20), ([0x90, 0, 1], 24), ([0x90, 1, 1], 0), ([0xB0, 48, 0], -24), ([0xB0, 48, 64], 0)]
    {
        desk.does(&bytes);
        assert_eq!(desk.mapper.semitones(), semitones, "{bytes:x?}");
    }
}
