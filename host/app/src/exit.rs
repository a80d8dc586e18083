//! How a run ends: the one place where errors become messages and exit codes.

use crate::studio::StudioError;
use ripieno_files::atomic::AtomicError;
use ripieno_files::map::MapError;
use ripieno_files::smf::{Options, SmfError};
use ripieno_files::tuning::TuningError;
use ripieno_infer::{ModelError, ModelErrorKind};
use ripieno_separate::{ErrorCode, JobError};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

/// Everything went well.
pub const OK: u8 = 0;
/// Something failed that is neither the command line's nor an input file's fault.
pub const FAILED: u8 = 1;
/// The command line makes no sense.
pub const USAGE: u8 = 2;
/// An input file is missing, damaged or of the wrong kind.
pub const BAD_INPUT: u8 = 3;
/// A device is not there, or does not agree to what is asked.
pub const UNAVAILABLE: u8 = 4;
/// The user interrupted the run.
pub const INTERRUPTED: u8 = 130;

/// Why a verb failed. Every message names the cause and, where there is one, the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// A mistake on the command line that only shows when it is carried out.
    #[error("{0}")]
    Usage(String),
    /// A MIDI file that gives no song.
    #[error("{} {error}{}", .path.display(), song_advice(.error))]
    Song {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: SmfError,
    },
    /// An instrument file that cannot be opened.
    #[error("{} {error}", .path.display())]
    Map {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: MapError,
    },
    /// An instrument file that is not what it should be.
    #[error("{} {error}", .path.display())]
    Instrument {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// A scale or a keyboard map that cannot be used.
    #[error("{0}")]
    Tuning(TuningError),
    /// The output cannot be written.
    #[error("{} {error}{}", .path.display(), output_advice(.error))]
    Output {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: AtomicError,
    },
    /// The studio file cannot be used.
    #[error("{} {error}", .path.display())]
    Studio {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: StudioError,
    },
    /// A set-up's file that cannot be sent to a controller.
    #[error("{} {error}", .path.display())]
    Setup {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        error: String,
    },
    /// A graph file that breaks rules.
    #[error("{0}")]
    Graph(Box<ripieno_pipeline::Diagnostics>),
    /// A job of separation without its stems.
    #[error("{0}")]
    Job(JobError),
    /// What a farm says.
    #[cfg(feature = "nats")]
    #[error("{0}")]
    Farm(ripieno_farm::FarmError),
    /// A model that cannot be used.
    #[error("{0}")]
    Model(ModelError),
    /// A model that did not pass its check.
    #[error("{message}")]
    Check {
        /// What kind of fault it has.
        fault: ModelErrorKind,
        /// Which model, and what is wrong with it.
        message: String,
    },
    /// No device to play on.
    #[error("{0}")]
    Device(String),
    /// A live session failed.
    #[error("{0}")]
    Session(String),
    /// The report or script cannot be written to stdout.
    #[error("stdout cannot be written: {0}")]
    Stdout(io::Error),
    /// Ctrl-C or a request to terminate.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// The same where it is the usual end, and nothing was lost.
    #[error("stopped")]
    Stopped,
    /// Everything is said already; the exit code is left.
    #[error("exit code {0}")]
    Told(u8),
}

impl Failure {
    /// The process's exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Usage(_) => USAGE,
            Self::Song { .. } | Self::Map { .. } | Self::Instrument { .. } | Self::Tuning(_) => BAD_INPUT,
            Self::Studio { .. } | Self::Setup { .. } | Self::Graph(_) => BAD_INPUT,
            Self::Job(error) => job_code(error.code()),
            #[cfg(feature = "nats")]
            Self::Farm(error) => farm_code(error),
            Self::Model(error) => model_code(error.kind()),
            Self::Check { fault, .. } => model_code(*fault),
            Self::Device(_) => UNAVAILABLE,
            Self::Output { .. } | Self::Stdout(_) | Self::Session(_) => FAILED,
            Self::Interrupted | Self::Stopped => INTERRUPTED,
            Self::Told(code) => *code,
        }
    }
}

fn song_advice(error: &SmfError) -> String {
    match error {
        SmfError::Damaged(_) => "\nhint: --lenient plays what comes before the damage".into(),
        SmfError::TooLong { secs, .. } => {
            format!(
                "\nhint: --max-minutes {:.0} accepts it (the default is {:.0})",
                (secs / 60.0).ceil(),
                Options::DEFAULT_MAX_MINUTES
            )
        }
        _ => String::new(),
    }
}

fn output_advice(error: &AtomicError) -> &'static str {
    match error {
        AtomicError::Exists => "\nhint: --force replaces it",
        AtomicError::NoFolder(_) => "\nhint: create the folder, or choose another",
        AtomicError::NotAFile => "\nhint: choose the name of a file",
        _ => "",
    }
}

/// The exit code of a job that ended so.
pub(crate) fn job_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::Cancelled => INTERRUPTED,
        ErrorCode::BadInput => BAD_INPUT,
        ErrorCode::BadSettings => USAGE,
        ErrorCode::ModelUnavailable => UNAVAILABLE,
        _ => FAILED,
    }
}

#[cfg(feature = "nats")]
fn farm_code(error: &ripieno_farm::FarmError) -> u8 {
    use ripieno_farm::FarmErrorKind as Kind;
    match (error.kind, &error.job) {
        (_, Some(job)) => job_code(job.code()),
        (Kind::Unreachable | Kind::Refused | Kind::Full | Kind::Corrupt, _) => UNAVAILABLE,
        (Kind::Invalid, _) => USAGE,
        (Kind::Interrupted, _) => INTERRUPTED,
        _ => FAILED,
    }
}

fn model_code(kind: ModelErrorKind) -> u8 {
    match kind {
        ModelErrorKind::Invalid => BAD_INPUT,
        ModelErrorKind::OutOfMemory => FAILED,
        _ => UNAVAILABLE,
    }
}

/// Says what failed.
pub(crate) fn tell(failure: &Failure) {
    match failure {
        Failure::Graph(diagnostics) => crate::pipeline::tell(diagnostics),
        failure => eprintln!("error: {failure}"),
    }
}

/// Prints what there is to say about the end and gives the exit code.
pub(crate) fn conclude(result: Result<(), Failure>) -> ExitCode {
    let code = match result {
        // Whoever reads our output has seen enough.
        Err(Failure::Stdout(error)) if error.kind() == io::ErrorKind::BrokenPipe => OK,
        Err(Failure::Stopped) => INTERRUPTED,
        Err(Failure::Told(code)) => code,
        Err(failure) => {
            tell(&failure);
            failure.code()
        }
        Ok(()) => OK,
    };
    code.into()
}
