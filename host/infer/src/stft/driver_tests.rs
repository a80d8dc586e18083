//! The driver with graphs whose answer is known.

use super::*;
use crate::fake::{Fake, apart, floats, map, noise};
use crate::stft::{Indices, Padding, Scale, SpectrumOutput};
use crate::{Elements, WindowWish};
use proptest::prelude::*;
use ripieno_ports::Fault as _;
use ripieno_types::SampleRate;

const N_FFT: usize = 64;
const HOP: usize = 16;
const BINS: usize = N_FFT / 2 + 1;

fn settings(layout: Layout, output: SpectrumOutput) -> StftSettings {
    let text = format!("n_fft = {N_FFT}\nhop = {HOP}\nlayout = \"cac_lr\"\noutput = \"spectrum\"");
    let read: StftSettings = toml_edit::de::from_str(&text).expect("a table");
    StftSettings { layout, output, ..read }
}

fn shape(channels: usize, stems: &[&str]) -> DriverShape {
    let stems = stems.iter().map(|stem| (*stem).to_owned()).collect();
    DriverShape { rate: SampleRate::CD, channels, stems, window: WindowWish::default(), context: None }
}

fn no_files(_: &str) -> Result<Vec<u8>, DriverError> {
    Err(DriverError::setting("", "file", "any", "is not there"))
}

fn driver(shape: &DriverShape, settings: &StftSettings, graphs: Vec<BoundGraph>) -> StftDriver {
    StftDriver::new(shape, settings, graphs, None, &no_files).expect("graphs that fit")
}

fn separate(driver: &mut StftDriver, mix: &[f32]) -> Vec<f32> {
    let mut stems = vec![f32::NAN; mix.len() * driver.geometry().stems];
    let done = driver.separate(mix, &Conditions::default(), &mut stems);
    assert_eq!(done, Ok(mix.len() / driver.geometry().channels));
    stems
}

/// What a graph of a layout takes of two channels.
fn spec(layout: Layout) -> &'static str {
    match layout {
        Layout::CacLr => "x: f32[1, 4, 33, ?]",
        Layout::Trailing => "x: f32[1, 2, 33, ?, 2]",
        Layout::Packed => "x: f32[1, 66, ?, 2]",
        Layout::MagFt => "x: f32[1, 2, 33, ?]",
        Layout::MagTf => "x: f32[1, 2, ?, 33]",
        Layout::MagPatches => "x: f32[2, ?, 8, 33]",
    }
}

const LAYOUTS: [Layout; 6] =
    [Layout::CacLr, Layout::Trailing, Layout::Packed, Layout::MagFt, Layout::MagTf, Layout::MagPatches];

/// What answers a spectrum with `parts` numbers a bin, each made by its place among them.
fn planes(x: &Tensor, layout: Layout, parts: usize, value: impl Fn(usize) -> f32) -> Tensor {
    let own = if layout.is_complex() { 2 } else { 1 };
    let mut shape = x.shape().to_vec();
    let axis = match layout {
        Layout::Trailing | Layout::Packed => shape.len() - 1,
        Layout::MagPatches => 0,
        _ => 1,
    };
    let channels = if axis == 1 { shape[1] / own } else { 1 };
    let after: usize = shape[axis + 1..].iter().product();
    shape[axis] = channels * parts;
    if layout == Layout::MagPatches {
        shape[0] = x.shape()[0];
    }
    let count: usize = shape.iter().product();
    let part = |at: usize| if layout == Layout::MagPatches { 0 } else { at / after % parts };
    let values = (0..count).map(|at| value(part(at))).collect();
    if matches!(layout, Layout::Trailing | Layout::Packed) && parts == 1 {
        shape.pop();
    }
    Tensor::floats(&shape, values)
}

