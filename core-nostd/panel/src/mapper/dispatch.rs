//! From a word to the mappings that it means: decoder, layout, slot, preset, and among equals those that say most precisely
//! which control they want.

use super::Mapper;
use super::cell::Cell;
use super::held::{Key, Route};
use super::output::{MappingId, Output};
use super::slots::Slot;
use crate::decoder::{Event, Reading};
use crate::glue::Edge;
use crate::layout::Role;
use crate::panels::{BankId, PanelKind};
use crate::setup::SetupRead;
use crate::source::{Control, DeviceId, Source, Spot};
use crate::value::CENTRE;
use core::ops::Range;
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;

/// A continuous source that is used as a button goes down here ...
const DOWN_AT: u16 = CENTRE;
/// ... and up below this: one that trembles in between does neither.
const UP_BELOW: u16 = CENTRE - 0x1000;

const NOTE_OFF: u8 = 0x80;
const NOTE_ON: u8 = 0x90;
const POLY_PRESSURE: u8 = 0xA0;
const CONTROL: u8 = 0xB0;
const PROGRAM: u8 = 0xC0;
const CHANNEL_PRESSURE: u8 = 0xD0;
const PITCH_BEND: u8 = 0xE0;

/// What a control is for, and who has that.
struct Place {
    kind: PanelKind,
    bank: BankId,
    slot: Slot,
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
    /// Takes one word: all readings that are mapped act; if none is, the most telling one is heard and the synth may have
    /// the word.
    pub(super) fn word(&mut self, now: u64, device: DeviceId, word: MidiWord, each: &mut dyn FnMut(Output)) {
        let place = usize::from(device.0).min(DEVICES - 1);
        let Some(decoder) = self.decoders.get_mut(place) else { return };
        if place + 1 == DEVICES {
            self.last = device;
        }
        let readings = decoder.feed(now, word);
        self.note_waiting(place);
        let (mut was_taken, mut telling) = (false, None::<Reading>);
        for reading in readings.into_iter().flatten() {
            let control = Control { source: reading.source, device, channel: reading.channel };
            match reading.event {
                Event::Down(force) => self.press(now, control, force, each),
                Event::Up => self.release(now, control, each),
                _ => was_taken |= self.reading(now, control, reading.event, each),
            }
            if telling.is_none_or(|before| rank(reading.source) > rank(before.source)) {
                telling = Some(reading);
            }
        }
        let is_note = matches!(word.as_bytes().first().map(|status| status & 0xF0), Some(NOTE_OFF | NOTE_ON));
        if was_taken {
            self.pass_end(word, each);
        }
        if was_taken || is_note {
            return;
        }
        if let Some(reading) = telling {
            let control = Control { source: reading.source, device, channel: reading.channel };
            self.unmapped(control, reading.event, each);
        }
        self.pass(device, word, each);
    }

    /// Halves of pairs that have waited long enough.
    pub(super) fn run_pairs(&mut self, each: &mut dyn FnMut(Output)) {
        if self.waiting == 0 {
            return;
        }
        for place in 0..DEVICES {
            while self.waiting & 1 << place != 0 {
                let now = self.now;
                let Some(reading) = self.decoders.get_mut(place).and_then(|decoder| decoder.tick(now)) else { break };
                let device = if place + 1 < DEVICES { DeviceId(place as u8) } else { self.last };
                let control = Control { source: reading.source, device, channel: reading.channel };
                let was_taken = self.reading(now, control, reading.event, each);
                // A controller's first half was heard when it came; a parameter's number is heard only now.
                if !was_taken && rank(reading.source) == NUMBERED {
                    self.unmapped(control, reading.event, each);
                }
                self.note_waiting(place);
            }
        }
    }

    fn note_waiting(&mut self, place: usize) {
        let is_waiting = self.decoders.get(place).is_some_and(|decoder| decoder.due().is_some());
        self.waiting = self.waiting & !(1 << place) | u32::from(is_waiting) << place;
    }

