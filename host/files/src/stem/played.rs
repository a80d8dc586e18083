//! Files read back by another implementation, for tests.

use std::io::Cursor;
use symphonia::core::codecs::audio::AudioDecoderOptions;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;

/// What a decoder found.
#[derive(Debug)]
pub struct Played {
    pub rate_hz: u32,
    /// Samples a channel, at the upper end of the word.
    pub channels: Vec<Vec<i32>>,
    /// Names as the format has them, and values.
    pub tags: Vec<(String, String)>,
    /// Whether the samples have the digest that the file tells.
    pub verified: Option<bool>,
}

pub fn played(bytes: &[u8]) -> Played {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes.to_vec())), Default::default());
    let (formats, metas) = (FormatOptions::default(), MetadataOptions::default());
    let mut format = symphonia::default::get_probe().probe(&Hint::new(), stream, formats, metas).unwrap();
    let tags = match format.metadata().skip_to_latest() {
        Some(found) => found.media.tags.iter().map(|tag| (tag.raw.key.clone(), tag.raw.value.to_string())).collect(),
        None => info(bytes),
    };
    let track = format.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap();
    let mut channels = vec![Vec::new(); parameters.channels.as_ref().unwrap().count()];
    let rate_hz = parameters.sample_rate.unwrap();
    let options = AudioDecoderOptions::default().verify(true);
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(parameters, &options).unwrap();
    let mut block = Vec::new();
    while let Some(packet) = format.next_packet().unwrap() {
        decoder.decode(&packet).unwrap().copy_to_vecs_planar::<i32>(&mut block);
        channels.iter_mut().zip(&block).for_each(|(channel, block)| channel.extend(block));
    }
    Played { rate_hz, channels, tags, verified: decoder.finalize().verify_ok }
}

/// The values of a WAV file's `INFO`, which the decoder reads over.
fn info(bytes: &[u8]) -> Vec<(String, String)> {
    let chunks = |mut bytes: &[u8]| {
        let mut found = Vec::new();
        while let Some((id, rest)) = bytes.split_first_chunk::<4>() {
            let (length, rest) = rest.split_first_chunk::<4>().unwrap();
            let length = u32::from_le_bytes(*length) as usize;
            found.push((id.to_vec(), rest[..length].to_vec()));
            bytes = &rest[length.next_multiple_of(2)..];
        }
        found
    };
    let lists = chunks(&bytes[12..]).into_iter().filter(|(id, body)| id == b"LIST" && body.starts_with(b"INFO"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let values = lists.flat_map(|(_, body)| chunks(&body[4..]));
    values.map(|(id, value)| (text(id), text(value).strip_suffix('\0').unwrap().to_owned())).collect()
}
