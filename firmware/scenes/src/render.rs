//! [`Music`] through a whole rig, its frames as bytes.

use crate::blocks::FRAMES;
use crate::music::Music;
use ripieno_fx::{ChainMemory, PARAMS};
use ripieno_rig::{Rig, RigConfig, Stats};
use ripieno_synth::{Bank, Interpolation};
use ripieno_types::{Block, Command, SampleRate};

/// Voices of the rig.
pub const VOICES: usize = 24;
/// Bytes of a block: left and right in turn, 32-bit floats, little-endian.
pub const BYTES: usize = FRAMES * 2 * 4;

/// Music and the rig that plays it with all effects, at 48 kHz.
#[derive(Debug)]
pub struct Session<B: Bank, M: AsMut<[f32]>> {
    rig: Rig<B, M, VOICES>,
    music: Music,
    frames: [[f32; FRAMES]; 2],
}

impl<B: Bank, M: AsMut<[f32]>> Session<B, M> {
    /// At the beginning. Control.
    pub fn new(bank: B, memory: ChainMemory<M>, interpolation: Interpolation) -> Self {
        let mut config = RigConfig::new(SampleRate::STUDIO);
        config.synth.interpolation = interpolation;
        let mut rig = Rig::new(bank, memory, config);
        // Off every neutral place, so that each effect sounds from the start.
        PARAMS.iter().for_each(|info| rig.command(Command::Parameter { id: info.id, value: 0.6 }));
        Self { rig, music: Music::new(1), frames: [[0.0; FRAMES]; 2] }
    }

    /// Renders the next block. Real-time.
    pub fn block(&mut self) {
        let [left, right] = &mut self.frames;
        self.rig.render(Block::new(left, right), &mut self.music);
    }

    /// The bytes of the last block. Any.
    pub fn bytes(&self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        let [left, right] = &self.frames;
        let samples = left.iter().zip(right).flat_map(|(left, right)| [*left, *right]);
        for (place, sample) in bytes.chunks_exact_mut(4).zip(samples) {
            place.copy_from_slice(&sample.to_le_bytes());
        }
        bytes
    }

    /// True once so many seconds have been rendered. Any.
    pub fn has_played(&self, seconds: u32) -> bool {
        self.rig.now() >= u64::from(seconds) * u64::from(SampleRate::STUDIO.hz())
    }

    /// What the rig counted. Any.
    pub fn stats(&self) -> Stats {
        self.rig.stats()
    }
}
