//! Which parts an event starts: their conditions, and whose turn it is.

use super::aim::Cue;
use super::keys::Keys;
use super::kit::Kit;
use super::link::Source;
use super::part::{Part, Trigger};
use super::senses::Senses;
use crate::channel::Channel;

/// Beats a minute, until somebody tells the synth.
const TEMPO: f32 = 120.0;

/// An event, and what parts may ask of it.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    pub cue: Cue,
    pub channel: &'a Channel,
    pub keys: &'a Keys,
    /// The key of the note before this one.
    pub previous: Option<u8>,
}

impl Moment<'_> {
    /// True if every condition of the part is met, but for its trigger and its turn.
    pub fn admits(&self, kit: &Kit<'_>, part: &Part) -> bool {
        let cue = &self.cue;
        let by_note = cue.trigger != Trigger::Control;
        let struck = self.keys.struck(cue.key);
        let senses = Senses { channel: self.channel, cue, pressure: struck.pressure };
        let velocity = if part.has(Part::PREVIOUS_VELOCITY) { struck.previous_velocity } else { cue.velocity };
        (!by_note || within(part.keys, cue.key) && within(part.velocities, velocity))
            && within(part.channels, cue.channel)
            && cue.random >= part.random[0]
            && (cue.random < part.random[1] || part.random[1] >= 1.0)
            && within(part.key_pressure, struck.pressure)
            && within(part.channel_pressure, self.channel.pressure())
            && within(part.bend, (self.channel.wheel() * 8192.0) as i16)
            && (part.tempo[0]..=part.tempo[1]).contains(&TEMPO)
            && self.is_switched_on(part)
            && kit.ranges.run(part.conditions).all(|range| {
                range.contains(Source::from_number(range.control).map_or(0.0, |source| condition(&senses, source)))
            })
    }

    fn is_switched_on(&self, part: &Part) -> bool {
        let is_key = |key: u8| key != Part::NO_KEY;
        let [low, high] = part.switch_last;
        let default = Some(part.switch_default).filter(|&key| is_key(key));
        let last_fits = || self.keys.last_switch.or(default).is_some_and(|key| within(part.switch_last, key));
        (low > high || last_fits())
            && (!is_key(part.switch_down) || self.keys.is_down(part.switch_down))
            && (!is_key(part.switch_up) || !self.keys.is_down(part.switch_up))
            && (!is_key(part.switch_previous) || self.previous == Some(part.switch_previous))
    }
}

/// A source as conditions have it: all that they are compared with was divided by 127, whole keys too.
fn condition(senses: &Senses<'_>, source: Source) -> f32 {
    let value = senses.read(source);
    if matches!(source, Source::KeyDelta | Source::KeyDeltaAbsolute) { value / 127.0 } else { value }
}

fn within<T: PartialOrd + Copy>([low, high]: [T; 2], value: T) -> bool {
    low <= value && value <= high
}

/// The counters of round robin.
#[derive(Clone, Debug)]
pub struct Turns {
    turns: [Turn; Kit::MAX_SEQUENCES as usize],
}

#[derive(Clone, Copy, Debug)]
struct Turn {
    /// Events so far.
    count: u32,
    /// The last of them.
    event: u32,
}

impl Turns {
    /// Everybody begins with the first.
    pub fn new() -> Self {
        Self { turns: [Turn { count: 0, event: 0 }; Kit::MAX_SEQUENCES as usize] }
    }

    /// Counts the event, which is not 0, for the part's counter: once, however many parts share it. True if it is the
    /// part's turn.
    pub fn advance(&mut self, part: &Part, event: u32) -> bool {
        if part.sequence_length > 1
            && let Some(turn) = self.turns.get_mut(usize::from(part.sequence))
            && turn.event != event
        {
            *turn = Turn { count: turn.count.wrapping_add(1), event };
        }
        self.has(part)
    }

    /// True if the last event counted was the part's turn; before the first one it is nobody's.
    pub fn has(&self, part: &Part) -> bool {
        if part.sequence_length <= 1 {
            return true;
        }
        let Some(turn) = self.turns.get(usize::from(part.sequence)) else { return false };
        let now = turn.count.checked_sub(1).and_then(|count| count.checked_rem(u32::from(part.sequence_length)));
        now.is_some_and(|now| now + 1 == u32::from(part.sequence_position))
    }
}
