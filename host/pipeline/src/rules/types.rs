//! What each stream carries: kinds are asked in the order of the flow, and what they say is held against what is declared.

use super::net::{Net, Output, port};
use super::{Code, Fault, Faults, Subject};
use crate::declare::StreamDecl;
use crate::frame::FrameSpec;
use crate::kind::{Declared, Kind, KindFault, Needs, Params, Wiring};
use std::collections::BTreeMap;

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// By stream, as far as it is known.
    pub specs: Vec<Option<FrameSpec>>,
    /// By task; nothing for functions and terminators.
    pub needs: Vec<Needs>,
    /// By task: seconds of input that it takes in before it writes.
    pub gathers: Vec<f64>,
}

impl Typed {
    /// Frames of an input that must lie in its ring at once.
    pub fn window(&self, task: usize, local: &str) -> usize {
        self.needs[task].window_frames.get(local).copied().unwrap_or(1).max(1)
    }

    /// Seconds of a frame of the stream, if its rate is known.
    pub fn secs(&self, stream: usize) -> Option<f64> {
        self.specs[stream].and_then(|spec| spec.secs())
    }
}

/// Asks all kinds.
pub(super) fn resolve(net: &Net<'_>, order: &[usize], faults: &mut Faults) -> Typed {
    let declared = |stream: &StreamDecl| {
        let declared = declared(stream);
        let rate = declared.rate_hz;
        declared.spec.map(|spec| rate.and_then(|rate| spec.with_rate(rate).ok()).unwrap_or(spec))
    };
    let mut typed = Typed {
        specs: net.declaration.streams.iter().map(declared).collect(),
        needs: vec![Needs::default(); net.declaration.tasks.len()],
        gathers: vec![0.0; net.declaration.tasks.len()],
    };
    for (number, stream) in net.declaration.streams.iter().enumerate() {
        if stream.import.is_some() && stream.spec.is_none() {
            let message = format!("stream '{}' is imported and says nothing of its frames", stream.name);
            unknown(stream, message, faults);
        }
        let read = net.readers[number].iter().any(|input| !net.is_terminator(input.task));
        if read && stream.spec.is_none() && stream.delay_frames > 0 {
            let message =
                format!("stream '{}' begins with frames before its writer can say what they are", stream.name);
            unknown(stream, message, faults);
        }
    }
    for task in order {
        match &net.kinds[*task] {
            Some((kind, params)) => of_kind(net, *task, kind.as_ref(), params, &mut typed, faults),
            None => of_function(net, *task, faults),
        }
    }
    typed
}

/// What the stream says of itself, its rate in one place.
fn declared(stream: &StreamDecl) -> Declared {
    Declared { spec: stream.spec, rate_hz: stream.spec.and_then(|spec| spec.rate_hz()).or(stream.rate_hz) }
}

fn unknown(stream: &StreamDecl, message: String, faults: &mut Faults) {
    let fault = Fault::new(Code::SpecUnknown, Subject::Stream(stream.name.clone()), message);
    faults.add(fault.help("declare them: shape = [256, 2] and dtype = \"f32\", as they are"));
}

/// A function does not tell what it writes.
fn of_function(net: &Net<'_>, task: usize, faults: &mut Faults) {
    for output in &net.outputs[task] {
        let stream = net.stream(output.stream);
        if stream.spec.is_none() {
            let message = format!(
                "stream '{}' is written by a function, task '{}', and says nothing of its frames",
                stream.name,
                net.task(task).name
            );
            unknown(stream, message, faults);
        }
    }
}

fn of_kind(net: &Net<'_>, task: usize, kind: &dyn Kind, params: &Params, typed: &mut Typed, faults: &mut Faults) {
    let errors = faults.errors;
    let mut inputs = BTreeMap::new();
    for input in &net.inputs[task] {
        // What is not known has a fault already, at its writer.
        let Some(spec) = typed.specs[input.stream] else { return };
        if let Some(port) = port(kind.inputs(), input.local).filter(|port| !port.dtypes.contains(&spec.dtype())) {
            let takes: Vec<&str> = port.dtypes.iter().map(|dtype| dtype.name()).collect();
            let message = format!(
                "input '{}' of kind '{}' takes {}, but stream '{}' carries {spec}",
                input.local,
                kind.name(),
                takes.join(" or "),
                net.stream(input.stream).name
            );
            let fault = Fault::new(Code::DTypeRefused, Subject::read(&net.task(task).name, input.local), message);
            let help = format!("put a task of kind convert before it, to {}", takes.first().unwrap_or(&"another type"));
            faults.add(fault.and(Subject::Stream(net.stream(input.stream).name.clone())).help(help));
        }
        inputs.insert(input.local.to_owned(), spec);
    }
    if faults.errors > errors {
        return;
    }
    let says = |output: &Output<'_>| (output.local.to_owned(), declared(net.stream(output.stream)));
    let outputs = net.outputs[task].iter().map(says).collect();
    let wiring = Wiring { params, inputs: &inputs, outputs: &outputs };
    match kind.produces(&wiring) {
        Ok(made) => {
            for output in &net.outputs[task] {
                match made.get(output.local) {
                    Some(spec) => hold_against(net, output, *spec, kind, typed, faults),
                    None if net.stream(output.stream).spec.is_some() => {}
                    None => {
                        let stream = net.stream(output.stream);
                        let message =
                            format!("kind '{}' does not say what it writes to '{}'", kind.name(), stream.name);
                        unknown(stream, message, faults);
                    }
                }
            }
        }
        Err(refusal) => faults.add(refused(net, task, kind, refusal)),
    }
    if faults.errors == errors {
        typed.needs[task] = kind.needs(&wiring);
        typed.gathers[task] = kind.gathers_secs(&wiring).max(0.0);
        speeds(net, task, kind, params, typed, faults);
    }
}

