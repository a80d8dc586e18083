//! Our effects with everything heard and nothing asleep.

use super::{BLOCK, FRAMES, noise, sample};
use cpu_time::ThreadTime;
use ripieno_fx::effects::{Chorus, Delay, Filter, Pan, Pitch, Reverb, Volume};
use ripieno_fx::{Chain, ChainMemory, Effect, PARAMS};
use ripieno_types::{Block, SampleRate};

const RATE: SampleRate = SampleRate::CD;

/// What the contests set, by parameter id.
const VALUES: [f32; 14] = [0.7, 0.5, 0.2, 0.0, 0.7, 0.3, 0.5, 0.3, 0.3, 0.3, 0.3, 0.3, 0.5, 0.4];

fn made(name: &str) -> Box<dyn Effect> {
    let memory = |len: usize| vec![0.0f32; len];
    match name {
        "volume" => Box::new(Volume::new(RATE)),
        "filter" => Box::new(Filter::new(RATE)),
        "pitch" => Box::new(Pitch::new(memory(Pitch::<Vec<f32>>::memory(RATE.hz())), RATE)),
        "chorus" => Box::new(Chorus::new(memory(Chorus::<Vec<f32>>::memory(RATE.hz())), RATE)),
        "delay" => Box::new(Delay::new(memory(Delay::<Vec<f32>>::memory(RATE.hz())), RATE)),
        "reverb" => Box::new(Reverb::new(memory(Reverb::<Vec<f32>>::memory(RATE.hz())), RATE)),
        _ => Box::new(Pan::new(RATE)),
    }
}

pub fn effect(name: &str) -> impl FnMut() -> f64 + use<> {
    let mut effect = made(name);
    for (index, info) in effect.params().iter().enumerate() {
        effect.set(index, VALUES[usize::from(info.id.0)]);
    }
    sample(move |left, right| effect.process(Block::new(left, right)))
}

fn playing() -> Chain<Vec<f32>> {
    let mut chain = Chain::new(ChainMemory::with(RATE, |len| vec![0.0; len]), RATE);
    for (info, value) in PARAMS.iter().zip(VALUES) {
        chain.set(info.id, value);
    }
    chain
}

pub fn chain() -> impl FnMut() -> f64 {
    let mut chain = playing();
    sample(move |left, right| chain.process(Block::new(left, right), None))
}

/// A second of noise, then thirty more or thirty of silence: the slowest of these.
pub fn slowest_second(is_silent: bool) -> f64 {
    let mut chain = playing();
    let [left, right] = noise();
    let mut slowest: f64 = 0.0;
    for second in 0..=30 {
        let is_silent = is_silent && second > 0;
        let start = ThreadTime::now();
        for (l, r) in left.chunks_exact(BLOCK).zip(right.chunks_exact(BLOCK)) {
            let (mut a, mut b) = ([0.0; BLOCK], [0.0; BLOCK]);
            if !is_silent {
                a.copy_from_slice(l);
                b.copy_from_slice(r);
            }
            chain.process(Block::new(&mut a, &mut b), None);
            std::hint::black_box((&a, &b));
        }
        if second > 0 {
            slowest = slowest.max(start.elapsed().as_nanos() as f64 / FRAMES as f64);
        }
    }
    slowest
}
