//! What an instrument as a whole is told.

use super::*;
use ripieno_synth::sampler::{ControlStart, Target};

#[test]
fn controls() {
    let (tables, sfz) = tables(
        "<control> note_offset=2 octave_offset=-1 sw_note_offset=1 sw_octave_offset=1 set_cc7=100 set_hdcc11=0.5 set_realcc1=1
         label_cc1=Expression, x = y label_key60=Middle C label_output1=Main hint_ram_based=1 hint_fancy=9 image=art\\back.png
         image_controls=controls.png loop_end_offset=-1
         <region>sample=a.wav key=60 sw_last=c1 sw_down=24 sw_up=25 sw_previous=26 sw_default=24 xfin_lokey=60 xfin_hikey=62
         <region>sample=a.wav",
    );
    let [part, whole] = &tables.parts[..] else { panic!() };
    // Keys go down by ten, switches up again by thirteen.
    assert_eq!((part.keys, value(&tables, part, Parameter::PitchKeycenter)), ([50, 50], 50.0));
    assert_eq!((part.switch_last, part.switch_keys, part.switch_down, part.switch_up), ([27, 27], [27, 27], 27, 28));
    assert_eq!((part.switch_previous, part.switch_default), (29, 27));
    assert_eq!((tables.fades[0].low, tables.fades[0].high), (50.0, 52.0));
    assert_eq!(whole.keys, [0, 127]);
    let start = |control, value| ControlStart { control, unused: 0, value };
    assert_eq!(tables.controls, [start(1, 1.0), start(7, 100.0 / 127.0), start(11, 0.5)]);
    assert_eq!(sfz.labels.controls, [(1, "Expression, x = y".into())]);
    assert_eq!(sfz.labels.keys, [(60, "Middle C".into())]);
    assert_eq!(sfz.labels.image.as_deref(), Some("art/back.png"));
    let kept: Vec<_> = sfz.report.kept.iter().map(|kept| (kept.name.as_str(), kept.value.as_str())).collect();
    assert_eq!(kept, [("label_output1", "Main"), ("hint_ram_based", "1"), ("hint_fancy", "9")]);
    let told: Vec<_> = sfz.report.notes.iter().map(|note| note.kind).collect();
    assert_eq!(told, [NoteKind::Unsupported], "{}", sfz.report);
    // A path is put before each name, whatever it ends in; another <control> has another path.
    let folder = Memory::default()
        .with(
            "i.sfz",
            "<control>default_path=..\\Samples\\Soft \n<region>sample=C 4.wav\n<control>\n<region>sample=x.wav",
        )
        .with("../Samples/SoftC 4.wav", "")
        .with("x.wav", "");
    let sfz = read_from(&folder, "i.sfz", &Limits::default()).unwrap();
    assert_eq!(sfz.files, ["../Samples/SoftC 4.wav", "x.wav"]);
}

#[test]
fn curves() {
    let (tables, sfz) = tables(
        "<region>sample=a.wav pan_oncc1=10 pan_curvecc1=9 pan_oncc2=10 pan_curvecc2=4 pan_oncc3=10 pan_curvecc3=12
         pan_oncc4=10 pan_curvecc4=77
         <curve>curve_index=9 v000=-1 v064=0 v127=1
         <curve>curve_index=11 v10=0.5
         <curve>v000=1",
    );
    let links = links(&tables, &tables.parts[0]);
    let curve = |n: usize| &tables.curves[usize::from(links[n].curve)];
    assert_eq!([0, 32, 64, 127].map(|at| curve(0)[at]), [-1.0, -0.5, 0.0, 1.0]);
    assert_eq!(links[1].curve, 4);
    // Without a number a curve takes the next one.
    assert_eq!([curve(2)[0], curve(2)[127]], [1.0, 1.0]);
    assert_eq!(links[3].curve, 0);
    assert_eq!(sfz.report.notes.len(), 1);
    assert!(sfz.report.notes[0].message.contains("no curve 77"));
    assert_eq!(tables.curves[8][10], 0.5);
    // A curve of SFZ's own may be replaced.
    let (tables, _) = super::tables("<curve>curve_index=1 v000=0.5 <region>sample=a.wav pan_oncc1=10 pan_curvecc1=1");
    assert_eq!(tables.curves[usize::from(super::links(&tables, &tables.parts[0])[0].curve)][0], 0.5);
}

