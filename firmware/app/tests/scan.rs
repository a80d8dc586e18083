//! Controls as they really behave: contacts that bounce, voltages that tremble, samples that come too late.

use core::convert::Infallible;
use embedded_hal::digital::{ErrorType, InputPin, OutputPin};
use proptest::prelude::*;
use ripieno_firmware::scan::{
    Debounce, Detents, Edge, Encoder, ForceConfig, Forces, Knob, KnobConfig, Matrix, Strike, TwoContact,
    TwoContactConfig,
};
use std::cell::RefCell;

/// Microseconds between two samples.
const PERIOD: u64 = 500;
/// How long contacts bounce at most.
const BOUNCE: u64 = 4_000;

/// A contact that is closed from one time to another and bounces after both, as its noise says.
fn contact(now: u64, (from, to): (u64, u64), noise: u64) -> bool {
    let trembles = |since: u64| now - since < BOUNCE && now != since && (noise >> ((now / PERIOD) % 61)) & 1 == 1;
    if now < from {
        false
    } else if now < to {
        !trembles(from)
    } else {
        trembles(to)
    }
}

proptest! {
    #[test]
    fn a_bouncing_contact_is_one_press_and_one_release(
        presses in prop::collection::vec((10_000..80_000_u64, 10_000..80_000_u64, any::<u64>()), 1..20),
    ) {
        let (mut key, mut now, mut edges) = (Debounce::new(5_000), 0, vec![]);
        let mut expected = vec![];
        for (pause, length, noise) in presses {
            let (from, to) = ((now + pause) / PERIOD * PERIOD, (now + pause + length) / PERIOD * PERIOD);
            while now < to + 20_000 {
                edges.extend(key.sample(now, contact(now, (from, to), noise)).map(|edge| (edge, now)));
                now += PERIOD;
            }
            expected.push((Edge::Down, from..=from));
            expected.push((Edge::Up, to + 5_000..=to + BOUNCE + 5_000));
        }
        prop_assert_eq!(edges.len(), expected.len());
        for ((edge, now), (due, times)) in edges.iter().zip(expected) {
            prop_assert!(*edge == due && times.contains(now), "{edge:?} at {now}, not within {times:?}");
        }
    }

    #[test]
    fn a_key_of_two_contacts_sounds_once_and_faster_is_louder(
        strokes in prop::collection::vec((1..150_u64, 30_000..80_000_u64, any::<u64>(), any::<bool>()), 1..20),
    ) {
        let config = TwoContactConfig::default();
        let (mut key, mut now, mut told, mut expected) = (TwoContact::new(config), 0_u64, vec![], vec![]);
        for (travel, length, noise, reaches) in strokes {
            let travel = travel * PERIOD;
            let from = now + 20_000;
            let down = from + travel;
            let up = (down + length) / PERIOD * PERIOD;
            while now < up + travel + 30_000 {
                let first = contact(now, (from, up + travel), noise);
                let second = reaches && contact(now, (down, up), noise.rotate_left(17));
                told.extend(key.sample(now, first, second).map(|strike| (strike, travel)));
                now += PERIOD;
            }
            if reaches {
                expected.extend([true, false]);
            }
        }
        let downs = told.iter().map(|(strike, _)| matches!(strike, Strike::Down(_))).collect::<Vec<_>>();
        prop_assert_eq!(downs, expected);
        let mut velocities: Vec<_> = told
            .iter()
            .filter_map(|(strike, travel)| if let Strike::Down(velocity) = strike { Some((*travel, *velocity)) } else { None })
            .collect();
        velocities.sort();
        prop_assert!(velocities.windows(2).all(|pair| pair[0].1 >= pair[1].1), "{velocities:?}");
        for (travel, velocity) in velocities {
            prop_assert!((1..=127).contains(&velocity));
            prop_assert!((travel <= 2_000) == (velocity == 127), "{velocity} for {travel}");
            // At the slow end many times round to 1.
            prop_assert!(travel < 80_000 || velocity == 1, "{velocity} for {travel}");
        }
    }

    /// Piezos: hits that ring and die away on one of eight pads, a tenth of them on all others.
    #[test]
    fn every_hit_is_one_strike_on_its_own_pad(
        hits in prop::collection::vec((0..8_usize, 3_500..60_000_u32, 80..200_u64), 1..30),
        noise in any::<u64>(),
    ) {
        let mut pads = Forces::<8>::new(ForceConfig::default());
        let (mut now, mut told, mut noise) = (0, vec![], noise | 1);
        for (pad, peak, pause) in &hits {
            let start = now;
            while now < start + pause * 1_000 {
                let samples = std::array::from_fn(|place| {
                    noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    let level = if place == *pad { f64::from(*peak) } else { f64::from(*peak) / 10.0 };
                    let millis = (now - start) as f64 / 1_000.0;
                    // Up in half a millisecond, then rings at 180 Hz with a time constant of 8 ms.
                    let rise = (millis / 0.5).min(1.0);
                    let ring = (millis * 0.18 * std::f64::consts::TAU).cos().abs();
                    (level * rise * ring * (-millis / 8.0).exp()) as u16 + (noise >> 55) as u16
                });
                pads.sample(now, &samples, |pad, strike| told.push((pad, strike)));
                now += 250;
            }
        }
        let mut strikes = told.chunks(2);
        let mut by_force = vec![];
        for (pad, peak, _) in &hits {
            match strikes.next() {
                Some([(down, Strike::Down(velocity)), (up, Strike::Up)]) if down == pad && up == pad => {
                    by_force.push((*peak, *velocity));
                }
                other => prop_assert!(false, "{other:?} for a hit of {peak} on pad {pad}"),
            }
        }
        prop_assert!(strikes.next().is_none());
        by_force.sort();
        // What is a little harder may be told as a little softer: samples are a quarter of a millisecond apart, and trembling.
        prop_assert!(by_force.windows(2).all(|pair| pair[0].1 <= pair[1].1 + 2), "{by_force:?}");
    }

    #[test]
    fn a_still_knob_never_turns_back(
        place in 0..4_096_u32,
        noise in prop::collection::vec(0..=6_u32, 16..2_000),
    ) {
        // Six steps of a converter of 12 bits, from the lowest to the highest.
        let mut knob = Knob::new(KnobConfig::default());
        let told: Vec<_> = noise.iter().filter_map(|step| knob.sample(((place + step).min(4_095) << 4) as u16)).collect();
        prop_assert!(told.is_sorted() || told.iter().rev().is_sorted(), "{told:?}");
        let way = told.first().zip(told.last()).map_or(0, |(first, last)| first.abs_diff(*last));
        prop_assert!(way <= 14, "{told:?}");
    }

    #[test]
    fn a_turned_knob_reaches_both_ends_and_follows_between(
        stops in prop::collection::vec(0..4_096_u32, 1..20),
        noise in prop::collection::vec(0..=4_u32, 64),
    ) {
        let mut knob = Knob::new(KnobConfig::default());
        let mut noise = noise.iter().cycle();
        for stop in stops.into_iter().chain([0, 4_095, 0]) {
            for _ in 0..64 {
                let trembling = if matches!(stop, 0 | 4_095) { 0 } else { *noise.next().unwrap() };
                knob.sample(((stop + trembling).min(4_095) << 4) as u16);
            }
            let position = u32::from(knob.position_told().unwrap());
            match stop {
                0 => prop_assert_eq!(position, 0),
                4_095 => prop_assert_eq!(position, 16_383),
                _ => prop_assert!(position.abs_diff(stop * 4) <= 120, "{position} at {stop}"),
            }
        }
    }

    #[test]
    fn an_encoder_counts_detents_through_bounces(
        turns in prop::collection::vec((-3..=3_i32, any::<u32>()), 1..60),
        detents in prop::sample::select(vec![Detents::Fourth, Detents::Second]),
    ) {
        let mut encoder = Encoder::new(detents);
        let each = if detents == Detents::Fourth { 4 } else { 2 };
        let (mut quarter, mut counted, mut expected) = (0_i32, 0, 0);
        encoder.sample(false, false);
        let sample = |encoder: &mut Encoder, quarter: i32| {
            let place = quarter.rem_euclid(4);
            i32::from(encoder.sample(place == 1 || place == 2, place >= 2))
        };
        for (turn, bounces) in turns {
            for step in 0..turn.abs() * each {
                let next = quarter + turn.signum();
                // Back and forth between two neighbours before it stays.
                for _ in 0..(bounces >> (step % 16)) & 3 {
                    counted += sample(&mut encoder, next);
                    counted += sample(&mut encoder, quarter);
                }
                quarter = next;
                counted += sample(&mut encoder, quarter);
            }
            expected += turn;
            prop_assert_eq!(counted, expected);
        }
    }

    #[test]
    fn an_encoder_that_is_read_too_seldom_loses_nothing_while_it_turns_on(
        turns in prop::collection::vec((prop::bool::ANY, 2..20_i32, any::<u64>()), 1..20),
    ) {
        let mut encoder = Encoder::new(Detents::Fourth);
        encoder.sample(false, false);
        for (is_up, count, late) in turns {
            let (mut quarter, mut counted) = (0, 0);
            while quarter < count * 4 {
                // The first and the last quarter are seen; between them every second place may be missed.
                let skips = quarter > 0 && quarter + 2 < count * 4 && (late >> (quarter % 64)) & 1 == 1;
                quarter += if skips { 2 } else { 1 };
                let place = if is_up { quarter } else { -quarter }.rem_euclid(4);
                counted += i32::from(encoder.sample(place == 1 || place == 2, place >= 2));
            }
            prop_assert_eq!(counted, if is_up { count } else { -count });
        }
    }

    #[test]
    fn garbage_on_an_encoder_is_counted_only_at_detents(places in prop::collection::vec(0..4_u8, 0..200)) {
        let mut encoder = Encoder::new(Detents::Fourth);
        for place in places {
            let detents = encoder.sample(place == 1 || place == 2, place >= 2);
            prop_assert!(detents == 0 || place == 0);
        }
    }
}

