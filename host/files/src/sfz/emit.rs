//! From a region as it was read to rows of the tables. What regions have in common is written once.

mod motion;
mod settle;

use super::curve;
use super::draft::{Draft, Fades, Ranges, Root};
use super::region::{Region, Sound};
use super::report::{NoteKind, Place, Report};
use crate::kit::KitTables;
use ripieno_synth::sampler::{
    ControlRange, Crossfade, FadeBy, FilterKind, Kit, Parameter, Part, Repeat, Run, Trigger, WaveKind,
};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

/// By how much the keys of regions are shifted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shift {
    pub keys: i32,
    /// Switches, beyond the keys.
    pub switches: i32,
}

/// A recording's path as the text has it.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub path: Rc<str>,
    pub place: Place,
}

/// Writes regions.
#[derive(Debug, Default)]
pub struct Emitter {
    pub tables: KitTables,
    pub regions: Vec<Region>,
    pub wanted: Vec<Wanted>,
    numbers: HashMap<Rc<str>, u32>,
    curves: HashMap<Vec<u32>, u16>,
    /// Counters of round robins, by a hash of what starts them.
    turns: HashMap<u64, u16>,
    /// Bytes of what is in no table.
    spent: usize,
    moved: motion::Written,
    ranges: Option<(Rc<Ranges>, [Run; 2])>,
    fades: Option<(Rc<Fades>, i32, Run)>,
}

/// Why a region does not sound.
type Silent = Option<(NoteKind, String)>;

impl Emitter {
    /// Bytes of all that regions fill.
    fn bytes(&self) -> usize {
        let tables = &self.tables;
        self.spent
            + size_of_val(tables.values.as_slice())
            + size_of_val(tables.links.as_slice())
            + size_of_val(tables.ranges.as_slice())
            + size_of_val(tables.fades.as_slice())
            + size_of_val(tables.points.as_slice())
            + size_of_val(tables.envelopes.as_slice())
            + size_of_val(tables.lfos.as_slice())
            + size_of_val(tables.lfo_parts.as_slice())
            + size_of_val(tables.steps.as_slice())
            + size_of_val(self.regions.as_slice())
    }

    /// Writes a region, or notes why it is left out.
    pub fn region(&mut self, draft: &Draft, shift: Shift, place: Place, allowed: usize, report: &mut Report) {
        report.regions += 1;
        if draft.lfos.len().max(draft.envelopes.len()) > Kit::MOST_FLEX {
            let message =
                format!("a region has {} flex LFOs and envelopes that move: further ones stand still", Kit::MOST_FLEX);
            report.note(place, NoteKind::Limit, message);
        }
        if let Err(why) = self.write(draft, shift, allowed) {
            report.dropped += 1;
            if let Some((kind, message)) = why {
                report.note(place, kind, message);
            }
        }
    }

    fn write(&mut self, draft: &Draft, shift: Shift, allowed: usize) -> Result<(), Silent> {
        if self.bytes() >= allowed {
            let message = "regions inherit more than the text is long: this one is left out";
            return Err(Some((NoteKind::Limit, message.into())));
        }
        // `end=-1` switches a region off: that is what its author wants.
        if draft.end.is_some_and(|end| end <= 0) {
            return Err(None);
        }
        let wrong = |message: &str| Some((NoteKind::Value, message.to_owned()));
        let sample = draft.sample.as_ref().ok_or_else(|| wrong("the region has no sample"))?;
        let keys = keys(draft, shift).map_err(wrong)?;
        let has_starters = draft.ranges.keys().any(|(is_starter, _)| *is_starter);
        if keys.is_none() && !has_starters {
            return Err(wrong("no key and no controller starts the region"));
        }
        if draft.part.velocities[0] > draft.part.velocities[1] {
            return Err(wrong("lovel is above hivel: nothing starts the region"));
        }
        let sound = self.sound(sample, draft)?;

        let mut part = draft.part;
        part.end = draft.end.map_or(u32::MAX, |end| (end as u32).saturating_add(1));
        part.offset = if draft.is_offset_percent { 0 } else { draft.offset as u32 };
        part.repeat = draft.repeat.unwrap_or(Repeat::None) as u8;
        if part.polyphony > 0 && part.group == 0 {
            // Without a group the header that limits its voices counts them.
            part.polyphony_set = draft.polyphony_of;
        }
        switches(&mut part, draft, shift);
        for (kind, cutoff) in part.filters.iter_mut().zip([Parameter::Cutoff1, Parameter::Cutoff2]) {
            *kind = filter(*kind, draft.values[cutoff as usize].is_some()) as u8;
        }
        [part.conditions, part.starters] = self.write_ranges(draft);
        part.fades = self.write_fades(draft, shift.keys);
        (part.links, part.envelopes, part.lfos) = self.moved.write(&mut self.tables, draft);
        if !draft.velocity_curve.is_empty() {
            part.velocity_curve = self.velocity_curve(&draft.velocity_curve);
        }
        let root_row = self.write_values(&mut part, draft, shift.keys);
        let mut region = Region {
            part,
            sound,
            repeat: draft.repeat,
            loop_start: draft.loop_start,
            loop_end: draft.loop_end,
            loop_crossfade: draft.loop_crossfade,
            offset_percent: draft.is_offset_percent.then_some(draft.offset as f32),
            root_row,
        };
        if let Some(keys) = keys {
            region.part.keys = keys;
            self.spent += size_of::<u32>() * usize::from(keys[1] - keys[0]);
            self.take_turns(&mut region.part, draft);
            self.regions.push(region);
        }
        if has_starters {
            region.part.trigger = Trigger::Control as u8;
            region.part.keys = [0, 127];
            region.part.velocities = [0, 127];
            self.take_turns(&mut region.part, draft);
            self.regions.push(region);
        }
        Ok(())
    }

