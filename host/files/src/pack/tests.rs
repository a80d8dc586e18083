//! What packs are read, and what parts come of them.

use super::*;
use crate::kit::{USUAL_LINKS, WaveInfo};
use proptest::prelude::*;
use ripieno_synth::sampler::{Kit, Repeat, Run};

const STUDIO: &str = r#"
name = "Studio kit"

[[pads]]
note = "C2"
file = "kick.wav"
label = "Kick"
gain = -3
velocity = "soft"

[[pads]]
note = 42
choke = "Hats"
layers = [
    { velocity = [1, 64], files = ["hats/soft 1.wav", 'hats\soft 2.wav'] },
    { velocity = [65, 127], file = "hats/hard.flac" },
]

[[pads]]
note = 46
choke = "hats"
file = "hats/open.ogg"
mode = "gate"
release = 0.2
loop = true
velocity = [0.5, 1.0]
"#;

const SHORT: WaveInfo = WaveInfo { rate_hz: 44_100, channels: 2, frames: 1_000, sustain_loop: None, root_key: None };

#[test]
fn a_pack_becomes_parts() {
    let (pack, issues) = Pack::parse(STUDIO).unwrap();
    assert_eq!((issues, pack.name.as_str()), (vec![], "Studio kit"));
    assert_eq!(pack.pads[0].note, 36);
    let (tables, recordings) =
        pack.kit(|file| if file == "hats/hard.flac" { Err("is not there".into()) } else { Ok(SHORT) });
    let files: Vec<_> = recordings.found.iter().map(|recording| recording.file.as_str()).collect();
    assert_eq!(files, ["kick.wav", "hats/soft 1.wav", "hats/soft 2.wav", "hats/open.ogg"]);
    assert_eq!(recordings.missing, [("hats/hard.flac".to_owned(), "is not there".to_owned())]);
    let [kick, one, two, open] = tables.parts[..] else { panic!("{:?}", tables.parts) };
    assert_eq!((kick.keys, kick.repeat, kick.group), ([36, 36], Repeat::OneShot as u8, 0));
    // Both soft hits take turns, and everything of the hats ends everything of the hats.
    assert_eq!([one, two].map(|part| (part.sequence_position, part.sequence_length)), [(1, 2), (2, 2)]);
    assert_eq!((one.sequence, one.velocities, one.group, one.off_by), (two.sequence, [1, 64], open.off_by, open.group));
    assert_eq!((open.repeat, open.loop_end), (Repeat::Continuous as u8, 1_000));
    assert_eq!(tables.curves[usize::from(open.velocity_curve)][64], 0.75);
    assert_eq!(tables.curves[usize::from(one.velocity_curve)][127], 1.0);
    // Volume, expression and pan of the channel move every pad.
    assert_eq!(tables.links, USUAL_LINKS);
    assert!(tables.parts.iter().all(|part| part.links == Run { start: 0, count: 3 }));
    assert!(Kit::new(&tables.image()).is_ok());
}

#[test]
fn the_older_form_is_read_too() {
    let text = "[[samples]]\nnote = 16\nfile = \"a.wav\"\nlabel = \"A\"\n\n[[samples]]\nnote = 17\nfile = \"b.wav\"\nname = \"B\"\n";
    let (pack, issues) = Pack::parse(text).unwrap();
    assert!(issues.is_empty());
    let pads: Vec<_> = pack.pads.iter().map(|pad| (pad.note, pad.label.as_str())).collect();
    assert_eq!(pads, [(16, "A"), (17, "B")]);
}

#[test]
fn what_is_wrong_is_named_and_the_rest_plays() {
    let check = |pad: &str, line: usize, words: &str, pads: usize| {
        let text = format!("[[pads]]\nnote = 1\nfile = \"a.wav\"\n[[pads]]\n{pad}\n");
        let (pack, issues) = Pack::parse(&text).unwrap();
        assert_eq!(pack.pads.len(), pads, "{text}");
        let [issue] = &issues[..] else { panic!("{issues:?}") };
        assert!(issue.line == line && issue.message.contains(words), "{issue}");
    };
    check("note = 128\nfile = \"b.wav\"", 5, "`note` is no key", 1);
    check("note = \"H2\"\nfile = \"b.wav\"", 5, "`note` is no key", 1);
    check("file = \"b.wav\"", 5, "needs `note`", 1);
    check("note = 2", 5, "a recording is missing", 1);
    check("note = 2\nfile = \"../b.wav\"", 5, "does not lie in the pack's folder", 1);
    check("note = 2\nfile = \"/etc/b.wav\"", 5, "does not lie in the pack's folder", 1);
    check("note = 2\nfile = 'C:\\b.wav'", 5, "does not lie in the pack's folder", 1);
    check("note = 2\nfile = \"b.wav\"\ngain = 1e308", 7, "`gain` is no number from -60 to 24", 2);
    check("note = 2\nfile = \"b.wav\"\nmode = \"loop\"", 7, "one-shot", 2);
    check("note = 2\nfile = \"b.wav\"\nvelocity = [1.0]", 7, "list of 2 to 128 gains", 2);
    check("note = 2\nfile = \"b.wav\"\ncolour = 3", 7, "no `colour`", 2);
    check("note = 2\nlayers = [{ file = \"b.wav\", velocity = [9, 3] }, { file = \"c.wav\" }]", 6, "no range", 2);
}

#[test]
fn what_is_no_pack_says_why() {
    let refused = |text: &str| Pack::parse(text).unwrap_err().to_string();
    assert!(refused("pads = [").contains("is not TOML"));
    assert!(refused("").contains("no pad that could sound"));
    assert!(refused("[[pads]]\nnote = 200\nfile = 'a'").contains("line 2: `note` is no key"));
    assert_eq!(Pack::parse(&" ".repeat(LONGEST_TEXT + 1)), Err(PackError::TooLong));
}

#[test]
fn velocities_have_their_gain() {
    for (velocity, gains) in [
        (Velocity::Linear, [0.0, 64.0 / 127.0, 1.0]),
        (Velocity::Fixed, [1.0; 3]),
        (Velocity::Points(vec![0.25, 0.5, 1.0]), [0.25, 0.5, 1.0]),
    ] {
        assert_eq!([0, 64, 127].map(|v| velocity.gain(v)), gains, "{velocity:?}");
    }
    assert!(Velocity::Soft.gain(32) > Velocity::Linear.gain(32) && Velocity::Linear.gain(32) > Velocity::Hard.gain(32));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A good pack, damaged anywhere, is a pack with issues or an error; what it plays is legal.
    #[test]
    fn damage_is_survived(
        cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0..8_usize, "[ -~\n]{0,6}"), 1..6),
    ) {
        let mut text = STUDIO.to_owned();
        for (at, length, with) in cuts {
            let at = at.index(text.len());
            text.replace_range(at..(at + length).min(text.len()), &with);
        }
        if let Ok((pack, _)) = Pack::parse(&text) {
            let (tables, _) = pack.kit(|_| Ok(SHORT));
            prop_assert!(tables.parts.iter().all(|part| part.keys[0] < 128 && part.wave < tables.waves.len() as u32));
            prop_assert!(Kit::new(&tables.image()).is_ok());
        }
    }
}
