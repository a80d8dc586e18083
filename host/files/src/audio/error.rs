//! Why a recording cannot be read.

use ripieno_types::RateError;
use std::io;

/// Why a recording cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// A folder, a device or a pipe.
    #[error("is not a regular file: recordings are read from files")]
    NotAFile,
    /// The system cannot open or read it.
    #[error("cannot be read: {0}")]
    Read(#[source] io::Error),
    /// No byte in it.
    #[error("is empty")]
    Empty,
    /// The bytes are those of no known kind of recording.
    #[error(
        "is no recording that is known here: use WAV, AIFF, FLAC, MP3, Ogg Vorbis, Opus or M4A, or convert it with ffmpeg"
    )]
    Unknown,
    /// A known kind of file that holds what cannot be decoded.
    #[error("{container} file with {what}, which cannot be decoded here: convert it with ffmpeg")]
    Unsupported {
        /// The kind of file.
        container: &'static str,
        /// What is in it.
        what: String,
    },
    /// A known kind of file without sense.
    #[error("{container} file is damaged: {what}")]
    Damaged {
        /// The kind of file.
        container: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// A rate that nothing here works at.
    #[error("{0}: convert it with ffmpeg")]
    Rate(#[from] RateError),
    /// A measurement was told to stop.
    #[error("was left off before its end")]
    Interrupted,
}

impl AudioError {
    pub(super) fn damaged(container: &'static str, what: impl Into<String>) -> Self {
        Self::Damaged { container, what: what.into() }
    }

    pub(super) fn unsupported(container: &'static str, what: impl Into<String>) -> Self {
        Self::Unsupported { container, what: what.into() }
    }
}
