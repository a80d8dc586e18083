//! The server: a listener, connections with bounds, and an end that lets everybody finish.

use crate::config::Config;
use crate::door::{Door, Peer};
use crate::hosts::Hosts;
use crate::refused::Reason;
use crate::request::Requests;
use crate::stall::Stall;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout_at};

/// How long to wait after the system could not give a connection.
const BREATH: Duration = Duration::from_millis(50);
/// What a connection too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
/// hyper's own least for what it buffers of a connection.
const LEAST_BUFFER: usize = 8_192;

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The address is taken.
    #[error("{0} is in use, perhaps by another Ripieno; stop that one, or choose another address")]
    InUse(SocketAddr),
    /// The address cannot be listened at.
    #[error("cannot listen at {addr}: {error}; choose an address of this computer and a port above 1023")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// What the system says.
        error: io::Error,
    },
    /// A name that requests may be addressed to is none.
    #[error("`{0}` is no host name; write `name` or `name:port`")]
    Host(String),
    /// A token that would not do.
    #[error("a token has 16 to 256 letters, digits, `-`, `.`, `_` or `~`")]
    Token,
    /// No token can be made.
    #[error("the system gives no random numbers ({0}); give a token of your own")]
    Randomness(String),
    /// There is nothing to run it with.
    #[error("the server cannot run: {0}")]
    Runtime(io::Error),
}

/// A server that listens, and serves once it runs.
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    door: Arc<Door>,
    stop: watch::Sender<bool>,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("addr", &self.addr).finish_non_exhaustive()
    }
}

impl Server {
    /// Listens. Requests go to whoever holds the other end of `requests`. Control; needs no runtime yet.
    ///
    /// # Errors
    ///
    /// The address cannot be had, or a name of the configuration is none.
    pub fn bind(config: Config, requests: Requests) -> Result<Self, ServerError> {
        let addr = config.addr;
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::AddrInUse => ServerError::InUse(addr),
            _ => ServerError::Bind { addr, error },
        };
        let listener = TcpListener::bind(addr).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let addr = listener.local_addr().map_err(failed)?;
        let hosts = Hosts::new(addr, &config.hosts).map_err(ServerError::Host)?;
        let (stop, stopping) = watch::channel(false);
        let door = Arc::new(Door::new(config, hosts, requests, stopping));
        Ok(Self { listener, addr, door, stop })
    }

    /// Where it listens. Any.
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// What to open in a browser on this computer. The token is in the fragment, which no browser sends to anybody. Any.
    pub fn link(&self) -> String {
        let mut addr = self.addr;
        if addr.ip().is_unspecified() {
            addr.set_ip(if addr.is_ipv4() {
                std::net::Ipv4Addr::LOCALHOST.into()
            } else {
                std::net::Ipv6Addr::LOCALHOST.into()
            });
        }
        match &self.door.token {
            Some(token) => format!("http://{addr}/#token={}", token.reveal()),
            None => format!("http://{addr}/"),
        }
    }

    /// Serves until `shutdown`, then takes no more connections, closes the sockets (1001) and lets requests finish within
    /// [`Limits::grace`](crate::Limits::grace). Control; in a runtime with I/O and time.
    ///
    /// # Errors
    ///
    /// There is no such runtime.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServerError> {
        let Self { listener, door, stop, .. } = self;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(ServerError::Runtime)?;
        let router = door.router();
        let places = Arc::new(Semaphore::new(door.limits.connections));
        let mut connections = JoinSet::new();
        tokio::pin!(shutdown);
        loop {
            tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept() => match accepted {
                    Ok((stream, peer)) => match places.clone().try_acquire_owned() {
                        Ok(place) => {
                            let (door, router) = (door.clone(), router.clone());
                            connections.spawn(async move {
                                serve(stream, peer, door, router).await;
                                drop(place);
                            });
                        }
                        Err(_) => {
                            // Whether it hears so is its own affair.
                            let _ = stream.try_write(FULL);
                            door.refuse(peer.ip(), Reason::Full, 503, "connection", "too many connections");
                        }
                    },
                    // Out of descriptors, or the peer has gone again: neither is helped by trying at once.
                    Err(_) => sleep(BREATH).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
        drop(listener);
        // Kept until the end: whoever looks sees that it stops.
        let _ = stop.send(true);
        let end = Instant::now() + door.limits.grace;
        let finished = async {
            while connections.join_next().await.is_some() {}
            let all = u32::try_from(door.limits.sockets).unwrap_or(u32::MAX);
            // Sockets outlive their connections' tasks; each gives its place back at its end.
            let _ = door.sockets.acquire_many(all).await;
        };
        // What has not finished now is cut off with the set.
        let _ = timeout_at(end, finished).await;
        Ok(())
    }
}

/// Serves one connection.
async fn serve(stream: TcpStream, remote: SocketAddr, door: Arc<Door>, router: Router) {
    // Small answers shall not wait for more.
    let _ = stream.set_nodelay(true);
    let Ok(local) = stream.local_addr() else { return };
    let peer = Peer { address: remote.ip(), local: local.ip() };
    let stream = Stall::new(stream, door.limits.stall_time);
    let read = stream.read_bytes();
    // How many bytes had come when the last request was answered.
    let answered = Arc::new(AtomicU64::new(0));

    let service = {
        let (door, read, answered) = (door.clone(), read.clone(), answered.clone());
        service_fn(move |request: hyper::Request<Incoming>| {
            let (door, router, read, answered) = (door.clone(), router.clone(), read.clone(), answered.clone());
            async move {
                let response = door.answer(&router, peer, request).await;
                answered.store(read.load(Ordering::Relaxed), Ordering::Relaxed);
                Ok::<_, Infallible>(response)
            }
        })
    };
    let limits = door.limits;
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_time)
        .max_headers(limits.headers)
        .max_header_size(limits.head_bytes)
        .max_buf_size(limits.head_bytes.max(LEAST_BUFFER))
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = door.stopped() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        let idle = read.load(Ordering::Relaxed) == answered.load(Ordering::Relaxed);
        let (reason, code, message) = if error.is_timeout() {
            (Reason::Slow, 0, "the head comes too slowly")
        } else if error.is_parse_too_large() {
            (Reason::Size, 431, "the head is too long")
        } else if error.is_parse() {
            (Reason::Malformed, 400, "this is no HTTP")
        } else {
            // The other side has gone, or takes nothing: nothing was refused.
            return;
        };
        if !idle {
            door.refuse(peer.address, reason, code, "connection", message);
        }
    }
}
