//! The music that all entrants play: events on a 64-frame grid, so that those who round events there lose nothing.

/// A message as it travels; program changes leave the third byte at 0.
pub type Event = [u8; 3];

/// Events in time order.
pub struct Score {
    pub name: String,
    /// Block number and event.
    events: Vec<(usize, Event)>,
    blocks: usize,
}

/// Blocks of 64 frames a second at 44.1 kHz, nearly.
const BLOCKS_A_SECOND: usize = 689;

/// Programs of TimGM6mb whose notes are one looped voice that does not die away.
const SUSTAINING: [u8; 4] = [16, 56, 65, 73];

impl Score {
    /// `notes` held notes over fifteen channels for `secs` seconds.
    pub fn sustained(notes: usize, secs: usize) -> Self {
        Self { name: format!("{notes} held notes"), events: held(notes, 0), blocks: secs * BLOCKS_A_SECOND }
    }

    /// `notes` held notes, and as many more all at once half a second later.
    pub fn struck(notes: usize) -> Self {
        let mut events = held(notes, 0);
        let again = held(notes, BLOCKS_A_SECOND / 2);
        events.extend(again.into_iter().filter(|(_, event)| event[0] & 0xF0 == 0x90).map(|(at, mut event)| {
            event[1] += 1;
            (at, event)
        }));
        Self { name: format!("{notes} struck notes"), events, blocks: BLOCKS_A_SECOND }
    }

    /// `notes` held notes of one channel, a semitone apart, around the middle of the keyboard.
    pub fn spread(notes: usize, secs: usize) -> Self {
        let lowest = 64 - notes as u8 / 2;
        let events = (0..notes as u8).map(|note| (0, [0x90, lowest + note, 100])).collect();
        Self { name: format!("{notes} notes"), events, blocks: secs * BLOCKS_A_SECOND }
    }

    /// `notes` held notes, of which every second a sixteenth is struck anew.
    pub fn restruck(notes: usize, secs: usize) -> Self {
        let mut events = held(notes, 0);
        let strikes: Vec<Event> = events.iter().map(|(_, event)| *event).filter(|e| e[0] & 0xF0 == 0x90).collect();
        for sec in 1..secs {
            for [status, key, velocity] in strikes.iter().skip(sec % 16).step_by(16) {
                events.push((sec * BLOCKS_A_SECOND, [status & 0x8F, *key, 0]));
                events.push((sec * BLOCKS_A_SECOND, [*status, *key, *velocity]));
            }
        }
        Self {
            name: format!("{notes} notes, a sixteenth struck anew every second"),
            events,
            blocks: secs * BLOCKS_A_SECOND,
        }
    }

    /// A full General MIDI arrangement: sixteen parts, chords, runs, drums, bends and swells.
    pub fn dense(secs: usize) -> Self {
        const PROGRAMS: [u8; 16] = [0, 33, 25, 48, 52, 56, 61, 65, 73, 0, 4, 11, 16, 88, 40, 80];
        let mut events = Vec::new();
        for (channel, program) in (0_u8..).zip(PROGRAMS) {
            events.push((0, [0xC0 | channel, program, 0]));
            events.push((0, [0xB0 | channel, 7, 90]));
        }
        let beat = BLOCKS_A_SECOND / 4;
        for step in 0..secs * 4 {
            let at = step * beat;
            let root = [48, 45, 41, 43][step / 8 % 4];
            for channel in 0..16_u8 {
                let own = step + usize::from(channel);
                if channel == 9 {
                    for key in [36 + 2 * (step % 2) as u8, 42] {
                        note(&mut events, channel, key, at, beat / 2);
                    }
                } else if own % 4 == 0 {
                    for interval in [0, 4, 7, 12] {
                        note(&mut events, channel, root + interval + 12 * (channel % 3), at, beat * 4);
                    }
                } else if channel % 3 == 0 {
                    note(&mut events, channel, root + 12 + [0, 2, 4, 7, 9][own % 5], at, beat);
                }
                if own % 16 == 7 {
                    for bend in 0..32 {
                        events.push((at + bend as usize * beat / 32, [0xE0 | channel, 0, 64 + bend]));
                        events.push((at + bend as usize * beat / 32, [0xB0 | channel, 11, 64 + bend]));
                    }
                    events.push((at + beat, [0xE0 | channel, 0, 64]));
                }
            }
        }
        let blocks = secs * BLOCKS_A_SECOND;
        events.retain(|(at, _)| *at < blocks);
        // Note-offs before note-ons of one moment.
        events.sort_by_key(|(at, event)| (*at, event[0] & 0xF0 == 0x90));
        Self { name: "dense General MIDI".into(), events, blocks }
    }

    /// The events of every block, silent ones included.
    pub fn blocks(&self, frames: usize) -> impl Iterator<Item = Vec<Event>> + '_ {
        assert_eq!(frames, 64, "scores are written for blocks of 64 frames");
        let mut rest = self.events.as_slice();
        (0..self.blocks).map(move |block| {
            let due = rest.partition_point(|(at, _)| *at <= block);
            let (now, later) = rest.split_at(due);
            rest = later;
            now.iter().map(|(_, event)| *event).collect()
        })
    }

    /// The score as a Standard MIDI File whose tick is a block at 44.1 kHz.
    pub fn to_smf(&self) -> Vec<u8> {
        let mut track = Vec::new();
        // 441 ticks a quarter that lasts 640 ms: a tick is 64 frames to within a nanosecond a second.
        track.extend([0, 0xFF, 0x51, 3, 0x09, 0xC4, 0x00]);
        let mut now = 0;
        for (at, event) in &self.events {
            length(&mut track, at - now);
            now = *at;
            track.extend(&event[..if event[0] & 0xF0 == 0xC0 { 2 } else { 3 }]);
        }
        length(&mut track, self.blocks.saturating_sub(now));
        // fluidsynth renders for as long as anything sounds.
        for channel in 0..16 {
            track.extend([0xB0 | channel, 120, 0, 0]);
        }
        track.extend([0xFF, 0x2F, 0]);
        let mut file = b"MThd\0\0\0\x06\0\0\0\x01\x01\xB9MTrk".to_vec();
        file.extend((track.len() as u32).to_be_bytes());
        file.extend(track);
        file
    }

    /// Frames in all.
    pub fn frames(&self) -> usize {
        self.blocks * 64
    }

    /// The same music cut short.
    pub fn first(&self, blocks: usize) -> Self {
        let events = self.events.iter().filter(|(at, _)| *at <= blocks).copied().collect();
        Self { name: self.name.clone(), events, blocks }
    }
}

fn held(notes: usize, at: usize) -> Vec<(usize, Event)> {
    let mut events = Vec::new();
    for note in 0..notes {
        // Fifteen melodic channels.
        let channel = [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15][note % 15];
        if note < 15 {
            events.push((at, [0xC0 | channel, SUSTAINING[note % 4], 0]));
        }
        events.push((at, [0x90 | channel, 48 + 2 * (note / 15) as u8, 100]));
    }
    events
}

fn note(events: &mut Vec<(usize, Event)>, channel: u8, key: u8, at: usize, length: usize) {
    events.push((at, [0x90 | channel, key, 80 + (at % 40) as u8]));
    events.push((at + length - 1, [0x80 | channel, key, 0]));
}

fn length(track: &mut Vec<u8>, ticks: usize) {
    let mut started = false;
    for shift in [21, 14, 7, 0] {
        let bits = (ticks >> shift & 0x7F) as u8;
        started |= bits != 0 || shift == 0;
        if started {
            track.push(bits | if shift > 0 { 0x80 } else { 0 });
        }
    }
}
