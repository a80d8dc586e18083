//! The SoundFont reader against files written by the tests: merge rules, quarantine, what a file says about itself.

use ripieno_synth::soundfont::{Fault, Issue, Severity, SoundFontError};
use ripieno_synth::{Bank, Generator, LoopMode, Modulator, Modulators, PresetIndex, Region, Side, SoundFont, Wave};
use ripieno_tests::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone, list, riff};

const FIRST: PresetIndex = PresetIndex(0);

/// Two samples of 1000 frames; the second begins at frame 1046.
fn two_samples() -> SoundFontFile {
    let mut file = SoundFontFile::new("Two");
    file.sample(Sample::sine("Low", 44_100, 220.0, 1000).root(57).looped(100, 900));
    file.sample(Sample::sine("High", 22_050, 440.0, 1000).root(69).correction(-7).looped(200, 800));
    file
}

/// One preset over one instrument with these zones.
fn file_of(preset: Vec<Zone>, instrument: Vec<Zone>) -> SoundFontFile {
    let mut file = two_samples();
    let index = file.instrument("Instrument", instrument);
    file.preset("Preset", 0, 0, preset.into_iter().map(|zone| zone.instrument(index)).collect());
    file
}

fn open(file: &SoundFontFile) -> SoundFont<Vec<u8>> {
    SoundFont::new(file.to_bytes()).expect("a SoundFont")
}

fn regions(font: &SoundFont<impl AsRef<[u8]>>, key: u8, velocity: u8) -> Vec<Region> {
    let mut regions = vec![];
    font.regions(FIRST, key, velocity, |region| regions.push(region.clone()));
    regions
}

fn sample(region: &Region) -> ripieno_synth::Sample {
    match region.wave {
        Wave::Sample(sample) => sample,
        wave => panic!("a SoundFont has only samples, not {wave:?}"),
    }
}

fn played(font: &SoundFont<impl AsRef<[u8]>>, key: u8, velocity: u8) -> Vec<u16> {
    regions(font, key, velocity).iter().map(|region| sample(region).index).collect()
}

fn issues(font: &SoundFont<impl AsRef<[u8]>>) -> Vec<Issue> {
    let mut issues = vec![];
    font.validate(|issue| issues.push(issue));
    issues
}

#[test]
fn it_says_what_it_holds() {
    let mut file = file_of(vec![Zone::new()], vec![Zone::new().sample(0)]);
    file.preset("Big\u{1}Drums\n", 128, 7, vec![]);
    let font = open(&file);
    let presets: Vec<_> = font.presets().map(|preset| (preset.name.to_string(), preset.bank, preset.program)).collect();
    assert_eq!(presets, [("Preset".into(), 0, 0), ("Big Drums".into(), 128, 7)]);
    let recordings: Vec<_> = font.recordings().map(|r| (r.name.to_string(), r.frames, r.rate_hz)).collect();
    assert_eq!(recordings, [("Low".into(), 1000, 44_100), ("High".into(), 1000, 22_050)]);
    assert_eq!((font.name().to_string(), font.software().to_string()), ("Two".into(), "Ripieno tests".into()));
    assert_eq!((font.version(), font.sample_bytes(), font.sample_bits()), (Some((2, 4)), 2 * 2 * 1046, 16));
    assert_eq!((font.find(128, 7), font.find(0, 1)), (Some(PresetIndex(1)), None));
    assert_eq!(issues(&font), []);
}

#[test]
fn ranges_of_both_levels_and_their_global_zones_intersect() {
    let file = file_of(
        vec![Zone::new().keys(10, 50), Zone::new().keys(60, 70).velocities(1, 100)],
        vec![
            Zone::new().velocities(20, 127),
            Zone::new().keys(0, 40).sample(0),
            Zone::new().keys(30, 127).sample(1),
            Zone::new().keys(65, 65).velocities(1, 30).sample(0),
        ],
    );
    let font = open(&file);
    for (key, velocity, expected) in [
        (9, 64, vec![]),
        (10, 64, vec![0]),
        (10, 19, vec![]),
        (35, 127, vec![0, 1]),
        (50, 20, vec![1]),
        (55, 64, vec![]),
        (65, 64, vec![1]),
        (65, 101, vec![]),
        (65, 10, vec![0]),
    ] {
        assert_eq!(played(&font, key, velocity), expected, "key {key} velocity {velocity}");
    }
    assert!(regions(&font, 65, 64).len() == 1 && font.find(0, 0) == Some(FIRST));
}

