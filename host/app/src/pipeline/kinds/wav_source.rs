//! `wav-source`: a recording of any format that can be read, block by block, at the stream's rate.

use super::sound::{self, BLOCK, PACED, Sound, fixed};
use ripieno_files::{AudioFile, Resampler};
use ripieno_pipeline::{
    FrameSpec, Kind, KindFault, Param, ParamType, Params, Port, Ports, Task, TaskError, Wiring, monotonic_nanos,
};
use ripieno_types::SampleRate;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Plays a recording.
#[derive(Debug)]
pub struct WavSource;

const PARAMS: &[Param] = &[
    fixed("file", ParamType::Text { default: None }, "", "the recording: WAV, FLAC, MP3, Ogg, MP4, AIFF, ..."),
    BLOCK,
    PACED,
    fixed("loop", ParamType::Bool { default: false }, "", "begin again at its end"),
];
const OUTPUTS: &[Port] = &[sound::port("out", "the recording; its last block is filled up with silence")];

/// Frames that are read of the file at a time.
const READ_FRAMES: usize = 1 << 13;

impl Kind for WavSource {
    fn name(&self) -> &'static str {
        "wav-source"
    }

    fn summary(&self) -> &'static str {
        "plays a recording from a file, resampled to the stream's rate"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn outputs(&self) -> &'static [Port] {
        OUTPUTS
    }

    /// A stream that declares type, shape and rate needs no file to be there yet.
    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        written(wiring)?.only("out")
    }

    fn is_paced(&self, params: &Params) -> bool {
        params.bool("paced")
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let sound = written(wiring)?;
        let path = PathBuf::from(wiring.params.text("file"));
        Feed::new(open(&path)?, sound)?;
        Ok(Box::new(Playing { path, sound, is_paced: wiring.params.bool("paced"), loops: wiring.params.bool("loop") }))
    }
}

fn written(wiring: &Wiring<'_>) -> Result<Sound, KindFault> {
    Sound::written(wiring, "out", || {
        let file = open(wiring.params.text("file").as_ref())?;
        let spec = file.spec();
        Ok(Sound { rows: wiring.params.usize("block"), channels: spec.channels, rate: spec.rate, is_flat: false })
    })
}

fn open(path: &Path) -> Result<AudioFile, KindFault> {
    AudioFile::open(path).map_err(|error| KindFault::at("file", format!("{} {error}", path.display())))
}

struct Playing {
    path: PathBuf,
    sound: Sound,
    is_paced: bool,
    loops: bool,
}

impl Task for Playing {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut out = ports.writer::<f32>("out")?;
        let mut feed = Feed::new(open(&self.path)?, self.sound)?;
        let (begin, mut frames) = (monotonic_nanos(), 0);
        while !ports.is_stopping() {
            if self.is_paced {
                ports.wait_until(begin.saturating_add(self.sound.nanos(frames)))?;
            }
            let mut block = out.look()?;
            let filled = feed.fill(&mut block, self.loops).map_err(TaskError::failed)?;
            if filled == 0 {
                break;
            }
            block.increment();
            frames += self.sound.rows as u64;
        }
        Ok(())
    }
}

/// A recording as blocks of a stream.
struct Feed {
    file: AudioFile,
    sound: Sound,
    resampler: Resampler,
    /// Frames read of the file since its start.
    read: u64,
    is_read: bool,
    /// Of the file, a row a channel; and what is ready for the stream.
    raw: Vec<Vec<f32>>,
    ready: Vec<Vec<f32>>,
}

impl Feed {
    fn new(file: AudioFile, sound: Sound) -> Result<Self, KindFault> {
        let channels = file.spec().channels;
        if channels != sound.channels && channels != 1 {
            let message = format!("the file has {channels} channels and the stream {}", sound.channels);
            return Err(KindFault::at("file", message).help(format!("declare the stream as [frames, {channels}]")));
        }
        Ok(Self {
            resampler: resampler(&file, sound.rate),
            raw: vec![vec![0.0; READ_FRAMES]; channels],
            ready: vec![Vec::new(); channels],
            file,
            sound,
            read: 0,
            is_read: false,
        })
    }

