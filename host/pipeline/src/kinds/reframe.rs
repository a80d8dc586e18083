//! The task that makes frames of another length: what comes in is gathered until a frame can go out.

use crate::frame::Element;
use crate::ports::{Ports, Task, TaskError};

/// What turns rows into frames of its own.
pub(super) trait Reframe: Send {
    /// Elements that come in; a part of an element of the stream will do.
    type In: Element;
    /// Elements that go out.
    type Out: Element;

    /// Takes a frame that came in at `nanos`. Real-time.
    fn take(&mut self, input: &[Self::In], nanos: u64);

    /// Whether a frame can go out.
    fn is_ready(&self) -> bool;

    /// Fills the frame that goes out, and says when the oldest of what it was made of came in. Real-time.
    fn give(&mut self, output: &mut [Self::Out]) -> u64;

    /// Nothing more comes in: makes ready what is left.
    fn finish(&mut self);
}

/// A task from `in` to `out`.
pub(super) struct Gathered<R>(pub(super) R);

impl<R: Reframe> Task for Gathered<R> {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut reader = ports.any_reader("in")?;
        let mut writer = ports.any_writer("out")?;
        let mut ended = false;
        while !ended {
            match reader.look()? {
                Some(input) => {
                    self.0.take(bytemuck::cast_slice(&input), input.stamp().nanos);
                    input.increment();
                }
                None => {
                    self.0.finish();
                    ended = true;
                }
            }
            while self.0.is_ready() {
                let mut output = writer.look()?;
                let nanos = self.0.give(bytemuck::cast_slice_mut(&mut output));
                output.set_nanos(nanos);
                output.increment();
            }
        }
        Ok(())
    }
}

/// When rows came in, so that what is made of several frames can tell the time of the oldest.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// The first row of each frame, counted from the start, and its time; oldest first.
    frames: std::collections::VecDeque<(u64, u64)>,
}

impl Arrivals {
    /// Room for the frames that `rows` rows can touch.
    pub(super) fn with_rows(rows: usize, frame_rows: usize) -> Self {
        Self { frames: std::collections::VecDeque::with_capacity(rows.div_ceil(frame_rows) + 3) }
    }

    /// A frame came whose first row is `row`.
    pub(super) fn push(&mut self, row: u64, nanos: u64) {
        self.frames.push_back((row, nanos));
    }

    /// When row `row` came; the rows before it are forgotten.
    pub(super) fn of(&mut self, row: u64) -> u64 {
        while self.frames.get(1).is_some_and(|(first, _)| *first <= row) {
            self.frames.pop_front();
        }
        self.frames.front().map_or(0, |(_, nanos)| *nanos)
    }
}
