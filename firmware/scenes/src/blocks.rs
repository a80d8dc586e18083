//! A rig that is kept busy, block by block: what a block costs.

use ripieno_fx::{ChainMemory, PARAMS};
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{Bank, Interpolation};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, SampleRate};

/// Frames of a block.
pub const FRAMES: usize = 64;

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Notes that are held, a semitone apart from key 48 on.
    pub notes: u8,
    /// All seven effects in the path and wet, else left out.
    pub effects: bool,
}

/// A rig with notes held.
#[derive(Debug)]
pub struct Busy<B: Bank, M: AsMut<[f32]>, const VOICES: usize> {
    rig: Rig<B, M, VOICES>,
    frames: [[f32; FRAMES]; 2],
}

impl<B: Bank, M: AsMut<[f32]>, const VOICES: usize> Busy<B, M, VOICES> {
    /// Holds what is asked for, with linear interpolation.
    pub fn new(bank: B, memory: ChainMemory<M>, load: Load) -> Self {
        let mut config = RigConfig::new(SampleRate::STUDIO);
        config.synth.interpolation = Interpolation::Linear;
        config.effects = load.effects;
        let mut rig = Rig::new(bank, memory, config);
        if load.effects {
            // Off every neutral place: a filter half open, a shift of pitch, all mixes wet.
            PARAMS.iter().for_each(|info| rig.command(Command::Parameter { id: info.id, value: 0.4 }));
        }
        for note in 0..load.notes {
            if let Ok(word) = MidiWord::new(&[0x90, 48 + note, 100]) {
                rig.command(Command::Midi(word));
            }
        }
        Self { rig, frames: [[0.0; FRAMES]; 2] }
    }

    /// The next block.
    pub fn block(&mut self) -> &[[f32; FRAMES]; 2] {
        let [left, right] = &mut self.frames;
        self.rig.render(Block::new(left, right), &mut &[][..]);
        &self.frames
    }

    /// Voices that sound.
    pub fn voices(&self) -> usize {
        self.rig.active_voices()
    }
}
