//! What of each recording lies in memory: all of it, or the places where voices begin and loops turn.

use super::Header;
use crate::kit::KitTables;
use ripieno_synth::sampler::{Part, Repeat, WaveKind};

/// Seconds of a place that lie in memory at most: by then a disk has sent what follows, also to many voices at once and to
/// one two octaves up. More of it would only make loading longer.
const HEAD_SECS: f64 = 0.1;
/// The least that is of use, in frames.
const LEAST_HEAD: u32 = 1024;
/// Frames before a loop's end that lie in memory: more than a voice looks back at from its start.
const LOOP_END: u32 = 512;

/// What a kit's parts ask of one wave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// All of it in memory: it is played backwards, or is an oscillator's.
    pub whole: bool,
    /// It is an oscillator's period.
    pub cycle: bool,
    /// The head should reach so far: a loop ends there that fades into its start, which takes both at once.
    pub reach: u32,
    /// Where voices may begin and loops turn: first frame, and one past the last that may be first.
    pub starts: Vec<[u32; 2]>,
    /// Where loops end, of which the last frames are looked back at.
    pub ends: Vec<u32>,
}

/// What the parts of a kit ask of each of its waves. Control.
pub fn needs(tables: &KitTables) -> Vec<Need> {
    let mut needs = vec![Need::default(); tables.waves.len()];
    for part in &tables.parts {
        let Some(need) = needs.get_mut(part.wave as usize) else { continue };
        need.whole |= part.has(Part::REVERSE | Part::OSCILLATOR);
        need.cycle |= part.has(Part::OSCILLATOR);
        need.starts.push([part.offset, part.offset.saturating_add(part.offset_random).saturating_add(1)]);
        if matches!(Repeat::from_number(part.repeat), Repeat::Continuous | Repeat::Sustain)
            && part.loop_start < part.loop_end
        {
            need.starts.push([part.loop_start, part.loop_start.saturating_add(1)]);
            need.ends.push(part.loop_end);
            if part.loop_crossfade > 0 {
                need.reach = need.reach.max(part.loop_end);
            }
        }
    }
    for (need, wave) in needs.iter_mut().zip(&tables.waves) {
        if wave.kind != WaveKind::Recording as u8 {
            *need = Need::default();
        }
        need.starts.sort_unstable();
        need.starts.dedup();
        need.ends.sort_unstable();
        need.ends.dedup();
    }
    needs
}

/// What compressed recordings may come to in memory for all of them to be decoded at once.
const DECODED_BYTES: u64 = 48 << 20;

/// The stretches of each wave that are to lie in memory, in order and apart. `None` is a wave without a recording.
pub(super) fn plan(waves: &[(Option<Header>, &Need)], budget: u64) -> Vec<Vec<[u32; 2]>> {
    let sizes = || waves.iter().filter_map(|(header, _)| *header);
    let decoded = sizes().filter(|header| header.is_compressed).map(|header| header.whole_bytes()).sum::<u64>();
    let is_trusted = |header: Header| header.whole_bytes() <= header.trusted_bytes();
    if decoded <= DECODED_BYTES
        && sizes().all(is_trusted)
        && sizes().map(|header| header.whole_bytes()).sum::<u64>() <= budget
    {
        return waves.iter().map(|(header, _)| header.map_or(Vec::new(), |header| whole(&header))).collect();
    }
    let with = |reaches, secs| Measure { reaches, secs };
    let cost = |measure: Measure| {
        let each = waves.iter().filter_map(|(header, need)| Some((header.as_ref()?, need)));
        each.map(|(header, need)| bytes(&measure.stretches(header, need), header)).sum::<u64>()
    };
    // The longest heads that fit, found by halving.
    let reaches = cost(with(true, 0.0)) <= budget;
    let (mut fits, mut exceeds) = (0.0, HEAD_SECS);
    if cost(with(reaches, HEAD_SECS)) <= budget {
        fits = HEAD_SECS;
    }
    for _ in 0..12 {
        let middle = (fits + exceeds) / 2.0;
        *(if cost(with(reaches, middle)) <= budget { &mut fits } else { &mut exceeds }) = middle;
    }
    // Where not even the least fits, the first waves get it, and of the others nothing lies in memory.
    let mut left = budget;
    let keep = |(header, need): &(Option<Header>, &Need)| {
        let Some(header) = header else { return Vec::new() };
        let plans = [*need, &Need::default()].map(|need| with(reaches, fits).stretches(header, need));
        let kept = plans.into_iter().find(|stretches| bytes(stretches, header) <= left).unwrap_or_default();
        left -= bytes(&kept, header);
        kept
    };
    waves.iter().map(keep).collect()
}

fn whole(header: &Header) -> Vec<[u32; 2]> {
    if header.info.frames == 0 { Vec::new() } else { vec![[0, header.info.frames]] }
}

fn bytes(stretches: &[[u32; 2]], header: &Header) -> u64 {
    stretches.iter().map(|[start, end]| u64::from(end - start) * header.frame_bytes()).sum()
}

