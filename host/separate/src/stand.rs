//! For tests: separators that need no model, and a recording for them.

use crate::model::{About, JobModel};
use ripieno_chunk::{Edge, Window};
use ripieno_files::wav::{Encoding, WavSpec, WavWriter};
use ripieno_infer::Choice;
use ripieno_ports::{Conditions, DelaySeparator, Geometry, Separator};
use ripieno_types::{SampleRate, WindowFrames};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A separator as a model, which counts its windows.
pub(crate) struct Stand<S> {
    pub inner: S,
    pub about: About,
    pub bytes: u64,
    pub windows: u64,
}

impl<S> Stand<S> {
    pub(crate) fn new(inner: S, stems: &[&str]) -> Self {
        let about = About {
            id: "stand-in".to_owned(),
            stems: stems.iter().map(|stem| (*stem).to_owned()).collect(),
            complement: None,
            conditioned: false,
            anchors: true,
            hash: "00112233445566778899".to_owned(),
            engine: "by hand".to_owned(),
            overlap: Some(0.25),
            window: Window::Hann,
            edge: Edge::Zero,
            warnings: Vec::new(),
        };
        Self { inner, about, bytes: 0, windows: 0 }
    }
}

impl<S: Separator> Separator for Stand<S> {
    type Error = S::Error;

    fn geometry(&self) -> Geometry {
        self.inner.geometry()
    }

    fn separate(&mut self, mix: &[f32], conditions: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, S::Error> {
        self.windows += 1;
        self.inner.separate(mix, conditions, stems)
    }
}

impl<S: Separator> JobModel for Stand<S> {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn choose(&self, description: &str) -> Result<Choice, String> {
        let found = self.about.stems.iter().position(|stem| stem == description);
        found.map(Choice::Stem).ok_or_else(|| format!("'{description}' is nothing that this model separates"))
    }

    fn memory_bytes(&self, _: usize) -> u64 {
        self.bytes
    }
}

pub(crate) fn geometry(channels: usize, stems: usize) -> Geometry {
    let window = WindowFrames::Flexible { align: 1, most: usize::MAX, preferred: Some(24_000) };
    let rate = SampleRate::STUDIO;
    Geometry { rate, channels, stems, window, context: 50, wants_statistics: false }
}

pub(crate) fn delay(channels: usize) -> Stand<DelaySeparator> {
    Stand::new(DelaySeparator::new(geometry(channels, 2), 5), &["drums", "rest"])
}

/// A recording of soft noise on a grid of 18 bits.
pub(crate) fn song(folder: &Path, rate: u32, channels: usize, frames: usize) -> PathBuf {
    let path = folder.join("song.wav");
    let spec = WavSpec { rate: SampleRate::new(rate).unwrap(), channels: channels as u16, encoding: Encoding::F32 };
    let sample = |channel: usize, frame: usize| {
        let mixed = ((frame * 3 + channel) as u64 ^ 0x5eed).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed ^ mixed >> 29) as i16) as f32 / 131_072.0
    };
    let rows: Vec<Vec<f32>> =
        (0..channels).map(|channel| (0..frames).map(|frame| sample(channel, frame)).collect()).collect();
    let mut writer = WavWriter::new(File::create(&path).unwrap(), spec).unwrap();
    writer.write(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
    writer.finish().unwrap();
    path
}
