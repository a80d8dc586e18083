//! The one owner of the state: a thread with one inbox. Every change happens here, one after the other; nothing that takes
//! its time does. What does is handed to a [`Pool`], and comes back as a message.

use super::actions::Deeds;
use super::arrangement::Arrangement;
use super::controllers::Boards;
use super::controls::Door;
use super::effects::Effects;
use super::inbox::{Inbox, Post};
use super::learn::Learning;
use super::lights::Lights;
use super::log::Log;
use super::ops::Operations;
use super::panels::slots_changed;
use super::pool::Pool;
use super::ports::Port;
use super::recent::Recent;
use super::recordings::{Outlines, Recordings};
use super::served::Section;
use super::sound::{Manner, Offer};
use super::stems::Bench;
use super::telemetry::Counters;
use super::values::{self, Values};
use crate::live::Handle;
use crate::pipeline::hosted::Hosted;
use crate::separate::Runner;
use crate::studio::{Compiled, EditError, Folder, Model, Names, Numbers, Slot, Studio, Vault, compile};
use ripieno_panel::{BankId, Zone};
use ripieno_separate::Cancel;
use ripieno_web::shape::{History, PipelineState, Pressed};
use ripieno_web::{Event, Publisher, Refusal, Tickets};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long the owner sleeps when nothing is due.
const REST: Duration = Duration::from_secs(1);
/// Workers for operations and for what only looks.
const WORKERS: usize = 4;
/// Workers for what is looked at again and again: it does not wait for operations.
const LOOKERS: usize = 2;

/// The active panel of each slot.
type Active = BTreeMap<Slot, String>;

/// What an owner is made of.
#[derive(Debug)]
pub struct Parts {
    /// The studio.
    pub studio: Studio<Folder>,
    /// Its folder: profiles and recordings are beside it.
    pub folder: PathBuf,
    /// What actions may know and clients may not.
    pub secrets: Vault,
    /// The session that it steers.
    pub session: Handle,
    /// The way to the owner's own inbox.
    pub post: Post,
    /// What there is to play, and what plays.
    pub offer: Offer,
    /// How it plays.
    pub manner: Manner,
    /// What carries out actions.
    pub deeds: Deeds,
    /// The lights of controllers, where there is MIDI.
    pub lights: Option<Lights>,
    /// The pipeline that runs beside, if one does.
    pub pipeline: Option<Hosted>,
    /// What comes in by MIDI.
    pub recent: Recent,
    /// Where controllers are looked for, where there is MIDI.
    pub boards: Option<Boards>,
    /// What separates recordings, and the program that does dry runs; without one they are done here.
    pub separator: (Runner, Option<PathBuf>),
    /// The server's tickets, for files that pages play and save.
    pub tickets: Tickets,
}