#[test]
fn instrument_amounts_replace_and_preset_amounts_add() {
    use Generator as G;
    let file = file_of(
        vec![Zone::new().set(G::Pan, -100).set(G::CoarseTune, 2).set(G::SampleModes, 1).set(G::Keynum, 40)],
        vec![
            Zone::new().set(G::Pan, 300).set(G::Attenuation, 100).set(G::FilterQ, 50),
            Zone::new().set(G::Attenuation, 200).set(G::Attenuation, 250).set(G::ExclusiveClass, 999).sample(1),
        ],
    );
    let font = open(&file);
    let region = &regions(&font, 60, 64)[0];
    let amount = |generator| region.generators.amount(generator);
    assert_eq!(amount(G::Pan), 200);
    assert_eq!(amount(G::Attenuation), 250, "the later one wins");
    assert_eq!((amount(G::FilterQ), amount(G::CoarseTune)), (50, 2));
    assert_eq!(amount(G::ExclusiveClass), 127, "no modulator brings it back");
    assert_eq!((amount(G::SampleModes), amount(G::Keynum)), (0, -1), "a preset may not set these");
    let misplaced: Vec<_> = issues(&font).iter().map(|issue| (issue.chunk, issue.index, issue.fault)).collect();
    let fault = |number| Fault::MisplacedGenerator { number };
    assert_eq!(misplaced, [("pgen", 2, fault(54)), ("pgen", 3, fault(46))]);
}

#[test]
fn a_presets_local_zone_replaces_its_global_one() {
    let mut file = two_samples();
    let instrument = file.instrument("I", vec![Zone::new().set(Generator::Pan, 10).sample(0)]);
    let global = Zone::new().keys(0, 80).set(Generator::Pan, 5).set(Generator::FilterQ, 9);
    file.preset("P", 0, 0, vec![global, Zone::new().set(Generator::Pan, 7).instrument(instrument)]);
    let font = open(&file);
    let region = &regions(&font, 80, 64)[0];
    assert_eq!((region.generators.amount(Generator::Pan), region.generators.amount(Generator::FilterQ)), (17, 9));
    assert!(regions(&font, 81, 64).is_empty(), "the global zone's range counts");
}

const CUTOFF: u16 = Generator::FilterCutoff as u16;

fn record(source: u16, destination: u16, amount: i16) -> ModulatorRecord {
    ModulatorRecord { source, destination, amount, amount_source: 0, transform: 0 }
}

fn amounts(region: &Region, source: u16) -> Vec<i16> {
    let list = region.modulators.as_slice().iter();
    list.filter(|m| m.source == source).map(|m| m.amount).collect()
}

#[test]
fn modulators_replace_within_a_level_and_add_across() {
    let mut file = two_samples();
    let cc = |n: u16| 0x80 | n;
    let instrument = file.instrument(
        "I",
        vec![
            Zone::new().modulator(record(0x0502, 48, 400)).modulator(record(cc(20), CUTOFF, 100)),
            Zone::new().modulator(record(cc(20), CUTOFF, 200)).modulator(record(cc(21), CUTOFF, 5)).sample(0),
        ],
    );
    let global = Zone::new().modulator(record(cc(20), CUTOFF, 1)).modulator(record(cc(21), CUTOFF, 2));
    let local = Zone::new().modulator(record(cc(20), CUTOFF, 10)).modulator(record(cc(22), CUTOFF, 3));
    file.preset("P", 0, 0, vec![global, local.instrument(instrument)]);
    let font = open(&file);
    let region = &regions(&font, 60, 64)[0];
    assert_eq!(amounts(region, 0x0502), [400], "replaces the default");
    assert_eq!(amounts(region, cc(20)), [210], "local over global in both levels, then added");
    assert_eq!((amounts(region, cc(21)), amounts(region, cc(22))), (vec![7], vec![3]));
    assert_eq!(region.modulators.as_slice().len(), 13);
    assert_eq!(issues(&font), []);
}

#[test]
fn modulators_that_make_no_sense_are_left_out_and_reported() {
    let zone = Zone::new()
        .modulator(record(0x0081, 0x8001, 1))
        .modulator(record(0x007F, CUTOFF, 1))
        .modulator(record(0x0004, CUTOFF, 1))
        .modulator(record(0x0080, CUTOFF, 1))
        .modulator(record(0x1002, CUTOFF, 1))
        .modulator(record(0x0081, Generator::SampleId as u16, 1))
        .modulator(ModulatorRecord { transform: 1, ..record(0x0081, CUTOFF, 1) })
        .sample(0);
    let font = open(&file_of(vec![Zone::new()], vec![zone]));
    assert_eq!(regions(&font, 60, 64)[0].modulators, Modulators::standard());
    let expected = [
        Fault::LinkedModulator,
        Fault::LinkedModulator,
        Fault::UnknownSource { source: 4 },
        Fault::UnknownSource { source: 0x80 },
        Fault::UnknownSource { source: 0x1002 },
        Fault::UnknownDestination { generator: 53 },
        Fault::UnknownTransform { transform: 1 },
    ];
    let issues = issues(&font);
    assert_eq!(issues.iter().map(|issue| issue.fault).collect::<Vec<_>>(), expected);
    assert!(issues.iter().all(|issue| issue.chunk == "imod" && issue.fault.severity() == Severity::Adjusted));
}

