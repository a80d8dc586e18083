//! The separators that need no weights: how well mixes of known parts come apart and at what cost, beside librosa's
//! harmonic/percussive separation (`librosa.effects.hpss`) on the same mixes; and what a job costs beside its model.
//!
//! Quality is the scale-invariant signal-to-distortion ratio in decibels (Le Roux et al., ICASSP 2019).

mod librosa;
mod overhead;
mod songs;

use crate::harness::{Contest, median};
use crate::synth::{FONT, thread_nanos};
use librosa::{Lengths, Librosa};
use ripieno_infer::{Recording, builtin};
use ripieno_ports::{Conditions, Separator as _};
use ripieno_types::SampleRate;
use songs::Mix;

const RATE: SampleRate = SampleRate::CD;
const ROUNDS: usize = 3;
/// How many times faster than real time separation should be on one core.
const REAL_TIME_GOAL: f64 = 20.0;

/// Runs every contest of the built-in separators.
pub fn run() {
    let Ok(font) = std::fs::read(FONT) else {
        println!("\n## separate: NOT RUN, {FONT} is missing (apt-get install timgm6mb-soundfont)");
        return;
    };
    let struck = songs::pitched_and_struck(&font);
    let rival = Librosa::found();
    if rival.is_none() {
        println!("\n## separate: librosa is NOT COMPARED, it is missing (cargo xtask bench separate)");
    }
    quality(&struck, rival.as_ref());
    let mix = &struck[0];
    let mut contest = Contest::new("separate: harmonic and percussive", "CPU ms a second of stereo")
        .entrant("ripieno", || cost(&mut separator("hpss"), mix));
    if let Some(rival) = &rival {
        contest = contest
            .entrant("librosa", || rival.separate(mix, Lengths::Usual).cost_ms(mix))
            .goal(1.0)
            .entrant("librosa, our lengths", || rival.separate(mix, Lengths::Ours).cost_ms(mix))
            .goal(1.0);
    }
    contest.run(ROUNDS);
    let centred = songs::middle_and_sides(&font);
    centers(&centred);
    real_time(&centred[0]);
    overhead::run();
}

fn separator(reference: &str) -> builtin::Builtin {
    let recording = Recording { rate: RATE, channels: 2 };
    builtin::open(reference, recording).unwrap_or_else(|error| panic!("{error}"))
}

fn stems(separator: &mut builtin::Builtin, mix: &Mix) -> Vec<f32> {
    let sum = mix.sum();
    let mut stems = vec![0.0; sum.len() * separator.geometry().stems];
    let done = separator.separate(&sum, &Conditions::default(), &mut stems);
    assert_eq!(done, Ok(mix.frames()));
    stems
}

/// Milliseconds of one core that a second of a mix takes.
fn cost(separator: &mut builtin::Builtin, mix: &Mix) -> f64 {
    let started = thread_nanos();
    stems(separator, mix);
    (thread_nanos() - started) * 1e-6 / mix.seconds()
}

/// What both parts of a mix reach, on average.
fn reached_db(stems: &[f32], mix: &Mix) -> f64 {
    let parts = stems.chunks_exact(stems.len() / 2).zip(&mix.parts);
    parts.map(|(stem, part)| si_sdr_db(stem, part)).sum::<f64>() / 2.0
}

fn quality(mixes: &[Mix], rival: Option<&Librosa>) {
    println!("\n## separate: harmonic and percussive (SI-SDR in dB, mean of both stems)\n");
    println!("| mix | ripieno | librosa | librosa, our lengths |\n|---|---|---|---|");
    let mut columns = [const { Vec::new() }; 3];
    for mix in mixes {
        let own = reached_db(&stems(&mut separator("hpss"), mix), mix);
        let their = |lengths| rival.map_or(f64::NAN, |rival| reached_db(&rival.separate(mix, lengths).stems, mix));
        let row = [own, their(Lengths::Usual), their(Lengths::Ours)];
        println!("| {} | {:.2} | {:.2} | {:.2} |", mix.name, row[0], row[1], row[2]);
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    let [own, usual, ours] = columns.map(|column| column.iter().sum::<f64>() / column.len() as f64);
    let verdict = match rival {
        Some(_) if own >= usual => ": met",
        Some(_) => ": missed",
        None => "",
    };
    println!("| mean | {own:.2} | {usual:.2} | {ours:.2} |\n\ngoal: not below librosa{verdict}");
}

fn centers(mixes: &[Mix]) {
    println!(
        "\n## separate: centre and sides (SI-SDR in dB, mean of both stems)\n\n| mix | ripieno | half the sum of both channels |\n|---|---|---|"
    );
    for mix in mixes {
        let own = reached_db(&stems(&mut separator("center,low=0"), mix), mix);
        println!("| {} | {own:.2} | {:.2} |", mix.name, reached_db(&mid(mix), mix));
    }
}

/// What anybody gets by adding the channels, to see what more is worth.
fn mid(mix: &Mix) -> Vec<f32> {
    let sum = mix.sum();
    let (left, right) = sum.split_at(mix.frames());
    let half: Vec<f32> = left.iter().zip(right).map(|(left, right)| 0.5 * (left + right)).collect();
    let sides = left.iter().zip(&half).chain(right.iter().zip(&half)).map(|(channel, half)| channel - half);
    half.iter().chain(&half).copied().chain(sides).collect()
}

fn real_time(mix: &Mix) {
    println!("\n## separate: speed of the built-in separators (times real time, one core, {ROUNDS} runs)\n");
    println!("| separator | median | goal |\n|---|---|---|");
    for reference in ["hpss", "hpss,margin=2", "center", "bands"] {
        let mut separator = separator(reference);
        let speed = median((0..ROUNDS).map(|_| 1e3 / cost(&mut separator, mix)).collect());
        let verdict = if speed >= REAL_TIME_GOAL { "met" } else { "missed" };
        println!("| builtin:{reference} | {speed:.0} | ≥ {REAL_TIME_GOAL}: {verdict} |");
    }
}

fn si_sdr_db(estimate: &[f32], truth: &[f32]) -> f64 {
    let sum = |terms: &mut dyn Iterator<Item = f64>| terms.sum::<f64>();
    let both = || estimate.iter().zip(truth).map(|(e, t)| (f64::from(*e), f64::from(*t)));
    let power = sum(&mut both().map(|(_, t)| t * t));
    let gain = sum(&mut both().map(|(e, t)| e * t)) / power;
    let off = sum(&mut both().map(|(e, t)| (e - gain * t).powi(2)));
    10.0 * (gain * gain * power / off).log10()
}
