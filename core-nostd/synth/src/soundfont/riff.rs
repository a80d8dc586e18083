//! Chunk headers: a name, a little-endian length, a body, a pad byte after an odd length.
//!
//! Lists are transparent: the walk steps into each and forgets its length, so a RIFF or LIST header that lies about
//! its size, or lists in another order, hide nothing.

use super::SoundFontError;

/// More chunks than any writer makes; a flood of empty ones ends here.
const MAX_CHUNKS: usize = 4096;

/// Declares the chunks that are kept, with their names.
macro_rules! parts {
    ($($(#[$doc:meta])* $part:ident = $name:literal,)*) => {
        /// A chunk that the reader keeps.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Part { $($(#[$doc])* $part,)* }

        impl Part {
            pub(super) const ALL: &'static [Self] = &[$(Self::$part,)*];
            pub(super) const COUNT: usize = Self::ALL.len();

            /// The chunk's four letters.
            pub(super) const fn name(self) -> &'static str {
                match self { $(Self::$part => $name,)* }
            }
        }
    };
}

parts! {
    /// 16-bit frames.
    Frames = "smpl",
    /// Lower eight bits of each frame.
    LowBytes = "sm24",
    Presets = "phdr",
    PresetBags = "pbag",
    PresetModulators = "pmod",
    PresetGenerators = "pgen",
    Instruments = "inst",
    InstrumentBags = "ibag",
    InstrumentModulators = "imod",
    InstrumentGenerators = "igen",
    Samples = "shdr",
    Version = "ifil",
    Name = "INAM",
    Engine = "isng",
    Software = "ISFT",
    Author = "IENG",
    Copyright = "ICOP",
    Comment = "ICMT",
}

impl Part {
    /// What a note cannot do without.
    const NEEDED: [Self; 8] = [
        Self::Frames,
        Self::Presets,
        Self::PresetBags,
        Self::PresetGenerators,
        Self::Instruments,
        Self::InstrumentBags,
        Self::InstrumentGenerators,
        Self::Samples,
    ];

    fn from_id(id: [u8; 4]) -> Option<Self> {
        Self::ALL.iter().copied().find(|part| part.name().as_bytes() == id)
    }
}

/// A range of bytes of the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Span {
    /// The bytes; none if `data` is not what the span was made for.
    pub(super) fn of(self, data: &[u8]) -> &[u8] {
        data.get(self.start..self.end).unwrap_or(&[])
    }

    pub(super) fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A chunk that is no list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) id: [u8; 4],
    /// The part of the body that the file holds.
    pub(super) body: Span,
    /// The length that the header states.
    pub(super) stated: u32,
}

/// Calls `each` for every chunk after the RIFF header, lists opened.
pub(super) fn walk(data: &[u8], mut each: impl FnMut(Chunk)) {
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some((id, stated)) = header(data, at) else { return };
        let start = at + 8;
        if id == *b"LIST" {
            at = start + 4;
            continue;
        }
        let left = data.len().saturating_sub(start);
        let length = usize::try_from(stated).unwrap_or(usize::MAX).min(left);
        let body = Span { start, end: start + length };
        each(Chunk { id, body, stated });
        // Some writers forget the pad byte: then a chunk that we know begins right here.
        let is_padded = length % 2 == 1 && !header(data, body.end).is_some_and(|(id, _)| is_known(id));
        at = body.end + usize::from(is_padded);
    }
}

fn is_known(id: [u8; 4]) -> bool {
    id == *b"LIST" || Part::from_id(id).is_some()
}

fn header(data: &[u8], at: usize) -> Option<([u8; 4], u32)> {
    let header: [u8; 8] = data.get(at..at.checked_add(8)?)?.try_into().ok()?;
    let [a, b, c, d, length @ ..] = header;
    Some(([a, b, c, d], u32::from_le_bytes(length)))
}

/// Where the chunks are; the first of a name counts.
pub(super) fn find_parts(data: &[u8]) -> Result<[Span; Part::COUNT], SoundFontError> {
    let form: Option<[u8; 4]> = data.get(8..12).and_then(|form| form.try_into().ok());
    match form {
        Some(found) if data.starts_with(b"RIFF") => {
            if found != *b"sfbk" {
                return Err(SoundFontError::NotSoundFont { found });
            }
        }
        _ => return Err(SoundFontError::NotRiff { bytes: data.len() }),
    }
    let mut parts = [None; Part::COUNT];
    walk(data, |chunk| {
        if let Some(part) = Part::from_id(chunk.id) {
            parts[part as usize].get_or_insert(chunk.body);
        }
    });
    for part in Part::NEEDED {
        match parts[part as usize] {
            None => return Err(SoundFontError::Missing { chunk: part.name() }),
            Some(span) if span.is_empty() => {
                return Err(SoundFontError::Empty { chunk: part.name(), offset: span.start });
            }
            Some(_) => {}
        }
    }
    Ok(parts.map(Option::unwrap_or_default))
}
