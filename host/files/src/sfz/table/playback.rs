//! What a region plays and how long: recordings, loops, generators, groups, pedals.

use crate::sfz::opcode::{Does, Moves, Opcode, SWITCH, Scope, Section, Since, Takes};
use ripieno_synth::sampler::Parameter::{
    Delay, DelayRandom, Offset, OscillatorDepth, OscillatorDetune, OscillatorPhase,
};
use ripieno_synth::sampler::{OffMode, Part, Repeat};

const FRAMES: Takes = Takes::Whole(0.0, 4_294_967_040.0, "frames");
const END: Takes = Takes::Whole(-1.0, 4_294_967_040.0, "frames");
const TIMES: Takes = Takes::Whole(0.0, 4_294_967_040.0, "");
const LOOP_MODE: Takes = Takes::Word(&[
    ("no_loop", Repeat::None as u8),
    ("one_shot", Repeat::OneShot as u8),
    ("loop_continuous", Repeat::Continuous as u8),
    ("loop_sustain", Repeat::Sustain as u8),
]);
const BEATS: &str = "the synth has no beats";

/// Recordings.
pub const RECORDINGS: Section = Section {
    title: "Recordings and loops",
    scope: Scope::Region,
    test: "recordings",
    opcodes: &[
        Opcode::new(
            "sample",
            Since::V1,
            Takes::Text,
            Does::Part(|draft, given| {
                draft.sample = sample(given.path, given.text);
                draft.sample_place = given.place;
            }),
        ),
        Opcode::new(
            "direction",
            Since::V2,
            Takes::Word(&[("forward", 0), ("reverse", 1)]),
            Does::Part(|draft, given| draft.flag(Part::REVERSE, given.is_on())),
        ),
        Opcode::fixed("delay", Since::V1, "seconds", &[Delay]).moved(Moves::Parameter(&[Delay], 1.0)),
        Opcode::fixed("delay_random", Since::V1, "seconds", &[DelayRandom]),
        Opcode::new("offset", Since::V1, FRAMES, Does::Part(|draft, given| draft.offset = given.number))
            .moved(Moves::Parameter(&[Offset], 1.0)),
        Opcode::new(
            "offset_random",
            Since::V1,
            FRAMES,
            Does::Part(|draft, given| draft.part.offset_random = given.number as u32),
        ),
        Opcode::new(
            "offset_mode",
            Since::Aria,
            Takes::Word(&[("samples", 0), ("percent", 1)]),
            Does::Part(|draft, given| draft.is_offset_percent = given.is_on()),
        ),
        Opcode::new("end", Since::V1, END, Does::Part(|draft, given| draft.end = Some(given.number as i64))),
        Opcode::new(
            "count",
            Since::V1,
            TIMES,
            Does::Part(|draft, given| {
                draft.part.count = given.number as u32;
                draft.repeat = Some(Repeat::OneShot);
            }),
        ),
        Opcode::new(
            "loop_mode",
            Since::V1,
            LOOP_MODE,
            Does::Part(|draft, given| draft.repeat = Some(Repeat::from_number(given.byte()))),
        )
        .also(&["loopmode"]),
        Opcode::new(
            "loop_start",
            Since::V1,
            FRAMES,
            Does::Part(|draft, given| draft.loop_start = Some(given.number as u32)),
        )
        .also(&["loopstart"]),
        Opcode::new(
            "loop_end",
            Since::V1,
            FRAMES,
            Does::Part(|draft, given| draft.loop_end = Some((given.number as u32).saturating_add(1))),
        )
        .also(&["loopend"]),
        Opcode::new("loop_count", Since::V2, TIMES, Does::Part(|draft, given| draft.part.count = given.number as u32))
            .also(&["loopcount"]),
        Opcode::new(
            "loop_crossfade",
            Since::V2,
            Takes::Number(0.0, 100.0, "seconds"),
            Does::Part(|draft, given| draft.loop_crossfade = given.float()),
        )
        .also(&["loopcrossfade"]),
        Opcode::lacks("loop_type", Since::V2, "loops run forwards").also(&["looptype"]),
        Opcode::lacks("loop_tune", Since::V2, "a loop has the tuning of its region").also(&["looptune"]),
        Opcode::lacks("loop_startccN", Since::V2, "loops stay where they are").also(&["loop_start_onccN"]),
        Opcode::lacks("loop_lengthccN", Since::V2, "loops stay where they are")
            .also(&["loop_length_onccN", "loop_end_onccN"]),
        Opcode::lacks("end_onccN", Since::Sfizz, "recordings end where they do").also(&["end_ccN"]),
        Opcode::lacks("sample_fadeout", Since::V2, "recordings end where they do"),
        Opcode::lacks("delay_samples", Since::V2, "use delay").also(&["delay_samples_onccN"]),
        Opcode::lacks("delay_beats", Since::V2, BEATS).also(&[
            "delay_beats_random",
            "delay_beats_onccN",
            "delay_beats_curveccN",
        ]),
        Opcode::lacks("stop_beats", Since::V2, BEATS),
        Opcode::lacks("sync_beats", Since::V1, BEATS),
        Opcode::lacks("sync_offset", Since::V1, BEATS),
        Opcode::lacks("reverse_loccN", Since::V2, "controllers do not reverse recordings"),
        Opcode::lacks("reverse_hiccN", Since::V2, "controllers do not reverse recordings"),
        Opcode::lacks("waveguide", Since::V2, "there is no waveguide synthesis"),
        Opcode::new("md5", Since::V2, Takes::Text, Does::Leave("it says nothing about the sound")),
        Opcode::lacks("sample_dyn_paramN", Since::Aria, "it belongs to another player's plugins"),
    ],
};

