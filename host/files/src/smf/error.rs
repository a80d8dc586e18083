//! What can be wrong with a MIDI file, and what was merely odd about it.

use std::fmt;
use std::io;

/// Why a MIDI file gives no song.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SmfError {
    /// The file cannot be opened or read.
    #[error("cannot be read: {0}")]
    Read(#[from] io::Error),
    /// More bytes than any sensible song has.
    #[error("is larger than {limit} bytes, which no MIDI file needs")]
    TooBig {
        /// The greatest size accepted, in bytes.
        limit: u64,
    },
    /// The first bytes belong to some other kind of file.
    #[error("is not a MIDI file: it neither starts with MThd nor is it an RMID file")]
    NotMidi,
    /// The header cannot be used; without it nothing can be timed.
    #[error("has a damaged header: {0}")]
    Header(Reason),
    /// There is not one track to play.
    #[error("has no tracks")]
    NoTracks,
    /// A part of the file cannot be read. [`Options::lenient`](super::Options::lenient) keeps what comes before it.
    #[error("is damaged: {0}")]
    Damaged(Damage),
    /// The song lasts longer than allowed. [`Options::max_secs`](super::Options::max_secs) raises the limit.
    #[error("lasts {:.0} minutes, more than the limit of {:.0}", .secs / 60.0, .limit / 60.0)]
    TooLong {
        /// How long the song lasts, in seconds.
        secs: f64,
        /// The limit, in seconds.
        limit: f64,
    },
}

/// Where a file is damaged, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The track, counted from 1; `None` between tracks.
    pub track: Option<u32>,
    /// The byte at which the unreadable part starts, counted from the start of the file.
    pub offset: u64,
    /// What is wrong there.
    pub reason: Reason,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(track) = self.track {
            write!(f, "track {track}, ")?;
        }
        write!(f, "byte {}: {}", self.offset, self.reason)
    }
}

/// What is wrong with some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The header or an event breaks off.
    CutOff,
    /// The header names a format other than 0, 1 and 2.
    Format(u16),
    /// The header's time division has no meaning: zero ticks, or an unknown frame rate.
    Division(u16),
    /// A length or a time of more than four bytes.
    LongNumber,
    /// A data byte where no status is running.
    NoStatus(u8),
    /// A status byte that no MIDI file may hold.
    Status(u8),
    /// A byte above 0x7f inside a message.
    Data(u8),
    /// A length that reaches past the end of what holds it.
    Length {
        /// Bytes claimed.
        claimed: u64,
        /// Bytes there are.
        present: u64,
    },
    /// Something else stands where a chunk should start.
    NoChunk,
    /// The file ends before its last track.
    MissingTracks {
        /// Tracks that the header announces.
        declared: u16,
        /// Tracks that were found.
        found: u32,
    },
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => write!(f, "it breaks off in the middle"),
            Self::Format(format) => write!(f, "format {format} is none of 0, 1 and 2"),
            Self::Division(division) => write!(f, "time division {division:#06x} has no meaning"),
            Self::LongNumber => write!(f, "a number is longer than four bytes"),
            Self::NoStatus(byte) => write!(f, "data byte {byte:#04x} has no status byte before it"),
            Self::Status(byte) => write!(f, "status byte {byte:#04x} does not belong in a MIDI file"),
            Self::Data(byte) => write!(f, "data byte {byte:#04x} is above 0x7f"),
            Self::Length { claimed, present } => {
                write!(f, "a length of {claimed} bytes is claimed, {present} are there")
            }
            Self::NoChunk => write!(f, "no track starts here"),
            Self::MissingTracks { declared, found } => {
                write!(f, "the header announces {declared} tracks, the file ends after {found}")
            }
        }
    }
}

/// Something that was put right or passed over while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The rest of a track, or of the file, was dropped (lenient reading only).
    Dropped(Damage),
    /// A track has no end-of-track event.
    NoEnd {
        /// The track, counted from 1.
        track: u32,
    },
    /// Bytes after a track's end were ignored.
    AfterEnd {
        /// The track, counted from 1.
        track: u32,
        /// How many bytes.
        bytes: u64,
    },
    /// Running status was carried across a meta event or SysEx, which the standard forbids.
    RunningStatus {
        /// The track, counted from 1.
        track: u32,
        /// The first place, counted in bytes from the start of the file.
        offset: u64,
    },
    /// A tempo of zero was ignored.
    ZeroTempo {
        /// The track, counted from 1.
        track: u32,
    },
    /// Bytes after the last track were ignored.
    Trailing {
        /// Where they start.
        offset: u64,
    },
    /// Notes that nothing ends were released at the end.
    Hanging {
        /// How many.
        notes: u32,
    },
    /// The song holds no note.
    Silent,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped(damage) => write!(f, "{damage}; what follows was dropped"),
            Self::NoEnd { track } => write!(f, "track {track} has no end-of-track event"),
            Self::AfterEnd { track, bytes } => write!(f, "track {track}: {bytes} bytes after its end were ignored"),
            Self::RunningStatus { track, offset } => {
                write!(f, "track {track}, byte {offset}: running status was carried across a meta event")
            }
            Self::ZeroTempo { track } => write!(f, "track {track}: a tempo of zero was ignored"),
            Self::Trailing { offset } => write!(f, "byte {offset}: what follows the last track was ignored"),
            Self::Hanging { notes } => write!(f, "{notes} notes never end; they were released at the end"),
            Self::Silent => write!(f, "the song holds no notes"),
        }
    }
}
