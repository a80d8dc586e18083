//! How long data takes from sources to sinks at the least: frames and windows have to fill, and tasks lag.

use super::net::{Input, Net};
use super::types::Typed;
use super::{Code, Fault, Faults, PathLatency, Subject};

/// The slowest way to a stream or a task.
#[derive(Clone, Debug, Default)]
struct Way {
    secs: f64,
    /// Tasks from the source, with the seconds each adds.
    steps: Vec<(usize, f64)>,
}

/// The slowest way to every sink; faults if one takes longer than the pipeline may.
pub(super) fn check(net: &Net<'_>, order: &[usize], typed: &Typed, faults: &mut Faults) -> Vec<PathLatency> {
    // For each task the way to its output and the input that the slowest way came by: ways are put together at the end.
    let mut ways: Vec<(f64, f64, Option<usize>)> = vec![(0.0, 0.0, None); net.declaration.tasks.len()];
    let mut latencies = Vec::new();
    let frame = |stream: usize| typed.secs(stream).unwrap_or(0.0);
    for task in order {
        let lag = typed.needs[*task].latency_secs.max(typed.gathers[*task]);
        let made = net.outputs[*task].iter().map(|output| frame(output.stream)).fold(0.0, f64::max);
        let arrives = |input: &&Input<'_>| {
            let writer = net.writer(input.stream).filter(|_| net.stream(input.stream).delay_frames == 0);
            let before = writer.map_or_else(|| frame(input.stream), |writer| ways[writer.task].0);
            let window = (typed.window(*task, input.local) - 1) as f64 * frame(input.stream);
            let adds = window.max(lag).max(made - frame(input.stream));
            (before + adds, adds, writer.map(|writer| writer.task))
        };
        // Of two that are as slow, the one that comes from a source tells more than the one that begins with a delay.
        let slower = |a: &(f64, f64, Option<usize>), b: &(f64, f64, Option<usize>)| {
            a.0.total_cmp(&b.0).then(a.2.is_some().cmp(&b.2.is_some()))
        };
        let slowest = net.inputs[*task].iter().map(|input| arrives(&input)).max_by(slower);
        ways[*task] = slowest.unwrap_or((made + lag, made + lag, None));
        if net.outputs[*task].is_empty() && !net.is_terminator(*task) {
            latencies.push(way(&ways, *task));
        }
    }
    if let Some(budget) = net.declaration.max_latency_ms {
        for way in &latencies {
            hold(net, way, budget, faults);
        }
        unproven(net, typed, faults);
    }
    let name = |(task, _): &(usize, f64)| net.task(*task).name.clone();
    latencies
        .into_iter()
        .map(|way| PathLatency { tasks: way.steps.iter().map(name).collect(), secs: way.secs })
        .collect()
}

fn way(ways: &[(f64, f64, Option<usize>)], sink: usize) -> Way {
    let mut steps = Vec::new();
    let mut next = Some(sink);
    while let Some(task) = next {
        steps.push((task, ways[task].1));
        next = ways[task].2;
    }
    steps.reverse();
    Way { secs: ways[sink].0, steps }
}

fn hold(net: &Net<'_>, way: &Way, budget: f64, faults: &mut Faults) {
    let takes = way.secs * 1e3;
    if takes <= budget {
        return;
    }
    let step = |(task, secs): &(usize, f64)| format!("{} {:.2} ms", net.task(*task).name, secs * 1e3);
    let path = way.steps.iter().map(step).collect::<Vec<_>>().join(" -> ");
    let message = format!("data takes at least {takes:.2} ms, but may take {budget} ms: {path}");
    let fault = Fault::new(Code::BudgetBroken, Subject::Pipeline.field("max_latency_ms"), message);
    let slowest = way.steps.iter().max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((slowest, _)) = slowest else { return };
    let name = &net.task(*slowest).name;
    let fault = fault.and(Subject::Task(name.clone()));
    faults.add(fault.help(format!(
        "make frames or windows smaller, first of all at task '{name}', or allow {:.0} ms",
        takes.ceil()
    )));
}

/// Streams that take part in a way, but say nothing of their rate.
fn unproven(net: &Net<'_>, typed: &Typed, faults: &mut Faults) {
    for (number, stream) in net.declaration.streams.iter().enumerate() {
        let heard = net.readers[number].iter().any(|input| !net.is_terminator(input.task));
        if heard && typed.secs(number).is_none() {
            let subject = Subject::Stream(stream.name.clone());
            let message = format!("{subject} says nothing of its rate, so max_latency_ms cannot be proven to hold");
            let help = "write rate = ..., the rows of the signal in a second";
            faults.add(Fault::new(Code::RateUnknown, subject, message).help(help));
        }
    }
}
