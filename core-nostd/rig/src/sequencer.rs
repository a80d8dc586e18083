//! Plays a score: phrases that controls start, and layers of sixteen steps that go round on one clock. A pure state machine,
//! exact to the frame; time is an argument.

mod clock;
mod sounding;
mod taps;
#[cfg(test)]
mod tests;

use clock::Clock;
use core::ops::Deref;
use heapless::Vec;
use ripieno_panel::{
    LAYERS, Layer, MappingId, Phase, Phrase, SHORTEST_MS, STEPS, Score, ScoreNote, TEMPI, TEMPO, value,
};
use ripieno_types::SampleRate;
use ripieno_types::midi::MidiWord;
use sounding::{Key, Owner, Sounding};
use taps::Taps;

/// Phrases that run at the same time at most. One more ends the one that began first.
const RUNS: usize = 16;

/// The velocity that plays a scaled phrase as written, and by how many hundredths it may be scaled.
const FULL: u8 = 100;
const SCALES: core::ops::RangeInclusive<u8> = 35..=120;

/// A phrase that was started.
#[derive(Clone, Copy, Debug)]
struct Run {
    number: u32,
    phrase: u16,
    by: Option<MappingId>,
    start: u64,
    /// The next of its notes.
    next: u16,
    /// Hundredths.
    scale: u8,
}

/// Plays a score that `S` owns or borrows. All calls are real-time unless they say otherwise; `now` is a frame and never
/// runs backwards. Words are given to `each` in the order in which a synth must hear them.
///
/// ```
/// use ripieno_panel::{Score, ScoreNote};
/// use ripieno_rig::Sequencer;
/// use ripieno_types::SampleRate;
///
/// let mut score = Score::<16>::new();
/// let note = |at| ScoreNote { at, channel: 9, note: 36, velocity: 100, length_ms: 50 };
/// let layer = score.layer(&[note(0), note(4)], 0)?;
/// let mut sequencer = Sequencer::new(SampleRate::STUDIO);
/// sequencer.set_score(&score, 0, &mut |_| ());
/// sequencer.layer(layer, true, 1_000, &mut |_| ());
/// let mut ons = vec![];
/// while let Some(now) = sequencer.due().filter(|now| *now < 48_000) {
///     sequencer.run(now, &mut |word| if word.as_bytes()[0] == 0x99 { ons.push(now) });
/// }
/// // 92 quarter notes a minute.
/// assert_eq!(ons, [1_000, 1_000 + 31_305]);
/// # Ok::<(), ripieno_panel::SetupError>(())
/// ```
#[derive(Debug)]
pub struct Sequencer<S> {
    score: Option<S>,
    rate: u32,
    clock: Clock,
    /// The next step of each layer that is on.
    layers: [Option<u64>; LAYERS],
    runs: Vec<Run, RUNS>,
    /// Phrases started so far.
    started: u32,
    sounding: Sounding,
    taps: Taps,
    /// When there is something to do.
    due: Option<u64>,
}

