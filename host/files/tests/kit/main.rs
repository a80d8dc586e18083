//! Instruments from their files to sound: what is streamed sounds as what lies in memory, and what is broken loses itself alone.

mod beside;

use assert_no_alloc::{AllocDisabler, assert_no_alloc, reset_violation_count, violation_count};
use ripieno_files::kit::{KitFile, KitFileError};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_synth::sampler::Wave;
use ripieno_synth::{Synth, SynthConfig};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, SampleRate};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

#[global_allocator]
static GUARD: AllocDisabler = AllocDisabler;

/// Frames of the long recordings.
const FRAMES: usize = 400_000;

/// A tone whose pitch and level tell where one is.
fn write(path: &Path, frames: usize, channels: usize, encoding: Encoding) {
    let spec = WavSpec { rate: SampleRate::STUDIO, channels: channels as u16, encoding };
    let mut writer = WavWriter::new(File::create(path).unwrap(), spec).unwrap();
    let plane = |channel: usize| -> Vec<f32> {
        let wave = |n: usize| (n as f32 * (0.02 + n as f32 * 1e-8) * (1.0 + channel as f32)).sin();
        (0..frames).map(|n| wave(n) * (0.2 + 0.5 * n as f32 / frames as f32)).collect()
    };
    let planes: Vec<_> = (0..channels).map(plane).collect();
    writer.write(&planes.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
}

fn put(path: &Path, text: &str) {
    File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn instrument(text: &str) -> (TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    write(&folder.path().join("mono.wav"), FRAMES, 1, Encoding::I16);
    write(&folder.path().join("wide.wav"), FRAMES, 2, Encoding::I24);
    let path = folder.path().join("long.sfz");
    put(&path, text);
    (folder, path)
}

/// Plays keys, each for a while, with so much of the recordings in memory; returns what is heard, and the late reads.
fn play(file: &KitFile, budget: u64, keys: &[u8]) -> (Vec<f32>, u64) {
    let (bank, troubles) = file.load(budget, 8);
    assert_eq!((troubles.len(), bank.streams().samples().is_whole()), (0, budget == u64::MAX));
    let mut synth: Box<Synth<_, 8>> = Box::new(Synth::new(bank.patient(), SynthConfig::new(SampleRate::STUDIO)));
    let mut heard = Vec::new();
    for (status, blocks) in [(0x90, 700), (0x80, 200)] {
        for key in keys {
            synth.midi(MidiWord::new(&[status, *key, 100]).unwrap());
            for _ in 0..blocks / keys.len() {
                let (mut left, mut right) = ([0.0; 128], [0.0; 128]);
                synth.render(Block::new(&mut left, &mut right), None);
                heard.extend(left);
                heard.extend(right);
            }
        }
    }
    (heard, synth.stats().late_reads)
}

#[test]
fn what_is_streamed_sounds_as_what_lies_in_memory() {
    let text = "
        <group> pitch_keycenter=60 ampeg_release=0.5
        <region> sample=mono.wav key=60
        <region> sample=wide.wav lokey=72 hikey=84 pitch_keycenter=60
        <region> sample=wide.wav key=48 offset=250000
        <region> sample=mono.wav key=50 pitch_keycenter=50 loop_mode=loop_continuous loop_start=20000 loop_end=29999
        <region> sample=wide.wav key=52 pitch_keycenter=40 loop_mode=loop_sustain loop_start=100000 loop_end=104000
        <region> sample=wide.wav key=53 loop_mode=loop_continuous loop_start=9000 loop_end=12000 loop_crossfade=0.02
        <region> sample=mono.wav key=55 direction=reverse end=60000";
    let (_folder, path) = instrument(text);
    let file = KitFile::read(&path).unwrap();
    for keys in [&[60][..], &[72, 84], &[48], &[50], &[52], &[53], &[55], &[60, 48, 52, 50, 79]] {
        let (whole, _) = play(&file, u64::MAX, keys);
        assert!(whole.iter().any(|sample| sample.abs() > 0.01), "{keys:?} are silent");
        // What is played backwards lies in memory as a whole: the other recording alone is streamed.
        for budget in [1_000_000, 1_300_000] {
            let (streamed, late) = play(&file, budget, keys);
            let same = whole.iter().zip(&streamed).take_while(|(a, b)| a.to_bits() == b.to_bits()).count();
            assert_eq!((same, late), (whole.len(), 0), "{keys:?} with {budget} bytes");
        }
    }
}

#[test]
fn playing_from_disk_neither_allocates_nor_frees() {
    let text = "<region> sample=wide.wav lokey=0 hikey=127 pitch_keycenter=60\n<region> sample=mono.wav offset=90000 \
                loop_mode=loop_continuous loop_start=200000 loop_end=201000 lokey=0 hikey=127";
    let (_folder, path) = instrument(text);
    let (bank, _) = KitFile::read(&path).unwrap().load(400_000, 8);
    let mut synth: Box<Synth<_, 8>> = Box::new(Synth::new(bank, SynthConfig::new(SampleRate::STUDIO)));
    let (mut left, mut right) = ([0.0; 96], [0.0; 96]);
    reset_violation_count();
    let mut peak = 0.0_f32;
    assert_no_alloc(|| {
        for n in 0..4_000_u32 {
            // More notes than voices, faster than any disk: some reads are late.
            let key = 40 + (n * 7 % 40) as u8;
            for (due, status) in [(0, 0x90), (5, 0x80)] {
                if n % 8 == due {
                    synth.midi(MidiWord::new(&[status, key, 100]).expect("a legal message"));
                }
            }
            synth.render(Block::new(&mut left, &mut right), None);
            peak = left.iter().fold(peak, |peak, sample| peak.max(sample.abs()));
        }
    });
    assert_eq!(violation_count(), 0);
    assert!(peak > 0.01 && synth.stats().voices_peak == 8, "{peak}, {:?}", synth.stats());
}

#[test]
fn what_is_missing_or_broken_loses_itself_alone() {
    let text = "<region> sample=mono.wav key=60\n<region> sample=gone.wav key=61\n<region> sample=broken.wav key=62\n\
                <region> sample=*sine key=63 nonsense=1";
    let (folder, path) = instrument(text);
    put(&folder.path().join("broken.wav"), "RIFF\0\0\0\0WAVEwhat is this");
    let file = KitFile::read(&path).unwrap();
    assert_eq!(file.tables.parts.len(), 2);
    assert_eq!(file.recordings.missing.len(), 1, "{:?}", file.recordings.missing);
    let kinds: Vec<u8> = file.tables.waves.iter().map(|wave: &Wave| wave.kind).collect();
    assert_eq!(kinds, [0, 2]);
    for key in [60, 63] {
        assert!(play(&file, u64::MAX, &[key]).0.iter().any(|sample| sample.abs() > 0.01), "{key}");
    }
    // A recording that is cut off once its header was read plays as far as it goes.
    File::options().write(true).open(folder.path().join("mono.wav")).unwrap().set_len(100_000).unwrap();
    let (bank, _) = file.load(u64::MAX, 8);
    assert!((99_000..100_000).contains(&bank.streams().samples().bytes()));
    std::fs::remove_file(folder.path().join("mono.wav")).unwrap();
    assert_eq!(file.load(u64::MAX, 8).1.len(), 1);
}

#[test]
fn what_is_no_instrument_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("some.sfz");
    assert!(matches!(KitFile::read(&path), Err(KitFileError::Read(_))));
    put(&path, "<region> sample=gone.wav");
    assert!(matches!(KitFile::read(&path), Err(KitFileError::Sfz(_) | KitFileError::Silent(..))));
    assert!(matches!(KitFile::read(folder.path()), Err(KitFileError::NoPack)));
    let pack = folder.path().join("pack.toml");
    put(&pack, "[[pads]]\nnote = 36\nfile = \"gone.wav\"");
    for path in [folder.path(), &pack] {
        let error = KitFile::read(path).unwrap_err();
        assert_eq!(error.to_string(), "has no recording that could sound; gone.wav: there is no such file");
    }
    assert!(KitFile::is_meant(&pack) && KitFile::is_meant(&path) && !KitFile::is_meant("some.sf2".as_ref()));
}
