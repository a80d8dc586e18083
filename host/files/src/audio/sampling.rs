//! What WAV, AIFF and FLAC files say to samplers: root key and loops.

use super::input::Input;
use super::{AudioError, AudioSpec, SampleLoop, Sampling};

/// Loops of a file that are kept.
const MOST_LOOPS: usize = 16;
/// Markers of an AIFF file that are looked at.
const MOST_MARKERS: usize = 1024;
/// Blocks of a FLAC file that are looked at.
const MOST_BLOCKS: usize = 128;

/// Puts what was found into what is known of a recording: loops that lead out of it fall away.
pub(super) fn place(spec: &mut AudioSpec, sampling: Option<Sampling>) {
    let Some(mut sampling) = sampling else { return };
    let frames = spec.frames.unwrap_or(u64::MAX);
    // Many writers put a loop's end one frame past the recording's.
    sampling.loops.iter_mut().for_each(|one| one.end = one.end.min(frames));
    sampling.loops.retain(|one| one.start < one.end);
    spec.sampling = Some(sampling);
}

/// The `smpl` chunk of WAV: nine numbers, then six a loop.
pub(super) fn smpl(input: &mut Input, at: u64, length: u64) -> Result<Option<Sampling>, AudioError> {
    let bytes = input.at(at, length.min((36 + 24 * MOST_LOOPS) as u64) as usize).map_err(AudioError::Read)?;
    let long = |at: usize| bytes.get(at..)?.first_chunk().map(|four| u32::from_le_bytes(*four));
    let (Some(key), Some(fraction), Some(loops)) = (long(12), long(16), long(28)) else { return Ok(None) };
    let one = |n: usize| {
        let at = 36 + 24 * n;
        let (kind, start, end) = (long(at + 4)?, long(at + 8)?, long(at + 12)?);
        Some(SampleLoop { start: start.into(), end: u64::from(end) + 1, forward: kind == 0 })
    };
    Ok(Some(Sampling {
        root_key: u8::try_from(key).ok().filter(|key| *key < 128),
        cents: f64::from(fraction) / 4_294_967_296.0 * 100.0,
        loops: (0..(loops as usize).min(MOST_LOOPS)).map_while(one).collect(),
    }))
}

/// The `smpl` chunk that FLAC files made of WAV files carry, in an application block of the name `riff`.
pub(super) fn flac(input: &mut Input, start: u64) -> Result<Option<Sampling>, AudioError> {
    let mut at = start + 4;
    for _ in 0..MOST_BLOCKS {
        let Some([kind, length @ ..]) = input.array::<4>(at).map_err(AudioError::Read)? else { break };
        let length = u64::from(u32::from_be_bytes([0, length[0], length[1], length[2]]));
        let chunk = if kind & 0x7F == 2 { input.array::<12>(at + 4).map_err(AudioError::Read)? } else { None };
        if let Some([b'r', b'i', b'f', b'f', b's', b'm', b'p', b'l', ..]) = chunk {
            return smpl(input, at + 16, length.saturating_sub(12));
        }
        if kind & 0x80 != 0 {
            break;
        }
        at += 4 + length;
    }
    Ok(None)
}

/// The chunks `INST` and `MARK` of AIFF.
#[derive(Debug, Default)]
pub(super) struct Instrument {
    inst: Option<[u8; 20]>,
    markers: Vec<(u16, u32)>,
}

impl Instrument {
    /// Twenty bytes: keys, velocities, gain, and two loops between markers.
    pub(super) fn inst(&mut self, input: &mut Input, at: u64) -> Result<(), AudioError> {
        self.inst = input.array(at).map_err(AudioError::Read)?;
        Ok(())
    }

    /// A number of markers: number, place, and a name of any length.
    pub(super) fn mark(&mut self, input: &mut Input, at: u64, length: u64) -> Result<(), AudioError> {
        let bytes = input.at(at, length.min(1 << 16) as usize).map_err(AudioError::Read)?;
        let mut rest = bytes.get(2..).unwrap_or(&[]);
        while let Some(([a, b, place @ .., letters], behind)) = rest.split_first_chunk::<7>() {
            if self.markers.len() == MOST_MARKERS {
                break;
            }
            self.markers.push((u16::from_be_bytes([*a, *b]), u32::from_be_bytes(*place)));
            // The name and its length make an even number of bytes.
            rest = behind.get(usize::from(letters | 1)..).unwrap_or(&[]);
        }
        Ok(())
    }

