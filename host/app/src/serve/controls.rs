//! Controls used from a page: sent in as if their own device had sent them, so that gestures, values and ends of notes are
//! those of the hardware.

use super::Owner;
use super::heard::served_kind;
use crate::studio::{self, PanelSpec};
use ripieno_panel::{BankId, Control, DeviceId, PanelKind, Role, Source, Zone};
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;
use ripieno_web::shape::{Entry, Kind, Pressed};
use ripieno_web::{Event, Refusal};
use serde_json::Value;

/// The channel of controls whose layout and preset name none.
const CHANNEL: u8 = 0;

/// Through which door a key of the page went down: it comes up through the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Through the panels, as this control.
    Panels(Control),
    /// Past them, to the synth.
    Synth,
}

/// Where a control leads.
struct Aim<'a> {
    control: Control,
    panel: Option<&'a PanelSpec>,
    entry: Option<&'a Entry>,
}

impl Aim<'_> {
    fn pressed(&self) -> Pressed {
        let plays = self.panel.is_some_and(|panel| panel.kind == Kind::Piano);
        Pressed {
            ok: true,
            handled: self.entry.is_some() || plays,
            panel: self.panel.map(|panel| panel.id.clone()),
            action: self.entry.and_then(|entry| entry.action.clone()),
        }
    }
}

/// The role of a control: the first rule that meets it decides.
pub fn role(zones: &[Zone], control: &Control) -> Role {
    let met = zones.iter().find(|zone| zone.meets(control)).map(|zone| zone.role);
    met.unwrap_or(match control.source {
        Source::Note(_) => Role::Key { is_mappable: false },
        _ => Role::Knob(None),
    })
}

impl Owner {
    /// A pad goes down.
    pub(super) fn press(&mut self, note: u8, velocity: u8) -> Result<Pressed, Refusal> {
        let velocity = checked(velocity, 1, "velocity")?;
        self.pad([0x90, checked(note, 0, "note")?, velocity])
    }

    /// A pad comes up.
    pub(super) fn release(&mut self, note: u8) -> Result<Pressed, Refusal> {
        self.pad([0x80, checked(note, 0, "note")?, 64])
    }

    fn pad(&mut self, [status, note, value]: [u8; 3]) -> Result<Pressed, Refusal> {
        let aim = self.aim(Source::Note(note), |role| matches!(role, Role::Pad(_)));
        let aim = aim.ok_or_else(|| Refusal::Unknown(format!("note {note} is no pad of the layout")))?;
        let (control, pressed) = (aim.control, aim.pressed());
        self.touch(&control, [status, note, value]);
        Ok(pressed)
    }

    /// A knob is turned.
    pub(super) fn turn(&mut self, cc: u8, value: u8) -> Result<Pressed, Refusal> {
        let word = [0xB0, checked(cc, 0, "controller")?, checked(value, 0, "value")?];
        let aim = self.aim(Source::Control(cc), |role| matches!(role, Role::Knob(_)));
        let aim = aim.or_else(|| self.aim(Source::Control(cc), |role| !matches!(role, Role::Ignored)));
        let aim = aim.ok_or_else(|| Refusal::Unknown(format!("the layout ignores controller {cc}")))?;
        let (control, pressed) = (aim.control, aim.pressed());
        self.touch(&control, word);
        Ok(pressed)
    }

    /// A key goes down, or up without a velocity.
    pub(super) fn key(&mut self, note: u8, velocity: Option<u8>, bank: Option<&str>) -> Result<Pressed, Refusal> {
        checked(note, 0, "note")?;
        let wanted = match bank {
            None => None,
            Some("play") => Some("play"),
            Some("map") => Some("map"),
            Some(other) => return Err(Refusal::Invalid(format!("bank {other:?} is neither play nor map"))),
        };
        let Some(velocity) = velocity else { return Ok(self.key_up(note)) };
        checked(velocity, 1, "velocity")?;
        // Struck again without having come up: the page has lost its release.
        if self.doors.contains_key(&note) {
            self.key_up(note);
        }
        let aim = self.aim(Source::Note(note), |role| matches!(role, Role::Key { .. }));
        let leads_to = aim.as_ref().and_then(|aim| aim.panel).map(|panel| panel.bank.as_str());
        let playing = self.active_panel(PanelKind::Piano, BankId::PLAY).map(|panel| panel.id.clone());
        let (door, pressed) = match aim {
            Some(aim) if leads_to.is_some() && (wanted.is_none() || wanted == leads_to) => {
                (Door::Panels(aim.control), aim.pressed())
            }
            // A map panel, or a pad of the layout, is in the way of a key that is to play.
            _ if wanted != Some("map") && playing.is_some() => {
                (Door::Synth, Pressed { ok: true, handled: true, panel: playing, action: None })
            }
            _ => return Ok(Pressed { ok: true, ..Pressed::default() }),
        };
        self.doors.insert(note, (door, pressed.clone()));
        match door {
            Door::Panels(control) => self.touch(&control, [0x90, note, velocity]),
            Door::Synth => {
                self.play([0x90, note, velocity]);
                self.publisher.publish(&Event::NoteOn { note, velocity }, Value::Object(Default::default()));
            }
        }
        Ok(pressed)
    }

