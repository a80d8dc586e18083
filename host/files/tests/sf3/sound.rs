//! What a compressed SoundFont sounds like.

use crate::fonts::{FRAMES, compress, frames, headers, long, plain};
use ripieno_files::sf3::{self, Trouble};
use ripieno_synth::{SoundFont, Synth, SynthConfig};
use ripieno_types::{Block, SampleRate, midi::MidiWord};

/// Level of the difference of two recordings against that of the first, in decibels.
fn difference_db(one: &[f32], other: &[f32]) -> f64 {
    assert_eq!(one.len(), other.len());
    let energy = |all: &mut dyn Iterator<Item = f32>| all.map(|x| f64::from(x) * f64::from(x)).sum::<f64>();
    let difference = energy(&mut one.iter().zip(other).map(|(a, b)| a - b));
    10.0 * (difference / energy(&mut one.iter().copied())).log10()
}

fn played(font: impl AsRef<[u8]>, key: u8) -> Vec<f32> {
    let mut synth = Synth::<_, 8>::new(SoundFont::new(font).unwrap(), SynthConfig::new(SampleRate::CD));
    synth.midi(MidiWord::new(&[0x90, key, 100]).unwrap());
    let (mut left, mut right) = (vec![0.0; 20_000], vec![0.0; 20_000]);
    synth.render(Block::new(&mut left, &mut right), None);
    left.extend(right);
    left
}

#[test]
fn it_sounds_like_the_plain_one() {
    let plain_file = plain().to_bytes();
    let file = compress(&plain(), |_| true);
    assert!(sf3::is_compressed(&file) && !sf3::is_compressed(&plain_file));
    let (font, report) = sf3::decode(&file).unwrap();
    assert_eq!((report.compressed, &report.troubles[..]), (3, &[][..]));
    assert!(!sf3::is_compressed(font.as_ref()));
    let (ours, theirs) = (headers(font.as_ref()), headers(&plain_file));
    assert_eq!(ours.len(), theirs.len());
    for (our, their) in ours.iter().zip(theirs) {
        assert_eq!(our[..20], their[..20]);
        assert_eq!(our[36..], their[36..], "rate, key, link and type");
        let relative = |header: &[u8]| [24, 28, 32].map(|at| long(header, at) - long(header, 20));
        assert_eq!(relative(our), relative(their));
        assert_eq!(relative(our)[0], FRAMES as u32);
    }
    // A loop, one that ends, the one of another rate.
    for key in [40, 48, 60, 84, 90] {
        let level = difference_db(&played(&plain_file, key), &played(&font, key));
        assert!(level < -30.0, "key {key}: {level:.1} dB");
    }
    // Nothing changes in what is plain.
    assert_eq!(played(sf3::decode(&plain_file).unwrap().0, 84), played(&plain_file, 84));
}

#[test]
fn compressed_and_plain_samples_share_a_file() {
    let plain_file = plain().to_bytes();
    let (font, report) = sf3::decode(&compress(&plain(), |n| n != 1)).unwrap();
    assert_eq!((report.compressed, report.troubles.len()), (2, 0));
    let (our, their) = (headers(font.as_ref())[1], headers(&plain_file)[1]);
    assert_eq!(frames(font.as_ref(), our), frames(&plain_file, their));
    assert_eq!(long(our, 28) - long(our, 20), 1_000);
}

#[test]
fn headers_that_name_the_same_bytes_share_them() {
    let mut file = compress(&plain(), |_| true);
    let first = headers(&file)[0][20..28].to_vec();
    let record = headers(&file)[1].as_ptr() as usize - file.as_ptr() as usize;
    file[record + 20..record + 28].copy_from_slice(&first);
    let (font, _) = sf3::decode(&file).unwrap();
    let ours = headers(font.as_ref());
    assert_eq!(ours[0][20..28], ours[1][20..28]);
    assert_eq!(long(ours[2], 24), 2 * FRAMES as u32);
}

#[test]
fn a_bad_sample_loses_itself_alone() {
    let file = compress(&plain(), |_| true);
    let (whole, _) = sf3::decode(&file).unwrap();
    let smpl = file.windows(4).position(|four| four == b"smpl").unwrap() + 8;
    let range = (long(headers(&file)[1], 20) as usize, long(headers(&file)[1], 24) as usize);
    let check = |what: &str, lost: bool, damage: &dyn Fn(&mut [u8])| {
        let mut damaged = file.clone();
        damage(&mut damaged[smpl + range.0..smpl + range.1]);
        let (font, report) = sf3::decode(&damaged).unwrap();
        let [Trouble { sample: 1, name, lost: is_lost, what: found }] = &report.troubles[..] else {
            panic!("{what}: {:?}", report.troubles);
        };
        assert_eq!((name.as_str(), *is_lost), ("Right", lost), "{what}: {found}");
        assert!(found.contains(what), "{what}: {found}");
        for key in [60, 84] {
            assert_eq!(played(&font, key), played(&whole, key), "{what}");
        }
        // The other side of the pair sounds on.
        assert!(played(&font, 48).iter().any(|sample| sample.abs() > 0.01), "{what}");
    };
    check("no Ogg file", true, &|ogg| ogg.fill(0));
    check("other than Vorbis", true, &|ogg| ogg[28..60].fill(0xFF));
    check("cannot hold", true, &|ogg| {
        let last = ogg.windows(4).rposition(|four| four == b"OggS").unwrap();
        ogg[last + 10] = 1;
    });
    // Its last page is what most of it lies in.
    check("", true, &|ogg| {
        let middle = ogg.len() / 2;
        ogg[middle] ^= 1;
    });
    // What lies beyond the chunk cannot be fetched.
    let mut short = file.clone();
    let record = headers(&file)[2].as_ptr() as usize - file.as_ptr() as usize;
    short[record + 27] = 1;
    let (_, report) = sf3::decode(&short).unwrap();
    assert_eq!(report.troubles.len(), 1);
    assert!(report.troubles[0].what.contains("beyond"), "{}", report.troubles[0].what);
}
