//! What panels ask of the computer: handed to the runner if it is allowed, and told when it is over.

use super::Owner;
use super::inbox::{Inbox, Post};
use crate::studio::{ActionsSpec, Model, Outside, Vault};
use ripieno_actions::{Application, Backends, Config, Contexts, Desktop, End, Job, Rule, Runner, Watch};
use ripieno_midi::{Driver, Output};
use ripieno_panel::{MappingId, Phase};
use ripieno_ports::MidiOut;
use ripieno_web::shape::{Action, PanelChange};
use ripieno_web::{Event, Refusal};
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::io;

/// Deeds of the computer, and what switches by the application in front.
#[derive(Debug)]
pub struct Deeds {
    runner: Runner,
    contexts: Contexts<Target>,
    watch: Option<Watch>,
    post: Post,
}

/// What an application brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// This panel is active.
    Panel(String),
    /// The active panels of its kind have this preset.
    Preset(String),
}

impl Deeds {
    /// Starts the workers; nothing is allowed yet. Control.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn start(driver: Driver, post: Post) -> io::Result<Self> {
        let midi = Ports { driver, open: HashMap::new() };
        let (runner, outcomes) = Runner::start(Config::default(), Backends::system(Box::new(midi)))?;
        let tell = post.clone();
        // It ends with the runner.
        std::thread::Builder::new().name("ripieno-outcomes".into()).spawn(move || {
            outcomes.into_iter().all(|outcome| tell.send(Inbox::Acted(outcome)));
        })?;
        Ok(Self { runner, contexts: Contexts::new(Vec::new()), watch: None, post })
    }

    /// Goes by other rules from now on. What is to be switched to at once, if anything is.
    pub fn contexts(&mut self, model: &Model) -> Option<Target> {
        let target = |context: &crate::studio::ContextSpec| {
            let panel = context.panel.clone().map(Target::Panel);
            panel.or_else(|| context.preset.clone().map(Target::Preset))
        };
        let rule = |context: &crate::studio::ContextSpec| {
            Some(Rule { process: context.process.clone(), target: target(context)? })
        };
        let rules: Vec<Rule<Target>> = model.contexts.iter().filter_map(rule).collect();
        if rules.is_empty() {
            self.watch = None;
        } else if self.watch.is_none() {
            let post = self.post.clone();
            let front = Box::new(Desktop::default());
            // Without a thread nothing switches by itself, as without a desktop.
            self.watch =
                Watch::start(front, ripieno_actions::LOOK_INTERVAL, move |front| _ = post.send(Inbox::Front(front)))
                    .ok();
        }
        self.contexts.set_rules(rules)
    }

    /// The user has chosen a panel by hand.
    pub fn chosen(&mut self) {
        self.contexts.chosen();
    }
}

impl Owner {
    /// A panel asks for something outside of the rig.
    pub(super) fn outside(&mut self, n: u16, phase: Phase, by: Option<MappingId>) {
        let Some(Outside { action, label }) = self.names.outside(n).cloned() else { return };
        let place =
            by.and_then(|by| self.names.mapping(by)).map(|(preset, at)| format!("{preset} {}", super::values::key(at)));
        let who = if label.is_empty() { place.unwrap_or_default() } else { label };
        let (phase, value) = match phase {
            Phase::On(value) => (ripieno_actions::Phase::On, value),
            Phase::Off => (ripieno_actions::Phase::Off, 0),
            Phase::Set(value) => (ripieno_actions::Phase::Set, value),
        };
        match action.kind.as_str() {
            "instrument" => {
                let name = action.fields.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
                if phase == ripieno_actions::Phase::On {
                    self.choose_instrument(&name, |_| {});
                }
            }
            "task" => self.task(&action, phase, value, &who),
            _ => self.submit(action, phase, value, who),
        }
    }

    fn submit(&mut self, action: Action, phase: ripieno_actions::Phase, value: u16, who: String) {
        let kind = action.kind.clone();
        let read = serde_json::to_value(&action).map(|action| self.secrets.resolved(&action));
        let read = read.and_then(serde_json::from_value::<ripieno_actions::Action>);
        let action = match read {
            Ok(action) => action,
            Err(error) => return self.warn("actions", format!("{who}: {kind} cannot be carried out: {error}")),
        };
        if !action.answers(phase) {
            return;
        }
        if let Err(refused) = self.deeds.runner.submit(Job { action, value, phase, who: who.clone() }) {
            let detail = refused.to_string();
            self.warn("actions", format!("{who}: {detail}"));
            self.tell_outcome(Event::ActionOutcome { kind, who, result: "refused".into(), detail });
        }
    }

