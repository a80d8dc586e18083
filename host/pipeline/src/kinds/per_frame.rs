//! The task that makes one frame of each frame: it works from the ring of its input into the ring of its output.

use crate::frame::Element;
use crate::ports::{Ports, Task, TaskError};

/// What is done to a frame.
pub(super) trait PerFrame: Send {
    /// Elements that come in; a part of an element of the stream will do.
    type In: Element;
    /// Elements that go out.
    type Out: Element;

    /// Takes hold of live parameters, at each start.
    fn begin(&mut self, ports: &Ports) {
        let _ = ports;
    }

    /// Fills `output` from `input`. Real-time.
    fn frame(&mut self, input: &[Self::In], output: &mut [Self::Out]);
}

/// A task from `in` to `out`.
pub(super) struct Each<P>(pub(super) P);

impl<P: PerFrame> Task for Each<P> {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        self.0.begin(ports);
        let mut reader = ports.any_reader("in")?;
        let mut writer = ports.any_writer("out")?;
        while let Some(input) = reader.look()? {
            let mut output = writer.look()?;
            self.0.frame(bytemuck::cast_slice(&input), bytemuck::cast_slice_mut(&mut output));
            output.increment();
            input.increment();
        }
        Ok(())
    }
}
