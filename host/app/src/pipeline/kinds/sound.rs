//! Sound as streams carry it: blocks of `[frames, channels]` `f32`, interleaved, at a whole rate; `[frames]` is one channel.

use ripieno_pipeline::{DType, FrameSpec, KindFault, Param, ParamType, Port, Wiring};
use ripieno_types::SampleRate;
use std::collections::BTreeMap;

/// Frames a block where nobody says otherwise.
const BLOCK_FRAMES: i64 = 256;
/// The longest block.
const MAX_BLOCK_FRAMES: i64 = 65_536;

/// How long blocks are, for kinds that begin a stream.
pub const BLOCK: Param = fixed(
    "block",
    ParamType::Integer { default: Some(BLOCK_FRAMES), min: 1, max: MAX_BLOCK_FRAMES },
    "frames",
    "the length of a block, where the stream does not say",
);

/// The rate, for kinds that begin a stream.
pub const RATE: Param = fixed(
    "rate",
    ParamType::Integer {
        default: Some(SampleRate::STUDIO.hz() as i64),
        min: SampleRate::MIN_HZ as i64,
        max: SampleRate::MAX_HZ as i64,
    },
    "Hz",
    "frames a second, where the stream does not say",
);

/// Whether a source takes the time that its sound lasts.
pub const PACED: Param =
    fixed("paced", ParamType::Bool { default: false }, "", "in real time; not needed where a device sets the pace");

/// A parameter that is said before the start.
pub const fn fixed(name: &'static str, of: ParamType, unit: &'static str, summary: &'static str) -> Param {
    Param { name, of, unit, live: false, summary }
}

/// A text parameter that may be left out.
pub const fn text(name: &'static str, default: &'static str, summary: &'static str) -> Param {
    fixed(name, ParamType::Text { default: Some(default) }, "", summary)
}

/// A place for one stream of sound.
pub const fn port(name: &'static str, summary: &'static str) -> Port {
    Port { name, dtypes: &[DType::F32], optional: false, many: false, summary }
}

/// What a stream of sound carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sound {
    /// Frames a block.
    pub rows: usize,
    /// Samples a frame.
    pub channels: usize,
    /// Frames a second.
    pub rate: SampleRate,
    /// Whether the one channel has no dimension of its own.
    pub is_flat: bool,
}

impl Sound {
    /// Reads a stream's spec.
    pub fn of(port: &str, spec: &FrameSpec) -> Result<Self, KindFault> {
        let fault = |message: String, help: &str| Err(KindFault::at(port, message).help(help));
        if spec.dtype() != DType::F32 {
            return fault(format!("sound is f32, not {}", spec.dtype()), "put a `convert` task before it");
        }
        let (rows, channels, is_flat) = match *spec.shape().dims() {
            [rows] => (rows, 1, true),
            [rows, channels] => (rows, channels, false),
            _ => {
                return fault(
                    format!("sound comes as [frames, channels], not as {}", spec.shape()),
                    "declare the stream with two dimensions",
                );
            }
        };
        let Some(hz) = spec.rate_hz() else {
            return fault("the stream does not say its rate".into(), "declare `rate` with the stream");
        };
        Ok(Self { rows, channels, rate: sample_rate(port, hz)?, is_flat })
    }

    /// What comes in at a port.
    pub fn read(wiring: &Wiring<'_>, port: &str) -> Result<Self, KindFault> {
        let spec = wiring.inputs.get(port).ok_or_else(|| KindFault::at(port, "nothing is bound here"))?;
        Self::of(port, spec)
    }

    /// What goes out at a port: what the stream declares; `usual` is asked for what that leaves open.
    pub fn written(
        wiring: &Wiring<'_>,
        port: &str,
        usual: impl FnOnce() -> Result<Self, KindFault>,
    ) -> Result<Self, KindFault> {
        let declared = wiring.outputs.get(port).copied().unwrap_or_default();
        let hz = declared.spec.and_then(|spec| spec.rate_hz()).or(declared.rate_hz);
        match (declared.spec, hz) {
            (Some(spec), Some(hz)) => Self::of(port, &with_rate(port, spec, hz)?),
            (Some(spec), None) => {
                let usual = usual()?;
                Self::of(port, &with_rate(port, spec, usual.rate.hz().into())?)
            }
            (None, Some(hz)) => Ok(Self { rate: sample_rate(port, hz)?, ..usual()? }),
            (None, None) => usual(),
        }
    }

    /// The same, refused unless it has so many channels.
    pub fn with_channels(self, port: &str, channels: usize) -> Result<Self, KindFault> {
        if self.channels == channels {
            return Ok(self);
        }
        let fault = KindFault::at(port, format!("has {} channels where {channels} are needed", self.channels));
        Err(fault.help(format!("declare the stream as [{}, {channels}]", self.rows)))
    }

    /// As a stream's spec.
    pub fn spec(self, port: &str) -> Result<FrameSpec, KindFault> {
        let dims = [self.rows, self.channels];
        let dims = if self.is_flat { &dims[..1] } else { &dims[..] };
        let spec = FrameSpec::new(DType::F32, dims).map_err(|error| KindFault::at(port, error.to_string()))?;
        with_rate(port, spec, self.rate.hz().into())
    }

