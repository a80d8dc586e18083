//! What a kind asks of its wiring, with the faults that follow: one input, several that must agree, the duration of a frame.

use crate::frame::{DType, FrameSpec, FrameSpecError};
use crate::kind::{KindFault, Params, Wiring};
use std::collections::BTreeMap;

/// What goes out, by local name.
pub(super) type Outputs = Result<BTreeMap<String, FrameSpec>, KindFault>;

/// The only output.
pub(super) fn out(spec: FrameSpec) -> BTreeMap<String, FrameSpec> {
    BTreeMap::from([("out".to_owned(), spec)])
}

/// The input of this name, of one of these types.
pub(super) fn input(wiring: &Wiring<'_>, name: &str, dtypes: &[DType]) -> Result<FrameSpec, KindFault> {
    let spec = wiring.inputs.get(name).ok_or_else(|| KindFault::at(name, format!("nothing is bound to '{name}'")))?;
    of_type(spec, name, dtypes)?;
    Ok(*spec)
}

/// Refuses frames of other types.
pub(super) fn of_type(spec: &FrameSpec, name: &str, dtypes: &[DType]) -> Result<(), KindFault> {
    if dtypes.contains(&spec.dtype()) {
        return Ok(());
    }
    let names: Vec<&str> = dtypes.iter().map(|dtype| dtype.name()).collect();
    let fault = KindFault::at(name, format!("'{name}' takes {}, not {}", names.join(", "), spec.dtype()));
    Err(fault.help("put a task of kind 'convert' before it"))
}

/// All inputs, which must be of one of these types and of the same as each other, in the order of their local names.
pub(super) fn alike<'a>(wiring: &Wiring<'a>, dtypes: &[DType]) -> Result<Vec<(&'a str, FrameSpec)>, KindFault> {
    let inputs: Vec<_> = wiring.inputs.iter().map(|(name, spec)| (name.as_str(), *spec)).collect();
    let Some((first, leader)) = inputs.first().copied() else {
        return Err(KindFault::at("in", "nothing is bound to 'in'"));
    };
    for (name, spec) in &inputs {
        of_type(spec, name, dtypes)?;
        if spec.dtype() != leader.dtype() {
            let message = format!("'{name}' carries {}, but '{first}' {}", spec.dtype(), leader.dtype());
            return Err(KindFault::at(*name, message).help("put a task of kind 'convert' before one of them"));
        }
    }
    Ok(inputs)
}

/// Rows a second of the input, which this kind cannot do without.
pub(super) fn rate_of(spec: &FrameSpec, name: &str) -> Result<f64, KindFault> {
    spec.rate_hz().ok_or_else(|| {
        KindFault::at(
            name,
            format!("the stream at '{name}' states no rate, which frequencies and times are counted by"),
        )
        .help("give the stream a 'rate', in rows a second")
    })
}

/// The type that a parameter names.
pub(super) fn dtype_of(params: &Params, name: &str) -> Result<DType, KindFault> {
    params.text(name).parse().map_err(|error: FrameSpecError| KindFault::at(name, error.to_string()))
}

/// Frames of other type and dimensions that last `secs` each.
pub(super) fn lasting(dtype: DType, dims: &[usize], secs: Option<f64>) -> Result<FrameSpec, KindFault> {
    let spec = FrameSpec::new(dtype, dims).map_err(|error| refused(&error))?;
    let rows = spec.shape().rows() as f64;
    secs.map_or(Ok(spec), |secs| spec.with_rate(rows / secs).map_err(|error| refused(&error)))
}

/// Frames of other type and dimensions at this rate.
pub(super) fn at_rate(dtype: DType, dims: &[usize], rate_hz: Option<f64>) -> Result<FrameSpec, KindFault> {
    let spec = FrameSpec::new(dtype, dims).map_err(|error| refused(&error))?;
    rate_hz.map_or(Ok(spec), |rate| spec.with_rate(rate).map_err(|error| refused(&error)))
}

fn refused(error: &FrameSpecError) -> KindFault {
    KindFault::at("out", error.to_string())
}
