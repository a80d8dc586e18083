//! The queue and the bucket on NATS JetStream: a work queue for tasks, a key-value store for records, an object store for files.
//! Any server from 2.9 on that runs with JetStream will do.

mod bucket;
mod connect;
mod queue;

use crate::{FarmError, FarmErrorKind};
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{Context, kv, object_store, stream};
use connect::unreachable;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

pub use queue::Ticket;

/// How long the server is waited for when it goes away in the midst of work.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long is waited between two attempts.
const REST: Duration = Duration::from_millis(250);

/// How long an answer of the server is waited for.
const ANSWER: Duration = Duration::from_secs(5);

/// Where the server is, and how it lets us in.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Server {
    /// Such as `nats://host:4222` or `tls://host:4222`, with commas between several; may hold a user and a password, which
    /// are never shown.
    pub url: String,
    /// A credentials file, as `nsc` writes it.
    pub credentials: Option<PathBuf>,
    /// The certificate of the authority that signed the server's.
    pub tls_ca: Option<PathBuf>,
    /// A certificate of our own, and its key.
    pub tls_own: Option<(PathBuf, PathBuf)>,
}

impl Server {
    /// At this place, all else as it usually is. Any.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into(), ..Self::default() }
    }

    /// The address without what is secret in it. Any.
    pub fn shown(&self) -> String {
        connect::shown(&self.url)
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("url", &connect::shown(&self.url)).finish_non_exhaustive()
    }
}

/// What the queue and the bucket are called, and how they are made where they are not there yet.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// Their name: letters, digits, `-` and `_`.
    pub bucket: String,
    /// How long a task may go without a sign; `None`: as it is, or 30 s where it is made.
    pub ack_wait: Option<Duration>,
    /// How many tasks may be handed out at once; `None`: as it is, or 1,000.
    pub most_pending: Option<i64>,
    /// Bytes that the bucket holds at most; `None`: as it is, or as many as the server has.
    pub room: Option<i64>,
}

impl Layout {
    /// Of this name, all else as it is. Any.
    pub fn new(bucket: impl Into<String>) -> Self {
        Self { bucket: bucket.into(), ack_wait: None, most_pending: None, room: None }
    }
}

/// A connection with the queue and the bucket of one name. Clones share it. Calls block, on any thread but an async runtime's.
#[derive(Clone)]
pub struct JetStream {
    inner: Arc<Inner>,
}

struct Inner {
    context: Context,
    consumer: PullConsumer,
    records: kv::Store,
    files: object_store::ObjectStore,
    files_stream: stream::Stream,
    bucket: String,
    shown: String,
    ack_wait: Duration,
    /// Last, so that everything else ends while it still runs.
    runtime: Runtime,
}

impl std::fmt::Debug for JetStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("JetStream")
            .field("server", &self.inner.shown)
            .field("bucket", &self.inner.bucket)
            .finish_non_exhaustive()
    }
}

impl JetStream {
    /// Connects, and makes the queue and the bucket where they are not there yet. Worker; blocks for some seconds at most.
    ///
    /// # Errors
    /// [`FarmErrorKind::Unreachable`], [`FarmErrorKind::Refused`], [`FarmErrorKind::Invalid`] for a name that is none.
    pub fn open(server: &Server, layout: &Layout) -> Result<Self, FarmError> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        if layout.bucket.is_empty() || layout.bucket.len() > 64 || !layout.bucket.chars().all(plain) {
            let message = format!("--bucket {:?} is no name: it has 1 to 64 letters, digits, - and _", layout.bucket);
            return Err(FarmError::new(FarmErrorKind::Invalid, message));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("farm-nats")
            .enable_all()
            .build()
            .map_err(|error| FarmError::new(FarmErrorKind::Failed, format!("no thread for the network: {error}")))?;
        let shown = connect::shown(&server.url);
        let parts = runtime.block_on(async {
            let client = connect::connect(server).await?;
            connect::layout(&client, layout, &shown).await
        })?;
        let connect::Parts { context, consumer, records, files, files_stream, ack_wait } = parts;
        let bucket = layout.bucket.clone();
        let inner = Inner { context, consumer, records, files, files_stream, bucket, shown, ack_wait, runtime };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Does something until it is answered, or the server was away for too long. `Err(None)` stands for no answer.
    fn patiently<T>(&self, mut ask: impl AsyncFnMut(&Inner) -> Result<T, Option<FarmError>>) -> Result<T, FarmError> {
        let until = Instant::now() + PATIENCE;
        let inner = &*self.inner;
        inner.runtime.block_on(async {
            loop {
                // A connection that went away answers nothing at all.
                match tokio::time::timeout(2 * ANSWER, ask(inner)).await {
                    Ok(Ok(answer)) => return Ok(answer),
                    Ok(Err(Some(error))) => return Err(error),
                    Ok(Err(None)) | Err(_) if Instant::now() < until => tokio::time::sleep(REST).await,
                    Ok(Err(None)) | Err(_) => return Err(unreachable(&inner.shown, "it does not answer any more")),
                }
            }
        })
    }
}
