//! Several frames in one, and back.

use super::table::{ANY, choice, integer, needed, port};
use super::wiring::{Outputs, at_rate, input, lasting, out};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Needs, Param, Port, Wiring};
use crate::ports::{Ports, Task, TaskError};

/// Frames in a batch.
const COUNT: Param =
    needed(integer("frames", 1, [1, 1 << 20], "frames", "frames of the small kind that make one of the large kind"));
/// How frames lie in a batch.
const LAYOUT: Param = choice(
    "layout",
    &["concat", "stack"],
    "whether rows follow each other, as [rows, channels] to [frames * rows, channels], or frames get a dimension of their own",
);

/// Several frames in one.
#[derive(Debug)]
pub(super) struct Batch;

impl Kind for Batch {
    fn name(&self) -> &'static str {
        "batch"
    }
    fn summary(&self) -> &'static str {
        "puts several frames into one; a last one that is not full is filled up with zeros"
    }
    fn params(&self) -> &'static [Param] {
        const { &[COUNT, LAYOUT] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "small frames")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "large frames, with the time of the first small one")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        let spec = input(wiring, "in", ANY)?;
        let count = wiring.params.usize("frames");
        let mut dims = spec.shape().dims().to_vec();
        if wiring.params.text("layout") == "stack" {
            dims.insert(0, count);
            return lasting(spec.dtype(), &dims, spec.secs().map(|secs| secs * count as f64)).map(out);
        }
        match dims.first_mut() {
            Some(rows) => *rows = rows.saturating_mul(count),
            None => dims.push(count),
        }
        at_rate(spec.dtype(), &dims, spec.rate_hz()).map(out)
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let secs = input(wiring, "in", ANY).ok().and_then(|spec| spec.secs()).unwrap_or(0.0);
        Needs { latency_secs: secs * wiring.params.usize("frames").saturating_sub(1) as f64, ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        self.produces(wiring)?;
        Ok(Box::new(batch))
    }
}

fn batch(ports: &mut Ports) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let mut writer = ports.any_writer("out")?;
    let bytes = reader.spec().bytes();
    loop {
        let mut output = writer.look()?;
        let (mut filled, mut nanos) = (0, 0);
        for place in output.chunks_exact_mut(bytes) {
            let Some(input) = reader.look()? else { break };
            place.copy_from_slice(&input);
            if filled == 0 {
                nanos = input.stamp().nanos;
            }
            input.increment();
            filled += bytes;
        }
        if filled == 0 {
            return Ok(());
        }
        output[filled..].fill(0);
        output.set_nanos(nanos);
        output.increment();
    }
}

/// One frame in several.
#[derive(Debug)]
pub(super) struct Unbatch;

impl Unbatch {
    fn part(wiring: &Wiring<'_>) -> Result<FrameSpec, KindFault> {
        let spec = input(wiring, "in", ANY)?;
        let (count, rows) = (wiring.params.usize("frames").max(1), spec.shape().rows());
        let mut dims = spec.shape().dims().to_vec();
        if wiring.params.text("layout") == "stack" {
            if dims.is_empty() || rows != count {
                let fault = KindFault::at("frames", format!("a stack of {count} frames has {count} rows, not {rows}"));
                return Err(fault.help(format!("set 'frames' to {rows}")));
            }
            return lasting(spec.dtype(), &dims[1..], spec.secs().map(|secs| secs / count as f64));
        }
        if !rows.is_multiple_of(count) {
            return Err(KindFault::at("frames", format!("{rows} rows do not part into {count} frames")));
        }
        if let Some(rows) = dims.first_mut() {
            *rows /= count;
        }
        at_rate(spec.dtype(), &dims, spec.rate_hz())
    }
}

impl Kind for Unbatch {
    fn name(&self) -> &'static str {
        "unbatch"
    }
    fn summary(&self) -> &'static str {
        "cuts each frame into several"
    }
    fn params(&self) -> &'static [Param] {
        const { &[COUNT, LAYOUT] }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[port("in", ANY, "large frames")] }
    }
    fn outputs(&self) -> &'static [Port] {
        const { &[port("out", ANY, "small frames, all with the time of the large one")] }
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Self::part(wiring).map(out)
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Self::part(wiring)?;
        Ok(Box::new(unbatch))
    }
}

fn unbatch(ports: &mut Ports) -> Result<(), TaskError> {
    let mut reader = ports.any_reader("in")?;
    let mut writer = ports.any_writer("out")?;
    let bytes = writer.spec().bytes();
    while let Some(input) = reader.look()? {
        input.chunks_exact(bytes).try_for_each(|part| writer.write(part))?;
        input.increment();
    }
    Ok(())
}
