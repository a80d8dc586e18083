//! A small set-up, a mapper that speaks in short lines, and the words that it hears.

use ripieno_panel::glue::{Button, Encoder, Fire, Glue, Mode, Press, Takeover};
use ripieno_panel::{
    Action, Address, BankId, DeviceId, Light, Mapper, Mapping, Output, Panel, PanelId, PanelKind, Phase, PresetId,
    Role, Run, Setup, Source, TextId, Zone,
};
use ripieno_types::Command;
use ripieno_types::midi::MidiWord;

pub type Small = Setup<16, 16, 128>;
pub type SmallMapper = Mapper<Small, 128>;

pub const A: BankId = BankId(0);
pub const B: BankId = BankId(1);
pub const DEVICE: DeviceId = DeviceId(0);

/// A rule for all devices and channels.
pub fn zone(first: Source, last: Source, role: Role) -> Zone {
    Zone { device: None, channel: None, run: Run { first, last }, role }
}

/// Pads 16..=23 of bank A and 24..=31 of bank B, knobs 48..=51, keys 36..=72 that can be mapped.
pub fn layout() -> Small {
    let mut setup = Small::new();
    let rules = [
        zone(Source::Note(16), Source::Note(23), Role::Pad(A)),
        zone(Source::Note(24), Source::Note(31), Role::Pad(B)),
        zone(Source::Note(36), Source::Note(72), Role::Key { is_mappable: true }),
        zone(Source::Control(48), Source::Control(51), Role::Knob(None)),
    ];
    for rule in rules {
        setup.zone(rule).unwrap();
    }
    setup
}

/// A button that is passed on as it is.
pub fn map(source: Source, action: Action) -> Mapping {
    Mapping { at: Address::any(source), glue: Glue::default(), action, value: None, light: Light::None }
}

pub fn knob(source: Source, takeover: Takeover, action: Action) -> Mapping {
    Mapping { glue: Glue { mode: Mode::Knob(takeover), ..Glue::default() }, ..map(source, action) }
}

pub fn encoder(source: Source, action: Action) -> Mapping {
    Mapping { glue: Glue { mode: Mode::Encoder(Encoder::default()), ..Glue::default() }, ..map(source, action) }
}

pub fn fire(source: Source, fire: Fire, action: Action) -> Mapping {
    let mode = Mode::Button(Button { fire, guard_ms: 0 });
    Mapping { glue: Glue { mode, ..Glue::default() }, ..map(source, action) }
}

pub fn press(source: Source, press: Press, action: Action) -> Mapping {
    Mapping { glue: Glue { press, ..Glue::default() }, ..map(source, action) }
}

pub fn lit(mapping: Mapping) -> Mapping {
    Mapping { light: Light::Own { off: 1, on: 127 }, ..mapping }
}

pub fn set_to(value: u16, mapping: Mapping) -> Mapping {
    Mapping { value: Some(value), ..mapping }
}

/// Note `note` on channel 1, as hard as the press.
pub fn plays(note: u8) -> Action {
    Action::Note { channel: 0, note, velocity: None }
}

pub fn cc(number: u8) -> Action {
    Action::Control { channel: 0, number }
}

/// A preset and an active panel for it, both with the same number.
pub fn add(setup: &mut Small, id: u16, kind: PanelKind, bank: BankId, mappings: &[Mapping]) {
    setup.preset(PresetId(id), kind, mappings).unwrap();
    setup.panel(panel(id, kind, bank)).unwrap();
}

pub fn panel(id: u16, kind: PanelKind, bank: BankId) -> Panel {
    Panel { id: PanelId(id), kind, bank, preset: Some(PresetId(id)), title: TextId(id), is_active: true }
}

/// Keys that play.
pub fn with_play(setup: &mut Small) {
    add(setup, 90, PanelKind::Piano, BankId::PLAY, &[]);
}

/// A mapper and its clock, which only the test moves.
pub struct Desk {
    pub mapper: Box<SmallMapper>,
    pub now: u64,
    pub device: DeviceId,
}

impl Desk {
    pub fn new(setup: Small) -> Self {
        let mut desk = Self { mapper: Box::new(Mapper::new(setup)), now: 0, device: DEVICE };
        desk.wait(1_000);
        desk
    }

    /// Everything that a word leads to, one line each.
    pub fn all(&mut self, bytes: &[u8]) -> Vec<String> {
        let mut said = Vec::new();
        let word = MidiWord::new(bytes).unwrap();
        self.mapper.map(self.now, self.device, word, &mut |output| said.push(line(output)));
        said
    }

