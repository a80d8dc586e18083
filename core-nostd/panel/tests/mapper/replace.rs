//! One set-up takes the place of another: what is the same goes on, wherever it lies.

use crate::support::*;
use ripieno_panel::glue::{Fire, Press, Takeover};
use ripieno_panel::value::from_7;
use ripieno_panel::{Action, BankId, Mapping, PanelKind, Source};

/// The mappings in question, with others before, between and behind them.
fn with_others(others: &[u8], own: &[Mapping]) -> Small {
    let mut setup = layout();
    let mut all = own.to_vec();
    all.extend(others.iter().map(|note| map(Source::Note(*note), plays(*note))));
    let shift: Vec<Mapping> = others.iter().map(|_| map(Source::Note(16), Action::Nothing)).take(8).collect();
    add(&mut setup, 1, PanelKind::Pad, BankId(4), &shift);
    add(&mut setup, 5, PanelKind::Pad, A, &all);
    add(&mut setup, 6, PanelKind::Knob, A, &[set_to(0, knob(Source::Control(48), Takeover::PickUp, cc(9)))]);
    add(&mut setup, 7, PanelKind::Knob, BankId(4), &shift[..shift.len().min(2)]);
    setup
}

fn own() -> [Mapping; 5] {
    [
        press(Source::Note(16), Press::Toggle, Action::Sample(1)),
        fire(Source::Note(18), Fire::Long { after_ms: 100 }, plays(60)),
        press(Source::Note(20), Press::Radio(1), plays(61)),
        press(Source::Note(22), Press::Radio(1), plays(62)),
        map(Source::Note(22), plays(63)),
    ]
}

#[test]
fn toggles_groups_timers_and_knobs_stay_with_their_mapping() {
    let others: [&[u8]; 4] = [&[], &[16, 17, 19], &[17, 17, 17, 21, 23], &[23]];
    for from in others {
        for to in others {
            let mut desk = Desk::new(with_others(from, &own()));
            desk.does(&[0xB0, 48, 0]);
            assert_eq!(desk.does(&[0xB0, 48, 50]), "cc 0 9 50");
            desk.does(&[0x90, 16, 127]);
            desk.does(&[0x80, 16, 0]);
            desk.does(&[0x90, 18, 127]);
            desk.does(&[0x90, 22, 127]);
            desk.wait(50);
            let said = acts(&desk.replace(with_others(to, &own())));
            assert_eq!(said, "", "{from:?} to {to:?}");
            assert_eq!(acts(&desk.wait(50)), "on 0 60 127", "{from:?} to {to:?}");
            assert_eq!(desk.does(&[0xB0, 48, 51]), "cc 0 9 51", "{from:?} to {to:?}");
            let ends = |said: String, end: &str| {
                assert!(said.split("; ").any(|part| part == end), "{end} is not in {said}: {from:?} to {to:?}");
            };
            ends(desk.does(&[0x90, 16, 127]), "do Sample(1) off");
            ends(desk.does(&[0x80, 18, 127]), "off 0 60");
            ends(desk.does(&[0x80, 22, 127]), "off 0 63");
            ends(desk.does(&[0x90, 20, 127]), "off 0 62");
        }
    }
}

#[test]
fn other_actions_and_gestures_begin_anew() {
    let at = Source::Control(48);
    let rows = [
        knob(at, Takeover::PickUp, cc(2)),
        set_to(from_7(90), knob(at, Takeover::PickUp, cc(2))),
        knob(at, Takeover::Parallel, cc(1)),
    ];
    let expected = ["cc 0 2 60", "", "cc 0 1 60"];
    for (other, expected) in rows.into_iter().zip(expected) {
        let with = |mapping: Mapping| {
            let mut setup = layout();
            add(&mut setup, 1, PanelKind::Knob, A, &[mapping]);
            setup
        };
        let mut desk = Desk::new(with(knob(at, Takeover::PickUp, cc(1))));
        desk.does(&[0xB0, 48, 20]);
        desk.does(&[0xB0, 48, 50]);
        desk.replace(with(other));
        assert_eq!(desk.does(&[0xB0, 48, 60]), expected, "{other:?}");
    }
}

#[test]
fn slots_are_as_the_new_set_up_says() {
    let panels = |active: u16| {
        let mut setup = layout();
        for id in 1..=2 {
            setup
                .preset(ripieno_panel::PresetId(id), PanelKind::Pad, &[map(Source::Note(16), plays(id as u8))])
                .unwrap();
            setup.panel(ripieno_panel::Panel { is_active: id == active, ..panel(id, PanelKind::Pad, A) }).unwrap();
        }
        setup
    };
    let mut desk = Desk::new(panels(1));
    assert_eq!(only("active", &desk.replace(panels(1))), "");
    assert_eq!(only("active", &desk.replace(panels(2))), "active Pad 0 2 after 1");
    desk.check(&[(&[0x90, 16, 9], "on 0 2 9")]);
    assert_eq!(only("active", &desk.replace(panels(0))), "active Pad 0 -1 after 2");
}

#[test]
fn the_one_before_comes_back_as_it_was_left() {
    let before = with_others(&[17], &own());
    let mut desk = Desk::new(before.clone());
    desk.activate(5, false);
    let mut setup = Small::new();
    desk.mapper.replace(&mut setup, desk.now, &mut |_| {});
    let is_active = |setup: &Small, id: u16| setup.panels().iter().any(|panel| panel.id.0 == id && panel.is_active);
    assert_eq!(setup.mappings(), before.mappings());
    assert!(is_active(&before, 5) && !is_active(&setup, 5) && is_active(&setup, 6));
    assert!(desk.mapper.setup().mappings().is_empty());
}
