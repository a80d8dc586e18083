//! Frames into a file.

use super::table::{ANY, port, text, truth};
use super::wiring::{Outputs, input};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Param, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};
use crate::recording::Recorder;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Records a stream.
#[derive(Debug)]
pub(super) struct Record;

impl Kind for Record {
    fn name(&self) -> &'static str {
        "record"
    }
    fn summary(&self) -> &'static str {
        "records frames and their stamps to a file, which gets its name when it is whole"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                text("path", None, "the file"),
                truth(
                    "overwrite",
                    false,
                    "whether a file of that name may be replaced, or what an unfinished recording left",
                ),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "frames of any type")] }
    }
    fn gauges(&self) -> &'static [&'static str] {
        &["frames"]
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        input(wiring, "in", ANY)?;
        let path = wiring.params.text("path");
        if path.is_empty() {
            return Err(KindFault::at("path", "no file is named"));
        }
        Recorder::check(Path::new(path), wiring.params.bool("overwrite"))
            .map_err(|error| KindFault::at("path", error.to_string()).help("set 'overwrite' to replace it"))?;
        Ok(BTreeMap::new())
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let spec = input(wiring, "in", ANY)?;
        let path = PathBuf::from(wiring.params.text("path"));
        let overwrite = wiring.params.bool("overwrite");
        Ok(Box::new(move |ports: &mut Ports| record(ports, &path, spec, overwrite)))
    }
}

fn record(ports: &mut Ports, path: &Path, spec: FrameSpec, overwrite: bool) -> Result<(), TaskError> {
    let mut recorder = Recorder::create(path, spec, overwrite).map_err(TaskError::failed)?;
    let mut reader = ports.any_reader("in")?;
    let frames = ports.gauge("frames");
    let ended = loop {
        match reader.look() {
            Ok(Some(frame)) => {
                recorder.write(frame.stamp(), &frame).map_err(TaskError::failed)?;
                frame.increment();
                frames.set(recorder.frames() as f64);
            }
            Ok(None) => break Ok(()),
            // What came so far is kept when the pipeline stops.
            Err(error) => break Err(error.into()),
        }
    };
    recorder.finish().map_err(TaskError::failed)?;
    ended
}