/// Generators.
pub const OSCILLATORS: Section = Section {
    title: "Wavetables and generators",
    scope: Scope::Region,
    test: "oscillators",
    opcodes: &[
        Opcode::new(
            "oscillator",
            Since::V2,
            Takes::Word(&[("off", 0), ("on", 1), ("auto", 0), ("0", 0), ("1", 1)]),
            Does::Part(|draft, given| draft.flag(Part::OSCILLATOR, given.is_on())),
        ),
        Opcode::new(
            "oscillator_phase",
            Since::V2,
            Takes::Number(-1000.0, 1000.0, "turns; below 0 by chance"),
            Does::Part(|draft, given| {
                let turns = if given.number < 0.0 { -1.0 } else { given.float().fract() };
                draft.values[OscillatorPhase as usize] = Some(turns);
            }),
        ),
        Opcode::new(
            "oscillator_multi",
            Since::V2,
            Takes::Whole(1.0, 9.0, ""),
            Does::Part(|draft, given| draft.part.unison = given.byte()),
        ),
        Opcode::new(
            "oscillator_mode",
            Since::V2,
            Takes::Whole(0.0, 2.0, ""),
            Does::Part(|draft, given| draft.part.oscillator_mode = given.byte()),
        ),
        Opcode::number("oscillator_detune", Since::V2, "cents", &[OscillatorDetune]),
        Opcode::number("oscillator_mod_depth", Since::V2, "per cent", &[OscillatorDepth]),
        Opcode::new(
            "oscillator_quality",
            Since::V2,
            Takes::Text,
            Does::Leave("generators are free of aliases at any quality"),
        ),
        Opcode::lacks("oscillator_table_size", Since::V2, "tables have the size of their recording"),
        Opcode::new(
            "sample_quality",
            Since::V2,
            Takes::Whole(-1.0, 10.0, ""),
            // Below zero the player's own setting decides; 0 is the least that there is.
            Does::Part(|draft, given| draft.part.quality = if given.number < 0.0 { 0 } else { given.byte().max(1) }),
        ),
    ],
};

