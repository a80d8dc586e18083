//! Why an audio device refuses, in words for its user.

use ripieno_ports::{Fault, FaultKind};

/// An audio device refused, or there is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct AudioError {
    kind: FaultKind,
    text: String,
}

impl AudioError {
    pub(crate) fn new(kind: FaultKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }

    /// A refusal by cpal, of what is said first.
    pub(crate) fn of_cpal(what: &str, error: &cpal::Error) -> Self {
        Self::new(kind_of(error.kind()), format!("{what}: {}", plain(error)))
    }
}

impl Fault for AudioError {
    fn kind(&self) -> FaultKind {
        self.kind
    }
}

/// What an error of cpal means for whoever has to go on.
pub(crate) fn kind_of(kind: cpal::ErrorKind) -> FaultKind {
    use cpal::ErrorKind as K;
    match kind {
        K::DeviceBusy | K::ResourceExhausted => FaultKind::Busy,
        K::DeviceNotAvailable | K::HostUnavailable | K::StreamInvalidated | K::DeviceChanged => FaultKind::Gone,
        K::InvalidInput | K::UnsupportedConfig | K::UnsupportedOperation => FaultKind::Unsupported,
        K::PermissionDenied | K::RealtimeDenied => FaultKind::Denied,
        _ => FaultKind::Failed,
    }
}

/// cpal's words in the style of ours, with what to do about the common ones.
fn plain(error: &cpal::Error) -> String {
    use cpal::ErrorKind as K;
    match (error.kind(), error.message()) {
        (K::DeviceBusy, _) => "another program is using it; close that program or choose another device".into(),
        (K::DeviceNotAvailable, None) => "it is not there, or was unplugged".into(),
        (K::PermissionDenied, None) => "this user may not open it; on Linux, join the group `audio`".into(),
        (_, Some(message)) => lower_first(message),
        (kind, None) => lower_first(kind.to_string().trim_end_matches('.')),
    }
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_lowercase);
    // Names such as ALSA stay as they are.
    if letters.clone().next().is_some_and(char::is_uppercase) {
        return text.into();
    }
    first.into_iter().flatten().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_ours_and_kinds_say_what_to_do() {
        let error = |kind, message: Option<&'static str>| {
            let error = message.map_or(cpal::Error::new(kind), |message| cpal::Error::with_message(kind, message));
            let error = AudioError::of_cpal("cannot open 'x'", &error);
            (error.kind(), error.to_string())
        };
        let check = |got: (FaultKind, String), kind, text: &str| assert_eq!(got, (kind, text.to_owned()));
        check(
            error(cpal::ErrorKind::DeviceNotAvailable, None),
            FaultKind::Gone,
            "cannot open 'x': it is not there, or was unplugged",
        );
        check(
            error(cpal::ErrorKind::UnsupportedConfig, Some("Buffer size 3 is odd")),
            FaultKind::Unsupported,
            "cannot open 'x': buffer size 3 is odd",
        );
        check(
            error(cpal::ErrorKind::BackendError, Some("ALSA function 'f' failed")),
            FaultKind::Failed,
            "cannot open 'x': ALSA function 'f' failed",
        );
        check(
            error(cpal::ErrorKind::UnsupportedOperation, None),
            FaultKind::Unsupported,
            "cannot open 'x': the requested operation is not supported",
        );
    }
}
