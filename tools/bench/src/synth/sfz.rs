//! An SFZ instrument beside sfizz: one text, the same notes, the same points of interpolation. sfizz plays from its own
//! program, whose processor time for a long piece less that for a short one is what the frames between took.

use super::players::{Player, children_secs};
use super::score::{Event, Score};
use super::{GOAL_VOICE, RATE, play};
use crate::harness::Contest;
use ripieno_files::samples::{Header, Samples, Streams, needs};
use ripieno_synth::sampler::{Kit, Sampler, Waves};
use ripieno_synth::{Bank, Interpolation, PresetIndex, Region, SamplePool, Synth, SynthConfig};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Seconds that sfizz plays longer: the kernel counts children in hundredths.
const SECS: usize = 20;
/// sfizz is slow enough for fewer rounds.
const ROUNDS: usize = 3;
/// Notes held.
const NOTES: usize = 64;
/// Frames of each recording, looped as a whole.
const FRAMES: usize = 20_000;
const BUDGET: u64 = 1 << 30;

/// Ours, sfizz's number for as many points, and what that is called.
const ORDERS: [(Interpolation, &str, &str); 4] = [
    (Interpolation::Linear, "1", "linear"),
    (Interpolation::Cubic, "2", "four points"),
    (Interpolation::Fine, "3", "eight points"),
    (Interpolation::Hq, "6", "24 points"),
];

/// What the voices do, and the opcodes that say so.
const INSTRUMENTS: [(&str, u16, &str); 2] = [
    ("mono recordings as they are", 1, ""),
    (
        "stereo, low-pass, two envelopes and an LFO",
        2,
        "cutoff=2500 resonance=3 fil_veltrack=1200 fileg_decay=2 fileg_sustain=40 fileg_depth=1200 \
         ampeg_attack=0.01 ampeg_decay=1 ampeg_sustain=70 pitchlfo_freq=5 pitchlfo_depth=8",
    ),
];

/// Runs the contests.
pub fn run() {
    let sfizz = Sfizz::found();
    if sfizz.is_none() {
        println!("\n## sfz: sfizz is NOT COMPARED, its program is not in target/python-sfizz");
    }
    for (name, channels, opcodes) in INSTRUMENTS {
        let instrument = Instrument::new(channels, opcodes);
        let score = Score::spread(NOTES, SECS);
        let file = instrument.file();
        let level = |rms: f64| 20.0 * rms.log10();
        let own = play(ours(&file, Interpolation::Fine), &score);
        println!("\n## sfz level: {NOTES} {name} (RMS in dBFS)\n\n| entrant | level |\n|---|---|");
        println!("| ripieno ({:.1} voices) | {:.2} |", own.voices, level(own.rms));
        if let Some(sfizz) = &sfizz {
            println!("| sfizz | {:.2} |", level(sfizz.level(&instrument, &score)));
        }
        for (interpolation, quality, order) in ORDERS {
            let per_voice = |nanos: f64| nanos / NOTES as f64;
            let title = format!("sfz: {NOTES} held notes, {name}, {order}");
            let mut contest = Contest::new(title, "ns/voice/frame")
                .entrant("ripieno", || per_voice(play(ours(&file, interpolation), &score).nanos_a_frame));
            if let Some(sfizz) = &sfizz {
                let rival = || per_voice(sfizz.nanos_a_frame(&instrument, &score, quality));
                contest = contest.entrant("sfizz", rival).goal(GOAL_VOICE);
            }
            contest.run(ROUNDS);
        }
    }
}

/// An instrument's folder.
struct Instrument(tempfile::TempDir);

impl Instrument {
    /// A recording an octave, in 16 bits.
    fn new(channels: u16, opcodes: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut text = format!("<group> loop_mode=loop_continuous loop_start=0 loop_end={} {opcodes}\n", FRAMES - 1);
        for octave in 0..8_u8 {
            let (low, key) = (12 + 12 * octave, 18 + 12 * octave);
            text += &format!(
                "<region> sample={octave}.wav lokey={low} hikey={} pitch_keycenter={key}\n",
                u32::from(low) + 11
            );
            let hz = 440.0 * ((f64::from(key) - 69.0) / 12.0).exp2();
            let cycles = (FRAMES as f64 * hz / f64::from(RATE)).round();
            write(&folder.path().join(format!("{octave}.wav")), &wav(channels, cycles));
        }
        write(&folder.path().join("kit.sfz"), text.as_bytes());
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("kit.sfz")
    }
}

fn write(path: &Path, bytes: &[u8]) {
    File::create(path).and_then(|mut file| file.write_all(bytes)).expect("a written file");
}

