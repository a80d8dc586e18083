//! The text itself: headers, comments, variables, files, places.

use super::*;

/// Reads a folder's `i.sfz`.
fn read_folder(folder: &Memory) -> Result<Sfz, SfzError> {
    read_from(folder, "i.sfz", &Limits::default())
}

fn volumes(text: &str) -> Vec<f32> {
    let (tables, _) = tables(text);
    tables.parts.iter().map(|part| value(&tables, part, Parameter::Volume)).collect()
}

#[test]
fn headers_inherit_from_those_above() {
    let text = "<global>volume=1 sample=a.wav\n<region>\n<master>volume=2\n<region>\n<group>volume=3\n<region>\n<region>volume=4\n
        <group>\n<region>\n<master>\n<region>\n<group>pan=1\n<region>volume=5\n<global>sample=a.wav\n<region>\n<group><region>";
    assert_eq!(volumes(text), [1.0, 2.0, 3.0, 4.0, 2.0, 1.0, 5.0, 0.0, 0.0]);
}

#[test]
fn comments_and_spaces_are_stepped_over() {
    assert_eq!(
        volumes("// volume=9 <region>\n<region>sample=a.wav volume=3// volume=9\n/* <region>\nsample=b.wav */pan=1"),
        [3.0]
    );
    assert_eq!(volumes("\u{feff}<region>sample=a.wav\r\nvolume=3\r\n"), [3.0]);
    assert_eq!(volumes("<region>sample=a.wav\nvolume = 3 pan=\t4"), [3.0]);
    assert_eq!(volumes("<region> SAMPLE=a.wav Volume=3"), [3.0]);
    let (_, sfz) = tables("<region>sample=a.wav /* volume=3");
    assert!(sfz.report.to_string().contains("test.sfz:1:22: a comment is not closed"), "{}", sfz.report);
}

#[test]
fn names_of_files_may_hold_spaces_and_signs() {
    for name in ["C 4 (soft) #2.wav", "a=b.wav", "Grand - mp é.wav", "x,y;z.wav"] {
        let folder = Memory::default()
            .with("i.sfz", format!("<region>sample={name} key=60\n<region>sample={name}//c"))
            .with(name, "");
        let sfz = read_folder(&folder).unwrap();
        assert_eq!((sfz.files.as_slice(), sfz.regions.len()), (&[name.to_owned()][..], 2), "{name}");
    }
}

#[test]
fn variables_are_filled_in() {
    assert_eq!(volumes("#define $V 3\n<region>sample=a.wav volume=$V"), [3.0]);
    assert_eq!(volumes("#define $V 3// volume=9\n<region>sample=a.wav volume=$V"), [3.0]);
    // Of two names that fit the longer one counts.
    assert_eq!(volumes("#define $V 3 #define $VO 4\n<region>sample=a.wav volume=$VO"), [4.0]);
    assert_eq!(volumes("#define $V 1\n<region>sample=a.wav volume=$V2"), [12.0]);
    // Names of opcodes too, and a later definition counts from there on.
    assert_eq!(
        volumes(
            "#define $X lu\n#define $N 1\n<region>sample=a.wav vo$Xme=$N\n#define $N 2\n<region>sample=a.wav volume=$N"
        ),
        [1.0, 2.0]
    );
    let (tables, _) = tables("#define $C 20\n<region>sample=a.wav pan_oncc$C=10 amp_velcurve_$C=1");
    assert_eq!(links(&tables, &tables.parts[0])[0].source, 20);
    assert_eq!(notes("volume=$NONE").iter().map(|note| note.0).collect::<Vec<_>>(), [NoteKind::Value; 2]);
    let (_, sfz) = super::tables("#define V 3\n#defin $V 3\n<region>sample=a.wav");
    assert_eq!(sfz.report.of(NoteKind::Structure).count(), 4, "{}", sfz.report);
}

#[test]
fn files_include_each_other() {
    let folder = Memory::default()
        .with(
            "i.sfz",
            "#define $K 60\n<group>volume=-6\n#include \"maps/Keys.sfzh\" #include \"maps\\keys.sfzh\"\npan=5",
        )
        .with("maps/keys.sfzh", "<region>sample=s\\A.WAV key=$K\n#include \"more.sfzh\"\n#include \"maps/more.sfzh\"")
        .with("maps/more.sfzh", "<region>sample=s/a.wav key=61")
        .with("s/a.wav", "");
    let sfz = read_folder(&folder).unwrap();
    // `more` is found beside the one that asks for it, too.
    assert_eq!((sfz.regions.len(), sfz.files.as_slice()), (6, &["s/a.wav".to_owned()][..]));
    let (tables, _) = sfz.kit(|_| Ok(SECOND));
    assert_eq!(tables.parts.iter().map(|part| part.keys[0]).collect::<Vec<_>>(), [60, 61, 61, 60, 61, 61]);
    assert_eq!(value(&tables, &tables.parts[5], Parameter::Pan), 5.0);
    assert!(sfz.report.to_string().contains("`s/A.WAV` is called `s/a.wav`"), "{}", sfz.report);
}

