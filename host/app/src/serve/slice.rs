//! A piece of a recording on a pad: cut, kept as a sample of the studio, and given to the pad in one step that can be undone.

use super::Owner;
use super::panels::preset_changed;
use super::recordings::{free_names, harmless, told};
use super::work::{self, Course, Work};
use crate::studio::{Model, SampleSpec, check_name};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_files::{AtomicFile, AudioFile, Existing};
use ripieno_web::Refusal;
use ripieno_web::shape::{EntryAddress, EntryChange, Kind, Slice};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// The folder of the studio's own samples, beside it.
const SAMPLES: &str = "samples";
/// Seconds of a piece at most.
const LONGEST: f64 = 60.0;
/// Seconds in which a piece comes and goes, so that it does not click.
const FADE: f64 = 0.005;
/// Frames that are read at once.
const BLOCK: usize = 8_192;
/// Characters of a sample's name, without a number.
const NAME: usize = 40;
/// Names of one kind that are tried.
const MOST: usize = 10_000;

impl Owner {
    /// A slice as an operation.
    pub(super) fn slice(&self, params: &Value) -> Result<Work, Refusal> {
        let refuse = |why: String| Refusal::Invalid(format!("slice: {why}"));
        let slice: Slice = work::read("slice", params)?;
        let (start, end) = (slice.start_s, slice.end_s);
        if !(start >= 0.0 && end > start && end - start <= LONGEST) {
            return Err(refuse(format!("a piece of up to {LONGEST} s is wanted, not from {start} to {end} s")));
        }
        if slice.note > 127 {
            return Err(refuse(format!("`note` is from 0 to 127, not {}", slice.note)));
        }
        if self.studio.model().preset(Kind::Pad, &slice.preset).is_none() {
            return Err(Refusal::Unknown(format!("there is no preset of pads `{}`", slice.preset)));
        }
        let (path, name) = self.sound_file(&slice.recording, slice.stem.as_deref())?;
        let song = Path::new(&name).file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let label = if slice.label.trim().is_empty() { song } else { slice.label.trim().into() };
        let folder = self.folder.clone();
        Ok(Box::new(move |course| {
            let piece = Piece::cut(&path, start, end).map_err(|why| format!("{name}: {why}"))?;
            let file = piece
                .keep(&folder, &harmless(&label))
                .map_err(|why| format!("the sample cannot be kept: {}", told(&why, &folder)))?;
            give(slice, label, file, course)
        }))
    }

    /// Adds a sample to the studio and gives it to a pad, in one step; the sample's name.
    fn add_slice(&mut self, slice: &Slice, label: &str, path: &str) -> Result<String, Refusal> {
        let at = EntryAddress { source: slice.note.to_string(), ..EntryAddress::default() };
        let label: String = label.chars().take(NAME).collect();
        let preset = slice.preset.clone();
        self.edit(
            "slice to pad",
            |model| {
                let name = sample_name(model, &label);
                model.samples.push(SampleSpec { name: name.clone(), path: path.into() });
                let change = json!({"label": label, "action": {"type": "sample", "name": name}});
                let change: EntryChange = serde_json::from_value(change).unwrap_or_default();
                model.change_entry(Kind::Pad, &preset, &at, &change)?;
                Ok(name)
            },
            |model, _| preset_changed(model, Kind::Pad, &preset),
        )
    }
}

/// Has the owner take a sample in, and waits until it can be played. A sample that is not wanted goes again.
fn give(slice: Slice, label: String, file: PathBuf, course: &Course<'_>) -> Result<Value, String> {
    let path = format!("{SAMPLES}/{}", file.file_name().unwrap_or_default().to_string_lossy());
    let (tell, told) = mpsc::sync_channel(1);
    course.post().then(move |owner| match owner.add_slice(&slice, &label, &path) {
        Ok(sample) => {
            let answer = json!({"sample": sample, "preset": slice.preset, "note": slice.note});
            // Behind the reading of the samples, on the same thread.
            owner.desk.run(move || _ = tell.send(Ok(answer)));
        }
        Err(refusal) => _ = tell.send(Err(refusal.to_string())),
    });
    let given = told.recv().unwrap_or_else(|_| Err("the studio is closing".into()));
    if given.is_err() {
        // Nobody knows of it, so nobody misses it.
        let _ = fs::remove_file(file);
    }
    given
}