    /// What a word does: lines for synth, effects and others alone.
    pub fn does(&mut self, bytes: &[u8]) -> String {
        acts(&self.all(bytes))
    }

    /// Lets milliseconds pass, every timer at its time.
    pub fn wait(&mut self, millis: u64) -> Vec<String> {
        let (end, mut said) = (self.now + millis * 1_000, Vec::new());
        while let Some(due) = self.mapper.due().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.mapper.tick(self.now, &mut |output| said.push(line(output)));
        }
        self.now = end;
        said
    }

    pub fn activate(&mut self, panel: u16, on: bool) -> Vec<String> {
        let mut said = Vec::new();
        assert!(self.mapper.activate(PanelId(panel), on, self.now, &mut |output| said.push(line(output))));
        said
    }

    pub fn release_all(&mut self) -> Vec<String> {
        let mut said = Vec::new();
        self.mapper.release_all(self.now, &mut |output| said.push(line(output)));
        said
    }

    pub fn replace(&mut self, mut setup: Small) -> Vec<String> {
        let mut said = Vec::new();
        self.mapper.replace(&mut setup, self.now, &mut |output| said.push(line(output)));
        said
    }

    pub fn moved(&mut self, action: Action, value: u16) -> Vec<String> {
        let mut said = Vec::new();
        self.mapper.moved(action, value, &mut |output| said.push(line(output)));
        said
    }

    /// Feeds words and compares what each does.
    pub fn check(&mut self, rows: &[(&[u8], &str)]) {
        for (row, (bytes, expected)) in rows.iter().enumerate() {
            assert_eq!(self.does(bytes), *expected, "row {row}: {bytes:x?}");
        }
    }
}

const OTHERS: [&str; 5] = ["heard", "value", "light", "active", "bank"];

/// The lines that do something, joined.
pub fn acts(lines: &[String]) -> String {
    let done: Vec<&str> =
        lines.iter().map(String::as_str).filter(|line| OTHERS.iter().all(|other| !line.starts_with(other))).collect();
    done.join("; ")
}

/// The lines of one kind, joined.
pub fn only(kind: &str, lines: &[String]) -> String {
    let kept: Vec<&str> = lines.iter().map(String::as_str).filter(|line| line.starts_with(kind)).collect();
    kept.join("; ")
}

pub fn line(output: Output) -> String {
    match output {
        Output::Rig(Command::Midi(word)) => wire(word),
        Output::Rig(Command::Parameter { id, value }) => format!("param {} {value:.3}", id.0),
        Output::Rig(Command::Bypass { effect, bypassed }) => format!("bypass {} {bypassed}", effect.0),
        Output::Rig(command) => format!("{command:?}").to_lowercase(),
        Output::Do { action, phase, by } => {
            let phase = match phase {
                Phase::On(value) => format!("on {value}"),
                Phase::Off => "off".into(),
                Phase::Set(value) => format!("set {value}"),
            };
            format!("do {action:?} {phase}{}", if by.is_none() { " for nobody" } else { "" })
        }
        Output::Heard { kind, bank, panel, by, event, .. } => {
            let (panel, by) = (panel.map_or(-1, |id| i32::from(id.0)), by.map_or(-1, |id| i32::from(id.0)));
            format!("heard {kind:?} {} panel {panel} mapping {by} {event:?}", bank.0)
        }
        Output::Value { by, value, distance } => match distance {
            Some(distance) => format!("value {} {value} off by {distance}", by.0),
            None => format!("value {} {value}", by.0),
        },
        Output::Activated { kind, bank, panel, previous } => {
            let [panel, previous] = [panel, previous].map(|id| id.map_or(-1, |id| i32::from(id.0)));
            format!("active {kind:?} {} {panel} after {previous}", bank.0)
        }
        Output::Bank(bank) => format!("bank {}", bank.0),
        Output::Light { device, word } => format!("light {} {}", device.0, wire(word)),
        other => panic!("a new output: {other:?}"),
    }
}

fn wire(word: MidiWord) -> String {
    match *word.as_bytes() {
        [status, note, velocity] if status & 0xF0 == 0x90 => format!("on {} {note} {velocity}", status & 15),
        [status, note, _] if status & 0xF0 == 0x80 => format!("off {} {note}", status & 15),
        [status, number, value] if status & 0xF0 == 0xB0 => format!("cc {} {number} {value}", status & 15),
        [status, program] if status & 0xF0 == 0xC0 => format!("program {} {program}", status & 15),
        [status, low, high] if status & 0xF0 == 0xE0 => {
            format!("bend {} {}", status & 15, u16::from(low) | u16::from(high) << 7)
        }
        ref bytes => format!("{bytes:x?}"),
    }
}
