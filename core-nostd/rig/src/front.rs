//! What stands between messages and a rig: the panels' mapper, the sequencer and the sampler, in time with the frames.

mod input;
mod play;

pub use input::{Input, Inputs};
pub use play::Play;

use crate::{Clips, Sampler, Sequencer};
use core::ops::{Deref, DerefMut};
use ripieno_panel::value::{CENTRE, from_unit};
use ripieno_panel::{Action, Mapper, Output, Phase, Score, SetupRead, TEMPI};
use ripieno_types::midi::{Channel, Held, MidiWord, Note, SysExPart};
use ripieno_types::{Command, SampleRate, Timed};

const MICROS: u64 = 1_000_000;

/// Turns inputs into commands at their very frame: what controls send goes through the mapper `M` (a box or a reference),
/// what it starts through a sequencer of the score `S` and a sampler of the clips `C`. Without a mapper every word passes as it
/// is.
///
/// All calls are real-time unless they say otherwise. Commands are given to `each`; `out` is told what is no command, and
/// which effect settings the panels changed.
#[derive(Debug)]
pub struct Front<M, S, C = ()> {
    mapper: Option<M>,
    sequencer: Sequencer<S>,
    sampler: Sampler<C>,
    rate: u32,
    /// What the mapper's clock is ahead of the frames, in microseconds; below 0 as the two's complement.
    ahead: u64,
    /// Before this frame the mapper's timers are not looked at again.
    rested: u64,
    /// What players hold down, as the rig was told.
    played: Held,
}

impl<
    M,
    S,
    C,
    P,
    const MAPPINGS: usize,
    const DEVICES: usize,
    const HELD: usize,
    const KNOBS: usize,
    const RARE: usize,
    const NOTES: usize,
