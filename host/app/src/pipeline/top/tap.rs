//! One frame of a stream, looked at from the side.

use ripieno_pipeline::control::ControlError;
use serde::Deserialize;
use serde_json::Value;

/// What a tap saw.
#[derive(Clone, Debug, PartialEq)]
pub struct Tap {
    /// In a line: its number, its levels and its first values; or why nothing was seen.
    pub text: String,
}

/// A frame as the control socket tells it.
#[derive(Debug, Deserialize)]
struct Frame {
    sequence: u64,
    /// Its first elements as numbers.
    values: Vec<f64>,
    min: f64,
    max: f64,
    rms: f64,
}

impl Tap {
    /// Reads an answer.
    pub fn of(answer: Result<Value, ControlError>) -> Self {
        let frame = answer.map_err(|error| error.to_string()).and_then(|answer| match answer {
            Value::Null => Err("nothing has come yet".to_owned()),
            answer => serde_json::from_value::<Frame>(answer).map_err(|error| error.to_string()),
        });
        let text = frame.map_or_else(
            |problem| problem,
            |Frame { sequence, values, min, max, rms }| {
                let values: Vec<String> = values.iter().map(|value| short(*value)).collect();
                let (min, max, rms) = (short(min), short(max), short(rms));
                format!("frame {sequence}  min {min}  max {max}  rms {rms}  first {}", values.join(" "))
            },
        );
        Self { text }
    }
}

fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        0.001..100_000.0 => format!("{value:.3}"),
        _ => format!("{value:.2e}"),
    }
}