impl<S: Deref<Target = Score<NOTES>>, const NOTES: usize> Sequencer<S> {
    /// One without a score. Any.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            score: None,
            rate: rate.hz(),
            clock: Clock::new(rate.hz(), TEMPO),
            layers: [None; LAYERS],
            runs: Vec::new(),
            started: 0,
            sounding: Sounding::default(),
            taps: Taps::default(),
            due: None,
        }
    }

    /// Plays another score, in its tempo; the one before comes back. Phrases end; layers that are on play on in time with
    /// what stands at their places now, and end where nothing does.
    pub fn set_score(&mut self, score: S, now: u64, each: &mut impl FnMut(MidiWord)) -> Option<S> {
        self.end_runs(each);
        if score.tempo != self.score.as_ref().map_or(TEMPO, |old| old.tempo) {
            self.set_tempo(score.tempo, now);
        }
        let layers = score.layers.len();
        let old = self.score.replace(score);
        for place in layers..LAYERS {
            self.end_layer(place, each);
        }
        self.plan();
        old
    }

    /// The frame at which [`run`](Self::run) has something to do, if nothing else happens before.
    pub fn due(&self) -> Option<u64> {
        self.due
    }

    /// Plays what is due at `now` or before.
    pub fn run(&mut self, now: u64, each: &mut impl FnMut(MidiWord)) {
        if self.due.is_none_or(|due| due > now) {
            return;
        }
        // First: a note that is struck again at the frame where it ends is to sound.
        self.sounding.end_due(now, each);
        if let Some(score) = self.score.as_deref() {
            let rate = u64::from(self.rate);
            let ends = |note: &ScoreNote| now + u64::from(note.length_ms.max(SHORTEST_MS)) * rate / 1_000;
            for run in &mut self.runs {
                let Some(phrase) = score.phrases.get(usize::from(run.phrase)) else { continue };
                while let Some(note) = next_note(score, phrase, run).filter(|note| starts(run, note, rate) <= now) {
                    run.next += 1;
                    let velocity = (u32::from(note.velocity) * u32::from(run.scale) + 50) / 100;
                    let velocity = u8::try_from(velocity).unwrap_or(u8::MAX);
                    let key = Key::new(note.channel, note.note);
                    self.sounding.begin(key, velocity, Owner::Run(run.number), ends(note), each);
                }
            }
            for (place, next) in self.layers.iter_mut().enumerate() {
                let (Some(step), Some(layer)) = (next, score.layers.get(place)) else { continue };
                while self.clock.frame_of(*step, layer.swing).is_some_and(|frame| frame <= now) {
                    for note in step_notes(score, layer, *step) {
                        let key = Key::new(note.channel, note.note);
                        self.sounding.begin(key, note.velocity, Owner::Layer(place as u8), ends(note), each);
                    }
                    *step += 1;
                }
            }
        }
        self.retire();
        self.plan();
    }

    /// Starts a phrase, or ends it if it is one that ends on release: what `by` started, else what was started first.
    pub fn phrase(
        &mut self,
        phrase: u16,
        phase: Phase,
        by: Option<MappingId>,
        now: u64,
        each: &mut impl FnMut(MidiWord),
    ) {
        let found = self.score.as_ref().and_then(|score| score.phrases.get(usize::from(phrase)).copied());
        let Some(found) = found else { return };
        match phase {
            Phase::On(force) => {
                let scale = if found.is_scaled { value::to_7(force) } else { FULL };
                let scale = scale.clamp(*SCALES.start(), *SCALES.end());
                if self.runs.is_full() {
                    self.end_run(0, each);
                }
                self.started = self.started.wrapping_add(1);
                // There is room.
                let _ = self.runs.push(Run { number: self.started, phrase, by, start: now, next: 0, scale });
            }
            Phase::Off if found.ends_on_release => {
                let own = self.runs.iter().position(|run| run.phrase == phrase && run.by == by);
                let place = own.or_else(|| self.runs.iter().position(|run| run.phrase == phrase));
                place.into_iter().for_each(|place| self.end_run(place, each));
            }
            Phase::Off | Phase::Set(_) => {}
        }
        self.plan();
    }

    /// Turns a layer on, in time with those that are on, or off. The first one starts the clock.
    pub fn layer(&mut self, layer: u16, is_on: bool, now: u64, each: &mut impl FnMut(MidiWord)) {
        let place = usize::from(layer);
        let found = self.score.as_ref().and_then(|score| score.layers.get(place).copied());
        let Some(found) = found else { return };
        if !is_on {
            self.end_layer(place, each);
        } else if let Some(next @ None) = self.layers.get_mut(place) {
            if !self.clock.is_running() {
                self.clock.begin(now);
            }
            *next = Some(self.clock.step_from(now, found.swing));
        }
        self.plan();
    }

    /// Sets the tempo, in thousandths of a quarter note a minute, clamped to [`TEMPI`]. Steps go on from where they are.
    pub fn set_tempo(&mut self, tempo: u32, now: u64) {
        self.clock.set_tempo(now, tempo.clamp(*TEMPI.start(), *TEMPI.end()));
        self.plan();
    }

    /// Taps the tempo: from the second tap on it is the mean of the last intervals.
    pub fn tap(&mut self, now: u64) {
        if let Some(tempo) = self.taps.tap(now, self.rate) {
            self.set_tempo(tempo, now);
        }
    }

    /// The tempo, in thousandths of a quarter note a minute. Any.
    pub fn tempo(&self) -> u32 {
        self.clock.tempo()
    }

    /// The layers that are on, one bit each. Any.
    pub fn layers_on(&self) -> u32 {
        self.layers.iter().enumerate().fold(0, |on, (place, next)| on | u32::from(next.is_some()) << place)
    }

    /// Ends every note, phrase and layer.
    pub fn stop(&mut self, each: &mut impl FnMut(MidiWord)) {
        self.sounding.end_all(each);
        self.runs.clear();
        self.layers = [None; LAYERS];
        self.clock.stop();
        self.due = None;
    }

    /// Counts by the frames of another rate from now on, which is frame `old_now` there and `new_now` here. Notes and phrases
    /// end; layers play on.
    pub fn rebase(&mut self, rate: SampleRate, old_now: u64, new_now: u64, each: &mut impl FnMut(MidiWord)) {
        self.sounding.end_all(each);
        self.runs.clear();
        self.taps.clear();
        self.clock.rebase(old_now, new_now, rate.hz());
        self.rate = rate.hz();
        self.plan();
    }

    fn end_runs(&mut self, each: &mut impl FnMut(MidiWord)) {
        while !self.runs.is_empty() {
            self.end_run(0, each);
        }
    }

    fn end_run(&mut self, place: usize, each: &mut impl FnMut(MidiWord)) {
        // Said here, it is no panic that an interrupt could reach.
        if place >= self.runs.len() {
            return;
        }
        // In order of their start, so that the first is the oldest.
        let run = self.runs.remove(place);
        self.sounding.end_of(Owner::Run(run.number), each);
    }

    fn end_layer(&mut self, place: usize, each: &mut impl FnMut(MidiWord)) {
        if self.layers.get_mut(place).and_then(Option::take).is_some() {
            self.sounding.end_of(Owner::Layer(place as u8), each);
        }
        if self.layers.iter().all(Option::is_none) {
            self.clock.stop();
        }
    }

    /// Forgets phrases that have no note left to begin, but those whose notes a release may have to end.
    fn retire(&mut self) {
        let Some(score) = self.score.as_deref() else { return };
        self.runs.retain(|run| {
            let phrase = score.phrases.get(usize::from(run.phrase));
            phrase.is_some_and(|phrase| phrase.ends_on_release || next_note(score, phrase, run).is_some())
        });
    }

    /// Finds out when there is something to do.
    fn plan(&mut self) {
        let rate = u64::from(self.rate);
        let score = self.score.as_deref();
        let runs = self.runs.iter().filter_map(|run| {
            let phrase = score?.phrases.get(usize::from(run.phrase))?;
            Some(starts(run, next_note(score?, phrase, run)?, rate))
        });
        let layers = self.layers.iter().enumerate().filter_map(|(place, step)| {
            let layer = score?.layers.get(place)?;
            self.clock.frame_of((*step)?, layer.swing)
        });
        self.due = runs.chain(layers).chain(self.sounding.next()).min();
    }
}

fn starts(run: &Run, note: &ScoreNote, rate: u64) -> u64 {
    run.start + u64::from(note.at) * rate / 1_000
}

fn next_note<'a, const NOTES: usize>(score: &'a Score<NOTES>, phrase: &Phrase, run: &Run) -> Option<&'a ScoreNote> {
    let is_left = run.next < phrase.count;
    is_left.then(|| score.notes.get(usize::from(phrase.first) + usize::from(run.next)))?
}

/// The notes of a layer that begin with a step. They are in order of their step.
fn step_notes<'a, const NOTES: usize>(score: &'a Score<NOTES>, layer: &Layer, step: u64) -> &'a [ScoreNote] {
    let step = (step % STEPS as u64) as u32;
    let first = usize::from(layer.first);
    let notes = score.notes.get(first..first + usize::from(layer.count)).unwrap_or(&[]);
    let from = notes.partition_point(|note| note.at < step);
    let until = notes.partition_point(|note| note.at <= step);
    notes.get(from..until).unwrap_or(&[])
}
