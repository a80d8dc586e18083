//! Recordings: brought, listed, looked at, addressed, separated, taken away.

use super::extract::{Asked, Body, BodyOr, Of};
use super::{Answer, Done, Owner};
use crate::refused::{No, Reason};
use crate::request::{Refusal, Request};
use crate::shape::{Models, Peaks, Recording, Separation, SeparationPlan, Ticket, TicketWish};
use crate::{guard, upload};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Parts of an outline if nothing is said.
const BUCKETS: usize = 2_000;
/// Parts of an outline at most.
const MOST_BUCKETS: usize = 65_536;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(recordings, take_in))
        .routes(routes!(delete_recording))
        .routes(routes!(peaks))
        .routes(routes!(ticket))
        .routes(routes!(models))
        .routes(routes!(plan_separation))
}

/// All recordings by id, looked for anew; stems are part of them.
#[utoipa::path(get, path = "/api/recordings", tag = "recordings",
    responses((status = 200, body = BTreeMap<String, Recording>)))]
async fn recordings(State(owner): State<Owner>) -> Answer<BTreeMap<String, Recording>> {
    owner.answer(Request::Recordings).await
}

/// What a recording is to be called.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Called {
    /// A file's name with its ending, such as `song.flac`; if it is taken, a number is added.
    name: String,
}

/// The bytes of a recording.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
#[expect(dead_code, reason = "only its schema is used")]
struct RecordingBytes(Vec<u8>);

/// Takes a recording in. The body is the file's bytes; a file that cannot be decoded is refused, and nothing is ever
/// overwritten. Not over the socket.
#[utoipa::path(post, path = "/api/recordings", tag = "recordings", params(Called),
    request_body(content = RecordingBytes, content_type = "application/octet-stream"),
    responses((status = 200, body = Recording)))]
async fn take_in(
    State(owner): State<Owner>,
    Asked(Called { name }): Asked<Called>,
    headers: HeaderMap,
    mut body: axum::body::Body,
) -> Result<Json<Recording>, Response> {
    let taken = take(&owner, name, &headers, &mut body).await;
    // Who expects to be told before the body may keep it.
    if taken.is_err() && !headers.contains_key(header::EXPECT) {
        upload::drain(body).await;
    }
    taken.map(Json)
}

async fn take(
    owner: &Owner,
    name: String,
    headers: &HeaderMap,
    body: &mut axum::body::Body,
) -> Result<Recording, Response> {
    if !guard::is_bytes(headers) {
        let message = "a recording comes by HTTP, as content-type: application/octet-stream";
        return Err(No::new(Reason::Type, StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response());
    }
    let intake = owner.ask(|reply| Request::Upload(name, reply)).await.map_err(Refusal::into_response)?;
    upload::take(intake, body).await
}

/// Takes a recording away, and its stems; refused while something works with it.
#[utoipa::path(delete, path = "/api/recordings/{id}", tag = "recordings", params(("id" = String, Path)),
    responses((status = 200, body = Done)))]
async fn delete_recording(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Done> {
    owner.done(|reply| Request::DeleteRecording(id, reply)).await
}

/// Of what an outline is wanted, and how fine.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Outline {
    /// A stem's name; the recording itself if nothing is said.
    stem: Option<String>,
    /// Parts, 1 to 65536; 2000 if nothing is said.
    buckets: Option<usize>,
}

/// The outline of a recording, or of one of its stems. What is long takes its time at first and none later: a 503 means
/// that it is still being made.
#[utoipa::path(get, path = "/api/recordings/{id}/peaks", tag = "recordings", params(("id" = String, Path), Outline),
    responses((status = 200, body = Peaks)))]
async fn peaks(
    State(owner): State<Owner>,
    Of(recording): Of<String>,
    Asked(Outline { stem, buckets }): Asked<Outline>,
) -> Result<Json<Peaks>, Response> {
    let buckets = buckets.unwrap_or(BUCKETS);
    if !(1..=MOST_BUCKETS).contains(&buckets) {
        let message = format!("`buckets` is from 1 to {MOST_BUCKETS}, not {buckets}");
        return Err(No::malformed(message).into_response());
    }
    let peaks = owner.ask(|reply| Request::Peaks { recording, stem, buckets, reply }).await;
    peaks.map(Json).map_err(Refusal::into_response)
}

/// An address of a recording, or of one of its stems, that needs no token.
#[utoipa::path(post, path = "/api/recordings/{id}/ticket", tag = "recordings", params(("id" = String, Path)),
    request_body = TicketWish, responses((status = 200, body = Ticket)))]
async fn ticket(State(owner): State<Owner>, Of(id): Of<String>, BodyOr(wish): BodyOr<TicketWish>) -> Answer<Ticket> {
    owner.answer(|reply| Request::Ticket(id, wish, reply)).await
}

/// What there is to separate with.
#[utoipa::path(get, path = "/api/models", tag = "recordings", responses((status = 200, body = Models)))]
async fn models(State(owner): State<Owner>) -> Answer<Models> {
    owner.answer(Request::Models).await
}

/// What a separation would do, and what it takes; nothing is written.
#[utoipa::path(post, path = "/api/separations/plan", tag = "recordings", request_body = Separation,
    responses((status = 200, body = SeparationPlan)))]
async fn plan_separation(State(owner): State<Owner>, Body(wish): Body<Separation>) -> Answer<SeparationPlan> {
    owner.answer(|reply| Request::PlanSeparation(Box::new(wish), reply)).await
}