#[test]
fn a_file_before_2_04_can_switch_its_velocity_filter_off() {
    let off = ModulatorRecord { amount_source: 0x0D02, ..record(0x0102, CUTOFF, 0) };
    for (version, lists) in [((2, 1), 10), ((2, 4), 11)] {
        let file = file_of(vec![Zone::new()], vec![Zone::new().modulator(off).sample(0)]);
        let font = open(&file.version(version.0, version.1));
        let region = &regions(&font, 60, 64)[0];
        assert_eq!(region.modulators.as_slice().len(), lists, "{version:?}");
        let is_off = |m: &&Modulator| m.destination == Generator::FilterCutoff && m.amount != 0;
        assert_eq!(region.modulators.as_slice().iter().filter(is_off).count(), lists - 10);
    }
}

#[test]
fn offsets_move_a_sample_within_its_recording() {
    use Generator as G;
    let zone = |zone: Zone| open(&file_of(vec![Zone::new()], vec![zone.sample(1)]));
    let check = |zone: Zone, expected: (u32, u32, u32, u32), faults: &[Fault]| {
        let font = open(&file_of(vec![Zone::new()], vec![zone.sample(1)]));
        let sample = sample(&regions(&font, 60, 64)[0]);
        assert_eq!((sample.start, sample.end, sample.loop_start, sample.loop_end), expected);
        assert_eq!(issues(&font).iter().map(|issue| issue.fault).collect::<Vec<_>>(), faults);
        sample
    };
    let looped = || Zone::new().set(G::SampleModes, 1);
    let plain = check(looped(), (1046, 2046, 1246, 1846), &[]);
    assert_eq!(
        (plain.mode, plain.rate_hz, plain.root_key, plain.correction_cents),
        (LoopMode::Continuous, 22_050, 69, -7,)
    );
    let moved = looped().set(G::StartOffset, 50).set(G::EndOffset, -10).set(G::LoopStartOffset, -5);
    check(moved.set(G::LoopEndOffset, 6), (1096, 2036, 1241, 1852), &[]);
    // Past its own recording, into the neighbour's frames: cut back.
    let coarse = looped().set(G::EndCoarseOffset, 1).set(G::LoopEndCoarseOffset, 1);
    let faults = [Fault::LoopTrimmed { start: 1246, end: 2046 }, Fault::OffsetsTrimmed { start: 1046, end: 2046 }];
    check(coarse, (1046, 2046, 1246, 2046), &faults);
    // A start inside the loop begins where the loop does.
    let late = looped().set(G::StartOffset, 400);
    check(late, (1246, 2046, 1246, 1846), &[Fault::OffsetsTrimmed { start: 1246, end: 2046 }]);
    let inverted = looped().set(G::LoopStartOffset, 600);
    let sample = check(inverted, (1046, 2046, 1046, 2046), &[Fault::LoopDropped { start: 1846, end: 1846 }]);
    assert_eq!(sample.mode, LoopMode::None);
    let held = zone(Zone::new().set(G::SampleModes, 3).set(G::OverridingRootKey, 40));
    let region = &regions(&held, 60, 64)[0];
    assert_eq!((self::sample(region).mode, self::sample(region).root_key), (LoopMode::UntilRelease, 40));
    let nothing = zone(Zone::new().set(G::StartOffset, 2000));
    assert!(regions(&nothing, 60, 64).is_empty());
    assert_eq!(issues(&nothing)[0].fault, Fault::OffsetsLeaveNothing { start: 2046, end: 2046 });
}

