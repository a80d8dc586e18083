//! A recording that shows any shift, and files of every format made of it.

use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_files::{AudioError, AudioFile};
use ripieno_types::SampleRate;
use std::f64::consts::TAU;
use std::io::{Cursor, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// Frames of the recordings: no multiple of any codec's block.
pub const FRAMES: usize = 60_007;

/// One vector a channel.
pub type Planes = Vec<Vec<f32>>;

/// Two channels: a sweep from 100 Hz to a seventh of the rate and a quiet echo of it, with clicks; exact in 16 bits.
pub fn song(rate: u32, frames: usize) -> Planes {
    let mut phase = 0.0_f64;
    let mut left: Vec<f32> = Vec::with_capacity(frames);
    for n in 0..frames {
        let hz = 100.0 * (f64::from(rate) / 700.0).powf(n as f64 / frames as f64);
        phase += TAU * hz / f64::from(rate);
        let click = if n % 9_973 == 5_000 { 0.3 } else { 0.0 };
        let sample = 0.4 * phase.sin() + click;
        // Zero has one sign only in integers.
        left.push(((sample * 32_768.0).round() / 32_768.0) as f32 + 0.0);
    }
    let right =
        (0..frames).map(|n| if n < 700 { 0.0 } else { (left[n - 700] * 16_384.0).round() / 32_768.0 + 0.0 }).collect();
    vec![left, right]
}

/// A WAV file of 32-bit floats.
pub fn wav(planes: &[Vec<f32>], rate: u32) -> Vec<u8> {
    let spec = WavSpec { rate: SampleRate::new(rate).unwrap(), channels: planes.len() as u16, encoding: Encoding::F32 };
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).unwrap();
    writer.write(&planes.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap().0.into_inner()
}

/// Runs `ffmpeg` on a recording: `arguments` say what comes out, into a file of the given kind.
pub fn encode(planes: &[Vec<f32>], rate: u32, kind: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("in.wav"), folder.path().join(format!("out.{kind}")));
    put(&from, &wav(planes, rate));
    run(Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y", "-i"]).arg(&from).args(arguments).arg(&to));
    std::fs::read(&to).unwrap()
}

/// What `ffmpeg` decodes from a file, as 32-bit floats.
pub fn ffmpeg_decodes(file: &[u8], kind: &str, channels: usize) -> Planes {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join(format!("in.{kind}")), folder.path().join("out.raw"));
    put(&from, file);
    let format = ["-f", "f32le", "-c:a", "pcm_f32le"];
    run(Command::new("ffmpeg").args(["-v", "error", "-nostdin", "-y", "-i"]).arg(&from).args(format).arg(&to));
    let bytes = std::fs::read(&to).unwrap();
    let samples: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    (0..channels).map(|channel| samples.iter().skip(channel).step_by(channels).copied().collect()).collect()
}

pub fn put(path: &Path, bytes: &[u8]) {
    std::fs::File::create(path).unwrap().write_all(bytes).unwrap();
}

fn run(command: &mut Command) {
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output();
    let output = output.expect("ffmpeg is needed to make recordings: apt-get install ffmpeg, or cargo xtask test");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn open(file: &[u8]) -> Result<AudioFile, AudioError> {
    AudioFile::new(Cursor::new(file.to_vec()))
}

/// All that can be read, in blocks of so many frames.
pub fn read_on(audio: &mut AudioFile, block: usize) -> Planes {
    let mut all = vec![Vec::new(); audio.spec().channels];
    let mut planes = vec![vec![0.0; block]; audio.spec().channels];
    loop {
        let read = audio.read(&mut planes.iter_mut().map(Vec::as_mut_slice).collect::<Vec<_>>()).unwrap();
        all.iter_mut().zip(&planes).for_each(|(all, plane)| all.extend_from_slice(&plane[..read]));
        if read < block {
            return all;
        }
    }
}

/// The whole of a sound file.
pub fn decoded(file: &[u8]) -> Planes {
    let mut audio = open(file).unwrap();
    let planes = read_on(&mut audio, 4096);
    assert_eq!(audio.damage(), None);
    assert_eq!(audio.spec().frames.map(|frames| frames as usize), Some(planes[0].len()));
    planes
}

/// Fails shortly: two recordings of thousands of frames are not shown.
pub fn assert_same(name: &str, one: &[Vec<f32>], other: &[Vec<f32>]) {
    assert_eq!(one.len(), other.len(), "{name}: channels");
    for (channel, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(one.len(), other.len(), "{name}: frames of channel {channel}");
        let first = one.iter().zip(other).position(|(one, other)| one.to_bits() != other.to_bits());
        assert_eq!(first, None, "{name}: first difference in channel {channel}");
    }
}

/// Level of the difference against that of the original, in decibels.
pub fn error_db(original: &[f32], other: &[f32]) -> f64 {
    let energy = |samples: &mut dyn Iterator<Item = f64>| samples.map(|sample| sample * sample).sum::<f64>();
    let difference = energy(&mut original.iter().zip(other).map(|(a, b)| f64::from(a - b)));
    10.0 * (difference.max(1e-30) / energy(&mut original.iter().map(|a| f64::from(*a)))).log10()
}

/// What encoders make of a recording: a name, a kind of file, and what `ffmpeg` is told.
pub struct Format {
    pub name: &'static str,
    pub kind: &'static str,
    pub arguments: &'static [&'static str],
}

