//! What a channel remembers of its keys and pedals, for parts that ask what happened before.

use super::part::Part;
use crate::channel::{Channel, cc};
use crate::pedal;
use ripieno_types::midi::pedal_is_down;

/// A key as it was last played.
#[derive(Clone, Copy, Debug, Default)]
pub struct Struck {
    /// Of its last note-on.
    pub velocity: u8,
    /// Of the note before that one.
    pub previous_velocity: u8,
    /// Its pressure.
    pub pressure: u8,
    /// The synth's frame of its last note-on; it wraps.
    pub frame: u32,
}

/// The memory of one channel.
#[derive(Clone, Debug)]
pub struct Keys {
    /// Keys that are down, one bit each.
    down: u128,
    /// Those of them that did nothing but choose parts.
    switches: u128,
    struck: [Struck; 128],
    /// The last switch that went down.
    pub last_switch: Option<u8>,
    /// The last key that went down and was no switch.
    pub previous: Option<u8>,
    previous_velocity: u8,
    is_alternate: bool,
    /// Keys that went up while a pedal held back parts of their release.
    waiting: u128,
    pub pedals: Pedals,
}

/// What a note-on was told of the time before it.
#[derive(Clone, Copy, Debug)]
pub struct Before {
    /// The key of the note before.
    pub key: Option<u8>,
    /// Another key was down.
    pub others_down: bool,
}

impl Keys {
    /// As a channel begins.
    pub fn new() -> Self {
        let mut keys = Self {
            down: 0,
            switches: 0,
            struck: [Struck::default(); 128],
            last_switch: None,
            previous: None,
            previous_velocity: 0,
            is_alternate: true,
            waiting: 0,
            pedals: Pedals { values: [0; 128], down: 0, caught: 0 },
        };
        keys.follow(&Channel::new(0));
        keys
    }

    /// Another bank: what was played before is none of its business, but keys that are down are.
    pub fn begin_bank(&mut self, channel: &Channel) {
        (self.last_switch, self.previous, self.waiting) = (None, None, 0);
        (self.is_alternate, self.switches) = (true, 0);
        self.follow(channel);
    }

    /// Takes over where a channel's controllers are.
    pub fn follow(&mut self, channel: &Channel) {
        for controller in 0..128 {
            self.pedals.control(controller, channel.controller(controller));
        }
    }

    /// A key went down.
    pub fn press(&mut self, key: u8, velocity: u8, frame: u32, is_switch: bool) -> Before {
        let before = Before { key: self.previous, others_down: self.down & !self.switches & !bit(key) != 0 };
        self.down |= bit(key);
        self.waiting &= !bit(key);
        let previous_velocity = if self.previous.is_some() { self.previous_velocity } else { velocity };
        if is_switch {
            self.switches |= bit(key);
            self.last_switch = Some(key);
        } else {
            self.switches &= !bit(key);
            self.is_alternate = !self.is_alternate;
            (self.previous, self.previous_velocity) = (Some(key), velocity);
        }
        if let Some(struck) = self.struck.get_mut(usize::from(key)) {
            (struck.velocity, struck.previous_velocity, struck.frame) = (velocity, previous_velocity, frame);
        }
        before
    }

    /// A key went up; false if it was up.
    pub fn lift(&mut self, key: u8) -> bool {
        let was_down = self.is_down(key);
        self.down &= !bit(key);
        was_down
    }

    /// True while a key is down.
    pub fn is_down(&self, key: u8) -> bool {
        self.down & bit(key) != 0
    }

    /// True while any key is down that is no switch.
    pub fn is_any_down(&self) -> bool {
        self.down & !self.switches != 0
    }

    /// True with every other note.
    pub fn is_alternate(&self) -> bool {
        self.is_alternate
    }

    /// How a key was last played.
    pub fn struck(&self, key: u8) -> Struck {
        self.struck.get(usize::from(key)).copied().unwrap_or_default()
    }

    /// A key's pressure.
    pub fn press_harder(&mut self, key: u8, value: u8) {
        if let Some(struck) = self.struck.get_mut(usize::from(key)) {
            struck.pressure = value;
        }
    }

    /// A controller moved; returns true if it is a pedal that went down with that.
    pub fn control(&mut self, controller: u8, value: u8) -> bool {
        let was_down = self.pedals.is_down(controller);
        self.pedals.control(controller, value);
        let goes_down = !was_down && self.pedals.is_down(controller);
        if goes_down && controller == cc::SOSTENUTO {
            self.pedals.caught = self.down;
        }
        goes_down
    }

    /// Whether the key's release waits for a pedal.
    pub fn set_waiting(&mut self, key: u8, is_waiting: bool) {
        self.waiting = self.waiting & !bit(key) | u128::from(is_waiting) << (key & 127);
    }

    /// Keys whose release waits for a pedal.
    pub fn waiting(&self) -> impl Iterator<Item = u8> + use<> {
        let waiting = self.waiting;
        (0..128).filter(move |&key| waiting & bit(key) != 0)
    }

    /// No release waits any more.
    pub fn forget_waiting(&mut self) {
        self.waiting = 0;
    }
}

/// Where a channel's controllers are, for parts that read any of them as a pedal.
#[derive(Clone, Copy, Debug)]
pub struct Pedals {
    values: [u8; 128],
    /// Controllers that are down as switches are, one bit each.
    down: u128,
    /// Keys that were down when the sostenuto pedal went down.
    caught: u128,
}

impl Pedals {
    fn control(&mut self, controller: u8, value: u8) {
        let is_down = pedal_is_down(self.is_down(controller), value);
        self.down = self.down & !bit(controller) | u128::from(is_down) << (controller & 127);
        if let Some(place) = self.values.get_mut(usize::from(controller)) {
            *place = value;
        }
    }

    /// A controller's value.
    pub fn value(&self, controller: u8) -> u8 {
        self.values.get(usize::from(controller)).copied().unwrap_or(0)
    }

    /// True while a controller, read as a switch, is on.
    pub fn is_down(&self, controller: u8) -> bool {
        self.down & bit(controller) != 0
    }

    /// The same, where a part may have its own idea from which value on that is; 0: it has none.
    fn is_down_from(&self, controller: u8, low: u8) -> bool {
        if low == 0 { self.is_down(controller) } else { self.value(controller) >= low }
    }

    /// How far the part's damper pedal holds what was let go, 0..=1.
    pub fn damper(&self, part: &Part, is_continuous: bool) -> f32 {
        if !part.has(Part::SUSTAINED) {
            0.0
        } else if is_continuous && part.sustain_low == 0 {
            pedal::damper(self.value(part.sustain_control))
        } else {
            f32::from(u8::from(self.is_down_from(part.sustain_control, part.sustain_low)))
        }
    }

    /// True while the part's sostenuto pedal is down.
    pub fn is_sostenuto_down(&self, part: &Part) -> bool {
        self.is_down_from(part.sostenuto_control, part.sostenuto_low)
    }

    /// True while a pedal holds back the part, which belongs to a key's release.
    pub fn hold_back(&self, part: &Part, key: u8) -> bool {
        let sustains = part.has(Part::SUSTAINED) && self.is_down_from(part.sustain_control, part.sustain_low);
        let catches = part.has(Part::CATCHABLE) && self.caught & bit(key) != 0 && self.is_sostenuto_down(part);
        sustains || catches
    }
}

fn bit(number: u8) -> u128 {
    1 << (number & 127)
}
