//! Who gets a control: layout, slots, presets, piano panels, and what nobody gets.

use crate::support::*;
use ripieno_panel::glue::{Fire, Press, Takeover};
use ripieno_panel::{Action, Address, BankId, DeviceId, Mapping, PanelKind, Pattern, Role, Source, Zone};
use ripieno_types::{EffectId, ParamId};

#[test]
fn pads_belong_to_their_bank_and_an_empty_slot_is_silent() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(60)), map(Source::Note(24), plays(61))]);
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0x90, 16, 100], "on 0 60 100"),
        (&[0x80, 16, 0], "off 0 60"),
        // The panel's preset lacks it: nobody else is asked, not even the keys.
        (&[0x90, 17, 100], ""),
        (&[0x80, 17, 0], ""),
        // Bank B's slot is empty, though A's preset names the note.
        (&[0x90, 24, 100], ""),
        (&[0x80, 24, 0], ""),
        // No pad: a key that plays.
        (&[0x90, 35, 100], "on 0 35 100"),
        (&[0x80, 35, 0], "off 0 35"),
    ]);
    let said = desk.all(&[0x90, 17, 1]);
    assert_eq!(said, ["heard Pad 0 panel 1 mapping -1 Down(512)", "bank 0"]);
    let said = desk.all(&[0x90, 24, 1]);
    assert_eq!(said, ["heard Pad 1 panel -1 mapping -1 Down(512)", "bank 1"]);
}

#[test]
fn deleted_or_moved_panels_fire_nothing() {
    let with = |bank: Option<BankId>| {
        let mut setup = layout();
        if let Some(bank) = bank {
            add(&mut setup, 1, PanelKind::Pad, bank, &[map(Source::Note(16), plays(60))]);
        }
        setup
    };
    let mut desk = Desk::new(with(Some(A)));
    desk.check(&[(&[0x90, 16, 9], "on 0 60 9"), (&[0x80, 16, 0], "off 0 60")]);
    desk.replace(with(Some(B)));
    desk.check(&[(&[0x90, 16, 9], ""), (&[0x80, 16, 0], "")]);
    desk.replace(with(Some(A)));
    desk.check(&[(&[0x90, 16, 9], "on 0 60 9"), (&[0x80, 16, 0], "off 0 60")]);
    desk.replace(with(None));
    desk.check(&[(&[0x90, 16, 9], ""), (&[0x80, 16, 0], "")]);
}

#[test]
fn knobs_follow_the_bank_of_the_pads_that_were_played_last() {
    let mut setup = layout();
    let turns = |id| [knob(Source::Control(48), Takeover::Off, Action::Parameter(ParamId(id)))];
    add(&mut setup, 1, PanelKind::Knob, A, &turns(1));
    add(&mut setup, 2, PanelKind::Knob, B, &turns(2));
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0xB0, 48, 127], "param 1 1.000"),
        (&[0x90, 24, 1], ""),
        (&[0xB0, 48, 64], "param 2 0.500"),
        (&[0xB0, 49, 64], ""),
        (&[0x80, 24, 1], ""),
        (&[0xB0, 48, 0], "param 2 0.000"),
        (&[0x90, 16, 1], ""),
        (&[0xB0, 48, 0], "param 1 0.000"),
    ]);
}

#[test]
fn map_panels_own_the_keys_that_can_be_mapped_and_play_panels_the_rest() {
    let mut setup = layout();
    add(
        &mut setup,
        1,
        PanelKind::Piano,
        BankId::MAP,
        &[map(Source::Note(60), cc(7)), map(Source::Note(61), Action::Nothing)],
    );
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    // Mapped, mapped to nothing, not mapped, outside the range that can be.
    desk.check(&[
        (&[0x90, 60, 127], "cc 0 7 127"),
        (&[0x80, 60, 0], "cc 0 7 0"),
        (&[0x90, 61, 127], ""),
        (&[0x80, 61, 0], ""),
        (&[0x90, 62, 127], ""),
        (&[0x80, 62, 0], ""),
        (&[0x90, 73, 127], "on 0 73 127"),
        (&[0x80, 73, 0], "off 0 73"),
    ]);
    desk.activate(1, false);
    desk.check(&[(&[0x90, 60, 127], "on 0 60 127"), (&[0x80, 60, 0], "off 0 60")]);
    desk.activate(90, false);
    desk.check(&[(&[0x90, 60, 127], ""), (&[0x80, 60, 0], "")]);
}

