//! The audio half: panels, sequencer, synth and effects, called once a block from an interrupt or a task of high priority.

mod fader;
mod outbox;

use crate::link::{AudioEnd, Report};
use crate::midi::Port;
use crate::setup::{BoardMapper, BoardScore, BoardSetup, SERIAL, SURFACE, USB};
use core::cell::{Cell, RefCell};
use fader::Fader;
use outbox::Outbox;
use ripieno_fx::ChainMemory;
use ripieno_panel::{Action, Output, Phase, SetupRead};
use ripieno_rig::{Commands, Front, Input, Inputs, Rig, RigConfig};
use ripieno_ring::spsc::{Consumer, Producer};
use ripieno_synth::Bank;
use ripieno_types::{Block, Command, Timed};

pub use outbox::OutboxStats;

/// Plays: inputs of the low half in, frames out, reports back. Nothing here blocks, allocates or waits for the low half.
///
/// A word that comes of the surface, of a timer or of the sequencer goes out by both ports, a word that comes of a port by
/// the other one only; a note-off goes to every port that has heard its note-on.
#[derive(Debug)]
pub struct Player<'a, 's, B: Bank, M: AsMut<[f32]>, const VOICES: usize, S = BoardSetup> {
    front: Front<&'a mut BoardMapper<S>, &'a BoardScore>,
    rig: Rig<B, M, VOICES>,
    inputs: Consumer<'a, Timed<Input>>,
    setups: Consumer<'a, &'s mut S>,
    used: Producer<'a, &'s mut S>,
    clock: &'a crate::clock::Clock,
    outbox: Outbox<'a>,
    fader: Fader,
}

impl<'a, 's, B: Bank, M: AsMut<[f32]>, const VOICES: usize, S: SetupRead> Player<'a, 's, B, M, VOICES, S> {
    /// One that plays a bank by a mapper, silent, at frame 0. Control.
    pub fn new(
        bank: B,
        memory: ChainMemory<M>,
        config: RigConfig,
        mapper: &'a mut BoardMapper<S>,
        end: AudioEnd<'a, 's, S>,
    ) -> Self {
        let rate = config.synth.rate;
        let mut player = Self {
            front: Front::new(rate),
            rig: Rig::new(bank, memory, config),
            inputs: end.inputs,
            setups: end.setups,
            used: end.used,
            clock: end.clock,
            outbox: Outbox::new(end.reports),
            fader: Fader::new(rate),
        };
        // There was no mapper before that could have anything to say.
        player.front.set_mapper(mapper, 0, &mut |_| (), &mut |_| ());
        player
    }

    /// Plays phrases and layers of a score from the next block on; the one before comes back. Control, or real-time between
    /// two blocks.
    pub fn set_score(&mut self, score: &'a BoardScore) -> Option<&'a BoardScore> {
        let now = self.rig.now();
        let (rig, outbox) = (RefCell::new(&mut self.rig), RefCell::new(&mut self.outbox));
        let origin = Cell::new(Origin::Board);
        let mut each = |command: Timed<Command>| obey(&rig, &outbox, &origin, command.value);
        self.front.set_score(score, now, &mut each, &mut |output| take(&outbox, output.value))
    }

    /// Overwrites a block; `now` is the board's timer in microseconds, the same that the low half reads. Real-time.
    pub fn render(&mut self, now: u64, mut block: Block<'_>) {
        let frames = block.frames() as u32;
        self.clock.tell(now, self.rig.now() + u64::from(frames), frames);
        self.exchange();
        let Self { front, rig, inputs, outbox, fader, .. } = self;
        outbox.flush();
        if outbox.must_refresh() {
            let (at, value) = (rig.now(), Input::Refresh(SURFACE));
            // It only queues what is to be shown.
            front.obey(Timed { at, value }, at, &mut |_| (), &mut |_| ());
        }
        let (outbox, origin, level) = (RefCell::new(outbox), Cell::new(Origin::Board), Cell::new(fader.target()));
        let play = front.play(Traced { inputs, origin: &origin }, |output| match output.value {
            Output::Do { action: Action::Master, phase: Phase::Set(value) | Phase::On(value), .. } => level.set(value),
            other => take(&outbox, other),
        });
        let mut commands = Tapped { commands: play, outbox: &outbox, origin: &origin };
        rig.render(block.reborrow(), &mut commands);
        fader.glide_to(level.get());
        fader.process(block);
    }

    /// Takes another set-up if the low half has sent one, and sends back the one before.
    fn exchange(&mut self) {
        let Some(setup) = self.setups.pop() else { return };
        let now = self.rig.now();
        let (rig, outbox) = (RefCell::new(&mut self.rig), RefCell::new(&mut self.outbox));
        let origin = Cell::new(Origin::Board);
        let mut each = |command: Timed<Command>| obey(&rig, &outbox, &origin, command.value);
        self.front.replace(setup, now, &mut each, &mut |output| take(&outbox, output.value));
        // There is room: the low half sends no second one before it has this one back.
        _ = self.used.push(setup);
    }

    /// The rig, to read its time, voices and counters. Real-time.
    pub fn rig(&self) -> &Rig<B, M, VOICES> {
        &self.rig
    }

    /// What stands before the rig, to read the mapper's counters. Real-time.
    pub fn front(&self) -> &Front<&'a mut BoardMapper<S>, &'a BoardScore> {
        &self.front
    }

    /// Reports that found no room. Real-time.
    pub fn stats(&self) -> OutboxStats {
        self.outbox.stats()
    }
}

/// What a word comes of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// The surface, a timer or the sequencer.
    Board,
    Port(Port),
}

