//! Kinds that say something of everything that rules are about, and run nothing.

use ripieno_pipeline::{
    DType, FrameSpec, Kind, KindFault, Needs, Param, ParamType, Params, Port, Registry, Task, Value, Wiring,
};
use std::collections::BTreeMap;

/// What an output is, from parameters, inputs and declared outputs.
type Make = fn(&Wiring<'_>, &str) -> Result<FrameSpec, KindFault>;

/// A kind that is all data.
#[derive(Clone, Copy, Debug)]
struct Model {
    name: &'static str,
    params: &'static [Param],
    inputs: &'static [Port],
    outputs: &'static [Port],
    make: Make,
    paced: bool,
    thread_only: Option<&'static str>,
}

const FLOATS: &[DType] = &[DType::F32, DType::F64];

const fn port(name: &'static str, dtypes: &'static [DType]) -> Port {
    Port { name, dtypes, optional: false, many: false, summary: "a signal" }
}

const fn many(name: &'static str) -> Port {
    Port { name, dtypes: &DType::ALL, optional: false, many: true, summary: "signals" }
}

const fn param(name: &'static str, of: ParamType) -> Param {
    Param { name, of, unit: "", live: false, summary: "what it says" }
}

const fn count(name: &'static str, default: Option<i64>) -> Param {
    param(name, ParamType::Integer { default, min: 1, max: 65_536 })
}

const IN: &[Port] = &[port("in", FLOATS)];
const ANY_IN: &[Port] = &[port("in", &DType::ALL)];
const OUT: &[Port] = &[port("out", FLOATS)];
const ANY_OUT: &[Port] = &[port("out", &DType::ALL)];

const SOURCE: &[Param] = &[
    count("rows", Some(256)),
    count("channels", Some(2)),
    param("rate", ParamType::Number { default: Some(48_000.0), min: 1.0, max: 1e6 }),
];

const NOTHING: Model =
    Model { name: "", params: &[], inputs: IN, outputs: OUT, make: same, paced: false, thread_only: None };

const MODELS: &[Model] = &[
    Model { name: "tone", params: SOURCE, inputs: &[], make: source, ..NOTHING },
    Model {
        name: "mic",
        params: SOURCE,
        inputs: &[],
        make: source,
        paced: true,
        thread_only: Some("it holds a device"),
        ..NOTHING
    },
    Model { name: "counter", inputs: &[], outputs: ANY_OUT, make: scalar, ..NOTHING },
    Model {
        name: "gain",
        params: &[Param { live: true, ..param("gain", ParamType::Number { default: Some(1.0), min: 0.0, max: 10.0 }) }],
        ..NOTHING
    },
    Model { name: "throttle", paced: true, ..NOTHING },
    Model { name: "window", params: &[count("frames", None)], ..NOTHING },
    Model {
        name: "lag",
        params: &[
            param("secs", ParamType::Number { default: Some(0.0), min: 0.0, max: 10.0 }),
            param("gathers", ParamType::Bool { default: false }),
        ],
        ..NOTHING
    },
    Model { name: "batch", params: &[count("count", None)], make: batch, ..NOTHING },
    Model { name: "spectrum", inputs: &[port("in", &[DType::F32])], outputs: ANY_OUT, make: spectrum, ..NOTHING },
    Model { name: "mix", inputs: &[many("in")], ..NOTHING },
    Model {
        name: "join",
        params: &[param("mode", ParamType::Choice { default: "lockstep", of: &["lockstep", "latest"] })],
        inputs: &[port("a", FLOATS), port("b", FLOATS)],
        ..NOTHING
    },
    Model { name: "tee", inputs: ANY_IN, outputs: &[many("out")], ..NOTHING },
    Model { name: "sink", inputs: ANY_IN, outputs: &[], ..NOTHING },
    Model {
        name: "record",
        params: &[
            param("path", ParamType::Text { default: None }),
            param("weights", ParamType::Numbers { optional: true }),
        ],
        inputs: ANY_IN,
        outputs: &[],
        ..NOTHING
    },
    Model { name: "player", outputs: &[], paced: true, ..NOTHING },
];

/// A registry of all of them.
pub fn registry() -> Registry {
    let mut registry = Registry::empty();
    for model in MODELS {
        registry.add(*model);
    }
    registry
}

fn fault(error: impl ToString) -> KindFault {
    KindFault { at: None, message: error.to_string(), help: None }
}

fn source(wiring: &Wiring<'_>, local: &str) -> Result<FrameSpec, KindFault> {
    let declared = wiring.outputs.get(local).and_then(|declared| declared.spec);
    let dtype = declared.map(|spec| spec.dtype()).filter(|dtype| FLOATS.contains(dtype)).unwrap_or(DType::F32);
    let dims = [wiring.params.usize("rows"), wiring.params.usize("channels")];
    FrameSpec::new(dtype, &dims).and_then(|spec| spec.with_rate(wiring.params.f64("rate"))).map_err(fault)
}

fn scalar(_: &Wiring<'_>, _: &str) -> Result<FrameSpec, KindFault> {
    FrameSpec::new(DType::I32, &[]).map_err(fault)
}

fn same(wiring: &Wiring<'_>, _: &str) -> Result<FrameSpec, KindFault> {
    wiring.inputs.values().next().copied().ok_or_else(|| KindFault::at("in", "nothing comes in"))
}

fn reshaped(wiring: &Wiring<'_>, dtype: Option<DType>, rows: usize) -> Result<FrameSpec, KindFault> {
    let before = same(wiring, "")?;
    let mut dims = before.shape().dims().to_vec();
    if let Some(first) = dims.first_mut() {
        *first = rows;
    }
    let spec = FrameSpec::new(dtype.unwrap_or(before.dtype()), &dims).map_err(fault)?;
    before.rate_hz().map_or(Ok(spec), |rate| spec.with_rate(rate)).map_err(fault)
}

fn batch(wiring: &Wiring<'_>, _: &str) -> Result<FrameSpec, KindFault> {
    reshaped(wiring, None, same(wiring, "")?.shape().rows() * wiring.params.usize("count"))
}

fn spectrum(wiring: &Wiring<'_>, _: &str) -> Result<FrameSpec, KindFault> {
    let rows = same(wiring, "")?.shape().rows();
    if !rows.is_multiple_of(2) {
        return Err(KindFault::at("in", format!("an odd number of rows: {rows}")));
    }
    reshaped(wiring, Some(DType::Complex32), rows / 2 + 1)
}

impl Kind for Model {
    fn name(&self) -> &'static str {
        self.name
    }
    fn summary(&self) -> &'static str {
        "stands for a kind in tests"
    }
    fn params(&self) -> &'static [Param] {
        self.params
    }
    fn inputs(&self) -> &'static [Port] {
        self.inputs
    }
    fn outputs(&self) -> &'static [Port] {
        self.outputs
    }
    fn produces(&self, wiring: &Wiring<'_>) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        wiring.outputs.keys().map(|local| Ok((local.clone(), (self.make)(wiring, local)?))).collect()
    }
    fn needs(&self, wiring: &Wiring<'_>) -> Needs {
        let window = wiring.params.value("frames").and_then(Value::as_f64);
        let window_frames = window.map(|frames| ("in".to_owned(), frames as usize)).into_iter().collect();
        Needs { window_frames, latency_secs: wiring.params.f64("secs") }
    }
    fn gathers_secs(&self, wiring: &Wiring<'_>) -> f64 {
        if wiring.params.bool("gathers") { wiring.params.f64("secs") } else { 0.0 }
    }
    fn is_paced(&self, _: &Params) -> bool {
        self.paced
    }
    fn is_lockstep(&self, params: &Params) -> bool {
        params.text("mode") != "latest"
    }
    fn thread_only(&self) -> Option<&'static str> {
        self.thread_only
    }
    fn make(&self, _: &Wiring<'_>) -> Result<Box<dyn Task>, KindFault> {
        Err(fault("this kind runs nothing"))
    }
}