    /// An action has ended.
    pub(super) fn acted(&mut self, outcome: ripieno_actions::Outcome) {
        let ripieno_actions::Outcome { kind, who, end, .. } = outcome;
        let (result, detail) = match end {
            End::Done { detail } => ("done", detail),
            End::Failed { error } => ("failed", error),
            End::Refused { why } => ("refused", why),
            End::Cancelled => ("cancelled", String::new()),
        };
        let kind = kind.name().to_owned();
        let line = format!("{who}: {kind} {result}{}{detail}", if detail.is_empty() { "" } else { ": " });
        if result == "failed" {
            self.warn("actions", line)
        } else {
            self.info("actions", line)
        }
        self.tell_outcome(Event::ActionOutcome { kind, who, result: result.into(), detail });
    }

    fn tell_outcome(&mut self, event: Event) {
        self.publisher.publish(&event, Value::Object(Default::default()));
    }

    /// Another application is in front.
    pub(super) fn front(&mut self, front: Result<Option<Application>, String>) {
        match front {
            Ok(application) => {
                let target = self.deeds.contexts.front(application.as_ref());
                self.switch(target);
            }
            Err(error) => self.info("contexts", format!("the application in front cannot be told: {error}")),
        }
    }

    /// Goes by what the studio says of actions and applications.
    pub(super) fn follow_actions(&mut self, is_changed: bool) {
        if is_changed {
            match self.action_config() {
                Ok(config) => self.deeds.runner.configure(config),
                Err(error) => self.warn("actions", error),
            }
        }
        let target = self.deeds.contexts(self.studio.model());
        self.switch(target);
    }

    fn action_config(&self) -> Result<Config, String> {
        config(&self.studio.model().actions, &self.secrets)
    }

    /// The active panels of a preset's kind have that preset.
    fn switch_preset(&mut self, preset: &str) -> Result<(), Refusal> {
        let model = self.studio.model();
        let Some(kind) = model.presets.iter().find(|known| known.id == preset).map(|preset| preset.kind) else {
            return Err(Refusal::Unknown(format!("there is no preset {preset}")));
        };
        let panels: Vec<String> =
            model.active.iter().filter(|((of, _), _)| *of == kind).map(|(_, panel)| panel.clone()).collect();
        let change = PanelChange { preset: Some(preset.into()), ..PanelChange::default() };
        self.edit(
            "switch preset",
            |model| panels.iter().try_for_each(|panel| model.change_panel(panel, &change)),
            |model, ()| {
                let panels = panels.iter().filter_map(|id| model.panel(id));
                panels.map(|panel| Event::PanelUpdated { panel: model.served_panel(panel) }).collect()
            },
        )
    }

    fn switch(&mut self, target: Option<Target>) {
        let switched = match target {
            None => return,
            Some(Target::Panel(panel)) => self.activate_panel(&panel, true).map(|()| panel),
            Some(Target::Preset(preset)) => self.switch_preset(&preset).map(|()| preset),
        };
        match switched {
            Ok(name) => self.info("contexts", format!("switched to {name} for the application in front")),
            Err(refusal) => self.warn("contexts", refusal.to_string()),
        }
    }
}

/// What the studio says of actions, secrets looked up.
///
/// # Errors
/// Names what cannot be; nothing is allowed then.
pub fn config(spec: &ActionsSpec, secrets: &Vault) -> Result<Config, String> {
    let mut tables: Map<String, Value> = spec.tables.clone().into_iter().collect();
    tables.insert("allow".into(), spec.allow.clone().into());
    serde_json::from_value(secrets.resolved(&tables.into())).map_err(|error| format!("[actions]: {error}"))
}

/// MIDI outputs by name, each opened when it is first wanted.
struct Ports {
    driver: Driver,
    open: HashMap<String, Output>,
}

impl ripieno_actions::MidiOut for Ports {
    fn send(&mut self, port: &str, bytes: &[u8]) -> Result<(), String> {
        if !self.open.contains_key(port) {
            let output = Output::open(self.driver, port).map_err(|error| error.to_string())?;
            self.open.insert(port.into(), output);
        }
        let Some(output) = self.open.get_mut(port) else { return Err(format!("there is no output {port:?}")) };
        MidiOut::send(output, bytes).map_err(|error| error.to_string())
    }
}
