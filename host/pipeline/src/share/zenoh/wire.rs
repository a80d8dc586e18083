//! What goes over the network, version 1, little-endian. A frame: 64 bytes of header, then its elements. A note of a reader: 32 bytes.
//!
//! | bytes of a frame | hold |
//! |---|---|
//! | 0 | "RIPZ" |
//! | 4, 5, 6, 7 | version, 1 if it is the end instead of a frame, code of the type, number of dimensions |
//! | 8 | the writer's run: another number each time it starts |
//! | 16, 24 | sequence; nanoseconds of the writer's monotonic clock |
//! | 32 | four dimensions, 0 where there are fewer |

use crate::frame::{DType, FrameSpec, MAX_DIMS, Stamp};

const MAGIC: [u8; 4] = *b"RIPZ";
const VERSION: u8 = 1;

/// Bytes before the elements of a frame.
pub(super) const HEADER: usize = 64;

/// Bytes of a note.
pub(super) const NOTE: usize = 32;

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Packet<'b> {
    /// A frame.
    Frame { run: u64, spec: FrameSpec, stamp: Stamp, elements: &'b [u8] },
    /// There will be no frame of this or a later sequence.
    End { run: u64, sequence: u64 },
}

/// How far a reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    /// The reader, by a number of its own.
    pub reader: u64,
    /// The run of the writer that it has seen; 0 for none.
    pub run: u64,
    /// The first frame of that run that it does not have yet.
    pub next: u64,
    /// It leaves.
    pub leaves: bool,
}

/// A frame, or the end where there are no elements.
pub(super) fn packet(run: u64, spec: &FrameSpec, stamp: Stamp, elements: Option<&[u8]>) -> Vec<u8> {
    let elements_or_none = elements.unwrap_or_default();
    let mut bytes = Vec::with_capacity(HEADER + elements_or_none.len());
    bytes.extend(MAGIC);
    let dims = spec.shape();
    bytes.extend([VERSION, u8::from(elements.is_none()), spec.dtype().code() as u8, dims.dims().len() as u8]);
    for word in [run, stamp.sequence, stamp.nanos] {
        bytes.extend(word.to_le_bytes());
    }
    for index in 0..MAX_DIMS {
        bytes.extend((dims.dims().get(index).copied().unwrap_or(0) as u64).to_le_bytes());
    }
    bytes.extend(elements_or_none);
    bytes
}

/// What these bytes are; `None` if they are nothing of ours.
pub(super) fn parse(bytes: &[u8]) -> Option<Packet<'_>> {
    let (header, elements) = bytes.split_at_checked(HEADER)?;
    let word = |at: usize| Some(u64::from_le_bytes(header.get(at..at + 8)?.try_into().ok()?));
    if header[..4] != MAGIC || header[4] != VERSION {
        return None;
    }
    let (run, sequence, nanos) = (word(8)?, word(16)?, word(24)?);
    let rank = usize::from(header[7]);
    let dims: Vec<usize> =
        (0..rank.min(MAX_DIMS)).map(|at| usize::try_from(word(32 + 8 * at)?).ok()).collect::<Option<_>>()?;
    let spec = FrameSpec::new(DType::from_code(header[6].into())?, &dims).ok().filter(|_| rank <= MAX_DIMS)?;
    match header[5] {
        0 if elements.len() == spec.bytes() => {
            Some(Packet::Frame { run, spec, stamp: Stamp { sequence, nanos }, elements })
        }
        1 if elements.is_empty() => Some(Packet::End { run, sequence }),
        _ => None,
    }
}

impl Note {
    /// As bytes.
    pub fn bytes(self) -> [u8; NOTE] {
        let mut bytes = [0; NOTE];
        let words = [self.reader, self.run, self.next, u64::from(self.leaves)];
        for (place, word) in bytes.chunks_exact_mut(8).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    /// From bytes; `None` if they are none.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [reader, run, next, leaves] = words(bytes)?;
        (leaves <= 1).then_some(Self { reader, run, next, leaves: leaves == 1 })
    }
}

/// Exactly so many words.
pub(super) fn words<const N: usize>(bytes: &[u8]) -> Option<[u64; N]> {
    let (words, rest) = bytes.as_chunks::<8>();
    let words: &[[u8; 8]; N] = words.try_into().ok().filter(|_| rest.is_empty())?;
    Some(words.map(u64::from_le_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spec() -> FrameSpec {
        FrameSpec::new(DType::I16, &[3, 2]).expect("legal")
    }

    #[test]
    fn what_is_sent_is_what_comes() {
        let stamp = Stamp { sequence: 7, nanos: 9 };
        let bytes = packet(5, &spec(), stamp, Some(&[1; 12]));
        assert_eq!(parse(&bytes), Some(Packet::Frame { run: 5, spec: spec(), stamp, elements: &[1; 12] }));
        assert_eq!(parse(&packet(5, &spec(), stamp, None)), Some(Packet::End { run: 5, sequence: 7 }));
        let note = Note { reader: 1, run: 2, next: 3, leaves: true };
        assert_eq!(Note::parse(&note.bytes()), Some(note));
    }

    #[test]
    fn hostile_bytes_are_nothing() {
        let good = packet(5, &spec(), Stamp::default(), Some(&[1; 12]));
        let broken = |at: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[at] = value;
            bytes
        };
        for bytes in [
            Vec::new(),
            good[..HEADER - 1].to_vec(),
            good[..good.len() - 1].to_vec(),
            [&good[..], &[0]].concat(),
            broken(0, b'X'),
            broken(4, 2),
            broken(5, 1),
            broken(5, 9),
            broken(6, 0),
            broken(7, 5),
            broken(7, 255),
            broken(39, 255),
            broken(32, 0),
        ] {
            assert_eq!(parse(&bytes), None, "{bytes:?}");
        }
        assert_eq!(Note::parse(&[0; NOTE - 1]), None);
        assert_eq!(Note::parse(&[1; NOTE]), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = (parse(&bytes), Note::parse(&bytes));
            let mut bytes = bytes;
            bytes.splice(0..0, [b'R', b'I', b'P', b'Z', 1]);
            if let Some(Packet::Frame { spec, elements, .. }) = parse(&bytes) {
                prop_assert_eq!(spec.bytes(), elements.len());
            }
        }
    }
}