#[test]
fn volume_expression_and_pan_move_what_does_not_use_them() {
    for (opcodes, left) in [
        ("", &[7, 11, 10][..]),
        ("<control>set_cc7=90 label_cc10=Pan", &[7, 11, 10]),
        ("<region>sample=a.wav volume_oncc7=-6", &[11, 10]),
        ("<region>sample=a.wav amplitude_oncc7=0 pan_oncc10=0", &[11]),
        ("<region>sample=a.wav locc11=3 xfin_locc10=5", &[7]),
        ("<region>sample=a.wav xfin_lokey=5 pan_oncc20=9 lfo1_pan_oncc7=3", &[11, 10]),
        ("<region>sample=a.wav cutoff_oncc7=1 cutoff_oncc10=1 cutoff_oncc11=1", &[]),
    ] {
        let (tables, _) = super::tables(&format!("<region>sample=b.wav {opcodes}"));
        for part in &tables.parts {
            let links = &tables.links[part.links.start as usize..][..part.links.count as usize];
            let usual = links.iter().filter(|link| USUAL_LINKS.contains(link));
            assert!(usual.map(|link| link.source).eq(left.iter().copied()), "{opcodes}");
        }
        assert!(opcodes.contains("region") || tables.links == USUAL_LINKS, "{opcodes}");
    }
}

#[test]
fn effects() {
    let (_, sfz) = tables("<region>sample=a.wav <effect>bus=main type=reverb reverb_size=50 <midi>type=x anything=1");
    let told: Vec<_> = sfz.report.notes.iter().map(|note| (note.kind, note.count)).collect();
    assert_eq!(
        told,
        [
            (NoteKind::Unsupported, 1),
            (NoteKind::Unsupported, 2),
            (NoteKind::Unsupported, 1),
            (NoteKind::Unsupported, 1)
        ]
    );
    assert!(sfz.report.notes[2].message.contains("`reverb_size` is not played: effects"));
}

#[test]
fn other_players() {
    let (_, sfz) =
        tables("<global>global_label=G<master>master_label=M<group>group_label=R<region>region_label=L x sample=a.wav");
    let kept: Vec<_> = sfz.report.kept.iter().map(|kept| kept.value.as_str()).collect();
    assert_eq!(kept, ["G", "M", "R", "L x"]);
    left(&["load_mode", "load_start", "load_end"]);
    not_played(&[
        "script",
        "var01_mod",
        "var01_oncc1",
        "var2_cutoff",
        "pan_mod",
        "bitred",
        "bitred_oncc1",
        "decim",
        "decim_stepcc1",
    ]);
}

#[test]
fn controllers_that_nobody_can_move_stand_still() {
    let (tables, sfz) = tables(
        "<control>set_cc200=127 set_hdcc300=0.5
         <region>sample=a.wav locc200=100 pan_oncc300=40 pan_curvecc300=1 tune_oncc300=40 lfo1_pitch_oncc300=10
         <region>sample=b.wav locc201=100",
    );
    // The second region asks for a controller that stays at 0.
    assert_eq!((tables.parts.len(), sfz.report.dropped), (1, 1));
    let links = links(&tables, &tables.parts[0]);
    let row = |n: usize| (links[n].source, links[n].scale, links[n].depth);
    let depth = |n: usize| (links[n].depth * 10.0).round() / 10.0;
    assert_eq!((row(0).0, row(0).1, depth(0)), (Source::NONE, Source::NONE, 0.0));
    assert_eq!((row(1).0, row(1).1, depth(1)), (Source::NONE, Source::NONE, 20.0));
    assert_eq!((row(2).0, row(2).1, depth(2)), (Source::Lfo(0).number(), Source::NONE, 5.0));
    assert!(links.iter().all(|link| Target::from_number(link.target).is_some()));
    let range = tables.ranges[0];
    assert!(range.control < 128 && range.low < 0.0 && range.high > 1.0, "it holds whatever happens");
}
