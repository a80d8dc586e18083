//! The words of the socket.

use axum::body::to_bytes;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};

/// Characters that an id may have.
const LONGEST_ID: usize = 64;
/// Bytes of an answer at most; no route has as many.
const LARGEST: usize = 64 << 20;

/// What a client says.
#[derive(Debug)]
pub enum Said {
    /// The token.
    Auth(String),
    /// Something to be done in its turn.
    Command(Command),
}

/// What is done in its turn.
#[derive(Debug)]
pub enum Command {
    /// The whole state anew.
    Snapshot {
        /// What the answer is to be called.
        id: Value,
    },
    /// A request as by HTTP.
    Request { id: Value, method: String, path: String, body: Vec<u8> },
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
enum Wire {
    Auth {
        token: String,
    },
    Resync {},
    Request {
        id: Value,
        method: String,
        path: String,
        #[serde(default)]
        body: Option<Value>,
    },
}

/// Reads a message; what is wrong with it otherwise.
pub fn read(text: &str) -> Result<Said, String> {
    let wire = serde_json::from_str(text).map_err(|error| format!("the message does not fit: {error}"))?;
    Ok(match wire {
        Wire::Auth { token } => Said::Auth(token),
        Wire::Resync {} => Said::Command(Command::Snapshot { id: "handshake".into() }),
        Wire::Request { id, method, path, body } => {
            let short = match &id {
                Value::String(id) => id.len() <= LONGEST_ID,
                Value::Number(_) => true,
                _ => false,
            };
            if !short {
                return Err(format!("an id is a number or a text of up to {LONGEST_ID} bytes"));
            }
            if method == "GET" && path == "/api/state" {
                return Ok(Said::Command(Command::Snapshot { id }));
            }
            let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
            Said::Command(Command::Request { id, method, path, body })
        }
    })
}

/// A snapshot: the state, already JSON, and its number.
pub fn snapshot(id: &Value, state: &str, seq: u64) -> String {
    format!(r#"{{"type":"response","id":{id},"status":"ok","code":200,"payload":{state},"seq":{seq}}}"#)
}

/// The answer to a message that could not be read.
pub fn unreadable(why: &str) -> String {
    json!({"type": "response", "id": null, "status": "error", "code": 400, "payload": {"error": why}}).to_string()
}

/// The answer to a request: what HTTP would have answered.
pub async fn answer(id: &Value, response: Response) -> String {
    let code = response.status();
    let status = if code.is_success() { "ok" } else { "error" };
    let body = to_bytes(response.into_body(), LARGEST).await.unwrap_or_default();
    // A route answers JSON, and what is JSON is passed on as it is.
    let payload = match std::str::from_utf8(&body) {
        Ok(text) if !text.is_empty() => text,
        _ => "null",
    };
    let code = code.as_u16();
    format!(r#"{{"type":"response","id":{id},"status":"{status}","code":{code},"payload":{payload}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let found = match read(text) {
            Ok(said) => format!("{said:?}"),
            Err(why) => why,
        };
        assert!(found.contains(expected), "{text}: {found}");
    }

    #[test]
    fn messages_are_read_or_refused() {
        check(r#"{"type":"auth","token":"t"}"#, r#"Auth("t")"#);
        check(r#"{"type":"resync"}"#, r#"Snapshot { id: String("handshake") }"#);
        check(r#"{"type":"request","id":"7","method":"GET","path":"/api/state"}"#, r#"Snapshot { id: String("7") }"#);
        check(r#"{"type":"request","id":7,"method":"POST","path":"/api/panic"}"#, "Request { id: Number(7)");
        check(r#"{"type":"request","id":null,"method":"GET","path":"/"}"#, "an id is");
        check(&format!(r#"{{"type":"request","id":"{}","method":"GET","path":"/"}}"#, "x".repeat(65)), "an id is");
        check(r#"{"type":"request","method":"GET","path":"/"}"#, "missing field `id`");
        check(r#"{"type":"event"}"#, "unknown variant");
        check(r#"{"type":"resync","more":1}"#, "unknown field");
        check("[]", "does not fit");
        check("", "does not fit");
        check(&"[".repeat(10_000), "does not fit");
    }
}