    fn key_up(&mut self, note: u8) -> Pressed {
        let Some((door, pressed)) = self.doors.remove(&note) else {
            return Pressed { ok: true, ..Pressed::default() };
        };
        match door {
            Door::Panels(control) => self.touch(&control, [0x80, note, 64]),
            Door::Synth => {
                self.play([0x80, note, 64]);
                self.publisher.publish(&Event::NoteOff { note }, Value::Object(Default::default()));
            }
        }
        pressed
    }

    fn touch(&self, control: &Control, [status, one, two]: [u8; 3]) {
        let channel = control.channel.unwrap_or(CHANNEL) & 0x0F;
        if let Ok(word) = MidiWord::new(&[status | channel, one, two]) {
            self.session.touch(control.device, word);
        }
    }

    fn play(&self, bytes: [u8; 3]) {
        if let Ok(word) = MidiWord::new(&bytes) {
            self.session.command(Command::Midi(word));
        }
    }

    /// The control that a source means whose role fits: on the device and channel of the rule that makes it so, else on those
    /// of the entry that listens. One whose slot has a panel is taken first.
    fn aim(&self, source: Source, fits: impl Fn(Role) -> bool) -> Option<Aim<'_>> {
        let anywhere = Zone {
            device: None,
            channel: None,
            run: ripieno_panel::Run { first: source, last: source },
            role: Role::Ignored,
        };
        let has_source = |zone: &&Zone| {
            zone.meets(&Control {
                source,
                device: zone.device.unwrap_or(DeviceId::UNKNOWN),
                channel: Some(zone.channel.unwrap_or(CHANNEL)),
            })
        };
        let rules = self.zones.iter().filter(has_source).chain([&anywhere]);
        let mut found: Option<Aim<'_>> = None;
        for rule in rules {
            let device = rule.device.unwrap_or(DeviceId::UNKNOWN);
            let control = Control { source, device, channel: Some(rule.channel.unwrap_or(CHANNEL)) };
            if !fits(role(&self.zones, &control)) {
                continue;
            }
            let aim = self.narrowed(rule, control);
            if aim.panel.is_some() {
                return Some(aim);
            }
            found = found.or(Some(aim));
        }
        found
    }

    fn narrowed(&self, rule: &Zone, control: Control) -> Aim<'_> {
        let panel = self.panel_of(&control);
        let preset = panel.and_then(|panel| {
            let id = panel.preset_id.as_ref()?;
            self.studio.model().presets_of(panel.kind).find(|preset| preset.id == *id)
        });
        let text = self.source(control.source);
        let is_map = panel.is_some_and(|panel| panel.kind != Kind::Piano || panel.bank == "map");
        let entries = preset.iter().filter(|_| is_map).flat_map(|preset| &preset.entries);
        for entry in entries.filter(|entry| entry.at.source == text) {
            let device = entry.at.device.as_ref().and_then(|id| self.names.device(id));
            let channel = entry.at.channel.map(|channel| channel - 1);
            let listens = |own: Option<u8>, rule: Option<u8>| own.is_none() || rule.is_none() || own == rule;
            let is_near = device.is_none() || rule.device.is_none() || device == rule.device;
            if !is_near || !listens(channel, rule.channel) {
                continue;
            }
            let narrow =
                Control { device: device.unwrap_or(control.device), channel: channel.or(control.channel), ..control };
            // Narrower, it may be met by another rule.
            let same = self.panel_of(&narrow).map(|panel| &panel.id) == panel.map(|panel| &panel.id);
            if same {
                return Aim { control: narrow, panel, entry: Some(entry) };
            }
        }
        Aim { control, panel, entry: None }
    }

    /// The active panel that a control leads to.
    fn panel_of(&self, control: &Control) -> Option<&PanelSpec> {
        match role(&self.zones, control) {
            Role::Pad(bank) => self.active_panel(PanelKind::Pad, bank),
            Role::Knob(bank) => self.active_panel(PanelKind::Knob, bank.unwrap_or(self.bank)),
            Role::Key { is_mappable } => {
                let map = self.active_panel(PanelKind::Piano, BankId::MAP).filter(|_| is_mappable);
                map.or_else(|| self.active_panel(PanelKind::Piano, BankId::PLAY))
            }
            Role::Ignored => None,
        }
    }

    fn active_panel(&self, kind: PanelKind, bank: BankId) -> Option<&PanelSpec> {
        let kind = served_kind(kind);
        let model = self.studio.model();
        model.active.get(&(kind, studio::bank_name(kind, bank))).and_then(|id| model.panel(id))
    }
}

fn checked(value: u8, least: u8, what: &str) -> Result<u8, Refusal> {
    match value {
        value if (least..=127).contains(&value) => Ok(value),
        value => Err(Refusal::Invalid(format!("{what} {value} is outside {least}..=127"))),
    }
}
