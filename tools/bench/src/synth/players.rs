//! The entrants behind one small face.

use super::RATE;
use super::score::{Event, Score};
use std::process::{Command, Stdio};
use std::sync::Arc;

/// Order of interpolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Linear,
    Cubic,
    /// Ours has eight points, the others' seven.
    Fine,
    /// Ours has 24 points, the others' best seven.
    Hq,
}

impl Order {
    pub fn name(self) -> &'static str {
        match self {
            Self::Linear => "linear",
            Self::Cubic => "four points",
            Self::Fine => "eight points (rivals seven)",
            Self::Hq => "best (24 points; rivals seven)",
        }
    }
}

/// A synth that plays events and blocks.
pub trait Player {
    fn event(&mut self, event: Event);
    fn render(&mut self, left: &mut [f32], right: &mut [f32]);
    /// Sounding voices, where the entrant tells.
    fn voices(&self) -> usize {
        0
    }
}

type Ours<'a> = Box<ripieno_synth::Synth<ripieno_synth::SoundFont<&'a [u8]>, 256>>;

/// Our synth.
pub fn ours(font: &[u8], order: Order, rate: u32) -> impl Player {
    use ripieno_synth::{Interpolation, SoundFont, Synth, SynthConfig};
    let rate = ripieno_types::SampleRate::new(rate).expect("a legal rate");
    let interpolation = match order {
        Order::Linear => Interpolation::Linear,
        Order::Cubic => Interpolation::Cubic,
        Order::Fine => Interpolation::Fine,
        Order::Hq => Interpolation::Hq,
    };
    let Ok(bank) = SoundFont::new(font) else { panic!("not a sound font") };
    Box::new(Synth::<_, 256>::new(bank, SynthConfig { interpolation, ..SynthConfig::new(rate) }))
}

impl Player for Ours<'_> {
    fn event(&mut self, event: Event) {
        let length = if event[0] & 0xF0 == 0xC0 { 2 } else { 3 };
        self.midi(ripieno_types::midi::MidiWord::new(&event[..length]).expect("a legal message"));
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        ripieno_synth::Synth::render(self, ripieno_types::Block::new(left, right), None);
    }

    fn voices(&self) -> usize {
        self.active_voices()
    }
}

/// rustysynth: linear interpolation only.
pub fn rusty(mut font: &[u8], rate: u32) -> impl Player + use<> {
    let font = Arc::new(rustysynth::SoundFont::new(&mut font).expect("a sound font"));
    let mut settings = rustysynth::SynthesizerSettings::new(rate as i32);
    settings.maximum_polyphony = 256;
    settings.enable_reverb_and_chorus = false;
    rustysynth::Synthesizer::new(&font, &settings).expect("legal settings")
}

impl Player for rustysynth::Synthesizer {
    fn event(&mut self, [status, a, b]: Event) {
        let (channel, command) = (i32::from(status & 0x0F), i32::from(status & 0xF0));
        self.process_midi_message(channel, command, i32::from(a), i32::from(b));
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        rustysynth::Synthesizer::render(self, left, right);
    }
}

/// oxisynth.
pub fn oxi(mut font: &[u8], order: Order, rate: u32) -> impl Player + use<> {
    let mut synth = oxisynth::Synth::new(oxisynth::SynthDescriptor {
        reverb_active: false,
        chorus_active: false,
        sample_rate: rate as f32,
        interpolation: match order {
            Order::Linear => oxisynth::InterpolationMethod::Linear,
            Order::Cubic => oxisynth::InterpolationMethod::FourthOrder,
            Order::Fine | Order::Hq => oxisynth::InterpolationMethod::SeventhOrder,
        },
        ..Default::default()
    })
    .expect("legal settings");
    synth.add_font(oxisynth::SoundFont::load(&mut std::io::Cursor::new(&mut font)).expect("a sound font"), true);
    synth
}

impl Player for oxisynth::Synth {
    fn event(&mut self, [status, a, b]: Event) {
        use oxisynth::MidiEvent::{ControlChange, NoteOff, NoteOn, PitchBend, ProgramChange};
        let channel = status & 0x0F;
        let event = match status & 0xF0 {
            0x80 => NoteOff { channel, key: a },
            0x90 => NoteOn { channel, key: a, vel: b },
            0xB0 => ControlChange { channel, ctrl: a, value: b },
            0xC0 => ProgramChange { channel, program_id: a },
            _ => PitchBend { channel, value: u16::from(b) << 7 | u16::from(a) },
        };
        // A note that finds no voice is an error to it, and silence to the ear.
        let _ = self.send_event(event);
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        self.write_f32(left.len(), left, 0, 1, right, 0, 1);
    }
}

/// The fluidsynth program: CPU time of a long run less that of a short one.
pub struct Fluid {
    folder: tempfile::TempDir,
    frames: usize,
    short_frames: usize,
}

impl Fluid {
    pub fn is_installed() -> bool {
        let quiet = || Stdio::null();
        Command::new("fluidsynth").arg("--version").stdout(quiet()).stderr(quiet()).status().is_ok()
    }

    pub fn new(score: &Score, order: Order) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let short = score.first(8);
        let number = match order {
            Order::Linear => 1,
            Order::Cubic => 4,
            Order::Fine | Order::Hq => 7,
        };
        for (name, bytes) in [
            ("long.mid", score.to_smf()),
            ("short.mid", short.to_smf()),
            ("order.cfg", format!("interp {number}\n").into_bytes()),
        ] {
            std::io::Write::write_all(&mut std::fs::File::create(folder.path().join(name)).expect("a file"), &bytes)
                .expect("a written file");
        }
        Self { folder, frames: score.frames(), short_frames: short.frames() }
    }

    /// CPU nanoseconds a frame. The kernel counts children in hundredths of a second.
    pub fn nanos_a_frame(&self) -> f64 {
        let cost = |name| {
            let before = children_secs();
            self.run(name, "/dev/null");
            children_secs() - before
        };
        (cost("long.mid") - cost("short.mid")) * 1e9 / (self.frames - self.short_frames) as f64
    }

    /// RMS of the whole render.
    pub fn level(&self) -> f64 {
        let out = self.folder.path().join("out.raw");
        self.run("long.mid", &out.to_string_lossy());
        let bytes = std::fs::read(out).unwrap_or_default();
        let (samples, _) = bytes.as_chunks::<4>();
        // The program renders a tail; only the score's own frames count.
        let own = &samples[..samples.len().min(2 * self.frames)];
        let square: f64 = own.iter().map(|s| f64::from(f32::from_le_bytes(*s)).powi(2)).sum();
        (square / own.len().max(1) as f64).sqrt()
    }

    fn run(&self, score: &str, out: &str) {
        let at = |name: &str| self.folder.path().join(name).to_string_lossy().into_owned();
        let rate = RATE.to_string();
        let fixed = ["-ni", "-q", "-R", "0", "-C", "0", "-T", "raw", "-O", "float", "-o", "synth.polyphony=256"];
        let status = Command::new("fluidsynth")
            .args(fixed)
            .args(["-r", &rate, "-f", &at("order.cfg"), "-F", out, super::FONT, &at(score)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "fluidsynth failed");
    }
}

/// CPU time of finished children in seconds.
pub fn children_secs() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields after the name in brackets; user and system time of children are 14th and 15th of them.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(13).take(2);
    fields.filter_map(|field| field.parse::<f64>().ok()).sum::<f64>() / TICKS_A_SECOND
}
