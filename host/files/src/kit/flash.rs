//! An instrument as a bank for flash: its kit and its recordings in one image, 16 bits a frame.

use super::KitFile;
use crate::AudioFile;
use crate::samples::Trouble;
use ripieno_synth::Coding;
use ripieno_synth::flash::{FlashError, KitImage, NAME};
use ripieno_synth::sampler::Part;
use std::path::Path;

/// Frames that are decoded at a time.
const PIECE: usize = 4096;

/// A bank, and what was done to make it.
#[derive(Clone, Debug)]
pub struct KitFlash {
    /// What [`FlashKit`](ripieno_synth::flash::FlashKit) plays.
    pub image: Vec<u8>,
    /// Bytes of the kit in it.
    pub kit_bytes: u64,
    /// Frames of its recordings.
    pub frames: u32,
    /// Recordings that had more than 16 bits, and periods of oscillators, which are read there without the tables that they
    /// have in memory. Without any, and without troubles, the bank sounds as the instrument does in
    /// memory, byte for byte.
    pub reduced: usize,
    /// Recordings that are silent in it, or from some frame on.
    pub troubles: Vec<Trouble>,
}

/// Why there is no bank.
#[derive(Debug, thiserror::Error)]
pub enum KitFlashError {
    /// More than was allowed, or than a bank can number.
    #[error("makes a bank of {needed} bytes, and {allowed} are allowed; take a smaller instrument")]
    TooLarge {
        /// Bytes of the bank.
        needed: u64,
        /// Bytes it may have.
        allowed: u64,
    },
    /// What was written cannot be played.
    #[error("gives no sound bank: it comes out as {0}")]
    Unsound(#[from] FlashError),
}

impl KitFile {
    /// The instrument as an image of at most `max_bytes`. Recordings come down to 16 bits. Control; blocks.
    ///
    /// # Errors
    /// [`KitFlashError`]; nothing is read before it is known that it fits.
    pub fn flash(&self, max_bytes: u64) -> Result<KitFlash, KitFlashError> {
        let allowed = max_bytes.min(u32::MAX.into());
        let mut tables = self.tables.clone();
        let frames = tables.lay();
        let kit = tables.image();
        let image = |frames, pool| KitImage { name: name(&self.name), kit: &kit, frames, coding: Coding::Pcm16, pool };
        let needed = frames.map_or(u64::MAX, |frames| image(frames, &[]).bytes());
        let Some(frames) = frames.filter(|_| needed <= allowed) else {
            return Err(KitFlashError::TooLarge { needed, allowed });
        };
        let mut pool = vec![0; 2 * frames as usize];
        let (mut reduced, mut troubles) = (0, Vec::new());
        let is_period = |number| tables.parts.iter().any(|part| part.wave == number && part.has(Part::OSCILLATOR));
        for (number, (wave, place)) in (0..).zip(tables.waves.iter().zip(&self.waves)) {
            let Some((path, header)) = place else { continue };
            reduced += usize::from(!header.is_short || is_period(number));
            let starts = if wave.channels > 1 { vec![wave.left, wave.right] } else { vec![wave.left] };
            if let Err(what) = copy(path, wave.frames, &starts, &mut pool) {
                troubles.push(Trouble { wave: number, what });
            }
        }
        let image = image(frames, &pool);
        let mut bytes = vec![0; image.bytes() as usize];
        image.write(&mut bytes)?;
        Ok(KitFlash { image: bytes, kit_bytes: kit.len() as u64, frames, reduced, troubles })
    }
}

/// Copies a recording's channels to where they begin in the pool, in frames. What cannot be read is silence.
fn copy(path: &Path, frames: u32, starts: &[u32], pool: &mut [u8]) -> Result<(), String> {
    let mut audio = AudioFile::open(path).map_err(|error| error.to_string())?;
    let mut planes = vec![vec![0.0_f32; PIECE]; audio.spec().channels];
    let frames = frames as usize;
    let mut at = 0;
    while at < frames {
        let count = PIECE.min(frames - at);
        let mut out: Vec<&mut [f32]> = planes.iter_mut().map(|plane| &mut plane[..count]).collect();
        let read = audio.read(&mut out).map_err(|error| error.to_string())?;
        if read == 0 {
            return Err(format!("ends after {at} of {frames} frames"));
        }
        for (start, plane) in starts.iter().zip(&planes) {
            let from = 2 * (*start as usize + at);
            let places = pool.get_mut(from..from + 2 * read).unwrap_or(&mut []).as_chunks_mut::<2>().0;
            for (place, frame) in places.iter_mut().zip(plane) {
                // Exact for 16 bits; beyond them the nearest, as far as there is one.
                *place = ((frame * 32_768.0).round() as i16).to_le_bytes();
            }
        }
        at += read;
    }
    Ok(())
}

/// As much of a name as fits, whole characters.
fn name(name: &str) -> [u8; NAME] {
    let mut bytes = [0; NAME];
    let end = (0..=NAME.min(name.len())).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    bytes[..end].copy_from_slice(&name.as_bytes()[..end]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::BUDGET;
    use crate::wav::{Encoding, WavSpec, WavWriter};
    use ripieno_synth::flash::FlashKit;
    use ripieno_synth::{Bank, Synth, SynthConfig};
    use ripieno_types::midi::MidiWord;
    use ripieno_types::{Block, SampleRate};
    use std::io::Cursor;

    #[allow(clippy::disallowed_methods, reason = "a test's own folder")]
    fn write(path: &Path, bytes: &[u8]) {
        std::fs::write(path, bytes).unwrap();
    }

    fn save(path: &Path, channels: usize, encoding: Encoding) {
        let spec = WavSpec { rate: SampleRate::CD, channels: channels as u16, encoding };
        let mut writer = WavWriter::new(Cursor::new(Vec::new()), spec).unwrap();
        let plane = |channel: usize| (0..9_000).map(|n| (n as f32 * 0.03 * (channel + 1) as f32).sin() * 0.9).collect();
        let planes: Vec<Vec<f32>> = (0..channels).map(plane).collect();
        writer.write(&planes.iter().map(Vec::as_slice).collect::<Vec<_>>()).unwrap();
        write(path, &writer.finish().unwrap().0.into_inner());
    }

    fn play<B: Bank>(bank: B) -> Vec<u32> {
        let mut synth = Box::new(Synth::<B, 8>::new(bank, SynthConfig::new(SampleRate::STUDIO)));
        let mut all = vec![];
        for bytes in [[0x90, 60, 100], [0x90, 67, 50], [0xB0, 64, 127], [0x80, 60, 0], [0x90, 55, 127], [0xB0, 64, 0]] {
            synth.midi(MidiWord::new(&bytes).unwrap());
            let (mut left, mut right) = (vec![0.0; 700], vec![0.0; 700]);
            synth.render(Block::new(&mut left, &mut right), None);
            all.extend(left.iter().chain(&right).map(|x| x.to_bits()));
        }
        assert!(all.iter().any(|bits| *bits != 0));
        all
    }

    const TEXT: &str = "<control> set_cc20=64
        <group> ampeg_release=0.3 cutoff=2000 cutoff_oncc20=1200 loop_mode=loop_continuous loop_start=100 loop_end=8000
        <region> sample=mono.wav hikey=59 <region> sample=stereo.wav lokey=60 width=50
        <region> sample=*sine trigger=release volume=-12";

    #[test]
    fn a_bank_sounds_as_the_instrument_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        save(&folder.path().join("mono.wav"), 1, Encoding::I16);
        save(&folder.path().join("stereo.wav"), 2, Encoding::I16);
        let text = folder.path().join("both.sfz");
        write(&text, TEXT.as_bytes());
        let file = KitFile::read(&text).unwrap();
        let made = file.flash(u64::MAX).unwrap();
        assert_eq!((made.reduced, made.frames, made.troubles.len()), (0, 27_000, 0));
        let flash = FlashKit::new(&made.image[..]).unwrap();
        assert_eq!(flash.name().to_string(), "both");
        let (memory, troubles) = file.load(BUDGET, 8);
        assert_eq!(troubles, []);
        assert!(play(memory) == play(flash));
        let least = made.image.len() as u64;
        assert!(file.flash(least).is_ok());
        let error = file.flash(least - 1).unwrap_err();
        assert!(matches!(error, KitFlashError::TooLarge { needed, .. } if needed == least), "{error}");
    }

    #[test]
    fn what_becomes_less_is_told() {
        let folder = tempfile::tempdir().unwrap();
        save(&folder.path().join("mono.wav"), 1, Encoding::F32);
        save(&folder.path().join("stereo.wav"), 2, Encoding::I16);
        let text = folder.path().join("both.sfz");
        write(&text, TEXT.as_bytes());
        let file = KitFile::read(&text).unwrap();
        std::fs::remove_file(folder.path().join("stereo.wav")).unwrap();
        let made = file.flash(u64::MAX).unwrap();
        assert_eq!((made.reduced, made.troubles.len(), made.troubles[0].wave), (1, 1, 1));
        assert!(FlashKit::new(made.image).is_ok());
    }

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(&name("piano")[..6], b"piano\0");
        assert_eq!(&name("0123456789012345678é")[..], b"0123456789012345678\0");
    }
}
