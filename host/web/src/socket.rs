//! The socket: a snapshot, then every change, and the same requests as by HTTP.
//!
//! One task a socket. What it has to say waits in the subscription's bounded queue; who does not take it is dropped by the
//! publisher and told to come back. Requests are answered one after the other, so that a release follows its press; but for
//! what takes its time and changes nothing, which nobody waits behind.

mod message;

use crate::bucket::Bucket;
use crate::door::{Door, Peer, Shown};
use crate::publisher::Subscription;
use crate::refused::{No, Reason};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;
use futures_util::{SinkExt, StreamExt};
use message::{Command, Said};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite;

/// Events that are written before the socket is flushed.
const BATCH: usize = 256;
/// What a message may have around a body: id, method, path.
const AROUND: usize = 4 * 1024;
/// Requests of one socket that are answered whenever they are done, at once.
const BESIDE: usize = 8;
/// For the last word to go out.
const FAREWELL: Duration = Duration::from_secs(1);

/// Close codes of RFC 6455.
mod code {
    pub const NORMAL: u16 = 1000;
    pub const AWAY: u16 = 1001;
    pub const PROTOCOL: u16 = 1002;
    pub const UNSUPPORTED: u16 = 1003;
    pub const NOT_TEXT: u16 = 1007;
    pub const POLICY: u16 = 1008;
    pub const TOO_BIG: u16 = 1009;
    pub const AGAIN: u16 = 1013;
}