    /// Takes a reading that is no press or release; false, and nothing was said, if no mapping takes it.
    pub(super) fn reading(&mut self, now: u64, control: Control, event: Event, each: &mut dyn FnMut(Output)) -> bool {
        let place = self.place(&control);
        let group = place.as_ref().map_or(0..0, |place| self.mapped(place, &control));
        let down = self.keys.iter().position(|key| key.control == control.spot());
        let position = if let Event::At { value, .. } = event { Some(value) } else { None };
        let goes_up = down.filter(|_| position.is_some_and(|value| value < UP_BELOW));
        // A control that is down for a mapping is its own until it is up, wherever it would lead now.
        let was_taken = down.is_some() || !group.is_empty();
        if let (true, Some(place)) = (was_taken, &place) {
            let by = Some(MappingId(group.start)).filter(|_| !group.is_empty());
            each(heard(control, event, place, by));
        }
        if let Some(down) = goes_up {
            self.lift(now, down, each);
        }
        let is_pressed = match event {
            Event::At { value, .. } => down.is_none() && value >= DOWN_AT,
            Event::By(by) => by > 0,
            _ => true,
        };
        let force = position.unwrap_or(u16::MAX);
        let is_partner = is_pressed && self.has_partner(&control);
        let is_button = is_partner || is_pressed && group.clone().any(|mapping| self.is_button(mapping));
        if let (true, Some(place), Some(_)) = (is_button, &place, position) {
            let route = if group.is_empty() { Route::Lost } else { Route::Mapped(group.clone()) };
            if self.hold(Key::new(&control, place.kind, place.bank, place.slot.panel, route)) {
                self.follow_bank(place, each);
                self.down(now, &group, force, each);
                self.partners(now, &control, Edge::Down(force), each);
            }
        } else if is_button {
            self.down(now, &group, force, each);
            self.partners(now, &control, Edge::Down(force), each);
            self.up(now, &group, each);
            self.partners(now, &control, Edge::Up, each);
        }
        for mapping in group {
            self.turn(now, mapping, &control, event, each);
        }
        // Pressure is let go of with its key: where it stood says nothing.
        if let (Some(position), false) =
            (position, matches!(control.source, Source::ChannelPressure | Source::PolyPressure(_)))
        {
            self.positions.remember(control.spot(), position);
        }
        was_taken
    }

    /// A key or pad goes down.
    fn press(&mut self, now: u64, control: Control, force: u16, each: &mut dyn FnMut(Output)) {
        // Twice down without up in between: the first press is over.
        if let Some(down) = self.keys.iter().position(|key| key.control == control.spot()) {
            self.lift(now, down, each);
        }
        let Some(place) = self.place(&control) else { return };
        let plays = place.kind == PanelKind::Piano && place.bank == BankId::PLAY;
        let group = self.mapped(&place, &control);
        let route = match control {
            _ if !group.is_empty() => Route::Mapped(group.clone()),
            Control { source: Source::Note(note), channel: Some(channel), .. }
                if plays && place.slot.panel.is_some() =>
            {
                self.transposed(channel, note)
            }
            _ => Route::Lost,
        };
        let synth = if let Route::Synth { channel, note } = route { Some((channel, note)) } else { None };
        let by = route.first();
        let has_room = self.hold(Key::new(&control, place.kind, place.bank, place.slot.panel, route));
        each(heard(control, Event::Down(force), &place, by.filter(|_| has_room)));
        if !has_room {
            return;
        }
        self.follow_bank(&place, each);
        match synth {
            Some((channel, note)) => {
                if !self.sound(channel, note, force, each) {
                    self.lose(&control);
                }
            }
            None => {
                self.down(now, &group, force, each);
                for mapping in group {
                    self.turn(now, mapping, &control, Event::Down(force), each);
                }
                self.partners(now, &control, Edge::Down(force), each);
            }
        }
    }

    /// A key or pad goes up.
    fn release(&mut self, now: u64, control: Control, each: &mut dyn FnMut(Output)) {
        let Some(down) = self.keys.iter().position(|key| key.control == control.spot()) else {
            return self.unmapped(control, Event::Up, each);
        };
        if let Some(key) = self.keys.get(down) {
            let (kind, bank, panel, by) = (key.kind(), key.bank(), key.panel(), key.route().first());
            each(Output::Heard { control, event: Event::Up, kind, bank, panel, by });
        }
        self.lift(now, down, each);
    }