    fn sound(&mut self, sample: &Rc<str>, draft: &Draft) -> Result<Sound, Silent> {
        if let Some(name) = sample.strip_prefix('*') {
            return Ok(Sound::Generator(match name.trim().to_ascii_lowercase().as_str() {
                "sine" => WaveKind::Sine,
                "saw" => WaveKind::Saw,
                "square" => WaveKind::Square,
                "triangle" => WaveKind::Triangle,
                "noise" | "gnoise" => WaveKind::Noise,
                "silence" => WaveKind::Silence,
                _ => {
                    return Err(Some((
                        NoteKind::Sample,
                        format!("there is no generator {sample}: its regions are left out"),
                    )));
                }
            }));
        }
        let number = self.numbers.entry(sample.clone()).or_insert_with(|| {
            self.spent += PATH_COPIES * sample.len();
            self.wanted.push(Wanted { path: sample.clone(), place: draft.sample_place });
            self.wanted.len() as u32 - 1
        });
        Ok(Sound::Recording(*number))
    }

    /// The rows of conditions and of starters.
    fn write_ranges(&mut self, draft: &Draft) -> [Run; 2] {
        if let Some((known, runs)) = &self.ranges
            && Rc::ptr_eq(known, &draft.ranges)
        {
            return *runs;
        }
        let runs = [false, true].map(|wanted| {
            let start = self.tables.ranges.len() as u32;
            let ranges = draft.ranges.iter().filter(|((is_starter, _), _)| *is_starter == wanted);
            self.tables.ranges.extend(ranges.map(|((_, control), [low, high])| ControlRange {
                control: *control,
                unused: 0,
                low: *low,
                high: *high,
            }));
            Run { start, count: self.tables.ranges.len() as u32 - start }
        });
        self.ranges = Some((draft.ranges.clone(), runs));
        runs
    }

    fn write_fades(&mut self, draft: &Draft, shift: i32) -> Run {
        if let Some((known, known_shift, run)) = &self.fades
            && Rc::ptr_eq(known, &draft.fades)
            && *known_shift == shift
        {
            return *run;
        }
        let start = self.tables.fades.len() as u32;
        for (&(by, is_out, control), &[low, high]) in draft.fades.iter() {
            let own = if is_out { 127.0 } else { 0.0 };
            let shift = if by == FadeBy::Key as u8 { shift as f32 } else { 0.0 };
            let [low, high] = [low, high].map(|end| end.map_or(own, |end| end + shift));
            // One end alone is a step.
            let (low, high) = if is_out { (low.min(high), high) } else { (low, high.max(low)) };
            self.tables.fades.push(Crossfade { by, is_out: u8::from(is_out), control, low, high });
        }
        let run = Run { start, count: self.tables.fades.len() as u32 - start };
        self.fades = Some((draft.fades.clone(), shift, run));
        run
    }

    /// Everything that has a number of its own; the row that waits for the recording's key, if there is one.
    fn write_values(&mut self, part: &mut Part, draft: &Draft, shift: i32) -> Option<u32> {
        let mut values = draft.values;
        let mut add = |parameter: Parameter, value: f32| {
            let own = values[parameter as usize].unwrap_or(parameter.default());
            values[parameter as usize] = Some(own + value);
        };
        add(Parameter::Volume, draft.volumes.iter().sum());
        add(Parameter::Amplitude, draft.amplitudes.iter().product::<f32>() - Parameter::Amplitude.default());
        add(Parameter::Tune, draft.tunes.iter().sum());
        for (parameter, [center, track]) in [Parameter::Pan, Parameter::Position].into_iter().zip(draft.tracks) {
            // The key's own share is a link.
            add(parameter, -center * track);
        }
        let mut root_row = None;
        values[Parameter::PitchKeycenter as usize] = match draft.root {
            Root::Key(key) => Some((key + shift as f32).clamp(-127.0, 254.0)),
            Root::Sample => {
                self.tables.set(part, Parameter::PitchKeycenter, 60.0);
                root_row = Some(self.tables.values.len() as u32 - 1);
                None
            }
        };
        for (&parameter, value) in Parameter::ALL.iter().zip(values) {
            if let Some(value) = value.filter(|value| *value != parameter.default()) {
                self.tables.set(part, parameter, value);
            }
        }
        root_row
    }

