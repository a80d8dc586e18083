//! Which stretches of the font's pool a bank needs, and where in the bank's pool each wave then lies.

use super::draft::{Blend, Draft, DraftRegion};
use super::rate::{Loop, Retune};
use ripieno_synth::{BLOCK8_FRAMES, Coding, LoopMode, Sample};
use std::collections::BTreeMap;

/// A stretch of the font's pool that is stored once, whatever plays it.
#[derive(Clone, Debug)]
pub struct Clip {
    /// First frame, one past the last.
    pub start: u32,
    pub end: u32,
    /// What is added to it.
    pub blend: Option<Blend>,
    /// To another rate.
    pub retune: Option<Retune>,
    /// Its first frame in the bank's pool.
    pub place: u32,
    /// Recording that its first wave names: how it is called in reports.
    pub recording: u16,
}

impl Clip {
    /// Frames in the bank's pool.
    pub fn frames(&self) -> u32 {
        match &self.retune {
            Some(retune) => retune.frames,
            None => self.end - self.start,
        }
    }

    /// A wave of the font as the bank's pool has it.
    fn moved(&self, wave: &Sample) -> Sample {
        let (mut moved, base) = (*wave, i64::from(self.place) - i64::from(self.start));
        match &self.retune {
            None => {
                let place = |frame: u32| (i64::from(frame) + base) as u32;
                (moved.start, moved.end) = (place(wave.start), place(wave.end));
                (moved.loop_start, moved.loop_end) = (place(wave.loop_start), place(wave.loop_end));
            }
            Some(retune) => {
                let own = retune.wave(wave.start - self.start, wave.end - self.start);
                [moved.start, moved.end, moved.loop_start, moved.loop_end] = own.map(|frame| frame + self.place);
                moved.rate_hz = retune.rate_hz(wave.rate_hz);
            }
        }
        moved
    }
}

/// A loop in the font's pool, and whether it ends with the key.
type Repeats = (u32, u32, bool);

/// What keeps stretches apart that overlap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    blend: Option<Blend>,
    /// Rate and loop where the rate changes: the loop has to come out whole.
    retuned: Option<(u32, Option<Repeats>)>,
}

impl Kind {
    fn of(region: &DraftRegion, limit_hz: Option<u32>) -> Self {
        let wave = &region.wave;
        let is_above = limit_hz.is_some_and(|limit| wave.rate_hz > limit);
        let repeats = (wave.mode != LoopMode::None).then_some((
            wave.loop_start,
            wave.loop_end,
            wave.mode == LoopMode::UntilRelease,
        ));
        Self { blend: region.blend, retuned: is_above.then_some((wave.rate_hz, repeats)) }
    }
}

/// The stretches of a draft, and for each region its wave.
#[derive(Clone, Debug)]
pub struct Plan {
    pub clips: Vec<Clip>,
    /// One for each region, in the draft's order, in the bank's pool.
    pub waves: Vec<Sample>,
    /// Frames of the bank's pool.
    pub frames: u32,
    pub coding: Coding,
}

impl Plan {
    /// Finds the stretches: where regions overlap one serves them all. `None` if a pool cannot hold them.
    pub fn new(draft: &Draft, coding: Coding, limit_hz: Option<u32>) -> Option<Self> {
        let regions = || draft.presets.iter().flat_map(|preset| &preset.regions);
        let mut wanted: BTreeMap<Kind, Vec<(u32, u32, u16)>> = BTreeMap::new();
        for region in regions() {
            let stretch = (region.wave.start, region.wave.end, region.wave.index);
            wanted.entry(Kind::of(region, limit_hz)).or_default().push(stretch);
        }
        let mut clips: Vec<(Kind, Clip)> = Vec::new();
        for (kind, mut stretches) in wanted {
            stretches.sort_unstable();
            for (start, end, recording) in stretches {
                match clips.last_mut() {
                    Some((last, clip)) if *last == kind && start < clip.end => clip.end = clip.end.max(end),
                    _ => {
                        let clip = Clip { start, end, blend: kind.blend, retune: None, place: 0, recording };
                        clips.push((kind, clip));
                    }
                }
            }
        }
        clips.sort_by_key(|(_, clip)| clip.start);
        let mut frames = 0_u64;
        for (kind, clip) in &mut clips {
            if let (Some((rate_hz, repeats)), Some(limit)) = (kind.retuned, limit_hz) {
                let repeats = repeats.map(|(start, end, until_release)| Loop {
                    start: start - clip.start,
                    end: end - clip.start,
                    until_release,
                });
                clip.retune = Some(Retune::new(clip.end - clip.start, repeats, rate_hz, limit));
            }
            clip.place = u32::try_from(frames).ok()?;
            frames += u64::from(clip.frames());
            if coding == Coding::Block8 {
                // A shift of its own from its first frame on.
                frames = frames.next_multiple_of(BLOCK8_FRAMES as u64);
            }
        }
        // As far as voices can count.
        let frames = i32::try_from(frames).ok()?.cast_unsigned();
        let find = |region: &DraftRegion| {
            let kind = Kind::of(region, limit_hz);
            let holds = |clip: &Clip| clip.start <= region.wave.start && region.wave.end <= clip.end;
            // Sorted by start: the stretches that begin at or before the wave.
            let until = clips.partition_point(|(_, clip)| clip.start <= region.wave.start);
            clips[..until].iter().rev().find(|(other, clip)| *other == kind && holds(clip)).map(|(_, clip)| clip)
        };
        let waves = regions().map(|region| find(region).map(|clip| clip.moved(&region.wave))).collect::<Option<_>>()?;
        Some(Self { waves, frames, coding, clips: clips.into_iter().map(|(_, clip)| clip).collect() })
    }
}
