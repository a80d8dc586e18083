//! Frames at their pace.

use super::source::Pace;
use super::table::{ANY, number, port};
use super::wiring::{Outputs, input, out, rate_of};
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};

/// Passes frames no faster than their rate, or a given one.
#[derive(Debug)]
pub(super) struct Throttle;

impl Throttle {
    fn period_nanos(wiring: &Wiring<'_>) -> Result<f64, KindFault> {
        let spec = input(wiring, "in", ANY)?;
        let rate = match wiring.params.f64("rate") {
            0.0 => rate_of(&spec, "in").map_err(|fault| fault.help("give it a 'rate', or the stream"))?,
            rate => rate,
        };
        Ok(spec.shape().rows() as f64 / rate * 1e9)
    }
}

impl Kind for Throttle {
    fn name(&self) -> &'static str {
        "throttle"
    }
    fn summary(&self) -> &'static str {
        "passes frames at the pace of their rate; what is up to a second late is made up for"
    }
    fn params(&self) -> &'static [Param] {
        const { &[number("rate", 0.0, [0.0, 1e12], "rows/s", "the pace; 0: the stream's own rate")] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the same frames, in time")] }
    }
    fn is_paced(&self, _: &Params) -> bool {
        true
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Self::period_nanos(wiring)?;
        input(wiring, "in", ANY).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let period = Self::period_nanos(wiring)?;
        Ok(Box::new(move |ports: &mut Ports| throttle(ports, Pace::new(period))))
    }
}

fn throttle(ports: &mut Ports, mut pace: Pace) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let mut writer = ports.any_writer("out")?;
    while let Some(input) = reader.look()? {
        pace.wait(ports)?;
        writer.write(&input)?;
        input.increment();
    }
    Ok(())
}
