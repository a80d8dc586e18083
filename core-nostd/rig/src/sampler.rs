//! Plays samples on pads: one-shots, or for as long as a pad is down. Positions are whole numbers of 2^-32 frames, so that
//! sound does not depend on blocks.

#[cfg(test)]
mod tests;

use ripieno_panel::{MappingId, Phase, value};
use ripieno_types::{Block, SampleRate};

/// Voices that sound at the same time at most, and those that may be fading besides.
const VOICES: usize = 24;
const SLOTS: usize = 32;

/// How long a voice takes to fade that is let go or makes room, in seconds.
const FADE_SECS: f32 = 0.005;

/// A sound, lent. The channels' common length is its length.
#[derive(Clone, Copy, Debug)]
pub struct Clip<'a> {
    /// Its frames, left and right: twice the same for a mono sound.
    pub channels: [&'a [f32]; 2],
    /// Frames a second.
    pub rate: SampleRate,
    /// Linear gain at full force.
    pub gain: f32,
    /// True: it fades when its pad is let go.
    pub is_gated: bool,
}

/// Sounds by their place.
pub trait Clips {
    /// The sound at a place. Real-time.
    fn clip(&self, place: u16) -> Option<Clip<'_>>;
}

/// No sounds.
impl Clips for () {
    fn clip(&self, _: u16) -> Option<Clip<'_>> {
        None
    }
}

/// A sounding clip.
#[derive(Clone, Copy, Debug)]
struct Voice {
    /// Which of both sets of clips it plays from.
    set: usize,
    place: u16,
    by: Option<MappingId>,
    /// Frames of the clip and 2^-32 parts of one.
    position: u64,
    step: u64,
    gain: f32,
    is_gated: bool,
    /// Frames until it has faded, once it fades.
    fade: Option<u32>,
    /// Higher is younger.
    number: u64,
}

/// Plays clips. All calls are real-time unless they say otherwise.
///
/// New clips are handed over whole, as banks are: see [`swap`](Self::swap) and [`retired`](Self::retired).
#[derive(Debug)]
pub struct Sampler<C> {
    sets: [Option<C>; 2],
    present: usize,
    voices: [Option<Voice>; SLOTS],
    started: u64,
    rate: u32,
    fade: u32,
}

impl<C: Clips> Sampler<C> {
    /// One without clips. Any.
    pub fn new(rate: SampleRate) -> Self {
        let fade = rate.frames(FADE_SECS).max(1) as u32;
        Self { sets: [None, None], present: 0, voices: [None; SLOTS], started: 0, rate: rate.hz(), fade }
    }

    /// Plays these clips from now on; what sounds from those before fades.
    ///
    /// # Errors
    /// The refused clips, while those before the last have not been fetched: keep them and try again.
    pub fn swap(&mut self, clips: C) -> Result<(), C> {
        let next = 1 - self.present;
        match self.sets.get_mut(next) {
            Some(free @ None) => *free = Some(clips),
            _ => return Err(clips),
        }
        self.present = next;
        self.fade_if(|voice| voice.set != next);
        Ok(())
    }

    /// The clips before the present ones, once nothing sounds from them, to be freed elsewhere.
    pub fn retired(&mut self) -> Option<C> {
        let past = 1 - self.present;
        let is_playing = self.voices.iter().flatten().any(|voice| voice.set == past);
        if is_playing { None } else { self.sets.get_mut(past)?.take() }
    }

    /// Starts the clip at a place, or lets it go: what `by` started, else what was started first.
    pub fn play(&mut self, place: u16, phase: Phase, by: Option<MappingId>) {
        match phase {
            Phase::On(force) => self.start(place, force, by),
            Phase::Off => {
                let held = |voice: &Voice| voice.place == place && voice.is_gated && voice.fade.is_none();
                let own = |voice: &Voice| held(voice) && voice.by == by;
                let first = self.first(own).or_else(|| self.first(held));
                self.fade_if(|voice| Some(voice.number) == first);
            }
            Phase::Set(_) => {}
        }
    }

    /// Fades all that sounds.
    pub fn stop(&mut self) {
        self.fade_if(|_| true);
    }

    /// Goes on at another rate, in silence.
    pub fn rebase(&mut self, rate: SampleRate) {
        self.voices = [None; SLOTS];
        (self.rate, self.fade) = (rate.hz(), rate.frames(FADE_SECS).max(1) as u32);
    }

    /// Adds what sounds to a block.
    pub fn mix(&mut self, mut block: Block<'_>) {
        for slot in &mut self.voices {
            let Some(voice) = slot else { continue };
            let clip = self.sets.get(voice.set).and_then(Option::as_ref).and_then(|set| set.clip(voice.place));
            if !clip.is_some_and(|clip| voice.mix(&clip, self.fade, block.reborrow())) {
                *slot = None;
            }
        }
    }

    fn start(&mut self, place: u16, force: u16, by: Option<MappingId>) {
        let set = self.sets.get(self.present).and_then(Option::as_ref);
        let Some(clip) = set.and_then(|set| set.clip(place)) else { return };
        let voice = Voice {
            set: self.present,
            place,
            by,
            position: 0,
            step: (u64::from(clip.rate.hz()) << 32) / u64::from(self.rate.max(1)),
            gain: clip.gain * value::to_unit(force),
            is_gated: clip.is_gated,
            fade: None,
            number: self.started,
        };
        self.started += 1;
        if self.voices.iter().flatten().filter(|voice| voice.fade.is_none()).count() >= VOICES {
            let oldest = self.first(|voice| voice.fade.is_none());
            self.fade_if(|voice| Some(voice.number) == oldest);
        }
        // Only a flood finds no slot free: then what has faded most is cut off.
        let slot = self.voices.iter_mut().min_by_key(|slot| slot.map(|voice| voice.fade.unwrap_or(u32::MAX)));
        slot.into_iter().for_each(|slot| *slot = Some(voice));
    }

    /// The oldest of those that are meant.
    fn first(&self, is_meant: impl Fn(&Voice) -> bool) -> Option<u64> {
        self.voices.iter().flatten().filter(|voice| is_meant(voice)).map(|voice| voice.number).min()
    }

    fn fade_if(&mut self, is_meant: impl Fn(&Voice) -> bool) {
        for voice in self.voices.iter_mut().flatten().filter(|voice| voice.fade.is_none() && is_meant(voice)) {
            voice.fade = Some(self.fade);
        }
    }
}

impl Voice {
    /// Adds itself to a block; false once it has ended.
    fn mix(&mut self, clip: &Clip<'_>, fade: u32, mut block: Block<'_>) -> bool {
        let [left, right] = clip.channels;
        let frames = left.len().min(right.len());
        let out = block.channels();
        let [out_left, out_right] = out;
        for (out_left, out_right) in out_left.iter_mut().zip(out_right) {
            let place = (self.position >> 32) as usize;
            if place >= frames {
                return false;
            }
            let mut gain = self.gain;
            if let Some(left) = &mut self.fade {
                if *left == 0 {
                    return false;
                }
                *left -= 1;
                gain *= *left as f32 / fade as f32;
            }
            let part = (self.position as u32 >> 8) as f32 / (1 << 24) as f32;
            let read = |channel: &[f32]| {
                let [here, next] = [place, place + 1].map(|at| channel.get(at).copied().unwrap_or(0.0));
                here + (next - here) * part
            };
            *out_left += gain * read(left);
            *out_right += gain * read(right);
            self.position = self.position.saturating_add(self.step);
        }
        true
    }
}
