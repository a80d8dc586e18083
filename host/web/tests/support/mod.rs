//! What the tests share: a small studio that owns a state, a server around it, and clients that may misbehave.

#![allow(dead_code, reason = "each test file uses its part")]

pub mod intake;
pub mod listener;
pub mod studio;
pub mod wire;

use ripieno_web::{Config, Limits, Reason, Refused, Server, Tickets, Token};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use studio::Studio;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// The token of every test.
pub const TOKEN: &str = "the-token-of-the-tests";

/// A server that runs.
pub struct Rig {
    pub addr: SocketAddr,
    pub link: String,
    pub studio: Arc<Studio>,
    pub tickets: Tickets,
    refused: Arc<Mutex<Vec<Refused>>>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
}

impl Rig {
    /// A server with the usual token and these limits.
    pub fn start(limits: Limits) -> Self {
        Self::start_with(limits, Some(TOKEN))
    }

    pub fn start_with(limits: Limits, token: Option<&str>) -> Self {
        let studio = Studio::new();
        let refused = Arc::new(Mutex::new(Vec::new()));
        let token = token.map(|token| Token::new(token).expect("a token"));
        let mut config = Config::new((Ipv4Addr::LOCALHOST, 0).into(), token);
        config.limits = limits;
        let tickets = config.tickets.clone();
        let heard = refused.clone();
        config.on_refusal = Box::new(move |refusal| heard.lock().expect("a lock").push(refusal.clone()));
        let server = Server::bind(config, studio.requests()).expect("a server");
        let (addr, link) = (server.local_addr(), server.link());
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(async move {
            let shutdown = async { drop(stopped.await) };
            server.run(shutdown).await.expect("a runtime");
        });
        Self { addr, link, studio, tickets, refused, stop, running }
    }

    /// Stops it, as gently as it can.
    pub async fn stop(self) -> Duration {
        let from = Instant::now();
        drop(self.stop);
        self.running.await.expect("no panic");
        from.elapsed()
    }

    /// Why requests were refused since this was asked last.
    pub fn refused(&self) -> Vec<Reason> {
        self.refused.lock().expect("a lock").drain(..).map(|refusal| refusal.reason).collect()
    }

    /// The refusals since this was asked last, whole.
    pub fn refusals(&self) -> Vec<Refused> {
        self.refused.lock().expect("a lock").drain(..).collect()
    }
}

/// Waits until something is so.
pub async fn until(what: &str, mut so: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !so() {
        assert!(Instant::now() < end, "{what}: not within 20 s");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