#[test]
fn low_keys_on_another_channel_are_no_pads() {
    let mut setup = layout();
    setup.clear();
    let pads = zone(Source::Note(16), Source::Note(31), Role::Pad(A));
    setup.zone(Zone { channel: Some(9), ..pads }).unwrap();
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(40))]);
    with_play(&mut setup);
    Desk::new(setup).check(&[
        (&[0x99, 16, 5], "on 0 40 5"),
        (&[0x90, 16, 6], "on 0 16 6"),
        (&[0x89, 16, 0], "off 0 40"),
        (&[0x80, 16, 0], "off 0 16"),
    ]);
}

#[test]
fn whoever_names_the_control_most_precisely_acts_alone() {
    let at = |device: Option<u8>, channel, note| Mapping {
        at: Address { source: Source::Note(16), device: device.map(DeviceId), channel },
        ..map(Source::Note(16), plays(note))
    };
    let mut setup = layout();
    let all =
        [at(None, None, 1), at(None, Some(2), 2), at(Some(0), None, 3), at(Some(0), Some(2), 4), at(None, None, 5)];
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    let mut desk = Desk::new(setup);
    let rows: [(u8, u8, &str); 4] =
        [(1, 0, "on 0 1 9; on 0 5 9"), (1, 2, "on 0 2 9"), (0, 1, "on 0 3 9"), (0, 2, "on 0 4 9")];
    for (device, channel, expected) in rows {
        desk.device = DeviceId(device);
        assert_eq!(desk.does(&[0x90 | channel, 16, 9]), expected, "device {device}, channel {channel}");
    }
}

#[test]
fn ignored_controls_do_not_exist() {
    let mut setup = layout();
    setup.clear();
    setup.zone(zone(Source::Note(0), Source::Note(127), Role::Ignored)).unwrap();
    setup.zone(zone(Source::Control(1), Source::Control(1), Role::Ignored)).unwrap();
    setup.zone(zone(Source::PitchBend, Source::PitchBend, Role::Ignored)).unwrap();
    setup.zone(zone(Source::ChannelPressure, Source::ChannelPressure, Role::Pad(A))).unwrap();
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    for bytes in [[0x90, 60, 1], [0x80, 60, 0], [0xB0, 1, 5], [0xE0, 0, 5]] {
        assert!(desk.all(&bytes).is_empty(), "{bytes:x?}");
    }
    assert_eq!(desk.does(&[0xD0, 5]), "", "a pad's");
    assert_eq!(desk.does(&[0xB0, 2, 5]), "cc 0 2 5");
}

#[test]
fn what_is_no_note_goes_to_the_synth_while_a_panel_plays_unless_it_is_mapped() {
    let mut setup = layout();
    let mapped = [
        knob(Source::Control(64), Takeover::Off, cc(7)),
        knob(Source::Control14(1), Takeover::Off, cc(8)),
        knob(Source::PitchBend, Takeover::Off, cc(9)),
    ];
    add(&mut setup, 1, PanelKind::Knob, A, &mapped);
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0xB0, 64, 127], "cc 0 7 127"),
        (&[0xB0, 66, 127], "cc 0 66 127"),
        (&[0xB0, 1, 127], ""),
        (&[0xB0, 33, 127], "cc 0 8 127"),
        (&[0xE0, 0, 64], "cc 0 9 64"),
        (&[0xE1, 0, 32], "cc 0 9 32"),
        (&[0xC0, 5], "program 0 5"),
        (&[0xD0, 5], "[d0, 5]"),
        (&[0xF8], ""),
    ]);
    desk.activate(1, false);
    desk.check(&[(&[0xB0, 64, 127], "cc 0 64 127"), (&[0xE0, 0, 32], "bend 0 4096")]);
    // The pedals and the wheel are let go of when nothing plays any more, and hear nothing then.
    let said = acts(&desk.activate(90, false));
    for part in ["cc 0 64 0", "cc 0 66 0", "bend 0 8192"] {
        assert!(said.contains(part), "{part} is not in {said}");
    }
    desk.check(&[(&[0xB0, 64, 127], ""), (&[0xE0, 0, 32], "")]);
}

