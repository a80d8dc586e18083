//! Ten million bytes of noise from a cable that keeps falling out: parser, held notes and synth always find their way.

use proptest::prelude::*;
use ripieno_synth::{Builtin, Patch, Synth, SynthConfig};
use ripieno_types::midi::{Assembled, Assembler, Held, MidiWord};
use ripieno_types::{Block, SampleRate};

const BYTES: u64 = 10_000_000;
const VOICES: usize = 16;
/// The organ's release lasts 0.1 s, and nothing fades for longer.
const RELEASE_FRAMES: usize = 900;

/// The wire's rules once more, the plain way: words only, as bytes.
#[derive(Default)]
struct Model {
    message: Vec<u8>,
    in_sysex: bool,
}

impl Model {
    fn feed(&mut self, byte: u8) -> Option<Vec<u8>> {
        if byte >= 0xF8 {
            return (byte != 0xF9 && byte != 0xFD).then(|| vec![byte]);
        }
        if byte >= 0x80 {
            self.in_sysex = byte == 0xF0;
            self.message = vec![byte];
        } else if self.in_sysex || self.message.is_empty() {
            return None;
        } else {
            self.message.push(byte);
        }
        let expected = match self.message[0] {
            0xC0..=0xDF | 0xF1 | 0xF3 => 2,
            0x80..=0xEF | 0xF2 => 3,
            0xF6 => 1,
            // SysEx goes on; its end and what is undefined leave nothing to run.
            0xF0 => return None,
            _ => usize::MAX,
        };
        if expected == usize::MAX {
            self.message.clear();
        }
        if self.message.len() != expected {
            return None;
        }
        let whole = self.message.clone();
        self.message.truncate(usize::from(whole[0] < 0xF0));
        Some(whole)
    }
}

/// A listener at the end of a cable.
struct Rack {
    synth: Box<Synth<Builtin, VOICES>>,
    held: Held,
    assembler: Assembler<32>,
    model: Model,
    notes: u64,
}

impl Rack {
    fn new() -> Self {
        let rate = SampleRate::new(SampleRate::MIN_HZ).expect("the lowest rate is legal");
        Self {
            synth: Box::new(Synth::new(Builtin::only(Patch::Organ), SynthConfig::new(rate))),
            held: Held::new(),
            assembler: Assembler::new(),
            model: Model::default(),
            notes: 0,
        }
    }

    /// Takes a byte as the rack would; the word that it completed.
    fn feed(&mut self, byte: u8) -> Option<MidiWord> {
        let word = match self.assembler.feed(byte) {
            Some(Assembled::Word(word)) => Some(word),
            Some(Assembled::SysEx(_)) | None => None,
        };
        assert_eq!(word.map(|word| word.as_bytes().to_vec()), self.model.feed(byte));
        if let Some(word) = word {
            self.notes += u64::from(self.held.follow(word));
            self.synth.midi(word);
        }
        word
    }

    fn render(&mut self, frames: usize) {
        let (mut left, mut right) = ([0.0; 64], [0.0; 64]);
        for from in (0..frames).step_by(64) {
            let count = (frames - from).min(64);
            self.synth.render(Block::new(&mut left[..count], &mut right[..count]), None);
            assert!(left.iter().chain(&right).all(|x| x.is_finite() && x.abs() < 2.0 * VOICES as f32));
        }
    }

    /// The plug is pulled: what the cable held is let go, and after one release nothing sounds.
    fn disconnect(&mut self) {
        self.assembler.reset();
        self.model = Model::default();
        let synth = &mut self.synth;
        self.held.release(|word| synth.midi(word));
        self.held.clear();
        self.render(RELEASE_FRAMES);
        assert!(self.synth.is_silent(), "{} voices hang", self.synth.active_voices());
    }

    /// Whatever came before, a status byte begins anew.
    fn recovers(&mut self) {
        let words = [0x90, 0x3C, 0x40].map(|byte| self.feed(byte));
        assert_eq!(words, [None, None, MidiWord::new(&[0x90, 0x3C, 0x40]).ok()]);
    }
}

proptest! {
    #[test]
    fn a_little_noise_leaves_nothing_behind(
        cables in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..64), 0..500_usize), 1..6),
    ) {
        let mut rack = Rack::new();
        for (noise, frames) in cables {
            noise.into_iter().for_each(|byte| _ = rack.feed(byte));
            rack.recovers();
            rack.render(frames);
            rack.disconnect();
        }
    }
}

#[test]
fn noise_and_pulled_plugs_leave_nothing_behind() {
    let mut state = 0x5DEE_CE66_D1CE_4E5B_u64;
    let mut random = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut rack = Rack::new();
    let (mut disconnects, mut played) = (0, 0);
    let mut bytes = 0;
    while bytes < BYTES {
        let noise = random();
        // Half of it as it comes, half of it with more notes and fewer status bytes than noise has.
        let is_tame = bytes / 4_096 % 2 == 1;
        for byte in noise.to_le_bytes() {
            let byte = match byte {
                0..0x80 => byte,
                _ if is_tame && byte & 3 != 0 => byte & 0x7F,
                _ if is_tame => 0x90 | byte >> 3 & 0xF,
                _ => byte,
            };
            rack.feed(byte);
        }
        bytes += 8;
        if noise.is_multiple_of(101) {
            rack.recovers();
        }
        if noise.is_multiple_of(499) {
            rack.render((noise >> 32) as usize % 100);
            played += u64::from(!rack.synth.is_silent());
        }
        if noise.is_multiple_of(2_003) {
            rack.disconnect();
            disconnects += 1;
        }
    }
    rack.disconnect();
    assert!(disconnects > 500 && played > 1_000 && rack.notes > 100_000, "{disconnects} {played} {}", rack.notes);
}