fn refused(net: &Net<'_>, task: usize, kind: &dyn Kind, refusal: KindFault) -> Fault {
    let decl = net.task(task);
    let KindFault { at, message, help } = refusal;
    let subject = match at.as_deref() {
        Some(at) if decl.reads.contains_key(at) => Subject::read(&decl.name, at),
        Some(at) if decl.writes.contains_key(at) => Subject::write(&decl.name, at),
        Some(at) if kind.params().iter().any(|param| param.name == at) => Subject::param(&decl.name, at),
        _ => Subject::Task(decl.name.clone()),
    };
    let fault =
        Fault::new(Code::KindRefuses, subject, format!("kind '{}' of task '{}': {message}", kind.name(), decl.name));
    let help = help.unwrap_or_else(|| match decl.reads.values().next() {
        Some(_) => {
            let carries = net.inputs[task].iter().map(|input| net.stream(input.stream).name.as_str());
            format!("look at what comes in ({}) and at the parameters", carries.collect::<Vec<_>>().join(", "))
        }
        None => "look at the parameters".into(),
    });
    fault.help(help)
}

/// What the writer makes against what the stream declares.
fn hold_against(
    net: &Net<'_>,
    output: &Output<'_>,
    made: FrameSpec,
    kind: &dyn Kind,
    typed: &mut Typed,
    faults: &mut Faults,
) {
    let stream = net.stream(output.stream);
    let says = declared(stream);
    let writer = format!("task '{}' of kind '{}'", net.task(output.task).name, kind.name());
    let mut differ = |code: Code, key: &'static str, declared: String, made: String| {
        let message = format!("stream '{}' declares {key} {declared}, but {writer} writes {made}", stream.name);
        let fault = Fault::new(code, Subject::Stream(stream.name.clone()).field(key), message);
        let fault = fault.and(Subject::write(&net.task(output.task).name, output.local));
        faults.add(fault.help(format!("write {key} = {made}, or leave it to the writer")));
    };
    if let Some(spec) = says.spec {
        if spec.dtype() != made.dtype() {
            differ(Code::DTypeMismatch, "dtype", format!("\"{}\"", spec.dtype()), format!("\"{}\"", made.dtype()));
        } else if spec.shape() != made.shape() {
            differ(Code::ShapeMismatch, "shape", spec.shape().to_string(), made.shape().to_string());
        }
    }
    let spec = match (says.rate_hz, made.rate_hz()) {
        // Rates come from divisions: what differs by rounding alone is the same.
        (Some(declared), Some(rate)) if (declared - rate).abs() > rate * 1e-9 => {
            differ(Code::RateMismatch, "rate", format!("{declared:?}"), format!("{rate:?}"));
            made
        }
        (Some(declared), None) => made.with_rate(declared).unwrap_or(made),
        _ => made,
    };
    typed.specs[output.stream] = Some(spec);
}

/// A task that steps all its inputs together can only be as fast as the slowest of them.
fn speeds(net: &Net<'_>, task: usize, kind: &dyn Kind, params: &Params, typed: &Typed, faults: &mut Faults) {
    if !kind.is_lockstep(params) {
        return;
    }
    let held = |policy| policy == crate::declare::ReaderPolicy::Lossless;
    let mut first: Option<(f64, &super::net::Input<'_>)> = None;
    for input in net.inputs[task].iter().filter(|input| held(input.policy)) {
        let Some(secs) = typed.secs(input.stream) else { continue };
        let Some((other, slow)) = first else {
            first = Some((secs, input));
            continue;
        };
        if (secs - other).abs() <= other * 1e-9 {
            continue;
        }
        let speed = |input: &super::net::Input<'_>, secs: f64| {
            format!("'{}' brings {:.6} frames a second", net.stream(input.stream).name, 1.0 / secs)
        };
        let message = format!(
            "task '{}' takes a frame of each input for every step, but stream {} and stream {}",
            net.task(task).name,
            speed(slow, other),
            speed(input, secs)
        );
        let fault = Fault::new(Code::JoinRates, Subject::read(&net.task(task).name, input.local), message);
        let help = "bring both to one rate and frame length by tasks of kind resample, batch or decimate";
        faults.add(fault.and(Subject::read(&net.task(task).name, slow.local)).help(help));
        return;
    }
}
