//! The same frames into several streams.

use super::table::{ANY, many, port};
use super::wiring::{Outputs, input};
use crate::kind::{Kind, KindFault, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};

/// Copies each frame to every output: for streams that differ in depth, overflow or export.
#[derive(Debug)]
pub(super) struct Tee;

impl Kind for Tee {
    fn name(&self) -> &'static str {
        "tee"
    }
    fn summary(&self) -> &'static str {
        "copies each frame to several streams, which may differ in depth, overflow or export"
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[many(port("out", ANY, "the same frames"))] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", ANY)?;
        Ok(wiring.outputs.keys().map(|name| (name.clone(), spec)).collect())
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        input(wiring, "in", ANY)?;
        Ok(Box::new(copy))
    }
}

fn copy(ports: &mut Ports) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let names: Vec<String> = ports.writes().map(str::to_owned).collect();
    let mut writers = names.iter().map(|name| ports.any_writer(name)).collect::<Result<Vec<_>, _>>()?;
    while let Some(frame) = reader.look()? {
        writers.iter_mut().try_for_each(|writer| writer.write(&frame))?;
        frame.increment();
    }
    Ok(())
}
