//! Several streams become one: in lockstep, by sequence, by time, or by whatever is the latest.

mod layout;
mod modes;

use super::table::{ANY, choice, many, number, port, text};
use super::wiring::{Outputs, alike, lasting, out};
use crate::frame::FrameSpec;
use crate::kind::{Kind, KindFault, Needs, Param, Params, Port, Wiring};
use crate::ports::Task;
use layout::Layout;
use modes::{ByTime, InLockstep};

/// Joins frames of its inputs, in the order of their local names.
#[derive(Debug)]
pub(super) struct Join;

impl Join {
    fn plan(wiring: &Wiring<'_>) -> Result<(Layout, FrameSpec, usize), KindFault> {
        let inputs = alike(wiring, ANY)?;
        let named = wiring.params.text("reference");
        let place = inputs.iter().position(|(name, _)| *name == named);
        let reference = match (named, place) {
            ("", _) => 0,
            (_, Some(place)) => place,
            (_, None) => {
                let names: Vec<&str> = inputs.iter().map(|(name, _)| *name).collect();
                let fault = KindFault::at("reference", format!("no input is called '{named}'"));
                return Err(fault.help(format!("inputs are {}", names.join(", "))));
            }
        };
        let leader = inputs[reference].1;
        if matches!(wiring.params.text("mode"), "lockstep" | "sequence") {
            for (name, spec) in &inputs {
                let apart = spec.secs().zip(leader.secs()).is_some_and(|(a, b)| (a - b).abs() > 1e-9 * b);
                if apart {
                    let message =
                        format!("frames of '{name}' do not last as long as those of '{}'", inputs[reference].0);
                    let fault = KindFault::at(*name, message);
                    return Err(fault.help("join by 'nearest' or 'latest', or batch and resample before"));
                }
            }
        }
        let (layout, dims) = Layout::new(&inputs, wiring.params.text("layout"))?;
        Ok((layout, lasting(leader.dtype(), &dims, leader.secs())?, reference))
    }
}

impl Kind for Join {
    fn name(&self) -> &'static str {
        "join"
    }
    fn summary(&self) -> &'static str {
        "makes one frame of a frame of each input: in lockstep, by sequence, nearest in time, or the latest"
    }
    fn params(&self) -> &'static [Param] {
        const {
            &[
                choice(
                    "mode",
                    &["lockstep", "sequence", "nearest", "latest"],
                    "one of each in turn; those of one sequence number; the nearest in time to the reference; or the latest when it comes",
                ),
                choice(
                    "layout",
                    &["concat", "stack-first", "stack-last"],
                    "channels side by side, or inputs along a new first or last dimension",
                ),
                text(
                    "reference",
                    Some(""),
                    "the input that gives the pace of 'nearest' and 'latest'; the first if nothing is said",
                ),
                number("tolerance_ms", 10.0, [0.0, 1e9], "ms", "how far apart in time 'nearest' joins"),
            ]
        }
    }
    fn inputs(&self) -> &'static [Port] {
        const { &[many(port("in", ANY, "streams of one type"))] }
    }
    fn outputs(&self) -> &'static [Port] {
        const {
            &[port(
                "out",
                ANY,
                "joined frames, with the time of the oldest in lockstep and by sequence, else of the reference",
            )]
        }
    }
    fn gauges(&self) -> &'static [&'static str] {
        &["dropped", "joined"]
    }
    fn is_lockstep(&self, params: &Params) -> bool {
        params.text("mode") != "latest"
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Outputs {
        Self::plan(wiring).map(|(_, spec, _)| out(spec))
    }
    /// To know the nearest, the one after it must have come.
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let others = wiring.inputs.values().filter_map(FrameSpec::secs);
        let longest = others.fold(0.0, f64::max);
        let latency_secs = if wiring.params.text("mode") == "nearest" { longest } else { 0.0 };
        Needs { latency_secs, ..Needs::default() }
    }
    fn make(&self, wiring: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        let (layout, _, reference) = Self::plan(wiring)?;
        let names: Vec<String> = wiring.inputs.keys().cloned().collect();
        let mode = wiring.params.text("mode");
        Ok(match mode {
            "lockstep" | "sequence" => Box::new(InLockstep { layout, names, by_sequence: mode == "sequence" }),
            _ => {
                let tolerance = (mode == "nearest").then(|| (wiring.params.f64("tolerance_ms") * 1e6) as u64);
                let bytes: Vec<usize> = wiring.inputs.values().map(FrameSpec::bytes).collect();
                Box::new(ByTime::new(layout, names, &bytes, reference, tolerance))
            }
        })
    }
}
