//! The way to a server, and what has to be there.

use super::{ANSWER, Layout, Server};
use crate::{FarmError, FarmErrorKind};
use async_nats::jetstream::consumer::{AckPolicy, PullConsumer, pull};
use async_nats::jetstream::stream::{self, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{self, Context, kv, object_store};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, ServerAddr};
use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

/// The name of the consumer that all workers share.
const CONSUMER: &str = "workers";

/// How long a task may go without a sign where nobody says otherwise.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// How many tasks may be handed out at once where nobody says otherwise.
const MOST_PENDING: i64 = 1_000;

/// How long the same task is one.
const DOUBLES: Duration = Duration::from_secs(120);

/// What a connection works with.
pub(super) struct Parts {
    pub context: Context,
    pub consumer: PullConsumer,
    pub records: kv::Store,
    pub files: object_store::ObjectStore,
    pub files_stream: stream::Stream,
    pub ack_wait: Duration,
}

/// An address without what is secret in it.
pub(super) fn shown(url: &str) -> String {
    let one = |url: &str| {
        let (scheme, rest) = url.split_once("://").unwrap_or(("nats", url));
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        // What is no port may be the first half of a password with a comma in it.
        match place.rsplit_once(':') {
            Some((host, port)) if port.parse::<u16>().is_err() => format!("{scheme}://{host}:..."),
            _ => format!("{scheme}://{place}"),
        }
    };
    url.split(',').map(|url| one(url.trim())).collect::<Vec<_>>().join(",")
}

/// A server that cannot be reached.
pub(super) fn unreachable(shown: &str, why: &str) -> FarmError {
    let message = format!("the NATS server at {shown} cannot be reached: {why}; is it running (`nats-server -js`)?");
    FarmError::new(FarmErrorKind::Unreachable, message)
}

/// The subject of all tasks.
pub(super) fn subject(bucket: &str) -> String {
    format!("ripieno.{bucket}.work")
}

/// What an address says with `%` and two digits for what else would mean something in it.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match code.filter(|_| *first == b'%').and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(super) async fn connect(server: &Server) -> Result<Client, FarmError> {
    let shown = shown(&server.url);
    let refused = |why: String| FarmError::new(FarmErrorKind::Refused, why);
    let mut options =
        ConnectOptions::new().name("ripieno farm").connection_timeout(ANSWER).request_timeout(Some(ANSWER));
    if let Some(path) = &server.credentials {
        options = options
            .credentials_file(path)
            .await
            .map_err(|error| refused(format!("the credentials in {} cannot be used: {error}", path.display())))?;
    }
    let own = server.tls_own.iter().flat_map(|(certificate, key)| [certificate, key]);
    for path in server.tls_ca.iter().chain(own) {
        // The client does not say which one it misses.
        std::fs::File::open(path).map_err(|error| refused(format!("{} cannot be read: {error}", path.display())))?;
    }
    if let Some(path) = &server.tls_ca {
        options = options.add_root_certificates(path.clone());
    }
    if let Some((certificate, key)) = &server.tls_own {
        options = options.add_client_certificate(certificate.clone(), key.clone());
    }
    let addresses: Vec<&str> = server.url.split(',').map(str::trim).collect();
    // The client leaves what an address says of users to us.
    let users = addresses.iter().filter_map(|address| address.parse::<ServerAddr>().ok());
    if let Some(address) = users.into_iter().find(ServerAddr::has_user_pass) {
        let user = plain(address.username().unwrap_or_default());
        options = match address.password() {
            Some(password) => options.user_and_password(user, plain(password)),
            None => options.token(user),
        };
    }
    options.connect(addresses).await.map_err(|error| match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => refused(format!(
            "the NATS server at {shown} does not let us in: check --creds, or the user and password in --nats"
        )),
        ConnectErrorKind::Tls => refused(disagreed(&shown, &error)),
        ConnectErrorKind::ServerParse => FarmError::new(
            FarmErrorKind::Invalid,
            format!("--nats {shown} is no address; it is such as nats://host:4222"),
        ),
        ConnectErrorKind::Dns => unreachable(&shown, "nobody knows that name"),
        ConnectErrorKind::TimedOut => unreachable(&shown, "it does not answer"),
        _ => match system(&error).map(std::io::Error::kind) {
            // What TLS says against the other end comes as bad data.
            Some(ErrorKind::InvalidData) => refused(disagreed(&shown, &error)),
            Some(ErrorKind::ConnectionRefused) => unreachable(&shown, "nothing listens there"),
            _ => unreachable(&shown, &chain(&error)),
        },
    })
}

/// The error of the operating system or of TLS below another one.
fn system<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a std::io::Error> {
    let mut inner = Some(error);
    while let Some(error) = inner {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        inner = error.source();
    }
    None
}

/// An error and what caused it, each said once.
fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = inner.source();
    }
    text
}