    pub(super) fn sampling(&self) -> Option<Sampling> {
        let inst = self.inst?;
        let word = |at: usize| u16::from_be_bytes([inst[at], inst[at + 1]]);
        let marker = |number: u16| self.markers.iter().find(|marker| marker.0 == number).map(|marker| marker.1);
        // The first loop sustains, the second is for the release.
        let one = |at: usize| {
            let (start, end) = (marker(word(at + 2))?, marker(word(at + 4))?);
            (word(at) != 0).then_some(SampleLoop { start: start.into(), end: end.into(), forward: word(at) == 1 })
        };
        Some(Sampling {
            root_key: Some(inst[0]).filter(|key| *key < 128),
            // How far the sound is to be moved when it is played.
            cents: -f64::from(inst[1].cast_signed()),
            loops: [8, 14].into_iter().filter_map(one).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::AudioFile;
    use crate::audio::input::Input;
    use crate::audio::{SampleLoop, Sampling};
    use std::io::Cursor;

    fn sampling(file: &[u8]) -> Option<Sampling> {
        AudioFile::new(Cursor::new(file.to_vec())).unwrap().spec().sampling.clone()
    }

    /// Mono, 16 bits, a thousand frames, with another chunk before or behind them.
    fn wav(chunk: &[u8], before: bool) -> Vec<u8> {
        let format = b"fmt \x10\0\0\0\x01\0\x01\0\x44\xac\0\0\x88\x58\x01\0\x02\0\x10\0".to_vec();
        let data = [&b"data\xd0\x07\0\0"[..], &[0; 2000]].concat();
        let parts = if before { [format, chunk.to_vec(), data] } else { [format, data, chunk.to_vec()] };
        let body = parts.concat();
        [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), b"WAVE", &body].concat()
    }

    fn smpl(key: u32, fraction: u32, loops: u32, list: &[[u32; 6]]) -> Vec<u8> {
        let numbers = [0, 0, 22_675, key, fraction, 0, 0, loops, 0];
        let numbers = numbers.iter().chain(list.iter().flatten()).flat_map(|number: &u32| number.to_le_bytes());
        let body: Vec<u8> = numbers.collect();
        [&b"smpl"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
    }

    #[test]
    fn a_wav_file_tells_its_root_and_loops() {
        for before in [true, false] {
            let chunk = smpl(62, 1 << 31, 2, &[[0, 0, 100, 899, 0, 0], [1, 1, 10, 5_000, 0, 0]]);
            let expected = Sampling {
                root_key: Some(62),
                cents: 50.0,
                loops: vec![
                    SampleLoop { start: 100, end: 900, forward: true },
                    SampleLoop { start: 10, end: 1_000, forward: false },
                ],
            };
            assert_eq!(sampling(&wav(&chunk, before)), Some(expected));
        }
        assert_eq!(sampling(&wav(&[], true)), None);
    }

    #[test]
    fn lies_about_loops_are_seen_through() {
        let loops =
            |chunk: &[u8]| sampling(&wav(chunk, false)).map(|sampling| (sampling.root_key, sampling.loops.len()));
        assert_eq!(loops(&smpl(200, 0, u32::MAX, &[])), Some((None, 0)));
        assert_eq!(loops(&smpl(60, 0, 1, &[[0, 0, 1_000, 2_000, 0, 0]])), Some((Some(60), 0)));
        assert_eq!(loops(&smpl(60, 0, 1, &[[0, 0, 50, 40, 0, 0]])), Some((Some(60), 0)));
        assert_eq!(loops(&smpl(60, 0, 100, &[[0, 0, 0, u32::MAX, 0, 0]; 100])), Some((Some(60), 16)));
        assert_eq!(loops(b"smpl\x04\0\0\0\0\0\0\0"), None);
    }

    #[test]
    fn a_flac_file_keeps_what_its_wav_file_told() {
        let chunk = smpl(62, 0, 1, &[[0, 0, 1, 3, 0, 0]]);
        let info = [&[0, 0, 0, 34][..], &[0; 34]].concat();
        let block = [&[0x82, 0, 0, chunk.len() as u8 + 4], &b"riff"[..], &chunk].concat();
        let file = [b"fLaC", &info[..], b"\x02\0\0\x08otherwho", &block].concat();
        let sampling = |file: &[u8]| {
            let mut input = Input::new(Box::new(Cursor::new(file.to_vec()))).unwrap();
            super::flac(&mut input, 0).unwrap()
        };
        let loops = vec![SampleLoop { start: 1, end: 4, forward: true }];
        assert_eq!(sampling(&file), Some(Sampling { root_key: Some(62), cents: 0.0, loops }));
        // The last two numbers of a loop are not asked for.
        for length in 0..file.len() - 8 {
            assert!(sampling(&file[..length]).is_none_or(|found| found.loops.is_empty()), "{length}");
        }
    }

    #[test]
    fn an_aiff_file_tells_its_root_and_loops() {
        let common = b"COMM\0\0\0\x12\0\x01\0\0\x03\xe8\0\x10\x40\x0e\xac\x44\0\0\0\0\0\0".to_vec();
        let sound = [&b"SSND\0\0\x07\xd8"[..], &[0; 2008]].concat();
        let mark = b"MARK\0\0\0\x14\0\x02\0\x07\0\0\0\x64\x03abc\0\x09\0\0\x03\x84\x00\0".to_vec();
        let inst = b"INST\0\0\0\x14\x3e\xfb\0\x7f\x01\x7f\0\0\0\x01\0\x07\0\x09\0\0\0\0\0\0".to_vec();
        let body = [common, mark, inst, sound].concat();
        let file = [&b"FORM"[..], &(body.len() as u32 + 4).to_be_bytes(), b"AIFF", &body].concat();
        let loops = vec![SampleLoop { start: 100, end: 900, forward: true }];
        assert_eq!(sampling(&file), Some(Sampling { root_key: Some(62), cents: 5.0, loops }));
    }
}