    /// Ends what the press of a control began, wherever it went.
    fn lift(&mut self, now: u64, down: usize, each: &mut dyn FnMut(Output)) {
        if down >= self.keys.len() {
            return;
        }
        let key = self.keys.swap_remove(down);
        match key.route() {
            Route::Synth { channel, note } => self.hush(channel, note, each),
            Route::Mapped(group) => {
                // Another control may hold the same mappings, as they listen to several devices or channels.
                let is_shared = self.keys.iter().any(|other| other.route().first() == Some(MappingId(group.start)));
                if !is_shared {
                    self.up(now, &group, each);
                }
                self.show_again(&group);
            }
            Route::Lost => {}
        }
        if let Some(control) = key.control.control() {
            self.partners(now, &control, Edge::Up, each);
        }
        while let Some(place) = self.orphans.iter().position(|orphan| orphan.control == key.control) {
            let orphan = self.orphans.swap_remove(place);
            self.end_orphan(&orphan.action(), each);
        }
    }

    /// Says that a control was used that no mapping takes. A clock that nobody wants is no news.
    pub(super) fn unmapped(&mut self, control: Control, event: Event, each: &mut dyn FnMut(Output)) {
        if control.source == Source::Clock {
            return;
        }
        if let Some(place) = self.place(&control) {
            each(heard(control, event, &place, None));
        }
    }

    /// Remembers a control that is down; false and counted if too many are.
    fn hold(&mut self, key: Key) -> bool {
        let has_room = self.keys.push(key).is_ok();
        self.stats.refused += u64::from(!has_room);
        has_room
    }

    /// A press that the synth could not be given goes nowhere, and so does its release.
    fn lose(&mut self, control: &Control) {
        self.stats.refused += 1;
        if let Some(key) = self.keys.iter_mut().find(|key| key.control == control.spot()) {
            key.set_route(Route::Lost);
        }
    }

    /// What a control is for, by the layout; none for one that is ignored.
    fn place(&self, control: &Control) -> Option<Place> {
        let (kind, bank) = self.slot_of(control)?;
        Some(Place { kind, bank, slot: self.slots.at(kind, bank) })
    }

    /// The slot that a control belongs to now.
    pub(super) fn slot_of(&self, control: &Control) -> Option<(PanelKind, BankId)> {
        Some(match self.setup.role(control) {
            Role::Pad(bank) => (PanelKind::Pad, bank),
            Role::Knob(bank) => (PanelKind::Knob, bank.unwrap_or(self.bank)),
            Role::Key { is_mappable: true } if self.slots.at(PanelKind::Piano, BankId::MAP).panel.is_some() => {
                (PanelKind::Piano, BankId::MAP)
            }
            Role::Key { .. } => (PanelKind::Piano, BankId::PLAY),
            Role::Ignored => return None,
        })
    }

    /// The mappings that a control means: those that name device and channel, else those that name less.
    fn mapped(&self, place: &Place, control: &Control) -> Range<u16> {
        if place.kind == PanelKind::Piano && place.bank == BankId::PLAY || place.slot.mappings.is_empty() {
            return 0..0;
        }
        let named = control.spot();
        let of_device = named.any_channel();
        let of_channel = named.any_device();
        // A system message has no channel to name: the first two are one, and the last two.
        let spots = [named, of_device, of_channel, of_channel.any_channel()];
        let groups = spots.into_iter().map(|at| self.setup.group(place.slot.mappings.clone(), at));
        groups.into_iter().find(|group| !group.is_empty()).unwrap_or(0..0)
    }

    fn is_button(&self, mapping: u16) -> bool {
        self.cells.get(usize::from(mapping)).is_some_and(Cell::is_button)
    }

    fn down(&mut self, now: u64, group: &Range<u16>, force: u16, each: &mut dyn FnMut(Output)) {
        for mapping in group.clone() {
            self.edge(now, mapping, Edge::Down(force), each);
        }
    }

    fn up(&mut self, now: u64, group: &Range<u16>, each: &mut dyn FnMut(Output)) {
        for mapping in group.clone() {
            self.edge(now, mapping, Edge::Up, each);
        }
    }

    /// Tells mappings that fire together with a control what it does.
    fn partners(&mut self, now: u64, control: &Control, edge: Edge, each: &mut dyn FnMut(Output)) {
        let mut place = 0;
        while let Some(chord) = self.setup.chord(place) {
            if self.is_partner(chord, control) {
                self.partner(now, chord.1, edge, each);
            }
            place += 1;
        }
    }

    fn has_partner(&self, control: &Control) -> bool {
        (0..).map_while(|place| self.setup.chord(place)).any(|chord| self.is_partner(chord, control))
    }