/// Opens a socket, if there is a place for one.
pub(crate) async fn upgrade(
    State(door): State<Arc<Door>>,
    Extension(shown): Extension<Shown>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, No> {
    let upgrade = upgrade.map_err(|error| No::malformed(error.body_text()))?;
    let place = door.sockets.clone().try_acquire_owned().map_err(|_| {
        No::new(Reason::Full, StatusCode::SERVICE_UNAVAILABLE, "too many sockets are open; close a page")
    })?;
    let largest = door.limits.body_bytes + AROUND;
    Ok(upgrade
        .max_message_size(largest)
        .max_frame_size(largest)
        .on_upgrade(move |socket| serve(socket, door, shown, place)))
}

/// Why a socket ends.
enum End {
    /// The other side has gone.
    Gone,
    /// We say why.
    Close(u16, &'static str),
    /// The other side did what it may not.
    Refuse(Reason, u16, &'static str),
}

async fn serve(mut socket: WebSocket, door: Arc<Door>, shown: Shown, place: OwnedSemaphorePermit) {
    let Err(end) = Session::run(&mut socket, &door, shown).await;
    let (code, why) = match end {
        End::Gone => return,
        End::Close(code, why) => (code, why),
        End::Refuse(reason, code, why) => {
            door.refuse(shown.peer.address, reason, code, "socket", why);
            (code, why)
        }
    };
    // Told, and the answer awaited, so that the word is not lost with the connection.
    let close = Message::Close(Some(CloseFrame { code, reason: why.into() }));
    let farewell = async {
        if socket.send(close).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    // Whoever does not answer has gone.
    let _ = timeout(FAREWELL, farewell).await;
    drop(place);
}

/// A socket that has shown its token.
struct Session<'a> {
    socket: &'a mut WebSocket,
    door: &'a Arc<Door>,
    peer: Peer,
    subscription: Subscription,
    bucket: Bucket,
    waiting: VecDeque<Command>,
    /// What the one request that runs will answer.
    running: Option<BoxFuture<'static, String>>,
    /// What those will answer that nobody waits behind.
    beside: FuturesUnordered<BoxFuture<'static, String>>,
    /// When the other side was heard last.
    heard: Instant,
}

impl<'a> Session<'a> {
    async fn run(
        socket: &'a mut WebSocket,
        door: &'a Arc<Door>,
        shown: Shown,
    ) -> Result<std::convert::Infallible, End> {
        let stopped = door.stopped();
        tokio::pin!(stopped);
        if !shown.token {
            let token = timeout(door.limits.auth_time, authenticate(socket, door));
            tokio::select! {
                shown = token => shown.unwrap_or(Err(End::Refuse(Reason::Token, code::POLICY, "no token was shown in time"))),
                () = &mut stopped => Err(End::Close(code::AWAY, "the server stops")),
            }?;
        }
        let subscription = subscribe(door).await?;
        let bucket = Bucket::new(door.limits.messages_per_sec, Instant::now());
        let mut session = Session {
            socket,
            door,
            peer: shown.peer,
            subscription,
            bucket,
            waiting: VecDeque::new(),
            running: None,
            beside: FuturesUnordered::new(),
            heard: Instant::now(),
        };
        session.snapshot(&serde_json::Value::from("handshake")).await?;

        let mut ping = interval(door.limits.ping_every);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ping.reset();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            session.start_next().await?;
            let full = session.waiting.len() >= door.limits.waiting;
            tokio::select! {
                count = session.subscription.events.recv_many(&mut batch, BATCH) => {
                    if count == 0 {
                        return Err(End::Close(code::AGAIN, "too slow; come back for a snapshot"));
                    }
                    for event in batch.drain(..) {
                        session.socket.feed(Message::Text((&*event).into())).await.map_err(end_of)?;
                    }
                    session.socket.flush().await.map_err(end_of)?;
                }
                answer = finished(&mut session.running) => {
                    session.running = None;
                    session.say(answer).await?;
                }
                Some(answer) = session.beside.next() => session.say(answer).await?,
                message = session.socket.recv(), if !full => session.hear(message).await?,
                _ = ping.tick() => session.ping(full).await?,
                () = &mut stopped => return Err(End::Close(code::AWAY, "the server stops")),
            }
        }
    }

    async fn say(&mut self, text: String) -> Result<(), End> {
        self.socket.send(Message::Text(text.into())).await.map_err(end_of)
    }

    /// The state as it was at the subscription's beginning.
    async fn snapshot(&mut self, id: &serde_json::Value) -> Result<(), End> {
        let Subscription { state, seq, .. } = &self.subscription;
        let text = message::snapshot(id, state, *seq);
        self.say(text).await
    }

    /// Takes what was said.
    async fn hear(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<(), End> {
        let message = message.ok_or(End::Gone)?.map_err(end_of)?;
        self.heard = Instant::now();
        if !self.bucket.take(self.heard) {
            return Err(End::Refuse(Reason::Rate, code::POLICY, "too many messages; slow down"));
        }
        match message {
            Message::Text(text) => match message::read(&text) {
                Ok(Said::Command(command)) => self.waiting.push_back(command),
                // Asked for twice: a page that did not know whether it has to.
                Ok(Said::Auth(_)) => {}
                Err(why) => {
                    self.door.refuse(self.peer.address, Reason::Malformed, 400, "socket", &why);
                    self.say(message::unreadable(&why)).await?;
                }
            },
            Message::Binary(_) => {
                return Err(End::Refuse(Reason::Malformed, code::UNSUPPORTED, "messages are JSON text"));
            }
            Message::Close(_) => return Err(End::Close(code::NORMAL, "")),
            // Pings are answered by the library.
            Message::Ping(_) | Message::Pong(_) => {}
        }
        Ok(())
    }

    /// Begins what waits first, if nothing runs. A snapshot is taken here and now: events and answers stay in order.
    async fn start_next(&mut self) -> Result<(), End> {
        while self.running.is_none() {
            match self.waiting.pop_front() {
                None => return Ok(()),
                Some(Command::Snapshot { id }) => {
                    self.subscription = subscribe(self.door).await?;
                    self.snapshot(&id).await?;
                }
                Some(Command::Request { id, method, path, body }) => {
                    let (door, peer) = (self.door.clone(), self.peer);
                    let may_last = may_last(&method, &path);
                    let answer = Box::pin(async move {
                        let response = door.answer_inside(peer, &method, &path, body).await;
                        message::answer(&id, response).await
                    });
                    if may_last && self.beside.len() < BESIDE {
                        self.beside.push(answer);
                    } else {
                        self.running = Some(answer);
                    }
                }
            }
        }
        Ok(())
    }

    /// Asks whether the other side is still there, unless it is us who do not listen.
    async fn ping(&mut self, full: bool) -> Result<(), End> {
        if full {
            self.heard = Instant::now();
        }
        if self.heard.elapsed() > 2 * self.door.limits.ping_every {
            return Err(End::Gone);
        }
        self.socket.send(Message::Ping(Default::default())).await.map_err(end_of)
    }
}

/// Waits for the token, which has to come first.
async fn authenticate(socket: &mut WebSocket, door: &Door) -> Result<(), End> {
    let refused = |why| Err(End::Refuse(Reason::Token, code::POLICY, why));
    loop {
        match socket.recv().await.ok_or(End::Gone)?.map_err(end_of)? {
            Message::Ping(_) | Message::Pong(_) => {}
            Message::Text(text) => {
                return match (message::read(&text), &door.token) {
                    (Ok(Said::Auth(said)), Some(token)) if token.is(&said) => Ok(()),
                    (Ok(Said::Auth(_)), _) => refused("the token is wrong"),
                    _ => refused("the first message has to show the token"),
                };
            }
            Message::Binary(_) => return refused("the first message has to show the token"),
            Message::Close(_) => return Err(End::Gone),
        }
    }
}

async fn subscribe(door: &Door) -> Result<Subscription, End> {
    door.subscribe().await.map_err(|_| End::Close(code::AGAIN, "the studio is busy or closing; come back"))
}

/// True for a request that may take seconds and changes nothing: files are looked through for it, or models loaded.
fn may_last(method: &str, path: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    match method {
        "GET" => path.starts_with("/api/recordings") || path == "/api/models",
        _ => path == "/api/separations/plan",
    }
}

/// The running request's answer; never, while none runs.
async fn finished(running: &mut Option<BoxFuture<'static, String>>) -> String {
    match running {
        Some(running) => running.await,
        None => std::future::pending().await,
    }
}

/// What an error of the socket means for it.
fn end_of(error: axum::Error) -> End {
    use tungstenite::Error;
    use tungstenite::error::ProtocolError;
    match error.into_inner().downcast_ref::<Error>() {
        Some(Error::Capacity(_)) => End::Refuse(Reason::Size, code::TOO_BIG, "the message is too long"),
        Some(Error::Utf8(_)) => End::Refuse(Reason::Malformed, code::NOT_TEXT, "the message is no text"),
        Some(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake | ProtocolError::SendAfterClosing)) => {
            End::Gone
        }
        Some(Error::Protocol(_)) => End::Refuse(Reason::Malformed, code::PROTOCOL, "this is no WebSocket"),
        _ => End::Gone,
    }
}
