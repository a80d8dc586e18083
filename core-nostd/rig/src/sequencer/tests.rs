//! Steps after an hour, phrases and layers to the frame, and every note's end.

extern crate std;
use super::*;
use proptest::prelude::*;
use std::boxed::Box;
use std::{vec, vec::Vec};

const RATE: SampleRate = SampleRate::STUDIO;

/// What was heard: frame, status, key, velocity.
type Heard = Vec<(u64, u8, u8, u8)>;
type Player<'a> = Sequencer<&'a Score<64>>;

fn note(at: u32, note: u8, length_ms: u32) -> ScoreNote {
    ScoreNote { at, channel: 0, note, velocity: 100, length_ms }
}

fn hear(heard: &mut Heard, now: u64) -> impl FnMut(MidiWord) {
    move |word| match *word.as_bytes() {
        [status, key, velocity] => heard.push((now, status, key, velocity)),
        _ => panic!("no note"),
    }
}

/// Plays what is due before a frame.
fn play(player: &mut Player<'_>, heard: &mut Heard, until: u64) {
    while let Some(now) = player.due().filter(|due| *due < until) {
        player.run(now, &mut hear(heard, now));
    }
}

fn player(score: &Score<64>) -> Player<'_> {
    let mut player = Sequencer::new(RATE);
    player.set_score(score, 0, &mut |_| panic!("nothing sounds"));
    player
}

fn on(at: u64, key: u8) -> (u64, u8, u8, u8) {
    (at, 0x90, key, 100)
}

fn off(at: u64, key: u8) -> (u64, u8, u8, u8) {
    (at, 0x80, key, 64)
}

#[test]
fn a_step_is_where_it_belongs_after_an_hour_at_any_tempo() {
    for (tempo, swing) in [(92_000, 0), (40_000, 1), (299_999, 9_999), (120_001, 32_768)] {
        let mut score = Score::<64>::new();
        score.tempo = tempo;
        let notes: Vec<_> = (0..16).map(|step| note(step, step as u8, SHORTEST_MS)).collect();
        score.layer(&notes, swing).unwrap();
        let mut player = player(&score);
        let (start, mut step) = (12_345, 0_u128);
        player.layer(0, true, start, &mut |_| ());
        while let Some(now) = player.due().filter(|now| *now < start + 3_600 * 48_000) {
            player.run(now, &mut |word| {
                if let [0x90, key, _] = *word.as_bytes() {
                    let units = 48_000 * 15_000 * (step * 65_536 + (step % 2) * u128::from(swing)) / 65_536;
                    assert_eq!(u128::from(now - start), units.div_ceil(tempo.into()), "{tempo} {swing} {step}");
                    assert_eq!(u128::from(key), step % 16);
                    step += 1;
                }
            });
        }
        assert!(step > 9_000, "{step} steps in an hour");
    }
}

#[test]
fn layers_join_in_time_and_leave_without_a_trace() {
    let mut score = Score::<64>::new();
    // A step is exactly 6,000 frames.
    score.tempo = 120_000;
    score.layer(&[note(0, 36, 30), note(2, 38, 30)], 0).unwrap();
    score.layer(&[note(0, 60, 1_000), note(1, 62, 2_000), note(1, 64, 2_000)], 0).unwrap();
    let mut player = player(&score);
    let mut heard = vec![];
    player.layer(0, true, 500, &mut hear(&mut heard, 500));
    play(&mut player, &mut heard, 500 + 3_000);
    player.layer(1, true, 3_500, &mut hear(&mut heard, 3_500));
    player.layer(1, true, 3_600, &mut hear(&mut heard, 3_600));
    play(&mut player, &mut heard, 500 + 9_000);
    assert_eq!(player.layers_on(), 3);
    player.layer(1, false, 9_500, &mut hear(&mut heard, 9_500));
    play(&mut player, &mut heard, 500 + 13_000);
    player.layer(0, false, 13_500, &mut hear(&mut heard, 13_500));
    assert_eq!((player.due(), player.layers_on()), (None, 0));
    let expected = [
        on(500, 36),
        off(1_940, 36),
        on(6_500, 62),
        on(6_500, 64),
        off(9_500, 62),
        off(9_500, 64),
        on(12_500, 38),
        off(13_500, 38),
    ];
    assert_eq!(heard, expected);
    // The next one begins at its own frame, with its first step.
    heard.clear();
    player.layer(1, true, 20_001, &mut hear(&mut heard, 20_001));
    play(&mut player, &mut heard, 20_002);
    assert_eq!(heard, [on(20_001, 60)]);
    player.stop(&mut hear(&mut heard, 20_002));
    assert_eq!(heard[1..], [off(20_002, 60)]);
}

