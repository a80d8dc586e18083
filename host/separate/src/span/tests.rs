//! However a recording is divided, its outputs are those of one run.

use super::*;
use crate::stand::{Stand, geometry, song};
use crate::{ErrorCode, Residual, run_with};
use proptest::prelude::*;
use ripieno_ports::{Conditions, Geometry, Separator};
use ripieno_types::{Anchor, Sign};
use std::collections::HashMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

/// What was written of each span.
type Spans = HashMap<u64, Vec<u8>>;

/// Gives what depends on all that a model may heed: the place, the seed, the statistics, anchors and neighbouring samples. Now
/// and then it comes short.
struct Moody {
    geometry: Geometry,
}

impl Separator for Moody {
    type Error = std::convert::Infallible;

    fn geometry(&self) -> Geometry {
        self.geometry
    }

    fn separate(&mut self, mix: &[f32], with: &Conditions<'_>, stems: &mut [f32]) -> Result<usize, Self::Error> {
        let place = (with.start_frame.rem_euclid(97) as f32 + with.seed as f32) / 400.0;
        let mean = with.statistics.map_or(0.0, |known| known.mean + known.deviation);
        let heard = with.anchors.iter().map(|anchor| anchor.start_secs() as f32).sum::<f32>();
        for (index, stem) in stems.chunks_exact_mut(mix.len()).enumerate() {
            let mut before = 0.0;
            for (out, sample) in stem.iter_mut().zip(mix) {
                *out = sample * (0.5 + place / (index + 1) as f32) + before * 0.25 + mean * 0.01 + heard * 0.001;
                before = *sample;
            }
        }
        let frames = mix.len() / self.geometry.channels;
        Ok(if with.start_frame.rem_euclid(5) == 3 { frames - frames / 9 } else { frames })
    }
}

fn moody(channels: usize) -> Stand<Moody> {
    let geometry = Geometry { wants_statistics: true, ..geometry(channels, 3) };
    Stand::new(Moody { geometry }, &["drums", "bass", "rest"])
}

fn settings(folder: &Path, audio: &Path) -> JobSettings {
    let mut settings = JobSettings::new("by hand", audio);
    settings.out_dir = Some(folder.to_owned());
    settings.description = "bass".to_owned();
    settings.seed = 7;
    settings.anchors = vec![Anchor::new(Sign::Present, 0.1, 0.4).unwrap()];
    settings
}

/// The outputs, by their names.
fn files(outcome: &Outcome) -> Vec<(String, Vec<u8>)> {
    outcome.stems.iter().map(|stem| (stem.part.clone(), fs::read(&stem.path).unwrap())).collect()
}

/// All spans, done in this order by models of their own.
fn spans(settings: &JobSettings, channels: usize, size: u64, shuffle: u64) -> (Division, Spans) {
    let cancel = Cancel::default();
    let division = divide_with(&mut moody(channels), settings, size, &cancel).unwrap();
    let mut order: Vec<u64> = (0..division.spans()).collect();
    order.sort_by_key(|span| (span + 1).wrapping_mul(shuffle | 1).rotate_left(17));
    let mut done = HashMap::new();
    for span in order {
        let mut bytes = Vec::new();
        let mut model = moody(channels);
        separate_with(&mut model, settings, (&division, span), &mut bytes, &mut |_| (), &cancel).unwrap();
        let windows = division.of(span);
        assert_eq!(model.windows, windows.end - windows.start, "a span runs its own windows alone");
        done.insert(span, bytes);
    }
    (division, done)
}

fn put_together(
    settings: &JobSettings,
    channels: usize,
    division: &Division,
    mut spans: Spans,
) -> Result<Outcome, JobError> {
    let mut open = |span: u64| -> Result<Box<dyn Read>, JobError> {
        let bytes = spans.remove(&span);
        let bytes = bytes.ok_or_else(|| JobError::new(ErrorCode::BadInput, format!("span {span} is not there")))?;
        Ok(Box::new(Cursor::new(bytes)))
    };
    let mut model = moody(channels);
    let outcome = join_with(&mut model, settings, division, &mut open, &mut |_| (), &Cancel::default());
    assert_eq!(model.windows, 0, "the model does not run when spans are put together");
    outcome
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_division_gives_the_bytes_of_one_run(
        frames in 1_000_usize..300_000,
        size in 1_u64..9,
        shuffle in any::<u64>(),
        channels in 1_usize..3,
        resampled in any::<bool>(),
        own_residual in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let rate = if resampled { 44_100 } else { 48_000 };
        let audio = song(folder.path(), rate, channels, frames);
        let mut whole = settings(&folder.path().join("one"), &audio);
        whole.residual = if own_residual { Residual::Model } else { Residual::MixMinusTarget };
        whole.max_len_secs = Some(0.25);
        let expected = run_with(&mut moody(channels), &whole, &mut |_| (), &Cancel::default()).unwrap();

        let mut shared = whole.clone();
        shared.out_dir = Some(folder.path().join("many"));
        let (division, spans) = spans(&shared, channels, size, shuffle);
        let outcome = put_together(&shared, channels, &division, spans).unwrap();
        prop_assert_eq!(files(&outcome), files(&expected));
    }
}

