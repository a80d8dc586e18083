//! What the panels say, as events, edits and deeds: the same whoever touched them.

use super::Owner;
use crate::live::Outcome;
use crate::studio::{self, Slot};
use ripieno_panel::value::{to_7, to_14, to_unit};
use ripieno_panel::{Action, BankId, Control, MappingId, Output, PanelId, PanelKind, Phase, Source};
use ripieno_types::Command;
use ripieno_web::Event;
use ripieno_web::shape::{Kind, Pressed};
use serde_json::{Value, json};

/// A control that was used.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    pub control: Control,
    pub event: ripieno_panel::Event,
    pub kind: PanelKind,
    pub bank: BankId,
    pub panel: Option<PanelId>,
    pub by: Option<MappingId>,
}

/// A kind as it is served.
pub fn served_kind(kind: PanelKind) -> Kind {
    match kind {
        PanelKind::Pad => Kind::Pad,
        PanelKind::Knob => Kind::Knob,
        PanelKind::Piano => Kind::Piano,
    }
}

impl Owner {
    pub(super) fn outcome(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Output(output) => self.output(output),
            Outcome::Panels(n) => self.names_are(n),
            Outcome::Lost(n) => self.warn("panels", format!("{n} events of controllers came too fast to be shown")),
        }
    }

    fn output(&mut self, output: Output) {
        match output {
            Output::Heard { control, event, kind, bank, panel, by } => {
                self.heard(Heard { control, event, kind, bank, panel, by });
            }
            Output::Rig(Command::Parameter { id, value }) => self.effect_moved(id, value),
            Output::Rig(Command::Bypass { effect, bypassed }) => self.effect_bypassed(effect, bypassed),
            Output::Value { by, value, distance } => self.value_moved(by, value, distance),
            Output::Activated { kind, bank, panel, previous } => {
                let kind = served_kind(kind);
                self.activated(&(kind, studio::bank_name(kind, bank)), panel, previous);
            }
            Output::Bank(bank) => {
                self.bank = bank;
                let bank = studio::bank_name(Kind::Knob, bank);
                let patch = json!({"bank": bank});
                self.publisher.publish(&Event::Bank { bank }, patch);
            }
            Output::Light { device, word } => {
                if let Some(lights) = &mut self.lights {
                    lights.show(device, word);
                }
            }
            Output::Do { action: Action::Outside(n), phase, by } => self.outside(n, phase, by),
            Output::Do { action: Action::Master, phase: Phase::On(value) | Phase::Set(value), .. } => {
                self.master_moved(to_unit(value));
            }
            _ => {}
        }
    }

    /// A panel took a slot, or left it, by itself.
    fn activated(&mut self, slot: &Slot, panel: Option<PanelId>, previous: Option<PanelId>) {
        let id = |id: Option<PanelId>| id.and_then(|id| self.names.panel_id(id)).map(str::to_owned);
        let (now, before) = (id(panel), id(previous));
        if self.is_echo(slot, now.as_deref()) {
            return;
        }
        let Some(id) = now.or(before) else { return };
        if let Err(refusal) = self.activate_panel(&id, panel.is_some()) {
            self.fail("panels", format!("the active panel cannot be kept: {refusal}"));
        }
        self.deeds.chosen();
    }

    fn heard(&mut self, heard: Heard) {
        let now = super::now();
        self.counters.heard(now);
        if self.learn.is_active() {
            self.learn_heard(&heard);
            return;
        }
        let pressed = self.pressed_by(&heard);
        let event = self.event_of(&heard, pressed);
        self.publisher.publish(&event, Value::Object(Default::default()));
        if heard.kind == PanelKind::Piano && heard.bank == BankId::PLAY && heard.panel.is_some() && heard.by.is_none() {
            self.note_played(&heard);
        }
    }

    fn event_of(&mut self, heard: &Heard, pressed: Pressed) -> Event {
        use ripieno_panel::Event as Said;
        let channel = heard.control.channel.map(|channel| channel + 1);
        let bank = studio::bank_name(served_kind(heard.kind), heard.bank);
        match (heard.kind, heard.control.source, heard.event) {
            (PanelKind::Pad, Source::Note(note), Said::Down(force)) => {
                self.counters.pad(note);
                if !pressed.handled {
                    self.info("pads", format!("pad {note} of bank {bank} does nothing"));
                }
                Event::PadPress { note, velocity: to_7(force).max(1), channel, bank, pressed }
            }
            (PanelKind::Pad, Source::Note(note), Said::Up) => Event::PadRelease { note, channel, bank },
            (PanelKind::Piano, Source::Note(note), Said::Down(force)) => {
                Event::KeyPress { note, velocity: to_7(force).max(1), channel, pressed }
            }
            (PanelKind::Piano, Source::Note(note), Said::Up) => Event::KeyRelease { note, channel },
            (_, Source::PitchBend, Said::At { value, .. }) => {
                Event::PitchBend { channel, pitch: to_14(value) as i16 - 8_192 }
            }
            (_, source, said) => {
                let value = match said {
                    Said::Down(value) | Said::At { value, .. } => to_unit(value),
                    Said::By(way) => f32::from(way) / 127.0,
                    Said::Trigger => 1.0,
                    Said::Up => 0.0,
                };
                let source = self.source(source);
                self.counters.knob(&source);
                Event::Knob { source, channel, bank, value, pressed }
            }
        }
    }

    /// A source as documents write it.
    pub(super) fn source(&self, source: Source) -> String {
        self.names.source(source)
    }

    /// A note that went on to the synth.
    fn note_played(&mut self, heard: &Heard) {
        use ripieno_panel::Event as Said;
        let event = match (heard.control.source, heard.event) {
            (Source::Note(note), Said::Down(force)) => Event::NoteOn { note, velocity: to_7(force).max(1) },
            (Source::Note(note), Said::Up) => Event::NoteOff { note },
            _ => return,
        };
        self.publisher.publish(&event, Value::Object(Default::default()));
    }

    fn pressed_by(&self, heard: &Heard) -> Pressed {
        let panel = heard.panel.and_then(|id| self.names.panel_id(id)).map(str::to_owned);
        let mapped = heard.by.and_then(|by| self.names.mapping(by));
        let entry = mapped.and_then(|(preset, at)| {
            let preset = self.studio.model().presets.iter().find(|known| known.id == preset)?;
            preset.entries.iter().find(|entry| entry.at == *at)
        });
        let plays = heard.kind == PanelKind::Piano && panel.is_some();
        Pressed {
            ok: true,
            handled: heard.by.is_some() || plays,
            panel,
            action: entry.and_then(|entry| entry.action.clone()),
        }
    }
}
