//! Real-time priority for audio threads that nobody else gives it to.

use crate::health::Tally;

/// Asks the system for real-time priority for this thread; a refusal shows in the stream's health. Called once at the
/// start of an audio thread: makes system calls.
pub(crate) fn ask(frames: u32, rate_hz: u32, tally: &Tally) {
    if !promote(frames, rate_hz) {
        tally.deny_realtime();
    }
}

/// Asks the system for real-time priority for the calling thread, which works on so many frames at a time; false if it
/// refuses. Control: makes system calls.
pub fn promote(frames: u32, rate_hz: u32) -> bool {
    audio_thread_priority::promote_current_thread_to_real_time(frames, rate_hz).is_ok()
}
