//! Everything a controller can send, at random but always the same for one seed.

use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, EffectId, ParamId, Timed};

/// `count` commands due within `frames`, sorted: mostly notes, with controllers, bends, programs, effect parameters,
/// bypasses, orders and a rare panic.
pub fn scramble(seed: u64, count: usize, frames: u64) -> Vec<Timed<Command>> {
    let mut state = seed ^ 0x9E37_79B9_7F4A_7C15;
    let mut next = |below: u64| {
        // Knuth's MMIX generator; the high bits are the good ones.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut commands: Vec<_> = (0..count)
        .map(|_| {
            let at = next(frames.max(1));
            let channel = next(16) as u8;
            let (a, b) = (next(128) as u8, next(128) as u8);
            let midi = |bytes: &[u8]| Command::Midi(MidiWord::new(bytes).expect("legal by construction"));
            let value = match next(20) {
                0..=8 => midi(&[0x90 | channel, a, b]),
                9..=12 => midi(&[0x80 | channel, a, b]),
                13 => midi(&[0xB0 | channel, a, b]),
                14 => midi(&[0xE0 | channel, a, b]),
                15 => midi(&[0xC0 | channel, a % 4]),
                16 => midi(&[0xD0 | channel, a]),
                17 => Command::Parameter { id: ParamId(next(14) as u8), value: next(1001) as f32 / 1000.0 },
                18 => Command::Bypass { effect: EffectId(next(7) as u8), bypassed: next(2) == 0 },
                _ if next(10) == 0 => Command::Panic,
                _ => {
                    let mut order = [0, 1, 2, 3, 4, 5, 6].map(EffectId);
                    order.swap(next(7) as usize, next(7) as usize);
                    Command::Order(order)
                }
            };
            Timed { at, value }
        })
        .collect();
    commands.sort_by_key(|command| command.at);
    commands
}
