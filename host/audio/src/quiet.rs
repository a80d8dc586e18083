//! Keeps the sound libraries from writing to the terminal: what they have to say comes back as an error value.

/// Silences ALSA's library on this thread, and once for the program the one that its plugin for JACK brings. Control.
///
/// ALSA writes up to forty lines for one device that is not there. The handler is the thread's own, so that other parts
/// of the program keep theirs; it gathers text until the next call.
pub(crate) fn alsa() {
    #[cfg(target_os = "linux")]
    {
        #[cfg(feature = "jack")]
        {
            static ONCE: std::sync::Once = std::sync::Once::new();
            ONCE.call_once(crate::jack::silence);
        }
        // Without a handler the words go to the terminal, which is all that is lost.
        let _ = alsa::Output::local_error_handler();
    }
}