#[test]
fn divisions_cover_every_window_once() {
    for (windows, span) in [(1, 1), (10, 3), (9, 3), (1, 100), (u64::MAX, u64::MAX - 1)] {
        let division = Division { windows, span, statistics: None };
        assert_eq!(division.of(0).start, 0);
        assert_eq!(division.of(division.spans() - 1).end, windows);
        assert!(division.of(division.spans()).is_empty());
    }
}

#[test]
fn damaged_spans_are_refused_and_leave_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let audio = song(folder.path(), 48_000, 1, 60_000);
    let out = folder.path().join("out");
    let settings = settings(&out, &audio);
    let (division, whole) = spans(&settings, 1, 2, 1);
    let check = |damage: &dyn Fn(&mut Spans), expected: &str| {
        let mut spans = whole.clone();
        damage(&mut spans);
        let error = put_together(&settings, 1, &division, spans).unwrap_err();
        assert!(error.message.contains(expected), "{error}");
        let left: Vec<_> = fs::read_dir(&out).unwrap().flatten().map(|entry| entry.file_name()).collect();
        let outputs = left.iter().filter(|name| name.to_string_lossy().ends_with(".wav")).count();
        assert_eq!(outputs, 0, "{left:?}");
    };
    check(&|spans| drop(spans.remove(&1)), "span 1 is not there");
    check(&|spans| drop(spans.insert(1, whole[&0].clone())), "another window's");
    check(&|spans| drop(spans.insert(0, Vec::new())), "ends too early");
    check(&|spans| spans.get_mut(&0).unwrap()[0] = b'X', "no window begins");
    check(&|spans| spans.get_mut(&0).unwrap()[12] ^= 1, "another length");
    check(&|spans| spans.get_mut(&0).unwrap()[27] = 0xff, "more was produced");
    check(&|spans| spans.get_mut(&0).unwrap()[28] = 9, "other channels");
    check(&|spans| spans.get_mut(&0).unwrap()[32] = 9, "stems that the model does not");
    check(&|spans| spans.get_mut(&0).unwrap().truncate(5_000), "ends too early");

    let other = Division { windows: division.windows + 1, ..division };
    let error = put_together(&settings, 1, &other, whole.clone()).unwrap_err();
    assert_eq!(error.code, ErrorCode::BadInput);
    // And whole, it works in the same place.
    assert!(put_together(&settings, 1, &division, whole).is_ok());
}

/// A window of two stems and two channels, as it is written.
fn window(sent: usize) -> Vec<u8> {
    let stems: Vec<f32> = (0..3 * 2 * sent).map(|sample| sample as f32).collect();
    let raw = Raw { window: 4, sent, produced: sent - 1, stems: &stems, used: &[0, 2] };
    let mut bytes = Vec::new();
    format::write(&mut bytes, &raw, 2).unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn bytes_of_any_kind_are_a_window_or_refused(
        sent in 2_usize..40,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 0..5),
        other in prop::collection::vec(any::<u8>(), 0..80),
        own in any::<bool>(),
    ) {
        let mut bytes = if own { window(sent) } else { other };
        for (place, byte, kind) in changes {
            let place = place.index(bytes.len() + 1);
            match kind {
                0 if place < bytes.len() => bytes[place] = byte,
                1 => bytes.truncate(place),
                _ => bytes.insert(place, byte),
            }
        }
        let mut stems = vec![f32::MAX; 3 * 2 * sent];
        if let Ok(produced) = format::read(&mut bytes.as_slice(), 4, (2, sent), &mut stems) {
            prop_assert!(produced <= sent);
            prop_assert!(bytes.starts_with(b"RWIN"));
        }
    }
}

#[test]
fn numbers_of_a_header_allocate_nothing() {
    let check = |place: usize, bytes: &[u8]| {
        let mut damaged = window(8);
        damaged[place..place + bytes.len()].copy_from_slice(bytes);
        let mut stems = vec![0.0; 3 * 2 * 8];
        assert!(format::read(&mut damaged.as_slice(), 4, (2, 8), &mut stems).is_err(), "{place}");
    };
    check(4, &[0xff; 8]);
    check(12, &[0xff; 8]);
    check(20, &[0xff; 8]);
    check(28, &[0xff; 2]);
    check(30, &[0xff; 2]);
    check(32, &[0xff; 2]);
    // Stems that do not ascend.
    check(34, &[0; 2]);
}
