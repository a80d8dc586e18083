//! Panels and rig in the device's callback: takes orders, places events, renders, fades, records and keeps count. Nothing here
//! allocates, frees, locks or calls the system; what it no longer needs rides back to be freed elsewhere.

use super::fader::Fader;
use super::order::{Order, Spent, Tap};
use super::panels::{HostFront, Outcome, Teller};
use super::placing::{Place, Timeline};
use super::shared::Shared;
use super::slots::Slots;
use super::song::SongPart;
use super::staged::Staged;
use super::{Placing, Samples, Setup};
use crate::Instrument;
use crate::offline::MAX_VOICES;
use crate::quiet::Quiet;
use ripieno_panel::{Action, value};
use ripieno_ports::{Arrived, FrameSource, MidiIn, Period};
use ripieno_rig::{Commands, Input, Merge, Rig};
use ripieno_ring::spsc::{Consumer, Producer};
use ripieno_types::midi::{Held, MidiMessage};
use ripieno_types::{Block, Command, SampleRate, Timed};
use std::sync::Arc;
use std::sync::atomic::Ordering::{Relaxed, Release};
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
            rig: Box::new(setup.rig(instrument)),
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
        heir
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
    /// When the front's time was last let pass without a device.
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
            let new =
                spare.filter(|spare| spare.rate == setup.rate).unwrap_or_else(|| self.playing.heir(setup, instrument));
            let before = &mut self.playing;
            self.front.rebase(setup.rate, before.rig.now(), new.rig.now(), &mut |command| before.obey(command));
            self.staged.hasten(new.rig.now());
            old = Some(std::mem::replace(&mut self.playing, new));
        }
        self.playing.rig.command(Command::Polyphony(setup.voices));
        old
    }

    /// While no device asks for frames: obeys what must not wait, and lets inputs speak without starting a note, so that
    /// nothing is played in one heap when the device returns. Control.
    pub fn idle(&mut self) {
        self.obey_orders();
        self.swap_waiting();
        self.listen(None);
        let now = Instant::now();
        if let Some(before) = self.idled.replace(now) {
            self.front.pass(now.duration_since(before).as_micros() as u64);
        }
        let Self { playing, front, staged, teller, .. } = self;
        let now = playing.rig.now();
        staged.hasten(now);
        front.play(staged, |output| teller.say(output)).due(now, &mut |command| {
            let is_note =
                matches!(command.value, Command::Midi(word) if matches!(word.message(), MidiMessage::NoteOn(..)));
            if !is_note {
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

    fn obey_orders(&mut self) {
        // An order may send something back: without room for that, orders wait.
        while self.returns.free() > 1 {
            let Some(order) = self.orders.pop() else { return };
            self.obey(order);
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Input(input) => self.tell(input),
            Order::Mapper(mapper) => {
                let Self { playing, front, .. } = self;
                let old = front.set_mapper(mapper, playing.rig.now(), &mut |command| playing.obey(command));
                self.give_back(old.map(Spent::Mapper));
            }
            Order::Panels(mut setup) => {
                let Self { playing, front, teller, .. } = self;
                let now = playing.rig.now();
                front.replace(&mut setup, now, &mut |command| playing.obey(command), &mut |output| teller.say(output));
                self.setups += 1;
                self.teller.tell(Outcome::Panels(self.setups));
                self.give_back(Some(Spent::Panels(setup)));
            }
            Order::Score(score) => {
                let Self { playing, front, teller, .. } = self;
                let now = playing.rig.now();
                let (each, out) = (&mut |command| playing.obey(command), &mut |output| teller.say(output));
                let old = front.set_score(score, now, each, out);
                self.give_back(old.map(Spent::Score));
            }
            Order::Samples(samples) => {
                let unheard = self.incoming.replace(samples);
                self.give_back(unheard.map(Spent::Samples));
            }
            Order::Devices(devices) => {
                let Self { playing, front, staged, slots, teller, .. } = self;
                let now = playing.rig.now();
                let is_mapped = front.mapper().is_some();
                slots.rename(devices, |device, word| {
                    // Behind all that came under the old name.
                    let input = Timed { at: staged.last_at().unwrap_or(now), value: Input::Midi { device, word } };
                    if is_mapped && !staged.insert(input) {
                        front.obey(input, now, &mut |command| playing.obey(command), &mut |output| teller.say(output));
                    }
                });
            }
            Order::Instrument(instrument) => {
                let unheard = self.waiting.replace(instrument);
                self.give_back(unheard.map(Spent::Instrument));
            }
            Order::Song(song) => {
                let mut old = std::mem::replace(&mut self.playing.song, song);
                if let Some(old) = &mut old {
                    let rig = &mut self.playing.rig;
                    old.held().release(|word| rig.command(Command::Midi(word)));
                }
                if let Some(song) = &mut self.playing.song {
                    song.start_at(self.playing.rig.now());
                }
                self.shared.song_frames.store(0, Relaxed);
                self.shared.song_is_over.store(false, Relaxed);
                self.shared.songs.fetch_add(1, Release);
                self.give_back(old.map(Spent::Song));
            }
            Order::Tap(tap) => {
                self.owed = 0;
                let old = std::mem::replace(&mut self.tap, tap);
                self.give_back(old.map(Spent::Tap));
            }
            Order::Master(gain) => {
                self.fader.set_master(gain);
                self.tell(Input::Moved { action: Action::Master, value: value::from_unit(gain) });
            }
            Order::Open(is_open) => {
                self.fader.open(is_open);
                self.shared.faded.store(false, Relaxed);
            }
        }
    }

    /// Obeys an input now.
    fn tell(&mut self, input: Input) {
        let Self { playing, front, teller, .. } = self;
        let now = playing.rig.now();
        let input = Timed { at: now, value: input };
        front.obey(input, now, &mut |command| playing.obey(command), &mut |output| teller.say(output));
        self.glide();
    }

    /// Glides to the output gain that a panel has set.
    fn glide(&mut self) {
        if let Some(gain) = self.teller.take_master() {
            self.fader.set_master(gain);
        }
    }

    fn give_back(&mut self, spent: Option<Spent>) {
        if let Some(spent) = spent {
            // There is room: `obey_orders` and `swap_waiting` looked before.
            let _ = self.returns.push(spent);
        }
    }

    /// Hands waiting bank and samples on, and those that have fallen silent to whoever frees them.
    fn swap_waiting(&mut self) {
        if self.returns.free() < 2 {
            return;
        }
        let retired = self.playing.rig.retired_bank();
        self.give_back(retired.map(Spent::Instrument));
        if let Some(instrument) = self.waiting.take() {
            self.waiting = self.playing.rig.swap_bank(instrument).err();
        }
        let retired = self.front.retired_clips();
        self.give_back(retired.map(Spent::Samples));
        if let Some(samples) = self.incoming.take() {
            self.incoming = self.front.swap_clips(samples).err();
        }
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

fn follow(held: &mut Held, command: Command) {
    match command {
        Command::Midi(word) => _ = held.follow(word),
        Command::Panic => *held = Held::default(),
        _ => {}
    }
}
