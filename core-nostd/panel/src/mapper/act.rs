//! What a mapping does: gestures and turns become actions, their values, and what ends them.

use super::Mapper;
use super::cell::{CHOSEN, Cell, Gesture, KNOWN, ON};
use super::held::Route;
use super::output::{MappingId, Output, Phase};
use super::target;
use super::timing::AHEAD;
use crate::action::Action;
use crate::glue::{ButtonState, Edge, Fired, Press};
use crate::setup::{Mapping, SetupRead};
use crate::value::{self, CENTRE};
use ripieno_types::Command;
use ripieno_types::midi::{Channel, ControlFunction, MidiWord, Note, U7};

impl<
    S: SetupRead,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
> Mapper<S, MAPPINGS, DEVICES, HELD, KNOBS, RARE>
{
    /// A mapping, written over `own`, and its state, by copy: what follows may change either.
    pub(super) fn look(&self, mapping: u16, own: &mut Mapping) -> Option<Cell> {
        let cell = self.cells.get(usize::from(mapping))?;
        self.setup.load(mapping, own).then_some(*cell)
    }

    pub(super) fn cell(&mut self, mapping: u16) -> Option<&mut Cell> {
        self.cells.get_mut(usize::from(mapping))
    }

    /// A mapping's button goes down or up.
    pub(super) fn edge(&mut self, now: u64, mapping: u16, edge: Edge, each: &mut dyn FnMut(Output)) {
        self.gesture(now, mapping, Gestured::Edge(edge), each);
    }

    /// The other button of a mapping goes down or up.
    pub(super) fn partner(&mut self, now: u64, mapping: u16, edge: Edge, each: &mut dyn FnMut(Output)) {
        self.gesture(now, mapping, Gestured::Partner(edge), each);
    }

    /// Timers that are over, in the order in which they end; each runs once at most.
    /// Returns how many.
    pub(super) fn run_timers(&mut self, each: &mut dyn FnMut(Output)) -> usize {
        let now = self.now;
        let (mut before, most) = (0, self.timings.timed().min(ENDED_AT_ONCE));
        for ended in 0..most {
            // A repetition that is due again at once waits for the next tick.
            let Some((due, mapping)) = self.timings.next(before, now) else { return ended };
            before = due;
            self.gesture(now, mapping, Gestured::Time, each);
        }
        most
    }

    fn gesture(&mut self, now: u64, mapping: u16, gestured: Gestured, each: &mut dyn FnMut(Output)) {
        let mut own = Mapping::NOTHING;
        let Some(mut cell) = self.look(mapping, &mut own) else { return };
        let Some(button) = own.button() else { return };
        let Gesture::Button(mut state) = cell.gesture_at(&self.timings.of(mapping)) else { return };
        let now = now.saturating_add(AHEAD);
        let fired = match gestured {
            Gestured::Edge(edge) => state.edge(&button, now, edge),
            Gestured::Partner(edge) => state.partner(&button, now, edge),
            Gestured::Time => state.tick(&button, now),
        };
        cell.set_gesture(Gesture::Button(state));
        if let Some(place) = self.cell(mapping) {
            *place = cell;
        }
        if !self.timings.keep(state.timing(&button, mapping), now) {
            self.stats.untimed += 1;
        }
        for fired in fired.into_iter().flatten() {
            self.fire(mapping, &own, fired, each);
        }
    }

    pub(super) fn fire(&mut self, mapping: u16, own: &Mapping, fired: Fired, each: &mut dyn FnMut(Output)) {
        match (fired, own.glue.press) {
            (Fired::On(force), Press::Momentary) => self.start(mapping, own, force, each),
            (Fired::Off, Press::Momentary) => self.stop(mapping, own, each),
            (Fired::On(force), Press::Toggle) if !self.is_on(mapping) => self.start(mapping, own, force, each),
            (Fired::On(_), Press::Toggle) => self.stop(mapping, own, each),
            (Fired::On(force), Press::Radio(_)) => {
                self.choose(mapping, each);
                if !self.is_on(mapping) {
                    self.start(mapping, own, force, each);
                }
            }
            (Fired::Off, Press::Toggle | Press::Radio(_)) => {}
        }
    }

    /// A button of a radio group is chosen: the one before is off.
    fn choose(&mut self, mapping: u16, each: &mut dyn FnMut(Output)) {
        let press = self.setup.press(mapping);
        let mut all = self.setup.siblings(mapping);
        let is_chosen = |place: &u16| self.cells.get(usize::from(*place)).is_some_and(|cell| cell.is(CHOSEN));
        let before = all.find(|place| is_chosen(place) && self.setup.press(*place) == press);
        if before == Some(mapping) {
            return;
        }
        if let Some(cell) = self.cell(mapping) {
            cell.set(CHOSEN);
        }
        let Some(before) = before else { return };
        if let Some(cell) = self.cell(before) {
            cell.clear(CHOSEN);
        }
        match self.setup.mapping_at(before) {
            Some(own) if self.is_on(before) => self.stop(before, &own, each),
            _ => {}
        }
    }

    /// True when a mapping's action is on: by its value if it has one that lasts, else because it has begun.
    pub(super) fn is_on(&self, mapping: u16) -> bool {
        let (Some(action), Some(cell)) = (self.setup.action(mapping), self.cells.get(usize::from(mapping))) else {
            return false;
        };
        match action {
            ref action if stays(action) => {
                let way = match self.targets.value(action) {
                    Some(value) if value != cell.value || !cell.is(KNOWN) => {
                        let mut own = Mapping::NOTHING;
                        if self.setup.load(mapping, &mut own) { own.glue.unshape(value) } else { 0 }
                    }
                    _ => cell.way,
                };
                way > CENTRE
            }
            Action::Layer(_) => self.targets.value(&action).is_some_and(|value| value != 0),
            _ => cell.is(ON),
        }
    }

    /// Begins a mapping's action.
    fn start(&mut self, mapping: u16, own: &Mapping, force: u16, each: &mut dyn FnMut(Output)) {
        let lasts = own.glue.press != Press::Momentary;
        let by = Some(MappingId(mapping));
        let shaped = own.glue.shape(force);
        let Some(cell) = self.cell(mapping) else { return };
        let was_on = cell.is(ON);
        cell.set(ON);
        if was_on {
            self.end_phase(&own.action, by, each);
        }
        match own.action {
            Action::Nothing => {}
            Action::Note { .. } | Action::Chord { .. } => {
                if !self.begin_notes(&own.action, shaped, each) {
                    self.stats.refused += 1;
                    if let Some(cell) = self.cell(mapping) {
                        cell.clear(ON);
                    }
                }
            }
            Action::Program { channel, bank, program } => program_change(channel, bank, program, each),
            ref action if stays(action) => {
                // What stays on is fully on, however hard it was pressed.
                let is_full = lasts || matches!(action, Action::Effect(_));
                self.set(mapping, own, if is_full { own.glue.shape(u16::MAX) } else { shaped }, each);
            }
            Action::Transpose { by: 0 } => self.set(mapping, own, target::from_semitones(0), each),
            Action::Transpose { by } => {
                let value = target::from_semitones(self.semitones().saturating_add(by));
                self.set(mapping, own, value, each);
            }
            Action::Layer(_) => {
                let was_on = self.is_on(mapping);
                self.set(mapping, own, u16::MAX, each);
                if !was_on {
                    each(Output::Do { action: own.action, phase: Phase::On(shaped), by });
                }
            }
            Action::Panic => {
                self.end_all(each);
                each(Output::Rig(Command::Panic));
            }
            Action::Panel { panel, on } => {
                self.seat(panel, on, each);
            }
            Action::NextPanel { kind, bank, by } => self.next_panel(kind, bank, by, each),
            Action::NextBank { by } => self.next_bank(by, each),
            _ => each(Output::Do { action: own.action, phase: Phase::On(shaped), by }),
        }
        if lasts && !is_set(&own.action) {
            each(Output::Value { by: MappingId(mapping), value: u16::MAX, distance: None });
        }
        self.show_mapping(mapping);
    }

    /// Ends a mapping's action if it has begun, and sets one that stays to its other end.
    pub(super) fn stop(&mut self, mapping: u16, own: &Mapping, each: &mut dyn FnMut(Output)) {
        let Some(cell) = self.cell(mapping) else { return };
        let was_on = cell.take(ON);
        let lasts = own.glue.press != Press::Momentary;
        if !(was_on || lasts && is_set(&own.action)) {
            return;
        }
        match own.action {
            ref action if stays(action) => self.set(mapping, own, rest(own), each),
            Action::Layer(_) if self.is_on(mapping) => {
                self.set(mapping, own, 0, each);
                self.end(&own.action, Some(MappingId(mapping)), each);
            }
            Action::Layer(_) => {}
            _ => self.end(&own.action, Some(MappingId(mapping)), each),
        }
        if lasts && !is_set(&own.action) {
            each(Output::Value { by: MappingId(mapping), value: 0, distance: None });
        }
        self.show_mapping(mapping);
    }

    /// Ends what a new beginning of the same would leave without an end.
    fn end_phase(&mut self, action: &Action, by: Option<MappingId>, each: &mut dyn FnMut(Output)) {
        if !is_set(action) {
            self.end(action, by, each);
        }
    }

    /// Ends everything: notes, phases, gestures, what was passed on. Values that stay, stay.
    pub(super) fn end_all(&mut self, each: &mut dyn FnMut(Output)) {
        self.timings.clear();
        while let Some(key) = self.keys.pop() {
            if let Route::Synth { channel, note } = key.route() {
                self.hush(channel, note, each);
            }
        }
        while let Some(orphan) = self.orphans.pop() {
            self.end_orphan(&orphan.action(), each);
        }
        for mapping in 0..self.cells.len() as u16 {
            let mut own = Mapping::NOTHING;
            let Some(cell) = self.look(mapping, &mut own) else { continue };
            if let (Some(place), true) = (self.cell(mapping), cell.is_button()) {
                place.set_gesture(Gesture::Button(ButtonState::default()));
            }
            let lasts = own.glue.press != Press::Momentary && stays(&own.action);
            let is_layer = matches!(own.action, Action::Layer(_)) && self.is_on(mapping);
            if is_layer || cell.is(ON) && !lasts {
                self.stop(mapping, &own, each);
            }
        }
        self.let_go(each);
    }

    /// Lets go of what was passed on to the synth and is no note: pedals, wheels, pressure.
    pub(super) fn let_go(&mut self, each: &mut dyn FnMut(Output)) {
        let passed = core::mem::take(&mut self.passed);
        passed.release(|word| each(Output::Rig(Command::Midi(word))));
    }

    /// Ends an action whose mapping is gone.
    pub(super) fn end_orphan(&mut self, action: &Action, each: &mut dyn FnMut(Output)) {
        if matches!(action, Action::Layer(_)) {
            if self.targets.value(action).is_none_or(|value| value == 0) {
                return;
            }
            self.targets.set(action, 0);
        }
        self.end(action, None, each);
    }

    /// Says the end of an action that has one.
    pub(super) fn end(&mut self, action: &Action, by: Option<MappingId>, each: &mut dyn FnMut(Output)) {
        match *action {
            Action::Note { channel, note, .. } => self.hush(channel, note, each),
            Action::Chord { channel, notes, .. } => {
                for note in notes.into_iter().flatten() {
                    self.hush(channel, note, each);
                }
            }
            Action::Sample(_) | Action::Phrase(_) | Action::Layer(_) | Action::Tempo | Action::Outside(_) => {
                each(Output::Do { action: *action, phase: Phase::Off, by });
            }
            _ => {}
        }
    }

    fn begin_notes(&mut self, action: &Action, shaped: u16, each: &mut dyn FnMut(Output)) -> bool {
        match *action {
            Action::Note { channel, note, velocity } => {
                self.sound(channel, note, velocity.map_or(shaped, value::from_7), each)
            }
            Action::Chord { channel, notes, velocity } => {
                let force = velocity.map_or(shaped, value::from_7);
                for (place, note) in notes.into_iter().enumerate() {
                    if note.is_none_or(|note| self.sound(channel, note, force, each)) {
                        continue;
                    }
                    for note in notes.into_iter().take(place).flatten() {
                        self.hush(channel, note, each);
                    }
                    return false;
                }
                true
            }
            _ => true,
        }
    }

    /// One more holds a note, which is struck; false if it cannot be held.
    pub(super) fn sound(&mut self, channel: u8, note: u8, force: u16, each: &mut dyn FnMut(Output)) -> bool {
        let is_held = self.notes.hold(channel, note);
        if is_held {
            // A velocity of 0 would be a note-off.
            let velocity = U7::from_u8_lossy(value::to_7(force).max(1));
            let word = MidiWord::note_on(wire_channel(channel), Note::from_u8_lossy(note), velocity);
            each(Output::Rig(Command::Midi(word)));
        }
        is_held
    }

    /// One holder lets a note go; the last one ends it.
    pub(super) fn hush(&mut self, channel: u8, note: u8, each: &mut dyn FnMut(Output)) {
        if self.notes.let_go(channel, note) {
            let velocity = U7::from_u8_lossy(RELEASE_VELOCITY);
            let word = MidiWord::note_off(wire_channel(channel), Note::from_u8_lossy(note), velocity);
            each(Output::Rig(Command::Midi(word)));
        }
    }
}

