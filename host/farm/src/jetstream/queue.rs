//! The queue on JetStream.

use super::connect::subject;
use super::{ANSWER, JetStream};
use crate::{Delivery, FarmError, FarmErrorKind, JobQueue, Versioned};
use async_nats::jetstream::consumer::{Consumer, DeliverPolicy, pull};
use async_nats::jetstream::kv::{CreateErrorKind, UpdateErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, AckKind};
use futures_util::StreamExt;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

/// The shortest wait that the server is asked for.
const SHORTEST: Duration = Duration::from_millis(20);

/// Records that do not come for so long are asked after.
const QUIET: Duration = Duration::from_millis(300);

/// The header of a record that was removed.
const REMOVED: &str = "KV-Operation";

/// A task that was taken.
#[derive(Debug)]
pub struct Ticket(jetstream::Message);

impl JobQueue for JetStream {
    type Ticket = Ticket;

    fn create(&self, name: &str, value: &[u8]) -> Result<bool, FarmError> {
        let mut asked_before = false;
        self.patiently(async |inner| {
            let again = std::mem::replace(&mut asked_before, true);
            match inner.records.create(name, value.to_vec().into()).await {
                Ok(_) => Ok(true),
                // The answer to our own first attempt may have been lost.
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists && again => {
                    let found = inner.records.get(name).await.map_err(|_| None)?;
                    Ok(found.is_some_and(|found| found == value))
                }
                Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(false),
                Err(error) if error.kind() == CreateErrorKind::InvalidKey => Err(Some(unfit(name))),
                Err(error) => Err(fatal(&error)),
            }
        })
    }

    fn read(&self, name: &str) -> Result<Option<Versioned>, FarmError> {
        self.patiently(async |inner| {
            let found = inner.records.entry(name).await.map_err(|error| fatal(&error))?;
            Ok(found
                .filter(|entry| entry.operation == jetstream::kv::Operation::Put)
                .map(|entry| Versioned { value: entry.value.to_vec(), version: entry.revision }))
        })
    }

    fn replace(&self, name: &str, value: &[u8], version: u64) -> Result<bool, FarmError> {
        let mut asked_before = false;
        self.patiently(async |inner| {
            let again = std::mem::replace(&mut asked_before, true);
            match inner.records.update(name, value.to_vec().into(), version).await {
                Ok(_) => Ok(true),
                Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision && again => {
                    let found = inner.records.get(name).await.map_err(|_| None)?;
                    Ok(found.is_some_and(|found| found == value))
                }
                Err(error) if error.kind() == UpdateErrorKind::WrongLastRevision => Ok(false),
                Err(error) if error.kind() == UpdateErrorKind::InvalidKey => Err(Some(unfit(name))),
                Err(error) => Err(fatal(&error)),
            }
        })
    }

    fn remove(&self, name: &str) -> Result<(), FarmError> {
        // Not the store's own way, which leaves a marker for good.
        let subject = format!("{}{name}", self.inner.records.prefix);
        self.patiently(async |inner| {
            let removed = inner.records.stream.purge().filter(&subject).await;
            removed.map(drop).map_err(|error| fatal(&error))
        })
    }

    fn scan(&self, part: &str, each: &mut dyn FnMut(&str, &[u8]) -> ControlFlow<()>) -> Result<(), FarmError> {
        let prefix = &self.inner.records.prefix;
        let (consumer, _view) = self.view(part)?;
        let lost = || super::unreachable(&self.inner.shown, "it went away while its records were read");
        self.inner.runtime.block_on(async {
            if consumer.cached_info().num_pending == 0 {
                return Ok(());
            }
            let name = consumer.cached_info().name.clone();
            let mut until = Instant::now() + 2 * ANSWER;
            let mut messages = consumer.messages().await.map_err(|_| lost())?;
            loop {
                let message = match tokio::time::timeout(QUIET, messages.next()).await {
                    Ok(Some(Ok(message))) => message,
                    Ok(_) => return Err(lost()),
                    // A record that was written again or removed meanwhile never comes, though it was counted.
                    Err(_) => match self.inner.records.stream.consumer_info(&name).await {
                        Ok(info) if info.num_pending == 0 => return Ok(()),
                        Ok(_) if Instant::now() < until => continue,
                        _ => return Err(lost()),
                    },
                };
                until = Instant::now() + 2 * ANSWER;
                let pending = message.info().map_err(|_| lost())?.pending;
                let is_there = message.headers.as_ref().is_none_or(|headers| headers.get(REMOVED).is_none());
                if let Some(name) = message.subject.strip_prefix(prefix.as_str()).filter(|_| is_there)
                    && each(name, &message.payload).is_break()
                {
                    return Ok(());
                }
                if pending == 0 {
                    return Ok(());
                }
            }
        })
    }

