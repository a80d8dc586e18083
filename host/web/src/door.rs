//! The door that every request comes through: checked, gathered, routed, answered with the headers of a page that trusts
//! nobody.

use crate::api::{Owner, other_method, unknown};
use crate::bucket::Buckets;
use crate::config::{Config, Limits, Scope};
use crate::hosts::Hosts;
use crate::refused::{No, Reason, Refused};
use crate::request::{Request as Asked, Requests};
use crate::{Tickets, Token, api, files, guard, page, socket, upload};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body as _, Incoming};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceExt;

/// What every answer carries. Nothing is embedded, nothing is guessed, nothing is told to others.
const HEADERS: [(HeaderName, HeaderValue); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Where files are, each behind its ticket.
const FILES: &str = "/files/{ticket}/{name}";
/// Where bodies may be long.
const UPLOADS: &str = "/api/recordings";

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer {
    pub address: IpAddr,
    /// The address of ours that it came to.
    pub local: IpAddr,
}

/// What a request has shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    pub peer: Peer,
    pub token: bool,
}

/// What all connections share.
pub(crate) struct Door {
    pub limits: Limits,
    pub owner: Owner,
    pub token: Option<Token>,
    pub tickets: Tickets,
    scope: Scope,
    /// Places for sockets.
    pub sockets: Arc<Semaphore>,
    /// True once the server stops.
    stopping: watch::Receiver<bool>,
    hosts: Hosts,
    buckets: Buckets,
    /// The API alone, for those that are inside already.
    api: Router,
    on_refusal: Box<dyn Fn(&Refused) + Send + Sync>,
}

impl Door {
    pub fn new(config: Config, hosts: Hosts, requests: Requests, stopping: watch::Receiver<bool>) -> Self {
        let owner = Owner::new(requests, config.limits.answer_time);
        let routes = match config.scope {
            Scope::Studio => api::routes(),
            Scope::Pipeline => api::pipeline_routes(),
        };
        let api =
            Router::from(routes).fallback(unknown).method_not_allowed_fallback(other_method).with_state(owner.clone());
        Self {
            limits: config.limits,
            owner,
            token: config.token,
            tickets: config.tickets,
            scope: config.scope,
            sockets: Arc::new(Semaphore::new(config.limits.sockets)),
            stopping,
            hosts,
            buckets: Buckets::new(config.limits.requests_per_sec),
            api,
            on_refusal: config.on_refusal,
        }
    }

    /// Everything that is routed: page, API, socket and files by ticket.
    pub fn router(self: &Arc<Self>) -> Router {
        let page = page::routes(self.scope).method_not_allowed_fallback(other_method);
        let page = match self.scope {
            Scope::Studio => page
                .route("/ws", get(socket::upgrade).fallback(other_method).with_state(self.clone()))
                .route(FILES, get(files::serve).fallback(other_method).with_state(self.clone())),
            Scope::Pipeline => page,
        };
        page.fallback_service(self.api.clone())
    }

    /// Answers a request off the wire.
    pub async fn answer(&self, router: &Router, peer: Peer, request: hyper::Request<Incoming>) -> Response {
        let (parts, body) = request.into_parts();
        // A ticket is a secret of its own.
        let path = parts.uri.path();
        let what = format!("{} {}", parts.method, if path.starts_with("/files/") { FILES } else { path });
        let response = match self.admit(parts, body, peer).await {
            Ok(request) => match router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(no) => no.into_response(),
        };
        self.dressed(response, peer, &what)
    }

