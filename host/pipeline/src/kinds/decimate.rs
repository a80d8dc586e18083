//! Fewer frames.

use super::table::{ANY, integer, needed, port};
use super::wiring::{Outputs, at_rate, input, out};
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};

/// Passes the first of every so many frames.
#[derive(Debug)]
pub(super) struct Decimate;

impl Kind for Decimate {
    fn name(&self) -> &'static str {
        "decimate"
    }
    fn summary(&self) -> &'static str {
        "passes the first of every so many whole frames and drops the others; for fewer samples, see resample"
    }
    fn params(&self) -> &'static [Param] {
        const { &[needed(integer("every", 1, [1, 1 << 32], "frames", "one frame of so many is passed"))] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "fewer of them; the rate counts the rows that are left")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", ANY)?;
        let rate = spec.rate_hz().map(|rate| rate / wiring.params.f64("every"));
        at_rate(spec.dtype(), spec.shape().dims(), rate).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        input(wiring, "in", ANY)?;
        let every = wiring.params.usize("every");
        Ok(Box::new(move |ports: &mut Ports| decimate(ports, every)))
    }
}

fn decimate(ports: &mut Ports, every: usize) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let mut writer = ports.any_writer("out")?;
    let mut to_drop = 0;
    while let Some(input) = reader.look()? {
        if to_drop == 0 {
            writer.write(&input)?;
            to_drop = every;
        }
        to_drop -= 1;
        input.increment();
    }
    Ok(())
}
