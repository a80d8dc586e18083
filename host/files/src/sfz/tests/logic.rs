//! When regions sound, what ends them, and what they play.

use super::*;
use ripieno_synth::sampler::{ControlRange, OffMode, Repeat, Trigger, WaveKind};

/// A field of a part after these opcodes.
fn check<T: PartialEq + std::fmt::Debug>(opcodes: &str, field: impl Fn(&Part) -> T, expected: T) {
    assert_eq!(field(&part(opcodes)), expected, "{opcodes}");
}

#[test]
fn conditions() {
    check("key=c4", |part| part.keys, [60, 60]);
    check("key=61", |part| part.keys, [61, 61]);
    check("lokey=C#-1 hikey=Db3", |part| part.keys, [1, 49]);
    check("lokey=-1 hikey=g9", |part| part.keys, [0, 127]);
    check("lovel=0 hivel=64", |part| part.velocities, [0, 64]);
    check("lochan=2 hichan=16", |part| part.channels, [1, 15]);
    check("lobend=-8192 hibend=8192", |part| part.bend, [-8192, 8191]);
    check("lobend=100 hibend=200", |part| part.bend, [100, 200]);
    check("lochanaft=10 hichanaft=20", |part| part.channel_pressure, [10, 20]);
    check("lopolyaft=10 hipolyaft=20", |part| part.key_pressure, [10, 20]);
    check("lorand=0.25 hirand=0.5", |part| part.random, [0.25, 0.5]);
    check("lobpm=90 hibpm=140.5", |part| part.tempo, [90.0, 140.5]);
    check("seq_length=3 seq_position=2", |part| (part.sequence_length, part.sequence_position), (3, 2));
    for (name, trigger) in [
        ("attack", Trigger::Attack),
        ("release", Trigger::Release),
        ("release_key", Trigger::ReleaseKey),
        ("first", Trigger::First),
        ("legato", Trigger::Legato),
    ] {
        check(&format!("trigger={name}"), |part| part.trigger, trigger as u8);
    }
    not_played(&["lotimer", "hitimer", "loprog", "hiprog"]);
}

/// Where a controller's whole values lie in a range.
fn admitted(range: &ControlRange) -> Vec<u8> {
    (0..128).filter(|value| range.contains(f32::from(*value) / 127.0)).collect()
}

#[test]
fn conditions_of_controllers() {
    for (opcodes, control, values) in [
        ("locc20=100", 20, 100..128),
        ("hicc20=100", 20, 0..101),
        ("locc20=64 hicc20=64", 20, 64..65),
        ("lohdcc131=0.5", 131, 64..128),
        ("hihdcc1=0.5", 1, 0..64),
        ("lorealcc20=0.5 hirealcc20=1", 20, 64..128),
    ] {
        let tables = region(opcodes);
        let run = tables.parts[0].conditions;
        let [range] = tables.ranges[run.start as usize..][..run.count as usize] else { panic!("{opcodes}") };
        assert_eq!(range.control, control);
        assert_eq!(admitted(&range), values.collect::<Vec<u8>>(), "{opcodes}");
    }
    for opcodes in [
        "on_locc64=100 on_hicc64=127",
        "start_locc64=100 start_hicc64=127",
        "on_lohdcc64=0.785 on_hihdcc64=1",
        "start_lohdcc64=0.785 start_hihdcc64=1",
    ] {
        // A controller starts it, and so does every key; without a key only the controller.
        for (keys, triggers) in [("", vec![Trigger::Attack, Trigger::Control]), ("hikey=-1", vec![Trigger::Control])] {
            let tables = region(&format!("{opcodes} {keys}"));
            let of_parts: Vec<u8> = tables.parts.iter().map(|part| part.trigger).collect();
            assert_eq!(of_parts, triggers.iter().map(|trigger| *trigger as u8).collect::<Vec<_>>(), "{opcodes} {keys}");
            let run = tables.parts.last().unwrap().starters;
            let [range] = tables.ranges[run.start as usize..][..run.count as usize] else { panic!("{opcodes}") };
            assert_eq!((range.control, admitted(&range)), (64, (100..128).collect()), "{opcodes}");
        }
    }
    not_played(&["stop_locc1", "stop_hicc1", "stop_lohdcc1", "stop_hihdcc1"]);
    assert!(notes("locc512=1")[0].1.contains("controllers 0 to 511"));
}

