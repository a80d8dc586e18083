//! Instruments as they are in the wild, down to the tables.

use super::*;
use ripieno_synth::sampler::Parameter::*;
use ripieno_synth::sampler::{OffMode, Repeat, Source, Trigger};

/// A folder with these texts, and empty recordings of these names.
fn folder(texts: &[(&str, &str)], recordings: &[&str]) -> Memory {
    let folder = texts.iter().fold(Memory::default(), |folder, (name, text)| folder.with(name, text));
    recordings.iter().fold(folder, |folder, name| folder.with(name, ""))
}

/// The instrument's tables; nothing but these words is said about it.
fn play(folder: &Memory, said: &[&str]) -> (KitTables, Sfz) {
    let sfz = read_from(folder, "main.sfz", &Limits::default()).unwrap();
    let lines: Vec<String> = sfz.report.notes.iter().map(|note| sfz.report.line(note).to_string()).collect();
    assert!(
        lines.len() == said.len() && lines.iter().zip(said).all(|(line, words)| line.contains(words)),
        "{lines:#?}"
    );
    let (tables, recordings) = sfz.kit(|_| Ok(WaveInfo { channels: 2, ..SECOND }));
    assert_eq!((recordings.missing.len(), tables.parts.len()), (0, sfz.regions.len()));
    assert!(Kit::new(&tables.image()).is_ok());
    (tables, sfz)
}

#[test]
fn a_piano_with_releases_and_pedal_noises() {
    let text = "//=== Piano ===
<control>
default_path=Samples\\
set_cc64=0 label_cc64=Sustain
set_hdcc110=0.75 label_cc110=Release level
<global>
ampeg_release=0.6 ampeg_release_oncc111=2 amp_veltrack=73
xf_velcurve=gain note_polyphony=4 sustain_sw=on
hint_ram_based=0
<master>
master_label=Strings
<group> lovel=1 hivel=63 xfout_lovel=40 xfout_hivel=63
<region> sample=C4 soft.wav lokey=58 hikey=62 pitch_keycenter=60 tune=-3
<region> sample=F4 soft.wav lokey=63 hikey=67 pitch_keycenter=65
<group> lovel=40 hivel=127 xfin_lovel=40 xfin_hivel=63
<region> sample=C4 LOUD.wav lokey=58 hikey=62 pitch_keycenter=60
<region> sample=F4 loud.wav lokey=63 hikey=67 pitch_keycenter=65 fil_type=lpf_1p cutoff=9000 fil_veltrack=2400
<master>
trigger=release rt_decay=6 volume=-12 volume_oncc110=18 loop_mode=one_shot sw_vel=previous
<region> sample=rel\\C4.wav lokey=58 hikey=67 pitch_keycenter=60
<master>
<group> hikey=-1 loop_mode=one_shot pitch_keytrack=0 group=1 off_by=1 off_mode=time off_time=0.05
<region> sample=pedal/down 1.wav on_locc64=64 on_hicc64=127 lorand=0 hirand=0.5
<region> sample=pedal/down 2.wav on_locc64=64 on_hicc64=127 lorand=0.5 hirand=1
<region> sample=pedal/up.wav on_locc64=0 on_hicc64=63
";
    let recordings = [
        "Samples/C4 soft.wav",
        "Samples/F4 soft.wav",
        "Samples/C4 loud.wav",
        "Samples/F4 loud.wav",
        "Samples/rel/C4.wav",
        "Samples/pedal/down 1.wav",
        "Samples/pedal/down 2.wav",
        "Samples/pedal/up.wav",
    ];
    let said = ["main.sfz:16:10: `Samples/C4 LOUD.wav` is called `Samples/C4 loud.wav`"];
    let (tables, sfz) = play(&folder(&[("main.sfz", text)], &recordings), &said);
    assert_eq!(sfz.files, recordings);
    let parts = &tables.parts;
    assert_eq!(parts.len(), 8);
    let of = |part: &Part, parameter| value(&tables, part, parameter);
    assert_eq!(
        [AmpRelease, AmpVeltrack, Tune, PitchKeycenter].map(|parameter| of(&parts[0], parameter)),
        [0.6, 73.0, -3.0, 60.0]
    );
    assert!(parts.iter().all(|part| part.note_polyphony == 4 && part.has(Part::VELOCITY_FADES_BY_GAIN)));
    assert_eq!((parts[0].keys, parts[0].velocities, parts[2].velocities), ([58, 62], [1, 63], [40, 127]));
    // Parts of one group lead to the same rows.
    assert_eq!((parts[0].fades, parts[2].fades), (parts[1].fades, parts[3].fades));
    assert_eq!(parts[0].links, parts[3].links);
    let [release] = links(&tables, &parts[0])[..] else { panic!() };
    assert_eq!((release.source, release.target, release.depth), (111, AmpRelease as u16, 2.0));
    let fade = tables.fades[parts[2].fades.start as usize];
    assert_eq!((fade.low, fade.high, fade.is_out), (40.0, 63.0, 0));
    assert_eq!((of(&parts[3], Cutoff1), of(&parts[3], CutoffVeltrack1)), (9000.0, 2400.0));
    let released = &parts[4];
    assert_eq!((released.trigger, released.repeat), (Trigger::Release as u8, Repeat::OneShot as u8));
    assert_eq!((of(released, RtDecay), of(released, Volume)), (6.0, -12.0));
    assert!(released.has(Part::PREVIOUS_VELOCITY) && links(&tables, released).len() == 2);
    for (part, random) in parts[5..].iter().zip([[0.0, 0.5], [0.5, 1.0], [0.0, 1.0]]) {
        assert_eq!((part.trigger, part.random, part.off_mode), (Trigger::Control as u8, random, OffMode::Time as u8));
        assert_eq!((part.group, part.off_by, of(part, PitchKeytrack)), (1, 1, 0.0));
        assert_eq!(part.starters.count, 1);
    }
    assert!(parts[5].starters != parts[7].starters);
    let kit = tables.image();
    let kit = Kit::new(&kit).unwrap();
    assert_eq!(kit.parts_of_key(60).map(|(number, _)| number).collect::<Vec<_>>(), [0, 2, 4]);
    assert!(kit.parts_of_controls().map(|(number, _)| number).eq([5, 6, 7]));
    assert!(sfz.labels.controls.iter().map(|(number, _)| *number).eq([64, 110]));
}