/// The state, and everything that follows it.
#[derive(Debug)]
pub struct Owner {
    pub(super) studio: Studio<Folder>,
    pub(super) folder: PathBuf,
    pub(super) secrets: Vault,
    pub(super) session: Handle,
    pub(super) post: Post,
    pub(super) publisher: Publisher,
    /// What the numbers mean that the panels use now, and those of set-ups that are on their way, by their count.
    pub(super) names: Names,
    coming: VecDeque<(u64, Names, Active)>,
    /// The slots as the set-up had them that is in place, and those that have been told of since.
    placed: Active,
    told: BTreeSet<Slot>,
    numbers: Numbers,
    setups: u64,
    /// What of the studio could not be handed over.
    faults: Vec<String>,
    /// The layout as the panels know it.
    pub(super) zones: Vec<Zone>,
    /// One thread for all that changes the sound, so that it happens in order.
    pub(super) desk: Pool,
    pub(super) pool: Pool,
    pub(super) looks: Pool,
    pub(super) lights: Option<Lights>,
    pub(super) deeds: Deeds,
    pub(super) pipeline: Option<Hosted>,
    pub(super) pipeline_state: Option<PipelineState>,
    pub(super) recent: Recent,
    pub(super) boards: Option<Boards>,
    pub(super) ports: Vec<Port>,
    pub(super) effects: Effects,
    /// The output gain that a panel has set, and when it is to be kept.
    pub(super) gain: Option<(f32, Instant)>,
    pub(super) values: Values,
    pub(super) bank: BankId,
    /// Keys that the page holds down.
    pub(super) doors: HashMap<u8, (Door, Pressed)>,
    pub(super) offer: Offer,
    pub(super) manner: Manner,
    /// The session as it is served, and as it tells of itself.
    pub(super) sound_status: Value,
    pub(super) telemetry: Value,
    pub(super) learn: Learning,
    pub(super) arrangement: Arrangement,
    pub(super) profile_names: Vec<String>,
    pub(super) operations: Operations,
    pub(super) recordings: Recordings,
    pub(super) outlines: Outlines,
    pub(super) tickets: Tickets,
    pub(super) bench: Bench,
    pub(super) program: Option<PathBuf>,
    /// Wanted once the owner ends, for what no client can cancel.
    pub(super) ending: Cancel,
    /// One thread each, so that one waits for the other and for nobody else: separations, dry runs, outlines, and looks at
    /// the folder of recordings.
    pub(super) separator: Pool,
    pub(super) planner: Pool,
    pub(super) tracer: Pool,
    pub(super) shelf: Pool,
    pub(super) counters: Counters,
    pub(super) log: Log,
    /// When the studio's file was last compared with the studio, and what was wrong with it then.
    looked: Instant,
    outside: Option<String>,
}

