//! The whole state, and the descriptions of the API itself.

use super::{Answer, Owner};
use crate::describe;
use crate::publisher::Stamp;
use crate::request::{Refusal, Request};
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(state))
        .routes(routes!(state_stamp))
        .routes(routes!(openapi))
        .routes(routes!(events))
}

const JSON: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "application/json")];

/// The whole state, as a socket's first message has it.
#[utoipa::path(get, path = "/api/state", tag = "state", responses((status = 200, body = Object)))]
async fn state(State(owner): State<Owner>) -> Result<impl IntoResponse, Refusal> {
    let text = owner.ask(Request::State).await?;
    Ok((JSON, text.to_string()))
}

/// The number and hash of the state, to compare a copy with.
#[utoipa::path(get, path = "/api/state/stamp", tag = "state", responses((status = 200, body = Stamp)))]
async fn state_stamp(State(owner): State<Owner>) -> Answer<Stamp> {
    owner.answer(Request::Stamp).await
}

/// This description.
#[utoipa::path(get, path = "/api/openapi.json", tag = "state", responses((status = 200, body = Object)))]
async fn openapi() -> impl IntoResponse {
    (JSON, describe::openapi_text())
}

/// The events of the socket, with the schemas of their payloads.
#[utoipa::path(get, path = "/api/events.json", tag = "state", responses((status = 200, body = Object)))]
async fn events() -> impl IntoResponse {
    (JSON, describe::events_text())
}
