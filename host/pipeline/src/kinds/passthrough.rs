//! Frames as they are.

use super::per_frame::{Each, PerFrame};
use super::table::{ANY, port};
use super::wiring::{Outputs, input, out};
use crate::kind::{Kind, KindFault, Port, Wiring};
use crate::ports::Task;

/// Copies each frame.
#[derive(Debug)]
pub(super) struct Passthrough;

impl Kind for Passthrough {
    fn name(&self) -> &'static str {
        "passthrough"
    }
    fn summary(&self) -> &'static str {
        "copies each frame as it is"
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the same frames")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", ANY).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        input(wiring, "in", ANY)?;
        Ok(Box::new(Each(Copy)))
    }
}

struct Copy;

impl PerFrame for Copy {
    type In = u8;
    type Out = u8;

    fn frame(&mut self, input: &[u8], output: &mut [u8]) {
        output.copy_from_slice(input);
    }
}