    /// True if a control is the other button of a chord, and its own is in reach.
    fn is_partner(&self, (source, mapping): (Source, u16), control: &Control) -> bool {
        let at = if source == control.source { self.setup.spot(mapping).and_then(Spot::address) } else { None };
        at.is_some_and(|at| {
            let own = Control { source: at.source, ..*control };
            at.meets(&own) && self.is_in_reach(mapping, &own)
        })
    }

    /// True when a mapping's control would reach it now, or is down for it.
    fn is_in_reach(&self, mapping: u16, own: &Control) -> bool {
        let slot = self.place(own).map(|place| place.slot.mappings).unwrap_or_default();
        slot.contains(&mapping)
            || self.keys.iter().any(|key| key.control == own.spot() && key.route().leads_to(mapping))
    }

    /// Knobs follow the pads that are played.
    fn follow_bank(&mut self, place: &Place, each: &mut dyn FnMut(Output)) {
        if place.kind == PanelKind::Pad {
            self.turn_to_bank(place.bank, each);
        }
    }

    fn transposed(&self, channel: u8, note: u8) -> Route {
        let note = i16::from(note) + i16::from(self.semitones());
        match u8::try_from(note) {
            Ok(note @ 0..=127) => Route::Synth { channel, note },
            _ => Route::Lost,
        }
    }

    /// What is no note and nobody's goes on to the synth while a piano panel plays.
    fn pass(&mut self, device: DeviceId, word: MidiWord, each: &mut dyn FnMut(Output)) {
        let bytes = word.as_bytes();
        let [status, first, ..] = *bytes else { return };
        if self.slots.at(PanelKind::Piano, BankId::PLAY).panel.is_none() {
            return;
        }
        let control = |source| Control { source, device, channel: Some(status & 0x0F) };
        let source = match status & 0xF0 {
            POLY_PRESSURE => Source::PolyPressure(first),
            CONTROL => Source::Control(first),
            PROGRAM => Source::Program,
            CHANNEL_PRESSURE => Source::ChannelPressure,
            PITCH_BEND => Source::PitchBend,
            _ => return,
        };
        if !self.is_free(&control(source)) {
            return;
        }
        let word = match source {
            Source::PolyPressure(note) => {
                let of = control(Source::Note(note)).spot();
                let route = self.keys.iter().find(|key| key.control == of).map(Key::route);
                let Some(Route::Synth { channel, note }) = route else { return };
                match MidiWord::new(&[POLY_PRESSURE | channel, note, bytes.get(2).copied().unwrap_or(0)]) {
                    Ok(word) => word,
                    Err(_) => return,
                }
            }
            Source::Control(number @ 0..64) if self.is_taken(&control(Source::Control14(number % 32))) => return,
            _ => word,
        };
        self.passed.follow(word);
        each(Output::Rig(Command::Midi(word)));
    }

    /// A pedal or wheel that the synth still holds is let go there too, though a mapping has it now.
    fn pass_end(&mut self, word: MidiWord, each: &mut dyn FnMut(Output)) {
        if self.passed.is_empty() {
            return;
        }
        let mut after = self.passed;
        after.follow(word);
        if !self.passed.without(&after).is_empty() {
            self.passed = after;
            each(Output::Rig(Command::Midi(word)));
        }
    }

    /// True for a control that no mapping takes, that is no pad and not ignored.
    fn is_free(&self, control: &Control) -> bool {
        let place = self.place(control);
        place.is_some_and(|place| place.kind != PanelKind::Pad && self.mapped(&place, control).is_empty())
    }

    fn is_taken(&self, control: &Control) -> bool {
        self.place(control).is_some_and(|place| !self.mapped(&place, control).is_empty())
    }
}

/// The rank of parameters.
const NUMBERED: u8 = 2;

/// How telling a source is among those that one word speaks of: a parameter number is told apart from the controllers that
/// carry it, and a controller says more than a pair that may be none.
const fn rank(source: Source) -> u8 {
    match source {
        Source::Nrpn(_) | Source::Rpn(_) => NUMBERED,
        Source::Control14(_) | Source::ProgramIs(_) => 0,
        _ => 1,
    }
}

fn heard(control: Control, event: Event, place: &Place, by: Option<MappingId>) -> Output {
    Output::Heard { control, event, kind: place.kind, bank: place.bank, panel: place.slot.panel, by }
}
