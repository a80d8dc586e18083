//! The tables of a kit while they are filled: what a parser of SFZ or of packs writes, and what the synth plays as one image.

mod bank;
mod file;
mod flash;

pub use bank::KitBank;
pub use file::{KitFile, KitFileError, KitText, PACK_TEXT};
pub use flash::{KitFlash, KitFlashError};

use ripieno_synth::sampler::{
    CURVE_POINTS, ControlRange, ControlStart, Crossfade, FlexEnvelope, FlexLfo, Kit, KitDraft, LfoPart, Link,
    Parameter, Part, Point, Run, Source, Trigger, Value, Wave, WaveKind,
};

/// What a recording's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaveInfo {
    /// Frames a second.
    pub rate_hz: u32,
    /// Channels, at least 1; a kit plays the first two.
    pub channels: u16,
    /// Frames; a longer recording counts as cut here.
    pub frames: u32,
    /// The first loop of the file: first frame, and one past its last.
    pub sustain_loop: Option<[u32; 2]>,
    /// The key that the file says it was recorded at.
    pub root_key: Option<u8>,
}

/// A kit in the making.
#[derive(Clone, Debug, PartialEq)]
pub struct KitTables {
    /// The parts, in file order; their runs lie in the tables below.
    pub parts: Vec<Part>,
    /// What parts set.
    pub values: Vec<Value>,
    /// What moves what.
    pub links: Vec<Link>,
    /// Conditions and starters.
    pub ranges: Vec<ControlRange>,
    /// Crossfades.
    pub fades: Vec<Crossfade>,
    /// Flex envelopes.
    pub envelopes: Vec<FlexEnvelope>,
    /// Their points.
    pub points: Vec<Point>,
    /// Flex LFOs.
    pub lfos: Vec<FlexLfo>,
    /// Their waves.
    pub lfo_parts: Vec<LfoPart>,
    /// Their steps.
    pub steps: Vec<f32>,
    /// Curves, SFZ's own first.
    pub curves: Vec<[f32; CURVE_POINTS]>,
    /// Recordings and generators.
    pub waves: Vec<Wave>,
    /// How controllers begin.
    pub controls: Vec<ControlStart>,
}

impl Default for KitTables {
    fn default() -> Self {
        Self {
            parts: Vec::new(),
            values: Vec::new(),
            links: Vec::new(),
            ranges: Vec::new(),
            fades: Vec::new(),
            envelopes: Vec::new(),
            points: Vec::new(),
            lfos: Vec::new(),
            lfo_parts: Vec::new(),
            steps: Vec::new(),
            curves: own_curves().into(),
            waves: Vec::new(),
            controls: Vec::new(),
        }
    }
}

/// What every part of a file follows that does not use these controllers itself: volume and expression, as squares, and pan.
/// As sfizz has them.
pub const USUAL_LINKS: [Link; 3] = [
    usual(7, Parameter::Amplitude, 4, 1.0),
    usual(11, Parameter::Amplitude, 4, 1.0),
    usual(10, Parameter::Pan, 1, 100.0),
];

/// How long such a controller is followed, in milliseconds.
const SMOOTH_MILLIS: u16 = 10;

const fn usual(control: u16, parameter: Parameter, curve: u16, depth: f32) -> Link {
    Link {
        source: control,
        scale: Source::NONE,
        target: parameter as u16,
        curve,
        scale_curve: 0,
        smooth: SMOOTH_MILLIS,
        depth,
        step: 0.0,
    }
}

/// The curves that SFZ defines by number: rising, rising through zero, both falling, square, root, falling root.
fn own_curves() -> [[f32; CURVE_POINTS]; 7] {
    let curves: [fn(f32) -> f32; 7] =
        [|x| x, |x| 2.0 * x - 1.0, |x| 1.0 - x, |x| 1.0 - 2.0 * x, |x| x * x, f32::sqrt, |x| (1.0 - x).sqrt()];
    curves.map(|curve| std::array::from_fn(|n| curve(n as f32 / (CURVE_POINTS - 1) as f32)))
}

impl KitTables {
    /// Sets a number of a part whose values are the last in the table: call it for one part after the other. Control.
    pub fn set(&mut self, part: &mut Part, parameter: Parameter, value: f32) {
        if part.values.count == 0 {
            part.values.start = self.values.len() as u32;
        }
        self.values.push(Value { parameter: parameter as u16, unused: 0, value });
        part.values.count += 1;
    }

