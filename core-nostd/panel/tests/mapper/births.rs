//! Whatever changes between a press and its release: the release goes where the press went, and everything ends.

use crate::support::*;
use ripieno_panel::glue::{Fire, Press, Takeover};
use ripieno_panel::{Action, BankId, DeviceId, HELD, PanelKind, Source};

/// Two panels for bank A, the first active, and keys that play.
fn two() -> Small {
    let mut setup = layout();
    let transpose = map(Source::Note(18), Action::Transpose { by: 12 });
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(60)), transpose]);
    add(&mut setup, 2, PanelKind::Pad, A, &[map(Source::Note(16), plays(70))]);
    with_play(&mut setup);
    setup
}

#[test]
fn panels_may_change_while_a_pad_is_down() {
    let mut desk = Desk::new(two());
    assert_eq!(desk.does(&[0x90, 16, 9]), "on 0 60 9");
    desk.activate(2, true);
    desk.check(&[(&[0x80, 16, 0], "off 0 60"), (&[0x90, 16, 9], "on 0 70 9")]);
    desk.activate(2, false);
    desk.check(&[(&[0x80, 16, 0], "off 0 70"), (&[0x90, 16, 9], "")]);
}

#[test]
fn keys_may_be_transposed_or_mapped_while_they_are_down() {
    let mut setup = two();
    add(&mut setup, 3, PanelKind::Piano, BankId::MAP, &[map(Source::Note(50), cc(7))]);
    let mut desk = Desk::new(setup);
    desk.activate(3, false);
    desk.check(&[
        (&[0x90, 50, 9], "on 0 50 9"),
        (&[0x90, 18, 9], ""),
        (&[0x80, 50, 0], "off 0 50"),
        (&[0x90, 50, 9], "on 0 62 9"),
    ]);
    desk.activate(3, true);
    desk.check(&[(&[0x80, 50, 0], "off 0 62"), (&[0x90, 50, 127], "cc 0 7 127")]);
    desk.activate(3, false);
    desk.check(&[(&[0x80, 50, 0], "cc 0 7 0")]);
    // Beyond the last key nothing sounds, and nothing ends.
    desk.check(&[(&[0x90, 120, 9], ""), (&[0x80, 120, 0], "")]);
}

#[test]
fn set_ups_may_be_replaced_while_a_pad_is_down() {
    let mut desk = Desk::new(two());
    desk.does(&[0x90, 16, 9]);
    // The same mapping at another place: it goes on as if nothing had happened.
    let mut moved = layout();
    let mappings = [map(Source::Note(2), plays(1)), map(Source::Note(16), plays(60))];
    add(&mut moved, 0, PanelKind::Pad, B, &mappings);
    add(&mut moved, 1, PanelKind::Pad, A, &mappings);
    assert_eq!(acts(&desk.replace(moved)), "");
    desk.check(&[(&[0x80, 16, 0], "off 0 60"), (&[0x90, 16, 9], "on 0 60 9")]);
    // Another action: what sounds ends as it began, the next press does the new one.
    let mut other = layout();
    add(&mut other, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(61))]);
    assert_eq!(acts(&desk.replace(other)), "");
    desk.check(&[(&[0x80, 16, 0], "off 0 60"), (&[0x90, 16, 9], "on 0 61 9")]);
    // No mapping, no panel, no layout.
    assert_eq!(acts(&desk.replace(Small::new())), "");
    desk.check(&[(&[0x80, 16, 0], "off 0 61"), (&[0x90, 16, 9], "")]);
}

#[test]
fn what_nothing_holds_down_any_more_ends_with_its_mapping() {
    let mut setup = layout();
    let all = [
        press(Source::Note(16), Press::Toggle, Action::Sample(3)),
        map(Source::Note(17), Action::Outside(4)),
        press(Source::Note(18), Press::Toggle, Action::Layer(5)),
        fire(Source::Note(19), Fire::Latch { hold_ms: 500 }, plays(60)),
    ];
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    let mut desk = Desk::new(setup);
    for note in 16..=19 {
        desk.does(&[0x90, note, 127]);
    }
    for note in [16, 18, 19] {
        desk.does(&[0x80, note, 0]);
    }
    let said = acts(&desk.replace(Small::new()));
    assert_eq!(said, "do Sample(3) off for nobody; off 0 60; do Layer(5) off for nobody");
    desk.check(&[(&[0x80, 17, 0], "do Outside(4) off for nobody")]);
}

