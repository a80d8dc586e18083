//! Keeps the sound libraries from writing to the terminal: what they have to say comes back as an error value.

/// Silences ALSA's library on this thread. Control.
///
/// It writes up to forty lines for one device that is not there. The handler is the thread's own, so that other parts
/// of the program keep theirs; it gathers text until the next call.
pub(crate) fn alsa() {
    #[cfg(target_os = "linux")]
    {
        // Without a handler the words go to the terminal, which is all that is lost.
        let _ = alsa::Output::local_error_handler();
    }
}