    /// The number of a curve, which is made once.
    fn velocity_curve(&mut self, points: &BTreeMap<u16, f32>) -> u16 {
        let curve = curve::through(points);
        let bits: Vec<u32> = curve.iter().map(|value| value.to_bits()).collect();
        *self.curves.entry(bits).or_insert_with(|| {
            self.spent += CURVE_COPIES * size_of_val(&curve);
            self.tables.curves.push(curve);
            (self.tables.curves.len() - 1).min(usize::from(Part::NO_CURVE)) as u16
        })
    }

    /// Gives a part of a round robin its counter: regions that the same notes start share one, so that all of them have the
    /// same turn.
    fn take_turns(&mut self, part: &mut Part, draft: &Draft) {
        if part.sequence_length <= 1 {
            part.sequence_position = 1;
            return;
        }
        let pair = |[low, high]: [u8; 2]| u32::from(low) << 8 | u32::from(high);
        let mut key = vec![
            pair(part.keys) << 16 | pair(part.velocities),
            pair(part.channels) << 16 | pair([part.trigger, part.sequence_length]),
            pair(part.channel_pressure) << 16 | pair(part.key_pressure),
            u32::from(part.bend[0] as u16) << 16 | u32::from(part.bend[1] as u16),
            pair(part.switch_last) << 16 | pair([part.switch_down, part.switch_up]),
            pair([part.switch_previous, part.switch_default]) << 16 | u32::from(part.flags & Part::PREVIOUS_VELOCITY),
        ];
        key.extend(part.random.into_iter().chain(part.tempo).map(f32::to_bits));
        for ((is_starter, control), [low, high]) in draft.ranges.iter() {
            key.extend([u32::from(*is_starter) << 16 | u32::from(*control), low.to_bits(), high.to_bits()]);
        }
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let (key, next) = (hasher.finish(), self.turns.len());
        if next < usize::from(Kit::MAX_SEQUENCES) || self.turns.contains_key(&key) {
            part.sequence = *self.turns.entry(key).or_insert(next as u16);
        } else {
            // All counters are taken: chance decides.
            let share = |n: u8| f32::from(n) / f32::from(part.sequence_length);
            part.random = [share(part.sequence_position.saturating_sub(1)), share(part.sequence_position)];
            (part.sequence_length, part.sequence_position) = (1, 1);
        }
    }
}

/// How often a path and a curve are there.
const PATH_COPIES: usize = 3;
const CURVE_COPIES: usize = 2;

/// The keys that start a region; `None` for no key at all.
fn keys(draft: &Draft, shift: Shift) -> Result<Option<[u8; 2]>, &'static str> {
    let [low, Some(high)] = draft.keys else { return Ok(None) };
    let low = low.unwrap_or(0);
    if low > high {
        return Err("lokey is above hikey: nothing starts the region");
    }
    if (low, high) == (0, 127) {
        return Ok(Some([0, 127]));
    }
    let [low, high] = [low, high].map(|key| i32::from(key) + shift.keys);
    if high < 0 || low > 127 {
        return Err("its keys are shifted off the keyboard");
    }
    Ok(Some([low, high].map(|key| key.clamp(0, 127) as u8)))
}

/// A cutoff makes a filter, of two poles if nothing else is said; without one there is none, but for pink, which has none.
fn filter(kind: u8, has_cutoff: bool) -> FilterKind {
    match (FilterKind::from_number(kind), has_cutoff) {
        (FilterKind::None, true) => FilterKind::Lpf2,
        (FilterKind::Pink, _) => FilterKind::Pink,
        (_, false) => FilterKind::None,
        (kind, true) => kind,
    }
}

/// Key switches, shifted.
fn switches(part: &mut Part, draft: &Draft, shift: Shift) {
    let by = shift.keys + shift.switches;
    let shifted = |key: u8| (i32::from(key) + by).clamp(0, 127) as u8;
    let of = |key: u8| if key == Part::NO_KEY { key } else { shifted(key) };
    part.switch_last = match (draft.switch_range, draft.switch_last) {
        ([None, None], None) => Part::WHOLE.switch_last,
        ([None, None], Some(key)) => [shifted(key); 2],
        ([low, high], _) => [low.or(high), high.or(low)].map(|key| key.map_or(0, shifted)),
    };
    part.switch_keys = match draft.switch_keys {
        [Some(low), Some(high)] => [shifted(low), shifted(high)],
        // A key that is asked for is a switch.
        _ => part.switch_last,
    };
    part.switch_down = of(part.switch_down);
    part.switch_up = of(part.switch_up);
    part.switch_previous = of(part.switch_previous);
    part.switch_default = of(part.switch_default);
}
