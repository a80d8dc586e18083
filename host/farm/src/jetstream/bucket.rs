//! The bucket on JetStream's object store.

use super::queue::fatal;
use super::{ANSWER, JetStream, unreachable};
use crate::{Bucket, FarmError, FarmErrorKind, room};
use async_nats::jetstream::object_store::{DeleteErrorKind, GetErrorKind, InfoErrorKind, PutErrorKind};
use std::io::{self, Read, Write};
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, ReadBuf};

/// What the object store takes on top of a file's bytes, as a share of them: names, digests and headers.
const OVERHEAD: u64 = 256;

/// Bytes that are read at once.
const BLOCK: usize = 1 << 17;

impl Bucket for JetStream {
    fn find(&self, name: &str) -> Result<Option<u64>, FarmError> {
        self.patiently(async |inner| match inner.files.info(name).await {
            Ok(info) => Ok((!info.deleted).then_some(info.size as u64)),
            Err(error) if error.kind() == InfoErrorKind::NotFound => Ok(None),
            Err(error) => Err(fatal(&error)),
        })
    }

    fn put(&self, name: &str, bytes: u64, from: &mut (dyn Read + Send)) -> Result<(), FarmError> {
        self.check_room(name, bytes)?;
        let inner = &*self.inner;
        let mut source = Source { inner: from.take(bytes), read: 0, error: None };
        let put = inner.runtime.block_on(inner.files.put(name, &mut source));
        if let Some(error) = source.error {
            return Err(room::unread(name, &error));
        }
        let short = source.read != bytes;
        match put {
            Ok(_) if short => {
                let _ = Bucket::remove(self, name);
                Err(room::shortened(name))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(match fatal(&error) {
                Some(_) if error.to_string().contains("maximum bytes") => room::full(name, bytes, "less is free"),
                Some(refused) => refused,
                None if error.kind() == PutErrorKind::InvalidName => {
                    FarmError::new(FarmErrorKind::Invalid, format!("{name} is no name of a file"))
                }
                None => unreachable(&inner.shown, &format!("{name} could not be sent: {error}")),
            }),
        }
    }

    fn get(&self, name: &str, to: &mut (dyn Write + Send)) -> Result<(), FarmError> {
        let mut object = self.patiently(async |inner| match inner.files.get(name).await {
            Ok(object) => Ok(object),
            Err(error) if error.kind() == GetErrorKind::NotFound => {
                Err(Some(FarmError::missing(format!("{name} is not in the bucket: submit the job again"))))
            }
            Err(error) => Err(fatal(&error)),
        })?;
        let inner = &*self.inner;
        let size = object.info().size as u64;
        inner.runtime.block_on(async {
            let mut block = vec![0; BLOCK];
            let mut done = 0;
            while size > 0 {
                // What is gone from the store never comes.
                let read = tokio::time::timeout(4 * ANSWER, object.read(&mut block)).await;
                let read = match read {
                    Err(_) => {
                        let message = format!("{name} in the bucket is not whole: {done} of {size} bytes came");
                        return Err(FarmError::corrupt(message));
                    }
                    Ok(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                        return Err(FarmError::corrupt(format!("{name} in the bucket is damaged: {error}")));
                    }
                    Ok(Err(error)) => return Err(unreachable(&inner.shown, &format!("{name} did not come: {error}"))),
                    Ok(Ok(read)) => read,
                };
                if read == 0 {
                    break;
                }
                done += read as u64;
                to.write_all(&block[..read]).map_err(|error| room::unwritten(name, &error))?;
            }
            if done == size {
                return Ok(());
            }
            Err(FarmError::corrupt(format!("{name} in the bucket is not whole: {done} of {size} bytes came")))
        })
    }

    fn remove(&self, name: &str) -> Result<(), FarmError> {
        self.patiently(async |inner| match inner.files.delete(name).await {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == DeleteErrorKind::NotFound => Ok(()),
            Err(error) => Err(fatal(&error)),
        })
    }
}

impl JetStream {
    /// Whether so many bytes fit: the store itself only says no when it has half of them.
    fn check_room(&self, name: &str, bytes: u64) -> Result<(), FarmError> {
        let (most, held) = self.patiently(async |inner| {
            let info = inner.files_stream.get_info().await.map_err(|error| fatal(&error))?;
            Ok((info.config.max_bytes, info.state.bytes))
        })?;
        match u64::try_from(most) {
            Ok(most) if most > 0 => room::check(name, bytes + bytes / OVERHEAD + OVERHEAD, most.saturating_sub(held)),
            _ => Ok(()),
        }
    }
}

/// Reads for the client's own thread, which waits for nothing else meanwhile.
struct Source<R> {
    inner: R,
    read: u64,
    /// What the reader said, as it said it.
    error: Option<io::Error>,
}

impl<R: Read + Unpin> AsyncRead for Source<R> {
    fn poll_read(mut self: Pin<&mut Self>, _: &mut Context<'_>, to: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let most = to.remaining().min(BLOCK);
        match self.inner.read(to.initialize_unfilled_to(most)) {
            Ok(read) => {
                to.advance(read);
                self.read += read as u64;
                Poll::Ready(Ok(()))
            }
            Err(error) => {
                self.error = Some(error);
                Poll::Ready(Err(io::Error::other("the source cannot be read")))
            }
        }
    }
}