#[test]
fn a_pedal_is_let_go_where_it_was_pressed() {
    let mut setup = layout();
    add(
        &mut setup,
        1,
        PanelKind::Knob,
        A,
        &[map(Source::Control(64), plays(60)), knob(Source::PitchBend, Takeover::Off, cc(9))],
    );
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    desk.activate(1, false);
    desk.check(&[(&[0xB0, 64, 127], "cc 0 64 127"), (&[0xE0, 0, 96], "bend 0 12288")]);
    desk.activate(1, true);
    desk.check(&[
        (&[0xB0, 64, 0], "cc 0 64 0"),
        (&[0xB0, 64, 127], "on 0 60 127"),
        (&[0xE0, 0, 80], "cc 0 9 80"),
        (&[0xE0, 0, 64], "cc 0 9 64; bend 0 8192"),
        (&[0xE0, 0, 80], "cc 0 9 80"),
    ]);
    desk.activate(1, false);
    // Down for the mapping, so that the synth hears nothing of it.
    desk.check(&[(&[0xB0, 64, 100], ""), (&[0xB0, 64, 0], "off 0 60"), (&[0xB0, 64, 100], "cc 0 64 100")]);
}

#[test]
fn pressure_of_a_key_goes_where_its_note_went() {
    let mut setup = layout();
    add(
        &mut setup,
        1,
        PanelKind::Pad,
        A,
        &[map(Source::Note(16), plays(60)), map(Source::Note(17), Action::Transpose { by: 2 })],
    );
    with_play(&mut setup);
    Desk::new(setup).check(&[
        (&[0x90, 17, 1], ""),
        (&[0x90, 50, 9], "on 0 52 9"),
        (&[0xA0, 50, 70], "[a0, 34, 46]"),
        (&[0x90, 16, 9], "on 0 60 9"),
        (&[0xA0, 16, 70], ""),
        (&[0xA0, 51, 70], ""),
    ]);
}

#[test]
fn every_mapped_reading_of_a_word_acts_and_is_heard() {
    let mut setup = layout();
    let both = [knob(Source::Control(1), Takeover::Off, cc(20)), knob(Source::Control14(1), Takeover::Off, cc(21))];
    add(&mut setup, 1, PanelKind::Knob, A, &both);
    let mut desk = Desk::new(setup);
    assert_eq!(desk.does(&[0xB0, 1, 10]), "cc 0 20 10");
    let said = desk.all(&[0xB0, 33, 64]);
    assert_eq!(acts(&said), "cc 0 21 10");
    assert_eq!(only("heard", &said).matches("heard").count(), 1);
    // Unmapped: once, for the plain controller.
    assert_eq!(only("heard", &desk.all(&[0xB0, 2, 10])).matches("heard").count(), 1);
    // A first half alone is the pair's value when its time is over.
    desk.does(&[0xB0, 1, 100]);
    assert_eq!(acts(&desk.wait(20)), "cc 0 21 100");
}