#[test]
fn what_changes_nothing_gives_the_mix() {
    let mix = noise(2 * 40 * HOP, 1);
    let check = |layout: Layout, output: SpectrumOutput, answer: fn(&Tensor, Layout) -> Tensor| {
        let graph = Fake::new(&[spec(layout)], &["y: f32[]"], move |given| vec![answer(&given["x"], layout)]);
        let frames = Some(8).filter(|_| layout == Layout::MagPatches);
        let settings = StftSettings { frames, ..settings(layout, output) };
        let window = WindowWish { samples: Some(mix.len() / 2), ..WindowWish::default() };
        let shape = DriverShape { window, ..shape(2, &["all"]) };
        let mut driver = driver(&shape, &settings, vec![graph.named("main")]);
        let off = apart(&mix, &separate(&mut driver, &mix));
        assert!(off < 1e-5, "{layout:?} {output:?} is {off} off");
        assert!(driver.loopback() < 1e-5, "{layout:?}");
    };
    for layout in LAYOUTS {
        if layout.is_complex() {
            check(layout, SpectrumOutput::Spectrum, |x, _| x.clone());
        }
        if layout != Layout::MagPatches {
            check(layout, SpectrumOutput::MaskComplex, |x, layout| planes(x, layout, 2, |part| [1.0, 0.0][part]));
            check(layout, SpectrumOutput::MaskPhase, |x, layout| planes(x, layout, 3, |part| [40.0, 3.0, 0.0][part]));
        }
        check(layout, SpectrumOutput::MaskMag, |x, layout| planes(x, layout, 1, |_| 1.0));
        check(layout, SpectrumOutput::RatioMag, |x, layout| planes(x, layout, 1, |_| 0.3));
    }
}

#[test]
fn masks_and_shares_are_what_they_say() {
    let mix = noise(40 * HOP, 2);
    let check = |output: SpectrumOutput, planes: &'static [f32], stems: &[&str], expected: &[f32]| {
        let graph = Fake::new(&["x: f32[1, 1, 33, ?]"], &["y: f32[1, ?, 33, ?]"], move |given| {
            let each = given["x"].elements().len();
            let values = planes.iter().flat_map(|value| vec![*value; each]).collect();
            vec![Tensor::floats(&[1, planes.len(), BINS, each / BINS], values)]
        });
        let mut driver = driver(&shape(1, stems), &settings(Layout::MagFt, output), vec![graph.named("main")]);
        let given = separate(&mut driver, &mix);
        for ((stem, gain), name) in given.chunks_exact(mix.len()).zip(expected).zip(stems) {
            let wanted: Vec<f32> = mix.iter().map(|sample| sample * gain).collect();
            let off = apart(stem, &wanted);
            assert!(off < 1e-5, "{output:?} {planes:?}: {name} is {off} off");
        }
    };
    check(SpectrumOutput::MaskMag, &[0.5], &["a"], &[0.5]);
    check(SpectrumOutput::MaskMag, &[0.25, 2.0, 0.0], &["a", "b", "c"], &[0.25, 2.0, 0.0]);
    check(SpectrumOutput::MaskComplex, &[-0.5, 0.0], &["a"], &[-0.5]);
    check(SpectrumOutput::RatioMag, &[3.0, 4.0], &["a", "b"], &[0.36, 0.64]);
    check(SpectrumOutput::RatioMag, &[0.0, 0.0], &["a", "b"], &[0.5, 0.5]);
    // sigmoid(0) of the magnitude, turned by half a circle; then a direction that is none.
    check(SpectrumOutput::MaskPhase, &[0.0, -9.0, 0.0], &["a"], &[-0.5]);
    check(SpectrumOutput::MaskPhase, &[0.0, 0.0, 0.0], &["a"], &[0.5]);
}

/// A sine on bin `bin`, in the first of two channels.
fn sine(bin: usize, samples: usize) -> Vec<f32> {
    let angle = |at: usize| core::f64::consts::TAU * (at * bin % N_FFT) as f64 / N_FFT as f64;
    let mut mix: Vec<f32> = (0..samples).map(|at| angle(at).cos() as f32).collect();
    mix.resize(2 * samples, 0.0);
    mix
}

