//! The stretches of recordings that lie in memory.

use super::lane::Lanes;
use super::plan::{Need, plan};
use super::{Header, parallel};
use crate::{AudioError, AudioFile};
use ripieno_synth::sampler::{Frames, oscillator_table, oscillator_table_frames};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Opens the recording of a wave.
pub(super) type Open = Arc<dyn Fn(u32) -> Result<AudioFile, AudioError> + Send + Sync>;

/// Samples that are decoded at a time, over all channels.
const PIECE: usize = 8192;
/// Bytes of files for each voice that may read them from disk: what many voices need is not taken for a few bytes that claim
/// to be many.
const BYTES_A_STREAM: u64 = 4096;
/// Voices that may read from disk in any case.
const LEAST_STREAMS: u64 = 4;

/// The recordings of a kit: what of them lies in memory, and how to come by the rest. Shared by all who play it.
pub struct Samples {
    waves: Box<[Held]>,
    bytes: u64,
    troubles: Vec<Trouble>,
    /// Threads that read the rest, if there is one.
    lanes: Option<Lanes>,
    /// Voices that may read from disk at once.
    streams: usize,
}

/// A recording that cannot be played as its header promised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The wave's number.
    pub wave: u32,
    /// What is wrong.
    pub what: String,
}

impl fmt::Debug for Samples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Samples").field("waves", &self.waves.len()).field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

impl Samples {
    /// Loads what voices need at once of the recordings at `paths`, in the order of the kit's waves (`None` where a wave has
    /// none): all of them whole if they take no more than `budget` bytes. A file that cannot be read is silence, and in
    /// [`Samples::troubles`]. Control; blocks.
    pub fn load(waves: Vec<Option<(PathBuf, Header)>>, needs: &[Need], budget: u64) -> Arc<Self> {
        let (paths, headers): (Vec<_>, Vec<_>) = waves
            .into_iter()
            .map(|wave| wave.map_or((None, None), |(path, header)| (Some(path), Some(header))))
            .unzip();
        let open = move |wave: u32| match paths.get(wave as usize) {
            Some(Some(path)) => AudioFile::open(path),
            _ => Err(AudioError::NotAFile),
        };
        Self::load_from(Arc::new(open), &headers, needs, budget)
    }

    pub(super) fn load_from(open: Open, headers: &[Option<Header>], needs: &[Need], budget: u64) -> Arc<Self> {
        let none = Need::default();
        let asked = |wave: usize| needs.get(wave).unwrap_or(&none);
        let list: Vec<_> = headers.iter().enumerate().map(|(wave, header)| (*header, asked(wave))).collect();
        let plans = plan(&list, budget);
        let loaded = parallel::each(headers.len(), |wave| match (&headers[wave], &plans[wave]) {
            (Some(header), plan) if !plan.is_empty() => {
                open(wave as u32).and_then(|mut audio| stretches(&mut audio, header, plan))
            }
            _ => Ok(Vec::new()),
        });
        let mut troubles = Vec::new();
        let waves = (0..).zip(headers).zip(loaded).map(|((wave, header), loaded)| {
            let stretches = loaded.unwrap_or_else(|error| {
                troubles.push(Trouble { wave, what: error.to_string() });
                Vec::new()
            });
            let promised = header.map_or(0, |header| header.info.frames);
            // A file that ends early ends there; one that cannot be read is silence throughout.
            let end = stretches.last().map(Stretch::end);
            let planned = plans[wave as usize].last().map(|[_, end]| *end);
            let frames = if end == planned { promised } else { end.unwrap_or(0) };
            let cycle = match &stretches[..] {
                [Stretch { at: 0, kept }] if asked(wave as usize).cycle => kept.cycle(),
                _ => Default::default(),
            };
            Held { frames, stretches, cycle }
        });
        let waves: Box<[Held]> = waves.collect();
        let bytes = waves.iter().flat_map(|held| &held.stretches).map(|stretch| stretch.kept.bytes()).sum();
        let is_whole = waves.iter().all(Held::is_whole);
        let lanes = (!is_whole).then(|| Lanes::new(&open, waves.iter().map(|held| held.frames).collect()));
        let on_disk = headers.iter().flatten().map(|header| header.bytes).sum::<u64>();
        let streams = usize::try_from(LEAST_STREAMS + on_disk / BYTES_A_STREAM).unwrap_or(usize::MAX);
        Arc::new(Self { waves, bytes, troubles, lanes, streams })
    }

