//! The driver with graphs whose answer is known: a codec that loses nothing, and networks that lead somewhere certain.

use super::*;
use crate::WindowWish;
use crate::conditioned::Method;
use crate::fake::{Fake, Seen, apart, floats, integers, map, noise};
use proptest::prelude::*;
use ripieno_ports::Fault as _;
use ripieno_types::{Anchor, SampleRate, Sign};

const HOP: usize = 4;
const LATENTS: usize = 4;
const WORDS: &str = r#"{"version": "1.0", "model": {"type": "WordLevel", "unk_token": "?",
    "vocab": {"?": 5, "drums": 6, "and": 7, "bass": 8}}, "pre_tokenizer": {"type": "Whitespace"}}"#;

fn tokenizer(name: &str) -> Result<Vec<u8>, DriverError> {
    assert_eq!(name, "tokenizer.json");
    Ok(WORDS.as_bytes().to_vec())
}

fn settings(more: &str) -> ConditionedSettings {
    #[derive(serde::Deserialize)]
    struct Tables {
        text: Option<TextSettings>,
        codec: CodecSettings,
        #[serde(default)]
        sampler: SamplerSettings,
        #[serde(default)]
        anchors: AnchorSettings,
        bind: BTreeMap<String, Source>,
    }
    let codec = if more.contains("[codec]") { "" } else { "[codec]\nhop = 4\nlatents = 4\n" };
    let Tables { text, codec, sampler, anchors, bind } =
        toml_edit::de::from_str(&format!("{codec}{more}")).expect("tables");
    ConditionedSettings { text, codec, sampler, anchors, bind }
}

fn shape(stems: &[&str]) -> DriverShape {
    let stems = stems.iter().map(|stem| (*stem).to_owned()).collect();
    DriverShape { rate: SampleRate::STUDIO, channels: 1, stems, window: WindowWish::default(), context: None }
}

/// A latent frame is the samples that it stands for.
fn encoder(frames: &str) -> Fake {
    let samples = frames.parse::<usize>().map_or("?".into(), |frames| (frames * HOP).to_string());
    Fake::new(&[&format!("wave: f32[1, 1, {samples}]")], &["z: f32[1, 4, ?]"], |given| {
        let wave = floats(&given["wave"]);
        vec![latent_tensor(wave, LATENTS, wave.len() / HOP, Order::ChannelsFirst)]
    })
}

fn decoder(block: &str) -> Fake {
    Fake::new(&[&format!("z: f32[1, 4, {block}]")], &["wave: f32[1, 1, ?]"], |given| {
        let z = &given["z"];
        let wave = to_rows(floats(z), LATENTS, z.shape()[2], Order::ChannelsFirst);
        vec![Tensor::floats(&[1, 1, wave.len()], wave)]
    })
}

/// Leads from any state to `target(stem, feature)` at time 1.
fn leading(inputs: &[&str], target: impl Fn(usize, f32) -> f32 + Send + 'static) -> Fake {
    Fake::new(inputs, &["v: f32[1, ?, ?]"], move |given| {
        let (x, time, features) = (&given["x"], floats(&given["t"])[0], floats(&given["mix"]));
        let width = x.shape()[2];
        let at = floats(x).iter().zip(features).enumerate();
        let velocity = at.map(|(at, (x, feature))| (target(at % width / LATENTS, *feature) - x) / (1.0 - time));
        vec![Tensor::floats(x.shape(), velocity.collect())]
    })
}

const PLAIN: [&str; 3] = ["x: f32[1, ?, ?]", "t: f32[1]", "mix: f32[1, ?, ?]"];
const BIND: &str = "[bind]\nx = \"noise\"\nt = \"time\"\nmix = \"audio_features\"\n";

fn driver(stems: &[&str], more: &str, network: Fake) -> ConditionedDriver {
    let graphs = vec![network.named("main"), decoder("?").named("decoder"), encoder("?").named("encoder")];
    ConditionedDriver::new(&shape(stems), &settings(more), graphs, &tokenizer).expect("graphs that fit")
}

