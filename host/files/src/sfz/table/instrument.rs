//! What an instrument as a whole is told: its controls, curves, effects.

use crate::sfz::opcode::{Control, Does, Opcode, Scope, Section, Since, Takes};

const OFFSET: Takes = Takes::Whole(-127.0, 127.0, "keys");
const OCTAVES: Takes = Takes::Whole(-10.0, 10.0, "octaves");

/// Below `<control>`.
pub const CONTROL: Section = Section {
    title: "`<control>`",
    scope: Scope::Control,
    test: "controls",
    opcodes: &[
        Opcode::new("default_path", Since::V2, Takes::Text, Does::Control(Control::DefaultPath)),
        Opcode::new("note_offset", Since::V2, OFFSET, Does::Control(Control::NoteOffset)),
        Opcode::new("octave_offset", Since::V2, OCTAVES, Does::Control(Control::OctaveOffset)),
        Opcode::new("sw_note_offset", Since::Aria, OFFSET, Does::Control(Control::SwitchNoteOffset)),
        Opcode::new("sw_octave_offset", Since::Aria, OCTAVES, Does::Control(Control::SwitchOctaveOffset)),
        Opcode::new("set_ccN", Since::V2, Takes::Number(0.0, 127.0, ""), Does::Control(Control::Start(1.0 / 127.0))),
        Opcode::new("set_hdccN", Since::Aria, Takes::Number(0.0, 1.0, ""), Does::Control(Control::Start(1.0)))
            .also(&["set_realccN"]),
        Opcode::new("label_ccN", Since::Aria, Takes::Text, Does::Control(Control::ControllerName)),
        Opcode::new("label_keyN", Since::Sfizz, Takes::Text, Does::Control(Control::KeyName)),
        Opcode::new("label_outputN", Since::Sfizz, Takes::Text, Does::Keep("an instrument has one output")),
        Opcode::new("image", Since::V2, Takes::Text, Does::Control(Control::Image)).also(&["image_controls"]),
        Opcode::new(
            "hint_ram_based",
            Since::Aria,
            Takes::Text,
            Does::Keep("recordings stay in memory as far as they fit"),
        ),
        Opcode::new("hint_*", Since::Aria, Takes::Text, Does::Keep("it is a hint for another player")),
        Opcode::lacks("loop_end_offset", Since::Aria, "loops of files are taken as they are"),
    ],
};

const LABEL: &str = "it names something for the eye";
const NO_VARIABLE: &str = "use the opcode itself with _onccN: there are no variables";
const NO_EFFECT: &str = "there is no such effect in a region";

/// Below any header of regions.
pub const ANYWHERE: Section = Section {
    title: "Names, hints, and what belongs to other players",
    scope: Scope::Region,
    test: "other_players",
    opcodes: &[
        Opcode::new("global_label", Since::Aria, Takes::Text, Does::Keep(LABEL)),
        Opcode::new("master_label", Since::Aria, Takes::Text, Does::Keep(LABEL)),
        Opcode::new("group_label", Since::Aria, Takes::Text, Does::Keep(LABEL)),
        Opcode::new("region_label", Since::Aria, Takes::Text, Does::Keep(LABEL)),
        Opcode::new("load_mode", Since::V2, Takes::Text, Does::Leave("recordings are streamed whatever it says")),
        Opcode::new("load_start", Since::V2, Takes::Text, Does::Leave("recordings are streamed whatever it says")),
        Opcode::new("load_end", Since::V2, Takes::Text, Does::Leave("recordings are streamed whatever it says")),
        Opcode::lacks("script", Since::LinuxSampler, "there are no scripts"),
        Opcode::lacks("varN_*", Since::Aria, NO_VARIABLE),
        Opcode::lacks("*_mod", Since::Aria, "amplitude is multiplied, everything else added"),
        Opcode::lacks("bitred*", Since::V2, NO_EFFECT),
        Opcode::lacks("decim*", Since::V2, NO_EFFECT),
    ],
};

/// Below `<curve>`.
pub const CURVE: Section = Section {
    title: "`<curve>`",
    scope: Scope::Curve,
    test: "curves",
    opcodes: &[
        Opcode::new("curve_index", Since::Aria, Takes::Whole(0.0, 255.0, ""), Does::CurveIndex),
        Opcode::new("vN", Since::V2, Takes::Number(-100.0, 100.0, ""), Does::CurvePoint),
    ],
};

/// Below `<effect>` and `<midi>`.
pub const EFFECT: Section = Section {
    title: "`<effect>` and `<midi>`",
    scope: Scope::Effect,
    test: "effects",
    opcodes: &[Opcode::lacks("*", Since::V2, "effects of an instrument are not played: the mixer has its own")],
};
