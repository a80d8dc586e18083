//! The writing end.
#![expect(unused_variables, dead_code, clippy::unimplemented, reason = "signatures only, for a moment")]

use super::StreamError;
use crate::{DType, Element, FrameSpec};
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};
use std::time::Duration;

/// A writer of frames as bytes.
#[derive(Debug)]
pub struct AnyWriter {}

/// A writer of frames of `T`.
#[derive(Debug)]
pub struct Writer<T: Element> {
    any: AnyWriter,
    _type: PhantomData<T>,
}

impl AnyWriter {
    /// The same writer, of frames of `T`. Any.
    ///
    /// # Errors
    /// [`StreamError::WrongType`].
    pub fn typed<T: Element>(self) -> Result<Writer<T>, StreamError> {
        unimplemented!("on its way")
    }

    /// Type of the frames. Any.
    pub fn dtype(&self) -> DType {
        unimplemented!("on its way")
    }

    /// The same, but dropping it does not end the stream: another writer will come. Control.
    pub(crate) fn staying(self) -> Self {
        unimplemented!("on its way")
    }

    /// The stream's name. Any.
    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    /// What its frames are. Any.
    pub fn spec(&self) -> FrameSpec {
        unimplemented!("on its way")
    }

    /// Writes a frame with the time of the task's input, or of now. Waits for room, or drops the frame and counts it, as the
    /// stream says. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
    pub fn write(&mut self, frame: &[u8]) -> Result<(), StreamError> {
        unimplemented!("on its way")
    }

    /// Writes a frame with this time. Worker.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_at(&mut self, nanos: u64, frame: &[u8]) -> Result<(), StreamError> {
        unimplemented!("on its way")
    }

    /// Writes a frame if there is room; false if there is none. Real-time.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
    pub fn try_write(&mut self, frame: &[u8]) -> Result<bool, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for room and lends the next frame to be written in place; what it holds at first is unspecified. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn look(&mut self) -> Result<WriteLook<'_, u8>, StreamError> {
        unimplemented!("on its way")
    }

    /// The longest time a call waits; `None`, as at first, for ever. Any.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        unimplemented!("on its way")
    }

    /// Frames that can be written now without waiting. Any.
    pub fn room(&mut self) -> usize {
        unimplemented!("on its way")
    }

    /// Frames dropped for want of room so far. Any.
    pub fn dropped(&self) -> u64 {
        unimplemented!("on its way")
    }
}

impl<T: Element> Writer<T> {
    /// The stream's name. Any.
    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    /// What its frames are. Any.
    pub fn spec(&self) -> FrameSpec {
        unimplemented!("on its way")
    }

    /// Writes a frame with the time of the task's input, or of now. Waits for room, or drops the frame and counts it, as the
    /// stream says. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
    pub fn write(&mut self, frame: &[T]) -> Result<(), StreamError> {
        unimplemented!("on its way")
    }

    /// Writes a frame with this time. Worker.
    ///
    /// # Errors
    /// As [`write`](Self::write).
    pub fn write_at(&mut self, nanos: u64, frame: &[T]) -> Result<(), StreamError> {
        unimplemented!("on its way")
    }

    /// Writes a frame if there is room; false if there is none. Real-time.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
    pub fn try_write(&mut self, frame: &[T]) -> Result<bool, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for room and lends the next frame to be written in place; what it holds at first is unspecified. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn look(&mut self) -> Result<WriteLook<'_, T>, StreamError> {
        unimplemented!("on its way")
    }

    /// The longest time a call waits; `None`, as at first, for ever. Any.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        unimplemented!("on its way")
    }

    /// Frames that can be written now without waiting. Any.
    pub fn room(&mut self) -> usize {
        unimplemented!("on its way")
    }

    /// Frames dropped for want of room so far. Any.
    pub fn dropped(&self) -> u64 {
        unimplemented!("on its way")
    }
}

/// The next frame, to be written in place. Dropped without [`increment`](Self::increment) nothing happened.
#[derive(Debug)]
pub struct WriteLook<'w, T: Element> {
    writer: &'w mut AnyWriter,
    _type: PhantomData<T>,
}

impl<T: Element> WriteLook<'_, T> {
    /// Gives the frame this time. Any.
    pub fn set_nanos(&mut self, nanos: u64) {
        unimplemented!("on its way")
    }

    /// Publishes the frame. Any.
    pub fn increment(self) {
        unimplemented!("on its way")
    }
}

impl<T: Element> Deref for WriteLook<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        unimplemented!("on its way")
    }
}

impl<T: Element> DerefMut for WriteLook<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        unimplemented!("on its way")
    }
}