    fn count(&self, part: &str) -> Result<u64, FarmError> {
        // What the server has to show of each name, which is its newest; it need not be shown for that.
        let (consumer, _view) = self.view(part)?;
        Ok(consumer.cached_info().num_pending)
    }

    fn push(&self, task: &str) -> Result<(), FarmError> {
        self.patiently(async |inner| {
            let message = PublishMessage::build().payload(task.to_owned().into()).message_id(task);
            let sent = inner.context.send_publish(subject(&inner.bucket), message).await;
            let sent = sent.map_err(|error| fatal(&error))?;
            sent.await.map(drop).map_err(|error| fatal(&error))
        })
    }

    fn claim(&self, wait: Duration) -> Result<Option<Delivery<Ticket>>, FarmError> {
        let inner = &*self.inner;
        let lost = || super::unreachable(&inner.shown, "it went away while a task was waited for");
        inner.runtime.block_on(async {
            // The server takes no time at all for no end.
            let expires = wait.max(SHORTEST);
            let batch = inner.consumer.batch().max_messages(1).expires(expires).messages();
            let mut batch =
                tokio::time::timeout(wait + ANSWER, batch).await.map_err(|_| lost())?.map_err(|_| lost())?;
            let next = tokio::time::timeout(wait + ANSWER, batch.next()).await.map_err(|_| lost())?;
            match next {
                None => Ok(None),
                // The request ended with the connection, or with what it asked.
                Some(Err(_)) => Err(lost()),
                Some(Ok(message)) => {
                    let tries = message.info().map_or(1, |info| u32::try_from(info.delivered).unwrap_or(u32::MAX));
                    let task = String::from_utf8_lossy(&message.payload).into_owned();
                    Ok(Some(Delivery { task, tries, ticket: Ticket(message) }))
                }
            }
        })
    }

    fn patience(&self) -> Duration {
        self.inner.ack_wait
    }

    fn extend(&self, ticket: &Ticket) -> Result<(), FarmError> {
        self.say(ticket, AckKind::Progress)
    }

    fn settle(&self, ticket: &Ticket) -> Result<(), FarmError> {
        self.say(ticket, AckKind::Ack)
    }

    fn give_back(&self, ticket: &Ticket, after: Duration) -> Result<(), FarmError> {
        self.patiently(async |_| {
            let kind = AckKind::Nak((!after.is_zero()).then_some(after));
            ticket.0.double_ack_with(kind).await.map_err(|_| None)
        })
    }
}

impl JetStream {
    /// Says how a task stands, and waits for no answer: what gets lost is said again, or asked for when the task comes again.
    fn say(&self, ticket: &Ticket, kind: AckKind) -> Result<(), FarmError> {
        let said = self.inner.runtime.block_on(ticket.0.ack_with(kind));
        said.map_err(|error| super::unreachable(&self.inner.shown, &error.to_string()))
    }

    /// A look at all records of a kind, as long as the second value is kept.
    fn view(&self, part: &str) -> Result<(Consumer<pull::OrderedConfig>, View<'_>), FarmError> {
        let config = pull::OrderedConfig {
            filter_subject: format!("{}{part}.>", self.inner.records.prefix),
            deliver_policy: DeliverPolicy::LastPerSubject,
            ..pull::OrderedConfig::default()
        };
        let consumer = self.patiently(async |inner| {
            inner.records.stream.create_consumer(config.clone()).await.map_err(|error| fatal(&error))
        })?;
        let view = View { farm: self, name: consumer.cached_info().name.clone() };
        Ok((consumer, view))
    }
}

/// What the server keeps of a look. Left to itself it stays for half a minute, and each one slows all writing down.
struct View<'a> {
    farm: &'a JetStream,
    name: String,
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        let (stream, name) = (self.farm.inner.records.stream.clone(), std::mem::take(&mut self.name));
        // Nobody waits for it.
        self.farm.inner.runtime.spawn(async move { stream.delete_consumer(&name).await });
    }
}

fn unfit(name: &str) -> FarmError {
    FarmError::new(FarmErrorKind::Invalid, format!("{name} is no name of a record"))
}

/// Whether asking again is in vain: only where the server said no.
pub(super) fn fatal(error: &(dyn std::error::Error + 'static)) -> Option<FarmError> {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(inner) = next {
        text.push_str(&inner.to_string());
        text.push_str(": ");
        next = inner.source();
    }
    let text = text.trim_end_matches(": ");
    let refused = ["permissions violation", "maximum bytes exceeded", "maximum messages exceeded", "insufficient"];
    let kind = match refused.iter().any(|part| text.to_lowercase().contains(part)) {
        true => FarmErrorKind::Refused,
        false => return None,
    };
    Some(FarmError::new(kind, format!("the NATS server refuses: {text}; check its limits and permissions")))
}