#[test]
fn an_include_leads_nowhere_else() {
    for (path, words) in [
        ("../up.sfz", "outside the instrument's folder"),
        ("a/../../up.sfz", "outside the instrument's folder"),
        ("/etc/passwd", "the root of a disk"),
        ("C:\\x.sfz", "the root of a disk"),
        ("none.sfz", "no such file"),
        ("i.sfz", "includes itself"),
        ("I.SFZ", "includes itself"),
    ] {
        let folder = Memory::default()
            .with("i.sfz", format!("#include \"{path}\"\n<region>sample=a.wav"))
            .with("a.wav", "")
            .with("../up.sfz", "<region>sample=a.wav");
        let sfz = read_folder(&folder).unwrap();
        assert_eq!(sfz.regions.len(), 1, "{path}");
        assert!(sfz.report.notes[0].message.contains(words), "{path}: {}", sfz.report);
    }
    let ring = Memory::default()
        .with("i.sfz", "#include \"b.sfz\"\n<region>sample=*sine")
        .with("b.sfz", "#include \"c.sfz\"")
        .with("c.sfz", "#include \"b.sfz\"");
    assert!(read_folder(&ring).unwrap().report.notes[0].message.contains("includes itself"));
}

#[test]
fn what_is_unknown_is_told_with_its_place() {
    let (_, sfz) = tables(
        "<region>sample=a.wav\n  cutof=3 ampeg_relase=1 eg01_levle2=1 colour=5\n<zone>volume=1\n<region>sample=a.wav cutof=4",
    );
    let lines: Vec<String> = sfz.report.notes.iter().map(|note| sfz.report.line(note).to_string()).collect();
    assert_eq!(
        lines,
        [
            "test.sfz:2:3: there is no opcode `cutof`, but there is `cutoff` (2 times)",
            "test.sfz:2:11: there is no opcode `ampeg_relase`, but there is `ampeg_release`",
            "test.sfz:2:26: there is no opcode `eg01_levle2`, but there is `eg1_level2`",
            "test.sfz:2:40: there is no opcode `colour`",
            "test.sfz:3:1: there is no header <zone>: what stands below it is left out",
        ]
    );
}

#[test]
fn what_is_wrong_is_left_out_alone() {
    for (opcodes, kind, words) in [
        ("volume=loud", NoteKind::Value, "takes a number, which `loud` is not"),
        ("key=h2", NoteKind::Value, "takes a key"),
        ("trigger=soon", NoteKind::Value, "one of attack, release"),
        ("volume=100", NoteKind::Adjusted, "goes from -144 to 48: 100 counts as 48"),
        ("volume=-6dB", NoteKind::Adjusted, "`volume=-6dB` counts as -6"),
        ("tune=1e999", NoteKind::Value, "takes a number"),
        ("pan=nan", NoteKind::Value, "takes a number"),
        ("note_offset=1", NoteKind::Structure, "belongs below <control>"),
        ("pan_oncc600=1", NoteKind::Value, "controllers 0 to 511"),
        ("\n\" volume=1", NoteKind::Structure, "neither a header nor an opcode"),
    ] {
        let told = notes(opcodes);
        assert!(
            matches!(&told[..], [(told, message)] if *told == kind && message.contains(words)),
            "{opcodes}: {told:?}"
        );
    }
    for (text, words) in [
        ("<region>key=60", "the region has no sample"),
        ("<region>sample=a.wav lokey=70 hikey=60", "lokey is above hikey"),
        ("<region>sample=a.wav lovel=70 hivel=60", "lovel is above hivel"),
        ("<region>sample=a.wav hikey=-1", "no key and no controller"),
        ("<region>sample=c.wav", "no recording `c.wav`: there is no such file"),
        ("<region>sample=../../../c.wav", "outside the instrument's folder"),
        ("<control>note_offset=100 <region>sample=a.wav key=60", "off the keyboard"),
    ] {
        let (_, sfz) = tables(&format!("<region>sample=a.wav\n{text}"));
        assert_eq!((sfz.regions.len(), sfz.report.regions, sfz.report.dropped), (1, 2, 1), "{text}");
        assert!(sfz.report.notes[0].message.contains(words), "{text}: {}", sfz.report);
        assert!(read_text(text).unwrap_err().to_string().contains(words), "{text}");
    }
    // A region that is switched off is nobody's fault.
    let (_, sfz) = tables("<region>sample=a.wav\n<region>sample=a.wav end=-1");
    assert_eq!((sfz.report.dropped, sfz.report.notes.len()), (1, 0));
}

#[test]
fn other_encodings_are_taken_for_latin_1() {
    let folder = Memory::default().with("i.sfz", b"<region>sample=\xE9.wav").with("é.wav", "");
    let sfz = read_folder(&folder).unwrap();
    assert_eq!(sfz.files, ["é.wav"]);
    assert!(sfz.report.to_string().contains("Latin-1"));
}
