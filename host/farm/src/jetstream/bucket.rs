//! The bucket on JetStream's object store. Files are read by the client's own means; they are stored by ours, which hands out a
//! name only when all of it is there, removes what came to nothing, and leaves no markers.

use super::queue::fatal;
use super::{ANSWER, Inner, JetStream, unreachable};
use crate::{Bucket, FarmError, FarmErrorKind, digest, room};
use async_nats::header::{NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, NATS_ROLLUP};
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::object_store::{GetErrorKind, InfoErrorKind};
use async_nats::jetstream::stream::LastRawMessageErrorKind;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;
use std::future::IntoFuture;
use std::io::{self, Read, Write};
use tokio::io::AsyncReadExt;

/// What the object store takes on top of a file's bytes, as a share of them: names, digests and headers.
const OVERHEAD: u64 = 256;

/// Bytes of a part, and those that are read at once.
const BLOCK: usize = 1 << 17;

/// Parts that are on their way at once.
const AHEAD: usize = 4;

/// How often a name is given anew when others give it too.
const RACES: usize = 100;

impl Bucket for JetStream {
    fn find(&self, name: &str) -> Result<Option<u64>, FarmError> {
        self.patiently(async |inner| match inner.files.info(name).await {
            Ok(info) => Ok((!info.deleted).then_some(info.size as u64)),
            Err(error) if error.kind() == InfoErrorKind::NotFound => Ok(None),
            Err(error) => Err(fatal(&error)),
        })
    }

