//! What a job costs beside its model: reading, planning, adding up, writing, against the inference of the same windows.
//!
//! Two ways. A job with the identity in place of the model shows the rest alone, told exactly. A whole job less its
//! windows by themselves shows it in its place, within what inference itself trembles by.

use cpu_time::ProcessTime;
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_infer::{EngineChoice, Model, OpenOptions};
use ripieno_ports::{Conditions, Separator as _};
use ripieno_separate::{Cancel, Engine, Event, JobSettings, Session};
use ripieno_types::SampleRate;
use std::fs;
use std::path::Path;

/// Frames of a window: five seconds.
const WINDOW: usize = 240_000;
/// Seconds of the recording.
const SECONDS: usize = 60;
/// How much more than inference a job may take.
const GOAL_PERCENT: f64 = 2.0;

/// Compares both engines that there are.
pub fn run() {
    println!("\n## separate: a job beside its model (CPU seconds; five million weights, {SECONDS} s of stereo)\n");
    println!("| engine | windows | inference | the rest | share | whole job | goal |\n|---|---|---|---|---|---|---|");
    let folder = tempfile::tempdir().expect("a temporary folder");
    prepare(folder.path()).expect("a recording and a model");
    for engine in [Engine::Ort, Engine::Tract] {
        if let Err(error) = compare(folder.path(), engine) {
            println!("| {} | NOT RUN: {error} |||||| ", engine.word());
        }
    }
}

fn compare(folder: &Path, engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
    let model = folder.to_string_lossy().into_owned();
    let mut settings = JobSettings::new(model.clone(), folder.join("mix.wav"));
    (settings.engine, settings.threads, settings.force) = (engine, Some(1), true);
    let mut session = Session::new();
    // The first job loads the model.
    job(&mut session, &settings)?;
    let (whole, windows) = job(&mut session, &settings)?;

    let mut rest = settings.clone();
    rest.model = "builtin:identity".to_owned();
    rest.max_len_secs = Some(WINDOW as f64 / f64::from(SampleRate::STUDIO.hz()));
    rest.overlap_secs = Some(0.25 * WINDOW as f64 / f64::from(SampleRate::STUDIO.hz()));
    job(&mut session, &rest)?;
    let (rest, same) = job(&mut session, &rest)?;
    assert_eq!(windows, same, "both jobs have the same windows");

    let mut options = OpenOptions::default();
    options.engine = if engine == Engine::Ort { EngineChoice::Ort } else { EngineChoice::Tract };
    options.threads = Some(1);
    let mut model = Model::open(&model, &options)?;
    let mix: Vec<f32> = noise(2 * WINDOW).collect();
    let mut stems = vec![0.0; mix.len()];
    model.separate(&mix, &Conditions::default(), &mut stems)?;
    let start = ProcessTime::now();
    for _ in 0..windows {
        model.separate(&mix, &Conditions::default(), &mut stems)?;
    }
    let inference = start.elapsed().as_secs_f64();
    let share = rest / inference * 100.0;
    let verdict = if share <= GOAL_PERCENT { "met" } else { "missed" };
    println!(
        "| {} | {windows} | {inference:.2} | {rest:.3} | {share:.2} % | {whole:.2} | {GOAL_PERCENT} %: {verdict} |",
        model.info().engine
    );
    Ok(())
}

/// Does a job; tells its processor time and windows.
fn job(session: &mut Session, settings: &JobSettings) -> Result<(f64, u64), Box<dyn std::error::Error>> {
    let mut windows = 0;
    let mut observe = |event| {
        if let Event::Plan(plan) = event {
            windows = plan.chunks;
        }
    };
    let start = ProcessTime::now();
    session.run(settings, &mut observe, &Cancel::default())?;
    Ok((start.elapsed().as_secs_f64(), windows))
}

fn prepare(folder: &Path) -> std::io::Result<()> {
    let manifest = format!(
        "schema = 1\nid = \"convolutions\"\nkind = \"waveform\"\nsample_rate = 48000\nchannels = 2\nstems = [\"target\"]\n\
         [graph.main]\nfile = \"model.onnx\"\nin = {{ mix = \"mix\" }}\nout = {{ stems = \"out\" }}\n\
         [chunk]\nsamples = {WINDOW}\nfixed = true\noverlap = 0.25\n"
    );
    #[expect(clippy::disallowed_methods, reason = "a temporary folder of our own: nothing is lost")]
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes);
    write("model.toml", manifest.as_bytes())?;
    write("model.onnx", &ripieno_onnx::large::convolutions(WINDOW))?;
    let spec = WavSpec { rate: SampleRate::STUDIO, channels: 2, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(fs::File::create(folder.join("mix.wav"))?, spec)?;
    let frames = SECONDS * SampleRate::STUDIO.hz() as usize;
    let mix: Vec<f32> = noise(2 * frames).collect();
    let (left, right) = mix.split_at(frames);
    writer.write(&[left, right])?;
    writer.finish().map(drop)
}

fn noise(samples: usize) -> impl Iterator<Item = f32> {
    let mut state = 1u32;
    (0..samples).map(move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32 - 0.5
    })
}