> Front<M, S, C>
where
    M: DerefMut<Target = Mapper<P, MAPPINGS, DEVICES, HELD, KNOBS, RARE>>,
    P: SetupRead,
    S: Deref<Target = Score<NOTES>>,
    C: Clips,
{
    /// One without a mapper and without a score, at frame 0. Any.
    pub fn new(rate: SampleRate) -> Self {
        Self {
            mapper: None,
            sequencer: Sequencer::new(rate),
            sampler: Sampler::new(rate),
            rate: rate.hz(),
            ahead: 0,
            rested: 0,
            played: Held::new(),
        }
    }

    /// Joins inputs and the ear for outputs for a render: the result is what [`Rig::render`](crate::Rig::render) takes.
    pub fn play<I: Inputs, O: FnMut(Timed<Output>)>(&mut self, inputs: I, out: O) -> Play<'_, M, S, C, I, O> {
        Play::new(self, inputs, out)
    }

    /// Maps by `mapper` from frame `now` on; the one before comes back. What players hold ends: to keep it, and to keep what
    /// knobs and toggles stand at, [`replace`](Self::replace) the mapper's set-up instead.
    pub fn set_mapper(
        &mut self,
        mapper: M,
        now: u64,
        each: &mut impl FnMut(Timed<Command>),
        out: &mut impl FnMut(Timed<Output>),
    ) -> Option<M> {
        self.ask(now, now, each, out, |mapper, time, take| mapper.release_all(time, take));
        self.played.lift(|word| each(Timed { at: now, value: Command::Midi(word) }));
        self.played.clear();
        let old = self.mapper.replace(mapper);
        self.tell_tempo(now, each, out);
        old
    }

    /// Exchanges the mapper's set-up, see [`Mapper::replace`]. False without a mapper.
    pub fn replace(
        &mut self,
        setup: &mut P,
        now: u64,
        each: &mut impl FnMut(Timed<Command>),
        out: &mut impl FnMut(Timed<Output>),
    ) -> bool {
        let is_there = self.mapper.is_some();
        self.ask(now, now, each, out, |mapper, time, take| mapper.replace(setup, time, take));
        is_there
    }

    /// Exchanges the score, see [`Sequencer::set_score`].
    pub fn set_score(
        &mut self,
        score: S,
        now: u64,
        each: &mut impl FnMut(Timed<Command>),
        out: &mut impl FnMut(Timed<Output>),
    ) -> Option<S> {
        let old = self.sequencer.set_score(score, now, &mut sequenced(&self.played, now, each));
        self.tell_tempo(now, each, out);
        old
    }

    /// Plays other samples on pads, see [`Sampler::swap`].
    ///
    /// # Errors
    /// The refused clips, while those before the last have not been fetched.
    pub fn swap_clips(&mut self, clips: C) -> Result<(), C> {
        self.sampler.swap(clips)
    }

    /// The samples before the present ones, see [`Sampler::retired`].
    pub fn retired_clips(&mut self) -> Option<C> {
        self.sampler.retired()
    }

    /// Obeys one input at frame `now`.
    pub fn obey(
        &mut self,
        input: Timed<Input>,
        now: u64,
        each: &mut impl FnMut(Timed<Command>),
        out: &mut impl FnMut(Timed<Output>),
    ) {
        let at = input.at;
        match input.value {
            Input::Midi { device, word } if self.mapper.is_some() => {
                self.ask(now, at, each, out, |mapper, time, take| mapper.map(time, device, word, take));
            }
            Input::Midi { word, .. } => {
                self.played.follow(word);
                each(Timed { at, value: Command::Midi(word) });
            }
            Input::SysEx { device, body } => {
                self.ask(now, at, each, out, |mapper, time, take| mapper.sysex(time, device, body.as_bytes(), take));
                SysExPart::of_body(body.as_bytes()).for_each(|part| each(Timed { at, value: Command::SysEx(part) }));
            }
            Input::Direct(command) => {
                let moved = match command {
                    Command::Parameter { id, value } => Some((Action::Parameter(id), from_unit(value))),
                    Command::Bypass { effect, bypassed } => {
                        Some((Action::Effect(effect), if bypassed { 0 } else { u16::MAX }))
                    }
                    _ => None,
                };
                if let Some((action, value)) = moved {
                    self.ask(now, at, each, out, |mapper, _, take| mapper.moved(action, value, take));
                }
                match command {
                    Command::Panic => self.end_all(now, each, out),
                    Command::Midi(word) => _ = self.played.follow(word),
                    _ => {}
                }
                each(Timed { at, value: command });
            }
            Input::Moved { action, value } => {
                self.ask(now, at, each, out, |mapper, _, take| mapper.moved(action, value, take));
            }
            Input::Activate { panel, on } => {
                self.ask(now, at, each, out, |mapper, time, take| {
                    mapper.activate(panel, on, time, take);
                });
            }
            Input::Refresh(device) => self.ask(now, at, each, out, |mapper, _, _| mapper.refresh(device)),
        }
    }

    /// Lets the mapper's time pass without a frame: while no device asks for any.
    pub fn pass(&mut self, micros: u64) {
        self.ahead = self.ahead.wrapping_add(micros);
        self.rested = 0;
    }

    /// Goes on with another rig, whose frame `new_now` is `old_now` of the one before. What the sequencer has begun is ended
    /// by what `each` is given, which is for the rig before; layers, panels and all that is held stay.
    pub fn rebase(&mut self, rate: SampleRate, old_now: u64, new_now: u64, each: &mut impl FnMut(Timed<Command>)) {
        self.sequencer.rebase(rate, old_now, new_now, &mut sequenced(&self.played, old_now, each));
        self.sampler.rebase(rate);
        let time = self.time(old_now);
        (self.rate, self.rested) = (rate.hz(), 0);
        self.ahead = time.wrapping_sub(micros(new_now, self.rate));
    }

    /// The sequencer, to read its tempo and layers. Any.
    pub fn sequencer(&self) -> &Sequencer<S> {
        &self.sequencer
    }

    /// The mapper, to read its counters and active panels. Any.
    pub fn mapper(&self) -> Option<&Mapper<P, MAPPINGS, DEVICES, HELD, KNOBS, RARE>> {
        self.mapper.as_deref()
    }

    /// The frame of the mapper's next timer.
    fn timer(&self) -> Option<u64> {
        let due = self.mapper.as_deref()?.due()?;
        let to_go = due.wrapping_sub(self.ahead);
        // Above half of all numbers: before frame 0.
        let to_go = if to_go > u64::MAX / 2 { 0 } else { to_go };
        let frame = (u128::from(to_go) * u128::from(self.rate)).div_ceil(u128::from(MICROS));
        Some(u64::try_from(frame).unwrap_or(u64::MAX).max(self.rested))
    }

    fn tick(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>), out: &mut impl FnMut(Timed<Output>)) {
        self.rested = now + 1;
        self.ask(now, now, each, out, |mapper, time, take| mapper.tick(time, take));
    }

    fn sequence(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) {
        self.sequencer.run(now, &mut sequenced(&self.played, now, each));
    }

    /// Ends what mapper, sequencer and sampler have begun.
    fn end_all(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>), out: &mut impl FnMut(Timed<Output>)) {
        self.ask(now, now, each, out, |mapper, time, take| mapper.release_all(time, take));
        self.played.clear();
        self.sequencer.stop(&mut sequenced(&self.played, now, each));
        self.sampler.stop();
    }

    /// Knobs that set the tempo have to take over another one.
    fn tell_tempo(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>), out: &mut impl FnMut(Timed<Output>)) {
        let value = tempo_value(self.sequencer.tempo());
        self.ask(now, now, each, out, |mapper, _, take| mapper.moved(Action::Tempo, value, take));
    }

    /// The mapper's clock at a frame.
    fn time(&self, now: u64) -> u64 {
        micros(now, self.rate).wrapping_add(self.ahead)
    }

    /// Asks the mapper something, and sees to what it says.
    fn ask(
        &mut self,
        now: u64,
        at: u64,
        each: &mut impl FnMut(Timed<Command>),
        out: &mut impl FnMut(Timed<Output>),
        question: impl FnOnce(&mut Mapper<P, MAPPINGS, DEVICES, HELD, KNOBS, RARE>, u64, &mut &mut dyn FnMut(Output)),
    ) {
        let time = self.time(now);
        let Self { mapper: Some(mapper), sequencer, sampler, played, .. } = self else { return };
        let (mut is_panic, mut is_tapped) = (false, false);
        let mut take = |output: Output| match output {
            Output::Rig(command) => {
                match command {
                    Command::Midi(word) => _ = played.follow(word),
                    Command::Panic => is_panic = true,
                    _ => out(Timed { at: now, value: output }),
                }
                each(Timed { at, value: command });
            }
            Output::Do { action: Action::Phrase(phrase), phase, by } => {
                sequencer.phrase(phrase, phase, by, now, &mut sequenced(played, now, each));
            }
            Output::Do { action: Action::Sample(place), phase, by } => sampler.play(place, phase, by),
            Output::Do { action: Action::Layer(layer), phase, .. } => {
                let is_on = match phase {
                    Phase::On(_) => true,
                    Phase::Set(value) => value >= CENTRE,
                    Phase::Off => false,
                };
                sequencer.layer(layer, is_on, now, &mut sequenced(played, now, each));
            }
            Output::Do { action: Action::Tempo, phase, .. } => match phase {
                Phase::On(_) => {
                    sequencer.tap(now);
                    is_tapped = true;
                }
                Phase::Set(value) => sequencer.set_tempo(tempo(value), now),
                Phase::Off => {}
            },
            Output::Do { action: Action::Panic, .. } => {
                is_panic = true;
                each(Timed { at, value: Command::Panic });
            }
            other => out(Timed { at: now, value: other }),
        };
        question(mapper, time, &mut (&mut take as &mut dyn FnMut(Output)));
        if is_panic {
            self.end_all(now, each, out);
        }
        if is_tapped {
            self.tell_tempo(now, each, out);
        }
    }
}