fn separate(driver: &mut ConditionedDriver, mix: &[f32], conditions: &Conditions<'_>) -> Vec<f32> {
    let mut stems = vec![f32::NAN; mix.len() * driver.geometry().stems];
    assert_eq!(driver.separate(mix, conditions, &mut stems), Ok(mix.len()));
    stems
}

#[test]
fn noise_is_led_to_the_stems() {
    let mix = noise(80, 1);
    let check = |more: &str| {
        let network = leading(&PLAIN, |stem, feature| if stem == 0 { feature * 0.75 } else { feature * 0.25 });
        let mut driver = driver(&["target", "residual"], &format!("{more}{BIND}"), network);
        let stems = separate(&mut driver, &mix, &Conditions::default());
        let wanted: Vec<f32> =
            [0.75, 0.25].iter().flat_map(|gain| mix.iter().map(move |sample| sample * gain)).collect();
        assert!(apart(&stems, &wanted) < 1e-5, "{more}: {}", apart(&stems, &wanted));
    };
    check("");
    check("[sampler]\nmethod = \"euler\"\nsteps = 5\n");
    check("[sampler]\nsteps = 1\nmethod = \"euler\"\n");
    check("[codec]\nhop = 4\nlatents = 4\nblock_frames = 7\ndecode_context = 2\n");
    check("[codec]\nhop = 4\n");
}

#[test]
fn sixteen_steps_look_thirty_two_times_at_one_frame_of_latents_for_all_stems() {
    let network = leading(&PLAIN, |_, feature| feature);
    let seen = network.seen();
    let mut driver = driver(&["a", "b", "c"], BIND, network);
    let mix = noise(20, 2);
    separate(&mut driver, &mix, &Conditions { seed: 4, start_frame: 40, ..Conditions::default() });
    let seen = seen.lock().expect("no panic");
    let times: Vec<f32> = seen.iter().map(|given| floats(&given["t"])[0]).collect();
    assert_eq!(times, (0..32).map(|look| look as f32 / 32.0).collect::<Vec<_>>());
    assert_eq!(seen[0]["x"].shape(), [1, 5, 12]);
    let features = floats(&seen[0]["mix"]);
    assert_eq!(features[..12], [&mix[..4], &mix[..4], &mix[..4]].concat());
    assert!(seen.iter().all(|given| floats(&given["mix"]) == features));
    // The state begins as the noise of its place.
    let mut expected = [0.0; 12];
    Noise::new(4).fill(12, &mut expected);
    assert_eq!(floats(&seen[0]["x"])[24..36], expected);
}

fn still(inputs: &[&str]) -> Fake {
    Fake::new(inputs, &["v: f32[1, ?, ?]"], |given| vec![map(&given["x"], |_| 0.0)])
}

#[test]
fn windows_that_overlap_share_their_noise() {
    let mut driver = driver(&["a"], BIND, still(&PLAIN));
    let mut draw = |seed: u64, start_frame: i64, frames: usize| {
        separate(&mut driver, &vec![0.0; frames * HOP], &Conditions { seed, start_frame, ..Conditions::default() })
    };
    let long = draw(1, 400, 30);
    assert_eq!(long[40..], draw(1, 440, 20));
    assert_eq!(long[..80], draw(1, 400, 20));
    assert_eq!(long[..80], draw(1, 401, 20));
    assert_eq!(long[40..], draw(1, 438, 20));
    assert_ne!(long, draw(2, 400, 30));
    assert_ne!(long, draw(1, 0, 30));
    let power = long.iter().map(|value| value * value).sum::<f32>() / long.len() as f32;
    assert!((0.6..1.5).contains(&power), "{power}");
}

