//! One frame of a stream, looked at from the side, as channels of numbers.

use ripieno_pipeline::{DType, Running, StreamError};
use ripieno_web::Refusal;
use ripieno_web::shape::StreamFrame;
use std::time::Duration;

/// How long a frame is waited for.
const WAIT: Duration = Duration::from_millis(500);
/// Channels that are given at most.
const MOST_CHANNELS: usize = 64;

/// The next frame of a stream, so many rows of it at most; holds nobody back. Control; blocks.
///
/// # Errors
/// There is no such stream, or nothing came.
pub fn tap(running: &Running, stream: &str, rows: usize) -> Result<StreamFrame, Refusal> {
    if !running.declaration().streams.iter().any(|known| known.name == stream) {
        return Err(Refusal::Unknown(format!("there is no stream '{stream}'")));
    }
    let over = || Refusal::Unavailable(format!("stream '{stream}' has ended, or too many look at it already"));
    let mut reader = running.tap(stream).ok_or_else(over)?;
    reader.set_timeout(Some(WAIT));
    let (dtype, spec) = (reader.dtype(), reader.spec());
    match reader.look() {
        Ok(Some(look)) => {
            let frame = look.stamp().sequence;
            let shape = spec.shape();
            let channels = channels(dtype, &look, shape.row_elements(), rows);
            look.increment();
            Ok(StreamFrame {
                stream: stream.into(),
                frame,
                shape: shape.dims().to_vec(),
                dtype: dtype.to_string(),
                rate: spec.rate_hz(),
                channels,
            })
        }
        Ok(None) => Err(over()),
        Err(StreamError::TimedOut { .. }) => {
            let secs = WAIT.as_secs_f64();
            Err(Refusal::Unavailable(format!(
                "no frame came on stream '{stream}' within {secs} s; is its task running?"
            )))
        }
        Err(error) => Err(Refusal::Unavailable(error.to_string())),
    }
}

/// The first rows of each channel.
fn channels(dtype: DType, bytes: &[u8], width: usize, rows: usize) -> Vec<Vec<Option<f32>>> {
    let size = dtype.bytes();
    let of = |channel: usize| {
        let row = |row: &[u8]| row.get(channel * size..(channel + 1) * size).and_then(|bytes| number(dtype, bytes));
        bytes.chunks_exact((width * size).max(1)).take(rows).map(row).collect()
    };
    (0..width.min(MOST_CHANNELS)).map(of).collect()
}

/// An element as a number, a complex one as its magnitude; nothing where it is none.
fn number(dtype: DType, bytes: &[u8]) -> Option<f32> {
    let real = |bytes: &[u8]| bytes.try_into().map(f32::from_ne_bytes).ok();
    let value = match dtype {
        DType::F32 => real(bytes)?,
        DType::Complex32 => {
            let (re, im) = bytes.split_at_checked(4)?;
            real(re)?.hypot(real(im)?)
        }
        DType::F64 => f64::from_ne_bytes(bytes.try_into().ok()?) as f32,
        DType::I16 => i16::from_ne_bytes(bytes.try_into().ok()?).into(),
        DType::I32 => i32::from_ne_bytes(bytes.try_into().ok()?) as f32,
        DType::U8 => (*bytes.first()?).into(),
    };
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_apart_by_channel() {
        let floats = |values: &[f32]| values.iter().flat_map(|value| value.to_ne_bytes()).collect::<Vec<u8>>();
        let check = |dtype, bytes: &[u8], width, rows, expected: &[&[Option<f32>]]| {
            assert_eq!(channels(dtype, bytes, width, rows), expected, "{dtype}");
        };
        let stereo = floats(&[0.5, -0.5, 0.25, f32::NAN, 1.0, f32::INFINITY]);
        check(DType::F32, &stereo, 2, 9, &[&[Some(0.5), Some(0.25), Some(1.0)], &[Some(-0.5), None, None]]);
        check(DType::F32, &stereo, 2, 1, &[&[Some(0.5)], &[Some(-0.5)]]);
        check(DType::Complex32, &floats(&[3.0, 4.0, 0.0, -2.0]), 1, 9, &[&[Some(5.0), Some(2.0)]]);
        check(DType::I16, &[1_i16, -300].map(i16::to_ne_bytes).concat(), 1, 9, &[&[Some(1.0), Some(-300.0)]]);
        check(DType::U8, &[7, 8], 2, 9, &[&[Some(7.0)], &[Some(8.0)]]);
        assert_eq!(channels(DType::U8, &[0; 1_000], 1_000, 1).len(), MOST_CHANNELS);
    }
}