const fn format(name: &'static str, kind: &'static str, arguments: &'static [&'static str]) -> Format {
    Format { name, kind, arguments }
}

/// Formats that keep 16-bit samples as they are.
pub const LOSSLESS: &[Format] = &[
    format("WAV 16", "wav", &["-c:a", "pcm_s16le"]),
    format("WAV 24", "wav", &["-c:a", "pcm_s24le"]),
    format("WAV 32", "wav", &["-c:a", "pcm_s32le"]),
    format("WAV f32", "wav", &["-c:a", "pcm_f32le"]),
    format("WAV f64", "wav", &["-c:a", "pcm_f64le"]),
    format("RF64", "wav", &["-c:a", "pcm_s24le", "-rf64", "always"]),
    format("W64", "w64", &["-c:a", "pcm_s16le"]),
    format("W64 f32", "w64", &["-c:a", "pcm_f32le"]),
    format("AIFF", "aiff", &["-c:a", "pcm_s16be"]),
    format("AIFF 24", "aiff", &["-c:a", "pcm_s24be"]),
    format("AIFC sowt", "aifc", &["-c:a", "pcm_s16le", "-f", "aiff"]),
    format("AIFC f32", "aifc", &["-c:a", "pcm_f32be", "-f", "aiff"]),
    format("FLAC 16", "flac", &["-c:a", "flac", "-sample_fmt", "s16"]),
    format("FLAC 24", "flac", &["-c:a", "flac", "-sample_fmt", "s32"]),
    format("ALAC", "m4a", &["-c:a", "alac", "-sample_fmt", "s16p"]),
];

/// Formats that change samples and must not move them.
pub const LOSSY: &[Format] = &[
    format("MP3 CBR", "mp3", &["-c:a", "libmp3lame", "-b:a", "192k"]),
    format("MP3 VBR", "mp3", &["-c:a", "libmp3lame", "-q:a", "2"]),
    format("MP3 slow", "mp3", &["-c:a", "libmp3lame", "-b:a", "96k"]),
    format("Vorbis", "ogg", &["-c:a", "libvorbis", "-q:a", "6"]),
    format("AAC", "m4a", &["-c:a", "aac", "-b:a", "192k"]),
    format("ADPCM MS", "wav", &["-c:a", "adpcm_ms"]),
    format("ADPCM IMA", "wav", &["-c:a", "adpcm_ima_wav"]),
];

/// Opus has one rate of its own.
pub const OPUS: Format = format("Opus", "opus", &["-c:a", "libopus", "-b:a", "160k"]);

/// One of the lists above by its name.
pub fn named(name: &str) -> &'static Format {
    LOSSLESS.iter().chain(LOSSY).chain([&OPUS]).find(|format| format.name == name).unwrap()
}

impl Format {
    /// The rate at which the format is tried.
    pub fn rate(&self) -> u32 {
        if self.kind == "opus" { 48_000 } else { 44_100 }
    }

    pub fn file(&self, planes: &[Vec<f32>]) -> Vec<u8> {
        encode(planes, self.rate(), self.kind, self.arguments)
    }
}

/// Every format there is.
pub fn every() -> impl Iterator<Item = &'static Format> {
    LOSSLESS.iter().chain(LOSSY).chain([&OPUS])
}
