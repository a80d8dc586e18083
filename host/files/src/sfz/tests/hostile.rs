//! Broken and malicious texts: every one is read within bounds, or refused.

use super::*;
use proptest::prelude::*;

/// The fewest cases that [`corpus`] must give.
const CASES: usize = 700;

/// A sound instrument with a bit of everything.
const SEED: &str = "#define $K 60
<control>default_path=s/ note_offset=1 set_cc7=100 label_cc1=Wheel
<curve>curve_index=9 v000=0 v064=0.25 v127=1
<global>ampeg_release=0.5 volume=-3 amp_velcurve_64=0.5
<master>fil_type=lpf_4p cutoff=800 cutoff_oncc74=4800 cutoff_curvecc74=9
<group>seq_length=2 group=1 off_by=2 xfin_locc1=0 xfin_hicc1=127
<region>sample=a b.wav key=$K seq_position=1 eg01_time1=0.5 eg01_level1=1 eg01_pitch=100 // one
<region>sample=*saw lokey=c3 hikey=g9 lfo01_freq=5 lfo01_pan_oncc1=50 lfo01_step3=10 /* two */
<region>sample=b.wav on_locc64=64 hikey=-1 trigger=release pitch_keycenter=sample
#include \"more.sfz\"
<effect>type=reverb
";

/// What it is called, and its files by name.
type Case = (String, Vec<(String, Vec<u8>)>);

/// A generator of numbers: the same ones in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % limit
    }
}

/// Whatever is read comes to something that the synth may play, in tables that are not much longer than the text.
fn survives(name: &str, files: &[(&str, &[u8])]) {
    let recordings = ["s/a b.wav", "s/b.wav", "a.wav"].map(|name| (name, &b""[..]));
    let folder =
        files.iter().chain(&recordings).fold(Memory::default(), |folder, (name, bytes)| folder.with(name, bytes));
    let length: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let limits = Limits::default();
    let sfz = match read_from(&folder, "i.sfz", &limits) {
        Ok(sfz) => sfz,
        Err(SfzError::Empty(report)) => return assert!(report.notes.len() <= Limits::NOTES),
        Err(error) => panic!("{name}: {error}"),
    };
    let (tables, _) = sfz.kit(|_| Ok(SECOND));
    let room = 2 * limits.tables + 64 * length;
    let image = tables.image();
    for bytes in [
        image.len(),
        size_of_val(tables.parts.as_slice()),
        tables.values.capacity() * size_of_val(&tables.values[..1.min(tables.values.len())]),
        tables.links.capacity() * size_of::<Link>(),
        sfz.regions.capacity() * size_of::<Region>(),
    ] {
        assert!(bytes <= room, "{name}: {bytes} bytes for {length}");
    }
    let kit = Kit::new(&image).unwrap();
    for part in kit.parts.iter() {
        assert!(part.wave < tables.waves.len() as u32 && part.keys[0] <= part.keys[1] && part.keys[1] < 128, "{name}");
        assert!(
            part.sequence < Kit::MAX_SEQUENCES && (1..=part.sequence_length).contains(&part.sequence_position.max(1))
                || part.sequence_length > 0
        );
        assert_eq!(kit.values.run(part.values).len() as u32, part.values.count, "{name}");
        assert_eq!(kit.links.run(part.links).len() as u32, part.links.count, "{name}");
        for value in kit.values.run(part.values) {
            assert!(value.value.is_finite() && Parameter::from_number(value.parameter).is_some(), "{name}");
        }
        for link in kit.links.run(part.links) {
            assert!(
                link.depth.is_finite() && usize::from(link.curve.max(link.scale_curve)) < tables.curves.len(),
                "{name}"
            );
        }
    }
    assert!(sfz.report.notes.len() <= Limits::NOTES && sfz.report.kept.len() <= Limits::NOTES, "{name}");
    assert!(sfz.report.to_string().len() < 1 << 20, "{name}");
}

