//! The synth beside rustysynth, oxisynth and fluidsynth: one event list, one SoundFont, 64-frame blocks, effects off.
//!
//! Speed is only compared between entrants that sound alike: levels are printed first.

mod load;
mod players;
pub mod score;
mod sfz;

use crate::harness::{Contest, median};
pub use load::run_child;
use players::{Fluid, Order, Player, ours, oxi, rusty};
use score::Score;
use std::time::Instant;

/// Frames a call.
const BLOCK: usize = 64;
const RATE: u32 = 44_100;
const ROUNDS: usize = 5;
/// What a voice of ours may cost beside a rival's of the same order.
const GOAL_VOICE: f64 = 1.0 / 3.0;
/// What the best interpolation may cost beside the cheapest.
const GOAL_BEST: f64 = 4.0;
pub const FONT: &str = "/usr/share/sounds/sf2/TimGM6mb.sf2";

/// Runs every contest of the synth.
pub fn run() {
    let Ok(font) = std::fs::read(FONT) else {
        println!("\n## synth: NOT RUN, {FONT} is missing (apt-get install timgm6mb-soundfont)");
        return;
    };
    let has_fluid = Fluid::is_installed();
    if !has_fluid {
        println!("\n## synth: fluidsynth is NOT COMPARED, the program is missing (apt-get install fluidsynth)");
    }
    for score in [Score::sustained(64, 10), Score::dense(10)] {
        levels(&score, &font, has_fluid);
        for order in [Order::Linear, Order::Cubic, Order::Fine, Order::Hq] {
            speed(&score, order, &font, has_fluid);
        }
    }
    orders(&font);
    worst_block(&font);
    load::run();
    many_voices(&font);
    sfz::run();
}

/// One pass over a score.
struct Pass {
    nanos_a_frame: f64,
    rms: f64,
    voices: f64,
}

fn play(mut player: impl Player, score: &Score) -> Pass {
    let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
    let (mut square, mut voices, mut blocks) = (0.0, 0, 0);
    let started = thread_nanos();
    for events in score.blocks(BLOCK) {
        events.iter().for_each(|event| player.event(*event));
        player.render(&mut left, &mut right);
        square += left.iter().chain(&right).map(|x| f64::from(x * x)).sum::<f64>();
        voices += player.voices();
        blocks += 1;
    }
    let frames = (blocks * BLOCK) as f64;
    Pass {
        nanos_a_frame: (thread_nanos() - started) / frames,
        rms: (square / (2.0 * frames)).sqrt(),
        voices: voices as f64 / blocks as f64,
    }
}

fn levels(score: &Score, font: &[u8], has_fluid: bool) {
    let decibels = |rms: f64| 20.0 * rms.log10();
    let own = play(ours(font, Order::Cubic, RATE), score);
    println!("\n## synth level: {} (RMS in dBFS; ours sounds {:.1} voices on average)\n", score.name, own.voices);
    println!("| entrant | level |\n|---|---|\n| ripieno | {:.2} |", decibels(own.rms));
    println!("| rustysynth | {:.2} |", decibels(play(rusty(font, RATE), score).rms));
    println!("| oxisynth | {:.2} |", decibels(play(oxi(font, Order::Cubic, RATE), score).rms));
    if has_fluid {
        println!("| fluidsynth | {:.2} |", decibels(Fluid::new(score, Order::Cubic).level()));
    }
}

fn speed(score: &Score, order: Order, font: &[u8], has_fluid: bool) {
    let voices = play(ours(font, order, RATE), score).voices;
    let title = format!("synth: {}, {} ({voices:.1} voices)", score.name, order.name());
    let nanos = |pass: Pass| pass.nanos_a_frame / voices;
    let mut contest =
        Contest::new(title, "ns/voice/frame").entrant("ripieno", || nanos(play(ours(font, order, RATE), score)));
    // Nobody else has an order as high as our best: parity is the goal there.
    let goal = if order == Order::Hq { 1.0 } else { GOAL_VOICE };
    if order == Order::Linear {
        contest = contest.entrant("rustysynth", || nanos(play(rusty(font, RATE), score))).goal(goal);
    }
    contest = contest.entrant("oxisynth", || nanos(play(oxi(font, order, RATE), score))).goal(goal);
    if has_fluid {
        let fluid = Fluid::new(score, order);
        contest = contest.entrant("fluidsynth", move || fluid.nanos_a_frame() / voices).goal(goal);
    }
    contest.run(ROUNDS);
}

/// What each of our orders costs beside the cheapest.
fn orders(font: &[u8]) {
    let score = Score::sustained(64, 10);
    let cost = |order| play(ours(font, order, RATE), &score).nanos_a_frame / 64.0;
    Contest::new("synth: what our best interpolation costs, 64 held notes", "ns/voice/frame")
        .entrant("24 points", || cost(Order::Hq))
        .entrant("eight points", || cost(Order::Fine))
        .entrant("four points", || cost(Order::Cubic))
        .entrant("linear", || cost(Order::Linear))
        .goal(GOAL_BEST)
        .run(ROUNDS);
}

/// The dearest block of a run in which 64 notes begin at once while 64 others sound.
fn worst_block(font: &[u8]) {
    fn costs<P: Player>(mut player: P, score: &Score) -> Vec<f64> {
        let (mut left, mut right) = ([0.0; BLOCK], [0.0; BLOCK]);
        let timed = |events: Vec<score::Event>| {
            let started = Instant::now();
            events.iter().for_each(|event| player.event(*event));
            player.render(&mut left, &mut right);
            started.elapsed().as_secs_f64() * 1e6
        };
        score.blocks(BLOCK).map(timed).collect()
    }
    // The machine interrupts: the least of several runs is each block's own cost, the greatest of those the worst block.
    fn worst(run: impl Fn() -> Vec<f64>) -> f64 {
        let mut least = run();
        for _ in 0..8 {
            least.iter_mut().zip(run()).for_each(|(least, cost)| *least = least.min(cost));
        }
        least.into_iter().fold(0.0, f64::max)
    }
    let score = Score::struck(64);
    Contest::new("synth: worst 64-frame block with 64 note-ons", "µs")
        .entrant("ripieno, linear", || worst(|| costs(ours(font, Order::Linear, RATE), &score)))
        .entrant("rustysynth, linear", || worst(|| costs(rusty(font, RATE), &score)))
        .goal(0.5)
        .entrant("ripieno, cubic", || worst(|| costs(ours(font, Order::Cubic, RATE), &score)))
        .entrant("oxisynth, cubic", || worst(|| costs(oxi(font, Order::Cubic, RATE), &score)))
        .run(5);
}

fn many_voices(font: &[u8]) {
    println!();
    let score = Score::sustained(256, 4);
    for order in [Order::Linear, Order::Cubic, Order::Fine, Order::Hq] {
        let mut voices = 0.0;
        let share = (0..5)
            .map(|_| {
                let pass = play(ours(font, order, 48_000), &score);
                voices = pass.voices;
                pass.nanos_a_frame * 48_000.0 / 1e7
            })
            .collect();
        println!("{voices:.0} voices at 48 kHz, {}, effects off: {:.1} % of one core", order.name(), median(share));
    }
}

/// CPU time of this thread in nanoseconds; wall time where the system does not tell.
pub fn thread_nanos() -> f64 {
    use std::sync::OnceLock;
    static START: OnceLock<Instant> = OnceLock::new();
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    nanos.unwrap_or_else(|| START.get_or_init(Instant::now).elapsed().as_nanos() as f64)
}
