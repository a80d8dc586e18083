//! Frames out of a file.

use super::table::{ANY, FRAMES, choice, integer, port, text, truth};
use super::wiring::{Outputs, out};
use crate::kind::{Kind, KindFault, Param, Params, Port, Wiring};
use crate::origin::monotonic_nanos;
use crate::ports::{Ports, Task, TaskError};
use crate::recording::{Recording, RecordingError};

/// Plays a recording.
#[derive(Debug)]
pub(super) struct Replay;

impl Replay {
    fn open(params: &Params) -> Result<Recording, KindFault> {
        let path = params.text("path");
        Recording::open(path).map_err(|error| KindFault::at("path", format!("'{path}': {error}")))
    }
}

impl Kind for Replay {
    fn name(&self) -> &'static str {
        "replay"
    }
    fn summary(&self) -> &'static str {
        "plays a recording: frames and times as they were"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                text("path", None, "the file"),
                choice(
                    "times",
                    &["recorded", "now"],
                    "whether frames carry the times they were recorded with, or that of the replay",
                ),
                choice(
                    "if_cut",
                    &["fail", "end"],
                    "what is done where a recording was cut off, after its last whole frame",
                ),
                integer("skip", 0, [0, i64::MAX], "frames", "frames at the begin that are passed over"),
                FRAMES,
                truth("paced", false, "whether frames come at the distances in time that they were recorded with"),
            ]
        }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "the recorded frames; sequence numbers count from 0")] }
    }
    fn is_paced(&self, params: &Params) -> bool {
        params.bool("paced")
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Ok(out(Self::open(wiring.params)?.spec()))
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Self::open(wiring.params)?;
        Ok(Box::new(Player { params: wiring.params.clone() }))
    }
}

struct Player {
    params: Params,
}

impl Task for Player {
    fn run(&mut self, ports: &mut Ports) -> Result<(), TaskError> {
        let path = self.params.text("path");
        let failed = |error: RecordingError| TaskError::failed(format!("'{path}': {error}"));
        let mut recording = Recording::open(path).map_err(failed)?;
        let mut writer = ports.any_writer("out")?;
        if !recording.spec().fits(&writer.spec()) {
            let (found, expected) = (recording.spec(), writer.spec());
            return Err(TaskError::failed(format!(
                "'{path}' has frames of {found}, not of {expected}: it was replaced meanwhile"
            )));
        }
        let (as_recorded, paced) = (self.params.text("times") == "recorded", self.params.bool("paced"));
        let ends_if_cut = self.params.text("if_cut") == "end";
        let limit = Some(self.params.f64("frames") as u64).filter(|frames| *frames > 0).unwrap_or(u64::MAX);
        let mut skipped = recording.skip(self.params.f64("skip") as u64);
        let mut start = None;
        let mut played = 0;
        while !ports.is_stopping() && played < limit {
            let mut output = writer.look()?;
            let read = std::mem::replace(&mut skipped, Ok(())).and_then(|()| recording.read_into(&mut output));
            let stamp = match read {
                Ok(Some(stamp)) => stamp,
                Ok(None) => break,
                Err(RecordingError::CutOff { .. }) if ends_if_cut => break,
                Err(error) => return Err(failed(error)),
            };
            if paced {
                let (begin, first) = *start.get_or_insert((monotonic_nanos(), stamp.nanos));
                ports.wait_until(begin.saturating_add(stamp.nanos.saturating_sub(first)))?;
            }
            if as_recorded {
                output.set_nanos(stamp.nanos);
            }
            output.increment();
            played += 1;
        }
        Ok(())
    }
}
