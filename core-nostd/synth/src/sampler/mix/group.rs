//! Up to eight filtered channels of voices on their way to the mix.

use super::Tones;
use super::loops::{self, Sections};
use crate::lanes::{CONTROL_FRAMES, LANES, Period, Ramp, Ramps, Sums};
use crate::sampler::section::{OPEN, Section};
use crate::sampler::tone::{SECTIONS, Tone};

/// A channel of a voice.
#[derive(Clone, Copy, Debug)]
struct Member {
    place: usize,
    channel: usize,
    /// How many sections it has.
    sections: usize,
}

/// A group that fills lane by lane.
#[derive(Clone, Debug)]
pub struct Group {
    frames: Period,
    sections: [Sections; SECTIONS],
    /// Which sections have terms that change.
    are_moving: [bool; SECTIONS],
    gains: [Ramps; 4],
    members: [Member; LANES],
    count: usize,
    has_sends: bool,
}

impl Group {
    /// Nobody in it.
    pub const EMPTY: Self = Self {
        frames: [[0.0; LANES]; CONTROL_FRAMES],
        sections: [Sections { states: [[0.0; LANES]; 2], terms: [Ramps::STILL; 6] }; SECTIONS],
        are_moving: [false; SECTIONS],
        gains: [Ramps::STILL; 4],
        members: [Member { place: 0, channel: 0, sections: 0 }; LANES],
        count: 0,
        has_sends: false,
    };

    /// True when nobody fits in any more.
    pub fn is_full(&self) -> bool {
        self.count >= LANES
    }

    /// Takes a channel of a voice and its frames `from..`.
    pub fn join(&mut self, place: usize, channel: usize, tone: &Tone, from: usize, frames: &[f32]) {
        let lane = self.count % LANES;
        for (row, frame) in self.frames.iter_mut().skip(from).zip(frames) {
            row[lane] = *frame;
        }
        self.members[lane] = Member { place, channel, sections: tone.active };
        let gains = tone.gains.get(channel).unwrap_or(&[Ramp { base: 0.0, slope: 0.0 }; 4]);
        for (ramps, gain) in self.gains.iter_mut().zip(gains) {
            ramps.set(lane, *gain);
        }
        self.has_sends |= gains.iter().skip(2).any(|gain| !gain.is_zero());
        let own = tone.sections.iter().take(tone.active);
        for ((sections, section), is_moving) in self.sections.iter_mut().zip(own).zip(&mut self.are_moving) {
            *is_moving |= section.is_moving();
            put(sections, lane, section, channel);
        }
        self.count += 1;
    }

    /// Filters and mixes frames `from..from + count`; returns each member's states.
    pub fn flush(&mut self, tones: &mut impl Tones, from: usize, count: usize, with_sends: bool, sums: &mut Sums) {
        let members = core::mem::take(&mut self.count).min(LANES);
        if members == 0 {
            return;
        }
        let depth = self.members.iter().take(members).map(|member| member.sections).max().unwrap_or(0);
        for lane in 0..LANES {
            let own = match self.members.get(lane) {
                Some(member) if lane < members => member.sections,
                _ => {
                    self.gains.iter_mut().for_each(|ramps| ramps.set(lane, Ramp::default()));
                    0
                }
            };
            let idle = self.sections.iter_mut().take(depth).skip(own);
            idle.for_each(|sections| put(sections, lane, &IDLE, 0));
        }
        let frames = self.frames.get_mut(from..(from + count).min(CONTROL_FRAMES)).unwrap_or(&mut []);
        for (sections, is_moving) in self.sections.iter_mut().zip(&mut self.are_moving).take(depth) {
            if core::mem::take(is_moving) {
                loops::filter_moving(sections, from, frames);
            } else {
                loops::filter_still(sections, frames);
            }
        }
        let has_sends = core::mem::take(&mut self.has_sends);
        loops::mix(frames, from, &self.gains, with_sends && has_sends, sums);
        let ends_period = from + count >= CONTROL_FRAMES;
        for (lane, member) in self.members.iter().enumerate().take(members) {
            let Some(tone) = tones.tone(member.place) else { continue };
            for (section, sections) in tone.sections.iter_mut().zip(&self.sections).take(member.sections) {
                let [low, band] = &sections.states;
                section.keep(member.channel, [low[lane % LANES], band[lane % LANES]], ends_period);
            }
        }
    }
}

/// For lanes without a section.
const IDLE: Section = {
    let mut section = Section::OPEN;
    section.terms[3].base = OPEN[3];
    section
};

/// Puts one lane's section in.
fn put(sections: &mut Sections, lane: usize, section: &Section, channel: usize) {
    for (states, state) in sections.states.iter_mut().zip(section.states.get(channel).unwrap_or(&[0.0; 2])) {
        states[lane % LANES] = *state;
    }
    for (ramps, term) in sections.terms.iter_mut().zip(&section.terms) {
        ramps.set(lane, *term);
    }
}
