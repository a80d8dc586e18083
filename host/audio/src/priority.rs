//! Real-time priority for audio threads that nobody else gives it to.

use crate::health::Tally;

/// Asks the system for real-time priority for this thread; a refusal shows in the stream's health. Called once at the
/// start of an audio thread: makes system calls.
pub(crate) fn ask(frames: u32, rate_hz: u32, tally: &Tally) {
    if audio_thread_priority::promote_current_thread_to_real_time(frames, rate_hz).is_err() {
        tally.deny_realtime();
    }
}