    /// Fills a block; what the recording lacks is silence. Returns how many frames are of the recording.
    fn fill(&mut self, block: &mut [f32], loops: bool) -> Result<usize, String> {
        let rows = self.sound.rows;
        while self.ready[0].len() < rows {
            if self.is_read && (!loops || self.read == 0) {
                break;
            }
            self.advance()?;
        }
        let filled = self.ready[0].len().min(rows);
        let channels = self.sound.channels;
        // One channel is heard in all.
        let ready = self.ready.iter().cycle().take(channels).map(|row| &row[..filled]);
        sound::join(ready, block, channels);
        self.ready.iter_mut().for_each(|row| drop(row.drain(..filled)));
        Ok(filled)
    }

    /// Reads on; after the end, from the start again.
    fn advance(&mut self) -> Result<(), String> {
        if self.is_read {
            self.file.seek(0).map_err(|error| error.to_string())?;
            self.resampler = resampler(&self.file, self.sound.rate);
            (self.read, self.is_read) = (0, false);
        }
        let mut rows: Vec<&mut [f32]> = self.raw.iter_mut().map(Vec::as_mut_slice).collect();
        let read = self.file.read(&mut rows).map_err(|error| error.to_string())?;
        self.read += read as u64;
        let rows: Vec<&[f32]> = self.raw.iter().map(|row| &row[..read]).collect();
        self.resampler.push(&rows, &mut self.ready);
        if read < READ_FRAMES {
            self.is_read = true;
            let total = Resampler::frames(self.file.spec().rate, self.sound.rate, self.read);
            self.resampler.finish(total, &mut self.ready);
        }
        Ok(())
    }
}

fn resampler(file: &AudioFile, rate: SampleRate) -> Resampler {
    Resampler::new(file.spec().rate, rate, file.spec().channels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_files::wav::{Encoding, WavSpec, WavWriter};

    fn feed(channels: u16, frames: usize, sound: Sound) -> Feed {
        let spec = WavSpec { rate: SampleRate::STUDIO, channels, encoding: Encoding::F32 };
        let mut writer = WavWriter::new(std::io::Cursor::new(Vec::new()), spec).unwrap();
        let ramp: Vec<f32> = (0..frames).map(|frame| frame as f32 / 1024.0).collect();
        writer.write(&vec![ramp.as_slice(); channels.into()]).unwrap();
        Feed::new(AudioFile::new(writer.finish().unwrap().0).unwrap(), sound).unwrap()
    }

    #[test]
    fn blocks_hold_the_recording_and_then_silence() {
        let sound = Sound { rows: 64, channels: 2, rate: SampleRate::STUDIO, is_flat: false };
        let mut feed = feed(1, 100, sound);
        let mut block = [9.0; 128];
        assert_eq!(feed.fill(&mut block, false), Ok(64));
        assert_eq!((block[0], block[1], block[126], block[127]), (0.0, 0.0, 63.0 / 1024.0, 63.0 / 1024.0));
        assert_eq!(feed.fill(&mut block, false), Ok(36));
        assert_eq!((block[70], block[71], block[72]), (99.0 / 1024.0, 99.0 / 1024.0, 0.0));
        assert_eq!(feed.fill(&mut block, false), Ok(0));
    }

    #[test]
    fn a_loop_has_no_seam() {
        let sound = Sound { rows: 64, channels: 1, rate: SampleRate::STUDIO, is_flat: true };
        let mut feed = feed(1, 100, sound);
        let mut block = [0.0; 64];
        for at in 0..20 {
            assert_eq!(feed.fill(&mut block, true), Ok(64));
            let expected = |frame: usize| ((at * 64 + frame) % 100) as f32 / 1024.0;
            assert!(block.iter().enumerate().all(|(frame, sample)| *sample == expected(frame)), "{at}");
        }
        // Nothing comes of nothing.
        let mut empty = self::feed(1, 0, sound);
        assert_eq!(empty.fill(&mut block, true), Ok(0));
    }

    #[test]
    fn another_rate_is_resampled_to_its_length() {
        let sound = Sound { rows: 441, channels: 1, rate: SampleRate::CD, is_flat: true };
        let mut feed = feed(1, 4_800, sound);
        let mut block = [0.0; 441];
        let mut frames = 0;
        loop {
            match feed.fill(&mut block, false).unwrap() {
                0 => break,
                filled => frames += filled,
            }
        }
        assert_eq!(frames, 4_410);
    }
}
