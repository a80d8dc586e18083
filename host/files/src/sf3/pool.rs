//! The pool of frames: planned from what each sample claims, filled by as many threads as there are processors.

use super::chunks::Header;
use super::{COMPRESSED, MOST_GROWTH, ROM, Report, Trouble};
use crate::AudioFile;
use std::io::Cursor;
use std::sync::Mutex;
use std::thread;

/// What the shortest file may become: a header of a few kilobytes says little of the length behind it.
const LEAST_SAMPLE: u64 = 1 << 16;
/// Frames that are decoded at a time.
const BLOCK: usize = 4096;

/// A sample's bytes and its place in the pool. Headers that name the same bytes share one.
#[derive(Clone, Copy, Debug)]
struct Sample<'a> {
    bytes: &'a [u8],
    is_compressed: bool,
    first: usize,
    frames: usize,
}

/// What becomes of a header.
#[derive(Clone, Debug)]
enum Fate {
    /// It plays the sample of this number.
    Plays(usize),
    /// It has no sound: empty, or in ROM. The player will say so.
    Stays,
    /// Its sample cannot be decoded.
    Lost(String),
}

/// The samples and the headers that play them.
pub(super) struct Pool<'a> {
    headers: &'a [Header],
    fates: Vec<Fate>,
    samples: Vec<Sample<'a>>,
    frames: usize,
}

/// What filling the pool gave.
#[derive(Default)]
pub(super) struct Done {
    pub(super) headers: Vec<Header>,
    pub(super) report: Report,
}

/// What decoding a sample gave: how many frames, and what was wrong with it.
type Outcome = Result<(usize, Option<String>), String>;

impl<'a> Pool<'a> {
    /// Gives every sample its place, `limit` frames in all.
    pub(super) fn plan(bytes: &'a [u8], headers: &'a [Header], limit: u64) -> Self {
        let mut pool = Self { headers, fates: Vec::new(), samples: Vec::new(), frames: 0 };
        let mut known = std::collections::HashMap::new();
        for header in headers {
            let (start, end) = header.range();
            let is_compressed = header.kind() & COMPRESSED != 0;
            if header.kind() & ROM != 0 || end <= start {
                pool.fates.push(Fate::Stays);
                continue;
            }
            let fate = match known.get(&(start, end, is_compressed)) {
                Some(number) => Fate::Plays(*number),
                None => match claim(bytes, start, end, is_compressed) {
                    Ok((bytes, frames)) if pool.frames as u64 + frames <= limit => {
                        let frames = frames as usize;
                        pool.samples.push(Sample { bytes, is_compressed, first: pool.frames, frames });
                        pool.frames += frames;
                        known.insert((start, end, is_compressed), pool.samples.len() - 1);
                        Fate::Plays(pool.samples.len() - 1)
                    }
                    Ok(_) => Fate::Lost("too long: the file's samples together exceed 64 times its length".into()),
                    Err(what) => Fate::Lost(what),
                },
            };
            pool.fates.push(fate);
        }
        pool
    }

    /// Frames in all.
    pub(super) fn frames(&self) -> usize {
        self.frames
    }

    /// Decodes every sample into its place in `out`, which has two zeroes a frame.
    pub(super) fn fill(self, out: &mut [u8], threads: usize) -> Done {
        let mut rest = out;
        let mut jobs = Vec::new();
        for (number, sample) in self.samples.iter().enumerate() {
            let Some((place, behind)) = rest.split_at_mut_checked(2 * sample.frames) else { break };
            rest = behind;
            jobs.push((number, *sample, place));
        }
        let outcomes: Vec<Mutex<Outcome>> =
            self.samples.iter().map(|_| Mutex::new(Err("it was left out".into()))).collect();
        let jobs = Mutex::new(jobs.into_iter());
        thread::scope(|scope| {
            let work = || {
                loop {
                    let Some((number, sample, place)) = jobs.lock().ok().and_then(|mut jobs| jobs.next()) else {
                        return;
                    };
                    let outcome = sample.decode(place);
                    if let Ok(mut slot) = outcomes[number].lock() {
                        *slot = outcome;
                    }
                }
            };
            for _ in 1..threads {
                scope.spawn(work);
            }
            work();
        });
        let outcomes: Vec<Outcome> =
            outcomes.into_iter().map(|outcome| outcome.into_inner().unwrap_or_else(|held| held.into_inner())).collect();
        self.report(&outcomes)
    }