const GROUP: Takes = Takes::Whole(-2_147_483_648.0, 4_294_967_295.0, "");
const VOICES: Takes = Takes::Whole(0.0, 255.0, "");
const CONTROLLER: Takes = Takes::Whole(0.0, 127.0, "");
const THRESHOLD: Takes = Takes::Number(0.0, 127.0, "");
const OFF_MODE: Takes =
    Takes::Word(&[("fast", OffMode::Fast as u8), ("normal", OffMode::Normal as u8), ("time", OffMode::Time as u8)]);

/// Groups, voices, pedals.
pub const VOICES_AND_PEDALS: Section = Section {
    title: "Groups, voices and pedals",
    scope: Scope::Region,
    test: "voices_and_pedals",
    opcodes: &[
        Opcode::new(
            "group",
            Since::V1,
            GROUP,
            Does::Part(|draft, given| draft.part.group = given.number as i64 as u32),
        )
        .also(&["polyphony_group"]),
        Opcode::new(
            "off_by",
            Since::V1,
            GROUP,
            Does::Part(|draft, given| draft.part.off_by = given.number as i64 as u32),
        )
        .also(&["offby"]),
        Opcode::new("off_mode", Since::V1, OFF_MODE, Does::Part(|draft, given| draft.part.off_mode = given.byte()))
            .also(&["offmode"]),
        Opcode::new(
            "off_time",
            Since::Aria,
            Takes::Number(0.0, 100.0, "seconds"),
            Does::Part(|draft, given| {
                draft.part.off_time = given.float();
                draft.part.off_mode = OffMode::Time as u8;
            }),
        ),
        Opcode::lacks("off_curve", Since::Aria, "voices fade as a release does"),
        Opcode::lacks("off_shape", Since::Aria, "voices fade as a release does"),
        Opcode::new(
            "polyphony",
            Since::V2,
            VOICES,
            Does::Part(|draft, given| {
                draft.part.polyphony = given.byte();
                draft.polyphony_of = given.header;
            }),
        ),
        Opcode::new(
            "note_polyphony",
            Since::V2,
            VOICES,
            Does::Part(|draft, given| draft.part.note_polyphony = given.byte()),
        ),
        Opcode::new(
            "note_selfmask",
            Since::V2,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::NO_SELF_MASK, !given.is_on())),
        ),
        Opcode::lacks("polyphony_stealing", Since::Aria, "the synth has its own order of stealing"),
        Opcode::new(
            "rt_dead",
            Since::V2,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::RELEASES_DEAD, given.is_on())),
        ),
        Opcode::new(
            "sustain_sw",
            Since::V2,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::SUSTAINED, given.is_on())),
        ),
        Opcode::new(
            "sostenuto_sw",
            Since::V2,
            SWITCH,
            Does::Part(|draft, given| draft.flag(Part::CATCHABLE, given.is_on())),
        ),
        Opcode::new(
            "sustain_cc",
            Since::Aria,
            CONTROLLER,
            Does::Part(|draft, given| draft.part.sustain_control = given.byte()),
        ),
        Opcode::new(
            "sostenuto_cc",
            Since::Aria,
            CONTROLLER,
            Does::Part(|draft, given| draft.part.sostenuto_control = given.byte()),
        ),
        Opcode::new(
            "sustain_lo",
            Since::Aria,
            THRESHOLD,
            Does::Part(|draft, given| draft.part.sustain_low = given.number.ceil().max(1.0) as u8),
        ),
        Opcode::new(
            "sostenuto_lo",
            Since::Aria,
            THRESHOLD,
            Does::Part(|draft, given| draft.part.sostenuto_low = given.number.ceil().max(1.0) as u8),
        ),
        Opcode::lacks("output", Since::V1, "an instrument has one stereo output"),
    ],
};

/// The path of a recording or the name of a generator.
fn sample(default_path: &str, text: &str) -> Option<std::rc::Rc<str>> {
    let text = text.trim();
    if text.is_empty() || text.starts_with('*') {
        return Some(text).filter(|text| !text.is_empty()).map(Into::into);
    }
    Some(format!("{default_path}{text}").replace('\\', "/").into())
}
