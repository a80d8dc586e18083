//! Streams against the files they come from: whole or in pieces, in any order, with disks that stall or die.

use super::memory::Open;
use super::{Header, Need, Samples, Streams};
use crate::AudioFile;
use crate::wav::{Encoding, WavSpec, WavWriter};
use proptest::prelude::*;
use ripieno_synth::sampler::{Frames, Waves, oscillator_table_frames};
use ripieno_types::SampleRate;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// Longer than any wait here ever is; only a fault lasts so long.
const FOREVER: Duration = Duration::from_secs(60);

/// What frame `n` of a channel is.
fn frame(n: usize, channel: usize) -> f32 {
    ((n * 31 + channel * 7_919) % 60_000) as f32 / 32_768.0 - 0.9
}

fn wav(frames: usize, channels: usize, encoding: Encoding) -> Vec<u8> {
    let spec = WavSpec { rate: SampleRate::CD, channels: channels as u16, encoding };
    let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).unwrap();
    let planes: Vec<Vec<f32>> = (0..channels).map(|channel| (0..frames).map(|n| frame(n, channel)).collect()).collect();
    writer.write(&planes.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap().0.into_inner()
}

/// A disk that can be told to stop, and counts who opens files.
#[derive(Debug, Default)]
struct Disk {
    files: Vec<Vec<u8>>,
    stalls: AtomicBool,
    opened: AtomicUsize,
}

struct Handle {
    bytes: Cursor<Vec<u8>>,
    disk: Arc<Disk>,
}

impl Read for Handle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.disk.stalls.load(Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
        }
        self.bytes.read(buffer)
    }
}

impl Seek for Handle {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.bytes.seek(to)
    }
}

impl Disk {
    fn new(files: Vec<Vec<u8>>) -> Arc<Self> {
        Arc::new(Self { files, ..Self::default() })
    }

    fn opens(self: &Arc<Self>) -> Open {
        let disk = self.clone();
        Arc::new(move |wave| {
            disk.opened.fetch_add(1, Relaxed);
            let bytes = Cursor::new(disk.files[wave as usize].clone());
            AudioFile::new(Handle { bytes, disk: disk.clone() })
        })
    }

    fn load(self: &Arc<Self>, needs: &[Need], budget: u64) -> Arc<Samples> {
        let open = self.opens();
        let headers: Vec<_> =
            (0..self.files.len() as u32).map(|wave| Some(Header::of(&mut open(wave).unwrap()).unwrap())).collect();
        Samples::load_from(open, &headers, needs, budget)
    }
}

/// Reads once. What was there must be right.
fn read(streams: &Streams, reader: u16, channels: usize, frames: usize, at: usize, length: usize) -> bool {
    let mut sides = [vec![9.0; length], vec![9.0; length]];
    let [left, right] = &mut sides;
    let there = streams.read(reader, at as u32, [left, right]);
    for (side, plane) in sides.iter().enumerate() {
        for (n, found) in (at..).zip(plane) {
            let expected = match there {
                true if n < frames => frame(n, side.min(channels - 1)),
                true => 0.0,
                false => 9.0,
            };
            assert_eq!(*found, expected, "frame {n} of side {side}");
        }
    }
    there
}

/// Reads until it is there.
fn wait(streams: &Streams, reader: u16, channels: usize, frames: usize, at: usize, length: usize) {
    let since = Instant::now();
    while !read(streams, reader, channels, frames, at, length) {
        assert!(since.elapsed() < FOREVER, "frame {at} never arrives");
        std::thread::sleep(Duration::from_micros(100));
    }
}

#[test]
fn what_fits_is_kept_whole_in_its_own_numbers() {
    let disk = Disk::new(vec![wav(5_000, 1, Encoding::F32), wav(300, 2, Encoding::I16), wav(0, 1, Encoding::F32)]);
    let samples = disk.load(&[], 5_000 * 4 + 300 * 4);
    assert_eq!((samples.bytes(), samples.is_whole()), (5_000 * 4 + 300 * 4, true));
    let streams = &Streams::new(&samples, 1);
    let Frames::Float([left, []]) = streams.head(0) else { panic!("one channel of numbers") };
    assert!(left.len() == 5_000 && (0..).zip(left).all(|(n, found)| *found == frame(n, 0)));
    let Frames::Short([left, right]) = streams.head(1) else { panic!("two channels of 16 bits") };
    assert_eq!((left.len(), right.len()), (300, 300));
    assert!(matches!(streams.head(2), Frames::Float([[], []])));
    assert!(matches!(streams.head(99), Frames::Float([[], []])));
    // What is in memory can be read as well, and beyond it is silence.
    streams.start(1, 0, 0);
    assert!(read(streams, 1, 1, 5_000, 4_990, 64));
}

