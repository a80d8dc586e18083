//! A kit as a bank: the same on every channel, bank and program.

use crate::samples::Streams;
use ripieno_synth::sampler::{Kit, Sampler, Waves};
use ripieno_synth::{Bank, PresetIndex, Region, SamplePool};
use std::sync::Arc;

/// An SFZ instrument or a pack in memory. A copy shares its recordings and may be played by another synth.
#[derive(Clone, Debug)]
pub struct KitBank {
    image: Arc<[u8]>,
    streams: Streams,
}

impl KitBank {
    /// Of a kit's [image](super::KitTables::image) and its recordings. Control.
    pub fn new(image: Vec<u8>, streams: Streams) -> Self {
        Self { image: image.into(), streams }
    }

    /// The same for renderings, which wait for a disk; see [`Streams::patient`]. Control.
    pub fn patient(self) -> Self {
        Self { streams: self.streams.patient(), ..self }
    }

    /// Its recordings. Any.
    pub fn streams(&self) -> &Streams {
        &self.streams
    }
}

impl Bank for KitBank {
    type Player<const VOICES: usize> = Sampler<VOICES>;

    fn find(&self, _bank: u16, _program: u8) -> Option<PresetIndex> {
        Some(PresetIndex(0))
    }

    fn regions(&self, _preset: PresetIndex, _key: u8, _velocity: u8, _each: impl FnMut(&Region)) {}

    fn pool(&self) -> SamplePool<'_> {
        SamplePool::default()
    }

    fn kit(&self) -> Option<Kit<'_>> {
        Kit::new(&self.image).ok()
    }

    fn waves(&self) -> impl Waves {
        &self.streams
    }
}
