//! Kinds for tests: some count, some fail as they are told.

use ripieno_pipeline::{
    DType, FrameSpec, Kind, KindFault, Param, ParamType, Port, Ports, Registry, Task, TaskError, Wiring,
};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

const IN: Port = Port { name: "in", dtypes: &[DType::I32], optional: false, many: false, summary: "numbers" };
const OUT: Port = Port { name: "out", dtypes: &[DType::I32], optional: false, many: false, summary: "numbers" };

/// All outputs carry one number.
fn numbers(wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
    let spec = FrameSpec::new(DType::I32, &[]).map_err(|error| KindFault::at("out", error.to_string()))?;
    Ok(wiring.outputs.keys().map(|local| (local.clone(), spec)).collect())
}

/// A source of three numbers that cannot be made while its counter says so.
#[derive(Debug)]
struct Fragile(Arc<AtomicU64>);

impl Kind for Fragile {
    fn name(&self) -> &'static str {
        "fragile"
    }

    fn summary(&self) -> &'static str {
        "three numbers, if at all"
    }

    fn outputs(&self) -> &'static [Port] {
        &[OUT]
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        numbers(wiring)
    }

    fn make(&self, _wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        if self.0.load(Ordering::Relaxed) > 0 {
            return Err(KindFault::at("device", "it is not there"));
        }
        Ok(Box::new(super::count_to(3)))
    }
}

/// A registry with a kind that cannot be made until the number is 0.
pub fn registry_with_fragile() -> (Registry, Arc<AtomicU64>) {
    let missing = Arc::new(AtomicU64::new(1));
    let mut registry = Registry::empty();
    registry.add(Fragile(missing.clone()));
    (registry, missing)
}

/// Passes numbers on and shows a gauge; `offset` is added, live.
#[derive(Debug)]
pub struct Add;

impl Kind for Add {
    fn name(&self) -> &'static str {
        "add"
    }

    fn summary(&self) -> &'static str {
        "adds a number"
    }

    fn params(&self) -> &'static [Param] {
        &[
            Param {
                name: "offset",
                of: ParamType::Integer { default: Some(0), min: -1000, max: 1000 },
                unit: "",
                live: true,
                summary: "what is added",
            },
            Param {
                name: "label",
                of: ParamType::Text { default: Some("") },
                unit: "",
                live: false,
                summary: "nothing",
            },
        ]
    }

    fn inputs(&self) -> &'static [Port] {
        &[IN]
    }

    fn outputs(&self) -> &'static [Port] {
        &[OUT]
    }

    fn gauges(&self) -> &'static [&'static str] {
        &["last"]
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        numbers(wiring)
    }

    fn make(&self, _wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let task = |ports: &mut Ports| -> Result<(), TaskError> {
            let (offset, last) = (ports.live("offset"), ports.gauge("last"));
            let (mut reader, mut out) = (ports.reader::<i32>("in")?, ports.writer::<i32>("out")?);
            while let Some(look) = reader.look()? {
                let sum = look[0] + offset.get() as i32;
                out.write(&[sum])?;
                look.increment();
                last.set(sum.into());
            }
            Ok(())
        };
        Ok(Box::new(task))
    }
}

/// Reads numbers that grow by one, and fails at the first that does not; `gap` says how many it may miss at its start.
#[derive(Debug)]
pub struct Steps;

impl Kind for Steps {
    fn name(&self) -> &'static str {
        "steps"
    }

    fn summary(&self) -> &'static str {
        "fails at a number that is not the next"
    }

    fn params(&self) -> &'static [Param] {
        &[Param { name: "label", of: ParamType::Text { default: Some("") }, unit: "", live: false, summary: "nothing" }]
    }

    fn inputs(&self) -> &'static [Port] {
        &[IN]
    }

    fn gauges(&self) -> &'static [&'static str] {
        &["last"]
    }

    fn produces(&self, _wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        Ok(BTreeMap::new())
    }

    fn make(&self, _wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let mut last = None;
        let task = move |ports: &mut Ports| -> Result<(), TaskError> {
            let shown = ports.gauge("last");
            let mut reader = ports.reader::<i32>("in")?;
            while let Some(look) = reader.look()? {
                let number = look[0];
                look.increment();
                if last.is_some_and(|last| number != last + 1) {
                    return Err(TaskError::failed(format!("{number} came after {last:?}")));
                }
                last = Some(number);
                shown.set(number.into());
            }
            Ok(())
        };
        Ok(Box::new(task))
    }
}

/// A registry with the kinds that count.
pub fn counting() -> Registry {
    let mut registry = Registry::empty();
    registry.add(Add).add(Steps);
    registry
}

/// Numbers from 0 on.
#[derive(Debug)]
pub struct Count;

impl Kind for Count {
    fn name(&self) -> &'static str {
        "count"
    }

    fn summary(&self) -> &'static str {
        "numbers from 0 on"
    }

    fn outputs(&self) -> &'static [Port] {
        &[OUT]
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        numbers(wiring)
    }

    fn make(&self, _wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Ok(Box::new(super::count))
    }
}