impl Origin {
    const fn reaches(self, port: Port) -> bool {
        match self {
            Self::Board => true,
            Self::Port(from) => !matches!((from, port), (Port::Serial, Port::Serial) | (Port::Usb, Port::Usb)),
        }
    }
}

/// Inputs whose device is noted while they are obeyed.
struct Traced<'c, I> {
    inputs: I,
    origin: &'c Cell<Origin>,
}

impl<I: Inputs> Inputs for Traced<'_, I> {
    fn next_at(&mut self) -> Option<u64> {
        // Asked anew before every timer, step and input: what comes next is the board's own unless `take` says otherwise.
        self.origin.set(Origin::Board);
        self.inputs.next_at()
    }

    fn take(&mut self) -> Option<Timed<Input>> {
        let input = self.inputs.take()?;
        self.origin.set(match input.value {
            Input::Midi { device: SERIAL, .. } | Input::SysEx { device: SERIAL, .. } => Origin::Port(Port::Serial),
            Input::Midi { device: USB, .. } | Input::SysEx { device: USB, .. } => Origin::Port(Port::Usb),
            _ => Origin::Board,
        });
        Some(input)
    }
}

/// Commands whose words are sent out as well.
struct Tapped<'c, 'o, 'a, C> {
    commands: C,
    outbox: &'c RefCell<&'o mut Outbox<'a>>,
    origin: &'c Cell<Origin>,
}

impl<C: Commands> Commands for Tapped<'_, '_, '_, C> {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        let Self { commands, outbox, origin } = self;
        commands.due(now, &mut |command| {
            tap(outbox, origin, command.value);
            each(command);
        })
    }

    fn mix(&mut self, block: Block<'_>) {
        self.commands.mix(block);
    }
}

fn obey<B: Bank, M: AsMut<[f32]>, const VOICES: usize>(
    rig: &RefCell<&mut Rig<B, M, VOICES>>,
    outbox: &RefCell<&mut Outbox<'_>>,
    origin: &Cell<Origin>,
    command: Command,
) {
    // Never borrowed twice; asked so that no panic is even compiled.
    if let Ok(mut rig) = rig.try_borrow_mut() {
        rig.command(command);
    }
    tap(outbox, origin, command);
}

fn tap(outbox: &RefCell<&mut Outbox<'_>>, origin: &Cell<Origin>, command: Command) {
    if let Ok(mut outbox) = outbox.try_borrow_mut() {
        match command {
            Command::Midi(word) => outbox.word(word, |port| origin.get().reaches(port)),
            Command::Panic => outbox.end_all(),
            _ => {}
        }
    }
}

fn take(outbox: &RefCell<&mut Outbox<'_>>, output: Output) {
    let Ok(mut outbox) = outbox.try_borrow_mut() else { return };
    match output {
        Output::Light { device, word } => outbox.light(device, word),
        Output::Do { action, phase, .. } => outbox.report(Report::Do { action, phase }),
        Output::Bank(bank) => outbox.bank(bank),
        _ => {}
    }
}