#[test]
fn every_number_has_its_place() {
    // A cosine of a Hann window has its peak, n_fft / 4, on its own bin, real in frames that begin with it.
    let check = |layout: Layout, at: &dyn Fn(usize) -> usize| {
        let graph = Fake::new(&[spec(layout)], &["y: f32[]"], |given| vec![given["x"].clone()]);
        let seen = graph.seen();
        let output = if layout.is_complex() { SpectrumOutput::Spectrum } else { SpectrumOutput::MaskMag };
        let frames = Some(8).filter(|_| layout == Layout::MagPatches);
        let settings = StftSettings { frames, ..settings(layout, output) };
        let mut driver = driver(&shape(2, &["all"]), &settings, vec![graph.named("main")]);
        separate(&mut driver, &sine(8, 15 * HOP));
        let seen = seen.lock().expect("no panic");
        let values = floats(&seen[0]["x"]);
        let greatest = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        for frame in 2..14 {
            let value = values[at(frame)].abs();
            assert!((value - 16.0).abs() < 1e-3 && greatest < 16.01, "{layout:?} frame {frame}: {value} of {greatest}");
        }
    };
    // 16 frames, bin 8, channel 0, real part.
    check(Layout::CacLr, &|frame| 8 * 16 + frame);
    check(Layout::Trailing, &|frame| (8 * 16 + frame) * 2);
    check(Layout::Packed, &|frame| (8 * 2 * 16 + frame) * 2);
    check(Layout::MagFt, &|frame| 8 * 16 + frame);
    check(Layout::MagTf, &|frame| frame * 33 + 8);
    check(Layout::MagPatches, &|frame| frame * 33 + 8);
}

#[test]
fn bins_beyond_the_graph_fall_silent() {
    let check = |bins: Option<usize>, zero_low_bins: usize, bin: usize, heard: bool| {
        let graph = Fake::new(&["x: f32[1, 4, ?, ?]"], &["y: f32[1, 4, ?, ?]"], |given| vec![given["x"].clone()]);
        let settings = StftSettings { bins, zero_low_bins, ..settings(Layout::CacLr, SpectrumOutput::Spectrum) };
        let mut driver = driver(&shape(2, &["all"]), &settings, vec![graph.named("main")]);
        let mix = sine(bin, 60 * HOP);
        let level = |all: &[f32]| all.iter().map(|sample| sample * sample).sum::<f32>();
        let left = level(&separate(&mut driver, &mix)) / level(&mix);
        assert!(if heard { left > 0.99 } else { left < 0.01 }, "{bins:?} {zero_low_bins}: {left} of bin {bin}");
    };
    check(None, 0, 20, true);
    check(Some(32), 0, 20, true);
    check(Some(16), 0, 10, true);
    check(Some(16), 0, 20, false);
    check(Some(16), 3, 0, false);
    check(Some(16), 3, 6, true);
}

#[test]
fn stems_come_in_many_ways() {
    let mix = noise(2 * 20 * HOP, 4);
    let check = |graphs: Vec<BoundGraph>| {
        let settings = settings(Layout::CacLr, SpectrumOutput::Spectrum);
        let mut driver = driver(&shape(2, &["one", "two"]), &settings, graphs);
        let given = separate(&mut driver, &mix);
        let wanted: Vec<f32> = mix.iter().copied().chain(mix.iter().map(|sample| sample * 2.0)).collect();
        assert!(apart(&given, &wanted) < 3e-5);
    };
    let both = |x: &Tensor| [floats(x), floats(&map(x, |value| value * 2.0))].concat();
    let frames = |x: &Tensor| x.shape()[3];
    let input = ["x: f32[1, 4, 33, ?]"];
    for (output, lead) in [
        ("y: f32[1, 2, 4, 33, ?]", vec![1, 2, 4]),
        ("y: f32[?, ?, ?, ?, ?]", vec![1, 2, 4]),
        ("y: f32[2, 4, 33, ?]", vec![2, 4]),
        ("y: f32[1, 8, 33, ?]", vec![1, 8]),
        ("y: f32[]", vec![1, 8]),
    ] {
        let lead = lead.clone();
        check(vec![
            Fake::new(&input, &[output], move |given| {
                let x = &given["x"];
                vec![Tensor::floats(&[&lead[..], &[33, frames(x)]].concat(), both(x))]
            })
            .named("main"),
        ]);
    }
    // An output for each, named like the stem or bound to it, in any order.
    let pair = |names: [&str; 2]| {
        Fake::new(&input, &names, |given| vec![map(&given["x"], |value| value * 2.0), given["x"].clone()]).named("main")
    };
    check(vec![pair(["two: f32[1, 4, 33, ?]", "one: f32[1, 4, 33, ?]"])]);
    let mut bound = pair(["a: f32[1, 4, 33, ?]", "b: f32[1, 4, 33, ?]"]);
    bound.outputs = [("one", "b"), ("two", "a")].map(|(role, name)| (role.to_owned(), name.to_owned())).into();
    check(vec![bound]);
    // A graph for each.
    let single = |name: &str, gain: f32| {
        Fake::new(&input, &["y: f32[1, 4, 33, ?]"], move |given| vec![map(&given["x"], |value| value * gain)])
            .named(name)
    };
    check(vec![single("two", 2.0), single("one", 1.0)]);
}