#[test]
fn two_pads_hit_together_sound_both_and_a_whisper_beside_a_blow_does_not() {
    let check = |levels: [u16; 2], expected: &[usize]| {
        let mut pads = Forces::<2>::new(ForceConfig::default());
        let mut down = vec![];
        for step in 0..40 {
            let samples = if step < 20 { levels } else { [0; 2] };
            pads.sample(step * PERIOD, &samples, |pad, strike| {
                if let Strike::Down(_) = strike {
                    down.push(pad);
                }
            });
        }
        assert_eq!(down, expected, "{levels:?}");
    };
    check([20_000, 30_000], &[0, 1]);
    check([10_000, 39_000], &[0, 1]);
    check([9_000, 39_000], &[1]);
    check([60_000, 2_100], &[0]);
    check([1_999, 1_999], &[]);
}

#[test]
fn a_held_pad_tells_its_pressure_and_its_end() {
    let config = ForceConfig { has_pressure: true, ..ForceConfig::default() };
    let (mut pads, mut told) = (Forces::<1>::new(config), vec![]);
    let levels =
        [(0, 0), (1, 60_000), (40, 1_900), (60, 30_000), (61, 30_100), (80, 1_250), (100, 1_100), (101, 1_900)];
    for now in 0..120_u64 {
        let level = levels.iter().rev().find(|(from, _)| *from <= now).unwrap().1;
        pads.sample(now * 1_000, &[level], |_, strike| told.push((now, strike)));
    }
    let expected = [
        (3, Strike::Down(127)),
        (33, Strike::Pressure(127)),
        (40, Strike::Pressure(1)),
        (60, Strike::Pressure(66)),
        (80, Strike::Pressure(0)),
        (100, Strike::Up),
    ];
    assert_eq!(told, expected);
}