/// A file with a good region beside one that plays `bad`: the good one sounds, the fault is reported.
fn check_sample(bad: Sample, sounds: bool, fault: Fault) {
    let mut file = two_samples();
    let index = file.sample(bad);
    let zones = vec![Zone::new().sample(index), Zone::new().sample(0)];
    let instrument = file.instrument("I", zones);
    file.preset("P", 0, 0, vec![Zone::new().instrument(instrument)]);
    let font = open(&file);
    assert_eq!(played(&font, 60, 64), if sounds { vec![index, 0] } else { vec![0] }, "{fault:?}");
    assert_eq!(issues(&font), [Issue { chunk: "shdr", index: index.into(), fault }]);
    assert_eq!(fault.severity() == Severity::Quarantined, !sounds);
    assert!(issues(&font)[0].to_string().starts_with("shdr 2: "));
}

#[test]
fn a_bad_sample_loses_only_itself() {
    let good = || Sample::sine("Bad", 44_100, 100.0, 100);
    // The writer lays samples out one after another: the third begins at frame 2092.
    let start = 2092;
    check_sample(good().kind(0x8001, 0), false, Fault::RomSample);
    check_sample(good().kind(0x11, 0), false, Fault::CompressedSample);
    check_sample(Sample::new("Empty", 44_100, vec![]), false, Fault::EmptySample { start, end: start });
    check_sample(Sample { rate_hz: 0, ..good() }, true, Fault::BadRate { hz: 0 });
    check_sample(Sample { rate_hz: u32::MAX, ..good() }, true, Fault::BadRate { hz: u32::MAX });
    check_sample(good().root(200), true, Fault::BadRootKey { key: 200 });
    check_sample(good().kind(4, 0), true, Fault::OneSidedLink { link: 0 });
    check_sample(good().kind(2, 900), true, Fault::OneSidedLink { link: 900 });
}

#[test]
fn a_cut_pool_loses_the_samples_past_its_end() {
    let file = file_of(vec![Zone::new()], vec![Zone::new().sample(0), Zone::new().sample(1)]);
    let pool: Vec<u8> = file.sample_data()[20..][..2 * 1500].to_vec();
    let data = list(b"sdta", &[ripieno_tests::sf2::chunk(b"smpl", &pool)]);
    let font = SoundFont::new(riff(&[file.info(), data, file.preset_data()])).expect("a SoundFont");
    assert_eq!(played(&font, 60, 64), [0]);
    assert_eq!(issues(&font)[0].fault, Fault::PastPool { end: 2046, frames: 1500 });
}

#[test]
fn unpitched_samples_sit_at_60() {
    let mut file = two_samples();
    let index = file.sample(Sample::sine("Noise", 44_100, 100.0, 100).root(255));
    let instrument = file.instrument("I", vec![Zone::new().sample(index)]);
    file.preset("P", 0, 0, vec![Zone::new().instrument(instrument)]);
    let font = open(&file);
    assert_eq!(sample(&regions(&font, 60, 64)[0]).root_key, 60);
    assert_eq!(issues(&font), []);
}

#[test]
fn a_stereo_pair_names_each_other() {
    let mut file = two_samples();
    let left = file.sample(Sample::sine("L", 44_100, 100.0, 100).kind(4, 3));
    let right = file.sample(Sample::sine("R", 44_100, 100.0, 100).kind(2, 2));
    let zones = vec![Zone::new().sample(left), Zone::new().sample(right), Zone::new().sample(0)];
    let instrument = file.instrument("I", zones);
    file.preset("P", 0, 0, vec![Zone::new().instrument(instrument)]);
    let font = open(&file);
    let sides: Vec<_> = regions(&font, 60, 64).iter().map(sample).map(|s| (s.side, s.link)).collect();
    assert_eq!(sides, [(Side::Left, right), (Side::Right, left), (Side::Mono, 0)]);
}

#[test]
fn zones_without_a_place_are_left_out() {
    let mut file = two_samples();
    let zones = vec![
        Zone::new().set(Generator::Pan, 30),
        Zone::new().set(Generator::Pan, 90),
        Zone::new().sample(0),
        Zone::new().sample(77),
        Zone::new().keys(90, 10).sample(0),
    ];
    let instrument = file.instrument("I", zones);
    file.preset("P", 0, 0, vec![Zone::new().instrument(instrument), Zone::new().instrument(9)]);
    let font = open(&file);
    let regions = regions(&font, 60, 64);
    assert_eq!(regions.len(), 1);
    assert_eq!(regions[0].generators.amount(Generator::Pan), 30, "only the first zone may be global");
    let issues: Vec<_> = issues(&font).iter().map(|issue| (issue.chunk, issue.index, issue.fault)).collect();
    let expected = [
        ("pbag", 1, Fault::IndexPastEnd { index: 9, count: 1 }),
        ("ibag", 1, Fault::NoTerminal),
        ("ibag", 3, Fault::IndexPastEnd { index: 77, count: 2 }),
        ("ibag", 4, Fault::EmptyRange { low: 90, high: 10 }),
    ];
    assert_eq!(issues, expected);
}

