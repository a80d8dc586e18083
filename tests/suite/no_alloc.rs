//! The audio path never allocates or frees: a whole session of a rig under a guard that counts each try. So do separators
//! that need no weights, once they are open.

use assert_no_alloc::{assert_no_alloc, reset_violation_count, violation_count};
use ripieno_fx::ChainMemory;
use ripieno_infer::{Recording, builtin};
use ripieno_ports::{Conditions, Separator as _};
use ripieno_rig::{Merge, Rig, RigConfig};
use ripieno_synth::{Bank, Builtin, SoundFont};
use ripieno_tests::process::TIMGM6MB;
use ripieno_tests::scramble::scramble;
use ripieno_tests::sf2::{Sample, SoundFontFile, Zone};
use ripieno_types::{Block, Command, SampleRate, Timed};

/// Renders ten seconds of everything a controller can send, in blocks of changing size.
fn session(bank: impl Bank) {
    let rate = SampleRate::STUDIO;
    let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
    let mut rig = Box::new(Rig::<_, _, 64>::new(bank, memory, RigConfig::new(rate)));
    let commands = scramble(7, 4_000, 10 * u64::from(rate.hz()));
    let (mut left, mut right) = (vec![0.0; 1024], vec![0.0; 1024]);
    let mut peak = 0.0_f32;
    reset_violation_count();
    assert_no_alloc(|| {
        let mut queue = &commands[..];
        for size in [64, 1, 1000, 128, 333].into_iter().cycle() {
            rig.render(Block::new(&mut left[..size], &mut right[..size]), &mut queue);
            peak = left[..size].iter().fold(peak, |peak, s| peak.max(s.abs()));
            if rig.now() > 10 * u64::from(rate.hz()) {
                break;
            }
        }
    });
    assert_eq!(violation_count(), 0);
    assert!(peak > 0.01, "the session was silent");
    assert!(rig.stats().voices_peak > 8, "the session hardly played: {:?}", rig.stats());
}

/// Switches the instrument every so often, and the polyphony, while a song and a live queue play; banks ride in and out
/// through lists of fixed length, as they would through rings.
fn switching_session(make: impl Fn() -> SoundFont<Vec<u8>>) {
    let rate = SampleRate::STUDIO;
    let rig = |bank| {
        let memory = ChainMemory::with(rate, |frames| vec![0.0; frames].into_boxed_slice());
        Box::new(Rig::<_, _, 64>::new(bank, memory, RigConfig::new(rate)))
    };
    let (mut rig, mut heir) = (rig(make()), rig(make()));
    let song = scramble(8, 4_000, 10 * u64::from(rate.hz()));
    let live: Vec<_> =
        (0..200).map(|n| Timed { at: n * 2_400, value: Command::Polyphony([64, 40, 3][n as usize % 3]) }).collect();
    let mut fresh: Vec<_> = (0..40).map(|_| make()).collect();
    let mut retired = Vec::with_capacity(fresh.len());
    let (made, mut refused) = (fresh.len(), 0);
    let (mut left, mut right) = (vec![0.0; 256], vec![0.0; 256]);
    reset_violation_count();
    assert_no_alloc(|| {
        let (mut song, mut live) = (&song[..], &live[..]);
        let mut block = 0;
        while rig.now() < 10 * u64::from(rate.hz()) {
            rig.render(Block::new(&mut left, &mut right), &mut Merge::new(&mut song, &mut live));
            retired.extend(rig.retired_bank());
            block += 1;
            if block % 40 == 0
                && let Some(bank) = fresh.pop()
                && let Err(bank) = rig.swap_bank(bank)
            {
                refused += 1;
                fresh.push(bank);
            }
        }
        heir.inherit(&rig);
    });
    assert_eq!(violation_count(), 0);
    let swapped = made - fresh.len();
    assert!(refused > 0 && swapped > 10, "{refused} refused, {swapped} swapped: one side was hardly tried");
    assert!(retired.len() == swapped || retired.len() + 1 == swapped, "{} of {swapped} came back", retired.len());
}

#[test]
fn a_rig_with_built_in_instruments_never_allocates() {
    session(Builtin::default());
}

#[test]
fn a_rig_with_a_real_soundfont_never_allocates() {
    let bytes = std::fs::read(TIMGM6MB).expect("timgm6mb-soundfont is installed by `cargo xtask setup`");
    session(SoundFont::new(bytes).expect("a sound file"));
}

#[test]
fn a_rig_that_switches_banks_never_allocates_nor_frees() {
    let mut file = SoundFontFile::new("Held");
    let sample = file.sample(Sample::sine("A4", 44_100, 441.0, 4_410).root(69).looped(1_000, 2_000));
    let instrument = file.instrument("Sine", vec![Zone::new().sample(sample)]);
    file.preset("Sine", 0, 0, vec![Zone::new().instrument(instrument)]);
    let bytes = file.to_bytes();
    switching_session(|| SoundFont::new(bytes.clone()).expect("a sound file"));
}

#[test]
fn the_guard_itself_bites() {
    reset_violation_count();
    assert_no_alloc(|| drop(std::hint::black_box(vec![0_u8; 16])));
    assert!(violation_count() > 0);
    reset_violation_count();
}

#[test]
fn built_in_separators_allocate_only_when_opened() {
    let mix: Vec<f32> = (0..2 * 30_000_u64).map(|at| ((at * at % 1_003) as f32 / 1_003.0) - 0.5).collect();
    for reference in ["hpss", "hpss,margin=2", "center", "bands", "identity"] {
        let recording = Recording { rate: SampleRate::STUDIO, channels: 2 };
        let mut separator = builtin::open(reference, recording).expect("a built-in separator");
        let mut stems = vec![0.0; mix.len() * separator.geometry().stems];
        reset_violation_count();
        // The second window is shorter than the first, and nothing is kept of that.
        for frames in [30_000, 7_000] {
            let part = &mut stems[..2 * frames * separator.geometry().stems];
            let done = assert_no_alloc(|| separator.separate(&mix[..2 * frames], &Conditions::default(), part));
            assert_eq!(done, Ok(frames));
        }
        assert_eq!(violation_count(), 0, "{reference}");
    }
}
