//! Panels and rig in the device's callback: takes orders, places events, renders, fades, records and keeps count. Nothing here
//! allocates, frees, locks or calls the system; what it no longer needs rides back to be freed elsewhere.

mod orders;

use super::fader::Fader;
use super::order::{Order, Spent, Tap};
use super::panels::{HostFront, Teller};
use super::placing::{Place, Timeline};
use super::shared::Shared;
use super::slots::Slots;
use super::song::SongPart;
use super::staged::Staged;
use super::{Placing, Samples, Setup};
use crate::Instrument;
use crate::offline::MAX_VOICES;
use crate::quiet::Quiet;
use ripieno_ports::{Arrived, FrameSource, MidiIn, Period};
use ripieno_rig::{Commands, Merge, Rig};
use ripieno_ring::spsc::{Consumer, Producer};
use ripieno_types::midi::{Held, MidiMessage};
use ripieno_types::{Block, Command, SampleRate, Timed};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

/// The rig that plays live.
pub type LiveRig = Rig<Instrument, Box<[f32]>, MAX_VOICES>;

/// Inputs that may wait for their frame: more than a flood of 16 inputs brings in a period.
const STAGED: usize = 4_096;
/// Silent frames that a recording gets at once to make up for lost ones.
const SILENCE: [[f32; 2]; 256] = [[0.0; 2]; 256];

/// What belongs to one sample rate.
#[derive(Debug)]
pub struct Playing {
    rig: Box<LiveRig>,
    rate: SampleRate,
    /// What live players and the sequencer hold down.
    held: Held,
    song: Option<Box<SongPart>>,
    quiet: Quiet,
}

impl Playing {
    fn new(setup: &Setup, instrument: Instrument) -> Self {
        Self {
            rig: setup.rig(instrument),
            rate: setup.rate,
            held: Held::default(),
            song: None,
            quiet: Quiet::default(),
        }
    }

    /// The same for another rate.
    fn heir(&self, setup: &Setup, instrument: &Instrument) -> Self {
        let mut heir = Self::new(setup, instrument.clone());
        heir.rig.inherit(&self.rig);
        let moved = |song: &SongPart| Box::new(song.moved(self.rig.now(), self.rate, setup.rate));
        heir.song = self.song.as_deref().map(moved);
        // What a player has let go by the time this one plays again is known by it.
        heir.held = self.held;
        heir
    }

    /// Plays again, without what is not `held` any more.
    fn resumed(mut self, held: &Held) -> Self {
        let now = self.rig.now();
        self.held.without(held).lift(|word| self.obey(Timed { at: now, value: Command::Midi(word) }));
        self
    }

    /// Lets the rig obey a command now. Real-time.
    fn obey(&mut self, command: Timed<Command>) {
        follow(&mut self.held, command.value);
        self.rig.command(command.value);
    }
}

/// Everything that plays, behind one [`FrameSource`].
#[derive(Debug)]
pub struct Engine<M> {
    playing: Playing,
    front: HostFront,
    staged: Staged,
    slots: Slots,
    teller: Teller,
    /// Set-ups obeyed.
    setups: u64,
    /// When the front's time was last let pass, while no device asks for frames.
    idled: Option<Instant>,
    placing: Placing,
    timeline: Timeline,
    fader: Fader,
    midi: M,
    /// A message of the present period, whose place is known when the next one begins.
    early: Option<Arrived>,
    orders: Consumer<'static, Order>,
    returns: Producer<'static, Spent>,
    shared: Arc<Shared>,
    /// A bank that waits until the one before the last has fallen silent.
    waiting: Option<Instrument>,
    /// Samples that wait likewise.
    incoming: Option<Samples>,
    tap: Option<Tap>,
    /// Frames that the recording lacks.
    owed: u64,
    /// Frames of the present period, those still to come, and when it began.
    frames: usize,
    left: usize,
    began: Option<Instant>,
}

