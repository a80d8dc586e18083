//! Standard MIDI Files that the tests compose, byte by byte through `midly`.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

/// Milliseconds per tick of every [`Song`].
pub const TICK_MS: u32 = 4;

/// A single-track song on a grid of [`TICK_MS`] milliseconds.
///
/// The grid is coarse on purpose: at 48 kHz four milliseconds are three blocks of 64 frames, so that a reference player
/// that quantises events to such blocks can be compared to the frame.
#[derive(Clone, Debug, Default)]
pub struct Song {
    events: Vec<(u32, u8, MidiMessage)>,
}

impl Song {
    /// An empty song.
    pub fn new() -> Self {
        Self::default()
    }

    /// Any channel message at a time in milliseconds (rounded down to the grid).
    pub fn at(&mut self, ms: u32, channel: u8, message: MidiMessage) -> &mut Self {
        self.events.push((ms / TICK_MS, channel, message));
        self
    }

    /// A program change.
    pub fn program(&mut self, ms: u32, channel: u8, program: u8) -> &mut Self {
        self.at(ms, channel, MidiMessage::ProgramChange { program: u7::new(program) })
    }

    /// A control change.
    pub fn control(&mut self, ms: u32, channel: u8, controller: u8, value: u8) -> &mut Self {
        self.at(ms, channel, MidiMessage::Controller { controller: u7::new(controller), value: u7::new(value) })
    }

    /// A note with its end.
    pub fn note(&mut self, ms: u32, channel: u8, key: u8, velocity: u8, length_ms: u32) -> &mut Self {
        let (key, vel) = (u7::new(key), u7::new(velocity));
        self.at(ms, channel, MidiMessage::NoteOn { key, vel });
        self.at(ms + length_ms, channel, MidiMessage::NoteOff { key, vel: u7::new(64) })
    }

    /// A dense General MIDI band: fifteen programs and percussion, chords, bends, pedals and controllers, for `secs`.
    pub fn dense(secs: u32) -> Self {
        let mut song = Self::new();
        for channel in (0..16).filter(|channel| *channel != 9) {
            let program = channel * 8 % 128 + channel / 4;
            song.program(0, channel, program).control(0, channel, 7, 80).control(0, channel, 10, channel * 8);
        }
        for beat in 0..secs * 4 {
            let at = beat * 250;
            let root = [45, 41, 48, 43][beat as usize / 8 % 4];
            for channel in 0..16 {
                let step = beat as u8 % 16;
                match channel {
                    9 => song.note(at, 9, [36, 42, 38, 42][usize::from(step % 4)], 90, 100),
                    _ if (step + channel).is_multiple_of(2) => {
                        let key = root + [0, 12, 16, 19, 24][usize::from((step + channel) % 5)];
                        song.note(at, channel, key, 50 + step * 4, 900)
                    }
                    _ => &mut song,
                };
            }
            if beat % 8 == 0 {
                let channel = (beat / 8 % 8) as u8;
                song.control(at, channel, 64, 127).control(at + 900, channel, 64, 0).control(at, channel, 1, 40);
                let bend = midly::PitchBend(midly::num::u14::new(9_000));
                song.at(at + 500, channel, MidiMessage::PitchBend { bend });
                let bend = midly::PitchBend(midly::num::u14::new(8_192));
                song.at(at + 1_000, channel, MidiMessage::PitchBend { bend });
            }
        }
        song
    }

    /// Channel messages in the song.
    pub fn events(&self) -> usize {
        self.events.len()
    }

    /// The file's bytes: format 0, with an end of track at `end_ms` or at the last event if that is later.
    pub fn bytes(&self, end_ms: u32) -> Vec<u8> {
        let mut events = self.events.clone();
        events.sort_by_key(|(tick, ..)| *tick);
        let tempo = MetaMessage::Tempo(u24::new(500_000));
        let mut track = vec![TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(tempo) }];
        let mut now = 0;
        for (tick, channel, message) in events {
            let kind = TrackEventKind::Midi { channel: u4::new(channel), message };
            track.push(TrackEvent { delta: u28::new(tick - now), kind });
            now = tick;
        }
        let delta = u28::new((end_ms / TICK_MS).saturating_sub(now));
        track.push(TrackEvent { delta, kind: TrackEventKind::Meta(MetaMessage::EndOfTrack) });
        // 500 ms a quarter in ticks.
        let timing = Timing::Metrical(u15::new((500 / TICK_MS) as u16));
        let mut bytes = Vec::new();
        let smf = Smf { header: Header::new(Format::SingleTrack, timing), tracks: vec![track] };
        smf.write_std(&mut bytes).expect("writing to memory");
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_song_reads_back() {
        let mut song = Song::new();
        song.program(0, 3, 9).note(8, 3, 60, 100, 500).note(4, 3, 64, 1, 4);
        let bytes = song.bytes(1000);
        let smf = Smf::parse(&bytes).unwrap();
        let ticks: Vec<u32> = smf.tracks[0].iter().map(|e| e.delta.as_int()).collect();
        assert_eq!(ticks, [0, 0, 1, 1, 0, 125, 123]);
        assert_eq!(song.events(), 5);
    }
}