#[test]
fn two_branches_are_added() {
    // As HTDemucs is split: 336 frames of 2048 bins from 343980 samples, scaled, ends dropped.
    let settings = StftSettings {
        n_fft: 4096,
        hop: 1024,
        scale: Scale::SqrtN,
        border: Some(1536),
        drop_frames: 2,
        bins: Some(2048),
        frames: Some(336),
        ..settings(Layout::CacLr, SpectrumOutput::DualBranch)
    };
    let window = WindowWish { samples: Some(343_980), ..WindowWish::default() };
    let graph = Fake::new(
        &["input: f32[1, 2, 343980]", "x: f32[1, 4, 2048, 336]"],
        &["output: f32[1, 2, 4, 2048, 336]", "add_67: f32[1, 2, 2, 343980]"],
        |given| {
            let (x, wave) = (floats(&given["x"]), floats(&given["input"]));
            let half: Vec<f32> = x.iter().map(|value| value * 0.5).collect();
            let spectra = [&half[..], &vec![0.0; x.len()]].concat();
            let waves = [&vec![0.0; wave.len()], wave].concat();
            vec![Tensor::floats(&[1, 2, 4, 2048, 336], spectra), Tensor::floats(&[1, 2, 2, 343_980], waves)]
        },
    );
    let shape = DriverShape { window, ..shape(2, &["half", "all"]) };
    let mut driver = driver(&shape, &settings, vec![graph.named("main")]);
    assert_eq!(driver.geometry().window, WindowFrames::Fixed(343_980));
    assert_eq!(driver.geometry().context, 2048);
    // Low enough not to touch the highest bin, that the graph does not see.
    let mix: Vec<f32> = (0..2 * 343_980).map(|at| (at as f32 * 0.05).sin()).collect();
    let stems = separate(&mut driver, &mix);
    let (half, all) = stems.split_at(mix.len());
    assert_eq!(all, mix);
    let inner = 1536..343_980 - 1536;
    let wanted: Vec<f32> = mix.iter().map(|sample| sample * 0.5).collect();
    assert!(apart(&half[inner.clone()], &wanted[inner]) < 1e-4);
    assert!(driver.loopback() < 1e-4);
}

