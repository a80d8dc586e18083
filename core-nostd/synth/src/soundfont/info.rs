//! What a file says about itself: names, versions, counts.

use super::SoundFont;
use super::record::{self, long};
use super::riff::Part;
use crate::{Bank, PresetIndex};
use core::fmt;

/// Text from a file, made fit to print: it ends at the first zero, control characters become spaces, what is no UTF-8
/// becomes U+FFFD, and blanks around it are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text<'a>(&'a [u8]);

impl<'a> Text<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        let end = bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        Self(bytes.get(..end).unwrap_or(&[]).trim_ascii())
    }

    /// True if there is nothing to print. Any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write;
        for chunk in self.0.utf8_chunks() {
            for letter in chunk.valid().chars() {
                f.write_char(if letter.is_control() { ' ' } else { letter })?;
            }
            if !chunk.invalid().is_empty() {
                f.write_char(char::REPLACEMENT_CHARACTER)?;
            }
        }
        Ok(())
    }
}

/// A preset's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset<'a> {
    /// For [`Bank::regions`].
    pub index: PresetIndex,
    /// As the file has it.
    pub name: Text<'a>,
    /// MIDI bank, 128 for percussion; what the file says, in range or not.
    pub bank: u16,
    /// MIDI program; what the file says, in range or not.
    pub program: u16,
}

/// A sample's header, as the file states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recording<'a> {
    /// [`Sample::index`](crate::Sample::index) of the regions that play it.
    pub index: u16,
    /// As the file has it.
    pub name: Text<'a>,
    /// Frames between its start and end, 0 if they are the wrong way round.
    pub frames: u32,
    /// Hertz.
    pub rate_hz: u32,
}

impl<D: AsRef<[u8]>> SoundFont<D> {
    /// The presets in file order. Control.
    pub fn presets(&self) -> impl ExactSizeIterator<Item = Preset<'_>> {
        self.tables().presets.iter().enumerate().map(|(n, header)| {
            let (bank, program) = record::preset_address(header);
            Preset { index: PresetIndex(n as u16), name: name20(header), bank, program }
        })
    }

    /// The samples in file order, playable or not. Control.
    pub fn recordings(&self) -> impl ExactSizeIterator<Item = Recording<'_>> {
        self.tables().samples.iter().enumerate().map(|(n, header)| Recording {
            index: n as u16,
            name: name20(header),
            frames: long(header, 24).saturating_sub(long(header, 20)),
            rate_hz: long(header, 36),
        })
    }

    /// The names of the instruments that presets are made of. Control.
    pub fn instruments(&self) -> impl ExactSizeIterator<Item = Text<'_>> {
        self.tables().instruments.iter().map(name20)
    }

    /// Bytes of sample data, both chunks. Any.
    pub fn sample_bytes(&self) -> usize {
        let pool = self.pool();
        pool.high.len() + pool.low.len()
    }

    /// 16, or 24 when the lower bytes are there and fit. Any.
    pub fn sample_bits(&self) -> u8 {
        if self.pool().low.is_empty() { 16 } else { 24 }
    }

    /// The version of the format, (2, 4) for 2.04. Any.
    pub fn version(&self) -> Option<(u16, u16)> {
        record::version(self.part(Part::Version))
    }

    /// The bank's name (`INAM`). Any.
    pub fn name(&self) -> Text<'_> {
        Text::new(self.part(Part::Name))
    }

    /// The sound engine it was made for (`isng`). Any.
    pub fn engine(&self) -> Text<'_> {
        Text::new(self.part(Part::Engine))
    }

    /// What wrote it (`ISFT`). Any.
    pub fn software(&self) -> Text<'_> {
        Text::new(self.part(Part::Software))
    }

    /// Who made it (`IENG`). Any.
    pub fn author(&self) -> Text<'_> {
        Text::new(self.part(Part::Author))
    }

    /// The copyright notice (`ICOP`). Any.
    pub fn copyright(&self) -> Text<'_> {
        Text::new(self.part(Part::Copyright))
    }

    /// The comment (`ICMT`). Any.
    pub fn comment(&self) -> Text<'_> {
        Text::new(self.part(Part::Comment))
    }
}

fn name20<const N: usize>(header: &[u8; N]) -> Text<'_> {
    Text::new(header.get(..20).unwrap_or(&[]))
}
