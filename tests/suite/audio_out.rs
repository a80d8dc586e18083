//! Every version of the port for audio devices keeps the port's promises: here those that need no sound system.

use ripieno_audio::{LONGEST_CALLBACK, LastError, ManualDriver, Null};
use ripieno_ports::{AudioOut, BufferSize, Fault, FaultKind, Format, FormatRequest, Stream};
use ripieno_tests::audio_out::{Case, Counting, Progress, conforms, first_break, hears};
use ripieno_types::SampleRate;
use std::time::{Duration, Instant};

fn wait(progress: &Progress, frames: u64) {
    progress.wait(frames);
}

fn request(rate: Option<SampleRate>, frames: u32) -> FormatRequest {
    let mut request = FormatRequest::default();
    (request.rate, request.buffer) = (rate, BufferSize::Frames(frames));
    request
}

#[test]
fn the_null_device_conforms() {
    for (rate, frames) in [(SampleRate::STUDIO, 64), (SampleRate::CD, 1_024), (SampleRate::STUDIO, 5_000)] {
        let case = Case { wanted: request(Some(rate), frames), frames: 12_000, pass: &wait, spoil: None };
        conforms("null", Null, &case);
        hears("null", Null, &case.wanted, 12_000);
    }
}

#[test]
fn the_null_device_keeps_time() {
    let format = Null.format(&request(None, 480)).expect("any size");
    let (source, progress) = Counting::new(u64::MAX);
    let stream = Null.start(format, source).expect("it starts");
    progress.wait(1);
    let (start, before) = (Instant::now(), progress.frames());
    progress.wait(before + 48_000);
    let took = start.elapsed().as_secs_f64();
    let xruns = stream.health().xruns;
    let (_, source) = stream.stop();
    // A stalled machine makes it longer, which shows as underruns; nothing makes it shorter but a broken clock.
    assert!(took > 0.97, "a second took {took:.3} s");
    assert!(took < 1.05 || xruns > 0, "a second took {took:.3} s without an underrun");
    let latency = source.last_period().expect("a period").latency;
    assert_eq!(latency.0, 10_000);
}

#[test]
fn the_fake_driver_conforms_in_any_callback_size() {
    for seed in 0..20 {
        let driver = ManualDriver::new();
        let spoil = |format: Format| {
            driver.refuse_next(FaultKind::Busy);
            format
        };
        let pass = |progress: &Progress, frames: u64| {
            while progress.frames() < frames {
                driver.pull_varied((frames - progress.frames()) as usize, seed);
            }
        };
        let wanted = FormatRequest::default();
        let case = Case { wanted, frames: 30_000, pass: &pass, spoil: Some(&spoil) };
        conforms("manual", driver.open().expect("it is there"), &case);
        assert_eq!(first_break(&driver.played(), 0), None);
        assert_eq!(driver.played().len(), 60_000);
    }
}

#[test]
fn every_callback_size_of_the_fake_driver_is_whole() {
    let driver = ManualDriver::new();
    let device = driver.open().expect("it is there");
    let format = device.format(&FormatRequest::default()).expect("a format");
    let stream = device.start(format, Counting::new(u64::MAX).0).expect("it starts");
    let sizes: Vec<usize> =
        (1..=64).chain((64..=LONGEST_CALLBACK).step_by(97)).chain([LONGEST_CALLBACK, 96_000]).collect();
    for size in &sizes {
        assert_eq!(driver.pull(*size).len(), *size);
    }
    assert_eq!(first_break(&driver.played(), 0), None);
    assert_eq!(stream.stop().1.count(), sizes.iter().sum::<usize>() as u64);
}

#[test]
fn a_device_that_vanishes_in_mid_block_gives_the_source_back() {
    let driver = ManualDriver::new();
    let device = driver.open().expect("it is there");
    let format = device.format(&FormatRequest::default()).expect("a format");
    let stream = device.start(format, Counting::new(u64::MAX).0).expect("it starts");
    driver.pull(500);
    driver.vanish_after(700);
    assert_eq!(driver.pull(512).len(), 512);
    assert_eq!(driver.pull(512).len(), 188, "the rest of the block is never asked for");
    assert_eq!(driver.pull(512).len(), 0);
    assert_eq!(stream.health().lost, Some(FaultKind::Gone));
    assert!(stream.last_error().is_some());
    let (device, source) = stream.stop();
    assert_eq!(source.count(), 1_200);
    let refused = device.start(format, source).expect_err("it is away");
    assert_eq!(refused.error.kind(), FaultKind::Gone);
    driver.come_back();
    let stream = refused.device.start(format, refused.client).expect("it is back");
    driver.pull(100);
    assert_eq!(first_break(&driver.played(), 0), None);
    assert_eq!(stream.stop().1.count(), 1_300);
}

#[test]
fn a_null_device_ends_at_once() {
    // A period of two seconds must not hold up a stop.
    let format = Null.format(&request(Some(SampleRate::STUDIO), 96_000)).expect("any size");
    let stream = Null.start(format, Counting::new(u64::MAX).0).expect("it starts");
    std::thread::sleep(Duration::from_millis(20));
    let start = Instant::now();
    drop(stream.stop());
    assert!(start.elapsed() < Duration::from_millis(1_500));
}