#[test]
fn shared_rows_are_averaged() {
    // Three bands over 66 rows: 0..40, 30..66 and 30..40 once more.
    let rows: Vec<usize> = (0..40).chain(30..66).chain(30..40).collect();
    let mix = noise(2 * 20 * HOP, 6);
    for gather in [false, true] {
        let input = if gather { "x: f32[1, 86, ?, 2]" } else { "x: f32[1, 66, ?, 2]" };
        let count = rows.len();
        let graph = Fake::new(&[input], &["y: f32[1, 1, 86, ?, 2]"], move |given| {
            let frames = given["x"].shape()[2];
            // Of the rows that three bands share, one says 3 and the others nothing.
            let value = |row: usize| {
                if row < 30 || (50..76).contains(&row) {
                    1.0
                } else if row >= 76 {
                    3.0
                } else {
                    0.0
                }
            };
            let mask = (0..count).flat_map(|row| vec![[value(row), 0.0]; frames]).flatten().collect();
            vec![Tensor::floats(&[1, 1, count, frames, 2], mask)]
        });
        let seen = graph.seen();
        let freq_indices = Some(Indices::Inline(rows.clone()));
        let settings = StftSettings { freq_indices, gather, ..settings(Layout::Packed, SpectrumOutput::MaskComplex) };
        let mut driver = driver(&shape(2, &["all"]), &settings, vec![graph.named("main")]);
        assert!(apart(&separate(&mut driver, &mix), &mix) < 1e-5);
        let seen = seen.lock().expect("no panic");
        let x = &seen[0]["x"];
        if gather {
            let row = x.shape()[2] * 2;
            let values = floats(x);
            assert_eq!(values[30 * row..40 * row], values[76 * row..86 * row]);
            assert_eq!(values[30 * row..40 * row], values[40 * row..50 * row]);
        }
    }
}

#[test]
fn rows_come_from_a_file_too() {
    let file = Indices::File("rows.json".into());
    let settings = StftSettings { freq_indices: Some(file), ..settings(Layout::Packed, SpectrumOutput::MaskComplex) };
    let check = |text: &'static str, expected: Option<&str>| {
        let graph = Fake::new(&[spec(Layout::Packed)], &["y: f32[]"], |_| vec![]).named("main");
        let read = |name: &str| {
            assert_eq!(name, "rows.json");
            Ok(text.as_bytes().to_vec())
        };
        let made = StftDriver::new(&shape(2, &["all"]), &settings, vec![graph], None, &read);
        match (made, expected) {
            (Ok(_), None) => {}
            (Err(error), Some(expected)) => assert!(error.to_string().contains(expected), "{text}: {error}"),
            (made, _) => panic!("{text}: {:?}", made.map(|_| ())),
        }
    };
    check("[0, 1, 65]", None);
    check("[0, 66]", Some("[stft] freq_indices = 66: rows are below bins * channels = 66"));
    check("[]", Some("there must be 1 to"));
    check("[-1]", Some("rows.json: is no JSON array"));
    check("{", Some("rows.json: is no JSON array"));
}

#[test]
fn windows_follow_graphs_and_wishes() {
    let check = |input: &'static str, frames: Option<usize>, wish: WindowWish, expected: WindowFrames| {
        let graph = Fake::new(&[input], &["y: f32[]"], |given| vec![given["x"].clone()]).named("main");
        let settings = StftSettings { frames, ..settings(Layout::CacLr, SpectrumOutput::Spectrum) };
        let mut driver = driver(&DriverShape { window: wish, ..shape(2, &["all"]) }, &settings, vec![graph]);
        assert_eq!(driver.geometry().window, expected, "{input} {frames:?} {wish:?}");
        let samples = match expected {
            WindowFrames::Fixed(samples) => samples,
            WindowFrames::Flexible { preferred, .. } => preferred.expect("a length"),
        };
        let mix = noise(2 * samples, 7);
        assert!(apart(&separate(&mut driver, &mix), &mix) < 1e-5);
    };
    let (free, wish) = ("x: f32[1, 4, 33, ?]", WindowWish::default());
    let limit = 44_100 * 1800 / HOP * HOP;
    let usual = (44_100usize * 8).next_multiple_of(HOP);
    check(free, None, wish, WindowFrames::Flexible { align: HOP, most: limit, preferred: Some(usual) });
    check(free, Some(21), wish, WindowFrames::Fixed(320));
    check("x: f32[1, 4, 33, 21]", None, wish, WindowFrames::Fixed(320));
    let samples = |samples| WindowWish { samples: Some(samples), ..wish };
    check("x: f32[1, 4, 33, 21]", None, samples(300), WindowFrames::Fixed(300));
    check("x: f32[1, 4, 33, 21]", None, samples(335), WindowFrames::Fixed(335));
    check(free, None, samples(300), WindowFrames::Flexible { align: HOP, most: limit, preferred: Some(304) });
    let fixed = |samples| WindowWish { fixed: Some(true), ..samples };
    check(free, None, fixed(samples(301)), WindowFrames::Fixed(301));
    let loose = WindowWish { fixed: Some(false), align: Some(100), samples: None };
    check("x: f32[?, 4, ?, 21]", None, loose, WindowFrames::Flexible { align: 100, most: 300, preferred: Some(300) });
}

