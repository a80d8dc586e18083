//! What a server is told before it starts.

use crate::refused::Refused;
use crate::{Tickets, Token};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

/// Where to serve, to whom, and within which bounds.
#[non_exhaustive]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub addr: SocketAddr,
    /// What every request under `/api` and every socket must show. Nothing asks for nothing.
    pub token: Option<Token>,
    /// Names under which the server may be addressed beside `localhost` and its own addresses, as `name` or `name:port`.
    pub hosts: Vec<String>,
    /// What there is to serve.
    pub scope: Scope,
    /// How much of everything.
    pub limits: Limits,
    /// The files that are served without a token, to who knows their address. Whoever owns them keeps a clone.
    pub tickets: Tickets,
    /// Hears of each refusal once, from the server's tasks: it must not block. Say less when there are many.
    pub on_refusal: Box<dyn Fn(&Refused) + Send + Sync>,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Config")
            .field("addr", &self.addr)
            .field("token", &self.token)
            .field("hosts", &self.hosts)
            .field("scope", &self.scope)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Config {
    /// A server at an address that needs this token. Any.
    pub fn new(addr: SocketAddr, token: Option<Token>) -> Self {
        let (hosts, scope, limits) = (Vec::new(), Scope::default(), Limits::default());
        Self { addr, token, hosts, scope, limits, tickets: Tickets::default(), on_refusal: Box::new(|_| {}) }
    }
}

impl Default for Config {
    /// The address that everybody knows, without a token.
    fn default() -> Self {
        Self::new((Ipv4Addr::LOCALHOST, 8741).into(), None)
    }
}

/// What a server serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// Everything; the page of panels is at `/`, that of a pipeline at `/pipeline`.
    #[default]
    Studio,
    /// A pipeline and nothing else: its page is at `/`, there is no state and no socket.
    Pipeline,
}

/// Bounds. The defaults let a studio full of pages through and nothing that could weigh on the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Connections at once.
    pub connections: usize,
    /// Sockets among all clients at once.
    pub sockets: usize,
    /// Bytes of a body, and of a socket's message.
    pub body_bytes: usize,
    /// Bytes of a recording that is uploaded.
    pub upload_bytes: u64,
    /// Bytes of a request's head; what hyper buffers is at least 8 KiB.
    pub head_bytes: usize,
    /// Headers of a request.
    pub headers: usize,
    /// Bytes of a path with its query.
    pub uri_bytes: usize,
    /// For a whole head to come, and how long a connection may wait for its next one.
    pub head_time: Duration,
    /// For a whole body to come.
    pub body_time: Duration,
    /// For the owner to answer.
    pub answer_time: Duration,
    /// Without taking a byte of what is sent, and without sending one of what is uploaded.
    pub stall_time: Duration,
    /// For a socket to show its token.
    pub auth_time: Duration,
    /// Between pings of a socket; two that are not answered end it.
    pub ping_every: Duration,
    /// Requests a second of one address.
    pub requests_per_sec: u32,
    /// Messages a second of one socket.
    pub messages_per_sec: u32,
    /// Requests of one socket that wait for their turn; the next is not read until one is done.
    pub waiting: usize,
    /// For what runs to finish when the server stops.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            sockets: 128,
            body_bytes: 256 * 1024,
            upload_bytes: 8 << 30,
            head_bytes: 16 * 1024,
            headers: 64,
            uri_bytes: 2 * 1024,
            head_time: Duration::from_secs(20),
            body_time: Duration::from_secs(10),
            answer_time: Duration::from_secs(30),
            stall_time: Duration::from_secs(10),
            auth_time: Duration::from_secs(5),
            ping_every: Duration::from_secs(15),
            requests_per_sec: 20_000,
            messages_per_sec: 2_000,
            waiting: 32,
            grace: Duration::from_secs(3),
        }
    }
}