    /// As the answer of a kind with one output.
    pub fn only(self, port: &str) -> Result<BTreeMap<String, FrameSpec>, KindFault> {
        Ok([(port.to_owned(), self.spec(port)?)].into())
    }

    /// Nanoseconds that so many frames last.
    pub fn nanos(&self, frames: u64) -> u64 {
        let nanos = u128::from(frames) * 1_000_000_000 / u128::from(self.rate.hz());
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }
}

fn with_rate(port: &str, spec: FrameSpec, hz: f64) -> Result<FrameSpec, KindFault> {
    spec.with_rate(hz).map_err(|error| KindFault::at(port, error.to_string()))
}

fn sample_rate(port: &str, hz: f64) -> Result<SampleRate, KindFault> {
    let whole = (hz.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&hz)).then_some(hz as u32);
    whole.and_then(|hz| SampleRate::new(hz).ok()).ok_or_else(|| {
        let (least, most) = (SampleRate::MIN_HZ, SampleRate::MAX_HZ);
        KindFault::at(port, format!("sound has a whole rate from {least} to {most} Hz, not {hz}"))
    })
}

/// Takes a block apart: a row a channel, as many as `rows` has.
pub fn split(block: &[f32], rows: &mut [Vec<f32>]) {
    let channels = rows.len();
    for (channel, row) in rows.iter_mut().enumerate() {
        row.clear();
        row.extend(block.iter().skip(channel).step_by(channels));
    }
}

/// Puts rows together into a block; what rows lack is silence.
pub fn join<'a>(rows: impl Iterator<Item = &'a [f32]>, block: &mut [f32], channels: usize) {
    for (channel, row) in rows.enumerate() {
        let mut samples = row.iter().copied();
        for to in block.iter_mut().skip(channel).step_by(channels) {
            *to = samples.next().unwrap_or(0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ripieno_pipeline::{Declared, Params};

    #[test]
    fn specs_of_sound() {
        let check = |dtype: DType, dims: &[usize], hz: Option<f64>, expected: Result<(usize, usize, u32), &str>| {
            let spec = FrameSpec::new(dtype, dims).unwrap();
            let spec = hz.map_or(spec, |hz| spec.with_rate(hz).unwrap());
            let found = Sound::of("in", &spec);
            match (&found, expected) {
                (Ok(sound), Ok(expected)) => {
                    assert_eq!((sound.rows, sound.channels, sound.rate.hz()), expected);
                    assert_eq!(sound.spec("in").unwrap(), spec);
                }
                (Err(fault), Err(part)) => assert!(fault.message.contains(part), "{fault}"),
                _ => panic!("{spec}: {found:?}"),
            }
        };
        check(DType::F32, &[256, 2], Some(48_000.0), Ok((256, 2, 48_000)));
        check(DType::F32, &[64], Some(44_100.0), Ok((64, 1, 44_100)));
        check(DType::F64, &[64], Some(44_100.0), Err("f32"));
        check(DType::F32, &[64, 2, 2], Some(44_100.0), Err("[frames, channels]"));
        check(DType::F32, &[64, 2], None, Err("rate"));
        check(DType::F32, &[64, 2], Some(44_100.5), Err("whole rate"));
        check(DType::F32, &[64, 2], Some(7.0), Err("whole rate"));
    }

    #[test]
    fn what_a_stream_declares_comes_first() {
        let usual = Sound { rows: 256, channels: 2, rate: SampleRate::STUDIO, is_flat: false };
        let check = |dims: Option<&[usize]>, hz: Option<f64>, expected: (usize, usize, u32)| {
            let spec = dims.map(|dims| FrameSpec::new(DType::F32, dims).unwrap());
            let outputs = [("out".to_owned(), Declared { spec, rate_hz: hz })].into();
            let wiring = Wiring { params: &Params::default(), inputs: &BTreeMap::new(), outputs: &outputs };
            let sound = Sound::written(&wiring, "out", || Ok(usual)).unwrap();
            assert_eq!((sound.rows, sound.channels, sound.rate.hz()), expected);
        };
        check(None, None, (256, 2, 48_000));
        check(None, Some(44_100.0), (256, 2, 44_100));
        check(Some(&[64, 1]), None, (64, 1, 48_000));
        check(Some(&[64, 1]), Some(44_100.0), (64, 1, 44_100));
    }

    #[test]
    fn blocks_come_apart_and_together() {
        let block = [1.0, -1.0, 2.0, -2.0, 3.0, -3.0];
        let mut rows = vec![Vec::new(); 2];
        split(&block, &mut rows);
        assert_eq!(rows, [[1.0, 2.0, 3.0], [-1.0, -2.0, -3.0]]);
        let mut back = [9.0; 6];
        join(rows.iter().map(Vec::as_slice), &mut back, 2);
        assert_eq!(back, block);
        join([[5.0].as_slice()].into_iter(), &mut back[..2], 1);
        assert_eq!(back[..2], [5.0, 0.0]);
    }
}
