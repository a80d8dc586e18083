//! A small studio: panels in a map, one task that owns them, and the publisher that tells of them.

use super::intake::{Kept, Taking};
use ripieno_web::shape::*;
use ripieno_web::{Event, Publisher, Refusal, Request, Requests, Stamp};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::mpsc;

/// The studio from outside: where requests go, and its state for a test to look at.
pub struct Studio {
    requests: Requests,
    state: Arc<Mutex<State>>,
    /// Recordings that were uploaded.
    pub kept: Kept,
}

struct State {
    panels: Panels,
    made: usize,
    reloads: usize,
    /// What was pressed, turned and the like, in order.
    played: Vec<String>,
    publisher: Publisher,
    kept: Kept,
}

impl Studio {
    /// A studio with a task that answers until the last asker has gone.
    pub fn new() -> Arc<Self> {
        let (requests, mut asked) = mpsc::channel(1_024);
        let publisher = Publisher::new(json!({"panels": {}, "active_panels": {}, "logs": [], "n": 0}));
        let kept = Kept::default();
        let state =
            State { panels: Panels::default(), made: 0, reloads: 0, played: Vec::new(), publisher, kept: kept.clone() };
        let state = Arc::new(Mutex::new(state));
        let owned = state.clone();
        tokio::spawn(async move {
            while let Some(request) = asked.recv().await {
                // The one instrument that takes its time.
                if let Request::Instrument(name, reply) = request {
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(name.parse().unwrap_or(0))).await;
                        drop(reply.send(Ok(Instruments { instruments: vec![name.clone()], current: name })));
                    });
                } else if let Request::Peaks { recording, buckets, reply, .. } = request {
                    // An outline takes as long as its recording says.
                    tokio::spawn(async move {
                        tokio::time::sleep(Duration::from_millis(recording.parse().unwrap_or(0))).await;
                        drop(reply.send(Ok(Peaks { buckets, ..Peaks::default() })));
                    });
                } else {
                    owned.lock().expect("a lock").answer(request);
                }
            }
        });
        Arc::new(Self { requests, state, kept })
    }

    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }

    pub fn stamp(&self) -> Stamp {
        self.state.lock().expect("a lock").publisher.stamp()
    }

    pub fn state(&self) -> Value {
        self.state.lock().expect("a lock").publisher.state().clone()
    }

    pub fn subscribers(&self) -> usize {
        self.state.lock().expect("a lock").publisher.subscribers()
    }

    pub fn played(&self) -> Vec<String> {
        self.state.lock().expect("a lock").played.clone()
    }

    /// One change that is no more than that.
    pub fn publish(&self, patch: Value) {
        self.state.lock().expect("a lock").publisher.publish(&Event::Bank { bank: "A".into() }, patch);
    }
}

impl State {
    fn told(&mut self, event: Event, patch: Value) {
        self.publisher.publish(&event, patch);
    }

    fn panel(&mut self, id: &str) -> Result<&mut Panel, Refusal> {
        self.panels.panels.get_mut(id).ok_or_else(|| Refusal::Unknown(format!("there is no panel `{id}`")))
    }

    fn create(&mut self, new: NewPanel) -> Panel {
        self.made += 1;
        let panel = Panel {
            id: format!("panel-{}", self.made),
            kind: new.kind,
            bank: new.bank.unwrap_or_else(|| "A".into()),
            preset: new.preset.unwrap_or_default(),
            preset_id: None,
            title: new.title.unwrap_or_default(),
        };
        self.panels.panels.insert(panel.id.clone(), panel.clone());
        let patch = json!({"panels": {panel.id.as_str(): &panel}});
        self.told(Event::PanelCreated { panel: panel.clone() }, patch);
        panel
    }

    fn change(&mut self, id: &str, change: PanelChange) -> Result<Panel, Refusal> {
        let panel = self.panel(id)?;
        panel.bank = change.bank.unwrap_or(std::mem::take(&mut panel.bank));
        panel.title = change.title.unwrap_or(std::mem::take(&mut panel.title));
        let panel = panel.clone();
        let patch = json!({"panels": {id: &panel}});
        self.told(Event::PanelUpdated { panel: panel.clone() }, patch);
        Ok(panel)
    }

    fn delete(&mut self, id: &str) -> Result<(), Refusal> {
        self.panel(id)?;
        self.panels.panels.remove(id);
        self.told(Event::PanelDeleted { panel: id.into() }, json!({"panels": {id: null}}));
        Ok(())
    }

    fn play(&mut self, what: String) -> Pressed {
        self.played.push(what);
        let n = self.played.len();
        self.told(Event::Bank { bank: "A".into() }, json!({ "played": n }));
        Pressed { ok: true, ..Pressed::default() }
    }

