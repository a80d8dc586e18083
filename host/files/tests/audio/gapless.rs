//! What encoders add at either end is gone: the length is that of the original, and so is every place.

use crate::fixtures::{FRAMES, LOSSY, OPUS, decoded, encode, error_db, ffmpeg_decodes, named, open, song};

/// Checks that the decoded recording fits the original best where it lies, and well.
fn check(name: &str, original: &[Vec<f32>], file: &[u8], worst_db: f64) {
    let decoded = decoded(file);
    for (channel, (original, decoded)) in original.iter().zip(&decoded).enumerate() {
        // ADPCM ends with a whole block unless the file tells otherwise, which this encoder does not.
        let longest = if name.starts_with("ADPCM") { original.len() + 2_040 } else { original.len() };
        assert!((original.len()..=longest).contains(&decoded.len()), "{name}: {} frames", decoded.len());
        let at = |lag: isize| {
            let range = 64..original.len() - 64;
            let moved = (range.start as isize + lag) as usize;
            error_db(&original[range.clone()], &decoded[moved..moved + range.len()])
        };
        let errors: Vec<(isize, f64)> = (-8..=8).map(|lag| (lag, at(lag))).collect();
        let best = errors.iter().min_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        assert_eq!(best.0, 0, "{name}, channel {channel}: it fits best {} frames off", best.0);
        assert!(best.1 < worst_db, "{name}, channel {channel}: {:.1} dB", best.1);
    }
}

#[test]
fn lossy_files_have_the_original_length_and_place() {
    for format in LOSSY.iter().chain([&OPUS]) {
        let song = song(format.rate(), FRAMES);
        check(format.name, &song, &format.file(&song), -20.0);
    }
}

#[test]
fn any_length_comes_back() {
    for name in ["MP3 CBR", "Vorbis", "AAC", "Opus", "FLAC 16", "ALAC"] {
        let format = named(name);
        for frames in [1_000, 2_048, 20_000] {
            let song = song(format.rate(), frames);
            let audio = open(&format.file(&song)).unwrap();
            assert_eq!(audio.spec().frames, Some(frames as u64), "{name} of {frames} frames");
        }
    }
}

#[test]
fn mono_and_other_rates_are_placed_as_well() {
    for (kind, rate, arguments) in [
        ("mp3", 48_000, &["-c:a", "libmp3lame"][..]),
        ("mp3", 22_050, &["-c:a", "libmp3lame", "-b:a", "64k"]),
        ("mp3", 8_000, &["-c:a", "libmp3lame"]),
        ("ogg", 48_000, &["-c:a", "libvorbis", "-q:a", "8"]),
        ("ogg", 16_000, &["-c:a", "libvorbis"]),
        ("m4a", 48_000, &["-c:a", "aac", "-b:a", "160k"]),
        ("opus", 48_000, &["-c:a", "libopus", "-frame_duration", "60"]),
        ("opus", 48_000, &["-c:a", "libopus", "-frame_duration", "2.5", "-b:a", "200k"]),
    ] {
        let mono = vec![song(rate, 40_000).remove(0)];
        check(&format!("{kind} {rate}"), &mono, &encode(&mono, rate, kind, arguments), -14.0);
    }
}

#[test]
fn the_samples_are_those_of_the_reference_decoder() {
    for (name, worst_db) in [
        ("MP3 CBR", -90.0),
        ("MP3 VBR", -90.0),
        ("Vorbis", -90.0),
        ("ADPCM MS", -90.0),
        ("ADPCM IMA", -90.0),
        // 16 bits come out of the decoder.
        ("Opus", -60.0),
    ] {
        let format = named(name);
        let file = format.file(&song(format.rate(), FRAMES));
        let (ours, theirs) = (decoded(&file), ffmpeg_decodes(&file, format.kind, 2));
        for (ours, theirs) in ours.iter().zip(&theirs) {
            let common = ours.len().min(theirs.len());
            assert!(ours.len() - common < 1_200, "{name}: {} frames against {}", ours.len(), theirs.len());
            let error = error_db(&theirs[..common], &ours[..common]);
            assert!(error < worst_db, "{name}: {error:.1} dB");
        }
    }
    // Noise that AAC only describes is drawn anew by every decoder.
    let file = encode(&song(44_100, FRAMES), 44_100, "m4a", &["-c:a", "aac", "-b:a", "192k", "-aac_pns", "0"]);
    let (ours, theirs) = (decoded(&file), ffmpeg_decodes(&file, "m4a", 2));
    let error = error_db(&theirs[0][..FRAMES], &ours[0]);
    assert!(error < -80.0, "AAC: {error:.1} dB");
}

#[test]
fn surround_keeps_its_channels_in_their_order() {
    let planes: Vec<Vec<f32>> = (0..6)
        .map(|channel| {
            let step = std::f32::consts::TAU * (200.0 + 150.0 * channel as f32) / 48_000.0;
            // The fifth is the bass channel of some orders, which keeps only what is low.
            (0..24_000).map(|n| 0.3 * (n as f32 * if channel == 3 { 0.005 } else { step }).sin()).collect()
        })
        .collect();
    for (kind, arguments) in [
        ("ogg", &["-c:a", "libvorbis", "-q:a", "8"][..]),
        ("opus", &["-c:a", "libopus", "-b:a", "512k", "-mapping_family", "1"]),
    ] {
        let layout = ["-af", "aformat=channel_layouts=5.1"];
        let file = encode(&planes, 48_000, kind, &[arguments, &layout].concat());
        for (channel, (ours, original)) in decoded(&file).iter().zip(&planes).enumerate() {
            let error = error_db(&original[4_000..20_000], &ours[4_000..20_000]);
            assert!(error < -12.0, "{kind}, channel {channel}: {error:.1} dB");
        }
    }
}

#[test]
fn adpcm_ends_where_its_file_says() {
    for name in ["ADPCM MS", "ADPCM IMA"] {
        let mut file = named(name).file(&song(44_100, 9_000));
        let fact = file.windows(4).position(|name| name == b"fact").unwrap();
        file[fact + 8..fact + 12].copy_from_slice(&9_000_u32.to_le_bytes());
        assert_eq!(decoded(&file)[0].len(), 9_000, "{name}");
    }
}
