//! What controllers and page are shown: lights and values, the newest only, at a rate that no wire chokes on.

use super::Mapper;
use super::act::wire_channel;
use super::cell::{Cell, Gesture, KNOWN, QUEUED, REARM, TELL};
use super::output::{MappingId, Output};
use super::target::Marks;
use crate::setup::{Light, Mapping, SetupRead};
use crate::source::{Address, Control, DeviceId, Source, Spot};
use crate::value;
use core::ops::Range;
use heapless::Vec;
use ripieno_types::midi::{ControlFunction, MidiWord, Note, U7};

/// Lights sent a second at most, in the long run: half of what a DIN cable carries.
pub const LIGHTS_PER_SECOND: u32 = 500;
/// Lights sent at once at most, after a pause.
const BURST: u64 = 16;
/// Microseconds that a light takes.
const COST: u64 = 1_000_000 / LIGHTS_PER_SECOND as u64;
/// Mappings looked at by one tick ...
const AT_ONCE: usize = 4;
/// ... and microseconds until the next.
const PAUSE: u64 = 250;
/// Slots looked at and mappings told by one tick, so that the slot that goes beyond is the last.
const TOLD: usize = 6;
/// Microseconds between two times that mappings of a shared value are told of it.
const TELL_EVERY: u64 = 10_000;

/// What waits to be shown.
#[derive(Debug)]
pub(super) struct Lights<const RARE: usize> {
    /// How many mappings wait, each with a mark of its own.
    waiting: u16,
    /// The mapping to be looked at next: they take turns, from the one on that waited first.
    next: u16,
    dark: Vec<(DeviceId, MidiWord), RARE>,
    /// When everything sent so far has had its time.
    paid_until: u64,
    /// When the queue may be looked at again.
    rests_until: u64,
    /// When shared values may be told again.
    tells_at: u64,
    /// Those that are being told, and the next slot to be told of them.
    telling: Marks,
    tells_slot: u8,
}

impl<const RARE: usize> Lights<RARE> {
    pub const fn new() -> Self {
        Self {
            waiting: 0,
            next: 0,
            dark: Vec::new(),
            paid_until: 0,
            rests_until: 0,
            tells_at: 0,
            telling: Marks::NONE,
            tells_slot: 0,
        }
    }

    /// When the next light may be sent.
    const fn free_at(&self) -> u64 {
        self.paid_until.saturating_sub((BURST - 1) * COST)
    }

    fn pay(&mut self, now: u64) {
        self.paid_until = self.paid_until.max(now).saturating_add(COST);
    }
}

impl<
    S: SetupRead,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
