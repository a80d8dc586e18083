//! One task in a pipeline of its own: frames go in, frames come out.

use ripieno_pipeline::{
    DType, Declared, FrameSpec, KindFault, Needs, Pipeline, Ports, Registry, Stamp, TaskError, Value, Wiring,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// Parameters, as a graph file gives them.
pub type Given<'a> = &'a [(&'a str, Value)];

pub fn word(text: &str) -> Value {
    Value::Text(text.into())
}

pub fn spec(dtype: DType, dims: &[usize]) -> FrameSpec {
    FrameSpec::new(dtype, dims).expect("legal")
}

pub fn at(dtype: DType, dims: &[usize], rate: f64) -> FrameSpec {
    spec(dtype, dims).with_rate(rate).expect("legal")
}

/// Frames of one stream. Numbers are the elements in order, a complex one being two.
#[derive(Clone, Debug)]
pub struct Frames {
    pub spec: FrameSpec,
    pub frames: Vec<(Stamp, Vec<u8>)>,
}

impl Frames {
    /// As many whole frames as `numbers` fill, one a millisecond from millisecond 1 on.
    pub fn of(spec: FrameSpec, numbers: &[f64]) -> Self {
        let bytes = to_bytes(spec.dtype(), numbers);
        let frame = |(index, bytes): (usize, &[u8])| {
            let sequence = index as u64;
            (Stamp { sequence, nanos: (sequence + 1) * 1_000_000 }, bytes.to_vec())
        };
        Self { spec, frames: bytes.chunks_exact(spec.bytes()).enumerate().map(frame).collect() }
    }

    /// With these times in milliseconds.
    pub fn at_millis(mut self, millis: &[u64]) -> Self {
        assert_eq!(millis.len(), self.frames.len(), "a time a frame");
        self.frames.iter_mut().zip(millis).for_each(|((stamp, _), millis)| stamp.nanos = millis * 1_000_000);
        self
    }

    pub fn numbers(&self) -> Vec<f64> {
        self.frames.iter().flat_map(|(_, bytes)| to_numbers(self.spec.dtype(), bytes)).collect()
    }

    pub fn millis(&self) -> Vec<u64> {
        self.frames.iter().map(|(stamp, _)| stamp.nanos / 1_000_000).collect()
    }
}

fn to_bytes(dtype: DType, numbers: &[f64]) -> Vec<u8> {
    fn bytes<T: bytemuck::Pod>(numbers: &[f64], element: impl Fn(f64) -> T) -> Vec<u8> {
        numbers.iter().flat_map(|number| bytemuck::bytes_of(&element(*number)).to_vec()).collect()
    }
    match dtype {
        DType::F32 | DType::Complex32 => bytes(numbers, |number| number as f32),
        DType::F64 => bytes(numbers, |number| number),
        DType::I16 => bytes(numbers, |number| number as i16),
        DType::I32 => bytes(numbers, |number| number as i32),
        DType::U8 => bytes(numbers, |number| number as u8),
    }
}

fn to_numbers(dtype: DType, bytes: &[u8]) -> Vec<f64> {
    fn numbers<T: bytemuck::Pod + Into<f64>>(bytes: &[u8]) -> Vec<f64> {
        bytes.chunks_exact(size_of::<T>()).map(|chunk| bytemuck::pod_read_unaligned::<T>(chunk).into()).collect()
    }
    match dtype {
        DType::F32 | DType::Complex32 => numbers::<f32>(bytes),
        DType::F64 => numbers::<f64>(bytes),
        DType::I16 => numbers::<i16>(bytes),
        DType::I32 => numbers::<i32>(bytes),
        DType::U8 => numbers::<u8>(bytes),
    }
}

/// What a kind says of such a task, without running it.
pub fn ask(
    kind: &str,
    given: Given<'_>,
    inputs: &BTreeMap<String, FrameSpec>,
    outputs: &BTreeMap<String, Declared>,
) -> Result<(BTreeMap<String, FrameSpec>, Needs), KindFault> {
    let registry = Registry::standard();
    let values = given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let params = registry.params(kind, &values).expect("parameters of their types");
    let wiring = Wiring { params: &params, inputs, outputs };
    let kind = registry.kind(kind).expect("it exists");
    Ok((kind.produces(&wiring)?, kind.needs(&wiring)))
}

/// Runs a task on these inputs, and gives what came out.
pub fn run_many(
    kind: &str,
    given: Given<'_>,
    inputs: &[(&str, &Frames)],
    outputs: &[&str],
) -> BTreeMap<String, Frames> {
    run_declared(kind, given, inputs, &outputs.iter().map(|name| (*name, Declared::default())).collect::<Vec<_>>())
}

/// The same, into streams that say something of themselves.
pub fn run_declared(
    kind: &str,
    given: Given<'_>,
    inputs: &[(&str, &Frames)],
    outputs: &[(&str, Declared)],
) -> BTreeMap<String, Frames> {
    let specs = inputs.iter().map(|(name, frames)| ((*name).to_owned(), frames.spec)).collect();
    let declared = outputs.iter().map(|(name, declared)| ((*name).to_owned(), *declared)).collect();
    let (produced, _) = ask(kind, given, &specs, &declared).expect("it goes together");

    let mut pipeline = Pipeline::new("test").with_registry(Registry::standard());
    let add_stream = |pipeline: &mut Pipeline, name: &str, spec: FrameSpec| {
        let stream = pipeline.add_stream(name, spec.shape().dims(), spec.dtype(), 4).expect("a new name");
        stream.rate_hz = spec.rate_hz();
        stream.spec = Some(spec);
    };
    for (name, frames) in inputs {
        add_stream(&mut pipeline, name, frames.spec);
        let frames = frames.frames.clone();
        let feed = move |ports: &mut Ports| -> Result<(), TaskError> {
            let mut writer = ports.any_writer("out")?;
            frames.iter().try_for_each(|(stamp, frame)| Ok(writer.write_at(stamp.nanos, frame)?))
        };
        pipeline.add_task(format!("feed-{name}"), &[], &[("out", *name)], &[], feed).expect("a new name");
    }
    let came = Arc::new(Mutex::new(BTreeMap::new()));
    for (name, _) in outputs {
        let spec = produced[*name];
        let stream = format!("to-{name}");
        add_stream(&mut pipeline, &stream, spec);
        came.lock().expect("nobody panicked").insert((*name).to_owned(), Frames { spec, frames: Vec::new() });
        let (came, name) = (Arc::clone(&came), String::from(*name));
        let keep = move |ports: &mut Ports| -> Result<(), TaskError> {
            let mut reader = ports.any_reader("in")?;
            while let Some(frame) = reader.read()? {
                let mut came = came.lock().expect("nobody panicked");
                came.entry(name.clone()).and_modify(|frames| frames.frames.push(frame));
            }
            Ok(())
        };
        pipeline.add_task(format!("keep-{stream}"), &[("in", &stream)], &[], &[], keep).expect("a new name");
    }
    let reads: Vec<(&str, &str)> = inputs.iter().map(|(name, _)| (*name, *name)).collect();
    let streams: Vec<String> = outputs.iter().map(|(name, _)| format!("to-{name}")).collect();
    let writes: Vec<(&str, &str)> =
        outputs.iter().zip(&streams).map(|((name, _), stream)| (*name, stream.as_str())).collect();
    let given = given.iter().map(|(name, value)| (*name, value.clone()));
    pipeline.add_kind("task", kind, given, &reads, &writes, &[]).expect("a new name");
    pipeline.run().expect("it runs to its end");
    let came = came.lock().expect("nobody panicked");
    came.clone()
}

/// Runs a task from `in` to `out`.
pub fn run(kind: &str, given: Given<'_>, input: &Frames) -> Frames {
    let mut outputs = run_many(kind, given, &[("in", input)], &["out"]);
    outputs.remove("out").expect("it was asked for")
}

/// Runs a source.
pub fn make(kind: &str, given: Given<'_>, declared: Declared) -> Frames {
    let mut outputs = run_declared(kind, given, &[], &[("out", declared)]);
    outputs.remove("out").expect("it was asked for")
}

/// The same length, and no number further apart than `tolerance`.
#[track_caller]
pub fn close(actual: &[f64], expected: &[f64], tolerance: f64, what: &str) {
    assert_eq!(actual.len(), expected.len(), "{what}: how many numbers");
    let worst = actual.iter().zip(expected).position(|(a, b)| (a - b).is_nan() || (a - b).abs() > tolerance);
    if let Some(at) = worst {
        panic!("{what}: number {at} is {} instead of {}", actual[at], expected[at]);
    }
}

/// Numbers from -1 to 1 that follow from the seed.
pub fn random(seed: u64, count: usize) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

/// A channel of rows.
pub fn channel(numbers: &[f64], channels: usize, index: usize) -> Vec<f64> {
    numbers.iter().skip(index).step_by(channels).copied().collect()
}

/// Channels side by side.
pub fn interleave(channels: &[Vec<f64>]) -> Vec<f64> {
    (0..channels[0].len()).flat_map(|row| channels.iter().map(move |channel| channel[row])).collect()
}

/// The transform of its definition: sums.
pub fn dft(values: &[Complex64], sign: f64) -> Vec<Complex64> {
    let length = values.len();
    let turn = |k: usize, n: usize| {
        Complex64::from_polar(1.0, sign * std::f64::consts::TAU * ((k * n) % length) as f64 / length as f64)
    };
    (0..length).map(|k| values.iter().enumerate().map(|(n, value)| value * turn(k, n)).sum()).collect()
}

pub type Complex64 = num_complex::Complex<f64>;

pub fn real_dft(values: &[f64]) -> Vec<Complex64> {
    let values: Vec<Complex64> = values.iter().map(|value| Complex64::from(*value)).collect();
    let mut bins = dft(&values, -1.0);
    bins.truncate(values.len() / 2 + 1);
    bins
}

/// All of a convolution, as long as both together less one.
pub fn convolve(signal: &[f64], taps: &[f64]) -> Vec<f64> {
    let mut full = vec![0.0; signal.len() + taps.len() - 1];
    for (at, value) in signal.iter().enumerate() {
        for (later, tap) in taps.iter().enumerate() {
            full[at + later] += value * tap;
        }
    }
    full
}

/// NumPy's `hanning`.
pub fn hanning(length: usize) -> Vec<f64> {
    let period = (length - 1) as f64;
    (0..length).map(|n| 0.5 - 0.5 * (std::f64::consts::TAU * n as f64 / period).cos()).collect()
}

/// Real and imaginary parts in turn.
pub fn parts(values: &[Complex64]) -> Vec<f64> {
    values.iter().flat_map(|value| [value.re, value.im]).collect()
}
