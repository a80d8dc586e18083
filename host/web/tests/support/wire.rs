//! A client that sends the bytes it is told to, however wrong, and reads what comes.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A connection.
pub struct Wire {
    stream: TcpStream,
    read: Vec<u8>,
    addr: SocketAddr,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// What waits for anything at most.
const PATIENCE: Duration = Duration::from_secs(20);

impl Wire {
    pub async fn connect(addr: SocketAddr) -> Self {
        let stream = TcpStream::connect(addr).await.expect("a connection");
        stream.set_nodelay(true).expect("an option");
        Self { stream, read: Vec::new(), addr }
    }

    /// Sends bytes; that the other side has closed is for the answer to tell.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        drop(timeout(PATIENCE, self.stream.write_all(bytes.as_ref())).await.expect("a reader"));
    }

    /// The head of the next answer, which is all of an answer to HEAD; nothing if the connection has closed without one.
    pub async fn head(&mut self) -> Option<String> {
        let end = loop {
            match self.read.windows(4).position(|four| four == b"\r\n\r\n") {
                Some(end) => break end + 4,
                None => self.more().await?,
            }
        };
        Some(String::from_utf8(self.read.drain(..end).collect()).expect("a head in ASCII"))
    }

    /// The next answer; nothing if the connection has closed without one.
    pub async fn answer(&mut self) -> Option<Answer> {
        let mut answer = self.answer_head().await?;
        let length = answer.header("content-length").map_or(0, |length| length.parse().expect("a length"));
        while self.read.len() < length {
            self.more().await?;
        }
        answer.body = String::from_utf8(self.read.drain(..length).collect()).expect("a body in UTF-8");
        Some(answer)
    }

    /// The next answer without a body, as that to HEAD; nothing if the connection has closed without one.
    pub async fn answer_head(&mut self) -> Option<Answer> {
        let head = self.head().await?;
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
        let headers: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Some(Answer { status: status.expect("a status"), headers, body: String::new() })
    }

    /// One request with the token, as a well-behaved client makes it.
    pub async fn request(&mut self, method: &str, path: &str, body: &str) -> Answer {
        self.send_as(method, path, "application/json", body).await
    }

    /// The same with a body that is said to be of this kind.
    pub async fn send_as(&mut self, method: &str, path: &str, kind: &str, body: &str) -> Answer {
        let kind = if body.is_empty() { String::new() } else { format!("content-type: {kind}\r\n") };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n{kind}content-length: {}\r\n\r\n{body}",
            self.addr,
            super::TOKEN,
            body.len()
        );
        self.send(head).await;
        self.answer().await.expect("an answer")
    }

    /// The next frame of a socket: its kind and payload. Nothing if the connection has closed.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (start, length) = loop {
            let length = match self.read.get(1) {
                Some(short @ 0..=125) => Some((2, usize::from(*short))),
                Some(126) => self.read.get(2..4).map(|two| (4, usize::from(two[0]) << 8 | usize::from(two[1]))),
                Some(_) => self
                    .read
                    .get(2..10)
                    .map(|eight| (10, eight.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))),
                None => None,
            };
            match length {
                Some((start, length)) if self.read.len() >= start + length => break (start, length),
                _ => self.more().await?,
            }
        };
        let frame: Vec<u8> = self.read.drain(..start + length).collect();
        Some((frame[0] & 0x0f, frame[start..].to_vec()))
    }

    /// The code with which a socket is closed; nothing if it just ends.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            let (kind, payload) = self.frame().await?;
            if kind == 8 {
                return payload.get(..2).map(|code| u16::from(code[0]) << 8 | u16::from(code[1]));
            }
        }
    }

    /// Says that nothing more will be sent, and reads until the other side has said the same.
    pub async fn finish(mut self) {
        drop(self.stream.shutdown().await);
        while self.more().await.is_some() {
            self.read.clear();
        }
    }

    async fn more(&mut self) -> Option<()> {
        let mut bytes = [0; 16 * 1024];
        match timeout(PATIENCE, self.stream.read(&mut bytes)).await.expect("an answer or an end in time") {
            Ok(0) | Err(_) => None,
            Ok(count) => {
                self.read.extend_from_slice(&bytes[..count]);
                Some(())
            }
        }
    }
}

/// A masked frame, as clients send them; the mask is nothing.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        short @ 0..=125 => frame.push(0x80 | short as u8),
        long @ 126..=0xffff => frame.extend([0x80 | 126, (long >> 8) as u8, long as u8]),
        long => {
            frame.push(0x80 | 127);
            frame.extend((long as u64).to_be_bytes());
        }
    }
    frame.extend([0; 4]);
    frame.extend(payload);
    frame
}

/// A text frame.
pub fn text(payload: &str) -> Vec<u8> {
    frame(0x81, payload.as_bytes())
}