#[test]
fn parameters_programs_clocks_and_patterns_are_sources() {
    let mut setup = layout();
    let bytes = [Some(0x7D), None, Some(3)].into_iter().collect();
    let pattern = setup.pattern(Pattern { bytes }).unwrap();
    let all = [
        knob(Source::Nrpn(130), Takeover::Off, cc(20)),
        map(Source::ProgramIs(5), plays(60)),
        knob(Source::Program, Takeover::Off, cc(21)),
        map(Source::Start, Action::Sample(1)),
        map(Source::SysEx(pattern), plays(61)),
        knob(Source::ChannelPressure, Takeover::Off, cc(22)),
        knob(Source::Rpn(5), Takeover::Off, Action::Sample(2)),
    ];
    add(&mut setup, 1, PanelKind::Knob, A, &all);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0xB0, 99, 1], ""),
        (&[0xB0, 98, 2], ""),
        (&[0xB0, 6, 64], ""),
        (&[0xB0, 38, 0], "cc 0 20 64"),
        (&[0xC0, 5], "cc 0 21 5; on 0 60 127; off 0 60"),
        (&[0xC0, 6], "cc 0 21 6"),
        (&[0xFA], "do Sample(1) on 65535; do Sample(1) off"),
        (&[0xD3, 127], "cc 0 22 127"),
        // One more and one less, for a value and for what has none.
        (&[0xB0, 96, 0], "cc 0 20 65"),
        (&[0xB0, 97, 0], "cc 0 20 64"),
        (&[0xB0, 101, 0], ""),
        (&[0xB0, 100, 5], ""),
        (&[0xB0, 96, 0], "do Sample(2) on 65535; do Sample(2) off"),
        (&[0xB0, 97, 0], ""),
    ]);
    let mut said = Vec::new();
    for body in [&[0x7D, 9, 3][..], &[0x7D, 9, 4], &[0x7D, 9], &[]] {
        desk.mapper.sysex(desk.now, DEVICE, body, &mut |output| said.push(line(output)));
    }
    assert_eq!(acts(&said), "on 0 61 127; off 0 61");
}

#[test]
fn buttons_on_continuous_controls_are_down_above_half() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Knob, A, &[map(Source::Control(48), plays(60))]);
    Desk::new(setup).check(&[
        (&[0xB0, 48, 63], ""),
        (&[0xB0, 48, 64], "on 0 60 64"),
        (&[0xB0, 48, 127], ""),
        (&[0xB0, 48, 60], ""),
        (&[0xB0, 48, 70], ""),
        (&[0xB0, 48, 55], "off 0 60"),
        (&[0xB0, 48, 60], ""),
    ]);
}

#[test]
fn knobs_on_notes_take_the_force_and_knobs_on_buttons_switch() {
    let mut setup = layout();
    let pads = [knob(Source::Note(16), Takeover::Off, cc(7)), knob(Source::Note(17), Takeover::PickUp, plays(60))];
    add(&mut setup, 1, PanelKind::Pad, A, &pads);
    Desk::new(setup).check(&[
        (&[0x90, 16, 100], "cc 0 7 100"),
        (&[0x80, 16, 0], ""),
        (&[0x90, 17, 5], "on 0 60 5"),
        (&[0x80, 17, 0], "off 0 60"),
    ]);
}

#[test]
fn each_action_speaks_its_own_words() {
    let chord = Action::Chord {
        channel: 1,
        notes: [Some(60), Some(64), None, Some(67), None, None, None, None],
        velocity: Some(80),
    };
    let rows: [(Action, &str, &str); 14] = [
        (Action::Nothing, "", ""),
        (Action::Note { channel: 3, note: 9, velocity: Some(33) }, "on 3 9 33", "off 3 9"),
        (chord, "on 1 60 80; on 1 64 80; on 1 67 80", "off 1 60; off 1 64; off 1 67"),
        (cc(74), "cc 0 74 127", "cc 0 74 0"),
        (Action::Program { channel: 2, bank: Some(130), program: 7 }, "cc 2 0 1; cc 2 32 2; program 2 7", ""),
        (Action::PitchBend { channel: 0 }, "bend 0 16383", "bend 0 8192"),
        (Action::Parameter(ParamId(3)), "param 3 1.000", "param 3 0.000"),
        (Action::Effect(EffectId(3)), "bypass 3 false", "bypass 3 true"),
        (Action::Master, "do Master set 65535", "do Master set 0"),
        (Action::Sample(9), "do Sample(9) on 65535", "do Sample(9) off"),
        (Action::Phrase(9), "do Phrase(9) on 65535", "do Phrase(9) off"),
        (Action::Layer(9), "do Layer(9) on 65535", "do Layer(9) off"),
        (Action::Tempo, "do Tempo on 65535", "do Tempo off"),
        (Action::Outside(9), "do Outside(9) on 65535", "do Outside(9) off"),
    ];
    for (action, on, off) in rows {
        let mut setup = layout();
        add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), action)]);
        Desk::new(setup).check(&[(&[0x90, 16, 127], on), (&[0x80, 16, 0], off)]);
    }
}

