//! Modulators of SoundFont 2.04 section 8.2: a controller, shaped, scales an amount onto a generator.

use crate::Generator;
use crate::shape::Source;

/// One connection `amount · shape(source) · shape(amount source)`, added to a generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Modulator {
    /// The primary controller and its shape, as the file encodes them (section 8.2).
    pub source: u16,
    /// The generator it moves.
    pub destination: Generator,
    /// Full-scale amount in the generator's unit.
    pub amount: i16,
    /// The secondary controller; 0 means always full.
    pub amount_source: u16,
    /// Take the absolute value (transform 2) rather than the linear one (0).
    pub absolute: bool,
}

impl Modulator {
    /// True when both describe the same connection, whatever its amount (section 9.5.1).
    pub fn same_connection(&self, other: &Self) -> bool {
        (self.source, self.destination, self.amount_source, self.absolute)
            == (other.source, other.destination, other.amount_source, other.absolute)
    }
}

/// The modulators of one region, at most [`Modulators::CAPACITY`]; more are dropped and counted.
#[derive(Clone, Debug, Eq)]
pub struct Modulators {
    list: [Modulator; Self::CAPACITY],
    length: u8,
    dropped: u8,
}

impl PartialEq for Modulators {
    fn eq(&self, other: &Self) -> bool {
        (self.as_slice(), self.dropped) == (other.as_slice(), other.dropped)
    }
}

impl Modulators {
    /// The ten defaults of the standard and as many again and more from the file.
    pub const CAPACITY: usize = 32;

    const UNUSED: Modulator =
        Modulator { source: 0, destination: Generator::Attenuation, amount: 0, amount_source: 0, absolute: false };

    /// The ten default modulators of SF 2.04 section 8.4, in its order.
    ///
    /// Two are written as players have come to read them: controller 10 pans by ±500, because its bipolar range already
    /// spans both sides, and the pitch wheel moves [`Generator::FineTune`], the nearest thing to the standard's
    /// "initial pitch" that has a number.
    const STANDARD: [Modulator; 10] = {
        const fn connect(source: u16, destination: Generator, amount: i16, amount_source: u16) -> Modulator {
            Modulator { source, destination, amount, amount_source, absolute: false }
        }
        [
            connect(0x0502, Generator::Attenuation, 960, 0),
            connect(0x0102, Generator::FilterCutoff, -2400, 0),
            connect(0x000D, Generator::VibLfoToPitch, 50, 0),
            connect(0x0081, Generator::VibLfoToPitch, 50, 0),
            connect(0x0587, Generator::Attenuation, 960, 0),
            connect(0x028A, Generator::Pan, 500, 0),
            connect(0x058B, Generator::Attenuation, 960, 0),
            connect(0x00DB, Generator::ReverbSend, 200, 0),
            connect(0x00DD, Generator::ChorusSend, 200, 0),
            connect(0x020E, Generator::FineTune, 12_700, 0x0010),
        ]
    };

    /// What every SoundFont region starts from: the ten default modulators of SF 2.04 section 8.4.
    ///
    /// ```
    /// use ripieno_synth::Modulators;
    /// assert_eq!(Modulators::standard().as_slice().len(), 10);
    /// ```
    pub const fn standard() -> Self {
        let mut modulators = Self::EMPTY;
        while (modulators.length as usize) < Self::STANDARD.len() {
            modulators.list[modulators.length as usize] = Self::STANDARD[modulators.length as usize];
            modulators.length += 1;
        }
        modulators
    }

    /// What regions of files before version 2.04 start from: there velocity closes the filter below 64 only. Such files
    /// often switch exactly this connection off.
    pub const fn standard_2_01() -> Self {
        const VELOCITY_TO_CUTOFF: usize = 1;
        const VELOCITY_BELOW_64: u16 = 0x0D02;
        let mut modulators = Self::standard();
        modulators.list[VELOCITY_TO_CUTOFF].amount_source = VELOCITY_BELOW_64;
        modulators
    }