#[test]
fn shorter_windows_are_padded_for_a_graph_of_one_length() {
    let graph = Fake::new(&["x: f32[1, 4, 33, 21]"], &["y: f32[1, 4, 33, 21]"], |given| vec![given["x"].clone()]);
    let settings = settings(Layout::CacLr, SpectrumOutput::Spectrum);
    let mut driver = driver(&shape(2, &["all"]), &settings, vec![graph.named("main")]);
    for samples in [0, 1, 15, 16, 100, 335] {
        let mix = noise(2 * samples, 8);
        assert!(apart(&separate(&mut driver, &mix), &mix) < 1e-5, "{samples}");
    }
    let refused = driver.separate(&[0.0; 2 * 336], &Conditions::default(), &mut [0.0; 2 * 336]);
    assert!(refused.expect_err("too long").message.contains("336 frames is longer than the model takes"));
}

#[test]
fn what_does_not_fit_is_refused_at_once() {
    let base = settings(Layout::CacLr, SpectrumOutput::Spectrum);
    let check = |settings: StftSettings, inputs: &[&str], outputs: &[&str], expected: &str| {
        let graph = Fake::new(inputs, outputs, |_| vec![]).named("main");
        let made = StftDriver::new(&shape(2, &["a", "b"]), &settings, vec![graph], None, &no_files);
        let error = made.map(|_| ()).expect_err(expected).to_string();
        assert!(error.contains(expected), "wanted '{expected}', got '{error}'");
    };
    let (x, y) = ("x: f32[1, 4, 33, ?]", "y: f32[1, 2, 4, 33, ?]");
    let with = |change: &dyn Fn(&mut StftSettings)| {
        let mut settings = base.clone();
        change(&mut settings);
        settings
    };
    check(with(&|s| s.n_fft = 7), &[x], &[y], "[stft] n_fft = 7");
    check(with(&|s| s.bins = Some(0)), &[x], &[y], "bins = 0: must be 1 to n_fft / 2 + 1 = 33");
    check(with(&|s| s.bins = Some(34)), &[x], &[y], "bins = 34");
    check(with(&|s| s.zero_low_bins = 34), &[x], &[y], "zero_low_bins = 34");
    check(with(&|s| s.frames = Some(0)), &[x], &[y], "frames = 0");
    check(with(&|s| s.frames = Some(usize::MAX)), &[x], &[y], "frames = 18446744073709551615");
    check(with(&|s| s.frames = Some(1 << 24)), &[x], &[y], "frames = 16777216: with so many bins");
    check(with(&|s| s.frames = Some(1)), &[x], &[y], "frames = 1: hold not a single hop");
    check(with(&|s| s.layout = Layout::MagFt), &[x], &[y], "output = spectrum: a graph that sees magnitudes");
    check(with(&|s| s.freq_indices = Some(Indices::Inline(vec![]))), &[x], &[y], "freq_indices go with packed");
    check(with(&|s| s.gather = true), &[x], &[y], "gather = true: needs freq_indices");
    check(with(&|s| s.bins = Some(32)), &[x], &[y], "takes 'x' as [1, 4, 33, ?], but the settings make [1, 4, 32, ?]");
    check(base.clone(), &["x: f32[1, 2, 33, ?]"], &[y], "takes 'x' as [1, 2, 33, ?]");
    check(base.clone(), &["x: f32[2, 4, 33, ?]"], &[y], "takes 'x' as [2, 4, 33, ?]");
    check(base.clone(), &["x: i64[1, 4, 33, ?]"], &[y], "takes 'x' as I64");
    check(base.clone(), &["x: f32[1, 4, 33]"], &[y], "has no input of 4 axes for the spectrum; it has 'x'");
    check(base.clone(), &[], &[y], "it has none");
    check(base.clone(), &[x, "z: f32[1, 4, 33, ?]"], &[y], "may mean several inputs by 'spec'");
    check(base.clone(), &[x, "z: f32[5]"], &[y], "has an input 'z' that nothing is bound to");
    check(base.clone(), &[x, "z: f32[1, 3, ?]"], &[y], "takes 'z' as [1, 3, ?], but a waveform is [1, 2, ?]");
    check(base.clone(), &["x: f32[1, 4, 33, 0]"], &[y], "takes no frames");
    check(base.clone(), &[x], &["y: f32[1, 4, 33, ?]"], "has no output of [1, 2, 4, 33, ?] for 'spec'; it has 'y'");
    check(base.clone(), &[x], &[], "it has none");
    check(base.clone(), &[x], &[y, "z: f32[1, 8, 33, ?]"], "may mean several outputs by 'spec'");
    check(with(&|s| s.output = SpectrumOutput::DualBranch), &[x], &[y], "has no output of [1, 2, 2, ?] for 'wave'");
    check(with(&|s| s.output = SpectrumOutput::MaskPhase), &[x], &[y], "has no output of [1, 2, 6, 33, ?]");

    let graph = || Fake::new(&[x], &[y], |_| vec![]).named("main");
    let check = |shape: DriverShape, graphs: Vec<BoundGraph>, expected: &str| {
        let made = StftDriver::new(&shape, &base, graphs, None, &no_files);
        let error = made.map(|_| ()).expect_err(expected).to_string();
        assert!(error.contains(expected), "wanted '{expected}', got '{error}'");
    };
    let good = shape(2, &["a", "b"]);
    check(good.clone(), vec![], "graph");
    check(good.clone(), vec![graph(), graph()], "one graph for all stems, or one for each");
    check(DriverShape { channels: 0, ..good.clone() }, vec![graph()], "channels = 0: must be 1 to 256");
    check(shape(2, &[]), vec![graph()], "stems = 0");
    check(shape(2, &["a", "a"]), vec![graph()], "stems = a: each stem has a name of its own");
    let wish = |wish: WindowWish| DriverShape { window: wish, ..good.clone() };
    check(wish(WindowWish { samples: Some(0), ..WindowWish::default() }), vec![graph()], "[chunk] samples = 0");
    check(wish(WindowWish { align: Some(0), ..WindowWish::default() }), vec![graph()], "[chunk] align = 0");
    let (all, huge) = (WindowWish::default(), usize::MAX);
    check(
        wish(WindowWish { samples: Some(huge), ..all }),
        vec![graph()],
        "[chunk] samples = 18446744073709551615: is longer",
    );
    check(wish(WindowWish { align: Some(huge), ..all }), vec![graph()], "[chunk] align = 18446744073709551615");
    check(wish(WindowWish { fixed: Some(true), ..all }), vec![graph()], "[chunk] fixed = true: needs samples");
    check(DriverShape { context: Some(huge), ..good.clone() }, vec![graph()], "[chunk] context");
    let mut bound = graph();
    bound.inputs.insert("spec".into(), "q".into());
    check(good, vec![bound], "has no input 'q', bound as 'spec'; it has 'x'");
}