    fn put(&self, name: &str, bytes: u64, from: &mut (dyn Read + Send)) -> Result<(), FarmError> {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./".contains(letter);
        if name.is_empty() || !name.chars().all(plain) {
            return Err(FarmError::new(FarmErrorKind::Invalid, format!("{name:?} is no name of a file")));
        }
        // The store itself only says no when it has half of a file; of a single part there is no half.
        if bytes > BLOCK as u64 {
            self.check_room(name, bytes)?;
        }
        let mut token = [0; 16];
        getrandom::fill(&mut token)
            .map_err(|error| FarmError::new(FarmErrorKind::Failed, format!("no randomness: {error}")))?;
        let parts = digest::hexadecimal(&token);
        let inner = &*self.inner;
        let stored = inner
            .runtime
            .block_on(inner.send_parts(name, bytes, &parts, from))
            .and_then(|description| self.give_name(name, bytes, &description));
        match stored {
            Ok(before) => before.map_or(Ok(()), |before| self.purge(&inner.parts(&before))),
            Err(error) => {
                // What was wrong first is what is told. The answer to a name that was given may have been lost.
                if let Ok(now) = self.described(name)
                    && now.is_none_or(|(_, now)| now.as_deref() != Some(&parts))
                {
                    let _ = self.purge(&inner.parts(&parts));
                }
                Err(error)
            }
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
        // Nothing would come, not even an end.
        if size == 0 {
            return Ok(());
        }
        inner.runtime.block_on(async {
            let mut block = vec![0; BLOCK];
            let mut done = 0;
            loop {
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
        let Some((_, parts)) = self.described(name)? else { return Ok(()) };
        // The name first, so that nobody finds one without all of its parts.
        self.purge(&self.inner.description(name))?;
        parts.map_or(Ok(()), |parts| self.purge(&self.inner.parts(&parts)))
    }
}

impl JetStream {
    /// Whether so many bytes fit.
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

    /// Makes a file appear under its name, over what was there. Where the parts of that lie.
    fn give_name(&self, name: &str, bytes: u64, description: &Value) -> Result<Option<String>, FarmError> {
        for race in 0..RACES {
            // Most names are new: nobody is asked for that.
            let before = if race == 0 { None } else { self.described(name)? };
            // The answer to an earlier attempt of our own may have been lost.
            if before.as_ref().is_some_and(|(_, parts)| parts.as_deref() == description["nuid"].as_str()) {
                return Ok(None);
            }
            let version = before.as_ref().map_or(0, |(version, _)| *version);
            let given = self.patiently(async |inner| {
                let mut headers = async_nats::HeaderMap::new();
                headers.insert(NATS_ROLLUP, "sub");
                headers.insert(NATS_EXPECTED_LAST_SUBJECT_SEQUENCE, version.to_string());
                let body = description.to_string().into();
                let sent = inner.context.publish_with_headers(inner.description(name), headers, body).await;
                match sent.map_err(|error| fatal(&error))?.await {
                    Ok(_) => Ok(true),
                    Err(error) if error.kind() == PublishErrorKind::WrongLastSequence => Ok(false),
                    Err(error) => Err(fatal(&error).map(|refused| inner.refusal(name, bytes, refused))),
                }
            })?;
            if given {
                return Ok(before.and_then(|(_, parts)| parts));
            }
        }
        Err(FarmError::new(FarmErrorKind::Failed, format!("{name} is stored by too many at once")))
    }

    /// The version of what a name stands for, and where its parts lie.
    fn described(&self, name: &str) -> Result<Option<(u64, Option<String>)>, FarmError> {
        self.patiently(async |inner| {
            match inner.files_stream.get_last_raw_message_by_subject(&inner.description(name)).await {
                Ok(message) => {
                    let value: Value = serde_json::from_slice(&message.payload).unwrap_or_default();
                    // It becomes a filter of what is purged.
                    let known = value["nuid"].as_str().filter(|parts| {
                        !parts.is_empty() && parts.chars().all(|letter| letter.is_ascii_alphanumeric())
                    });
                    Ok(Some((message.sequence, known.map(str::to_owned))))
                }
                Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
                Err(error) => Err(fatal(&error)),
            }
        })
    }

    fn purge(&self, subject: &str) -> Result<(), FarmError> {
        self.patiently(async |inner| {
            let purged = inner.files_stream.purge().filter(subject).await;
            purged.map(drop).map_err(|error| fatal(&error))
        })
    }
}

impl Inner {
    /// Sends all of a file in parts. What describes it then.
    async fn send_parts(
        &self,
        name: &str,
        bytes: u64,
        parts: &str,
        from: &mut (dyn Read + Send),
    ) -> Result<Value, FarmError> {
        let lost = |error: &(dyn std::error::Error + 'static)| match fatal(error) {
            Some(refused) => self.refusal(name, bytes, refused),
            None => unreachable(&self.shown, &format!("{name} could not be sent: {error}")),
        };
        let slow = || unreachable(&self.shown, &format!("{name} could not be sent"));
        let (mut sha256, mut left, mut count) = (Sha256::new(), bytes, 0_u64);
        let mut ahead = VecDeque::new();
        loop {
            while ahead.len() >= if left > 0 { AHEAD } else { 1 } {
                let Some(ack) = ahead.pop_front() else { break };
                let ack: async_nats::jetstream::context::PublishAckFuture = ack;
                let answer = tokio::time::timeout(2 * ANSWER, ack.into_future()).await.map_err(|_| slow())?;
                answer.map_err(|error| lost(&error))?;
            }
            if left == 0 {
                break;
            }
            let mut block = Vec::new();
            let wanted = left.min(BLOCK as u64);
            from.take(wanted).read_to_end(&mut block).map_err(|error| room::unread(name, &error))?;
            if block.len() as u64 != wanted {
                return Err(room::shortened(name));
            }
            sha256.update(&block);
            (left, count) = (left - wanted, count + 1);
            let sent = tokio::time::timeout(2 * ANSWER, self.context.publish(self.parts(parts), block.into()));
            ahead.push_back(sent.await.map_err(|_| slow())?.map_err(|error| lost(&error))?);
        }
        Ok(json!({
            "name": name,
            "bucket": self.store(),
            "nuid": parts,
            "size": bytes,
            "chunks": count,
            "digest": format!("SHA-256={}", url_safe(&sha256.finalize())),
            "options": { "max_chunk_size": BLOCK },
        }))
    }

    /// What the server said of a file that it does not take.
    fn refusal(&self, name: &str, bytes: u64, refused: FarmError) -> FarmError {
        match refused.message.contains("maximum bytes") {
            true => room::full(name, bytes, "less is free"),
            false => refused,
        }
    }

    fn store(&self) -> String {
        format!("ripieno-{}", self.bucket)
    }

    /// The subject of a file's parts.
    fn parts(&self, parts: &str) -> String {
        format!("$O.{}.C.{parts}", self.store())
    }

    /// The subject of what a name stands for.
    fn description(&self, name: &str) -> String {
        format!("$O.{}.M.{}", self.store(), url_safe(name.as_bytes()))
    }
}

/// Base64 with the letters of addresses, padded, as object stores have it (RFC 4648, section 5).
fn url_safe(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, place| bits << 8 | u32::from(group.get(place).copied().unwrap_or(0)));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= group.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::url_safe;

    #[test]
    fn base64_is_that_of_the_standard() {
        let check = |bytes: &[u8], text: &str| assert_eq!(url_safe(bytes), text);
        check(b"", "");
        check(b"f", "Zg==");
        check(b"fo", "Zm8=");
        check(b"foo", "Zm9v");
        check(b"foob", "Zm9vYg==");
        check(&[0xfb, 0xff, 0xfe], "-__-");
    }
}