    /// No modulators.
    pub const EMPTY: Self = Self { list: [Self::UNUSED; Self::CAPACITY], length: 0, dropped: 0 };

    /// The modulators, in the order they were added.
    pub fn as_slice(&self) -> &[Modulator] {
        self.list.get(..usize::from(self.length)).unwrap_or(&[])
    }

    /// True when a MIDI controller moves something.
    pub(crate) fn listens_to_controller(&self, number: u8) -> bool {
        self.reads(|source| source.controller() == Some(number))
    }

    /// True when a [`crate::shape::general`] source moves something.
    pub(crate) fn listens_to_general(&self, index: u16) -> bool {
        self.reads(|source| source.controller().is_none() && source.general() == index)
    }

    fn reads(&self, is_meant: impl Fn(Source) -> bool) -> bool {
        self.as_slice()
            .iter()
            .any(|modulator| is_meant(Source(modulator.source)) || is_meant(Source(modulator.amount_source)))
    }

    /// Becomes equal to another, whose unused places stay where they are.
    pub(crate) fn copy_from(&mut self, other: &Self) {
        for (own, modulator) in self.list.iter_mut().zip(other.as_slice()) {
            *own = *modulator;
        }
        (self.length, self.dropped) = (other.length, other.dropped);
    }

    /// How many found no place.
    pub fn dropped(&self) -> u8 {
        self.dropped
    }

    /// A later zone of the same level: replaces an equal connection, or joins the list.
    pub fn replace(&mut self, modulator: Modulator) {
        match self.find(&modulator) {
            Some(known) => known.amount = modulator.amount,
            None => self.push(modulator),
        }
    }

    /// A preset zone on top of an instrument: adds to an equal connection, or joins the list.
    pub fn add(&mut self, modulator: Modulator) {
        match self.find(&modulator) {
            Some(known) => known.amount = known.amount.saturating_add(modulator.amount),
            None => self.push(modulator),
        }
    }

    fn find(&mut self, modulator: &Modulator) -> Option<&mut Modulator> {
        let length = usize::from(self.length);
        self.list.iter_mut().take(length).find(|known| known.same_connection(modulator))
    }

    /// Forgets all.
    pub(crate) fn clear(&mut self) {
        (self.length, self.dropped) = (0, 0);
    }

    /// Joins the list, known or not.
    pub(crate) fn push(&mut self, modulator: Modulator) {
        match self.list.get_mut(usize::from(self.length)) {
            Some(slot) => (*slot, self.length) = (modulator, self.length + 1),
            None => self.dropped = self.dropped.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulator(source: u16, amount: i16) -> Modulator {
        Modulator { source, amount, ..Modulators::UNUSED }
    }

    #[test]
    fn replace_overrides_and_add_sums() {
        let mut list = Modulators::EMPTY;
        list.replace(modulator(1, 100));
        list.replace(modulator(1, 50));
        list.add(modulator(1, 7));
        list.add(modulator(2, 9));
        assert_eq!(list.as_slice(), [modulator(1, 57), modulator(2, 9)]);
    }

    #[test]
    fn listening_names_the_sources() {
        use crate::shape::general;
        let standard = Modulators::standard();
        assert!(standard.listens_to_controller(7) && standard.listens_to_controller(91));
        assert!(!standard.listens_to_controller(2));
        assert!(standard.listens_to_general(general::WHEEL) && standard.listens_to_general(general::WHEEL_RANGE));
        assert!(!standard.listens_to_general(general::KEY));
    }

    #[test]
    fn a_full_list_counts_what_it_drops() {
        let mut list = Modulators::EMPTY;
        for source in 0..40 {
            list.replace(modulator(source, 1));
        }
        assert_eq!((list.as_slice().len(), list.dropped()), (Modulators::CAPACITY, 8));
    }
}