    /// Answers a request that came over a socket: the same routes, and the same door where it matters still.
    pub async fn answer_inside(&self, peer: Peer, method: &str, path: &str, body: Vec<u8>) -> Response {
        let segments = path.split(['?', '#']).next().unwrap_or_default();
        let what = format!("socket {method} {segments}");
        let request = Method::from_bytes(method.as_bytes())
            .map_err(|_| No::malformed("there is no such method"))
            .and_then(|method| {
                guard::path(segments)?;
                let body = if method == Method::GET { Body::empty() } else { Body::from(body) };
                let request = Request::builder().method(method).uri(path).body(body);
                request.map_err(|_| No::malformed("the path is none"))
            });
        let response = match request {
            Ok(request) => match self.api.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            },
            Err(no) => no.into_response(),
        };
        self.told(response, peer, &what)
    }

    /// Checks a request and gathers its body.
    async fn admit(&self, parts: Parts, body: Incoming, peer: Peer) -> Result<Request, No> {
        if !self.buckets.take(peer.address, Instant::now()) {
            return Err(No::new(Reason::Rate, StatusCode::TOO_MANY_REQUESTS, "too many requests; slow down"));
        }
        guard::check(&parts, &self.hosts, peer.local, self.limits.uri_bytes)?;
        let token = guard::authorized(&parts.headers, self.token.as_ref())?;
        let path = parts.uri.path();
        if !token && (path == "/api" || path.starts_with("/api/")) {
            return Err(guard::no_token("a token is needed; take the link that the server printed"));
        }
        let is_upload = self.scope == Scope::Studio && parts.method == Method::POST && path == UPLOADS;
        let body = if is_upload { self.stream(body)? } else { Body::from(self.gather(&parts, body).await?) };
        let mut request = Request::from_parts(parts, body);
        request.extensions_mut().insert(Shown { peer, token });
        Ok(request)
    }

    /// A body as it comes, within bounds of its own.
    fn stream(&self, body: Incoming) -> Result<Body, No> {
        let Limits { upload_bytes, stall_time, .. } = self.limits;
        if body.size_hint().lower() > upload_bytes {
            return Err(upload::large(upload_bytes));
        }
        Ok(upload::bounded(body, upload_bytes, stall_time))
    }

    /// The whole body, within its bounds.
    async fn gather(&self, parts: &Parts, body: Incoming) -> Result<Bytes, No> {
        if body.is_end_stream() {
            return Ok(Bytes::new());
        }
        let Limits { body_bytes, body_time, .. } = self.limits;
        let large =
            || No::new(Reason::Size, StatusCode::PAYLOAD_TOO_LARGE, format!("the body is over {body_bytes} bytes"));
        if body.size_hint().lower() > body_bytes as u64 {
            return Err(large());
        }
        if !guard::is_json(&parts.headers) {
            let message = "a body has to be JSON, and be said to be: content-type: application/json";
            return Err(No::new(Reason::Type, StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        match timeout(body_time, Limited::new(body, body_bytes).collect()).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => Err(large()),
            Ok(Err(_)) => Err(No::malformed("the body breaks off")),
            Err(_) => Err(No::new(Reason::Slow, StatusCode::REQUEST_TIMEOUT, "the body comes too slowly")),
        }
    }

    fn dressed(&self, response: Response, peer: Peer, what: &str) -> Response {
        let mut response = self.told(response, peer, what);
        for (name, value) in HEADERS {
            // The page has a policy of its own, which is no looser but for its own style sheets, and files of fixed content.
            response.headers_mut().entry(name).or_insert(value);
        }
        if response.status() == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// Tells of a response that is a refusal.
    fn told(&self, response: Response, peer: Peer, what: &str) -> Response {
        if let Some(no) = response.extensions().get::<No>() {
            self.refuse(peer.address, no.reason, no.status.as_u16(), what, &no.message);
        }
        response
    }

    /// Tells of something that was refused.
    pub fn refuse(&self, peer: IpAddr, reason: Reason, code: u16, what: &str, message: &str) {
        (self.on_refusal)(&Refused::new(peer, reason, code, what, message));
    }

    /// Waits for the server to stop.
    pub async fn stopped(&self) {
        // A server that is no more has stopped as well.
        let _ = self.stopping.clone().wait_for(|stopping| *stopping).await;
    }

    /// A view of the state for a socket.
    pub async fn subscribe(&self) -> Result<crate::Subscription, crate::Refusal> {
        self.owner.ask(Asked::Subscribe).await
    }
}
