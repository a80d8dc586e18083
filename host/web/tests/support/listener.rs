//! A well-behaved client of the socket: it keeps a copy of the state by patches and asks anew after a gap.

use futures_util::{SinkExt, StreamExt};
use ripieno_web::{hash, merge};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Message, protocol::frame::coding::CloseCode};
use tokio_tungstenite::{WebSocketStream, client_async};

/// A socket with its copy of the state.
pub struct Listener {
    socket: WebSocketStream<TcpStream>,
    pub state: Value,
    pub seq: u64,
    /// Events heard.
    pub events: u64,
    /// How often it began anew.
    pub snapshots: u64,
    /// Answers to requests that nobody took yet.
    answers: Vec<Value>,
}

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

impl Listener {
    /// Connects, shows the token, and takes the first snapshot.
    pub async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("a connection");
        let (socket, _) = client_async(format!("ws://{addr}/ws"), stream).await.expect("a socket");
        let mut listener = Self { socket, state: Value::Null, seq: 0, events: 0, snapshots: 0, answers: Vec::new() };
        listener.say(json!({"type": "auth", "token": super::TOKEN})).await;
        while listener.snapshots == 0 {
            listener.hear().await.expect("a snapshot");
        }
        listener
    }

    pub async fn say(&mut self, message: Value) {
        timeout(PATIENCE, self.socket.send(Message::text(message.to_string())))
            .await
            .expect("in time")
            .expect("a socket");
    }

    /// Takes one message.
    ///
    /// # Errors
    ///
    /// The close code, if the socket has ended with one.
    pub async fn hear(&mut self) -> Result<(), Option<CloseCode>> {
        let message = timeout(PATIENCE, self.socket.next()).await.expect("a message in time");
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => return Err(frame.map(|frame| frame.code)),
            Some(Ok(_)) => return Ok(()),
            Some(Err(_)) | None => return Err(None),
        };
        let mut message: Value = serde_json::from_str(&text).expect("JSON");
        match message["type"].as_str() {
            Some("event") => {
                let seq = message["seq"].as_u64().expect("a number");
                assert_eq!(seq, self.seq + 1, "a gap inside a subscription");
                self.seq = seq;
                self.events += 1;
                merge::apply(&mut self.state, message["patch"].take());
            }
            Some("response") if message.get("seq").is_some() => {
                self.seq = message["seq"].as_u64().expect("a number");
                self.state = message["payload"].take();
                self.snapshots += 1;
                if message["id"] != "handshake" {
                    self.answers.push(message);
                }
            }
            Some("response") => self.answers.push(message),
            _ => panic!("what is this: {message}"),
        }
        Ok(())
    }

    /// The next answer to a request.
    pub async fn answer(&mut self) -> Value {
        while self.answers.is_empty() {
            self.hear().await.expect("an answer");
        }
        self.answers.remove(0)
    }

    /// Asks and waits for the answer.
    pub async fn request(&mut self, method: &str, path: &str, body: Value) -> Value {
        self.say(json!({"type": "request", "id": "1", "method": method, "path": path, "body": body})).await;
        self.answer().await
    }

    /// Hears until the copy has this number.
    pub async fn hear_until(&mut self, seq: u64) {
        while self.seq < seq {
            self.hear().await.expect("the events so far");
        }
    }

    pub fn hash(&self) -> String {
        hash(&self.state)
    }
}