#[test]
fn two_layers_share_a_key() {
    let mut score = Score::<64>::new();
    score.tempo = 120_000;
    score.layer(&[note(0, 60, 500)], 0).unwrap();
    score.layer(&[note(1, 60, 50)], 0).unwrap();
    let mut player = player(&score);
    let mut heard = vec![];
    for layer in [0, 1] {
        player.layer(layer, true, 0, &mut |_| ());
    }
    play(&mut player, &mut heard, 48_000);
    // Struck again at 6,000, and let go once the longer one has ended.
    assert_eq!(heard, [on(0, 60), off(6_000, 60), on(6_000, 60), off(24_000, 60)]);
}

#[test]
fn phrases_are_polyphonic_scaled_and_end_as_they_say() {
    let mut score = Score::<64>::new();
    let through = score.phrase(&[note(20, 64, 30), note(0, 60, 30)], false, true).unwrap();
    let held = score.phrase(&[note(0, 70, 60_000), note(500, 71, 30)], true, false).unwrap();
    let mut player = player(&score);
    let (one, two) = (Some(MappingId(1)), Some(MappingId(2)));
    let mut heard = vec![];
    player.phrase(through, Phase::On(value::from_7(10)), one, 0, &mut |_| ());
    play(&mut player, &mut heard, 480);
    player.phrase(through, Phase::Off, one, 480, &mut |_| ());
    player.phrase(through, Phase::On(u16::MAX), two, 480, &mut |_| ());
    play(&mut player, &mut heard, 48_000);
    let soft = |at, key| (at, 0x90, key, 35);
    let loud = |at, key| (at, 0x90, key, 120);
    let expected = [
        soft(0, 60),
        off(480, 60),
        loud(480, 60),
        soft(960, 64),
        off(1_440, 64),
        loud(1_440, 64),
        off(1_920, 60),
        off(2_880, 64),
    ];
    assert_eq!(heard, expected);
    // Held by two controls: each ends its own.
    heard.clear();
    player.phrase(held, Phase::On(1), one, 50_000, &mut |_| ());
    player.phrase(held, Phase::On(1), two, 50_000, &mut |_| ());
    play(&mut player, &mut heard, 50_001);
    player.phrase(held, Phase::Off, one, 50_100, &mut hear(&mut heard, 50_100));
    assert_eq!(heard, [on(50_000, 70), off(50_000, 70), on(50_000, 70)]);
    // The one that is left may have another number by now.
    player.phrase(held, Phase::Off, None, 50_200, &mut hear(&mut heard, 50_200));
    play(&mut player, &mut heard, 200_000);
    assert_eq!(heard[3..], [off(50_200, 70)]);
}

#[test]
fn a_tempo_is_tapped_set_and_kept_in_range() {
    let score = Score::<64>::new();
    let mut player = player(&score);
    let mut check = |taps: &[u64], tempo| {
        taps.iter().for_each(|tap| player.tap(*tap));
        assert_eq!(player.tempo(), tempo, "{taps:?}");
    };
    check(&[1_000], 92_000);
    check(&[25_000], 120_000);
    // The mean of both intervals.
    check(&[25_000 + 28_800], 109_090);
    // Too long ago to be an interval.
    check(&[500_000], 109_090);
    check(&[500_000 + 48_000], 60_000);
    check(&[2_000_000, 2_000_100], 300_000);
    // Only the last four intervals count.
    check(&[3_000_000, 3_048_000, 3_072_000, 3_096_000, 3_120_000, 3_144_000], 120_000);
    player.set_tempo(0, 0);
    assert_eq!(player.tempo(), 40_000);
}