#[test]
fn graphs_that_answer_wrongly_are_errors() {
    let check = |answer: fn(&Tensor) -> Result<Vec<Tensor>, GraphError>, expected: &str, kind: FaultKind| {
        let graph = Fake::failing(&["x: f32[1, 2, 33, ?]"], &["y: f32[]"], move |given| answer(&given["x"]));
        let settings = settings(Layout::CacLr, SpectrumOutput::Spectrum);
        let mut driver = driver(&shape(1, &["all"]), &settings, vec![graph.named("main")]);
        let error = driver.separate(&[0.5; 160], &Conditions::default(), &mut [0.0; 160]).expect_err(expected);
        assert!(error.message.contains(expected) && error.kind() == kind, "wanted '{expected}', got {error:?}");
    };
    let failed = FaultKind::Failed;
    check(|_| Ok(vec![]), "graph 'main' gave 0 outputs where its file names 1", failed);
    check(|x| Ok(vec![x.clone(), x.clone()]), "gave 2 outputs", failed);
    check(|_| Ok(vec![Tensor::floats(&[1, 2, 33, 3], vec![0.0; 198])]), "gave a tensor of [1, 2, 33, 3] where", failed);
    check(|_| Ok(vec![Tensor::floats(&[0], vec![])]), "gave a tensor of [0]", failed);
    check(|x| Ok(vec![Tensor::new(x.shape(), Elements::I64(vec![0; x.elements().len()]))]), "gave no floats", failed);
    check(|x| Ok(vec![map(x, |_| f32::NAN)]), "samples that are no numbers", failed);
    check(|x| Ok(vec![map(x, |_| f32::INFINITY)]), "samples that are no numbers", failed);
    check(|_| Err(GraphError { kind: FaultKind::OutOfMemory, message: "full".into() }), "full", FaultKind::OutOfMemory);
}