/// A knob's tempo: its whole way is [`TEMPI`].
fn tempo(value: u16) -> u32 {
    let way = u64::from(TEMPI.end() - TEMPI.start());
    TEMPI.start() + (u64::from(value) * way / u64::from(u16::MAX)) as u32
}

/// The knob's place for a tempo.
fn tempo_value(tempo: u32) -> u16 {
    let way = u64::from(TEMPI.end() - TEMPI.start());
    let part = u64::from(tempo.saturating_sub(*TEMPI.start())) * u64::from(u16::MAX);
    u16::try_from(part.div_ceil(way)).unwrap_or(u16::MAX)
}

fn micros(frame: u64, rate: u32) -> u64 {
    (u128::from(frame) * u128::from(MICROS) / u128::from(rate.max(1))) as u64
}

/// What the sequencer's words become: a key that a player holds is not let go by it.
fn sequenced(played: &Held, now: u64, each: &mut impl FnMut(Timed<Command>)) -> impl FnMut(MidiWord) {
    move |word| {
        let is_held = match *word.as_bytes() {
            [status @ 0x80..=0x8F, note, _] => {
                let channel = Channel::from_index(status & 0x0F);
                channel.is_ok_and(|channel| played.is_down(channel, Note::from_u8_lossy(note)))
            }
            _ => false,
        };
        if !is_held {
            each(Timed { at: now, value: Command::Midi(word) });
        }
    }
}
