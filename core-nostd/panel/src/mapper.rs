//! The mapper: what a control does, looked up and carried through its glue. A pure state machine: time is an argument.

mod act;
mod cell;
mod dispatch;
mod feedback;
mod held;
mod knob;
mod output;
mod replace;
mod slots;
mod switch;
pub(crate) mod target;
pub(crate) mod timing;

pub use feedback::LIGHTS_PER_SECOND;
pub use output::{MapperStats, MappingId, Output, Phase};

use crate::action::Action;
use crate::decoder::{Decoder, Event};
use crate::panels::{BankId, PanelId, PanelKind};
use crate::setup::{Setup, SetupRead};
use crate::source::{Control, DeviceId, Source};
use cell::Cell;
use feedback::Lights;
use heapless::Vec;
use held::{Key, Notes, Orphan, Positions};
use ripieno_types::midi::{HeldControls, MidiWord};
use slots::Slots;
use target::Targets;
use timing::Timings;

/// Devices whose pairs of controllers and parameter numbers are followed apart: 0..=15, and all others together.
pub const DEVICES: usize = 17;
/// Controls that may be down at a time.
pub const HELD: usize = 256;
/// Knobs whose place is remembered.
pub const KNOBS: usize = 64;
/// Of each of these so many at a time: buttons and encoders that wait for a time, notes that several hold, actions whose
/// mapping is gone, lights to be turned off.
pub const RARE: usize = 256;

/// Maps. The set-up is inside, of any type that can be read; [`replace`](Self::replace) brings another.
///
/// `MAPPINGS` is at least what the set-up's type has room for. `DEVICES` of at least 1, `HELD`, `KNOBS` and `RARE` are for
/// boards, which have fewer of them than the defaults of the same name: see [`with_memory`](Self::with_memory).
#[derive(Debug)]
pub struct Mapper<
    S,
    const MAPPINGS: usize,
    const DEVICES: usize = { crate::mapper::DEVICES },
    const HELD: usize = { crate::mapper::HELD },
    const KNOBS: usize = { crate::mapper::KNOBS },
    const RARE: usize = { crate::mapper::RARE },
> {
    setup: S,
    /// One for each of the set-up's mappings.
    cells: Vec<Cell, MAPPINGS>,
    lights: Lights<RARE>,
    decoders: [Decoder; DEVICES],
    /// Who was heard last of those that share the last decoder.
    last: DeviceId,
    /// One bit for each decoder in which half of a pair waits.
    waiting: u32,
    slots: Slots,
    keys: Vec<Key, HELD>,
    orphans: Vec<Orphan, RARE>,
    notes: Notes<RARE>,
    /// What was passed on to the synth that is no note.
    passed: HeldControls,
    targets: Targets,
    positions: Positions<KNOBS>,
    timings: Timings<RARE>,
    /// The bank of knobs that have none of their own.
    bank: BankId,
    now: u64,
    stats: MapperStats,
}

