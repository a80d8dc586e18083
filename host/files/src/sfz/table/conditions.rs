//! When a region sounds: keys, velocities, controllers, switches, turns, chance.

use crate::sfz::opcode::{Does, Opcode, Scope, Section, Since, Takes};
use ripieno_synth::sampler::{Part, Trigger};

const MIDI: Takes = Takes::Whole(0.0, 127.0, "");
const CHANNEL: Takes = Takes::Whole(1.0, 16.0, "");
const BEND: Takes = Takes::Whole(-8192.0, 8192.0, "");
const UNIT: Takes = Takes::Number(0.0, 1.0, "");
const TURN: Takes = Takes::Whole(1.0, 100.0, "");
const TEMPO: Takes = Takes::Number(0.0, 500.0, "beats a minute");
const TRIGGER: Takes = Takes::Word(&[
    ("attack", Trigger::Attack as u8),
    ("release", Trigger::Release as u8),
    ("release_key", Trigger::ReleaseKey as u8),
    ("first", Trigger::First as u8),
    ("legato", Trigger::Legato as u8),
]);

/// Of the region itself.
pub const REGION: Section = Section {
    title: "Keys, velocities, chance and turns",
    scope: Scope::Region,
    test: "conditions",
    opcodes: &[
        Opcode::new("key", Since::V1, Takes::Key, Does::Part(|draft, given| draft.set_key(given.key()))),
        Opcode::new("lokey", Since::V1, Takes::Key, Does::Part(|draft, given| draft.keys[0] = given.key())),
        Opcode::new("hikey", Since::V1, Takes::Key, Does::Part(|draft, given| draft.keys[1] = given.key())),
        Opcode::new("lovel", Since::V1, MIDI, Does::Part(|draft, given| draft.part.velocities[0] = given.byte())),
        Opcode::new("hivel", Since::V1, MIDI, Does::Part(|draft, given| draft.part.velocities[1] = given.byte())),
        Opcode::new("lochan", Since::V1, CHANNEL, Does::Part(|draft, given| draft.part.channels[0] = given.byte() - 1)),
        Opcode::new("hichan", Since::V1, CHANNEL, Does::Part(|draft, given| draft.part.channels[1] = given.byte() - 1)),
        Opcode::new("lobend", Since::V1, BEND, Does::Part(|draft, given| draft.part.bend[0] = given.number as i16)),
        Opcode::new(
            "hibend",
            Since::V1,
            BEND,
            Does::Part(|draft, given| draft.part.bend[1] = given.number.min(8191.0) as i16),
        ),
        Opcode::new("lochanaft", Since::V1, MIDI, Does::Part(|d, given| d.part.channel_pressure[0] = given.byte())),
        Opcode::new("hichanaft", Since::V1, MIDI, Does::Part(|d, given| d.part.channel_pressure[1] = given.byte())),
        Opcode::new("lopolyaft", Since::V1, MIDI, Does::Part(|d, given| d.part.key_pressure[0] = given.byte())),
        Opcode::new("hipolyaft", Since::V1, MIDI, Does::Part(|d, given| d.part.key_pressure[1] = given.byte())),
        Opcode::new("lorand", Since::V1, UNIT, Does::Part(|draft, given| draft.part.random[0] = given.float())),
        Opcode::new("hirand", Since::V1, UNIT, Does::Part(|draft, given| draft.part.random[1] = given.float())),
        Opcode::new("lobpm", Since::V1, TEMPO, Does::Part(|draft, given| draft.part.tempo[0] = given.float())),
        Opcode::new("hibpm", Since::V1, TEMPO, Does::Part(|draft, given| draft.part.tempo[1] = given.float())),
        Opcode::new("seq_length", Since::V1, TURN, Does::Part(|d, given| d.part.sequence_length = given.byte())),
        Opcode::new("seq_position", Since::V1, TURN, Does::Part(|d, given| d.part.sequence_position = given.byte())),
        Opcode::new("trigger", Since::V1, TRIGGER, Does::Part(|draft, given| draft.part.trigger = given.byte())),
        Opcode::lacks("lotimer", Since::V2, "there is no clock between notes of a group"),
        Opcode::lacks("hitimer", Since::V2, "there is no clock between notes of a group"),
        Opcode::lacks("loprog", Since::V2, "programs choose instruments, not regions"),
        Opcode::lacks("hiprog", Since::V2, "programs choose instruments, not regions"),
    ],
};