fn disagreed(shown: &str, error: &(dyn Error + 'static)) -> String {
    let why = system(error).map_or_else(|| chain(error), ToString::to_string);
    format!("the NATS server at {shown} and we do not agree on TLS ({why}): check --tls-ca, --tls-cert and --tls-key")
}

/// Finds what the farm needs, or makes it.
pub(super) async fn layout(client: &Client, layout: &Layout, shown: &str) -> Result<Parts, FarmError> {
    let mut context = jetstream::new(client.clone());
    context.set_timeout(ANSWER);
    let name = &layout.bucket;
    let fault = |error: &dyn Error| denied(shown, error);

    let config = stream::Config {
        name: format!("ripieno-{name}"),
        subjects: vec![subject(name)],
        retention: RetentionPolicy::WorkQueue,
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        duplicate_window: DOUBLES,
        ..stream::Config::default()
    };
    let work = context.get_or_create_stream(config).await.map_err(|error| fault(&error))?;
    let (consumer, ack_wait) = consumer(&work, layout).await.map_err(|error| fault(&error))?;

    // As the client makes them, but without asking for the account, of which older servers tell less than it wants to read.
    let bucket = format!("ripieno-{name}");
    let config = stream::Config {
        name: format!("KV_{bucket}"),
        subjects: vec![format!("$KV.{bucket}.>")],
        max_messages_per_subject: 1,
        deny_delete: true,
        ..store()
    };
    context.get_or_create_stream(config).await.map_err(|error| fault(&error))?;
    let records = context.get_key_value(&bucket).await.map_err(|error| fault(&error))?;
    let config = stream::Config {
        name: format!("OBJ_{bucket}"),
        subjects: vec![format!("$O.{bucket}.C.>"), format!("$O.{bucket}.M.>")],
        max_bytes: layout.room.unwrap_or(-1),
        ..store()
    };
    context.get_or_create_stream(config).await.map_err(|error| fault(&error))?;
    let files = context.get_object_store(&bucket).await.map_err(|error| fault(&error))?;
    let mut files_stream = context.get_stream(format!("OBJ_{bucket}")).await.map_err(|error| fault(&error))?;
    if let Some(room) = layout.room {
        let mut config = files_stream.info().await.map_err(|error| fault(&error))?.config.clone();
        if config.max_bytes != room {
            config.max_bytes = room;
            context.update_stream(config).await.map_err(|error| fault(&error))?;
        }
    }
    Ok(Parts { context, consumer, records, files, files_stream, ack_wait })
}

/// What the stores of records and of files have in common.
fn store() -> stream::Config {
    stream::Config {
        storage: StorageType::File,
        discard: DiscardPolicy::New,
        allow_rollup: true,
        allow_direct: true,
        ..stream::Config::default()
    }
}

/// The consumer that all workers share. What is asked for explicitly changes one that is there.
async fn consumer(work: &stream::Stream, layout: &Layout) -> Result<(PullConsumer, Duration), stream::ConsumerError> {
    let made = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: layout.ack_wait.unwrap_or(ACK_WAIT),
        max_ack_pending: layout.most_pending.unwrap_or(MOST_PENDING),
        // How often is enough is each job's own matter.
        max_deliver: -1,
        ..pull::Config::default()
    };
    let known: Result<PullConsumer, _> = work.get_consumer(CONSUMER).await;
    let consumer = match known {
        Err(_) => work.create_consumer(made).await?,
        Ok(known) => {
            let config = &known.cached_info().config;
            let ack_wait = layout.ack_wait.unwrap_or(config.ack_wait);
            let max_ack_pending = layout.most_pending.unwrap_or(config.max_ack_pending);
            if (ack_wait, max_ack_pending) == (config.ack_wait, config.max_ack_pending) {
                known
            } else {
                work.create_consumer(pull::Config { ack_wait, max_ack_pending, ..made }).await?
            }
        }
    };
    let ack_wait = consumer.cached_info().config.ack_wait;
    Ok((consumer, ack_wait))
}

/// A server that is there and does not do what it is asked.
fn denied(shown: &str, error: &dyn Error) -> FarmError {
    let text = chain(error);
    let hint = if text.contains("not enabled")
        || text.contains("unavailable")
        || text.contains("no responders")
        || text.contains("503")
    {
        "start it with JetStream (`nats-server -js`)"
    } else if text.contains("timed out") {
        "is JetStream enabled (`nats-server -js`), and has this user the permissions of the how-to?"
    } else {
        "check the limits and permissions of this user"
    };
    FarmError::new(FarmErrorKind::Refused, format!("the NATS server at {shown} refuses: {text}; {hint}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_as_they_were_meant() {
        for (text, expected) in [("a%40b", "a@b"), ("100%", "100%"), ("%zz%2", "%zz%2"), ("", ""), ("%C3%A9", "é")] {
            assert_eq!(plain(text), expected);
        }
    }

    #[test]
    fn addresses_are_shown_without_secrets() {
        let check = |url: &str, expected: &str| assert_eq!(shown(url), expected);
        check("nats://me:secret@host:4222", "nats://host:4222");
        check("me:se@cret@host", "nats://host");
        check("tls://a:1, nats://token@b:2", "tls://a:1,nats://b:2");
        check("localhost", "nats://localhost");
        check("nats://me:sec,ret@host:4222", "nats://me:...,nats://host:4222");
        check("nats://[::1]:4222", "nats://[::1]:4222");
        let server = Server::new("nats://me:secret@host");
        assert!(!format!("{server:?}").contains("secret"));
    }
}
