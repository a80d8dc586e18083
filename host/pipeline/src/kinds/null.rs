//! Where frames end.

use super::table::{ANY, port};
use super::wiring::{Outputs, input};
use crate::kind::{Kind, KindFault, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};
use std::collections::BTreeMap;

/// Reads and drops.
#[derive(Debug)]
pub(super) struct Null;

impl Kind for Null {
    fn name(&self) -> &'static str {
        "null"
    }
    fn summary(&self) -> &'static str {
        "reads frames and drops them"
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", ANY).map(|_| BTreeMap::new())
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        input(wiring, "in", ANY)?;
        Ok(Box::new(drop_all))
    }
}

fn drop_all(ports: &mut Ports) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    while let Some(frame) = reader.look()? {
        frame.increment();
    }
    Ok(())
}
