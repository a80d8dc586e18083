//! One note at a time, legato and portamento.

use super::*;

/// Keys that sound on channel 1.
fn keys(synth: &Looped) -> Vec<u8> {
    sounding(synth).iter().map(|(_, key, _)| *key).collect()
}

/// Serials of the notes that sound: a slurred note keeps its own.
fn serials(synth: &Looped) -> Vec<u32> {
    synth.voices.iter().flatten().filter(|voice| !voice.is_ending()).map(|voice| voice.note_serial).collect()
}

#[test]
fn a_mono_channel_sounds_the_last_key_that_is_down() {
    let mut synth = synth();
    send(&mut synth, &[&[0x90, 50, 100], &[0xB0, 126, 1]]);
    pass(&mut synth, 1);
    assert_eq!(keys(&synth), []);
    let mut check = |words: &[&[u8]], expected: &[u8], is_new: bool| {
        let before = serials(&synth);
        send(&mut synth, words);
        pass(&mut synth, 1);
        assert_eq!((keys(&synth), serials(&synth) != before), (expected.to_vec(), is_new), "{words:x?}");
    };
    check(&[&[0x90, 60, 100]], &[60], true);
    check(&[&[0x90, 64, 100]], &[64], false);
    check(&[&[0x90, 67, 100]], &[67], false);
    // Keys that do not sound go up unheard; the one before the last sounds again.
    check(&[&[0x80, 64, 0]], &[67], false);
    check(&[&[0x80, 67, 0]], &[60], false);
    // Another wave: struck anew.
    check(&[&[0x90, 100, 100]], &[100], true);
    check(&[&[0x80, 100, 0]], &[60], true);
    // The same key again.
    check(&[&[0x90, 60, 100]], &[60], true);
    check(&[&[0x80, 60, 0]], &[], true);
    check(&[&[0x80, 60, 0], &[0x80, 61, 0]], &[], false);
    // Held by the pedal, it ends with the next note.
    check(&[&[0xB0, 64, 127], &[0x90, 62, 100], &[0x80, 62, 0]], &[62], true);
    check(&[&[0x90, 65, 100]], &[65], true);
    check(&[&[0xB0, 64, 0]], &[65], false);
    check(&[&[0xB0, 127, 0]], &[], true);
    check(&[&[0x90, 60, 100], &[0x90, 64, 100]], &[60, 64], true);
    check(&[&[0x80, 60, 0], &[0x80, 64, 0]], &[], true);
}

#[test]
fn moved_generators_are_no_reason_to_strike_anew() {
    let mut synth = synth();
    // A SoundFont parameter: the filter's cutoff, down.
    send(&mut synth, &[&[0xB0, 126, 1], &[0xB0, 99, 120], &[0xB0, 98, 8], &[0xB0, 6, 32], &[0xB0, 38, 0]]);
    send(&mut synth, &[&[0x90, 60, 100]]);
    pass(&mut synth, 1);
    let before = serials(&synth);
    send(&mut synth, &[&[0x90, 64, 100]]);
    pass(&mut synth, 1);
    assert_eq!((keys(&synth), serials(&synth)), (vec![64], before));
}

#[test]
fn the_legato_pedal_makes_a_channel_mono_while_it_is_down() {
    let mut synth = synth();
    send(&mut synth, &[&[0xB0, 68, 127], &[0x90, 60, 100], &[0x90, 64, 100]]);
    pass(&mut synth, 1);
    assert_eq!((keys(&synth), serials(&synth).len()), (vec![64], 1));
    // It goes up; what was slurred ends with its key, and the forgotten one does not come back.
    send(&mut synth, &[&[0xB0, 68, 0], &[0x90, 72, 100]]);
    pass(&mut synth, 1);
    assert_eq!(keys(&synth), [64, 72]);
    send(&mut synth, &[&[0x80, 64, 0], &[0x80, 60, 0]]);
    pass(&mut synth, 1);
    assert_eq!(keys(&synth), [72]);
}

#[test]
fn the_way_from_the_key_before_is_even_and_as_long_as_the_controller_says() {
    for is_mono in [false, true] {
        let mut synth = synth();
        if is_mono {
            send(&mut synth, &[&[0xB0, 126, 1]]);
        }
        // Half a second for 36 keys.
        send(&mut synth, &[&[0xB0, 5, 32], &[0xB0, 65, 127], &[0x90, 48, 100]]);
        pass(&mut synth, 1);
        send(&mut synth, &[&[0x90, 84, 100]]);
        if !is_mono {
            send(&mut synth, &[&[0x80, 48, 0]]);
        }
        let (mut passed, frames) = (0, 22_050.0);
        for periods in [100, 100, 100] {
            pass(&mut synth, periods);
            passed += periods;
            let way = passed as f64 * CONTROL_FRAMES as f64 / frames;
            expect(&synth, &[(0, 84, 8_400.0 - 3_600.0 * (1.0 - way))]);
        }
        pass(&mut synth, 50);
        expect(&synth, &[(0, 84, 8_400.0)]);
        // Back, half the way; then back from where it is.
        if is_mono {
            send(&mut synth, &[&[0x80, 84, 0]]);
            pass(&mut synth, 172);
            send(&mut synth, &[&[0x90, 84, 100]]);
            let there = 8_400.0 - 3_600.0 * 172.0 * CONTROL_FRAMES as f64 / frames;
            pass(&mut synth, 50);
            expect(&synth, &[(0, 84, there + 3_600.0 * 50.0 * CONTROL_FRAMES as f64 / frames)]);
        }
    }
}

#[test]
fn portamento_control_names_the_source_once() {
    let mut synth = synth();
    send(&mut synth, &[&[0xB0, 5, 64], &[0xB0, 84, 40], &[0x90, 60, 100]]);
    pass(&mut synth, 1);
    assert!(sounding(&synth)[0].2 < 4_100.0);
    send(&mut synth, &[&[0xB0, 120, 0], &[0x90, 62, 100]]);
    pass(&mut synth, 1);
    assert!((sounding(&synth)[0].2 - 6_200.0).abs() < TUNING_ERROR);
}

#[test]
fn resets_end_what_they_should() {
    let mut synth = synth();
    send(
        &mut synth,
        &[&[0xB0, 68, 127], &[0x90, 60, 100], &[0xA0, 60, 90], &[0xD0, 80], &[0xE0, 0, 0], &[0xB0, 121, 0]],
    );
    send(&mut synth, &[&[0x90, 64, 100]]);
    pass(&mut synth, 2);
    expect(&synth, &[(0, 60, 6_000.0), (0, 64, 6_400.0)]);
    assert!(synth.voices.iter().flatten().all(|voice| voice.sources.pressure == 0));
    send(&mut synth, &[&[0xB0, 64, 127], &[0xB0, 123, 0]]);
    pass(&mut synth, 2);
    assert_eq!(keys(&synth), [60, 64]);
    send(&mut synth, &[&[0xB0, 120, 0]]);
    pass(&mut synth, 8);
    assert!(synth.is_silent());
}
