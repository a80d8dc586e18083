//! Whether rings are large enough for those who read them, and memory for all of them.

use super::net::Net;
use super::types::Typed;
use super::{Code, Fault, Faults, Subject};
use crate::declare::{Overflow, ReaderPolicy};

/// Most bytes of all rings together.
const MAX_BYTES: u64 = 16 << 30;

/// Bytes of a frame's header, and what slots are rounded up to.
const SLOT: u64 = 64;

pub(super) fn check(net: &Net<'_>, order: &[usize], typed: &Typed, faults: &mut Faults) {
    for (number, stream) in net.declaration.streams.iter().enumerate() {
        let subject = Subject::Stream(stream.name.clone());
        let frames = net.ring_frames(number);
        if stream.frames == 0 {
            let message = format!("the ring of {subject} has no frames");
            let fault = Fault::new(Code::FramesZero, subject.clone().field("frames"), message);
            faults.add(fault.help("write frames = 32, or leave it out"));
            continue;
        }
        for input in &net.readers[number] {
            let window = typed.window(input.task, input.local);
            if window > frames {
                let task = &net.task(input.task).name;
                let message = format!("task '{task}' waits for {window} frames at once, but {subject} holds {frames}");
                let fault = Fault::new(Code::RingWindow, subject.clone().field("frames"), message);
                let help = format!("write frames = {}, or give the task a smaller window", roomy(window));
                faults.add(fault.and(Subject::read(task, input.local)).help(help));
            } else if window > 1 && input.policy != ReaderPolicy::Lossless {
                let task = &net.task(input.task).name;
                let message =
                    format!("task '{task}' works on {window} frames at once, but its reader may skip some between");
                let fault = Fault::new(Code::GappyWindow, Subject::read(task, input.local), message);
                faults.add(fault.help("read losslessly: leave out the policy"));
            }
        }
        if stream.delay_frames >= frames {
            let message = format!("{subject} holds {frames} frames, and begins with {}", stream.delay_frames);
            let fault = Fault::new(Code::DelayTooLong, subject.clone().field("delay_frames"), message);
            let help = format!("write frames = {}, or fewer delay_frames", roomy(stream.delay_frames + 1));
            faults.add(fault.and(subject.clone().field("frames")).help(help));
        } else if stream.delay_frames > 0 {
            goes_round(net, order, typed, number, faults);
        }
        let lossless = net.readers[number].iter().any(|input| net.is_lossless(input));
        if stream.overflow == Overflow::DropNewest && !lossless {
            let message = format!("no reader of {subject} holds its writer back, so nothing is ever dropped");
            let fault = Fault::new(Code::OverflowIdle, subject.field("overflow"), message);
            faults.add(fault.help("remove overflow"));
        }
    }
    memory(net, typed, faults);
}

/// A ring for so many frames at once, with room for the writer.
fn roomy(frames: usize) -> usize {
    frames.checked_next_power_of_two().unwrap_or(frames)
}

/// Whether the frames that a delay puts into a cycle are enough for all windows on the way back to its writer: each window
/// keeps back one frame less than it takes.
fn goes_round(net: &Net<'_>, order: &[usize], typed: &Typed, stream: usize, faults: &mut Faults) {
    let (Some(writer), Some(spec)) = (net.writer(stream), typed.specs[stream]) else { return };
    let rows = |stream: usize| typed.specs[stream].map(|spec| spec.shape().rows());
    let mut kept: Vec<Option<usize>> = vec![None; net.declaration.tasks.len()];
    let keep = |task: usize, frames: usize, kept: &mut Vec<Option<usize>>| {
        let most = kept[task].map_or(frames, |other: usize| other.max(frames));
        kept[task] = Some(most);
    };
    for input in &net.readers[stream] {
        keep(input.task, typed.window(input.task, input.local) - 1, &mut kept);
    }
    for task in order {
        let Some(before) = kept[*task] else { continue };
        for input in net.followers(*task) {
            // Frames of another length are counted as none: what remains is proven all the same.
            let same = rows(input.stream) == Some(spec.shape().rows());
            let own = if same { typed.window(input.task, input.local) - 1 } else { 0 };
            keep(input.task, before + own, &mut kept);
        }
    }
    let Some(kept) = kept[writer.task] else { return };
    let delay = net.stream(stream).delay_frames;
    if kept >= delay {
        let name = &net.stream(stream).name;
        let message = format!(
            "the cycle through stream '{name}' begins with {delay} frames, but the windows on it need {} to go round",
            kept + 1
        );
        let fault = Fault::new(Code::CycleStarves, Subject::Stream(name.clone()).field("delay_frames"), message);
        faults.add(fault.help(format!("write delay_frames = {}, or make the windows smaller", kept + 1)));
    }
}

fn memory(net: &Net<'_>, typed: &Typed, faults: &mut Faults) {
    let bytes = |number: usize| -> u128 {
        let slot = typed.specs[number].map_or(0, |spec| (spec.bytes() as u64).next_multiple_of(SLOT) + SLOT);
        net.ring_frames(number) as u128 * u128::from(slot)
    };
    let streams = 0..net.declaration.streams.len();
    let total: u128 = streams.clone().map(bytes).sum();
    let Some(largest) = streams.max_by_key(|number| bytes(*number)).filter(|_| total > u128::from(MAX_BYTES)) else {
        return;
    };
    let gib = |bytes: u128| bytes as f64 / f64::from(1 << 30);
    let name = &net.stream(largest).name;
    let message = format!(
        "all rings together take {total} bytes ({:.1} GiB), most of them stream '{name}' with {:.1} GiB",
        gib(total),
        gib(bytes(largest))
    );
    let fault = Fault::new(Code::Memory, Subject::Stream(name.clone()).field("frames"), message);
    faults.add(fault.help(format!("at most {:.0} GiB are possible: write fewer frames", gib(MAX_BYTES.into()))));
}