    /// The image that the synth plays. Control.
    pub fn image(&self) -> Vec<u8> {
        let (mut keys, mut by_key) = ([Run::EMPTY; 128], Vec::new());
        let starts_by_key = |part: &Part| part.trigger != Trigger::Control as u8;
        for (key, run) in keys.iter_mut().enumerate() {
            run.start = by_key.len() as u32;
            let meant = self.parts.iter().enumerate().filter(|(_, part)| {
                starts_by_key(part) && (usize::from(part.keys[0])..=usize::from(part.keys[1])).contains(&key)
            });
            by_key.extend(meant.map(|(number, _)| number as u32));
            run.count = by_key.len() as u32 - run.start;
        }
        let by_control: Vec<u32> =
            (0..).zip(&self.parts).filter(|(_, part)| !starts_by_key(part)).map(|(number, _)| number).collect();
        let is_switch =
            |key: &u8| self.parts.iter().any(|part| (part.switch_last[0]..=part.switch_last[1]).contains(key));
        let switches: Vec<u8> = (0..128).filter(is_switch).collect();
        let draft = KitDraft {
            parts: &self.parts,
            keys: &keys,
            by_key: &by_key,
            by_control: &by_control,
            values: &self.values,
            links: &self.links,
            ranges: &self.ranges,
            fades: &self.fades,
            envelopes: &self.envelopes,
            points: &self.points,
            lfos: &self.lfos,
            lfo_parts: &self.lfo_parts,
            steps: &self.steps,
            curves: &self.curves,
            waves: &self.waves,
            controls: &self.controls,
            switches: &switches,
        };
        let mut image = vec![0; draft.len()];
        let written = draft.write(&mut image);
        debug_assert_eq!(written, Ok(image.len()), "the image has the draft's own length");
        image
    }

    /// Lays the recordings one behind the other in one pool, each one's left channel before its right one, in the order of
    /// the waves: the places are in the waves from here on. Returns the frames of the pool; `None` if there are more than a
    /// pool can number. Control.
    pub fn lay(&mut self) -> Option<u32> {
        let mut frames = 0_u32;
        for wave in &mut self.waves {
            if wave.kind == WaveKind::Recording as u8 {
                wave.left = frames;
                frames = frames.checked_add(wave.frames)?;
                wave.right = if wave.channels > 1 { frames } else { wave.left };
                if wave.channels > 1 {
                    frames = frames.checked_add(wave.frames)?;
                }
            }
        }
        Some(frames)
    }

    /// As many sequence counters as are used, so that further ones take their numbers from there. Control.
    pub fn next_sequence(&self) -> u16 {
        let used = self.parts.iter().filter(|part| part.sequence_length > 1).map(|part| part.sequence + 1);
        used.max().unwrap_or(0) % Kit::MAX_SEQUENCES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_lead_to_their_parts() {
        let mut tables = KitTables::default();
        let mut loud = Part { keys: [60, 62], ..Part::WHOLE };
        tables.set(&mut loud, Parameter::Volume, 6.0);
        let by_control = Part { trigger: Trigger::Control as u8, ..Part::WHOLE };
        tables.parts = vec![Part { keys: [0, 60], ..Part::WHOLE }, loud, by_control];
        let image = tables.image();
        let kit = Kit::new(&image).unwrap();
        let parts = |key| kit.parts_of_key(key).map(|(number, _)| number).collect::<Vec<_>>();
        assert_eq!([parts(0), parts(60), parts(61), parts(63)], [vec![0], vec![0, 1], vec![1], vec![]]);
        assert!(kit.parts_of_controls().map(|(number, _)| number).eq([2]));
        assert_eq!(kit.values.run(kit.parts.at(1).unwrap().values).next().unwrap().value, 6.0);
        let curve = |number| kit.curves.at(number).unwrap();
        assert_eq!((curve(1)[0], curve(4)[127], curve(6)[127]), (-1.0, 1.0, 0.0));
    }

    #[test]
    fn recordings_lie_one_behind_the_other() {
        let wave = |kind: WaveKind, channels, frames| Wave {
            kind: kind as u8,
            channels,
            unused: 0,
            rate_hz: 48_000,
            frames,
            left: 7,
            right: 7,
        };
        let mut tables = KitTables { waves: vec![wave(WaveKind::Recording, 2, 10)], ..KitTables::default() };
        tables.waves.extend([wave(WaveKind::Sine, 1, 0), wave(WaveKind::Recording, 1, 5)]);
        assert_eq!(tables.lay(), Some(25));
        let places: Vec<_> = tables.waves.iter().map(|wave| [wave.left, wave.right]).collect();
        assert_eq!(places, [[0, 10], [7, 7], [20, 20]]);
        tables.waves[0].frames = u32::MAX;
        assert_eq!(tables.lay(), None);
    }
}
