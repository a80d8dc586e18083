//! A plain SoundFont, and what a compressor of SoundFonts makes of it.

use crate::fixtures::{Planes, encode};
use crate::sf2::{self, Sample, SoundFontFile, Zone};
use ripieno_synth::Generator;

/// Frames of each sample.
pub const FRAMES: usize = 6_000;
/// Bytes of a sample header.
pub const RECORD: usize = 46;

/// A pair, a loop and a plain sample; each on keys of its own, from 36, 60 and 84 on.
pub fn plain() -> SoundFontFile {
    let mut file = SoundFontFile::new("Compressed").version(3, 0);
    let left = file.sample(Sample::sine("Left", 44_100, 441.0, FRAMES).kind(4, 1).looped(1_000, 5_000));
    let right = file.sample(Sample::sine("Right", 44_100, 882.0, FRAMES).kind(2, 0).looped(1_000, 5_000));
    let drum = file.sample(Sample::sine("Drum", 22_050, 220.5, FRAMES).root(84));
    let zone = || Zone::new().keys(36, 59).set(Generator::SampleModes, 1).set(Generator::OverridingRootKey, 48);
    let zones = vec![
        zone().set(Generator::Pan, -500).sample(left),
        zone().set(Generator::Pan, 500).sample(right),
        Zone::new().keys(60, 83).sample(left),
        Zone::new().keys(84, 108).sample(drum),
    ];
    let instrument = file.instrument("All", zones);
    file.preset("All", 0, 0, vec![Zone::new().instrument(instrument)]);
    file
}

/// A chunk of a SoundFont that this test has written.
pub fn part<'a>(file: &'a [u8], id: &[u8; 4]) -> &'a [u8] {
    let at = file.windows(4).position(|four| four == id).unwrap();
    let length = u32::from_le_bytes(file[at + 4..at + 8].try_into().unwrap()) as usize;
    &file[at + 8..at + 8 + length]
}

pub fn long(record: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(record[at..at + 4].try_into().unwrap())
}

/// Sample headers without the terminal one.
pub fn headers(file: &[u8]) -> Vec<&[u8]> {
    let mut headers: Vec<_> = part(file, b"shdr").chunks_exact(RECORD).collect();
    headers.pop();
    headers
}

/// The frames of a header of a plain SoundFont.
pub fn frames(file: &[u8], header: &[u8]) -> Vec<i16> {
    let (start, end) = (long(header, 20) as usize, long(header, 24) as usize);
    part(file, b"smpl")[2 * start..2 * end].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect()
}

/// An Ogg Vorbis file of a mono sample.
pub fn vorbis(frames: &[i16], rate: u32) -> Vec<u8> {
    let plane: Planes = vec![frames.iter().map(|frame| f32::from(*frame) / 32_768.0).collect()];
    encode(&plane, rate, "ogg", &["-c:a", "libvorbis", "-q:a", "9", "-fflags", "+bitexact"])
}

/// Compresses the samples for which `choose` says so; a sample that is left as it was follows the compressed ones.
pub fn compress(file: &SoundFontFile, choose: impl Fn(usize) -> bool) -> Vec<u8> {
    let plain = file.to_bytes();
    let (mut pool, mut records) = (Vec::new(), part(&plain, b"shdr").to_vec());
    let oggs: Vec<Option<Vec<u8>>> = (headers(&plain).iter().enumerate())
        .map(|(n, header)| choose(n).then(|| vorbis(&frames(&plain, header), long(header, 36))))
        .collect();
    let put = |record: &mut [u8], places: [u32; 4]| {
        for (place, at) in places.into_iter().zip([20, 24, 28, 32]) {
            record[at..at + 4].copy_from_slice(&place.to_le_bytes());
        }
    };
    for (record, ogg) in records.chunks_exact_mut(RECORD).zip(&oggs) {
        let Some(ogg) = ogg else { continue };
        let base = long(record, 20);
        let (loop_start, loop_end) = (long(record, 28) - base, long(record, 32) - base);
        put(record, [pool.len() as u32, (pool.len() + ogg.len()) as u32, loop_start, loop_end]);
        record[44] |= 0x10;
        pool.extend_from_slice(ogg);
    }
    pool.resize(pool.len().next_multiple_of(2), 0);
    for ((record, ogg), header) in records.chunks_exact_mut(RECORD).zip(&oggs).zip(headers(&plain)) {
        if ogg.is_none() {
            let (base, first) = (long(record, 20), pool.len() as u32 / 2);
            put(record, [20, 24, 28, 32].map(|at| long(header, at) - base + first));
            pool.extend(frames(&plain, header).iter().flat_map(|frame| frame.to_le_bytes()));
        }
    }
    let mut tables = file.tables();
    *tables.last_mut().unwrap() = sf2::chunk(b"shdr", &records);
    sf2::riff(&[file.info(), sf2::list(b"sdta", &[sf2::chunk(b"smpl", &pool)]), sf2::list(b"pdta", &tables)])
}