const FULL: [&str; 9] = [
    "x: f32[1, ?, ?]",
    "t: f32[1]",
    "mix: f16[1, ?, ?]",
    "text: f32[1, ?, 2]",
    "text_mask: bool[1, ?]",
    "video: f32[1, 3, ?]",
    "ids: i64[1, ?]",
    "align: i64[1, ?]",
    "mask: i64[1, ?]",
];
const FULL_BIND: &str = "[text]\ntokenizer = \"tokenizer.json\"\neos = 1\n[bind]\nx = \"noise\"\nt = \"time\"\n\
    mix = \"audio_features\"\ntext = \"text\"\ntext_mask = \"text_mask\"\nvideo = { zeros = [1, 3, \"frames\"] }\n\
    ids = \"anchor_ids\"\nalign = \"anchor_align\"\nmask = \"pad_mask\"\n";

/// Each token becomes itself and its half.
fn text_graph(tokens: &str) -> Fake {
    let slots = [format!("input_ids: i64[1, {tokens}]"), format!("attention_mask: i64[1, {tokens}]")];
    Fake::new(&[&slots[0], &slots[1]], &["hidden_states: f32[1, ?, 2]"], |given| {
        let ids = integers(&given["input_ids"]);
        let features = ids.iter().flat_map(|id| [*id as f32, *id as f32 / 2.0]).collect();
        vec![Tensor::floats(&[1, ids.len(), 2], features)]
    })
}

fn full(network: Fake, text: Fake) -> ConditionedDriver {
    let graphs =
        vec![text.named("text"), encoder("?").named("encoder"), decoder("?").named("decoder"), network.named("main")];
    ConditionedDriver::new(&shape(&["target", "residual"]), &settings(FULL_BIND), graphs, &tokenizer)
        .expect("graphs that fit")
}

fn at(seen: &Seen, call: usize) -> BTreeMap<String, Tensor> {
    seen.lock().expect("no panic")[call].clone()
}

#[test]
fn everything_that_is_bound_arrives() {
    let network = still(&FULL);
    let seen = network.seen();
    let mut driver = full(network, text_graph("?"));
    // Frames are 4 / 48000 s: anchors from frame 1 to 3 and 2 to 4.
    let frame = 4.0 / 48_000.0;
    let anchor = |sign, start: f64, end: f64| Anchor::new(sign, start * frame, end * frame).expect("a span");
    let anchors = [anchor(Sign::Present, 1.0, 3.0), anchor(Sign::Absent, 2.0, 4.0)];
    let conditions = Conditions { description: "drums and snares", anchors: &anchors, ..Conditions::default() };
    separate(&mut driver, &[0.5; 22], &conditions);
    let given = at(&seen, 0);
    assert_eq!(floats(&given["text"]), [6.0, 3.0, 7.0, 3.5, 5.0, 2.5, 1.0, 0.5]);
    assert_eq!(given["text_mask"].elements(), &Elements::Bool(vec![true; 4]));
    assert_eq!((given["video"].shape(), floats(&given["video"])), (&[1, 3, 6][..], &[0.0; 18][..]));
    assert_eq!(integers(&given["ids"]), [0, 3, 1, 2]);
    assert_eq!(integers(&given["align"]), [0, 2, 3, 3, 0, 0]);
    assert_eq!(integers(&given["mask"]), [1; 6]);
    assert_eq!(given["x"].shape(), [1, 6, 8]);

    // Nothing said: the null token alone.
    separate(&mut driver, &[0.5; 22], &Conditions { description: "drums", ..Conditions::default() });
    let given = at(&seen, 32);
    assert_eq!((integers(&given["ids"]), integers(&given["align"])), (&[0, 3][..], &[0; 6][..]));
    assert_eq!(floats(&given["text"]), [6.0, 3.0, 1.0, 0.5]);
}

#[test]
fn a_description_is_encoded_once() {
    let text = text_graph("?");
    let runs = text.seen();
    let mut driver = full(still(&FULL), text);
    let mut say = |description: &str, expected: usize| {
        separate(&mut driver, &[0.0; 8], &Conditions { description, ..Conditions::default() });
        assert_eq!(runs.lock().expect("no panic").len(), expected, "{description}");
    };
    say("drums", 1);
    say("drums", 1);
    say("bass", 2);
    say("bass", 2);
    say("drums", 3);
    say("", 4);
}

