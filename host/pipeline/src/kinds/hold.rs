//! The newest frame, at another's pace.

use super::table::{ANY, port};
use super::wiring::{Outputs, input, lasting, out};
use crate::kind::{Kind, KindFault, Params, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};

/// Writes the newest frame of `in` for every frame of `clock`.
#[derive(Debug)]
pub(super) struct Hold;

impl Kind for Hold {
    fn name(&self) -> &'static str {
        "hold"
    }
    fn summary(&self) -> &'static str {
        "writes the newest frame it has for every frame of a clock; zeros before the first"
    }
    fn inputs(&self) -> &'static [Port] {
        const {
            &[
                port("in", ANY, "frames that come at any pace, or none for a while"),
                port("clock", ANY, "frames that only give the pace"),
            ]
        }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the newest frame, with its own time")] }
    }
    fn is_lockstep(&self, _: &Params) -> bool {
        false
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let (spec, clock) = (input(wiring, "in", ANY)?, input(wiring, "clock", ANY)?);
        lasting(spec.dtype(), spec.shape().dims(), clock.secs()).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let held = vec![0; input(wiring, "in", ANY)?.bytes()];
        Ok(Box::new(Holding { held, nanos: 0 }))
    }
}

struct Holding {
    held: Vec<u8>,
    /// Of the frame that is held; 0 before the first.
    nanos: u64,
}

impl Task for Holding {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut reader = ports.any_reader("in")?;
        let mut clock = ports.any_reader("clock")?;
        let mut writer = ports.any_writer("out")?;
        while let Some(tick) = clock.look()? {
            while let Some(stamp) = reader.try_read_into(&mut self.held)? {
                self.nanos = stamp.nanos;
            }
            let nanos = if self.nanos == 0 { tick.stamp().nanos } else { self.nanos };
            writer.write_at(nanos, &self.held)?;
            tick.increment();
        }
        Ok(())
    }
}