#[test]
fn switches() {
    check("sw_lokey=24 sw_hikey=26 sw_last=25", |part| (part.switch_keys, part.switch_last), ([24, 26], [25, 25]));
    check("sw_last=25", |part| part.switch_keys, [25, 25]);
    check("sw_lolast=c1 sw_hilast=d1", |part| part.switch_last, [24, 26]);
    check("sw_last=30 sw_lolast=24", |part| part.switch_last, [24, 24]);
    check("sw_down=24 sw_up=25", |part| (part.switch_down, part.switch_up), (24, 25));
    check("sw_previous=60", |part| part.switch_previous, 60);
    check("sw_default=24", |part| part.switch_default, 24);
    check("sw_vel=previous", |part| part.has(Part::PREVIOUS_VELOCITY), true);
    check(
        "sw_vel=current sw_down=-1",
        |part| (part.has(Part::PREVIOUS_VELOCITY), part.switch_down),
        (false, Part::NO_KEY),
    );
    let (_, sfz) = tables(
        "<region>sample=a.wav sw_last=c1 sw_label=Long = sustained\n<region>sample=a.wav sw_last=b0 sw_label=Short",
    );
    assert_eq!(sfz.labels.switches, [(23, "Short".into()), (24, "Long = sustained".into())]);
}

#[test]
fn recordings() {
    check("sample=b.wav", |part| part.wave, 0);
    check("direction=reverse", |part| part.has(Part::REVERSE), true);
    check("offset=100 offset_random=50", |part| (part.offset, part.offset_random), (100, 50));
    check("offset=25 offset_mode=percent", |part| part.offset, 12_000);
    check("end=999", |part| part.end, 1_000);
    check("count=3", |part| (part.repeat, part.count), (Repeat::OneShot as u8, 3));
    for (name, repeat) in [
        ("no_loop", Repeat::None),
        ("one_shot", Repeat::OneShot),
        ("loop_continuous", Repeat::Continuous),
        ("loop_sustain", Repeat::Sustain),
    ] {
        check(&format!("loop_mode={name}"), |part| part.repeat, repeat as u8);
        check(&format!("loopmode={name}"), |part| part.repeat, repeat as u8);
    }
    let looped = |part: &Part| (part.loop_start, part.loop_end, part.loop_crossfade);
    // The loop's end is its last frame.
    check("loop_mode=loop_continuous loop_start=10 loop_end=19", looped, (10, 20, 0));
    check("loopmode=loop_sustain loopstart=10 loopend=19", looped, (10, 20, 0));
    check(
        "loop_mode=loop_continuous loop_start=9000 loop_end=18999 loop_crossfade=0.1",
        looped,
        (9_000, 19_000, 4_800),
    );
    check("loop_mode=loop_continuous loop_start=10 loop_end=19 loopcrossfade=1", looped, (10, 20, 10));
    check("loop_mode=loop_continuous loop_count=4", |part| part.count, 4);
    check("loop_mode=loop_continuous loopcount=4", |part| part.count, 4);
    numbers(&[("delay", Parameter::Delay, 0.5, 0.5), ("delay_random", Parameter::DelayRandom, 0.5, 0.5)]);
    controlled(&[("delay", Parameter::Delay, 1.0), ("offset", Parameter::Offset, 1.0)]);
    not_played(&[
        "loop_type",
        "looptype",
        "loop_tune",
        "looptune",
        "loop_startcc1",
        "loop_start_oncc1",
        "loop_lengthcc1",
        "loop_length_oncc1",
        "loop_end_oncc1",
        "end_oncc1",
        "end_cc1",
        "sample_fadeout",
        "delay_samples",
        "delay_samples_oncc1",
        "delay_beats",
        "delay_beats_random",
        "delay_beats_oncc1",
        "delay_beats_curvecc1",
        "stop_beats",
        "sync_beats",
        "sync_offset",
        "reverse_locc1",
        "reverse_hicc1",
        "waveguide",
        "sample_dyn_param1",
    ]);
    left(&["md5"]);
}

