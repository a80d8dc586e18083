//! Values: how knobs and encoders set them, how those that share one hear of it, and how each is sent.

use super::Mapper;
use super::act::wire_channel;
use super::cell::{Gesture, KNOWN, ON, REARM};
use super::output::{MappingId, Output, Phase};
use super::target::{self, Marks};
use super::timing::AHEAD;
use crate::action::Action;
use crate::decoder::Event;
use crate::glue::{Encoder, Fired, Mode, Press, Takeover};
use crate::setup::{Mapping, SetupRead};
use crate::source::Control;
use crate::value::{self, CENTRE};
use ripieno_types::Command;
use ripieno_types::midi::{ControlFunction, MidiWord, U7};

/// What a data increment is worth to a knob: one of 128.
const INCREMENT: i32 = 512;

impl<
    S: SetupRead,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
> Mapper<S, MAPPINGS, DEVICES, HELD, KNOBS, RARE>
{
    /// Turns a knob or an encoder that a mapping has; buttons are told of edges instead.
    pub(super) fn turn(
        &mut self,
        now: u64,
        mapping: u16,
        control: &Control,
        event: Event,
        each: &mut dyn FnMut(Output),
    ) {
        self.catch_up(mapping);
        let mut own = Mapping::NOTHING;
        if self.look(mapping, &mut own).is_none() {
            return;
        }
        if own.button().is_some() {
            return;
        }
        match (own.glue.mode, event) {
            (Mode::Button(_), _) | (_, Event::Up) | (Mode::Knob(_), Event::Trigger) => {}
            (Mode::Encoder(encoder), _) => {
                let way = match event {
                    Event::At { bits, .. } => self.encode(now, mapping, &encoder, bits),
                    Event::By(by) => i32::from(by) * i32::from(encoder.step),
                    _ => i32::from(encoder.step),
                };
                self.go(mapping, &own, way, each);
            }
            (Mode::Knob(_), Event::By(by)) => self.go(mapping, &own, i32::from(by) * INCREMENT, each),
            (Mode::Knob(takeover), Event::At { value, .. } | Event::Down(value)) => {
                self.stand(mapping, &own, control, takeover, value, each);
            }
        }
    }

    /// By how much an encoder goes on that says `bits`.
    fn encode(&mut self, now: u64, mapping: u16, encoder: &Encoder, bits: u8) -> i32 {
        let timing = self.timings.of(mapping);
        let Some(cell) = self.cell(mapping) else { return 0 };
        let Gesture::Encoder(mut state) = cell.gesture_at(&timing) else { return 0 };
        let now = now.saturating_add(AHEAD);
        let way = state.turn(encoder, now, bits);
        cell.set_gesture(Gesture::Encoder(state));
        // Without room it is slow, however quickly it turns.
        _ = self.timings.keep(state.timing(encoder, mapping), now);
        way
    }

    /// A control without ends moves a value, or fires what has none.
    fn go(&mut self, mapping: u16, own: &Mapping, by: i32, each: &mut dyn FnMut(Output)) {
        let Some(cell) = self.cell(mapping).copied() else { return };
        let way = i32::from(cell.way).saturating_add(by).clamp(0, i32::from(u16::MAX)) as u16;
        if by == 0 {
            return;
        }
        if target::is_switch(&own.action) {
            return self.detent(mapping, own, by > 0, each);
        }
        self.stand_at(mapping, way);
        let value = own.glue.shape(way);
        if !cell.is(KNOWN) || value != cell.value {
            self.change(mapping, own, value, None, each);
        }
    }

    /// An encoder fires once a detent up; down, what has a direction goes the other way.
    fn detent(&mut self, mapping: u16, own: &Mapping, is_up: bool, each: &mut dyn FnMut(Output)) {
        let mut own = *own;
        match &mut own.action {
            Action::NextPanel { by, .. } | Action::NextBank { by } if !is_up => *by = by.saturating_neg(),
            _ if !is_up => return,
            _ => {}
        }
        self.fire(mapping, &own, Fired::On(u16::MAX), each);
        self.fire(mapping, &own, Fired::Off, each);
    }

    /// A knob stands at a position.
    fn stand(
        &mut self,
        mapping: u16,
        own: &Mapping,
        control: &Control,
        takeover: Takeover,
        position: u16,
        each: &mut dyn FnMut(Output),
    ) {
        let last = self.positions.find(|known| known == control.spot());
        let Some(cell) = self.cell(mapping) else { return };
        let is_rearmed = cell.take(REARM);
        let Gesture::Knob(mut state) = cell.gesture() else { return };
        if is_rearmed {
            state.found(last, cell.way);
        }
        let before = state.distance(cell.way);
        // Nothing can be ahead of or behind a value that nobody knows.
        let way = if cell.is(KNOWN) { cell.way } else { position };
        let way = state.turn(takeover, position, way).unwrap_or(way);
        let distance = state.distance(way);
        cell.way = way;
        cell.set_gesture(Gesture::Knob(state));
        let (is_new, old) = (!cell.is(KNOWN), cell.value);
        let value = own.glue.shape(way);
        if is_new || value != old {
            self.change(mapping, own, value, distance, each);
        } else if distance != before {
            each(Output::Value { by: MappingId(mapping), value, distance });
        }
    }

    fn stand_at(&mut self, mapping: u16, way: u16) {
        if let Some(cell) = self.cell(mapping) {
            cell.way = way;
        }
    }

    /// A turn changes a value: it is sent if that makes a difference on the wire.
    fn change(&mut self, mapping: u16, own: &Mapping, value: u16, distance: Option<i32>, each: &mut dyn FnMut(Output)) {
        let Some(cell) = self.cell(mapping).copied() else { return };
        self.keep(mapping, own, value);
        let is_same = match own.action {
            Action::Control { .. } => value::to_7(value) == value::to_7(cell.value),
            Action::PitchBend { .. } => value::to_14(value) == value::to_14(cell.value),
            Action::Effect(_) => is_in(value) == is_in(cell.value),
            _ => false,
        };
        if !cell.is(KNOWN) || !is_same {
            self.send(Some(MappingId(mapping)), &own.action, value, each);
        }
        each(Output::Value { by: MappingId(mapping), value, distance });
    }

    /// A button sets a value, which is sent whatever it was.
    pub(super) fn set(&mut self, mapping: u16, own: &Mapping, value: u16, each: &mut dyn FnMut(Output)) {
        self.keep(mapping, own, value);
        self.stand_at(mapping, own.glue.unshape(value));
        self.send(Some(MappingId(mapping)), &own.action, value, each);
        each(Output::Value { by: MappingId(mapping), value, distance: None });
    }

    fn keep(&mut self, mapping: u16, own: &Mapping, value: u16) {
        if let Some(cell) = self.cell(mapping) {
            cell.value = value;
            cell.set(KNOWN);
        }
        self.targets.set(&own.action, value);
        self.show_mapping(mapping);
    }

    /// Sends a value to where its action wants it.
    pub(super) fn send(&mut self, by: Option<MappingId>, action: &Action, value: u16, each: &mut dyn FnMut(Output)) {
        each(match *action {
            Action::Control { channel, number } => {
                let number = ControlFunction(U7::from_u8_lossy(number));
                let value = U7::from_u8_lossy(value::to_7(value));
                Output::Rig(Command::Midi(MidiWord::control_change(wire_channel(channel), number, value)))
            }
            Action::PitchBend { channel } => {
                let word = MidiWord::pitch_bend(wire_channel(channel), value::to_14(value));
                Output::Rig(Command::Midi(word))
            }
            Action::Parameter(id) => Output::Rig(Command::Parameter { id, value: value::to_unit(value) }),
            Action::Effect(effect) => Output::Rig(Command::Bypass { effect, bypassed: !is_in(value) }),
            Action::Master | Action::Tempo | Action::Outside(_) => {
                Output::Do { action: *action, phase: Phase::Set(value), by }
            }
            // What is the mapper's own is told by value; the rest has none.
            _ => return,
        });
    }

    /// Takes over a shared value that something else has set since this mapping last looked.
    pub(super) fn catch_up(&mut self, mapping: u16) {
        let Some(action) = self.setup.action(mapping) else { return };
        if let (Some(value), Some(cell)) = (self.targets.value(&action), self.cell(mapping).copied())
            && (value != cell.value || !cell.is(KNOWN))
        {
            let mut own = Mapping::NOTHING;
            if self.setup.load(mapping, &mut own) {
                self.find_at(mapping, &own, value);
            }
        }
    }

    /// A mapping's value is another now, and its knob has to take over again.
    fn find_at(&mut self, mapping: u16, own: &Mapping, value: u16) {
        let Some(cell) = self.cell(mapping) else { return };
        cell.value = value;
        cell.way = own.glue.unshape(value);
        cell.set(KNOWN);
        let way = cell.way;
        if let Gesture::Knob(mut state) = cell.gesture() {
            state.moved(way);
            cell.set_gesture(Gesture::Knob(state));
        }
    }

    /// From a mapping's knob to its value, as far as it is known.
    pub(super) fn distance(&self, mapping: u16) -> Option<i32> {
        let cell = self.cells.get(usize::from(mapping))?;
        if let Gesture::Knob(state) = cell.gesture() { state.distance(cell.way) } else { None }
    }

    /// Something else has set the value of an action.
    pub(super) fn set_from_outside(&mut self, action: &Action, value: u16, each: &mut dyn FnMut(Output)) {
        if self.targets.set(action, value) {
            return self.tell_changed(each);
        }
        for mapping in 0..self.cells.len() as u16 {
            if !action.has_value() || !self.does(mapping, |own| own == action) {
                continue;
            }
            let mut own = Mapping::NOTHING;
            let Some(cell) = self.look(mapping, &mut own) else { continue };
            if !cell.is(KNOWN) || cell.value != value {
                self.find_at(mapping, &own, value);
                each(Output::Value { by: MappingId(mapping), value, distance: self.distance(mapping) });
            }
            // What lasts is on or off by what the outside says; what is held ends with its release.
            if let (Some(cell), true) = (self.cell(mapping), own.glue.press != Press::Momentary) {
                if cell.way > CENTRE { cell.set(ON) } else { cell.clear(ON) }
            }
            if self.slots.reach(mapping) {
                self.show_mapping(mapping);
            }
        }
    }

    fn does(&self, mapping: u16, is_meant: impl FnOnce(&Action) -> bool) -> bool {
        self.setup.action(mapping).is_some_and(|action| is_meant(&action))
    }

    /// Tells the other mappings in reach what has become of values that they share.
    pub(super) fn tell_changed(&mut self, each: &mut dyn FnMut(Output)) {
        let changed = self.targets.take_changed();
        for slot in 0..super::slots::SLOTS {
            self.tell_slot(slot, changed, each);
        }
    }

    /// Tells those of one slot; returns how many there were.
    pub(super) fn tell_slot(&mut self, slot: usize, changed: Marks, each: &mut dyn FnMut(Output)) -> usize {
        let mut told = 0;
        for mapping in self.slots.mappings(slot) {
            let Some(action) = self.setup.action(mapping).filter(|own| changed.contains(own)) else { continue };
            let Some(cell) = self.cell(mapping).copied() else { continue };
            let is_news = |value: u16| value != cell.value || !cell.is(KNOWN);
            let Some(value) = self.targets.value(&action).filter(|value| is_news(*value)) else { continue };
            self.catch_up(mapping);
            each(Output::Value { by: MappingId(mapping), value, distance: self.distance(mapping) });
            self.show_mapping(mapping);
            told += 1;
        }
        told
    }
}

/// True when a value means that an effect is in the path.
const fn is_in(value: u16) -> bool {
    value > CENTRE
}