impl<M: MidiIn> Engine<M> {
    /// A silent engine whose fader is closed. Control: allocates all that playing needs.
    pub fn new(
        setup: &Setup,
        instrument: Instrument,
        midi: M,
        (orders, returns): (Consumer<'static, Order>, Producer<'static, Spent>),
        teller: Teller,
        shared: Arc<Shared>,
    ) -> Self {
        Self {
            playing: Playing::new(setup, instrument),
            front: HostFront::new(setup.rate),
            staged: Staged::new(STAGED),
            slots: Slots::default(),
            teller,
            setups: 0,
            idled: None,
            placing: setup.placing,
            timeline: Timeline::default(),
            fader: Fader::new(setup.master, setup.rate),
            midi,
            early: None,
            orders,
            returns,
            shared,
            waiting: None,
            incoming: None,
            tap: None,
            owed: 0,
            frames: 0,
            left: 0,
            began: None,
        }
    }

    /// Becomes what `setup` says, for the next stream, with a closed fader. For another rate the rig is made anew: what
    /// sounds ends, what was set stays, a song goes on; unless `spare` has that rate, which then goes on from where it was.
    /// What played before comes back. Control.
    pub fn adopt(&mut self, setup: &Setup, instrument: &Instrument, spare: Option<Playing>) -> Option<Playing> {
        (self.placing, self.fader) = (setup.placing, Fader::new(setup.master, setup.rate));
        (self.timeline, self.left, self.began, self.idled) = (Timeline::default(), 0, None, None);
        let mut old = None;
        if setup.rate != self.playing.rate {
            let spare = spare.filter(|spare| spare.rate == setup.rate);
            let old_now = self.playing.rig.now();
            let new_now = spare.as_ref().map_or(0, |spare| spare.rig.now());
            let before = &mut self.playing;
            self.front.rebase(setup.rate, old_now, new_now, &mut |command| before.obey(command));
            self.staged.hasten(new_now);
            let new = match spare {
                Some(spare) => spare.resumed(&self.playing.held),
                None => self.playing.heir(setup, instrument),
            };
            old = Some(std::mem::replace(&mut self.playing, new));
        }
        self.playing.rig.command(Command::Polyphony(setup.voices));
        old
    }

    /// While no device asks for frames: obeys what must not wait, and lets inputs speak without starting a note, so that
    /// nothing is played in one heap when the device returns. Control.
    pub fn idle(&mut self) {
        let now = Instant::now();
        if let Some(before) = self.idled.replace(now) {
            self.front.pass(now.duration_since(before).as_micros() as u64);
        }
        self.obey_orders();
        self.swap_waiting();
        self.listen(None);
        let Self { playing, front, staged, teller, .. } = self;
        let now = playing.rig.now();
        staged.hasten(now);
        front.play(staged, |output| teller.say(output)).due(now, &mut |command| {
            if !begins_note(&command) {
                playing.obey(command);
            }
        });
        self.glide();
    }

    /// The next period begins. Real-time.
    fn begin(&mut self, period: Option<Period>) {
        self.began = Some(Instant::now());
        if let Some(period) = period {
            self.shared.device_latency.store(period.latency.0, Relaxed);
        }
        self.obey_orders();
        self.swap_waiting();
        self.listen(period);
    }

    fn listen(&mut self, period: Option<Period>) {
        let (now, rate) = (self.playing.rig.now(), self.playing.rate);
        let placing = if period.is_some() { self.placing } else { Placing::AtOnce };
        self.timeline.advance(period.unwrap_or_default(), now, rate);
        while self.staged.has_room() {
            let Some(arrived) = self.early.take().or_else(|| self.midi.poll()) else { return };
            match self.timeline.place(placing, arrived.at, rate) {
                Place::At { frame, is_late } => {
                    self.shared.late.fetch_add(u64::from(is_late), Relaxed);
                    let input = self.slots.name(&arrived);
                    self.staged.insert(Timed { at: frame, value: input });
                }
                Place::Later => {
                    self.early = Some(arrived);
                    return;
                }
            }
        }
    }