/// Texts that want to be more than they are.
fn bombs() -> Vec<Case> {
    let mut bombs: Vec<Case> = Vec::new();
    let mut add = |name: &str, text: String| bombs.push((name.into(), vec![("i.sfz".into(), text.into_bytes())]));
    let region = "<region>sample=*sine";
    let doubling: String = (1..60).map(|n| format!("#define $V{n} $V{}$V{}\n", n - 1, n - 1)).collect();
    add("variables that double", format!("#define $V0 {}\n{doubling}{region} region_label=$V59", "x".repeat(99)));
    add(
        "a long variable, often",
        format!("#define $A {}\n{}", "9".repeat(4000), format!("{region} volume=$A region_label=$A\n").repeat(2_000)),
    );
    add("a long name", format!("{region} {}=1", "a".repeat(1 << 18)));
    add("a long number", format!("{region} volume={}", "9".repeat(1 << 18)));
    add("a long value", format!("{region} sample={}", "a ".repeat(1 << 17)));
    add(
        "a long path",
        format!(
            "<control>default_path={}\n{}",
            "p".repeat(5000),
            (0..5_000).map(|n| format!("<region>sample={n}\n")).collect::<String>()
        ),
    );
    let links: String = (0..512)
        .flat_map(|n| [format!(" pan_oncc{n}=1"), format!(" volume_oncc{n}=1"), format!(" tune_oncc{n}=1")])
        .collect();
    add("many links, inherited", format!("<global>sample=*sine{links}\n{}", "<region>".repeat(20_000)));
    add(
        "many links, changed each time",
        format!("<global>sample=*sine{links}\n{}", "<region>pan_cc1=2\n".repeat(20_000)),
    );
    add("many links, groups alone", format!("<global>sample=*sine{links}\n{}", "<group>pan_cc1=2\n".repeat(20_000)));
    let ranges: String = (0..512).map(|n| format!(" locc{n}=0 on_locc{n}=1")).collect();
    add("many conditions", format!("<global>sample=*sine seq_length=2{ranges}\n{}", "<region>locc1=1\n".repeat(5_000)));
    let curves: String = (0..5_000).map(|n| format!("<region>amp_velcurve_5=0.{n}\n")).collect();
    add("many curves of velocity", format!("<global>sample=*sine\n{curves}"));
    add("many curves", "<curve>\n".repeat(50_000) + region);
    let envelopes: String = (1..64).map(|n| format!(" eg{n}_time63=1 eg{n}_pan=1")).collect();
    add("many envelopes", format!("<global>sample=*sine{envelopes}\n{}", "<region>eg1_time1=1\n".repeat(5_000)));
    let lfos: String = (1..256).map(|n| format!(" lfo{n}_steps=128 lfo{n}_wave8=1 lfo{n}_pan=1")).collect();
    add("many LFOs", format!("<global>sample=*sine{lfos}\n{}", "<region>lfo1_freq=1\n".repeat(5_000)));
    add("many regions", "<global>sample=*sine\n".to_owned() + &"<region>".repeat(100_000));
    add("many headers", "<group><master><global>".repeat(30_000));
    add(
        "many unknown names",
        (0..20_000)
            .map(|n| format!("a{}b=1\n", "c".repeat(n % 100)))
            .fold(region.into(), |text, name| text + " " + &name),
    );
    add("many labels", format!("<control>{}{region}", "label_cc1=x label_key1=y hint_x=1\n".repeat(20_000)));
    add("only openings", "<".repeat(1 << 16));
    add("only dollars", format!("{region} volume={}", "$".repeat(1 << 16)));
    add("only comments", "/*".repeat(1 << 16));
    add("only spaces", " ".repeat(1 << 18));
    add("only names", "a ".repeat(1 << 16));
    add("only equals", "=".repeat(1 << 16));
    add("values that nearly end", format!("{region} region_label={}", "a b ".repeat(1 << 15)));
    let includes = |count: usize, name: &str| format!("#include \"{name}\"\n").repeat(count);
    let mut tree: Vec<(String, Vec<u8>)> =
        (0..20).map(|n| (format!("{n}.sfz"), includes(9, &format!("{}.sfz", n + 1)).into_bytes())).collect();
    tree.push(("20.sfz".into(), region.into()));
    tree.push(("i.sfz".into(), includes(9, "0.sfz").into_bytes()));
    bombs.push(("a tree of includes".into(), tree));
    let chain = (0..100).map(|n| {
        (
            if n == 0 { "i.sfz".into() } else { format!("{n}.sfz") },
            format!("{region}\n{}", includes(1, &format!("{}.sfz", n + 1))).into_bytes(),
        )
    });
    bombs.push(("a chain of includes".into(), chain.collect()));
    let wide = [("i.sfz", includes(30_000, "w.sfz")), ("w.sfz", format!("{region}\n").repeat(500))];
    bombs.push(("one file, again and again".into(), wide.map(|(name, text)| (name.into(), text.into_bytes())).into()));
    bombs
}

