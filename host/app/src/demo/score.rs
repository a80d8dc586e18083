//! A score in bars and sixteenths, and how it becomes commands in frames.

use ripieno_types::midi::MidiWord;
use ripieno_types::{Command, ParamId, SampleRate, Timed};

/// Sixteenths a bar: 4/4.
pub const BAR: u32 = 16;
/// Ticks a sixteenth: fine enough to let notes breathe before the next.
const TICKS: u32 = 8;
/// Beats a minute.
const TEMPO: u32 = 96;

/// One note of a line: its key, or [`REST`], and its length in sixteenths.
pub type Step = (u8, u32);
/// No key: silence.
pub const REST: u8 = 0xFF;

/// How a part plays its notes.
#[derive(Clone, Copy, Debug)]
pub struct Touch {
    /// MIDI channel, from 0.
    pub channel: u8,
    /// Velocity of an unaccented note.
    pub velocity: u8,
    /// Added on the first beat of a bar, half of it on the third.
    pub accent: u8,
    /// How much of its length a note is held, in eighths.
    pub hold: u32,
}

/// Commands in order of composition, each at a tick.
#[derive(Debug, Default)]
pub struct Score {
    commands: Vec<(u32, Command)>,
    end: u32,
}

impl Score {
    /// A channel's set-up: program, pan and volume, at the start.
    pub fn part(&mut self, channel: u8, program: u8, pan: u8, volume: u8) {
        self.midi(0, &[0xC0 | channel, program]);
        self.control(0, channel, 10, pan);
        self.control(0, channel, 7, volume);
    }

    /// A controller at a sixteenth.
    pub fn control(&mut self, at: u32, channel: u8, controller: u8, value: u8) {
        self.midi(at * TICKS, &[0xB0 | channel, controller, value]);
    }

    /// One note of `length` sixteenths.
    pub fn note(&mut self, at: u32, key: u8, length: u32, touch: Touch) {
        let accent = match at % BAR {
            0 => touch.accent,
            8 => touch.accent / 2,
            _ => 0,
        };
        let velocity = (touch.velocity + accent).min(127);
        let (start, held) = (at * TICKS, (length * TICKS * touch.hold / 8).max(1));
        self.midi(start, &[0x90 | touch.channel, key, velocity]);
        self.midi(start + held, &[0x80 | touch.channel, key, 64]);
        self.end = self.end.max(start + length * TICKS);
    }

    /// Notes one after the other.
    pub fn line(&mut self, mut at: u32, steps: &[Step], touch: Touch) {
        for &(key, length) in steps {
            if key != REST {
                self.note(at, key, length, touch);
            }
            at += length;
        }
    }

    /// Notes together.
    pub fn chord(&mut self, at: u32, keys: &[u8], length: u32, touch: Touch) {
        for &key in keys {
            self.note(at, key, length, touch);
        }
    }

    /// An effect's parameter that glides from one value to another, a step a sixteenth.
    pub fn glide(&mut self, id: ParamId, from: (u32, f32), to: (u32, f32)) {
        let span = to.0.saturating_sub(from.0).max(1);
        for step in 0..=span {
            let value = from.1 + (to.1 - from.1) * step as f32 / span as f32;
            self.commands.push(((from.0 + step) * TICKS, Command::Parameter { id, value }));
        }
    }

    /// An effect's parameter at a sixteenth.
    pub fn set(&mut self, at: u32, id: ParamId, value: f32) {
        self.commands.push((at * TICKS, Command::Parameter { id, value }));
    }

    /// The commands in order of time, and the length in frames.
    pub fn play(mut self, rate: SampleRate) -> (Vec<Timed<Command>>, u64) {
        // Stable: what was written first at a tick comes first, and ends come before starts.
        self.commands.sort_by_key(|(tick, command)| (*tick, starts_a_note(command)));
        let frame = |tick: u32| u64::from(tick) * u64::from(rate.hz()) * 60 / u64::from(TEMPO * 4 * TICKS);
        let end = frame(self.end);
        (self.commands.into_iter().map(|(tick, value)| Timed { at: frame(tick), value }).collect(), end)
    }

    fn midi(&mut self, tick: u32, bytes: &[u8]) {
        let word = MidiWord::new(bytes).expect("the score writes whole words of seven-bit data");
        self.commands.push((tick, Command::Midi(word)));
    }
}

fn starts_a_note(command: &Command) -> bool {
    matches!(command, Command::Midi(word) if word.as_bytes()[0] & 0xF0 == 0x90)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_come_before_starts_and_time_is_exact() {
        let mut score = Score::default();
        let touch = Touch { channel: 0, velocity: 60, accent: 10, hold: 8 };
        score.line(0, &[(60, 4), (60, 4)], touch);
        let (commands, end) = score.play(SampleRate::STUDIO);
        let bytes: Vec<_> = commands
            .iter()
            .map(|timed| match timed.value {
                Command::Midi(word) => (timed.at, word.as_bytes().to_vec()),
                other => panic!("{other:?}"),
            })
            .collect();
        // A quarter of 96 a minute is 0.625 s.
        let expected = [
            (0, vec![0x90, 60, 70]),
            (30_000, vec![0x80, 60, 64]),
            (30_000, vec![0x90, 60, 60]),
            (60_000, vec![0x80, 60, 64]),
        ];
        assert_eq!((bytes, end), (expected.to_vec(), 60_000));
    }
}