#[test]
fn oscillators() {
    for (name, kind) in [
        ("*sine", WaveKind::Sine),
        ("*saw", WaveKind::Saw),
        ("*square", WaveKind::Square),
        ("*triangle", WaveKind::Triangle),
        ("*noise", WaveKind::Noise),
        ("*silence", WaveKind::Silence),
    ] {
        let tables = region(&format!("sample={name}"));
        assert_eq!(tables.waves[tables.parts[0].wave as usize].kind, kind as u8, "{name}");
    }
    check("oscillator=on", |part| part.has(Part::OSCILLATOR), true);
    check("sample_quality=2", |part| part.quality, 2);
    check("sample_quality=0", |part| part.quality, 1);
    check("sample_quality=-1", |part| part.quality, 0);
    check("oscillator_multi=5 oscillator_mode=2", |part| (part.unison, part.oscillator_mode), (5, 2));
    numbers(&[
        ("oscillator_phase", Parameter::OscillatorPhase, 1.25, 0.25),
        ("oscillator_phase", Parameter::OscillatorPhase, -3.0, -1.0),
        ("oscillator_detune", Parameter::OscillatorDetune, 12.0, 12.0),
        ("oscillator_mod_depth", Parameter::OscillatorDepth, 50.0, 50.0),
    ]);
    controlled(&[
        ("oscillator_detune", Parameter::OscillatorDetune, 1.0),
        ("oscillator_mod_depth", Parameter::OscillatorDepth, 1.0),
    ]);
    left(&["oscillator_quality"]);
    not_played(&["oscillator_table_size"]);
    assert!(read_text("<region>sample=*pluck").unwrap_err().to_string().contains("there is no generator *pluck"));
}

#[test]
fn voices_and_pedals() {
    check("group=7 off_by=8", |part| (part.group, part.off_by), (7, 8));
    check("polyphony_group=-1 offby=4294967295", |part| (part.group, part.off_by), (u32::MAX, u32::MAX));
    for (name, mode) in [("fast", OffMode::Fast), ("normal", OffMode::Normal), ("time", OffMode::Time)] {
        check(&format!("off_mode={name}"), |part| part.off_mode, mode as u8);
        check(&format!("offmode={name}"), |part| part.off_mode, mode as u8);
    }
    check("off_time=0.25", |part| (part.off_mode, part.off_time), (OffMode::Time as u8, 0.25));
    check("group=3 polyphony=2 note_polyphony=1", |part| (part.group, part.polyphony, part.note_polyphony), (3, 2, 1));
    check("note_selfmask=off", |part| part.has(Part::NO_SELF_MASK), true);
    check("note_selfmask=on", |part| part.has(Part::NO_SELF_MASK), false);
    check("rt_dead=on", |part| part.has(Part::RELEASES_DEAD), true);
    check("sustain_sw=off sostenuto_sw=off", |part| part.flags, 0);
    check("sustain_cc=80 sostenuto_cc=81", |part| (part.sustain_control, part.sostenuto_control), (80, 81));
    check("sustain_lo=0.5 sostenuto_lo=64", |part| (part.sustain_low, part.sostenuto_low), (1, 64));
    not_played(&["off_curve", "off_shape", "polyphony_stealing", "output"]);
    // Without a group, the header that limits its voices is one.
    let (tables, _) = tables(
        "<group>polyphony=4\n<region>sample=a.wav\n<region>sample=b.wav\n<group>polyphony=4\n<region>sample=a.wav
         <group>polyphony=4 group=1\n<region>sample=a.wav",
    );
    let sets: Vec<u32> = tables.parts.iter().map(|part| part.polyphony_set).collect();
    assert!(sets[0] == sets[1] && sets[1] != sets[2] && sets[0] != 0 && sets[2] != 0 && sets[3] == 0, "{sets:?}");
}

#[test]
fn turns_are_shared_by_what_the_same_notes_start() {
    let (tables, _) = tables(
        "<group>seq_length=2 key=36\n<region>sample=a.wav seq_position=1\n<region>sample=b.wav seq_position=2
         <group>seq_length=2 key=38\n<region>sample=a.wav seq_position=1\n<region>sample=b.wav seq_position=2",
    );
    let turns: Vec<u16> = tables.parts.iter().map(|part| part.sequence).collect();
    assert_eq!(turns, [0, 0, 1, 1]);
    // More round robins than counters: chance takes the turns of those that are left.
    let many: String = (0..1_100)
        .map(|n| {
            format!("<region>sample=a.wav key={} seq_length=2 seq_position={} locc20={}\n", n % 128, n % 2 + 1, n / 128)
        })
        .collect();
    let (tables, _) = super::tables(&many);
    let by_chance = tables.parts.iter().filter(|part| part.sequence_length == 1);
    assert!(
        by_chance.clone().count() == 1_100 - 1_024
            && by_chance.clone().all(|part| part.random[1] - part.random[0] == 0.5)
    );
}
