//! The recordings of a kit as one synth plays them.

use super::Samples;
use super::feeder::Feeder;
use super::memory::Held;
use super::slot::{CHUNKS, Slot, Wish};
use ripieno_ring::spsc;
use ripieno_synth::sampler::{Frames, Waves};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

/// Voices that read from disk at once at most; further ones fall silent behind what lies in memory.
const MOST_STREAMS: usize = 256;
/// How long one who may wait does so before it looks again.
const PATIENCE: Duration = Duration::from_micros(200);

/// What the voices of one synth read, over [`Samples`] that are shared. A copy shares them too, for another synth.
#[derive(Debug)]
pub struct Streams {
    samples: Arc<Samples>,
    desk: RefCell<Desk>,
    is_patient: bool,
}

#[derive(Debug)]
struct Desk {
    /// What each reader plays, and its slot if it needs one.
    readers: Box<[Reader]>,
    slots: Box<[Slot]>,
    /// Slots that nobody has.
    free: Vec<u16>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Reader {
    wave: Option<u32>,
    slot: Option<u16>,
}

impl Streams {
    /// For a synth of so many voices. Control: allocates.
    pub fn new(samples: &Arc<Samples>, voices: usize) -> Self {
        // Twice: a voice that was stolen fades while its successor sounds.
        let readers = vec![Reader::default(); 2 * voices].into_boxed_slice();
        let count = samples.lanes().map_or(0, |_| readers.len().min(MOST_STREAMS).min(samples.streams()));
        let pairs = (0..count).map(|_| {
            let (producer, consumer) = spsc::channel(CHUNKS);
            let wish = Arc::new(Wish::default());
            (Slot::new(wish.clone(), consumer), Feeder::new(wish, producer))
        });
        let (slots, feeders): (Vec<_>, Vec<_>) = pairs.unzip();
        if let Some(lanes) = samples.lanes() {
            lanes.add(feeders);
        }
        let desk = Desk { readers, slots: slots.into(), free: (0..count as u16).rev().collect() };
        Self { samples: samples.clone(), desk: RefCell::new(desk), is_patient: false }
    }

    /// The same where no deadline is to be met: reading waits for frames instead of giving silence, so that a
    /// rendering is the same every time. Never for an audio thread. Control.
    pub fn patient(mut self) -> Self {
        self.is_patient = true;
        self
    }

    /// What they read. Any.
    pub fn samples(&self) -> &Arc<Samples> {
        &self.samples
    }
}

impl Clone for Streams {
    fn clone(&self) -> Self {
        let voices = self.desk.borrow().readers.len() / 2;
        Self { is_patient: self.is_patient, ..Self::new(&self.samples, voices) }
    }
}

impl Desk {
    /// A reader's slot, which it has from now on if one is free.
    fn slot(&mut self, reader: u16) -> Option<(&mut Slot, bool)> {
        let place = self.readers.get_mut(usize::from(reader))?;
        let is_new = place.slot.is_none();
        if is_new {
            place.slot = self.free.pop();
        }
        Some((self.slots.get_mut(usize::from(place.slot?))?, is_new))
    }

    fn release(&mut self, reader: u16) {
        let slot = self.readers.get_mut(usize::from(reader)).and_then(|place| place.slot.take());
        if let Some(slot) = slot {
            // As many as there are slots, for which there is room.
            self.free.push(slot);
            if let Some(slot) = self.slots.get_mut(usize::from(slot)) {
                slot.stop();
            }
        }
    }

    fn start(&mut self, reader: u16, held: &Held, wave: u32, at: u32) {
        let Some(place) = self.readers.get_mut(usize::from(reader)) else { return };
        place.wave = Some(wave);
        // Reading begins where memory ends.
        let mut begin = at;
        while let Some(end) = held.end_of(begin) {
            begin = end;
        }
        if begin >= held.frames() {
            self.release(reader);
        } else if let Some((slot, _)) = self.slot(reader) {
            slot.start(wave, begin);
        }
    }

    /// Fills both sides, of one length unless the right one is empty, if all of it is there: from memory, from what was read ahead, and beyond the wave with silence.
    /// Who is patient waits until it is.
    fn read(&mut self, reader: u16, held: &Held, at: u32, [left, right]: [&mut [f32]; 2], is_patient: bool) -> bool {
        let end = at.saturating_add(left.len() as u32);
        let pieces = || Pieces { held, at, end };
        let on_disk = pieces().filter_map(|(place, range)| (place == Place::Disk).then_some(range));
        // What lies between two pieces on disk is read ahead with them.
        if let Some(range) = on_disk.reduce(|first, last| [first[0], last[1]]) {
            let wave = self.readers.get(usize::from(reader)).and_then(|place| place.wave);
            let (Some(wave), Some((slot, is_new))) = (wave, self.slot(reader)) else { return false };
            if is_new {
                slot.start(wave, range[0]);
            }
            while !slot.fetch(range) {
                if !is_patient || slot.is_abandoned() {
                    return false;
                }
                std::thread::sleep(PATIENCE);
            }
        }
        for (place, [from, to]) in pieces() {
            let range = (from - at) as usize..(to - at) as usize;
            let sides = [&mut left[range.clone()], right.get_mut(range).unwrap_or_default()];
            match place {
                Place::Memory => held.copy(from, sides),
                Place::Disk => _ = self.slot(reader).map(|(slot, _)| slot.copy(from, sides)),
                Place::Beyond => sides.into_iter().for_each(|side| side.fill(0.0)),
            }
        }
        true
    }
}

/// Where frames lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Memory,
    Disk,
    /// Behind the last one.
    Beyond,
}

/// The pieces of a range in order: at most two more than stretches of memory in it.
struct Pieces<'a> {
    held: &'a Held,
    at: u32,
    end: u32,
}

impl Iterator for Pieces<'_> {
    type Item = (Place, [u32; 2]);

    fn next(&mut self) -> Option<Self::Item> {
        let Self { held, at: from, end } = *self;
        if from >= end {
            return None;
        }
        let (place, to) = if from >= held.frames() {
            (Place::Beyond, end)
        } else if let Some(stretch) = held.end_of(from) {
            (Place::Memory, stretch)
        } else {
            (Place::Disk, held.next_start(from).min(held.frames()))
        };
        self.at = to.min(end);
        Some((place, [from, self.at]))
    }
}

/// No method waits for another: a desk belongs to the thread that its streams belong to.
impl Waves for &Streams {
    fn head(&self, wave: u32) -> Frames<'_> {
        self.samples.wave(wave).map_or(Frames::NONE, Held::head)
    }

    fn start(&self, reader: u16, wave: u32, at: u32) {
        if let (Some(held), Ok(mut desk)) = (self.samples.wave(wave), self.desk.try_borrow_mut()) {
            desk.start(reader, held, wave, at);
        }
    }

    fn read(&self, reader: u16, at: u32, out: [&mut [f32]; 2]) -> bool {
        let Ok(mut desk) = self.desk.try_borrow_mut() else { return false };
        let wave = desk.readers.get(usize::from(reader)).and_then(|place| place.wave);
        let held = wave.and_then(|wave| self.samples.wave(wave));
        held.is_some_and(|held| desk.read(reader, held, at, out, self.is_patient))
    }

    fn stop(&self, reader: u16) {
        if let Ok(mut desk) = self.desk.try_borrow_mut() {
            desk.release(reader);
            if let Some(place) = desk.readers.get_mut(usize::from(reader)) {
                place.wave = None;
            }
        }
    }
}