/// How much of what is asked for is kept.
#[derive(Clone, Copy)]
struct Measure {
    /// Heads reach as far as they should.
    reaches: bool,
    /// Seconds from each start.
    secs: f64,
}

impl Measure {
    /// The start of a wave and each place that is needed, in order and apart.
    fn stretches(self, header: &Header, need: &Need) -> Vec<[u32; 2]> {
        if need.whole && header.whole_bytes() <= header.trusted_bytes() {
            return whole(header);
        }
        let frames = header.info.frames;
        let length = ((self.secs * f64::from(header.info.rate_hz)) as u32).max(LEAST_HEAD);
        let reach = if self.reaches { need.reach } else { 0 };
        let starts = need.starts.iter().map(|[start, end]| [*start, end.saturating_add(length)]);
        let ends = need.ends.iter().map(|end| [end.saturating_sub(LOOP_END), *end]);
        let mut wanted: Vec<[u32; 2]> = [[0, reach.max(length)]].into_iter().chain(starts).chain(ends).collect();
        wanted.sort_unstable();
        let mut kept: Vec<[u32; 2]> = Vec::new();
        for [start, end] in wanted.into_iter().map(|ends| ends.map(|end| end.min(frames))) {
            match kept.last_mut() {
                // What lies between two of them is kept too if it is short: one stream less begins.
                Some(last) if start <= last[1].saturating_add(length) => last[1] = last[1].max(end),
                _ if start < end => kept.push([start, end]),
                _ => {}
            }
        }
        // A rest that is shorter than what is kept anyway.
        if let Some(last) = kept.last_mut()
            && frames - last[1] <= length / 2
        {
            last[1] = frames;
        }
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::WaveInfo;
    use proptest::prelude::*;

    fn size(frames: u32) -> Header {
        let info = WaveInfo { rate_hz: 48_000, channels: 2, frames, sustain_loop: None, root_key: None };
        Header { info, bytes: 6 * u64::from(frames), is_short: false, is_compressed: false }
    }

    #[test]
    fn small_instruments_lie_in_memory_whole() {
        let need = Need::default();
        let waves = [(Some(size(100_000)), &need), (None, &need), (Some(size(0)), &need)];
        assert_eq!(plan(&waves, 800_000), [vec![[0, 100_000]], vec![], vec![]]);
        let heads = plan(&waves, 799_999);
        assert_eq!(heads, [vec![[0, 4_800]], vec![], vec![]]);
        let compressed = (Some(Header { is_compressed: true, ..size(100_000_000) }), &need);
        assert_eq!(plan(&[compressed], u64::MAX), [vec![[0, 4_800]]]);
        let lie = (Some(Header { bytes: 1_000, ..size(1_000_000) }), &need);
        assert_eq!(plan(&[lie], u64::MAX), [vec![[0, 4_800]]]);
    }

    #[test]
    fn starts_and_loops_lie_in_memory_too() {
        let need = Need {
            starts: vec![[0, 1], [100_000, 100_501], [4_000_000, 4_000_001]],
            ends: vec![4_900_000],
            ..Need::default()
        };
        let backwards = Need { whole: true, ..Need::default() };
        let waves = [(Some(size(5_000_000)), &need), (Some(size(200_000)), &backwards)];
        let expected = vec![[0, 4_801], [100_000, 105_301], [4_000_000, 4_004_801], [4_899_488, 4_900_000]];
        assert_eq!(plan(&waves, 4_000_000), [expected, vec![[0, 200_000]]]);
        let fades = Need { reach: 400_000, ..Need::default() };
        assert_eq!(plan(&[(Some(size(5_000_000)), &fades)], 4_000_000), [vec![[0, 400_000]]]);
        assert_eq!(plan(&[(Some(size(5_000_000)), &fades)], 3_000_000), [vec![[0, 4_800]]]);
    }

    proptest! {
        #[test]
        fn no_plan_exceeds_its_budget_or_its_waves(
            waves in prop::collection::vec((0_u32..2_000_000, any::<bool>(), prop::collection::vec(0_u32..3_000_000, 0..4)), 0..20),
            budget in 0_u64..20_000_000,
        ) {
            let needs: Vec<(Header, Need)> = waves.into_iter().map(|(frames, whole, mut starts)| {
                starts.sort_unstable();
                (size(frames), Need { whole, ends: starts.clone(), starts: starts.into_iter().map(|at| [at, at + 1]).collect(), ..Need::default() })
            }).collect();
            let list: Vec<_> = needs.iter().map(|(header, need)| (Some(*header), need)).collect();
            let plans = plan(&list, budget);
            prop_assert!(plans.iter().flatten().map(|[start, end]| u64::from(end - start) * 8).sum::<u64>() <= budget);
            for (stretches, (header, _)) in plans.iter().zip(&needs) {
                let ends: Vec<u32> = stretches.iter().flatten().copied().collect();
                prop_assert!(ends.is_sorted_by(|a, b| a < b), "{:?}", stretches);
                prop_assert!(ends.last().is_none_or(|end| *end <= header.info.frames));
                prop_assert!(ends.first().is_none_or(|first| *first == 0));
            }
        }
    }
}
