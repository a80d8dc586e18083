//! Recordings: where they are looked for, and what their headers decide.

use super::*;
use ripieno_synth::sampler::{Repeat, Wave, WaveKind};
use std::fs;

#[test]
fn a_recording_brings_its_loop_and_its_key() {
    let looped = WaveInfo { sustain_loop: Some([100, 30_000]), root_key: Some(57), ..SECOND };
    let text =
        "<region>sample=a.wav pitch_keycenter=sample\n<region>sample=a.wav loop_start=200 tune=3 pitch_keycenter=sample
        <region>sample=a.wav loop_mode=no_loop\n<region>sample=a.wav loop_mode=loop_sustain loop_end=99999";
    let sfz = read_text(text).unwrap();
    let (tables, _) = sfz.kit(|_| Ok(looped));
    let loops: Vec<_> = tables.parts.iter().map(|part| (part.repeat, part.loop_start, part.loop_end)).collect();
    let [none, on, held] = [Repeat::None, Repeat::Continuous, Repeat::Sustain].map(|repeat| repeat as u8);
    assert_eq!(loops, [(on, 100, 30_000), (on, 200, 30_000), (none, 0, 0), (held, 100, 48_000)]);
    let roots = tables.parts.iter().map(|part| value(&tables, part, Parameter::PitchKeycenter));
    assert_eq!(roots.collect::<Vec<_>>(), [57.0, 57.0, 60.0, 60.0]);
    assert_eq!(value(&tables, &tables.parts[1], Parameter::Tune), 3.0);
    // Without any of it: no loop, and the middle C.
    let (tables, _) = sfz.kit(|_| Ok(SECOND));
    assert_eq!(tables.parts[0].repeat, none);
    assert_eq!(value(&tables, &tables.parts[0], Parameter::PitchKeycenter), 60.0);
    assert_eq!((tables.parts[3].loop_start, tables.parts[3].loop_end, tables.parts[3].end), (0, 48_000, 48_000));
}

#[test]
fn a_recording_that_cannot_be_read_takes_its_regions_along() {
    let sfz = read_text("<region>sample=a.wav <region>sample=*saw <region>sample=b.wav <region>sample=*saw").unwrap();
    let (tables, recordings) = sfz.kit(|file| if file == "a.wav" { Err("is damaged".into()) } else { Ok(SECOND) });
    assert_eq!(recordings.missing, [("a.wav".to_owned(), "is damaged".to_owned())]);
    assert_eq!(recordings.found.iter().map(|found| found.file.as_str()).collect::<Vec<_>>(), ["b.wav"]);
    // Recordings come first among the waves, each generator once.
    let kinds: Vec<u8> = tables.waves.iter().map(|wave| wave.kind).collect();
    assert_eq!(kinds, [WaveKind::Recording as u8, WaveKind::Saw as u8]);
    assert_eq!(tables.parts.iter().map(|part| part.wave).collect::<Vec<_>>(), [1, 0, 1]);
    let Wave { channels, rate_hz, frames, .. } = tables.waves[0];
    assert_eq!((channels, rate_hz, frames), (1, 48_000, 48_000));
}

#[test]
#[allow(clippy::disallowed_methods, reason = "files as others leave them")]
fn a_folder_on_disk_is_read_and_not_left() {
    let place = tempfile::tempdir().unwrap();
    let home = place.path().join("Piano");
    fs::create_dir_all(home.join("Samples/Soft Keys")).unwrap();
    fs::create_dir(home.join("maps")).unwrap();
    fs::write(home.join("Samples/Soft Keys/C4.WAV"), "").unwrap();
    fs::write(place.path().join("beside.wav"), "").unwrap();
    fs::write(place.path().join("beside.sfz"), "<region>sample=*sine").unwrap();
    fs::write(home.join("maps/keys.sfz"), "<region>sample=samples\\soft keys\\c4.wav\n<region>sample=../beside.wav")
        .unwrap();
    fs::write(home.join("piano.sfz"), "#include \"MAPS/keys.sfz\"\n#include \"../beside.sfz\"\n#include \"link.sfz\"")
        .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(place.path().join("beside.sfz"), home.join("link.sfz")).unwrap();
    let sfz = read(&home.join("piano.sfz"), &Limits::default()).unwrap();
    assert_eq!(sfz.files, ["Samples/Soft Keys/C4.WAV", "../beside.wav"]);
    assert_eq!(sfz.regions.len(), 2);
    assert!(sfz.files.iter().all(|file| Disk::new(&home).place(file).is_file()));
    let refused = sfz.report.of(NoteKind::Structure).filter(|note| note.message.contains("is not included"));
    assert_eq!(refused.count(), 2, "{}", sfz.report);
    assert!(matches!(read(&home.join("none.sfz"), &Limits::default()), Err(SfzError::Read(_))));
    assert!(matches!(read(&home, &Limits::default()), Err(SfzError::Read(_))));
}
