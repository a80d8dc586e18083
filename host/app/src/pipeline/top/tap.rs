//! Looks into a stream from the side, on a thread of its own: a stream that rests would hold up the view.

use ripieno_pipeline::control::{Client, ControlError};
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, Sender, channel};

/// Elements that are looked at.
const ELEMENTS: usize = 4_096;
/// Elements that are shown.
const SHOWN: usize = 8;

/// What a tap saw: number, levels and first values in a line, or why there is nothing to see.
#[derive(Clone, Debug, PartialEq)]
pub struct Tap {
    /// The stream.
    pub stream: String,
    /// In a line.
    pub text: String,
}

/// A frame as the control socket tells it.
#[derive(Debug, Deserialize)]
struct Frame {
    sequence: u64,
    /// Its first elements as numbers, parts of complex ones each.
    values: Vec<f64>,
}

/// Somebody who looks.
#[derive(Debug)]
pub struct Tapper {
    wanted: Sender<String>,
    seen: Receiver<Tap>,
    stream: Option<String>,
    /// Whether an answer is on its way.
    is_asked: bool,
    last: Option<Tap>,
}

impl Tapper {
    /// Who looks into streams of this process's pipeline.
    pub fn start(pid: u32) -> Self {
        let (wanted, wishes) = channel::<String>();
        let (tell, seen) = channel();
        // It ends with the view, or says why it cannot look.
        std::thread::spawn(move || {
            let mut client = Client::connect(pid);
            for stream in wishes {
                let answer = match &mut client {
                    Ok(client) => client.ask("tap", json!({ "stream": stream, "elements": ELEMENTS })),
                    Err(_) => Err(ControlError::NotRunning(pid)),
                };
                if tell.send(Tap { text: text(answer), stream }).is_err() {
                    break;
                }
            }
        });
        Self { wanted, seen, stream: None, is_asked: false, last: None }
    }

    /// Looks at another stream, again at the same, or at none.
    pub fn look_at(&mut self, stream: Option<String>) {
        if let Some(stream) = stream.clone().filter(|_| !self.is_asked) {
            self.is_asked = self.wanted.send(stream).is_ok();
        }
        self.stream = stream;
    }

    /// What was seen last of the stream that is looked at.
    pub fn seen(&mut self) -> Option<Tap> {
        for tap in self.seen.try_iter() {
            self.is_asked = false;
            self.last = Some(tap);
        }
        self.last.clone().filter(|tap| Some(&tap.stream) == self.stream.as_ref())
    }
}

fn text(answer: Result<Value, ControlError>) -> String {
    let frame = answer.map_err(|error| error.to_string()).and_then(|answer| match answer {
        Value::Null => Err("nothing has come for a while".to_owned()),
        answer => serde_json::from_value::<Frame>(answer).map_err(|error| error.to_string()),
    });
    frame.map_or_else(
        |problem| problem,
        |Frame { sequence, values }| {
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let rms = (values.iter().map(|value| value * value).sum::<f64>() / values.len().max(1) as f64).sqrt();
            let first: Vec<String> = values.iter().take(SHOWN).map(|value| short(*value)).collect();
            let [least, most, rms] = [least, most, rms].map(short);
            format!("frame {sequence}  min {least}  max {most}  rms {rms}  first {}", first.join(" "))
        },
    )
}

fn short(value: f64) -> String {
    match value.abs() {
        0.0 => "0".into(),
        0.001..100_000.0 => format!("{value:.3}"),
        _ => format!("{value:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_read_well() {
        let check = |answer: Value, expected: &str| assert_eq!(text(Ok(answer)), expected);
        check(
            json!({ "sequence": 7, "nanos": 1, "missed": 0, "dtype": "f32", "shape": [2], "values": [0.5, -0.5, 1e-9] }),
            "frame 7  min -0.500  max 0.500  rms 0.408  first 0.500 -0.500 1.00e-9",
        );
        check(Value::Null, "nothing has come for a while");
        assert!(text(Err(ControlError::Refused("no".into()))).contains("no"));
    }
}
