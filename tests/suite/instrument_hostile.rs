//! Damaged instruments of every kind: whatever the bytes, opening and playing them neither panics nor hangs nor takes
//! memory out of proportion.

use crate::cli_render::save;
use ripieno_synth::Generator;
use ripieno_tests::hostile::{Case, Dice, bit_flips, filled_runs, length_lies, shuffles, truncations};
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// What opening may take of the heap: so many times the input …
const HEAP_FACTOR: u64 = 64;
/// … and this on top, in bytes.
const HEAP_FLOOR: u64 = 1 << 20;
/// Processor time that a megabyte, begun, may take.
const MILLIS_PER_MEGABYTE: u64 = 1_000;
/// What counts as hanging.
const PATIENCE: Duration = Duration::from_secs(120);

/// An instrument on disk: what to open, and all that it may read.
struct Instrument {
    name: String,
    path: PathBuf,
    bytes: u64,
}

/// Puts cases of one kind on disk, `arrange` writing one into a folder of its own and naming what to open.
fn settle(folder: &Path, kind: &str, cases: Vec<Case>, arrange: impl Fn(&Path, &[u8]) -> PathBuf) -> Vec<Instrument> {
    let settled = cases.into_iter().enumerate().map(|(n, case)| {
        let home = folder.join(format!("{kind}-{n}"));
        std::fs::create_dir_all(&home).unwrap();
        let path = arrange(&home, &case.bytes);
        let bytes = std::fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).sum();
        Instrument { name: format!("{kind}: {}", case.name), path, bytes }
    });
    settled.collect()
}

fn wave(channels: u16, bits: u16) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels,
        sample_rate: 44_100,
        bits_per_sample: bits,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec).unwrap();
    for frame in 0..400 * i32::from(channels) {
        writer.write_sample(((f64::from(frame) * 0.06).sin() * f64::from((1 << (bits - 1)) - 1)) as i32).unwrap();
    }
    writer.finalize().unwrap();
    bytes.into_inner()
}

/// A WAV with the loop that samplers write.
fn looped_wave() -> Vec<u8> {
    let mut bytes = wave(2, 16);
    let fields: [u32; 15] = [0, 0, 22_675, 60, 0, 0, 0, 1, 0, 0, 0, 100, 300, 0, 0];
    bytes.extend(b"smpl");
    bytes.extend(60_u32.to_le_bytes());
    bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
    let riff = bytes.len() as u32 - 8;
    bytes[4..8].copy_from_slice(&riff.to_le_bytes());
    bytes
}

fn wave_cases() -> Vec<Case> {
    let good = looped_wave();
    let smpl = good.len() - 68;
    let mut cases = truncations(&good, 60);
    cases.extend(bit_flips(&good, 0, 80, 21));
    cases.extend(bit_flips(&good[..44], 0, 120, 22).into_iter().map(|mut case| {
        case.bytes.extend(&good[44..]);
        case
    }));
    cases.extend(bit_flips(&good, smpl, 80, 23));
    cases.extend(filled_runs(&good, 0, 80, 24));
    cases.extend(filled_runs(&good, smpl, 60, 25));
    cases.extend(length_lies(&good, &[4, 16, 24, 40, smpl + 4], false));
    let wide = wave(1, 24);
    cases.extend(bit_flips(&wide, 0, 40, 26));
    cases
}

