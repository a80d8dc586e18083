//! What controllers are shown: the newest, at a bounded rate, and nothing of what is out of reach.

use crate::support::*;
use ripieno_panel::glue::{Press, Takeover};
use ripieno_panel::{Address, BankId, DeviceId, LIGHTS_PER_SECOND, Light, Mapping, PanelKind, Role, Source};

fn toggle(note: u8) -> Mapping {
    lit(press(Source::Note(note), Press::Toggle, plays(note)))
}

fn lights(desk: &mut Desk, millis: u64) -> String {
    only("light", &desk.wait(millis)).replace("light 255 ", "")
}

#[test]
fn lights_show_what_is_on() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Pad, A, &[toggle(16), toggle(17)]);
    let mut desk = Desk::new(setup);
    desk.does(&[0x90, 16, 9]);
    assert_eq!(lights(&mut desk, 10), "on 0 16 127");
    // Self-lighting pads go dark when they are let go: they are told again.
    desk.does(&[0x80, 16, 0]);
    assert_eq!(lights(&mut desk, 10), "on 0 16 127");
    desk.does(&[0x90, 16, 9]);
    desk.does(&[0x80, 16, 0]);
    assert_eq!(lights(&mut desk, 10), "on 0 16 1");
}

#[test]
fn knobs_show_their_value_and_only_the_newest() {
    let mut setup = layout();
    let at = Address { source: Source::Control(48), device: Some(DeviceId(2)), channel: Some(3) };
    let own = Mapping { at, light: Light::Own { off: 0, on: 100 }, ..knob(at.source, Takeover::Off, cc(1)) };
    add(&mut setup, 1, PanelKind::Knob, A, &[own]);
    let mut desk = Desk::new(setup);
    desk.device = DeviceId(2);
    for position in 0..=127 {
        desk.does(&[0xB3, 48, position]);
    }
    assert_eq!(only("light", &desk.wait(50)), "light 2 cc 3 48 100");
}

#[test]
fn panels_that_come_light_up_and_those_that_go_are_dark() {
    let mut setup = layout();
    add(&mut setup, 1, PanelKind::Pad, A, &[toggle(16), toggle(17), map(Source::Note(18), plays(1))]);
    add(&mut setup, 2, PanelKind::Pad, A, &[toggle(17), toggle(19)]);
    let mut desk = Desk::new(setup);
    assert_eq!(lights(&mut desk, 0), "");
    desk.activate(2, true);
    assert_eq!(lights(&mut desk, 10), "on 0 16 1; on 0 17 1; on 0 19 1");
    desk.does(&[0x90, 17, 1]);
    desk.activate(2, false);
    assert_eq!(lights(&mut desk, 10), "on 0 17 1; on 0 19 1");
    // It is on still, and says so when it is back.
    desk.activate(2, true);
    assert_eq!(lights(&mut desk, 10), "on 0 17 127; on 0 19 1");
    let mut other = layout();
    add(&mut other, 1, PanelKind::Pad, A, &[toggle(19)]);
    desk.replace(other);
    assert_eq!(lights(&mut desk, 10), "on 0 17 1; on 0 19 1");
}

#[test]
fn a_bank_shows_its_own_values() {
    let mut setup = layout();
    let own = |value| lit(set_to(value, knob(Source::Control(48), Takeover::PickUp, cc(1))));
    add(&mut setup, 1, PanelKind::Knob, A, &[own(0)]);
    add(&mut setup, 2, PanelKind::Knob, B, &[own(u16::MAX)]);
    let mut desk = Desk::new(setup);
    desk.does(&[0x90, 24, 1]);
    assert_eq!(lights(&mut desk, 10), "cc 0 48 127");
    desk.does(&[0x90, 16, 1]);
    assert_eq!(lights(&mut desk, 10), "cc 0 48 1");
}

#[test]
fn a_device_that_comes_back_gets_all_its_lights_at_a_bounded_rate() {
    let mut setup = layout();
    setup.clear();
    setup.zone(zone(Source::Note(0), Source::Note(127), Role::Pad(A))).unwrap();
    let own = |note: u8| {
        let own = toggle(note);
        Mapping { at: Address { device: Some(DeviceId(note & 1)), ..own.at }, ..own }
    };
    let all: Vec<Mapping> = (0..120).map(own).collect();
    add(&mut setup, 1, PanelKind::Pad, A, &all);
    add(&mut setup, 2, PanelKind::Pad, BankId(5), &[toggle(3)]);
    let mut desk = Desk::new(setup);
    assert_eq!(desk.mapper.due(), None);
    desk.mapper.refresh(DeviceId(1));
    let first = only("light", &desk.wait(0)).matches("light").count();
    assert!((1..=16).contains(&first), "{first} at once");
    let quickest = 1_000 * (60 - first) as u64 / u64::from(LIGHTS_PER_SECOND);
    let mut said = desk.wait(quickest / 2);
    assert!(said.len() < 48);
    said.extend(desk.wait(500));
    let said = only("light 1", &said);
    assert_eq!((said.matches("light 1").count() + first, desk.mapper.due()), (60, None));
}
