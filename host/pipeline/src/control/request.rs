//! What may be asked, and what is answered.

use crate::declare::{Control, TaskDecl};
use crate::frame::DType;
use crate::graph::{self, Graph};
use crate::kind::Value;
use crate::run::{Running, Shared, lock};
use crate::share;
use crate::stream::AnyReader;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::sync::Arc;
use std::time::Duration;

/// How long a tap waits for a frame.
const TAP_WAIT: Duration = Duration::from_secs(1);

/// The most elements that a tap shows.
const TAP_ELEMENTS: usize = 1 << 16;

/// What may be asked.
#[derive(Debug, Deserialize)]
#[serde(tag = "ask", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Request {
    Name {},
    Status {},
    Prometheus {},
    Graph {},
    Set { task: String, param: String, value: Value },
    Signal { event: String },
    Reload { text: String },
    Tap { stream: String, elements: Option<usize> },
    Stop {},
}

/// One who asks.
pub(super) struct Session {
    shared: Arc<Shared>,
    /// The stream that was tapped last, as who taps once will do it again.
    tap: Option<AnyReader>,
}

impl Session {
    pub fn new(shared: Arc<Shared>) -> Self {
        Self { shared, tap: None }
    }

    /// The answer to a line.
    pub fn answer(&mut self, line: &[u8]) -> Json {
        let answer = match serde_json::from_slice(line) {
            Ok(request) => self.serve(request),
            Err(error) => Err(format!("no such question: {error}")),
        };
        answer.map_or_else(|error| json!({ "error": error }), |answer| json!({ "ok": answer }))
    }

    fn serve(&mut self, request: Request) -> Result<Json, String> {
        let shared = &self.shared;
        match request {
            Request::Name {} => Ok(json!(shared.name)),
            Request::Status {} => serde_json::to_value(shared.status()).map_err(|error| error.to_string()),
            Request::Prometheus {} => Ok(json!(shared.status().prometheus())),
            Request::Graph {} => {
                let mut declaration = lock(&shared.plan).declaration.clone();
                share::collapse(&mut declaration);
                let is_function = |task: &TaskDecl| task.kind.is_none() && task.control != Control::Terminator;
                let has_functions = declaration.tasks.iter().any(is_function);
                Ok(json!({ "text": (!has_functions).then(|| graph::to_text(&declaration)) }))
            }
            Request::Set { task, param, value } => {
                shared.set(&task, &param, &value).map(|()| Json::Null).map_err(|error| error.to_string())
            }
            Request::Signal { event } => {
                let event = shared.event(&event).ok_or_else(|| format!("there is no event '{event}'"))?;
                event.signal();
                Ok(Json::Null)
            }
            Request::Reload { text } => {
                let graph = Graph::parse("reload", &text).map_err(|faults| faults.to_string())?;
                let changes = shared.reload(graph.declaration()).map_err(|error| error.to_string())?;
                serde_json::to_value(changes).map_err(|error| error.to_string())
            }
            Request::Tap { stream, elements } => self.tap(&stream, elements.unwrap_or(256).min(TAP_ELEMENTS)),
            Request::Stop {} => {
                shared.stop_within(Running::STOP_BOUND);
                Ok(Json::Null)
            }
        }
    }

    fn tap(&mut self, stream: &str, elements: usize) -> Result<Json, String> {
        let held = self.tap.take().filter(|reader| reader.name() == stream);
        // A held one whose stream was made anew has ended.
        for reader in [held, self.shared.tap(stream)].into_iter().flatten() {
            if let Some(frame) = self.look(reader, elements)? {
                return Ok(frame);
            }
        }
        let known = lock(&self.shared.plan).streams.contains_key(stream);
        match (known, &self.tap) {
            (false, _) => Err(format!("there is no stream '{stream}'")),
            (true, None) => Err(format!("stream '{stream}' has ended, or all its spare seats are taken")),
            (true, Some(_)) => Ok(Json::Null),
        }
    }

    /// The next frame; keeps the reader for the next time unless its stream has ended.
    fn look(&mut self, mut reader: AnyReader, elements: usize) -> Result<Option<Json>, String> {
        reader.set_timeout(Some(TAP_WAIT));
        let (dtype, shape, missed) = (reader.dtype(), reader.spec().shape(), reader.missed());
        let frame = match reader.look() {
            Ok(Some(look)) => {
                let stamp = look.stamp();
                let values = values(dtype, &look, elements);
                look.increment();
                json!({
                    "sequence": stamp.sequence, "nanos": stamp.nanos, "missed": missed,
                    "dtype": dtype, "shape": shape, "values": values,
                })
            }
            Ok(None) => return Ok(None),
            Err(crate::stream::StreamError::TimedOut { .. }) => Json::Null,
            Err(error) => return Err(error.to_string()),
        };
        self.tap = Some(reader);
        Ok(Some(frame))
    }
}

/// The first elements as numbers: two for a complex one.
fn values(dtype: DType, bytes: &[u8], elements: usize) -> Vec<f64> {
    fn all<const N: usize>(bytes: &[u8], count: usize, value: fn([u8; N]) -> f64) -> Vec<f64> {
        bytes.as_chunks().0.iter().take(count).map(|bytes| value(*bytes)).collect()
    }
    match dtype {
        DType::F32 => all(bytes, elements, |bytes| f32::from_ne_bytes(bytes).into()),
        DType::Complex32 => all(bytes, 2 * elements, |bytes| f32::from_ne_bytes(bytes).into()),
        DType::F64 => all(bytes, elements, f64::from_ne_bytes),
        DType::I16 => all(bytes, elements, |bytes| i16::from_ne_bytes(bytes).into()),
        DType::I32 => all(bytes, elements, |bytes| i32::from_ne_bytes(bytes).into()),
        DType::U8 => all(bytes, elements, |[byte]| byte.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_numbers_of_any_type() {
        let check = |dtype, bytes: &[u8], expected: &[f64]| assert_eq!(values(dtype, bytes, 2), expected, "{dtype}");
        check(DType::U8, &[1, 2, 3], &[1.0, 2.0]);
        check(DType::I16, &[-5_i16, 300].map(i16::to_ne_bytes).concat(), &[-5.0, 300.0]);
        check(DType::I32, &[-70_000_i32].map(i32::to_ne_bytes).concat(), &[-70_000.0]);
        check(DType::F64, &[0.5_f64, 2.5, 9.0].map(f64::to_ne_bytes).concat(), &[0.5, 2.5]);
        check(
            DType::Complex32,
            &[1.0_f32, 2.0, 3.0, 4.0, 5.0, 6.0].map(f32::to_ne_bytes).concat(),
            &[1.0, 2.0, 3.0, 4.0],
        );
    }
}