impl Owner {
    /// The owner of a studio; the session plays by it from now on. Control.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(parts: Parts) -> io::Result<Self> {
        let Parts { studio, folder, secrets, session, post, offer, deeds, lights, pipeline, .. } = parts;
        let Parts { manner, recent, boards, separator, tickets, .. } = parts;
        let (runner, program) = separator;
        let empty = || Value::Object(Default::default());
        let mut owner = Self {
            publisher: Publisher::new(empty()),
            names: Names::default(),
            coming: VecDeque::new(),
            placed: Active::new(),
            told: BTreeSet::new(),
            numbers: Numbers::default(),
            setups: 0,
            faults: Vec::new(),
            zones: Vec::new(),
            desk: Pool::start("ripieno-desk", 1)?,
            pool: Pool::start("ripieno-worker", WORKERS)?,
            looks: Pool::start("ripieno-look", LOOKERS)?,
            lights,
            deeds,
            pipeline_state: pipeline.as_ref().map(Hosted::state),
            pipeline,
            recent,
            boards,
            ports: Vec::new(),
            effects: Effects::of(studio.model()),
            gain: None,
            values: Values::new(),
            bank: BankId(0),
            doors: HashMap::new(),
            offer,
            manner,
            sound_status: empty(),
            telemetry: empty(),
            learn: Learning::default(),
            arrangement: Arrangement::open(&folder),
            profile_names: super::settings::names(&folder),
            operations: Operations::default(),
            recordings: Recordings::default(),
            outlines: Outlines::default(),
            tickets,
            bench: Arc::new(Mutex::new(runner)),
            program,
            ending: Cancel::default(),
            separator: Pool::start("ripieno-separate", 1)?,
            planner: Pool::start("ripieno-plan", 1)?,
            tracer: Pool::start("ripieno-outline", 1)?,
            shelf: Pool::start("ripieno-shelf", 1)?,
            counters: Counters::new(format!("{:08x}", super::random()), super::now()),
            log: Log::default(),
            looked: Instant::now(),
            outside: None,
            studio,
            folder,
            secrets,
            session,
            post,
        };
        owner.arrange(true);
        owner.load_samples();
        owner.bind();
        owner.send_effects();
        owner.follow_actions(true);
        owner.publisher = Publisher::new(owner.tree());
        owner.open_shelf();
        let warnings: Vec<String> = owner.studio.warnings().iter().map(ToString::to_string).collect();
        warnings.into_iter().for_each(|warning| owner.warn("studio", warning));
        Ok(owner)
    }

    /// Obeys until it is told to stop; what waits to be kept is kept then.
    pub fn run(mut self, inbox: Receiver<Inbox>) {
        loop {
            let wait = self.due().map_or(REST, |due| due.saturating_duration_since(Instant::now()));
            match inbox.recv_timeout(wait) {
                Ok(Inbox::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(message) => self.take(message),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.tick(Instant::now());
        }
        self.operations.cancel_all();
        self.ending.request();
        self.silence();
        self.keep_all();
        // Whoever waits for an answer or for room learns that there will be none, and ends.
        drop(inbox);
    }

    /// Obeys one message.
    pub fn take(&mut self, message: Inbox) {
        match message {
            Inbox::Web(request) => self.request(request),
            Inbox::Heard(outcome) => self.outcome(outcome),
            Inbox::Status(status) => self.status(&status),
            Inbox::Save(settings, reply) => self.save_audio(settings, &reply),
            Inbox::Ports(ports) => self.ports_are(ports),
            Inbox::Acted(outcome) => self.acted(outcome),
            Inbox::Refused(what) => self.warn("server", what),
            Inbox::Front(front) => self.front(front),
            Inbox::Step(id, step) => self.operation_step(&id, step),
            Inbox::Then(finish) => finish(self),
            Inbox::Stop => {}
        }
    }

    /// When something waits to be kept.
    fn due(&self) -> Option<Instant> {
        [self.effects.due, self.gain.map(|(_, due)| due)].into_iter().flatten().min()
    }

    /// Keeps what has waited long enough.
    pub fn tick(&mut self, now: Instant) {
        if self.effects.due.is_some_and(|due| due <= now) {
            self.keep_effects();
        }
        if self.gain.is_some_and(|(_, due)| due <= now) {
            self.keep_master();
        }
        if now.saturating_duration_since(self.looked) >= REST {
            self.looked = now;
            self.look_outside();
            self.look_at_pipeline();
        }
    }

    /// Takes in what somebody has written into the studio's file by hand; until then nothing is written over it.
    fn look_outside(&mut self) {
        let before = self.studio.model().clone();
        let fault = match self.studio.refresh() {
            Ok(has_changed) => {
                if has_changed {
                    self.follow_whole(&before);
                }
                None
            }
            Err(error) => Some(error.to_string()),
        };
        if self.outside != fault {
            if let Some(fault) = &fault {
                self.warn(
                    "studio",
                    format!("the file was changed by hand, and nothing is kept until it is right: {fault}"),
                );
            }
            self.outside = fault;
        }
    }

    /// Keeps all that waits.
    pub(super) fn keep_all(&mut self) {
        self.keep_effects();
        self.keep_master();
    }

    /// Changes the studio, lets everything follow, and tells everybody: `events` first, then of slots and history.
    pub(super) fn edit<T>(
        &mut self,
        label: &str,
        change: impl FnOnce(&mut Model) -> Result<T, EditError>,
        events: impl FnOnce(&Model, &T) -> Vec<Event>,
    ) -> Result<T, Refusal> {
        self.look_outside();
        let before = self.studio.model().clone();
        let done = self.studio.edit(label, change).map_err(refusal)?;
        let after = self.studio.model();
        if *after != before {
            let mut events = events(after, &done);
            events.extend(slots_changed(&before, after));
            self.follow(&before);
            self.tell_edit(events);
        }
        Ok(done)
    }

    /// Puts the studio into another state as a whole: sound and instrument follow too.
    pub(super) fn replaced(
        &mut self,
        replace: impl FnOnce(&mut Studio<Folder>) -> Result<(), EditError>,
    ) -> Result<History, Refusal> {
        self.look_outside();
        let before = self.studio.model().clone();
        replace(&mut self.studio).map_err(refusal)?;
        self.follow_whole(&before);
        Ok(self.history())
    }

    /// Lets everything follow another state as a whole, and tells everybody.
    fn follow_whole(&mut self, before: &Model) {
        if self.studio.model() != before {
            self.follow(before);
            self.follow_sound(before);
        }
        self.tell_edit(vec![Event::Replaced {}]);
    }

    fn tell_edit(&mut self, mut events: Vec<Event>) {
        events.push(Event::HistoryChanged { history: self.history() });
        for (n, event) in events.iter().enumerate() {
            // The first brings all that has changed.
            self.publish(event, if n == 0 { &Section::EDITED } else { &[] });
        }
    }

    /// Makes panels, effects, devices and actions as the studio says now, where that differs from `before`.
    fn follow(&mut self, before: &Model) {
        let model = self.studio.model();
        let has_score = (&model.score, &model.samples) != (&before.score, &before.samples);
        let has_panels = (&model.devices, &model.layouts, &model.presets, &model.panels, &model.active)
            != (&before.devices, &before.layouts, &before.presets, &before.panels, &before.active);
        let (has_devices, has_fx) =
            (model.devices != before.devices, (&model.fx, &model.fx_order) != (&before.fx, &before.fx_order));
        let (has_actions, has_contexts) = (model.actions != before.actions, model.contexts != before.contexts);
        let has_instruments = model.instruments != before.instruments;
        let has_samples = model.samples != before.samples;
        values::prune(&mut self.values, model);
        if has_panels || has_score {
            self.arrange(has_score);
        }
        if has_samples {
            self.load_samples();
        }
        if has_devices {
            self.bind();
        }
        if has_fx {
            self.follow_effects();
        }
        if has_actions || has_contexts {
            self.follow_actions(has_actions);
        }
        if has_instruments {
            self.refresh_instruments();
        }
    }

    /// Hands the panels over as they are now: all silent while something is learned.
    pub(super) fn arrange(&mut self, with_score: bool) {
        let model = self.studio.model();
        let silent = self.learn.is_active().then(|| Model { active: Active::new(), ..model.clone() });
        let active = silent.as_ref().unwrap_or(model).active.clone();
        let Compiled { setup, score, names, warnings } = compile(silent.as_ref().unwrap_or(model), &mut self.numbers);
        self.zones = setup.zones().to_vec();
        self.session.panels(setup);
        if with_score {
            self.session.score(score);
        }
        self.setups += 1;
        self.coming.push_back((self.setups, names, active));
        let before = std::mem::replace(&mut self.faults, warnings.clone());
        for warning in warnings.into_iter().filter(|warning| !before.contains(warning)) {
            self.warn("panels", warning);
        }
    }

    /// The n-th set-up is in place: from now on its numbers are used.
    pub(super) fn names_are(&mut self, n: u64) {
        while self.coming.front().is_some_and(|(count, ..)| *count <= n) {
            if let Some((_, names, active)) = self.coming.pop_front() {
                (self.names, self.placed) = (names, active);
                self.told.clear();
            }
        }
    }

    /// True if a slot's change only says what the set-up has brought: everybody knows.
    pub(super) fn is_echo(&mut self, slot: &Slot, panel: Option<&str>) -> bool {
        self.told.insert(slot.clone()) && self.placed.get(slot).map(String::as_str) == panel
    }
}

/// A refused edit as an answer.
pub fn refusal(error: EditError) -> Refusal {
    match error {
        EditError::Unknown(text) => Refusal::Unknown(text),
        EditError::Invalid(text) => Refusal::Invalid(text),
        EditError::Conflict(text) => Refusal::Conflict(text),
        error => Refusal::Failed(error.to_string()),
    }
}

#[cfg(test)]
#[path = "owner_tests.rs"]
mod tests;