/// A SoundFont with loops, layers and a linked pair.
fn soundfont_cases() -> Vec<Case> {
    use Generator as G;
    let mut file = SoundFontFile::new("Hostile").wide();
    let left = file.sample(Sample::sine("Left", 44_100, 220.0, 300).kind(4, 1).looped(50, 250));
    let right = file.sample(Sample::sine("Right", 44_100, 221.0, 300).kind(2, 0).looped(50, 250));
    let pair = file.instrument(
        "Pair",
        vec![
            Zone::new().set(G::SampleModes, 1).set(G::VolEnvRelease, 1200),
            Zone::new().set(G::Pan, -500).sample(left),
            Zone::new().set(G::Pan, 500).sample(right),
        ],
    );
    let layers = (0..6_u8).map(|n| Zone::new().keys(20 * n, 20 * n + 30).sample(u16::from(n % 2)));
    let layered = file.instrument("Layered", layers.collect());
    file.preset("Pair", 0, 0, vec![Zone::new().instrument(pair), Zone::new().instrument(layered)]);
    let good = file.to_bytes();
    let tables = good.windows(4).position(|id| id == b"pdta").expect("pdta") + 4;
    let lengths: Vec<_> = (0..good.len() - 4)
        .filter(|&at| {
            ["RIFF", "LIST", "smpl", "sm24", "phdr", "pbag", "pgen", "inst", "ibag", "igen", "shdr"]
                .iter()
                .any(|id| good[at..].starts_with(id.as_bytes()))
        })
        .map(|at| at + 4)
        .collect();
    let mut cases = truncations(&good, 60);
    cases.extend(bit_flips(&good, 0, 80, 31));
    cases.extend(bit_flips(&good, tables, 200, 32));
    cases.extend(filled_runs(&good, tables, 160, 33));
    cases.extend(length_lies(&good, &lengths, false));
    cases
}

/// Uses a little of everything that SFZ has.
const SFZ: &str = r#"// an instrument
<control> default_path=. note_offset=0 set_cc7=100 label_cc20=Cutoff #define $KEY 60
<curve> curve_index=10 v000=0 v064=0.3 v127=1
<global> ampeg_release=0.2 lfo01_freq=4 lfo01_pitch=20 lfo01_wave=2 polyphony=8
<master> sw_lokey=24 sw_hikey=26 sw_default=24
<group> lovel=1 hivel=90 seq_length=2 group=1 off_by=2 off_mode=time off_time=0.01
<region> seq_position=1 sample=a.wav key=$KEY loop_mode=loop_continuous loop_start=100 loop_end=300 loop_crossfade=0.001
<region> seq_position=2 sample=b.wav lokey=36 hikey=96 pitch_keycenter=c4 cutoff=800 fil_type=lpf_2p resonance=6 cutoff_oncc20=2400 cutoff_curvecc20=10
<group> lovel=91 hivel=127 trigger=attack eg01_time1=0.01 eg01_level1=1 eg01_time2=0.1 eg01_level2=0.3 eg01_sustain=2 eg01_volume=6
<region> sample=*saw oscillator_multi=3 oscillator_detune=10 amp_veltrack=50 xfin_lovel=91 xfin_hivel=100
<region> sample=a.wav direction=reverse offset=20 offset_random=30 pan=-30 width=50 eq1_freq=500 eq1_gain=6 eq1_bw=1
<group> trigger=release rt_decay=3
<region> sample=b.wav locc64=0 hicc64=63 delay=0.01 volume=-6 count=2
<region> sample=*noise on_locc64=126 on_hicc64=127 amplitude_oncc11=100 end=400
<effect> type=reverb
"#;

const PACK: &str = r#"name = "Kit"
[[pads]]
note = "C2"
file = "a.wav"
label = "Kick"
gain = -3.0
choke = "hats"
velocity = "hard"
[[pads]]
note = 42
mode = "gate"
loop = true
polyphony = 2
[[pads.layers]]
velocity = [1, 80]
files = ["a.wav", "b.wav"]
[[pads.layers]]
velocity = [81, 127]
file = "b.wav"
"#;