/// A tone with a few partials, as 16-bit frames in a WAV file.
fn wav(channels: u16, cycles: f64) -> Vec<u8> {
    let bytes = FRAMES as u32 * 2 * u32::from(channels);
    let mut file = b"RIFF".to_vec();
    file.extend((36 + bytes).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    file.extend(channels.to_le_bytes());
    file.extend(RATE.to_le_bytes());
    file.extend((RATE * 2 * u32::from(channels)).to_le_bytes());
    file.extend((2 * channels).to_le_bytes());
    file.extend(b"\x10\0data");
    file.extend(bytes.to_le_bytes());
    for frame in 0..FRAMES {
        for channel in 0..channels {
            let turns = cycles * frame as f64 / FRAMES as f64 + 0.25 * f64::from(channel);
            let wave: f64 = (1..=6).map(|n| (std::f64::consts::TAU * turns * f64::from(n)).sin() / f64::from(n)).sum();
            file.extend(((wave * 8_000.0) as i16).to_le_bytes());
        }
    }
    file
}

/// Our synth with an SFZ instrument, as the program loads it.
struct KitBank {
    image: Vec<u8>,
    streams: Streams,
}

impl Bank for KitBank {
    type Player<const VOICES: usize> = Sampler<VOICES>;

    fn find(&self, bank: u16, program: u8) -> Option<PresetIndex> {
        (bank == 0 && program == 0).then_some(PresetIndex(0))
    }

    fn regions(&self, _: PresetIndex, _: u8, _: u8, _: impl FnMut(&Region)) {}

    fn pool(&self) -> SamplePool<'_> {
        SamplePool::default()
    }

    fn kit(&self) -> Option<Kit<'_>> {
        Kit::new(&self.image).ok()
    }

    fn waves(&self) -> impl Waves {
        &self.streams
    }
}

type Ours = Box<Synth<KitBank, 256>>;

fn ours(file: &Path, interpolation: Interpolation) -> impl Player + use<> {
    let folder = file.parent().expect("a folder");
    let sfz = ripieno_files::sfz::read(file, &Default::default()).expect("an instrument");
    let mut waves = Vec::new();
    let (tables, _) = sfz.kit(|name| {
        let path = folder.join(name);
        let header = Header::probe(&path).map_err(|error| error.to_string())?;
        waves.push(Some((path, header)));
        Ok(header.info)
    });
    let streams = Streams::new(&Samples::load(waves, &needs(&tables), BUDGET), 256);
    let bank = KitBank { image: tables.image(), streams };
    let rate = ripieno_types::SampleRate::new(RATE).expect("a legal rate");
    Box::new(Synth::<_, 256>::new(bank, SynthConfig { interpolation, ..SynthConfig::new(rate) }))
}

impl Player for Ours {
    fn event(&mut self, event: Event) {
        self.midi(ripieno_types::midi::MidiWord::new(&event).expect("a legal message"));
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        Synth::render(self, ripieno_types::Block::new(left, right), None);
    }

    fn voices(&self) -> usize {
        self.active_voices()
    }
}

/// sfizz's program that renders.
struct Sfizz(PathBuf);

impl Sfizz {
    /// Where `cargo xtask bench` puts it, if it is there.
    fn found() -> Option<Self> {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/python-sfizz/bin/sfizz_render");
        program.is_file().then_some(Self(program))
    }

    fn nanos_a_frame(&self, instrument: &Instrument, score: &Score, quality: &str) -> f64 {
        let short = score.first(64);
        let cost = |score: &Score| {
            let before = children_secs();
            self.run(instrument, score, quality);
            children_secs() - before
        };
        (cost(score) - cost(&short)) * 1e9 / (score.frames() - short.frames()) as f64
    }

    fn level(&self, instrument: &Instrument, score: &Score) -> f64 {
        let out = self.run(instrument, score, "3");
        let mut audio = ripieno_files::AudioFile::open(&out).expect("a rendering");
        let (mut left, mut right) = (vec![0.0; score.frames()], vec![0.0; score.frames()]);
        let frames = audio.read(&mut [&mut left, &mut right]).expect("frames");
        let square: f64 = left.iter().chain(&right).map(|x| f64::from(x * x)).sum();
        (square / (2 * frames.max(1)) as f64).sqrt()
    }

    /// Renders a score to a file.
    fn run(&self, Instrument(folder): &Instrument, score: &Score, quality: &str) -> PathBuf {
        let at = |name: &str| folder.path().join(name);
        write(&at("score.mid"), &score.to_smf());
        let out = at("out.wav");
        let rate = RATE.to_string();
        let status = Command::new(&self.0)
            .args(["--use-eot", "-s", &rate, "-b", "64", "-p", "256", "-q", quality, "--sfz"])
            .arg(at("kit.sfz"))
            .arg("--midi")
            .arg(at("score.mid"))
            .arg("--wav")
            .arg(&out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "sfizz failed");
        out
    }
}