#[test]
fn tensors_of_one_length_are_filled_up() {
    let mut inputs = FULL.map(|slot| slot.replace('?', "9"));
    inputs[0] = "x: f32[1, 9, 8]".into();
    inputs[2] = "mix: f16[1, 9, 8]".into();
    inputs[3] = "text: f32[1, 5, 2]".into();
    inputs[4] = "text_mask: f32[1, 5]".into();
    inputs[6] = "ids: i64[1, 4]".into();
    inputs[8] = "mask: bool[1, 9]".into();
    let network = still(&inputs.each_ref().map(String::as_str));
    let seen = network.seen();
    let mut driver = full(network, text_graph("5"));
    assert_eq!(driver.geometry().window, WindowFrames::Fixed(36));
    let anchor = |start: f64| Anchor::new(Sign::Present, start / 12_000.0, (start + 1.0) / 12_000.0).expect("a span");
    let anchors = [anchor(0.0), anchor(3.0), anchor(4.0)];
    let conditions = Conditions { description: "drums", anchors: &anchors[1..2], ..Conditions::default() };
    separate(&mut driver, &[0.25; 24], &conditions);
    let given = at(&seen, 0);
    assert_eq!(floats(&given["text_mask"]), [1.0, 1.0, 0.0, 0.0, 0.0]);
    assert_eq!(integers(&given["ids"]), [0, 3, 1, 3]);
    assert_eq!(integers(&given["align"]), [0, 0, 0, 2, 0, 0, 1, 1, 1]);
    let mask = [true, true, true, true, true, true, false, false, false];
    assert_eq!(given["mask"].elements(), &Elements::Bool(mask.to_vec()));
    assert_eq!(floats(&given["mix"])[48..], [0.0; 24]);
    assert_eq!(floats(&given["x"])[48..], [0.0; 24]);
    assert_eq!(floats(&given["mix"])[..48], [0.25; 48]);

    let conditions = Conditions { anchors: &anchors, ..conditions };
    let refused = driver.separate(&[0.0; 24], &conditions, &mut [0.0; 48]).expect_err("three anchors");
    assert!(refused.message.contains("takes at most 2 anchors at once"), "{refused}");
    let refused = driver.separate(&[0.0; 40], &conditions, &mut [0.0; 80]).expect_err("ten frames");
    assert!(refused.message.contains("40 frames is longer than the model takes"), "{refused}");
}

#[test]
fn windows_follow_graphs_and_wishes() {
    let check = |frames: &str, encoded: &str, window: WindowWish, expected: WindowFrames| {
        let inputs = [format!("x: f32[1, {frames}, 4]"), "t: f32[]".into(), format!("mix: f32[?, {frames}, ?]")];
        let network = leading(&inputs.each_ref().map(String::as_str), |_, feature| feature);
        let graphs = vec![network.named("main"), decoder("?").named("decoder"), encoder(encoded).named("encoder")];
        let shape = DriverShape { window, ..shape(&["a"]) };
        let mut driver = ConditionedDriver::new(&shape, &settings(BIND), graphs, &tokenizer).expect("graphs that fit");
        assert_eq!(driver.geometry().window, expected);
        let mix = noise(16, 5);
        assert!(apart(&separate(&mut driver, &mix, &Conditions::default()), &mix) < 1e-5);
    };
    let wish = WindowWish::default();
    let most = 48_000 * 1800;
    let any = |preferred| WindowFrames::Flexible { align: HOP, most, preferred: Some(preferred) };
    check("?", "?", wish, any(720_000));
    check("?", "?", WindowWish { samples: Some(1001), ..wish }, any(1004));
    check("?", "?", WindowWish { samples: Some(1001), fixed: Some(true), align: None }, WindowFrames::Fixed(1001));
    check("12", "?", wish, WindowFrames::Fixed(48));
    check("?", "10", wish, WindowFrames::Fixed(40));
    check("12", "10", wish, WindowFrames::Fixed(40));
    check("12", "12", WindowWish { samples: Some(30), ..wish }, WindowFrames::Fixed(30));
}

