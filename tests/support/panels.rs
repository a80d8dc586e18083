//! Panels for a live session: short set-ups, and an ear for what they say.

use ripieno::live::{Handle, Outcome};
use ripieno::panels::HostSetup;
use ripieno_panel::glue::{Button, Fire, Glue, Mode, Takeover};
use ripieno_panel::{
    Action, Address, BankId, Light, Mapping, Output, Panel, PanelId, PanelKind, Pattern, PresetId, Role, Run, Source,
    TextId, Zone,
};
use std::sync::{Arc, Mutex};

/// The panel whose pads a set-up starts with, and the one that may take its place.
pub const PADS: [PanelId; 2] = [PanelId(0), PanelId(2)];

/// A button that fires so.
pub fn button(fire: Fire) -> Glue {
    Glue { mode: Mode::Button(Button { fire, guard_ms: 0 }), ..Glue::default() }
}

/// A knob that jumps.
pub fn knob() -> Glue {
    Glue { mode: Mode::Knob(Takeover::Off), ..Glue::default() }
}

/// A note on the first channel.
pub fn note(note: u8) -> Action {
    Action::Note { channel: 0, note, velocity: None }
}

/// Two pad panels on one bank, the first of them active, knobs, and keys that play. Pads are the notes 16 to 31, knobs the
/// controllers 48 to 51; the SysEx body `7E 01` is pattern 0.
///
/// # Panics
/// When a mapping is illegal.
pub fn setup(pads: [&[(Source, Glue, Action)]; 2], knobs: &[(Source, Glue, Action)]) -> Box<HostSetup> {
    let mut setup = Box::new(HostSetup::new());
    let run = |first, last, role| Zone { device: None, channel: None, run: Run { first, last }, role };
    setup.zone(run(Source::Note(16), Source::Note(31), Role::Pad(BankId(0)))).expect("a legal rule");
    setup.zone(run(Source::Control(48), Source::Control(51), Role::Knob(None))).expect("a legal rule");
    let bytes = [0x7E, 1].map(Some).into_iter().collect();
    setup.pattern(Pattern { bytes }).expect("a legal pattern");
    let mut add = |number: u16, kind, bank, mappings: &[(Source, Glue, Action)], is_active| {
        let mappings: Vec<_> = mappings
            .iter()
            .map(|(source, glue, action)| Mapping {
                at: Address::any(*source),
                glue: *glue,
                action: *action,
                value: None,
                light: Light::None,
            })
            .collect();
        setup.preset(PresetId(number), kind, &mappings).expect("legal mappings");
        let (id, preset) = (PanelId(number), Some(PresetId(number)));
        setup.panel(Panel { id, kind, bank, preset, title: TextId(0), is_active }).expect("a legal panel");
    };
    let [first, second] = pads;
    add(PADS[0].0, PanelKind::Pad, BankId(0), first, true);
    add(1, PanelKind::Knob, BankId(0), knobs, true);
    add(PADS[1].0, PanelKind::Pad, BankId(0), second, false);
    add(3, PanelKind::Piano, BankId::PLAY, &[], true);
    setup
}

/// Remembers all outcomes.
#[derive(Clone, Debug, Default)]
pub struct Ear(Arc<Mutex<Vec<Outcome>>>);

impl Ear {
    /// Listens to a session.
    pub fn new(handle: &Handle) -> Self {
        let ear = Self::default();
        let heard = ear.0.clone();
        handle.outcomes(move |outcome| {
            heard.lock().expect("no panic").push(outcome);
            true
        });
        ear
    }

    /// What was heard so far.
    ///
    /// # Panics
    /// When a listener panicked.
    pub fn outcomes(&self) -> Vec<Outcome> {
        self.0.lock().expect("no panic").clone()
    }

    /// The outputs among it.
    pub fn outputs(&self) -> Vec<Output> {
        let outputs = self.outcomes().into_iter().filter_map(|outcome| match outcome {
            Outcome::Output(output) => Some(output),
            _ => None,
        });
        outputs.collect()
    }

    /// True once something outside was asked for by its number.
    pub fn has_asked(&self, number: u16) -> bool {
        self.outputs().iter().any(|said| matches!(said, Output::Do { action: Action::Outside(n), .. } if *n == number))
    }
}
