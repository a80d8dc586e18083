//! The SoundFont reader against files written by the tests.
