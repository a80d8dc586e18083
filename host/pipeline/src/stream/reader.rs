//! The reading ends.
#![expect(unused_variables, dead_code, clippy::unimplemented, reason = "signatures only, for a moment")]

use super::StreamError;
use crate::{DType, Element, FrameSpec, Stamp};
use std::marker::PhantomData;
use std::ops::Deref;
use std::time::Duration;

/// A reader of frames as bytes.
#[derive(Debug)]
pub struct AnyReader {}

/// A reader of frames of `T`.
#[derive(Debug)]
pub struct Reader<T: Element> {
    any: AnyReader,
    _type: PhantomData<T>,
}

impl AnyReader {
    /// The same reader, of frames of `T`. Any.
    ///
    /// # Errors
    /// [`StreamError::WrongType`].
    pub fn typed<T: Element>(self) -> Result<Reader<T>, StreamError> {
        unimplemented!("on its way")
    }

    /// Type of the frames. Any.
    pub fn dtype(&self) -> DType {
        unimplemented!("on its way")
    }

    /// The same, but dropping it keeps the seat and what is unread for the next reader of the seat. Control.
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

    /// Waits for the next frame and copies it; `None` at the end of the stream. Worker; allocates.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn read(&mut self) -> Result<Option<(Stamp, Vec<u8>)>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for the next frame and copies it to `out`; `None` at the end of the stream. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
    pub fn read_into(&mut self, out: &mut [u8]) -> Result<Option<Stamp>, StreamError> {
        unimplemented!("on its way")
    }

    /// Copies the next frame to `out` if there is one; `None` if there is none now. Real-time.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
    pub fn try_read_into(&mut self, out: &mut [u8]) -> Result<Option<Stamp>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for the next frame and lends it, without a copy while lossless; `None` at the end of the stream. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn look(&mut self) -> Result<Option<Look<'_, u8>>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for so many frames and lends them together; `None` when the stream ends with fewer. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongWindow`].
    pub fn look_window(&mut self, frames: usize) -> Result<Option<Window<'_, u8>>, StreamError> {
        unimplemented!("on its way")
    }

    /// Whether the writer is gone and nothing is left. Any.
    pub fn is_ended(&mut self) -> bool {
        unimplemented!("on its way")
    }

    /// True: holds the writer back and sees every frame from now on. False: holds nobody back and reads the newest. Any.
    pub fn set_blocking(&mut self, blocking: bool) {
        unimplemented!("on its way")
    }

    /// Whether it holds the writer back, or has asked to. Any.
    pub fn is_blocking(&self) -> bool {
        unimplemented!("on its way")
    }

    /// The longest time a call waits; `None`, as at first, for ever. Any.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        unimplemented!("on its way")
    }

    /// Frames missed so far, all in all. Any.
    pub fn missed(&self) -> u64 {
        unimplemented!("on its way")
    }

    /// Passes all but the newest frame that is there; returns how many, which count as missed. Any.
    pub fn skip_to_latest(&mut self) -> u64 {
        unimplemented!("on its way")
    }

    /// Frames that can be read now. Any.
    pub fn pending(&mut self) -> usize {
        unimplemented!("on its way")
    }
}

impl<T: Element> Reader<T> {
    /// The stream's name. Any.
    pub fn name(&self) -> &str {
        unimplemented!("on its way")
    }

    /// What its frames are. Any.
    pub fn spec(&self) -> FrameSpec {
        unimplemented!("on its way")
    }

    /// Waits for the next frame and copies it; `None` at the end of the stream. Worker; allocates.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn read(&mut self) -> Result<Option<(Stamp, Vec<T>)>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for the next frame and copies it to `out`; `None` at the end of the stream. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongLength`].
    pub fn read_into(&mut self, out: &mut [T]) -> Result<Option<Stamp>, StreamError> {
        unimplemented!("on its way")
    }

    /// Copies the next frame to `out` if there is one; `None` if there is none now. Real-time.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::WrongLength`].
    pub fn try_read_into(&mut self, out: &mut [T]) -> Result<Option<Stamp>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for the next frame and lends it, without a copy while lossless; `None` at the end of the stream. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`].
    pub fn look(&mut self) -> Result<Option<Look<'_, T>>, StreamError> {
        unimplemented!("on its way")
    }

    /// Waits for so many frames and lends them together; `None` when the stream ends with fewer. Worker.
    ///
    /// # Errors
    /// [`StreamError::Stopped`], [`StreamError::TimedOut`], [`StreamError::WrongWindow`].
    pub fn look_window(&mut self, frames: usize) -> Result<Option<Window<'_, T>>, StreamError> {
        unimplemented!("on its way")
    }

    /// Whether the writer is gone and nothing is left. Any.
    pub fn is_ended(&mut self) -> bool {
        unimplemented!("on its way")
    }

    /// True: holds the writer back and sees every frame from now on. False: holds nobody back and reads the newest. Any.
    pub fn set_blocking(&mut self, blocking: bool) {
        unimplemented!("on its way")
    }

    /// Whether it holds the writer back, or has asked to. Any.
    pub fn is_blocking(&self) -> bool {
        unimplemented!("on its way")
    }

    /// The longest time a call waits; `None`, as at first, for ever. Any.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) {
        unimplemented!("on its way")
    }

    /// Frames missed so far, all in all. Any.
    pub fn missed(&self) -> u64 {
        unimplemented!("on its way")
    }

    /// Passes all but the newest frame that is there; returns how many, which count as missed. Any.
    pub fn skip_to_latest(&mut self) -> u64 {
        unimplemented!("on its way")
    }

    /// Frames that can be read now. Any.
    pub fn pending(&mut self) -> usize {
        unimplemented!("on its way")
    }
}

/// The next frame, lent. Dropped without [`increment`](Self::increment) it will be seen again.
#[derive(Debug)]
pub struct Look<'r, T: Element> {
    reader: &'r mut AnyReader,
    _type: PhantomData<T>,
}

impl<T: Element> Look<'_, T> {
    /// Its number and time. Any.
    pub fn stamp(&self) -> Stamp {
        unimplemented!("on its way")
    }

    /// Passes the frame. Any.
    pub fn increment(self) {
        unimplemented!("on its way")
    }
}

impl<T: Element> Deref for Look<'_, T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        unimplemented!("on its way")
    }
}

/// The oldest frames, lent together. Dropped without [`increment`](Self::increment) they will be seen again.
#[derive(Debug)]
pub struct Window<'r, T: Element> {
    reader: &'r mut AnyReader,
    _type: PhantomData<T>,
}

#[expect(clippy::len_without_is_empty, reason = "a window is never empty")]
impl<T: Element> Window<'_, T> {
    /// Frames in it: as many as were asked for. Any.
    pub fn len(&self) -> usize {
        unimplemented!("on its way")
    }

    /// Frame `index`, the oldest first. Any.
    ///
    /// # Panics
    /// If there is no such frame.
    pub fn frame(&self, index: usize) -> &[T] {
        unimplemented!("on its way")
    }

    /// Number and time of frame `index`. Any.
    ///
    /// # Panics
    /// If there is no such frame.
    pub fn stamp(&self, index: usize) -> Stamp {
        unimplemented!("on its way")
    }

    /// Passes the first `count` frames, at most all. Any.
    pub fn increment(self, count: usize) {
        unimplemented!("on its way")
    }
}
