//! Synth and chain behind one `render`.

use crate::Commands;
use ripieno_fx::{Chain, ChainMemory, Sends};
use ripieno_synth::{Bank, SendBuses, Synth, SynthConfig};
use ripieno_types::{Block, Command, SampleRate};

/// How a rig is made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RigConfig {
    /// The synth's settings, its rate among them.
    pub synth: SynthConfig,
    /// False leaves the chain out altogether.
    pub effects: bool,
}

impl RigConfig {
    /// The defaults at a sample rate: cubic interpolation, every voice, effects in the path (and dry).
    pub fn new(rate: SampleRate) -> Self {
        Self { synth: SynthConfig::new(rate), effects: true }
    }
}

/// What a rig gave up or met late since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Sounding notes that made room for new ones.
    pub steals: u64,
    /// Notes that did not sound.
    pub dropped: u64,
    /// The most voices that sounded at once.
    pub voices_peak: usize,
    /// Commands that came after the frame they were due at.
    pub late: u64,
    /// Commands that named an effect, order or parameter that does not exist.
    pub unknown: u64,
    /// Commands obeyed, late ones among them.
    pub commands: u64,
    /// Control periods of voices that were silent because their frames had not arrived from a disk.
    pub late_reads: u64,
}

/// Commands in, stereo frames out.
#[derive(Debug)]
pub struct Rig<B: Bank, M: AsMut<[f32]>, const VOICES: usize> {
    synth: Synth<B, VOICES>,
    chain: Chain<M>,
    effects: bool,
    sends_wanted: bool,
    sends: [[f32; GRID]; 2],
    now: u64,
    stats: Stats,
}

/// See [`Rig::GRID_FRAMES`].
const GRID: usize = 64;

impl<B: Bank, M: AsMut<[f32]>, const VOICES: usize> Rig<B, M, VOICES> {
    /// No piece that is rendered at once crosses a multiple of this many frames.
    pub const GRID_FRAMES: usize = GRID;

    /// A silent rig at frame 0. Control.
    pub fn new(bank: B, memory: ChainMemory<M>, config: RigConfig) -> Self {
        Self {
            chain: Chain::new(memory, config.synth.rate),
            synth: Synth::new(bank, config.synth),
            effects: config.effects,
            sends_wanted: false,
            sends: [[0.0; GRID]; 2],
            now: 0,
            stats: Stats::default(),
        }
    }

    /// Overwrites the block, obeying every command at its frame. Real-time.
    pub fn render(&mut self, mut block: Block<'_>, commands: &mut impl Commands) {
        while !block.is_empty() {
            let due = self.obey(commands);
            let to_grid = GRID - (self.now % GRID as u64) as usize;
            let piece = block.split_front(due.min(to_grid as u64) as usize);
            let frames = piece.frames();
            self.piece(piece, commands);
            self.now += frames as u64;
        }
    }

    /// Obeys what is due now; returns how many frames may pass before the next command.
    fn obey(&mut self, commands: &mut impl Commands) -> u64 {
        let now = self.now;
        let next = commands.due(now, &mut |command| {
            self.stats.commands += 1;
            self.stats.late += u64::from(command.at < now);
            self.command(command.value);
        });
        // Whatever a source says, time goes on.
        next.map_or(u64::MAX, |at| at.saturating_sub(now).max(1))
    }

    /// Obeys one command before the next frame. Real-time.
    pub fn command(&mut self, command: Command) {
        let known = match command {
            Command::Midi(word) => {
                self.synth.midi(word);
                true
            }
            Command::SysEx(part) => {
                self.synth.sysex(part);
                true
            }
            Command::Parameter { id, value } => self.chain.set(id, value),
            Command::Bypass { effect, bypassed } => self.chain.bypass(effect, bypassed),
            Command::Order(order) => self.chain.order(order).is_ok(),
            Command::Polyphony(voices) => {
                self.synth.set_polyphony(usize::from(voices));
                true
            }
            Command::Panic => {
                self.synth.panic();
                true
            }
            _ => false,
        };
        self.stats.unknown += u64::from(!known);
    }

    /// From the next note on, `bank` plays; what sounds ends on the bank that it began with. Real-time.
    ///
    /// # Errors
    /// The refused bank, while the one before has not been fetched: see [`Synth::swap_bank`].
    pub fn swap_bank(&mut self, bank: B) -> Result<(), B> {
        self.synth.swap_bank(bank)
    }

    /// The bank before the present one, once nothing sounds from it, to be freed elsewhere. Real-time.
    pub fn retired_bank(&mut self) -> Option<B> {
        self.synth.retired_bank()
    }

    /// Takes over what another rig's channels remember ([`Synth::inherit`]) and its effects' parameters, bypasses and
    /// order, all of them at once and without what the effects still hold. Not its notes, its settings or its time.
    /// Control: before this rig takes the other's place.
    pub fn inherit(&mut self, other: &Self) {
        self.synth.inherit(&other.synth);
        let restored = self.chain.restore(&other.chain.state());
        debug_assert!(restored.is_ok(), "a chain's own order names every effect");
        self.chain.reset();
    }

    /// Renders frames that no command interrupts and no grid line crosses.
    fn piece(&mut self, mut block: Block<'_>, commands: &mut impl Commands) {
        // Asked on the grid alone: the moment a fade-out ends must not depend on how blocks are cut.
        if self.now.is_multiple_of(GRID as u64) {
            self.sends_wanted = self.effects && self.chain.wants_sends();
        }
        let frames = block.frames();
        let [chorus, reverb] = &mut self.sends;
        let (chorus, reverb) = (&mut chorus[..frames], &mut reverb[..frames]);
        if !self.effects {
            self.synth.render(block.reborrow(), None);
            commands.mix(block);
        } else if self.sends_wanted {
            self.synth.render(block.reborrow(), Some(SendBuses::new(chorus, reverb)));
            commands.mix(block.reborrow());
            self.chain.process(block, Some(Sends { chorus, reverb }));
        } else {
            self.synth.render(block.reborrow(), None);
            commands.mix(block.reborrow());
            self.chain.process(block, None);
        }
    }

    /// Frames rendered so far: the time that commands are due by. Real-time.
    pub fn now(&self) -> u64 {
        self.now
    }

    /// Voices that sound. Real-time.
    pub fn active_voices(&self) -> usize {
        self.synth.active_voices()
    }

    /// True when no voice sounds; effects may still ring. Real-time.
    pub fn is_silent(&self) -> bool {
        self.synth.is_silent()
    }

    /// The chain, to read parameters. Real-time.
    pub fn chain(&self) -> &Chain<M> {
        &self.chain
    }

    /// The counters so far. Real-time.
    pub fn stats(&self) -> Stats {
        let synth = self.synth.stats();
        Stats {
            steals: synth.steals,
            dropped: synth.dropped_notes,
            voices_peak: synth.voices_peak,
            late_reads: synth.late_reads,
            ..self.stats
        }
    }
}
