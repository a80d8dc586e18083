//! Damaged SoundFonts: whatever the bytes, the reader neither panics nor hangs, and what it returns is sound.

use ripieno_synth::soundfont::Severity;
use ripieno_synth::{Bank, Generator, LoopMode, Modulators, SoundFont, Wave};
use ripieno_tests::hostile::{Case, bit_flips, filled_runs, length_lies, shuffles, truncations};
use ripieno_tests::sf2::{ModulatorRecord, Sample, SoundFontFile, Zone, chunk, list, riff};

/// A small bank that uses everything the format has.
fn rich() -> SoundFontFile {
    use Generator as G;
    let mut file = SoundFontFile::new("Rich").wide();
    let left = file.sample(Sample::sine("Left", 44_100, 220.0, 200).kind(4, 1).looped(50, 150));
    let right = file.sample(Sample::sine("Right", 44_100, 221.0, 200).kind(2, 0).looped(50, 150));
    let drum = file.sample(Sample::sine("Drum", 22_050, 90.0, 120).root(36));
    let record = ModulatorRecord { source: 0x0502, destination: 8, amount: 1200, amount_source: 0x0081, transform: 0 };
    let loops = || Zone::new().set(G::SampleModes, 1).set(G::VolEnvRelease, 1200).modulator(record);
    let pair = file.instrument(
        "Pair",
        vec![loops(), Zone::new().set(G::Pan, -500).sample(left), Zone::new().set(G::Pan, 500).sample(right)],
    );
    let layers = (0..6u8).map(|n| {
        let zone = Zone::new().keys(20 * n, 20 * n + 30).velocities(10 * n, 127).set(G::StartOffset, n.into());
        zone.set(G::ExclusiveClass, 1).set(G::SampleModes, 3).modulator(record).sample(u16::from(n) % 3)
    });
    let layered = file.instrument("Layered", layers.collect());
    let kit = file.instrument("Kit", vec![Zone::new().keys(36, 36).sample(drum)]);
    let global = Zone::new().set(G::Attenuation, 30).modulator(record);
    file.preset("Pair", 0, 0, vec![global, Zone::new().keys(0, 64).instrument(pair), Zone::new().instrument(layered)]);
    file.preset("Layered", 0, 1, vec![Zone::new().instrument(layered)]);
    file.preset("Kit", 128, 0, vec![Zone::new().instrument(kit)]);
    file
}

/// Where the chunk lengths are.
fn length_fields(bytes: &[u8]) -> Vec<usize> {
    let (mut fields, mut at) = (vec![4], 12);
    while at + 8 <= bytes.len() {
        fields.push(at + 4);
        let length = u32::from_le_bytes(bytes[at + 4..at + 8].try_into().expect("four bytes")) as usize;
        at += if &bytes[at..at + 4] == b"LIST" { 12 } else { 8 + length + length % 2 };
    }
    fields
}

/// Opens, validates and plays every preset, key and a few velocities. Returns the regions played and the issues heard;
/// `None` if the file was refused.
fn survive(name: &str, bytes: &[u8]) -> Option<(usize, usize)> {
    let font = SoundFont::new(bytes).ok()?;
    let mut quarantined = 0;
    font.validate(|issue| {
        assert!(!issue.to_string().is_empty());
        quarantined += usize::from(issue.fault.severity() == Severity::Quarantined);
    });
    let pool = font.pool();
    let frames = pool.high.len() / 2;
    assert!(pool.high.len() == 2 * frames && (pool.low.is_empty() || pool.low.len() == frames), "{name}");
    let recordings = font.recordings().len();
    let mut heard = 0;
    for preset in font.presets() {
        assert!(preset.name.to_string().chars().all(|letter| !letter.is_control()), "{name}");
        for (key, velocity) in (0..128).flat_map(|key| [1, 64, 127].map(|velocity| (key, velocity))) {
            font.regions(preset.index, key, velocity, |region| {
                heard += 1;
                for &generator in Generator::ALL.iter().filter(|generator| generator.is_fixed()) {
                    let (min, max) = generator.range();
                    assert!((min..=max).contains(&region.generators.amount(generator)), "{name}: {generator:?}");
                }
                assert!(region.modulators.as_slice().len() <= Modulators::CAPACITY, "{name}");
                let Wave::Sample(s) = region.wave else { panic!("{name}: a SoundFont has only samples") };
                assert!(s.start < s.end && s.end as usize <= frames, "{name}: {s:?}");
                let loops = s.start <= s.loop_start && s.loop_start < s.loop_end && s.loop_end <= s.end;
                assert!(s.mode == LoopMode::None || loops, "{name}: {s:?}");
                assert!((100..=384_000).contains(&s.rate_hz) && s.root_key < 128, "{name}: {s:?}");
                assert!(usize::from(s.index) < recordings && usize::from(s.link) < recordings, "{name}: {s:?}");
            });
        }
    }
    Some((heard, quarantined))
}