/// Contacts between rows and columns, without diodes unless it has them.
struct Grid {
    closed: Vec<(usize, usize)>,
    low: [bool; 3],
    has_diodes: bool,
}

struct Row<'a>(&'a RefCell<Grid>, usize);
struct Column<'a>(&'a RefCell<Grid>, usize);

impl ErrorType for Row<'_> {
    type Error = Infallible;
}

impl OutputPin for Row<'_> {
    fn set_low(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().low[self.1] = true;
        Ok(())
    }

    fn set_high(&mut self) -> Result<(), Infallible> {
        self.0.borrow_mut().low[self.1] = false;
        Ok(())
    }
}

impl ErrorType for Column<'_> {
    type Error = Infallible;
}

impl InputPin for Column<'_> {
    fn is_high(&mut self) -> Result<bool, Infallible> {
        self.is_low().map(|low| !low)
    }

    fn is_low(&mut self) -> Result<bool, Infallible> {
        let grid = self.0.borrow();
        let (mut rows, mut columns) = (grid.low, [false; 3]);
        for _ in 0..6 {
            for &(row, column) in &grid.closed {
                columns[column] |= rows[row];
                rows[row] |= columns[column] && !grid.has_diodes;
            }
        }
        Ok(columns[self.1])
    }
}

#[test]
fn a_matrix_does_not_believe_ghosts() {
    let check = |has_diodes, presses: &[&[(usize, usize)]], expected: [u32; 3]| {
        let grid = RefCell::new(Grid { closed: vec![], low: [false; 3], has_diodes });
        let (mut rows, mut columns) =
            ([0, 1, 2].map(|row| Row(&grid, row)), [0, 1, 2].map(|column| Column(&grid, column)));
        let mut matrix = Matrix::<3>::new(has_diodes);
        for closed in presses {
            grid.borrow_mut().closed = closed.to_vec();
            matrix.scan(&mut rows, &mut columns, || ()).unwrap();
        }
        let read =
            [0, 1, 2].map(|row| (0..3).map(|column| u32::from(matrix.is_closed(row, column)) << column).sum::<u32>());
        assert_eq!(read, expected, "{presses:?}");
    };
    let corner = &[(0, 0), (0, 2), (1, 0)][..];
    check(true, &[corner], [0b101, 0b001, 0]);
    check(true, &[&[(0, 0), (0, 2), (1, 0), (1, 2)]], [0b101, 0b101, 0]);
    check(false, &[&[(0, 0), (1, 1), (2, 2)]], [0b001, 0b010, 0b100]);
    // Two of the corner were there before: they stay, nothing comes to them.
    check(false, &[&corner[..2], corner], [0b101, 0, 0]);
    check(false, &[&corner[..2], corner, &corner[1..]], [0b100, 0b001, 0]);
    check(false, &[corner, &[]], [0, 0, 0]);
}