    /// Bytes that lie in memory. Any.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True if every recording lies in memory whole: then no disk is read while it plays. Any.
    pub fn is_whole(&self) -> bool {
        self.lanes.is_none()
    }

    /// Recordings that cannot be played. Any.
    pub fn troubles(&self) -> &[Trouble] {
        &self.troubles
    }

    pub(super) fn wave(&self, wave: u32) -> Option<&Held> {
        self.waves.get(wave as usize)
    }

    /// Voices that may read from disk at once, as far as the files decide.
    pub(super) fn streams(&self) -> usize {
        self.streams
    }

    pub(super) fn lanes(&self) -> Option<&Lanes> {
        self.lanes.as_ref()
    }
}

/// What of one wave lies in memory.
pub(super) struct Held {
    /// Frames of the wave.
    frames: u32,
    /// In order, and apart.
    stretches: Vec<Stretch>,
    /// Of an oscillator's period: its table, and the right channel if it has one.
    cycle: [Box<[f32]>; 2],
}

struct Stretch {
    at: u32,
    kept: Kept,
}

/// Frames as numbers; the right channel is empty for one channel.
enum Kept {
    Short([Box<[i16]>; 2]),
    Float([Box<[f32]>; 2]),
}

impl Held {
    /// What begins at frame 0. Real-time.
    pub(super) fn head(&self) -> Frames<'_> {
        let [table, right] = &self.cycle;
        match self.stretches.first() {
            Some(_) if !table.is_empty() => Frames::Float([table, right]),
            Some(Stretch { at: 0, kept: Kept::Short([left, right]) }) => Frames::Short([left, right]),
            Some(Stretch { at: 0, kept: Kept::Float([left, right]) }) => Frames::Float([left, right]),
            _ => Frames::NONE,
        }
    }

    /// The end of the stretch that a frame lies in; `None` if it lies in none. Real-time.
    pub(super) fn end_of(&self, at: u32) -> Option<u32> {
        self.around(at).map(Stretch::end)
    }

    /// Where the first stretch beyond a frame begins; the end of all numbers without one. Real-time.
    pub(super) fn next_start(&self, at: u32) -> u32 {
        let next = self.stretches.partition_point(|stretch| stretch.at <= at);
        self.stretches.get(next).map_or(u32::MAX, |stretch| stretch.at)
    }

    /// Copies frames that lie in one stretch. Real-time.
    pub(super) fn copy(&self, at: u32, [left, right]: [&mut [f32]; 2]) {
        let Some(stretch) = self.around(at) else { return };
        let first = (at - stretch.at) as usize;
        match &stretch.kept {
            Kept::Short(planes) => {
                let [from_left, from_right] = sides(planes).map(|plane| &plane[first..]);
                let convert = |out: &mut [f32], from: &[i16]| {
                    out.iter_mut().zip(from).for_each(|(out, frame)| *out = f32::from(*frame) / 32_768.0);
                };
                convert(left, from_left);
                convert(right, from_right);
            }
            Kept::Float(planes) => {
                let [from_left, from_right] = sides(planes).map(|plane| &plane[first..]);
                left.iter_mut().zip(from_left).for_each(|(out, frame)| *out = *frame);
                right.iter_mut().zip(from_right).for_each(|(out, frame)| *out = *frame);
            }
        }
    }

    /// Frames of the wave. Real-time.
    pub(super) fn frames(&self) -> u32 {
        self.frames
    }

    fn is_whole(&self) -> bool {
        self.frames == 0 || self.end_of(0) == Some(self.frames)
    }

    fn around(&self, at: u32) -> Option<&Stretch> {
        let behind = self.stretches.partition_point(|stretch| stretch.at <= at);
        self.stretches.get(behind.checked_sub(1)?).filter(|stretch| at < stretch.end())
    }
}