    /// Keeps a copy of the block for the recording, silence in the place of what could not be kept.
    fn record(&mut self, block: &mut Block<'_>) {
        let Some(tap) = &mut self.tap else { return };
        while self.owed > 0 {
            let silence = &SILENCE[..SILENCE.len().min(self.owed as usize)];
            let pushed = tap.push_slice(silence);
            self.owed -= pushed as u64;
            if pushed < silence.len() {
                break;
            }
        }
        let frames = block.frames();
        let [left, right] = block.channels();
        let wanted = if self.owed == 0 { frames } else { 0 };
        let kept = tap.push_from(left.iter().zip(right.iter()).map(|(left, right)| [*left, *right]).take(wanted));
        self.shared.recording_lost.fetch_add((frames - kept) as u64, Relaxed);
        self.owed += (frames - kept) as u64;
    }

    /// The period's last frame has been rendered.
    fn conclude(&mut self) {
        let shared = &self.shared;
        let mut keys = self.playing.held.keys();
        if let Some(song) = &self.playing.song {
            keys |= song.held().keys();
            shared.song_frames.store(song.position(self.playing.rig.now()), Relaxed);
            shared.song_is_over.store(song.is_over(self.playing.rig.now()), Relaxed);
        }
        shared.notes[0].store(keys as u64, Relaxed);
        shared.notes[1].store((keys >> 64) as u64, Relaxed);
        shared.tempo.store(self.front.sequencer().tempo(), Relaxed);
        shared.layers.store(self.front.sequencer().layers_on(), Relaxed);
        let quiet = if self.playing.rig.is_silent() { self.playing.quiet.frames() } else { 0 };
        shared.quiet_frames.store(quiet, Relaxed);
        shared.voices.store(self.playing.rig.active_voices() as u32, Relaxed);
        shared.late_reads.store(self.playing.rig.stats().late_reads, Relaxed);
        shared.blocks.fetch_add(1, Relaxed);
        if self.fader.is_shut() {
            shared.faded.store(true, Relaxed);
        }
        if let Some(began) = self.began.take() {
            let due = self.frames.max(1) as f32 / self.playing.rate.as_f32();
            shared.add_load(began.elapsed().as_secs_f32() / due);
        }
    }
}

impl<M: MidiIn> FrameSource for Engine<M> {
    fn period(&mut self, period: Period) {
        (self.left, self.frames) = (period.frames, period.frames);
        self.begin(Some(period));
    }

    fn fill(&mut self, mut block: Block<'_>) -> usize {
        let frames = block.frames();
        if frames == 0 {
            return 0;
        }
        if self.left == 0 {
            // A driver that says nothing of periods: every block is one.
            (self.left, self.frames) = (frames, frames);
            self.begin(None);
        }
        let Self { playing: Playing { rig, held, song, quiet, .. }, front, staged, teller, .. } = self;
        let live = Live { commands: front.play(staged, |output| teller.say(output)), held };
        rig.render(block.reborrow(), &mut Merge::new(song.as_deref_mut(), live));
        quiet.follow(block.reborrow());
        self.glide();
        self.fader.process(block.reborrow());
        self.record(&mut block);
        for (channel, samples) in block.channels().into_iter().enumerate() {
            self.shared.add_peak(channel, samples.iter().fold(0.0, |peak, sample| sample.abs().max(peak)));
        }
        self.left = self.left.saturating_sub(frames);
        if self.left == 0 {
            self.conclude();
        }
        frames
    }
}

/// The players' commands, and what they hold down.
struct Live<'a, C> {
    commands: C,
    held: &'a mut Held,
}

impl<C: Commands> Commands for Live<'_, C> {
    fn due(&mut self, now: u64, each: &mut impl FnMut(Timed<Command>)) -> Option<u64> {
        let Self { commands, held } = self;
        commands.due(now, &mut |command| {
            follow(held, command.value);
            each(command);
        })
    }

    fn mix(&mut self, block: Block<'_>) {
        self.commands.mix(block);
    }
}

fn begins_note(command: &Timed<Command>) -> bool {
    matches!(command.value, Command::Midi(word) if matches!(word.message(), MidiMessage::NoteOn(..)))
}

fn follow(held: &mut Held, command: Command) {
    match command {
        Command::Midi(word) => _ = held.follow(word),
        Command::Panic => *held = Held::default(),
        _ => {}
    }
}
