//! Clips as they are, between frames, in a crowd, and on their way out.

extern crate std;
use super::*;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

const RATE: SampleRate = SampleRate::STUDIO;

/// One clip at each place.
struct Set(Vec<(Vec<f32>, u32, bool)>);

impl Clips for Set {
    fn clip(&self, place: u16) -> Option<Clip<'_>> {
        let (frames, hz, is_gated) = self.0.get(usize::from(place))?;
        let rate = SampleRate::new(*hz).unwrap();
        Some(Clip { channels: [frames, frames], rate, gain: 1.0, is_gated: *is_gated })
    }
}

fn sampler(clips: Vec<(Vec<f32>, u32, bool)>) -> Sampler<Set> {
    let mut sampler = Sampler::new(RATE);
    assert!(sampler.swap(Set(clips)).is_ok());
    sampler
}

fn render(sampler: &mut Sampler<Set>, frames: usize) -> Vec<f32> {
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    sampler.mix(Block::new(&mut left, &mut right));
    assert_eq!(left, right);
    left
}

#[test]
fn a_clip_of_the_same_rate_is_the_clip_itself() {
    let frames: Vec<f32> = (0..50).map(|n| n as f32 - 20.0).collect();
    let mut sampler = sampler(vec![(frames.clone(), 48_000, false)]);
    sampler.play(0, Phase::On(u16::MAX), None);
    sampler.play(0, Phase::Off, None);
    sampler.play(7, Phase::On(u16::MAX), None);
    let heard = render(&mut sampler, 60);
    assert_eq!((&heard[..50], &heard[50..]), (&frames[..], &[0.0; 10][..]));
}

#[test]
fn another_rate_is_read_between_the_frames() {
    let frames: Vec<f32> = (0..100).map(|n| n as f32).collect();
    for (hz, ratio) in [(24_000, 0.5), (96_000, 2.0), (44_100, 0.91875)] {
        let mut sampler = sampler(vec![(frames.clone(), hz, false)]);
        sampler.play(0, Phase::On(u16::MAX), None);
        let heard = render(&mut sampler, 40);
        let worst = heard.iter().enumerate().map(|(n, x)| (x - n as f32 * ratio).abs()).fold(0.0, f32::max);
        assert!(worst < 1e-4, "{hz} Hz: off by {worst}");
    }
}

#[test]
fn a_gated_clip_fades_when_its_own_pad_is_let_go() {
    let mut sampler = sampler(vec![(vec![1.0; 10_000], 48_000, true)]);
    let (one, two) = (Some(MappingId(1)), Some(MappingId(2)));
    sampler.play(0, Phase::On(value::CENTRE), one);
    sampler.play(0, Phase::On(u16::MAX), two);
    assert_eq!(render(&mut sampler, 10), [1.5; 10]);
    sampler.play(0, Phase::Off, two);
    let heard = render(&mut sampler, 300);
    assert!(heard.windows(2).all(|pair| (0.0..0.005).contains(&(pair[0] - pair[1]))), "a click");
    assert_eq!((heard[239], heard[299]), (0.5, 0.5));
    // Whoever let go has another number by now.
    sampler.play(0, Phase::Off, None);
    assert_eq!(render(&mut sampler, 300)[240..], [0.0; 60]);
}

#[test]
fn a_voice_too_many_takes_the_place_of_the_oldest_without_a_click() {
    let mut sampler = sampler(vec![(vec![1.0; 48_000], 48_000, false)]);
    for _ in 0..=VOICES {
        sampler.play(0, Phase::On(u16::MAX), None);
    }
    let heard = render(&mut sampler, 300);
    assert!(heard.windows(2).all(|pair| (pair[0] - pair[1]).abs() < 0.005), "a click");
    assert_eq!(heard[299], VOICES as f32);
    // A flood is bounded.
    for _ in 0..1_000 {
        sampler.play(0, Phase::On(u16::MAX), None);
    }
    assert_eq!(render(&mut sampler, 300)[299], VOICES as f32);
    sampler.stop();
    assert_eq!(render(&mut sampler, 300)[299], 0.0);
}

#[test]
fn clips_change_hands_while_the_old_ones_fade() {
    let mut sampler = sampler(vec![(vec![1.0; 48_000], 48_000, false)]);
    assert!(sampler.retired().is_none(), "there was nothing before");
    sampler.play(0, Phase::On(u16::MAX), None);
    assert!(sampler.swap(Set(vec![(vec![-1.0; 48_000], 48_000, false)])).is_ok());
    assert!(sampler.retired().is_none(), "it still sounds");
    assert!(sampler.swap(Set(vec![])).is_err(), "one at a time");
    sampler.play(0, Phase::On(u16::MAX), None);
    let heard = render(&mut sampler, 300);
    assert!((heard[0] + 1.0 - 239.0 / 240.0).abs() < 1e-6 && heard[299] == -1.0, "{} {}", heard[0], heard[299]);
    assert!(sampler.retired().is_some_and(|old| old.0[0].0[0] == 1.0));
    assert!(sampler.swap(Set(vec![])).is_ok());
}

proptest! {
    #[test]
    fn sound_does_not_depend_on_blocks(
        blocks in prop::collection::vec(1..200_usize, 1..20),
        presses in prop::collection::vec((0..1_000_u64, 0..2_u16, any::<u16>(), any::<bool>()), 1..20),
    ) {
        let wave = |period: usize| (0..700).map(|n| (n % period) as f32 / period as f32).collect::<Vec<f32>>();
        let clips = vec![(wave(30), 44_100, true), (wave(7), 96_000, false)];
        let play = |blocks: &mut dyn Iterator<Item = usize>| {
            let mut sampler = sampler(clips.clone());
            let mut heard = vec![];
            while heard.len() < 1_500 {
                let now = heard.len() as u64;
                for (_, place, force, is_on) in presses.iter().filter(|(at, ..)| *at == now) {
                    sampler.play(*place, if *is_on { Phase::On(*force) } else { Phase::Off }, None);
                }
                let next = presses.iter().map(|(at, ..)| *at).filter(|at| *at > now).min().unwrap_or(u64::MAX);
                let size = blocks.next().unwrap_or(64).min((next - now).min(1_000) as usize);
                heard.extend(render(&mut sampler, size));
            }
            heard.truncate(1_500);
            heard
        };
        let whole = play(&mut core::iter::empty());
        prop_assert!(whole == play(&mut blocks.iter().copied().cycle()));
    }
}
