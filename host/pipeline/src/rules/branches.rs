//! Branches that part and meet again. A task that takes a frame of each input for every step waits for the branch that gathers
//! the most; meanwhile the rings of the others fill, and hold back the task where they part, which feeds the slow branch too.
//!
//! Both sides are bounded so that what is reported is certain: what a branch needs before its first frame is counted low, and
//! what the other can swallow meanwhile is counted high.

use super::net::{Input, Net};
use super::types::Typed;
use super::{Code, Fault, Faults, Subject};

/// What is known of a stream as seen from where the branches part, in seconds of signal.
#[derive(Clone, Copy, Debug)]
struct Reach {
    /// Needed before its first frame is there, at the least.
    needed: f64,
    /// Swallowed before it is full, at the most.
    swallowed: f64,
}

pub(super) fn check(net: &Net<'_>, order: &[usize], typed: &Typed, faults: &mut Faults) {
    let joins = |task: &usize| {
        let kind = net.kinds[*task].as_ref();
        net.inputs[*task].len() > 1 && kind.is_some_and(|(kind, params)| kind.is_lockstep(params))
    };
    if !order.iter().any(joins) {
        return;
    }
    let mut told = vec![false; net.declaration.tasks.len()];
    for (place, fork) in order.iter().enumerate() {
        let branches = net.outputs[*fork].iter().map(|output| net.readers[output.stream].len()).sum::<usize>();
        if branches < 2 {
            continue;
        }
        let Some(reaches) = reaches(net, &order[place..], typed) else { continue };
        for join in order[place + 1..].iter().filter(|task| joins(task)) {
            if !told[*join] {
                told[*join] = meet(net, typed, &reaches, *fork, *join, faults);
            }
        }
    }
}

fn holds_back(net: &Net<'_>, input: &Input<'_>) -> bool {
    net.holds_back(input) && net.stream(input.stream).delay_frames == 0
}

/// Seconds of a frame of each stream; 1 for all if no rate is known but all frames are alike.
fn unit(net: &Net<'_>, typed: &Typed) -> Option<Vec<f64>> {
    let streams = 0..net.declaration.streams.len();
    if let Some(secs) = streams.clone().map(|stream| typed.secs(stream)).collect() {
        return Some(secs);
    }
    let rows = |stream: usize| typed.specs[stream].map(|spec| spec.shape().rows());
    streams.clone().all(|stream| rows(stream) == rows(0)).then(|| vec![1.0; streams.len()])
}

/// What is known of each stream behind the first task of `order`; `None` if lengths of frames cannot be compared.
fn reaches(net: &Net<'_>, order: &[usize], typed: &Typed) -> Option<(Vec<Option<Reach>>, Vec<f64>)> {
    let secs = unit(net, typed)?;
    let mut reaches: Vec<Option<Reach>> = vec![None; secs.len()];
    let ring = |stream: usize| net.ring_frames(stream) as f64 * secs[stream];
    let (fork, rest) = order.split_first()?;
    for output in &net.outputs[*fork] {
        let frame = secs[output.stream];
        reaches[output.stream] = Some(Reach { needed: frame, swallowed: ring(output.stream) });
    }
    for task in rest {
        let held = net.inputs[*task].iter().filter(|input| holds_back(net, input));
        let inputs: Vec<(&Input<'_>, Reach)> = held.filter_map(|input| Some((input, reaches[input.stream]?))).collect();
        if inputs.is_empty() {
            continue;
        }
        let gathers = typed.gathers[*task];
        // A task has frames in hand, in and out; and what its latency means it may have swallowed too.
        let holds = gathers.max(typed.needs[*task].latency_secs);
        for output in &net.outputs[*task] {
            let frame = secs[output.stream];
            let mut out = Reach { needed: 0.0, swallowed: f64::INFINITY };
            for (input, reach) in &inputs {
                let before = secs[input.stream];
                let gathered = gathered(typed, input, before).max(frame - before).max(gathers);
                out.needed = out.needed.max(reach.needed + gathered);
                out.swallowed = out.swallowed.min(reach.swallowed + before + frame + holds);
            }
            out.swallowed += ring(output.stream);
            reaches[output.stream] = Some(out);
        }
    }
    Some((reaches, secs))
}

/// What an input's window gathers beyond its first frame.
fn gathered(typed: &Typed, input: &Input<'_>, frame: f64) -> f64 {
    (typed.window(input.task, input.local) - 1) as f64 * frame
}

/// Whether a fault was found where the branches meet.
fn meet(
    net: &Net<'_>,
    typed: &Typed,
    (reaches, secs): &(Vec<Option<Reach>>, Vec<f64>),
    fork: usize,
    join: usize,
    faults: &mut Faults,
) -> bool {
    let held = net.inputs[join].iter().filter(|input| holds_back(net, input));
    let inputs: Vec<(&Input<'_>, Reach)> = held.filter_map(|input| Some((input, reaches[input.stream]?))).collect();
    let need = |(input, reach): &(&Input<'_>, Reach)| reach.needed + gathered(typed, input, secs[input.stream]);
    let Some(slow) = inputs.iter().max_by(|a, b| need(a).total_cmp(&need(b))) else { return false };
    let others = inputs.iter().filter(|(input, _)| input.stream != slow.0.stream);
    let Some(full) = others.min_by(|a, b| a.1.swallowed.total_cmp(&b.1.swallowed)) else { return false };
    let (needed, swallowed) = (need(slow), full.1.swallowed);
    // Sums of fractions of seconds: what differs by rounding alone is the same.
    if needed <= swallowed * (1.0 + 1e-9) {
        return false;
    }
    let known = typed.secs(slow.0.stream).is_some();
    let amount = |value: f64| if known { format!("{:.1} ms", value * 1e3) } else { format!("{value} frames") };
    let (slow, full) = (&net.stream(slow.0.stream).name, full.0);
    let full_name = &net.stream(full.stream).name;
    let (fork, task) = (&net.task(fork).name, &net.task(join).name);
    let message = format!(
        "between task '{fork}' and task '{task}' the branch by '{slow}' gathers {} before its first frame, but the one by \
         '{full_name}' is full after {}",
        amount(needed),
        amount(swallowed)
    );
    let more = ((needed - swallowed) / secs[full.stream]).ceil() as usize;
    let frames = net.ring_frames(full.stream).saturating_add(more).checked_next_power_of_two().unwrap_or(more);
    let subject = Subject::Stream(full_name.clone()).field("frames");
    let fault = Fault::new(Code::BranchStarves, subject, message).and(Subject::read(task, full.local));
    faults.add(fault.help(format!("write frames = {frames} for stream '{full_name}'")));
    true
}
