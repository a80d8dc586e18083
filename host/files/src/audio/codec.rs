//! A packet in, frames out: the decoders of the codec library behind a door that no packet can break.

use super::AudioError;
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};

/// One decoder, made anew when a packet breaks it.
pub(super) struct Codec {
    params: AudioCodecParameters,
    decoder: Box<dyn AudioDecoder>,
    scratch: Vec<Vec<f32>>,
}

impl Codec {
    pub(super) fn new(container: &'static str, params: AudioCodecParameters) -> Result<Self, AudioError> {
        let decoder = decoder(&params).map_err(|what| AudioError::unsupported(container, what))?;
        Ok(Self { params, decoder, scratch: Vec::new() })
    }

    /// Frames a second, as far as the codec knows before the first packet.
    pub(super) fn rate(&self) -> Option<u32> {
        self.decoder.codec_params().sample_rate
    }

    /// Channels, as far as the codec knows before the first packet.
    pub(super) fn channels(&self) -> Option<usize> {
        self.decoder.codec_params().channels.as_ref().map(|channels| channels.count())
    }

    /// Bits a sample, where there are such.
    pub(super) fn bits(&self) -> Option<u32> {
        self.decoder.codec_params().bits_per_sample
    }

    /// Appends what a packet of nominally `duration` frames holds to the planes; says what is wrong when it holds
    /// nothing that can be decoded.
    pub(super) fn decode(&mut self, data: &[u8], duration: u64, planes: &mut [Vec<f32>]) -> Result<usize, String> {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::from(duration), data);
        let (decoder, scratch) = (&mut self.decoder, &mut self.scratch);
        // The decoders are written for sound files; an arithmetic overflow or a wrong index in one of them costs the
        // packet and the decoder, not the program.
        let decoded = catch_unwind(AssertUnwindSafe(|| match decoder.decode_ref(&packet) {
            Ok(buffer) => {
                buffer.copy_to_vecs_planar::<f32>(scratch);
                Ok(buffer.spec().rate())
            }
            Err(error) => Err(describe(&error)),
        }));
        let rate = match decoded {
            Ok(decoded) => decoded?,
            Err(_) => {
                self.reset();
                return Err("the decoder fails".into());
            }
        };
        if self.rate().is_some_and(|own| own != rate) {
            return Err(format!("the rate changes to {rate} Hz"));
        }
        if planes.len() != self.scratch.len() {
            return Err(format!("the channels change to {}", self.scratch.len()));
        }
        planes.iter_mut().zip(&self.scratch).for_each(|(plane, decoded)| plane.extend_from_slice(decoded));
        Ok(self.scratch.first().map_or(0, Vec::len))
    }

    /// Forgets what went before: as new.
    pub(super) fn reset(&mut self) {
        if let Ok(decoder) = decoder(&self.params) {
            self.decoder = decoder;
        }
    }
}

fn decoder(params: &AudioCodecParameters) -> Result<Box<dyn AudioDecoder>, String> {
    let options = AudioDecoderOptions::default();
    let made = catch_unwind(|| symphonia::default::get_codecs().make_audio_decoder(params, &options));
    match made {
        Ok(Ok(decoder)) => Ok(decoder),
        Ok(Err(error)) => Err(describe(&error)),
        Err(_) => Err("a header that the decoder fails at".into()),
    }
}

/// The library's error in a few words.
pub(super) fn describe(error: &Error) -> String {
    match error {
        Error::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => "it breaks off".into(),
        Error::IoError(error) => error.to_string(),
        Error::DecodeError(what) | Error::Unsupported(what) | Error::LimitError(what) => (*what).into(),
        other => other.to_string(),
    }
}