/// Timers that end in one call at most; others that are over end in the next.
const ENDED_AT_ONCE: usize = 3;

/// What a button is told.
enum Gestured {
    Edge(Edge),
    /// The other button's.
    Partner(Edge),
    Time,
}

/// True for actions that a button sets to a value, which stays until something sets another.
pub(super) const fn stays(action: &Action) -> bool {
    matches!(
        action,
        Action::Control { .. } | Action::PitchBend { .. } | Action::Parameter(_) | Action::Effect(_) | Action::Master
    )
}

/// True for actions whose value a button sets: what else it does is told as on and off.
const fn is_set(action: &Action) -> bool {
    stays(action) || matches!(action, Action::Layer(_) | Action::Transpose { .. })
}

/// What a button that is let go sets: a wheel rests in the middle, all else at the bottom.
pub(super) fn rest(own: &Mapping) -> u16 {
    if matches!(own.action, Action::PitchBend { .. }) { CENTRE } else { own.glue.shape(0) }
}

/// The velocity of a note-off that nobody measured.
const RELEASE_VELOCITY: u8 = 64;

/// A channel, 0..=15.
pub(super) fn wire_channel(channel: u8) -> Channel {
    Channel::from_index(channel & 0x0F).unwrap_or(Channel::Ch1)
}

/// Bank, if there is one, and program.
fn program_change(channel: u8, bank: Option<u16>, program: u8, each: &mut dyn FnMut(Output)) {
    let (channel, value) = (wire_channel(channel), U7::from_u8_lossy);
    if let Some(bank) = bank {
        let [msb, lsb] = [bank >> 7 & 0x7F, bank & 0x7F].map(|half| value(half as u8));
        for (controller, half) in [(ControlFunction::BANK_SELECT, msb), (ControlFunction::BANK_SELECT_LSB, lsb)] {
            each(Output::Rig(Command::Midi(MidiWord::control_change(channel, controller, half))));
        }
    }
    each(Output::Rig(Command::Midi(MidiWord::program_change(channel, value(program)))));
}
