//! Values that several mappings share, because they have the same target: one place each, whoever sets them.

use crate::action::Action;
use crate::score::LAYERS;
use crate::value::CENTRE;

/// Effect parameters at most.
pub(crate) const PARAMETERS: usize = 64;
/// Effects at most.
pub(crate) const EFFECTS: usize = 16;
/// The furthest transposition, in semitones up or down.
pub(crate) const SEMITONES: u8 = 24;

const FIRST_EFFECT: usize = PARAMETERS;
const FIRST_LAYER: usize = FIRST_EFFECT + EFFECTS;
const MASTER: usize = FIRST_LAYER + LAYERS;
const TEMPO: usize = MASTER + 1;
const TRANSPOSE: usize = TEMPO + 1;
const TARGETS: usize = TRANSPOSE + 1;

/// The shared values: unknown until something sets them.
#[derive(Debug)]
pub(crate) struct Targets {
    values: [u16; TARGETS],
    known: Marks,
    /// Those whose other mappings have not been told.
    changed: Marks,
}

impl Targets {
    pub const fn new() -> Self {
        let mut targets = Self { values: [0; TARGETS], known: Marks::NONE, changed: Marks::NONE };
        targets.values[TRANSPOSE] = from_semitones(0);
        targets.known.insert(TRANSPOSE);
        targets
    }

    /// The value of an action's target: none if it is the mapping's own, or unknown.
    pub fn value(&self, action: &Action) -> Option<u16> {
        let place = place(action)?;
        if self.known.has(place) { self.values.get(place).copied() } else { None }
    }

    /// Sets the value of an action's target, if it has one. Returns false if it is the mapping's own.
    pub fn set(&mut self, action: &Action, value: u16) -> bool {
        let Some(place) = place(action) else { return false };
        let Some(old) = self.values.get_mut(place) else { return false };
        if !self.known.has(place) || *old != value {
            *old = value;
            self.known.insert(place);
            self.changed.insert(place);
        }
        true
    }

    /// Sets the value of an action's target if nobody has. A layer is on only once it has begun.
    pub fn seed(&mut self, action: &Action, value: u16) {
        if self.value(action).is_none() && !matches!(action, Action::Layer(_)) {
            self.set(action, value);
        }
    }

    /// True when some value's other mappings have not been told.
    pub fn is_changed(&self) -> bool {
        !self.changed.is_empty()
    }

    /// The targets whose mappings are to be told, which are none afterwards.
    pub const fn take_changed(&mut self) -> Marks {
        core::mem::replace(&mut self.changed, Marks::NONE)
    }
}

/// A set of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks([u32; TARGETS.div_ceil(32)]);

impl Marks {
    pub const NONE: Self = Self([0; TARGETS.div_ceil(32)]);

    pub fn is_empty(self) -> bool {
        self.0.iter().fold(0, |all, marks| all | marks) == 0
    }

    pub fn contains(self, action: &Action) -> bool {
        place(action).is_some_and(|place| self.has(place))
    }

    const fn has(self, place: usize) -> bool {
        place < TARGETS && self.0[place / 32] & 1 << (place % 32) != 0
    }

    const fn insert(&mut self, place: usize) {
        if place < TARGETS {
            self.0[place / 32] |= 1 << (place % 32);
        }
    }
}

/// Where an action's value is, if it is shared. `const` tables above leave room for every number that a set-up takes.
fn place(action: &Action) -> Option<usize> {
    let (first, number, count) = match action {
        Action::Parameter(id) => (0, usize::from(id.0), PARAMETERS),
        Action::Effect(id) => (FIRST_EFFECT, usize::from(id.0), EFFECTS),
        Action::Layer(place) => (FIRST_LAYER, usize::from(*place), LAYERS),
        Action::Master => (MASTER, 0, 1),
        Action::Tempo => (TEMPO, 0, 1),
        Action::Transpose { .. } => (TRANSPOSE, 0, 1),
        _ => return None,
    };
    (number < count).then_some(first + number)
}

/// True for actions that are on or off: a knob switches them at half of its way.
pub(crate) const fn is_switch(action: &Action) -> bool {
    !action.has_value() || matches!(action, Action::Layer(_))
}

/// The transposition that a value means: 0..=65535 is the whole way from the lowest to the highest.
pub(crate) fn semitones(value: u16) -> i8 {
    let range = 2 * u32::from(SEMITONES);
    ((u32::from(value) * range + u32::from(CENTRE - 1)) / u32::from(u16::MAX)) as i8 - SEMITONES as i8
}

/// The value that means a transposition; more than the furthest counts as that.
pub(crate) const fn from_semitones(semitones: i8) -> u16 {
    let (up, range) = (semitones as i32 + SEMITONES as i32, 2 * SEMITONES as i32);
    let up = if up < 0 {
        0
    } else if up > range {
        range
    } else {
        up
    };
    (up * u16::MAX as i32 / range) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_types::{EffectId, ParamId};

    #[test]
    fn every_target_has_its_own_place() {
        let mut seen = [false; TARGETS];
        let parameters = (0..PARAMETERS as u8).map(|id| Action::Parameter(ParamId(id)));
        let effects = (0..EFFECTS as u8).map(|id| Action::Effect(EffectId(id)));
        let layers = (0..LAYERS as u16).map(Action::Layer);
        let single = [Action::Master, Action::Tempo, Action::Transpose { by: 1 }];
        for action in parameters.chain(effects).chain(layers).chain(single) {
            assert!(!core::mem::replace(&mut seen[place(&action).unwrap()], true), "{action:?}");
        }
        assert!(seen.into_iter().all(|seen| seen));
        let beyond = [Action::Parameter(ParamId(64)), Action::Effect(EffectId(16)), Action::Layer(LAYERS as u16)];
        assert!(beyond.iter().all(|action| place(action).is_none()));
    }

    #[test]
    fn semitones_and_their_values_agree() {
        assert!((-24..=24).all(|by| semitones(from_semitones(by)) == by));
        assert_eq!([0, CENTRE, u16::MAX].map(semitones), [-24, 0, 24]);
        assert_eq!([-128, -24, 127].map(from_semitones), [0, 0, u16::MAX]);
    }
}
