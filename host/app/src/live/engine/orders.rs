//! What the engine is told, and what it gives back.

use super::{Engine, begins_note};
use crate::live::order::{Order, Spent};
use crate::live::panels::Outcome;
use ripieno_panel::{Action, value};
use ripieno_ports::MidiIn;
use ripieno_rig::Input;
use ripieno_types::{Command, Timed};
use std::sync::atomic::Ordering::{Relaxed, Release};

impl<M: MidiIn> Engine<M> {
    pub(super) fn obey_orders(&mut self) {
        // An order may send something back: without room for that, orders wait.
        while self.returns.free() > 1 {
            let Some(order) = self.orders.pop() else { return };
            self.obey(order);
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Input(input) => self.tell(input),
            Order::Mapper(mapper) => {
                let Self { playing, front, teller, .. } = self;
                let now = playing.rig.now();
                let (each, out) = (&mut |command| playing.obey(command), &mut |output| teller.say(output));
                let old = front.set_mapper(mapper, now, each, out);
                self.give_back(old.map(Spent::Mapper));
            }
            Order::Panels(mut setup) => {
                self.setups += 1;
                self.teller.tell(Outcome::Panels(self.setups));
                let Self { playing, front, teller, .. } = self;
                let now = playing.rig.now();
                front.replace(&mut setup, now, &mut |command| playing.obey(command), &mut |output| teller.say(output));
                self.give_back(Some(Spent::Panels(setup)));
            }
            Order::Score(score) => {
                let Self { playing, front, teller, .. } = self;
                let now = playing.rig.now();
                let (each, out) = (&mut |command| playing.obey(command), &mut |output| teller.say(output));
                let old = front.set_score(score, now, each, out);
                self.give_back(old.map(Spent::Score));
            }
            Order::Samples(samples) => {
                let unheard = self.incoming.replace(samples);
                self.give_back(unheard.map(Spent::Samples));
            }
            Order::Devices(devices) => {
                let Self { playing, front, staged, slots, teller, .. } = self;
                let now = playing.rig.now();
                let is_mapped = front.mapper().is_some();
                slots.rename(devices, |device, word| {
                    // Behind all that came under the old name.
                    let input = Timed { at: staged.last_at().unwrap_or(now), value: Input::Midi { device, word } };
                    if is_mapped && !staged.insert(input) {
                        front.obey(input, now, &mut |command| playing.obey(command), &mut |output| teller.say(output));
                    }
                });
            }
            Order::Instrument(instrument) => {
                let unheard = self.waiting.replace(instrument);
                self.give_back(unheard.map(Spent::Instrument));
            }
            Order::Song(song) => {
                let mut old = std::mem::replace(&mut self.playing.song, song);
                if let Some(old) = &mut old {
                    let rig = &mut self.playing.rig;
                    old.held().release(|word| rig.command(Command::Midi(word)));
                }
                if let Some(song) = &mut self.playing.song {
                    song.start_at(self.playing.rig.now());
                }
                self.shared.song_frames.store(0, Relaxed);
                self.shared.song_is_over.store(false, Relaxed);
                self.shared.songs.fetch_add(1, Release);
                self.give_back(old.map(Spent::Song));
            }
            Order::Tap(tap) => {
                self.owed = 0;
                let old = std::mem::replace(&mut self.tap, tap);
                self.give_back(old.map(Spent::Tap));
            }
            Order::Master(gain) => {
                self.fader.set_master(gain);
                self.tell(Input::Moved { action: Action::Master, value: value::from_unit(gain) });
            }
            Order::Open(is_open) => {
                self.fader.open(is_open);
                self.shared.faded.store(false, Relaxed);
            }
        }
    }

    /// Obeys an input now.
    fn tell(&mut self, input: Input) {
        let Self { playing, front, teller, idled, .. } = self;
        let now = playing.rig.now();
        let mut each = |command| {
            // See `idle`.
            if idled.is_none() || !begins_note(&command) {
                playing.obey(command);
            }
        };
        front.obey(Timed { at: now, value: input }, now, &mut each, &mut |output| teller.say(output));
        self.glide();
    }

    /// Glides to the output gain that a panel has set.
    pub(super) fn glide(&mut self) {
        if let Some(gain) = self.teller.take_master() {
            self.fader.set_master(gain);
        }
    }

    fn give_back(&mut self, spent: Option<Spent>) {
        if let Some(spent) = spent {
            // There is room: `obey_orders` and `swap_waiting` looked before.
            let _ = self.returns.push(spent);
        }
    }

    /// Hands waiting bank and samples on, and those that have fallen silent to whoever frees them.
    pub(super) fn swap_waiting(&mut self) {
        if self.returns.free() < 2 {
            return;
        }
        let retired = self.playing.rig.retired_bank();
        self.give_back(retired.map(Spent::Instrument));
        if let Some(instrument) = self.waiting.take() {
            self.waiting = self.playing.rig.swap_bank(instrument).err();
        }
        let retired = self.front.retired_clips();
        self.give_back(retired.map(Spent::Samples));
        if let Some(samples) = self.incoming.take() {
            self.incoming = self.front.swap_clips(samples).err();
        }
    }
}
