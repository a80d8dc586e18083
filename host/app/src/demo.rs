//! `ripieno demo`: a piece of its own, played by the three built-in instruments through the effects into `demo.wav`.
//!
//! The piece is the same every time, byte for byte. So a second run finds its own file and leaves it; only a different
//! file of that name is refused, unless `--force` says to replace it.

mod piece;
mod score;

use crate::cli::DemoOptions;
use crate::instrument::list;
use crate::offline::{Band, Schedule, Tail};
use crate::render::Job;
use crate::{Failure, Instrument, output};
use ripieno_files::atomic::{AtomicError, Existing};
use ripieno_files::wav::Encoding;
use ripieno_rig::RigConfig;
use ripieno_synth::Builtin;
use ripieno_types::{Command, SampleRate};
use std::fmt::Display;

/// How long a tail may last if nobody says otherwise, in seconds.
pub const TAIL_SECS: f64 = 10.0;
/// The file's name.
const NAME: &str = "demo.wav";
const RATE: SampleRate = SampleRate::STUDIO;
const BLOCK: usize = 64;
const VOICES: usize = 128;
/// Linear: brings the loudest bar a little below full scale.
const GAIN: f32 = 1.4;

/// Carries out the verb.
pub fn run(options: &DemoOptions) -> Result<(), Failure> {
    let out = options.out.join(NAME);
    let stood_there = out.symlink_metadata().is_ok();
    let (commands, frames) = piece::compose().play(RATE);
    let job = Job {
        schedule: Schedule { rate: RATE, frames, tail: Tail::Silence { at_most_secs: TAIL_SECS }, block: BLOCK },
        events: commands.iter().filter(|timed| matches!(timed.value, Command::Midi(_))).count() as u64,
        encoding: Encoding::I16,
        out: &out,
        existing: if stood_there { Existing::Replace } else { Existing::Refuse },
        shows_progress: !options.json,
    };
    let mut config = RigConfig::new(RATE);
    config.synth.polyphony = VOICES;
    config.synth.gain = GAIN;
    let mut band = Band::new(Instrument::BuiltIn(Builtin::default()), config, &commands);
    let (mut file, report) = job.play(&mut band)?;

    let is_same = stood_there && file.holds_the_same_as(&out).map_err(|error| job.failed(error.into()))?;
    if stood_there && !is_same && !options.force {
        return Err(job.failed(AtomicError::Exists));
    }
    if !is_same {
        file.commit().map_err(|error| job.failed(error))?;
    }
    if options.json {
        return output::json(&report);
    }
    report.warnings.iter().for_each(|line| output::warn(line));
    let (done, out) = (if is_same { "kept    " } else { "wrote   " }, out.display());
    output::text(&format!("{ABOUT}\n\n{done} {out}\n{report}\n{}", next(&out)))
}

const ABOUT: &str = "\
Concertino: 32 bars in D minor, composed for this demo. The sine-piano states a theme, the electric piano
develops it, the organ and an electric bass carry both; filter, chorus, delay and reverb move with the form.";

fn next(out: &dyn Display) -> String {
    let bank = list::any_soundfont();
    let bank = bank.as_deref().unwrap_or("BANK.sf2");
    format!(
        "\
try next
  play {out} with any player: aplay, paplay, VLC, a browser
  ripieno instrument list
  ripieno render SONG.mid -i electric-piano -o song.wav --set chorus.mix=0.4 --set reverb.mix=0.3
  ripieno render SONG.mid -i {bank} -o song.wav\n"
    )
}
