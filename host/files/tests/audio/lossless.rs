//! What is stored exactly is read exactly.

use crate::fixtures::{FRAMES, LOSSLESS, assert_same, decoded, encode, open, read_on, song};
use std::ops::ControlFlow;

#[test]
fn lossless_files_give_the_very_samples() {
    for format in LOSSLESS {
        // The encoder counts what it fills W64 up with as samples.
        let song = song(44_100, FRAMES.next_multiple_of(if format.kind == "w64" { 8 } else { 1 }));
        let file = format.file(&song);
        assert_same(format.name, &decoded(&file), &song);
    }
}

#[test]
fn any_number_of_channels_and_any_rate_comes_through() {
    let stereo = song(44_100, 5_000);
    for channels in [1, 6, 8] {
        let planes: Vec<Vec<f32>> = (0..channels).map(|channel| stereo[channel % 2].clone()).collect();
        for kind in ["wav", "flac"] {
            let file = encode(&planes, 44_100, kind, &["-sample_fmt", "s16"]);
            assert_same(&format!("{channels} channels, {kind}"), &decoded(&file), &planes);
        }
    }
    for rate in [8_000, 192_000] {
        let file = encode(&stereo, rate, "flac", &["-sample_fmt", "s16"]);
        assert_eq!(open(&file).unwrap().spec().rate.hz(), rate);
        assert_same("rate", &decoded(&file), &stereo);
    }
}

#[test]
fn what_a_file_is_is_told() {
    let song = song(44_100, 5_000);
    for (name, expected) in [
        ("WAV 16", "WAV PCM 16 int"),
        ("WAV 24", "WAV PCM 24 int"),
        ("WAV f32", "WAV PCM 32 float"),
        ("RF64", "RF64 PCM 24 int"),
        ("W64", "W64 PCM 16 int"),
        ("AIFF 24", "AIFF PCM 24 int"),
        ("AIFC f32", "AIFF PCM 32 float"),
        ("FLAC 24", "FLAC FLAC 24 int"),
        ("ALAC", "MP4 ALAC 16 int"),
        ("MP3 VBR", "MP3 MP3 - int"),
        ("Vorbis", "Ogg Vorbis - int"),
        ("AAC", "MP4 AAC - int"),
        ("ADPCM MS", "WAV ADPCM 4 int"),
        ("Opus", "Ogg Opus - int"),
    ] {
        let audio = open(&crate::fixtures::named(name).file(&song)).unwrap();
        let spec = audio.spec();
        let bits = spec.bits.map_or("-".into(), |bits| bits.to_string());
        let kind = if spec.float { "float" } else { "int" };
        assert_eq!(format!("{} {} {bits} {kind}", spec.container, spec.codec), expected, "{name}");
    }
}

#[test]
fn a_measurement_is_one_pass_and_leaves_the_file_at_its_start() {
    let song = song(44_100, FRAMES);
    let mut audio = open(&encode(&song, 44_100, "flac", &["-sample_fmt", "s16"])).unwrap();
    audio.seek(1_000).unwrap();
    let mut told = Vec::new();
    let measured = audio
        .measure(&mut |frames| {
            told.push(frames);
            ControlFlow::Continue(())
        })
        .unwrap();
    let mixed: Vec<f64> = (0..FRAMES).map(|n| f64::from(song[0][n] + song[1][n]) / 2.0).collect();
    let mean = mixed.iter().sum::<f64>() / FRAMES as f64;
    let deviation = (mixed.iter().map(|sample| (sample - mean).powi(2)).sum::<f64>() / FRAMES as f64).sqrt();
    assert_eq!(measured.frames, FRAMES as u64);
    assert!((f64::from(measured.statistics.mean) - mean).abs() < 1e-7);
    assert!((f64::from(measured.statistics.deviation) - deviation).abs() < 1e-6);
    assert_eq!(measured.peak, song.iter().flatten().fold(0.0, |peak, sample| sample.abs().max(peak)));
    assert!(told.is_sorted() && told.last() == Some(&(FRAMES as u64)), "{told:?}");
    assert_same("after measuring", &read_on(&mut audio, 999), &song);

    let stopped =
        audio.measure(&mut |frames| if frames > 20_000 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) });
    assert!(stopped.is_err());
}