#[test]
fn another_score_plays_on_where_it_can() {
    let (mut old, mut new) = (Score::<64>::new(), Score::<64>::new());
    old.tempo = 120_000;
    new.tempo = 120_000;
    for key in [40, 41] {
        old.layer(&[note(0, key, 60_000)], 0).unwrap();
    }
    let phrase = old.phrase(&[note(0, 42, 60_000)], false, false).unwrap();
    new.layer(&[note(1, 50, 30)], 0).unwrap();
    let mut player = player(&old);
    let mut heard = vec![];
    player.phrase(phrase, Phase::On(1), None, 0, &mut |_| ());
    for layer in [0, 1] {
        player.layer(layer, true, 0, &mut |_| ());
    }
    play(&mut player, &mut heard, 100);
    heard.clear();
    assert!(player.set_score(&new, 100, &mut hear(&mut heard, 100)).is_some());
    // The vanished layer's note ends and so does the other's, when it is due or stopped.
    assert_eq!((heard.clone(), player.layers_on()), (vec![off(100, 41)], 1));
    play(&mut player, &mut heard, 6_001);
    assert_eq!(heard[1..], [on(6_000, 50)]);
}

fn any_score() -> impl Strategy<Value = Box<Score<64>>> {
    let notes = |most| prop::collection::vec((0..most, 0..8_u8, 30..200_u32), 1..8);
    let layers = prop::collection::vec((notes(16_u32), 0..=32_768_u16), 1..4);
    let phrases = prop::collection::vec((notes(400_u32), any::<bool>()), 1..4);
    (layers, phrases, 40_000..300_000_u32).prop_map(|(layers, phrases, tempo)| {
        let mut score = Box::new(Score::new());
        score.tempo = tempo;
        let all = |notes: Vec<_>| notes.into_iter().map(|(at, key, ms)| note(at, key, ms)).collect::<Vec<_>>();
        for (notes, swing) in layers {
            score.layer(&all(notes), swing).unwrap();
        }
        for (notes, ends) in phrases {
            score.phrase(&all(notes), ends, true).unwrap();
        }
        score
    })
}

/// What is asked at which frame: kind, which, value.
fn any_script() -> impl Strategy<Value = Vec<(u64, u8, u16, u16)>> {
    prop::collection::vec((0..24_000_u64, 0..6_u8, 0..4_u16, any::<u16>()), 0..40).prop_map(|mut script| {
        script.sort_unstable_by_key(|(at, ..)| *at);
        script
    })
}

proptest! {
    #[test]
    fn asked_when_due_it_plays_what_it_plays_asked_every_frame(score in any_score(), script in any_script()) {
        let rendered = [false, true].map(|is_patient| {
            let mut player = player(&score);
            let (mut heard, mut script) = (vec![], script.iter().copied().peekable());
            for now in 0..24_000 {
                if !is_patient || player.due() == Some(now) {
                    player.run(now, &mut hear(&mut heard, now));
                }
                while let Some((_, kind, which, value)) = script.next_if(|(at, ..)| *at == now) {
                    let each = &mut hear(&mut heard, now);
                    match kind {
                        0 => player.layer(which, false, now, each),
                        1 => player.layer(which, true, now, each),
                        2 => player.phrase(which, Phase::Off, Some(MappingId(value % 2)), now, each),
                        3 => player.phrase(which, Phase::On(value), Some(MappingId(value % 2)), now, each),
                        4 => player.tap(now),
                        _ => player.set_tempo(u32::from(value) * 5, now),
                    }
                }
                if player.due() == Some(now) {
                    player.run(now, &mut hear(&mut heard, now));
                }
            }
            player.stop(&mut hear(&mut heard, 24_000));
            prop_assert_eq!(player.due(), None);
            Ok(heard)
        });
        let [eager, patient] = rendered;
        let (eager, patient) = (eager?, patient?);
        prop_assert!(eager == patient);
        // Each key's notes begin and end in turn, and none is left.
        for key in 0..8 {
            let notes: Vec<u8> = eager.iter().filter(|(_, _, other, _)| *other == key).map(|(_, status, ..)| *status).collect();
            prop_assert!(notes.chunks(2).all(|note| *note == [0x90, 0x80]), "key {key}: {notes:x?}");
        }
    }
}