#[test]
fn panels_and_banks_can_be_switched_by_controls() {
    let mut setup = layout();
    let next = |by| Action::NextPanel { kind: PanelKind::Pad, bank: A, by };
    let own = [
        map(Source::Note(24), next(1)),
        map(Source::Note(25), next(-1)),
        map(Source::Note(26), Action::NextBank { by: 1 }),
    ];
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(61))]);
    add(&mut setup, 2, PanelKind::Pad, A, &[map(Source::Note(16), plays(62))]);
    add(&mut setup, 3, PanelKind::Pad, A, &[map(Source::Note(16), plays(63))]);
    add(&mut setup, 4, PanelKind::Pad, B, &own);
    add(&mut setup, 5, PanelKind::Knob, BankId(7), &[encoder(Source::Control(48), Action::NextBank { by: 1 })]);
    let mut desk = Desk::new(setup);
    let rows: [(u8, &str); 5] = [
        (24, "active Pad 0 2 after 1"),
        (24, "active Pad 0 3 after 2"),
        (24, "active Pad 0 1 after 3"),
        (25, "active Pad 0 3 after 1"),
        (26, ""),
    ];
    for (note, expected) in rows {
        assert_eq!(only("active", &desk.all(&[0x90, note, 1])), expected);
        desk.does(&[0x80, note, 0]);
    }
    assert_eq!(desk.mapper.bank(), BankId(7));
    assert_eq!(desk.does(&[0x90, 16, 1]), "on 0 63 1");
    let panels = desk.mapper.setup().panels();
    assert_eq!(panels.iter().filter(|panel| panel.is_active).map(|panel| panel.id.0).collect::<Vec<_>>(), [3, 4, 5]);
}

#[test]
fn chords_of_buttons_and_long_presses_fire_through_the_mapper() {
    let with = Fire::Chord { with: Source::Note(17), within_ms: 50 };
    let mut setup = layout();
    let all = [
        fire(Source::Note(16), with, plays(60)),
        fire(Source::Note(21), Fire::Chord { with: Source::Control(99), within_ms: 50 }, plays(65)),
        fire(Source::Note(18), Fire::Long { after_ms: 300 }, plays(61)),
        fire(Source::Note(18), Fire::Short { within_ms: 300 }, plays(62)),
        fire(Source::Note(19), Fire::Repeat { after_ms: 100, every_ms: 50, fastest_ms: 50 }, plays(63)),
        press(Source::Note(20), Press::Toggle, plays(64)),
    ];
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    let mut desk = Desk::new(setup);
    desk.check(&[
        (&[0x90, 16, 100], ""),
        (&[0x90, 17, 100], "on 0 60 100"),
        (&[0x80, 17, 0], "off 0 60"),
        (&[0x80, 16, 0], ""),
        (&[0x90, 18, 100], ""),
    ]);
    assert_eq!(acts(&desk.wait(299)), "");
    assert_eq!(acts(&desk.wait(1)), "on 0 61 100");
    desk.check(&[(&[0x80, 18, 0], "off 0 61"), (&[0x90, 18, 100], ""), (&[0x80, 18, 0], "on 0 62 100; off 0 62")]);
    assert_eq!(desk.does(&[0x90, 19, 1]), "on 0 63 1; off 0 63");
    assert_eq!(acts(&desk.wait(150)).matches("on 0 63").count(), 2);
    desk.does(&[0x80, 19, 1]);
    assert_eq!(acts(&desk.wait(1_000)), "");
    desk.check(&[
        (&[0x90, 20, 100], "on 0 64 100"),
        (&[0x80, 20, 0], ""),
        (&[0x90, 20, 100], "off 0 64"),
        (&[0x80, 20, 0], ""),
        (&[0x90, 21, 100], ""),
        (&[0xB0, 99, 127], "on 0 65 100"),
        (&[0xB0, 99, 0], "off 0 65"),
    ]);
}