fn corpus() -> Vec<Case> {
    let file = rich();
    let good = file.to_bytes();
    let tables = good.windows(4).position(|id| id == b"pdta").expect("pdta") + 4;
    let lists = [file.info(), file.sample_data(), file.preset_data()];
    let mut cases = truncations(&good, 60);
    cases.extend(bit_flips(&good, 0, 80, 1));
    cases.extend(bit_flips(&good, tables, 160, 2));
    cases.extend(filled_runs(&good, tables, 160, 3));
    cases.extend(length_lies(&good, &length_fields(&good), false));
    cases.extend(shuffles(&lists, 12, 4, riff));
    cases.extend(shuffles(&file.tables(), 48, 5, |tables| {
        riff(&[file.info(), file.sample_data(), list(b"pdta", tables)])
    }));
    cases
}

#[test]
fn damaged_files_lose_only_what_is_damaged() {
    let (whole, issues) = survive("whole", &rich().to_bytes()).expect("a good file");
    assert!(whole > 500 && issues == 0);
    let cases = corpus();
    assert!(cases.len() >= 300, "only {} cases", cases.len());
    let outcomes: Vec<_> = cases.iter().map(|case| survive(&case.name, &case.bytes)).collect();
    let refused = outcomes.iter().filter(|outcome| outcome.is_none()).count();
    let partial = outcomes.iter().flatten().filter(|&&(heard, issues)| heard > 0 && issues > 0).count();
    // The corpus is only worth its name if it reaches all three: refused, damaged but playing, untouched.
    assert!(refused > 50, "{refused} of {} refused", cases.len());
    assert!(partial > 50, "{partial} of {} play in part", cases.len());
    assert!(outcomes.iter().flatten().any(|&(heard, _)| heard == whole));
}

/// Tables with one record each, but for those given.
fn tables_of(replace: &[(&[u8; 4], Vec<u8>)]) -> Vec<u8> {
    let file = rich();
    let tables = file.tables().into_iter().map(|table| {
        let new = replace.iter().find(|(id, _)| table.starts_with(*id));
        new.map_or(table, |(id, body)| chunk(id, body))
    });
    riff(&[file.info(), file.sample_data(), list(b"pdta", &tables.collect::<Vec<_>>())])
}

/// Bags that jump between nothing and everything, so that every other zone claims the whole table.
fn greedy_bags() -> Vec<u8> {
    (0..65_535u32).flat_map(|n| if n % 2 == 0 { [0; 4] } else { [0xFF; 4] }).collect()
}

/// Headers whose zone lists jump between nothing and everything.
fn greedy_headers(record: usize, field: usize) -> Vec<u8> {
    (0..2000u32)
        .flat_map(|n| {
            let mut header = vec![b'x'; record];
            header[field..field + 2].copy_from_slice(&if n % 2 == 0 { [0; 2] } else { [0xFE; 2] });
            header
        })
        .collect()
}

#[test]
fn overlapping_tables_cannot_make_a_note_or_a_check_endless() {
    let endless_zone: Vec<u8> = (0..65_535).flat_map(|_| [17, 0, 1, 0]).collect();
    let every_zone_plays: Vec<u8> = (0..65_535).flat_map(|_| [41, 0, 0, 0]).collect();
    let every_zone_samples: Vec<u8> = (0..65_535).flat_map(|_| [53, 0, 0, 0]).collect();
    let one_each: Vec<u8> = (0..65_535u16).flat_map(|n| [n.to_le_bytes(), [0; 2]].concat()).collect();
    let greedy = [
        (b"phdr", greedy_headers(38, 24)),
        (b"pbag", greedy_bags()),
        (b"pgen", endless_zone.clone()),
        (b"inst", greedy_headers(22, 20)),
        (b"ibag", greedy_bags()),
        (b"igen", endless_zone),
    ];
    let wide = [
        (b"phdr", greedy_headers(38, 24)),
        (b"pbag", one_each.clone()),
        (b"pgen", every_zone_plays),
        (b"inst", greedy_headers(22, 20)),
        (b"ibag", one_each),
        (b"igen", every_zone_samples),
    ];
    for tables in [&greedy, &wide] {
        let bytes = tables_of(tables);
        let font = SoundFont::new(&bytes[..]).expect("structurally a SoundFont");
        let mut issues = 0u32;
        font.validate(|_| issues += 1);
        assert!(issues > 0);
        let mut heard = 0;
        for preset in font.presets().take(40) {
            font.regions(preset.index, 60, 64, |_| heard += 1);
        }
        assert!(heard <= 40 * 64);
    }
}