> Mapper<S, MAPPINGS, DEVICES, HELD, KNOBS, RARE>
{
    /// A mapping has something new to show, if it can show it.
    pub(super) fn show_mapping(&mut self, mapping: u16) {
        if self.setup.light(mapping).is_some_and(|light| light != Light::None) {
            self.enqueue(mapping);
        }
    }

    /// Some mappings may show something else now, or their controllers think so.
    pub(super) fn show_again(&mut self, mappings: &Range<u16>) {
        for mapping in mappings.clone() {
            self.show_mapping(mapping);
        }
    }

    /// Everything that a device shows.
    pub(super) fn show_device(&mut self, device: DeviceId) {
        for slot in 0..super::slots::SLOTS {
            for mapping in self.slots.mappings(slot) {
                let at = self.setup.spot(mapping).map(Spot::device);
                if at.is_some_and(|at| at == 0 || at == u32::from(device.0) + 1) {
                    self.show_mapping(mapping);
                }
            }
        }
    }

    /// Everything in reach, values too: nothing that waited before has a meaning any more.
    pub(super) fn show_all(&mut self) {
        for cell in &mut self.cells {
            cell.clear(QUEUED);
        }
        self.lights.waiting = 0;
        for slot in 0..super::slots::SLOTS {
            for mapping in self.slots.mappings(slot) {
                if let Some(cell) = self.cell(mapping) {
                    cell.set(TELL);
                }
                self.enqueue(mapping);
            }
        }
    }

    pub(super) fn enqueue(&mut self, mapping: u16) {
        let Some(cell) = self.cells.get_mut(usize::from(mapping)) else { return };
        if !cell.is(QUEUED) {
            cell.set(QUEUED);
            if self.lights.waiting == 0 {
                self.lights.next = mapping;
            }
            self.lights.waiting += 1;
        }
    }

    /// A light of a mapping that is gone is to go out, unless another has it now. Those that find no room stay lit.
    pub(super) fn darken(&mut self, own: &Mapping) {
        if let Light::Own { off, .. } = own.light
            && !self.is_lit(&own.at)
            && let Some(word) = word(&own.at, value::from_7(off))
        {
            _ = self.lights.dark.push((device(&own.at), word));
        }
    }

    /// Shows what there is time for: nothing where timers ended, as this is due again at once.
    pub(super) fn show(&mut self, now: u64, ended: usize, each: &mut dyn FnMut(Output)) {
        if ended > 0 {
            return;
        }
        if self.has_news() && now >= self.lights.tells_at && self.tell_some(now, each) > 0 {
            return;
        }
        if now < self.lights.rests_until {
            return;
        }
        while now >= self.lights.free_at() {
            let Some((device, word)) = self.lights.dark.pop() else { break };
            self.lights.pay(now);
            each(Output::Light { device, word });
        }
        for _ in 0..AT_ONCE {
            let Some(mapping) = self.next_waiting() else { return };
            let light = self.light(mapping);
            if light.is_some() && now < self.lights.free_at() {
                return;
            }
            self.lights.waiting -= 1;
            self.lights.next = mapping + 1;
            self.tell(mapping, each);
            if let Some((device, word)) = light {
                self.lights.pay(now);
                each(Output::Light { device, word });
            }
        }
        self.lights.rests_until = now.saturating_add(PAUSE);
    }

    /// The next mapping in turn that waits. Walks over those that do not.
    fn next_waiting(&self) -> Option<u16> {
        if self.lights.waiting == 0 {
            return None;
        }
        let (before, after) = self.cells.split_at_checked(usize::from(self.lights.next)).unwrap_or((&self.cells, &[]));
        let waits = |cells: &[Cell]| cells.iter().position(|cell| cell.is(QUEUED));
        let place = waits(after).map(|place| place + before.len()).or_else(|| waits(before))?;
        Some(place as u16)
    }

    pub(super) fn show_due(&self) -> Option<u64> {
        let waits = self.lights.waiting > 0 || !self.lights.dark.is_empty();
        let shown = waits.then(|| self.lights.free_at().max(self.lights.rests_until).max(self.now));
        let told = self.has_news().then(|| self.lights.tells_at.max(self.now));
        [shown, told].into_iter().flatten().min()
    }

    /// True when shared values have changed that not all mappings were told of.
    fn has_news(&self) -> bool {
        !self.lights.telling.is_empty() || self.targets.is_changed()
    }

    /// Tells mappings in reach of values that they share, slot by slot, and leaves the rest to the next tick once there were
    /// enough of them. Returns how many there were.
    fn tell_some(&mut self, now: u64, each: &mut dyn FnMut(Output)) -> usize {
        if self.lights.telling.is_empty() {
            (self.lights.telling, self.lights.tells_slot) = (self.targets.take_changed(), 0);
        }
        let (mut told, mut looked) = (0, 0);
        while told + looked < TOLD && usize::from(self.lights.tells_slot) < super::slots::SLOTS {
            let slot = usize::from(self.lights.tells_slot);
            looked += usize::from(!self.slots.mappings(slot).is_empty());
            told += self.tell_slot(slot, self.lights.telling, each);
            self.lights.tells_slot += 1;
        }
        let is_done = usize::from(self.lights.tells_slot) >= super::slots::SLOTS;
        self.lights.tells_at = now.saturating_add(if is_done { TELL_EVERY } else { PAUSE });
        if is_done {
            self.lights.telling = Marks::NONE;
        }
        told
    }

    /// Tells a mapping's value if that was asked for and somebody knows it.
    fn tell(&mut self, mapping: u16, each: &mut dyn FnMut(Output)) {
        self.catch_up(mapping);
        let positions = &self.positions;
        let Some(cell) = self.cells.get_mut(usize::from(mapping)) else { return };
        cell.clear(QUEUED);
        if !cell.take(TELL) {
            return;
        }
        if let (Gesture::Knob(mut state), Some(at), true) = (cell.gesture(), self.setup.spot(mapping), cell.is(REARM)) {
            state.found(positions.find(|control| at.meets(control)), cell.way);
            cell.set_gesture(Gesture::Knob(state));
        }
        let (is_known, value) = (cell.is(KNOWN), cell.value);
        let distance = self.distance(mapping);
        if is_known {
            each(Output::Value { by: MappingId(mapping), value, distance });
        }
    }

    /// What a mapping's control should show: off when the mapping is out of reach, nothing when it has no light or another
    /// mapping shows there.
    fn light(&mut self, mapping: u16) -> Option<(DeviceId, MidiWord)> {
        self.catch_up(mapping);
        let mut own = Mapping::NOTHING;
        let cell = self.look(mapping, &mut own)?;
        let Light::Own { off, on } = own.light else { return None };
        let (kind, bank) = self.slot_of(&concrete(&own.at))?;
        let level = if self.slots.at(kind, bank).mappings.contains(&mapping) {
            let way = match cell.is_button() {
                true if self.is_on(mapping) => u16::MAX,
                true => 0,
                false => cell.way,
            };
            between(value::from_7(off), value::from_7(on), way)
        } else if self.is_lit(&own.at) {
            return None;
        } else {
            value::from_7(off)
        };
        Some((device(&own.at), word(&own.at, level)?))
    }

    /// True when a mapping in reach lights this address.
    fn is_lit(&self, at: &Address) -> bool {
        let Some((kind, bank)) = self.slot_of(&concrete(at)) else { return false };
        let mut group = self.setup.group(self.slots.at(kind, bank).mappings, at.spot());
        group.any(|mapping| self.setup.light(mapping).is_some_and(|light| light != Light::None))
    }
}

/// The control that a light is on: of an address without a channel, the first.
fn concrete(at: &Address) -> Control {
    let channel = if at.source.is_system() { None } else { at.channel.or(Some(0)) };
    Control { source: at.source, device: device(at), channel }
}

fn device(at: &Address) -> DeviceId {
    at.device.unwrap_or(DeviceId::UNKNOWN)
}

/// A share of the way from one level to another.
fn between(from: u16, to: u16, share: u16) -> u16 {
    let part = |way: u16| ((u32::from(way) * u32::from(share) + u32::from(u16::MAX / 2)) / u32::from(u16::MAX)) as u16;
    if to >= from { from + part(to - from) } else { from - part(from - to) }
}

/// A control's own message, sent back.
fn word(at: &Address, level: u16) -> Option<MidiWord> {
    let channel = wire_channel(at.channel.unwrap_or(0));
    let bits = U7::from_u8_lossy(value::to_7(level));
    match at.source {
        Source::Note(note) => Some(MidiWord::note_on(channel, Note::from_u8_lossy(note), bits)),
        Source::Control(number) | Source::Control14(number) => {
            Some(MidiWord::control_change(channel, ControlFunction(U7::from_u8_lossy(number)), bits))
        }
        Source::PitchBend => Some(MidiWord::pitch_bend(channel, value::to_14(level))),
        _ => None,
    }
}