/// A name for a sample that no other has.
fn sample_name(model: &Model, label: &str) -> String {
    let letter = |c: char| if check_name(&c.to_string()).is_ok() || c == ' ' { c } else { '_' };
    let plain: String = label.trim().chars().map(letter).collect();
    let plain = if check_name(&plain).is_ok() { plain } else { "slice".into() };
    let is_free = |name: &String| !model.samples.iter().any(|sample| sample.name.to_lowercase() == name.to_lowercase());
    let numbered = (2..MOST).map(|n| format!("{plain} ({n})"));
    std::iter::once(plain.clone()).chain(numbered).find(is_free).unwrap_or(plain)
}

/// What was cut: one channel or two.
struct Piece {
    spec: WavSpec,
    channels: Vec<Vec<f32>>,
}

impl Piece {
    /// Reads a piece of a recording; what goes beyond its end is left out. Blocks.
    fn cut(path: &Path, start: f64, end: f64) -> Result<Self, String> {
        let mut audio = AudioFile::open(path).map_err(|error| error.to_string())?;
        let rate = audio.spec().rate;
        let frame = |secs: f64| (secs * f64::from(rate.hz())).round() as u64;
        let mut left = frame(end).saturating_sub(frame(start)) as usize;
        audio.seek(frame(start)).map_err(|error| error.to_string())?;
        let mut planes = vec![vec![0.0_f32; BLOCK]; audio.spec().channels];
        // A pad plays two channels.
        let mut channels = vec![Vec::with_capacity(left); planes.len().min(2)];
        while left > 0 {
            let mut slices: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[..left.min(BLOCK)]).collect();
            let read = audio.read(&mut slices).map_err(|error| error.to_string())?;
            if read == 0 {
                break;
            }
            for (channel, plane) in channels.iter_mut().zip(&planes) {
                channel.extend(plane[..read].iter().map(|sample| if sample.is_finite() { *sample } else { 0.0 }));
            }
            left -= read;
        }
        if channels[0].is_empty() {
            return Err(format!("it ends before {start} s"));
        }
        channels.iter_mut().for_each(|channel| fade(channel, frame(FADE) as usize));
        let spec = WavSpec { rate, channels: channels.len() as u16, encoding: Encoding::F32 };
        Ok(Self { spec, channels })
    }

    /// Keeps it as a sample of the studio under a name that nothing has. Blocks.
    fn keep(&self, folder: &Path, name: &str) -> Result<PathBuf, String> {
        let folder = folder.join(SAMPLES);
        fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let file = AtomicFile::create(&folder.join("slice"), Existing::Replace).map_err(|error| error.to_string())?;
        let mut writer = WavWriter::new(file, self.spec).map_err(|error| error.to_string())?;
        let channels: Vec<&[f32]> = self.channels.iter().map(Vec::as_slice).collect();
        writer.write(&channels).map_err(|error| error.to_string())?;
        let (file, _) = writer.finish().map_err(|error| error.to_string())?;
        let name: String = name.trim_matches([' ', '.']).chars().take(NAME).collect();
        let name = if name.is_empty() { "slice".into() } else { name };
        file.commit_as(free_names(&format!("{name}.wav"))).map_err(|error| error.to_string())
    }
}

/// Comes and goes along straight lines, over half of it at most.
fn fade(channel: &mut [f32], frames: usize) {
    let frames = frames.min(channel.len() / 2);
    let gain = |n: usize| n as f32 / frames as f32;
    channel.iter_mut().take(frames).enumerate().for_each(|(n, sample)| *sample *= gain(n));
    channel.iter_mut().rev().take(frames).enumerate().for_each(|(n, sample)| *sample *= gain(n));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_comes_and_goes_and_is_whole_between() {
        let mut channel = vec![1.0; 100];
        fade(&mut channel, 10);
        assert_eq!((channel[0], channel[5], channel[10], channel[89], channel[99]), (0.0, 0.5, 1.0, 1.0, 0.0));
        let mut short = vec![1.0; 3];
        fade(&mut short, 10);
        assert_eq!(short, [0.0, 1.0, 0.0]);
        fade(&mut [], 10);
    }

    #[test]
    fn samples_have_names_of_their_own() {
        let named = |name: &str| SampleSpec { name: name.into(), path: String::new() };
        let model = Model { samples: vec![named("Kick"), named("kick (2)")], ..Model::default() };
        for (label, expected) in [("KICK ", "KICK (3)"), ("Snare: 1/2", "Snare_ 1_2"), ("", "slice"), ("::", "__")] {
            let name = sample_name(&model, label);
            assert_eq!(name, expected);
            assert!(check_name(&name).is_ok(), "{name}");
        }
    }
}
