//! Tags in a `LIST` chunk of type `INFO` (Microsoft's Multimedia Programming Interface 1.0), in UTF-8 as all do today.

use crate::stem::tags::Bounded;

/// Names of tags and the chunks that hold their values. What has no chunk cannot be told in a WAV file.
const NAMES: &[(&str, &[u8; 4])] = &[
    ("TITLE", b"INAM"),
    ("ARTIST", b"IART"),
    ("ALBUM", b"IPRD"),
    ("TRACKNUMBER", b"ITRK"),
    ("DATE", b"ICRD"),
    ("GENRE", b"IGNR"),
    ("COMPOSER", b"IMUS"),
    ("COMMENT", b"ICMT"),
    ("COPYRIGHT", b"ICOP"),
    ("LANGUAGE", b"ILNG"),
    ("PRODUCER", b"IPRO"),
    ("ENGINEER", b"IENG"),
    ("ENCODER", b"ISFT"),
];

/// The chunk, empty when there is nothing to tell.
pub(super) fn chunk(tags: &mut Bounded<'_>) -> Vec<u8> {
    let mut body = Vec::new();
    tags.retain(|name, value| {
        // Values end with a zero, so they have none inside.
        let known = NAMES.iter().find(|(known, _)| *known == name).filter(|_| !value.contains('\0'));
        if let Some((_, id)) = known {
            body.extend(*id);
            body.extend((value.len() as u32 + 1).to_le_bytes());
            body.extend(value.as_bytes());
            body.push(0);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        known.is_some()
    });
    if body.is_empty() {
        return body;
    }
    let mut chunk = b"LIST".to_vec();
    chunk.extend((body.len() as u32 + 4).to_le_bytes());
    chunk.extend(b"INFO");
    chunk.extend(body);
    chunk
}
