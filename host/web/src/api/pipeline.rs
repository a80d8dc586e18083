//! The pipeline that runs beside the studio, or by itself: its figures, its picture, what may be done with it.

use super::extract::{Asked, Body, Of};
use super::{Answer, Now, Owner};
use crate::refused::No;
use crate::request::{Refusal, Request};
use crate::shape::{FoundPipeline, PipelineReloaded, PipelineSource, StreamFrame, TaskChange, TaskShape};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Rows of a frame that are given at most.
const MOST_ROWS: usize = 4_096;

/// What a pipeline shows of itself, wherever it runs.
pub fn routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default().routes(routes!(pipeline)).routes(routes!(picture))
}

/// What may be done with one that runs beside a studio.
pub fn desk_routes() -> OpenApiRouter<Owner> {
    OpenApiRouter::default()
        .routes(routes!(tasks))
        .routes(routes!(change_task))
        .routes(routes!(signal_event))
        .routes(routes!(tap))
        .routes(routes!(source))
        .routes(routes!(reload))
        .routes(routes!(pipelines))
}

/// The running pipeline's figures; `version` is the number of their schema.
#[utoipa::path(get, path = "/api/pipeline", tag = "pipeline", responses((status = 200, body = Object)))]
async fn pipeline(State(owner): State<Owner>) -> Answer<Value> {
    owner.answer(Request::Pipeline).await
}

/// The running pipeline's graph, drawn.
#[utoipa::path(get, path = "/api/pipeline.svg", tag = "pipeline",
    responses((status = 200, body = String, content_type = "image/svg+xml")))]
async fn picture(State(owner): State<Owner>) -> Result<impl IntoResponse, Refusal> {
    let picture = owner.ask(Request::PipelinePicture).await?;
    Ok(([(header::CONTENT_TYPE, "image/svg+xml")], picture))
}

/// The running pipeline's tasks as its graph declares them: what each may be told.
#[utoipa::path(get, path = "/api/pipeline/tasks", tag = "pipeline", responses((status = 200, body = Vec<TaskShape>)))]
async fn tasks(State(owner): State<Owner>) -> Answer<Vec<TaskShape>> {
    owner.answer(Request::PipelineTasks).await
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
struct Did {
    /// In words.
    done: String,
}

/// Starts, stops or toggles a task of the running pipeline, or sets a live parameter of it.
#[utoipa::path(post, path = "/api/pipeline/tasks/{task}", tag = "pipeline", params(("task" = String, Path)),
    request_body = TaskChange, responses((status = 200, body = Now<Did>)))]
async fn change_task(
    State(owner): State<Owner>,
    Of(task): Of<String>,
    Body(change): Body<TaskChange>,
) -> Answer<Now<Did>> {
    let done = owner.ask(|reply| Request::ChangeTask(task, change, reply)).await?;
    Ok(Now::new(Did { done }))
}

/// Signals an event of the running pipeline.
#[utoipa::path(post, path = "/api/pipeline/events/{event}", tag = "pipeline", params(("event" = String, Path)),
    responses((status = 200, body = Now<Did>)))]
async fn signal_event(State(owner): State<Owner>, Of(event): Of<String>) -> Answer<Now<Did>> {
    let done = owner.ask(|reply| Request::SignalEvent(event, reply)).await?;
    Ok(Now::new(Did { done }))
}

/// How much of a frame.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Much {
    /// Rows at most, 1 to 4096; 1024 if nothing is said.
    frames: Option<usize>,
}

/// The next frame of a stream, looked at from the side: nobody is held back. Answered with 503 when none comes.
#[utoipa::path(get, path = "/api/pipeline/taps/{stream}", tag = "pipeline", params(("stream" = String, Path), Much),
    responses((status = 200, body = StreamFrame)))]
async fn tap(
    State(owner): State<Owner>,
    Of(stream): Of<String>,
    Asked(Much { frames }): Asked<Much>,
) -> Result<Json<StreamFrame>, Response> {
    let rows = frames.unwrap_or(1_024);
    if !(1..=MOST_ROWS).contains(&rows) {
        let wrong = No::malformed(format!("`frames` is from 1 to {MOST_ROWS}, not {rows}"));
        return Err(wrong.into_response());
    }
    owner.answer(|reply| Request::Tap { stream, rows, reply }).await.map_err(IntoResponse::into_response)
}

/// The running pipeline's graph file as it stands now.
#[utoipa::path(get, path = "/api/pipeline/source", tag = "pipeline", responses((status = 200, body = PipelineSource)))]
async fn source(State(owner): State<Owner>) -> Answer<PipelineSource> {
    owner.answer(Request::PipelineSource).await
}

/// Reads the graph file again. What is wrong there is told at its place, and what runs goes on as it was.
#[utoipa::path(post, path = "/api/pipeline/reload", tag = "pipeline",
    responses((status = 200, body = PipelineReloaded),
        (status = 400, body = PipelineReloaded, description = "faulty; nothing has changed")))]
async fn reload(State(owner): State<Owner>) -> Response {
    match owner.ask(Request::ReloadPipeline).await {
        Ok(reloaded) => {
            let status = if reloaded.applied { StatusCode::OK } else { StatusCode::BAD_REQUEST };
            (status, Json(reloaded)).into_response()
        }
        Err(refusal) => refusal.into_response(),
    }
}

/// All running pipelines of this user. Those of other processes can only be looked at.
#[utoipa::path(get, path = "/api/pipelines", tag = "pipeline", responses((status = 200, body = Vec<FoundPipeline>)))]
async fn pipelines(State(owner): State<Owner>) -> Answer<Vec<FoundPipeline>> {
    owner.answer(Request::Pipelines).await
}