#[test]
fn the_period_of_an_oscillator_has_its_table_behind_it() {
    let disk = Disk::new(vec![wav(256, 1, Encoding::F32), wav(300, 2, Encoding::I16)]);
    let need = Need { whole: true, cycle: true, ..Need::default() };
    let streams = &Streams::new(&disk.load(&[need.clone(), need], 1 << 20), 1);
    for (wave, channels, frames) in [(0, 1, 256), (1, 2, 300)] {
        let Frames::Float([left, right]) = streams.head(wave) else { panic!("no numbers") };
        assert_eq!(left.len(), oscillator_table_frames(frames));
        assert_eq!(right.len(), (channels - 1) * frames);
        for (n, found) in left.iter().enumerate().take(frames) {
            assert!((found - frame(n, 0)).abs() < 1e-4);
        }
    }
}

#[test]
fn a_long_recording_is_streamed_behind_its_head() {
    const FRAMES: usize = 200_000;
    for (channels, encoding) in [(1, Encoding::F32), (2, Encoding::F32), (3, Encoding::F32)] {
        let disk = Disk::new(vec![wav(FRAMES, channels, encoding)]);
        let samples = disk.load(&[], 100_000);
        assert!(!samples.is_whole() && samples.bytes() <= 100_000);
        let streams = &Streams::new(&samples, 2);
        let Frames::Float([head, _]) = streams.head(0) else { panic!("numbers") };
        let head = head.len();
        assert!((1_024..100_000).contains(&head));
        streams.start(3, 0, head as u32);
        // One side alone will do.
        let mut left = [9.0; 200];
        wait(streams, 3, channels, FRAMES, head, 200);
        assert!(streams.read(3, head as u32, [&mut left, &mut []]));
        assert!((head..).zip(left).all(|(n, found)| found == frame(n, 0)));
        // Steps and lengths of all kinds, with looks back.
        let mut at = head;
        for n in 0.. {
            let length = [1, 64, 200, 3_000][n % 4];
            wait(streams, 3, channels, FRAMES, at, length);
            wait(streams, 3, channels, FRAMES, at - 60, 64);
            at += length;
            if at > FRAMES + 1_000 {
                break;
            }
        }
        streams.stop(3);
        assert!(!read(streams, 3, channels, FRAMES, head, 64), "nobody plays there");
    }
}

#[test]
fn a_jump_to_a_loop_finds_it_in_memory() {
    const FRAMES: usize = 400_000;
    let disk = Disk::new(vec![wav(FRAMES, 1, Encoding::F32)]);
    let need = Need { starts: vec![[0, 1], [150_000, 150_001]], ends: vec![220_000], ..Need::default() };
    let samples = disk.load(&[need], 200_000);
    let streams = &Streams::new(&samples, 1);
    disk.stalls.store(true, Relaxed);
    streams.start(0, 0, 150_000);
    assert!(read(streams, 0, 1, FRAMES, 150_000, 1_000), "it is there at once");
    disk.stalls.store(false, Relaxed);
    // From memory over its end to what is streamed, and back again.
    for _ in 0..3 {
        for at in (150_000..220_000).step_by(500) {
            wait(streams, 0, 1, FRAMES, at, 564);
        }
        streams.start(0, 0, 150_000);
        assert!(read(streams, 0, 1, FRAMES, 219_990, 10), "the loop's end is looked back at");
    }
    // A jump that nobody told of is followed too.
    wait(streams, 0, 1, FRAMES, 100_000, 64);
    wait(streams, 0, 1, FRAMES, 300_000, 64);
}

#[test]
fn a_disk_that_stalls_is_silence_and_the_voice_is_caught_up_with() {
    const FRAMES: usize = 2_000_000;
    let disk = Disk::new(vec![wav(FRAMES, 1, Encoding::F32)]);
    let samples = disk.load(&[], 100_000);
    let streams = &Streams::new(&samples, 1);
    streams.start(0, 0, 30_000);
    wait(streams, 0, 1, FRAMES, 30_000, 64);
    disk.stalls.store(true, Relaxed);
    // Whatever was read ahead is played, then there is none.
    let mut late = 0;
    for at in (30_064..400_000).step_by(64) {
        late += u32::from(!read(streams, 0, 1, FRAMES, at, 64));
    }
    assert!(late > 5_000, "{late}");
    disk.stalls.store(false, Relaxed);
    // The voice has gone on: what it missed is not read any more.
    wait(streams, 0, 1, FRAMES, 1_500_000, 64);
    for at in (1_500_064..1_600_000).step_by(64) {
        wait(streams, 0, 1, FRAMES, at, 64);
    }
}

#[test]
fn voices_do_not_hear_each_other_and_copies_have_slots_of_their_own() {
    let lengths = [60_000, 70_000, 80_000];
    let disk = Disk::new(lengths.iter().map(|frames| wav(*frames, 1, Encoding::I16)).collect());
    let samples = disk.load(&[], 10_000);
    let first = Streams::new(&samples, 40);
    let second = first.clone();
    for streams in &[&first, &second] {
        for reader in 0..80_u16 {
            streams.start(reader, u32::from(reader) % 3, 5_000 + u32::from(reader));
        }
    }
    let mut out = [[0.0; 64]; 2];
    for round in 0..100 {
        for streams in &[&first, &second] {
            for reader in 0..80_u16 {
                let (at, since) = (5_000 + usize::from(reader) + 64 * round, Instant::now());
                let [left, right] = &mut out;
                while !streams.read(reader, at as u32, [left, right]) {
                    assert!(since.elapsed() < FOREVER);
                    std::thread::sleep(Duration::from_micros(100));
                }
                let right_ones = (at..).zip(&out[0]).all(|(n, found)| (*found - frame(n, 0)).abs() < 1.0 / 16_384.0);
                assert!(right_ones, "reader {reader} at {at}");
            }
        }
    }
}

