//! HTTP requests with an end: bounded in time, size and redirects, and stopped when asked.

use crate::backends::Fault;
use crate::cancel::Cancel;
use crate::problem::{Problem, must};
use crate::value::{MARK, fill};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read;
use std::time::Duration;
use ureq::http::{HeaderName, HeaderValue, Method, Request, Response, Uri};
use ureq::{Agent, Body, Error, Timeout};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const WITH_BODY: [&str; 3] = ["POST", "PUT", "PATCH"];
const LONGEST_URL: usize = 2_048;
const LONGEST_BODY: usize = 65_536;
const MOST_HEADERS: usize = 32;
const MOST_REDIRECTS: u8 = 5;
const LONGEST_TIMEOUT_MS: u32 = 60_000;

/// Bytes of an answer that are read; the rest stays with the server.
const READ: u64 = 65_536;

/// A request. `$value` in `url` and `body` is the control's value as a decimal number in 0..=1.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// GET, HEAD, POST, PUT, PATCH or DELETE.
    #[serde(default = "get")]
    pub method: String,
    /// `http://` or `https://`, without a user name or password.
    pub url: String,
    /// Sent with every request of the chain of redirects, so also to where a server redirects.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// With POST, PUT and PATCH, at most 64 KiB.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// For everything from the look-up of the name to the last byte, 1..=60,000.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: u32,
    /// Redirects that are followed, 0..=5. By default none is.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub redirects: u8,
}

fn get() -> String {
    "GET".to_owned()
}

fn ten_seconds() -> u32 {
    10_000
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

impl HttpRequest {
    /// A GET with the usual limits.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: get(),
            url: url.into(),
            headers: BTreeMap::new(),
            body: None,
            timeout_ms: ten_seconds(),
            redirects: 0,
        }
    }

    pub(crate) fn carries_value(&self) -> bool {
        self.url.contains(MARK) || self.body.as_ref().is_some_and(|body| body.contains(MARK))
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        let method = self.method.as_str();
        must(METHODS.contains(&method), "method", format!("it is none of {}", METHODS.join(", ")))?;
        must(self.url.len() <= LONGEST_URL, "url", format!("it is longer than {LONGEST_URL} bytes"))?;
        let uri: Uri = fill(&self.url, 0).parse().map_err(|e| Problem::new("url", format!("it is no URL: {e}")))?;
        let scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        must(scheme && uri.host().is_some_and(|host| !host.is_empty()), "url", "write http://host or https://host")?;
        let user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
        must(!user, "url", "a user name or password belongs in the header \"Authorization\"")?;
        must(self.headers.len() <= MOST_HEADERS, "headers", format!("there are more than {MOST_HEADERS}"))?;
        for (name, value) in &self.headers {
            must(name.parse::<HeaderName>().is_ok(), "headers", format!("{name:?} is no name of a header"))?;
            must(value.parse::<HeaderValue>().is_ok(), "headers", format!("{name:?} has a character that none may"))?;
        }
        let size = self.body.as_ref().map_or(0, String::len);
        must(size <= LONGEST_BODY, "body", format!("{size} bytes are more than {LONGEST_BODY}"))?;
        must(self.body.is_none() || WITH_BODY.contains(&method), "body", format!("{method} has none; use POST"))?;
        let timeout = (1..=LONGEST_TIMEOUT_MS).contains(&self.timeout_ms);
        must(timeout, "timeout_ms", format!("it is not from 1 to {LONGEST_TIMEOUT_MS}"))?;
        must(self.redirects <= MOST_REDIRECTS, "redirects", format!("it is more than {MOST_REDIRECTS}"))
    }

    /// Where it goes, without what may be secret in a path or query.
    fn host(&self) -> String {
        let uri: Option<Uri> = fill(&self.url, 0).parse().ok();
        uri.and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default()
    }
}

impl fmt::Debug for HttpRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (f.debug_struct("HttpRequest").field("method", &self.method).field("host", &self.host()))
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body", &self.body.as_ref().map(String::len))
            .finish_non_exhaustive()
    }
}