#[test]
fn the_codec_alone_can_be_heard() {
    let mut driver = driver(&["a"], BIND, still(&PLAIN));
    for samples in [0, 1, 4, 30] {
        let wave = noise(samples, 3);
        assert_eq!(driver.loopback(&wave).expect("a lossless codec"), wave);
    }
}

#[test]
fn what_does_not_fit_is_refused_at_once() {
    type Parts = (DriverShape, String, Vec<BoundGraph>);
    let check = |expected: &str, change: &dyn Fn(&mut Parts)| {
        let graphs =
            vec![leading(&PLAIN, |_, x| x).named("main"), encoder("?").named("encoder"), decoder("?").named("decoder")];
        let mut parts: Parts = (shape(&["a", "b"]), BIND.into(), graphs);
        change(&mut parts);
        let (shape, tables, graphs) = parts;
        let made = ConditionedDriver::new(&shape, &settings(&tables), graphs, &tokenizer);
        let error = made.map(|_| ()).expect_err(expected).to_string();
        assert!(error.contains(expected), "wanted '{expected}', got '{error}'");
    };
    let tables = |text: &'static str| move |parts: &mut Parts| parts.1 = text.into();
    let graph =
        |at: usize, make: fn() -> Fake, name: &'static str| move |parts: &mut Parts| parts.2[at] = make().named(name);
    check("channels = 2: a conditioned model hears one channel", &|parts| parts.0.channels = 2);
    check("[codec] graph = decoder: there must be a table [graph.decoder]", &|parts| parts.2.truncate(2));
    check("[sampler] graph = main: there must be", &|parts| drop(parts.2.remove(0)));
    check("graph 'other' is used by none of", &|parts| parts.2.push(encoder("?").named("other")));
    check("has an input 'mix' that [bind] does not name", &tables("[bind]\nx = \"noise\"\nt = \"time\"\n"));
    check("has no input 'y', which [bind] names", &|parts| parts.1.push_str("y = \"time\"\n"));
    check(
        "has 0 inputs bound to noise",
        &tables("[bind]\nx = \"audio_features\"\nt = \"time\"\nmix = \"audio_features\"\n"),
    );
    check("has 2 inputs bound to noise", &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = \"noise\"\n"));
    check(
        "takes 'mix' as F32 [1, ?, ?], where anchors are",
        &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = \"anchor_ids\"\n"),
    );
    check(
        "takes 't' as F32 [1], where latent",
        &tables("[bind]\nx = \"noise\"\nt = \"audio_features\"\nmix = \"zeros\"\n"),
    );
    check("zeros need their shape", &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = \"zeros\"\n"));
    check("the shape of its zeros differs", &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = { zeros = [1, 2] }\n"));
    check("more than 1048576", &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = { zeros = [1, 9000, 9000] }\n"));
    check(
        "takes the text as 'mix', but there is no table [text]",
        &tables("[bind]\nx = \"noise\"\nt = \"time\"\nmix = \"text\"\n"),
    );
    check("[sampler] steps = 0: must be 1 to 1000", &|parts| parts.1.insert_str(0, "[sampler]\nsteps = 0\n"));
    check("[codec] hop = 0: must be 1 to 65536", &|parts| parts.1.insert_str(0, "[codec]\nhop = 0\nlatents = 4\n"));
    check("[codec] latents = 0", &|parts| parts.1.insert_str(0, "[codec]\nhop = 4\nlatents = 0\n"));
    check("[codec] latents = none: must be said", &|parts| {
        parts.1.insert_str(0, "[codec]\nhop = 4\n");
        parts.2[1] = Fake::new(&["wave: f32[1, 1, ?]"], &["z: f32[1, ?, ?]"], |_| vec![]).named("encoder");
        parts.2[2] = Fake::new(&["z: f32[1, ?, ?]"], &["wave: f32[1, 1, ?]"], |_| vec![]).named("decoder");
    });
    check("takes 'z' as [1, 4, ?], where [1, 5, ?] is sent", &|parts| {
        parts.1.insert_str(0, "[codec]\nhop = 4\nlatents = 5\n")
    });
    let block = "[codec]\nhop = 4\nlatents = 4\nblock_frames = 6\ndecode_context = 3\n";
    check("[codec] decode_context = 3: twice of it must be less than the 6", &|parts| parts.1.insert_str(0, block));
    check("block_frames = 6: the decoder takes 9 at a time", &|parts| {
        parts.1.insert_str(0, block);
        parts.2[2] = decoder("9").named("decoder");
    });
    check("no multiple of [codec] hop = 4", &|parts| {
        parts.2[1] = Fake::new(&["wave: f32[1, 1, 10]"], &["z: f32[1, 4, ?]"], |_| vec![]).named("encoder");
    });
    check(
        "takes 'x' as [1, ?, 9], where latents times the stems make 8",
        &graph(0, || leading(&["x: f32[1, ?, 9]", "t: f32[1]", "mix: f32[1, ?, ?]"], |_, x| x), "main"),
    );
    check(
        "may mean several outputs by 'velocity'",
        &graph(0, || Fake::new(&PLAIN, &["a: f32[1, ?, ?]", "b: f32[1, ?, ?]"], |_| vec![]), "main"),
    );
    check(
        "has no output of 3 axes for 'velocity'; it has 'a'",
        &graph(0, || Fake::new(&PLAIN, &["a: f32[1, ?]"], |_| vec![]), "main"),
    );
    check(
        "has an input 'y' that nothing is bound to",
        &graph(1, || Fake::new(&["x: f32[1, 1, ?]", "y: f32[1]"], &["z: f32[1, 4, ?]"], |_| vec![]), "encoder"),
    );
    let wish = |parts: &mut Parts, samples, align| parts.0.window = WindowWish { samples, align, fixed: None };
    check("[chunk] align = 6: must be a multiple of [codec] hop = 4", &|parts| wish(parts, None, Some(6)));
    check("[chunk] samples = 18446744073709551615: is longer", &|parts| wish(parts, Some(usize::MAX), None));
    check("[chunk] context = 86400000: leaves nothing", &|parts| parts.0.context = Some(48_000 * 1800));
}

#[test]
fn bindings_that_are_none_are_refused() {
    let check = |text: &str, expected: &str| {
        let read: Result<BTreeMap<String, Source>, _> = toml_edit::de::from_str(text);
        let error = read.expect_err(text).to_string();
        assert!(error.contains(expected), "{text}: {error}");
    };
    check("x = \"nois\"", "invalid value: string \"nois\", expected noise, time,");
    check("x = { ones = [1] }", "expected noise, time,");
    check("x = {}", "expected noise, time,");
    check("x = 3", "expected noise, time,");
    check("x = { zeros = [0] }", "expected a length from 1 on, or \"frames\"");
    check("x = { zeros = [-1] }", "expected a length from 1 on");
    check("x = { zeros = [\"frame\"] }", "expected a length from 1 on");
    check("x = { zeros = [99999999] }", "expected a length from 1 on");
}

#[test]
fn graphs_that_answer_wrongly_are_errors() {
    let check = |expected: &str, kind: FaultKind, change: &dyn Fn(&mut Vec<BoundGraph>)| {
        let mut graphs = vec![
            leading(&PLAIN, |_, feature| feature).named("main"),
            encoder("?").named("encoder"),
            decoder("?").named("decoder"),
        ];
        change(&mut graphs);
        let mut driver =
            ConditionedDriver::new(&shape(&["a"]), &settings(BIND), graphs, &tokenizer).expect("graphs that fit");
        let error = driver.separate(&[0.5; 16], &Conditions::default(), &mut [0.0; 16]).expect_err(expected);
        assert!(error.message.contains(expected) && error.kind() == kind, "wanted '{expected}', got {error:?}");
    };
    let network = |answer: fn(&Tensor) -> Vec<Tensor>| {
        move |graphs: &mut Vec<BoundGraph>| {
            graphs[0] = Fake::new(&PLAIN, &["v: f32[]"], move |given| answer(&given["x"])).named("main");
        }
    };
    let part = |at: usize, answer: fn() -> Vec<Tensor>| {
        move |graphs: &mut Vec<BoundGraph>| {
            let (name, input) = [("", ""), ("encoder", "w: f32[1, 1, ?]"), ("decoder", "z: f32[1, 4, ?]")][at];
            graphs[at] = Fake::new(&[input], &["y: f32[]"], move |_| answer()).named(name);
        }
    };
    let failed = FaultKind::Failed;
    check("graph 'main' led to what is no number", failed, &network(|x| vec![map(x, |_| f32::NAN)]));
    check(
        "graph 'main' gave a tensor of [1, 4, 3]",
        failed,
        &network(|_| vec![Tensor::floats(&[1, 4, 3], vec![0.0; 12])]),
    );
    check("graph 'main' gave 0 outputs", failed, &network(|_| vec![]));
    check(
        "where floats of [1, 4, 4] were expected",
        failed,
        &network(|_| vec![Tensor::new(&[1, 4, 4], Elements::I64(vec![0; 16]))]),
    );
    check(
        "graph 'encoder' gave a tensor of [1, 4, 3]",
        failed,
        &part(1, || vec![Tensor::floats(&[1, 4, 3], vec![0.0; 12])]),
    );
    check("graph 'encoder' gave a tensor of [16]", failed, &part(1, || vec![Tensor::floats(&[16], vec![0.0; 16])]));
    check(
        "graph 'encoder' gave what is no number",
        failed,
        &part(1, || vec![Tensor::floats(&[1, 4, 4], vec![f32::NAN; 16])]),
    );
    check(
        "graph 'decoder' gave a tensor of [1, 1, 15]",
        failed,
        &part(2, || vec![Tensor::floats(&[1, 1, 15], vec![0.0; 15])]),
    );
    check(
        "graph 'decoder' gave a tensor of [1, 2, 8]",
        failed,
        &part(2, || vec![Tensor::floats(&[1, 2, 8], vec![0.0; 16])]),
    );
    check(
        "graph 'decoder' gave what is no number",
        failed,
        &part(2, || vec![Tensor::floats(&[1, 1, 16], vec![f32::INFINITY; 16])]),
    );
    check("full", FaultKind::OutOfMemory, &|graphs| {
        let full = || GraphError { kind: FaultKind::OutOfMemory, message: "full".into() };
        graphs[0] = Fake::failing(&PLAIN, &["v: f32[]"], move |_| Err(full())).named("main");
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_blocks_give_the_mix_back(
        samples in 0usize..200, block in 1usize..20, context in 0usize..10, fixed in any::<bool>(), seed in any::<u64>(),
        start_frame in any::<i64>(), stems in 1usize..4, euler in any::<bool>(),
    ) {
        prop_assume!(context < block.div_ceil(2));
        let network = leading(&PLAIN, |_, feature| feature);
        let names = ["a", "b", "c"];
        let length = if fixed { block.to_string() } else { "?".into() };
        let graphs = vec![network.named("main"), decoder(&length).named("decoder"), encoder("?").named("encoder")];
        let codec = format!("[codec]\nhop = 4\nlatents = 4\nblock_frames = {block}\ndecode_context = {context}\n");
        let mut settings = settings(&format!("{codec}{BIND}"));
        settings.sampler.method = if euler { Method::Euler } else { Method::Midpoint };
        let made = ConditionedDriver::new(&shape(&names[..stems]), &settings, graphs, &tokenizer);
        let mut driver = made.expect("graphs that fit");
        let mix = noise(samples, seed);
        let conditions = Conditions { seed, start_frame, ..Conditions::default() };
        let given = separate(&mut driver, &mix, &conditions);
        for stem in given.chunks_exact(samples.max(1)) {
            prop_assert!(apart(stem, &mix) < 1e-5);
        }
    }
}
