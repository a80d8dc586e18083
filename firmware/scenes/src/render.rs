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

/// Renders music with all effects at 48 kHz and gives out its bytes, a block at a time; returns what the rig counted.
pub fn run<B: Bank, M: AsMut<[f32]>>(
    bank: B,
    memory: ChainMemory<M>,
    interpolation: Interpolation,
    seconds: u32,
    each: &mut impl FnMut(&[u8; BYTES]),
) -> Stats {
    let mut config = RigConfig::new(SampleRate::STUDIO);
    config.synth.interpolation = interpolation;
    let mut rig = Rig::<B, M, VOICES>::new(bank, memory, config);
    // Off every neutral place, so that each effect sounds from the start.
    PARAMS.iter().for_each(|info| rig.command(Command::Parameter { id: info.id, value: 0.6 }));
    let mut music = Music::new(1);
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    let frames = u64::from(seconds) * u64::from(SampleRate::STUDIO.hz());
    while rig.now() < frames {
        rig.render(Block::new(&mut left, &mut right), &mut music);
        let mut bytes = [0; BYTES];
        let samples = left.iter().zip(&right).flat_map(|(left, right)| [*left, *right]);
        for (place, sample) in bytes.chunks_exact_mut(4).zip(samples) {
            place.copy_from_slice(&sample.to_le_bytes());
        }
        each(&bytes);
    }
    rig.stats()
}