/// Named broken instruments.
fn corpus() -> Vec<Case> {
    let more = "<region>sample=a.wav key=61\n";
    let mut cases = bombs();
    let mut add = |name: String, bytes: Vec<u8>| {
        cases.push((name, vec![("i.sfz".into(), bytes), ("more.sfz".into(), more.into())]));
    };
    let seed = SEED.as_bytes();
    for length in (0..seed.len()).step_by(3) {
        add(format!("cut to {length}"), seed[..length].to_vec());
    }
    for at in (0..seed.len()).step_by(4) {
        for byte in [0, 0xFF, b'=', b'<', b'$', b'\n'] {
            let mut bytes = seed.to_vec();
            bytes[at] = byte;
            add(format!("byte {at} is {byte}"), bytes);
        }
    }
    let numbers = [
        "-1",
        "1e38",
        "-1e38",
        "99999999999999999999",
        "0.0000001",
        "nan",
        "-",
        "",
        "127.9",
        "0x10",
        "c4",
        "-128",
        "4294967295",
    ];
    let places: Vec<usize> = SEED.match_indices('=').map(|(at, _)| at + 1).collect();
    for at in &places {
        let end = at + SEED[*at..].find([' ', '\n']).unwrap();
        for number in numbers {
            add(format!("{number} at {at}"), format!("{}{number}{}", &SEED[..*at], &SEED[end..]).into_bytes());
        }
    }
    let mut chance = Chance(7);
    let words: Vec<&str> = SEED.split_inclusive([' ', '\n', '=', '>']).collect();
    for number in 0..400 {
        let mut words = words.clone();
        for _ in 0..1 + chance.below(8) {
            let (from, to) = (chance.below(words.len()), chance.below(words.len()));
            match chance.below(3) {
                0 => words.swap(from, to),
                1 => words.insert(from, words[to]),
                _ => _ = words.remove(from),
            }
        }
        add(format!("shuffled {number}"), words.concat().into_bytes());
    }
    cases
}

#[test]
fn every_broken_text_is_survived() {
    let cases = corpus();
    assert!(cases.len() >= CASES, "{}", cases.len());
    for (name, files) in &cases {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        survives(name, &files);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives("any bytes", &[("i.sfz", &bytes)]);
    }

    /// Texts that look like instruments.
    #[test]
    fn any_words_are_survived(
        words in proptest::collection::vec(
            prop_oneof![
                "<(region|group|global|master|control|curve|effect|midi|x)>",
                "(key|volume|sample|pan_oncc[0-9]{1,4}|eg[0-9]{1,3}_(time|level)[0-9]{1,3}|lfo[0-9]{1,3}_(freq|step[0-9]|wave[0-9])|seq_length|v[0-9]{1,3}|curve_index|loop_start|end|amp_velcurve_[0-9]{1,3}|xfin_locc[0-9]{1,3})=(-?[0-9]{1,6}(\\.[0-9])?|a\\.wav|\\*saw)",
                "#define \\$[A-C]{1,2} [0-9$A-C]{1,3}",
                "#include \"(i|more)\\.sfz\"",
                "[ -~]{0,8}",
            ],
            0..60,
        ),
    ) {
        survives("any words", &[("i.sfz", words.join(" ").as_bytes()), ("more.sfz", b"<region>sample=a.wav")]);
    }

    /// What is written is what is read.
    #[test]
    fn a_text_and_its_tables_agree(
        keys in (0..128_u8, 0..128_u8), velocities in (1..128_u8, 1..128_u8), volume in -144.0..48.0_f32,
        cutoff in 1.0..20_000.0_f32, depth in -9600.0..9600.0_f32, control in 0..128_u16, times in proptest::array::uniform4(0.0..100.0_f32),
    ) {
        let (low, high) = (keys.0.min(keys.1), keys.0.max(keys.1));
        let (soft, loud) = (velocities.0.min(velocities.1), velocities.0.max(velocities.1));
        let [delay, attack, decay, release] = times;
        let tables = region(&format!(
            "lokey={low} hikey={high} lovel={soft} hivel={loud} volume={volume} cutoff={cutoff} cutoff_oncc{control}={depth} \
             ampeg_delay={delay} ampeg_attack={attack} ampeg_decay={decay} ampeg_release={release}"
        ));
        let part = &tables.parts[0];
        prop_assert_eq!((part.keys, part.velocities), ([low, high], [soft, loud]));
        for (parameter, expected) in [
            (Parameter::Volume, volume),
            (Parameter::Cutoff1, cutoff),
            (Parameter::AmpDelay, delay),
            (Parameter::AmpAttack, attack),
            (Parameter::AmpDecay, decay),
            (Parameter::AmpRelease, release),
        ] {
            prop_assert_eq!(value(&tables, part, parameter), expected);
        }
        let [link] = links(&tables, part)[..] else { panic!() };
        prop_assert_eq!((link.source, link.target, link.depth), (control, Parameter::CutoffCents1 as u16, depth));
    }
}