#[test]
fn low_bytes_count_only_when_they_fit() {
    let mut file = file_of(vec![Zone::new()], vec![Zone::new().sample(0)]).wide();
    file.sample(Sample::new("Fine", 44_100, vec![0x12_3456, -1]));
    let font = open(&file);
    let pool = font.pool();
    assert_eq!((pool.high.len() / 2, pool.low.len(), font.sample_bits()), (2140, 2140, 24));
    assert_eq!(
        (&pool.high[2 * 2092..][..4], &pool.low[2092..][..2]),
        (&[0x34, 0x12, 0xFF, 0xFF][..], &[0x56, 0xFF][..])
    );

    let narrow = file_of(vec![Zone::new()], vec![Zone::new().sample(0)]);
    let data = [&narrow.sample_data()[12..], &ripieno_tests::sf2::chunk(b"sm24", &[0; 99])[..]].concat();
    let bytes = riff(&[narrow.info(), list(b"sdta", &[data]), narrow.preset_data()]);
    let font = SoundFont::new(bytes).expect("a SoundFont");
    assert_eq!(font.sample_bits(), 16);
    assert_eq!(issues(&font)[0].fault, Fault::LowBytesMismatch { found: 99, frames: 2092 });
}

#[test]
fn lists_in_any_order_with_lying_sizes_play_the_same() {
    let file = file_of(vec![Zone::new()], vec![Zone::new().sample(0), Zone::new().sample(1)]);
    let mut unknown = ripieno_tests::sf2::chunk(b"abcd", &[1, 2, 3]);
    unknown.extend(file.info());
    let shuffled = riff(&[file.preset_data(), unknown, file.sample_data()]);
    let mut lying = file.to_bytes();
    lying[4..8].copy_from_slice(&7u32.to_le_bytes());
    lying[16..20].copy_from_slice(&u32::MAX.to_le_bytes());
    for bytes in [shuffled, lying] {
        let font = SoundFont::new(bytes).expect("a SoundFont");
        assert_eq!(played(&font, 60, 64), [0, 1]);
        assert_eq!(issues(&font), []);
    }
}

#[test]
fn missing_terminal_records_lose_nothing() {
    let file = file_of(vec![Zone::new()], vec![Zone::new().sample(0), Zone::new().sample(1)]);
    let mut tables = file.tables();
    for (table, record) in [(0, 38), (4, 22), (8, 46)] {
        let body = tables[table][8..].to_vec();
        let id: [u8; 4] = tables[table][..4].try_into().expect("four letters");
        tables[table] = ripieno_tests::sf2::chunk(&id, &body[..body.len() - record]);
    }
    let bytes = riff(&[file.info(), file.sample_data(), list(b"pdta", &tables)]);
    let font = SoundFont::new(bytes).expect("a SoundFont");
    assert_eq!(played(&font, 60, 64), [0, 1]);
    assert_eq!((font.presets().len(), font.instruments().len(), font.recordings().len()), (1, 1, 2));
}

#[test]
fn what_cannot_sound_is_refused_with_the_data() {
    let file = file_of(vec![Zone::new()], vec![Zone::new().sample(0)]);
    let refuse = |bytes: Vec<u8>| {
        let refused = SoundFont::new(bytes.clone()).expect_err("refused");
        assert_eq!(refused.data, bytes);
        assert!(!refused.to_string().is_empty());
        refused.error
    };
    assert_eq!(refuse(vec![]), SoundFontError::NotRiff { bytes: 0 });
    assert_eq!(refuse(b"RIFF\0\0\0\0WAVE".to_vec()), SoundFontError::NotSoundFont { found: *b"WAVE" });
    assert_eq!(refuse(riff(&[file.info(), file.sample_data()])), SoundFontError::Missing { chunk: "phdr" });
    assert_eq!(refuse(riff(&[file.info(), file.preset_data()])), SoundFontError::Missing { chunk: "smpl" });
    let empty = SoundFontFile::new("Empty");
    assert!(matches!(refuse(empty.to_bytes()), SoundFontError::Empty { chunk: "smpl", .. }));
    assert!(matches!(refuse(two_samples().to_bytes()), SoundFontError::Empty { chunk: "phdr", .. }));
}

#[test]
fn one_note_has_at_most_64_layers() {
    let zones = (0..100).map(|_| Zone::new().sample(0)).collect();
    let font = open(&file_of(vec![Zone::new()], zones));
    assert_eq!(played(&font, 60, 64).len(), 64);
}
