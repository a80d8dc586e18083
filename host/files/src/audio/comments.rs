//! Title, artist and the like, from the many places in which formats keep them.

use super::AudioError;
use super::codec::describe;
use super::input::Input;
use crate::Tags;
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{MetadataReader, MetadataRevision, RawTag, RawTagSubField, RawValue, StandardTag};
use symphonia::default::meta::Id3v2Reader;

/// Bytes of an ID3 tag that is read: pictures make them large, words do not.
const LONGEST_ID3: u64 = 1 << 24;
/// Bytes of one list of values that are read.
const LONGEST_LIST: usize = 1 << 16;
/// Bytes of a value that is kept.
const LONGEST_VALUE: usize = 1 << 14;

/// A `LIST` chunk of the `INFO` kind: four letters, a length, a text.
///
/// # Errors
/// [`AudioError::Read`].
pub(super) fn info(input: &mut Input, at: u64, length: u64, tags: &mut Tags) -> Result<(), AudioError> {
    let bytes = input.at(at, (length as usize).min(LONGEST_LIST)).map_err(AudioError::Read)?;
    let Some(mut rest) = bytes.strip_prefix(b"INFO") else { return Ok(()) };
    while let Some((header, body)) = rest.split_first_chunk::<8>() {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let value = &body[..length.min(body.len())];
        let name = match &header[..4] {
            b"INAM" => "TITLE",
            b"IART" => "ARTIST",
            b"IPRD" => "ALBUM",
            b"ITRK" | b"IPRT" => "TRACKNUMBER",
            b"ICRD" => "DATE",
            b"IGNR" => "GENRE",
            b"ICMT" => "COMMENT",
            b"ICOP" => "COPYRIGHT",
            _ => "",
        };
        push(tags, name, String::from_utf8_lossy(value).trim_end_matches('\0'));
        rest = body.get(length.saturating_add(length & 1)..).unwrap_or_default();
    }
    Ok(())
}

/// An ID3v2 tag of so many bytes. One that cannot be read is passed over: the recording is not the worse for it.
///
/// # Errors
/// [`AudioError::Read`].
pub(super) fn id3(input: &mut Input, at: u64, length: u64, tags: &mut Tags) -> Result<(), AudioError> {
    if length > LONGEST_ID3 {
        return Ok(());
    }
    let bytes = input.at(at, length as usize).map_err(AudioError::Read)?.to_vec();
    let stream = MediaSourceStream::new(Box::new(std::io::Cursor::new(bytes)), Default::default());
    let read = catch_unwind(AssertUnwindSafe(|| {
        let mut reader = Id3v2Reader::try_new(stream, Default::default()).map_err(|error| describe(&error))?;
        reader.read_all().map_err(|error| describe(&error))
    }));
    if let Ok(Ok(buffer)) = read {
        revision(&buffer.revision, tags);
    }
    Ok(())
}

/// The comments of Vorbis and its kin: who made them, then so many times `NAME=value`.
pub(super) fn vorbis(bytes: &[u8], tags: &mut Tags) {
    let mut rest = bytes;
    if text(&mut rest).is_none() {
        return;
    }
    let Some((count, comments)) = rest.split_first_chunk::<4>() else { return };
    rest = comments;
    for _ in 0..u32::from_le_bytes(*count) {
        let Some(comment) = text(&mut rest) else { return };
        if let Some((name, value)) = String::from_utf8_lossy(comment).split_once('=') {
            push(tags, name, value);
        }
    }
}

/// A length and so many bytes, taken off the front.
fn text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, body) = rest.split_first_chunk::<4>()?;
    let (text, after) = body.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    *rest = after;
    Some(text)
}

/// What the container library found.
pub(super) fn revision(revision: &MetadataRevision, tags: &mut Tags) {
    for tag in &revision.media.tags {
        match &tag.raw.value {
            // FLAC's names are those that are kept here.
            RawValue::String(value) if revision.info.short_name == "flac" => push(tags, &tag.raw.key, value),
            value => {
                if let Some((name, value)) = tag.std.as_ref().and_then(standard) {
                    push(tags, name, &value);
                } else if own_comment(&tag.raw) {
                    push(tags, "COMMENT", &value.to_string());
                }
            }
        }
    }
}

/// Whether this is a comment as ffmpeg writes it into ID3: a text of its own by the name of comment.
fn own_comment(raw: &RawTag) -> bool {
    let described = |field: &RawTagSubField| field.value.to_string().eq_ignore_ascii_case("comment");
    raw.key == "TXXX" && raw.sub_fields.iter().flatten().any(described)
}

/// A tag that many formats share, by its name in Vorbis comments.
fn standard(tag: &StandardTag) -> Option<(&'static str, String)> {
    use StandardTag as Tag;
    Some(match tag {
        Tag::TrackTitle(value) => ("TITLE", value.to_string()),
        Tag::Artist(value) => ("ARTIST", value.to_string()),
        Tag::Album(value) => ("ALBUM", value.to_string()),
        Tag::AlbumArtist(value) => ("ALBUMARTIST", value.to_string()),
        Tag::TrackNumber(value) => ("TRACKNUMBER", value.to_string()),
        Tag::TrackTotal(value) => ("TRACKTOTAL", value.to_string()),
        Tag::DiscNumber(value) => ("DISCNUMBER", value.to_string()),
        Tag::DiscTotal(value) => ("DISCTOTAL", value.to_string()),
        Tag::RecordingDate(value) | Tag::ReleaseDate(value) => ("DATE", value.to_string()),
        Tag::RecordingYear(value) | Tag::ReleaseYear(value) => ("DATE", value.to_string()),
        Tag::Genre(value) => ("GENRE", value.to_string()),
        Tag::Comment(value) => ("COMMENT", value.to_string()),
        Tag::Composer(value) => ("COMPOSER", value.to_string()),
        Tag::Copyright(value) => ("COPYRIGHT", value.to_string()),
        Tag::IdentIsrc(value) => ("ISRC", value.to_string()),
        _ => return None,
    })
}

/// What is not carried: pictures, and who encoded the file that was read.
const LEFT_OUT: [&str; 3] = ["METADATA_BLOCK_PICTURE", "COVERART", "ENCODER"];

/// Keeps words, and nothing twice.
fn push(tags: &mut Tags, name: &str, value: &str) {
    let known = tags.iter().any(|(own, other)| own.eq_ignore_ascii_case(name) && other == value);
    let wanted = !LEFT_OUT.iter().any(|other| other.eq_ignore_ascii_case(name));
    if value.len() <= LONGEST_VALUE && wanted && !known {
        tags.push(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comment(text: &str) -> Vec<u8> {
        [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
    }

    #[test]
    fn vorbis_comments_are_read_as_far_as_they_go() {
        let whole = [
            comment("maker"),
            3_u32.to_le_bytes().to_vec(),
            comment("title=One"),
            comment("noise"),
            comment("DATE=2026"),
        ];
        let mut tags = Tags::default();
        vorbis(&whole.concat(), &mut tags);
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("TITLE", "One"), ("DATE", "2026")]);
        for length in 0..whole.concat().len() {
            vorbis(&whole.concat()[..length], &mut Tags::default());
        }
        vorbis(&[comment("maker"), u32::MAX.to_le_bytes().to_vec()].concat(), &mut tags);
    }
}
