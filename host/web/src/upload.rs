//! A recording on its way in: bytes from the wire, handed on as they come to whoever keeps them.

use crate::refused::{No, Reason};
use crate::request::Refusal;
use crate::shape::Recording;
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Bytes that are gathered before they are handed on.
const GATHERED: usize = 256 * 1024;

/// What keeps the bytes of one upload. Dropped before its end, it leaves nothing. Its methods may block.
pub trait Intake: Send + std::fmt::Debug {
    /// Takes the next bytes. Worker; blocks.
    ///
    /// # Errors
    ///
    /// They cannot be kept; nothing is then.
    fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal>;

    /// All have come: keeps them for good under a name that nothing had before. Worker; blocks.
    ///
    /// # Errors
    ///
    /// They are no recording, or cannot be kept; nothing is then.
    fn finish(self: Box<Self>) -> Result<Recording, Refusal>;
}

/// A body that ends with a refusal when it is longer than it may be, stalls, or breaks off.
pub(crate) fn bounded(body: Incoming, most: u64, patience: Duration) -> Body {
    Body::from_stream(stream::try_unfold((body, 0_u64), move |(mut body, taken)| async move {
        loop {
            let frame = match timeout(patience, body.frame()).await {
                Ok(None) => return Ok(None),
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => return Err(Broken(No::malformed("the body breaks off"))),
                Err(_) => return Err(Broken(slow())),
            };
            // Trailers say nothing that is wanted.
            let Ok(bytes) = frame.into_data() else { continue };
            let taken = taken + bytes.len() as u64;
            if taken > most {
                return Err(Broken(large(most)));
            }
            return Ok(Some((bytes, (body, taken))));
        }
    }))
}

/// More bytes than a recording may have.
pub(crate) fn large(most: u64) -> No {
    No::new(Reason::Size, StatusCode::PAYLOAD_TOO_LARGE, format!("a recording has at most {most} bytes"))
}

fn slow() -> No {
    No::new(Reason::Slow, StatusCode::REQUEST_TIMEOUT, "the rest of the body does not come")
}

/// Why a body ended early.
#[derive(Debug)]
struct Broken(No);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Broken {}

/// Reads what is left of a body that nobody wants: a browser listens for the refusal when it has said all, and takes a
/// connection that is closed before for a lost one.
pub(crate) async fn drain(mut body: Body) {
    while let Some(Ok(_)) = body.frame().await {}
}

/// Hands a body on, and gives what became of it.
pub(crate) async fn take(mut intake: Box<dyn Intake>, body: &mut Body) -> Result<Recording, Response> {
    let mut gathered = Vec::with_capacity(GATHERED);
    loop {
        let frame = match body.frame().await {
            Some(Ok(frame)) => frame.into_data().ok(),
            Some(Err(error)) => return Err(refusal(error).into_response()),
            None => break,
        };
        gathered.extend_from_slice(&frame.unwrap_or_default());
        if gathered.len() >= GATHERED {
            (intake, gathered) = write(intake, gathered).await.map_err(Refusal::into_response)?;
        }
    }
    (intake, _) = write(intake, gathered).await.map_err(Refusal::into_response)?;
    apart(move || intake.finish()).await.map_err(Refusal::into_response)
}

async fn write(mut intake: Box<dyn Intake>, mut bytes: Vec<u8>) -> Result<(Box<dyn Intake>, Vec<u8>), Refusal> {
    apart(move || {
        intake.write(&bytes)?;
        bytes.clear();
        Ok((intake, bytes))
    })
    .await
}

/// Does what blocks where nobody else waits for it.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T, Refusal> + Send + 'static) -> Result<T, Refusal> {
    let broken = |_| Err(Refusal::Failed("the recording could not be taken in: a fault of the program".into()));
    spawn_blocking(work).await.unwrap_or_else(broken)
}

/// What a body ended with; each layer that it went through has wrapped it.
fn refusal(error: axum::Error) -> No {
    let mut inner: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(error) = inner {
        if let Some(Broken(no)) = error.downcast_ref() {
            return no.clone();
        }
        inner = error.source();
    }
    No::malformed("the body breaks off")
}