#[test]
fn a_drum_kit_with_turns_and_templates() {
    let main = "#define $KICK 36
#define $CLOSED 42
#define $OPEN 46
<control> note_offset=0 label_key36=Kick
<global> loop_mode=one_shot pitch_keytrack=0 amp_veltrack=100 ampeg_attack=0.001 seq_length=3
#define $KEY $KICK
#define $NAME kick
#include \"data/drum.sfz\"
<master> off_mode=fast
#define $KEY $CLOSED
#define $NAME hat
<group> group=4 off_by=5 locc4=64
#include \"data/drum.sfz\"
<group> group=5 off_by=4 key=$OPEN hicc4=63 amp_velcurve_1=0.1 amp_velcurve_127=1
<region> sample=hat open.wav seq_length=1 volume=-2 amplfo_freq=5 amplfo_depth=1
";
    let drum = "key=$KEY
<region> sample=$NAME$SPACE1.wav seq_position=1
<region> sample=$NAME 2.wav seq_position=2 pan=-10
<region> sample=$NAME 3.wav seq_position=3 pan=10
";
    let drum = drum.replace("$SPACE", " ");
    let recordings = ["kick 1.wav", "kick 2.wav", "kick 3.wav", "hat 1.wav", "hat 2.wav", "hat 3.wav", "hat open.wav"];
    let (tables, sfz) = play(&folder(&[("main.sfz", main), ("data/drum.sfz", &drum)], &recordings), &[]);
    assert_eq!(sfz.files, recordings);
    let parts = &tables.parts;
    let turns: Vec<_> =
        parts.iter().map(|part| (part.sequence_position, part.sequence_length, part.sequence)).collect();
    assert_eq!(turns, [(1, 3, 0), (2, 3, 0), (3, 3, 0), (1, 3, 1), (2, 3, 1), (3, 3, 1), (1, 1, 0)]);
    // What stands behind an include before any header belongs to the header above it: here to <global>.
    assert_eq!(parts.iter().map(|part| part.keys[0]).collect::<Vec<_>>(), [36, 36, 36, 42, 42, 42, 46]);
    assert_eq!((parts[3].group, parts[3].off_by, parts[6].group, parts[6].off_by), (4, 5, 5, 4));
    assert!(parts.iter().all(|part| part.repeat == Repeat::OneShot as u8));
    let range = |part: &Part| tables.ranges[part.conditions.start as usize];
    assert_eq!((range(&parts[3]).control, range(&parts[6]).control), (4, 4));
    assert!(range(&parts[3]).low > 0.5 && range(&parts[6]).high < 0.5);
    assert_eq!(parts[3].conditions, parts[4].conditions);
    let curve = &tables.curves[usize::from(parts[6].velocity_curve)];
    assert_eq!((curve[1], curve[127]), (0.1, 1.0));
    assert_eq!(value(&tables, &parts[6], AmpLfoDepth), 1.0);
    assert_eq!(sfz.labels.keys, [(36, "Kick".into())]);
}

