//! What takes its time, what has happened, and the log.

use super::extract::{Body, Of};
use super::{Answer, Owner};
use crate::request::Request;
use crate::shape::{LogEntry, NewOperation, Operation, Telemetry};
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(operations))
        .routes(routes!(start_operation))
        .routes(routes!(operation))
        .routes(routes!(cancel_operation))
        .routes(routes!(telemetry))
        .routes(routes!(log))
}

/// All operations that are remembered.
#[utoipa::path(get, path = "/api/ops", tag = "operations", responses((status = 200, body = Vec<Operation>)))]
async fn operations(State(owner): State<Owner>) -> Answer<Vec<Operation>> {
    owner.answer(Request::Operations).await
}

/// Begins an operation; one like it that is not over is given back instead.
#[utoipa::path(post, path = "/api/ops/start", tag = "operations", request_body = NewOperation,
    responses((status = 200, body = Operation)))]
async fn start_operation(State(owner): State<Owner>, Body(operation): Body<NewOperation>) -> Answer<Operation> {
    owner.answer(|reply| Request::StartOperation(operation, reply)).await
}

/// How an operation is.
#[utoipa::path(get, path = "/api/ops/{id}", tag = "operations", params(("id" = String, Path)),
    responses((status = 200, body = Operation)))]
async fn operation(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Operation> {
    owner.answer(|reply| Request::Operation(id, reply)).await
}

/// Asks an operation to stop.
#[utoipa::path(post, path = "/api/ops/{id}/cancel", tag = "operations", params(("id" = String, Path)),
    responses((status = 200, body = Operation)))]
async fn cancel_operation(State(owner): State<Owner>, Of(id): Of<String>) -> Answer<Operation> {
    owner.answer(|reply| Request::CancelOperation(id, reply)).await
}

/// What has happened since the start.
#[utoipa::path(get, path = "/api/telemetry/current", tag = "operations", responses((status = 200, body = Telemetry)))]
async fn telemetry(State(owner): State<Owner>) -> Answer<Telemetry> {
    owner.answer(Request::Telemetry).await
}

/// The log's last lines.
#[utoipa::path(get, path = "/api/log", tag = "operations", responses((status = 200, body = Vec<LogEntry>)))]
async fn log(State(owner): State<Owner>) -> Answer<Vec<LogEntry>> {
    owner.answer(Request::Log).await
}
