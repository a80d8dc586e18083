//! MPE: what members have for themselves and what they share.

use super::*;
use crate::shape::general;

const CENTRE: u16 = 8_192;

fn bend(synth: &mut Looped, channel: u8, value: u16) {
    send(synth, &[&[0xE0 | channel, (value & 0x7F) as u8, (value >> 7) as u8]]);
}

fn way(value: u16) -> f64 {
    (f64::from(value) - f64::from(CENTRE)) / f64::from(CENTRE)
}

/// A lower zone of seven members and an upper one of four.
fn zoned() -> Box<Looped> {
    let mut synth = synth();
    register(&mut synth, 0, 6, (7, 0));
    register(&mut synth, 15, 6, (4, 0));
    synth
}

#[test]
fn each_note_bends_by_itself_and_with_its_zone() {
    let mut synth = zoned();
    for (channel, key) in [(1, 60), (2, 64), (14, 67), (10, 70)] {
        send(&mut synth, &[&[0x90 | channel, key, 100]]);
    }
    bend(&mut synth, 1, 9_000);
    bend(&mut synth, 0, 12_288);
    bend(&mut synth, 15, 0);
    pass(&mut synth, 2);
    let (own, zone) = (4_800.0 * way(9_000), 200.0 * way(12_288));
    expect(
        &synth,
        &[(1, 60, 6_000.0 + own + zone), (2, 64, 6_400.0 + zone), (10, 70, 7_000.0), (14, 67, 6_700.0 - 200.0)],
    );
    // The range of one member is that of all, and not the manager's.
    register(&mut synth, 2, 0, (24, 0));
    pass(&mut synth, 2);
    expect(
        &synth,
        &[(1, 60, 6_000.0 + own / 2.0 + zone), (2, 64, 6_400.0 + zone), (10, 70, 7_000.0), (14, 67, 6_700.0 - 200.0)],
    );
    register(&mut synth, 0, 0, (12, 0));
    pass(&mut synth, 2);
    expect(
        &synth,
        &[
            (1, 60, 6_000.0 + own / 2.0 + 6.0 * zone),
            (2, 64, 6_400.0 + 6.0 * zone),
            (10, 70, 7_000.0),
            (14, 67, 6_700.0 - 200.0),
        ],
    );
    // Fine tuning of the manager is everybody's.
    register(&mut synth, 15, 1, (96, 0));
    pass(&mut synth, 2);
    expect(
        &synth,
        &[
            (1, 60, 6_000.0 + own / 2.0 + 6.0 * zone),
            (2, 64, 6_400.0 + 6.0 * zone),
            (10, 70, 7_000.0),
            (14, 67, 6_700.0 - 200.0 + 50.0),
        ],
    );
}

#[test]
fn a_zone_shares_controllers_pressure_timbre_and_programs() {
    let mut synth = zoned();
    let read = |synth: &Looped, channel: usize, source: u16| {
        let note = crate::channel::NoteSources { key: 60, velocity: 100, pressure: 0 };
        let value = synth.channels[channel].read(crate::shape::Source(source), &note).unwrap();
        (value * 128.0).round() as u8
    };
    let controller = |number: u16| 0x80 | number;
    send(&mut synth, &[&[0xB0, 1, 99], &[0xB0, 74, 70], &[0xB2, 74, 60], &[0xD0, 40], &[0xD3, 90], &[0xC0, 17]]);
    assert_eq!([0, 1, 7, 8, 15].map(|channel| read(&synth, channel, controller(1))), [99, 99, 99, 0, 0]);
    assert_eq!([0, 1, 2, 7, 8].map(|channel| read(&synth, channel, controller(74))), [70, 70, 66, 70, 64]);
    let pressure = general::CHANNEL_PRESSURE;
    assert_eq!([0, 1, 3, 7, 8].map(|channel| read(&synth, channel, pressure)), [40, 40, 90, 40, 0]);
    assert_eq!([0, 1, 7, 8, 15].map(|channel| synth.channels[channel].program()), [17, 17, 17, 0, 0]);
    // The manager's pedal holds its members' notes, and only theirs.
    send(
        &mut synth,
        &[
            &[0xB0, 1, 0],
            &[0xD0, 0],
            &[0xB0, 64, 127],
            &[0x91, 60, 100],
            &[0x81, 60, 0],
            &[0x9E, 62, 100],
            &[0x8E, 62, 0],
        ],
    );
    pass(&mut synth, 1);
    expect(&synth, &[(1, 60, 6_000.0)]);
    send(&mut synth, &[&[0xB0, 121, 0]]);
    pass(&mut synth, 1);
    expect(&synth, &[]);
    assert_eq!([0, 1, 3, 7].map(|channel| read(&synth, channel, pressure)), [0; 4]);
}

#[test]
fn zones_that_come_and_go_leave_channels_as_they_were() {
    let mut synth = zoned();
    // Channel 10 is a member: no percussion, whose keys no tuning would move.
    register(&mut synth, 0, 6, (14, 0));
    send(&mut synth, &[&[0x99, 40, 100], &[0x9E, 41, 100], &[0x9F, 42, 100]]);
    pass(&mut synth, 1);
    assert!(!synth.channels[9].is_percussion());
    assert_eq!(sounding(&synth).len(), 3);
    // What leaves the zone ends; the rest goes on, and percussion is back.
    bend(&mut synth, 9, 0);
    register(&mut synth, 0, 6, (0, 0));
    pass(&mut synth, 8);
    expect(&synth, &[(15, 42, 4_200.0)]);
    assert!(synth.channels[9].is_percussion());
    assert_eq!(synth.channels[9].wheel_range(), (2, 0));
    assert_eq!(synth.channels[9].wheel(), 0.0);
    // Only the first and the last channel manage.
    register(&mut synth, 4, 6, (5, 0));
    assert_eq!((0..16).map(|channel| synth.zones.members(channel)).max(), Some(0));
}

#[test]
fn a_synth_may_begin_with_a_zone_and_comes_back_to_it() {
    let mut synth = synth_of(SynthConfig { mpe: true, ..SynthConfig::new(SampleRate::CD) });
    for _ in 0..2 {
        send(&mut synth, &[&[0x95, 60, 100]]);
        bend(&mut synth, 5, 9_000);
        bend(&mut synth, 0, 0);
        pass(&mut synth, 2);
        expect(&synth, &[(5, 60, 6_000.0 + 4_800.0 * way(9_000) - 200.0)]);
        sysex(&mut synth, &[0x7E, 0x7F, 0x09, 0x01]);
        pass(&mut synth, 8);
        assert!(synth.is_silent());
    }
}