#[test]
fn a_synth_with_curves_envelopes_and_lfos() {
    let text = "<control> set_cc1=0 set_cc21=40 set_cc300=127
<curve> curve_index=17 v000=0 v063=0.2 v127=1
<global> sample=*saw oscillator_multi=3 oscillator_detune=12 oscillator_detune_oncc22=20
eg01_time1=0.01 eg01_level1=1 eg01_time2=0.4 eg01_level2=0.3 eg01_shape2=-3.5 eg01_sustain=2 eg01_time3=0.5 eg01_level3=0
eg01_ampeg=1 eg01_amplitude=100
eg03_time1=0.2 eg03_level1=1 eg03_sustain=1 eg03_cutoff=2400 eg03_cutoff_oncc21=4800 eg03_cutoff_curvecc21=17 eg03_time1_oncc23=2
lfo01_freq=5.5 lfo01_wave=1 lfo01_fade=0.8 lfo01_pitch_oncc1=40 lfo01_freq_oncc24=3 lfo01_pitch_curvecc1=17
lfo04_freq=0.3 lfo04_wave=0 lfo04_cutoff=600 lfo04_pan=30
fil_type=lpf_4p cutoff=300 resonance=8 cutoff_oncc74=6000 cutoff_smoothcc74=20 cutoff_stepcc74=100 cutoff_cc300=100
cutoff2=60 fil2_type=hpf_2p fil2_keytrack=100
amplitude_oncc7=100 amplitude_curvecc7=4 pan_oncc10=100 pan_curvecc10=1
bend_up=1200 bend_down=-1200 trigger=attack
<region> lokey=0 hikey=59 effect1=20
<region> lokey=60 hikey=127 effect1=30 transpose=12 trigger=legato
<effect> type=reverb
";
    let (tables, sfz) = play(&folder(&[("main.sfz", text)], &[]), &["`type` is not played: effects of an instrument"]);
    assert!(sfz.files.is_empty());
    let [low, high] = &tables.parts[..] else { panic!() };
    assert_eq!((low.links, low.envelopes, low.lfos), (high.links, high.envelopes, high.lfos));
    assert_eq!((low.unison, value(&tables, low, OscillatorDetune), value(&tables, low, Effect1)), (3, 12.0, 20.0));
    assert_eq!((value(&tables, high, Tune), high.trigger), (1200.0, Trigger::Legato as u8));
    assert_eq!((value(&tables, low, BendUp), value(&tables, low, BendDown)), (1200.0, -1200.0));
    let [amplitude, filter] = tables.envelopes[..] else { panic!() };
    assert_eq!((amplitude.is_amplitude, amplitude.sustain, amplitude.points.count), (1, 2, 4));
    assert_eq!((filter.is_amplitude, filter.sustain, filter.points.count), (0, 1, 2));
    assert_eq!(tables.points[2].shape, -3.5);
    let find = |source: Source, scale: u16, target: Parameter| {
        let links = tables.links[low.links.start as usize..][..low.links.count as usize].iter();
        let found: Vec<&Link> = links
            .filter(|link| (link.source, link.scale, link.target) == (source.number(), scale, target as u16))
            .collect();
        assert_eq!(found.len(), 1, "{source:?} {target:?}");
        found[0]
    };
    let curve = |number: u16| tables.curves[usize::from(number)];
    assert_eq!(find(Source::Envelope(0), Source::NONE, Amplitude).depth, 1.0);
    assert_eq!(find(Source::Envelope(1), Source::NONE, CutoffCents1).depth, 2400.0);
    let scaled = find(Source::Envelope(1), 21, CutoffCents1);
    assert_eq!((scaled.depth, curve(scaled.scale_curve)[63], curve(scaled.curve)[127]), (4800.0, 0.2, 1.0));
    let vibrato = find(Source::Lfo(0), 1, Tune);
    assert_eq!((vibrato.depth, curve(vibrato.scale_curve)[63]), (40.0, 0.2));
    assert_eq!(find(Source::Lfo(1), Source::NONE, Pan).depth, 30.0);
    let cutoff = find(Source::Control(74), Source::NONE, CutoffCents1);
    assert_eq!((cutoff.depth, cutoff.smooth, cutoff.step), (6000.0, 20, 100.0));
    let pan = find(Source::Control(10), Source::NONE, Pan);
    assert_eq!((curve(pan.curve)[0], curve(pan.curve)[127]), (-1.0, 1.0));
    assert_eq!(find(Source::Control(7), Source::NONE, Amplitude).curve, 4);
    // Controller 300 stands at its end for ever.
    let links = links(&tables, low);
    let still = links.iter().find(|link| link.source == Source::NONE).unwrap();
    assert_eq!((still.target, still.depth), (CutoffCents1 as u16, 100.0));
    assert!(tables.controls.iter().map(|start| start.control).eq([1, 21]));
    assert_eq!((links.len(), low.links.count), (13, 14));
}