/// Of controllers.
pub const CONTROLLERS: Section = Section {
    title: "Controllers as conditions and as triggers",
    scope: Scope::Region,
    test: "conditions_of_controllers",
    opcodes: &[
        Opcode::new("loccN", Since::V1, MIDI, Does::Part(|d, g| d.set_range(false, g.n[0], 0, g.float() / 127.0))),
        Opcode::new("hiccN", Since::V1, MIDI, Does::Part(|d, g| d.set_range(false, g.n[0], 1, g.float() / 127.0))),
        Opcode::new("lohdccN", Since::Aria, UNIT, Does::Part(|d, g| d.set_range(false, g.n[0], 0, g.float())))
            .also(&["lorealccN"]),
        Opcode::new("hihdccN", Since::Aria, UNIT, Does::Part(|d, g| d.set_range(false, g.n[0], 1, g.float())))
            .also(&["hirealccN"]),
        Opcode::new("on_loccN", Since::V1, MIDI, Does::Part(|d, g| d.set_range(true, g.n[0], 0, g.float() / 127.0)))
            .also(&["start_loccN"]),
        Opcode::new("on_hiccN", Since::V1, MIDI, Does::Part(|d, g| d.set_range(true, g.n[0], 1, g.float() / 127.0)))
            .also(&["start_hiccN"]),
        Opcode::new("on_lohdccN", Since::Aria, UNIT, Does::Part(|d, g| d.set_range(true, g.n[0], 0, g.float())))
            .also(&["start_lohdccN"]),
        Opcode::new("on_hihdccN", Since::Aria, UNIT, Does::Part(|d, g| d.set_range(true, g.n[0], 1, g.float())))
            .also(&["start_hihdccN"]),
        Opcode::lacks("stop_loccN", Since::V2, "controllers do not end regions"),
        Opcode::lacks("stop_hiccN", Since::V2, "controllers do not end regions"),
        Opcode::lacks("stop_lohdccN", Since::Aria, "controllers do not end regions"),
        Opcode::lacks("stop_hihdccN", Since::Aria, "controllers do not end regions"),
    ],
};

const VELOCITY: Takes = Takes::Word(&[("current", 0), ("previous", 1)]);

/// Of switches.
pub const SWITCHES: Section = Section {
    title: "Key switches",
    scope: Scope::Region,
    test: "switches",
    opcodes: &[
        Opcode::new("sw_lokey", Since::V1, Takes::Key, Does::Part(|draft, given| draft.switch_keys[0] = given.key())),
        Opcode::new("sw_hikey", Since::V1, Takes::Key, Does::Part(|draft, given| draft.switch_keys[1] = given.key())),
        Opcode::new("sw_last", Since::V1, Takes::Key, Does::Part(|draft, given| draft.switch_last = given.key())),
        Opcode::new("sw_lolast", Since::Aria, Takes::Key, Does::Part(|d, given| d.switch_range[0] = given.key())),
        Opcode::new("sw_hilast", Since::Aria, Takes::Key, Does::Part(|d, given| d.switch_range[1] = given.key())),
        Opcode::new(
            "sw_down",
            Since::V1,
            Takes::Key,
            Does::Part(|draft, given| draft.part.switch_down = given.key().unwrap_or(Part::NO_KEY)),
        ),
        Opcode::new(
            "sw_up",
            Since::V1,
            Takes::Key,
            Does::Part(|draft, given| draft.part.switch_up = given.key().unwrap_or(Part::NO_KEY)),
        ),
        Opcode::new(
            "sw_previous",
            Since::V1,
            Takes::Key,
            Does::Part(|draft, given| draft.part.switch_previous = given.key().unwrap_or(Part::NO_KEY)),
        ),
        Opcode::new(
            "sw_default",
            Since::V2,
            Takes::Key,
            Does::Part(|draft, given| draft.part.switch_default = given.key().unwrap_or(Part::NO_KEY)),
        ),
        Opcode::new(
            "sw_vel",
            Since::V1,
            VELOCITY,
            Does::Part(|draft, given| draft.flag(Part::PREVIOUS_VELOCITY, given.is_on())),
        ),
        Opcode::new(
            "sw_label",
            Since::Aria,
            Takes::Text,
            Does::Part(|draft, given| draft.switch_label = Some(given.text.into())),
        ),
    ],
};