impl Stretch {
    fn end(&self) -> u32 {
        self.at + self.kept.frames() as u32
    }
}

/// Both sides, the left one twice for one channel.
fn sides<T>([left, right]: &[Box<[T]>; 2]) -> [&[T]; 2] {
    [left, if right.is_empty() { left } else { right }]
}

impl Kept {
    /// The table of a period, and the right channel as numbers.
    fn cycle(&self) -> [Box<[f32]>; 2] {
        let [left, right]: [Box<[f32]>; 2] = match self {
            Self::Short(planes) => {
                planes.each_ref().map(|plane| plane.iter().map(|frame| f32::from(*frame) / 32_768.0).collect())
            }
            Self::Float(planes) => planes.clone(),
        };
        let mut out = vec![0.0; oscillator_table_frames(left.len())];
        oscillator_table(&left, &mut out);
        [out.into(), right]
    }

    fn frames(&self) -> usize {
        match self {
            Self::Short([left, _]) => left.len(),
            Self::Float([left, _]) => left.len(),
        }
    }

    fn bytes(&self) -> u64 {
        match self {
            Self::Short([left, right]) => 2 * (left.len() + right.len()) as u64,
            Self::Float([left, right]) => 4 * (left.len() + right.len()) as u64,
        }
    }
}

/// Reads stretches of a recording. The last ones may be shorter or lacking: a header can promise more than there is, and no
/// memory is taken for a promise.
fn stretches(audio: &mut AudioFile, header: &Header, plan: &[[u32; 2]]) -> Result<Vec<Stretch>, AudioError> {
    let channels = audio.spec().channels;
    let mut planes = vec![vec![0.0_f32; PIECE / channels.clamp(1, PIECE)]; channels];
    let bytes = plan.iter().map(|[start, end]| u64::from(end - start) * header.frame_bytes()).sum::<u64>();
    let is_trusted = bytes <= header.trusted_bytes();
    let mut stretches = Vec::with_capacity(plan.len());
    for [start, end] in plan {
        audio.seek((*start).into())?;
        let frames = (end - start) as usize;
        let kept = if header.is_short {
            Kept::Short(kept(audio, frames, is_trusted, &mut planes, short)?)
        } else {
            Kept::Float(kept(audio, frames, is_trusted, &mut planes, number)?)
        };
        if kept.frames() > 0 {
            stretches.push(Stretch { at: *start, kept });
        }
    }
    Ok(stretches)
}

/// On the scale of 16 bits, which it came from.
fn short(frame: f32) -> i16 {
    (frame * 32_768.0) as i16
}

/// Nothing that is no number is played.
fn number(frame: f32) -> f32 {
    if frame.is_finite() { frame } else { 0.0 }
}

fn kept<T>(
    audio: &mut AudioFile,
    frames: usize,
    is_trusted: bool,
    planes: &mut [Vec<f32>],
    convert: impl Fn(f32) -> T,
) -> Result<[Box<[T]>; 2], AudioError> {
    let mut sides = [vec![], vec![]];
    if is_trusted {
        sides.iter_mut().take(planes.len()).for_each(|side| side.reserve_exact(frames));
    }
    let piece = planes.first().map_or(0, Vec::len);
    let mut left = frames;
    while left > 0 {
        let mut out: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[..left.min(piece)]).collect();
        let read = audio.read(&mut out)?;
        if read == 0 {
            break;
        }
        for (side, plane) in sides.iter_mut().zip(planes.iter()) {
            side.extend(plane[..read].iter().map(|frame| convert(*frame)));
        }
        left -= read;
    }
    Ok(sides.map(Vec::into_boxed_slice))
}
