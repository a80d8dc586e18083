//! A rig that is kept busy, block by block: what a block costs.

use ripieno_fx::{ChainMemory, PARAMS};
use ripieno_rig::{Rig, RigConfig};
use ripieno_synth::{Bank, Generator, Interpolation, Wave};
use ripieno_types::midi::MidiWord;
use ripieno_types::{Block, Command, SampleRate};

/// Frames of a block.
pub const FRAMES: usize = 64;

/// The lowest key that is held.
const LOWEST: u8 = 48;
const VELOCITY: u8 = 100;

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Notes that are held, a semitone apart from key 48 on, and the most voices that the rig may use.
    pub notes: u8,
    /// Of which General MIDI program, 0..=127.
    pub program: u8,
    /// All seven effects in the path and wet, else left out.
    pub effects: bool,
}

/// A rig with notes held.
#[derive(Debug)]
pub struct Busy<B: Bank, M: AsMut<[f32]>, const VOICES: usize> {
    rig: Rig<B, M, VOICES>,
    load: Load,
    frames: [[f32; FRAMES]; 2],
    moves: usize,
}

impl<B: Bank, M: AsMut<[f32]>, const VOICES: usize> Busy<B, M, VOICES> {
    /// Holds what is asked for, with linear interpolation.
    pub fn new(bank: B, memory: ChainMemory<M>, load: Load) -> Self {
        let mut config = RigConfig::new(SampleRate::STUDIO);
        config.synth.interpolation = Interpolation::Linear;
        config.synth.polyphony = usize::from(load.notes).max(1);
        config.effects = load.effects;
        let rig = Rig::new(bank, memory, config);
        let mut busy = Self { rig, load, frames: [[0.0; FRAMES]; 2], moves: 0 };
        if load.effects {
            // Off every neutral place: a filter half open, a shift of pitch, all mixes wet.
            PARAMS.iter().for_each(|info| busy.rig.command(Command::Parameter { id: info.id, value: 0.4 }));
        }
        busy.midi(&[0xC0, load.program]);
        busy
    }

    /// Strikes every note.
    pub fn strike_all(&mut self) {
        for note in 0..self.load.notes {
            self.midi(&[0x90, LOWEST + note, VELOCITY]);
        }
    }

    /// Lets one note go and strikes one that did not sound: with all voices taken, one of them makes room.
    pub fn strike_one(&mut self) {
        let turn = (self.moves % 12) as u8;
        self.moves += 1;
        self.midi(&[0x80, LOWEST + turn, 64]);
        self.midi(&[0x90, LOWEST + self.load.notes + turn, VELOCITY]);
    }

    /// Moves one parameter of an effect, the next one each time.
    pub fn turn_knob(&mut self) {
        let (place, round) = (self.moves % PARAMS.len(), self.moves / PARAMS.len());
        self.moves += 1;
        self.rig.command(Command::Parameter { id: PARAMS[place].id, value: 0.3 + 0.05 * (round % 5) as f32 });
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

    fn midi(&mut self, bytes: &[u8]) {
        if let Ok(word) = MidiWord::new(bytes) {
            self.rig.command(Command::Midi(word));
        }
    }
}

/// How many voices the notes of a load are, and how many of them read samples through a filter that is not wide open.
pub fn voices(bank: &impl Bank, load: Load) -> (usize, usize) {
    let (mut all, mut filtered) = (0, 0);
    if let Some(preset) = bank.find(0, load.program) {
        for note in 0..load.notes {
            bank.regions(preset, LOWEST + note, VELOCITY, |region| {
                let cutoff = region.generators.amount(Generator::FilterCutoff);
                let is_open = cutoff >= Generator::FilterCutoff.default();
                all += 1;
                filtered += usize::from(!is_open && matches!(region.wave, Wave::Sample(_)));
            });
        }
    }
    (all, filtered)
}