#[test]
fn two_pads_on_one_note_hold_it_together() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(60)), map(Source::Note(17), plays(60))]);
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    desk.activate(90, true);
    desk.check(&[
        (&[0x90, 16, 9], "on 0 60 9"),
        (&[0x90, 17, 8], "on 0 60 8"),
        (&[0x80, 16, 0], ""),
        (&[0x90, 60, 7], "on 0 60 7"),
        (&[0x80, 17, 0], ""),
        (&[0x80, 60, 0], "off 0 60"),
    ]);
}

#[test]
fn one_mapping_that_two_controllers_hold_ends_with_the_last() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Pad, A, &[map(Source::Note(16), plays(60))]);
    let mut desk = Desk::new(setup);
    desk.check(&[(&[0x90, 16, 9], "on 0 60 9"), (&[0x91, 16, 9], "")]);
    desk.device = DeviceId(1);
    desk.check(&[(&[0x90, 16, 9], "")]);
    desk.device = DEVICE;
    desk.check(&[(&[0x80, 16, 9], ""), (&[0x81, 16, 9], "")]);
    desk.device = DeviceId(1);
    desk.check(&[(&[0x80, 16, 9], "off 0 60")]);
}

#[test]
fn a_key_struck_twice_without_a_release_ends_first() {
    let mut setup = layout();
    with_play(&mut setup);
    Desk::new(setup).check(&[
        (&[0x90, 80, 9], "on 0 80 9"),
        (&[0x90, 80, 8], "off 0 80; on 0 80 8"),
        (&[0x80, 80, 0], "off 0 80"),
        (&[0x80, 80, 0], ""),
    ]);
}

#[test]
fn what_finds_no_room_is_refused_whole_and_counted() {
    let mut setup = layout();
    setup.clear();
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    let keys: Vec<(u8, u8)> = (0..3).flat_map(|channel| (0..128).map(move |note| (channel, note))).collect();
    let sounded = keys.iter().filter(|(channel, note)| !desk.does(&[0x90 | channel, *note, 9]).is_empty()).count();
    assert_eq!((sounded, desk.mapper.stats().refused), (HELD, (keys.len() - HELD) as u64));
    let ended = keys.iter().filter(|(channel, note)| !desk.does(&[0x80 | channel, *note, 9]).is_empty()).count();
    assert_eq!(ended, HELD);
}

#[test]
fn releasing_all_ends_all_and_leaves_values() {
    let mut setup = two();
    setup.clear();
    let mut setup = layout();
    let all = [
        map(Source::Note(16), plays(60)),
        press(Source::Note(17), Press::Toggle, Action::Layer(1)),
        press(Source::Note(18), Press::Toggle, cc(20)),
        map(Source::Note(19), cc(21)),
        fire(Source::Note(20), Fire::Long { after_ms: 100 }, plays(61)),
        map(Source::Note(21), Action::Panic),
        knob(Source::Note(22), Takeover::Off, cc(22)),
    ];
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    with_play(&mut setup);
    let mut desk = Desk::new(setup);
    let hold = |desk: &mut Desk| {
        for note in [16, 17, 18, 19, 20, 22, 80] {
            desk.does(&[0x90, note, 127]);
        }
        desk.does(&[0xB0, 64, 127]);
    };
    hold(&mut desk);
    let ended = "off 0 80; off 0 60; do Layer(1) off; cc 0 21 0; cc 0 64 0";
    assert_eq!(acts(&desk.release_all()), ended);
    assert_eq!(acts(&desk.wait(1_000)), "", "the long press is over");
    for note in [16, 17, 18, 19, 20, 22, 80] {
        assert_eq!(desk.does(&[0x80, note, 0]), "", "{note}");
    }
    // The panic action does the same and tells the rig. The controller that stays on was on: now it goes off.
    hold(&mut desk);
    assert_eq!(desk.does(&[0x90, 21, 1]), format!("{ended}; panic"));
    assert_eq!(acts(&desk.release_all()), "");
}