#[test]
fn what_is_asked_wrongly_is_an_error() {
    let graph = Fake::new(&["x: f32[1, 4, 33, ?]"], &["y: f32[1, 4, 33, ?]"], |given| vec![given["x"].clone()]);
    let settings = settings(Layout::CacLr, SpectrumOutput::Spectrum);
    let mut driver = driver(&shape(2, &["all"]), &settings, vec![graph.named("main")]);
    let mut check = |mix: &[f32], stems: usize, expected: &str| {
        let error = driver.separate(mix, &Conditions::default(), &mut vec![0.0; stems]).expect_err(expected);
        assert!(error.message.contains(expected) && error.kind() == FaultKind::Unsupported, "{error:?}");
    };
    check(&[0.0; 33], 33, "33 samples in 2 channels");
    check(&[0.0; 32], 31, "do not become 31");
    check(&[f32::NAN; 32], 32, "the mix holds samples that are no numbers");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_of_no_frames_are_silent(samples in 1usize..40, drop_frames in 0usize..4, border in 0usize..20) {
        let graph = Fake::new(&["x: f32[1, 4, 33, ?]"], &["y: f32[1, 4, 33, ?]"], |given| vec![given["x"].clone()]);
        let settings = settings(Layout::CacLr, SpectrumOutput::Spectrum);
        let settings = StftSettings { drop_frames, border: Some(border), ..settings };
        let shape = DriverShape { context: Some(0), ..shape(2, &["all"]) };
        let mut driver = driver(&shape, &settings, vec![graph.named("main")]);
        let stems = separate(&mut driver, &noise(2 * samples, 1));
        prop_assert!(stems.iter().all(|sample| sample.abs() < 4.0));
    }

    #[test]
    fn any_settings_give_the_mix_back(
        half in 8usize..40, parts in 2usize..6, hops in 0usize..30, rest in 0usize..8, layout in 0usize..6,
        (center, win, zero) in any::<(bool, bool, bool)>(), channels in 1usize..4,
    ) {
        let (n_fft, layout) = (2 * half, LAYOUTS[layout]);
        let hop = (n_fft / (2 * parts)).max(1);
        let mut settings = settings(layout, SpectrumOutput::MaskMag);
        settings.n_fft = n_fft;
        settings.hop = hop;
        settings.win = Some(if win { n_fft - 2 } else { n_fft });
        settings.center = center;
        settings.pad = if zero { Padding::Zero } else { Padding::Reflect };
        settings.border = if center { None } else { Some(n_fft) };
        settings.frames = Some(5).filter(|_| layout == Layout::MagPatches);
        let input = format!("x: f32[{}]", vec!["?"; spec(layout).matches(',').count() + 1].join(", "));
        let graph = Fake::new(&[&input], &["y: f32[]"], move |given| {
            vec![planes(&given["x"], layout, 1, |_| 1.0)]
        });
        let shape = shape(channels, &["all"]);
        let mut driver = StftDriver::new(&shape, &settings, vec![graph.named("main")], None, &no_files).expect("legal");
        let mix = noise(channels * (hops * hop + rest), hops as u64);
        prop_assert!(apart(&separate(&mut driver, &mix), &mix) < 3e-5);
    }
}