    fn report(&self, outcomes: &[Outcome]) -> Done {
        let mut done = Done::default();
        for (number, (header, fate)) in self.headers.iter().zip(&self.fates).enumerate() {
            let is_compressed = header.kind() & (COMPRESSED | ROM) == COMPRESSED;
            done.report.compressed += usize::from(is_compressed);
            let mut trouble = |lost, what: &str| {
                done.report.troubles.push(Trouble { sample: number, name: header.name(), lost, what: what.into() });
            };
            let kind = header.kind() & !COMPRESSED;
            let silent = header.moved((0, 0), (0, 0), kind);
            let header = match fate {
                Fate::Stays => header.moved(header.range(), header.loop_range(), kind),
                Fate::Lost(what) => {
                    trouble(true, what);
                    silent
                }
                Fate::Plays(sample) => match (&self.samples[*sample], &outcomes[*sample]) {
                    (_, Err(what)) => {
                        trouble(true, what);
                        silent
                    }
                    (sample, Ok((frames, damage))) => {
                        damage.iter().for_each(|damage| trouble(false, damage));
                        let first = sample.first as u32;
                        let (loop_start, loop_end) = header.loop_range();
                        // A sample that is not compressed counts its loop from the pool's start.
                        let base = if sample.is_compressed { 0 } else { header.range().0 };
                        let place = |at: u32| first.saturating_add(at.saturating_sub(base));
                        header.moved((first, first + *frames as u32), (place(loop_start), place(loop_end)), kind)
                    }
                },
            };
            done.headers.push(header);
        }
        done
    }
}

/// The bytes of a sample, and how many frames it says it has.
fn claim(bytes: &[u8], start: u32, end: u32, is_compressed: bool) -> Result<(&[u8], u64), String> {
    let scale = if is_compressed { 1 } else { 2 };
    let range = start as usize * scale..end as usize * scale;
    let place = format!("bytes {} to {} lie beyond the file's {}", range.start, range.end, bytes.len());
    let bytes = bytes.get(range).ok_or(place)?;
    if !is_compressed {
        return Ok((bytes, bytes.len() as u64 / 2));
    }
    if !bytes.starts_with(b"OggS") {
        return Err("its bytes are no Ogg file".into());
    }
    // The last page tells how many frames there are. A few bytes that look like one cost no more than this sample.
    let page = bytes.windows(4).rposition(|four| four == b"OggS").unwrap_or(0);
    let granule = bytes.get(page + 6..).and_then(|rest| rest.first_chunk().copied());
    let frames = granule.map(i64::from_le_bytes).and_then(|granule| u64::try_from(granule).ok());
    let frames = frames.filter(|frames| *frames > 0).ok_or("its last page tells no length")?;
    if 2 * u128::from(frames) > u128::from(MOST_GROWTH * bytes.len() as u64 + LEAST_SAMPLE) {
        return Err(format!("{} bytes cannot hold the {frames} frames that they claim", bytes.len()));
    }
    Ok((bytes, frames))
}

impl Sample<'_> {
    /// Writes its frames; the mean of all channels where there are several.
    fn decode(&self, out: &mut [u8]) -> Outcome {
        if !self.is_compressed {
            out.copy_from_slice(self.bytes);
            return Ok((self.frames, None));
        }
        let mut audio = AudioFile::new(Cursor::new(self.bytes.to_vec())).map_err(|error| error.to_string())?;
        let channels = audio.spec().channels;
        let mut planes = vec![vec![0.0_f32; BLOCK]; channels];
        let mut frames = 0;
        for out in out.as_chunks_mut().0.chunks_mut(BLOCK) {
            let mut block: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[..out.len()]).collect();
            let read = audio.read(&mut block).map_err(|error| error.to_string())?;
            for (n, out) in out[..read].iter_mut().enumerate() {
                let sum: f32 = planes.iter().map(|plane| plane[n]).sum();
                *out = sixteen(sum / channels as f32);
            }
            frames += read;
            if read < out.len() {
                break;
            }
        }
        match frames {
            0 => Err(audio.damage().unwrap_or("it holds no frame").into()),
            _ => Ok((frames, audio.damage().map(Into::into))),
        }
    }
}

/// To the nearest of 16 bits: Vorbis' own noise is louder than what is lost.
fn sixteen(sample: f32) -> [u8; 2] {
    // Casting brings what is beyond full scale to it, and what is no number to silence.
    ((sample * 32_768.0).round_ties_even() as i16).to_le_bytes()
}