/// Sends HTTP requests. Control; blocks until the answer is there, the time is over or it is cancelled.
pub trait Http: Send + Sync {
    /// Sends a request with the value of the control; tells the status.
    ///
    /// # Errors
    /// A status of 400 or more, a redirect too many, no answer in time, or cancelled.
    fn send(&self, request: &HttpRequest, value: u16, cancel: &Cancel) -> Result<String, Fault>;
}

/// Real requests, each with a connection of its own, straight to the server: proxies of the environment are not used.
#[derive(Clone, Copy, Debug, Default)]
pub struct HttpClient;

impl Http for HttpClient {
    fn send(&self, request: &HttpRequest, value: u16, cancel: &Cancel) -> Result<String, Fault> {
        let agent: Agent = Agent::config_builder()
            .timeout_global(Some(Duration::from_millis(request.timeout_ms.into())))
            .max_redirects(request.redirects.into())
            .max_redirects_will_error(request.redirects > 0)
            .http_status_as_error(false)
            .proxy(None)
            .max_idle_connections(0)
            .user_agent(concat!("ripieno/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        let interrupted = agent.clone();
        cancel.on_cancel(move || interrupted.shutdown());
        let told = call(&agent, request, value).and_then(|response| told(response, cancel));
        if cancel.is_cancelled() {
            return Err(Fault::Cancelled);
        }
        let (status, text) = told.map_err(|e| Fault::Failed(explained(&e, request)))?;
        let told = format!("{text} from {}", request.host());
        match status {
            300..400 if request.redirects == 0 => Err(Fault::Failed(format!("{told}: allow it with redirects = 1"))),
            300.. => Err(Fault::Failed(told)),
            _ => Ok(told),
        }
    }
}

fn call(agent: &Agent, request: &HttpRequest, value: u16) -> Result<Response<Body>, Error> {
    let mut builder = Request::builder().uri(fill(&request.url, value));
    builder = builder.method(Method::from_bytes(request.method.as_bytes()).map_err(|e| Error::Http(e.into()))?);
    for (name, header) in &request.headers {
        builder = builder.header(name, header);
    }
    if WITH_BODY.contains(&request.method.as_str()) {
        let body = request.body.as_deref().map_or(String::new(), |body| fill(body, value));
        agent.run(builder.body(body)?)
    } else {
        agent.run(builder.body(())?)
    }
}

/// The status and what to tell of it, having read as much of the answer as is read.
fn told(response: Response<Body>, cancel: &Cancel) -> Result<(u16, String), Error> {
    let status = response.status();
    let mut body = response.into_body().into_with_config().limit(u64::MAX).reader().take(READ);
    let mut chunk = [0; 4_096];
    let mut size = 0_u64;
    while !cancel.is_cancelled() {
        match body.read(&mut chunk)? {
            0 => break,
            count => size += count as u64,
        }
    }
    let size = match size {
        0 => String::new(),
        READ => format!(", the first {READ} bytes"),
        size => format!(", {size} bytes"),
    };
    Ok((status.as_u16(), format!("{status}{size}")))
}

/// Without addresses, which may carry secrets.
fn explained(error: &Error, request: &HttpRequest) -> String {
    let host = request.host();
    match error {
        Error::Timeout(Timeout::Global) => format!("{host} took longer than timeout_ms = {}", request.timeout_ms),
        Error::Io(e) if e.kind() == std::io::ErrorKind::TimedOut => {
            format!("{host} took longer than timeout_ms = {}", request.timeout_ms)
        }
        Error::TooManyRedirects => format!("{host} redirected more often than redirects = {}", request.redirects),
        Error::BadUri(_) => format!("{host} redirected to something that is no URL"),
        // Its text quotes the server, which may quote the request.
        Error::Protocol(_) => format!("{host} does not keep to HTTP/1.1"),
        Error::HostNotFound => format!("there is no computer {host}"),
        other => format!("{host}: {other}"),
    }
}

#[cfg(test)]
#[path = "http_tests.rs"]
mod tests;