impl<const PANELS: usize, const PRESETS: usize, const MAPPINGS: usize>
    Mapper<Setup<PANELS, PRESETS, MAPPINGS>, MAPPINGS>
{
    /// A mapper that goes by a set-up in memory, with room for [`DEVICES`], [`HELD`], [`KNOBS`] and [`RARE`]. Control.
    pub fn new(setup: Setup<PANELS, PRESETS, MAPPINGS>) -> Self {
        Self::with_memory(setup)
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
    /// A mapper that goes by a set-up, with room for as much as its type says. Devices from `DEVICES - 1` on share their
    /// place. Control.
    pub fn with_memory(setup: S) -> Self {
        const {
            assert!(MAPPINGS < u16::MAX as usize, "mappings are counted in 16 bits");
            assert!(S::MAPPINGS <= MAPPINGS, "every set-up of this type must find room");
            assert!(1 <= DEVICES && DEVICES <= u32::BITS as usize, "from 1 to 32 devices");
            assert!(KNOBS < u16::MAX as usize, "knobs are counted in 16 bits");
        }
        let mut mapper = Self {
            slots: Slots::new(&setup),
            setup,
            cells: Vec::new(),
            lights: Lights::new(),
            decoders: core::array::from_fn(|_| Decoder::default()),
            last: DeviceId::UNKNOWN,
            waiting: 0,
            keys: Vec::new(),
            orphans: Vec::new(),
            notes: Notes::new(),
            passed: HeldControls::new(),
            targets: Targets::new(),
            positions: Positions::new(),
            timings: Timings::new(),
            bank: BankId(0),
            now: 0,
            stats: MapperStats::default(),
        };
        mapper.settle();
        mapper.show_all();
        mapper
    }

    /// Maps one word that arrived at `now` (microseconds on a clock that never runs backwards). Real-time.
    pub fn map(&mut self, now: u64, device: DeviceId, word: MidiWord, each: &mut impl FnMut(Output)) {
        let now = self.advance(now, each);
        self.word(now, device, word, each);
    }

    /// Maps one whole SysEx body, without F0 and F7. Real-time.
    pub fn sysex(&mut self, now: u64, device: DeviceId, body: &[u8], each: &mut impl FnMut(Output)) {
        let now = self.advance(now, each);
        let mut place = 0;
        while let Some(is_meant) = self.setup.pattern_meets(usize::from(place), body) {
            let control = Control { source: Source::SysEx(place), device, channel: None };
            if is_meant && !self.reading(now, control, Event::Trigger, each) {
                self.unmapped(control, Event::Trigger, each);
            }
            place += 1;
        }
    }

    /// Lets time pass: call it at or after [`due`](Self::due), and again for as long as that is not later: one call does a
    /// bounded part of what waits. Real-time.
    pub fn tick(&mut self, now: u64, each: &mut impl FnMut(Output)) {
        self.now = self.now.max(now);
        let ended = self.run_timers(each);
        self.run_pairs(each);
        self.show(self.now, ended, each);
    }

    /// When [`tick`](Self::tick) has something to do, if nothing else happens before. Real-time.
    pub fn due(&self) -> Option<u64> {
        let pairs = self.decoders.iter().enumerate().filter(|(place, _)| self.waiting & 1 << place != 0);
        let pairs = pairs.filter_map(|(_, decoder)| decoder.due()).min();
        [self.timings.due(), pairs, self.show_due()].into_iter().flatten().min()
    }

    /// Takes another set-up; returns the one before. Values, toggles and knob positions stay with mappings of the same preset
    /// and address; notes that are down end as they began. Real-time: a walk over both set-ups.
    ///
    /// Who is active is as the new set-up has it. A [`FlashSetup`](crate::FlashSetup) that comes back is as it was opened:
    /// ask [`panel`](Self::panel) before if what was activated is to be kept.
    pub fn replace(&mut self, setup: &mut S, now: u64, each: &mut impl FnMut(Output)) {
        self.advance(now, each);
        self.exchange(setup, each);
    }

    /// Makes a panel active or empties its slot. False when there is no such panel. Real-time.
    pub fn activate(&mut self, panel: PanelId, on: bool, now: u64, each: &mut impl FnMut(Output)) -> bool {
        self.advance(now, each);
        self.seat(panel, on, each)
    }

    /// Tells that an action's value was set by something else, so that knobs have to pick it up. Real-time: a walk over all
    /// mappings.
    pub fn moved(&mut self, action: Action, value: u16, each: &mut impl FnMut(Output)) {
        self.set_from_outside(&action, value, each);
    }

    /// Ends all that is down and everything that is due, as on a panic. Real-time: a walk over all mappings.
    pub fn release_all(&mut self, now: u64, each: &mut impl FnMut(Output)) {
        self.now = self.now.max(now);
        self.end_all(each);
    }

    /// Sends every light of a device anew, as after a reconnection. Real-time; the messages come with the next ticks, at most
    /// [`LIGHTS_PER_SECOND`].
    pub fn refresh(&mut self, device: DeviceId) {
        self.show_device(device);
    }

    /// Who has a slot. Any.
    pub fn panel(&self, kind: PanelKind, bank: BankId) -> Option<PanelId> {
        self.slots.at(kind, bank).panel
    }

    /// The set-up; if it lies in memory, active slots are as they are now. Any.
    pub fn setup(&self) -> &S {
        &self.setup
    }

    /// What was given up so far. Any.
    pub fn stats(&self) -> MapperStats {
        self.stats
    }

    /// The bank of knobs that have none of their own: that of the pads that were played last. Any.
    pub fn bank(&self) -> BankId {
        self.bank
    }

    /// What piano panels are transposed by, -24..=24 semitones. Any.
    pub fn semitones(&self) -> i8 {
        self.targets.value(&Action::Transpose { by: 0 }).map_or(0, target::semitones)
    }

    /// Lets timers run that are over by now. Clocks that run backwards stand still.
    fn advance(&mut self, now: u64, each: &mut dyn FnMut(Output)) -> u64 {
        self.now = self.now.max(now);
        self.run_timers(each);
        self.run_pairs(each);
        self.now
    }
}