/// Texts with words lost, doubled, exchanged and their numbers made monstrous, besides damaged bytes.
fn text_cases(good: &str, seed: u64) -> Vec<Case> {
    let bytes = good.as_bytes();
    let mut cases = truncations(bytes, 80);
    cases.extend(bit_flips(bytes, 0, 120, seed));
    cases.extend(filled_runs(bytes, 0, 60, seed + 1));
    let words: Vec<Vec<u8>> = bytes.split_inclusive(|byte| byte.is_ascii_whitespace()).map(<[u8]>::to_vec).collect();
    cases.extend(shuffles(&words, 60, seed + 2, |words| words.concat()));
    let monsters = [
        "-1",
        "1e38",
        "-1e38",
        "NaN",
        "inf",
        "99999999999999999999",
        "4294967295",
        "-2147483648",
        "0",
        "0.0000001",
        "c-9",
        "",
        "\u{1F3B5}",
        "$KEY$KEY",
    ];
    let mut dice = Dice::new(seed + 3);
    for n in 0..180 {
        let mut words = words.clone();
        for _ in 0..1 + n % 3 {
            let word = dice.below(words.len());
            let Some(name) = words[word].iter().position(|byte| *byte == b'=').map(|at| at + 1) else { continue };
            words[word].truncate(name);
            words[word].extend(monsters[dice.below(monsters.len())].bytes().chain(*b"\n"));
        }
        cases.push(Case { name: format!("monstrous values (#{n})"), bytes: words.concat() });
    }
    cases
}

/// Writes the two recordings that texts name.
fn recordings(home: &Path) {
    save(home, "a.wav", &looped_wave());
    save(home, "b.wav", &wave(1, 24));
}

fn corpus(folder: &Path) -> Vec<Instrument> {
    let mut all = settle(folder, "sf2", soundfont_cases(), |home, bytes| {
        save(home, "bad.sf2", bytes);
        home.join("bad.sf2")
    });
    all.extend(settle(folder, "wav", wave_cases(), |home, bytes| {
        save(home, "bad.wav", bytes);
        save(home, "bad.sfz", b"<region> sample=bad.wav loop_mode=loop_continuous");
        home.join("bad.sfz")
    }));
    all.extend(settle(folder, "sfz", text_cases(SFZ, 41), |home, bytes| {
        recordings(home);
        save(home, "bad.sfz", bytes);
        home.join("bad.sfz")
    }));
    all.extend(settle(folder, "pack", text_cases(PACK, 51), |home, bytes| {
        recordings(home);
        save(home, "pack.toml", bytes);
        home.join("pack.toml")
    }));
    all
}

/// Tries every instrument in a process of its own, and holds each to the rules. How many of them sounded.
fn withstand(instruments: &[Instrument]) -> usize {
    let mut probe = Command::new(env!("CARGO_BIN_EXE_instrument-probe"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut asks = probe.stdin.take().unwrap();
    let (told, answers) = std::sync::mpsc::channel();
    let answered = BufReader::new(probe.stdout.take().unwrap());
    std::thread::spawn(move || answered.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
    let mut sounded = 0;
    for case in instruments {
        writeln!(asks, "{}", case.path.display()).unwrap();
        let answer = answers.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            let _ = probe.kill();
            panic!("{}: no answer ({error})", case.name)
        });
        let told: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(told["panicked"], false, "{}", case.name);
        let heap = told["heap_bytes"].as_u64().unwrap();
        assert!(
            heap <= HEAP_FACTOR * case.bytes + HEAP_FLOOR,
            "{}: {heap} bytes of heap for {}",
            case.name,
            case.bytes
        );
        let millis = told["cpu_millis"].as_u64().unwrap();
        assert!(millis <= MILLIS_PER_MEGABYTE * (1 + (case.bytes >> 20)), "{}: {millis} ms", case.name);
        sounded += usize::from(told["peak"].as_f64().is_some_and(|peak| peak > 0.0));
    }
    drop(asks);
    assert!(probe.wait().unwrap().success());
    sounded
}

#[test]
fn damaged_instruments_cost_no_more_than_their_size() {
    let folder = tempfile::tempdir().unwrap();
    let all = corpus(folder.path());
    assert!(all.len() >= 2_000, "only {} cases", all.len());
    let mut from = 0;
    // Kind by kind, so that the corpus is known to reach both the sound and the refusals of each.
    for kind in ["sf2", "wav", "sfz", "pack"] {
        let count = all[from..].iter().take_while(|case| case.name.starts_with(kind)).count();
        let sounded = withstand(&all[from..from + count]);
        println!("{kind}: {sounded} of {count} sound");
        assert!((count / 10..count).contains(&sounded), "{kind}: {sounded} of {count} sound");
        from += count;
    }
    assert_eq!(from, all.len());
}
