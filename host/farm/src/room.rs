//! What every bucket says of files that it does not take.

use crate::{FarmError, FarmErrorKind};
use std::io;

/// Refuses what there is no room for.
pub(crate) fn check(name: &str, bytes: u64, room: u64) -> Result<(), FarmError> {
    if bytes <= room {
        return Ok(());
    }
    Err(full(name, bytes, &format!("{} are free", mib(room))))
}

/// A bucket without room.
pub(crate) fn full(name: &str, bytes: u64, why: &str) -> FarmError {
    let message = format!(
        "the bucket is full: {name} has {}, and {why}; `ripieno farm fetch --remove` makes room, or choose a larger bucket",
        mib(bytes)
    );
    FarmError::new(FarmErrorKind::Full, message)
}

/// What was to be stored cannot be read.
pub(crate) fn unread(name: &str, error: &io::Error) -> FarmError {
    if crate::digest::was_stopped(error) {
        return FarmError::interrupted();
    }
    FarmError::new(FarmErrorKind::Failed, format!("{name} cannot be read to be stored: {error}"))
}

/// What was fetched cannot be written.
pub(crate) fn unwritten(name: &str, error: &io::Error) -> FarmError {
    if crate::digest::was_stopped(error) {
        return FarmError::interrupted();
    }
    FarmError::new(FarmErrorKind::Failed, format!("{name} cannot be written where it was fetched to: {error}"))
}

/// What was to be stored ended before it should.
pub(crate) fn shortened(name: &str) -> FarmError {
    FarmError::new(FarmErrorKind::Failed, format!("{name} was changed while it was stored: do it again"))
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}