#[test]
fn voices_beyond_all_slots_fall_silent_until_one_is_free() {
    // A slot for each 4,096 bytes on disk: 256 and more.
    let disk = Disk::new(vec![wav(300_000, 1, Encoding::F32)]);
    let samples = disk.load(&[], 10_000);
    let streams = &Streams::new(&samples, 200);
    for reader in 0..400 {
        streams.start(reader, 0, 20_000);
    }
    for reader in 0..256 {
        wait(streams, reader, 1, 300_000, 20_000, 64);
    }
    assert!(!read(streams, 300, 1, 300_000, 20_000, 64));
    // What lies in memory they have all the same.
    assert!(read(streams, 300, 1, 300_000, 100, 64));
    streams.stop(7);
    wait(streams, 300, 1, 300_000, 20_064, 64);
}

#[test]
fn the_patient_wait_and_the_dead_are_silent() {
    let disk = Disk::new(vec![wav(100_000, 1, Encoding::F32)]);
    let samples = disk.load(&[], 10_000);
    let streams = &Streams::new(&samples, 1).patient();
    streams.start(0, 0, 20_000);
    for at in (20_000..100_000).step_by(4_000) {
        assert!(read(streams, 0, 1, 100_000, at, 4_000));
    }
    // A file that is gone when it is needed.
    let open = disk.opens();
    let header = Some(Header::of(&mut open(0).unwrap()).unwrap());
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = gone.clone();
    let opens: Open =
        Arc::new(move |wave| if is_gone.load(Relaxed) { Err(crate::AudioError::NotAFile) } else { open(wave) });
    let samples = Samples::load_from(opens.clone(), &[header], &[], 10_000);
    gone.store(true, Relaxed);
    let streams = &Streams::new(&samples, 1).patient();
    streams.start(0, 0, 20_000);
    let mut out = [[9.0; 64]; 2];
    let [left, right] = &mut out;
    assert!(streams.read(0, 20_000, [left, right]));
    assert_eq!(out, [[0.0; 64]; 2]);
    // One that was gone before.
    let samples = Samples::load_from(opens, &[header], &[], 10_000);
    assert_eq!(samples.troubles().len(), 1);
    let streams = &Streams::new(&samples, 1);
    assert!(matches!(streams.head(0), Frames::Float([[], []])));
    let [left, right] = &mut out;
    streams.start(0, 0, 0);
    assert!(streams.read(0, 0, [left, right]));
}

#[test]
fn readers_end_with_the_last_who_plays() {
    let disk = Disk::new(vec![wav(100_000, 1, Encoding::F32)]);
    let samples = disk.load(&[], 10_000);
    let streams = Streams::new(&samples, 4);
    (&streams).start(0, 0, 20_000);
    wait(&streams, 0, 1, 100_000, 20_000, 64);
    let threads = Arc::downgrade(&disk);
    drop((streams, samples, disk));
    let since = Instant::now();
    while threads.strong_count() > 0 {
        assert!(since.elapsed() < FOREVER, "a reader lives on");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn streams_may_go_to_the_audio_thread() {
    let disk = Disk::new(vec![wav(100_000, 1, Encoding::F32)]);
    let streams = Streams::new(&disk.load(&[], 10_000), 1);
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        (&streams).start(0, 0, 20_000);
        wait(&streams, 0, 1, 100_000, 20_000, 64);
        sender.send(()).unwrap();
    });
    receiver.recv_timeout(FOREVER).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_walk_reads_what_the_file_holds(
        starts in prop::collection::vec(0_u32..60_000, 0..3),
        walk in prop::collection::vec((0_usize..62_000, 1_usize..700, any::<bool>()), 1..40),
        budget in 4_000_u64..120_000,
    ) {
        let mut starts: Vec<[u32; 2]> = starts.into_iter().map(|at| [at, at + 1]).collect();
        starts.sort_unstable();
        let disk = Disk::new(vec![wav(60_000, 2, Encoding::F32)]);
        let samples = disk.load(&[Need { starts, ..Need::default() }], budget);
        let streams = &Streams::new(&samples, 1).patient();
        streams.start(0, 0, 0);
        let mut before = 0;
        for (to, length, jumps) in walk {
            let at = if jumps { to } else { before };
            if jumps {
                streams.start(0, 0, at as u32);
            }
            prop_assert!(read(streams, 0, 2, 60_000, at, length));
            before = at + length;
        }
    }
}
