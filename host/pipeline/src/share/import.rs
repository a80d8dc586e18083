//! The task that fills a stream from one that another pipeline of this machine exports.

use super::{ShareError, Shared, open};
use crate::declare::ReaderPolicy;
use crate::frame::{DType, FrameSpec};
use crate::kind::{Kind, KindFault, Param, ParamType, Port, Wiring};
use crate::memory::MemoryError;
use crate::ports::{GaugeHandle, Ports, Task, TaskError};
use crate::stream::{AnyReader, AnyWriter, StreamError};
use std::collections::BTreeMap;
use std::time::Duration;

/// Between two looks for an exporter that is not there.
const RETRY: Duration = Duration::from_millis(100);

/// The longest wait for a frame before a look whether the exporter was started anew.
const PATIENCE: Duration = Duration::from_millis(200);

/// The kind's name.
pub(super) const NAME: &str = "import";

/// Parameters of all tasks that carry streams.
pub(super) const PARAMS: &[Param] = &[
    Param {
        name: "name",
        of: ParamType::Text { default: None },
        unit: "",
        live: false,
        summary: "what it is exported as",
    },
    Param {
        name: "lossless",
        of: ParamType::Bool { default: true },
        unit: "",
        live: false,
        summary: "whether the exporting writer is held back rather than frames missed",
    },
];

/// What they fill.
pub(super) const OUT: &[Port] =
    &[Port { name: "out", dtypes: &DType::ALL, optional: false, many: false, summary: "the frames that come" }];

/// The kind of these tasks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Import;

impl Kind for Import {
    fn name(&self) -> &'static str {
        NAME
    }

    fn summary(&self) -> &'static str {
        "fills a stream from one that another pipeline exports"
    }

    fn params(&self) -> &'static [Param] {
        PARAMS
    }

    fn outputs(&self) -> &'static [Port] {
        OUT
    }

    fn gauges(&self) -> &'static [&'static str] {
        &["connected", "missed", "reconnects"]
    }

    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        declared(wiring)
    }

    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let policy = if wiring.params.bool("lossless") { ReaderPolicy::Lossless } else { ReaderPolicy::DropOldest };
        Ok(Box::new(Pump { name: wiring.params.text("name").into(), policy, left: None }))
    }
}

/// The frames of an imported stream are those that it declares.
pub(super) fn declared(wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
    let spec = |(local, declared): (&String, &crate::kind::Declared)| {
        let fault = || {
            KindFault::at(local, "an imported stream must say what its frames are")
                .help("give the stream its dtype and shape")
        };
        declared.spec.map(|spec| (local.clone(), spec)).ok_or_else(fault)
    };
    wiring.outputs.iter().map(spec).collect()
}

/// Reads there, writes here.
struct Pump {
    name: String,
    policy: ReaderPolicy,
    /// The memory that it left because its pipeline was gone.
    left: Option<Shared>,
}

/// Why it does not go on with the memory it had.
enum Parted {
    /// The stream is over, or this pipeline stops.
    Over,
    /// The exporting pipeline is gone.
    Gone,
}

impl Task for Pump {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let mut writer = ports.any_writer("out")?;
        let [connected, missed, reconnects] = ["connected", "missed", "reconnects"].map(|name| ports.gauge(name));
        let mut before = 0;
        let mut links = 0_u32;
        while let Some((shared, mut reader)) = self.connect(ports, writer.spec())? {
            connected.set(1.0);
            reconnects.set(f64::from(links));
            links += 1;
            let parted = pump(ports, &shared, &mut reader, &mut writer, &Missed { gauge: &missed, before })?;
            before += reader.missed();
            connected.set(0.0);
            match parted {
                Parted::Over => break,
                Parted::Gone => self.left = Some(shared),
            }
        }
        Ok(())
    }
}

impl Pump {
    /// Waits until it is exported, and not by memory that was left; `None` once the pipeline stops.
    fn connect(&self, ports: &Ports, expected: FrameSpec) -> Result<Option<(Shared, AnyReader)>, TaskError> {
        while !ports.is_stopping() {
            match open(&self.name) {
                Ok(shared) if self.left.as_ref().is_some_and(|left| left.identity() == shared.identity()) => {}
                Ok(shared) if !shared.spec().fits(&expected) => {
                    let (name, found) = (self.name.clone(), Box::new(shared.spec()));
                    return Err(TaskError::failed(ShareError::Frames { name, expected: Box::new(expected), found }));
                }
                Ok(shared) => {
                    let reader = shared.reader(self.policy).map_err(TaskError::failed)?;
                    return Ok(Some((shared, reader)));
                }
                // It is not there yet, or not whole yet.
                Err(ShareError::Memory(MemoryError::Missing(_) | MemoryError::Layout(_))) => {}
                Err(error) => return Err(TaskError::failed(error)),
            }
            match ports.pause(RETRY) {
                Ok(()) => {}
                Err(TaskError::Stopped) => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }
}

/// Shows how many frames were missed, over all links.
struct Missed<'g> {
    gauge: &'g GaugeHandle,
    before: u64,
}

fn pump(
    ports: &Ports,
    shared: &Shared,
    reader: &mut AnyReader,
    writer: &mut AnyWriter,
    missed: &Missed<'_>,
) -> Result<Parted, TaskError> {
    reader.set_timeout(Some(PATIENCE));
    while !ports.is_stopping() {
        match reader.look() {
            Ok(Some(frame)) => {
                writer.write_at(frame.stamp().nanos, &frame)?;
                frame.increment();
                missed.gauge.set((missed.before + reader.missed()) as f64);
            }
            Ok(None) => return Ok(Parted::Over),
            Err(StreamError::TimedOut { .. }) if !shared.is_gone() => {}
            Err(StreamError::TimedOut { .. } | StreamError::Stopped) => return Ok(Parted::Gone),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Parted::Over)
}
