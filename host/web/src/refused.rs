//! Requests that are turned away at the door, before anybody is asked: how they are answered and told of.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::net::IpAddr;
use utoipa::ToSchema;

/// What was turned away. It carries neither token nor query nor body.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refused {
    /// Who asked.
    pub peer: IpAddr,
    /// Why not.
    pub reason: Reason,
    /// The HTTP status or WebSocket close code that was answered; 0 if the connection was closed without a word.
    pub code: u16,
    /// Method and path, or the connection, as far as it was understood; at most 120 characters, none of them a control.
    pub what: String,
    /// What was said.
    pub message: String,
}

/// Characters of [`Refused::what`].
const LONGEST: usize = 120;

impl Refused {
    pub(crate) fn new(peer: IpAddr, reason: Reason, code: u16, what: &str, message: impl Into<String>) -> Self {
        let what = what.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST).collect();
        Self { peer, reason, code, what, message: message.into() }
    }
}

/// Why something is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// It is addressed to a name that is not ours.
    Host,
    /// It comes from a page that is not ours.
    Origin,
    /// It has no token, or a wrong one.
    Token,
    /// A body that is not said to be JSON.
    Type,
    /// Too many bytes.
    Size,
    /// Too slow.
    Slow,
    /// Too often.
    Rate,
    /// Too many clients.
    Full,
    /// It is not HTTP, not JSON, or not of the shape it has to have.
    Malformed,
    /// A path or method that is not there.
    Unknown,
}

/// What a refused request is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Failure {
    /// Why, and what would help.
    pub error: String,
}

/// A refusal on its way to its answer; the door tells of it.
#[derive(Clone, Debug)]
pub(crate) struct No {
    pub reason: Reason,
    pub status: StatusCode,
    pub message: String,
}

impl No {
    pub fn new(reason: Reason, status: StatusCode, message: impl Into<String>) -> Self {
        Self { reason, status, message: message.into() }
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(Reason::Malformed, StatusCode::BAD_REQUEST, message)
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let mut response = failure(self.status, &self.message);
        response.extensions_mut().insert(self);
        response
    }
}

/// `{"error": ...}`.
pub(crate) fn failure(status: StatusCode, message: &str) -> Response {
    (status, axum::Json(Failure { error: message.into() })).into_response()
}