    /// A preset called `known` of each kind, with one entry.
    fn preset(kind: Kind) -> Preset {
        let at = EntryAddress { source: "16".into(), ..EntryAddress::default() };
        let action =
            Action { kind: "fx".into(), fields: BTreeMap::from([("target".into(), json!("x"))]).into_iter().collect() };
        let entry = Entry { at, label: "L".into(), action: Some(action), ..Entry::default() };
        Preset { id: "id-known".into(), kind, name: "Known".into(), entries: vec![entry.clone(), entry] }
    }

    fn known(name: &str) -> Result<(), Refusal> {
        if ["known", "id-known"].contains(&name.to_lowercase().as_str()) {
            Ok(())
        } else {
            Err(Refusal::Unknown(format!("there is no preset `{name}`")))
        }
    }

    /// An answer that nobody waits for any more is dropped.
    fn answer(&mut self, request: Request) {
        match request {
            Request::Subscribe(reply) => drop(reply.send(Ok(self.publisher.subscribe()))),
            Request::State(reply) => drop(reply.send(Ok(self.publisher.text()))),
            Request::Stamp(reply) => drop(reply.send(Ok(self.publisher.stamp()))),
            Request::Panels(reply) => drop(reply.send(Ok(self.panels.clone()))),
            Request::CreatePanel(new, reply) => drop(reply.send(Ok(self.create(new)))),
            Request::ChangePanel(id, change, reply) => drop(reply.send(self.change(&id, change))),
            Request::DeletePanel(id, reply) => drop(reply.send(self.delete(&id))),
            Request::ActivatePanel(id, active, reply) => {
                let done = self.panel(&id).cloned().map(|panel| {
                    let slot = format!("{:?}:{}", panel.kind, panel.bank).to_lowercase();
                    self.panels.active_panels.insert(slot.clone(), active.then(|| id.clone()));
                    let event = Event::PanelActivated {
                        panel: active.then(|| id.clone()),
                        previous: None,
                        kind: panel.kind,
                        bank: panel.bank,
                    };
                    self.told(event, json!({"active_panels": {slot: active.then_some(id)}}));
                });
                drop(reply.send(done));
            }
            Request::Reconcile { reply, .. } => drop(reply.send(Ok(Reconciled::default()))),
            Request::Presets(kind, reply) => drop(reply.send(Ok(vec![Self::preset(kind)]))),
            Request::CreatePreset(kind, name, reply) => {
                let conflict = Refusal::Conflict(format!("there is a preset `{name}`"));
                let made = if Self::known(&name).is_ok() { Err(conflict) } else { Ok(Self::preset(kind)) };
                drop(reply.send(made));
            }
            Request::RenamePreset(kind, preset, name, reply) => {
                drop(reply.send(Self::known(&preset).map(|()| Preset { name, ..Self::preset(kind) })));
            }
            Request::DeletePreset(_, preset, reply) => drop(reply.send(Self::known(&preset))),
            Request::ChangeEntry(kind, preset, at, change, reply) => {
                self.play(format!("{kind:?} {preset} {at:?} {}", Value::Object(change.0)));
                drop(reply.send(Self::known(&preset).map(|()| Entry { at, ..Entry::default() })));
            }
            Request::ClearEntry(_, preset, _, reply) => drop(reply.send(Self::known(&preset))),
            Request::SwapEntries(_, preset, a, b, reply) => {
                self.play(format!("swap {} {}", a.source, b.source));
                drop(reply.send(Self::known(&preset)));
            }
            Request::Press { note, velocity, reply } => {
                drop(reply.send(Ok(self.play(format!("press {note} {velocity}")))));
            }
            Request::Release { note, reply } => drop(reply.send(Ok(self.play(format!("release {note}"))))),
            Request::Turn { cc, value, reply } => drop(reply.send(Ok(self.play(format!("turn {cc} {value}"))))),
            Request::Key { note, velocity, bank, reply } => {
                drop(reply.send(Ok(self.play(format!("key {note} {velocity:?} {bank:?}")))));
            }
            Request::Panic(reply) => {
                self.play("panic".into());
                drop(reply.send(Ok(())));
            }
            Request::MidiStatus(reply) | Request::MidiReconnect(reply) => drop(reply.send(Ok(MidiStatus::default()))),
            Request::Learn(reply) | Request::StopLearn(reply) | Request::ChangeLearn(_, reply) => {
                drop(reply.send(Ok(Learn::default())));
            }
            Request::Uses(_, reply) => drop(reply.send(Ok(Vec::new()))),
            Request::Unlearn(_, preset, _, reply) => drop(reply.send(Self::known(&preset))),
            Request::Actions(reply) | Request::Layouts(reply) | Request::Effects(reply) => {
                drop(reply.send(Ok(json!({}))))
            }
            Request::ChangeEffects(change, reply) => drop(reply.send(Ok(change))),
            Request::Instruments(reply) | Request::Instrument(_, reply) => drop(reply.send(Ok(Instruments::default()))),
            Request::AudioDevices(reply) => drop(reply.send(Ok(AudioDevices::default()))),
            Request::ChangeAudio(settings, reply) => drop(reply.send(match settings.latency_mode.as_deref() {
                Some("medium") => Err(Refusal::Invalid("this device has no `medium`".into())),
                Some("odd") => Ok(AudioApplied { ok: false, applied: false, reason: Some("odd".into()) }),
                _ => Ok(AudioApplied { ok: true, applied: true, reason: None }),
            })),
            Request::Settings(reply) => drop(reply.send(Ok(Settings::default()))),
            Request::ChangeSetting(_, value, reply) => {
                drop(reply.send(if value.is_null() { Err(Refusal::Denied("not that".into())) } else { Ok(()) }));
            }
            Request::Profiles(reply) | Request::LoadProfile(_, reply) | Request::SaveProfile(_, reply) => {
                drop(reply.send(Ok(Profiles::default())));
            }
            Request::History(reply) | Request::Undo(reply) | Request::Redo(reply) => {
                drop(reply.send(Ok(History::default())));
            }
            Request::Recordings(reply) => drop(reply.send(Ok(BTreeMap::new()))),
            Request::Upload(name, reply) => drop(reply.send(Taking::begin(&self.kept, name))),
            Request::DeleteRecording(_, reply) => drop(reply.send(Ok(()))),
            Request::Ticket(_, wish, reply) => {
                drop(reply.send(Ok(Ticket { url: format!("/files/x/{}", wish.stem.unwrap_or_default()) })));
            }
            Request::Models(reply) => drop(reply.send(Ok(Models::default()))),
            Request::PlanSeparation(_, reply) => drop(reply.send(Ok(SeparationPlan::default()))),
            Request::Operations(reply) => drop(reply.send(Ok(Vec::new()))),
            Request::Operation(id, reply) | Request::CancelOperation(id, reply) => {
                drop(reply.send(Ok(Operation { id, ..Operation::default() })));
            }
            Request::StartOperation(new, reply) => {
                // One kind is never answered, as by an owner that has a fault.
                if new.op_type != "silence" {
                    drop(reply.send(Ok(Operation { op_type: new.op_type, ..Operation::default() })));
                }
            }
            Request::Telemetry(reply) => drop(reply.send(Ok(Telemetry::default()))),
            Request::Log(reply) => drop(reply.send(Ok(Vec::new()))),
            Request::Pipeline(reply) => drop(reply.send(Ok(json!({"version": 1, "name": "tone"})))),
            Request::PipelinePicture(reply) => drop(reply.send(Ok("<svg/>".into()))),
            Request::EffectUnits(reply) => drop(reply.send(Ok(vec![EffectUnit::default()]))),
            Request::Controllers(reply) => drop(reply.send(Ok(vec![Controller::default()]))),
            Request::MidiRecent(reply) => drop(reply.send(Ok(vec![HeardMidi::default()]))),
            Request::ChangeTask(task, change, reply) => drop(reply.send(match change.deed {
                TaskDeed::Set if change.param.is_none() => Err(Refusal::Invalid("`param` is wanted".into())),
                deed => Ok(format!("{task} {deed:?}")),
            })),
            Request::SignalEvent(event, reply) => drop(reply.send(match event.as_str() {
                "nothing" => Err(Refusal::Unknown("there is no event 'nothing'".into())),
                event => Ok(format!("{event} signalled")),
            })),
            Request::Tap { stream, rows, reply } => {
                let channels = vec![vec![Some(0.5), None]; 2];
                drop(reply.send(Ok(StreamFrame { stream, shape: vec![rows, 2], channels, ..StreamFrame::default() })));
            }
            Request::PipelineTasks(reply) => {
                drop(reply.send(Ok(vec![TaskShape { name: "gain".into(), ..TaskShape::default() }])));
            }
            Request::PipelineSource(reply) => drop(reply.send(Ok(PipelineSource::default()))),
            Request::ReloadPipeline(reply) => {
                // Sound and faulty in turn.
                self.reloads += 1;
                let reloaded = match self.reloads % 2 {
                    1 => PipelineReloaded { applied: true, ..PipelineReloaded::default() },
                    _ => PipelineReloaded {
                        error: Some("a fault".into()),
                        places: vec![FaultPlace { line: 3, ..FaultPlace::default() }],
                        ..PipelineReloaded::default()
                    },
                };
                drop(reply.send(Ok(reloaded)));
            }
            Request::Pipelines(reply) => drop(reply.send(Ok(vec![FoundPipeline::default()]))),
            other => panic!("a request that the studio of the tests does not know: {other:?}"),
        }
    }
}
